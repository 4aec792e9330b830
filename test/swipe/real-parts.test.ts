import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createSocketServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { keyNames } from '../../bin/emulated.ts'
import type { ScanNews } from '../../controller/field/line-scan.ts'
import { createOsdpField } from '../../controller/field/osdp.ts'
import { createControllerLink } from '../../controller/link/link.ts'
import { createRuntime } from '../../controller/runtime.ts'
import { openMemoryStore } from '../../controller/store/open.ts'
import { type OpenPd, openPd, type Pipe, serialPipe, tcpClient, tcpServer } from '../../osdp/index.ts'
import { systemClock } from '../../plugin/clock.ts'
import { createServer } from '../../plugin/main.ts'
import { importSite } from '../../plugin/site/file.ts'
import { openStore } from '../../plugin/store/open.ts'
import { createMemoryBroker } from '../../shared/memory-link.ts'
import { site as siteSchema } from '../../shared/site.ts'

/** The RAW replies of two captured sessions, which another implementation sent. */
const vectors = JSON.parse(readFileSync(new URL('../conformance/osdp/vectors.json', import.meta.url), 'utf8')) as {
  sessions: { name: string; frames: { name: string; decoded?: { bits: number; data: string } }[] }[]
}
const cardOf = (session: string) => {
  const { bits, data } = vectors.sessions.find(s => s.name === session)!.frames.find(f => f.name === 'RAW')!.decoded!
  return [...Buffer.from(data, 'hex')]
    .map(byte => byte.toString(2).padStart(8, '0'))
    .join('')
    .slice(0, bits)
}

/** A door with one OSDP reader; the captured card is read by a format without parity, since its bits have none. */
const site = siteSchema.parse({
  portunus: 1,
  site: { name: 'Bench', timeZone: 'Europe/Copenhagen' },
  cardFormats: [
    { id: 'h10301', active: false },
    {
      id: 'bench-26',
      active: true,
      bitLength: 26,
      fields: [
        { name: 'facilityCode', range: [1, 8] },
        { name: 'cardNumber', range: [9, 24] },
      ],
    },
  ],
  controllers: [{ id: 'bench', board: 'two-door', serial: { 'rs485-1': { path: '/dev/null' } } }],
  doors: [
    {
      id: 'door',
      controller: 'bench',
      locks: { primary: { relay: 'relay-1' } },
      a: { reader: { id: 'reader', type: 'osdp', port: 'rs485-1', address: 1 } },
    },
  ],
  cardholders: [{ id: 'ada', credentials: [{ id: 'ada-card', type: 'card', cardNumber: '26797', facilityCode: '36', bitLength: 26 }] }],
  accessRules: [{ id: 'rule', cardholders: ['ada'], doors: ['door'], schedules: ['always'] }],
})

const ending: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end()
})

/** A plugin server and a controller that is not emulated, its reader at the other end of `pipe`. */
async function openSite(pipe: Pipe, key: Uint8Array) {
  const directory = mkdtempSync(join(tmpdir(), 'portunus-swipe-'))
  ending.push(() => rmSync(directory, { recursive: true, force: true }))
  const opened = openStore(directory, { serve: true })
  if (!opened.ok) throw new Error(opened.message)
  ending.push(() => opened.store.close())
  const broker = createMemoryBroker()
  const server = await createServer({
    store: opened.store,
    clock: systemClock,
    transport: broker.connect(),
    emulatorSteps: {} as never,
    broker: { port: 0, tls: false, certificate: null },
  })
  ending.push(() => server.close())
  const loaded = importSite(server.plugin.book, site, {
    author: { user: 'test', location: 'local' },
    category: 'configuration',
    message: 'Loaded',
  })
  if (!loaded.ok) throw new Error(JSON.stringify(loaded))
  const address = await server.listen('127.0.0.1', 0)

  const store = openMemoryStore({ controller: 'bench', wall: systemClock.wall() })
  ending.push(() => store.close())
  store.keys.set(keyNames.reader('reader'), key)
  const random = (length: number) => new Uint8Array(randomBytes(length))
  const relays: boolean[] = []
  const osdp = createOsdpField({
    controller: 'bench',
    clock: systemClock,
    random,
    pipe: () => pipe,
    key: reader => store.keys.get(keyNames.reader(reader)),
  })
  const relay = {
    start() {},
    stop() {},
    apply: (effect: { kind: string; energised?: boolean }) => void (effect.kind === 'relay' && relays.push(effect.energised === true)),
  }
  const link = createControllerLink({ controller: 'bench', transport: broker.connect(), clock: systemClock, store, random })
  const runtime = createRuntime({ controller: 'bench', clock: systemClock, store, fields: [osdp, relay], link })
  runtime.start()
  ending.push(() => runtime.stop())
  const token = server.identity.addToken({ name: 'test', roles: ['administrator'], expires: null }).secret
  const get = async (path: string) =>
    (await fetch(new URL(`/api/v1/${path}`, address), { headers: { Authorization: `Bearer ${token}` } })).json() as Promise<never>
  return { get, relays }
}

function reader(pipe: Pipe, scbk: Uint8Array, address = 1): OpenPd {
  const pd = openPd({ pipe, clock: systemClock, config: { address, scbk, random: length => new Uint8Array(randomBytes(length)) } })
  ending.push(() => pd.close())
  return pd
}

/** From the captured card on the line to what a VMS reads, and the relay between. */
async function swipe({ get, relays }: Awaited<ReturnType<typeof openSite>>, pd: OpenPd, session: string) {
  const find = async (type: string) => {
    const { items } = (await get(`events?limit=50&type=${type}`)) as { items: Record<string, unknown>[] }
    return items[0]
  }
  await vi.waitFor(async () => expect(await find('reader.online')).toBeDefined(), { timeout: 15_000, interval: 50 })
  pd.present(cardOf(session))
  await vi.waitFor(async () => expect(await find('access.granted')).toBeDefined(), { timeout: 10_000, interval: 20 })
  const event = (await find('access.granted'))!
  expect(event).toMatchObject({
    door: 'door',
    side: 'a',
    reader: 'reader',
    cardholder: 'ada',
    credential: 'ada-card',
    raw: cardOf(session),
  })
  expect(relays).toContain(true)
  const trace = (await get(`events/${event.id as string}/trace`)) as {
    text: string
    checks: { check: string; outcome: string; found: object }[]
  }
  expect(trace.checks[0]).toMatchObject({
    check: 'format',
    outcome: 'passed',
    found: { format: 'bench-26', cardNumber: '26797', facilityCode: '36' },
  })
  expect(trace.checks.at(-1)).toMatchObject({ check: 'granted', outcome: 'passed' })
}

describe('a captured card, all the way through', () => {
  it.each(['plain-crc', 'sc-known-key'])('from the card of session %s over TCP to the plugin API', async session => {
    const key = randomBytes(16)
    const port = await freePort()
    const pd = reader(tcpServer({ host: '127.0.0.1', port }), key)
    await swipe(await openSite(tcpClient({ host: '127.0.0.1', port }), key), pd, session)
  })

  it('from the card of session sc-known-key over two serial ports to the plugin API', async () => {
    const key = randomBytes(16)
    const { near, far, socat } = await openPty()
    ending.push(() => void socat.kill())
    const pd = reader(serialPipe({ path: far }), key)
    await swipe(await openSite(serialPipe({ path: near }), key), pd, 'sc-known-key')
  })
})

describe('a scan of a real port', () => {
  it.each(['serial', 'tcp'])(
    'finds a reader at an address that the site does not have, and leaves the port to who polls it (%s)',
    async kind => {
      const key = randomBytes(16)
      let make: () => Pipe
      if (kind === 'tcp') {
        const port = await freePort()
        reader(tcpServer({ host: '127.0.0.1', port }), key, 3)
        make = () => tcpClient({ host: '127.0.0.1', port })
      } else {
        const { near, far, socat } = await openPty()
        ending.push(() => void socat.kill())
        reader(serialPipe({ path: far }), key, 3)
        make = () => serialPipe({ path: near })
      }
      const random = (length: number) => new Uint8Array(randomBytes(length))
      const field = createOsdpField({ controller: 'bench', clock: systemClock, random, pipe: make, key: () => key })
      const online: string[] = []
      field.configure?.(site)
      field.start(input => {
        if (input.kind === 'reader' && input.online === true && input.secure === true) online.push(input.reader)
      })
      ending.push(() => field.stop())
      // Nobody answers at the address of the site, so nobody is lost.
      const news: ScanNews[] = []
      field.scan('reader', { all: false, interrupt: false }, each => news.push(each))
      const found = () => news.flatMap(each => (each.stage === 'found' ? [each] : []))
      await vi.waitFor(() => expect(found()).toHaveLength(1), { timeout: 15_000, interval: 50 })
      expect(found()[0]).toMatchObject({ reader: null, pd: { address: 3, key: 'own' } })
      field.stopScan('reader')
      expect(news.at(-1)).toEqual({ stage: 'failed', reason: 'stopped' })
      const corrected = structuredClone(site)
      for (const door of corrected.doors) if (door.type === 'door' && door.a.reader?.type === 'osdp') door.a.reader.address = 3
      field.configure?.(corrected)
      await vi.waitFor(() => expect(online).toEqual(['reader']), { timeout: 15_000, interval: 50 })
    },
    40_000,
  )
})

async function freePort(): Promise<number> {
  const probe = createSocketServer()
  await new Promise<void>(resolve => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as { port: number }
  await new Promise(resolve => probe.close(resolve))
  return port
}

/** A pair of pseudo terminals, each other's far end. */
async function openPty(): Promise<{ near: string; far: string; socat: ChildProcess }> {
  const directory = mkdtempSync(join(tmpdir(), 'portunus-pty-'))
  ending.push(() => rmSync(directory, { recursive: true, force: true }))
  const [near, far] = [join(directory, 'near'), join(directory, 'far')]
  const socat = spawn('socat', ['-d', '-d', `pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  await new Promise<void>((resolve, reject) => {
    socat.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('starting data transfer loop')) resolve()
    })
    socat.once('error', reject)
    socat.once('exit', () => reject(new Error(said)))
  })
  return { near, far, socat }
}
