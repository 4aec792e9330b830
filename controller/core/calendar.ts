import { DateTime, IANAZone } from 'luxon'

/*
 * The site's wall clock (domain.md, head). A local time that happens twice is the earlier one; one that is skipped moves forward by what the
 * clock skips. Luxon is asked only for offsets and for adding months: its own reading of a doubled hour depends on the present.
 */

export const dayMs = 86_400_000

/** What the clocks of `zone` show at an instant (Unix ms), written as if it were UTC. */
export function toLocal(wall: number, zone: string): number {
  return wall + offset(wall, zone)
}

/** The instant (Unix ms) at which the clocks of `zone` show `local` (written as if it were UTC). */
export function fromLocal(local: number, zone: string): number {
  const before = offset(local - dayMs, zone)
  const after = offset(local + dayMs, zone)
  if (before === after) return local - before
  const early = local - Math.max(before, after)
  const late = local - Math.min(before, after)
  if (toLocal(early, zone) === local) return early
  if (toLocal(late, zone) === local) return late
  return local - before
}

/** A date and time of the site file in Unix ms: with an offset exact, without one on the clock of `zone`. `NaN` where there is no such date. */
export function toInstant(localTime: string, zone: string): number {
  const read = DateTime.fromISO(localTime, { zone: 'utc' }).toMillis()
  return /(Z|[+-]\d{2}:\d{2})$/.test(localTime) || Number.isNaN(read) ? read : fromLocal(read, zone)
}

/** One of days, months or years, as a credential's validity has it. */
export interface CalendarSpan {
  readonly days?: number | undefined
  readonly months?: number | undefined
  readonly years?: number | undefined
}

/** The same time of day so many days, months or years later; the last day of the month where that month is too short. */
export function addSpan(wall: number, span: CalendarSpan, zone: string): number {
  const { days = 0, months = 0, years = 0 } = span
  return fromLocal(DateTime.fromMillis(toLocal(wall, zone), { zone: 'utc' }).plus({ days, months, years }).toMillis(), zone)
}

/** The number of the local day an instant falls on, counted from 1970-01-01. */
export function dayOf(wall: number, zone: string): number {
  return Math.floor(toLocal(wall, zone) / dayMs)
}

/** The number of a date `2026-12-24`. `NaN` where there is no such date. */
export function dayNumber(date: string): number {
  return DateTime.fromISO(date, { zone: 'utc' }).toMillis() / dayMs
}

/** The first instant of the local day after that of `wall`. */
export function nextMidnight(wall: number, zone: string): number {
  let day = dayOf(wall, zone) + 1
  // Where the clocks go back over midnight, that midnight may be behind us already.
  while (fromLocal(day * dayMs, zone) <= wall) day++
  return fromLocal(day * dayMs, zone)
}

function offset(wall: number, zone: string): number {
  return Math.round(IANAZone.create(zone).offset(wall) * 60_000)
}
