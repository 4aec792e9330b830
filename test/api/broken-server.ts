import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'

// biome-ignore lint/suspicious/noExplicitAny: whatever the server says, to be broken anywhere
export type Json = any

/** What is wrong with a server: each part changes what passes through. */
export interface Fault {
  /** A request on its way in; what it has no business with goes on as it is. */
  request?(asked: { method: string; url: URL; headers: IncomingHttpHeaders }): void
  /** An answer on its way out. */
  response?(answer: { method: string; url: URL; asked: Json; status: number; headers: IncomingHttpHeaders; json: Json }): void
  /** A connection of the stream: what becomes of each message. */
  stream?: ((subscription: Json, over: 'websocket' | 'server-sent-events') => (message: Json) => Json[]) | undefined
  /** Takes everything in, however slowly it is read. */
  absorbs?: boolean
}

const bodyOf = async (stream: AsyncIterable<Buffer>) => {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts)
}
const read = (body: Buffer): Json => {
  try {
    return JSON.parse(body.toString())
  } catch {
    return undefined
  }
}

/** A good server behind a faulty front. */
export async function breakServer(good: string, fault: Fault): Promise<{ url: string; close(): void }> {
  const forward = async (incoming: IncomingMessage, asked?: Buffer) => {
    const url = new URL(incoming.url ?? '/', good)
    const { host: _, connection: __, 'content-length': ___, ...headers } = incoming.headers
    const { method = 'GET' } = incoming
    fault.request?.({ method, url, headers })
    const sent = request(url, { method, headers: { ...headers, ...(asked?.length ? { 'content-length': String(asked.length) } : {}) } })
    sent.end(asked)
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    return { answer, url, method }
  }

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse) {
    const asked = await bodyOf(incoming)
    const { answer, url, method } = await forward(incoming, asked)
    const { 'content-length': _, 'transfer-encoding': __, ...headers } = answer.headers
    if (headers['content-type']?.startsWith('text/event-stream')) {
      outgoing.writeHead(answer.statusCode ?? 200, headers)
      outgoing.on('close', () => answer.destroy())
      answer.on('error', () => outgoing.destroy())
      const become = fault.stream?.(Object.fromEntries(url.searchParams), 'server-sent-events') ?? (message => [message])
      let rest = ''
      for await (const part of answer) {
        const lines = (rest + String(part)).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) {
          if (!line.startsWith('data: ')) continue
          for (const message of become(JSON.parse(line.slice(6)))) outgoing.write(`data: ${JSON.stringify(message)}\n\n`)
        }
      }
      outgoing.end()
      return
    }
    const body = await bodyOf(answer)
    const passing = { method, url, asked: read(asked), status: answer.statusCode ?? 200, headers, json: read(body) }
    const before = JSON.stringify(passing.json)
    fault.response?.(passing)
    outgoing.writeHead(passing.status, passing.headers)
    outgoing.end(JSON.stringify(passing.json) === before ? body : JSON.stringify(passing.json))
  }

  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => outgoing.destroy())
  })
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (incoming, socket, head) => {
    const url = new URL(incoming.url ?? '/', good)
    const { authorization } = incoming.headers
    const headers: IncomingHttpHeaders = authorization === undefined ? {} : { authorization }
    fault.request?.({ method: 'GET', url, headers })
    const up = new WebSocket(String(url).replace('http', 'ws'), { headers: headers as Record<string, string> })
    up.on('error', () => socket.destroy())
    up.on('unexpected-response', async (_, answer) => {
      const body = await bodyOf(answer)
      socket.end(
        `HTTP/1.1 ${answer.statusCode} Refused\r\ncontent-type: application/problem+json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      )
    })
    up.on('open', () =>
      sockets.handleUpgrade(incoming, socket, head, down => {
        let become = (message: Json): Json[] => [message]
        down.on('message', data => {
          if (fault.stream) become = fault.stream(read(data as Buffer), 'websocket')
          up.send(String(data))
        })
        up.on('message', data => {
          if (fault.absorbs && down.readyState !== down.OPEN) return
          for (const message of become(read(data as Buffer))) down.send(JSON.stringify(message))
        })
        down.on('error', () => {})
        down.on('close', () => up.terminate())
        up.on('close', code => (code === 1006 ? down.terminate() : down.close(code)))
      }),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      for (const socket of sockets.clients) socket.terminate()
      server.close()
      server.closeAllConnections()
    },
  }
}
