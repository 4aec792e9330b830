import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, InvalidArgumentError } from 'commander'
import { v7 as uuid } from 'uuid'
import { fieldSteps } from '../controller/emulator/scenario.ts'
import { createMqttTransport } from '../controller/link/mqtt.ts'
import { randomPassword } from '../plugin/api/identity.ts'
import { systemClock } from '../plugin/clock.ts'
import { type Broker, createBroker } from '../plugin/link/broker.ts'
import { createServer, type PluginServer } from '../plugin/main.ts'
import { buildPage } from '../plugin/page/build.ts'
import { checkSiteFile } from '../plugin/site/check.ts'
import { importSite } from '../plugin/site/file.ts'
import { keyNames } from '../plugin/site/keys.ts'
import { readFact, writeFact } from '../plugin/store/facts.ts'
import { openStore, type Store } from '../plugin/store/open.ts'
import { formatProblem } from '../shared/problem.ts'
import type { Site } from '../shared/site.ts'
import { defaultData, Stop, stoppable } from './data-directory.ts'
import { type EmulatedSite, startEmulated } from './start-emulated.ts'
import { chooseTransport, type TlsOptions, type Transport } from './start-tls.ts'

const demoSite = fileURLToPath(new URL('./demo-site.yaml', import.meta.url))

interface Options extends TlsOptions {
  readonly site?: string
  readonly data: string
  readonly port: number
  readonly mqttPort: number
}

/** `portunus start` (cli.md): plugin server, broker and the site's emulated controllers in one process. */
export function startCommand(): Command {
  return new Command('start')
    .description('plugin server, embedded MQTT broker and the emulated controllers of the site in one process')
    .option('--site <file>', 'site file of the first start on a data directory; a demo site where none is given')
    .option('--data <directory>', 'where everything is kept', defaultData)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port of the page and the API; 0 takes a free one', portNumber, 8080)
    .option('--mqtt-port <number>', 'port of the embedded MQTT broker; 0 takes a free one', portNumber, 0)
    .option('--tls-cert <file>', 'certificate of the page and the API, PEM; off loopback a self-signed one is made where none is given')
    .option('--tls-key <file>', 'its key, PEM')
    .option('--plain-http', 'off loopback: no TLS. Takes effect only together with --plain-http-off-loopback')
    .option('--plain-http-off-loopback', 'says the same a second time')
    .addHelpText('after', '\nExample:\n  $ portunus start --data ./data --port 8080')
    .action(stoppable(run))
}

function portNumber(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('a port is a number from 0 to 65535.')
  return port
}

async function run(options: Options): Promise<void> {
  const stopped = signalled()
  const opened = openStore(options.data, { serve: true })
  if (!opened.ok) throw new Stop(`portunus start: ${opened.message}`)
  const { store } = opened
  const cleanUp: (() => Promise<void> | void)[] = [() => store.close()]
  try {
    const loaded = readSiteOnce(store, options.site)
    await buildPage()
    const secured = chooseTransport(store, options)
    const broker = await openBroker(store, options, secured)
    cleanUp.unshift(broker.close)
    const mqtt = localAccess(broker, secured)
    const transport = createMqttTransport({ ...mqtt, username: broker.username, password: broker.password, clientId: 'plugin' })
    cleanUp.unshift(transport.close)
    const server = await createServer({
      store,
      clock: systemClock,
      transport,
      emulatorSteps: fieldSteps,
      https: secured.https,
      broker: { port: broker.port, tls: secured.broker !== undefined, certificate: secured.broker?.cert ?? null },
      onTrouble: (controller, trouble) => process.stderr.write(`controller ${controller}: ${trouble}\n`),
    })
    cleanUp.unshift(server.close)
    if (loaded) loadSite(server, store, loaded)
    if (readFact(store, 'started') === undefined) await firstStart(server, store)
    const address = await listen(server, options)
    writeFact(store, 'address', address)
    const emulated = startEmulated({ server, mqtt, directory: join(store.directory, 'controllers') })
    cleanUp.unshift(emulated.stop)
    announce(server, emulated, address, secured)
    await stopped
  } finally {
    for (const step of cleanUp) await step()
  }
}

/** The site of the first start; undefined when the directory has one already. */
function readSiteOnce(store: Store, asked: string | undefined): { site: Site; source: string } | undefined {
  const known = readFact(store, 'source')
  if (known !== undefined && asked === undefined) return undefined
  const file = asked ?? demoSite
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new Stop(
      `portunus start: ${file}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message}`,
    )
  }
  const source = createHash('sha256').update(text).digest('hex')
  if (known === source) return undefined
  if (known !== undefined) {
    throw new Stop(
      `portunus start: data directory ${store.directory} has a site already, loaded from another file; leave --site out, and change the site with: portunus site import ${file}`,
    )
  }
  const { site, problems } = checkSiteFile(text, { newId: uuid })
  if (!site) throw new Stop(...problems.filter(p => p.severity === 'error').map(p => formatProblem(p, file)))
  return { site, source }
}

/** Puts the site of the file in force. */
function loadSite({ plugin }: PluginServer, store: Store, { site, source }: { site: Site; source: string }): void {
  const author = { user: 'system', location: 'local' }
  const imported = importSite(plugin.book, site, { author, category: 'configuration', message: 'Loaded the site of the first start' })
  if (!imported.ok)
    throw new Stop(
      `portunus start: ${imported.reason === 'invalid' ? imported.problems.map(p => formatProblem(p)).join('; ') : imported.message}`,
    )
  writeFact(store, 'source', source)
}

/** Makes the keys and the administrator, whose password is told at once: whatever fails after it, there is no other way in. */
async function firstStart({ identity, keys }: PluginServer, store: Store): Promise<void> {
  keys.main()
  if (!identity.userNamed('admin')) {
    const password = randomPassword()
    await identity.addUser({ name: 'admin', password, roles: ['administrator'] })
    process.stdout.write(`administrator: admin  password: ${password}\n`)
  }
  writeFact(store, 'started', new Date(systemClock.wall()).toISOString())
}

async function openBroker(store: Store, { host, mqttPort }: Options, { broker: tls }: Transport): Promise<Broker> {
  try {
    return await createBroker({
      host,
      port: mqttPort,
      secretOf: controller => store.vault.get(keyNames.link(controller)),
      ...(tls ? { tls } : {}),
    })
  } catch (error) {
    throw refusedPort(error, host, mqttPort, '--mqtt-port')
  }
}

async function listen(server: PluginServer, { host, port }: Options): Promise<string> {
  try {
    return await server.listen(host, port)
  } catch (error) {
    throw refusedPort(error, host, port, '--port')
  }
}

/** Why a port cannot be had, in one line. */
function refusedPort(error: unknown, host: string, port: number, option: string): Stop {
  const { code, message } = error as NodeJS.ErrnoException
  const why = (text: string) => new Stop(`portunus start: ${text}`)
  if (code === 'EADDRINUSE') return why(`port ${port} on ${host} is in use; stop the other program, or choose another with ${option}`)
  if (code === 'EACCES') return why(`port ${port} on ${host} may not be opened by this user; choose one above 1023 with ${option}`)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return why(`${host} is no address of this machine; choose another with --host`)
  return why(message)
}

/** How the ends in this process reach the broker. */
function localAccess({ url }: Broker, { broker: tls }: Transport): { url: string; tls?: { ca: string } } {
  const near = url.replace(/\/\/(0\.0\.0\.0|\[::\]):/, '//127.0.0.1:')
  return tls ? { url: near, tls: { ca: tls.cert } } : { url: near }
}

function announce({ plugin }: PluginServer, emulated: EmulatedSite, address: string, { told }: Transport): void {
  const { site } = plugin.book.configuration()
  process.stdout.write(
    `${site.site.name}: ${site.doors.length} doors, ${emulated.count} of ${site.controllers.length} controllers emulated\n`,
  )
  for (const line of told) process.stdout.write(`${line}\n`)
  process.stdout.write(`page: ${address}\n`)
}

/** Settles at the first SIGINT or SIGTERM; the second ends the process at once. */
function signalled(): Promise<void> {
  return new Promise(resolve => {
    let asked = false
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(130)
        asked = true
        resolve()
      })
    }
  })
}
