import { expect, it } from 'vitest'
import { schedule } from '../../shared/schedule.ts'
import { readHolidays, withHolidays } from './holidays.ts'

const event = (...lines: string[]) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'].join('\r\n')
const calendar = (...events: string[]) => ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test', ...events, 'END:VCALENDAR', ''].join('\r\n')
const options = { from: '2026-01-01', to: '2028-12-31' }
function days(...events: string[]): Record<string, string> {
  const read = readHolidays(calendar(...events), options)
  if (!read.ok) throw new Error(read.message)
  return read.names
}

it('takes whole days as closed dates, one for each', () => {
  const text = calendar(
    event('UID:1', 'DTSTART;VALUE=DATE:20261225', 'SUMMARY:Christmas Day'),
    event('UID:2', 'DTSTART;VALUE=DATE:20261224', 'DTEND;VALUE=DATE:20261225', 'SUMMARY:Christmas Eve'),
    event('UID:3', 'DTSTART;VALUE=DATE:20261225', 'SUMMARY:The same again'),
  )
  expect(readHolidays(text, options)).toEqual({
    ok: true,
    exceptions: [
      { date: '2026-12-24', intervals: [] },
      { date: '2026-12-25', intervals: [] },
    ],
    names: { '2026-12-24': 'Christmas Eve', '2026-12-25': 'Christmas Day' },
    skipped: [],
  })
})

it('takes every day of an event of several, and of one that comes again', () => {
  expect(days(event('UID:1', 'DTSTART;VALUE=DATE:20261230', 'DTEND;VALUE=DATE:20270102', 'SUMMARY:New Year'))).toEqual({
    '2026-12-30': 'New Year',
    '2026-12-31': 'New Year',
    '2027-01-01': 'New Year',
  })
  expect(Object.keys(days(event('UID:1', 'DTSTART;VALUE=DATE:20200501', 'RRULE:FREQ=YEARLY', 'SUMMARY:May Day')))).toEqual([
    '2026-05-01',
    '2027-05-01',
    '2028-05-01',
  ])
  expect(
    Object.keys(days(event('UID:1', 'DTSTART;VALUE=DATE:20201126', 'RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;COUNT=8', 'SUMMARY:Thanks'))),
  ).toEqual(['2026-11-26', '2027-11-25'])
})

it('heeds what is left out, moved and cancelled', () => {
  const series = ['UID:1', 'DTSTART;VALUE=DATE:20260501', 'RRULE:FREQ=YEARLY', 'SUMMARY:May Day']
  expect(Object.keys(days(event(...series, 'EXDATE;VALUE=DATE:20270501')))).toEqual(['2026-05-01', '2028-05-01'])
  const moved = event('UID:1', 'RECURRENCE-ID;VALUE=DATE:20270501', 'DTSTART;VALUE=DATE:20270503', 'SUMMARY:Moved')
  expect(days(event(...series), moved)).toEqual({ '2026-05-01': 'May Day', '2027-05-03': 'Moved', '2028-05-01': 'May Day' })
  expect(days(event('UID:2', 'DTSTART;VALUE=DATE:20260501', 'STATUS:CANCELLED', 'SUMMARY:No'))).toEqual({})
})

it('takes only the dates that are asked for, and names what is no whole day', () => {
  const read = readHolidays(
    calendar(
      event('UID:1', 'DTSTART;VALUE=DATE:20251225', 'SUMMARY:Last year'),
      event('UID:2', 'DTSTART:20260102T120000Z', 'SUMMARY:Lunch'),
    ),
    options,
  )
  expect(read).toEqual({ ok: true, exceptions: [], names: {}, skipped: ['Lunch'] })
})

it('gives the days other hours where asked, and leaves the exceptions that are there', () => {
  const intervals = [{ from: '10:00', to: '14:00' }]
  const read = readHolidays(calendar(event('UID:1', 'DTSTART;VALUE=DATE:20261224'), event('UID:2', 'DTSTART;VALUE=DATE:20261223')), {
    ...options,
    intervals,
  })
  if (!read.ok) throw new Error(read.message)
  const own = schedule.parse({ id: 's', exceptions: [{ date: '2026-12-24', intervals: [] }] })
  expect(withHolidays(own, read.exceptions).exceptions).toEqual([
    { date: '2026-12-23', intervals },
    { date: '2026-12-24', intervals: [] },
  ])
})

it.each(['', 'hello', '{"a":1}', 'BEGIN:VCARD\r\nVERSION:4.0\r\nEND:VCARD\r\n', 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n'])(
  'refuses %j',
  text => {
    expect(readHolidays(text, options)).toMatchObject({ ok: false, reason: 'not-a-calendar' })
  },
)

it.each(['RRULE:FREQ=YEARLY', 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29'])('keeps a leap day in leap years: %s', rule => {
  expect(days(event('UID:1', 'DTSTART;VALUE=DATE:20240229', rule, 'SUMMARY:Leap'))).toEqual({ '2028-02-29': 'Leap' })
})

it('ends where a rule never does', () => {
  expect(days(event('UID:1', 'DTSTART;VALUE=DATE:20200201', 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31', 'SUMMARY:Never'))).toEqual({})
})

it.each([
  ['a rule that no day ever meets', [event('UID:1', 'DTSTART;VALUE=DATE:20200201', 'RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31')]],
  [
    'a thousand events of a thousand years',
    Array.from({ length: 1_000 }, (_, i) => event(`UID:${i}`, 'DTSTART;VALUE=DATE:20200201', 'DTEND;VALUE=DATE:30200201')),
  ],
])('gives up %s, and holds up nobody', (_, events) => {
  const began = performance.now()
  expect(readHolidays(calendar(...events), options)).toMatchObject({ ok: false, message: expect.stringContaining('takes longer than 1 s') })
  expect(performance.now() - began).toBeLessThan(5_000)
})
