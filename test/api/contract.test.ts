import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRig, type Rig } from './rig.ts'

let rig: Rig
beforeEach(async () => {
  rig = await openRig()
})
afterEach(() => rig.close())

describe('system and configuration', () => {
  it('tells who it is, with a system id that outlives a restart', async () => {
    const first = await rig.call('GET', 'system')
    expect(first.status).toBe(200)
    expect(first.json).toMatchObject({ name: 'Amber Street', apiVersion: '1', timeZone: 'Europe/Copenhagen' })
    await rig.close(true)
    rig = await openRig({ directory: rig.directory })
    expect((await rig.call('GET', 'system')).json.systemId).toBe(first.json.systemId)
  })

  it('gives one snapshot in which every id that is named is also defined', async () => {
    const { json, headers } = await rig.call('GET', 'configuration')
    const ids = (list: { id: string }[]) => new Set(list.map(each => each.id))
    const [elements, elementTypes, stateTypes, eventTypes, commandTypes, categories] = [
      ids(json.elements),
      ids(json.elementTypes),
      ids(json.stateTypes),
      ids(json.eventTypes),
      ids(json.commandTypes),
      ids(json.categories),
    ]
    expect(elements.size).toBe(json.elements.length)
    for (const e of json.elements) {
      expect(elementTypes).toContain(e.type)
      if (e.parent !== null) expect(elements).toContain(e.parent)
      for (const c of e.unsupportedCommands) expect(commandTypes).toContain(c)
    }
    for (const t of json.elementTypes) {
      for (const s of t.stateTypes) expect(stateTypes).toContain(s)
      for (const c of t.commandTypes) expect(commandTypes).toContain(c)
      for (const e of t.eventTypes) expect(eventTypes).toContain(e)
    }
    for (const t of json.eventTypes) {
      for (const c of t.categories) expect(categories).toContain(c)
      for (const e of t.elementTypes) expect(elementTypes).toContain(e)
    }
    for (const c of json.commandTypes) for (const e of c.elementTypes) expect(elementTypes).toContain(e)
    expect([...elements]).toEqual(
      expect.arrayContaining(['front', 'front/a', 'front/b', 'front-in', 'ctrl-1', 'ctrl-1/door-1', 'office', json.systemId]),
    )
    expect(json.elements.filter((e: { parent: string | null }) => e.parent === null).map((e: { type: string }) => e.type)).toEqual([
      'server',
    ])
    const again = await rig.call('GET', 'configuration', undefined, { 'if-none-match': String(headers.etag) })
    expect([again.status, again.headers['content-length'] ?? '0', again.text]).toEqual([304, '0', ''])
  })

  it('has the six built-in categories and lets an administrator add one and map an event to it [T11, T12]', async () => {
    const before = (await rig.call('GET', 'configuration')).json
    expect(before.categories.map((c: { name: string }) => c.name)).toEqual([
      'Access denied',
      'Access granted',
      'Access request',
      'Alarm',
      'Error',
      'Warning',
    ])
    expect((await rig.call('POST', 'categories', { id: 'door-error', name: 'Door error' })).status).toBe(201)
    expect((await rig.call('PATCH', 'event-types/door.forced-open', { categories: ['Alarm', 'door-error'] })).json.categories).toEqual([
      'Alarm',
      'door-error',
    ])
    expect((await rig.call('DELETE', 'categories/door-error')).json).toMatchObject({
      code: 'in-use',
      users: ['event type door.forced-open'],
    })
    rig.tell('door.forced-open', { door: 'front' })
    expect((await rig.call('GET', 'events?category=door-error')).json.items).toHaveLength(1)
    expect((await rig.call('PATCH', 'event-types/door.forced-open', { categories: ['nonsense'] })).json.errors[0].path).toBe(
      'categories[0]',
    )
  })

  it('tells what a refresh would change, by stable id with old and new values [T5, A8, A9]', async () => {
    const { revision } = (await rig.call('GET', 'configuration')).json
    const door = (await rig.call('GET', 'doors/archive')).json
    await rig.call('PUT', 'doors/archive', { ...door, name: 'Vault' })
    await rig.call('DELETE', 'access-rules/amber-everywhere')
    await rig.call('POST', 'zones', { id: 'cellar', name: 'Cellar', doors: [] })
    const { json } = await rig.call('GET', `configuration/diff?from=${revision}`)
    expect(json.added).toEqual([{ kind: 'element', id: 'cellar', name: 'Cellar' }])
    expect(json.removed).toEqual([])
    expect(json.changed).toContainEqual({
      kind: 'element',
      id: 'archive',
      name: 'Vault',
      fields: [{ field: 'name', old: 'Archive', new: 'Vault' }],
    })
    expect((await rig.call('GET', `configuration/diff?from=${json.to}`)).json).toMatchObject({ added: [], removed: [], changed: [] })
    expect((await rig.call('GET', 'configuration/diff?from=99999')).json.code).toBe('not-found')
  })

  it('gives elements and types of events one by one with a version, and no update of them is lost [T3, T10, X15]', async () => {
    for (const [path, change] of [
      ['elements/front', { latitude: 55.7, longitude: 12.6 }],
      ['elements/front%2Fa', { enabled: false }],
      ['elements/front/b', { enabled: false }],
      ['event-types/door.opened', { enabled: false }],
    ] as const) {
      const { status, headers, json } = await rig.call('GET', path)
      expect([status, json]).toMatchObject([200, { enabled: true }])
      const tag = { 'if-match': String(headers.etag) }
      const changed = await rig.call('PATCH', path, change, tag)
      expect([changed.status, changed.json]).toMatchObject([200, change])
      expect((await rig.call('PATCH', path, { enabled: true }, tag)).json.code).toBe('lost-update')
      const again = await rig.call('GET', path)
      expect([again.headers.etag, again.json]).toEqual([changed.headers.etag, changed.json])
      expect((await rig.call('PATCH', path, { enabled: true }, { 'if-match': String(again.headers.etag) })).status).toBe(200)
    }
    for (const path of ['elements/nothing', 'elements/front/c', 'event-types/nothing'])
      expect((await rig.call('GET', path)).json.code).toBe('not-found')
    const all = (await rig.call('GET', 'configuration')).json.eventTypes
    expect((await rig.call('GET', 'event-types?limit=1000')).json.items).toEqual(all)
    expect(all[0]).toMatchObject({ id: 'access.granted', enabled: true, defaultEnabled: true })
    const limited = rig.signedIn(['front-only'])
    await rig.call('PUT', 'roles/front-only', { name: 'Front', rights: [{ right: 'use-access-control', doors: ['front'] }] })
    const as = { authorization: `Bearer ${limited}` }
    expect((await rig.call('GET', 'elements/front', undefined, as)).status).toBe(200)
    expect((await rig.call('GET', 'elements/shop', undefined, as)).status).toBe(404)
  })

  it('calls types of events what people call them', async () => {
    const names = new Map((await rig.call('GET', 'event-types')).json.items.map((t: { id: string; name: string }) => [t.id, t.name]))
    expect(['door.forced-open', 'door.rex', 'reader.pin-blocked', 'alarm.anti-passback-violation'].map(id => names.get(id))).toEqual([
      'Door forced open',
      'Door request to exit',
      'Reader PIN blocked',
      'Anti-passback violation',
    ])
  })

  it('takes a position of an element within its limits, of a door in the site itself [X15]', async () => {
    expect((await rig.call('PATCH', 'elements/front', { latitude: 55.7, longitude: 12.6 })).json).toMatchObject({
      latitude: 55.7,
      longitude: 12.6,
    })
    expect((await rig.call('GET', 'doors/front')).json.position).toEqual({ latitude: 55.7, longitude: 12.6 })
    expect((await rig.call('PATCH', 'elements/front%2Fa', { latitude: 55.7, longitude: 12.6, enabled: false })).json).toMatchObject({
      latitude: 55.7,
      enabled: false,
    })
    const refused = await rig.call('PATCH', 'elements/front', { latitude: 90.1, longitude: 0 })
    expect([refused.status, refused.json.errors[0].path]).toEqual([400, 'latitude'])
  })

  it('keeps what is switched off out of the stream of a VMS [T3, T8, T10]', async () => {
    await rig.call('PATCH', 'elements/front', { enabled: false })
    await rig.call('PATCH', 'event-types/door.opened', { enabled: false })
    rig.tell('door.closed', { door: 'front' })
    rig.tell('door.opened', { door: 'archive', source: { kind: 'door', id: 'archive' } })
    const kept = rig.tell('door.closed', { door: 'archive', source: { kind: 'door', id: 'archive' } })
    const { items } = (await rig.call('GET', 'events?after=0')).json
    expect(items.map((e: { id: string }) => e.id)).toEqual([kept.id])
  })
})

describe('events', () => {
  it('pages newest first, and oldest first after a cursor, each event once', async () => {
    const told = Array.from({ length: 25 }, () => rig.tell('door.opened', { door: 'front' }).id)
    const newest: string[] = []
    for (let after = ''; ; ) {
      const { json } = await rig.call('GET', `events?limit=7${after}`)
      newest.push(...json.items.map((e: { id: string }) => e.id))
      if (json.next === null) break
      after = `&after=${json.next}`
    }
    expect(newest).toEqual([...told].reverse())
    const oldest: string[] = []
    for (let after = '0'; ; ) {
      const { json } = await rig.call('GET', `events?limit=7&after=${after}`)
      oldest.push(...json.items.map((e: { id: string }) => e.id))
      if (json.next === null) break
      after = json.next
    }
    expect(oldest).toEqual(told)
  })

  it('pages over what is switched off, and hides nothing behind it, in either direction', async () => {
    await rig.call('PATCH', 'event-types/door.opened', { enabled: false })
    const kept: string[] = []
    for (let i = 0; i < 30; i++) {
      rig.tellMany(i % 7, 'door.opened', { door: 'front' })
      kept.push(rig.tell('door.closed', { door: 'front' }).id)
    }
    const found: string[] = []
    let after = '0'
    for (let more = true; more; ) {
      const { json } = await rig.call('GET', `events?after=${after}&limit=5`)
      found.push(...json.items.map((each: { id: string }) => each.id))
      more = json.next !== null
      after = json.cursor
    }
    expect(found).toEqual(kept)
    const back: string[] = []
    for (let next: string | null | undefined; next !== null; ) {
      const { json } = await rig.call('GET', `events?limit=5${next ? `&after=${next}` : ''}`)
      back.push(...json.items.map((each: { id: string }) => each.id))
      next = json.next
    }
    expect(back.sort()).toEqual([...kept].sort())
  })

  it('takes a parameter that is left empty for one that is not there', async () => {
    rig.tell('door.opened', { door: 'front' })
    const { status, json } = await rig.call('GET', 'events?after=&from=&to=&type=&category=&door=&cardholder=&limit=&wait=')
    expect([status, json]).toEqual([
      200,
      { ...(await rig.call('GET', 'events')).json, items: [expect.objectContaining({ type: 'door.opened' })] },
    ])
    expect((await rig.call('GET', 'states?ids=')).json.items.length).toBeGreaterThan(5)
    expect((await rig.call('GET', 'configuration/diff?from=')).status).toBe(400)
    expect((await rig.call('GET', 'events?type=door.opened&type=door.closed')).json.items).toHaveLength(1)
  })

  it('answers a long poll as soon as something happens, and with nothing when the wait is over', async () => {
    const { cursor } = (await rig.call('GET', 'events?after=0')).json
    const began = Date.now()
    const waiting = rig.call('GET', `events?after=${cursor}&wait=10`)
    setTimeout(() => rig.tell('door.opened', { door: 'front' }), 100)
    expect((await waiting).json.items).toHaveLength(1)
    expect(Date.now() - began).toBeLessThan(5_000)
    expect((await rig.call('GET', `events?after=${Number(cursor) + 1}&wait=0.1`)).json.items).toEqual([])
  })

  it('lists the last thirty days unless told otherwise [R4]', async () => {
    const day = 86_400_000
    rig.tell('door.opened', { door: 'front', time: new Date(rig.plugin.now() - 31 * day).toISOString() })
    const recent = rig.tell('door.closed', { door: 'front', time: new Date(rig.plugin.now() - 29 * day).toISOString() })
    expect((await rig.call('GET', 'events')).json.items.map((e: { id: string }) => e.id)).toEqual([recent.id])
    const from = new Date(rig.plugin.now() - 40 * day).toISOString()
    expect((await rig.call('GET', `events?from=${from}`)).json.items).toHaveLength(2)
  })

  it('marks what is older than thirty seconds at delivery as backlog', async () => {
    rig.tell('door.opened', { door: 'front', time: new Date(rig.plugin.now() - 31_000).toISOString() })
    rig.tell('door.closed', { door: 'front' })
    const { items } = (await rig.call('GET', 'events?after=0')).json
    expect(items.map((e: { backlog: boolean }) => e.backlog)).toEqual([true, false])
    expect(items[0].occurredAt).toBe(items[0].time)
  })

  it('takes the same events any number of times and keeps them once, in order', async () => {
    const event = rig.tell('door.opened', { door: 'front' })
    expect(rig.plugin.take('ctrl-1', 'log-1', [{ event }, { event }])).toBe(event.sequence + 1)
    rig.plugin.take('ctrl-1', 'log-1', [{ event: { ...event, id: 'too-early', sequence: event.sequence + 5 } }])
    expect((await rig.call('GET', 'events?after=0')).json.items).toHaveLength(1)
  })

  it('finds by type, door and cardholder, and tells the trace with the reason in words', async () => {
    const trace = [{ check: 'format' as const, outcome: 'passed' as const, found: {} }]
    const denied = rig.tell('access.denied', { door: 'front', side: 'a', cardholder: 'dagny', reason: 'cardholder-suspended', trace })
    rig.tell('access.granted', { door: 'shop', side: 'a', cardholders: ['amber', 'bo'], cardholder: 'bo' })
    const count = async (query: string) => (await rig.call('GET', `events?${query}`)).json.items.length
    expect(await count('cardholder=amber')).toBe(1)
    expect(await count('type=access.denied,access.granted')).toBe(2)
    expect(await count('door=front&type=access.granted')).toBe(0)
    expect(await count('category=Access%20request')).toBe(1)
    const { json } = await rig.call('GET', `events/${denied.id}/trace`)
    expect(json).toMatchObject({ reason: 'cardholder-suspended', checks: trace })
    expect(json.text).toMatch(/suspended/)
  })

  it('announces what retention removed, and what a controller lost', async () => {
    for (let i = 0; i < 5; i++) rig.tell('door.opened', { door: 'front' })
    rig.plugin.take('ctrl-1', 'log-1', [], { controller: 'ctrl-1', logId: 'log-1', first: 6, last: 9 })
    const lost = (await rig.call('GET', 'events?after=0')).json
    expect(lost.gaps).toEqual([{ reason: 'lost-by-controller', controller: 'ctrl-1', logId: 'log-1', first: 6, last: 9 }])
    for (const filter of ['type=access.denied', 'door=shop', 'category=Alarm'])
      expect((await rig.call('GET', `events?after=0&${filter}`)).json.gaps).toEqual(lost.gaps)
    rig.store.transact(() => rig.plugin.log.prune({ days: 30, atLeast: 0, atMost: 2 }, rig.plugin.now()))
    const { gaps, items } = (await rig.call('GET', 'events?after=1')).json
    expect(gaps[0]).toEqual({ reason: 'removed', from: '2', to: '4' })
    expect(items).toHaveLength(1)
    expect((await rig.call('GET', 'events?after=5')).json.gaps).toHaveLength(1)
  })

  it('proves that nothing was changed or taken out, also after retention', async () => {
    for (let i = 0; i < 6; i++) rig.tell('door.opened', { door: 'front' })
    rig.store.transact(() => rig.plugin.log.prune({ days: 30, atLeast: 0, atMost: 4 }, rig.plugin.now()))
    rig.tell('door.closed', { door: 'front' })
    const check = async () => (await rig.call('GET', 'events/check')).json
    expect(await check()).toEqual({ checked: 5, broken: null })
    rig.store.sql.prepare("update entries set body = replace(body, 'door.opened', 'door.closed') where cursor = 5").run()
    expect(await check()).toEqual({ checked: 0, broken: '5' })
    await rig.close()
    rig = await openRig()
    for (let i = 0; i < 3; i++) rig.tell('door.opened', { door: 'front' })
    rig.store.sql.prepare('delete from entries where cursor = 2').run()
    expect((await check()).broken).toBe('3')
  })

  it('says so when a cursor belongs to another log', async () => {
    rig.tell('door.opened', { door: 'front' })
    expect((await rig.call('GET', 'events?after=1&epoch=another')).json.gaps).toEqual([{ reason: 'log-replaced' }])
    expect((await rig.call('GET', 'events?after=99999999999999999')).json.gaps).toEqual([{ reason: 'log-replaced' }])
  })
})

describe('commands', () => {
  it('goes to every door of a zone, and tells what each did', async () => {
    const { status, json } = await rig.call(
      'POST',
      'commands',
      { action: 'lockdown', element: 'office', reason: 'drill' },
      { 'x-on-behalf-of': 'vms\\jo' },
    )
    expect(status).toBe(200)
    expect(new Set(json.results.map((r: { door: string }) => r.door))).toEqual(new Set(['front', 'archive', 'shop']))
    expect(rig.sent.map(s => s.controller).sort()).toEqual(['ctrl-1', 'ctrl-2'])
    expect(rig.sent[0]?.command).toMatchObject({ action: 'lockdown', target: { kind: 'zone', id: 'office' }, onBehalfOf: 'vms\\jo' })
    expect((await rig.call('GET', 'audit-log')).json.items[0]).toMatchObject({
      category: 'command',
      onBehalfOf: 'vms\\jo',
      permission: 'granted',
      sourceName: 'office',
    })
  })

  it('says of a door without a lock that it has none, however it is asked', async () => {
    await rig.call('POST', 'controllers', { id: 'io-1', board: 'io-module', parent: 'ctrl-1', emulated: true })
    const door = { id: 'fire-exit', type: 'monitoring-door', controller: 'io-1', doorMonitor: { port: 'in-1' } }
    expect((await rig.call('POST', 'doors', door)).status).toBe(201)
    rig.behaviour.command = async () => []
    for (const element of ['fire-exit', 'io-1'])
      expect((await rig.call('POST', 'commands', { action: 'grant', element })).json.results).toEqual([
        { door: 'fire-exit', outcome: 'refused', reason: 'monitoring-door', detail: 'The door has no lock.' },
      ])
    rig.plugin.states.update(
      'ctrl-1',
      [
        {
          kind: 'door',
          id: 'fire-exit',
          mode: 'scheduled',
          locked: null,
          position: 'open',
          status: 'online',
          forced: false,
          openTooLong: false,
        } as never,
      ],
      [],
      false,
    )
    expect((await rig.call('GET', 'states?ids=fire-exit')).json.items[0]).toMatchObject({ states: ['open'], icon: 'door-open' })
  })

  it('calls two readers of one door by two names', async () => {
    const readers = {
      a: { reader: { id: 'x-in', type: 'osdp', port: 'rs485-1', address: 5 } },
      b: { reader: { id: 'x-out', type: 'wiegand', port: 'reader-2' } },
    }
    const door = { id: 'x', name: 'Gate', controller: 'ctrl-2', locks: { primary: { relay: 'relay-2' } }, ...readers }
    expect((await rig.call('POST', 'doors', door)).status).toBe(201)
    expect((await rig.call('GET', 'elements/x-in')).json.name).toBe('Gate reader A')
    expect((await rig.call('GET', 'elements/x-out')).json.name).toBe('Gate reader B')
  })

  it('tells which doors could not be reached', async () => {
    rig.plugin.states.reach('ctrl-2', false)
    const { json } = await rig.call('POST', 'commands', { action: 'lock', element: 'system' })
    expect(json.results.find((r: { door: string }) => r.door === 'shop')).toMatchObject({
      outcome: 'unreachable',
      detail: expect.stringMatching(/does not answer/),
    })
    expect(json.results.filter((r: { outcome: string }) => r.outcome === 'done')).toHaveLength(2)
  })

  it('tells within five seconds that a controller has not answered', async () => {
    rig.behaviour.command = () => new Promise(() => {})
    const began = performance.now()
    const { json } = await rig.call('POST', 'commands', { action: 'lockdown', element: 'system' })
    expect(performance.now() - began).toBeLessThan(5_000)
    expect(new Set(json.results.map((r: { outcome: string }) => r.outcome))).toEqual(new Set(['unreachable']))
    expect(rig.sent.every(s => s.command.validForMs < 4_700)).toBe(true)
  })

  it('carries a command out once for one key, also while it is under way', async () => {
    let answer = () => {}
    const gate = new Promise<void>(resolve => {
      answer = resolve
    })
    rig.behaviour.command = async () => {
      await gate
      return [{ door: 'front', outcome: 'done' }]
    }
    const send = (body: object) => rig.call('POST', 'commands', body, { 'idempotency-key': 'k1' })
    const both = [send({ action: 'grant', element: 'front' }), send({ action: 'grant', element: 'front' })]
    setTimeout(answer, 50)
    const [one, two] = await Promise.all(both)
    const three = await send({ action: 'grant', element: 'front' })
    expect(two?.json).toEqual(one?.json)
    expect(three.json).toEqual(one?.json)
    expect(rig.sent).toHaveLength(1)
    expect((await send({ action: 'lock', element: 'front' })).json.code).toBe('key-reused')
  })

  it('does not take the command of one person for that of another under the same key', async () => {
    const send = (person: string) =>
      rig.call('POST', 'commands', { action: 'grant', element: 'front' }, { 'idempotency-key': 'k2', 'x-on-behalf-of': person })
    expect([(await send('anna')).status, (await send('anna')).status]).toEqual([200, 200])
    expect((await send('bert')).json.code).toBe('key-reused')
    expect(rig.sent).toHaveLength(1)
  })

  it('refuses what is no command, naming the field', async () => {
    const refused = async (body: object) => {
      const { status, json } = await rig.call('POST', 'commands', body)
      return [status, json.errors?.map((e: { path: string }) => e.path)]
    }
    expect(await refused({ action: 'open', element: 'front' })).toEqual([400, ['action']])
    expect(await refused({ action: 'grant', element: 'nowhere' })).toEqual([400, ['element']])
    expect(await refused({ action: 'grant', element: 'front-in' })).toEqual([400, ['element']])
    expect(await refused({ action: 'grant', element: 'front', seconds: 0 })).toEqual([400, ['seconds']])
    expect(await refused({ action: 'lock', element: 'front', seconds: 3 })).toEqual([400, ['seconds']])
    expect(await refused({ action: 'grant', element: 'front', colour: 'red' })).toEqual([400, ['colour']])
    expect(rig.sent).toHaveLength(0)
  })
})

describe('the emulator', () => {
  it('plays a step on emulated hardware', async () => {
    const { status } = await rig.call('POST', 'emulator/swipe', { reader: 'front-in', card: 'amber-card' })
    expect(status).toBe(202)
    expect(rig.asked).toEqual([
      { controller: 'ctrl-1', name: 'emulator', body: { step: 'swipe', body: { reader: 'front-in', card: 'amber-card' } } },
    ])
  })

  it('refuses real hardware, unknown places and credentials, and controllers that are gone', async () => {
    expect((await rig.call('POST', 'emulator/swipe', { reader: 'nowhere', bits: '01' })).json.errors[0].path).toBe('reader')
    expect((await rig.call('POST', 'emulator/swipe', { reader: 'front-in', card: 'no-card' })).json.errors[0].path).toBe('card')
    rig.plugin.states.reach('ctrl-1', false)
    expect((await rig.call('POST', 'emulator/open', { door: 'front' })).json.code).toBe('unreachable')
    await rig.call('PATCH', 'controllers/ctrl-2', { emulated: false })
    expect((await rig.call('POST', 'emulator/press', { door: 'shop', side: 'a' })).json.code).toBe('not-emulated')
  })

  it('tells why the hardware did not do it', async () => {
    rig.behaviour.ask = async () => ({ ok: true, body: { done: false, why: 'the leaf is locked' } })
    expect((await rig.call('POST', 'emulator/open', { door: 'front' })).json).toMatchObject({
      code: 'not-supported',
      detail: 'the leaf is locked',
    })
  })
})
