import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { IncomingHttpHeaders } from 'node:http'
import { type RequestOptions, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { selfSigned } from '../../plugin/api/certificate.ts'
import { call, killAll, lines, root, run, start, startedBy, until } from './server-process.ts'

const demo = readFileSync(join(root, 'bin/demo-site.yaml'), 'utf8')

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'portunus-start-'))
})
afterEach(() => {
  killAll()
  rmSync(directory, { recursive: true, force: true })
})

const data = () => join(directory, 'data')
const token = (name = 'test') => {
  const { status, stdout, stderr } = run('token', 'create', '--data', data(), '--name', name)
  expect([status, stderr.replaceAll(/^npm .*\n/gm, '')]).toEqual([0, ''])
  expect(stdout).toMatch(/^\S+\n$/)
  return stdout.trim()
}
describe('portunus start', () => {
  it('prints the first password once, serves the demo site, and finds its data again', async () => {
    const first = await start(data())
    expect(first.lines[0]).toMatch(/^administrator: admin {2}password: \S+$/)
    const password = first.lines[0]?.split('password: ')[1]
    const signedIn = await call(first, '', 'session', { user: 'admin', password })
    expect(signedIn.status).toBe(200)
    const secret = (signedIn.json as unknown as { token: string }).token
    await until(async () =>
      (await call(first, secret, 'states?ids=front-in')).json.items.some(s =>
        (s as unknown as { states: string[] }).states.includes('connected'),
      ),
    )
    expect((await call(first, secret, 'emulator/swipe', { reader: 'front-in', card: 'amber-card' })).status).toBe(202)
    const granted = await until(async () => (await call(first, secret, 'events?type=access.granted')).json.items[0])
    const stopped = await first.stop('SIGINT')
    expect(stopped).toMatchObject({ code: 0, errors: '' })
    expect(stopped.ms).toBeLessThan(3_000)

    const second = await start(data())
    expect(second.lines.join('\n')).not.toContain('password')
    expect((await call(second, secret, 'events?type=access.granted')).json.items.map(e => e.id)).toEqual([granted.id])
    expect((await second.stop()).code).toBe(0)
  }, 120_000)

  it('stops with the npm that started it, whose shell keeps signals to itself', async () => {
    for (const [command, ...args] of [
      ['npm', 'start', '--'],
      ['npx', '--no', 'portunus', 'start'],
    ] as const) {
      const server = await startedBy(command, [...args, '--data', data(), '--port', '0'])
      const page = new URL(server.address)
      await server.stop()
      await until(async () => !(await fetch(page).catch(() => undefined)))
      const again = await start(data())
      expect((await again.stop()).code).toBe(0)
    }
  }, 120_000)

  it('keeps what was told when it is killed', async () => {
    const first = await start(data())
    const secret = token()
    await until(async () =>
      (await call(first, secret, 'states?ids=front-in')).json.items.some(s =>
        (s as unknown as { states: string[] }).states.includes('connected'),
      ),
    )
    for (let i = 0; i < 3; i++) await call(first, secret, 'emulator/swipe', { reader: 'front-in', card: 'amber-card' })
    const before = await until(async () => {
      const { items } = (await call(first, secret, 'events?after=0')).json
      return items.filter(e => e.type === 'access.granted').length === 3 && items
    })
    await first.stop('SIGKILL')
    const second = await start(data())
    const after = (await call(second, secret, 'events?after=0')).json.items
    expect(after.slice(0, before.length).map(e => e.id)).toEqual(before.map(e => e.id))
    expect(new Set(after.map(e => e.id)).size).toBe(after.length)
  }, 120_000)

  it('gives out tokens whether it runs or not, and on a new directory', async () => {
    const before = token('before')
    const server = await start(data())
    expect((await call(server, before, 'system')).status).toBe(200)
    expect((await call(server, token('while'), 'system')).status).toBe(200)
    expect(run('token', 'create', '--data', data(), '--name', 'before')).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('already a token "before"'),
    })
  }, 120_000)

  it('tells in one line, exit 2, what it cannot start with', async () => {
    const server = await start(data())
    const refused = (...args: string[]) => {
      const { status, stdout, stderr } = run('start', ...args)
      expect([status, stdout]).toEqual([2, ''])
      return lines(stderr)
    }
    expect(refused('--data', data(), '--port', '0')).toEqual([expect.stringContaining('used by another process')])
    const { port } = new URL(server.address)
    const taken = run('start', '--data', join(directory, 'other'), '--port', port)
    expect([taken.status, taken.stderr.trim()]).toEqual([2, expect.stringContaining(`port ${port} on 127.0.0.1 is in use`)])
    await server.stop()

    const other = join(directory, 'other.yaml')
    writeFileSync(other, demo.replace('Amber Street', 'Elm Street'))
    expect(refused('--data', data(), '--site', other, '--port', '0')).toEqual([expect.stringContaining('has a site already')])
    const same = await start(data(), '--site', 'bin/demo-site.yaml')
    await same.stop()

    const database = new Sqlite(join(data(), 'plugin.db'))
    database.prepare("insert into __drizzle_migrations (hash, created_at) values ('x', 9999999999999)").run()
    database.close()
    expect(refused('--data', data(), '--port', '0')).toEqual([expect.stringContaining('written by a newer version')])
    expect(refused('--port', '99999')).toEqual([expect.stringContaining('0 to 65535')])
    expect(refused('--site', join(directory, 'none.yaml'), '--data', join(directory, 'x'))).toEqual([
      expect.stringContaining('there is no such file'),
    ])
  }, 180_000)

  it('refuses a site that cannot be, one line each with path and line number', () => {
    const bad = (change: (text: string) => string) => {
      const file = join(directory, 'bad.yaml')
      writeFileSync(file, change(demo))
      const { status, stderr, stdout } = run('start', '--data', join(directory, 'bad'), '--site', file, '--port', '0')
      expect([status, stdout]).toEqual([2, ''])
      return lines(stderr)
    }
    const line = (text: string) => demo.split('\n').findIndex(each => each.includes(text)) + 1
    expect(bad(t => t.replace('accessTime: 5', 'accesTime: 5'))).toEqual([
      expect.stringMatching(new RegExp(`:${line('accessTime: 5')}:.*doors\\[1\\]\\.accesTime.*accessTime`)),
    ])
    expect(bad(t => t.replace('port: door-2', 'port: door-9'))).toEqual([
      expect.stringMatching(new RegExp(`:${line('port: door-2')}:.*doors\\[1\\]\\.doorMonitor\\.port`)),
    ])
    expect(bad(t => t.replace('relay: relay-2', 'relay: relay-1')).join('\n')).toMatch(/archive.*relay-1|relay-1.*archive|relay-1.*front/)
    expect(bad(t => t.replace('Europe/Copenhagen', 'Europe/Atlantis'))).toEqual([expect.stringMatching(/:3:.*site\.timeZone/)])
  }, 120_000)

  it('keeps everything where only its owner can read it', async () => {
    const server = await start(data())
    await server.stop()
    expect(statSync(data()).mode & 0o077).toBe(0)
    for (const name of ['key', 'plugin.db']) expect(statSync(join(data(), name)).mode & 0o077, name).toBe(0)
    const everything = readdirSync(data(), { recursive: true, withFileTypes: true })
      .filter(e => e.isFile())
      .map(e => readFileSync(join(e.parentPath, e.name)).toString('latin1'))
    const password = server.lines[0]?.split('password: ')[1] ?? 'none'
    expect(everything.some(text => text.includes(password))).toBe(false)
  }, 120_000)
})

describe('portunus site', () => {
  it('loads and writes the site of a directory, running or not, and asks for the API where a server runs', async () => {
    const file = join(directory, 'site.yaml')
    writeFileSync(file, demo.replace('Amber Street', 'Elm Street'))
    const loaded = run('site', 'import', file, '--data', data())
    expect([loaded.status, loaded.stdout]).toEqual([0, expect.stringMatching(/^revision 1: \d+ changes\n$/)])
    const secret = token()
    const server = await start(data())
    expect(server.lines[0]).toMatch(/^administrator: admin/)
    expect(server.lines.join('\n')).toContain('Elm Street')

    const refused = run('site', 'import', file, '--data', data())
    expect([refused.status, lines(refused.stderr)]).toEqual([2, [expect.stringContaining('give --url and --token')]])
    writeFileSync(file, demo.replace('Amber Street', 'Oak Street'))
    const over = run('site', 'import', file, '--url', server.address, '--token', secret)
    expect([over.status, over.stdout]).toEqual([0, 'revision 2: 1 change\n'])
    expect((await call(server, secret, 'system')).json).toMatchObject({ name: 'Oak Street' })
    const one = run('site', 'export', '--url', server.address, '--token', secret).stdout
    const other = run('site', 'export', '--data', data()).stdout
    expect(one).toBe(other)
    expect(one).toContain('Oak Street')

    writeFileSync(file, one)
    expect(run('site', 'import', file, '--url', server.address, '--token', secret).stdout).toBe('revision 2: 0 changes\n')
    writeFileSync(file, one.replace('Europe/Copenhagen', 'Europe/Atlantis'))
    const wrong = run('site', 'import', file, '--url', server.address, '--token', secret)
    expect([wrong.status, lines(wrong.stderr)]).toEqual([2, [expect.stringMatching(/site\.timeZone.*line \d+/)]])
    await server.stop()
  }, 120_000)
})

/** A request over TLS, by default to a certificate that nobody vouches for. */
function fetchTls(address: string, path: string, options: RequestOptions, body = '') {
  const url = `${address.replace('0.0.0.0', '127.0.0.1')}${path}`
  return new Promise<{ status: number | undefined; headers: IncomingHttpHeaders; body: string }>((resolve, reject) => {
    const sent = request(url, { rejectUnauthorized: false, ...options }, response => {
      let text = ''
      response.on('data', chunk => {
        text += String(chunk)
      })
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: text }))
    })
    sent.on('error', reject).end(body)
  })
}

describe('off loopback', () => {
  it('serves over TLS with a certificate of its own, and refuses to go without unless told twice', async () => {
    const server = await start(data(), '--host', '0.0.0.0')
    expect(server.lines.join('\n')).toMatch(/certificate \(self-signed\), SHA-256: ([0-9A-F]{2}:){31}[0-9A-F]{2}/)
    const { port } = new URL(server.address)
    expect(server.address).toMatch(/^https:/)
    await expect(fetch(`https://127.0.0.1:${port}/healthz`)).rejects.toThrow()
    const answer = run('token', 'create', '--data', data(), '--name', 'tls')
    const secret = answer.stdout.trim()
    const got = await fetchTls(server.address, 'api/v1/system', { headers: { authorization: `Bearer ${secret}` } })
    expect([got.status, got.headers['strict-transport-security']]).toEqual([200, expect.any(String)])
    const { mqtt } = JSON.parse(got.body) as { mqtt: { port: number; tls: boolean } }
    expect(mqtt.tls).toBe(true)
    const broker = await new Promise<string>((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: mqtt.port, rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().fingerprint256)
        socket.destroy()
      }).on('error', reject)
    })
    expect(server.lines.join('\n')).toContain(broker)
    await until(async () => {
      const { body } = await fetchTls(server.address, 'api/v1/states?ids=front-in', { headers: { authorization: `Bearer ${secret}` } })
      return body.includes('"connected"')
    })
    const password = /password: (\S+)/.exec(server.lines.join('\n'))?.[1]
    const signedIn = await fetchTls(
      server.address,
      'api/v1/session',
      { method: 'POST', headers: { 'content-type': 'application/json' } },
      JSON.stringify({ user: 'admin', password }),
    )
    expect(String(signedIn.headers['set-cookie'])).toMatch(/^portunus-session=.*HttpOnly; Secure; SameSite=Strict$/)
    await server.stop()

    const own = selfSigned(['localhost', '127.0.0.1'], Date.now())
    const other = selfSigned(['localhost'], Date.now())
    const files = { cert: join(directory, 'own.pem'), key: join(directory, 'own.key'), other: join(directory, 'other.key') }
    writeFileSync(files.cert, own.cert)
    writeFileSync(files.key, own.key)
    writeFileSync(files.other, other.key)
    const pair = (key: string) => ['--host', '0.0.0.0', '--tls-cert', files.cert, '--tls-key', key]
    const mismatched = run('start', '--data', data(), '--port', '0', ...pair(files.other))
    expect([mismatched.status, lines(mismatched.stderr)]).toEqual([2, [expect.stringContaining('is not that of the certificate')]])
    const certified = await start(data(), ...pair(files.key))
    const printed = /certificate of the broker \(self-signed\), SHA-256: (\S+)/.exec(certified.lines.join('\n'))?.[1]
    expect(printed).toBe(broker)
    expect((await fetchTls(certified.address, 'healthz', { ca: own.cert, rejectUnauthorized: true })).status).toBe(200)
    await expect(fetchTls(certified.address, 'healthz', { ca: other.cert, rejectUnauthorized: true })).rejects.toThrow()
    await certified.stop()

    const once = run('start', '--data', data(), '--port', '0', '--host', '0.0.0.0', '--plain-http')
    expect([once.status, lines(once.stderr)]).toEqual([2, [expect.stringContaining('in clear')]])
    const twice = await start(data(), '--host', '0.0.0.0', '--plain-http', '--plain-http-off-loopback')
    expect(twice.lines.join('\n')).toMatch(/warning: .*without TLS/)
    await twice.stop()
  }, 120_000)
})
