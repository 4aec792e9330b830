import { DateTime } from 'luxon'
import { type Day, days, type Recurrence } from '../../shared/schedule.ts'
import { dayMs, dayNumber } from './calendar.ts'

/** The days on which something comes again, as day numbers (see `dayOf`). */
export interface Occurrences {
  on(day: number): boolean
  /** The first such day from `day` on; null where there is none. */
  next(day: number): number | null
  /** The last one; infinite where it never ends. */
  readonly last: number
}

/** So many empty months or years in a row are for ever: the fifth Monday of a February is the rarest, once in 28 to 40 years. */
const patience = 120

/** The days of a recurrence, by calendar alone: which instants they are is the schedule's business. */
export function occurrencesOf(rule: Recurrence): Occurrences {
  const start = dayNumber(rule.start)
  const last = lastDay(rule, start)
  const next = (day: number): number | null => {
    const earliest = Math.max(day, start)
    for (let turn = Math.max(0, turnOf(rule, start, earliest)), empty = 0; empty < patience; turn++, empty++) {
      const found = daysOfTurn(rule, start, turn).find(each => each >= earliest)
      if (found !== undefined) return found <= last ? found : null
    }
    return null
  }
  return { next, last, on: day => next(day) === day }
}

function lastDay(rule: Recurrence, start: number): number {
  if (rule.until !== undefined) return dayNumber(rule.until)
  if (rule.times === undefined) return Number.POSITIVE_INFINITY
  let left = rule.times
  let last = start
  for (let turn = 0, empty = 0; empty < patience; turn++, empty++)
    for (const day of daysOfTurn(rule, start, turn)) {
      if (day < start) continue
      last = day
      empty = -1
      if (--left === 0) return last
    }
  return last
}

/** The turn (0 = the day, week, month or year of `start`) that may hold `day`, or one before it. */
function turnOf(rule: Recurrence, start: number, day: number): number {
  if (rule.pattern === 'daily') return Math.floor((day - start) / rule.interval)
  if (rule.pattern === 'weekly') return Math.floor((day - monday(start)) / (7 * rule.interval))
  const from = dateOf(start)
  const to = dateOf(day)
  const years = to.year - from.year
  return Math.floor((rule.pattern === 'yearly' ? years : years * 12 + to.month - from.month) / rule.interval)
}

function daysOfTurn(rule: Recurrence, start: number, turn: number): number[] {
  const ahead = turn * rule.interval
  if (rule.pattern === 'daily') return [start + ahead]
  if (rule.pattern === 'weekly') return days.flatMap((day, index) => (rule.days.includes(day) ? [monday(start) + ahead * 7 + index] : []))
  const { year, month } = dateOf(start)
  const first = rule.pattern === 'yearly' ? DateTime.utc(year + ahead, rule.month, 1) : DateTime.utc(year, month, 1).plus({ months: ahead })
  return dayWithin(rule, first)
}

function dayWithin(rule: Extract<Recurrence, { week?: unknown }>, first: DateTime): number[] {
  const length = first.daysInMonth ?? 0
  const firstDay = first.toMillis() / dayMs
  if (rule.dayOfMonth !== undefined) {
    const number = rule.dayOfMonth === 'last' ? length : rule.dayOfMonth
    return number <= length ? [firstDay + number - 1] : []
  }
  const earliest = firstDay + ((days.indexOf(rule.day as Day) - weekday(firstDay) + 7) % 7)
  const weeks = { first: 0, second: 1, third: 2, fourth: 3, last: earliest + 28 < firstDay + length ? 4 : 3 }
  return [earliest + 7 * weeks[rule.week ?? 'first']]
}

/** Monday is 0; 1970-01-01 was a Thursday. */
export function weekday(day: number): number {
  return (((day + 3) % 7) + 7) % 7
}

function monday(day: number): number {
  return day - weekday(day)
}

function dateOf(day: number): DateTime {
  return DateTime.fromMillis(day * dayMs, { zone: 'utc' })
}
