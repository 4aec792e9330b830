import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { expect } from 'vitest'
import { type Broker, createBroker } from '../../plugin/link/broker.ts'
import { openRig, type Rig } from '../api/rig.ts'
import { secretOf, startMosquitto, type TestBroker } from '../link/broker-rig.ts'

export const prefix = 'bus'
const outletUser = ['outlet', 'outlet-password'] as const
export const watcherUser = ['watcher', 'watcher-password'] as const

/** Mosquitto with a user for the outlet and one for whoever looks on. */
export const startForeign = (): Promise<TestBroker> =>
  startMosquitto(undefined, {
    users: [outletUser, watcherUser],
    access: [outletUser, watcherUser].flatMap(([user]) => [
      `user ${user}`,
      ...[prefix, 'homeassistant', 'answers', 'portunus'].map(top => `topic readwrite ${top}/#`),
    ]),
  })

export const foreignSettings = ({ port }: { readonly port: number }, more: object = {}) => ({
  kind: 'mqtt',
  name: 'Building bus',
  url: `mqtt://127.0.0.1:${port}`,
  username: outletUser[0],
  password: outletUser[1],
  prefix,
  ...more,
})
export const embeddedSettings = (more: object = {}) => ({ kind: 'mqtt', name: 'Integrators', prefix, ...more })

/** A server with an embedded broker, to which integrators come. */
export async function openHouse({ tls }: { readonly tls?: { readonly cert: Buffer; readonly key: Buffer } } = {}) {
  let rig: Rig | undefined
  const broker: Broker = await createBroker({
    host: '127.0.0.1',
    port: 0,
    secretOf,
    guests: (...visit) => rig?.integrators.admit(...visit),
    ...(tls ? { tls } : {}),
  })
  rig = await openRig({ embedded: broker })
  rig.outlets.start()
  const opened = rig
  return {
    ...opened,
    broker,
    base: `${prefix}/${opened.plugin.systemId}`,
    async add(settings: object): Promise<string> {
      const { status, json } = await opened.call('POST', 'outlets', settings)
      if (status !== 201) throw new Error(JSON.stringify(json))
      return json.id
    },
    /** A token with rights, by which an integrator comes in. */
    integrator(name: string, roles: readonly string[]): IClientOptions {
      return { username: name, password: opened.identity.addToken({ name, roles, expires: null }).secret }
    },
    async status(id: string) {
      return (await opened.call('GET', `outlets/${id}`)).json.status
    },
    audit: async () =>
      (await opened.call('GET', 'audit-log?limit=200')).json.items as { message: string; permission: 'granted' | 'denied'; user: string }[],
    async close(keep = false) {
      await opened.close(keep)
      await broker.close()
    },
  }
}
export type House = Awaited<ReturnType<typeof openHouse>>

export interface Heard {
  readonly topic: string
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into what it was sent.
  readonly json: any
  readonly retain: boolean
  readonly qos: number
  readonly properties: { readonly correlationData?: Buffer } | undefined
}

/** Somebody at a broker who writes down what comes. */
export async function openWatcher(port: number, options: IClientOptions, filters: readonly string[]) {
  const client: MqttClient = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0, ...options })
  const heard: Heard[] = []
  client.on('message', (topic, payload, { retain, qos, properties }) => {
    const text = payload.toString()
    heard.push({ topic, text, json: text.startsWith('{') ? JSON.parse(text) : undefined, retain, qos, properties })
  })
  let ended = false
  client.on('close', () => {
    ended = true
  })
  client.on('error', () => {})
  /** @returns the quality that each is granted; 128 is refused */
  const subscribe = (wanted: readonly string[]): Promise<number[]> =>
    Promise.all(
      wanted.map(filter => new Promise<number>(resolve => client.subscribe(filter, { qos: 1 }, error => resolve(error ? 128 : 1)))),
    )
  await subscribe(filters)
  return {
    client,
    heard,
    subscribe,
    ended: () => ended,
    at: (topic: string) => heard.filter(message => message.topic === topic),
    /** What is now retained below the filters, as far as it was heard. */
    retained: () => new Map(heard.flatMap(({ topic, text }) => [[topic, text] as const])),
    async send(
      topic: string,
      body: object | string,
      more: { readonly retain?: boolean; readonly properties?: object } = {},
    ): Promise<void> {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      await new Promise<void>(resolve => {
        client.once('close', resolve)
        client.publish(topic, text, { qos: 1, ...more }, () => {
          client.off('close', resolve)
          resolve()
        })
      })
    },
    close: () => client.endAsync(true),
  }
}
export type Watcher = Awaited<ReturnType<typeof openWatcher>>

export const sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))
export async function until(holds: () => boolean | Promise<boolean>, within = 5_000): Promise<void> {
  const end = Date.now() + within
  while (!(await holds())) {
    if (Date.now() > end) expect.fail(`not within ${within} ms: ${holds.toString().slice(0, 300)}`)
    await sleep(10)
  }
}

/** A command as it is sent, asked for `age` ms ago. */
export const command = (action: string, more: object = {}, age = 0) => ({
  action,
  issuedAt: new Date(Date.now() - age).toISOString(),
  ...more,
})
