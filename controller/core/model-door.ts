import type { Door, Reader, Side } from '../../shared/site.ts'
import { resolveRexPort } from '../wiring/index.ts'
import type { AccessPoint, DoorPlan, LockPlan, NamedSchedule, Place, ReaderPlan } from './model.ts'
import { type ProfilePlan, passagesOf, type RulesOf } from './model-right.ts'

type MakeReader = (reader: Reader, place: { door: string; side: Side; controller: string }) => ReaderPlan
interface Rights {
  readonly profiles: ReadonlyMap<string, ProfilePlan>
  readonly rules: RulesOf
}

/** The doors of one controller and of the modules on it, in the order of the site. */
export function plansOfDoors(
  site: Place,
  units: ReadonlySet<string>,
  schedules: ReadonlyMap<string, NamedSchedule>,
  makeReader: MakeReader,
  { profiles, rules }: Rights,
): Map<string, DoorPlan> {
  const own = site.doors.filter(door => units.has(door.controller))
  const ordinary = own.filter(door => door.type === 'door')
  const passageOf = passagesOf(site)

  const point = (door: Door, side: Side): AccessPoint => {
    const profile = profiles.get(door.identificationProfile)
    const entries = profile?.[side] ?? []
    const rexEntries = entries.filter(entry => entry.types.every(type => type === 'rex'))
    const passage = passageOf(door.id, side)
    const { reader } = door[side]
    const port = resolveRexPort(site, door.id, side)
    const rex = door[side].rex === null ? null : { ...door[side].rex, port }
    return {
      id: `${door.id}/${side}`,
      door: door.id,
      side,
      reader: reader === null ? null : makeReader(reader, { door: door.id, side, controller: door.controller }),
      rex,
      rexSchedules: rexEntries.length === 0 ? null : rexEntries.flatMap(entry => entry.schedules),
      profile: entries.filter(entry => !entry.types.includes('rex')),
      verifyFacilityCode: site.settings.verifyFacilityCode && (profile?.includeFacilityCode ?? false),
      passage,
      rules: rules(door.id, passage),
    }
  }

  const plans = new Map<string, DoorPlan>()
  for (const door of own) {
    const { id, controller, doorMonitor } = door
    const monitor = doorMonitor === null ? null : { ...doorMonitor, key: `${controller}/${doorMonitor.port}` }
    if (door.type === 'monitoring-door') {
      plans.set(id, { ...bare, id, controller, monitor })
      continue
    }
    const both = { a: point(door, 'a'), b: point(door, 'b') }
    plans.set(id, {
      id,
      controller,
      door,
      monitor,
      locks: locksOf(door),
      sides: both,
      readers: [both.a, both.b].flatMap(({ reader }) => (reader === null ? [] : [reader.id])),
      unlockSchedules: door.unlockSchedules.map(schedule => schedules.get(schedule)).filter(schedule => schedule !== undefined),
      accessMs: ms(door.accessTime),
      longAccessMs: ms(monitor === null ? door.accessTime : door.longAccessTime),
      tooLongMs: ms(door.openTooLongTime),
      longTooLongMs: ms(door.longOpenTooLongTime),
      interlocked: ordinary
        .filter(other => other !== door && door.interlock !== null && other.interlock === door.interlock)
        .map(({ id }) => id),
      emergencies: emergenciesOf(site, units, id),
    })
  }
  return plans
}

const bare: Omit<DoorPlan, 'id' | 'controller' | 'monitor'> = {
  door: null,
  locks: [],
  sides: null,
  readers: [],
  unlockSchedules: [],
  accessMs: 0,
  longAccessMs: 0,
  tooLongMs: 0,
  longTooLongMs: 0,
  interlocked: [],
  emergencies: [],
}

function ms(seconds: number): number {
  return Math.round(seconds * 1000)
}

function locksOf({ controller, locks: { primary, secondary } }: Door): LockPlan[] {
  return [primary, secondary].flatMap(lock =>
    lock === null ? [] : [{ key: `${controller}/${lock.relay}`, controller, port: lock.relay, failSafe: lock.type === 'fail-safe' }],
  )
}

function emergenciesOf(site: Place, units: ReadonlySet<string>, door: string): string[] {
  return site.controllers
    .filter(unit => units.has(unit.id))
    .flatMap(unit =>
      unit.inputs
        .filter(input => input.role === 'emergency' && (input.doors === 'all' || input.doors.includes(door)))
        .map(input => `${unit.id}/${input.port}`),
    )
}
