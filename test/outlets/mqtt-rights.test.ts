import { connect as connectTcp } from 'node:net'
import { connectAsync } from 'mqtt'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { linkPassword } from '../../controller/link/secret.ts'
import { openRig } from '../api/rig.ts'
import { makeCertificates, secretOf } from '../link/broker-rig.ts'
import { command, embeddedSettings, type House, openHouse, openWatcher, prefix, sleep, until } from './mqtt-rig.ts'

let house: House
const cleanUp: (() => unknown)[] = []
beforeEach(async () => {
  house = await openHouse()
  await house.add(embeddedSettings({ homeAssistant: true }))
})
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
  await house.close()
})

async function come(name: string, roles: readonly string[], filters: readonly string[] = [`${house.base}/#`], more: object = {}) {
  const watcher = await openWatcher(house.broker.port, { ...house.integrator(name, roles), ...more }, filters)
  cleanUp.push(watcher.close)
  return watcher
}
async function role(id: string, rights: readonly { right: string; doors?: string[] }[]): Promise<void> {
  expect((await house.call('PUT', `roles/${id}`, { name: id, rights })).status).toBeLessThan(300)
}
const refusals = async () => (await house.audit()).filter(line => line.permission === 'denied').map(line => line.message)
const elements = (messages: readonly { topic: string }[]) =>
  new Set(messages.flatMap(({ topic }) => /\/element\/([^/]+)/.exec(topic)?.[1] ?? []))

describe('who comes to the embedded broker', () => {
  it('has to show an API token, with its name and a right that is of use there', async () => {
    await role('clerk', [{ right: 'view-cardholders' }])
    const port = house.broker.port
    await house.identity.addUser({ name: 'olga', password: 'a long enough 1', roles: ['operator'] })
    const session = await house.identity.signIn('olga', 'a long enough 1')
    const { password } = house.integrator('vms', ['operator'])
    for (const wrong of [
      { username: 'vms', password: 'pt_wrong' },
      { username: 'another', password: password as string },
      { username: 'olga', password: 'a long enough 1' },
      { username: 'olga', password: session.ok ? session.secret : '' },
      house.integrator('clerk', ['clerk']),
      {},
    ])
      await expect(openWatcher(port, wrong, [])).rejects.toThrow(/not authorized/i)
    const noted = await refusals()
    expect(noted).toContain('MQTT sign-in refused: the token has none of the rights use-access-control and operate-doors')
    expect(noted.filter(message => message.startsWith('MQTT sign-in refused'))).toHaveLength(5)
  })

  it('comes over TLS, where the broker speaks it', async () => {
    const certificates = makeCertificates()
    const sealed = await openHouse({ tls: certificates.server })
    cleanUp.push(() => sealed.close())
    await sealed.add(embeddedSettings())
    const client = await connectAsync(sealed.broker.url, {
      ...sealed.integrator('vms', ['operator']),
      ca: certificates.ca,
      reconnectPeriod: 0,
    })
    cleanUp.push(() => client.endAsync(true))
    expect(sealed.broker.url).toMatch(/^mqtts:/)
    const heard = new Promise(resolve => client.on('message', (_, payload) => resolve(String(payload))))
    await client.subscribeAsync(`${sealed.base}/status`)
    expect(await heard).toBe('online')
  })

  it('finds none, and is told so, where this server uses a broker elsewhere', async () => {
    const rig = await openRig()
    cleanUp.push(() => rig.close())
    rig.outlets.start()
    const { json } = await rig.call('POST', 'outlets', { kind: 'mqtt', name: 'x' })
    expect(json.status).toMatchObject({
      state: 'connecting',
      connection: expect.stringContaining('enter the address of a broker as "url"'),
    })
    expect((await rig.call('POST', `outlets/${json.id}/test`)).json).toMatchObject({ ok: false })
  })

  it('sees nothing and commands nothing where there is no outlet for it', async () => {
    const { items } = (await house.call('GET', 'outlets')).json
    const there = await come('vms', ['operator'])
    expect((await house.call('PATCH', `outlets/${items[0].id}`, { enabled: false })).status).toBe(200)
    await until(there.ended)
    await expect(come('another', ['operator'])).rejects.toThrow(/not authorized/i)
  })

  it('cannot come near the topics of controllers, nor take the place of one, nor of another', async () => {
    const heard: string[] = []
    const controller = await openWatcher(
      house.broker.port,
      { clientId: 'ctrl-1', username: 'ctrl-1', password: linkPassword(secretOf('ctrl-1')!) },
      ['portunus/ctrl-1/down', 'portunus/all'],
    )
    cleanUp.push(controller.close)
    controller.client.on('message', topic => heard.push(topic))
    const names = ['ctrl-1', 'plugin', 'ctrl-2']
    for (const clientId of names) {
      const intruder = await come(`as ${clientId}`, ['administrator'], [], { clientId })
      const wanted = ['#', '+/+/#', 'portunus/#', 'portunus/ctrl-1/up', 'portunus/ctrl-1/down', '$SYS/#', `${prefix}/+/#`, 'unheard']
      expect(await intruder.subscribe(wanted)).toEqual(wanted.map(() => 128))
      await intruder.send('portunus/ctrl-1/down', '{}')
      await until(intruder.ended)
    }
    const other = await come('vms', ['operator'], [`${house.base}/#`], { clientId: 'ctrl-1' })
    const same = await come('vms two', ['operator'], [`${house.base}/#`], { clientId: 'ctrl-1' })
    await sleep(100)
    expect([controller.ended(), other.ended(), same.ended(), heard]).toEqual([false, false, false, []])
  })

  it('is never a controller: its credentials open nothing of integrators', async () => {
    const controller = await openWatcher(
      house.broker.port,
      { clientId: 'ctrl-1', username: 'ctrl-1', password: linkPassword(secretOf('ctrl-1')!) },
      [],
    )
    cleanUp.push(controller.close)
    expect(await controller.subscribe([`${house.base}/#`, 'homeassistant/#', '#'])).toEqual([128, 128, 128])
    await controller.send(`${house.base}/element/front/command`, command('grant'))
    await until(controller.ended)
    expect(house.sent).toEqual([])
  })

  it('may publish nothing but commands, and nobody hears them but the server', async () => {
    const listener = await come('listener', ['administrator'])
    for (const topic of ['element/front/state', 'element/front/result', 'status', 'event/none/door.opened', 'anything']) {
      const speaker = await come(`speaker of ${topic}`, ['administrator'])
      await speaker.send(`${house.base}/${topic}`, 'forged')
      await until(speaker.ended)
    }
    const speaker = await come('speaker', ['administrator'])
    await speaker.send(`${house.base}/element/front/command`, command('grant'))
    await until(() => listener.at(`${house.base}/element/front/result`).length > 0)
    expect(listener.heard.filter(({ topic, text }) => topic.endsWith('/command') || text === 'forged')).toEqual([])
  })

  it('is refused a command that is retained, and nothing of it is kept', async () => {
    const watcher = await come('vms', ['operator'])
    await watcher.send(`${house.base}/element/front/command`, command('grant', { correlation: 'r' }), { retain: true })
    await until(() => watcher.at(`${house.base}/element/front/result`).length > 0)
    expect(watcher.at(`${house.base}/element/front/result`)[0]?.json).toMatchObject({ correlation: 'r', reason: 'retained' })
    expect(house.sent).toEqual([])
    expect([...house.broker.retained()].filter(topic => topic.endsWith('/command'))).toEqual([])
  })
})

describe('what a token allows', () => {
  it('only to look: is refused every command, which is noted', async () => {
    await role('guest', [{ right: 'use-access-control' }])
    const guest = await come('guest', ['guest'])
    await guest.send(`${house.base}/element/front/command`, command('grant', { correlation: 'no' }))
    await until(() => guest.at(`${house.base}/element/front/result`).length > 0)
    expect(guest.at(`${house.base}/element/front/result`)[0]?.json).toMatchObject({ reason: 'forbidden', correlation: 'no', results: [] })
    expect(house.sent).toEqual([])
    expect(await refusals()).toContainEqual(expect.stringContaining('Command over MQTT refused (forbidden)'))
  })

  it('at one door: sees and commands that door alone', async () => {
    await role('porter', [
      { right: 'use-access-control', doors: ['front'] },
      { right: 'operate-doors', doors: ['front'] },
    ])
    const porter = await come('porter', ['porter'], [`${house.base}/#`, 'homeassistant/#'])
    const all = await come('vms', ['operator'], [`${house.base}/#`, 'homeassistant/#'])
    await until(() => elements(porter.heard).has('front') && elements(all.heard).has('shop'))
    house.tell('door.opened', { door: 'shop', source: { kind: 'door', id: 'shop' } })
    house.tell('controller.power-lost', { source: { kind: 'controller', id: 'ctrl-1' } })
    for (const controller of ['ctrl-2', 'ctrl-1'])
      house.plugin.take(controller, `lost-${controller}`, [], { controller, logId: `lost-${controller}`, first: 1, last: 5 })
    house.tell('door.opened', { door: 'front' })
    await until(() => porter.at(`${house.base}/event/none/door.opened`).length > 0)
    await porter.send(`${house.base}/element/shop/command`, command('grant'))
    await porter.send(`${house.base}/element/system/command`, command('unlock'))
    await porter.send(`${house.base}/element/office/command`, command('unlock'))
    await porter.send(`${house.base}/element/front/command`, command('grant'))
    await until(() => porter.at(`${house.base}/element/front/result`).length > 0)
    await sleep(50)
    expect(porter.at(`${house.base}/event/none/door.opened`).map(({ json }) => json.door)).toEqual(['front'])
    expect(all.at(`${house.base}/event/none/door.opened`)).toHaveLength(2)
    const lost = ({ heard }: typeof porter) => heard.filter(({ json }) => json?.type === 'gap').map(({ json }) => json.controller)
    expect([lost(porter), lost(all)]).toEqual([['ctrl-1'], ['ctrl-2', 'ctrl-1']])
    const own = porter.heard.filter(({ topic }) => !topic.endsWith('/result'))
    expect([...elements(own)].sort()).toEqual(['ctrl-1', 'front', 'front-in'])
    expect(own.filter(({ topic }) => topic.includes('/element/ctrl-1/')).map(({ topic }) => topic.split('/element/')[1])).toEqual(
      expect.arrayContaining(['ctrl-1/door-1/state', 'ctrl-1/rex-1/state']),
    )
    expect(own.some(({ topic }) => topic === `${house.base}/element/ctrl-1/state`)).toBe(false)
    expect(own.filter(({ topic }) => /^homeassistant/.test(topic) && /shop|archive/.test(topic))).toEqual([])
    expect(porter.heard.filter(({ topic }) => topic.endsWith('/result')).map(({ json }) => [json.element, json.reason])).toEqual([
      ['shop', 'forbidden'],
      ['system', 'forbidden'],
      ['office', 'forbidden'],
      ['front', null],
    ])
    expect(house.sent.map(({ command: { target } }) => target.id)).toEqual(['front'])
  })

  it('only to command: hears its own results and nothing else', async () => {
    await role('button', [{ right: 'operate-doors', doors: ['front'] }])
    const button = await come('button', ['button'])
    house.tell('door.opened', { door: 'front' })
    await button.send(`${house.base}/element/front/command`, command('grant'))
    await until(() => button.heard.length > 0)
    await sleep(50)
    expect(button.heard.map(({ topic }) => topic)).toEqual([`${house.base}/element/front/result`])
    expect(house.sent).toHaveLength(1)
  })

  it('ends with the token, and changes with its role', async () => {
    await role('porter', [{ right: 'use-access-control', doors: ['front'] }])
    const porter = await come('porter', ['porter'])
    const another = await come('another', ['operator'])
    await role('porter', [{ right: 'use-access-control', doors: ['shop'] }])
    await until(porter.ended)
    expect(another.ended()).toBe(false)
    const token = house.identity.tokenNamed('another')!
    expect((await house.call('DELETE', `tokens/${token.id}`)).status).toBe(204)
    await until(another.ended)
  })

  it('is over with the token, for a last will too, and for what is said before anybody has hung up', async () => {
    const will = { topic: `${house.base}/element/front/command`, qos: 1 as const, retain: false }
    const last = await come('last', ['operator'], [`${house.base}/#`], {
      will: { ...will, payload: Buffer.from(JSON.stringify(command('unlock'))) },
    })
    expect((await house.call('DELETE', `tokens/${house.identity.tokenNamed('last')!.id}`)).status).toBe(204)
    await until(last.ended)
    const { secret } = house.identity.addToken({ name: 'brief', roles: ['operator'], expires: house.plugin.now() + 60_000 })
    const brief = await openWatcher(house.broker.port, { username: 'brief', password: secret }, [`${house.base}/#`])
    cleanUp.push(brief.close)
    house.shift(60_001)
    await brief.send(`${house.base}/element/front/command`, command('unlock', { issuedAt: new Date(house.plugin.now()).toISOString() }))
    await until(brief.ended)
    await sleep(50)
    expect(house.sent).toEqual([])
  })

  it('tells nobody what is not theirs when it is taken away', async () => {
    await role('porter', [{ right: 'use-access-control', doors: ['front'] }])
    const porter = await come('porter', ['porter'], [`${house.base}/#`, 'homeassistant/#'])
    await until(() => porter.at(`${house.base}/element/front/state`).length > 0)
    const [{ id }] = (await house.call('GET', 'outlets')).json.items
    expect((await house.call('PATCH', `outlets/${id}`, { homeAssistant: false })).status).toBe(200)
    await until(() => porter.heard.some(({ topic, text }) => topic.endsWith('/front-lock/config') && text === ''))
    expect(porter.heard.filter(({ topic }) => /shop|archive/.test(topic))).toEqual([])
  })

  it('ends when the token runs out', async () => {
    const { secret } = house.identity.addToken({ name: 'brief', roles: ['operator'], expires: house.plugin.now() + 60_000 })
    const brief = await openWatcher(house.broker.port, { username: 'brief', password: secret }, [`${house.base}/#`])
    cleanUp.push(brief.close)
    house.shift(61_000)
    await until(brief.ended, 20_000)
  })
})

describe('one that asks for too much', () => {
  const watch = async () => {
    const watcher = await come('vms', ['operator'])
    await until(() => watcher.at(`${house.base}/element/front/state`).length > 0)
    return { watcher, reasons: () => watcher.at(`${house.base}/element/front/result`).map(({ json }) => json.reason as string | null) }
  }

  it('is answered when nothing can be stored: what is done is told as done, what is refused as refused', async () => {
    const { watcher, reasons } = await watch()
    house.store.sql.pragma('query_only = 1')
    await watcher.send(`${house.base}/element/front/command`, command('grant'))
    await until(() => reasons().length === 1)
    await watcher.send(`${house.base}/element/front/command`, '{')
    await until(() => reasons().length === 2)
    house.store.sql.pragma('query_only = 0')
    expect(reasons()).toEqual([null, 'unreadable'])
    expect(house.sent).toHaveLength(1)
  })

  it('is told that too much is under way', async () => {
    const { watcher, reasons } = await watch()
    const answers: (() => void)[] = []
    house.behaviour.command = () => new Promise(resolve => answers.push(() => resolve([{ door: 'front', outcome: 'done' }])))
    for (let i = 0; i < 65; i++) await watcher.send(`${house.base}/element/front/command`, command('grant', { correlation: String(i) }))
    await until(() => reasons().length === 1)
    expect(reasons()).toEqual(['busy'])
    expect(house.sent).toHaveLength(64)
    for (const answer of answers) answer()
    await until(() => reasons().length === 65)
  })

  it('does not fill the audit log with what it is refused', async () => {
    const { watcher, reasons } = await watch()
    for (let i = 0; i < 30; i++) await watcher.send(`${house.base}/element/front/command`, `no command ${i}`)
    await until(() => reasons().length === 30)
    const noted = (await refusals()).filter(message => message.includes('over MQTT'))
    expect(noted.length).toBeGreaterThanOrEqual(21)
    // Where a minute ends in between, there are two beginnings.
    expect(noted.length).toBeLessThan(30)
    expect(noted).toContain('Further commands over MQTT that are refused this minute are not noted')
  })

  it('is hung up on when it sends much before it has said who it is', async () => {
    const socket = connectTcp(house.broker.port, '127.0.0.1')
    cleanUp.push(() => socket.destroy())
    let closed = false
    socket.on('close', () => {
      closed = true
    })
    socket.on('error', () => {})
    // CONNECT, and a length of 256 MiB.
    socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]))
    for (let i = 0; i < 100 && !closed; i++) {
      socket.write(Buffer.alloc(4_096))
      await sleep(5)
    }
    await until(() => closed, 1_000)
  })
})

it('one that does not read is disconnected, and holds up nobody', async () => {
  const sleeper = await come('sleeper', ['operator'], [`${house.base}/#`], { keepalive: 0 })
  const { stream } = sleeper.client
  stream.unpipe()
  stream.pause()
  const awake = await come('awake', ['operator'])
  const many = 100
  const topic = `${house.base}/event/none/door.closed`
  let slowest = 0
  for (let round = 1; round <= 40 && !stream.destroyed; round++) {
    const start = performance.now()
    house.tellMany(many, 'door.closed', { door: 'front', raw: '01'.repeat(4000) })
    await until(() => awake.at(topic).length === round * many)
    slowest = Math.max(slowest, performance.now() - start)
  }
  stream.resume()
  await until(() => stream.destroyed)
  expect(slowest).toBeLessThan(2_000)
  expect(awake.ended()).toBe(false)
})
