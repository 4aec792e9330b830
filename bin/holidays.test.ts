import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'portunus-holidays-'))
  writeFileSync(
    join(dir, 'site.yaml'),
    'portunus: 1\nsite: { name: X, timeZone: Europe/Copenhagen }\nschedules:\n  # opening hours\n  - { id: office, weekly: [{ days: [thu, fri], from: "08:00", to: "16:00" }], exceptions: [{ date: 2026-12-24, intervals: [{ from: "08:00", to: "12:00" }] }] }\n',
  )
  const events = [
    ['20261224', 'Eve'],
    ['20261225', 'Christmas'],
  ].map(([day, name]) => `BEGIN:VEVENT\r\nUID:${name}\r\nDTSTART;VALUE=DATE:${day}\r\nSUMMARY:${name}\r\nEND:VEVENT\r\n`)
  writeFileSync(join(dir, 'days.ics'), `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n${events.join('')}END:VCALENDAR\r\n`)
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const run = (...args: string[]) =>
  spawnSync(
    'node',
    [
      'bin/portunus',
      'site',
      'holidays',
      join(dir, 'days.ics'),
      '--site',
      join(dir, 'site.yaml'),
      '--from',
      '2026-01-01',
      '--to',
      '2026-12-31',
      ...args,
    ],
    {
      encoding: 'utf8',
    },
  )

it('closes the schedule on the holidays, keeps an exception of its own, and leaves the file readable as it was', () => {
  const out = join(dir, 'out.yaml')
  const { status } = run('--schedule', 'office', '--out', out)
  expect(status).toBe(0)
  const text = readFileSync(out, 'utf8')
  expect(text).toContain('# opening hours')
  expect(text).toMatch(/date: "?2026-12-25"?, intervals: \[\]/)
  expect(text.match(/2026-12-24/g)).toHaveLength(1)
  expect(spawnSync('node', ['bin/portunus', 'site', 'check', out]).status).toBe(0)
})

it('says which schedules there are when the one named is not', () => {
  const { status, stderr } = run('--schedule', 'nights')
  expect(status).toBe(2)
  expect(stderr).toContain('no schedule "nights"; it has office')
})
