import { describe, expect, it } from 'vitest'
import { Rig } from '../../test/door-rig.ts'
import { type DoorInput, oneDoor } from '../../test/door-sites.ts'

type Door = Partial<DoorInput>

/** A started controller whose door is closed and whose REX is at rest, with the log emptied. */
function rig(door: Door = {}): Rig {
  return new Rig(oneDoor(door)).start().input('door-1', 'closed').input('rex-1', 'open').mark()
}
const open = (door: Rig) => door.input('door-1', 'open')
const close = (door: Rig) => door.input('door-1', 'closed')
const press = (door: Rig) => door.input('rex-1', 'closed').input('rex-1', 'open')
const drawn = (door: Rig) => door.relays.get('c1/relay-1')

/** What stands at an instant: the bolt, and whether the open-too-long alarm has been raised. */
type Mark = [ms: number, bolt: 'locked' | 'unlocked', alarm?: 'too long']

/** Plays leaf movements at their instants and looks at every mark. */
function timeline(door: Rig, moves: readonly (readonly [ms: number, move: (door: Rig) => Rig])[], marks: readonly Mark[]): void {
  const steps = [...moves.map(([ms, move]) => ({ ms, move })), ...marks.map(([ms, bolt, alarm]) => ({ ms, bolt, alarm }))]
  for (const step of steps.sort((one, other) => one.ms - other.ms || ('move' in one ? -1 : 1))) {
    door.wait(step.ms - door.mono)
    if ('move' in step) step.move(door)
    else {
      expect([step.ms, drawn(door) ? 'unlocked' : 'locked'], `bolt at ${step.ms} ms`).toEqual([step.ms, step.bolt])
      expect(door.types.includes('door.open-too-long'), `alarm at ${step.ms} ms`).toBe(step.alarm !== undefined)
    }
  }
}

const times: Door = { accessTime: 7, longAccessTime: 20, openTooLongTime: 30, longOpenTooLongTime: 60 }
/** Diagram 1: access time 7 s, open-too-long 30 s. Diagram 2: the long times, 20 s and 60 s. */
const diagrams = [
  { rule: 'D7', who: 'ada', access: 7000, tooLong: 30_000 },
  { rule: 'D8', who: 'long:ben', access: 20_000, tooLong: 60_000 },
]

for (const { rule, who, access, tooLong } of diagrams)
  describe(`the time diagram of ${rule === 'D7' ? 'ordinary' : 'long'} times`, () => {
    const granted = (door: Door = {}) => rig({ ...times, ...door }).card('in', who)

    it(`unlocks at the grant and locks at the end of the access time when nobody acts [${rule}]`, () => {
      timeline(
        granted(),
        [],
        [
          [0, 'unlocked'],
          [access - 1, 'unlocked'],
          [access, 'locked'],
          [access + 1, 'locked'],
        ],
      )
    })
    it(`an opening in the last millisecond is in time, one at the end of the access time is forced [${rule}]`, () => {
      const late = granted()
      timeline(late, [[access, open]], [[access, 'locked']])
      expect(late.types).toContain('door.forced-open')
      const early = granted()
      timeline(early, [[access - 1, open]], [[access, 'unlocked']])
      expect(early.types).toContain('access.taken')
      expect(early.types).not.toContain('door.forced-open')
    })
    it(`relocks on opening where it is set so [${rule}]`, () => {
      timeline(
        granted({ relock: 'after-opening' }),
        [[2000, open]],
        [
          [1999, 'unlocked'],
          [2000, 'locked'],
        ],
      )
    })
    it(`stays unlocked until closed where it is set so [${rule}]`, () => {
      timeline(
        granted(),
        [
          [2000, open],
          [access + 5000, close],
        ],
        [
          [2000, 'unlocked'],
          [access, 'unlocked'],
          [access + 1, 'unlocked'],
          [access + 4999, 'unlocked'],
          [access + 5000, 'locked'],
        ],
      )
    })
    it(`raises the alarm when the open-too-long time, counted from the opening, is over [${rule}]`, () => {
      timeline(
        granted(),
        [
          [2000, open],
          [2000 + tooLong + 5000, close],
        ],
        [
          [2000 + tooLong - 1, 'unlocked'],
          [2000 + tooLong, 'unlocked', 'too long'],
          [2000 + tooLong + 4999, 'unlocked', 'too long'],
        ],
      )
    })
    it(`raises no alarm for a door closed in its last millisecond, and ends the one it raised [${rule}]`, () => {
      const closed = granted()
      timeline(
        closed,
        [
          [2000, open],
          [2000 + tooLong - 1, close],
        ],
        [[2000 + tooLong + 1, 'locked']],
      )
      const held = granted()
      timeline(
        held,
        [
          [2000, open],
          [2000 + tooLong + 1, close],
        ],
        [[2000 + tooLong, 'unlocked', 'too long']],
      )
      expect(held.types.slice(-3)).toEqual(['door.closed', 'door.open-too-long-ended', 'door.locked'])
    })
  })

describe('a passage', () => {
  it('relocks when the door closes although access time is left [D1]', () => {
    const door = rig().card('in', 'ada').wait(1000)
    open(door).wait(500)
    close(door)
    expect(drawn(door)).toBe(false)
    expect(door.types).toEqual(['access.granted', 'door.unlocked', 'door.opened', 'access.taken', 'door.closed', 'door.locked'])
  })
  it('names holder, credential and side when it is taken, and when it is not', () => {
    const taken = rig().card('in', 'ada+ben')
    open(taken)
    expect(taken.events.find(event => event.type === 'access.taken')).toMatchObject({
      source: { kind: 'access-point', id: 'front/a' },
      door: 'front',
      side: 'a',
      cardholder: 'ben',
      cardholders: ['ada', 'ben'],
      credential: 'ben-card',
    })
    expect(taken.passages).toEqual(['front ada ben'])
    const left = rig().card('out', 'ada').wait(7000)
    expect(left.events.at(-2)).toMatchObject({ type: 'access.not-taken', side: 'b', cardholder: 'ada' })
    expect(left.events.at(-2)).not.toHaveProperty('cardholders')
    expect(left.events.at(-1)).toMatchObject({ type: 'door.locked', at: 7000 })
    expect(left.passages).toEqual([])
  })
  it('takes the long times only where a door monitor tells of the opening [D3]', () => {
    const door = new Rig(oneDoor({ doorMonitor: null, accessTime: 5 })).start().card('in', 'long:ben')
    expect(drawn(door.wait(4999))).toBe(true)
    expect(drawn(door.wait(1))).toBe(false)
  })
  it('keeps the bolt back for the relock delay after closing [D5]', () => {
    const door = rig({ relockDelayMs: 400 }).card('in', 'ada').wait(1000)
    close(open(door).wait(1000))
    expect(drawn(door.wait(399))).toBe(true)
    expect(drawn(door.wait(1))).toBe(false)
  })
  it('keeps the bolt back for the relock delay after opening, and no longer, open leaf or not [D5]', () => {
    const door = rig({ relockDelayMs: 400, relock: 'after-opening' }).card('in', 'ada').wait(1000)
    open(door)
    expect(drawn(door.wait(399))).toBe(true)
    expect(drawn(door.wait(1))).toBe(false)
    expect(door.door().position).toBe('open')
  })
  it('lets the door open again while the bolt is still drawn back', () => {
    const door = rig({ relockDelayMs: 400 }).card('in', 'ada').wait(1000)
    open(close(open(door).wait(1000)).wait(399)).wait(10_000)
    expect(door.types).not.toContain('door.forced-open')
    const late = rig({ relockDelayMs: 400 }).card('in', 'ada').wait(1000)
    open(close(open(late).wait(1000)).wait(400))
    expect(late.types).toContain('door.forced-open')
  })
  it('needs a monitor for relocking by the leaf; without one it relocks at the end of the access time [D6]', () => {
    const door = new Rig(oneDoor({ doorMonitor: null, relock: 'after-opening', relockDelayMs: 400 })).start().mark().card('in', 'ada')
    expect(drawn(door.wait(6999))).toBe(true)
    expect(drawn(door.wait(1))).toBe(false)
    expect(door.types).toEqual(['access.granted', 'door.unlocked', 'door.locked'])
    expect(door.door().position).toBe('unknown')
  })
  it('starts anew for the same holder', () => {
    const door = rig().card('in', 'ada').wait(5000).card('out', 'ada')
    expect(drawn(door.wait(6999))).toBe(true)
    expect(drawn(door.wait(1))).toBe(false)
    expect(door.types.filter(type => type === 'access.not-taken')).toHaveLength(1)
  })
  it('of several holders is taken by one opening, with the long times if one of them has them', () => {
    const door = rig({ openTooLongTime: 10, longOpenTooLongTime: 40 }).card('in', 'ada').wait(1000).card('in', 'long:ben').wait(1000)
    open(door)
    expect(door.passages).toEqual(['front ada ben'])
    expect(door.types.filter(type => type === 'access.taken')).toHaveLength(2)
    expect(door.wait(39_999).types).not.toContain('door.open-too-long')
    expect(door.wait(1).types).toContain('door.open-too-long')
  })
  it('granted while the door is open is not ended by its closing', () => {
    const door = rig().card('in', 'ada').wait(1000)
    close(open(door).wait(1000).card('in', 'ben').wait(1000))
    expect(drawn(door)).toBe(true)
    open(door.wait(1000))
    expect(door.passages).toEqual(['front ada', 'front ben'])
    expect(drawn(close(door.wait(1000)))).toBe(false)
  })
  it('that runs out with the door open keeps the bolt back until it closes', () => {
    const door = rig().act('unlock')
    open(door).act('reset')
    expect(drawn(door)).toBe(false)
    door.card('in', 'ada').wait(7001)
    expect(drawn(door)).toBe(true)
    expect(door.types.filter(type => type === 'access.not-taken')).toHaveLength(1)
    expect(drawn(close(door))).toBe(false)
  })
  it('at a door that rests unlocked has the same events, and only the bolt stays', () => {
    const door = rig().act('unlock').mark().card('in', 'ada').wait(1000)
    close(open(door).wait(1000)).card('in', 'ben').wait(7000)
    expect(door.types).toEqual(['access.granted', 'door.opened', 'access.taken', 'door.closed', 'access.granted', 'access.not-taken'])
    expect(drawn(door)).toBe(true)
  })
  it('still runs when the resting state becomes locked, but an open leaf keeps no bolt back', () => {
    const waiting = rig({ unlockSchedules: ['day'] })
    waiting.until('2026-03-02T15:59:58Z').card('in', 'ada').wait(4000)
    expect(drawn(waiting)).toBe(true)
    expect(drawn(waiting.wait(3000))).toBe(false)
    const passing = rig({ unlockSchedules: ['day'] })
    open(passing.until('2026-03-02T15:59:58Z').card('in', 'ada')).wait(2000)
    expect(drawn(passing)).toBe(false)
    expect(passing.door().position).toBe('open')
  })
})

describe('the leaf', () => {
  it('opened without leave is forced until it closes', () => {
    const door = rig()
    open(door).wait(1000)
    expect(door.door().forced).toBe(true)
    close(door)
    expect(door.door().forced).toBe(false)
    expect(door.types).toEqual(['door.opened', 'door.forced-open', 'door.closed', 'door.forced-open-ended'])
  })
  it('forced open can be too long open too, and both end at the closing [D2]', () => {
    const door = rig({ openTooLongTime: 10 })
    close(open(door).wait(10_000))
    expect(door.types).toEqual([
      'door.opened',
      'door.forced-open',
      'door.open-too-long',
      'door.closed',
      'door.forced-open-ended',
      'door.open-too-long-ended',
    ])
  })
  it('forced open takes no grant given afterwards', () => {
    const door = open(rig()).card('in', 'ada')
    expect(door.wait(7000).passages).toEqual([])
    expect(door.door().forced).toBe(true)
  })
  it('may stand open while the door rests unlocked; when that ends the time starts', () => {
    const door = rig({ openTooLongTime: 10 }).act('unlock')
    open(door).wait(100_000)
    expect(door.types).not.toContain('door.open-too-long')
    door.act('reset').wait(9999)
    expect(door.types).not.toContain('door.open-too-long')
    expect(door.wait(1).types).toContain('door.open-too-long')
  })
  it('stays too long open once that was raised, unlocked or not, until it closes', () => {
    const door = open(rig({ openTooLongTime: 10 }).card('in', 'ada'))
      .wait(10_000)
      .act('unlock')
      .wait(5000)
    expect(door.door().openTooLong).toBe(true)
    expect(close(door).door().openTooLong).toBe(false)
  })
  it('without a monitor is neither forced nor too long', () => {
    const door = new Rig(oneDoor({ doorMonitor: null })).start().mark()
    door.input('door-1', 'closed').input('door-1', 'open').wait(100_000)
    expect(door.types).toEqual([])
  })
  it('of a monitoring door is open or closed and nothing else [F6]', () => {
    const site = oneDoor(
      {},
      { doors: [{ id: 'fire', type: 'monitoring-door', controller: 'c1', doorMonitor: { port: 'door-1', debounceMs: 0 } }] },
    )
    const door = new Rig(site).start().mark().input('door-1', 'closed')
    close(open(door).wait(100_000)).wait(100_000)
    expect(door.types).toEqual(['door.opened', 'door.closed'])
    expect(door.door('fire')).toMatchObject({ position: 'closed', locked: null, forced: false })
    expect(door.relays.size).toBe(0)
  })
})

describe('the bolt', () => {
  it('is told only what is new to it', () => {
    const door = rig()
    door.switchings.length = 0
    open(press(door.card('in', 'ada').wait(1000)).act('unlock').act('reset').wait(1000))
    close(door)
    expect(door.switchings).toEqual(['relay-1 on', 'relay-1 off'])
  })
  it('of a fail-secure lock is drawn by power, of a fail-safe one held by it, and two act together [C1, S3]', () => {
    const site = oneDoor({
      locks: { primary: { relay: 'relay-1', type: 'fail-secure' }, secondary: { relay: 'relay-2', type: 'fail-safe' } },
    })
    const door = new Rig(site).start()
    const both = () => [door.relays.get('c1/relay-1'), door.relays.get('c1/relay-2')]
    expect(both()).toEqual([false, true])
    door.card('in', 'ada')
    expect(both()).toEqual([true, false])
    door.wait(7000)
    expect(both()).toEqual([false, true])
  })
})

describe('a REX', () => {
  it('unlocks for the access time and relocks like a passage, and is nobody’s grant [H3]', () => {
    const door = press(rig())
    expect(drawn(door.wait(6999))).toBe(true)
    expect(drawn(door.wait(1))).toBe(false)
    close(open(press(door)).wait(1000))
    expect(drawn(door)).toBe(false)
    const passed = ['door.rex', 'door.unlocked', 'door.opened', 'door.closed', 'door.locked']
    expect(door.types).toEqual(['door.rex', 'door.unlocked', 'door.locked', ...passed])
    expect(door.events[0]).toMatchObject({ source: { kind: 'access-point', id: 'front/b' }, door: 'front', side: 'b' })
    expect(door.passages).toEqual([])
  })
  it('without action only keeps an opening from being forced, for the access time after the last press [H3]', () => {
    const quiet = () => rig({ b: { rex: { port: 'rex-1', debounceMs: 0, action: 'none' } } })
    const door = press(press(quiet()).wait(5000)).wait(6999)
    expect(drawn(door)).toBe(false)
    expect(open(door).types).not.toContain('door.forced-open')
    expect(open(press(quiet()).wait(7000)).types).toContain('door.forced-open')
  })
  it('is active on a closed or on an open circuit [H4]', () => {
    const door = rig({ b: { rex: { port: 'rex-1', debounceMs: 0, activeIf: 'circuit-open' } } }).input('rex-1', 'closed')
    expect(door.types).toEqual([])
    expect(drawn(door.input('rex-1', 'open'))).toBe(true)
  })
  it('is limited to the schedules of the profile’s rex entry, and then still keeps the opening from being forced [M3]', () => {
    const profile = { id: 'exit', a: [{ types: ['card' as const] }], b: [{ types: ['rex' as const], schedules: ['day'] }] }
    const at = (wall: string, trusted = true) =>
      press(
        new Rig(oneDoor({ identificationProfile: 'exit' }, { identificationProfiles: [profile] }), wall)
          .start()
          .send({ kind: 'clock', trusted })
          .input('door-1', 'closed')
          .input('rex-1', 'open'),
      )
    expect(drawn(at('2026-03-02T15:59:59Z'))).toBe(true)
    const evening = at('2026-03-02T16:00:00Z')
    expect(drawn(evening)).toBe(false)
    expect(evening.types).toContain('door.rex')
    expect(open(evening).types).not.toContain('door.forced-open')
    expect(drawn(at('2026-03-02T16:00:00Z', false))).toBe(true)
  })
  it('in lockdown is told and blocked, or works where it is set so', () => {
    const blocked = press(rig().act('lockdown'))
    expect(drawn(blocked)).toBe(false)
    expect(blocked.types).toContain('door.rex')
    expect(open(blocked).types).not.toContain('door.forced-open')
    expect(drawn(press(rig({ b: { rex: { port: 'rex-1', debounceMs: 0, inLockdown: 'works' } } }).act('lockdown')))).toBe(true)
  })
})
