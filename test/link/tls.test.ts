import { afterEach, beforeAll, expect, it } from 'vitest'
import { createMqttTransport, type MqttOptions } from '../../controller/link/mqtt.ts'
import { systemClock as clock } from '../../plugin/clock.ts'
import { type Certificates, makeCertificates, passwordOf, startAedes, startMosquitto } from './broker-rig.ts'
import { createControllerRig, createPluginRig, createSource, twoDoors } from './rig.ts'

let certificates: Certificates
beforeAll(() => {
  certificates = makeCertificates()
})
const cleanUp: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

function transport(options: MqttOptions) {
  const made = createMqttTransport(options)
  cleanUp.push(() => made.close())
  return made
}
async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !holds(); i++) await new Promise(resolve => setTimeout(resolve, 10))
  expect(holds()).toBe(true)
}
function house(plugin: MqttOptions, controller: MqttOptions) {
  const server = createPluginRig({ clock, transport: transport(plugin), source: createSource(twoDoors) })
  const one = createControllerRig({ id: 'ctrl-1', clock, transport: transport(controller) })
  server.link.start()
  one.runtime.start()
  cleanUp.push(() => {
    one.runtime.stop()
    server.link.stop()
  })
  return one
}

it('the embedded broker speaks TLS, and is believed only by who knows its authority', async () => {
  const broker = await startAedes(certificates)
  cleanUp.push(() => broker.close())
  const url = `mqtts://127.0.0.1:${broker.port}`
  const tls = { ca: certificates.ca }
  const one = house(
    { url, ...broker.plugin, clientId: 'plugin', tls },
    { url, username: 'ctrl-1', password: passwordOf('ctrl-1'), clientId: 'ctrl-1', tls },
  )
  await until(() => one.link.up)

  const troubles: string[] = []
  for (const wrong of [{ url }, { url: `mqtt://127.0.0.1:${broker.port}` }]) {
    const doubting = transport({
      ...wrong,
      username: 'ctrl-2',
      password: passwordOf('ctrl-2'),
      clientId: 'ctrl-2',
      onTrouble: trouble => troubles.push(trouble),
    })
    doubting.open()
    await new Promise(resolve => setTimeout(resolve, 600))
    expect(doubting.up).toBe(false)
  }
  expect(troubles[0]).toMatch(/self-signed certificate|unable to verify/)
})

it('a broker elsewhere may ask for client certificates instead of passwords', async () => {
  const broker = await startMosquitto(certificates)
  cleanUp.push(() => broker.close())
  const url = `mqtts://127.0.0.1:${broker.port}`
  const tls = (name: string) => ({ ca: certificates.ca, ...certificates.client(name) })
  const one = house({ url, clientId: 'plugin', tls: tls('plugin') }, { url, clientId: 'ctrl-1', tls: tls('ctrl-1') })
  await until(() => one.link.up)
  const stranger = transport({ url, clientId: 'ctrl-2', tls: { ca: certificates.ca } })
  stranger.open()
  await new Promise(resolve => setTimeout(resolve, 600))
  expect(stranger.up).toBe(false)
})
