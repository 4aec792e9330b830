import { maySee } from '../api/context.ts'
import { type Bus, type BusEvents, type Outgoing, openBus } from './mqtt-bus.ts'
import { createCommands } from './mqtt-commands.ts'
import { keepRetained, retainedFilters } from './mqtt-retained.ts'
import { topicsFor } from './mqtt-topics.ts'
import { onvifEvent } from './onvif-json.ts'
import type { Carrier, CarrierOptions, Letter, Outcome } from './outlet.ts'
import type { SettingsOf } from './settings.ts'

/** What controllers and the plugin speak below, where a broker carries that, too. */
const linkPrefix = 'portunus'
const noBroker = 'This server has no broker of its own; enter the address of a broker as "url".'

/** MQTT for integrators: events, states and commands over the embedded broker, or over one elsewhere. */
export function openMqtt(options: CarrierOptions<SettingsOf<'mqtt'>>): Carrier {
  const { world, id, settings, secrets, retryNow, trial } = options
  const { plugin, integrators } = world
  const { systemId } = plugin
  const topics = topicsFor(settings.prefix, systemId)
  const current = (): Bus | undefined => bus
  const watched = new WeakSet<AbortSignal>()
  const underWay = new Set<() => void>()
  const commands = createCommands({ world, topics, bus: current, closed: [settings.prefix, settings.homeAssistantPrefix, linkPrefix] })
  const retained = keepRetained({ world, settings }, topics, current)
  const events: BusEvents = {
    up() {
      retained.renew()
      retryNow()
    },
    // What cannot be stored cannot be answered either: the disk is full, of which the site's log tells.
    incoming: message => void commands(message).catch(() => {}),
    found: retained.found,
  }

  function openEmbedded(): Bus | undefined {
    const { homeAssistant, homeAssistantPrefix, onvif } = settings
    return integrators?.join({
      ...events,
      status: topics.status,
      open: [topics.base, ...(onvif ? [topics.onvif] : []), ...(homeAssistant ? [homeAssistantPrefix] : [])],
      isCommand: topic => topics.commanded(topic) !== undefined,
      ignored: homeAssistant ? [`${homeAssistantPrefix}/status`] : [],
    })
  }

  function openElsewhere(url: string): Bus {
    const { name, username, clientId, ca, cert, roles } = settings
    const common = {
      url,
      username: username ?? undefined,
      password: secrets.password,
      tls: {
        ...(ca === null ? {} : { ca }),
        ...(cert === null ? {} : { cert }),
        ...(secrets.key === undefined ? {} : { key: secrets.key }),
      },
      clock: plugin.clock,
    }
    const own = clientId ?? `portunus-${id}`
    if (trial || !integrators) return openBus({ ...common, clientId: `${own}-test` })
    return openBus({
      ...common,
      clientId: own,
      listening: {
        ...events,
        status: topics.status,
        commands: topics.commands,
        commandsNeeded: roles.length > 0,
        retained: retainedFilters(topics, settings, systemId),
        from: () => integrators.outsider({ id, name, roles }),
      },
    })
  }
  const bus: Bus | undefined = settings.url === null ? (trial ? undefined : openEmbedded()) : openElsewhere(settings.url)

  async function publish(messages: readonly Outgoing[], signal: AbortSignal): Promise<Outcome> {
    if (!bus) return { ok: false, message: noBroker }
    await bus.settled
    const troubles = await Promise.all(messages.map(message => bus.publish(message)))
    const trouble = troubles.find(each => each !== null)
    if (signal.aborted && trouble) return stopped
    return trouble ? { ok: false, message: trouble } : { ok: true, detail: `The broker has taken ${messages[0]?.topic}.` }
  }

  /** Whoever stops does not wait for a broker. */
  function unlessStopped(work: Promise<Outcome>, signal: AbortSignal): Promise<Outcome> {
    if (!watched.has(signal)) {
      watched.add(signal)
      signal.addEventListener('abort', () => {
        for (const stop of underWay) stop()
      })
    }
    return new Promise(resolve => {
      const stop = () => resolve(stopped)
      if (signal.aborted) return stop()
      underWay.add(stop)
      void work.then(outcome => {
        underWay.delete(stop)
        resolve(outcome)
      })
    })
  }

  function messagesOf(letter: Letter): readonly Outgoing[] {
    const message = letter.message()
    const payload = JSON.stringify(message)
    const { type, door } = letter
    const hears: Outgoing['hears'] = principal => maySee(plugin, principal, { type, door, controller: message.controller })
    const onvif = settings.onvif ? onvifEvent(message) : undefined
    return [
      ...topics.events(message).map(topic => ({ topic, payload, retain: false, hears })),
      ...(onvif ? [{ topic: `${topics.onvif}/${onvif.topic}`, payload: JSON.stringify(onvif.payload), retain: false, hears }] : []),
    ]
  }

  return {
    window: 64,
    // The log keeps what is not taken; a letter that is missing would be worse than one that is late.
    giveUpMs: null,
    send: (letter, signal) => unlessStopped(publish(messagesOf(letter), signal), signal),
    test(signal) {
      if (trial && settings.url === null)
        return Promise.resolve<Outcome>(
          integrators?.embedded ? { ok: true, detail: 'This server has a broker of its own.' } : { ok: false, message: noBroker },
        )
      const payload = JSON.stringify({
        message: 'A test of this outlet; nothing has happened.',
        time: new Date(plugin.now()).toISOString(),
      })
      const test = { topic: topics.test, payload, retain: false, hears: () => true }
      return unlessStopped(publish([test], signal), signal)
    },
    connection: () => (bus ? bus.trouble() : noBroker),
    async close(forGood) {
      await retained.close(forGood)
      await bus?.close(forGood)
    },
  }
}

const stopped: Outcome = { ok: false, message: 'The outlet was stopped.' }
