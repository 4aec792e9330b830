import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'portunus-site-'))
afterAll(() => rmSync(folder, { recursive: true }))
const good = join(folder, 'good.yaml')
const bad = join(folder, 'bad.yaml')
writeFileSync(
  good,
  `portunus: 1
site: { name: x, timeZone: Europe/Copenhagen }
encryption: { osdpSecureChannel: false }
controllers: [{ id: c1, name: Lobby, board: two-door, emulated: true }]
doors: [{ id: d, controller: c1, locks: { primary: { relay: relay-1 } } }]
`,
)
writeFileSync(
  bad,
  `portunus: 1
site: { name: x, timeZone: Europe/Copenhavn }
colour: red
controllers: [{ id: c1, board: two-door, emulated: true }]
doors:
  - { id: d, controller: c1, locks: { primary: { relay: relay-1 } }, doorMonitor: { port: relay-2 } }
  - { id: e, controller: c1, locks: { primary: { relay: relay-1 } } }
`,
)
const portunus = (args: readonly string[], input = '') => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/portunus', ...args], { encoding: 'utf8', input })
  return { status, out: stdout.split('\n').slice(0, -1), told: stderr.split('\n').slice(0, -1) }
}

describe('site check', () => {
  it('tells each error in one line with file, line, column and path, and exits 2', () => {
    const { status, out, told } = portunus(['site', 'check', bad])
    expect(status).toBe(2)
    expect(out).toEqual([])
    expect(told.map(line => line.split(' ').slice(0, 2).join(' '))).toEqual([
      `${bad}:2:18 site.timeZone:`,
      `${bad}:3:1 colour:`,
      `${bad}:6:85 doors[0].doorMonitor.port:`,
      `${bad}:7:50 doors[1].locks.primary.relay:`,
    ])
  })

  it('prints warnings and exits 0', () => {
    const { status, out, told } = portunus(['site', 'check', good])
    expect(status).toBe(0)
    expect(out).toEqual([`${good}: all right: 1 controller, 1 door, 0 cardholders`])
    expect(told).toEqual([expect.stringMatching(/good\.yaml:3:15 warning: encryption\.osdpSecureChannel: /)])
  })

  it('prints JSON lines and nothing else', () => {
    const { status, out, told } = portunus(['site', 'check', '--json', '-'], readFileSync(bad, 'utf8'))
    expect([status, told]).toEqual([2, []])
    expect(out.map(line => JSON.parse(line))).toMatchObject([
      { file: 'standard input', severity: 'error', reason: 'unknown-time-zone', path: 'site.timeZone', line: 2, column: 18 },
      { reason: 'unknown-key' },
      { reason: 'wrong-port' },
      { reason: 'port-used-twice' },
    ])
  })

  it.each([
    [['site', 'check'], "portunus site check: missing required argument 'file'"],
    [['site', 'check', '/none/x.yaml'], 'portunus site check: /none/x.yaml: there is no such file or folder'],
  ])('%j is wrong use', (args, line) => {
    expect(portunus(args)).toEqual({ status: 2, out: [], told: [line] })
  })
})

describe('pinchart', () => {
  it.each([
    ['svg', '<svg '],
    ['html', '<!doctype html>'],
    ['text', 'Pin chart of Lobby'],
    ['pdf', '%PDF-'],
  ])('writes %s to a file [B5]', (format, start) => {
    const file = join(folder, `chart.${format}`)
    expect(portunus(['pinchart', '--site', good, '--controller', 'c1', '--format', format, '--out', file])).toEqual({
      status: 0,
      out: [],
      told: [],
    })
    expect(readFileSync(file, 'latin1').startsWith(start)).toBe(true)
  })

  it.each([
    [['--controller', 'c2'], `${good}: there is no controller "c2"; known are c1`],
    [['--controller', 'c1', '--out', '/none/x'], 'portunus pinchart: /none/x: there is no such file or folder'],
    [
      ['--controller', 'c1', '--format', 'png'],
      "portunus pinchart: option '--format <format>' argument 'png' is invalid. Allowed choices are svg, pdf, html, text.",
    ],
  ])('%j is told in one line', (args, line) => {
    expect(portunus(['pinchart', '--site', good, ...args])).toEqual({ status: 2, out: [], told: [line] })
  })

  it('refuses a site that is refused', () => {
    const { status, told } = portunus(['pinchart', '--site', bad, '--controller', 'c1'])
    expect([status, told.length]).toEqual([2, 4])
  })
})
