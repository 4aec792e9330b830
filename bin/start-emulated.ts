import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { type FieldStep, fieldSteps } from '../controller/emulator/scenario.ts'
import { type Ask, createControllerLink } from '../controller/link/link.ts'
import { createMqttTransport, type MqttOptions } from '../controller/link/mqtt.ts'
import { linkPassword, openKeys } from '../controller/link/secret.ts'
import { openStore } from '../controller/store/open.ts'
import { emulateAsk } from '../plugin/api/emulator.ts'
import { systemClock } from '../plugin/clock.ts'
import type { PluginServer } from '../plugin/main.ts'
import { wholeSite } from '../plugin/site/file.ts'
import type { Cancel, Clock } from '../shared/clock.ts'
import type { LinkTransport } from '../shared/link.ts'
import { version } from '../shared/version.ts'
import { commonAsks, osdpAsks, wiegandAsks } from './asks.ts'
import { createEmulatedController, type EmulatedController, keyNames } from './emulated.ts'

/** The emulated controllers of a site, running. */
export interface EmulatedSite {
  readonly count: number
  stop(): void
}

/** Puts up every emulated controller of the site: those that are there, and those that a later revision brings. */
export function startEmulated({
  server,
  mqtt,
  directory,
}: {
  server: PluginServer
  /** How the broker is reached. */
  mqtt: Pick<MqttOptions, 'url' | 'tls'>
  directory: string
}): EmulatedSite {
  const { plugin, keys } = server
  const clock = endingClock(systemClock)
  const running = new Map<string, { controller: EmulatedController; transport: LinkTransport; close: () => void }>()
  const random = { next: Math.random, bytes: (length: number) => new Uint8Array(randomBytes(length)) }

  function mount(id: string): void {
    const opened = openStore(join(directory, id), { controller: id, wall: systemClock.wall() })
    if (!opened.ok) throw new Error(opened.message)
    const { store } = opened
    keys.provideEmulated(id)
    const secret = keys.linkSecret(id)
    for (const { reader } of keys.unknownPairings(id)) keys.endPairing(reader, false)
    for (const [name, key] of Object.entries(openKeys(secret, id, keys.sealedFor(id)))) store.keys.set(name, key)
    const transport = createMqttTransport({ ...mqtt, username: id, password: linkPassword(secret), clientId: id })
    let controller: EmulatedController | undefined
    const emulate: Ask = (body, answer) =>
      answer(controller ? act(controller.world, body) : { done: false, why: 'the hardware is not up yet' }, true)
    const osdp = osdpAsks({
      field: () => controller?.osdp.field,
      store,
      open: sealed => openKeys(secret, id, sealed),
      keyName: keyNames.reader,
    })
    const link = createControllerLink({
      controller: id,
      transport,
      clock,
      store,
      random: random.bytes,
      version,
      asks: {
        ...commonAsks(() => controller && { view: controller.runtime.view, directory: store.directory }, store),
        ...osdp.asks,
        ...wiegandAsks(() => controller?.wiegand.field),
        [emulateAsk]: emulate,
      },
      openKeys: sealed => openKeys(secret, id, sealed),
    })
    controller = createEmulatedController({
      controller: id,
      site: wholeSite(plugin.book),
      clock,
      store,
      random,
      skipIdle: true,
      readerKey: reader => keys.reader(reader),
      watch: osdp.watch,
      link,
      onFault: error => process.stderr.write(`controller ${id}: ${(error as Error).stack ?? String(error)}\n`),
    })
    controller.runtime.start()
    running.set(id, { controller, transport, close: () => store.close() })
  }

  function follow(): void {
    const { controllers } = plugin.book.configuration().site
    const wanted = controllers.filter(c => c.emulated && c.parent === undefined).map(c => c.id)
    for (const [id, each] of running) if (!wanted.includes(id)) unmount(id, each)
    for (const id of wanted) if (!running.has(id)) mount(id)
  }
  function unmount(
    id: string,
    { controller, transport, close }: { controller: EmulatedController; transport: LinkTransport; close: () => void },
  ): void {
    controller.runtime.stop()
    transport.close()
    close()
    running.delete(id)
  }

  follow()
  const off = plugin.book.onChange(({ site }) => {
    if (site) follow()
  })
  return {
    get count() {
      return running.size
    },
    stop() {
      off()
      for (const [id, each] of running) unmount(id, each)
      clock.end()
    },
  }
}

/** A clock whose arrangements all end at once: a line that nobody listens to any more must not keep the process. */
function endingClock(clock: Clock): Clock & { end(): void } {
  const arranged = new Set<Cancel>()
  let ended = false
  return {
    now: clock.now,
    wall: clock.wall,
    at(instant, fn) {
      if (ended) return () => {}
      const cancel = clock.at(instant, () => {
        arranged.delete(cancel)
        fn()
      })
      arranged.add(cancel)
      return () => {
        arranged.delete(cancel)
        cancel()
      }
    },
    end() {
      ended = true
      for (const cancel of arranged) cancel()
    },
  }
}

/** One scenario step, as the API hands it on. */
function act(world: EmulatedController['world'], asked: unknown): { done: boolean; why?: string } {
  const { step, body } = asked as { step: keyof typeof fieldSteps; body: unknown }
  const schema = fieldSteps[step]
  const read = schema?.safeParse(body)
  if (!read?.success) return { done: false, why: 'the controller does not know this step' }
  return world.act({ step, body: read.data } as FieldStep, false)
}
