import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { osdpAsks } from '../../bin/asks.ts'
import { keyNames } from '../../bin/emulated.ts'
import { createOsdpField } from '../../controller/field/osdp.ts'
import { createControllerLink } from '../../controller/link/link.ts'
import { openKeys } from '../../controller/link/secret.ts'
import { createRuntime } from '../../controller/runtime.ts'
import { openStore as openControllerStore } from '../../controller/store/open.ts'
import { commands, createMemoryLine } from '../../osdp/index.ts'
import { systemClock as clock } from '../../plugin/clock.ts'
import { createServer } from '../../plugin/main.ts'
import { importSite } from '../../plugin/site/file.ts'
import { openStore } from '../../plugin/store/open.ts'
import { pairingKey } from '../../shared/link.ts'
import { createMemoryBroker } from '../../shared/memory-link.ts'
import { site as siteSchema } from '../../shared/site.ts'

const site = siteSchema.parse({
  portunus: 1,
  site: { name: 'Bench' },
  controllers: [{ id: 'bench', board: 'two-door' }],
  doors: [
    {
      id: 'door',
      controller: 'bench',
      locks: { primary: { relay: 'relay-1' } },
      a: { reader: { id: 'reader', type: 'osdp', port: 'rs485-1', address: 1 } },
    },
  ],
})
const keySet = commands.KEYSET.code
const random = (length: number) => new Uint8Array(randomBytes(length))
const ending: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end()
})

/** A plugin server, and a controller with one reader on a line in memory; the link between them can be cut. */
async function openBench() {
  const directory = mkdtempSync(join(tmpdir(), 'portunus-pairing-'))
  ending.push(() => rmSync(directory, { recursive: true, force: true }))
  const opened = openStore(directory, { serve: true })
  if (!opened.ok) throw new Error(opened.message)
  ending.push(() => opened.store.close())
  const broker = createMemoryBroker()
  const server = await createServer({
    store: opened.store,
    clock,
    transport: broker.connect(),
    emulatorSteps: {} as never,
    broker: { port: 0, tls: false, certificate: null },
  })
  ending.push(() => server.close())
  const note = { author: { user: 'test', location: 'local' }, category: 'configuration', message: 'Loaded' } as const
  if (!importSite(server.plugin.book, site, note).ok) throw new Error('the site does not fit')
  const address = await server.listen('127.0.0.1', 0)

  const first = random(16)
  server.keys.setReader('reader', first)
  const line = createMemoryLine({ clock, random })
  const pd = line.addReader({ address: 1, scbk: first, requireSecure: true })
  const open = (sealed: string) => openKeys(server.keys.linkSecret('bench'), 'bench', sealed)
  const stages: string[] = []
  const pending = pairingKey(keyNames.reader('reader'))
  /** The controller from its data directory on, as after a start of its machine. */
  function boot() {
    const opened = openControllerStore(join(directory, 'bench'), { controller: 'bench', wall: clock.wall() })
    if (!opened.ok) throw new Error(opened.message)
    const { store } = opened
    const told = osdpAsks({ field: () => osdp, store, open, keyName: keyNames.reader })
    const osdp = createOsdpField({
      controller: 'bench',
      clock,
      random,
      pipe: () => line.acu,
      key: id => store.keys.get(keyNames.reader(id)),
      pendingKey: id => store.keys.get(pairingKey(keyNames.reader(id))),
      watch(reader, event) {
        told.watch(reader, event)
        if (event.kind === 'pairing') stages.push(event.stage)
      },
    })
    const transport = broker.connect()
    const link = createControllerLink({
      controller: 'bench',
      transport,
      clock,
      store,
      random,
      asks: told.asks,
      openKeys: open,
      onKeys: () => osdp.renew(),
    })
    const runtime = createRuntime({ controller: 'bench', clock, store, fields: [osdp], link })
    runtime.start()
    const die = () => {
      runtime.stop()
      store.close()
    }
    return { store, transport, die }
  }
  let running = boot()
  ending.push(() => running.die())
  const token = server.identity.addToken({ name: 'test', roles: ['administrator'], expires: null }).secret
  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(new URL(`/api/v1/${path}`, address), {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    return (await response.json()) as { state?: string; secure?: boolean }
  }
  const secure = () =>
    vi.waitFor(async () => expect(await call('GET', 'readers/reader/line')).toMatchObject({ secure: true }), {
      timeout: 15_000,
      interval: 50,
    })
  await secure()
  /** Begins; just after the session is made the reader has other things to say. */
  const pair = () =>
    vi.waitFor(async () => expect((await call('POST', 'readers/reader/pairing', {})).state).toBe('running'), {
      timeout: 5_000,
      interval: 100,
    })
  const held = () => ({
    plugin: server.keys.reader('reader'),
    controller: running.store.keys.get(keyNames.reader('reader')),
    pending: running.store.keys.get(pending),
    reader: Buffer.from(pd.state.scbk ?? []),
    log: stages,
  })
  /** Lets the new key through, and nothing after it. */
  const cutAfterKey = () => {
    let sent = false
    line.tap(bytes => {
      if (sent) return null
      sent = bytes[6 + (bytes[5]! & 8 ? bytes[6]! : 0)] === keySet
      return bytes
    })
    return () => sent
  }
  const types = () => running.store.read(1, 1000).map(({ event }) => event.type)
  return {
    server,
    call,
    pair,
    secure,
    held,
    pd,
    types,
    first: Buffer.from(first),
    line,
    cutAfterKey,
    get transport() {
      return running.transport
    },
    /** The controller dies, whatever it is at, and is started again; `lose`: what it wrote last did not reach its disk. */
    restart({ lose = false } = {}) {
      if (lose) running.store.keys.remove(pending)
      running.die()
      line.tap(null)
      running = boot()
    },
  }
}

it('a pairing whose end is lost on its way leaves one key everywhere: the one that the reader has', async () => {
  const { server, call, pair, secure, held, first, transport } = await openBench()
  await pair()
  transport.switch(false)
  await vi.waitFor(() => expect(held().reader.equals(first)).toBe(false), { timeout: 10_000, interval: 20 })
  expect(held().plugin?.equals(first)).toBe(true)
  expect(await call('GET', 'readers/reader/pairing')).toMatchObject({ state: 'failed' })
  await vi.waitFor(() => expect(held().controller?.equals(held().reader)).toBe(true), { timeout: 10_000, interval: 20 })
  transport.switch(true)
  await secure()
  await vi.waitFor(() => expect(held().plugin?.equals(held().reader)).toBe(true), { timeout: 10_000, interval: 50 })
  expect(server.keys.unknownPairings('bench')).toEqual([])
  expect(held().controller?.equals(held().reader)).toBe(true)
  await secure()
}, 60_000)

it('a pairing that failed while nobody could hear of it leaves the key that was there', async () => {
  const { server, pair, secure, held, first, transport, line } = await openBench()
  // The new key does not come through.
  line.tap(bytes => (bytes[6 + (bytes[5]! & 8 ? bytes[6]! : 0)] === keySet ? null : bytes))
  await pair()
  transport.switch(false)
  expect(server.keys.unknownPairings('bench')).toHaveLength(1)
  await vi.waitFor(() => expect(held().log).toContain('failed'), { timeout: 20_000, interval: 50 })
  line.tap(null)
  transport.switch(true)
  await secure()
  await vi.waitFor(() => expect(server.keys.unknownPairings('bench')).toEqual([]), { timeout: 10_000, interval: 50 })
  for (const key of [held().plugin, held().controller, held().reader]) expect(key?.equals(first)).toBe(true)
}, 60_000)

it.each([
  ['finds the key that it sent', {}],
  ['is told it again where its disk had not got it', { lose: true }],
])(
  'a controller that dies between the new key and its proof %s, tries it, and adopts it',
  async (_, how) => {
    const { call, pair, secure, held, types, first, cutAfterKey, restart, server } = await openBench()
    const through = cutAfterKey()
    await pair()
    await vi.waitFor(() => expect(through() && !held().reader.equals(first)).toBe(true), { timeout: 10_000, interval: 10 })
    // Sealed before it went out; the old one is in force until the new one is proved.
    expect(held().pending?.equals(held().reader)).toBe(true)
    expect(held().controller?.equals(first)).toBe(true)
    restart(how)
    await secure()
    await vi.waitFor(() => expect(server.keys.unknownPairings('bench')).toEqual([]), { timeout: 10_000, interval: 50 })
    expect(held().controller?.equals(held().reader)).toBe(true)
    expect(held().plugin?.equals(held().reader)).toBe(true)
    expect(held().pending).toBeUndefined()
    expect(types()).toContain('reader.key-adopted')
    // Nothing that the server hands out later takes it away again.
    restart()
    await secure()
    expect((await call('GET', 'readers/reader/line')).secure).toBe(true)
  },
  60_000,
)

it('a controller that dies before the new key has arrived goes on with the one it had', async () => {
  const { pair, secure, held, first, line, restart, server, types } = await openBench()
  let asked = false
  line.tap(bytes => {
    asked ||= bytes[6 + (bytes[5]! & 8 ? bytes[6]! : 0)] === keySet
    return asked ? null : bytes
  })
  await pair()
  await vi.waitFor(() => expect(asked).toBe(true), { timeout: 10_000, interval: 10 })
  restart()
  await secure()
  await vi.waitFor(() => expect(server.keys.unknownPairings('bench')).toEqual([]), { timeout: 10_000, interval: 50 })
  expect(held().pending).toBeUndefined()
  for (const key of [held().plugin, held().controller, held().reader]) expect(key?.equals(first)).toBe(true)
  expect(types()).not.toContain('reader.key-adopted')
}, 60_000)

it('while nobody knows which key a reader has, another pairing waits until its reader answers', async () => {
  const { call, pair, secure, held, first, pd, cutAfterKey, restart, server } = await openBench()
  cutAfterKey()
  await pair()
  await vi.waitFor(() => expect(held().reader.equals(first)).toBe(false), { timeout: 10_000, interval: 10 })
  pd.fault({ kind: 'unplugged' })
  restart()
  await vi.waitFor(async () => expect(await call('GET', 'readers/reader/line')).toMatchObject({ online: false }), { timeout: 10_000 })
  expect(await call('POST', 'readers/reader/pairing', { via: 'install' })).toMatchObject({ code: 'in-use' })
  expect(server.keys.unknownPairings('bench')).toHaveLength(1)
  pd.fault({ kind: 'none' })
  await secure()
  expect(held().controller?.equals(held().reader)).toBe(true)
  await pair()
}, 60_000)

it('a reader that was set back to install mode gets another key in place of the one nobody knows of', async () => {
  const { call, pair, secure, held, first, pd, cutAfterKey, restart } = await openBench()
  cutAfterKey()
  await pair()
  await vi.waitFor(() => expect(held().reader.equals(first)).toBe(false), { timeout: 10_000, interval: 10 })
  Object.assign(pd.state, { scbk: null, installMode: true })
  restart()
  await vi.waitFor(async () => expect((await call('POST', 'readers/reader/pairing', { via: 'install' })).state).toBe('running'), {
    timeout: 10_000,
    interval: 100,
  })
  await secure()
  expect(held().controller?.equals(held().reader)).toBe(true)
  await vi.waitFor(() => expect(held().plugin?.equals(held().reader)).toBe(true), { timeout: 10_000, interval: 50 })
}, 60_000)

it('a pairing that could not begin takes away no key that its reader may have', async () => {
  const { call, pair, secure, held, first, pd, cutAfterKey, restart, server } = await openBench()
  cutAfterKey()
  await pair()
  await vi.waitFor(() => expect(held().reader.equals(first)).toBe(false), { timeout: 10_000, interval: 10 })
  const taken = pd.state.scbk
  // Another device is at its place for a while, and knows neither key.
  pd.state.scbk = random(16)
  restart()
  await vi.waitFor(
    async () => expect(await call('POST', 'readers/reader/pairing', { via: 'session' })).toMatchObject({ state: 'failed' }),
    {
      timeout: 10_000,
      interval: 100,
    },
  )
  pd.state.scbk = taken
  await secure()
  await vi.waitFor(() => expect(held().plugin?.equals(held().reader)).toBe(true), { timeout: 15_000, interval: 50 })
  expect(server.keys.unknownPairings('bench')).toEqual([])
  // Nor does what the server hands out later.
  restart()
  await secure()
  expect(held().controller?.equals(held().reader)).toBe(true)
}, 60_000)
