import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { call, killAll, type Running, root, run, start, until } from '../api/server-process.ts'

const directory = mkdtempSync(join(tmpdir(), 'portunus-example-'))
const data = join(directory, 'data')
const children: ChildProcess[] = []
let server: Running
let token: string

beforeAll(async () => {
  token = run('token', 'create', '--data', data, '--name', 'example').stdout.trim()
  server = await start(data)
  await until(async () => JSON.stringify((await call(server, token, 'states?ids=front-in')).json).includes('"connected"'))
}, 120_000)
afterAll(() => {
  for (const child of children) child.kill()
  killAll()
  rmSync(directory, { recursive: true, force: true })
})

/** Runs an example as its first lines say. */
function example(name: string, ...args: string[]) {
  const child = spawn('node_modules/.bin/tsx', [`test/example/${name}.ts`, ...args], {
    cwd: root,
    env: { ...process.env, PORTUNUS_URL: server.address, PORTUNUS_TOKEN: token, USER: 'jo' },
  })
  children.push(child)
  let out = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', chunk => {
      out += String(chunk)
    })
  const ended = new Promise<number | null>(resolve => child.once('close', resolve))
  return {
    ended,
    out: () => out,
    until: (text: string | RegExp) => until(async () => (typeof text === 'string' ? out.includes(text) : text.test(out))),
    stop() {
      child.kill()
      return ended
    },
  }
}
const swipe = async (reader: string, card: string) =>
  expect((await call(server, token, 'emulator/swipe', { reader, card })).status).toBe(202)

it('follow-events tells what happens, and after a stop what happened meanwhile', async () => {
  const position = join(directory, 'position.json')
  const first = example('follow-events', position)
  await first.until('connected')
  await swipe('front-in', 'amber-card')
  await first.until('access.granted front/a amber')
  await first.stop()
  await swipe('front-in', 'dagny-card')
  await until(async () => (await call(server, token, 'events?type=access.denied')).json.items.length === 1)
  const second = example('follow-events', position)
  await second.until('access.denied front/a dagny cardholder-suspended')
  expect(second.out()).not.toContain('access.granted')
  await second.stop()
}, 60_000)

it('operate-door says what every door did, and exits 1 where one did not', async () => {
  const granted = example('operate-door', 'grant', 'front')
  expect(await granted.ended).toBe(0)
  expect(granted.out()).toMatch(/^front done: Unlocked for 7 s\.$/m)
  const [line] = (await call(server, token, 'audit-log?limit=1')).json.items as unknown as { onBehalfOf: string }[]
  expect(line?.onBehalfOf).toBe('jo')
  const refused = example('operate-door', 'grant', 'nowhere')
  expect(await refused.ended).toBe(1)
  expect(refused.out()).toContain('validation-failed: element: there is no element "nowhere"')
}, 60_000)

it('answer-requests lets a guest in and sends others away', async () => {
  const waiting = await until(async () => (await call(server, token, 'access-requests')).json.items[0])
  expect(waiting).toMatchObject({ cardholder: { id: 'dagny' } })
  const operator = example('answer-requests')
  await operator.until(/^front\/a: Dagny Brandt: .* dismiss$/m)
  await swipe('front-in', 'frida-card')
  await operator.until(/^front\/a: Frida Ek: .* grant$/m)
  await until(async () => JSON.stringify((await call(server, token, 'states?ids=front')).json).includes('"unlocked"'))
  await operator.stop()
}, 60_000)
