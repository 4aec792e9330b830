import { type Check, judge, passed, skipped } from './check.ts'
import type { Raw, Vms } from './vms.ts'

/** What is wrong with an answer that has to be a refusal. */
export function faultsOfProblem({ status, headers, json }: Raw, wanted: { status: number; code?: string }, what: string): string[] {
  if (status !== wanted.status) return [`${what} is answered ${status}, not ${wanted.status}`]
  const faults: string[] = []
  if (!headers.get('content-type')?.startsWith('application/problem+json'))
    faults.push(`${what}: the media type is ${headers.get('content-type')}`)
  if (json?.status !== status) faults.push(`${what}: its body says status ${json?.status}`)
  for (const field of ['type', 'title', 'code', 'detail'])
    if (typeof json?.[field] !== 'string' || json[field] === '') faults.push(`${what}: ${field} is missing`)
  if (wanted.code !== undefined && json?.code !== wanted.code) faults.push(`${what}: its code is ${json?.code}, not ${wanted.code}`)
  return faults
}

/** What can be seen by reading alone. */
export const reading: readonly Check[] = [
  {
    id: 'system',
    did: 'Asked twice who the server is.',
    contract: 'GET system names a persistent systemId, name, version, apiVersion, capabilities, time and timeZone.',
    async run(vms) {
      const { json } = await vms.raw('GET', 'system')
      const faults = ['systemId', 'name', 'version', 'apiVersion', 'timeZone'].flatMap(field =>
        typeof json[field] === 'string' && json[field] !== '' ? [] : [`${field} is missing`],
      )
      if (json.systemId !== vms.system.systemId) faults.push('the systemId changed from one request to the next')
      if (json.systemId !== vms.configuration.systemId) faults.push('the systemId of the configuration is another')
      if (!Array.isArray(json.capabilities)) faults.push('capabilities is no list')
      return judge(faults, `${json.name}, version ${json.version}, system ${json.systemId}`)
    },
  },
  {
    id: 'credentials',
    did: 'Asked for the session with the token, with a wrong one and with none.',
    contract: 'GET session tells who asks and what they may, without effect; no valid token is 401 with code unauthenticated.',
    async run(vms) {
      const good = await vms.raw('GET', 'session')
      const faults = good.status === 200 && Array.isArray(good.json?.rights) ? [] : [`the right token is answered ${good.status}`]
      faults.push(
        ...faultsOfProblem(await vms.raw('GET', 'session', { token: 'wrong' }), { status: 401, code: 'unauthenticated' }, 'a wrong token'),
      )
      faults.push(
        ...faultsOfProblem(await vms.raw('GET', 'session', { token: null }), { status: 401, code: 'unauthenticated' }, 'no token'),
      )
      return judge(faults, `signed in as ${good.json?.user} with ${good.json?.rights?.length} rights; strangers are told 401`)
    },
  },
  {
    id: 'rights',
    did: 'Used every route that the second token has no right to, harmlessly, and asked the stream for such topics.',
    contract: 'Without the right a request is 403 with code forbidden, and a topic of the stream is refused.',
    run: judgeRights,
  },
  {
    id: 'problems',
    did: 'Sent requests that must be refused: unknown paths and things, a wrong method, wrong and missing fields, no JSON.',
    contract:
      'Errors are RFC 9457 problem details with a stable code; validation errors list the path of each field. No 5xx for a wrong request.',
    async run(vms) {
      const invalid = { status: 400, code: 'validation-failed' }
      const cases: [string, Promise<Raw>, { status: number; code?: string }][] = [
        ['an unknown path', vms.raw('GET', 'nowhere'), { status: 404, code: 'not-found' }],
        ['an unknown event', vms.raw('GET', 'events/none'), { status: 404, code: 'not-found' }],
        ['a wrong method', vms.raw('DELETE', 'system'), { status: 405, code: 'method-not-allowed' }],
        ['a limit of 0', vms.raw('GET', 'events?limit=0'), invalid],
        ['a cursor that is none', vms.raw('GET', 'events?after=yesterday!'), invalid],
        ['an unknown parameter', vms.raw('GET', 'events?colour=red'), invalid],
        ...(vms.rights.includes('operate-doors')
          ? ([
              ['a body that is no JSON', vms.raw('POST', 'commands', { body: '{' }), { status: 400, code: 'malformed' }],
              ['a command without a field', vms.raw('POST', 'commands', { body: { action: 'lock' } }), invalid],
              ['a command to nothing', vms.raw('POST', 'commands', { body: { action: 'lock', element: vms.name('none') } }), invalid],
            ] as [string, Promise<Raw>, typeof invalid][])
          : []),
      ]
      const faults: string[] = []
      for (const [what, answer, wanted] of cases) {
        const got = await answer
        const found = faultsOfProblem(got, wanted, what)
        if (found.length === 0 && wanted === invalid && !got.json.errors?.every((e: { path: unknown }) => typeof e.path === 'string'))
          found.push(`${what}: no field is named`)
        faults.push(...found)
      }
      return judge(faults, `${cases.length} refusals, each in the form of the contract`)
    },
  },
  {
    id: 'clock',
    did: "Compared the server's clock with this one, and the times of events with the moment they were delivered.",
    contract: "Instants are UTC with Z; every response carries the server's time; deliveredAt is the moment of delivery.",
    async run(vms) {
      const answer = await vms.raw('GET', 'events?limit=20')
      const told = answer.headers.get('server-time')
      if (told === null) return judge(['the header Server-Time is missing'], '')
      const faults = /Z$/.test(told) && Number.isFinite(Date.parse(told)) ? [] : [`Server-Time is "${told}"`]
      const skew = Date.parse(told) - (answer.sentAt + answer.ms / 2)
      const refused = await vms.raw('GET', 'events/none')
      if (!refused.headers.has('server-time')) faults.push('a refusal carries no Server-Time')
      for (const { id, time, occurredAt, deliveredAt } of answer.json.items) {
        if (![time, occurredAt, deliveredAt].every(each => /^\d{4}-.*Z$/.test(each))) faults.push(`event ${id} has an instant without Z`)
        if (occurredAt !== time) faults.push(`event ${id}: occurredAt is not its time`)
        if (Math.abs(Date.parse(deliveredAt) - Date.parse(told)) > 2_000)
          faults.push(`event ${id} was delivered at ${deliveredAt}, by the server's own clock ${told}`)
      }
      return judge(
        faults,
        `the server's clock is ${Math.abs(Math.round(skew))} ms ${skew < 0 ? 'behind' : 'ahead of'} this one; ${answer.json.items.length} events bear right times`,
      )
    },
  },
  {
    id: 'snapshot',
    did: 'Looked up every id that the configuration names in the configuration itself, and asked for it again by its ETag.',
    contract: 'GET configuration is one consistent snapshot closed under reference, with stable unique ids, a revision and an ETag.',
    async run(vms) {
      const first = await vms.raw('GET', 'configuration')
      const { elements, elementTypes, stateTypes, eventTypes, commandTypes, categories } = first.json
      const faults: string[] = []
      const idsOf = (what: string, list: { id: string }[]) => {
        const ids = new Set(list.map(each => each.id))
        if (ids.size !== list.length) faults.push(`an id occurs twice in ${what}`)
        return ids
      }
      const known = {
        element: idsOf('elements', elements),
        'element type': idsOf('elementTypes', elementTypes),
        'state type': idsOf('stateTypes', stateTypes),
        'event type': idsOf('eventTypes', eventTypes),
        'command type': idsOf('commandTypes', commandTypes),
        category: idsOf('categories', categories),
      }
      const names = (who: string, what: keyof typeof known, ids: string[]) => {
        for (const id of ids) if (!known[what].has(id)) faults.push(`${who} names the ${what} "${id}", which is not there`)
      }
      for (const e of elements) {
        names(`element ${e.id}`, 'element type', [e.type])
        names(`element ${e.id}`, 'element', e.parent === null ? [] : [e.parent])
        names(`element ${e.id}`, 'command type', e.unsupportedCommands)
      }
      for (const t of elementTypes) {
        names(`element type ${t.id}`, 'state type', t.stateTypes)
        names(`element type ${t.id}`, 'command type', t.commandTypes)
        names(`element type ${t.id}`, 'event type', t.eventTypes)
      }
      for (const t of eventTypes) {
        names(`event type ${t.id}`, 'category', t.categories)
        names(`event type ${t.id}`, 'element type', t.elementTypes)
      }
      for (const t of commandTypes) names(`command type ${t.id}`, 'element type', t.elementTypes)
      const roots = elements.filter((e: { parent: unknown }) => e.parent === null)
      if (roots.length !== 1 || roots[0].type !== 'server') faults.push(`${roots.length} elements have no parent; there is one server`)
      if (first.json.systemId !== roots[0]?.id) faults.push('the server is not the system')
      const tag = first.headers.get('etag')
      if (tag === null) faults.push('there is no ETag')
      else {
        const again = await vms.raw('GET', 'configuration', { headers: { 'if-none-match': tag } })
        if (again.status !== 304) faults.push('what has not changed is not answered 304')
        else if (![null, '0', first.headers.get('content-length')].includes(again.headers.get('content-length')))
          faults.push('the answer 304 announces a body that never comes')
      }
      return judge(
        faults,
        `revision ${first.json.revision}: ${elements.length} elements and ${eventTypes.length} types of event, closed under reference`,
      )
    },
  },
  {
    id: 'states',
    did: 'Read the state of every element, then of two by their ids.',
    contract:
      'GET states gives a set of state types for each element, out of those of its type and none that contradict each other; ids limits it.',
    async run(vms) {
      const { json } = await vms.raw('GET', 'states')
      const types = new Map(vms.configuration.elementTypes.map(t => [t.id as string, new Set<string>(t.stateTypes)]))
      const typeOf = new Map(vms.configuration.elements.map(e => [e.id, e.type as string]))
      const faults: string[] = []
      const told = new Set<string>()
      for (const { element, states } of json.items as { element: string; states: string[] }[]) {
        told.add(element)
        const allowed = types.get(typeOf.get(element) ?? '')
        if (!allowed) faults.push(`${element} is not in the configuration`)
        if (new Set(states).size !== states.length) faults.push(`${element} has a state twice`)
        for (const state of states) if (allowed && !allowed.has(state)) faults.push(`${element} is ${state}, which is no state of its type`)
        for (const group of [
          ['open', 'closed', 'unknown', 'cut', 'short'],
          ['locked', 'unlocked'],
          ['connected', 'disconnected'],
          ['active', 'inactive'],
        ]) {
          const both = group.filter(state => states.includes(state))
          if (both.length > 1) faults.push(`${element} is ${both.join(' and ')}`)
        }
      }
      for (const element of typeOf.keys()) if (!told.has(element)) faults.push(`${element} has no state`)
      const [one, two] = [...typeOf.keys()]
      const some = await vms.raw('GET', `states?ids=${[one, two, vms.name('none')].map(id => encodeURIComponent(id ?? '')).join(',')}`)
      if (some.json.items.length !== 2) faults.push(`two ids and one that is unknown give ${some.json.items.length} states`)
      return judge(faults, `${json.items.length} elements, each with a set of states of its type`)
    },
  },
  {
    id: 'search',
    did: 'Searched cardholders with a limit of one, page by page, by a name, and by a word that nobody bears.',
    contract:
      'GET cardholders?q=&limit= gives at most limit, says partial when there are more, and pages on by next without loss or repeat.',
    rights: ['view-cardholders'],
    async run(vms) {
      const page = async (query: string) => (await vms.raw('GET', `cardholders?${query}`)).json
      const first = await page('limit=1')
      if (first.items.length === 0) return skipped('the site has no cardholders')
      const second = first.next === null ? null : await page(`limit=1&after=${first.next}`)
      const faults: string[] = []
      if (second === null && first.partial) faults.push('partial is true although nothing follows')
      if (second !== null && !first.partial) faults.push('partial is false although more follow')
      if (second !== null && (second.items.length !== 1 || second.items[0].id === first.items[0].id))
        faults.push('the second page is not the next person')
      const { lastName, id } = first.items[0]
      const found = await page(`q=${encodeURIComponent(lastName.slice(1) || lastName)}&limit=1000`)
      if (!found.items.some((each: { id: string }) => each.id === id))
        faults.push(`a part of the name "${lastName}" does not find its bearer`)
      const nobody = await page(`q=${vms.name('nobody')}`)
      if (nobody.items.length > 0 || nobody.partial || nobody.next !== null) faults.push('a word that nobody bears finds somebody')
      return judge(faults, second === null ? 'one cardholder, found whole' : 'one of more, and it is said that there are more')
    },
  },
]

/** One route for every right, with a request that does nothing even where it is let through. */
const needing: Readonly<Record<string, readonly [method: string, path: string, body?: object]>> = {
  'use-access-control': ['GET', 'states?ids=none'],
  'view-cardholders': ['GET', 'cardholders?limit=1'],
  'receive-notifications': ['GET', 'alarms?limit=1'],
  'operate-doors': ['POST', 'commands', { action: 'lock', element: 'conformance-none' }],
  'manage-alarms': ['POST', 'alarms/close', { source: 'conformance-none', eventType: 'door.forced-open' }],
  'manage-cardholders': ['DELETE', 'cardholders/conformance-none'],
  'manage-configuration': ['DELETE', 'zones/conformance-none'],
  'manage-security': ['GET', 'users'],
  'read-audit-log': ['GET', 'audit-log?limit=1'],
}
const topicsNeeding: Readonly<Record<string, string>> = {
  'use-access-control': 'events',
  'view-cardholders': 'cardholders',
  'receive-notifications': 'alarms',
}

async function judgeRights(vms: Vms) {
  const token = vms.weakToken
  if (token === undefined) return skipped('it needs a second token with fewer rights: give --weak-token')
  const session = await vms.raw('GET', 'session', { token })
  if (session.status !== 200) return judge([`the second token is answered ${session.status}`], '')
  const lacking = Object.keys(needing).filter(right => !session.json.rights.includes(right))
  if (lacking.length === 0) return skipped('the second token has every right: give one with fewer')
  const faults: string[] = []
  for (const right of lacking) {
    const [method, path, body] = needing[right]!
    const answer = await vms.raw(method, path, { token, ...(body ? { body } : {}) })
    faults.push(...faultsOfProblem(answer, { status: 403, code: 'forbidden' }, `${method} ${path.split('?')[0]} without ${right}`))
    const topic = topicsNeeding[right]
    if (topic === undefined) continue
    const stream = await vms.raw('GET', `stream?topics=${topic}`, { token, headers: { accept: 'text/event-stream' } })
    faults.push(...faultsOfProblem(stream, { status: 403, code: 'forbidden' }, `the topic ${topic} without ${right}`))
  }
  return faults.length > 0 ? judge(faults, '') : passed(`refused without ${lacking.join(', ')}`)
}
