import { hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { Aedes } from 'aedes'
import { topicsOf } from '../../shared/link.ts'

/** What one user of the broker may do. */
export interface TopicRights {
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
  /** Users beside controllers and the plugin: integrators of outlets. */
  readonly others?: (username: string, password: string) => TopicRights | undefined
}

export interface Broker {
  readonly port: number
  /** For the plugin's own connection. */
  readonly url: string
  readonly username: string
  readonly password: string
  close(): Promise<void>
}

const pluginUser = '$plugin'
/** CONNACK return code of MQTT 3.1.1. */
const notAuthorised = 5

/**
 * The embedded broker: MQTT 3.1.1, a user name and password for each controller, and topics of its own for each.
 * @throws Error of the system when the port cannot be had
 */
export async function createBroker(options: BrokerOptions): Promise<Broker> {
  const { host, port, tls, prefix = 'portunus', secretOf, others, password = randomBytes(24).toString('base64url') } = options
  const rights = new WeakMap<object, TopicRights>()
  const sockets = new Set<Socket>()
  const refused = (why: string) => new Error(why)

  function judge(id: string, username: string, given: string): TopicRights | undefined {
    if (username === pluginUser) return equal(given, password) ? anything(prefix) : undefined
    const secret = secretOf(username)
    // One connection a name: another controller must not take this one's place.
    if (secret !== undefined) return id === username && equal(given, linkPassword(secret)) ? ownTopics(prefix, username) : undefined
    return others?.(username, given)
  }

  const broker = await Aedes.createBroker({
    authenticate(client, username, given, done) {
      const found = judge(client.id, username ?? '', given?.toString() ?? '')
      if (found === undefined) {
        done(Object.assign(refused('wrong user name or password'), { returnCode: notAuthorised }), null)
        return
      }
      rights.set(client, found)
      done(null, true)
    },
    authorizePublish(client, packet, done) {
      if (client === null) return done(null)
      const may = !packet.retain && rights.get(client)?.publish(packet.topic)
      done(may ? null : refused(`may not publish ${packet.topic}`))
    },
    authorizeSubscribe(client, subscription, done) {
      const may = rights.get(client)?.subscribe(subscription.topic) ?? false
      done(null, may ? subscription : null)
    },
  })
  const handle = (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.setNoDelay(true)
    broker.handle(socket)
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
    close: () =>
      new Promise(resolve => {
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
