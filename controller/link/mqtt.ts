import { connect, type IClientOptions, type MqttClient } from 'mqtt'
import type { LinkTransport } from '../../shared/link.ts'

export interface MqttOptions {
  /** `mqtt://HOST:PORT`, or `mqtts://` for TLS. */
  readonly url: string
  readonly username?: string
  readonly password?: string
  /** The name of this end at the broker; one connection a name. */
  readonly clientId: string
  /** PEM. Whom to believe beside the system's authorities, and who we are. */
  readonly tls?: { readonly ca?: string | Buffer; readonly cert?: string | Buffer; readonly key?: string | Buffer }
  readonly heartbeatMs?: number
  /** Why a connection did not come about, for a technician; told once until one does. */
  readonly onTrouble?: (trouble: string) => void
}

/** How often a connection that cannot be made is tried again, and how long one try may take; ms. */
const retryMs = 500
const tryMs = 2_500

/** The link over MQTT 3.1.1 with clean sessions: what is not said while connected is not said. */
export function createMqttTransport({
  url,
  username,
  password,
  clientId,
  tls,
  heartbeatMs = 3_000,
  onTrouble,
}: MqttOptions): LinkTransport {
  const filters = new Map<string, (topic: string, payload: string, retained: boolean) => void>()
  const watchers: ((up: boolean) => void)[] = []
  let client: MqttClient | undefined
  let up = false
  let troubled = false

  function change(now: boolean): void {
    if (up === now) return
    up = now
    for (const changed of watchers) changed(up)
  }
  function trouble(what: string): void {
    if (!troubled) onTrouble?.(what)
    troubled = true
  }

  function start(options: IClientOptions): MqttClient {
    const made = connect(url, options)
    made.on('connect', () => {
      // Up only when heard: what is answered at once must not be missed.
      made.subscribe([...filters.keys()], { qos: 1 }, (error, granted = []) => {
        const refused = granted.some(({ qos }) => (qos as number) === 128)
        if (error !== null || refused) {
          trouble(`the broker at ${url} refuses the subscription: ${error?.message ?? 'not authorised'}`)
          made.stream.destroy()
          return
        }
        troubled = false
        change(made.connected)
      })
    })
    made.on('message', (topic, payload, { retain }) => {
      for (const [filter, receive] of filters) if (matches(filter, topic)) receive(topic, payload.toString(), retain)
    })
    made.on('close', () => change(false))
    made.on('error', error => trouble(`the broker at ${url} cannot be used: ${error.message}`))
    return made
  }

  return {
    get up() {
      return up
    },
    heartbeatMs,
    open(will) {
      if (client === undefined) {
        client = start({
          clientId,
          clean: true,
          protocolVersion: 4,
          keepalive: 4,
          reconnectPeriod: retryMs,
          connectTimeout: tryMs,
          queueQoSZero: false,
          resubscribe: false,
          ...(username === undefined ? {} : { username }),
          ...(password === undefined ? {} : { password }),
          ...tls,
          rejectUnauthorized: true,
          ...(will === undefined ? {} : { will: { ...will, payload: Buffer.from(will.payload), qos: 1 as const, retain: false } }),
        })
        return
      }
      if (will === undefined) return
      client.options.will = { ...will, payload: Buffer.from(will.payload), qos: 1, retain: false }
      client.stream.destroy()
    },
    publish(topic, payload, { qos = 0 } = {}) {
      if (up && client?.connected) client.publish(topic, payload, { qos, retain: false }, () => {})
    },
    subscribe(filter, receive) {
      filters.set(filter, receive)
    },
    onChange(changed) {
      watchers.push(changed)
      if (up) changed(true)
    },
    reset() {
      client?.stream.destroy()
    },
    close() {
      client?.end(false)
      change(false)
    },
  }
}

function matches(filter: string, topic: string): boolean {
  if (filter === topic) return true
  const [asked, levels] = [filter.split('/'), topic.split('/')]
  return asked.length === levels.length && asked.every((level, i) => level === '+' || level === levels[i])
}
