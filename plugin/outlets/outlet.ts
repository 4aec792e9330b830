import type { EventDraft, StoredEvent } from '../../shared/event.ts'
import type { Controllers } from '../vms/commands.ts'
import type { Plugin } from '../vms/plugin.ts'
import type { Integrators } from './integrators.ts'
import type { OutletKind, OutletSettings } from './settings.ts'

/*
 * An outlet carries events of this site's log to another system, in the log's order. The log is its queue: an outlet keeps its place in the log,
 * so that nothing is stored twice, a restart goes on where it was, and a slow outlet slows nobody.
 */

/** One outlet at work. What it carries, and how it tries again, is the same for every kind (delivery.ts); the kind brings a {@link Carrier}. */
export interface Outlet {
  readonly id: string
  readonly kind: OutletKind
  start(): void
  /** Ends after at most the attempt that is under way, which is given up. */
  stop(forGood?: boolean): Promise<void>
  status(): OutletStatus
  /** Sends a message that is no event, now, whatever waits. */
  test(): Promise<Outcome>
}

/**
 * - `off`: switched off by an administrator.
 * - `connecting`: an outlet that keeps a connection does not have it.
 * - `delivering`: events are on their way.
 * - `waiting`: everything is delivered.
 * - `failing`: the last attempt failed; it goes on trying.
 */
export const outletStates = ['off', 'connecting', 'delivering', 'waiting', 'failing'] as const
export type OutletState = (typeof outletStates)[number]

/** How an outlet stands. Instants are Unix ms. */
export interface OutletStatus extends Progress {
  readonly state: OutletState
  /** Entries of the log behind its place, filtered ones included. */
  readonly backlog: number
  /** How often what is first in line was tried in vain. */
  readonly attempts: number
  readonly nextAttempt: number | null
  /** Why the connection is not there, for outlets that keep one though nothing is to be delivered. */
  readonly connection: string | null
}

/** What an outlet keeps over a restart. Instants are Unix ms. */
export interface Progress {
  /** Everything up to this cursor of the log is delivered, filtered out, or among the dead letters. */
  readonly position: number
  /** The log that the position belongs to. */
  readonly epoch: string
  readonly delivered: number
  readonly lastSuccess: number | null
  readonly lastFailure: { readonly at: number; readonly message: string } | null
  /** Since when every attempt has failed. */
  readonly failingSince: number | null
  /** The last attempt was taken, and yet something is wrong at the other end. */
  readonly warning: string | null
  /** What retention removed before it could be delivered: first and last cursor, both included. */
  readonly gap: { readonly at: number; readonly first: number; readonly last: number } | null
  /** What the site's log was told about this streak of failures. */
  readonly told: readonly OutletFault[]
}

/** `fault` of the event outlet.failed. */
export type OutletFault = 'not-delivered' | 'given-up' | 'events-removed'

/** An event over the API, as it is delivered: the domain's, or a `gap`. */
export type Message = Omit<StoredEvent, 'type'> & {
  readonly topic: 'events'
  readonly type: StoredEvent['type'] | 'gap'
  readonly cursor: string
  readonly epoch: string
  readonly occurredAt: string
  readonly deliveredAt: string
  /** Older than 30 s: to be shown, never acted on. */
  readonly backlog: boolean
}

/** One message to be delivered. A gap tells that events are missing; its fields are those of a gap on the stream. */
export interface Letter {
  readonly cursor: number
  /** The event's, the same at every attempt, so that a receiver can drop what it has. */
  readonly id: string
  readonly type: StoredEvent['type'] | 'gap'
  readonly door: string | null
  /** The message as of this attempt: `deliveredAt` and `backlog` change. */
  message(): Message
}

/** What became of an attempt, in words an administrator can act on; no secret is in them. */
export type Outcome =
  | {
      readonly ok: true
      readonly detail: string
      /** Taken, and yet something is wrong at the other end. */
      readonly warning?: string | undefined
    }
  | {
      readonly ok: false
      readonly message: string
      /** How long the other side asks to be left alone, in ms. */
      readonly retryAfterMs?: number | undefined
    }

/** What a kind of outlet brings: the way to the other side. Made when the outlet starts, closed when it stops; new settings make a new one. */
export interface Carrier {
  /** How many letters may be on their way at once; they are handed over in order, and are sent again from the first that failed. */
  readonly window: number
  /** Failing for this long, a letter becomes a dead letter, in ms; null keeps it first in line for as long as the log has it. */
  readonly giveUpMs: number | null
  /** Settles when the other side has it, or cannot be got to take it; the carrier keeps its own time-out. Never throws. */
  send(letter: Letter, signal: AbortSignal): Promise<Outcome>
  /** Sends something that is no event. Never at the same time as `send`. */
  test(signal: AbortSignal): Promise<Outcome>
  /** Why a standing connection is down; null when it is up. Left out where there is none to stand. */
  connection?(): string | null
  /** @param forGood the outlet is removed: what it left at the other side is taken away, as far as that can be done */
  close(forGood: boolean): Promise<void>
}

/** What a carrier is made from. */
export interface CarrierOptions<S extends OutletSettings = OutletSettings> {
  readonly world: OutletWorld
  readonly id: string
  readonly settings: S
  /** The secrets of the settings, by the name of their field; what is not set is not there. */
  readonly secrets: Readonly<Record<string, string>>
  /** Opened for a test of an outlet that is off: nothing but the test goes out, and nothing is taken in. */
  readonly trial: boolean
  /** Tells that another attempt is worth its while now: the connection is back. */
  readonly retryNow: () => void
}

/** What outlets work with; the composition root hands it in. */
export interface OutletWorld {
  readonly plugin: Plugin
  readonly controllers: Controllers
  /** Writes an event of the plugin's own into the log. */
  readonly record: (draft: EventDraft) => void
  /** Who may come to the embedded broker; left out, nobody commands anything over MQTT. */
  readonly integrators?: Integrators | undefined
}
