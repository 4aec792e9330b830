import { afterEach, describe, expect, it } from 'vitest'
import { createMqttTransport } from '../../controller/link/mqtt.ts'
import { systemClock as clock } from '../../plugin/clock.ts'
import type { Answer } from '../../plugin/link/requests.ts'
import { type LinkTransport, topicsOf } from '../../shared/link.ts'
import { passwordOf, startAedes, startMosquitto, startWire, type TestBroker } from './broker-rig.ts'
import { createControllerRig, createIntake, createPluginRig, createSource, twoDoors } from './rig.ts'

const cleanUp: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

const sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))
/** Waits until something holds. @returns how long that took, in ms */
async function until(holds: () => boolean, within: number): Promise<number> {
  const start = clock.now()
  while (!holds()) {
    if (clock.now() - start > within) throw new Error(`not within ${within} ms`)
    await sleep(5)
  }
  return clock.now() - start
}

function controllerTransport(port: number, id = 'ctrl-1', password = passwordOf(id)): LinkTransport {
  const transport = createMqttTransport({ url: `mqtt://127.0.0.1:${port}`, username: id, password, clientId: id })
  cleanUp.push(() => transport.close())
  return transport
}
function pluginTransport(broker: TestBroker): LinkTransport {
  const transport = createMqttTransport({ url: `mqtt://127.0.0.1:${broker.port}`, ...broker.plugin, clientId: 'plugin' })
  cleanUp.push(() => transport.close())
  return transport
}

async function house(broker: TestBroker, port = broker.port) {
  const source = createSource(twoDoors)
  const plugin = createPluginRig({ clock, transport: pluginTransport(broker), source })
  const one = createControllerRig({ id: 'ctrl-1', clock, transport: controllerTransport(port) })
  plugin.link.start()
  one.runtime.start()
  cleanUp.push(() => {
    one.runtime.stop()
    plugin.link.stop()
  })
  await until(() => one.link.up && one.store.inForce !== undefined, 5_000)
  return { source, plugin, one }
}
const grant = () => ({
  id: `g${clock.now()}`,
  action: 'grant',
  target: { kind: 'door', id: 'door-1' },
  issuedAt: new Date().toISOString(),
  validForMs: 4000,
})

const brokers = { aedes: startAedes, mosquitto: startMosquitto }

for (const [name, start] of Object.entries(brokers))
  describe(`the link over ${name}`, () => {
    async function broker(): Promise<TestBroker> {
      const made = await start()
      cleanUp.push(() => made.close())
      return made
    }

    it('carries site, events, commands and states', async () => {
      const { plugin, one, source } = await house(await broker())
      one.swipe('in-1')
      await until(() => plugin.intake.of('ctrl-1').some(({ event }) => event.type === 'access.granted'), 2_000)
      const answers: Answer[] = []
      plugin.link.request('ctrl-1', 'command', grant(), answer => answers.push(answer))
      await until(() => answers.length > 0, 2_000)
      expect(answers).toEqual([{ ok: true, body: [{ door: 'door-1', outcome: 'done' }] }])
      await until(() => plugin.states.get('door-1')?.kind === 'door' && one.store.acknowledged === one.store.next - 1, 2_000)
      source.change(site => ({ ...site, cardholders: [], groups: [] }))
      plugin.link.offer()
      await until(() => one.store.inForce?.revision === 'r2', 1_000)
    })

    it('loses and doubles nothing when the broker dies under it, is told lost in 10 s and used again in 5 s', async () => {
      const server = await broker()
      const { plugin, one } = await house(server)
      const swiping = setInterval(() => one.swipe('in-1'), 20)
      cleanUp.push(() => clearInterval(swiping))
      await sleep(300)
      for (let round = 0; round < 2; round++) {
        await server.stop()
        await until(() => !one.link.up && one.types().filter(type => type === 'link.lost').length === round + 1, 10_000)
        await sleep(700)
        await server.start()
        await until(() => one.link.up, 5_000)
      }
      clearInterval(swiping)
      await until(() => one.store.acknowledged === one.store.next - 1, 5_000)
      expect(one.types().filter(type => type === 'link.restored')).toHaveLength(2)
      expect(plugin.intake.of('ctrl-1').map(({ event }) => event.id)).toEqual(one.store.read(1, 100_000).map(({ event }) => event.id))
    })

    it('is told lost in 10 s when the wire falls silent, and used again 5 s after it speaks', async () => {
      const server = await broker()
      const wire = await startWire(server.port)
      cleanUp.push(() => wire.close())
      const { plugin, one } = await house(server, wire.port)
      wire.silent(true)
      const answers: Answer[] = []
      plugin.link.request('ctrl-1', 'command', grant(), answer => answers.push(answer))
      const [lost, offline] = await Promise.all([
        until(() => one.types().includes('link.lost'), 10_000),
        until(() => !plugin.link.isOnline('ctrl-1'), 11_000),
      ])
      expect(lost).toBeGreaterThan(2_000)
      expect(offline).toBeGreaterThan(2_000)
      expect(answers).toEqual([expect.objectContaining({ reason: 'unreachable' })])
      one.swipe('in-1')
      await sleep(6_000)
      const moved = one.acted.length
      wire.silent(false)
      expect(await until(() => one.link.up, 5_000)).toBeLessThan(5_000)
      await until(() => one.store.acknowledged === one.store.next - 1, 2_000)
      expect(plugin.intake.of('ctrl-1').map(({ event }) => event.sequence)).toEqual(
        Array.from({ length: one.store.next - 1 }, (_, i) => i + 1),
      )
      expect(one.acted.slice(moved).filter(({ energised }) => energised)).toEqual([])
    })

    it('goes on with another plugin where the first has died', async () => {
      const server = await broker()
      const { plugin, one, source } = await house(server)
      plugin.link.stop()
      plugin.transport.close()
      one.swipe('in-1')
      await sleep(200)
      const intake = createIntake()
      intake.logs.set(`ctrl-1 ${one.store.logId}`, plugin.intake.log('ctrl-1', one.store.logId))
      const again = createPluginRig({ clock, transport: pluginTransport(server), source, intake, seed: 9 })
      again.link.start()
      cleanUp.push(() => again.link.stop())
      await until(() => one.store.acknowledged === one.store.next - 1, 5_000)
      expect(intake.of('ctrl-1').map(({ event }) => event.sequence)).toEqual(Array.from({ length: one.store.next - 1 }, (_, i) => i + 1))
      expect(one.types()).not.toContain('link.lost')
    })

    it('lets a controller use its own topics alone, and nobody in without a password', async () => {
      const server = await broker()
      const heard: string[] = []
      const spy = controllerTransport(server.port, 'ctrl-2')
      const { up, down } = topicsOf('portunus', 'ctrl-1')
      spy.subscribe(topicsOf('portunus', 'ctrl-2').down, (_topic, payload) => heard.push(payload))
      spy.open()
      await until(() => spy.up, 5_000)
      const listener = pluginTransport(server)
      const told: string[] = []
      listener.subscribe('portunus/+/up', (topic, payload) => told.push(`${topic} ${payload}`))
      listener.open()
      await until(() => listener.up, 5_000)
      spy.publish(topicsOf('portunus', 'ctrl-2').up, 'own', { qos: 1 })
      await until(() => told.length === 1, 2_000)
      spy.publish(up, 'forged', { qos: 1 })
      await sleep(300)
      expect(told).toEqual(['portunus/ctrl-2/up own'])

      const eavesdropper = controllerTransport(server.port, 'ctrl-2')
      const overheard: string[] = []
      eavesdropper.subscribe(down, (_topic, payload) => overheard.push(payload))
      eavesdropper.open()
      listener.publish(down, 'secret', { qos: 1 })
      const stranger = controllerTransport(server.port, 'ctrl-1', 'guessed')
      stranger.open()
      await sleep(700)
      listener.publish(down, 'secret', { qos: 1 })
      await sleep(200)
      expect(overheard).toEqual([])
      expect(stranger.up).toBe(false)
    })
  })
