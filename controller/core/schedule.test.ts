import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { days, type Schedule, schedule } from '../../shared/schedule.ts'
import { toInstant } from './calendar.ts'
import { active, compileSchedule, nextChange } from './schedule.ts'

const zone = 'Europe/Copenhagen'
const at = (local: string) => toInstant(local, zone)
const make = (input: object): Schedule => schedule.parse({ id: 's', ...input })

describe('a weekly schedule', () => {
  const office = make({
    weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00' }],
    exceptions: [
      {
        date: '2026-12-24',
        intervals: [
          { from: '08:00', to: '10:00' },
          { from: '11:00', to: '12:00' },
        ],
      },
      { date: '2026-12-25', intervals: [] },
    ],
    periods: [{ from: '2026-11-29T18:00', to: '2026-11-29T22:00' }],
  })

  it.each([
    ['2026-03-02T07:59:59.999', false],
    ['2026-03-02T08:00', true],
    ['2026-03-02T17:59:59.999', true],
    ['2026-03-02T18:00', false],
    ['2026-03-01T12:00', false],
    ['2026-12-24T09:59', true],
    ['2026-12-24T10:00', false],
    ['2026-12-24T11:00', true],
    ['2026-12-24T13:00', false],
    ['2026-12-25T09:00', false],
    ['2026-11-29T20:00', true],
    ['2026-11-29T22:00', false],
  ])('at %s is %s [X13]', (local, on) => {
    expect(active(office, zone, at(local))).toBe(on)
  })

  it('names the instant of the next change', () => {
    expect(nextChange(office, zone, at('2026-03-02T07:00'))).toBe(at('2026-03-02T08:00'))
    expect(nextChange(office, zone, at('2026-03-02T08:00'))).toBe(at('2026-03-02T18:00'))
    expect(nextChange(office, zone, at('2026-11-27T18:00'))).toBe(at('2026-11-29T18:00'))
    expect(nextChange(office, zone, at('2026-12-24T12:00'))).toBe(at('2026-12-28T08:00'))
  })

  it('answers right when the clock is put back', () => {
    const compiled = compileSchedule(office, zone)
    expect(compiled.activeAt(at('2026-03-02T12:00'))).toBe(true)
    expect(compiled.activeAt(at('2026-03-02T07:00'))).toBe(false)
    expect(compiled.nextChange(at('2026-03-01T07:00'))).toBe(at('2026-03-02T08:00'))
  })
})

it('lets an interval over midnight belong to the day it starts', () => {
  const night = make({
    weekly: [{ days: ['fri'], from: '22:00', to: '06:00' }],
    exceptions: [{ date: '2026-03-13', intervals: [] }],
  })
  expect(active(night, zone, at('2026-03-07T05:59'))).toBe(true)
  expect(active(night, zone, at('2026-03-07T06:00'))).toBe(false)
  expect(active(night, zone, at('2026-03-06T05:00'))).toBe(false)
  // The night that starts on the closed date is gone; the one before runs out by itself.
  expect(active(night, zone, at('2026-03-13T23:00'))).toBe(false)
  expect(active(night, zone, at('2026-03-14T05:00'))).toBe(false)
  const closedNextDay = make({ weekly: night.weekly, exceptions: [{ date: '2026-03-07', intervals: [] }] })
  expect(active(closedNextDay, zone, at('2026-03-07T05:59'))).toBe(true)
})

it('joins spans that touch, so that midnight is no change', () => {
  const hours = make({
    weekly: [
      { days: ['mon'], from: '12:00', to: '24:00' },
      { days: ['tue'], from: '00:00', to: '06:00' },
    ],
  })
  expect(nextChange(hours, zone, at('2026-03-02T13:00'))).toBe(at('2026-03-03T06:00'))
})

it('is on for ever where every day is full, and off for ever where nothing is left', () => {
  const full = { weekly: [{ days: [...days], from: '00:00', to: '24:00' }] }
  expect(nextChange(make(full), zone, at('2026-03-02T13:00'))).toBeNull()
  expect(nextChange(make({ ...full, exceptions: [{ date: '2029-01-01', intervals: [] }] }), zone, at('2026-03-02T13:00'))).toBe(
    at('2029-01-01T00:00'),
  )
  const past = make({ periods: [{ from: '2026-01-01T00:00', to: '2026-01-02T00:00' }] })
  expect(active(past, zone, at('2026-03-02T13:00'))).toBe(false)
  expect(nextChange(past, zone, at('2026-03-02T13:00'))).toBeNull()
  expect(active('always', zone, 0)).toBe(true)
  expect(nextChange('always', zone, 0)).toBeNull()
})

it('knows no Friday where the calendar left it out', () => {
  const friday = make({ weekly: [{ days: ['fri'], from: '08:00', to: '18:00' }] })
  const samoa = 'Pacific/Apia'
  expect(active(friday, samoa, toInstant('2011-12-31T12:00', samoa))).toBe(false)
  expect(nextChange(friday, samoa, toInstant('2011-12-29T12:00', samoa))).toBe(toInstant('2012-01-06T08:00', samoa))
})

describe('sunrise and sunset', () => {
  const position = { latitude: 59.33, longitude: 18.07 }
  const stockholm = 'Europe/Stockholm'
  const daylight = make({ weekly: [{ days: [...days], from: 'sunrise', to: 'sunset' }] })
  // Times of the almanac, to the minute; two minutes of grace.
  it.each([
    ['Europe/Stockholm', 59.33, 18.07, '2026-06-21', '03:31', '22:08'],
    ['Europe/Stockholm', 59.33, 18.07, '2026-12-21', '08:44', '14:48'],
    ['Europe/London', 51.51, -0.13, '2026-06-21', '04:43', '21:21'],
    ['Australia/Sydney', -33.87, 151.21, '2026-12-21', '05:41', '20:05'],
    ['America/New_York', 40.71, -74.01, '2026-06-21', '05:25', '20:31'],
  ])('bound the day in %s (%d, %d) on %s: %s to %s [X14]', (name, latitude, longitude, date, rise, set) => {
    const place = { latitude, longitude }
    const up = nextChange(daylight, name, toInstant(`${date}T01:00`, name), place) ?? 0
    const down = nextChange(daylight, name, up, place) ?? 0
    expect(Math.abs(up - toInstant(`${date}T${rise}`, name))).toBeLessThan(120_001)
    expect(Math.abs(down - toInstant(`${date}T${set}`, name))).toBeLessThan(120_001)
  })

  it('move by their offset in minutes [X14]', () => {
    const from = toInstant('2026-03-02T00:00', stockholm)
    const late = make({ weekly: [{ days: [...days], from: 'sunrise+45', to: 'sunset-30' }] })
    const up = nextChange(daylight, stockholm, from, position) ?? 0
    const down = nextChange(daylight, stockholm, up, position) ?? 0
    expect(nextChange(late, stockholm, from, position)).toBe(up + 45 * 60_000)
    expect(nextChange(late, stockholm, up + 45 * 60_000, position)).toBe(down - 30 * 60_000)
  })

  it('leave a night between them, over midnight and over the change of clocks', () => {
    const night = compileSchedule(make({ weekly: [{ days: [...days], from: 'sunset', to: 'sunrise' }] }), stockholm, position)
    const day = compileSchedule(daylight, stockholm, position)
    for (let wall = Date.UTC(2026, 0, 1); wall < Date.UTC(2027, 0, 1); wall += 7 * 60_000)
      if (night.activeAt(wall) === day.activeAt(wall)) throw new Error(new Date(wall).toISOString())
  })

  it('close an interval before the hour they have passed, and never make a night of it', () => {
    const evening = make({ weekly: [{ days: [...days], from: 'sunset', to: '22:00' }] })
    expect(active(evening, stockholm, toInstant('2026-06-21T23:00', stockholm), position)).toBe(false)
    expect(active(evening, stockholm, toInstant('2026-06-22T12:00', stockholm), position)).toBe(false)
    expect(active(evening, stockholm, toInstant('2026-03-20T19:00', stockholm), position)).toBe(true)
  })

  it('are midnight where the sun stays up, and noon where it stays down', () => {
    const tromso = { latitude: 69.65, longitude: 18.96 }
    const oslo = 'Europe/Oslo'
    expect(active(daylight, oslo, toInstant('2026-06-21T00:30', oslo), tromso)).toBe(true)
    expect(active(daylight, oslo, toInstant('2026-12-21T12:00', oslo), tromso)).toBe(false)
  })

  it('are left out where the site has no position', () => {
    expect(active(daylight, stockholm, toInstant('2026-06-21T12:00', stockholm))).toBe(false)
    expect(nextChange(daylight, stockholm, 0)).toBeNull()
  })
})

it('replaces what recurs on a date with its exception', () => {
  const monthly = make({
    recurring: [{ pattern: 'monthly', dayOfMonth: 1, from: '08:00', to: '10:00', start: '2026-01-01' }],
    exceptions: [{ date: '2026-05-01', intervals: [] }],
  })
  expect(active(monthly, zone, at('2026-04-01T09:00'))).toBe(true)
  expect(active(monthly, zone, at('2026-05-01T09:00'))).toBe(false)
  expect(nextChange(monthly, zone, at('2026-04-01T10:00'))).toBe(at('2026-06-01T08:00'))
})

it('finds the next time of what is rare', () => {
  const leap = make({
    recurring: [{ pattern: 'yearly', month: 2, dayOfMonth: 29, from: '08:00', to: '09:00', start: '2020-01-01', interval: 3 }],
  })
  expect(nextChange(leap, zone, at('2026-01-01T00:00'))).toBe(at('2032-02-29T08:00'))
})

/*
 * The oracle walks the minutes of a year with the changes of clocks written down by hand, lists what the clock shows at each,
 * and colours the minutes of every interval. It shares nothing with the code it judges.
 */
const minute = 60_000
const year = 365 * 1440
const newYear = Date.UTC(2026, 0, 1)
const zones: Record<string, readonly (readonly [from: string, offsetMinutes: number])[]> = {
  'Europe/Copenhagen': [
    ['2025-12-01T00:00Z', 60],
    ['2026-03-29T01:00Z', 120],
    ['2026-10-25T01:00Z', 60],
  ],
  'America/New_York': [
    ['2025-12-01T00:00Z', -300],
    ['2026-03-08T07:00Z', -240],
    ['2026-11-01T06:00Z', -300],
  ],
  'Australia/Lord_Howe': [
    ['2025-12-01T00:00Z', 660],
    ['2026-04-04T15:00Z', 630],
    ['2026-10-03T15:30Z', 660],
  ],
  'Africa/Cairo': [
    ['2025-12-01T00:00Z', 120],
    ['2026-04-23T22:00Z', 180],
    ['2026-10-29T21:00Z', 120],
  ],
  'Asia/Kathmandu': [['2025-12-01T00:00Z', 345]],
}
/** Days of the oracle's table before New Year (UTC), so that what began last year is seen. */
const lead = 3

function oracle(name: string): (schedule: Schedule) => Uint8Array {
  const changes = zones[name]!.map(([from, offset]) => [Date.parse(from), offset] as const)
  const total = year + 2 * lead * 1440
  const first = newYear / minute - lead * 1440
  const shown = new Map<number, number>()
  let now = 0
  let change = 0
  for (let index = 0; index < total; index++) {
    const wall = (first + index) * minute
    while (change < changes.length && changes[change]![0] <= wall) now = changes[change++]![1]
    const local = first + index + now
    if (!shown.has(local)) shown.set(local, index)
  }
  const indexOf = (local: number): number => {
    for (let back = 0; back < 180; back++) {
      const index = shown.get(local - back)
      if (index !== undefined) return index + back
    }
    return local < first ? 0 : total
  }
  const minutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5))
  return ({ weekly, recurring, exceptions, periods }) => {
    const on = new Uint8Array(total)
    const colour = (from: number, to: number) => {
      if (to > from) on.fill(1, indexOf(from), indexOf(to))
    }
    for (let day = first / 1440 + 1; day < (first + total) / 1440 - 1; day++) {
      const date = new Date(day * 1440 * minute)
      const replaced = exceptions.filter(each => each.date === date.toISOString().slice(0, 10))
      const name = (['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const)[date.getUTCDay()]!
      const again = recurring.filter(({ start, interval, times = 1e9 }) => {
        const since = day - Date.parse(start) / 86_400_000
        return since >= 0 && since % interval === 0 && since / interval < times
      })
      const intervals =
        replaced.length > 0 ? replaced.flatMap(each => each.intervals) : [...weekly.filter(each => each.days.includes(name)), ...again]
      for (const { from, to } of intervals)
        colour(day * 1440 + minutes(from), (minutes(to) <= minutes(from) ? day + 1 : day) * 1440 + minutes(to))
    }
    for (const { from, to } of periods) colour(Date.parse(`${from}Z`) / minute, Date.parse(`${to}Z`) / minute)
    return on.subarray(lead * 1440, lead * 1440 + year)
  }
}

const pad = (value: number) => String(value).padStart(2, '0')
const times = fc
  .oneof(fc.integer({ min: 0, max: 1440 }), fc.constantFrom(0, 60, 90, 105, 120, 135, 150, 180, 1410, 1440))
  .map(value => `${pad(Math.floor(value / 60))}:${pad(value % 60)}`)
const starts = times.filter(time => time !== '24:00')
const dates = fc
  .oneof(
    fc.integer({ min: 0, max: 364 }).map(day => new Date(newYear + day * 86_400_000).toISOString().slice(0, 10)),
    fc.constantFrom(
      '2026-03-29',
      '2026-10-25',
      '2026-03-08',
      '2026-11-01',
      '2026-04-05',
      '2026-10-04',
      '2026-04-24',
      '2026-10-29',
      '2026-10-30',
    ),
  )
  .filter(date => date !== '2026-12-31')
const intervals = fc.record({ from: starts, to: times })
const moments = fc.tuple(dates, starts).map(([date, time]) => `${date}T${time}`)
const schedules = fc.record({
  id: fc.constant('s'),
  recurring: fc.array(
    fc
      .record({
        pattern: fc.constant('daily' as const),
        from: starts,
        to: times,
        start: dates,
        interval: fc.integer({ min: 1, max: 40 }),
        times: fc.integer({ min: 1, max: 30 }),
      })
      .map(({ times, ...rule }) => (times > 20 ? rule : { ...rule, times })),
    { maxLength: 2 },
  ),
  weekly: fc.array(fc.record({ days: fc.uniqueArray(fc.constantFrom(...days), { minLength: 1 }), from: starts, to: times }), {
    maxLength: 4,
  }),
  exceptions: fc.uniqueArray(fc.record({ date: dates, intervals: fc.array(intervals, { maxLength: 3 }) }), {
    selector: each => each.date,
    maxLength: 12,
  }),
  periods: fc.array(
    fc.tuple(moments, moments).map(([a, b]) => (a < b ? { from: a, to: b } : { from: b, to: a })),
    { maxLength: 3 },
  ),
})

describe('against a minute-by-minute oracle over 2026', () => {
  it.each(Object.keys(zones))('%s [X13]', name => {
    const judge = oracle(name)
    fc.assert(
      fc.property(schedules, input => {
        const expected = judge(input)
        const compiled = compileSchedule(input, name)
        let change = newYear
        for (let index = 0; index < year; index++) {
          const wall = newYear + index * minute
          if (compiled.activeAt(wall) !== (expected[index] === 1))
            throw new Error(`${new Date(wall).toISOString()}: should be ${expected[index] === 1}`)
          if (index > 0 && expected[index] !== expected[index - 1]) {
            const next = compileSchedule(input, name).nextChange(change)
            if (next !== wall)
              throw new Error(`after ${new Date(change).toISOString()}: ${next} instead of ${new Date(wall).toISOString()}`)
            change = wall
          }
        }
      }),
      { numRuns: 8 },
    )
  })
})
