import type { StoredEvent } from '../../shared/event.ts'
import type { Entry } from '../store/events.ts'

/** What is older than this when it is delivered is backlog: to be shown, never acted on. */
export const backlogMs = 30_000

/** The part of a delivered message that every consumer gets alike. */
export interface Delivery {
  /** JSON of the event, open at its end: {@link complete} closes it for one delivery. */
  readonly head: string
  /** When it happened, by the clock of this server. */
  readonly at: number
}

/** An event in the words of the API, up to what differs with each delivery. */
export function prepare(entry: Entry, epoch: string, categories: (type: string) => readonly string[]): Delivery {
  const stored = JSON.parse(entry.body) as StoredEvent
  const cursor = { cursor: String(entry.cursor), epoch, occurredAt: new Date(entry.at).toISOString() }
  const message =
    entry.kind === 'gap'
      ? { ...stored, topic: 'events', type: 'gap', reason: 'lost-by-controller', ...cursor }
      : { ...stored, topic: 'events', categories: categories(stored.type), ...cursor }
  return { head: JSON.stringify(message).slice(0, -1), at: entry.at - entry.skew }
}

export function complete({ head, at }: Delivery, now: number): string {
  return `${head},"deliveredAt":"${new Date(now).toISOString()}","backlog":${now - at > backlogMs}}`
}
