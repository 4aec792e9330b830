import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock as clock } from '../plugin/clock.ts'
import { createBroker } from '../plugin/link/broker.ts'
import { createPluginRig, createSource, twoDoors } from '../test/link/rig.ts'
import { adoptionPath } from './adoption.ts'
import { controllerConfig, readConfig } from './config.ts'
import { createMqttTransport } from './link/mqtt.ts'
import { keyNames, Refused, startController } from './main.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})
function directory(): string {
  const made = mkdtempSync(join(tmpdir(), 'portunus-controller-'))
  cleanUp.push(() => rmSync(made, { recursive: true, force: true }))
  return made
}
const said: string[] = []
const options = { version: 'test', say: (line: string) => said.push(line) }

describe('the configuration file', () => {
  const read = (text: string) => {
    const file = join(directory(), 'c.yaml')
    writeFileSync(file, text)
    const result = readConfig(file)
    return 'problems' in result ? result.problems.map(line => line.replace(file, 'c.yaml')) : result.config
  }

  it('is read with its defaults', () => {
    expect(read('controller: ctrl-1\ndata: /var/lib/portunus\nlink: { url: "mqtts://server:8883", secretFile: /etc/s }')).toMatchObject({
      controller: 'ctrl-1',
      clock: 'battery',
      link: { prefix: 'portunus' },
    })
  })
  it('names what is unknown, missing or wrong, one line each', () => {
    expect(read('controller: Ctrl\nlink: { url: "http://x", speed: 3 }')).toEqual([
      'c.yaml: controller: an id is 1 to 64 of a-z, 0-9 and hyphen',
      'c.yaml: data: Invalid input: expected string, received undefined',
      'c.yaml: link.url: the broker is written mqtts://HOST:PORT, without user name and password',
      'c.yaml: link.speed: Unrecognized key: "speed"',
    ])
    const clear = expect.stringMatching(/^c\.yaml: link\.(url|adoption\.server): without TLS/)
    const link = (more: string) =>
      read(`{ controller: c, data: d, link: { url: "mqtt://server:1883", adoption: { server: "http://server", code: x }${more} } }`)
    for (const once of ['', ', plain: true', ', plainOffLoopback: true']) expect(link(once)).toEqual([clear, clear])
    expect(link(', plain: true, plainOffLoopback: true')).toMatchObject({ controller: 'c' })
    expect(read('controller: [')).toEqual([expect.stringMatching(/^c\.yaml:\d+: /)])
    expect(readConfig('/nowhere.yaml')).toEqual({ problems: ['/nowhere.yaml: there is no such file or folder'] })
    expect(readConfig('.')).toEqual({ problems: ['.: this is a folder, not a file'] })
  })
})

describe('a device', () => {
  async function house() {
    /** What each code is for; it counts once. */
    const codes = new Map<string, string>()
    const secret = Buffer.alloc(32, 7)
    const broker = await createBroker({ host: '127.0.0.1', port: 0, secretOf: id => (id === 'ctrl-1' ? secret : undefined) })
    cleanUp.push(() => broker.close())
    const plugin = createPluginRig({
      clock,
      transport: createMqttTransport({ ...broker, clientId: 'plugin' }),
      source: createSource(twoDoors),
    })
    plugin.link.start()
    cleanUp.push(() => {
      plugin.link.stop()
      plugin.transport.close()
    })
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', part => {
        body += part
      })
      request.on('end', () => {
        const { code } = JSON.parse(body) as { code: string }
        const controller = request.url === adoptionPath ? codes.get(code) : undefined
        codes.delete(code)
        response.writeHead(controller === undefined ? 401 : 200).end(JSON.stringify({ controller, secret: secret.toString('hex') }))
      })
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    cleanUp.push(() => server.close())
    const address = `http://127.0.0.1:${(server.address() as { port: number }).port}`
    const config = (link: object) =>
      controllerConfig.parse({ controller: 'ctrl-1', data: join(directory(), 'data'), link: { url: broker.url, ...link } })
    return { codes, plugin, config, address, secret }
  }
  const until = async (holds: () => boolean) => {
    for (let i = 0; i < 500 && !holds(); i++) await new Promise(resolve => setTimeout(resolve, 10))
    expect(holds()).toBe(true)
  }

  it('is adopted by a code, gets its site over the link, and needs no code at the next start', async () => {
    const { codes, plugin, config, address, secret } = await house()
    codes.set('CODE', 'ctrl-1')
    const settings = config({ adoption: { server: address, code: 'CODE' } })
    let running = await startController(settings, options)
    await until(() => running.store.inForce?.revision === 'r1')
    expect(running.store.keys.get(keyNames.link)).toEqual(secret)
    running.stop()
    await until(() => !plugin.link.isOnline('ctrl-1'))
    running = await startController(settings, options)
    await until(() => plugin.link.isOnline('ctrl-1'))
    running.stop()
  })

  it('is refused with a code that is wrong or for another controller', async () => {
    const { codes, config, address } = await house()
    await expect(startController(config({ adoption: { server: address, code: 'WRONG' } }), options)).rejects.toThrow(
      'the code is wrong, used or out of date',
    )
    codes.set('CODE', 'ctrl-2')
    const code = 'CODE'
    await expect(startController(config({ adoption: { server: address, code } }), options)).rejects.toThrow(
      'the code is for controller "ctrl-2"',
    )
    await expect(startController(config({ adoption: { server: address, code } }), options)).rejects.toThrow('used or out of date')
  })

  it('runs without a link, and without its hardware: readers are offline and doors locked', async () => {
    const settings = controllerConfig.parse({ controller: 'ctrl-1', data: join(directory(), 'data') })
    const running = await startController(settings, options)
    running.runtime.configure(createSource(twoDoors).site, '1')
    expect(running.store.read(1, 10).map(({ event }) => event.type)).toContain('reader.offline')
    await expect(running.pulse('aux-9', 1)).rejects.toBeInstanceOf(Refused)
    await running.pulse('relay-1', 1)
    running.stop()
  })

  it('does not start on data that another process has', async () => {
    const settings = controllerConfig.parse({ controller: 'ctrl-1', data: join(directory(), 'data') })
    const running = await startController(settings, options)
    await expect(startController(settings, options)).rejects.toThrow('is used by another process')
    running.stop()
  })
})
