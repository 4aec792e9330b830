import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/*
 * The receiving end of generic events as a VMS's event server has it, for tests and for integrators: TCP and UDP, expressions, priorities, echoes.
 */

/** What an event server looks out for (rules W7 to W10). */
export interface GenericEvent {
  readonly name: string
  /** Terms, quoted where they hold spaces, joined by AND and OR, in parentheses; of a regular expression its pattern. */
  readonly expression: string
  /** `search`: the string holds it. `match`: the string is it. */
  readonly type: 'search' | 'match' | 'regular-expression'
  /** 0 is the highest, 999999 the lowest. */
  readonly priority: number
}

export interface DataSource {
  /** `\r\n` in the data source "International"; none in "Compatible", where each packet is a message. */
  readonly separator: '\r\n' | ''
  readonly encoding: 'utf8' | 'latin1'
  readonly echo: 'statistics' | 'all-bytes' | 'none'
}
export const international: DataSource = { separator: '\r\n', encoding: 'utf8', echo: 'statistics' }
export const compatible: DataSource = { separator: '', encoding: 'latin1', echo: 'all-bytes' }

/** A string that came in, and the names of the events that it triggered. */
export interface Received {
  readonly text: string
  readonly over: 'tcp' | 'udp'
  readonly triggered: readonly string[]
}

/** Which events a string triggers: those that match with the highest priority there is among them. */
export function triggered(text: string, events: readonly GenericEvent[]): readonly string[] {
  const matching = events.filter(event => matches(text, event))
  const highest = Math.min(...matching.map(event => event.priority))
  return matching.filter(event => event.priority === highest).map(event => event.name)
}

/** The test that an administrator makes of one expression (rule W11). */
export function matches(text: string, { type, expression }: GenericEvent): boolean {
  if (type === 'regular-expression') return new RegExp(expression).test(text)
  return evaluate(expression, term => (type === 'search' ? text.includes(term) : text === term))
}

/** @throws Error saying what is wrong with the expression */
function evaluate(expression: string, holds: (term: string) => boolean): boolean {
  const tokens = [...expression.matchAll(/"([^"]*)"|([()])|([^\s()"]+)/g)]
  let at = 0
  const word = () => tokens[at]?.[3] ?? tokens[at]?.[2]
  function either(): boolean {
    let value = both()
    while (word() === 'OR') {
      at++
      value = both() || value
    }
    return value
  }
  function both(): boolean {
    let value = term()
    while (word() === 'AND') {
      at++
      value = term() && value
    }
    return value
  }
  function term(): boolean {
    const [, quoted, parenthesis, bare] = tokens[at++] ?? []
    if (parenthesis === '(') {
      const value = either()
      if (tokens[at++]?.[2] !== ')') throw new Error(`the expression ${expression} lacks a closing parenthesis`)
      return value
    }
    const text = quoted ?? bare
    if (text === undefined || bare === 'AND' || bare === 'OR') throw new Error(`the expression ${expression} lacks a term`)
    return holds(text)
  }
  const value = either()
  if (at < tokens.length) throw new Error(`the expression ${expression} lacks AND or OR before ${tokens[at]?.[0]}`)
  return value
}

/** Listens on one port, over TCP and UDP. */
export async function listen({
  source,
  events = [],
  host = '127.0.0.1',
  port = 0,
  onReceived = () => {},
}: {
  source: DataSource
  events?: readonly GenericEvent[]
  host?: string
  port?: number
  onReceived?: (received: Received) => void
}) {
  const received: Received[] = []
  const sockets = new Set<Socket>()
  let requests = 0

  function take(text: string, over: 'tcp' | 'udp', bytes: Buffer): Buffer | undefined {
    const names = triggered(text, events)
    const each = { text, over, triggered: names }
    received.push(each)
    onReceived(each)
    requests++
    if (source.echo === 'all-bytes') return bytes
    if (source.echo === 'none') return undefined
    return Buffer.from(`[${requests}],[${text.length}],[${names.length}],[${names.join(', ')}]\r\n`)
  }

  const tcp = createServer(socket => {
    sockets.add(socket)
    let rest = Buffer.alloc(0)
    socket.on('data', chunk => {
      rest = Buffer.concat([rest, chunk])
      for (;;) {
        const end = source.separator === '' ? rest.length : rest.indexOf(source.separator)
        if (end < 0 || rest.length === 0) return
        const bytes = rest.subarray(0, end + source.separator.length)
        const echo = take(rest.subarray(0, end).toString(source.encoding), 'tcp', bytes)
        rest = rest.subarray(bytes.length)
        if (echo) socket.write(echo)
      }
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  })
  tcp.listen(port, host)
  await once(tcp, 'listening')
  const taken = (tcp.address() as AddressInfo).port
  const udp = createSocket('udp4')
  udp.on('message', (bytes, from) => {
    const echo = take(bytes.toString(source.encoding), 'udp', bytes)
    if (echo) udp.send(echo, from.port, from.address)
  })
  udp.bind(taken, host)
  await once(udp, 'listening')

  return {
    port: taken,
    received,
    connections: () => sockets.size,
    /** Ends every connection, as a server that restarts does. */
    disconnect() {
      for (const socket of sockets) socket.destroy()
    },
    async close(): Promise<void> {
      for (const socket of sockets) socket.destroy()
      udp.close()
      tcp.close()
      await once(tcp, 'close')
    },
  }
}
