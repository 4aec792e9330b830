import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { badge } from '../../test/conformance/osdp/rig.ts'
import type { AcuEvent } from '../acu-state.ts'
import { type LineEvent, openAcu, openPd, type Pipe } from '../line.ts'
import { realClock } from './clock.ts'
import { serialPipe } from './serial.ts'
import { tcpClient, tcpServer } from './tcp.ts'
import { udpPipe } from './udp.ts'

type Event = AcuEvent | LineEvent

/** Brings a reader up over two pipes, presents a card, sends a LED command and a file. */
async function converse(near: Pipe, far: Pipe) {
  const clock = realClock()
  const scbk = randomBytes(16)
  const events: Event[] = []
  const waiting = new Set<() => void>()
  const until = (what: string, is: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${what} never came; so far ${JSON.stringify(events)}`)), 10_000)
      const look = () => {
        if (!is()) return
        clearTimeout(timer)
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  const file = randomBytes(3000)
  let received: Uint8Array | null = null
  const reader = openPd({
    pipe: far,
    clock,
    config: { address: 5, scbk, random: randomBytes },
    onEffect(effect) {
      if (effect.kind === 'file') received = effect.file.bytes
    },
  })
  const acu = openAcu({
    pipe: near,
    clock,
    random: randomBytes,
    onEvent(event) {
      events.push(event)
      for (const look of [...waiting]) look()
    },
  })
  expect(acu.add({ address: 5, scbk, pollIntervalMs: 50 })).toBeNull()
  acu.start()
  try {
    await until('a secure session', () => events.some(event => event.kind === 'secure' && event.established))
    reader.present(badge)
    await until('the card', () => events.some(event => event.kind === 'card' && event.bits === badge))
    acu.led(5, { colour: 'blue' })
    await until('the LED result', () => events.some(event => event.kind === 'result' && event.outcome === 'reply'))
    expect(reader.led()).toBe('blue')
    acu.file(5, { type: 1, bytes: file })
    await until('the file', () => events.some(event => event.kind === 'file' && event.state === 'done'))
    expect(received).toEqual(new Uint8Array(file))
    return { events, until, acu, reader }
  } finally {
    acu.stop()
    reader.close()
  }
}

describe('pipes over real parts', () => {
  it('TCP', async () => {
    let port = 0
    const server = tcpServer({ port: 0, onListening: taken => (port = taken) })
    // The server's end listens first, so that its port is known.
    await new Promise<void>(resolve => {
      const wait = setInterval(() => {
        if (port === 0) return
        clearInterval(wait)
        resolve()
      }, 5)
      server.open({ data() {}, up() {}, down() {} })
    })
    await converse(tcpClient({ host: '127.0.0.1', port }), server)
  })

  it('TCP with the ACU waiting for the reader', async () => {
    let port = 0
    const server = tcpServer({ port: 0, onListening: taken => (port = taken) })
    await new Promise<void>(resolve => {
      const wait = setInterval(() => {
        if (port === 0) return
        clearInterval(wait)
        resolve()
      }, 5)
      server.open({ data() {}, up() {}, down() {} })
    })
    await converse(server, tcpClient({ host: '127.0.0.1', port }))
  })

  it('UDP', async () => {
    let port = 0
    const far = udpPipe({ onListening: taken => (port = taken) })
    await new Promise<void>(resolve => far.open({ data() {}, up: () => resolve(), down() {} }))
    await converse(udpPipe({ peer: { host: '127.0.0.1', port } }), udpPipe({ port: await free(far, port) }))
  })

  it('a way that breaks is told, opened again, and the reader is secure as before', async () => {
    const clock = realClock()
    const scbk = randomBytes(16)
    const events: Event[] = []
    let port = 0
    const far = tcpServer({ port: 0, onListening: taken => (port = taken) })
    const reader = openPd({ pipe: far, clock, config: { address: 1, scbk, random: randomBytes } })
    while (port === 0) await new Promise(resolve => setTimeout(resolve, 5))
    const acu = openAcu({ pipe: tcpClient({ host: '127.0.0.1', port }), clock, random: randomBytes, onEvent: event => events.push(event) })
    acu.add({ address: 1, scbk })
    acu.start()
    const until = async (is: () => boolean) => {
      for (let waited = 0; waited < 8000 && !is(); waited += 20) await new Promise(resolve => setTimeout(resolve, 20))
      expect(is()).toBe(true)
    }
    const established = () => events.filter(event => event.kind === 'secure' && event.established).length
    await until(() => established() === 1)
    reader.close()
    await until(() => events.some(event => event.kind === 'line' && !event.up))
    const again = openPd({ pipe: tcpServer({ port }), clock, config: { address: 1, scbk, random: randomBytes } })
    await until(() => established() === 2)
    expect(events.flatMap(event => (event.kind === 'line' ? [event.up] : []))).toEqual([true, false, true])
    expect(events.flatMap(event => (event.kind === 'offline' ? [event.reason] : []))).toEqual(['line-down'])
    acu.stop()
    again.close()
  })

  it('a port that is not there is told, and tried again', async () => {
    const events: Event[] = []
    const gone = await new Promise<string | null>(resolve => {
      const acu = openAcu({
        pipe: serialPipe({ path: '/dev/no-such-port' }),
        clock: realClock(),
        random: randomBytes,
        onEvent(event) {
          events.push(event)
          if (event.kind !== 'line') return
          acu.stop()
          resolve(event.reason)
        },
      })
      acu.add({ address: 1, scbk: randomBytes(16) })
      acu.start()
    })
    expect(gone).toContain('/dev/no-such-port')
    expect(events.some(({ kind }) => kind === 'online')).toBe(false)
  })
})

/** Closes a socket whose port is wanted by another. */
async function free(pipe: Pipe, port: number): Promise<number> {
  pipe.close()
  await new Promise(resolve => setTimeout(resolve, 20))
  return port
}

const socat = spawnSync('socat', ['-V']).status === 0

describe.skipIf(!socat)('a serial line through a pair of pseudo terminals', () => {
  let folder = ''
  let pair: ChildProcess

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'osdp-pty-'))
    pair = spawn('socat', ['-d', '-d', `pty,raw,echo=0,link=${join(folder, 'acu')}`, `pty,raw,echo=0,link=${join(folder, 'pd')}`])
    await new Promise<void>(resolve =>
      pair.stderr!.on('data', text => {
        if (String(text).includes('starting data transfer')) resolve()
      }),
    )
  })

  afterAll(async () => {
    pair.kill()
    await rm(folder, { recursive: true, force: true })
  })

  it('serves a reader, at another rate too', async () => {
    await converse(serialPipe({ path: join(folder, 'acu') }), serialPipe({ path: join(folder, 'pd') }))
    await converse(
      serialPipe({ path: join(folder, 'acu'), baudRate: 115_200 }),
      serialPipe({ path: join(folder, 'pd'), baudRate: 115_200 }),
    )
  })
})
