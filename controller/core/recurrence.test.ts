import fc from 'fast-check'
import ICAL from 'ical.js'
import { describe, expect, it } from 'vitest'
import { days, type Recurrence, recurrence, type Week } from '../../shared/schedule.ts'
import { dayMs, dayNumber } from './calendar.ts'
import { occurrencesOf } from './recurrence.ts'

const hours = { from: '08:00', to: '09:00' }
const text = (day: number) => new Date(day * dayMs).toISOString().slice(0, 10)
const make = (rule: object): Recurrence => recurrence.parse({ ...hours, ...rule })

function list(rule: Recurrence, from: string, count: number): string[] {
  const occurrences = occurrencesOf(rule)
  const found: string[] = []
  for (let day = occurrences.next(dayNumber(from)); day !== null && found.length < count; day = occurrences.next(day + 1))
    found.push(text(day))
  return found
}

describe('a recurrence falls on [X13]', () => {
  it.each<[string, object, string[]]>([
    ['every second day', { pattern: 'daily', start: '2026-02-27', interval: 2 }, ['2026-02-27', '2026-03-01', '2026-03-03']],
    [
      'Monday and Thursday of every second week',
      { pattern: 'weekly', start: '2026-03-05', interval: 2, days: ['thu', 'mon'] },
      ['2026-03-05', '2026-03-16', '2026-03-19'],
    ],
    [
      'the 31st, where there is one',
      { pattern: 'monthly', start: '2026-01-01', dayOfMonth: 31 },
      ['2026-01-31', '2026-03-31', '2026-05-31'],
    ],
    [
      'the last day of the month',
      { pattern: 'monthly', start: '2026-01-31', dayOfMonth: 'last' },
      ['2026-01-31', '2026-02-28', '2026-03-31'],
    ],
    [
      'the last Friday of every other month',
      { pattern: 'monthly', start: '2026-01-31', interval: 2, week: 'last', day: 'fri' },
      ['2026-03-27', '2026-05-29', '2026-07-31'],
    ],
    [
      'a birthday on the leap day',
      { pattern: 'yearly', start: '2026-01-01', month: 2, dayOfMonth: 29 },
      ['2028-02-29', '2032-02-29', '2036-02-29'],
    ],
    [
      'the fourth Thursday of November',
      { pattern: 'yearly', start: '2026-01-01', month: 11, week: 'fourth', day: 'thu' },
      ['2026-11-26', '2027-11-25', '2028-11-23'],
    ],
    ['three days and no more', { pattern: 'daily', start: '2026-12-30', times: 2 }, ['2026-12-30', '2026-12-31']],
    ['no day after the last', { pattern: 'daily', start: '2026-12-30', until: '2027-01-01' }, ['2026-12-30', '2026-12-31', '2027-01-01']],
    ['a date there never is', { pattern: 'yearly', start: '2026-01-01', month: 2, dayOfMonth: 30 }, []],
  ])('%s', (_, rule, expected) => {
    expect(list(make(rule), '2020-01-01', 3)).toEqual(expected)
  })
})

it.each([
  [{ pattern: 'monthly', start: '2026-01-01' }, 'give either dayOfMonth, or both week and day'],
  [{ pattern: 'monthly', start: '2026-01-01', dayOfMonth: 3, week: 'first', day: 'mon' }, 'give either dayOfMonth, or both week and day'],
  [{ pattern: 'daily', start: '2026-01-01', until: '2026-02-01', times: 3 }, 'give until or times, not both'],
])('refuses %o', (rule, message) => {
  expect(recurrence.safeParse({ ...hours, ...rule }).error?.issues[0]?.message).toBe(message)
})

/** The same rule for another program, which counts every occurrence from the start. */
function rfc5545(rule: Recurrence): string {
  const order: Record<Week, number> = { first: 1, second: 2, third: 3, fourth: 4, last: -1 }
  const short = (day: string) => day.slice(0, 2).toUpperCase()
  const parts = [`FREQ=${rule.pattern.toUpperCase()}`, `INTERVAL=${rule.interval}`, 'WKST=MO']
  if (rule.pattern === 'weekly')
    parts.push(
      `BYDAY=${days
        .filter(day => rule.days.includes(day))
        .map(short)
        .join()}`,
    )
  if (rule.pattern === 'yearly') parts.push(`BYMONTH=${rule.month}`)
  if (rule.pattern === 'monthly' || rule.pattern === 'yearly')
    parts.push(
      rule.dayOfMonth === undefined ? `BYDAY=${order[rule.week ?? 'first']}${short(rule.day ?? '')}` : `BYMONTHDAY=${rule.dayOfMonth}`,
    )
  if (rule.times !== undefined) parts.push(`COUNT=${rule.times}`)
  if (rule.until !== undefined) parts.push(`UNTIL=${rule.until.replaceAll('-', '')}`)
  return parts.join(';')
}

const start = fc.integer({ min: 20_000, max: 21_500 }).map(text)
const anyDay = fc.constantFrom(...days)
const within = fc.oneof(
  fc.record({ dayOfMonth: fc.integer({ min: 1, max: 28 }) }),
  fc.record({ week: fc.constantFrom('first', 'second', 'third', 'fourth', 'last'), day: anyDay }),
)
const ends = fc.oneof(fc.constant({}), fc.record({ times: fc.integer({ min: 1, max: 12 }) }), fc.record({ until: start }))
const range = fc.tuple(start, fc.integer({ min: 1, max: 14 }), ends).map(([first, interval, end]) => ({ start: first, interval, ...end }))
const rules = fc.oneof(
  range.map(part => make({ pattern: 'daily', ...part })),
  fc.tuple(range, fc.uniqueArray(anyDay, { minLength: 1 })).map(([part, names]) => make({ pattern: 'weekly', ...part, days: names })),
  fc.tuple(range, within).map(([part, day]) => make({ pattern: 'monthly', ...part, ...day })),
  fc.tuple(range, within, fc.integer({ min: 1, max: 12 })).map(([part, day, month]) => make({ pattern: 'yearly', ...part, ...day, month })),
)

it('agrees with ical.js on every pattern, interval and end', () => {
  fc.assert(
    fc.property(rules, rule => {
      const iterator = ICAL.Recur.fromString(rfc5545(rule)).iterator(ICAL.Time.fromDateString(rule.start))
      const expected: string[] = []
      for (let time = iterator.next(); time && expected.length < 20; time = iterator.next()) expected.push(time.toString())
      expect(list(rule, '2000-01-01', 20)).toEqual(expected)
      const later = expected[7]
      if (later !== undefined) expect(list(rule, later, 20)[0]).toBe(later)
    }),
    { numRuns: 400 },
  )
})
