import { describe, expect, it } from 'vitest'
import { Rig } from '../../test/door-rig.ts'
import { type DoorInput, frontDoor, oneDoor } from '../../test/door-sites.ts'
import { nextDue } from './dispatch.ts'
import type { Input } from './input.ts'
import { viewController, viewInput, viewOutput } from './view.ts'

type Door = Partial<DoorInput>
type Site = Parameters<typeof oneDoor>[1]
const rig = (door: Door = {}, site: Site = {}) =>
  new Rig(oneDoor(door, site)).start().input('door-1', 'closed').input('rex-1', 'open').mark()
const state = (door: Rig) => [door.door().mode, door.door().locked ? 'locked' : 'unlocked']
const replay = (door: Rig, ...inputs: Input[]) => {
  for (const input of inputs) door.send(input)
  return door.types
}

describe('the start', () => {
  it('says so, sets every relay, and takes what it finds as it is', () => {
    const door = new Rig(oneDoor({ unlockSchedules: ['always'] })).start()
    expect(door.relays.get('c1/relay-1')).toBe(true)
    expect(door.input('door-1', 'closed').input('rex-1', 'open').types).toEqual(['controller.started'])
    expect(new Rig(oneDoor()).start().relays.get('c1/relay-1')).toBe(false)
  })
  it('finds an open door open, not forced, and starts its time', () => {
    for (const door of [new Rig(oneDoor()).start().input('door-1', 'open'), new Rig(oneDoor()).input('door-1', 'open').start()]) {
      expect(door.door()).toMatchObject({ position: 'open', forced: false })
      expect(door.wait(29_999).types).toEqual(['controller.started'])
      expect(door.wait(1).types).toEqual(['controller.started', 'door.open-too-long'])
    }
  })
  it('tells the faults that stand, whether they were reported before it or after', () => {
    const faults: Input[] = [
      { kind: 'clock', trusted: false },
      { kind: 'store', ok: false },
      { kind: 'link', up: false },
      { kind: 'power', controller: 'c1', mains: false, battery: 'low' },
      { kind: 'tamper', controller: 'c1', active: true },
      { kind: 'input', controller: 'c1', port: 'door-1', reading: { ohms: 0 } },
      { kind: 'reader', reader: 'in', online: true, secure: false, tamper: true },
      { kind: 'reader', reader: 'out', online: false },
    ]
    const told = [
      'controller.battery-low',
      'controller.clock-untrusted',
      'controller.power-lost',
      'controller.started',
      'controller.tamper',
      'input.supervision-fault',
      'link.lost',
      'reader.offline',
      'reader.online',
      'reader.secure-channel-failed',
      'reader.tamper',
      'store.fault',
    ]
    const site = oneDoor({ doorMonitor: { port: 'door-1', supervision: { connection: 'parallel-first' } } })
    expect(replay(new Rig(site), ...faults, { kind: 'start' }).sort()).toEqual(told)
    expect(replay(new Rig(site), { kind: 'start' }, ...faults).sort()).toEqual(told)
    expect(replay(new Rig(site), ...faults, { kind: 'start' }, ...faults).sort()).toEqual([...told, 'controller.clock-changed'].sort())
  })
  it('says nothing of what is in order', () => {
    const order: Input[] = [
      { kind: 'clock', trusted: true },
      { kind: 'store', ok: true },
      { kind: 'link', up: true },
      { kind: 'power', controller: 'c1', mains: true, battery: 'normal' },
      { kind: 'tamper', controller: 'c1', active: false },
    ]
    expect(replay(new Rig(oneDoor()), ...order, { kind: 'start' })).toEqual(['controller.started'])
  })
  it('has debounced what was reported before it', () => {
    const door = new Rig(oneDoor({ doorMonitor: { port: 'door-1' } })).input('door-1', 'closed').input('door-1', 'open').wait(1000).start()
    expect(door.door().position).toBe('open')
  })
  it('hears nobody before it', () => {
    const door = new Rig(oneDoor()).card('in', 'ada').act('unlock').start()
    expect(door.types).toEqual(['controller.started'])
    expect(state(door)).toEqual(['scheduled', 'locked'])
  })
})

describe('a restart', () => {
  it.each([
    ['lock', ['locked', 'locked']],
    ['unlock', ['unlocked', 'unlocked']],
    ['lockdown', ['lockdown', 'locked']],
  ] as const)('keeps %s', (action, after) => {
    expect(state(rig().act(action).restart(1000))).toEqual(after)
  })
  it('ends running access times, and the lock goes to its resting state', () => {
    const door = rig().card('in', 'ada').restart()
    expect(state(door)).toEqual(['scheduled', 'locked'])
    expect(nextDue(door.state, door.now)).toBeNull()
    expect(door.leds.get('in')).toBe('red')
  })
})

describe('a change of the configuration', () => {
  it('is told, and moves the resting state with the schedules', () => {
    const door = rig({ unlockSchedules: ['day'] })
    expect(state(door)).toEqual(['scheduled', 'unlocked'])
    door.mark().configure(oneDoor({ unlockSchedules: ['noon'] }), '7')
    expect(state(door.until('2026-03-02T09:59:59Z'))).toEqual(['scheduled', 'locked'])
    expect(state(door.wait(1000))).toEqual(['scheduled', 'unlocked'])
    expect(door.events).toMatchObject([
      { type: 'configuration.applied', revision: '7' },
      { type: 'door.locked' },
      { type: 'door.unlocked' },
    ])
  })
  it('leaves running access times and what stands alone', () => {
    const door = rig()
      .input('door-1', 'open')
      .card('in', 'ada')
      .wait(1000)
      .mark()
      .configure(oneDoor({ accessTime: 60 }))
    expect(door.door()).toMatchObject({ forced: true, locked: false })
    expect(door.types).toEqual(['configuration.applied'])
  })
  it('forgets a door that is gone: alarms end, its relay falls, nothing of it is due, and a namesake starts afresh', () => {
    const door = rig().act('unlock').input('door-1', 'open').act('lock').wait(30_000).mark()
    door.configure({ ...oneDoor(), doors: [] })
    expect(door.types).toEqual(['configuration.applied', 'door.open-too-long-ended'])
    expect(door.relays.get('c1/relay-1')).toBe(false)
    expect(nextDue(door.state, door.now)).toBeNull()
    expect(state(door.configure(oneDoor()))).toEqual(['scheduled', 'locked'])
    expect(door.door().position).toBe('open')
  })
  it('tells the hardware everything anew', () => {
    const door = rig().act('lockdown')
    door.switchings.length = 0
    door.leds.clear()
    door.configure(oneDoor())
    expect(door.switchings).toEqual(['relay-1 off'])
    expect([...door.leds]).toEqual([
      ['in', 'red-flashing'],
      ['out', 'red-flashing'],
    ])
  })
  it('moves a lock to another relay, and leaves none energised behind', () => {
    const door = rig()
      .act('unlock')
      .configure(oneDoor({ locks: { primary: { relay: 'relay-2' } } }))
    expect([...door.relays]).toEqual([
      ['c1/relay-1', false],
      ['c1/relay-2', true],
    ])
  })
  it('gives a relay over to another door without letting go of it', () => {
    const door = rig()
    const other = frontDoor({ id: 'back', unlockSchedules: ['always'] })
    door.configure({ ...oneDoor(), doors: [other] })
    expect(door.relays.get('c1/relay-1')).toBe(true)
  })
  it('reads a loop that is no longer supervised as a bare contact', () => {
    const site = (supervision?: { connection: 'parallel-first' }) =>
      oneDoor({ doorMonitor: { port: 'door-1', debounceMs: 0, ...(supervision && { supervision }) } })
    for (const [ohms, position] of [
      [1e9, 'open'],
      [0, 'closed'],
    ] as const) {
      const door = new Rig(site({ connection: 'parallel-first' })).start().input('door-1', { ohms })
      expect(door.door().position).toBe('unknown')
      door.mark().configure(site())
      expect(door.door().position).toBe(position)
      expect(door.types).toContain('input.supervision-restored')
    }
  })
  it('reads a monitor the other way round without an event', () => {
    const door = rig().configure(oneDoor({ doorMonitor: { port: 'door-1', openIf: 'circuit-closed' } }))
    expect(door.door().position).toBe('open')
    expect(door.types).toEqual(['configuration.applied'])
  })
  it('that takes a monitor away ends what it had raised', () => {
    const door = rig()
      .input('door-1', 'open')
      .mark()
      .configure(oneDoor({ doorMonitor: null }))
    expect(door.types).toEqual(['configuration.applied', 'door.forced-open-ended'])
    expect(door.door()).toMatchObject({ position: 'unknown', forced: false })
  })
  it('that takes an emergency input away ends its emergency, and one that names another door moves it', () => {
    const site = (inputs: object[]) => oneDoor({}, { controllers: [{ id: 'c1', board: 'two-door', inputs: inputs as never }] })
    const alarm = { port: 'aux-1', role: 'emergency' }
    const door = () => new Rig(site([alarm])).start().input('aux-1', 'open').mark()
    const gone = door().configure(site([]))
    expect(gone.types).toEqual(['configuration.applied', 'alarm.emergency-ended', 'door.mode-changed', 'door.locked'])
    expect(state(door().configure(site([{ ...alarm, doors: [] }])))).toEqual(['scheduled', 'locked'])
    const added = new Rig(site([]))
      .start()
      .input('aux-1', 'open')
      .configure(site([{ ...alarm, latched: true }]))
    expect(state(added)).toEqual(['emergency', 'unlocked'])
  })
  it('that takes a reader or an output away ends what stood there', () => {
    const outputs = [{ port: 'relay-2' }]
    const site = (out: object[], reader: DoorInput['a']) =>
      oneDoor({ a: reader }, { controllers: [{ id: 'c1', board: 'two-door', outputs: out as never }] })
    const reader: DoorInput['a'] = { reader: { id: 'in', type: 'osdp', port: 'rs485-1' } }
    const door = new Rig(site(outputs, reader)).start().send({ kind: 'reader', reader: 'in', tamper: true })
    door.send({ kind: 'output', controller: 'c1', port: 'relay-2', active: true }).mark().configure(site([], {}))
    expect(door.types).toEqual(['configuration.applied', 'reader.tamper-ended'])
    expect(door.outputs.get('c1/relay-2')).toBe(false)
  })
  it('forgets the modes of doors that are gone', () => {
    const door = rig()
      .act('lockdown')
      .configure({ ...oneDoor(), doors: [] })
      .configure(oneDoor())
    expect(state(door)).toEqual(['scheduled', 'locked'])
  })
})

describe('the controller itself', () => {
  it('tells of power, battery and case on changes, and moves nothing at a door for them [R5]', () => {
    const door = rig().act('unlock').mark()
    const before = new Map(door.relays)
    const told = replay(
      door,
      { kind: 'power', controller: 'c1', mains: false },
      { kind: 'power', controller: 'c1', mains: false, battery: 'low' },
      { kind: 'power', controller: 'c1', mains: true },
      { kind: 'power', controller: 'c1', battery: 'normal' },
      { kind: 'tamper', controller: 'c1', active: true },
      { kind: 'tamper', controller: 'c1', active: false },
      { kind: 'power', controller: 'elsewhere', mains: false },
    )
    expect(told).toEqual([
      'controller.power-lost',
      'controller.battery-low',
      'controller.power-restored',
      'controller.battery-restored',
      'controller.tamper',
      'controller.tamper-ended',
    ])
    expect(door.relays).toEqual(before)
  })
  it('tells of clock, link and store on changes', () => {
    const door = rig()
    replay(door, { kind: 'clock', trusted: false }, { kind: 'clock', trusted: true })
    door.wall += 5000
    const told = replay(
      door,
      { kind: 'clock', trusted: true },
      { kind: 'link', up: true },
      { kind: 'link', up: false },
      { kind: 'link', up: false },
      { kind: 'link', up: true },
      { kind: 'store', ok: false, fault: 'disk-full' },
      { kind: 'store', ok: false },
      { kind: 'store', ok: true },
    )
    expect(told).toEqual([
      'controller.clock-untrusted',
      'controller.clock-trusted',
      'controller.clock-changed',
      'link.lost',
      'link.restored',
      'store.fault',
      'store.restored',
    ])
    expect(door.events.find(event => event.type === 'store.fault')).toMatchObject({
      source: { kind: 'controller', id: 'c1' },
      fault: 'disk-full',
    })
  })
  it('switches the outputs that the site names, and tells of it with who did it', () => {
    const door = rig({}, { controllers: [{ id: 'c1', board: 'two-door', outputs: [{ port: 'relay-2' }] }] })
    const output = { kind: 'output', controller: 'c1', port: 'relay-2', active: true, operator: 'olga' } as const
    replay(door, output, output, { ...output, port: 'relay-1' })
    expect(door.events).toMatchObject([{ type: 'output.changed', output: 'c1/relay-2', state: 'active', operator: 'olga' }])
    expect([...door.outputs]).toEqual([['c1/relay-2', true]])
    expect(viewOutput(door.state, 'c1/relay-2')).toBe(true)
  })
  it('is seen with its units, and its inputs with their levels', () => {
    const door = rig().send({ kind: 'power', controller: 'c1', mains: false })
    expect(viewController(door.model, door.state, door.now)).toEqual({
      units: [{ id: 'c1', tamper: false, mains: false, battery: 'normal' }],
      time: door.wall,
      clockTrusted: true,
      storeOk: true,
    })
    expect(viewInput(door.state, 'c1/door-1')).toEqual({ level: 'closed', active: false, fault: null })
  })
})
