import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const portunus = 'bin/portunus'
const root = new URL('../..', import.meta.url).pathname
const demo = readFileSync(join(root, 'bin/demo-site.yaml'), 'utf8')

interface Running {
  readonly child: ChildProcess
  readonly address: string
  readonly lines: readonly string[]
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; ms: number; errors: string }>
}

let directory: string
const children: ChildProcess[] = []
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'portunus-start-'))
})
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(directory, { recursive: true, force: true })
})

const data = () => join(directory, 'data')
const run = (...args: string[]) => spawnSync('node', [portunus, ...args], { cwd: root, encoding: 'utf8', timeout: 60_000 })

async function start(...args: string[]): Promise<Running> {
  const child = spawn('node', [portunus, 'start', '--data', data(), '--port', '0', ...args], { cwd: root })
  children.push(child)
  let [out, errors] = ['', '']
  child.stdout?.on('data', chunk => {
    out += String(chunk)
  })
  child.stderr?.on('data', chunk => {
    errors += String(chunk)
  })
  const ended = new Promise<number | null>(resolve => child.once('exit', code => resolve(code)))
  const deadline = Date.now() + 60_000
  while (!/^page: /m.test(out)) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`it did not start: ${out}${errors}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  return {
    child,
    lines: out.split('\n').filter(Boolean),
    address: /^page: (\S+)$/m.exec(out)?.[1] ?? '',
    async stop(signal = 'SIGTERM') {
      const began = Date.now()
      child.kill(signal)
      return { code: await ended, ms: Date.now() - began, errors }
    },
  }
}

const token = (name = 'test') => {
  const { status, stdout, stderr } = run('token', 'create', '--data', data(), '--name', name)
  expect([status, stderr.replaceAll(/^npm .*\n/gm, '')]).toEqual([0, ''])
  expect(stdout).toMatch(/^\S+\n$/)
  return stdout.trim()
}
const call = async ({ address }: Running, secret: string, path: string, body?: object) => {
  const response = await fetch(`${address}api/v1/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${secret}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return { status: response.status, json: (await response.json()) as Record<string, never> & { items: { type: string; id: string }[] } }
}
async function until<T>(read: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + 20_000
  for (;;) {
    const value = await read()
    if (value) return value
    if (Date.now() > deadline) throw new Error('waited in vain')
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

describe('portunus start', () => {
  it('prints the first password once, serves the demo site, and finds its data again', async () => {
    const first = await start()
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

    const second = await start()
    expect(second.lines.join('\n')).not.toContain('password')
    expect((await call(second, secret, 'events?type=access.granted')).json.items.map(e => e.id)).toEqual([granted.id])
    expect((await second.stop()).code).toBe(0)
  }, 120_000)

  it('keeps what was told when it is killed', async () => {
    const first = await start()
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
    const second = await start()
    const after = (await call(second, secret, 'events?after=0')).json.items
    expect(after.slice(0, before.length).map(e => e.id)).toEqual(before.map(e => e.id))
    expect(new Set(after.map(e => e.id)).size).toBe(after.length)
  }, 120_000)

  it('gives out tokens whether it runs or not, and on a new directory', async () => {
    const before = token('before')
    const server = await start()
    expect((await call(server, before, 'system')).status).toBe(200)
    expect((await call(server, token('while'), 'system')).status).toBe(200)
    expect(run('token', 'create', '--data', data(), '--name', 'before')).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('already a token "before"'),
    })
  }, 120_000)

  it('tells in one line, exit 2, what it cannot start with', async () => {
    const server = await start()
    const refused = (...args: string[]) => {
      const { status, stdout, stderr } = run('start', ...args)
      const lines = stderr.split('\n').filter(line => line && !line.startsWith('npm '))
      expect([status, stdout]).toEqual([2, ''])
      return lines
    }
    expect(refused('--data', data(), '--port', '0')).toEqual([expect.stringContaining('used by another process')])
    const { port } = new URL(server.address)
    const taken = run('start', '--data', join(directory, 'other'), '--port', port)
    expect([taken.status, taken.stderr.trim()]).toEqual([2, expect.stringContaining(`port ${port} on 127.0.0.1 is in use`)])
    await server.stop()

    const other = join(directory, 'other.yaml')
    writeFileSync(other, demo.replace('Amber Street', 'Elm Street'))
    expect(refused('--data', data(), '--site', other, '--port', '0')).toEqual([expect.stringContaining('has a site already')])
    const same = await start('--site', 'bin/demo-site.yaml')
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
      return stderr.split('\n').filter(line => line && !line.startsWith('npm '))
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
    const server = await start()
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
