import { z } from 'zod'
import { date, id, localTime } from './scalar.ts'

/** Days of the week as a site file names them, Monday first. */
export const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Day = (typeof days)[number]
const day = z.enum(days)

/** `08:00`, up to `24:00`; or `sunrise`, `sunset`, with minutes before or after: `sunset-30` (rule X14; reckoned at `site.position`). */
const moment = z
  .string()
  .regex(
    /^(([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?|24:00(:00)?|(sunrise|sunset)([+-]([0-9]|[1-9]\d|[12]\d\d|3[0-5]\d|360))?)$/,
    'a time is written "08:00", up to "24:00", or sunrise, sunset, sunset-30 (minutes, up to 360)',
  )

const hours = { from: moment, to: moment }

/**
 * A half-open span within a day. `to` at or before `from` runs over midnight and belongs to the day it starts; for that, sunrise counts as
 * 06:00 and sunset as 18:00, so that the season never turns a day into a night.
 */
const interval = z.strictObject(hours)
export type Interval = z.output<typeof interval>

const weeks = ['first', 'second', 'third', 'fourth', 'last'] as const
export type Week = (typeof weeks)[number]
const range = {
  /** The first date it may fall on; every second, third … is counted from here. */
  start: date,
  /** Every so many days, weeks, months or years. */
  interval: z.number().int().min(1).max(99).default(1),
  /** The last date it may fall on. */
  until: date.optional(),
  /** How often in all; not beside `until`. */
  times: z.number().int().min(1).max(10_000).optional(),
}
const within = {
  /** A month without that day is left out. */
  dayOfMonth: z.union([z.number().int().min(1).max(31), z.literal('last')]).optional(),
  week: z.enum(weeks).optional(),
  day: day.optional(),
}
type Within = { dayOfMonth?: unknown; week?: unknown; day?: unknown }
const oneDay = [
  (value: Within) => (value.dayOfMonth === undefined) === (value.week !== undefined && value.day !== undefined),
  'give either dayOfMonth, or both week and day',
] as const

/** What comes again by the calendar (rule X13): its pattern, its hours, and its range. */
export const recurrence = z
  .discriminatedUnion('pattern', [
    z.strictObject({ pattern: z.literal('daily'), ...hours, ...range }),
    z.strictObject({ pattern: z.literal('weekly'), ...hours, ...range, days: z.array(day).min(1) }),
    z.strictObject({ pattern: z.literal('monthly'), ...hours, ...range, ...within }).refine(...oneDay),
    z
      .strictObject({ pattern: z.literal('yearly'), ...hours, ...range, ...within, month: z.number().int().min(1).max(12) })
      .refine(...oneDay),
  ])
  .refine(value => value.until === undefined || value.times === undefined, 'give until or times, not both')
export type Recurrence = z.output<typeof recurrence>

/** A time profile in the site's zone (domain.md §2, rule X13). `always` is built in and is not in the list. */
export const schedule = z.strictObject({
  id,
  name: z.string().optional(),
  weekly: z.array(z.strictObject({ days: z.array(day).min(1), ...hours })).default([]),
  recurring: z.array(recurrence).default([]),
  /** Replaces the weekly and recurring hours of one date; an empty list closes it. */
  exceptions: z.array(z.strictObject({ date, intervals: z.array(interval) })).default([]),
  /** Adds single spans of time. */
  periods: z.array(z.strictObject({ from: localTime, to: localTime })).default([]),
})
export type Schedule = z.output<typeof schedule>
