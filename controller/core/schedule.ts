import { days, type Interval, type Schedule } from '../../shared/schedule.ts'
import { dayMs, dayNumber, dayOf, fromLocal, toInstant } from './calendar.ts'
import { occurrencesOf, weekday } from './recurrence.ts'
import { type Position, sunOf } from './sun.ts'

/** A schedule made ready for one zone. It remembers the span it answered last, so that asking again within it costs nothing. */
export interface CompiledSchedule {
  /** Whether the schedule is on at `wall` (Unix ms). */
  activeAt(wall: number): boolean
  /** The first instant after `wall` (Unix ms) at which `activeAt` changes; null where it never does. */
  nextChange(wall: number): number | null
}

type Hours = Pick<Interval, 'from' | 'to'>
/** Half open, in Unix ms. */
type Span = readonly [from: number, to: number]

const always: CompiledSchedule = { activeAt: () => true, nextChange: () => null }

/**
 * Makes a schedule ready to be asked (domain.md §2, rules X13 and X14). Every time of day is a moment on the zone's own clock: a doubled one
 * is the earlier, a skipped one moves forward. What starts on a date belongs to that date, also where it runs over midnight. Sunrise and
 * sunset are those at `position`; without one, hours that name the sun are left out.
 */
export function compileSchedule(schedule: Schedule | 'always', zone: string, position: Position | null = null): CompiledSchedule {
  if (schedule === 'always') return always
  const timetable = timetableOf(schedule, zone, position)
  let known: { from: number; until: number | null; active: boolean } | undefined
  const look = (wall: number) => {
    if (known === undefined || wall < known.from || (known.until !== null && wall >= known.until))
      known = { from: wall, ...segment(timetable, wall) }
    return known
  }
  return { activeAt: wall => look(wall).active, nextChange: wall => look(wall).until }
}

/** Whether `schedule` is on at `wall` (Unix ms). Whoever asks more than once compiles it. */
export function active(schedule: Schedule | 'always', zone: string, wall: number, position: Position | null = null): boolean {
  return compileSchedule(schedule, zone, position).activeAt(wall)
}

/** The first instant after `wall` (Unix ms) at which `active` changes; null where it never does. */
export function nextChange(schedule: Schedule | 'always', zone: string, wall: number, position: Position | null = null): number | null {
  return compileSchedule(schedule, zone, position).nextChange(wall)
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
/** How many days in a row with hours that come to nothing (the sun) are looked through before they count as nothing for ever. */
const patience = 800

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
  // Over midnight and the sun's offsets reach one day each way from the day that names them.
  for (const spans of [...[-2, -1, 0, 1].map(ahead => table.starting(day + ahead)), table.periods])
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
  for (let day = table.nextDay(today - 1), tries = 0; day !== null && tries < patience; day = table.nextDay(day + 1), tries++) {
    if (first !== null && fromLocal((day - 1) * dayMs, table.zone) > first) break
    look(table.starting(day))
  }
  return first
}

function timetableOf(schedule: Schedule, zone: string, position: Position | null): Timetable {
  const week = days.map(day => schedule.weekly.filter(entry => entry.days.includes(day)))
  const recurring = schedule.recurring.map(rule => ({ rule, days: occurrencesOf(rule) }))
  const exceptions = new Map(schedule.exceptions.map(({ date, intervals }) => [dayNumber(date), intervals]))
  const periods = schedule.periods.map(({ from, to }): Span => [toInstant(from, zone), toInstant(to, zone)])
  const hoursOf = (day: number): readonly Hours[] =>
    exceptions.get(day) ?? [...week[weekday(day)]!, ...recurring.flatMap(each => (each.days.on(day) ? [each.rule] : []))]
  const limits = [...exceptions.keys(), ...recurring.map(each => each.days.last)].filter(Number.isFinite)
  const remembered = new Map<number, readonly Span[]>()
  return {
    zone,
    periods,
    settled: Math.max(0, ...limits.map(day => (day + 3) * dayMs), ...periods.map(([, to]) => to)),
    starting(day) {
      let spans = remembered.get(day)
      if (spans === undefined) {
        if (remembered.size >= 512) remembered.clear()
        spans = exists(day, zone) ? hoursOf(day).flatMap(hours => spanOf(hours, day, zone, position)) : []
        remembered.set(day, spans)
      }
      return spans
    },
    nextDay(day) {
      const weekly = [0, 1, 2, 3, 4, 5, 6].map(ahead => day + ahead).find(each => week[weekday(each)]!.length > 0)
      const next = [weekly ?? null, ...recurring.map(each => each.days.next(day)), ...[...exceptions.keys()].filter(each => each >= day)]
      return next.reduce((a, b) => (a === null ? b : b === null ? a : Math.min(a, b)), null)
    },
  }
}

/** False for a date that the zone's calendar leaves out (Samoa had no 2011-12-30). */
function exists(day: number, zone: string): boolean {
  return dayOf(fromLocal(day * dayMs, zone), zone) === day
}

function spanOf({ from, to }: Hours, day: number, zone: string, position: Position | null): Span[] {
  const start = read(from)
  const end = read(to)
  const when = ({ sun, ms }: Reading, on: number): number | null => {
    if (sun === null) return fromLocal(on * dayMs + ms, zone)
    return position === null ? null : sunOf(on, zone, position)[sun] + ms
  }
  const first = when(start, day)
  const last = when(end, nominal(end) <= nominal(start) ? day + 1 : day)
  return first === null || last === null ? [] : [[first, last]]
}

/** A time of day in ms after midnight, or ms after (before) a turn of the sun. */
interface Reading {
  readonly sun: 'sunrise' | 'sunset' | null
  readonly ms: number
}

function read(text: string): Reading {
  const sun = /^(sunrise|sunset)(.*)$/.exec(text)
  if (sun) return { sun: sun[1] as 'sunrise' | 'sunset', ms: Number(sun[2]) * 60_000 }
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number)
  return { sun: null, ms: ((hours * 60 + minutes) * 60 + seconds) * 1000 }
}

function nominal({ sun, ms }: Reading): number {
  return ms + (sun === null ? 0 : sun === 'sunrise' ? dayMs / 4 : (dayMs * 3) / 4)
}
