import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createVirtualClock } from '../../controller/emulator/virtual-clock.ts'
import type { CloudEvent } from '../../plugin/outlets/webhook.ts'
import { openRig } from '../api/rig.ts'

export const wall = Date.parse('2026-03-02T09:00:00Z')

/** A plugin server whose outlets run by a clock that stands still until it is moved, on real sockets. */
export async function openOutletRig(directory?: string) {
  // A server that is started again does not live in the past.
  const clock = createVirtualClock(directory === undefined ? wall : wall + 1_000_000)
  const rig = await openRig({ clock, ...(directory === undefined ? {} : { directory }) })
  rig.outlets.start()
  return {
    ...rig,
    clock,
    /** Moves time on, and lets sockets do their work. */
    async pass(ms: number) {
      clock.advanceTo(clock.now() + ms)
      await breathe(20)
    },
    /** Waits for something that needs sockets only. */
    until,
    /** Waits for something that needs time too: passes it in steps, while no attempt is under way. */
    async untilPassing(step: number, holds: () => boolean) {
      const underWay = () =>
        rig.outlets
          .list()
          .some(({ status: { state, nextAttempt } }) => state === 'delivering' || (state === 'failing' && nextAttempt === null))
      const deadline = Date.now() + 60_000
      while (!holds()) {
        if (Date.now() > deadline) throw new Error('waited in vain')
        if (!underWay()) clock.advanceTo(clock.now() + step)
        await breathe(2)
      }
      // What a receiver has seen the outlet may not have heard of yet; one that is never answered is not waited for.
      for (let tries = 0; underWay() && tries < 500; tries++) await breathe(2)
    },
    /** Makes an outlet over the API. */
    async add(body: object): Promise<{ id: string; secret: string; etag: string; status: Status }> {
      const { status, json, text, headers } = await rig.call('POST', 'outlets', body)
      if (status !== 201) throw new Error(text)
      return { ...json, etag: String(headers.etag) }
    },
    status: async (id: string): Promise<Status> => (await rig.call('GET', `outlets/${id}`)).json.status,
    /** Dies without a word: nothing more is written. */
    async crash() {
      rig.store.sql.close()
      await rig.close(true)
    },
  }
}
export type OutletRig = Awaited<ReturnType<typeof openOutletRig>>

interface Status {
  readonly state: string
  readonly position: string
  readonly backlog: number
  readonly delivered: number
  readonly deadLetters: number
  readonly attempts: number
  readonly lastFailure: { readonly message: string } | null
  readonly nextAttemptAt: string | null
  readonly warning: string | null
  readonly gap: { readonly from: string; readonly to: string } | null
}

const breathe = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('waited in vain')
    await breathe(3)
  }
}

interface Got {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly event: CloudEvent & { data: Record<string, unknown> }
  /** On the clock of the rig. */
  readonly at: number
  readonly answered: boolean
}
type Answer =
  | number
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | 'silence'
  | 'endless'

/** A real endpoint; `answer` says what it does with each request, its number from 0. */
export async function openEndpoint({
  now = () => 0,
  answer = () => 204,
  tls,
}: {
  now?: () => number
  answer?: (event: Got['event'], number: number) => Answer
  tls?: { cert: string; key: string }
} = {}) {
  const got: Got[] = []
  const behaviour = { answer }
  const handle = (request: import('node:http').IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const event = JSON.parse(body) as Got['event']
      const said = behaviour.answer(event, got.length)
      const status = typeof said === 'number' ? said : typeof said === 'object' ? said.status : 0
      got.push({ headers: request.headers, body, event, at: now(), answered: status >= 200 && status < 300 })
      if (said === 'silence') return
      if (said === 'endless') {
        response.writeHead(200)
        const go = () => !response.destroyed && response.write('x'.repeat(1_000), () => setImmediate(go))
        go()
        return
      }
      response.writeHead(status, typeof said === 'object' ? said.headers : {})
      response.end(typeof said === 'object' ? said.body : undefined)
    })
  }
  const server = tls ? createSecureServer(tls, handle) : createServer(handle)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/events`,
    got,
    /** Ids of what was answered with 2xx, in order. */
    taken: () => got.filter(each => each.answered).map(each => each.event.id),
    behaviour,
    close: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
export type Endpoint = Awaited<ReturnType<typeof openEndpoint>>
