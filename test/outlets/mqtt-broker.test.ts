import { createServer, type Socket } from 'node:net'
import { Aedes } from 'aedes'
import { afterEach, describe, expect, it } from 'vitest'
import { makeCertificates, startMosquitto, startWire, type TestBroker } from '../link/broker-rig.ts'
import {
  command,
  foreignSettings,
  type House,
  openHouse,
  openWatcher,
  prefix,
  sleep,
  startForeign,
  until,
  watcherUser,
} from './mqtt-rig.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

async function foreign(): Promise<TestBroker> {
  const broker = await startForeign()
  cleanUp.push(() => broker.close())
  return broker
}
async function house(): Promise<House> {
  const opened = await openHouse()
  cleanUp.push(() => opened.close())
  return opened
}
async function watch({ port }: { readonly port: number }, filters: readonly string[], more: object = {}) {
  const watcher = await openWatcher(port, { username: watcherUser[0], password: watcherUser[1], ...more }, filters)
  cleanUp.push(watcher.close)
  return watcher
}
/** One that speaks MQTT 3.1.1 only and lets everybody do everything; its connections in the order in which they came. */
async function oldBroker(): Promise<{ readonly port: number; readonly sockets: ReadonlySet<Socket> }> {
  const aedes = await Aedes.createBroker()
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    aedes.handle(socket)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  cleanUp.push(() => new Promise(resolve => aedes.close(() => server.close(resolve))))
  return { port: (server.address() as { port: number }).port, sockets }
}
const connected = (at: House, id: string) => until(async () => (await at.status(id)).state === 'waiting', 15_000)

describe('a broker that dies and comes back', () => {
  it('gets what is kept anew and misses no event, in order; the status says meanwhile why there is none', async () => {
    const broker = await foreign()
    const at = await house()
    const id = await at.add(foreignSettings(broker))
    await connected(at, id)
    await broker.stop()
    const told = at.tellMany(300, 'door.opened', { door: 'front' }).map(event => event.id)
    await until(async () => /refuses connections/.test((await at.status(id)).connection))
    expect(await at.status(id)).toMatchObject({ state: 'failing', backlog: 300, lastFailure: { message: expect.any(String) } })
    await broker.start()
    const watcher = await watch(broker, [`${at.base}/#`])
    const events = () => watcher.at(`${at.base}/event/none/door.opened`).map(({ json }) => json.id as string)
    await until(() => new Set(events()).size === 300, 20_000)
    expect([...new Set(events())]).toEqual(told)
    expect(watcher.retained().get(`${at.base}/status`)).toBe('online')
    expect(JSON.parse(watcher.retained().get(`${at.base}/element/front/state`) ?? '')).toMatchObject({ element: 'front' })
    await until(async () => (await at.status(id)).state === 'waiting')
    expect(await at.status(id)).toMatchObject({ backlog: 0, connection: null, delivered: 300 })
  })

  it('is told again what it has not confirmed: whenever the connection breaks, nothing is missing and nothing out of order', async () => {
    const { port, sockets } = await oldBroker()
    const at = await house()
    const id = await at.add(foreignSettings({ port }))
    await connected(at, id)
    const watcher = await watch({ port }, [`${at.base}/event/#`])
    const told: string[] = []
    const flow = setInterval(() => told.push(...at.tellMany(20, 'door.opened', { door: 'front' }).map(event => event.id)), 5)
    const own = new Set([...sockets].slice(1))
    for (let round = 0; round < 6; round++) {
      await sleep(200 + 60 * round)
      for (const socket of sockets) if (!own.has(socket)) socket.destroy()
    }
    clearInterval(flow)
    await until(async () => (await at.status(id)).backlog === 0, 30_000)
    const heard = () => [...new Set(watcher.heard.map(({ json }) => json.id as string))]
    await until(() => heard().length === told.length)
    expect(heard()).toEqual(told)
    expect((await at.status(id)).delivered).toBe(told.length)
  })

  it('hears from the last will that nobody is there, and that there is again', async () => {
    const broker = await foreign()
    const wire = await startWire(broker.port)
    cleanUp.push(() => wire.close())
    const at = await house()
    const id = await at.add({ ...foreignSettings(wire) })
    await connected(at, id)
    const watcher = await watch(broker, [`${at.base}/status`])
    await until(() => watcher.heard.at(-1)?.text === 'online')
    wire.close()
    await until(() => watcher.heard.at(-1)?.text === 'offline')
    expect(await at.status(id)).toMatchObject({ connection: expect.any(String) })
  })

  it('is left with a word, and the way out that is switched off and on goes on where it was', async () => {
    const broker = await foreign()
    const at = await house()
    const id = await at.add(foreignSettings(broker))
    await connected(at, id)
    const watcher = await watch(broker, [`${at.base}/#`])
    expect((await at.call('PATCH', `outlets/${id}`, { enabled: false })).status).toBe(200)
    await until(() => watcher.at(`${at.base}/status`).at(-1)?.text === 'offline')
    const [missed] = at.tellMany(1, 'door.opened', { door: 'front' })
    await sleep(100)
    expect(watcher.at(`${at.base}/event/none/door.opened`)).toEqual([])
    expect((await at.call('PATCH', `outlets/${id}`, { enabled: true })).status).toBe(200)
    await until(() => watcher.at(`${at.base}/event/none/door.opened`).length === 1)
    expect(watcher.at(`${at.base}/event/none/door.opened`)[0]?.json.id).toBe(missed?.id)
  })
})

describe('what a broker kept while nobody was there', () => {
  it('of elements that are gone is taken away', async () => {
    const broker = await foreign()
    const at = await house()
    expect((await at.call('POST', 'zones', { id: 'yard', doors: [] })).status).toBe(201)
    const id = await at.add(foreignSettings(broker, { homeAssistant: true }))
    const watcher = await watch(broker, [`${at.base}/#`, 'homeassistant/#'])
    const zone = `${at.base}/element/yard/state`
    const lock = `homeassistant/lock/${at.plugin.systemId}/front-lock/config`
    await until(() => watcher.at(zone).length > 0 && watcher.at(lock).length > 0)
    await at.call('PATCH', `outlets/${id}`, { enabled: false })
    expect((await at.call('DELETE', 'zones/yard')).status).toBe(204)
    await at.call('PATCH', `outlets/${id}`, { enabled: true, homeAssistant: false })
    await until(() => watcher.at(zone).at(-1)?.text === '' && watcher.at(lock).at(-1)?.text === '')
    expect(watcher.at(`${at.base}/element/front/state`).at(-1)?.text).not.toBe('')
  })

  it('as a command is refused and taken away', async () => {
    const broker = await foreign()
    const at = await house()
    const watcher = await watch(broker, [`${at.base}/#`])
    const topic = `${at.base}/element/front/command`
    await watcher.send(topic, command('unlock', { correlation: 'old' }), { retain: true })
    const id = await at.add(foreignSettings(broker, { roles: ['operator'] }))
    await until(() => watcher.at(`${at.base}/element/front/result`).length > 0)
    expect(watcher.at(`${at.base}/element/front/result`)[0]?.json).toMatchObject({ reason: 'retained', correlation: 'old' })
    await until(() => watcher.at(topic).at(-1)?.text === '')
    await watcher.send(topic, command('unlock', { correlation: 'live' }), { retain: true })
    await until(() => watcher.at(`${at.base}/element/front/result`).length > 1)
    expect(watcher.at(`${at.base}/element/front/result`)[1]?.json).toMatchObject({ reason: 'retained', correlation: 'live' })
    expect(at.sent).toEqual([])
    await connected(at, id)
  })
})

describe('commands from a broker elsewhere', () => {
  it('are refused and noted where no role is given, or one that is for other doors', async () => {
    const broker = await foreign()
    const at = await house()
    const id = await at.add(foreignSettings(broker))
    await connected(at, id)
    const watcher = await watch(broker, [`${at.base}/#`])
    const results = () => watcher.at(`${at.base}/element/front/result`)
    await watcher.send(`${at.base}/element/front/command`, command('grant'))
    await until(() => results().length === 1)
    await at.call('PUT', 'roles/shopkeeper', { name: 'Shopkeeper', rights: [{ right: 'operate-doors', doors: ['shop'] }] })
    expect((await at.call('PATCH', `outlets/${id}`, { roles: ['shopkeeper'] })).status).toBe(200)
    await connected(at, id)
    await watcher.send(`${at.base}/element/front/command`, command('grant'))
    await until(() => results().length === 2)
    expect(results().map(({ json }) => json.reason)).toEqual(['forbidden', 'forbidden'])
    expect(at.sent).toEqual([])
    expect((await at.audit()).filter(line => line.permission === 'denied' && line.user === 'Building bus')).toHaveLength(2)
    await watcher.send(`${at.base}/element/shop/command`, command('grant'))
    await until(() => at.sent.length === 1)
  })

  it('are answered over MQTT 5 where the caller wants it, and never where it would speak in the name of this server', async () => {
    const broker = await foreign()
    const at = await house()
    await connected(at, await at.add(foreignSettings(broker, { roles: ['operator'] })))
    const watcher = await watch(broker, ['answers/#', `${prefix}/#`, 'portunus/#', 'homeassistant/#'], { protocolVersion: 5 })
    const correlationData = Buffer.from([0, 255, 7])
    const ask = (responseTopic: string) =>
      watcher.send(`${at.base}/element/front/command`, command('grant', { correlation: responseTopic }), {
        properties: { responseTopic, correlationData },
      })
    await ask('answers/me')
    await until(() => watcher.at('answers/me').length === 1)
    expect(watcher.at('answers/me')[0]).toMatchObject({
      json: { correlation: 'answers/me', reason: null },
      properties: { correlationData },
    })
    const closed = [`${at.base}/element/shop/command`, `${at.base}/status`, 'portunus/ctrl-1/down', 'homeassistant/lock/x/config']
    for (const topic of closed) await ask(topic)
    await until(() => watcher.at(`${at.base}/element/front/result`).length === 5)
    await sleep(100)
    for (const topic of closed) expect(watcher.at(topic).filter(({ json }) => json?.element === 'front')).toEqual([])
    expect(watcher.at(`${at.base}/element/front/result`)[0]?.properties).toMatchObject({ correlationData })
  })
})

describe('how a broker elsewhere is reached', () => {
  it('by MQTT 3.1.1, where it speaks no other', async () => {
    const { port } = await oldBroker()
    const at = await house()
    const id = await at.add(foreignSettings({ port }, { roles: ['operator'] }))
    await connected(at, id)
    const watcher = await watch({ port }, [`${at.base}/#`])
    await watcher.send(`${at.base}/element/front/command`, command('grant', { correlation: 'old times' }))
    await until(() => watcher.at(`${at.base}/element/front/result`)[0]?.json.correlation === 'old times')
  })

  it('with TLS and a client certificate, and not by one whose authority is not known', async () => {
    const certificates = makeCertificates()
    const broker = await startMosquitto(certificates)
    cleanUp.push(() => broker.close())
    const at = await house()
    const { cert, key } = certificates.client('plugin')
    const settings = {
      kind: 'mqtt',
      name: 'Sealed',
      url: `mqtts://127.0.0.1:${broker.port}`,
      ca: String(certificates.ca),
      cert: String(cert),
      key: String(key),
    }
    const id = await at.add(settings)
    await connected(at, id)
    const doubting = await at.add({ ...settings, name: 'Doubting', prefix: 'portunus/doubting', ca: null })
    at.tell('door.opened', { door: 'front' })
    await until(async () => (await at.status(doubting)).state === 'failing')
    expect((await at.status(doubting)).connection).toMatch(/is not from a known authority; enter its certificate as "ca"/)
    const bare = await at.add({ ...settings, name: 'Bare', prefix: 'portunus/bare', cert: null, key: null })
    expect((await at.call('POST', `outlets/${bare}/test`)).json).toMatchObject({ ok: false })
    const all = JSON.stringify((await at.call('GET', 'outlets')).json) + JSON.stringify(await at.audit())
    expect(all).not.toContain('PRIVATE KEY')
    expect((await at.call('GET', `outlets/${id}`)).json.secrets).toEqual({ key: true, password: false })
  })

  it('is told what is wrong: the password, the address, a topic that is not allowed', async () => {
    const broker = await foreign()
    const at = await house()
    const wrong = await at.add(foreignSettings(broker, { name: 'Wrong', password: 'a guess' }))
    expect((await at.call('POST', `outlets/${wrong}/test`)).json).toEqual({
      ok: false,
      detail: `127.0.0.1:${broker.port} refuses the user name, password or certificate; check them, and what this user may do there.`,
    })
    const nowhere = await at.add(foreignSettings({ port: 1 }, { name: 'Nowhere' }))
    expect((await at.call('POST', `outlets/${nowhere}/test`)).json.detail).toMatch(/refuses connections/)
    const strange = await at.add(foreignSettings(broker, { name: 'Strange', prefix: 'not/ours' }))
    at.tell('door.opened', { door: 'front' })
    await until(async () => (await at.status(strange)).state === 'failing')
    expect((await at.status(strange)).lastFailure.message).toMatch(/does not take not\/ours.*[Nn]ot authorized/)
    expect(JSON.stringify((await at.call('GET', 'outlets')).json)).not.toContain('a guess')
  })

  it('a test of an outlet that is off sends the test and nothing else', async () => {
    const broker = await foreign()
    const at = await house()
    const id = await at.add(foreignSettings(broker, { enabled: false, roles: ['operator'] }))
    const watcher = await watch(broker, [`${prefix}/#`])
    expect((await at.call('POST', `outlets/${id}/test`)).json).toEqual({ ok: true, detail: `The broker has taken ${at.base}/test.` })
    await watcher.send(`${at.base}/element/front/command`, command('grant'))
    await sleep(200)
    expect(watcher.heard.map(({ topic }) => topic)).toEqual([`${at.base}/test`, `${at.base}/element/front/command`])
    const { id: own } = (await at.call('POST', 'outlets', { kind: 'mqtt', name: 'Own', enabled: false })).json
    expect((await at.call('POST', `outlets/${own}/test`)).json).toMatchObject({ ok: true })
  })
})

describe('what may be set', () => {
  it.each<[string, object, string]>([
    ['a broker off loopback without TLS', { url: 'mqtt://broker.example' }, 'url'],
    ['a password in the address', { url: 'mqtts://me:secret@broker.example' }, 'url'],
    ['a path', { url: 'mqtts://broker.example/mqtt' }, 'url'],
    ['another protocol', { url: 'https://broker.example' }, 'url'],
    ['a wildcard in the prefix', { prefix: 'a/+' }, 'prefix'],
    ['topics of the broker itself', { prefix: '$SYS' }, 'prefix'],
    ['an empty level', { prefix: 'a//b' }, 'prefix'],
    ['one prefix for both', { prefix: 'p', homeAssistant: true, homeAssistantPrefix: 'p' }, 'prefix'],
    ['roles at the embedded broker', { roles: ['operator'] }, 'roles'],
    ['a user at the embedded broker', { username: 'me' }, 'username'],
    ['a role that is not there', { url: 'mqtts://broker.example', roles: ['nobody'] }, 'roles[0]'],
    ['a key that is none', { url: 'mqtts://broker.example', key: 'abc' }, 'key'],
    ['a sealed key', { url: 'mqtts://broker.example', key: '-----BEGIN PRIVATE KEY-----\nENCRYPTED' }, 'key'],
  ])('not %s', async (_, settings, path) => {
    const at = await house()
    const { status, json } = await at.call('POST', 'outlets', { kind: 'mqtt', name: 'x', enabled: false, ...settings })
    expect([status, json.code, json.errors?.[0]?.path]).toEqual([400, 'validation-failed', path])
  })

  it('a broker off loopback without TLS only where it is said twice', async () => {
    const at = await house()
    const settings = { kind: 'mqtt', name: 'x', enabled: false, url: 'mqtt://broker.example', allowPlain: true }
    expect((await at.call('POST', 'outlets', settings)).status).toBe(201)
  })

  it('no two at one broker that would take away what the other keeps there', async () => {
    const at = await house()
    const add = (settings: object) => at.call('POST', 'outlets', { kind: 'mqtt', enabled: false, ...settings })
    expect((await add({ name: 'one', homeAssistant: true })).status).toBe(201)
    const path = async (settings: object) => (await add({ name: 'another', ...settings })).json.errors?.[0]?.path
    expect(await path({})).toBe('prefix')
    expect(await path({ prefix: 'p', homeAssistant: true })).toBe('homeAssistantPrefix')
    expect((await add({ name: 'two', prefix: 'p', homeAssistant: true, homeAssistantPrefix: 'ha' })).status).toBe(201)
    expect((await add({ name: 'three', url: 'mqtts://broker.example', homeAssistant: true })).status).toBe(201)
    const { items } = (await at.call('GET', 'outlets')).json
    expect((await at.call('PATCH', `outlets/${items[0].id}`, { filter: { doors: ['front'] } })).status).toBe(200)
  })

  it('who may operate doors through a broker elsewhere only by somebody who may give rights', async () => {
    const at = await house()
    await at.call('PUT', 'roles/technician', {
      name: 'Technician',
      rights: [{ right: 'manage-configuration' }, { right: 'use-access-control' }],
    })
    const authorization = `Bearer ${at.signedIn(['technician'])}`
    const settings = { kind: 'mqtt', name: 'x', enabled: false, url: 'mqtts://broker.example' }
    expect((await at.call('POST', 'outlets', { ...settings, roles: ['operator'] }, { authorization })).status).toBe(403)
    const { status, json } = await at.call('POST', 'outlets', settings, { authorization })
    expect(status).toBe(201)
    expect((await at.call('PATCH', `outlets/${json.id}`, { roles: ['operator'] }, { authorization })).status).toBe(403)
    expect((await at.call('PATCH', `outlets/${json.id}`, { roles: ['operator'] })).status).toBe(200)
    expect((await at.call('PATCH', `outlets/${json.id}`, { url: 'mqtts://mine.example' }, { authorization })).status).toBe(403)
    expect((await at.call('GET', `outlets/${json.id}`)).json).toMatchObject({ url: 'mqtts://broker.example', roles: ['operator'] })
  })
})
