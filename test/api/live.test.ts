import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call, killAll, type Running, run, start, until } from './server-process.ts'

/* The API over a server with running controllers, readers and doors. */

const directory = mkdtempSync(join(tmpdir(), 'portunus-live-'))
const data = join(directory, 'data')
let server: Running
let secret: string

const states = async (id: string) =>
  ((await call(server, secret, `states?ids=${id}`)).json.items[0] as unknown as { states: string[] }).states
const secure = () => until(async () => (await states('front-in')).join() === 'connected')

beforeAll(async () => {
  secret = run('token', 'create', '--data', data, '--name', 'live').stdout.trim()
  server = await start(data)
  await secure()
}, 120_000)
afterAll(() => {
  killAll()
  rmSync(directory, { recursive: true, force: true })
})

describe('a running site', () => {
  it('tells how a line does, and what every terminal shows', async () => {
    const { json } = await call(server, secret, 'readers/front-in/line')
    expect(json).toMatchObject({ address: 0, online: true, secure: true })
    expect((json as unknown as { statistics: { handshakes: number } }).statistics.handshakes).toBeGreaterThan(0)
    const terminals = (await call(server, secret, 'controllers/ctrl-1/terminals')).json.items as unknown as {
      id: string
      use: string
      energised: boolean
      level: string
    }[]
    expect(terminals.find(t => t.id === 'ctrl-1/relay-1')).toMatchObject({ use: 'lock', door: 'front', energised: false })
    expect(terminals.find(t => t.id === 'ctrl-1/door-1')).toMatchObject({ use: 'door-monitor', level: 'closed', active: false })
    await call(server, secret, 'commands', { action: 'unlock', element: 'front' })
    await until(
      async () =>
        ((await call(server, secret, 'controllers/ctrl-1/terminals')).json.items as unknown as typeof terminals).find(
          t => t.id === 'ctrl-1/relay-1',
        )?.energised,
    )
    await call(server, secret, 'commands', { action: 'reset', element: 'front' })
  })

  it('gives out what went over the wires of a reader: a capture that decodes, pulses that the tools read', async () => {
    await call(server, secret, 'emulator/swipe', { reader: 'shop-in', card: 'amber-card' })
    await call(server, secret, 'emulator/keys', { reader: 'shop-in', keys: '47' })
    type Frame = { bits: string | null; keys: boolean; edges: unknown[] }
    const pulses = async () => ((await call(server, secret, 'readers/shop-in/pulses')).json.items ?? []) as unknown as Frame[]
    await until(async () => (await pulses()).length === 3)
    expect((await pulses()).map(({ bits, keys, edges }) => [bits?.length ?? null, keys, edges.length])).toEqual([
      [26, false, 52],
      [null, true, 0],
      [null, true, 0],
    ])
    const text = async (path: string, accept: string) =>
      (await fetch(`${server.address}api/v1/${path}`, { headers: { authorization: `Bearer ${secret}`, accept } })).text()
    const decoded = spawnSync('node', ['bin/portunus', 'wiegand', 'decode', '-'], {
      input: await text('readers/shop-in/pulses', 'application/x-ndjson'),
    })
    expect([decoded.status, JSON.parse(decoded.stdout.toString()).matches[0]]).toMatchObject([0, { format: 'h10301', cardNumber: '64332' }])
    const capture = spawnSync('node', ['bin/portunus', 'osdp', 'decode', '-'], { input: await text('readers/front-in/capture', '*/*') })
    expect([capture.status, capture.stdout.toString()]).toEqual([0, expect.stringMatching(/CHLNG[\s\S]*SCRYPT/)])
  })

  it('scans a line in use when it is told to, and gives it back when that is over', async () => {
    expect((await call(server, secret, 'readers/front-in/scan', {})).json.code).toBe('in-use')
    expect((await call(server, secret, 'readers/front-in/scan', { interrupt: true })).status).toBe(202)
    await until(async () => (await states('front')).includes('reader-offline'))
    const scan = async () => (await call(server, secret, 'readers/front-in/scan')).json as unknown as { found: { reader: string }[] }
    await until(async () => (await scan()).found.length === 2)
    expect((await scan()).found.map(({ reader }) => reader)).toEqual(['front-in', 'archive-in'])
    await fetch(`${server.address}api/v1/readers/front-in/scan`, { method: 'DELETE', headers: { authorization: `Bearer ${secret}` } })
    await secure()
    expect((await scan()) as unknown).toMatchObject({ state: 'failed', reason: 'stopped' })
  }, 60_000)

  it('judges what would be decided as things stand at the door', async () => {
    const ask = async () =>
      (await call(server, secret, 'decisions', { accessPoint: 'archive/a', cardholder: 'bo', at: '2026-03-04T10:00:00Z' })).json
    expect(await ask()).toMatchObject({ outcome: 'waiting', basis: 'controller' })
    await call(server, secret, 'commands', { action: 'lockdown', element: 'archive' })
    expect(await ask()).toMatchObject({ outcome: 'denied', reason: 'lockdown', basis: 'controller' })
    await call(server, secret, 'commands', { action: 'reset', element: 'archive' })
  })

  it('proves the logs of controllers', async () => {
    expect((await call(server, secret, 'controllers/ctrl-1/log-check')).status).toBe(200)
  })

  it('tells forced doors, tampering and cut cables as alarms, and their states', async () => {
    const act = (step: string, body: object) => call(server, secret, `emulator/${step}`, body)
    expect((await act('force', { door: 'archive' })).status).toBe(202)
    await act('tamper', { reader: 'front-in', active: true })
    await until(async () => (await states('archive')).includes('forced-open') && (await states('front-in')).includes('tamper'))
    const alarms = async () => (await call(server, secret, 'alarms')).json.items.map(a => a.type).sort()
    await until(async () => (await alarms()).length >= 2)
    expect(await alarms()).toEqual(['door.forced-open', 'reader.tamper'])
    await act('close', { door: 'archive' })
    await act('tamper', { reader: 'front-in', active: false })
    await until(async () => !(await states('archive')).includes('forced-open'))
    expect((await act('open', { door: 'archive' })).json).toMatchObject({ code: 'not-supported' })
  })

  it('lets an operator answer who was refused', async () => {
    await call(server, secret, 'emulator/swipe', { reader: 'front-in', card: 'dagny-card' })
    const request = await until(
      async () => (await call(server, secret, 'access-requests')).json.items[0] as unknown as { id: string; cardholder: { id: string } },
    )
    expect(request.cardholder.id).toBe('dagny')
    const answered = await call(server, secret, `access-requests/${request.id}/decision`, { decision: 'grant' })
    expect(answered.json).toMatchObject({ state: 'answered', results: [{ door: 'front', outcome: 'done' }] })
    expect((await call(server, secret, `access-requests/${request.id}/decision`, { decision: 'dismiss' })).status).toBe(409)
    await until(async () => (await states('front')).includes('unlocked'))
  })

  it('hands an edit on to the controllers, which say that they have it', async () => {
    const swipe = async () => {
      const before = (await call(server, secret, 'events?after=0')).json as unknown as { cursor: string }
      await call(server, secret, 'emulator/swipe', { reader: 'front-in', card: 'bo-card' })
      return until(
        async () =>
          (await call(server, secret, `events?after=${before.cursor}`)).json.items.find(e => e.type.startsWith('access.')) as unknown as {
            type: string
            reason?: string
          },
      )
    }
    const patch = async (path: string, body: object) => {
      const response = await fetch(`${server.address}api/v1/${path}`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      expect(response.status).toBe(200)
      await until(
        async () => ((await call(server, secret, 'controllers/ctrl-1')).json as unknown as { link: { upToDate: boolean } }).link.upToDate,
      )
    }
    await patch('access-rules/staff-office', { schedules: ['always'] })
    expect((await swipe()).type).toBe('access.granted')
    await patch('cardholders/bo', { suspended: true })
    expect(await swipe()).toMatchObject({ type: 'access.denied', reason: 'cardholder-suspended' })
    await patch('cardholders/bo', { suspended: false })
  })

  it('pairs a reader inside its session, by command, and knows it again after a restart', async () => {
    const paired = run('key', 'pair', '--data', data, '--reader', 'front-in')
    expect([paired.status, paired.stdout.trim().split('\n').at(-1)]).toEqual([0, 'front-in: done'])
    expect(run('key', 'pair', '--data', data, '--reader', 'shop-in')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('only OSDP readers'),
    })
    await server.stop()
    server = await start(data)
    await secure()
    expect((await call(server, secret, 'readers/front-in/line')).json).toMatchObject({ secure: true })
  }, 60_000)
})
