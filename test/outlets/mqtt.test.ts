import { afterEach, describe, expect, it } from 'vitest'
import {
  command,
  embeddedSettings,
  foreignSettings,
  type House,
  openHouse,
  openWatcher,
  prefix,
  sleep,
  startForeign,
  until,
  type Watcher,
  watcherUser,
} from './mqtt-rig.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

interface Place {
  readonly house: House
  readonly id: string
  /** Somebody with the rights of an operator. */
  readonly watcher: Watcher
}

/** The same outlet at each broker. */
const places: Record<string, (settings?: object) => Promise<Place>> = {
  async 'the embedded broker'(settings = {}) {
    const house = await openHouse()
    cleanUp.push(() => house.close())
    const id = await house.add(embeddedSettings(settings))
    const watcher = await openWatcher(house.broker.port, house.integrator('vms', ['operator']), [`${house.base}/#`])
    cleanUp.push(watcher.close)
    return { house, id, watcher }
  },
  async Mosquitto(settings = {}) {
    const foreign = await startForeign()
    cleanUp.push(() => foreign.close())
    const house = await openHouse()
    cleanUp.push(() => house.close())
    const id = await house.add(foreignSettings(foreign, { roles: ['operator'], name: 'vms', ...settings }))
    const watcher = await openWatcher(foreign.port, { username: watcherUser[0], password: watcherUser[1] }, [`${house.base}/#`])
    cleanUp.push(watcher.close)
    return { house, id, watcher }
  },
}
const denied = {
  source: { kind: 'access-point', id: 'front/a' },
  door: 'front',
  side: 'a',
  credential: 'bo-card',
  reason: 'no-access-rule',
} as const

for (const [name, open] of Object.entries(places))
  describe(`over ${name}`, () => {
    it('tells events by category and type at QoS 1, as the API tells them', async () => {
      const { house, id, watcher } = await open()
      await until(() => watcher.at(`${house.base}/status`).length > 0)
      const event = house.tell('access.denied', denied)
      house.tell('door.opened', { door: 'front' })
      await until(() => watcher.at(`${house.base}/event/none/door.opened`).length === 1)
      const request = watcher.at(`${house.base}/event/access-request/access.denied`)
      const [first] = watcher.at(`${house.base}/event/access-denied/access.denied`)
      expect(request).toHaveLength(1)
      expect(first).toMatchObject({ retain: false, qos: 1 })
      const { json } = await house.call('GET', `events/${event.id}`)
      expect({ ...first?.json, deliveredAt: '' }).toEqual({ ...json, deliveredAt: '' })
      await until(async () => (await house.status(id)).state === 'waiting')
      expect(await house.status(id)).toMatchObject({ backlog: 0, connection: null })
    })

    it('keeps the state of every element, and that it is there', async () => {
      const { house, watcher } = await open()
      const told = () => watcher.retained()
      await until(() => told().size >= 15)
      const { json } = await house.call('GET', 'states')
      for (const state of json.items as { element: string }[]) {
        const kept = told().get(`${house.base}/element/${state.element}/state`)
        if (house.plugin.tree().element(state.element)?.type === 'access-point') expect(kept).toBeUndefined()
        else expect(JSON.parse(kept ?? 'null')).toEqual(state)
      }
      expect(told().get(`${house.base}/status`)).toBe('online')
      house.plugin.states.update('ctrl-1', [opened], [], false)
      await until(() => watcher.at(`${house.base}/element/front/state`).at(-1)?.json.states.includes('open'))
    })

    it('takes away what is kept of an element that goes away', async () => {
      const { house, watcher } = await open()
      const zone = `${house.base}/element/yard/state`
      const output = `${house.base}/element/ctrl-1/aux-1/state`
      expect((await house.call('POST', 'zones', { id: 'yard', doors: [] })).status).toBe(201)
      expect((await house.call('PATCH', 'controllers/ctrl-1', { outputs: [{ port: 'aux-1' }] })).status).toBe(200)
      await until(() => watcher.at(zone).at(-1)?.json !== undefined && watcher.at(output).at(-1)?.json !== undefined)
      expect((await house.call('DELETE', 'zones/yard')).status).toBe(204)
      expect((await house.call('PATCH', 'controllers/ctrl-1', { outputs: [] })).status).toBe(200)
      await until(() => watcher.at(zone).at(-1)?.text === '' && watcher.at(output).at(-1)?.text === '')
      expect(watcher.at(`${house.base}/element/front/state`).at(-1)?.text).not.toBe('')
    })

    it('carries a command out and answers with its correlation', async () => {
      const { house, watcher } = await open()
      await until(() => watcher.at(`${house.base}/element/front/state`).length > 0)
      const asked = command('grant', { seconds: 9, reason: 'parcel', onBehalfOf: 'anna', correlation: 'c-1' })
      await watcher.send(`${house.base}/element/front/command`, asked)
      await until(() => watcher.at(`${house.base}/element/front/result`).length > 0)
      const [result] = watcher.at(`${house.base}/element/front/result`)
      expect(result).toMatchObject({ retain: false, json: { correlation: 'c-1', element: 'front', reason: null } })
      expect(result?.json.results).toEqual([{ door: 'front', outcome: 'done', detail: 'Unlocked for 9 s.' }])
      expect(house.sent).toHaveLength(1)
      expect(house.sent[0]?.command).toMatchObject({
        action: 'grant',
        seconds: 9,
        operator: 'vms',
        onBehalfOf: 'anna',
        id: result?.json.id,
      })
      expect((await house.audit()).find(line => line.message.startsWith('grant for 9 s (parcel): front done'))).toMatchObject({
        permission: 'granted',
        user: 'vms',
        onBehalfOf: 'anna',
      })
      await watcher.send(`${house.base}/element/front/a/command`, command('reset', {}, 3_000))
      await watcher.send(`${house.base}/element/system/command`, command('lock'))
      await until(() => watcher.at(`${house.base}/element/system/result`).length > 0)
      expect(watcher.at(`${house.base}/element/system/result`)[0]?.json.results).toHaveLength(3)
      expect(watcher.at(`${house.base}/element/front/a/result`)[0]?.json.results).toMatchObject([{ door: 'front', outcome: 'done' }])
      // What was asked for a while ago has less time left at the controller.
      expect(house.sent.map(({ command: { validForMs } }) => validForMs <= 1_500)).toEqual([false, true, false, false])
    })

    it('does nothing that is late, from the future, unreadable or for nobody, and says so', async () => {
      const { house, watcher } = await open()
      await until(() => watcher.at(`${house.base}/element/front/state`).length > 0)
      const send = (element: string, body: object | string) => watcher.send(`${house.base}/element/${element}/command`, body)
      await send('front', command('grant', { correlation: 'late' }, 6_000))
      await send('front', command('grant', { correlation: 'early' }, -6_000))
      await send('front', 'UNLOCK')
      await send('front', { action: 'grant', correlation: 'timeless' })
      await send('front-in', command('grant', { correlation: 'reader' }))
      await send('nowhere', command('grant', { correlation: 'nobody' }))
      const results = () =>
        watcher.heard.filter(({ topic }) => topic.endsWith('/result')).map(({ json }) => [json.correlation, json.reason])
      await until(() => results().length === 6)
      expect(results()).toEqual([
        ['late', 'stale'],
        ['early', 'clock-ahead'],
        [null, 'unreadable'],
        ['timeless', 'unreadable'],
        ['reader', 'unknown-element'],
        ['nobody', 'unknown-element'],
      ])
      expect(house.sent).toEqual([])
      expect(
        (await house.audit()).filter(line => line.permission === 'denied' && line.message.startsWith('Command over MQTT refused')),
      ).toHaveLength(6)
    })

    it('acts once on a command that comes twice, and answers both times', async () => {
      const { house, watcher } = await open()
      await until(() => watcher.at(`${house.base}/element/front/state`).length > 0)
      const asked = command('unlock', { correlation: 'twice' })
      for (let i = 0; i < 3; i++) await watcher.send(`${house.base}/element/front/command`, asked)
      const results = () => watcher.at(`${house.base}/element/front/result`)
      await until(() => results().length === 3)
      expect(house.sent).toHaveLength(1)
      expect(new Set(results().map(({ json }) => json.id)).size).toBe(1)
      await watcher.send(`${house.base}/element/front/command`, command('unlock', { correlation: 'another' }))
      await until(() => house.sent.length === 2)
    })

    it('makes doors known to Home Assistant and tells events in ONVIF words, while it is switched on', async () => {
      const { house, id } = await open({ homeAssistant: true, onvif: true })
      const port = name === 'Mosquitto' ? Number(new URL((await house.call('GET', `outlets/${id}`)).json.url).port) : house.broker.port
      const user = name === 'Mosquitto' ? { username: watcherUser[0], password: watcherUser[1] } : house.integrator('home', ['operator'])
      const home = await openWatcher(port, user, ['homeassistant/#', `${prefix}/onvif-ej/#`])
      cleanUp.push(home.close)
      const { systemId } = house.plugin
      const lock = `homeassistant/lock/${systemId}/front-lock/config`
      const mode = `${prefix}/onvif-ej/Door/State/DoorMode/&front`
      house.plugin.states.update('ctrl-1', [opened], [], false)
      await until(() => home.at(lock).length > 0 && home.at(mode).length > 0)
      expect(home.at(lock)[0]?.json).toMatchObject({ command_topic: `${house.base}/element/front/command` })
      house.tell('access.denied', denied)
      const refused = `${prefix}/onvif-ej/AccessControl/Denied/Credential/&front/a`
      await until(() => home.at(refused).length === 1)
      expect(home.at(refused)[0]?.json).toMatchObject({ Source: { AccessPointToken: 'front/a' }, Data: { Reason: 'Unauthorized' } })
      // Home Assistant says that it is there; nobody minds.
      await home.send('homeassistant/status', 'online', { retain: true })
      await sleep(50)
      expect(home.ended()).toBe(false)
      expect((await house.call('PATCH', `outlets/${id}`, { homeAssistant: false })).status).toBe(200)
      if (name === 'Mosquitto') await until(() => home.at(lock).at(-1)?.text === '')
      else expect([...house.broker.retained()].some(topic => topic.startsWith('homeassistant/'))).toBe(false)
      expect((await house.call('PATCH', `outlets/${id}`, { prefix: 'elsewhere' })).status).toBe(200)
      if (name === 'Mosquitto') await until(() => home.at(mode).at(-1)?.text === '')
      else expect([...house.broker.retained()].some(topic => topic.startsWith(`${prefix}/`))).toBe(false)
    })

    it('takes away all it has left there when it is removed', async () => {
      const { house, id, watcher } = await open()
      await until(() => watcher.retained().size >= 15)
      expect((await house.call('DELETE', `outlets/${id}`)).status).toBe(204)
      if (name === 'Mosquitto') await until(() => [...watcher.retained().values()].every(text => text === ''))
      else expect([...house.broker.retained()]).toEqual([])
    })

    it('leaves out what its filter does, and what an administrator has switched off', async () => {
      const { house, watcher } = await open({ filter: { types: ['door.opened', 'access.granted'], doors: ['front', 'shop'] } })
      expect((await house.call('PATCH', 'elements/shop', { enabled: false })).status).toBe(200)
      await until(() => watcher.at(`${house.base}/element/front/state`).length > 0)
      house.tell('door.closed', { door: 'front' })
      house.tell('door.opened', { door: 'archive' })
      house.tell('door.opened', { door: 'shop' })
      house.tell('door.opened', { door: 'front' })
      await until(() => watcher.at(`${house.base}/event/none/door.opened`).length > 0)
      await sleep(100)
      expect(watcher.heard.filter(({ topic }) => topic.includes('/event/')).map(({ json }) => json.door)).toEqual(['front'])
      const kept = [...watcher.retained()].filter(([, text]) => text !== '').map(([topic]) => topic.replace(`${house.base}/`, ''))
      expect(kept.filter(topic => /archive|shop|ctrl-1\/state|office/.test(topic))).toEqual([])
      expect(kept).toContain('element/ctrl-1/door-1/state')
    })
  })

const opened = {
  kind: 'door',
  id: 'front',
  mode: 'scheduled',
  locked: false,
  position: 'open',
  status: 'online',
  forced: false,
  openTooLong: false,
} as const
