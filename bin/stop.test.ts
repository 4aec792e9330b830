import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'portunus-stop-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('a server stops cleanly while its controllers are still calling', async () => {
  const controllers = Array.from({ length: 100 }, (_, i) => ({ id: `c${i}`, board: 'two-door', emulated: true }))
  const site = join(folder, 'site.json')
  writeFileSync(site, JSON.stringify({ portunus: 1, site: { name: 'x' }, controllers }))
  const args = ['bin/portunus', 'start', '--site', site, '--data', join(folder, 'data'), '--port', '0']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const said = text(child.stderr)
  await new Promise<void>(resolve => {
    let out = ''
    child.stdout.on('data', (part: Buffer) => {
      out += String(part)
      if (/^page: /m.test(out)) resolve()
    })
    child.once('exit', () => resolve())
  })
  // Some are there by now, others are not.
  await sleep(1_000)
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  expect([code, await said]).toEqual([0, ''])
})
