import type { Door, DoorMonitor, EmergencyInput, IdentificationType, Reader, Rex, Side, Site, Zone } from '../../shared/site.ts'
import { sides } from '../../shared/site.ts'
import { type CardFormat, readerFormats, resolveFormats } from '../../wiegand/index.ts'
import { plansOfDoors } from './model-door.ts'
import { profilesOf, rulesOf } from './model-right.ts'
import { type CompiledSchedule, compileSchedule } from './schedule.ts'

/** A site without its people: they are asked for in the directory. */
export type Place = Omit<Site, 'cardholders' | 'groups'>

/** A schedule by the name the site gives it. */
export interface NamedSchedule extends CompiledSchedule {
  readonly id: string
}

/** One row of an identification profile. */
export interface ProfileEntry {
  readonly types: readonly IdentificationType[]
  readonly schedules: readonly string[]
}

/** A complete access rule: who and when; where is the passage it is found under. */
export interface RulePlan {
  readonly id: string
  readonly cardholders: ReadonlySet<string>
  readonly groups: readonly string[]
  readonly schedules: readonly string[]
}

/** Where a passage through one side of a door leads (domain.md §1 "zone"). */
export interface Passage {
  readonly enters: string | null
  readonly leaves: string | null
  /** The zone whose internal door it is. */
  readonly within: string | null
}

/** One side of one door. */
export interface AccessPoint {
  /** `DOOR/a` or `DOOR/b` */
  readonly id: string
  readonly door: string
  readonly side: Side
  readonly reader: ReaderPlan | null
  readonly rex: Rex | null
  /** The schedules of the profile's entries for a REX alone; null where it has none and limits nothing. */
  readonly rexSchedules: readonly string[] | null
  readonly profile: readonly ProfileEntry[]
  /** The profile includes the facility code, and the site verifies it (rules M5, P38). */
  readonly verifyFacilityCode: boolean
  readonly passage: Passage
  /** Complete rules that cover this passage, in the order of the site. */
  readonly rules: readonly RulePlan[]
}

export interface ReaderPlan {
  readonly id: string
  readonly reader: Reader
  readonly door: string
  readonly side: Side
  readonly controller: string
  /** An OSDP reader for which site and reader want a secure channel. */
  readonly secureWanted: boolean
  /** The formats it reads with, by bit length. */
  readonly formats: ReadonlyMap<number, CardFormat>
  readonly pin: Site['settings']['pin']
}

export interface LockPlan {
  /** `CONTROLLER/PORT` */
  readonly key: string
  readonly controller: string
  readonly port: string
  readonly failSafe: boolean
}

/** One opening as its controller sees it. Times in ms. */
export interface DoorPlan {
  readonly id: string
  readonly controller: string
  /** Null for a monitoring door. */
  readonly door: Door | null
  readonly monitor: (DoorMonitor & { readonly key: string }) | null
  readonly locks: readonly LockPlan[]
  readonly sides: Readonly<Record<Side, AccessPoint>> | null
  readonly readers: readonly string[]
  readonly unlockSchedules: readonly NamedSchedule[]
  readonly accessMs: number
  readonly longAccessMs: number
  readonly tooLongMs: number
  readonly longTooLongMs: number
  /** The other doors of its interlock group. */
  readonly interlocked: readonly string[]
  /** Emergency inputs that unlock it, `CONTROLLER/PORT`. */
  readonly emergencies: readonly string[]
}

/** What an input terminal is for. */
export type PortPlan =
  | { readonly use: 'monitor'; readonly door: string; readonly contact: DoorMonitor }
  | { readonly use: 'rex'; readonly door: string; readonly side: Side; readonly contact: Rex }
  | { readonly use: 'emergency'; readonly doors: readonly string[]; readonly contact: EmergencyInput }
  | { readonly use: 'general'; readonly contact: Contact & { readonly activeIf: 'circuit-open' | 'circuit-closed' } }
  | {
      readonly use: 'reader'
      readonly reader: string
      readonly contact: Contact & { readonly activeIf: 'circuit-open' | 'circuit-closed' | null }
    }

export interface Contact {
  readonly debounceMs: number
  readonly supervision: DoorMonitor['supervision']
}

export interface ZonePlan {
  readonly zone: Zone
  /** Every controller one of its doors is on; presence is shared where there is more than this one. */
  readonly controllers: readonly string[]
}

/** The site as one controller sees it: immutable, indexed, without people. */
export interface Model {
  readonly site: Place
  readonly controller: string
  readonly timeZone: string
  /** The controller and the modules that hang on it. */
  readonly units: ReadonlySet<string>
  readonly doors: ReadonlyMap<string, DoorPlan>
  readonly readers: ReadonlyMap<string, ReaderPlan>
  /** By `DOOR/SIDE`. */
  readonly accessPoints: ReadonlyMap<string, AccessPoint>
  /** By `CONTROLLER/PORT`. */
  readonly ports: ReadonlyMap<string, PortPlan>
  /** General outputs, `CONTROLLER/PORT`. */
  readonly outputs: ReadonlySet<string>
  /** All of the site, `always` included. */
  readonly schedules: ReadonlyMap<string, NamedSchedule>
  /** All of the site: presence is known for zones of other controllers too. */
  readonly zones: ReadonlyMap<string, ZonePlan>
  /** A profile lets a PIN name its holder alone, somewhere at this controller. */
  readonly pinAlone: boolean
}

/** Indexes a valid site for one controller. A name that leads nowhere is as if it were not there: a right that is missing grants nothing. */
export function buildModel(site: Place, controller: string): Model {
  const schedules = new Map<string, NamedSchedule>()
  for (const schedule of ['always' as const, ...site.schedules]) {
    const id = schedule === 'always' ? schedule : schedule.id
    schedules.set(id, { id, ...compileSchedule(schedule, site.site.timeZone, site.site.position) })
  }
  const units = new Set(site.controllers.filter(each => each.id === controller || each.parent === controller).map(each => each.id))
  const profiles = profilesOf(site)
  const rules = rulesOf(site)
  const resolved = resolveFormats(site.cardFormats)
  const formats = (ids: readonly string[] | null) => new Map(readerFormats(ids, resolved).formats.map(format => [format.bitLength, format]))
  const systemFormats = formats(null)
  const doors = plansOfDoors(
    site,
    units,
    schedules,
    (reader, place) => ({
      ...place,
      id: reader.id,
      reader,
      secureWanted: reader.type === 'osdp' && reader.secureChannel && site.encryption.osdpSecureChannel,
      formats: reader.cardFormats === null ? systemFormats : formats(reader.cardFormats),
      pin: reader.pin ?? site.settings.pin,
    }),
    { profiles, rules },
  )
  const accessPoints = new Map<string, AccessPoint>()
  const readers = new Map<string, ReaderPlan>()
  for (const plan of doors.values())
    for (const side of sides) {
      const point = plan.sides?.[side]
      if (point === undefined) continue
      accessPoints.set(point.id, point)
      if (point.reader !== null) readers.set(point.reader.id, point.reader)
    }
  return {
    site,
    controller,
    timeZone: site.site.timeZone,
    units,
    doors,
    readers,
    accessPoints,
    ports: portsOf(site, units, doors),
    outputs: new Set(
      site.controllers.filter(unit => units.has(unit.id)).flatMap(unit => unit.outputs.map(({ port }) => `${unit.id}/${port}`)),
    ),
    schedules,
    zones: zonesOf(site),
    pinAlone: [...accessPoints.values()].some(point => point.profile.some(entry => entry.types.every(type => type === 'pin'))),
  }
}

function portsOf(site: Place, units: ReadonlySet<string>, doors: ReadonlyMap<string, DoorPlan>): Map<string, PortPlan> {
  const ports = new Map<string, PortPlan>()
  for (const { id, controller, monitor, sides: both } of doors.values()) {
    if (monitor !== null) ports.set(monitor.key, { use: 'monitor', door: id, contact: monitor })
    for (const side of sides) {
      const { reader = null, rex = null } = both?.[side] ?? {}
      if (rex?.port !== undefined) ports.set(`${controller}/${rex.port}`, { use: 'rex', door: id, side, contact: rex })
      if (reader?.reader.type !== 'wiegand') continue
      const { tamper, supervision, port } = reader.reader
      if (tamper === null && supervision === null) continue
      const contact = { activeIf: tamper?.activeIf ?? null, debounceMs: tamper?.debounceMs ?? 50, supervision }
      ports.set(`${controller}/${port}`, { use: 'reader', reader: reader.id, contact })
    }
  }
  for (const unit of site.controllers)
    if (units.has(unit.id))
      for (const input of unit.inputs) {
        const key = `${unit.id}/${input.port}`
        if (input.role === 'general') ports.set(key, { use: 'general', contact: input })
        else
          ports.set(key, {
            use: 'emergency',
            contact: input,
            doors: [...doors.values()].filter(door => door.emergencies.includes(key)).map(door => door.id),
          })
      }
  return ports
}

function zonesOf(site: Place): Map<string, ZonePlan> {
  const parents = new Map(site.controllers.map(unit => [unit.id, unit.parent ?? unit.id]))
  const homes = new Map(site.doors.map(door => [door.id, parents.get(door.controller) ?? door.controller]))
  return new Map(
    site.zones.map(zone => {
      const controllers = new Set(zone.doors.map(({ door }) => homes.get(door)).filter(home => home !== undefined))
      return [zone.id, { zone, controllers: [...controllers] }]
    }),
  )
}
