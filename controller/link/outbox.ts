import type { Cancel, Clock } from '../../shared/clock.ts'
import { batchSize, type UpMessage, windowSize } from '../../shared/link.ts'
import type { Store } from '../store/contract.ts'

/** How long an acknowledgement may take before everything since the last one is told again; ms. */
const patience = 5_000
const shareSize = 100

type Told = Extract<UpMessage, { kind: 'events' | 'share' }>
/** What is told, but for what every message carries. */
export type Telling = { [K in Told['kind']]: Omit<Extract<Told, { kind: K }>, 'protocol' | 'session'> }[Told['kind']]

/** Tells the plugin what lies in the store, from where it is: the event log is the outbox. */
export interface Outbox {
  /** The plugin wants events from this sequence on. */
  open(next: number): void
  close(): void
  /** There may be something new. */
  pump(): void
  acknowledged(logId: string, sequence: number): void
  shared(logId: string, position: number): void
}

export function createOutbox(store: Store, clock: Clock, send: (telling: Telling) => void): Outbox {
  let open = false
  let told = 0
  let confirmed = 0
  let share: number | null = null
  let timer: Cancel | undefined

  function tellEvents(): void {
    while (told - confirmed < windowSize && told < store.durable) {
      const from = told + 1
      const room = Math.min(batchSize, windowSize - (told - confirmed), store.durable - told)
      const events = store.read(from, room)
      const first = events[0]?.event.sequence
      if (first === undefined) return
      told = events.at(-1)!.event.sequence
      send({ kind: 'events', logId: store.logId, ...(first > from ? { gap: { first: from, last: first - 1 } } : {}), events: [...events] })
    }
  }
  function tellShares(): void {
    if (share !== null) return
    const next = store.shares(shareSize)
    if (next === undefined) return
    share = next.position
    send({ kind: 'share', logId: store.logId, position: next.position, presence: [...next.presence], uses: [...next.uses] })
  }
  function watch(): void {
    timer?.()
    timer = undefined
    if (!open || (confirmed === told && share === null)) return
    timer = clock.at(clock.now() + patience, () => {
      told = confirmed
      share = null
      pump()
    })
  }
  function pump(): void {
    if (!open) return
    tellEvents()
    tellShares()
    if (timer === undefined) watch()
  }

  return {
    open(next) {
      open = true
      confirmed = next - 1
      told = confirmed
      share = null
      if (confirmed > store.acknowledged) store.acknowledge(confirmed)
      pump()
    },
    close() {
      open = false
      watch()
    },
    pump,
    acknowledged(logId, sequence) {
      if (!open || logId !== store.logId || sequence <= confirmed || sequence >= store.next) return
      confirmed = sequence
      told = Math.max(told, confirmed)
      store.acknowledge(sequence)
      watch()
      pump()
    },
    shared(logId, position) {
      if (!open || logId !== store.logId || position !== share) return
      store.forgetShares(position)
      share = null
      watch()
      pump()
    },
  }
}
