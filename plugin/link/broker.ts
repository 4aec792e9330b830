import { hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { Aedes, type Client } from 'aedes'
import { topicsOf } from '../../shared/link.ts'

/** What a controller or the plugin may do. */
interface TopicRights {
  publish(topic: string): boolean
  subscribe(filter: string): boolean
}

export interface BrokerOptions {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer }
  readonly prefix?: string
  /** Of the plugin's own connection; a random one where left out. */
  readonly password?: string
  /** What the controller and the plugin share; undefined for one that is not adopted. */
  readonly secretOf: (controller: string) => Uint8Array | undefined
  /** Users beside controllers and the plugin: integrators (plugin/outlets). */
  readonly guests?: ((username: string, password: string, connection: GuestConnection) => Guest | undefined) | undefined
}

/** How a guest is connected. */
export interface GuestConnection {
  readonly address: string
  end(): void
}

/** Somebody beside controllers and the plugin: hears nothing but what {@link Broker.tell} says, and is heard by nobody but the plugin. */
export interface Guest {
  subscribes(filter: string): boolean
  hears(payload: Buffer): boolean
  /** Takes what it publishes. False ends the connection. */
  says(topic: string, payload: Buffer, retained: boolean): boolean
  left(): void
}

export interface Broker {
  readonly port: number
  /** For the plugin's own connection. */
  readonly url: string
  readonly username: string
  readonly password: string
  /**
   * Hands a message to every guest who has subscribed to it and hears it; a retained one also to those who come later, until an empty one takes
   * it away. Settles when it is on its way.
   */
  tell(topic: string, payload: Buffer, retain: boolean): Promise<void>
  /** Topics of what is retained. */
  retained(): Iterable<string>
  close(): Promise<void>
}

const pluginUser = '$plugin'
/** A topic to which nobody may subscribe. */
const unheard = 'unheard'
/** CONNACK return code of MQTT 3.1.1. */
const notAuthorised = 5
/** That the server is not there for anybody. */
const unavailable = 3
/** Whoever sends so much before it has said who it is, is no client: a packet may announce 256 MiB. */
const strangerBytes = 65_536
/** A guest that leaves so much unread is disconnected; when it comes again it gets what is retained. */
const fullBytes = 4_194_304

/**
 * The embedded broker: MQTT 3.1.1, a user name and password for each controller, and topics of its own for each.
 * @throws Error of the system when the port cannot be had
 */
export async function createBroker(options: BrokerOptions): Promise<Broker> {
  const { host, port, tls, prefix = 'portunus', secretOf, guests, password = randomBytes(24).toString('base64url') } = options
  const rights = new WeakMap<object, TopicRights>()
  const visitors = new WeakMap<object, Guest>()
  /** What guests may hear, by the payload itself, which copies of a packet share. */
  const told = new WeakSet<object>()
  const kept = new Set<string>()
  let telling: Promise<void> = Promise.resolve()
  const sockets = new Set<Socket>()
  const refused = (why: string) => new Error(why)
  /** Who is heard from here on comes too late: what says who is who may be closed already. */
  let closing = false

  function judge(id: string, username: string, given: string): TopicRights | undefined {
    if (username === pluginUser) return equal(given, password) ? anything(prefix) : undefined
    const secret = secretOf(username)
    // One connection a name: another controller must not take this one's place.
    return secret !== undefined && id === username && equal(given, linkPassword(secret)) ? ownTopics(prefix, username) : undefined
  }

  function welcome(client: Client, username: string, given: string): boolean {
    const socket = client.conn as Socket
    const guest = guests?.(username, given, { address: socket.remoteAddress ?? '', end: () => client.close() })
    if (guest === undefined) return false
    // Whatever it calls itself, it takes the place of nobody but itself.
    client.id = JSON.stringify([username, client.id])
    visitors.set(client, guest)
    socket.once('close', guest.left)
    return true
  }

  const broker = await Aedes.createBroker({
    // One that reads slowly holds up nobody else.
    concurrency: 0,
    preConnect(_client, packet, done) {
      // Nothing is kept for who is not there: that would be memory without bound.
      packet.clean = true
      done(null, true)
    },
    authenticate(client, username = '', given, done) {
      const password = given?.toString() ?? ''
      if (closing) return done(Object.assign(refused('the broker is closing'), { returnCode: unavailable }), null)
      const found = judge(client.id, username, password)
      if (found !== undefined) rights.set(client, found)
      else if (!welcome(client, username, password)) {
        done(Object.assign(refused('wrong user name or password'), { returnCode: notAuthorised }), null)
        return
      }
      done(null, true)
    },
    authorizePublish(client, packet, done) {
      if (client === null) return done(null)
      const { topic, payload, retain } = packet
      const guest = visitors.get(client)
      const may = guest ? guest.says(topic, payload as Buffer, retain) : !retain && rights.get(client)?.publish(topic)
      // What a guest says has arrived with that: it is handed on to nobody.
      if (guest) Object.assign(packet, { topic: unheard, retain: false })
      done(may ? null : refused(`may not publish ${topic}`))
    },
    authorizeSubscribe(client, subscription, done) {
      const may = visitors.get(client)?.subscribes(subscription.topic) ?? rights.get(client)?.subscribe(subscription.topic) ?? false
      done(null, may ? subscription : null)
    },
    authorizeForward(client, packet) {
      const guest = visitors.get(client)
      if (!guest) return packet
      const payload = packet.payload as Buffer
      if (!told.has(payload) || !guest.hears(payload)) return null
      if ((client.conn as Socket).writableLength <= fullBytes) return packet
      setImmediate(() => client.close())
      return null
    },
  })
  const handle = (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.setNoDelay(true)
    const client = broker.handle(socket)
    socket.on('readable', function measure() {
      if (rights.has(client) || visitors.has(client)) socket.off('readable', measure)
      else if (socket.bytesRead > strangerBytes) socket.destroy()
    })
  }
  const server: Server = tls === undefined ? createServer(handle) : createTlsServer({ ...tls, minVersion: 'TLSv1.2' }, handle)
  await new Promise<void>((resolve, reject) => {
    // What was made must not outlive a port that cannot be had: its timers would keep the process.
    server.once('error', error => broker.close(() => reject(error)))
    server.listen(port, host, resolve)
  })
  const address = server.address()
  const taken = typeof address === 'object' && address !== null ? address.port : port
  return {
    port: taken,
    url: `${tls === undefined ? 'mqtt' : 'mqtts'}://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    username: pluginUser,
    password,
    tell(topic, payload, retain) {
      told.add(payload)
      if (retain && payload.length > 0) kept.add(topic)
      else if (retain) kept.delete(topic)
      // One after the other: aedes takes a message that was overtaken for a repeated one, and drops it.
      telling = telling.then(
        () =>
          new Promise(resolve => {
            broker.publish({ cmd: 'publish', topic, payload, qos: 1, retain, dup: false }, () => {})
            setImmediate(resolve)
          }),
      )
      return telling
    },
    retained: () => kept,
    close: () =>
      new Promise(resolve => {
        closing = true
        server.close(() => resolve())
        broker.close(() => {
          for (const socket of sockets) socket.destroy()
        })
      }),
  }
}

/** What a controller shows to the broker, its id being the user name. */
export function linkPassword(secret: Uint8Array): string {
  return Buffer.from(hkdfSync('sha256', secret, '', 'portunus link password', 32)).toString('base64url')
}

function ownTopics(prefix: string, controller: string): TopicRights {
  const { up, down, all } = topicsOf(prefix, controller)
  return { publish: topic => topic === up, subscribe: filter => filter === down || filter === all }
}

function anything(prefix: string): TopicRights {
  const own = (topic: string) => topic.startsWith(`${prefix}/`)
  return { publish: own, subscribe: own }
}

function equal(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)]
  return one.length === other.length && timingSafeEqual(one, other)
}
