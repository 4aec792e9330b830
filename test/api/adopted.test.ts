import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { call, killAll, lines, root, run, start, started, until } from './server-process.ts'

const directory = mkdtempSync(join(tmpdir(), 'portunus-adopted-'))
afterAll(() => {
  killAll()
  rmSync(directory, { recursive: true, force: true })
})

it('serves alone from a configuration file, and says in one line each what is wrong with that', async () => {
  const config = join(directory, 'plugin.yaml')
  const wrong = (text: string) => {
    writeFileSync(config, text)
    const { status, stderr } = run('plugin', '--config', config)
    return [status, lines(stderr)]
  }
  expect(wrong('data: x\nprot: 1\n')).toEqual([2, [expect.stringMatching(/plugin\.yaml: prot: .*known are data, host, port/)]])
  expect(wrong('data: x\nmqtt: { url: "http://x" }\n')).toEqual([2, [expect.stringContaining('mqtt')]])
  for (const once of ['', ', plain: true', ', plainOffLoopback: true'])
    expect(wrong(`data: x\nmqtt: { url: "mqtt://broker.example:1883"${once} }\n`)).toEqual([
      2,
      [expect.stringMatching(/mqtt\.url: without TLS.*both plain and plainOffLoopback/)],
    ])
  expect(wrong('data: [')).toEqual([2, [expect.stringContaining('no YAML')]])
  writeFileSync(config, `data: ${join(directory, 'alone')}\nport: 0\nmqtt: { port: 0 }\nsite: ${join(root, 'bin/demo-site.yaml')}\n`)
  const server = await started(['plugin', '--config', config])
  expect(server.lines.join('\n')).toContain('0 of 2 controllers emulated')
  const secret = run('token', 'create', '--data', join(directory, 'alone'), '--name', 'alone').stdout.trim()
  expect((await call(server, secret, 'states?ids=front')).json.items[0]).toMatchObject({ states: ['controller-offline', 'unknown'] })
  expect((await call(server, secret, 'commands', { action: 'grant', element: 'front' })).json).toMatchObject({
    results: [{ door: 'front', outcome: 'unreachable' }],
  })
  expect((await server.stop()).code).toBe(0)
}, 60_000)

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
