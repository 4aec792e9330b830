import { describe, expect, it } from 'vitest'
import { type SiteInput, site as siteSchema } from '../shared/site.ts'
import type { FieldEffect } from './core/effect.ts'
import type { Input } from './core/input.ts'
import { viewDoor } from './core/view.ts'
import { createRandom } from './emulator/random.ts'
import { createVirtualClock } from './emulator/virtual-clock.ts'
import type { Field, Report } from './field/field.ts'
import { createRuntime, type RuntimeLink } from './runtime.ts'
import type { Store } from './store/contract.ts'
import { openMemoryStore } from './store/open.ts'

const wall = Date.parse('2026-03-02T09:00:00Z')
const bits = '00000110011111011010011001'
const house: SiteInput = {
  portunus: 1,
  site: { name: 'House' },
  cardFormats: [{ id: 'h10301', active: true }],
  controllers: [{ id: 'ctrl-1', board: 'two-door', inputs: [{ port: 'aux-1', role: 'emergency' }] }],
  doors: [
    {
      id: 'lobby',
      type: 'door',
      controller: 'ctrl-1',
      locks: { primary: { relay: 'relay-1' } },
      doorMonitor: { port: 'door-1' },
      a: { reader: { id: 'lobby-in', type: 'wiegand', port: 'reader-1' }, rex: { port: 'rex-1' } },
    },
  ],
  cardholders: [{ id: 'alice', credentials: [{ id: 'alice-card', type: 'card', cardNumber: '64332', bitLength: 26 }] }],
  groups: [{ id: 'staff', members: ['alice'] }],
  accessRules: [{ id: 'all', groups: ['staff'], doors: ['lobby'], schedules: ['always'] }],
}
const site = siteSchema.parse(house)

/** Hardware that notes what it was told, beside what was stored by then. */
function hardware(store: Store) {
  const told: { readonly effect: FieldEffect; readonly stored: number }[] = []
  let report: Report | undefined
  const field: Field = {
    start(to) {
      report = to
      to({ kind: 'input', controller: 'ctrl-1', port: 'door-1', reading: 'closed' })
      to({ kind: 'input', controller: 'ctrl-1', port: 'aux-1', reading: 'closed' })
    },
    apply: effect => told.push({ effect, stored: store.read(1, 1000).length }),
    stop() {
      report = undefined
    },
  }
  const relays = () => told.flatMap(({ effect }) => (effect.kind === 'relay' ? [effect.energised] : []))
  return { field, told, relays, see: (input: Input) => report?.(input) }
}

function rig(link?: RuntimeLink) {
  const clock = createVirtualClock(wall)
  const store = openMemoryStore({ controller: 'ctrl-1', wall, random: createRandom(1, 'store').bytes })
  const hands = hardware(store)
  const runtime = createRuntime({ controller: 'ctrl-1', clock, store, fields: [hands.field], ...(link ? { link } : {}) })
  runtime.configure(site, '1')
  const types = () => store.read(1, 1000).map(({ event }) => event.type)
  const door = () => viewDoor(runtime.view()!.model, runtime.view()!.state, 'lobby')!
  const swipe = () => hands.see({ kind: 'card', reader: 'lobby-in', bits })
  const contact = (port: string, reading: 'open' | 'closed') => hands.see({ kind: 'input', controller: 'ctrl-1', port, reading })
  const wait = (ms: number) => clock.advanceTo(clock.now() + ms)
  const command = (action: 'unlock' | 'lock' | 'lockdown' | 'reset') =>
    runtime.input({
      kind: 'command',
      command: { id: 'c', action, target: { kind: 'door', id: 'lobby' }, issuedAt: new Date(clock.wall()).toISOString(), validForMs: 5000 },
    })
  return { ...hands, clock, store, runtime, types, door, swipe, contact, wait, command }
}

describe('one swipe', () => {
  it('unlocks, and relocks when the access time is over, by one timer', () => {
    const { runtime, swipe, relays, wait, types } = rig()
    runtime.start()
    swipe()
    expect(relays().at(-1)).toBe(true)
    wait(6_999)
    expect(relays().at(-1)).toBe(true)
    wait(1)
    expect(relays().at(-1)).toBe(false)
    expect(types()).toEqual(['controller.started', 'access.granted', 'door.unlocked', 'access.not-taken', 'door.locked'])
  })

  it('is stored before the relay moves', () => {
    const { runtime, swipe, told } = rig()
    runtime.start()
    swipe()
    const unlocked = told.find(({ effect }) => effect.kind === 'relay' && effect.energised)
    expect(unlocked?.stored).toBe(3)
  })

  it('is taken after the one under way, never within it', () => {
    const { runtime, field, swipe, types } = rig()
    const apply = field.apply
    let again = true
    field.apply = effect => {
      apply(effect)
      if (!again || effect.kind !== 'relay' || !effect.energised) return
      again = false
      swipe()
      expect(types().filter(type => type === 'access.granted')).toHaveLength(1)
    }
    runtime.start()
    swipe()
    expect(types().filter(type => type === 'access.granted')).toHaveLength(2)
  })
})

describe('start', () => {
  it('knows what the hardware reports before the doors go to their resting state', () => {
    const { runtime, door, types } = rig()
    runtime.start()
    expect(door()).toMatchObject({ position: 'closed', locked: true, mode: 'scheduled' })
    expect(types()).toEqual(['controller.started'])
  })

  it('runs without a site, and begins when it gets its first one', () => {
    const clock = createVirtualClock(wall)
    const store = openMemoryStore({ controller: 'ctrl-1', wall })
    const { field, see, relays } = hardware(store)
    const runtime = createRuntime({ controller: 'ctrl-1', clock, store, fields: [field] })
    runtime.start()
    see({ kind: 'card', reader: 'lobby-in', bits })
    expect(store.read(1, 10)).toEqual([])
    runtime.configure(site, 'r1')
    expect(store.read(1, 10).map(({ event }) => event.type)).toEqual(['controller.started', 'configuration.applied'])
    see({ kind: 'card', reader: 'lobby-in', bits })
    expect(relays().at(-1)).toBe(true)
  })

  it('refuses a site that does not have this controller', () => {
    const { runtime, store } = rig()
    runtime.start()
    expect(() => runtime.configure({ ...site, controllers: [] }, '2')).toThrow('no controller "ctrl-1"')
    expect(store.inForce?.revision).toBe('1')
  })
})

for (const end of ['stop', 'crash'] as const)
  describe(end, () => {
    it('keeps a manual mode and ends a running access time', () => {
      const { runtime, swipe, command, door, relays, wait } = rig()
      runtime.start()
      swipe()
      expect(door().locked).toBe(false)
      runtime[end]()
      runtime.start()
      expect(door().locked).toBe(true)
      expect(relays().at(-1)).toBe(false)
      command('unlock')
      wait(100)
      runtime[end]()
      wait(60_000)
      runtime.start()
      expect(door()).toMatchObject({ mode: 'unlocked', locked: false })
      expect(relays().at(-1)).toBe(true)
    })

    it('hears nothing and does nothing until it starts again', () => {
      const { runtime, swipe, types, relays, wait } = rig()
      runtime.start()
      swipe()
      runtime[end]()
      const before = [types().length, relays().length]
      runtime.input({ kind: 'card', reader: 'lobby-in', bits })
      wait(60_000)
      expect([types().length, relays().length]).toEqual(before)
    })
  })

describe('a site put in force', () => {
  it('takes effect between two swipes, people and rules together', () => {
    const { runtime, swipe, types, store } = rig()
    runtime.start()
    swipe()
    runtime.configure({ ...site, cardholders: [], groups: [] }, '2')
    swipe()
    runtime.configure(site, '3')
    swipe()
    const decisions = store.read(1, 100).filter(({ event }) => event.type.startsWith('access.') && event.type !== 'access.not-taken')
    expect(decisions.map(({ event }) => [event.type, event.reason])).toEqual([
      ['access.granted', undefined],
      ['access.denied', 'unknown-credential'],
      ['access.granted', undefined],
    ])
    expect(types().filter(type => type === 'configuration.applied')).toHaveLength(2)
  })
})

describe('the clock', () => {
  it('that is set is told, and one that drifts is not', () => {
    let shift = 0
    const base = createVirtualClock(wall)
    const clock = { ...base, wall: () => base.wall() + shift }
    const store = openMemoryStore({ controller: 'ctrl-1', wall })
    const runtime = createRuntime({ controller: 'ctrl-1', clock, store, fields: [] })
    runtime.configure(site, '1')
    runtime.start()
    shift = 900
    base.advanceTo(20_000)
    expect(store.read(1, 10).map(({ event }) => event.type)).toEqual(['controller.started'])
    shift = 3_600_000
    base.advanceTo(30_000)
    expect(store.read(1, 10).map(({ event }) => event.type)).toEqual(['controller.started', 'controller.clock-changed'])
  })

  it('that cannot be believed is told before the doors act on schedules', () => {
    const clock = createVirtualClock(wall)
    const store = openMemoryStore({ controller: 'ctrl-1', wall })
    let trusted = false
    const runtime = createRuntime({ controller: 'ctrl-1', clock, store, fields: [], clockTrusted: () => trusted })
    runtime.configure(site, '1')
    runtime.start()
    expect(store.read(1, 10).map(({ event }) => event.type)).toContain('controller.clock-untrusted')
    trusted = true
    clock.advanceTo(10_000)
    expect(store.read(1, 10).at(-1)?.event.type).toBe('controller.clock-trusted')
  })
})

it('gives the same log again for the same inputs, ids included', () => {
  const run = () => {
    const { runtime, swipe, contact, wait, store } = rig()
    runtime.start()
    for (let i = 0; i < 20; i++) {
      swipe()
      contact('door-1', 'open')
      wait(500)
      contact('door-1', 'closed')
      wait(20_000)
    }
    return store.read(1, 1000)
  }
  expect(run()).toEqual(run())
})

it('drops an input that broken code cannot take, and works on', () => {
  const clock = createVirtualClock(wall)
  const store = openMemoryStore({ controller: 'ctrl-1', wall })
  const { field, see, relays } = hardware(store)
  const faults: unknown[] = []
  const runtime = createRuntime({ controller: 'ctrl-1', clock, store, fields: [field], onFault: fault => faults.push(fault) })
  runtime.configure(site, '1')
  runtime.start()
  const cards = store.directory.cards
  Object.assign(store.directory, {
    cards: () => {
      throw new Error('broken')
    },
  })
  see({ kind: 'card', reader: 'lobby-in', bits })
  expect(faults).toHaveLength(1)
  expect(relays()).not.toContain(true)
  Object.assign(store.directory, { cards })
  see({ kind: 'card', reader: 'lobby-in', bits })
  expect(relays().at(-1)).toBe(true)
})
