import type { Interval, Schedule } from '../../shared/schedule.ts'
import { days } from '../../shared/schedule.ts'
import { dayMs, dayNumber, dayOf, fromLocal, toInstant } from './calendar.ts'

/** A schedule made ready for one zone. It remembers the span it answered last, so that asking again within it costs nothing. */
export interface CompiledSchedule {
  /** Whether the schedule is on at `wall` (Unix ms). */
  activeAt(wall: number): boolean
  /** The first instant after `wall` (Unix ms) at which `activeAt` changes; null where it never does. */
  nextChange(wall: number): number | null
}

/** Half open, in Unix ms. */
type Span = readonly [from: number, to: number]

const always: CompiledSchedule = { activeAt: () => true, nextChange: () => null }

/**
 * Makes a schedule ready to be asked (domain.md §2, rule X13). Every time of day is a moment on the zone's own clock: a doubled one is the
 * earlier, a skipped one moves forward. What starts on a date belongs to that date, also where it runs over midnight.
 */
export function compileSchedule(schedule: Schedule | 'always', zone: string): CompiledSchedule {
  if (schedule === 'always') return always
  const timetable = timetableOf(schedule, zone)
  let known: { from: number; until: number | null; active: boolean } | undefined
  const look = (wall: number) => {
    if (known === undefined || wall < known.from || (known.until !== null && wall >= known.until))
      known = { from: wall, ...segment(timetable, wall) }
    return known
  }
  return { activeAt: wall => look(wall).active, nextChange: wall => look(wall).until }
}

/** Whether `schedule` is on at `wall` (Unix ms). Whoever asks more than once compiles it. */
export function active(schedule: Schedule | 'always', zone: string, wall: number): boolean {
  return compileSchedule(schedule, zone).activeAt(wall)
}

/** The first instant after `wall` (Unix ms) at which `active` changes; null where it never does. */
export function nextChange(schedule: Schedule | 'always', zone: string, wall: number): number | null {
  return compileSchedule(schedule, zone).nextChange(wall)
}

interface Timetable {
  readonly zone: string
  /** What starts on a day, dates replaced by exceptions included. */
  starting(day: number): readonly Span[]
  /** The first day from `day` on that may have something starting. */
  nextDay(day: number): number | null
  readonly periods: readonly Span[]
  /** From this instant on nothing is left that happens a limited number of times. */
  readonly settled: number
}

/** How long a span that is on is followed before it counts as on for ever: a year holds every change of clocks. */
const horizon = 400 * dayMs

function segment(table: Timetable, wall: number): { until: number | null; active: boolean } {
  let end = endOfSpan(table, wall)
  if (end === null) return { until: nextStart(table, wall), active: false }
  const far = Math.max(wall, table.settled) + horizon
  while (end < far) {
    const further = endOfSpan(table, end)
    if (further === null) return { until: end, active: true }
    end = further
  }
  return { until: null, active: true }
}

/** The latest end of the spans that hold `wall`; null where none does. */
function endOfSpan(table: Timetable, wall: number): number | null {
  const day = dayOf(wall, table.zone)
  let end: number | null = null
  for (const spans of [table.starting(day - 2), table.starting(day - 1), table.starting(day), table.periods])
    for (const [from, to] of spans) if (from <= wall && wall < to && (end === null || to > end)) end = to
  return end
}

function nextStart(table: Timetable, wall: number): number | null {
  let first: number | null = null
  const look = (spans: readonly Span[]) => {
    for (const [from, to] of spans) if (from > wall && from < to && (first === null || from < first)) first = from
  }
  look(table.periods)
  const today = dayOf(wall, table.zone)
  for (let day = table.nextDay(today - 1), tries = 0; day !== null && tries < 4000; day = table.nextDay(day + 1), tries++) {
    if (first !== null && fromLocal((day - 1) * dayMs, table.zone) > first) break
    look(table.starting(day))
  }
  return first
}

function timetableOf(schedule: Schedule, zone: string): Timetable {
  const week: Interval[][] = days.map(day => schedule.weekly.filter(entry => entry.days.includes(day)))
  const exceptions = new Map<number, Interval[]>()
  for (const { date, intervals } of schedule.exceptions) {
    const day = dayNumber(date)
    exceptions.set(day, [...(exceptions.get(day) ?? []), ...intervals])
  }
  const periods = schedule.periods.map(({ from, to }): Span => [toInstant(from, zone), toInstant(to, zone)])
  const remembered = new Map<number, readonly Span[]>()
  return {
    zone,
    periods,
    settled: Math.max(0, ...[...exceptions.keys()].map(day => (day + 2) * dayMs), ...periods.map(([, to]) => to)),
    starting(day) {
      let spans = remembered.get(day)
      if (spans === undefined) {
        if (remembered.size >= 512) remembered.clear()
        const intervals = exceptions.get(day) ?? week[weekday(day)]!
        spans = intervals.length > 0 && exists(day, zone) ? intervals.map(interval => spanOf(interval, day, zone)) : []
        remembered.set(day, spans)
      }
      return spans
    },
    nextDay(day) {
      const weekly = [0, 1, 2, 3, 4, 5, 6].map(ahead => day + ahead).find(each => week[weekday(each)]!.length > 0)
      const dates = [...exceptions.keys()].filter(each => each >= day)
      return weekly === undefined && dates.length === 0 ? null : Math.min(weekly ?? Number.POSITIVE_INFINITY, ...dates)
    },
  }
}

/** Monday is 0; 1970-01-01 was a Thursday. */
function weekday(day: number): number {
  return (((day + 3) % 7) + 7) % 7
}

/** False for a date that the zone's calendar leaves out (Samoa had no 2011-12-30). */
function exists(day: number, zone: string): boolean {
  return dayOf(fromLocal(day * dayMs, zone), zone) === day
}

function spanOf({ from, to }: Interval, day: number, zone: string): Span {
  const start = timeOfDayMs(from)
  const end = timeOfDayMs(to)
  return [fromLocal(day * dayMs + start, zone), fromLocal((end <= start ? day + 1 : day) * dayMs + end, zone)]
}

function timeOfDayMs(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number)
  return ((hours * 60 + minutes) * 60 + seconds) * 1000
}
