import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { call, killAll, root, run, start, until } from './server-process.ts'

const directory = mkdtempSync(join(tmpdir(), 'portunus-adopted-'))
afterAll(() => {
  killAll()
  rmSync(directory, { recursive: true, force: true })
})

it('takes a controller of its own process in by a one-time code, and hands it the site', async () => {
  const data = join(directory, 'data')
  const site = join(directory, 'site.yaml')
  const demo = readFileSync(join(root, 'bin/demo-site.yaml'), 'utf8')
  writeFileSync(site, demo.replace('controllers:\n', 'controllers:\n  - { id: gate, name: Gate, board: two-door }\n'))
  const secret = run('token', 'create', '--data', data, '--name', 'adopt').stdout.trim()
  const server = await start(data, '--site', site, '--mqtt-port', '0')
  expect((await call(server, secret, 'controllers/gate')).json).toMatchObject({ online: false, link: null })
  const { code } = (await call(server, secret, 'controllers/gate/adoption', {})).json as unknown as { code: string }
  const { mqtt } = (await call(server, secret, 'system')).json as unknown as { mqtt: { port: number } }
  const config = join(directory, 'gate.yaml')
  writeFileSync(
    config,
    JSON.stringify({
      controller: 'gate',
      data: join(directory, 'gate'),
      link: { url: `mqtt://127.0.0.1:${mqtt.port}`, adoption: { server: server.address.replace(/\/$/, ''), code } },
    }),
  )
  const device = spawn('node', ['bin/portunus', 'controller', '--config', config], { cwd: root, stdio: 'ignore' })
  try {
    await until(async () => {
      const { json } = await call(server, secret, 'controllers/gate')
      const { online, link } = json as unknown as { online: boolean; link: { upToDate: boolean } | null }
      return online && link?.upToDate
    })
    const audit = (await call(server, secret, 'audit-log')).json.items as unknown as { message: string }[]
    expect(audit.map(line => line.message)).toContain('Adopted controller gate')
  } finally {
    device.kill('SIGKILL')
  }
  await until(async () => {
    const { items } = (await call(server, secret, 'events?type=controller.offline')).json
    return items.length > 0
  })
  await server.stop()
}, 120_000)
