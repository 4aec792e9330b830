import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { Cancel, Clock } from '../shared/clock.ts'
import type { LinkTransport } from '../shared/link.ts'
import { version } from '../shared/version.ts'
import type { Context } from './api/context.ts'
import type { EmulatorSteps } from './api/emulator.ts'
import { openIdentity } from './api/identity.ts'
import { createApi } from './api/server.ts'
import type { Broker } from './link/broker.ts'
import { createPluginLink } from './link/link.ts'
import { bookSource, logPosition } from './link/source.ts'
import { createIntegrators } from './outlets/integrators.ts'
import { openOutlets } from './outlets/outlets.ts'
import { openAdoptions } from './site/adoption.ts'
import { checkPlace } from './site/check.ts'
import { openSiteKeys } from './site/keys.ts'
import type { Store } from './store/open.ts'
import type { Controllers } from './vms/commands.ts'
import { openOwnLog } from './vms/own-log.ts'
import { createPlugin } from './vms/plugin.ts'

/** How often is looked for what another process has written, in ms. */
const lookMs = 2_000
/** When a controller that is back is asked about pairings, and when again; ms. */
const soonMs = 1_000
const againMs = 5_000
const page = fileURLToPath(new URL('./page/dist', import.meta.url))

export interface ServerOptions {
  readonly store: Store
  readonly clock: Clock
  /** What carries the link; `start` and `close` leave it alone. */
  readonly transport: LinkTransport
  readonly emulatorSteps: EmulatorSteps
  readonly broker: Context['broker']
  /** The broker embedded in this process, where there is one: integrators come to it, too. */
  readonly embedded?: Pick<Broker, 'tell' | 'retained'> | undefined
  readonly https?: { readonly key: string; readonly cert: string } | undefined
  readonly trustedProxies?: readonly string[] | undefined
  readonly onTrouble?: (controller: string | undefined, trouble: string) => void
}

/** The plugin server, joined: store, site, log, link and API. It listens once `listen` is called. */
export type PluginServer = Awaited<ReturnType<typeof createServer>>

export async function createServer({
  store,
  clock,
  transport,
  emulatorSteps,
  broker,
  embedded,
  https,
  trustedProxies,
  onTrouble,
}: ServerOptions) {
  const plugin = createPlugin({ store, clock, check: checkPlace, skewOf: controller => link.status(controller)?.skewMs ?? 0 })
  const { book, log } = plugin
  const ownLog = openOwnLog(plugin)
  const identity = openIdentity(store, { now: plugin.now, doorsOf: zone => plugin.tree().doorsOf(zone) ?? [] })
  const keys = openSiteKeys(store, book)
  const adoptions = openAdoptions(store, plugin.now)
  const source = bookSource(store, book)
  const link = createPluginLink({
    transport,
    clock,
    random: randomBytes,
    position: logPosition(store, log.next),
    intake: (controller, logId, events, gap) => plugin.take(controller, logId, events, gap && { controller, logId, ...gap }),
    configurationFor: controller => (plugin.tree().controllers.includes(controller) ? source : undefined),
    keysFor: controller => keys.sealedFor(controller),
    onStates: plugin.states.update,
    onController: ({ controller, online, skewMs }, before) => {
      ownLog.reach(controller, online)
      plugin.states.setSkew(controller, skewMs)
      if (online && before?.online !== true) askPairings(controller, soonMs)
    },
    expected: () => plugin.tree().controllers,
    ...(onTrouble ? { onTrouble } : {}),
  })
  const asking = new Map<string, Cancel>()
  /** A controller that is back says how pairings ended whose end was lost on its way; one that still goes on is asked about again. */
  function askPairings(controller: string, ms: number): void {
    asking.get(controller)?.()
    const ask = async () => {
      for (const { reader, sealed } of keys.unknownPairings(controller)) {
        const answer = await link.ask(controller, 'paired', { reader, sealed })
        const { taken } = answer.ok ? (answer.body as { readonly taken?: unknown }) : {}
        if (typeof taken === 'boolean') keys.endPairing(reader, taken)
        if (answer.ok && keys.unknownPairings(controller).some(open => open.reader === reader)) askPairings(controller, againMs)
      }
    }
    asking.set(
      controller,
      clock.at(clock.now() + ms, () => void ask()),
    )
  }
  book.onChange(({ site }, changes) => {
    if (!site) return
    for (const { kind, id, after } of changes) if (kind === 'controllers' && after === null) adoptions.forget(id)
    for (const controller of plugin.tree().controllers) keys.provideEmulated(controller)
    link.handOutKeys()
    link.offer()
  })
  const controllers: Controllers = {
    isOnline: link.isOnline,
    command: link.command,
    ask: (controller, name, body) => link.ask(controller, name, body),
    request: (controller, name, body, answered) => void link.request(controller, name, body, answered),
    status: link.status,
    revision: source.revision,
    keysChanged: () => link.handOutKeys(),
    pairingsOpen: controller => askPairings(controller, soonMs),
  }
  const integrators = createIntegrators({ plugin, identity, broker: embedded })
  const outlets = openOutlets({ plugin, controllers, record: ownLog.record, integrators })
  // Tokens, users and keys may be made by the command line while this server runs.
  let foreign = store.foreignVersion()
  let cancelLook = () => {}
  const look = () => {
    cancelLook = clock.at(clock.now() + lookMs, look)
    if (store.foreignVersion() === foreign) return
    foreign = store.foreignVersion()
    plugin.rightsChanged()
    link.handOutKeys()
  }
  look()
  const unready = () => [
    ...(transport.up ? [] : ['the link to controllers is down']),
    ...(link.standingBy ? ['another server has the controllers at this broker; stop one of them'] : []),
    ...(plugin.storeFault()
      ? [`nothing can be stored: ${plugin.storeFault()?.fault === 'disk-full' ? 'the disk is full' : 'the disk cannot be written'}`]
      : []),
    ...(book.current().revision === 0 ? ['there is no site yet'] : []),
  ]
  const api = await createApi(
    { plugin, identity, controllers, keys, outlets, version, adoptions, broker, emulatorSteps, unready },
    { page, https, trustedProxies },
  )

  return {
    plugin,
    identity,
    keys,
    link,
    integrators,
    api,
    /** Begins to serve. @returns the address of the page */
    async listen(host: string, port: number): Promise<string> {
      link.start()
      outlets.start()
      const address = await api.listen({ host, port })
      return `${address}/`
    },
    async close(): Promise<void> {
      await api.close()
      await outlets.stop()
      integrators.close()
      cancelLook()
      for (const cancel of asking.values()) cancel()
      ownLog.close()
      link.stop()
      plugin.close()
    },
  }
}
