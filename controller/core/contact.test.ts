import { describe, expect, it } from 'vitest'
import { Rig } from '../../test/door-rig.ts'
import { type DoorInput, oneDoor } from '../../test/door-sites.ts'
import { levelOf } from './position.ts'

type Site = Parameters<typeof oneDoor>[1]
const debounced: Partial<DoorInput> = { doorMonitor: { port: 'door-1', debounceMs: 50 } }
const rig = (door: Partial<DoorInput> = {}, site: Site = {}) =>
  new Rig(oneDoor(door, site)).start().input('door-1', 'closed').input('rex-1', 'open').mark()
const position = (door: Rig) => door.door().position

describe('a supervised loop', () => {
  it('parallel first: bands around 3.87 kΩ closed and 22 kΩ open [J3]', () => {
    const level = (ohms: number) => levelOf({ ohms }, { connection: 'parallel-first' })
    expect([0, 1599, 1600, 3870, 9199, 9200, 22_000, 51_999, 52_000, Number.POSITIVE_INFINITY].map(level)).toEqual([
      'short',
      'short',
      'closed',
      'closed',
      'closed',
      'open',
      'open',
      'open',
      'cut',
      'cut',
    ])
  })
  it.each([1000, 4700, 10_000])('serial first: bands around R closed and 2 R open, R = %d Ω [J4]', ohms => {
    const level = (times: number) => levelOf({ ohms: times * ohms }, { connection: 'serial-first', ohms })
    expect([0, 0.709, 0.711, 1, 1.409, 1.411, 2, 2.829, 2.831, 1000].map(level)).toEqual([
      'short',
      'short',
      'closed',
      'closed',
      'closed',
      'open',
      'open',
      'open',
      'cut',
      'cut',
    ])
  })
  it('that is not supervised knows only open and closed', () => {
    expect([0, 3000, 1e9].map(ohms => levelOf({ ohms }, null))).toEqual(['closed', 'closed', 'open'])
  })
})

describe('a door monitor', () => {
  it('reads an open or a closed circuit as open [F2, F3]', () => {
    const normally = (openIf: 'circuit-open' | 'circuit-closed') => new Rig(oneDoor({ doorMonitor: { port: 'door-1', openIf } })).start()
    expect(position(normally('circuit-open').input('door-1', 'open'))).toBe('open')
    expect(position(normally('circuit-closed').input('door-1', 'open'))).toBe('closed')
  })
  it('is ignored until it has been stable for the debounce time [F4]', () => {
    const door = rig(debounced).input('door-1', 'open').wait(49).input('door-1', 'closed').wait(1000)
    expect(door.types).toEqual([])
    door.input('door-1', 'open').wait(49)
    expect(position(door)).toBe('closed')
    expect(position(door.wait(1))).toBe('open')
  })
  it('whose contact bounces opens once, and the passage it began in time is not forced', () => {
    const door = rig(debounced).card('in', 'ada').wait(6999).input('door-1', 'open').wait(2).input('door-1', 'closed').wait(3)
    door.input('door-1', 'open').wait(1000)
    expect(door.types).toEqual(['access.granted', 'door.unlocked', 'door.opened', 'access.taken'])
    expect(door.door()).toMatchObject({ forced: false, locked: false })
    expect(door.passages).toEqual(['front ada'])
  })
  it('whose contact only bounces ends the access time when it has come to rest', () => {
    const door = rig(debounced).card('in', 'ada').wait(6999).input('door-1', 'open').wait(2).input('door-1', 'closed').wait(1000)
    expect(door.events.slice(-2)).toMatchObject([
      { type: 'access.not-taken', at: 7051 },
      { type: 'door.locked', at: 7051 },
    ])
  })
  it('judges force at the first edge: a grant within the debounce time comes too late', () => {
    const door = rig(debounced).input('door-1', 'open').wait(20).card('in', 'ada').wait(1000)
    expect(door.types).toEqual(['access.granted', 'door.unlocked', 'door.opened', 'door.forced-open'])
    expect(door.passages).toEqual([])
  })
  it('still gives an opening to the grant that Lock ended while it was being debounced', () => {
    const door = rig(debounced).card('in', 'ada').wait(1000).input('door-1', 'open').wait(20).act('lock')
    expect(door.door().locked).toBe(true)
    expect(door.wait(1000).types.slice(-2)).toEqual(['door.opened', 'access.taken'])
    const bounced = rig(debounced)
      .card('in', 'ada')
      .wait(1000)
      .input('door-1', 'open')
      .wait(20)
      .act('lock')
      .input('door-1', 'closed')
      .wait(1000)
    expect(bounced.types.slice(-2)).toEqual(['door.locked', 'access.not-taken'])
  })
  it('counts its debounce time from its last change, however often it is read', () => {
    const door = rig(debounced).input('door-1', 'open').wait(30).input('door-1', 'open').wait(19)
    expect(position(door)).toBe('closed')
    expect(position(door.wait(1))).toBe('open')
  })
  it('gives an opening to the grant that ran when it began, and leaves running what the same holder is granted meanwhile', () => {
    const door = rig(debounced).card('in', 'ada').wait(6999).input('door-1', 'open').wait(20).card('out', 'ada').wait(1000)
    expect(door.events.filter(event => event.type === 'access.taken')).toMatchObject([{ side: 'a' }])
    door.input('door-1', 'closed').wait(1000).input('door-1', 'open').wait(50)
    expect(door.events.filter(event => event.type === 'access.taken')).toMatchObject([{ side: 'a' }, { side: 'b' }])
  })
  it('gives a forced opening to nobody, nor to whoever is granted in the same instant', () => {
    const door = rig(debounced).input('door-1', 'open').card('in', 'ada').act('lock')
    expect(door.types).toContain('access.not-taken')
    expect(door.wait(1000).types.slice(-2)).toEqual(['door.opened', 'door.forced-open'])
  })
  it('judges force with the press that is still being debounced', () => {
    const door = rig({ b: { rex: { port: 'rex-1', debounceMs: 50, action: 'none' } } })
      .input('rex-1', 'closed')
      .wait(20)
      .input('door-1', 'open')
    expect(door.wait(1000).types).toEqual(['door.opened', 'door.rex'])
  })
  it('supervised tells a cut and a shorted cable in the step that makes the position unknown, and is never closed by them [F5, J1]', () => {
    const supervised = () =>
      rig({ doorMonitor: { port: 'door-1', debounceMs: 0, supervision: { connection: 'parallel-first' } } }).input('door-1', { ohms: 3900 })
    for (const [ohms, state] of [
      [1e9, 'cut'],
      [10, 'short'],
    ] as const) {
      const door = supervised().input('door-1', { ohms })
      expect(position(door)).toBe('unknown')
      expect(door.events).toMatchObject([{ type: 'input.supervision-fault', input: 'c1/door-1', door: 'front', state }])
      door.input('door-1', { ohms: 3900 })
      expect(position(door)).toBe('closed')
      expect(door.types).toEqual(['input.supervision-fault', 'input.supervision-restored'])
    }
    const found = supervised().input('door-1', { ohms: 1e9 }).input('door-1', { ohms: 21_000 })
    expect(position(found)).toBe('open')
    expect(found.types).toEqual(['input.supervision-fault', 'input.supervision-restored'])
  })
  it('that fails during a passage lets it end with the access time, and says nothing of it', () => {
    const supervised: Partial<DoorInput> = { doorMonitor: { port: 'door-1', debounceMs: 0, supervision: { connection: 'parallel-first' } } }
    const closed = () => rig(supervised).input('door-1', { ohms: 3900 }).card('in', 'ada').mark().wait(1000)
    const open = () => closed().input('door-1', { ohms: 21_000 })
    for (const door of [closed().input('door-1', { ohms: 0 }), open().input('door-1', { ohms: 0 })]) {
      expect(door.wait(5999).door().locked).toBe(false)
      expect(door.wait(1).door().locked).toBe(true)
      expect(door.types).not.toContain('access.not-taken')
    }
    expect(open().wait(10_000).input('door-1', { ohms: 0 }).door().locked).toBe(true)
  })
  it('that fails keeps what was raised until the door is known closed', () => {
    const door = rig({ openTooLongTime: 10, doorMonitor: { port: 'door-1', debounceMs: 0, supervision: { connection: 'parallel-first' } } })
    door.input('door-1', { ohms: 3900 }).input('door-1', { ohms: 21_000 }).wait(5000).input('door-1', { ohms: 0 }).wait(20_000)
    expect(door.door()).toMatchObject({ forced: true, openTooLong: false })
    door.input('door-1', { ohms: 21_000 }).wait(9999)
    expect(door.door().openTooLong).toBe(false)
    expect(door.wait(1).door().openTooLong).toBe(true)
    door.input('door-1', { ohms: 0 }).input('door-1', { ohms: 21_000 }).wait(20_000)
    expect(door.types.filter(type => type === 'door.open-too-long')).toHaveLength(1)
    door.input('door-1', { ohms: 0 }).input('door-1', { ohms: 3900 })
    expect(door.types.slice(-2)).toEqual(['door.forced-open-ended', 'door.open-too-long-ended'])
  })
})

describe('a REX input', () => {
  it('is debounced [H5]', () => {
    const door = rig({ b: { rex: { port: 'rex-1', debounceMs: 200 } } })
      .input('rex-1', 'closed')
      .wait(199)
      .input('rex-1', 'open')
      .wait(1000)
    expect(door.types).toEqual([])
    expect(door.input('rex-1', 'closed').wait(200).types).toEqual(['door.rex', 'door.unlocked'])
  })
  it('cut or shorted is a fault and never a press; nor is what comes after it [H6]', () => {
    const supervision = { connection: 'serial-first' as const, ohms: 2200 }
    const supervised = (activeIf: 'circuit-open' | 'circuit-closed') =>
      rig({ b: { rex: { port: 'rex-1', debounceMs: 0, activeIf, supervision } } })
    for (const ohms of [0, 1e9])
      for (const [activeIf, active] of [
        ['circuit-closed', 2200],
        ['circuit-open', 4400],
      ] as const) {
        const door = supervised(activeIf)
          .input('rex-1', { ohms: 6600 - active })
          .mark()
          .input('rex-1', { ohms })
          .input('rex-1', { ohms: active })
        expect(door.types).toEqual(['input.supervision-fault', 'input.supervision-restored'])
        expect(door.events[0]).toMatchObject({ door: 'front', input: 'c1/rex-1' })
        expect(door.input('rex-1', { ohms: 6600 - active }).input('rex-1', { ohms: active }).types).toContain('door.rex')
      }
  })
  it('found active is no press, and held it is one press', () => {
    const door = new Rig(oneDoor()).start().input('rex-1', 'closed').wait(60_000)
    expect(door.types).toEqual(['controller.started'])
    expect(
      door
        .input('rex-1', 'open')
        .input('rex-1', 'closed')
        .wait(60_000)
        .types.filter(type => type === 'door.rex'),
    ).toHaveLength(1)
  })
})

describe('a general input', () => {
  const general = (more: object = {}) =>
    rig({}, { controllers: [{ id: 'c1', board: 'two-door', inputs: [{ port: 'aux-1', role: 'general', debounceMs: 0, ...more }] }] })

  it('tells its changes, but not its first state', () => {
    const door = general().input('aux-1', 'closed').input('aux-1', 'open')
    expect(door.events).toMatchObject([
      { type: 'input.changed', source: { kind: 'input', id: 'c1/aux-1' }, input: 'c1/aux-1', state: 'inactive' },
    ])
    expect(general({ activeIf: 'circuit-open' }).input('aux-1', 'closed').input('aux-1', 'open').events).toMatchObject([
      { state: 'active' },
    ])
  })
  it('keeps its state through a fault, and tells what the fault hid', () => {
    const door = general({ supervision: { connection: 'serial-first', ohms: 1000 } })
    door.input('aux-1', { ohms: 2000 }).input('aux-1', { ohms: 0 }).input('aux-1', { ohms: 1e9 }).input('aux-1', { ohms: 1000 })
    expect(door.types).toEqual(['input.supervision-fault', 'input.supervision-fault', 'input.supervision-restored', 'input.changed'])
    expect(door.events.map(event => event.state)).toEqual(['short', 'cut', undefined, 'active'])
  })
  it('of another controller, or without a use, says nothing', () => {
    expect(general().input('aux-1', 'closed', 'c2').input('aux-2', 'closed').input('aux-2', 'open').types).toEqual([])
  })
})

describe('the tamper of a Wiegand reader', () => {
  const reader = (more: object) => rig({ a: { reader: { id: 'in', type: 'wiegand', port: 'reader-1', ...more } } })

  it('is active on an open or on a closed circuit, after its debounce time [G5, G6]', () => {
    for (const [activeIf, active, resting] of [
      ['circuit-open', 'open', 'closed'],
      ['circuit-closed', 'closed', 'open'],
    ] as const) {
      const door = reader({ tamper: { activeIf, debounceMs: 80 } })
        .input('reader-1', resting)
        .input('reader-1', active)
        .wait(79)
      expect(door.types).toEqual([])
      door.wait(1).input('reader-1', resting).wait(80)
      expect(door.events).toMatchObject([
        { type: 'reader.tamper', source: { kind: 'reader', id: 'in' }, door: 'front', side: 'a' },
        { type: 'reader.tamper-ended' },
      ])
    }
  })
  it('told by the reader’s hardware is debounced the same way, and is nothing where the site does not watch it', () => {
    const tell = (door: Rig, tamper: boolean) => door.send({ kind: 'reader', reader: 'in', tamper })
    const door = tell(tell(reader({ tamper: { debounceMs: 80 } }), false), true).wait(79)
    expect(door.types).toEqual([])
    expect(door.wait(1).types).toEqual(['reader.tamper'])
    expect(tell(tell(reader({}), false), true).wait(1000).types).toEqual([])
  })
  it('shares a supervised cable, whose break is told as a fault of the input [G7, J1]', () => {
    const door = reader({ tamper: {}, supervision: { connection: 'serial-first', ohms: 1000 } })
      .input('reader-1', { ohms: 1000 })
      .input('reader-1', { ohms: 1e9 })
    expect(door.wait(50).events).toMatchObject([{ type: 'input.supervision-fault', input: 'c1/reader-1', reader: 'in', state: 'cut' }])
  })
})
