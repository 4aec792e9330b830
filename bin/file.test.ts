import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'portunus-file-'))
afterAll(() => rmSync(folder, { recursive: true }))

const site = (name: string, cardholders: object[] = []) =>
  JSON.stringify({ portunus: 1, site: { name, timeZone: 'Europe/Copenhagen' }, cardholders })
const file = (name: string, content: string | Buffer): string => {
  writeFileSync(join(folder, name), content)
  return name
}
function run(args: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(process.cwd(), 'bin/portunus'), ...args], {
    cwd: folder,
    encoding: 'utf8',
    input,
  })
  return { status, stdout, told: stderr.split('\n').slice(0, -1) }
}

const good = file('good.json', site('x'))
run(['site', 'import', good, '--data', 'known'])

describe('a file that cannot be used is told in one line, exit 2', () => {
  const gone = 'there is no such file or folder'
  const folder = 'this is a folder, not a file'
  it.each([
    [['site', 'check', 'none'], `portunus site check: none: ${gone}`],
    [['site', 'check', '.'], `portunus site check: .: ${folder}`],
    [['site', 'import', '.', '--data', 'new'], `portunus site import: .: ${folder}`],
    [['site', 'export', '--data', 'known', '--out', 'none/x'], `portunus site export: none/x: ${gone}`],
    [
      ['site', 'holidays', '.', '--site', good, '--schedule', 's', '--from', '2026-01-01', '--to', '2026-01-02'],
      `portunus site holidays: .: ${folder}`,
    ],
    [['pinchart', '--site', '.', '--controller', 'c'], `portunus pinchart: .: ${folder}`],
    [['scenario', 'run', '.'], `portunus scenario run: .: ${folder}`],
    [['start', '--site', '.', '--data', 'new'], `portunus start: .: ${folder}`],
    [['plugin', '--config', 'none'], `portunus plugin: none: ${gone}`],
    [['support', '--data', 'known', '--out', '.'], `portunus support: .: ${folder}`],
    [['restore', '.', '--data', 'known'], /^portunus restore: /],
    [['wiegand', 'decode', '.'], `portunus wiegand decode: .: ${folder}`],
  ])('%j', (args, line) => {
    expect(run(args)).toEqual({ status: 2, stdout: '', told: [typeof line === 'string' ? line : expect.stringMatching(line)] })
  })
})

it('text that is not in UTF-8 is refused: a name would be kept as another', () => {
  const latin = file('latin.json', Buffer.from(`\n${site('Café')}`, 'latin1'))
  expect(run(['site', 'check', latin]).told).toEqual([
    'portunus site check: latin.json:2: this is no text in UTF-8; save the file as UTF-8',
  ])
  const cards = file('cards.csv', Buffer.from('name,bits\nCafé,01010010010001001111001001\n', 'latin1'))
  expect(run(['wiegand', 'decode', '--csv', cards])).toMatchObject({
    status: 2,
    told: ['portunus wiegand decode: line 2: it is no text in UTF-8; save the file as UTF-8'],
  })
})

it('what is copied from a data directory that is not there is nothing, and no copy', () => {
  for (const command of [['backup'], ['site', 'export'], ['support']])
    expect(run([...command, '--data', 'elsewhere'])).toEqual({
      status: 2,
      stdout: '',
      told: [`portunus ${command.join(' ')}: ${join(folder, 'elsewhere')} is no data directory of a server; name it with --data`],
    })
  expect(existsSync(join(folder, 'elsewhere'))).toBe(false)
})

it('standard input is waited for, whoever writes it taking their time', async () => {
  const { stdin, stdout, stderr } = spawn(process.execPath, ['bin/portunus', 'site', 'check', '-'])
  const said = Promise.all([text(stdout), text(stderr)])
  const whole = site('x')
  for (const part of [whole.slice(0, 9), whole.slice(9)]) {
    await new Promise(resolve => setTimeout(resolve, 1_000))
    stdin.write(part)
  }
  stdin.end()
  expect(await said).toEqual([expect.stringContaining('all right'), ''])
})

it('a site goes whole into a pipe that takes its time', async () => {
  const people = Array.from({ length: 8_000 }, (_, i) => ({ id: `p${i}`, firstName: 'A', lastName: `Person number ${i}` }))
  expect(run(['site', 'import', '-', '--data', 'large'], site('x', people)).told).toEqual([])
  const { stdout, stderr } = spawn(process.execPath, ['bin/portunus', 'site', 'export', '--data', join(folder, 'large')])
  await once(stdout, 'readable')
  const [written, told] = await Promise.all([text(stdout), text(stderr)])
  expect([told, written.match(/Person number/g)?.length]).toEqual(['', people.length])
})

it.each(['site', 'token', 'user', 'key', 'scenario'])('%s alone is told in one line what may follow', name => {
  expect(run([name])).toEqual({ status: 2, stdout: '', told: [expect.stringMatching(`^portunus ${name}: it needs a command: one of `)] })
  expect(run([name, '--help']).stdout).toContain('Example:')
})
