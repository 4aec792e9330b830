import type { Holder } from './directory.ts'
import { positionOf } from './door.ts'
import type { Draft } from './draft.ts'
import type { SharedPresence } from './input.ts'
import type { AccessPoint, ZonePlan } from './model.ts'
import type { Grant } from './state.ts'
import { type Finding, fails, passes } from './trace.ts'
import { told } from './validity.ts'

const keyOf = (zone: string, cardholder: string) => `${zone}/${cardholder}`
const isPresent = (draft: Draft, zone: string, cardholder: string) => draft.get('presence', keyOf(zone, cardholder))?.present ?? false

/** Presence of a zone whose doors are at several controllers is shared. */
function spans(plan: ZonePlan): boolean {
  return plan.controllers.length > 1
}

/** Anti-passback of a zone over several controllers rests while the link is lost (domain.md §5, rules I11, I12). */
export function isSuspended(draft: Draft, plan: ZonePlan): boolean {
  return draft.self.link === false && spans(plan)
}

/** Check 8 (domain.md §5, rules I5 to I13). `violation` is the zone that is entered against the rule, where that is let through or not. */
export function checkAntiPassback(draft: Draft, point: AccessPoint, holder: Holder): Finding & { readonly violation: string | null } {
  const zone = point.passage.enters
  const plan = zone === null ? undefined : draft.model.zones.get(zone)
  const rule = plan?.zone.antiPassback
  if (zone === null || plan === undefined || !rule) return { ...passes({ zone }), violation: null }
  const row = draft.get('presence', keyOf(zone, holder.id))
  let found: Finding['found'] = { zone, mode: rule.mode, present: row?.present ?? false }
  const free = (why: Finding['found'] = {}) => ({ ...passes({ ...found, ...why }), violation: null })
  if (!row?.present) return free()
  found = { ...found, since: told(row.at) }
  if (rule.timeout > 0 && draft.now.wall - row.at > rule.timeout * 1000) return free({ timedOut: true })
  if (holder.exemptFromAntiPassback) return free({ exempt: true })
  if (isSuspended(draft, plan)) return free({ suspended: true })
  const position = positionOf(draft, point.door)
  if (rule.mode === 'hard' && position !== 'unknown') return { ...fails('anti-passback', found), violation: zone }
  return { ...passes({ ...found, ...(rule.mode === 'hard' ? { position } : {}) }), violation: zone }
}

/** The zone that is entered has room for everyone who is about to enter it. Leaving is never stopped. */
export function checkOccupancy(draft: Draft, point: AccessPoint, cardholder: string, along: readonly string[]): Finding {
  const zone = point.passage.enters
  const limit = zone === null ? null : draft.model.zones.get(zone)?.zone.occupancyLimit
  if (zone === null || limit === null || limit === undefined) return passes()
  const entering = [cardholder, ...along].filter(each => !isPresent(draft, zone, each)).length
  const present = draft.get('occupancy', zone)?.present ?? 0
  const found = { zone, limit, present }
  if (isPresent(draft, zone, cardholder) || present + entering <= limit) return passes(found)
  const counted = countPresent(draft, zone)
  return counted + entering <= limit ? passes({ ...found, present: counted }) : fails('zone-full', { ...found, present: counted })
}

/** Who is in a zone, without those whom the directory no longer knows. */
function countPresent(draft: Draft, zone: string): number {
  let count = 0
  for (const [key, row] of draft.each('presence')) {
    const [of, cardholder = ''] = key.split('/')
    if (of === zone && row.present && draft.directory.cardholder(cardholder) !== undefined) count++
  }
  return count
}

/** An opening took these grants: everyone in them has gone where the passage leads. */
export function move(draft: Draft, door: string, grants: readonly Grant[]): void {
  const shared: SharedPresence[] = []
  for (const { side, cardholders } of grants) {
    const passage = draft.model.accessPoints.get(`${door}/${side}`)?.passage
    if (passage === undefined) continue
    for (const cardholder of cardholders) {
      if (passage.leaves !== null) shared.push(...note(draft, passage.leaves, cardholder, false))
      if (passage.enters !== null) shared.push(...note(draft, passage.enters, cardholder, true))
    }
  }
  if (shared.length > 0) draft.effect({ kind: 'share', presence: shared, uses: [] })
}

/** What was seen here is newer than anything heard, whatever other clocks say. */
function note(draft: Draft, zone: string, cardholder: string, present: boolean): SharedPresence[] {
  const at = Math.max(draft.now.wall, (draft.get('presence', keyOf(zone, cardholder))?.at ?? 0) + 1)
  const plan = draft.model.zones.get(zone)
  const over = plan !== undefined && spans(plan)
  put(draft, zone, cardholder, present || over ? { present, at } : null)
  return over ? [{ zone, cardholder, present, at }] : []
}

function put(draft: Draft, zone: string, cardholder: string, row: { present: boolean; at: number } | null): void {
  const change = Number(row?.present ?? false) - Number(isPresent(draft, zone, cardholder))
  draft.set('presence', keyOf(zone, cardholder), row)
  if (change === 0) return
  const present = (draft.get('occupancy', zone)?.present ?? 0) + change
  draft.set('occupancy', zone, present > 0 ? { present } : null)
}

/** Takes over what other controllers saw. The newest wins, and of one instant the leaving, so that all of them come to hold the same. */
export function mergePresence(draft: Draft, presence: readonly SharedPresence[]): void {
  for (const { zone, cardholder, present, at } of presence) {
    const row = draft.get('presence', keyOf(zone, cardholder))
    if (row === undefined || row.at < at || (row.at === at && !present)) put(draft, zone, cardholder, { present, at })
  }
}

/** Tells of the zones whose anti-passback a lost link suspends, and a healed one resumes. */
export function tellSuspension(draft: Draft, suspended: boolean): void {
  for (const [id, plan] of draft.model.zones) {
    if (plan.zone.antiPassback === null || !spans(plan) || !plan.controllers.includes(draft.model.controller)) continue
    draft.emit({ type: suspended ? 'zone.anti-passback-suspended' : 'zone.anti-passback-resumed', source: { kind: 'zone', id }, zone: id })
  }
}

/**
 * The clock was set by so many ms: entries made by it whose time-out is running, or that would lie in the future, move with it. Those of a zone over
 * several controllers stay: the others hold the same instants, and the newest wins.
 */
export function keepEntries(draft: Draft, movedBy: number): void {
  const { wall } = draft.now
  const before = wall - movedBy
  for (const [key, row] of [...draft.each('presence')]) {
    const plan = draft.model.zones.get(key.slice(0, key.indexOf('/')))
    if (plan !== undefined && spans(plan)) continue
    const timeout = plan?.zone.antiPassback?.timeout ?? 0
    const running = row.at > before - timeout * 1000
    if (row.at <= before && (running || row.at > wall)) draft.set('presence', key, { ...row, at: row.at + movedBy })
  }
}

/** Nobody is in a zone who, or which, is no longer there. `removed`, where that is known, are all who left: nobody else is asked for. */
export function forgetTheGone(draft: Draft, removed?: readonly string[]): void {
  const zoneGone = [...draft.each('occupancy')].some(([zone]) => !draft.model.zones.has(zone))
  if (removed?.length === 0 && !zoneGone) return
  const asked = removed && new Set(removed)
  for (const [key, row] of [...draft.each('presence')]) {
    const [zone = '', cardholder = ''] = key.split('/')
    const gone = asked?.has(cardholder) !== false && draft.directory.cardholder(cardholder) === undefined
    if (!gone && draft.model.zones.has(zone)) continue
    if (row.present) put(draft, zone, cardholder, null)
    else draft.set('presence', key, null)
  }
}
