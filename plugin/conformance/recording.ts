import { createClient, type Gap, type LiveEvent } from '../client/client.ts'
import { pause, promptMs, type Raw, type Vms } from './vms.ts'

export const carriers = ['websocket', 'server-sent-events', 'long-poll'] as const
export type Carrier = (typeof carriers)[number]

/** What one consumer was told, over all its breaks. */
export interface Recording {
  readonly over: Carrier
  readonly events: LiveEvent[]
  readonly gaps: Gap[]
  /** When each was received, on this machine's clock. */
  readonly receivedAt: number[]
  /** The epoch that every connection began with; null for one that never came up. */
  readonly sessions: (string | null)[]
}

export interface Experiment {
  /** The log as it stood at the end, from where the consumers began. */
  readonly truth: readonly LiveEvent[]
  readonly recordings: readonly Recording[]
  /** What was made to happen meanwhile. */
  readonly made: readonly { readonly by: string; readonly answeredAt: number; readonly answer: Raw }[]
}

/** A consumer hangs up after so many events, comes back from the last of them, and does so at most so often. */
const eventsPerSession = 5
const mostBreaks = 10
const historyWanted = 60
const happenings = 8

const kept = new WeakMap<Vms, Promise<Experiment>>()

/** Consumers that keep hanging up read the newest history and what happens now. Done once; several checks judge it. */
export function experiment(vms: Vms, live: boolean): Promise<Experiment> {
  const known = kept.get(vms)
  if (known) return known
  const made = run(vms, live)
  kept.set(vms, made)
  return made
}

async function run(vms: Vms, live: boolean): Promise<Experiment> {
  const newest = await vms.client.GET('/api/v1/events', { params: { query: { limit: historyWanted } } })
  if (!newest.data) throw new Error(newest.error.detail)
  const { items, cursor } = newest.data
  const from = String(items.reduce((least, event) => (BigInt(event.cursor) <= least ? BigInt(event.cursor) - 1n : least), BigInt(cursor)))
  const consumers = carriers.map(over => consume(vms, over, from))
  const made: { by: string; answeredAt: number; answer: Raw }[] = []
  for (let i = 0; live && vms.door && i < happenings; i++) {
    const { by, answer } = await vms.happen()
    made.push({ by, answer, answeredAt: Date.now() })
    await pause(30)
  }
  if (made.length > 0) await until(async () => (await vms.eventsAfter(from)).events.some(e => e.onBehalfOf === made.at(-1)?.by))
  const { events: truth, head } = await vms.eventsAfter(from)
  await until(async () => consumers.every(consumer => BigInt(consumer.cursor()) >= BigInt(head)))
  for (const consumer of consumers) consumer.close()
  return { truth, recordings: consumers.map(({ recording }) => upTo(recording, BigInt(head))), made }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + promptMs
  while (Date.now() < deadline && !(await holds())) await pause(20)
}

function upTo({ events, ...rest }: Recording, head: bigint): Recording {
  return { ...rest, events: events.filter(event => BigInt(event.cursor) <= head) }
}

function consume(vms: Vms, over: Carrier, from: string): { recording: Recording; cursor(): string; close(): void } {
  const recording: Recording = { over, events: [], gaps: [], receivedAt: [], sessions: [] }
  let cursor = from
  let epoch: string | undefined
  let ended = false
  let hangUp = () => {}
  const take = (event: LiveEvent) => {
    recording.events.push(event)
    recording.receivedAt.push(Date.now())
  }

  /** One connection; a new one follows when it is hung up. */
  function connect() {
    if (ended) return
    const session = recording.sessions.push(null) - 1
    let events = 0
    const client = createClient({ base: vms.base, token: vms.token })
    const stream = client.stream({
      topics: ['events'],
      after: cursor,
      epoch,
      over: over === 'long-poll' ? 'websocket' : over,
      onGap: gap => recording.gaps.push(gap),
      onMessage(message) {
        if (message.type === 'subscribed') recording.sessions[session] = message.epoch
        cursor = message.cursor
        epoch = message.epoch
        if (message.topic !== 'events') return
        take(message)
        if (++events < eventsPerSession || recording.sessions.length > mostBreaks) return
        stream.close()
        connect()
      },
    })
    hangUp = stream.close
  }

  async function poll() {
    while (!ended) {
      const query = { after: cursor, limit: eventsPerSession, wait: 1, ...(epoch === undefined ? {} : { epoch }) }
      const { data } = await vms.client.GET('/api/v1/events', { params: { query } })
      recording.sessions.push(data?.epoch ?? null)
      if (!data) {
        await pause(200)
        continue
      }
      for (const event of data.items) take(event)
      recording.gaps.push(...data.gaps)
      cursor = data.next ?? data.cursor
      epoch = data.epoch
    }
  }

  if (over === 'long-poll') void poll()
  else connect()
  return {
    recording,
    cursor: () => cursor,
    close() {
      ended = true
      hangUp()
    },
  }
}
