import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextDue } from '../../controller/core/dispatch.ts'
import type { Action } from '../../shared/command.ts'
import type { EventType } from '../../shared/event.ts'
import { Rig } from '../door-rig.ts'
import { oneDoor } from '../door-sites.ts'
import { Oracle, type Settings } from './door-oracle.ts'

const ohms = { closed: 3870, open: 22_000, unknown: 0 } as const
type Position = keyof typeof ohms
const restingOhms = Number.POSITIVE_INFINITY

const settings: fc.Arbitrary<Settings> = fc.record({
  relock: fc.constantFrom('after-closing', 'after-opening'),
  relockDelayMs: fc.constantFrom(0, 500, 4000),
  access: fc.constantFrom(5000, 7000),
  longAccess: fc.constantFrom(9000, 20_000),
  tooLong: fc.constantFrom(6000, 30_000),
  longTooLong: fc.constantFrom(31_000, 60_000),
})

function doorWith({ relock, relockDelayMs, access, longAccess, tooLong, longTooLong }: Settings): Rig {
  return new Rig(
    oneDoor(
      {
        relock,
        relockDelayMs,
        accessTime: access / 1000,
        longAccessTime: longAccess / 1000,
        openTooLongTime: tooLong / 1000,
        longOpenTooLongTime: longTooLong / 1000,
        doorMonitor: { port: 'door-1', debounceMs: 0, supervision: { connection: 'parallel-first' } },
        doubleSwipe: {},
      },
      { controllers: [{ id: 'c1', board: 'two-door', inputs: [{ port: 'aux-1', role: 'emergency', debounceMs: 0 }] }] },
    ),
  )
}

/** The hardware reports what it finds. */
function report(rig: Rig, position: Position, fire: boolean): void {
  rig
    .input('door-1', { ohms: ohms[position] })
    .input('rex-1', 'open')
    .input('aux-1', { ohms: fire ? restingOhms : 0 })
}

/** One move of a history: at the real door, and at its oracle. */
class Move implements fc.Command<Oracle, Rig> {
  readonly name: string
  readonly real: (rig: Rig, oracle: Oracle) => void
  readonly plain: (oracle: Oracle, now: number) => void
  constructor(name: string, real: Move['real'], plain: Move['plain']) {
    this.name = name
    this.real = real
    this.plain = plain
  }
  check(): boolean {
    return true
  }
  run(oracle: Oracle, rig: Rig): void {
    this.real(rig, oracle)
    oracle.pass(rig.mono)
    this.plain(oracle, rig.mono)
    const { position, mode, locked, forced, openTooLong } = rig.door()
    const found = {
      position,
      mode,
      locked,
      forced,
      openTooLong,
      relay: rig.relays.get('c1/relay-1'),
      due: rig.state.rows.door.get('front')!.due,
    }
    const { unlocked } = oracle
    const wanted = {
      locked: !unlocked,
      relay: unlocked,
      forced: oracle.forced,
      openTooLong: oracle.tooLongAt === 'raised',
      due: oracle.due,
    }
    const told = { position: oracle.position, mode: oracle.mode, ...wanted }
    if (!isDeepStrictEqual(found, told)) expect(found).toEqual(told)
  }
  toString(): string {
    return this.name
  }
}

const moves = [
  fc.constantFrom('ada', 'ben', 'CLEO').map(
    who =>
      new Move(
        `swipe ${who}`,
        rig => rig.card('in', who === 'CLEO' ? 'long:CLEO' : who),
        (oracle, now) => oracle.swipe(who, now),
      ),
  ),
  fc.constant(
    new Move(
      'press',
      rig => rig.input('rex-1', 'closed').input('rex-1', 'open'),
      (oracle, now) => oracle.press(now),
    ),
  ),
  fc.constantFrom<Position>('open', 'open', 'closed', 'closed', 'unknown').map(
    position =>
      new Move(
        `leaf ${position}`,
        rig => rig.input('door-1', { ohms: ohms[position] }),
        (oracle, now) => oracle.leaf(position, now),
      ),
  ),
  fc.constantFrom<Action>('grant', 'unlock', 'lock', 'lockdown', 'reset', 'reset').map(
    action =>
      new Move(
        action,
        rig => rig.act(action),
        (oracle, now) => oracle.act(action, now),
      ),
  ),
  fc.boolean().map(
    fire =>
      new Move(
        `fire ${fire}`,
        rig => rig.input('aux-1', { ohms: fire ? restingOhms : 0 }),
        (oracle, now) => oracle.alarm(fire, now),
      ),
  ),
  fc.constantFrom(1, 499, 500, 501, 1999, 4999, 5000, 5001, 6999, 7000, 9000, 29_999, 30_000, 60_000).map(
    ms =>
      new Move(
        `wait ${ms}`,
        rig => rig.wait(ms),
        () => {},
      ),
  ),
  fc.constant(
    new Move(
      'restart',
      (rig, oracle) => report(rig.restart(), oracle.position, oracle.fire),
      (oracle, now) => oracle.restart(now),
    ),
  ),
]

const alarms: readonly [EventType, EventType][] = [
  ['door.forced-open', 'door.forced-open-ended'],
  ['door.open-too-long', 'door.open-too-long-ended'],
  ['alarm.emergency', 'alarm.emergency-ended'],
  ['input.supervision-fault', 'input.supervision-restored'],
]

/** What stands by the log alone: a start ends it all, and tells anew what still stands. */
function standing(types: readonly EventType[]): EventType[] {
  const up = new Set<EventType>()
  for (const type of types) {
    if (type === 'controller.started') up.clear()
    for (const [begin, end] of alarms)
      if (type === begin) {
        expect(up.has(begin), `${begin} twice`).toBe(false)
        up.add(begin)
      } else if (type === end) expect(up.delete(begin), `${end} without ${begin}`).toBe(true)
  }
  return [...up]
}

/** One opening is forced or somebody's, never both. */
function openingsAreOneThing(types: readonly EventType[]): void {
  for (const opening of types.join(' ').split('door.opened').slice(1))
    expect(opening.includes('door.forced-open ') && opening.includes('access.taken'), opening).toBe(false)
}

/** What the log says of the bolt since the last start; undefined where it has not moved. */
function boltByLog(types: readonly EventType[]): boolean | undefined {
  const told = types.findLast(type => type === 'door.unlocked' || type === 'door.locked' || type === 'controller.started')
  return told === 'controller.started' ? undefined : told === 'door.unlocked'
}

describe('a door', () => {
  it('is what the ten fields of its oracle say, through any history [D1, D2, D3, D4, D5, D6, K1, K2, K3, K4, K5]', () => {
    fc.assert(
      fc.property(settings, fc.commands(moves, { maxCommands: 30 }), (given, history) => {
        const rig = doorWith(given).start()
        report(rig, 'closed', false)
        const oracle = new Oracle(given)
        fc.modelRun(() => ({ model: oracle, real: rig }), history)
        openingsAreOneThing(rig.types)
        expect(boltByLog(rig.types) ?? rig.relays.get('c1/relay-1')).toBe(rig.relays.get('c1/relay-1'))
        report(rig, 'closed', false)
        rig.wait(60_000)
        expect(standing(rig.types)).toEqual([])
        expect(nextDue(rig.state, rig.now)).toBeNull()
      }),
      { numRuns: 10_000 },
    )
  })
})

type Play = readonly [name: string, play: (rig: Rig) => unknown]
const plays: fc.Arbitrary<Play> = fc.oneof(
  fc.constantFrom('unlock', 'lock', 'lockdown', 'reset').map((action): Play => [action, rig => rig.act(action as Action)]),
  fc.constantFrom('ada', 'twice:ada').map((bits): Play => [bits, rig => rig.card('in', bits)]),
  fc.constantFrom('open', 'closed').map((reading): Play => [`aux-1 ${reading}`, rig => rig.input('aux-1', reading as 'open')]),
  fc.constantFrom(1, 10, 60, 300, 900).map((minutes): Play => [`${minutes} min`, rig => rig.wait(minutes * 60_000)]),
)

describe('a restart', () => {
  it('anywhere changes nothing that should outlive it', () => {
    const site = oneDoor(
      { unlockSchedules: ['day', 'noon'], firstPersonIn: true },
      { controllers: [{ id: 'c1', board: 'two-door', inputs: [{ port: 'aux-1', role: 'emergency', debounceMs: 0, latched: true }] }] },
    )
    fc.assert(
      fc.property(fc.array(plays, { maxLength: 20 }), fc.nat({ max: 20 }), (history, at) => {
        const [through, broken] = [new Rig(site), new Rig(site)].map(rig => rig.start().input('aux-1', 'closed'))
        for (const [i, [, play]] of history.entries()) {
          for (const rig of [through!, broken!]) play(rig)
          if (i === at) {
            const { level } = broken!.state.rows.input.get('c1/aux-1')!
            broken!.restart().input('aux-1', level as 'open')
          }
          expect([...broken!.state.rows.mode]).toEqual([...through!.state.rows.mode])
        }
        const [one, other] = [through!.wait(7000).door(), broken!.wait(7000).door()]
        expect([one.mode, one.locked]).toEqual([other.mode, other.locked])
      }),
      { numRuns: 1000 },
    )
  })
})

describe('debouncing', () => {
  it('never makes a passage forced that began in time, nor a forced opening a passage [F4]', () => {
    const bounces = fc.array(fc.integer({ min: 1, max: 49 }), { maxLength: 8 }).filter(list => list.length % 2 === 0)
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2000 }), bounces, fc.constantFrom('after-closing', 'after-opening'), (edge, list, relock) => {
        const rig = new Rig(oneDoor({ accessTime: 1, relock, doorMonitor: { port: 'door-1', debounceMs: 50 } }))
          .start()
          .input('door-1', 'closed')
        rig.card('in', 'ada').wait(edge).input('door-1', 'open')
        for (const [i, ms] of list.entries()) rig.wait(ms).input('door-1', i % 2 === 0 ? 'closed' : 'open')
        rig.wait(1000)
        const forced = edge >= 1000
        expect(rig.types.filter(type => type === 'door.opened')).toHaveLength(1)
        expect(rig.types.includes('door.forced-open')).toBe(forced)
        expect(rig.types.includes('access.taken')).toBe(!forced)
        expect(rig.types.includes('access.not-taken')).toBe(forced)
        expect(rig.door().locked).toBe(forced || relock === 'after-opening')
      }),
      { numRuns: 1000 },
    )
  })
})
