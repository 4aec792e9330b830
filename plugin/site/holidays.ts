import { runInNewContext } from 'node:vm'
import ICAL from 'ical.js'
import type { Interval, Schedule } from '../../shared/schedule.ts'

/** A schedule's exceptions for the days of a calendar, or why the text is none. */
export type Holidays =
  | {
      readonly ok: true
      readonly exceptions: Schedule['exceptions']
      /** What the days are called, by date. */
      readonly names: Readonly<Record<string, string>>
      /** Events that are no whole days, by name: they are left out. */
      readonly skipped: readonly string[]
    }
  | { readonly ok: false; readonly reason: 'not-a-calendar'; readonly message: string }

export interface HolidayOptions {
  /** The first and last date to take, `2026-01-01`; events that come again every year are taken in each. */
  readonly from: string
  readonly to: string
  /** The hours of such a day; none closes it. */
  readonly intervals?: readonly Interval[]
}

/** So many days of one event are more than any calendar of holidays has. */
const most = 10_000
/** A rule that never comes true is searched for ever; nobody waits longer than this, in ms. */
const longestMs = 1_000

/**
 * Reads the whole-day events of an iCalendar text (RFC 5545) as exceptions of a schedule, one a date: repeated events with their exceptions
 * and moved days, and events of several days. Cancelled ones are left out.
 */
export function readHolidays(text: string, options: HolidayOptions): Holidays {
  try {
    return runInNewContext('read()', { read: () => read(text, options) }, { timeout: longestMs }) as Holidays
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
      return {
        ok: false,
        reason: 'not-a-calendar',
        message: `the calendar takes longer than ${longestMs / 1000} s to read; give one whose rules are those of holidays, with fewer events`,
      }
    // The parser tells what it cannot read by throwing, part of it only when a date is asked for.
    return refused(error instanceof Error ? error.message : String(error))
  }
}

function read(text: string, options: HolidayOptions): Holidays {
  const parsed: unknown[] = ICAL.parse(text)
  const calendars = (typeof parsed[0] === 'string' ? [parsed] : parsed).map(
    each => new ICAL.Component(each as [string, unknown[], unknown[]]),
  )
  if (!calendars.some(calendar => calendar.name === 'vcalendar')) return refused('it has no VCALENDAR')
  return exceptionsOf(
    calendars.flatMap(calendar => eventsOf(calendar)),
    options,
  )
}

function exceptionsOf(events: readonly ICAL.Event[], { from, to, intervals = [] }: HolidayOptions): Holidays {
  const names = new Map<string, string>()
  const skipped: string[] = []
  for (const event of events) {
    if (!event.startDate?.isDate) skipped.push(event.summary ?? event.uid)
    else for (const { date, name } of daysOf(event, from, to)) if (!names.has(date)) names.set(date, name)
  }
  const dates = [...names.keys()].sort()
  return {
    ok: true,
    exceptions: dates.map(date => ({ date, intervals: intervals.map(each => ({ ...each })) })),
    names: Object.fromEntries(dates.map(date => [date, names.get(date) ?? ''])),
    skipped,
  }
}

/** The schedule with these days; a date that has an exception already keeps its own. */
export function withHolidays(schedule: Schedule, exceptions: Schedule['exceptions']): Schedule {
  const own = new Set(schedule.exceptions.map(each => each.date))
  const all = [...schedule.exceptions, ...exceptions.filter(each => !own.has(each.date))]
  return { ...schedule, exceptions: all.sort((a, b) => a.date.localeCompare(b.date)) }
}

function refused(why: string): Holidays {
  return {
    ok: false,
    reason: 'not-a-calendar',
    message: `this is no iCalendar text (${why}); give a file that begins with BEGIN:VCALENDAR`,
  }
}

/** Events with the changes of single occurrences joined to them. */
function eventsOf(calendar: ICAL.Component): ICAL.Event[] {
  const events = calendar.getAllSubcomponents('vevent').map(component => new ICAL.Event(component))
  const series = events.filter(event => !event.isRecurrenceException())
  for (const change of events) {
    if (!change.isRecurrenceException()) continue
    series.find(event => event.uid === change.uid)?.relateException(change)
  }
  return series
}

function daysOf(event: ICAL.Event, from: string, to: string): { date: string; name: string }[] {
  const found: { date: string; name: string }[] = []
  const add = (item: ICAL.Event, start: ICAL.Time, end: ICAL.Time) => {
    if (String(item.component.getFirstPropertyValue('status') ?? '').toUpperCase() === 'CANCELLED') return
    const length = Math.max(1, end.subtractDate(start).toSeconds() / 86_400)
    for (let day = 0; day < Math.min(length, most); day++) {
      const date = start.clone()
      date.adjust(day, 0, 0, 0)
      const text = date.toString().slice(0, 10)
      if (text >= from && text <= to) found.push({ date: text, name: item.summary ?? '' })
    }
  }
  if (!event.isRecurring()) {
    add(event, event.startDate, event.endDate)
    return found
  }
  const iterator = event.iterator()
  for (let count = 0, time = iterator.next(); time && count < most; count++, time = iterator.next()) {
    if (time.toString().slice(0, 10) > to) break
    if (!isMeant(event, time)) continue
    const { item, startDate, endDate } = event.getOccurrenceDetails(time)
    add(item, startDate, endDate)
  }
  return found
}

/** False for a date the rule does not mean: ical.js moves a day that a month has not (29 February) into the next month. */
function isMeant({ component, startDate }: ICAL.Event, time: ICAL.Time): boolean {
  const rule = component.getFirstPropertyValue('rrule')
  if (!(rule instanceof ICAL.Recur) || component.hasProperty('rdate')) return true
  const months = rule.getComponent('BYMONTH').map(Number)
  if (months.length > 0) return months.includes(time.month)
  const byDate = !['BYDAY', 'BYMONTHDAY', 'BYYEARDAY', 'BYWEEKNO'].some(part => rule.getComponent(part).length > 0)
  return rule.freq !== 'YEARLY' || !byDate || (time.month === startDate.month && time.day === startDate.day)
}
