import type { EventDraft } from '../../shared/event.ts'
import type { LoggedEvent, Person } from '../../shared/link.ts'
import type { Directory } from '../core/directory.ts'
import type { SharedPresence, SharedUse } from '../core/input.ts'
import type { Place } from '../core/model.ts'
import type { Change } from '../core/state.ts'
import type { Keys } from './keys.ts'
import type { ChainCheck } from './log.ts'

/** Why the store cannot keep what it should, as a stable word. */
export type StoreFault = 'disk-full' | 'disk-error' | 'database-error' | 'sync-failed' | 'log-altered' | 'events-removed'

/** What a step leaves behind. */
export interface Outcome {
  readonly events: readonly EventDraft[]
  readonly changes: readonly Change[]
  readonly shares: readonly Share[]
}

/** What other controllers have to know, by way of the plugin. */
export interface Share {
  readonly presence: readonly SharedPresence[]
  readonly uses: readonly SharedUse[]
}

/** A site that takes the place of the one in force. */
export interface NextSite {
  readonly revision: string
  readonly checksum: string
  /** Undefined leaves the place as it is. */
  readonly place: Place | undefined
  /** People written by {@link Staging}, or those of the site in force with some changed. */
  readonly people: { readonly staged: number } | { readonly put: readonly Person[]; readonly removed: readonly string[] }
}

/** Which site is in force. */
export interface InForce {
  readonly revision: string
  readonly checksum: string
  /** Unix ms. */
  readonly appliedAt: number
}

export interface Configuration extends InForce {
  readonly place: Place
}

/** A whole new set of people in the making, written in pieces while the old one is in force. */
export interface Staging {
  readonly generation: number
  /** @returns why it could not be written */
  put(people: readonly Person[], removed?: readonly string[]): StoreFault | undefined
  abandon(): void
}

export interface Committed {
  readonly events: readonly LoggedEvent[]
  /** Why it is only in memory yet. */
  readonly fault: StoreFault | undefined
}

/** How far the plugin has taken things over, as of the other end. */
export interface SharedCursor {
  readonly epoch: string | null
  readonly version: number
}

/**
 * Everything a controller keeps. Synchronous; a commit is there for the next process the moment it returns, and on the disk once
 * {@link Store.onDurable} says so.
 */
export interface Store {
  readonly controller: string
  readonly directory: Directory
  readonly keys: Keys
  readonly logId: string
  /** The sequence of the next event. */
  readonly next: number
  /** The oldest sequence that can be read. */
  readonly first: number
  /** Events up to this sequence may be told. */
  readonly durable: number
  /** The last sequence that the plugin has acknowledged. */
  readonly acknowledged: number

  /** A new life: forgets what is only in memory, as a crash does. */
  begin(): void
  rows(): { readonly key: string; readonly value: unknown }[]
  configuration(): Configuration | undefined
  readonly inForce: InForce | undefined

  /** Events, durable rows and shares in one transaction; what cannot be written is kept in memory, in order, and written as soon as it can be. */
  commit(outcome: Outcome, wall: number): Committed
  /** Puts a site in force and commits what `work` makes of it in one transaction; nothing has changed where a fault is returned. */
  replace(next: NextSite, work: () => Outcome, wall: number): Committed
  stage(): Staging
  /** Asks for everything committed so far to be made durable, off the loop. */
  sync(): void
  onDurable(told: (sequence: number) => void): void
  /** Faults that stand; called at every change with the gravest, null when none is left. */
  onFault(changed: (fault: StoreFault | null) => void): void
  /** Housekeeping: what waits in memory, retention, checkpoints. @returns in how many ms it wants to be called again */
  tidy(wall: number): number

  /** Events from a sequence on, oldest first and without a hole; starts later than asked where the oldest are gone. */
  read(from: number, limit: number): readonly LoggedEvent[]
  idOf(sequence: number): string | undefined
  acknowledge(sequence: number): void
  /**
   * The plugin knows our log up to `next - 1`, the last being `id`. Where that is another history than ours (told while the disk was full and lost
   * in a crash, or a backup put back), what it cannot know begins a log of its own. @returns whether the log is still the same
   */
  reconcile(next: number, id: string | null): boolean
  /** The oldest shares that the plugin has not taken over. */
  shares(
    limit: number,
  ): { readonly position: number; readonly presence: readonly SharedPresence[]; readonly uses: readonly SharedUse[] } | undefined
  forgetShares(through: number): void
  readonly shared: SharedCursor
  setShared(cursor: SharedCursor): void

  /** Walks the whole log and proves its chain: seconds for a million events. */
  check(): ChainCheck
  /** The same piece by piece, for a controller at work. */
  checkOnTheSide(done: (found: ChainCheck) => void): void
  close(): void
}
