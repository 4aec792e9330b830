import { describe, expect, it } from 'vitest'
import type { Answer } from '../../plugin/link/requests.ts'
import type { Action } from '../../shared/command.ts'
import { topicsOf } from '../../shared/link.ts'
import type { MemoryTransport } from '../../shared/memory-link.ts'
import { createMemoryBroker } from '../../shared/memory-link.ts'
import { createControllerRig, createPluginRig, createSource, createVirtualClock, twoDoors, wall } from './rig.ts'

function house(asks?: Parameters<typeof createControllerRig>[0]['asks']) {
  const clock = createVirtualClock(wall)
  const broker = createMemoryBroker()
  const source = createSource(twoDoors)
  const [one, two] = ['ctrl-1', 'ctrl-2'].map(id => {
    const transport = broker.connect()
    return { ...createControllerRig({ id, clock, transport, ...(asks ? { asks } : {}) }), transport }
  }) as [
    ReturnType<typeof createControllerRig> & { transport: MemoryTransport },
    ReturnType<typeof createControllerRig> & { transport: MemoryTransport },
  ]
  const plugin = createPluginRig({ clock, transport: broker.connect(), source })
  const wait = (ms: number) => clock.advanceTo(clock.now() + ms)
  const command = (action: Action, door = 'door-1', controller = 'ctrl-1') => {
    const answers: Answer[] = []
    const asked = {
      id: `c${clock.now()}`,
      action,
      target: { kind: 'door', id: door },
      issuedAt: new Date(clock.wall()).toISOString(),
      validForMs: 4000,
    }
    plugin.link.request(controller, 'command', asked, answer => answers.push(answer), 4000)
    return answers
  }
  return { clock, broker, source, one, two, plugin, wait, command }
}

function started(...args: Parameters<typeof house>) {
  const all = house(...args)
  all.plugin.link.start()
  for (const each of [all.one, all.two]) each.runtime.start()
  return all
}

describe('a controller that comes up', () => {
  for (const first of ['plugin', 'controllers'] as const)
    it(`gets its site at once, with the ${first} up first`, () => {
      const { plugin, one, two, wait } = house()
      if (first === 'plugin') plugin.link.start()
      for (const each of [one, two]) each.runtime.start()
      if (first === 'controllers') plugin.link.start()
      expect(one.types()).toEqual(['controller.started', 'configuration.applied'])
      expect(two.store.inForce?.revision).toBe('r1')
      one.swipe('in-1')
      expect(one.relays.get('relay-1')).toBe(true)
      wait(20_000)
      expect(plugin.link.status('ctrl-1')).toMatchObject({ online: true, revision: 'r1', problems: [] })
      expect(one.types()).not.toContain('link.lost')
    })

  it('tells every event once, in order, and the plugin has acknowledged them', () => {
    const { plugin, one, wait } = started()
    for (let i = 0; i < 5; i++) {
      one.swipe('in-1')
      wait(20_000)
    }
    expect(plugin.intake.of('ctrl-1').map(({ event }) => event.type)).toEqual(one.types())
    expect(one.store.acknowledged).toBe(one.store.next - 1)
  })

  it('keeps names and badge names to the plugin', () => {
    const { one } = started()
    const holder = one.store.directory.cardholder('alice')
    expect(JSON.stringify([holder, one.store.directory.credentials('alice')])).not.toMatch(/Alice|Hansen|Blue badge/)
    expect(one.store.directory.groupsOf('alice')).toEqual(['staff'])
  })

  it('that does not belong to the site is not answered', () => {
    const { plugin, clock, broker } = house()
    plugin.link.start()
    const stranger = createControllerRig({ id: 'ctrl-9', clock, transport: broker.connect() })
    stranger.runtime.start()
    clock.advanceTo(11_000)
    expect(stranger.store.inForce).toBeUndefined()
    expect(plugin.link.status('ctrl-9')).toBeUndefined()
  })
})

describe('a cut link', () => {
  it('is told by both ends, and nothing at the door changes', () => {
    const { plugin, one, wait } = started()
    one.transport.switch(false)
    expect(one.types().at(-1)).toBe('zone.anti-passback-suspended')
    expect(one.types()).toContain('link.lost')
    one.swipe('in-1')
    expect(one.relays.get('relay-1')).toBe(true)
    wait(10_000)
    expect(plugin.link.isOnline('ctrl-1')).toBe(false)
  })

  it('with a last will is told at once', () => {
    const { plugin, clock, broker } = house()
    plugin.link.start()
    const transport = broker.connect()
    createControllerRig({ id: 'ctrl-1', clock, transport }).runtime.start()
    transport.switch(false)
    expect(plugin.link.isOnline('ctrl-1')).toBe(false)
    expect(plugin.notices.map(({ online }) => online)).toEqual([true, false])
  })

  it('loses and doubles nothing', () => {
    const { plugin, one, wait } = started()
    one.transport.switch(false)
    for (let i = 0; i < 300; i++) {
      one.swipe('in-1')
      one.leaf('open')
      wait(1000)
      one.leaf('closed')
      wait(1000)
    }
    expect(one.store.next).toBeGreaterThan(1200)
    one.transport.switch(true)
    wait(200)
    expect(plugin.intake.of('ctrl-1').map(({ event }) => event.sequence)).toEqual(
      Array.from({ length: one.store.next - 1 }, (_, i) => i + 1),
    )
    expect(one.types()).toContain('link.restored')
  })

  it('is healed with presence caught up before anti-passback is in force again [I12]', () => {
    const { one, two, wait } = started()
    const enter = (rig: typeof one, reader: string) => {
      rig.swipe(reader)
      rig.leaf('open')
      wait(500)
      rig.leaf('closed')
      wait(500)
    }
    one.transport.switch(false)
    enter(two, 'in-2')
    one.swipe('in-1')
    expect(one.types().slice(-2)).toContain('access.granted')
    wait(30_000)
    one.transport.switch(true)
    const resumed = one.types().lastIndexOf('zone.anti-passback-resumed')
    expect(resumed).toBeGreaterThan(0)
    one.swipe('in-1')
    expect(one.types().at(-1)).toBe('alarm.anti-passback-violation')
  })

  it('shares what was seen meanwhile with the others [I11]', () => {
    const { one, two, wait } = started()
    one.transport.switch(false)
    one.swipe('in-1')
    one.leaf('open')
    wait(500)
    one.leaf('closed')
    two.swipe('in-2')
    expect(two.relays.get('relay-1')).toBe(true)
    wait(30_000)
    one.transport.switch(true)
    two.swipe('in-2')
    expect(two.types().at(-1)).toBe('alarm.anti-passback-violation')
  })
})

describe('shared presence', () => {
  it('outlives a plugin that has forgotten it: every controller tells all it knows again', () => {
    const { clock, broker, source, one, two, plugin, wait } = started()
    one.swipe('in-1')
    one.leaf('open')
    wait(500)
    one.leaf('closed')
    plugin.link.stop()
    plugin.transport.close()
    two.transport.switch(false)
    const fresh = createControllerRig({ id: 'ctrl-2', clock, transport: broker.connect() })
    const again = createPluginRig({ clock, transport: broker.connect(), source, intake: plugin.intake, seed: 8 })
    again.link.start()
    fresh.runtime.start()
    wait(1000)
    fresh.swipe('in-2')
    expect(fresh.types().at(-1)).toBe('alarm.anti-passback-violation')
    expect(one.types()).not.toContain('link.lost')
  })
})

describe('commands', () => {
  it('come back with what each door did', () => {
    const { command, one, wait } = started()
    expect(command('unlock')).toEqual([{ ok: true, body: [{ door: 'door-1', outcome: 'done' }] }])
    expect(one.relays.get('relay-1')).toBe(true)
    wait(1)
    expect(command('lockdown')[0]).toMatchObject({ ok: true })
    wait(1)
    expect(command('grant')).toEqual([{ ok: true, body: [{ door: 'door-1', outcome: 'refused', reason: 'lockdown' }] }])
  })

  it('to a controller that is gone are unreachable at once, and never arrive later', () => {
    const { command, one, wait } = started()
    one.transport.switch(false)
    const answers = command('unlock')
    wait(5_000)
    expect(answers).toEqual([expect.objectContaining({ ok: false, reason: 'unreachable' })])
    one.transport.switch(true)
    wait(20_000)
    expect(one.relays.get('relay-1')).toBe(false)
  })

  it('of another boot or session are refused, and one that comes twice acts once', () => {
    const { plugin, one, broker, wait } = started()
    const seen: { topic: string; payload: string }[] = []
    const tap = broker.connect()
    const { down, up } = topicsOf('portunus', 'ctrl-1')
    tap.subscribe(down, (topic, payload) => seen.push({ topic, payload }))
    const answers: string[] = []
    tap.subscribe(up, (_topic, payload) => payload.includes('"answer"') && answers.push(payload))
    const granted = {
      id: 'g',
      action: 'grant',
      target: { kind: 'door', id: 'door-1' },
      issuedAt: new Date(wall).toISOString(),
      validForMs: 4000,
    }
    plugin.link.request('ctrl-1', 'command', granted, () => {}, 4000)
    const ask = seen.map(({ payload }) => JSON.parse(payload)).find(({ kind }) => kind === 'ask')
    expect(one.types().filter(type => type === 'door.unlocked')).toHaveLength(1)
    for (const forged of [
      ask,
      { ...ask, id: 'x', session: 'other' },
      { ...ask, id: 'y', boot: 'other' },
      { ...ask, id: 'z', at: ask.at - 4000 },
    ])
      tap.publish(down, JSON.stringify(forged))
    expect(one.types().filter(type => type === 'door.unlocked')).toHaveLength(1)
    expect(answers.filter(payload => payload.includes('"stale"'))).toHaveLength(2)
    wait(1)
  })

  it('wait no longer than five seconds for an answer', () => {
    const { command, plugin, one, wait } = started()
    one.runtime.crash()
    expect(plugin.link.isOnline('ctrl-1')).toBe(true)
    const answers = command('unlock')
    wait(4_999)
    expect(answers).toEqual([])
    wait(1)
    expect(answers).toEqual([expect.objectContaining({ reason: 'unreachable' })])
  })
})

describe('asks', () => {
  it('reach what the controller offers, answer by answer, and nothing else', () => {
    const { plugin } = started({
      emulate(body, answer) {
        answer({ got: body }, false)
        answer('done', true)
      },
    })
    const answers: unknown[] = []
    plugin.link.request('ctrl-1', 'emulate', { step: 'swipe' }, (answer, last) => answers.push([answer, last]))
    plugin.link.request('ctrl-1', 'scan', {}, answer => answers.push(answer))
    expect(plugin.link.status('ctrl-1')?.asks).toEqual(['emulate'])
    expect(answers).toEqual([
      [{ ok: true, body: { got: { step: 'swipe' } } }, false],
      [{ ok: true, body: 'done' }, true],
      expect.objectContaining({ ok: false, reason: 'refused' }),
    ])
  })
})

describe('a site that changes', () => {
  it('is at the doors at once: a card taken away opens nothing any more', () => {
    const { source, plugin, one } = started()
    source.change(site => ({ ...site, cardholders: site.cardholders.map(each => ({ ...each, suspended: true })) }))
    plugin.link.offer()
    one.swipe('in-1')
    expect(one.store.read(1, 100).at(-1)?.event).toMatchObject({ type: 'access.denied', reason: 'cardholder-suspended' })
    expect(plugin.link.status('ctrl-1')?.revision).toBe('r2')
    expect(one.types().filter(type => type === 'configuration.applied')).toHaveLength(2)
  })

  it('is caught up with after an outage, with changes or as a whole', () => {
    const { source, plugin, one, two } = started()
    one.transport.switch(false)
    source.change(site => ({ ...site, cardholders: [], groups: [] }))
    const many = Array.from({ length: 950 }, (_, i) => ({ ...siteHolder(i) }))
    source.change(site => ({ ...site, cardholders: many as never }))
    plugin.link.offer()
    one.transport.switch(true)
    for (const each of [one, two]) {
      expect(each.store.inForce?.revision).toBe('r3')
      expect(each.store.directory.cards('1949', 26).map(({ cardholder }) => cardholder)).toEqual(['p-949'])
      expect(each.store.directory.cardholder('alice')).toBeUndefined()
    }
  })

  it('is rejected with the reasons where it cannot be taken, and the old one stays', () => {
    const { source, plugin, one } = started()
    source.change(site => ({ ...site, doors: [{ ...site.doors[0]!, accessTime: -1 } as never] }))
    plugin.link.offer('ctrl-1')
    expect(one.store.inForce?.revision).toBe('r1')
    expect(one.store.read(1, 100).at(-1)?.event).toMatchObject({ type: 'configuration.rejected', revision: 'r2' })
    expect(plugin.link.status('ctrl-1')).toMatchObject({
      revision: 'r1',
      problems: expect.arrayContaining([expect.stringContaining('doors.0.accessTime')]),
    })
    one.swipe('in-1')
    expect(one.relays.get('relay-1')).toBe(true)
    source.change(() => createSource(twoDoors).site)
    plugin.link.offer('ctrl-1')
    expect(plugin.link.status('ctrl-1')).toMatchObject({ revision: 'r3', problems: [] })
  })

  it('altered on the way is rejected', () => {
    const { source, plugin, one, broker } = house()
    const { down } = topicsOf('portunus', 'ctrl-1')
    plugin.link.start()
    const forger = broker.connect()
    one.runtime.start()
    forger.subscribe(down, (_topic, payload) => {
      const message = JSON.parse(payload)
      if (message.kind === 'configuration-offer' && message.revision === 'r2')
        forger.publish(
          down,
          JSON.stringify({
            protocol: 1,
            kind: 'configuration-part',
            session: message.session,
            want: 'r2',
            revision: 'r2',
            from: 'r1',
            part: 0,
            last: true,
            people: [],
            removed: ['alice'],
            checksum: 'f00',
          }),
        )
    })
    source.change(site => ({ ...site, site: { ...site.site, name: 'Other' } }))
    plugin.link.offer('ctrl-1')
    expect(one.store.directory.cardholder('alice')).toBeDefined()
    expect(one.types()).toContain('configuration.rejected')
  })
})

describe('states', () => {
  it('are told whole at first, then as they change', () => {
    const { plugin, one, command, wait } = started()
    expect(plugin.states.get('door-1')).toMatchObject({ kind: 'door', locked: true, mode: 'scheduled', position: 'closed' })
    command('unlock')
    one.leaf('open')
    wait(200)
    expect(plugin.states.get('door-1')).toMatchObject({ locked: false, mode: 'unlocked', position: 'open' })
    expect(plugin.states.get('in-1')).toMatchObject({ kind: 'reader', online: true })
  })

  it('of a zone over two controllers tell how many are in it, never who, and go with the site', () => {
    const { plugin, one, source, wait } = started()
    expect(plugin.states.get('office')).toMatchObject({ kind: 'zone', present: 0, limit: null, antiPassbackSuspended: false })
    one.swipe('in-1')
    one.leaf('open')
    wait(200)
    expect(plugin.states.get('office')).toEqual({
      kind: 'zone',
      id: 'office',
      present: 1,
      limit: null,
      full: false,
      antiPassbackSuspended: false,
    })
    source.change(site => ({ ...site, zones: site.zones.map(zone => ({ ...zone, occupancyLimit: 1 })) }))
    plugin.link.offer()
    wait(200)
    expect(plugin.states.get('office')).toMatchObject({ present: 1, limit: 1, full: true })
    source.change(site => ({ ...site, zones: [] }))
    plugin.link.offer()
    wait(200)
    expect(plugin.states.get('office')).toBeUndefined()
  })
})

describe('protocols', () => {
  const pair = (controller: { newest: number; oldest: number }, plugin: { newest: number; oldest: number }) => {
    const clock = createVirtualClock(wall)
    const broker = createMemoryBroker()
    const troubles: string[] = []
    const said: number[] = []
    const tap = broker.connect()
    for (const topic of Object.values(topicsOf('portunus', 'ctrl-1')))
      tap.subscribe(topic, (_topic, payload) => said.push(JSON.parse(payload).protocol))
    const rig = createControllerRig({
      id: 'ctrl-1',
      clock,
      transport: broker.connect(),
      link: { protocols: controller, onTrouble: trouble => troubles.push(trouble) },
    })
    const server = createPluginRig({ clock, transport: broker.connect(), source: createSource(twoDoors), link: { protocols: plugin } })
    server.link.start()
    rig.runtime.start()
    rig.swipe('in-1')
    return { rig, server, troubles, said }
  }

  it('one apart understand each other, whichever end is older', () => {
    for (const [controller, plugin] of [
      [
        { newest: 2, oldest: 1 },
        { newest: 1, oldest: 1 },
      ],
      [
        { newest: 1, oldest: 1 },
        { newest: 2, oldest: 1 },
      ],
    ] as const) {
      const { rig, server, said } = pair(controller, plugin)
      expect(server.intake.of('ctrl-1').length).toBe(rig.store.next - 1)
      expect(said.at(-1)).toBe(1)
    }
  })

  it('further apart say so at both ends', () => {
    const { rig, server, troubles } = pair({ newest: 3, oldest: 2 }, { newest: 1, oldest: 1 })
    expect(rig.store.inForce).toBeUndefined()
    expect(troubles[0]).toContain('update the older one')
    expect(server.troubles[0]).toContain('update the older one')
  })
})

function siteHolder(i: number) {
  return {
    id: `p-${i}`,
    firstName: '',
    lastName: '',
    type: 'Employee',
    email: null,
    custom: {},
    longAccessTime: false,
    suspended: false,
    allowDoubleSwipe: false,
    exemptFromLockdown: false,
    exemptFromAntiPassback: false,
    global: false,
    visit: null,
    credentials: [{ id: `k-${i}`, type: 'card', cardNumber: String(1000 + i), bitLength: 26, validTo: { kind: 'none' } }],
  }
}
