import type { AccessRequest, Alarm } from '../client/client.ts'
import type { Message } from '../client/stream.ts'
import { type Check, judge, passed, skipped, switchedOff } from './check.ts'
import { faultsOfProblem } from './reading.ts'
import { pause, promptMs, type Raw, type Vms } from './vms.ts'

const commandMs = 5_000
const operators = ['conformance-ann', 'conformance-ben'] as const

/** What is wrong with the answer to a command for one door. */
function faultsOfCommand({ status, json, ms, text }: Raw, door: string, what: string): string[] {
  if (status !== 200) return [`${what} is answered ${status}: ${text.slice(0, 200)}`]
  const faults: string[] = []
  const doors = json?.results?.map((result: { door: string }) => result.door)
  if (JSON.stringify(doors) !== JSON.stringify([door])) faults.push(`${what} names the doors ${JSON.stringify(doors)}, not "${door}"`)
  for (const { outcome, detail } of json?.results ?? []) {
    if (outcome !== 'done') faults.push(`${what}: ${outcome}`)
    if (typeof detail !== 'string' || detail === '') faults.push(`${what}: there is no text for the operator`)
  }
  if (ms > commandMs) faults.push(`${what} took ${ms} ms`)
  return faults
}

/** Commands, and what two sides do to the same thing. */
export const acting: readonly Check[] = [
  {
    id: 'commands',
    did: 'Locked a door by its access point, and reset it by its own id.',
    contract: 'POST commands takes a door or an access point and tells within 5 s what every door did, with a text for the operator.',
    rights: ['operate-doors'],
    changes: true,
    async run(vms) {
      const { door } = vms
      if (!door) return skipped(vms.noDoor)
      const accessPoint = vms.configuration.elements.find(e => e.type === 'access-point' && e.parent === door.id)
      const locked = await vms.command('lock', accessPoint?.id ?? door.id)
      const reset = await vms.command('reset', door.id)
      return judge(
        [...faultsOfCommand(locked, door.id, 'lock'), ...faultsOfCommand(reset, door.id, 'reset')],
        `done in ${locked.ms} ms and ${reset.ms} ms: ${reset.json?.results?.[0]?.detail}`,
      )
    },
  },
  {
    id: 'idempotency',
    did: 'Sent one command twice under one Idempotency-Key, then another under the same key.',
    contract: 'The same key within 24 h gives the first outcome again and acts once; another command under it is 422 with code key-reused.',
    rights: ['operate-doors'],
    changes: true,
    async run(vms) {
      const { door } = vms
      if (!door) return skipped(vms.noDoor)
      if (!vms.tells('door.mode-changed')) return skipped(switchedOff('door.mode-changed'))
      const key = vms.name('key')
      const by = vms.name('idempotent')
      const before = (await vms.client.GET('/api/v1/events', { params: { query: { limit: 1 } } })).data?.cursor ?? '0'
      const headers = { 'idempotency-key': key, 'x-on-behalf-of': by }
      const [one, two] = [await vms.command('lock', door.id, headers), await vms.command('lock', door.id, headers)]
      const other = await vms.command('reset', door.id, headers)
      await vms.command('reset', door.id)
      const faults = faultsOfCommand(one, door.id, 'the first')
      if (two.status !== one.status || two.text !== one.text) faults.push('the second was answered otherwise than the first')
      faults.push(...faultsOfProblem(other, { status: 422, code: 'key-reused' }, 'another command under the same key'))
      for (let waited = 0; waited < promptMs; waited += 50) {
        const acted = (await vms.eventsAfter(before)).events.filter(event => event.onBehalfOf === by)
        if (acted.length > 1 && new Set(acted.map(event => event.type)).size < acted.length) faults.push('it acted more than once')
        if (acted.length > 0) break
        await pause(50)
      }
      return judge(faults, 'the same outcome twice, one effect, and 422 for another command')
    },
  },
  {
    id: 'unreachable',
    did: 'Sent a command to a door whose controller is offline.',
    contract: 'Within 5 s the outcome is unreachable, with a text for the operator; nothing acts later than that.',
    rights: ['operate-doors'],
    changes: true,
    async run(vms) {
      const { data } = await vms.client.GET('/api/v1/states')
      const door = vms.configuration.elements.find(
        e => e.type === 'door' && data?.items.some(state => state.element === e.id && state.states.includes('controller-offline')),
      )
      if (!door) return skipped('every controller is online: take one off the network to see this')
      vms.touch(`door ${door.id}: a reset was sent to it while its controller was offline`, async () => {})
      const { status, json, ms } = await vms.raw('POST', 'commands', { body: { action: 'reset', element: door.id } })
      const [result] = json?.results ?? []
      const faults = status === 200 ? [] : [`it is answered ${status}`]
      if (result?.outcome !== 'unreachable') faults.push(`the outcome is ${result?.outcome}`)
      if (!result?.detail) faults.push('there is no text for the operator')
      if (ms > commandMs) faults.push(`it took ${ms} ms`)
      return judge(faults, `unreachable after ${ms} ms: ${result?.detail}`)
    },
  },
  {
    id: 'race',
    did: 'Presented an unknown card, and let two operators answer the access request at the same moment.',
    contract:
      'An access request opens for two minutes; the first answer wins, the other gets 409 already-decided with who it was; the stream tells both.',
    rights: ['receive-notifications', 'manage-configuration'],
    changes: true,
    plays: true,
    async run(vms) {
      if (!vms.tells('access.denied')) return skipped(switchedOff('access.denied'))
      const listener = await vms.listen(['access-requests'])
      const bits = `1${Array.from({ length: 60 }, () => Math.round(Math.random())).join('')}`
      const played = await vms.play('swipe', { reader: vms.reader!.id, bits })
      if (played.status !== 202) return judge([`the card could not be presented: ${played.text}`], '')
      const isOpen = (message: Message) => requestIn(message)?.accessPoint === vms.reader!.parent && requestIn(message)?.state === 'open'
      const opened = requestIn(await listener.find(isOpen))
      if (!opened) return judge(['no access request was told'], '')
      const faults: string[] = []
      const listed = await vms.raw('GET', 'access-requests?limit=1000')
      if (!listed.json.items.some((each: AccessRequest) => each.id === opened.id)) faults.push('it is told and not listed')
      const life = Date.parse(opened.expiresAt) - Date.parse(opened.openedAt)
      if (life !== 120_000) faults.push(`it is open for ${life / 1000} s, not 120`)
      const decide = (who: string) =>
        vms.raw('POST', `access-requests/${opened.id}/decision`, { body: { decision: 'dismiss' }, headers: { 'x-on-behalf-of': who } })
      const answers = await Promise.all(operators.map(decide))
      const winners = operators.filter((_, index) => answers[index]!.status === 200)
      if (winners.length !== 1) faults.push(`${winners.length} of two operators are told that they won`)
      const late = await decide('conformance-cy')
      for (const answer of [...answers.filter(each => each.status !== 200), late]) {
        faults.push(...faultsOfProblem(answer, { status: 409, code: 'already-decided' }, 'the later answer'))
        if (winners.length === 1 && !String(answer.json?.decidedBy).includes(winners[0]!))
          faults.push(`the loser is told that ${answer.json?.decidedBy} won, not ${winners[0]}`)
      }
      if (!(await listener.find(message => requestIn(message)?.id === opened.id && requestIn(message)?.state === 'answered')))
        faults.push('the stream does not tell that it was answered')
      listener.close()
      return judge(faults, `${winners[0]} won, and the others were told so`)
    },
  },
  {
    id: 'alarms',
    did: 'Forced an emulated door, took the alarm up, closed it by source and event type, and tried to reopen it.',
    contract:
      'An event of category Alarm opens an alarm in state 1; the VMS changes it by PATCH and closes it by (source, event type); each change is told on the stream; what is closed stays so.',
    rights: ['receive-notifications', 'manage-alarms', 'manage-configuration'],
    changes: true,
    plays: true,
    run: judgeAlarms,
  },
]

const requestIn = (message: Message | undefined) => (message?.topic === 'access-requests' ? message.accessRequest : undefined)
const alarmIn = (message: Message | undefined) => (message?.topic === 'alarms' ? message.alarm : undefined)

async function judgeAlarms(vms: Vms) {
  const source = vms.door!.id
  const eventType = 'door.forced-open'
  if (!vms.tells(eventType)) return skipped(switchedOff(eventType))
  const standing = (alarms: readonly Alarm[]) => alarms.filter(each => each.source === source && each.type === eventType)
  const list = async () => standing((await vms.raw('GET', 'alarms?limit=1000')).json.items)
  if ((await list()).length > 0) return skipped(`an alarm of ${source} stands already: close it first`)
  const listener = await vms.listen(['alarms'])
  const changed = (state: number) => listener.find(message => alarmIn(message)?.id === alarm?.id && alarmIn(message)?.state === state)
  const forced = await vms.play('force', { door: source })
  if (forced.status !== 202) return judge([`the door could not be forced: ${forced.text}`], '')
  const isNew = (message: Message) => standing([alarmIn(message)].filter(each => each !== undefined)).some(each => each.state === 1)
  const alarm = alarmIn(await listener.find(isNew))
  const faults: string[] = []
  if (!alarm) faults.push('no new alarm was told')
  const [listed] = await list()
  if (!listed) faults.push('no new alarm is listed')
  const id = (alarm ?? listed)?.id
  const taken = await vms.raw('PATCH', `alarms/${id}`, { body: { state: 4, owner: operators[0], comment: 'Seen by the conformance kit' } })
  if (taken.status !== 200 || taken.json.state !== 4 || taken.json.owner !== operators[0])
    faults.push(`taking it up is answered ${taken.status}`)
  if (alarm && !(await changed(4))) faults.push('the stream does not tell that it was taken up')
  const [reason] = (await vms.raw('GET', 'closing-reasons')).json.items
  const closed = await vms.raw('POST', 'alarms/close', { body: { source, eventType, ...(reason ? { closingReason: reason.id } : {}) } })
  if (!closed.json?.closed?.includes(id)) faults.push(`closing by source and event type is answered ${closed.status}, without this alarm`)
  if (alarm && !(await changed(11))) faults.push('the stream does not tell that it was closed')
  if ((await list()).length > 0) faults.push('it is closed and still listed as open')
  faults.push(
    ...faultsOfProblem(await vms.raw('PATCH', `alarms/${id}`, { body: { state: 1 } }), { status: 409, code: 'closed' }, 'reopening'),
  )
  await vms.play('close', { door: source })
  listener.close()
  return faults.length > 0 ? judge(faults, '') : passed('opened, taken up and closed, each told on the stream; it cannot be reopened')
}
