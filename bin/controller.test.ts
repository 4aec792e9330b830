import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'portunus-controller-'))
afterAll(() => rmSync(folder, { recursive: true }))
const config = join(folder, 'c.yaml')
writeFileSync(config, `{ controller: c1, data: ${join(folder, 'device')} }`)

it.each([
  [['--check', '--relay', 'relay-9'], "portunus controller: relay-9 is no relay or output of this controller's site; it has none\n"],
  [['--relay', 'relay-1'], 'portunus controller: --relay and --inputs go together with --check\n'],
])('%j is told in one line, and the program ends', (args, line) => {
  const told = spawnSync(process.execPath, ['bin/portunus', 'controller', '--config', config, ...args], {
    encoding: 'utf8',
    timeout: 30_000,
  })
  expect([told.status, told.stderr]).toEqual([2, line])
})
