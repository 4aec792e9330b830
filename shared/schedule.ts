import { z } from 'zod'
import { date, id, localTime, timeOfDay } from './scalar.ts'

/** Days of the week as a site file names them, Monday first. */
export const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Day = (typeof days)[number]

/** A half-open span of wall-clock time within a day; `to` at or before `from` runs over midnight and belongs to the day it starts. */
export const interval = z.strictObject({ from: timeOfDay, to: timeOfDay })
export type Interval = z.output<typeof interval>

/** A time profile in the site's zone (domain.md §2, rule X13). `always` is built in and is not in the list. */
export const schedule = z.strictObject({
  id,
  name: z.string().optional(),
  weekly: z.array(z.strictObject({ days: z.array(z.enum(days)).min(1), from: timeOfDay, to: timeOfDay })).default([]),
  /** Replaces the weekly hours of one date; an empty list closes it. */
  exceptions: z.array(z.strictObject({ date, intervals: z.array(interval) })).default([]),
  /** Adds single spans of time. */
  periods: z.array(z.strictObject({ from: localTime, to: localTime })).default([]),
})
export type Schedule = z.output<typeof schedule>
