import type { Cancel, Clock } from '../../shared/clock.ts'
import { batchSize, type UpMessage, windowSize } from '../../shared/link.ts'
import type { Share, Store } from '../store/contract.ts'

/** How long an acknowledgement may take before everything since the last one is told again; ms. */
const patience = 5_000
const shareSize = 100

type Told = Extract<UpMessage, { kind: 'events' | 'share' }>
/** What is told, but for what every message carries. */
export type Telling = { [K in Told['kind']]: Omit<Extract<Told, { kind: K }>, 'protocol' | 'session'> }[Told['kind']]

/** Tells the plugin what lies in the store, from where it is: the event log is the outbox. */
export interface Outbox {
  /** The plugin wants events from this sequence on, and shares that it has lost before those that lie in the store. */
  open(next: number, lost: Iterator<Share>, done: () => void): void
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
  /** The share under way; 0 for one told again. */
  let share: number | null = null
  let again: { readonly from: Iterator<Share>; piece: Share; readonly done: () => void } | undefined
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
    if (again !== undefined) {
      share = 0
      send({ kind: 'share', logId: store.logId, position: 0, presence: [...again.piece.presence], uses: [...again.piece.uses] })
      return
    }
    const next = store.shares(shareSize)
    if (next === undefined) return
    share = next.position
    send({ kind: 'share', logId: store.logId, position: next.position, presence: [...next.presence], uses: [...next.uses] })
  }
  function advance(from: Iterator<Share>, done: () => void): void {
    const { value, done: over } = from.next()
    again = over ? undefined : { from, piece: value, done }
    if (over) done()
  }
  function watch(): void {
    timer?.()
    timer = undefined
    if (!open || (confirmed === told && share === null)) return
    timer = clock.at(clock.now() + patience, () => {
      timer = undefined
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
    open(next, lost, done) {
      open = true
      confirmed = next - 1
      told = confirmed
      share = null
      again = undefined
      advance(lost, done)
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
      share = null
      if (again === undefined) store.forgetShares(position)
      else advance(again.from, again.done)
      watch()
      pump()
    },
  }
}
