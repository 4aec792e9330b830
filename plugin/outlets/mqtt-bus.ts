import type { Socket } from 'node:net'
import { connect, type IClientPublishOptions, type MqttClient } from 'mqtt'
import type { Clock } from '../../shared/clock.ts'
import type { Principal } from '../api/rights.ts'
import { troubleOf } from './trouble.ts'

/** A message on its way out. */
export interface Outgoing {
  readonly topic: string
  /** Empty and retained takes what is retained away. */
  readonly payload: string
  readonly retain: boolean
  /** Who may hear it, where that is known of each client; at a broker elsewhere its own rules decide. */
  readonly hears: (principal: Principal) => boolean
  /** Comes back to who asked, over MQTT 5. */
  readonly correlationData?: Buffer | undefined
}

/** A message that came in. */
export interface Incoming {
  readonly topic: string
  readonly payload: Buffer
  readonly retained: boolean
  /** Whose rights it has. */
  readonly from: Principal
  /** Where it came from, for the audit log. */
  readonly location: string
  /** Where the answer is wanted beside its own topic, and what it brings back (MQTT 5). */
  readonly responseTopic?: string | undefined
  readonly correlationData?: Buffer | undefined
}

/** The way to one broker: kept up, and made again when it is lost. */
export interface Bus {
  /** Why nothing can be sent now; null when it can. */
  trouble(): string | null
  /** The first connection has come about, or has failed. */
  readonly settled: Promise<void>
  /** Sends at QoS 1. @returns null when the broker has it, else why it has not */
  publish(message: Outgoing): Promise<string | null>
  /** Says `offline` and goes. @param forGood takes that away, too */
  close(forGood: boolean): Promise<void>
}

/** What is told about a bus. */
export interface BusEvents {
  /** It is up, for the first time or again: what is retained there may be old, or nothing. */
  up(): void
  incoming(message: Incoming): void
  /** Something is retained there below one of the filters that were asked for. */
  found(topic: string): void
}

export interface BusOptions {
  /** `mqtt://HOST:PORT`, or `mqtts://` for TLS. */
  readonly url: string
  readonly username: string | undefined
  readonly password: string | undefined
  readonly clientId: string
  /** PEM. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string }
  readonly clock: Clock
  /** Left out for a bus that only speaks. */
  readonly listening?: Listening
}

export interface Listening extends BusEvents {
  /** Topic of `online` and `offline`. */
  readonly status: string
  /** What is listened to. */
  readonly commands: readonly string[]
  /** Whether there is no use in a bus that may not listen. */
  readonly commandsNeeded: boolean
  /** What is looked for once after each connection. */
  readonly retained: readonly string[]
  /** With whose rights what comes in is done. */
  readonly from: () => Principal
}

const firstRetryMs = 500
const longestRetryMs = 15_000
const connectMs = 10_000
const keepaliveS = 15
/** The broker confirms a message within this time, or is taken for dead. */
const confirmMs = 10_000
/** As many unconfirmed messages at once, where the broker does not take fewer. */
const mostInFlight = 64
/** Commands that come before the connection is ready; more than this no integrator sends in that moment. */
const mostEarly = 1_000
/** So long after a connection retained messages are looked at. */
const lookMs = 10_000
/** CONNACK codes of a broker that does not speak MQTT 5: its own, and that of MQTT 3.1.1. */
const wrongVersion = new Set([132, 1])

interface Waiting {
  readonly message: Outgoing
  readonly settle: (trouble: string | null) => void
}

/** A bus over a broker elsewhere: MQTT 5, or 3.1.1 where the broker speaks no other. Sessions are clean: what is to be kept is kept here. */
export function openBus(options: BusOptions): Bus {
  const { url, clock, listening } = options
  const { host } = new URL(url)
  const says = ({ status }: Listening, payload: 'online' | 'offline' | ''): Outgoing => ({
    topic: status,
    payload,
    retain: true,
    hears: () => true,
  })
  let version: 4 | 5 = 5
  let client: MqttClient | undefined
  let up = false
  let closed = false
  let reason = `There is no connection to ${host} yet.`
  let attempts = 0
  let cancelRetry = () => {}
  let cancelLook = () => {}
  /** What came before its answer can be sent. */
  let early: Incoming[] = []
  let window = mostInFlight
  let queue: Waiting[] = []
  /** What is retained waits for what happens. */
  let later: Waiting[] = []
  const inFlight = new Set<Waiting>()
  let settle = () => {}
  const settled = new Promise<void>(resolve => {
    settle = resolve
  })

  function dial(): void {
    const { username, password, clientId, tls } = options
    const made = connect(url, {
      clientId,
      clean: true,
      protocolVersion: version,
      keepalive: keepaliveS,
      reconnectPeriod: 0,
      connectTimeout: connectMs,
      queueQoSZero: false,
      resubscribe: false,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      ...tls,
      rejectUnauthorized: true,
      ...(listening ? { will: { topic: listening.status, payload: Buffer.from('offline'), qos: 1 as const, retain: true } } : {}),
    })
    client = made
    // What is written goes at once: a confirmation that waits for another holds up everything behind it.
    ;(made.stream as unknown as Socket).setNoDelay?.(true)
    let trouble: string | undefined
    let answered = false
    made.on('connect', ({ properties }) => {
      answered = true
      window = Math.min(mostInFlight, properties?.receiveMaximum ?? mostInFlight)
      void greet(made).then(refused => {
        if (client !== made || closed) return
        if (refused === undefined) return rise()
        trouble = refused
        made.end(true)
      })
    })
    made.on('message', (topic, payload, { retain, properties }) => {
      if (client !== made || !listening) return
      if (listening.commands.some(filter => matches(filter, topic))) {
        const message: Incoming = {
          topic,
          payload,
          retained: retain,
          from: listening.from(),
          location: host,
          responseTopic: properties?.responseTopic,
          correlationData: properties?.correlationData,
        }
        if (up) listening.incoming(message)
        else if (early.length < mostEarly) early.push(message)
      } else if (retain && payload.length > 0) listening.found(topic)
    })
    made.on('error', (error: Error & { code?: unknown }) => {
      if (typeof error.code === 'number' && wrongVersion.has(error.code) && version === 5) version = 4
      trouble ??= typeof error.code === 'number' ? refusal(host, error) : troubleOf(error as NodeJS.ErrnoException, host)
      if (!made.connected) made.end(true)
    })
    made.on('close', () => {
      // Some brokers hang up on a version that they do not speak.
      if (!answered && trouble === undefined) version = version === 5 ? 4 : 5
      lost(made, trouble)
    })
  }

  /** @returns why the broker will not have us listen */
  async function greet(made: MqttClient): Promise<string | undefined> {
    const subscribe = (filters: readonly string[]) =>
      new Promise<boolean>(resolve => {
        const wanted = Object.fromEntries(filters.map(filter => [filter, { qos: 1 as const, nl: version === 5, rap: version === 5 }]))
        made.subscribe(wanted, (error, granted = []) => resolve(!error && granted.every(({ qos }) => Number(qos) < 128)))
      })
    if (!listening) return undefined
    const { commands, commandsNeeded, retained } = listening
    if (!(await subscribe(commands)) && commandsNeeded)
      return `${host} does not let this user subscribe to ${commands.join(' and ')}; allow it there, or leave "roles" empty.`
    if (await subscribe(retained))
      cancelLook = clock.at(clock.now() + lookMs, () => made.connected && made.unsubscribe([...retained], () => {}))
    return undefined
  }

  function rise(): void {
    attempts = 0
    up = true
    settle()
    if (!listening) return
    queue.push({ message: says(listening, 'online'), settle: () => {} })
    pump()
    listening.up()
    for (const message of early.splice(0)) listening.incoming(message)
  }

  function lost(made: MqttClient, trouble: string | undefined): void {
    if (client !== made) return
    client = undefined
    up = false
    cancelLook()
    early = []
    reason = trouble ?? `${host} closed the connection.`
    made.on('error', () => {})
    made.end(true)
    const unsettled = [...inFlight, ...queue, ...later]
    inFlight.clear()
    queue = []
    later = []
    for (const waiting of unsettled) waiting.settle(reason)
    settle()
    if (closed) return
    cancelRetry = clock.at(clock.now() + Math.min(firstRetryMs * 2 ** attempts++, longestRetryMs), dial)
  }

  function pump(): void {
    while (up && client && inFlight.size < window) {
      const waiting = queue.shift() ?? later.shift()
      if (!waiting) return
      inFlight.add(waiting)
      send(client, waiting)
    }
  }

  function send(through: MqttClient, waiting: Waiting): void {
    const { topic, payload, retain, correlationData } = waiting.message
    const cancel = clock.at(clock.now() + confirmMs, () => through.stream.destroy(new Error('no confirmation')))
    const settings: IClientPublishOptions = {
      qos: 1,
      retain,
      ...(correlationData && version === 5 ? { properties: { correlationData } } : {}),
    }
    through.publish(topic, payload, settings, error => {
      cancel()
      if (!inFlight.delete(waiting)) return
      waiting.settle(error ? `${host} does not take ${topic}: ${error.message}` : null)
      pump()
    })
  }

  dial()
  const publish = (message: Outgoing) =>
    new Promise<string | null>(resolve => {
      if (!up) return resolve(reason)
      const line = message.retain && message.topic !== listening?.status ? later : queue
      line.push({ message, settle: resolve })
      pump()
    })
  return {
    trouble: () => (up ? null : reason),
    settled,
    publish,
    async close(forGood) {
      closed = true
      settle()
      cancelRetry()
      cancelLook()
      const through = client
      if (!through) return
      if (listening) {
        let cancel = () => {}
        const late = new Promise<void>(resolve => {
          cancel = clock.at(clock.now() + closeMs, resolve)
        })
        await Promise.race([publish(says(listening, forGood ? '' : 'offline')), late])
        cancel()
      }
      client = undefined
      up = false
      through.on('error', () => {})
      await through.endAsync(true).catch(() => {})
    },
  }
}

/** Saying goodbye takes no longer, in ms. */
const closeMs = 2_000

/** Why a broker refused a connection, in words. */
function refusal(host: string, { code, message }: { code?: unknown; message: string }): string {
  if (code === 4 || code === 5 || code === 134 || code === 135)
    return `${host} refuses the user name, password or certificate; check them, and what this user may do there.`
  if (code === 2 || code === 133) return `${host} refuses the client id; choose another.`
  if (wrongVersion.has(Number(code))) return `${host} speaks another version of MQTT; it is tried with 3.1.1.`
  return `${host} refuses the connection: ${message}`
}

function matches(filter: string, topic: string): boolean {
  const [asked, levels] = [filter.split('/'), topic.split('/')]
  return asked.length === levels.length && asked.every((level, i) => level === '+' || level === levels[i])
}
