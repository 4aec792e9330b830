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
import { openMemoryStore } from '../../controller/store/open.ts'
import { commands, createMemoryLine } from '../../osdp/index.ts'
import { systemClock as clock } from '../../plugin/clock.ts'
import { createServer } from '../../plugin/main.ts'
import { importSite } from '../../plugin/site/file.ts'
import { openStore } from '../../plugin/store/open.ts'
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
  const store = openMemoryStore({ controller: 'bench', wall: clock.wall() })
  ending.push(() => store.close())
  const open = (sealed: string) => openKeys(server.keys.linkSecret('bench'), 'bench', sealed)
  const stages: string[] = []
  const told = osdpAsks({ field: () => osdp, store, open, keyName: keyNames.reader })
  const osdp = createOsdpField({
    controller: 'bench',
    clock,
    random,
    pipe: () => line.acu,
    key: id => store.keys.get(keyNames.reader(id)),
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
    onKeys() {
      osdp.stop()
      osdp.start(runtime.input)
    },
  })
  const runtime = createRuntime({ controller: 'bench', clock, store, fields: [osdp], link })
  runtime.start()
  ending.push(() => runtime.stop())
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
    controller: store.keys.get(keyNames.reader('reader')),
    reader: Buffer.from(pd.state.scbk ?? []),
    log: stages,
  })
  return { server, call, pair, secure, held, first: Buffer.from(first), transport, line }
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
