import type { Side } from '../../shared/site.ts'
import type { Passage, Place, ProfileEntry, RulePlan } from './model.ts'

/** A profile ready for use: entries by side. */
export interface ProfilePlan {
  readonly includeFacilityCode: boolean
  readonly a: readonly ProfileEntry[]
  readonly b: readonly ProfileEntry[]
}

const predefined: Readonly<Record<string, readonly ProfileEntry['types'][]>> = {
  card: [['card']],
  'card-and-pin': [['card', 'pin']],
  pin: [['pin']],
  'card-or-pin': [['card'], ['pin']],
  'licence-plate': [['licence-plate']],
}

/** Every profile of a site: the predefined ones (rule M4), each replaced by the site's own of that name. */
export function profilesOf(site: Place): Map<string, ProfilePlan> {
  const profiles = new Map<string, ProfilePlan>()
  for (const [id, entries] of Object.entries(predefined)) {
    const both = entries.map(types => ({ types, schedules: ['always'] }))
    profiles.set(id, { includeFacilityCode: false, a: both, b: both })
  }
  for (const profile of site.identificationProfiles) profiles.set(profile.id, profile)
  return profiles
}

/** Finds the rules that cover a passage through a door. */
export type RulesOf = (door: string, passage: Passage) => RulePlan[]

/**
 * Complete rules by where they hold; an incomplete one is left out (rule P25). A zone covers passages into it, through its internal doors, and
 * out of it to no zone (domain.md §3.5).
 */
export function rulesOf(site: Place): RulesOf {
  const complete = site.accessRules
    .filter(
      rule => rule.cardholders.length + rule.groups.length > 0 && rule.doors.length + rule.zones.length > 0 && rule.schedules.length > 0,
    )
    .map(rule => ({
      doors: new Set(rule.doors),
      zones: new Set(rule.zones),
      plan: { id: rule.id, cardholders: new Set(rule.cardholders), groups: rule.groups, schedules: rule.schedules },
    }))
  return (door, { enters, leaves, within }) => {
    const zones = [enters, within, enters === null ? leaves : null].filter(zone => zone !== null)
    return complete.filter(rule => rule.doors.has(door) || zones.some(zone => rule.zones.has(zone))).map(rule => rule.plan)
  }
}

/** Where each side of a door leads. A perimeter door of two zones leads from one into the other (rules I2, I3). */
export function passagesOf(site: Place): (door: string, side: Side) => Passage {
  const passages = new Map<string, { enters: string | null; leaves: string | null; within: string | null }>()
  for (const zone of site.zones)
    for (const entry of zone.doors)
      for (const side of ['a', 'b'] as const) {
        const key = `${entry.door}/${side}`
        const passage = passages.get(key) ?? { enters: null, leaves: null, within: null }
        passages.set(key, passage)
        if (entry.role === 'internal') passage.within = zone.id
        else if ((entry.sideA === 'entrance') === (side === 'a')) passage.enters = zone.id
        else passage.leaves = zone.id
      }
  return (door, side) => passages.get(`${door}/${side}`) ?? { enters: null, leaves: null, within: null }
}
