import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { v7 as uuid } from 'uuid'
import { fieldSteps } from '../controller/emulator/scenario.ts'
import { createMqttTransport, type MqttOptions } from '../controller/link/mqtt.ts'
import { fingerprint } from '../plugin/api/certificate.ts'
import { randomPassword } from '../plugin/api/identity.ts'
import { systemClock } from '../plugin/clock.ts'
import { type Broker, type BrokerOptions, createBroker } from '../plugin/link/broker.ts'
import { createServer, type PluginServer } from '../plugin/main.ts'
import { buildPage } from '../plugin/page/build.ts'
import { checkSiteFile } from '../plugin/site/check.ts'
import { importSite } from '../plugin/site/file.ts'
import { keyNames } from '../plugin/site/keys.ts'
import { readFact, writeFact } from '../plugin/store/facts.ts'
import { openStore, type Store } from '../plugin/store/open.ts'
import { formatProblem } from '../shared/problem.ts'
import type { Site } from '../shared/site.ts'
import { Stop } from './data-directory.ts'
import { readText } from './file.ts'
import { signalled } from './signalled.ts'
import { type EmulatedSite, startEmulated } from './start-emulated.ts'
import { chooseTransport, type TlsOptions, type Transport } from './start-tls.ts'
import { count } from './words.ts'

export interface ServeOptions extends TlsOptions {
  /** What messages begin with. */
  readonly command: string
  readonly data: string
  readonly port: number
  readonly mqttPort: number
  /** Site file of the first start; undefined where the directory has to have one. */
  readonly site: string | undefined
  /** Whether a directory that has a site of its own does without `site`. */
  readonly siteIsDefault: boolean
  /** A broker elsewhere, in place of the embedded one. */
  readonly broker?: Pick<MqttOptions, 'url' | 'username' | 'password' | 'tls'> | undefined
  /** Whether the emulated controllers of the site run in this process. */
  readonly emulate: boolean
}

/** How the ends in this process reach the broker, and what controllers are told about it. */
interface BrokerAccess {
  readonly own: Pick<MqttOptions, 'url' | 'username' | 'password' | 'tls'>
  readonly near: Pick<MqttOptions, 'url' | 'tls'>
  readonly told: { readonly port: number; readonly tls: boolean; readonly certificate: string | null }
  readonly embedded: Broker | undefined
  close(): Promise<void> | void
}

/** Runs the plugin server until it is told to stop. */
export async function serve(options: ServeOptions): Promise<void> {
  const stopped = signalled()
  const stop = (why: string) => new Stop(`${options.command}: ${why}`)
  const opened = openStore(options.data, { serve: true })
  if (!opened.ok) throw stop(opened.message)
  const { store } = opened
  const cleanUp: (() => Promise<void> | void)[] = [() => store.close()]
  try {
    const loaded = readSiteOnce(store, options)
    await buildPage()
    const secured = chooseTransport(store, options.command, options)
    let server: PluginServer | undefined
    const broker = await reachBroker(store, options, secured, (...visit) => server?.integrators.admit(...visit))
    cleanUp.unshift(broker.close)
    const say = (who: string, trouble: string) => process.stderr.write(`${who}: ${trouble}\n`)
    // A name of its own, so that a second server by mistake is noticed, and does not take the connection of the first again and again.
    const clientId = `plugin-${uuid()}`
    const elsewhere = options.broker && { onTrouble: (trouble: string) => say(options.command, trouble) }
    const transport = createMqttTransport({ ...broker.own, clientId, ...elsewhere })
    cleanUp.unshift(transport.close)
    server = await createServer({
      store,
      clock: systemClock,
      transport,
      emulatorSteps: fieldSteps,
      https: secured.https,
      trustedProxies: options.trustedProxies,
      broker: broker.told,
      embedded: broker.embedded,
      onTrouble: (controller, trouble) => say(controller === undefined ? options.command : `controller ${controller}`, trouble),
    })
    cleanUp.unshift(server.close)
    if (loaded) loadSite(server, store, loaded, stop)
    if (readFact(store, 'started') === undefined) await firstStart(server, store)
    const address = await listen(server, options)
    writeFact(store, 'address', address)
    const emulated = options.emulate
      ? startEmulated({ server, mqtt: broker.near, directory: join(store.directory, 'controllers') })
      : undefined
    if (emulated) cleanUp.unshift(emulated.stop)
    announce(server, emulated, address, [...secured.told, ...ownOfBroker(broker, secured)])
    await stopped
  } finally {
    for (const step of cleanUp) await step()
  }
}

/** The site of the first start; undefined when the directory has one already. */
function readSiteOnce(store: Store, { command, site: file, siteIsDefault }: ServeOptions): { site: Site; source: string } | undefined {
  const known = readFact(store, 'source')
  if (file === undefined || (known !== undefined && siteIsDefault)) return undefined
  const text = readText(command, file)
  const source = createHash('sha256').update(text).digest('hex')
  if (known === source) return undefined
  if (known !== undefined) {
    throw new Stop(
      `${command}: data directory ${store.directory} has a site already, loaded from another file; leave --site out, and change the site with: portunus site import ${file}`,
    )
  }
  const { site, problems } = checkSiteFile(text, { newId: uuid })
  if (!site) throw new Stop(...problems.filter(p => p.severity === 'error').map(p => formatProblem(p, file)))
  return { site, source }
}

/** Puts the site of the file in force. */
function loadSite(
  { plugin }: PluginServer,
  store: Store,
  { site, source }: { site: Site; source: string },
  stop: (why: string) => Stop,
): void {
  const author = { user: 'system', location: 'local' }
  const imported = importSite(plugin.book, site, { author, category: 'configuration', message: 'Loaded the site of the first start' })
  if (!imported.ok) throw stop(imported.reason === 'invalid' ? imported.problems.map(p => formatProblem(p)).join('; ') : imported.message)
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

async function reachBroker(
  store: Store,
  options: ServeOptions,
  { broker: tls }: Transport,
  guests: BrokerOptions['guests'],
): Promise<BrokerAccess> {
  const { host, mqttPort, broker: elsewhere } = options
  if (elsewhere) {
    const { protocol, port } = new URL(elsewhere.url)
    const secure = protocol === 'mqtts:'
    const certificate = elsewhere.tls?.ca === undefined ? null : String(elsewhere.tls.ca)
    return {
      own: elsewhere,
      near: elsewhere,
      told: { port: Number(port || (secure ? 8883 : 1883)), tls: secure, certificate },
      embedded: undefined,
      close() {},
    }
  }
  let broker: Broker
  try {
    broker = await createBroker({
      host,
      port: mqttPort,
      secretOf: controller => store.vault.get(keyNames.link(controller)),
      ...(tls ? { tls } : {}),
      guests,
    })
  } catch (error) {
    throw refusedPort(options, error, mqttPort, '--mqtt-port')
  }
  const near = { url: broker.url.replace(/\/\/(0\.0\.0\.0|\[::\]):/, '//127.0.0.1:'), ...(tls ? { tls: { ca: tls.cert } } : {}) }
  const { port, username, password, close } = broker
  return {
    own: { ...near, username, password },
    near,
    told: { port, tls: tls !== undefined, certificate: tls?.cert ?? null },
    embedded: broker,
    close,
  }
}

async function listen(server: PluginServer, options: ServeOptions): Promise<string> {
  try {
    return await server.listen(options.host, options.port)
  } catch (error) {
    throw refusedPort(options, error, options.port, '--port')
  }
}

/** Why a port cannot be had, in one line. */
function refusedPort({ command, host }: ServeOptions, error: unknown, port: number, option: string): Stop {
  const { code, message } = error as NodeJS.ErrnoException
  const why = (text: string) => new Stop(`${command}: ${text}`)
  if (code === 'EADDRINUSE') return why(`port ${port} on ${host} is in use; stop the other program, or choose another with ${option}`)
  if (code === 'EACCES') return why(`port ${port} on ${host} may not be opened by this user; choose one above 1023 with ${option}`)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return why(`${host} is no address of this machine; choose another with --host`)
  return why(message)
}

/** The embedded broker's certificate, where that is not the page's: whoever sets a controller up compares it. */
function ownOfBroker({ embedded }: BrokerAccess, { broker, https }: Transport): string[] {
  if (!embedded || !broker || broker === https) return []
  return [`certificate of the broker (self-signed), SHA-256: ${fingerprint(broker.cert)}`]
}

function announce({ plugin }: PluginServer, emulated: EmulatedSite | undefined, address: string, told: readonly string[]): void {
  const { site } = plugin.book.configuration()
  process.stdout.write(
    `${site.site.name}: ${count(site.doors.length, 'door')}, ${emulated?.count ?? 0} of ${site.controllers.length} controllers emulated\n`,
  )
  for (const line of told) process.stdout.write(`${line}\n`)
  process.stdout.write(`page: ${address}\n`)
}
