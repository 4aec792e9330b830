import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createMqttTransport } from '../../controller/link/mqtt.ts'
import { openPd, tcpServer } from '../../osdp/index.ts'
import { systemClock as clock } from '../../plugin/clock.ts'
import { createBroker } from '../../plugin/link/broker.ts'
import { createServer } from '../../plugin/main.ts'
import { importSite } from '../../plugin/site/file.ts'
import { openStore } from '../../plugin/store/open.ts'
import { site as siteSchema } from '../../shared/site.ts'
import { bitsOf, personOf, place } from './controller.ts'

const people = 100_000
const program = fileURLToPath(new URL('../../bin/portunus', import.meta.url))

/**
 * A whole device, `portunus controller` in a process of its own, with a reader over TCP and a plugin server over MQTT: how long a site of 100,000 people
 * is on its way to it, how long one person's end is (both until the plugin knows it), and what memory it takes.
 */
export async function benchDevice(): Promise<Record<string, number>> {
  const directory = mkdtempSync(join(tmpdir(), 'portunus-bench-'))
  const ending: (() => unknown)[] = [() => rmSync(directory, { recursive: true, force: true })]
  try {
    const key = new Uint8Array(randomBytes(16))
    let port = 0
    const pipe = tcpServer({
      port: 0,
      onListening: found => {
        port = found
      },
    })
    const reader = openPd({
      pipe,
      clock,
      config: { address: 1, scbk: key, requireSecure: true, random: n => new Uint8Array(randomBytes(n)) },
    })
    ending.push(() => reader.close())
    await until(() => port !== 0)

    const opened = openStore(join(directory, 'plugin'), { serve: true })
    if (!opened.ok) throw new Error(opened.message)
    const { store } = opened
    ending.push(() => store.close())
    const broker = await createBroker({ host: '127.0.0.1', port: 0, secretOf: id => store.vault.get(`link ${id}`) })
    ending.push(() => broker.close())
    const transport = createMqttTransport({ ...broker, clientId: 'plugin' })
    ending.push(() => transport.close())
    const server = await createServer({
      store,
      clock,
      transport,
      emulatorSteps: {} as never,
      broker: { port: broker.port, tls: false, certificate: null },
    })
    ending.push(() => server.close())
    const { book } = server.plugin
    const note = { author: { user: 'bench', location: 'local' }, category: 'configuration' as const, message: '' }
    const holders = Array.from({ length: people }, (_, n) => personOf(n))
    const site = siteSchema.parse({
      ...place,
      controllers: place.controllers.map(each => ({
        ...each,
        serial: { 'rs485-1': { path: `tcp:127.0.0.1:${port}`, baudRate: 115_200 } },
      })),
      cardholders: holders.map(({ groups: _, ...holder }) => holder),
      groups: [{ id: 'staff', members: holders.map(({ id }) => id) }],
    })
    const importing = performance.now()
    const imported = importSite(book, site, note)
    if (!imported.ok) throw new Error(imported.reason)
    const importSeconds = since(importing)
    server.keys.setReader('in-1', key)
    await server.listen('127.0.0.1', 0)

    const secret = join(directory, 'secret')
    writeFileSync(secret, server.keys.linkSecret('ctrl-1').toString('hex'), { mode: 0o600 })
    const config = join(directory, 'controller.yaml')
    writeFileSync(
      config,
      JSON.stringify({ controller: 'ctrl-1', data: join(directory, 'controller'), link: { url: broker.url, secretFile: secret } }),
    )
    const device = spawn(process.execPath, [program, 'controller', '--config', config], { stdio: 'ignore' })
    ending.push(() => ended(device))

    const status = () => server.link.status('ctrl-1')
    const applied = () => status()?.revision?.startsWith(`${book.current().revision}-`) === true
    await until(() => status()?.online === true)
    const pushing = performance.now()
    await until(applied)
    const figures: Record<string, number> = { 'device.import100kSeconds': importSeconds, 'device.push100kSeconds': since(pushing) }

    const revocations: number[] = []
    for (let n = 0; n < 5; n++) {
      const { holder } = book.people.get(`p-${n}`)!
      const start = performance.now()
      const edited = book.edit([{ kind: 'cardholders', id: holder.id, body: { ...holder, suspended: true } }], note)
      if (!edited.ok) throw new Error(edited.reason)
      await until(applied)
      revocations.push(since(start))
    }
    figures['device.revocationSeconds'] = revocations.sort((a, b) => a - b)[2]!

    await until(() => reader.led() === 'red')
    const shows = async (n: number) => {
      reader.present(bitsOf(n))
      for (const start = performance.now(); since(start) < 1.5; await sleep(10)) if (reader.led() === 'green') return 'green'
      return 'red'
    }
    if ((await shows(0)) !== 'red') throw new Error('somebody whose end had come was let in')
    for (let n = 0; n < 60; n++) {
      reader.present(bitsOf((n * 7919 + 5) % people))
      await sleep(250)
    }
    if ((await shows(people - 1)) !== 'green') throw new Error('nobody was let in')
    const memory = `/proc/${device.pid}/status`
    if (existsSync(memory)) figures['device.residentMiB100k'] = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(memory, 'utf8'))?.[1]) / 1024
    return figures
  } finally {
    for (const end of ending.reverse()) await end()
  }
}

const since = (start: number) => (performance.now() - start) / 1000

async function until(holds: () => boolean): Promise<void> {
  for (const start = performance.now(); !holds(); await sleep(2))
    if (since(start) > 120) throw new Error('it did not come about in two minutes')
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const gone = new Promise(resolve => child.once('exit', resolve))
  child.kill()
  await gone
}
