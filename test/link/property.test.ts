import fc from 'fast-check'
import { expect, it } from 'vitest'
import { viewZone } from '../../controller/core/view.ts'
import { createRandom } from '../../controller/emulator/random.ts'
import { createVirtualClock } from '../../controller/emulator/virtual-clock.ts'
import type { Store } from '../../controller/store/contract.ts'
import { openMemoryStore } from '../../controller/store/open.ts'
import type { Clock } from '../../shared/clock.ts'
import { longestValidity } from '../../shared/link.ts'
import { createMemoryBroker } from '../../shared/memory-link.ts'
import { createControllerRig, createIntake, createPluginRig, createSource, twoDoors, wall } from './rig.ts'

const runs = process.env.PORTUNUS_LONG === '1' ? 1000 : 60

/** What can happen to the link and at the doors between two moments. */
const happening = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), at: fc.constantFrom(0, 1), side: fc.constantFrom('in', 'out') }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 20_000 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('switch' as const), at: fc.constantFrom(0, 1, 2), up: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), at: fc.constantFrom(0, 1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), at: fc.constantFrom(0, 1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('plugin dies' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('edit' as const), suspend: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('command' as const),
      at: fc.constantFrom(0, 1),
      action: fc.constantFrom('grant' as const, 'unlock' as const, 'lock' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('clock' as const),
      at: fc.constantFrom(0, 1, 2),
      by: fc.integer({ min: -86_400_000, max: 86_400_000 }),
    }),
  },
)
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

/** Clocks of one machine each: another beginning, and a wall clock that somebody may set. */
function machine(base: Clock, ahead: number): Clock & { shift: number } {
  const clock = {
    shift: 0,
    now: () => base.now() + ahead,
    wall: () => base.wall() + clock.shift,
    at: (instant: number, fn: () => void) => base.at(instant - ahead, fn),
  }
  return clock
}

interface Act {
  readonly at: number
  readonly operator: string
}

/** What a command does at once; a lock that falls back later names the operator too. */
const starts = new Set(['door.unlocked', 'door.mode-changed'])

/** Notes when what an operator asked for was done. */
function watched(store: Store, base: Clock, acts: Act[]): Store {
  return Object.assign(Object.create(store) as Store, {
    commit(...args: Parameters<Store['commit']>) {
      const committed = store.commit(...args)
      for (const { event } of committed.events)
        if (event.operator !== undefined && starts.has(event.type)) acts.push({ at: base.now(), operator: event.operator })
      return committed
    },
  })
}

function play(happenings: readonly Happening[], seed: number, slowest: number, loss: number) {
  const base = createVirtualClock(wall)
  const dice = createRandom(seed, 'network')
  let rough = true
  const broker = createMemoryBroker({
    clock: base,
    heartbeatMs: 3_000,
    delay: () => (!rough ? 1 : dice.next() < loss ? null : Math.floor(dice.next() ** 3 * slowest)),
  })
  const source = createSource(twoDoors)
  const intake = createIntake()
  const clocks = [machine(base, 12_345), machine(base, 999_999), machine(base, 7)]
  const acts: Act[] = []
  const doors = ['ctrl-1', 'ctrl-2'].map((id, i) => {
    const clock = clocks[i]!
    const random = createRandom(seed, id).bytes
    const store = watched(openMemoryStore({ controller: id, wall: clock.wall(), random }), base, acts)
    const transport = broker.connect()
    return { ...createControllerRig({ id, clock, transport, store, seed }), transport }
  })
  const makePlugin = (n: number) => createPluginRig({ clock: clocks[2]!, transport: broker.connect(), source, intake, seed: seed + n })
  let plugin = makePlugin(0)
  let lives = 0
  plugin.link.start()
  for (const { runtime } of doors) runtime.start()
  const wait = (ms: number) => base.advanceTo(base.now() + ms)
  wait(1_000)

  const asked = new Map<string, number>()
  for (const [n, each] of happenings.entries()) {
    if (each.kind === 'wait') wait(each.ms)
    else if (each.kind === 'pass') {
      const door = doors[each.at]!
      door.swipe(`${each.side}-${each.at + 1}`)
      door.leaf('open')
      wait(100)
      door.leaf('closed')
    } else if (each.kind === 'switch')
      (each.at === 2 ? (plugin.transport as (typeof doors)[0]['transport']) : doors[each.at]!.transport).switch(each.up)
    else if (each.kind === 'crash' || each.kind === 'restart') {
      const { runtime } = doors[each.at]!
      if (each.kind === 'crash') runtime.crash()
      else runtime.stop()
      wait(200)
      runtime.start()
    } else if (each.kind === 'plugin dies') {
      plugin.link.stop()
      plugin.transport.close()
      wait(300)
      plugin = makePlugin(++lives)
      plugin.link.start()
    } else if (each.kind === 'edit') {
      source.change(site => ({ ...site, cardholders: site.cardholders.map(holder => ({ ...holder, suspended: each.suspend })) }))
      plugin.link.offer()
    } else if (each.kind === 'command') {
      const operator = `operator-${n}`
      asked.set(operator, base.now())
      const command = {
        id: operator,
        action: each.action,
        target: { kind: 'door', id: `door-${each.at + 1}` },
        operator,
        issuedAt: new Date(clocks[2]!.wall()).toISOString(),
        validForMs: longestValidity,
      }
      plugin.link.request(`ctrl-${each.at + 1}`, 'command', command, () => {})
    } else if (each.kind === 'clock') clocks[each.at]!.shift += each.by
  }
  const calm = () => {
    rough = false
    for (const { transport } of doors) transport.switch(true)
    ;(plugin.transport as (typeof doors)[0]['transport']).switch(true)
    wait(90_000)
  }
  return { doors, intake, source, acts, asked, calm, plugin: () => plugin }
}

const network = { slowest: fc.constantFrom(20, 1_000, 9_000), loss: fc.constantFrom(0, 0.05, 0.4) }

it('loses, doubles and reorders no event, and ends with one site and one presence, whatever the link does', () => {
  fc.assert(
    fc.property(
      fc.array(happening, { maxLength: 40 }),
      fc.integer({ min: 1, max: 1e6 }),
      network.slowest,
      network.loss,
      (happenings, seed, slowest, loss) => {
        const { doors, intake, source, calm } = play(happenings, seed, slowest, loss)
        calm()
        for (const { id, store, link } of doors) {
          expect(link.up).toBe(true)
          const own = store.read(1, 100_000).map(({ event }) => event.id)
          expect(intake.of(id).map(({ event }) => event.id)).toEqual(own)
          expect(store.check()).toEqual({ ok: true, events: own.length })
          expect(store.inForce?.revision).toBe(source.revision())
        }
        // Presence is ordered by instants, which a clock that is set takes away.
        const present = doors.map(({ runtime }) => viewZone(runtime.view()!.state, 'office'))
        if (!happenings.some(({ kind }) => kind === 'clock')) expect(present[0]).toEqual(present[1])
      },
    ),
    { numRuns: runs },
  )
})

it('carries no command out later than five seconds after it was asked, whatever the link does', () => {
  let done = 0
  fc.assert(
    fc.property(
      fc.array(happening, { minLength: 5, maxLength: 40 }),
      fc.integer({ min: 1, max: 1e6 }),
      network.slowest,
      network.loss,
      (happenings, seed, slowest, loss) => {
        const { acts, asked, calm } = play(happenings, seed, slowest, loss)
        calm()
        for (const { at, operator } of acts) expect(at - asked.get(operator)!).toBeLessThanOrEqual(longestValidity)
        done += acts.length
      },
    ),
    { numRuns: runs },
  )
  expect(done).toBeGreaterThan(runs / 4)
})
