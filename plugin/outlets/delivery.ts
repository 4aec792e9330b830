import type { Entry } from '../store/events.ts'
import { backlogMs, complete, prepare } from '../vms/deliver.ts'
import type {
  Carrier,
  CarrierOptions,
  Letter,
  Message,
  Outcome,
  Outlet,
  OutletFault,
  OutletState,
  OutletStatus,
  OutletWorld,
  Progress,
} from './outlet.ts'
import type { OutletSettings } from './settings.ts'

/** The wait after a first failure; it doubles with each further one … */
const firstRetryMs = 1_000
/** … up to this. */
const longestRetryMs = 300_000
/** Failing for this long is told in the site's own log. */
const tellAfterMs = 60_000
/** How much of the log is read at once. */
const atOnce = 256

/** Where an outlet keeps what outlives it. */
export interface Ledger {
  /** Writes soon; what a crash takes is delivered again. */
  save(progress: Progress): void
  /** Puts a letter among the dead, and writes the progress, in one. @throws when nothing can be stored */
  bury(progress: Progress, letter: Letter, attempts: number, message: string): void
  /** When an entry came into the log. */
  storedAt(cursor: number): number | undefined
  /** The first dead letter that is asked to be sent again. */
  queued(): { readonly number: number; readonly entry: Entry } | undefined
  /** It was delivered at last. */
  raise(number: number): void
  /** It was not, and the others are not tried. */
  leave(number: number, message: string): void
}

export interface Configured {
  readonly settings: OutletSettings
  readonly secrets: Readonly<Record<string, string>>
}

export interface Delivery extends Outlet {
  /** Something was stored in the log, or dead letters are to be sent again. */
  arrived(): void
  /** New settings, and where given a new place in the log: of an outlet that has stopped. */
  configure(configured: Configured, position?: number): void
}

/** Reads the log from its place on, leaves out what is filtered, hands the rest over in order, and tries again until it is taken or given up. */
export function createDelivery(
  world: OutletWorld,
  { id, configured, kept, open }: { id: string; configured: Configured; kept: Progress; open: (options: CarrierOptions) => Carrier },
  ledger: Ledger,
): Delivery {
  const { plugin } = world
  const { clock, log, now } = plugin
  let { settings, secrets } = configured
  let progress = kept
  let buffer: readonly Entry[] = []
  let carrier: Carrier | undefined
  let stopping = new AbortController()
  let work: Promise<void> | undefined
  let idle = false
  let attempts = 0
  let nextAttempt: number | null = null
  let wake = () => {}
  let turn: Promise<unknown> = Promise.resolve()

  const set = (change: Partial<Progress>) => {
    progress = { ...progress, ...change }
    ledger.save(progress)
  }
  const advance = (position: number) => {
    buffer = buffer.filter(entry => entry.cursor > position)
    set({ position })
  }
  const connect = (trial: boolean) => open({ world, id, settings, secrets, trial, retryNow: () => wake() })
  /** One thing at a time at the other side: tests wait for the attempt that is under way, and the other way round. */
  const exclusive = (act: () => Promise<Outcome[]>): Promise<Outcome[]> => {
    const done = turn.then(act)
    turn = done.catch(() => {})
    return done
  }
  const woken = (until?: number) =>
    new Promise<void>(resolve => {
      const cancel = until === undefined ? () => {} : clock.at(until, done)
      function done() {
        cancel()
        wake = () => {}
        resolve()
      }
      wake = done
    })
  const pause = async (ms: number) => {
    nextAttempt = now() + ms
    await woken(clock.now() + ms)
    nextAttempt = null
  }
  const tell = (fault: OutletFault) => {
    if (progress.told.includes(fault)) return
    world.record({ type: 'outlet.failed', source: { kind: 'server', id: plugin.systemId }, outlet: id, fault })
    set({ told: [...progress.told, fault] })
  }

  function wanted(entry: Entry): boolean {
    const { types, categories, doors, backlog } = settings.filter
    if (entry.kind === 'gap') return true
    return (
      plugin.enabled(entry) &&
      (types.length === 0 || types.some(type => type === entry.type)) &&
      (categories.length === 0 || plugin.categories(entry.type).some(category => categories.includes(category))) &&
      (doors.length === 0 || (entry.door !== null && doors.includes(entry.door))) &&
      (backlog || now() - (entry.at - entry.skew) <= backlogMs)
    )
  }

  function letterOf(entry: Entry): Letter {
    const { cursor, id: event, type, door } = entry
    const delivery = prepare(entry, log.epoch, plugin.categories)
    return { cursor, id: event, type, door, message: () => JSON.parse(complete(delivery, now())) as Message }
  }

  /** A gap that stands in no log: this server's own retention, or another log in place of the one before. */
  function gapLetter(cursor: number, gap: { reason: 'removed'; from: string; to: string } | { reason: 'log-replaced' }): Letter {
    const found = now()
    const time = new Date(found).toISOString()
    const identity = { topic: 'events', type: 'gap', id: `gap:${id}:${log.epoch}:${cursor}`, controller: plugin.systemId, categories: [] }
    const message = () => {
      const delivered = { cursor: String(cursor), epoch: log.epoch, occurredAt: time, deliveredAt: new Date(now()).toISOString() }
      return {
        ...identity,
        time,
        source: { kind: 'server', id: plugin.systemId },
        ...gap,
        ...delivered,
        backlog: false,
      } as unknown as Message
    }
    return { cursor, id: identity.id, type: 'gap', door: null, message }
  }
  const made = (letter: Letter) => letter.id.startsWith(`gap:${id}:`)

  /** The next letters in line. None, and `read`, is: look again, there may be more behind what was left out. */
  function upcoming(most: number): { readonly letters: readonly Letter[]; readonly read: boolean } {
    if (progress.epoch !== log.epoch) return { letters: [gapLetter(progress.position, { reason: 'log-replaced' })], read: true }
    if (buffer.length === 0) {
      const removed = log.removedThrough()
      if (progress.position < removed) {
        const first = progress.position + 1
        if (progress.gap?.last !== removed) set({ gap: { at: now(), first, last: removed } })
        tell('events-removed')
        return { letters: [gapLetter(removed, { reason: 'removed', from: String(first), to: String(removed) })], read: true }
      }
      buffer = log.after(progress.position, atOnce)
    }
    const letters: Letter[] = []
    let passed = progress.position
    const read = buffer.length > 0
    for (const entry of buffer) {
      if (letters.length === most) break
      if (wanted(entry)) letters.push(letterOf(entry))
      else if (letters.length === 0) passed = entry.cursor
    }
    if (passed > progress.position) advance(passed)
    return { letters, read }
  }

  function took(letter: Letter, warning: string | undefined): void {
    attempts = 0
    const { told, delivered } = progress
    if (letter.type === 'gap') set({ epoch: log.epoch })
    set({ delivered: delivered + 1, lastSuccess: now(), failingSince: null, warning: warning ?? null, told: [] })
    advance(letter.cursor)
    if (told.some(fault => fault !== 'events-removed'))
      world.record({ type: 'outlet.restored', source: { kind: 'server', id: plugin.systemId }, outlet: id })
  }

  /** Waits before the next attempt, or gives the letter up. */
  async function refused(letter: Letter, giveUpMs: number | null, { message, retryAfterMs = 0 }: Outcome & { ok: false }): Promise<void> {
    attempts++
    const at = now()
    const since = progress.failingSince ?? at
    set({ failingSince: since, lastFailure: { at, message } })
    const begun = Math.max(since, ledger.storedAt(letter.cursor) ?? since)
    const left = giveUpMs === null ? Infinity : begun + giveUpMs - at
    if (at - since >= tellAfterMs) tell('not-delivered')
    const wait = Math.max(Math.min(firstRetryMs * 2 ** (attempts - 1), longestRetryMs), retryAfterMs)
    if (left > 0) return pause(Math.min(wait, left))
    giveUp(letter, message)
    return pause(firstRetryMs)
  }

  function giveUp(letter: Letter, message: string): void {
    if (letter.type === 'gap') set({ epoch: log.epoch })
    if (!made(letter)) ledger.bury({ ...progress, position: letter.cursor }, letter, attempts, message)
    attempts = 0
    advance(letter.cursor)
    tell('given-up')
  }

  async function resend(through: Carrier, { number, entry }: { number: number; entry: Entry }): Promise<void> {
    const [outcome] = await exclusive(() => Promise.all([through.send(letterOf(entry), stopping.signal)]))
    if (outcome?.ok) {
      set({ delivered: progress.delivered + 1, lastSuccess: now(), warning: outcome.warning ?? null })
      ledger.raise(number)
    } else if (!stopping.signal.aborted) {
      const message = outcome?.message ?? ''
      set({ lastFailure: { at: now(), message } })
      ledger.leave(number, message)
    }
  }

  async function step(through: Carrier, signal: AbortSignal): Promise<void> {
    const { letters, read } = upcoming(through.window)
    const due = progress.failingSince === null || letters.length === 0 ? ledger.queued() : undefined
    if (due) return resend(through, due)
    if (letters.length === 0) {
      if (read) return new Promise(setImmediate)
      idle = true
      await woken()
      idle = false
      return
    }
    const outcomes = await exclusive(() => Promise.all(letters.map(letter => through.send(letter, signal))))
    for (const [index, outcome] of outcomes.entries()) {
      const letter = letters[index]!
      if (outcome.ok) took(letter, outcome.warning)
      else if (signal.aborted) return
      else return refused(letter, through.giveUpMs, outcome)
    }
  }

  async function run(through: Carrier, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await step(through, signal)
      } catch (error) {
        // The disk is full or broken, which must not end the server; what cannot be kept is tried again.
        progress = { ...progress, lastFailure: { at: now(), message: (error as Error).message } }
        if (!signal.aborted) await pause(firstRetryMs * 10)
      }
    }
  }

  const state = (): OutletState => {
    if (!carrier) return 'off'
    if (progress.failingSince !== null) return 'failing'
    if (carrier.connection?.() != null) return 'connecting'
    return idle ? 'waiting' : 'delivering'
  }

  return {
    id,
    kind: settings.kind,
    start() {
      if (carrier) return
      stopping = new AbortController()
      carrier = connect(false)
      work = run(carrier, stopping.signal)
    },
    async stop(forGood = false) {
      stopping.abort()
      wake()
      await work
      await turn
      await carrier?.close(forGood)
      carrier = undefined
      buffer = []
    },
    configure(changed, position = progress.position) {
      ;({ settings, secrets } = changed)
      attempts = 0
      set({ position, failingSince: null })
    },
    arrived() {
      if (idle) wake()
    },
    status(): OutletStatus {
      const backlog = Math.max(0, log.head() - progress.position)
      return { ...progress, state: state(), backlog, attempts, nextAttempt, connection: carrier?.connection?.() ?? null }
    },
    async test() {
      const through = carrier ?? connect(true)
      const { signal } = carrier ? stopping : new AbortController()
      const [outcome] = await exclusive(() => Promise.all([through.test(signal)]))
      if (through !== carrier) await through.close(false)
      if (outcome?.ok && !idle) wake()
      return outcome ?? { ok: false, message: 'Nothing came of it.' }
    },
  }
}

/** Where an outlet begins. */
export const beginning = (position: number, epoch: string): Progress => ({
  position,
  epoch,
  delivered: 0,
  lastSuccess: null,
  lastFailure: null,
  failingSince: null,
  warning: null,
  gap: null,
  told: [],
})
