import { idsOf, scheduleNames } from './names.ts'
import { formatPath, type Path, type Problem } from './problem.ts'
import { openReport, type Report } from './report.ts'
import type { Site } from './site.ts'
import { validateDoors, validatePinLengths } from './validate-door.ts'
import { validatePeople } from './validate-people.ts'
import { validateSchedules } from './validate-schedule.ts'

/**
 * What the values of a site mean together (domain.md §2): names that lead nowhere, things that are twice, settings that contradict each other.
 * Errors refuse the site; warnings and infos tell what is probably not meant. Card formats and wiring are judged where they are known
 * (`checkSite` joins all of it).
 */
export function validateSite(site: Site): Problem[] {
  return [...validatePlace(site), ...validatePeople(site)]
}

/** The same without anything about people, for a server that keeps them as rows. */
export function validatePlace(site: Site): Problem[] {
  const report = openReport()
  validateIds(site, report)
  validateSettings(site, report)
  validateSchedules(site, report)
  validateProfiles(site, report)
  validateDoors(site, report)
  validateZones(site, report)
  validateRules(site, report)
  return report.problems
}

/** Tells each id that was there before. */
function unique(report: Report, entries: readonly (readonly [noun: string, id: string, path: Path])[]): void {
  const seen = new Map<string, string>()
  for (const [noun, id, path] of entries) {
    const other = seen.get(id)
    if (other !== undefined) report.error('duplicate-id', path, `the id "${id}" is that of ${other} already; choose another`)
    else seen.set(id, `the ${noun} at ${formatPath(path.slice(0, -1))}`)
  }
}

function validateIds(site: Site, report: Report): void {
  const readers = site.doors.flatMap((door, index) =>
    door.type !== 'door'
      ? []
      : (['a', 'b'] as const).flatMap(side => {
          const { reader } = door[side]
          return reader ? [['reader', reader.id, ['doors', index, side, 'reader', 'id']] as const] : []
        }),
  )
  const list = (noun: string, key: 'controllers' | 'doors' | 'zones' | (typeof apart)[number][1]) =>
    site[key].map(({ id }, index) => [noun, id, [key, index, 'id']] as const)
  unique(report, [...list('controller', 'controllers'), ...list('door', 'doors'), ...readers, ...list('zone', 'zones')])
  for (const [noun, key] of apart) unique(report, list(noun, key))
  site.schedules.forEach(({ id }, index) => {
    if (id === 'always') report.error('reserved-id', ['schedules', index, 'id'], 'the schedule always is built in; choose another id')
  })
}

const apart = [
  ['schedule', 'schedules'],
  ['card format', 'cardFormats'],
  ['identification profile', 'identificationProfiles'],
  ['cardholder', 'cardholders'],
  ['group', 'groups'],
  ['access rule', 'accessRules'],
] as const

function validateSettings(site: Site, report: Report): void {
  const { timeZone } = site.site
  if (!isTimeZone(timeZone)) {
    report.error('unknown-time-zone', ['site', 'timeZone'], `there is no time zone "${timeZone}"; write it like Europe/Copenhagen`)
  }
  const { customFields, pin } = site.settings
  customFields.forEach((field, index) => {
    if (customFields.indexOf(field) < index)
      report.error('duplicate-id', ['settings', 'customFields', index], `the custom field "${field}" is there twice`)
  })
  validatePinLengths(pin, ['settings', 'pin'], report)
  if (!site.encryption.osdpSecureChannel) {
    const message = 'readers are spoken to in clear: anyone at a cable can read cards and open doors; set it to true'
    report.warning('no-secure-channel', ['encryption', 'osdpSecureChannel'], message)
  }
}

function isTimeZone(name: string): boolean {
  try {
    // Offsets such as +01:00 are taken by newer engines, but they are no zones: they know no summer time.
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

function validateProfiles(site: Site, report: Report): void {
  const schedules = scheduleNames(site)
  site.identificationProfiles.forEach((profile, index) => {
    const at = ['identificationProfiles', index] as const
    for (const side of ['a', 'b'] as const) {
      profile[side].forEach((entry, number) => {
        const path = [...at, side, number]
        report.references('schedule', entry.schedules, schedules, [...path, 'schedules'])
        const twice = entry.types.find((type, place) => entry.types.indexOf(type) < place)
        if (twice) report.error('type-twice', [...path, 'types'], `${twice} is there twice; one entry asks for each type once`)
        if (entry.types.includes('rex') && entry.types.length > 1)
          report.error('rex-combined', [...path, 'types'], 'a REX names nobody, so it goes with no other type; give it an entry of its own')
        if (entry.schedules.length === 0)
          report.warning('never-active', [...path, 'schedules'], 'this entry has no schedule, so it never counts')
      })
    }
    if (profile.includeFacilityCode && !site.settings.verifyFacilityCode) {
      const message = 'has no effect while settings.verifyFacilityCode is off; switch that on, or this off'
      report.warning('facility-code-not-verified', [...at, 'includeFacilityCode'], message)
    }
  })
}

function validateZones(site: Site, report: Report): void {
  const doors = new Map(site.doors.map(door => [door.id, door]))
  const names = idsOf(site.doors)
  const memberships = new Map<string, { zone: string; role: string; path: Path }[]>()
  site.zones.forEach((zone, index) => {
    zone.doors.forEach((entry, number) => {
      const path = ['zones', index, 'doors', number]
      if (!report.reference('door', entry.door, names, [...path, 'door'])) return
      const role =
        entry.role === 'internal' ? 'an internal door' : entry.sideA === 'entrance' ? 'its entrance on side A' : 'its entrance on side B'
      const others = memberships.get(entry.door) ?? []
      validateMembership(entry.door, { zone: zone.id, role, path }, others, report)
      memberships.set(entry.door, [...others, { zone: zone.id, role, path }])
      const door = doors.get(entry.door)
      if (zone.antiPassback === null || door === undefined) return
      if (door.doorMonitor === null) {
        const message = `door "${door.id}" has no door monitor, so zone "${zone.id}" cannot know who went in; give it one or switch anti-passback off`
        report.error('anti-passback-without-monitor', [...path, 'door'], message)
      }
      const oneWay = door.type !== 'door' || door.a.reader === null || door.b.reader === null
      if (zone.antiPassback.mode === 'hard' && zone.antiPassback.timeout === 0 && entry.role === 'perimeter' && oneWay) {
        const message = `door "${door.id}" has no reader on both sides, so nobody could leave zone "${zone.id}" and come back; add the reader, set a timeout, or make it soft`
        report.error('anti-passback-one-way', [...path, 'door'], message)
      }
    })
  })
}

interface Membership {
  readonly zone: string
  readonly role: string
  readonly path: Path
}

/** Rule I2. */
function validateMembership(door: string, added: Membership, others: readonly Membership[], report: Report): void {
  const say = (message: string) => report.error('zone-membership', [...added.path, 'door'], message)
  const same = others.find(each => each.zone === added.zone)
  const other = others[0]
  if (other === undefined) return
  if (same) say(`door "${door}" is in zone "${added.zone}" twice; remove one`)
  else if (added.role === 'an internal door' || other.role === 'an internal door')
    say(`door "${door}" is in zone "${other.zone}" as ${other.role} too; an internal door belongs to one zone only`)
  else if (others.length > 1)
    say(`door "${door}" is in zones ${others.map(each => `"${each.zone}"`).join(' and ')} already; a door belongs to two at most`)
  else if (other.role === added.role)
    say(`door "${door}" has ${other.role} for zone "${other.zone}" too; set sideA to the opposite in one of the two`)
}

function validateRules(site: Site, report: Report): void {
  const schedules = scheduleNames(site)
  const monitored = new Set(site.doors.filter(door => door.type === 'monitoring-door').map(door => door.id))
  const known = { groups: idsOf(site.groups), doors: idsOf(site.doors), zones: idsOf(site.zones) }
  site.accessRules.forEach((rule, index) => {
    const at = ['accessRules', index] as const
    report.references('group', rule.groups, known.groups, [...at, 'groups'])
    report.references('door', rule.doors, known.doors, [...at, 'doors'])
    report.references('zone', rule.zones, known.zones, [...at, 'zones'])
    report.references('schedule', rule.schedules, schedules, [...at, 'schedules'])
    rule.doors.forEach((door, number) => {
      if (monitored.has(door))
        report.warning(
          'rule-without-effect',
          [...at, 'doors', number],
          `door "${door}" has no reader and no lock, so the rule does nothing there`,
        )
    })
  })
}
