import type { ServerResponse } from 'node:http'
import type { FastifyRequest } from 'fastify'
import type { WebSocket } from 'ws'
import { z } from 'zod'
import { type App, asker, type Context, refuseRight } from './context.ts'
import { cursorText, deliveredEvent } from './events.ts'
import { type EndReason, openFeed, type Pipe, rightOf, type Subscription, topics } from './feed.ts'
import { many } from './paging.ts'
import { HttpProblem } from './problem.ts'
import { findingsOf, invalid } from './validation.ts'

/** How long a WebSocket may stay without saying what it wants, in ms. */
const subscribeMs = 10_000

/** What a WebSocket says first: what it wants, and from where. */
export const subscription = z
  .strictObject({
    topics: z.array(z.enum(topics)).min(1).default(['events']),
    /** Cursor of the last message seen; left out, the stream begins now. */
    after: cursorText.optional(),
    epoch: z.string().max(100).optional(),
  })
  .meta({ id: 'Subscription' })

/** How long who is told to go may take to read that, in ms: a slow reader has to read what is before it. */
const farewellMs = { 'too-slow': 30_000, 'signed-out': 2_000, stopping: 2_000 } as const satisfies Record<EndReason, number>
const closeCodes = { 'too-slow': 4008, 'signed-out': 4401, stopping: 1012 } as const satisfies Record<EndReason, number>

export function stream(app: App, context: Context): void {
  const feed = openFeed(context)
  context.plugin.consumers = feed.consumers
  app.addHook('preClose', async () => feed.close())

  const allowed = (request: FastifyRequest, wanted: Subscription['topics']) => {
    for (const topic of wanted)
      if (!asker(request).has(rightOf[topic])) refuseRight(context, request, rightOf[topic], `for the topic ${topic}`)
  }

  app.route({
    method: 'GET',
    url: '/stream',
    config: { right: null },
    schema: {
      summary: 'Everything as it happens: a WebSocket whose first message is a Subscription, or server-sent events',
      description:
        'Each message has `topic`, `type`, `cursor`, `epoch`, `occurredAt`, `deliveredAt` and `backlog`. Messages of the topic `events` are events, or of type `gap`; ' +
        'others are state-changed, states-invalidated, alarm-changed, access-request-changed, configuration-changed, cardholder-changed, cardholder-removed, rights-changed, ' +
        'and of the stream itself subscribed, heartbeat, too-slow, signed-out, stopping. A WebSocket closes with 4400 and a reason for what is no Subscription, 4403 for a topic without the right, 4401 when the session is over, ' +
        '4008 when it reads too slowly, and 1012 when the server stops. Another Subscription on an open WebSocket takes the place of the one before.',
      tags: ['events'],
      querystring: z.strictObject({ topics: many, after: cursorText.optional(), epoch: z.string().max(100).optional() }),
      response: { 200: { description: 'Server-sent events', content: { 'text/event-stream': { schema: deliveredEvent } } } },
    },
    handler: async (request, reply) => {
      if (!request.headers.accept?.includes('text/event-stream')) {
        throw new HttpProblem('not-acceptable', 'Open a WebSocket here, or accept text/event-stream.')
      }
      const query = request.query as { topics?: string[]; after?: string; epoch?: string }
      const last = request.headers['last-event-id']
      const asked = {
        topics: query.topics ?? ['events'],
        after: typeof last === 'string' && last !== '' ? last : query.after,
        epoch: query.epoch,
      }
      const wanted = subscription.safeParse(asked)
      if (!wanted.success) {
        throw invalid(findingsOf(wanted.error, subscription, asked).map(finding => ({ in: 'query', ...finding })))
      }
      allowed(request, wanted.data.topics)
      reply.hijack()
      const { raw } = reply
      const headers = {
        ...reply.getHeaders(),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        connection: 'keep-alive',
        'x-accel-buffering': 'no',
      }
      raw.writeHead(200, headers as Record<string, string>)
      const stop = feed.consume(ssePipe(raw), request.secret ?? '', asker(request), wanted.data)
      raw.on('close', stop)
      raw.on('error', stop)
    },
    wsHandler: (socket, request) => {
      let stop = () => {}
      const late = context.plugin.clock.at(context.plugin.clock.now() + subscribeMs, () => socket.close(4400, 'no subscription came'))
      socket.on('message', (data, binary) => {
        stop()
        late()
        const wanted = binary ? undefined : read(String(data))
        if (!wanted?.success) {
          const why = wanted && findingsOf(wanted.error, subscription, JSON.parse(String(data)))
          socket.close(
            4400,
            closeReason(why?.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ') ?? 'no JSON text'),
          )
          return
        }
        try {
          allowed(request, wanted.data.topics)
        } catch (error) {
          socket.close(4403, closeReason((error as Error).message))
          return
        }
        stop = feed.consume(socketPipe(socket), request.secret ?? '', asker(request), wanted.data)
      })
      const end = () => {
        late()
        stop()
      }
      socket.on('close', end)
      socket.on('error', end)
    },
  })
}

function read(text: string) {
  try {
    return subscription.safeParse(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** What fits into a close frame: 123 bytes, whatever letters they spell. */
const closeReason = (text: string): string => Buffer.from(text).subarray(0, 120).toString()

type Socket = WebSocket & { readonly _socket?: { cork(): void; uncork(): void } }

function socketPipe(socket: Socket): Pipe {
  return {
    send(messages) {
      if (socket.readyState !== socket.OPEN) return
      // One packet for many small messages.
      socket._socket?.cork()
      for (const message of messages) socket.send(message)
      socket._socket?.uncork()
    },
    buffered: () => socket.bufferedAmount,
    end(reason, message) {
      socket.close(closeCodes[reason], closeReason(message))
      setTimeout(() => socket.terminate(), farewellMs[reason]).unref()
    },
  }
}

function ssePipe(raw: ServerResponse): Pipe {
  return {
    send(messages, cursor) {
      if (raw.writableEnded) return
      raw.write(messages.map((message, index) => `${index === messages.length - 1 ? `id: ${cursor}\n` : ''}data: ${message}\n\n`).join(''))
    },
    buffered: () => raw.writableLength,
    end(reason) {
      raw.end()
      setTimeout(() => raw.destroy(), farewellMs[reason]).unref()
    },
  }
}
