import { createInterface } from 'node:readline'
import { fromHex, type Pipe, serialPipe, tcpClient, tcpServer, toHex, udpPipe } from '../osdp/index.ts'

/** Something wrong in what was asked for: one line, exit 2. */
export class Wrong extends Error {}

export const collect = (value: string, all: readonly string[]) => [...all, value]

/** Runs a command's action; what is wrong is one line on standard error. */
export function guarded<T extends unknown[]>(name: string, action: (...args: T) => Promise<void>) {
  return async (...args: T) => {
    try {
      await action(...args)
    } catch (error) {
      if (!(error instanceof Wrong)) throw error
      process.stderr.write(`portunus osdp ${name}: ${error.message}\n`)
      process.exitCode = 2
    }
  }
}

export function print(value: object) {
  process.stdout.write(`${JSON.stringify(value, (_, item) => (item instanceof Uint8Array ? toHex(item) : item))}\n`)
}

export function complain(name: string, problem: string) {
  process.stderr.write(`portunus osdp ${name}: ${problem}\n`)
}

export function readNumber(text: string, what: string, least: number, most: number): number {
  const number = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN
  if (!(number >= least && number <= most)) throw new Wrong(`${what} is a number from ${least} to ${most}, not "${text}"`)
  return number
}

export function readKey(text: string, what: string): Uint8Array {
  const key = fromHex(text)
  if (key === null || key.length !== 16) throw new Wrong(`${what} is 32 hex digits`)
  return key
}

export const baudOption = ['--baud <n>', 'bits a second on a serial port', '9600'] as const

export function readBaud(text: string): number {
  return readNumber(text, '--baud', 300, 4_000_000)
}

/** The far end of a line: `tcp:HOST:PORT`, `udp:HOST:PORT` or the path of a serial port. */
export function openFar(place: string, baudRate: number, what: string): Pipe {
  const [, kind, host, port] = /^(tcp|udp):(?:\[?([^\]]*)\]?:)?(\d+)$/.exec(place) ?? []
  if (kind === undefined) {
    if (/^(tcp|udp):/.test(place)) throw new Wrong(`${what} is tcp:HOST:PORT, udp:HOST:PORT or the path of a serial port, not "${place}"`)
    return serialPipe({ path: place, baudRate })
  }
  const peer = { host: host || '127.0.0.1', port: readNumber(port!, 'a port', 1, 65_535) }
  return kind === 'tcp' ? tcpClient(peer) : udpPipe({ peer })
}

/** The near end: `tcp:[HOST:]PORT` and `udp:[HOST:]PORT` listen, port 0 takes a free one. */
export function openNear(place: string, baudRate: number, onListening: (port: number) => void): Pipe {
  const [, kind, host, port] = /^(tcp|udp):(?:\[?([^\]]*)\]?:)?(\d+)$/.exec(place) ?? []
  if (kind === undefined) {
    if (/^(tcp|udp):/.test(place)) throw new Wrong(`--listen is tcp:PORT, udp:PORT or the path of a serial port, not "${place}"`)
    return serialPipe({ path: place, baudRate })
  }
  const own = { port: readNumber(port!, 'a port', 0, 65_535), ...(host && { host }), onListening }
  return kind === 'tcp' ? tcpServer(own) : udpPipe(own)
}

/** Calls `take` with each JSON object on standard input; what is none is told and left out. */
export function readOrders(name: string, take: (order: Record<string, unknown>) => void) {
  let number = 0
  const lines = createInterface({ input: process.stdin, terminal: false })
  lines.on('line', text => {
    number++
    if (text.trim() === '') return
    try {
      const order: unknown = JSON.parse(text)
      if (typeof order !== 'object' || order === null || Array.isArray(order)) throw new Wrong('not a JSON object')
      take(order as Record<string, unknown>)
    } catch (error) {
      if (error instanceof Wrong || error instanceof SyntaxError) complain(name, `line ${number} of standard input: ${error.message}`)
      else throw error
    }
  })
  return () => lines.close()
}

/** Waits for SIGINT, SIGTERM or an end of its own, and then stops everything. */
export async function untilStopped(stop: () => void, own?: Promise<void>): Promise<void> {
  await new Promise<void>(resolve => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
    own?.then(resolve)
  })
  stop()
  process.stdin.destroy()
}
