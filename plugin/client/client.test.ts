import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { openRig, type Rig } from '../../test/api/rig.ts'
import { createClient, type Gap, type Refusal } from './client.ts'
import type { Follow, Message, Stream } from './stream.ts'

let rig: Rig
let base: string
const ends: (() => void)[] = []
beforeEach(async () => {
  rig = await openRig({ checkAnswers: false })
  base = await rig.api.listen({ host: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  for (const end of ends.splice(0)) end()
  await rig.close()
})

const portOf = (server: Server) => (server.address() as AddressInfo).port
async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => server.close())
  return `http://127.0.0.1:${portOf(server)}`
}

/** A line to the server that can be cut. */
async function openLine(): Promise<{ base: string; cut(): void; attempts(): number; dead: boolean }> {
  const ups = new Set<Socket>()
  let attempts = 0
  const line = { base: '', dead: false, attempts: () => attempts, cut: () => ups.forEach(socket => void socket.destroy()) }
  const server = createServer(socket => {
    attempts++
    socket.on('error', () => {})
    if (line.dead) return void socket.destroy()
    const up = connect(Number(new URL(base).port), '127.0.0.1')
    up.on('error', () => {})
    ups.add(socket)
    socket.pipe(up).pipe(socket)
    socket.on('close', () => {
      ups.delete(socket)
      up.destroy()
    })
    up.on('close', () => socket.destroy())
  })
  line.base = await listen(server)
  ends.push(line.cut)
  return line
}

function listenTo(options: Partial<Follow> & { base?: string; token?: string } = {}) {
  const told: (Message | { gap: Gap } | { up: boolean } | { refusal: Refusal })[] = []
  const stream: Stream = createClient({ base: options.base ?? base, token: options.token ?? rig.token }).stream({
    topics: ['events'],
    retryMs: 10,
    onMessage: message => told.push(message),
    onGap: gap => told.push({ gap }),
    onConnection: up => told.push({ up }),
    onRefused: refusal => told.push({ refusal }),
    ...options,
  })
  ends.push(stream.close)
  return {
    stream,
    told,
    events: () => told.flatMap(each => ('topic' in each && each.topic === 'events' ? [each] : [])),
    gaps: () => told.flatMap(each => ('gap' in each ? [each.gap] : [])),
    refusals: () => told.flatMap(each => ('refusal' in each ? [each.refusal] : [])),
    ups: () => told.flatMap(each => ('up' in each ? [each.up] : [])),
  }
}
const until = (holds: () => boolean) => expect.poll(holds, { timeout: 10_000, interval: 5 }).toBe(true)
const ids = (list: readonly { id?: unknown }[]) => list.map(each => each.id)

describe('the client', () => {
  it('gives what the server answers, and its refusals as values with a code', async () => {
    const client = createClient({ base: `${base}/`, token: rig.token, onBehalfOf: 'vms\\jo' })
    const { data } = await client.GET('/api/v1/doors/{id}', { params: { path: { id: 'front' } } })
    expect(data?.name).toBe('Front door')
    const missing = await client.GET('/api/v1/doors/{id}', { params: { path: { id: 'none' } } })
    expect(missing.error).toMatchObject({ status: 404, code: 'not-found' })
    const sent = await client.POST('/api/v1/commands', { body: { action: 'grant', element: 'front/a' } })
    expect(sent.data?.results).toMatchObject([{ door: 'front', outcome: 'done' }])
    expect(rig.sent[0]?.command.onBehalfOf).toBe('vms\\jo')
    const stranger = await createClient({ base }).GET('/api/v1/system')
    expect(stranger.error?.code).toBe('unauthenticated')
  })

  it('takes names in any letters, and a token with a line break behind it; a wrong one is refused, not thrown', async () => {
    const client = createClient({ base, token: `${rig.token}\n`, onBehalfOf: '山田 Zoë\n' })
    await client.POST('/api/v1/commands', { body: { action: 'grant', element: 'front' } })
    expect(rig.sent.at(-1)?.command.onBehalfOf).toBe('山田 Zoë')
    const wrong = await createClient({ base, token: 'a\nb€' }).GET('/api/v1/system')
    expect(wrong.error?.code).toBe('unauthenticated')
    const refused = await new Promise(resolve => {
      createClient({ base, token: 'a\nb€' }).stream({ topics: ['events'], onMessage() {}, onGap() {}, onRefused: resolve })
    })
    expect(refused).toMatchObject({ code: 'unauthenticated' })
  })

  it('says so when nobody answers, or something in between does', async () => {
    const between = createHttpServer((_, response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>'))
    const other = await listen(between)
    expect((await createClient({ base: other }).GET('/api/v1/system')).error).toMatchObject({ status: 502, code: 'unknown' })
    between.close()
    between.closeAllConnections()
    expect((await createClient({ base: other }).GET('/api/v1/system')).error).toMatchObject({ status: 0, code: 'no-answer' })
  })
})

describe.each(['websocket', 'server-sent-events'] as const)('the stream over %s', over => {
  it('comes back after every break from where it was, without loss or repeat', async () => {
    const line = await openLine()
    const { stream, events, ups } = listenTo({ over, base: line.base, after: '0' })
    const told: string[] = []
    for (let round = 0; round < 8; round++) {
      for (let i = 0; i < 5; i++) told.push(rig.tell('door.opened', { door: 'front' }).id)
      await until(() => events().length === told.length)
      line.cut()
      for (let i = 0; i < 5; i++) told.push(rig.tell('door.closed', { door: 'front' }).id)
    }
    await until(() => events().length >= told.length)
    expect(ids(events())).toEqual(told)
    expect(stream.cursor).toBe(events().at(-1)?.cursor)
    expect(stream.epoch).toBe(rig.plugin.log.epoch)
    expect(ups().filter(up => !up).length).toBeGreaterThanOrEqual(5)
  })

  it('passes on that something is old', async () => {
    rig.tell('door.opened', { door: 'front', time: new Date(rig.plugin.now() - 31_000).toISOString() })
    rig.tell('door.closed', { door: 'front' })
    const { events } = listenTo({ over, after: '0' })
    await until(() => events().length === 2)
    expect(events().map(event => event.backlog)).toEqual([true, false])
  })

  it('tells a gap before what follows it, and once', async () => {
    for (let i = 0; i < 5; i++) rig.tell('door.opened', { door: 'front' })
    rig.store.transact(() => rig.plugin.log.prune({ days: 30, atLeast: 0, atMost: 2 }, rig.plugin.now()))
    const { told, events, gaps } = listenTo({ over, after: '1' })
    await until(() => events().length === 2)
    expect(gaps()).toMatchObject([{ reason: 'removed', from: '2', to: '3' }])
    expect(told.findIndex(each => 'gap' in each)).toBeLessThan(told.findIndex(each => 'topic' in each && each.topic === 'events'))
  })

  it('tells that the log was replaced, and goes on in the new one', async () => {
    const event = rig.tell('door.opened', { door: 'front' })
    const { stream, events, gaps } = listenTo({ over, after: '7', epoch: 'of old' })
    await until(() => events().length === 1)
    expect(gaps()).toMatchObject([{ reason: 'log-replaced' }])
    expect(ids(events())).toEqual([event.id])
    expect(stream.epoch).toBe(rig.plugin.log.epoch)
  })

  it('ends where another attempt would be refused as well', async () => {
    const { refusals } = listenTo({ over, token: 'wrong' })
    await until(() => refusals().length === 1)
    expect(refusals()[0]).toMatchObject({ status: 401, code: 'unauthenticated' })
    await rig.call('PUT', 'roles/watcher', { name: 'W', rights: [{ right: 'use-access-control' }] })
    const watcher = listenTo({ over, token: rig.signedIn(['watcher']), topics: ['cardholders'] })
    await until(() => watcher.refusals().length === 1)
    expect(watcher.refusals()[0]).toMatchObject({ status: 403, code: 'forbidden' })
    const line = await openLine()
    const { secret } = rig.identity.addToken({ name: 'removed', roles: ['administrator'], expires: null })
    const ended = listenTo({ over, base: line.base, token: secret })
    await until(() => ended.ups().at(-1) === true)
    const { items } = (await rig.call('GET', 'tokens')).json
    await rig.call('DELETE', `tokens/${items.find((token: { name: string }) => token.name === 'removed').id}`)
    await until(() => ended.refusals().length === 1)
    expect(ended.refusals()[0]?.code).toBe('unauthenticated')
  })

  it('waits longer after each failure, and not for ever', async () => {
    const line = await openLine()
    line.dead = true
    const began = performance.now()
    const { events } = listenTo({ over, base: line.base, after: '0', retryMs: 20 })
    await until(() => line.attempts() >= 6)
    // At least half of 20, 40, 80, 160 and 320 ms.
    expect(performance.now() - began).toBeGreaterThanOrEqual(300)
    line.dead = false
    rig.tell('door.opened', { door: 'front' })
    await until(() => events().length === 1)
  })

  it('says nothing more once it is closed', async () => {
    const { stream, told, ups } = listenTo({ over })
    await until(() => ups().at(-1) === true)
    stream.close()
    const before = told.length
    rig.tell('door.opened', { door: 'front' })
    await (await fetch(`${base}/healthz`)).text()
    expect(told).toHaveLength(before)
  })
})

describe('a connection that has gone silent', () => {
  it('is given up after three heartbeats, and made again from where it was', async () => {
    const http = createHttpServer()
    const server = new WebSocketServer({ server: http })
    const asked: { after?: string; epoch?: string }[] = []
    server.on('connection', (socket: WebSocket) =>
      socket.on('message', data => {
        asked.push(JSON.parse(String(data)) as object)
        const place = { cursor: '41', epoch: 'e', occurredAt: '', deliveredAt: '', backlog: false }
        socket.send(JSON.stringify({ topic: 'stream', type: 'subscribed', ...place }))
      }),
    )
    const { ups } = listenTo({ base: await listen(http), silentMs: 60 })
    await until(() => asked.length >= 3)
    expect(asked[0]).toEqual({ topics: ['events'] })
    expect(asked[1]).toEqual({ topics: ['events'], after: '41', epoch: 'e' })
    expect(ups().slice(0, 4)).toEqual([true, false, true, false])
    server.close()
    http.closeAllConnections()
  })

  it('is told that the log was replaced also by a server that only names another epoch', async () => {
    const http = createHttpServer()
    const server = new WebSocketServer({ server: http })
    let epoch = 1
    server.on('connection', (socket: WebSocket) =>
      socket.on('message', () => {
        const place = { cursor: String(epoch), epoch: `e${epoch++}`, occurredAt: '', deliveredAt: '', backlog: false }
        socket.send(JSON.stringify({ topic: 'stream', type: 'subscribed', ...place }))
        socket.send(JSON.stringify({ topic: 'events', type: 'door.opened', id: place.epoch, ...place }))
        setTimeout(() => socket.close(), 10)
      }),
    )
    const { gaps, events } = listenTo({ base: await listen(http) })
    await until(() => events().length >= 3)
    expect(gaps().slice(0, 2)).toEqual([{ reason: 'log-replaced' }, { reason: 'log-replaced' }])
    server.close()
    http.closeAllConnections()
  })
})
