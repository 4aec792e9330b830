import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { storedEvent } from '../shared/event.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'portunus-scenario-'))
afterAll(() => rmSync(folder, { recursive: true }))

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync('node', [join(root, 'bin/portunus'), 'scenario', 'run', ...args], {
    cwd: folder,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}
function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return name
}
const parse = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)
const head = `name: Short\nstart: 2026-03-02T09:00:00\nsite: ${join(root, 'test/scenario/door.site.yaml')}\nsteps:\n`
const passage = `${head}  - wait: 3s
  - line: { reader: in, fault: noise }
  - swipe: { reader: in, card: ann-card }
  - expect: { event: access.granted, cardholder: ann, within: 5s }
  - open: door
  - expect: { door: door, position: open, within: 1s }
`

describe('portunus scenario run', () => {
  it('prints events as stored and a summary, the same bytes every time, others with another seed', () => {
    const name = file('passage.yaml', passage)
    const first = run('--json', name)
    expect(first.status).toBe(0)
    const lines = parse(first.stdout)
    expect(lines.at(-1)).toEqual({ kind: 'summary', passed: 2, failed: 0 })
    for (const { kind, ...event } of lines.slice(0, -1)) {
      expect(kind).toBe('event')
      expect(storedEvent.safeParse(event).error).toBeUndefined()
    }
    expect(run('--json', '--seed', '1', name).stdout).toBe(first.stdout)
    const other = run('--json', '--seed', '2', name).stdout
    expect(other).not.toBe(first.stdout)
    expect(parse(other).map(line => line.type)).toEqual(lines.map(line => line.type))
  })

  it('records what was played, and the record plays to the same bytes', () => {
    const name = file('recorded.yaml', `${passage}---\n${passage}  - expect: { door: door, lock: locked }\n`)
    const played = run('--json', '--seed', '7', '--record', 'log', name)
    expect(played.status).toBe(1)
    expect(run('--json', 'log')).toEqual(played)
  })

  it('tells each thing that is wrong with a site that stands in the scenario at its own place', () => {
    const site = `{ portunus: 1, site: { name: x }, doors: [{ id: d, controller: gone, locks: { primary: { relay: r } } }], groups: [{ id: g, members: [e] }] }`
    const name = file('inline.yaml', `name: x\nstart: 2026-03-02T09:00\nsite: ${site}\nsteps: [{ wait: 1s }]\n`)
    const { status, stdout } = run('--json', name)
    expect(status).toBe(1)
    expect(parse(stdout).map(({ line, column, actual }) => [line, column, actual])).toEqual([
      [3, 70, 'doors[0].controller: there is no controller "gone"; there are none'],
      [3, 141, 'groups[0].members[0]: there is no cardholder "e"; there are none'],
      [undefined, undefined, undefined],
    ])
  })

  it('tells a failed expectation with its file, step and line, and what there was instead', () => {
    const name = file('failing.yaml', `${head}  - wait: 3s\n  - open: door\n  - expect: { door: door, lock: unlocked, within: 1s }\n`)
    const { status, stdout } = run('--json', name)
    expect(status).toBe(1)
    expect(parse(stdout).filter(({ kind }) => kind !== 'event')).toEqual([
      {
        kind: 'failure',
        file: name,
        step: 2,
        line: 6,
        expected: { open: { door: 'door' } },
        actual: 'door "door" is locked; the leaf does not move',
      },
      {
        kind: 'failure',
        file: name,
        step: 3,
        line: 7,
        expected: { door: 'door', lock: 'unlocked' },
        actual: { door: 'door', lock: 'locked', position: 'closed', mode: 'scheduled', status: 'online' },
      },
      { kind: 'summary', passed: 0, failed: 2 },
    ])
  })

  it('tells an invalid file with line and column, and plays the others', () => {
    const broken = file('broken.yaml', `${head}  - wait: 3s\n  - expect: { event: access.grunted }\n`)
    const inline = file(
      'inline.yaml',
      'name: x\nstart: 2026-03-02T09:00:00\nsite:\n  portunus: 1\n  site: { name: x, timeZone: Nowhere }\nsteps: []\n',
    )
    const lost = file('lost.yaml', 'name: x\nstart: 2026-03-02T09:00:00\nsite: ./lost.site.yaml\nsteps: []\n')
    const { status, stdout } = run('--json', broken, inline, lost, file('good.yaml', `${head}  - expect: { door: door, lock: locked }\n`))
    expect(status).toBe(1)
    const told = parse(stdout).filter(({ kind }) => kind !== 'event')
    expect(told).toMatchObject([
      { file: broken, line: 6, column: 22, actual: 'event: "access.grunted" is none; did you mean "access.granted"?' },
      { file: inline, line: 5, column: 30 },
      { file: lost, line: 3, column: 7, actual: 'there is no site file ./lost.site.yaml beside the scenario' },
      { kind: 'summary', passed: 1, failed: 3 },
    ])
  })

  it.each([
    [['nowhere.yaml'], 'nowhere.yaml: there is no such file or folder'],
    [['.'], '.: this is a folder, not a file'],
    [[], "missing required argument 'file'"],
    [['--sed', '1', 'x.yaml'], "unknown option '--sed'"],
    [['--seed', 'x', 'x.yaml'], 'a seed is a whole number'],
    [['--record', 'no/such/folder', 'short.yaml'], 'no/such/folder: there is no such file or folder'],
  ])('%j is a wrong use: exit 2, and a line that says why', (args, why) => {
    file('short.yaml', head)
    const { status, stdout, stderr } = run(...args)
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain(why)
  })

  it('in real time takes the time it says and prints the same', () => {
    const name = file('slow.yaml', `${head}  - wait: 1200ms\n  - expect: { reader: in, online: true, secure: true }\n`)
    const began = performance.now()
    const slow = run('--json', '--real-time', name)
    expect(performance.now() - began).toBeGreaterThan(1200)
    expect(slow).toEqual(run('--json', name))
  })
})
