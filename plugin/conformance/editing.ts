import { type Check, judge, passed } from './check.ts'
import { faultsOfProblem } from './reading.ts'
import type { Vms } from './vms.ts'

/** Editing from both sides: the kit makes things of its own, and removes them. */
export const editing: readonly Check[] = [
  {
    id: 'refresh',
    did: 'Made a zone without doors, renamed it and removed it, and asked each time what a refresh would change.',
    contract:
      'GET configuration/diff?from= tells added, removed and changed by stable id with old and new values; configuration-changed tells when to ask; ids are never recycled.',
    rights: ['manage-configuration'],
    changes: true,
    run: judgeRefresh,
  },
  {
    id: 'lost-update',
    did: 'Changed a zone of its own twice under the ETag of the first reading.',
    contract: 'A lost update is 412 with code lost-update, and changes nothing.',
    rights: ['manage-configuration'],
    changes: true,
    async run(vms) {
      const id = vms.name('edit')
      vms.touch(`zone ${id}: made and removed; its id stays retired`, () => vms.raw('DELETE', `zones/${id}`))
      const made = await vms.raw('POST', 'zones', { body: { id, name: 'Conformance', doors: [] } })
      const tag = made.headers.get('etag')
      if (made.status !== 201 || tag === null)
        return judge([`making a zone is answered ${made.status}${tag === null ? ' without an ETag' : ''}`], '')
      const edit = (name: string) => vms.raw('PATCH', `zones/${id}`, { body: { name }, headers: { 'if-match': tag } })
      const [one, two] = [await edit('First'), await edit('Second')]
      const faults = one.status === 200 ? [] : [`an edit of what was read is answered ${one.status}`]
      faults.push(...faultsOfProblem(two, { status: 412, code: 'lost-update' }, 'an edit of what has changed since'))
      const { name } = (await vms.raw('GET', `zones/${id}`)).json
      if (name !== 'First') faults.push(`the zone is called "${name}" after it`)
      await vms.raw('DELETE', `zones/${id}`)
      return judge(faults, 'the second edit was refused, the first stands')
    },
  },
  {
    id: 'cardholders',
    did: 'Made a cardholder without credentials, looked for them, and removed them.',
    contract: 'cardholder-changed carries the whole cardholder, cardholder-removed the id; the search finds them at once, and no longer.',
    rights: ['view-cardholders', 'manage-cardholders'],
    changes: true,
    async run(vms) {
      const id = vms.name('person')
      vms.touch(`cardholder ${id}: made and removed; the id stays retired`, () => vms.raw('DELETE', `cardholders/${id}`))
      const listener = await vms.listen(['cardholders'])
      const made = await vms.raw('POST', 'cardholders', { body: { id, cardholderId: id, firstName: 'Conformance', lastName: id } })
      if (made.status !== 201) return judge([`making a cardholder is answered ${made.status}: ${made.text.slice(0, 200)}`], '')
      const faults: string[] = []
      const told = await listener.find(
        message => message.topic === 'cardholders' && message.type === 'cardholder-changed' && message.cardholder.id === id,
      )
      if (told?.topic !== 'cardholders' || told.type !== 'cardholder-changed') faults.push('the stream does not tell of a new cardholder')
      else if (told.cardholder.lastName !== id || !Array.isArray(told.cardholder.credentials))
        faults.push('the stream does not tell the whole cardholder')
      const search = async () => (await vms.raw('GET', `cardholders?q=${id}`)).json
      const found = await search()
      if (found.items.length !== 1 || found.partial)
        faults.push(`the search finds ${found.items.length}${found.partial ? ' and more' : ''}`)
      await vms.raw('DELETE', `cardholders/${id}`)
      if (!(await listener.find(message => message.type === 'cardholder-removed' && message.id === id)))
        faults.push('the stream does not tell of the removal')
      if ((await search()).items.length > 0) faults.push('the search finds who was removed')
      listener.close()
      return judge(faults, 'told whole, found, and gone again')
    },
  },
]

async function judgeRefresh(vms: Vms) {
  const id = vms.name('zone')
  vms.touch(`zone ${id}: made and removed; its id stays retired`, () => vms.raw('DELETE', `zones/${id}`))
  interface Difference {
    id: string
    name: string
    fields?: { field: string; old: unknown; new: unknown }[]
  }
  const revision = async (): Promise<string> => (await vms.raw('GET', 'configuration')).json.revision
  const diff = async (from: string) => {
    const { json } = await vms.raw('GET', `configuration/diff?from=${from}`)
    const mine = (list: Difference[]) => list.find(each => each.id === id)
    return { added: mine(json.added), removed: mine(json.removed), changed: mine(json.changed), to: json.to as string, all: json }
  }
  const faults: string[] = []
  const listener = await vms.listen(['configuration'])
  const first = await revision()
  const nothing = await diff(first)
  if ([nothing.all.added, nothing.all.removed, nothing.all.changed].some(list => list.length > 0))
    faults.push('nothing was done and something has changed')
  const made = await vms.raw('POST', 'zones', { body: { id, name: 'Conformance', doors: [] } })
  if (made.status !== 201) return judge([`making a zone is answered ${made.status}: ${made.text.slice(0, 200)}`], '')
  const second = await revision()
  if (second === first) faults.push('a new zone gives no new revision')
  if ((await diff(first)).added?.name !== 'Conformance') faults.push('the new zone is not among what was added')
  if (!(await listener.find(message => message.type === 'configuration-changed')))
    faults.push('the stream does not tell that the configuration changed')
  await vms.raw('PATCH', `zones/${id}`, { body: { name: 'Renamed' } })
  const renamed = (await diff(second)).changed?.fields?.find(each => each.field === 'name')
  if (renamed?.old !== 'Conformance' || renamed.new !== 'Renamed') faults.push(`the new name is told as ${JSON.stringify(renamed)}`)
  await vms.raw('DELETE', `zones/${id}`)
  if (!(await diff(second)).removed) faults.push('the removed zone is not among what was removed')
  const whole = await diff(first)
  if (whole.added || whole.removed || whole.changed) faults.push('a zone that came and went is told of')
  const again = await vms.raw('POST', 'zones', { body: { id, name: 'Conformance', doors: [] } })
  faults.push(...faultsOfProblem(again, { status: 409, code: 'id-retired' }, 'making it again under its id'))
  if (again.status === 201) await vms.raw('DELETE', `zones/${id}`)
  faults.push(
    ...faultsOfProblem(await vms.raw('GET', 'configuration/diff?from=999999999'), { status: 404 }, 'a revision that is not there yet'),
  )
  listener.close()
  return faults.length > 0 ? judge(faults, '') : passed(`revisions ${first} to ${whole.to}: added, renamed and removed as it was done`)
}
