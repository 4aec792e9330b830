import { idsOf, predefinedProfiles, scheduleNames } from './names.ts'
import type { Path } from './problem.ts'
import type { Report } from './report.ts'
import { type Controller, type Door, type PinSettings, type Site, sides } from './site.ts'

export function validateDoors(site: Site, report: Report): void {
  const controllers = idsOf(site.controllers)
  const doors = idsOf(site.doors)
  site.controllers.forEach((controller, index) => {
    controller.inputs.forEach((input, number) => {
      if (input.role !== 'emergency' || input.doors === 'all') return
      const at = ['controllers', index, 'inputs', number, 'doors']
      report.references('door', input.doors, doors, at)
      validateReach(site, controller, input.doors, at, report)
    })
  })
  site.doors.forEach((door, index) => {
    const at = ['doors', index] as const
    report.reference('controller', door.controller, controllers, [...at, 'controller'])
    if (door.type === 'door') validateDoor(site, door, at, report)
  })
  validateInterlocks(site, report)
}

/** An emergency opens doors without the link, so only those of its own controller and the modules on it. */
function validateReach(site: Site, { id, parent = id }: Controller, named: readonly string[], at: Path, report: Report): void {
  named.forEach((name, place) => {
    const owner = site.doors.find(each => each.id === name)?.controller
    if (owner === undefined || (site.controllers.find(each => each.id === owner)?.parent ?? owner) === parent) return
    const message = `door "${name}" is on controller "${owner}", which does not see this input; wire the emergency to an input there too, and name the door at that one`
    report.error('emergency-apart', [...at, place], message)
  })
}

function validateDoor(site: Site, door: Door, at: Path, report: Report): void {
  const schedules = scheduleNames(site)
  const own = site.identificationProfiles.find(each => each.id === door.identificationProfile)
  const profiles = new Set([...predefinedProfiles, ...idsOf(site.identificationProfiles)])
  report.reference('identification profile', door.identificationProfile, profiles, [...at, 'identificationProfile'])
  report.references('schedule', door.unlockSchedules, schedules, [...at, 'unlockSchedules'])
  report.references('schedule', door.twoPersonRule?.schedules ?? [], schedules, [...at, 'twoPersonRule', 'schedules'])
  if (door.twoPersonRule?.timeout === 0)
    report.warning(
      'two-person-without-time',
      [...at, 'twoPersonRule', 'timeout'],
      `in 0 s no second person can come, so door "${door.id}" opens for nobody while the rule is on; give it some seconds`,
    )
  if (door.doubleSwipe?.timeout === 0)
    report.warning(
      'double-swipe-without-time',
      [...at, 'doubleSwipe', 'timeout'],
      `in 0 s nobody can swipe twice, so double-swipe does nothing at door "${door.id}"; give it some seconds, or leave it out`,
    )
  validateTimes(door, at, report)
  if (door.firstPersonIn && door.unlockSchedules.length === 0)
    report.warning(
      'first-person-without-schedule',
      [...at, 'firstPersonIn'],
      'has no effect without unlockSchedules; name one, or leave it out',
    )
  for (const side of door.twoPersonRule?.sides ?? [])
    if (door[side].reader === null)
      report.warning(
        'two-person-without-reader',
        [...at, 'twoPersonRule', 'sides'],
        `side ${side.toUpperCase()} has no reader, so the rule does nothing there`,
      )
  for (const side of sides) {
    const { reader, rex } = door[side]
    if (reader) {
      const path = [...at, side, 'reader']
      if (reader.pin) validatePinLengths(reader.pin, [...path, 'pin'], report)
      if (own && own[side].length === 0)
        report.warning(
          'profile-without-entry',
          path,
          `the profile "${own.id}" has no entry for side ${side.toUpperCase()}, so this reader never grants`,
        )
      if (reader.type === 'osdp' && !reader.secureChannel) {
        const message = `reader "${reader.id}" is spoken to in clear: anyone at its cable can read cards and open the door; set it to true`
        report.warning('no-secure-channel', [...path, 'secureChannel'], message)
      }
    }
    const failSafe = [door.locks.primary, door.locks.secondary].some(lock => lock?.type === 'fail-safe')
    if (rex && rex.inLockdown === 'blocked' && failSafe) {
      const message =
        'this door unlocks without power, but a lockdown stops its REX: people inside could not get out; set inLockdown to works if it is a way of escape'
      report.warning('escape-blocked', [...at, side, 'rex', 'inLockdown'], message)
    }
  }
}

export function validatePinLengths({ minLength, maxLength }: PinSettings, path: Path, report: Report): void {
  if (minLength <= maxLength) return
  report.error(
    'pin-lengths',
    [...path, 'minLength'],
    `PINs of ${minLength} to ${maxLength} digits are none; make minLength ${maxLength} or less`,
  )
}

function validateTimes(door: Door, at: Path, report: Report): void {
  const pairs = [
    ['accessTime', 'longAccessTime'],
    ['openTooLongTime', 'longOpenTooLongTime'],
  ] as const
  for (const [normal, long] of pairs) {
    if (door[long] >= door[normal]) continue
    report.warning(
      'long-time-shorter',
      [...at, long],
      `${door[long]} s is shorter than ${normal}, ${door[normal]} s: people with long access time have less time than the others; make it as long or longer`,
    )
  }
  if (door.doorMonitor !== null) return
  if (door.relock === 'after-opening')
    report.warning('relock-without-monitor', [...at, 'relock'], 'has no effect without a door monitor; give the door one, or leave it out')
  if (door.relockDelayMs > 0)
    report.warning(
      'relock-without-monitor',
      [...at, 'relockDelayMs'],
      'has no effect without a door monitor; give the door one, or leave it out',
    )
}

function validateInterlocks(site: Site, report: Report): void {
  const groups = new Map<string, { door: Door; path: Path }[]>()
  site.doors.forEach((door, index) => {
    if (door.type !== 'door' || door.interlock === null) return
    const path = ['doors', index, 'interlock']
    groups.set(door.interlock, [...(groups.get(door.interlock) ?? []), { door, path }])
    if (door.doorMonitor !== null) return
    report.warning(
      'interlock-without-monitor',
      path,
      `door "${door.id}" has no door monitor, so the others never know it closed; give it one`,
    )
  })
  for (const [name, [first, ...others]] of groups) {
    if (first === undefined) continue
    if (others.length === 0)
      report.warning(
        'interlock-of-one',
        first.path,
        `no other door is in the interlock "${name}", so it does nothing; name it at another door too`,
      )
    for (const { door, path } of others) {
      if (door.controller === first.door.controller) continue
      const message = `door "${first.door.id}" of the interlock "${name}" is on controller "${first.door.controller}", this one on "${door.controller}"; doors of one interlock need one controller`
      report.error('interlock-apart', path, message)
    }
  }
}
