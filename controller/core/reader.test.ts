import { describe, expect, it } from 'vitest'
import { Rig } from '../../test/door-rig.ts'
import { type DoorInput, oneDoor } from '../../test/door-sites.ts'
import { stepWith } from './dispatch.ts'
import type { Decision } from './draft.ts'
import type { Input } from './input.ts'
import { type Indication, indicate } from './reader.ts'
import { applyChanges } from './state.ts'

type Line = Omit<Extract<Input, { kind: 'reader' }>, 'kind' | 'reader'>
const rig = (door: Partial<DoorInput> = {}, site: Parameters<typeof oneDoor>[1] = {}) =>
  new Rig(oneDoor(door, site)).start().input('door-1', 'closed').mark()
const tell = (door: Rig, line: Line, reader = 'in') => door.send({ kind: 'reader', reader, ...line })
const online: Line = { online: true, secure: true }

describe('a reader’s line', () => {
  it('is told as online once at first, then on each change', () => {
    const door = tell(tell(tell(rig(), online), online), { online: false, fault: 'no-reply' })
    expect(door.events).toMatchObject([
      { type: 'reader.online', source: { kind: 'reader', id: 'in' }, reader: 'in', door: 'front', side: 'a' },
      { type: 'reader.offline', fault: 'no-reply' },
    ])
    expect(tell(tell(rig(), { online: false }), { online: false }).types).toEqual(['reader.offline'])
  })
  it('whose session fails is told with the reason, and established again only after that', () => {
    const door = tell(tell(tell(rig(), online), { secure: false, fault: 'wrong-key' }), { secure: false })
    expect(door.types).toEqual(['reader.online', 'reader.secure-channel-failed'])
    expect(door.events[1]).toMatchObject({ fault: 'wrong-key' })
    expect(tell(door, { secure: true }).types.slice(2)).toEqual(['reader.secure-channel-established'])
  })
  it('that has proved the key of a pairing that was cut off says so', () => {
    const door = tell(tell(rig(), online), { keyAdopted: true })
    expect(door.types).toEqual(['reader.online', 'reader.key-adopted'])
    expect(door.events[1]).toMatchObject({ reader: 'in', door: 'front', side: 'a' })
  })
  it('that is lost takes its session along without a second event', () => {
    const door = tell(tell(tell(rig(), online), { online: false, secure: false }), online)
    expect(door.types).toEqual(['reader.online', 'reader.offline', 'reader.online'])
  })
  it('needs no session where site or reader do without one [N2, N4]', () => {
    const clear: DoorInput['a'] = { reader: { id: 'in', type: 'osdp', port: 'rs485-1', secureChannel: false } }
    expect(tell(rig({ a: clear }), { online: true, secure: false }).types).toEqual(['reader.online'])
    expect(tell(rig({}, { encryption: { osdpSecureChannel: false } }), { online: true, secure: false }).types).toEqual(['reader.online'])
  })
  it('tells of tamper on changes', () => {
    const door = tell(tell(tell(tell(rig(), { tamper: false }), { tamper: true }), { tamper: true }), { tamper: false })
    expect(door.types).toEqual(['reader.tamper', 'reader.tamper-ended'])
  })
  it('of unreadable reads tells a burst as one refusal', () => {
    const door = rig().send({ kind: 'noise', reader: 'in', count: 12, fault: 'noise' })
    expect(door.events).toMatchObject([{ type: 'access.denied', reader: 'in', count: 12, fault: 'noise' }])
  })
})

describe('a door’s status', () => {
  const both = (door: Rig, line: Line) => tell(tell(door, line), line, 'out')
  it('is online while every reader is, offline with one of them, and in error without a secure channel [B2, B3, B4]', () => {
    const door = both(rig(), online)
    expect(door.door().status).toBe('online')
    expect(tell(door, { secure: false }).door().status).toBe('reader-error')
    expect(tell(door, { online: false }, 'out').door().status).toBe('reader-offline')
  })
  it('is in error where the secure channel is switched off for a reader [B4]', () => {
    const clear: DoorInput['a'] = { reader: { id: 'in', type: 'osdp', port: 'rs485-1', secureChannel: false } }
    expect(tell(rig({ a: clear, b: {} }), { online: true, secure: false }).door().status).toBe('reader-error')
  })
  it('is never in error by a Wiegand or a plate reader', () => {
    const door = rig({
      a: { reader: { id: 'in', type: 'wiegand', port: 'reader-1' } },
      b: { reader: { id: 'out', type: 'licence-plate' } },
    })
    expect(door.door().status).toBe('online')
  })
})

/** Shows something at the reader `in`, as the decision half does. */
function show(door: Rig, what: Indication, then?: 'waiting'): Rig {
  const present: Decision['present'] = (draft, reader) => indicate(draft, reader, what, then)
  const decision = { present } as Decision
  const { changes, effects } = stepWith(decision, door.model, {} as never, door.state, { kind: 'card', reader: 'in', bits: '' }, door.now)
  applyChanges(door.state, changes)
  for (const effect of effects) {
    if (effect.kind === 'led') door.leds.set(effect.reader, effect.flashing ? `${effect.colour}-flashing` : effect.colour)
    if (effect.kind === 'beep') door.beeps.push(`${effect.reader} ${effect.times}`)
  }
  return door
}
const led = (door: Rig) => door.leds.get('in')

describe('what a reader shows', () => {
  it('at rest is red while locked, green while unlocked, flashing red in lockdown', () => {
    const door = rig()
    expect(led(door)).toBe('red')
    expect(led(door.act('unlock'))).toBe('green')
    expect(led(door.act('lockdown'))).toBe('red-flashing')
    expect(led(door.act('reset'))).toBe('red')
    expect(door.leds.get('out')).toBe('red')
  })
  it('of a grant is green and one beep until the door relocks', () => {
    const door = rig().card('in', 'ada')
    expect([led(door), door.leds.get('out'), door.beeps]).toEqual(['green', 'red', ['in 1']])
    expect(led(door.wait(6999))).toBe('green')
    expect(led(door.wait(1))).toBe('red')
    const passing = rig().card('in', 'ada').wait(1000).input('door-1', 'open').wait(30_000)
    expect(led(passing)).toBe('green')
    expect(led(passing.input('door-1', 'closed'))).toBe('red')
  })
  it('of a grant that leaves the door locked is green for a moment', () => {
    const door = rig({ unlockSchedules: ['always'] })
      .card('in', 'ada')
      .card('in', 'twice:ada')
    expect(door.door().locked).toBe(true)
    expect(led(door.wait(1999).input('door-1', 'open'))).toBe('green')
    expect(led(door.wait(1))).toBe('red')
    const refused = show(
      rig({ unlockSchedules: ['always'] })
        .card('in', 'ada')
        .card('in', 'twice:ada'),
      'refused',
    )
    expect(led(refused.wait(2000))).toBe('red')
  })
  it('of a refusal is red and three beeps for a moment, then what it was', () => {
    const door = show(rig().act('unlock'), 'refused')
    expect([led(door), door.beeps]).toEqual(['red', ['in 3']])
    expect(led(door.wait(1999))).toBe('red')
    expect(led(door.wait(1))).toBe('green')
    const running = show(rig().card('in', 'ada'), 'refused')
    expect(led(running)).toBe('red')
    expect(led(running.wait(2000))).toBe('green')
    expect(led(running.wait(5000))).toBe('red')
    const lockdown = show(rig().act('lockdown'), 'refused')
    expect(led(lockdown)).toBe('red')
    expect(led(lockdown.wait(2000))).toBe('red-flashing')
  })
  it('of a wait is amber until it is over, a refusal within it for a moment', () => {
    const door = show(rig(), 'waiting')
    expect(led(door.wait(60_000))).toBe('amber')
    show(door, 'refused', 'waiting')
    expect(led(door)).toBe('red')
    expect(led(door.wait(2000))).toBe('amber')
    expect(led(show(door, 'resting'))).toBe('red')
    expect(led(show(show(rig(), 'waiting'), 'refused').wait(2000))).toBe('red')
  })
  it('is told again only when it changes', () => {
    const door = rig()
    door.leds.clear()
    expect(led(door.act('lock'))).toBeUndefined()
  })
})
