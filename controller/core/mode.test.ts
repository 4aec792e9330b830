import { describe, expect, it } from 'vitest'
import { Rig } from '../../test/door-rig.ts'
import { type DoorInput, frontDoor, oneDoor } from '../../test/door-sites.ts'

type Door = Partial<DoorInput>
const start = (site: ReturnType<typeof oneDoor>, wall?: string) =>
  new Rig(site, wall).start().input('door-1', 'closed').input('rex-1', 'open').mark()
const rig = (door: Door = {}, wall?: string) => start(oneDoor(door), wall)
const state = (door: Rig) => [door.door().mode, door.door().locked ? 'locked' : 'unlocked']
const modes = (door: Rig) => door.events.filter(event => event.type === 'door.mode-changed').map(event => event.mode)

/** Monday 2 March 2026, on the site's clock (UTC+1). `day` is 07:00 to 17:00, `noon` 11:00 to 19:00. */
const monday = (time: string) => new Date(`2026-03-02T${time}+01:00`).toISOString()

describe('a manual action', () => {
  it('Unlock holds until Reset, through schedules, and ends a lockdown [K3, K1]', () => {
    const door = rig({ unlockSchedules: ['day'] }, monday('06:00'))
      .act('lockdown')
      .act('unlock')
    expect(state(door)).toEqual(['unlocked', 'unlocked'])
    expect(state(door.until(monday('20:00')))).toEqual(['unlocked', 'unlocked'])
    expect(state(door.act('reset'))).toEqual(['scheduled', 'locked'])
    expect(modes(door)).toEqual(['lockdown', 'unlocked', 'scheduled'])
  })
  it('Grant unlocks for seven seconds or as long as is asked, with the operator’s name [K2]', () => {
    const door = rig().act('grant', 'front', { operator: 'olga', onBehalfOf: 'vms-user' })
    expect(door.events).toMatchObject([{ type: 'door.unlocked', operator: 'olga', onBehalfOf: 'vms-user', door: 'front' }])
    expect(state(door.wait(6999))).toEqual(['scheduled', 'unlocked'])
    expect(state(door.wait(1))).toEqual(['scheduled', 'locked'])
    expect(state(door.act('grant', 'front', { seconds: 90 }).wait(89_999))).toEqual(['scheduled', 'unlocked'])
    expect(state(door.wait(1))).toEqual(['scheduled', 'locked'])
  })
  it('Grant is a passage of nobody: taken, not forced, relocked, no presence and no first person', () => {
    const door = rig({ unlockSchedules: ['day'], firstPersonIn: true }, monday('08:00')).act('grant')
    door.input('door-1', 'open').wait(1000).input('door-1', 'closed')
    expect(door.types).toEqual(['door.unlocked', 'door.opened', 'access.taken', 'door.closed', 'door.locked'])
    expect(door.passages).toEqual([])
    expect(state(door)).toEqual(['scheduled', 'locked'])
  })
  it('Grant at a door that stands unlocked is told all the same', () => {
    expect(rig().act('unlock').mark().act('grant', 'front', { operator: 'olga' }).events).toMatchObject([
      { type: 'door.unlocked', operator: 'olga' },
    ])
  })
  it('Lock keeps the lock after each granted passage [K4]', () => {
    const door = rig({ unlockSchedules: ['day'] }, monday('08:00')).act('lock')
    expect(state(door)).toEqual(['locked', 'locked'])
    for (const holder of ['ada', 'ben']) {
      expect(state(door.card('in', holder))).toEqual(['locked', 'unlocked'])
      expect(state(door.wait(7000))).toEqual(['locked', 'locked'])
    }
    expect(state(door.until(monday('20:00')))).toEqual(['locked', 'locked'])
  })
  it.each(['lock', 'lockdown'] as const)('%s ends running access times at once, and an open leaf keeps no bolt back', action => {
    const waiting = rig().card('in', 'ada').mark().act(action)
    expect(waiting.types).toEqual(['door.mode-changed', 'access.not-taken', 'door.locked'])
    expect(waiting.wait(20_000).types).toHaveLength(3)
    const passing = rig().card('in', 'ada').input('door-1', 'open').mark().act(action)
    expect(passing.types).toEqual(['door.mode-changed', 'door.locked'])
    const again = rig().act('lock').card('in', 'ada').mark().act(action)
    expect(again.types.slice(-2)).toEqual(['access.not-taken', 'door.locked'])
  })
  it('Lockdown lets only the exempt in, and ends waits; Grant and Lock are refused until Reset or Unlock [K5, K6]', () => {
    const door = rig().act('lockdown')
    expect(door.lockdowns).toEqual(['front'])
    expect(state(door.card('in', 'ada'))).toEqual(['lockdown', 'locked'])
    expect(state(door.card('in', 'exempt:cleo'))).toEqual(['lockdown', 'unlocked'])
    expect(state(door.wait(7000))).toEqual(['lockdown', 'locked'])
    door.results.length = 0
    door.act('grant').act('lock').act('unlock').act('lock')
    expect(door.results.map(result => result.reason ?? result.outcome)).toEqual(['lockdown', 'lockdown', 'done', 'done'])
    expect(door.types.filter(type => type === 'access.denied')).toHaveLength(1)
  })
  it('that changes nothing is no event', () => {
    expect(rig().act('reset').types).toEqual([])
    expect(rig().act('unlock').mark().act('unlock').types).toEqual([])
  })
  it('carries who did it, and on whose behalf, on what it changes', () => {
    const door = rig().act('unlock', 'front', { operator: 'olga', onBehalfOf: 'vms-user' })
    expect(door.events).toMatchObject([
      { type: 'door.mode-changed', mode: 'unlocked', operator: 'olga', onBehalfOf: 'vms-user' },
      { type: 'door.unlocked', operator: 'olga', onBehalfOf: 'vms-user' },
    ])
  })
  it('goes to every door of a zone, a controller or the system, and passes by doors without a lock', () => {
    const back = frontDoor({ id: 'back', locks: { primary: { relay: 'relay-2' } }, doorMonitor: null, a: {}, b: {} })
    const gate = { id: 'gate', type: 'monitoring-door' as const, controller: 'io-1', doorMonitor: { port: 'in-1' } }
    const site = oneDoor(
      {},
      {
        controllers: [
          { id: 'c1', board: 'two-door' },
          { id: 'io-1', board: 'io-module', parent: 'c1' },
        ],
        doors: [frontDoor(), back, gate],
        zones: [{ id: 'office', doors: [{ door: 'back' }, { door: 'gate' }, { door: 'elsewhere' }] }],
      },
    )
    const doors = (kind: 'zone' | 'controller' | 'system' | 'access-point' | 'door', id: string) =>
      start(site)
        .act('lock', '', { target: { kind, id } })
        .results.map(result => `${result.door} ${result.reason ?? result.outcome}`)
    expect(doors('zone', 'office')).toEqual(['back done'])
    expect(doors('controller', 'c1')).toEqual(['front done', 'back done'])
    expect(doors('system', 'site')).toEqual(['front done', 'back done'])
    expect(doors('access-point', 'front/b')).toEqual(['front done'])
    expect(doors('door', 'gate')).toEqual(['gate monitoring-door'])
    expect(doors('door', 'elsewhere')).toEqual(['elsewhere unknown-element'])
  })
})

describe('an unlock schedule', () => {
  it('unlocks from its first to before its last instant', () => {
    const door = rig({ unlockSchedules: ['day'] }, monday('06:59:59.999'))
    expect(state(door)).toEqual(['scheduled', 'locked'])
    expect(state(door.wait(1))).toEqual(['scheduled', 'unlocked'])
    expect(state(door.until(monday('16:59:59.999')))).toEqual(['scheduled', 'unlocked'])
    expect(state(door.wait(1))).toEqual(['scheduled', 'locked'])
    expect(door.types).toEqual(['door.unlocked', 'door.locked'])
  })
  it('of which there are several unlocks while any is on', () => {
    const door = rig({ unlockSchedules: ['day', 'noon'] }, monday('06:00'))
    expect(state(door.until(monday('18:59:59')))).toEqual(['scheduled', 'unlocked'])
    expect(state(door.until(monday('19:00')))).toEqual(['scheduled', 'locked'])
  })
  it('counts as off while the clock is not trusted, but for always', () => {
    const door = rig({ unlockSchedules: ['day'] }, monday('08:00')).send({ kind: 'clock', trusted: false })
    expect(state(door)).toEqual(['scheduled', 'locked'])
    expect(state(door.send({ kind: 'clock', trusted: true }))).toEqual(['scheduled', 'unlocked'])
    expect(state(rig({ unlockSchedules: ['always'] }).send({ kind: 'clock', trusted: false }))).toEqual(['scheduled', 'unlocked'])
  })
  it('follows a clock that is set', () => {
    const door = rig({ unlockSchedules: ['day'] }, monday('06:00'))
    door.wall += 2 * 3_600_000
    expect(state(door.send({ kind: 'clock', trusted: true }))).toEqual(['scheduled', 'unlocked'])
  })
  it('with first person in waits for the first grant within its interval, and forgets it at the end', () => {
    const door = rig({ unlockSchedules: ['day'], firstPersonIn: true }, monday('06:59:00')).card('in', 'ada')
    expect(state(door.until(monday('07:30')))).toEqual(['scheduled', 'locked'])
    expect(state(door.card('in', 'ada').wait(3_600_000))).toEqual(['scheduled', 'unlocked'])
    expect(state(door.until(monday('17:00')))).toEqual(['scheduled', 'locked'])
    expect(state(door.until('2026-03-03T08:00:00Z'))).toEqual(['scheduled', 'locked'])
  })
  it('with first person in does not take a grant from before its interval for one within it, because the clock was set back', () => {
    const door = rig({ unlockSchedules: ['day'], firstPersonIn: true }, monday('07:00:10'))
      .card('in', 'ada')
      .wait(5000)
    expect(state(door)).toEqual(['scheduled', 'unlocked'])
    door.wall -= 30_000
    door.send({ kind: 'clock', trusted: true })
    expect(state(door.until(monday('07:00:20')))).toEqual(['scheduled', 'locked'])
  })
  it('with first person in counts each schedule by itself', () => {
    const door = rig({ unlockSchedules: ['day', 'noon'], firstPersonIn: true }, monday('08:00')).card('in', 'ada')
    expect(state(door.until(monday('17:00:01')))).toEqual(['scheduled', 'locked'])
    const later = rig({ unlockSchedules: ['day', 'noon'], firstPersonIn: true }, monday('08:00')).card('in', 'ada')
    later.until(monday('12:00')).card('in', 'ben')
    expect(state(later.until(monday('18:59')))).toEqual(['scheduled', 'unlocked'])
  })
  it('has its first person whatever the mode is then, and keeps them over a restart', () => {
    const door = rig({ unlockSchedules: ['day'], firstPersonIn: true }, monday('08:00'))
      .act('lock')
      .card('in', 'ada')
      .act('reset')
    expect(state(door)).toEqual(['scheduled', 'unlocked'])
    expect(state(door.restart(60_000))).toEqual(['scheduled', 'unlocked'])
  })
})

describe('an override', () => {
  const twice = (door: Rig) => door.card('in', 'ada').wait(1000).card('in', 'twice:ada')

  it('unlocks a door that rests locked, and locks one that rests unlocked, ending a running access time [E5]', () => {
    const evening = twice(rig({}, monday('20:00')))
    expect(state(evening.wait(60_000))).toEqual(['override', 'unlocked'])
    const day = twice(rig({ unlockSchedules: ['day'] }, monday('08:00')))
    expect(state(day)).toEqual(['override', 'locked'])
    expect(day.types.filter(type => type === 'access.not-taken')).toHaveLength(1)
    expect(modes(day)).toEqual(['override'])
  })
  it('leaves the first passage to the holder who unlocks', () => {
    const door = twice(rig({}, monday('20:00'))).input('door-1', 'open')
    expect(door.passages).toEqual(['front ada'])
  })
  it('ends at another double-swipe, and only ends', () => {
    const door = twice(twice(rig({}, monday('20:00'))).wait(60_000))
    expect(state(door)).toEqual(['scheduled', 'locked'])
    expect(modes(door)).toEqual(['override', 'scheduled'])
  })
  it('ends at the next change of the unlock schedules, not where one takes over from another [E6]', () => {
    const early = twice(rig({ unlockSchedules: ['day', 'noon'] }, monday('06:00')))
    expect(state(early.until(monday('06:59:59')))).toEqual(['override', 'unlocked'])
    expect(state(early.wait(1000))).toEqual(['scheduled', 'unlocked'])
    const day = twice(rig({ unlockSchedules: ['day', 'noon'] }, monday('08:00')))
    expect(state(day.until(monday('18:59:59')))).toEqual(['override', 'locked'])
    expect(state(day.wait(1000))).toEqual(['scheduled', 'locked'])
    expect(state(day.until('2026-03-03T06:00:00Z'))).toEqual(['scheduled', 'unlocked'])
  })
  it('ends at local midnight where the door has no unlock schedule', () => {
    const door = twice(rig({}, monday('20:00')))
    expect(state(door.until(monday('23:59:59.999')))).toEqual(['override', 'unlocked'])
    expect(state(door.wait(1))).toEqual(['scheduled', 'locked'])
  })
  it.each([
    ['unlock', 'unlocked'],
    ['lock', 'locked'],
    ['lockdown', 'lockdown'],
    ['reset', 'scheduled'],
  ] as const)('ends at %s', (action, mode) => {
    const door = twice(rig({}, monday('20:00')))
      .wait(7000)
      .act(action)
    expect(door.door().mode).toBe(mode)
    expect(state(door.act('unlock').act('reset'))).toEqual(['scheduled', 'locked'])
  })
  it('cannot be set while a manual mode is on: the second swipe is a passage', () => {
    const door = twice(rig({}, monday('20:00')).act('lock'))
    expect(state(door)).toEqual(['locked', 'unlocked'])
    expect(state(door.wait(7000))).toEqual(['locked', 'locked'])
  })
  it('outlives a restart, but not one over its end', () => {
    const door = twice(rig({}, monday('20:00'))).restart(60_000)
    expect(state(door)).toEqual(['override', 'unlocked'])
    expect(state(door.until('2026-03-02T23:00:00Z'))).toEqual(['scheduled', 'locked'])
    expect(state(twice(rig({}, monday('20:00'))).restart(5 * 3_600_000))).toEqual(['scheduled', 'locked'])
  })
  it('is a first grant too', () => {
    const door = rig({ unlockSchedules: ['day'], firstPersonIn: true }, monday('06:59:59'))
      .card('in', 'ada')
      .wait(2000)
      .card('in', 'twice:ada')
    expect(state(door.wait(10_000))).toEqual(['override', 'unlocked'])
    expect(state(door.act('reset'))).toEqual(['scheduled', 'unlocked'])
  })
  it('is as old as it was when the clock is set', () => {
    const door = twice(rig({}, monday('20:00')))
    door.wall += 365 * 86_400_000
    expect(state(door.send({ kind: 'clock', trusted: true }))).toEqual(['override', 'unlocked'])
  })
})

describe('an emergency', () => {
  const emergency = (more: object = {}, door: Door = {}) =>
    start(
      oneDoor(door, {
        controllers: [{ id: 'c1', board: 'two-door', inputs: [{ port: 'aux-1', role: 'emergency', debounceMs: 0, ...more }] }],
      }),
    ).input('aux-1', 'closed')
  const alarm = (door: Rig) => door.input('aux-1', 'open')
  const over = (door: Rig) => door.input('aux-1', 'closed')

  it('unlocks above every mode, and the earlier resting state comes back with its input', () => {
    for (const [action, mode, bolt] of [
      ['reset', 'scheduled', 'locked'],
      ['lock', 'locked', 'locked'],
      ['lockdown', 'lockdown', 'locked'],
      ['unlock', 'unlocked', 'unlocked'],
    ] as const) {
      const door = alarm(emergency().act(action))
      expect(state(door)).toEqual(['emergency', 'unlocked'])
      expect(state(over(door))).toEqual([mode, bolt])
      expect(door.events.filter(event => event.type.startsWith('alarm.'))).toMatchObject([
        { type: 'alarm.emergency', source: { kind: 'input', id: 'c1/aux-1' }, input: 'c1/aux-1' },
        { type: 'alarm.emergency-ended', input: 'c1/aux-1' },
      ])
    }
  })
  it('keeps a manual action given meanwhile, which takes effect when it ends', () => {
    const door = alarm(emergency()).act('lockdown')
    expect(state(door)).toEqual(['emergency', 'unlocked'])
    door.card('in', 'ada')
    expect(door.lockdowns).toEqual([])
    expect(state(over(door))).toEqual(['lockdown', 'locked'])
    expect(door.lockdowns).toEqual(['front'])
    expect(door.types).toContain('access.not-taken')
  })
  it('that is latched stays at each door until its Reset, over a restart too', () => {
    const door = over(alarm(emergency({ latched: true })))
    expect(door.types).toContain('alarm.emergency-ended')
    expect(state(door)).toEqual(['emergency', 'unlocked'])
    expect(state(door.restart().input('door-1', 'closed').input('aux-1', 'closed'))).toEqual(['emergency', 'unlocked'])
    expect(state(door.act('reset'))).toEqual(['scheduled', 'locked'])
  })
  it('that is latched is not ended by a Reset while its input still stands', () => {
    const door = over(alarm(emergency({ latched: true })).act('reset'))
    expect(state(door)).toEqual(['emergency', 'unlocked'])
    expect(state(door.act('reset'))).toEqual(['scheduled', 'locked'])
  })
  it('is also a cut or shorted cable where that can be told, and only a contact where it cannot', () => {
    const supervised = () => emergency({ supervision: { connection: 'serial-first', ohms: 1000 } }).input('aux-1', { ohms: 1000 })
    expect(state(supervised())).toEqual(['scheduled', 'locked'])
    for (const ohms of [0, 2000, 1e9]) expect(state(supervised().input('aux-1', { ohms }))).toEqual(['emergency', 'unlocked'])
    expect(state(emergency().input('aux-1', { ohms: 0 }))).toEqual(['scheduled', 'locked'])
  })
  it('unlocks the doors it names and no other', () => {
    const door = alarm(emergency({ doors: ['elsewhere'] }))
    expect(door.types).toEqual(['alarm.emergency'])
    expect(state(door)).toEqual(['scheduled', 'locked'])
  })
  it('ends an override', () => {
    const door = over(alarm(emergency().card('in', 'ada').card('in', 'twice:ada')))
    expect(state(door.wait(7000))).toEqual(['scheduled', 'locked'])
  })
  it('found standing at the start unlocks and is told', () => {
    const site = oneDoor({}, { controllers: [{ id: 'c1', board: 'two-door', inputs: [{ port: 'aux-1', role: 'emergency' }] }] })
    const door = new Rig(site).input('aux-1', 'open').start()
    expect(door.types).toEqual(['controller.started', 'alarm.emergency'])
    expect(state(door)).toEqual(['emergency', 'unlocked'])
  })
  it('held by two inputs ends with the last', () => {
    const inputs = ['aux-1', 'aux-2'].map(port => ({ port, role: 'emergency' as const, debounceMs: 0 }))
    const door = start(oneDoor({}, { controllers: [{ id: 'c1', board: 'two-door', inputs }] }))
    door.input('aux-1', 'open').input('aux-2', 'open').input('aux-1', 'closed')
    expect(state(door)).toEqual(['emergency', 'unlocked'])
    expect(state(door.input('aux-2', 'closed'))).toEqual(['scheduled', 'locked'])
  })
})

describe('an interlock', () => {
  const back = (more: Door = {}) =>
    frontDoor({
      id: 'back',
      locks: { primary: { relay: 'relay-2' } },
      doorMonitor: { port: 'door-2', debounceMs: 0 },
      a: { reader: { id: 'back-in', type: 'osdp', port: 'rs485-1', address: 3 } },
      b: { rex: { port: 'rex-2', debounceMs: 0 } },
      interlock: 'trap',
      ...more,
    })
  const trap = (more: Door = {}) =>
    start(oneDoor({}, { doors: [frontDoor({ interlock: 'trap' }), back(more)] }))
      .input('door-2', 'closed')
      .input('rex-2', 'open')
  const bolt = (door: Rig) => door.door('back').locked

  it('refuses a Grant while another door of its group is unlocked or open', () => {
    const door = trap().card('in', 'ada').act('grant', 'back')
    expect(door.results.at(-1)).toEqual({ door: 'back', outcome: 'refused', reason: 'interlock' })
    door.input('door-1', 'open').act('lock').act('grant', 'back')
    expect(door.results.at(-1)).toMatchObject({ outcome: 'refused' })
    door.input('door-1', 'closed').act('grant', 'back')
    expect(bolt(door)).toBe(false)
  })
  it('refuses one while another leaf begins to move, and none where the door stands unlocked anyway', () => {
    const slow = frontDoor({ interlock: 'trap', doorMonitor: { port: 'door-1', debounceMs: 50 } })
    const moving = start(oneDoor({}, { doors: [slow, back()] }))
      .input('door-2', 'closed')
      .input('door-1', 'open')
      .act('grant', 'back')
    expect(moving.results.at(-1)).toMatchObject({ reason: 'interlock' })
    const free = trap().card('in', 'ada').act('unlock', 'back').act('grant', 'back')
    expect(free.results.at(-1)).toMatchObject({ outcome: 'done' })
  })
  it('does not take an unknown position for closed', () => {
    const door = start(oneDoor({}, { doors: [frontDoor({ interlock: 'trap', doorMonitor: { port: 'door-3' } }), back()] }))
    expect(door.act('grant', 'back').results.at(-1)).toMatchObject({ reason: 'interlock' })
  })
  it('is no matter to doors of another group, Unlock or an emergency', () => {
    expect(bolt(trap({ interlock: 'other' }).card('in', 'ada').act('grant', 'back'))).toBe(false)
    expect(bolt(trap().card('in', 'ada').act('unlock', 'back'))).toBe(false)
  })
  it('lets a REX work unless that is blocked, and a blocked press still keeps the opening from being forced', () => {
    const press = (door: Rig) => door.card('in', 'ada').input('rex-2', 'closed')
    expect(bolt(press(trap()))).toBe(false)
    const blocked = press(trap({ b: { rex: { port: 'rex-2', debounceMs: 0, inInterlock: 'blocked' } } }))
    expect(bolt(blocked)).toBe(true)
    expect(blocked.input('door-2', 'open').types).not.toContain('door.forced-open')
  })
})
