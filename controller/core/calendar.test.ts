import { describe, expect, it } from 'vitest'
import { addSpan, fromLocal, nextMidnight, toInstant, toLocal } from './calendar.ts'

const utc = (text: string) => Date.parse(text)
const iso = (wall: number) => new Date(wall).toISOString().replace('.000', '')

describe('toInstant', () => {
  it.each([
    ['2026-03-02T09:00', 'Europe/Copenhagen', '2026-03-02T08:00:00Z'],
    ['2026-07-02T09:00:30.250', 'Europe/Copenhagen', '2026-07-02T07:00:30.250Z'],
    // Doubled: the earlier.
    ['2026-10-25T02:30', 'Europe/Copenhagen', '2026-10-25T00:30:00Z'],
    ['2026-11-01T01:30', 'America/New_York', '2026-11-01T05:30:00Z'],
    ['2026-04-05T01:45', 'Australia/Lord_Howe', '2026-04-04T14:45:00Z'],
    // Skipped: forward by what the clock skips.
    ['2026-03-29T02:30', 'Europe/Copenhagen', '2026-03-29T01:30:00Z'],
    ['2026-10-04T02:10', 'Australia/Lord_Howe', '2026-10-03T15:40:00Z'],
    ['2026-04-24T00:00', 'Africa/Cairo', '2026-04-23T22:00:00Z'],
    // An offset is taken at its word.
    ['2026-10-25T02:30+01:00', 'Europe/Copenhagen', '2026-10-25T01:30:00Z'],
    ['2026-10-25T02:30Z', 'America/New_York', '2026-10-25T02:30:00Z'],
  ])('reads %s in %s as %s', (text, zone, instant) => {
    expect(iso(toInstant(text, zone))).toBe(instant)
  })

  it('gives NaN for a date there is not', () => {
    expect(toInstant('2026-02-30T10:00', 'UTC')).toBeNaN()
  })
})

it('is the inverse of toLocal wherever the clock shows a time once', () => {
  for (let wall = utc('2026-01-01T00:00:00Z'); wall < utc('2027-01-01T00:00:00Z'); wall += 3 * 3_600_000) {
    const doubled = iso(wall).startsWith('2026-10-25T01')
    if (!doubled) expect(fromLocal(toLocal(wall, 'Europe/Copenhagen'), 'Europe/Copenhagen')).toBe(wall)
  }
})

describe('addSpan', () => {
  it.each([
    ['2026-03-28T09:00', { days: 1 }, '2026-03-29T09:00'],
    ['2026-01-31T09:00', { months: 1 }, '2026-02-28T09:00'],
    ['2028-02-29T23:59', { years: 1 }, '2029-02-28T23:59'],
    ['2026-02-28T02:30', { days: 29 }, '2026-03-29T03:30'],
    ['2026-12-15T12:00', { months: 3 }, '2027-03-15T12:00'],
  ])('goes from %s by %o to %s', (from, span, to) => {
    const zone = 'Europe/Copenhagen'
    expect(iso(addSpan(toInstant(from, zone), span, zone))).toBe(iso(toInstant(to, zone)))
  })
})

describe('nextMidnight', () => {
  it.each([
    ['Europe/Copenhagen', '2026-03-29T10:00:00Z', '2026-03-29T22:00:00Z'],
    ['Europe/Copenhagen', '2026-03-29T22:00:00Z', '2026-03-30T22:00:00Z'],
    // The day begins at one o'clock where midnight is skipped, and comes once where it is doubled.
    ['Africa/Cairo', '2026-04-23T21:59:00Z', '2026-04-23T22:00:00Z'],
    ['America/Havana', '2026-11-01T04:30:00Z', '2026-11-02T05:00:00Z'],
    ['America/Havana', '2026-11-01T05:30:00Z', '2026-11-02T05:00:00Z'],
    ['Africa/Cairo', '2026-10-29T20:30:00Z', '2026-10-29T22:00:00Z'],
  ])('of %s after %s is %s', (zone, wall, midnight) => {
    expect(iso(nextMidnight(utc(wall), zone))).toBe(midnight)
  })
})
