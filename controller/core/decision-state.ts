import type { CheckName, Trace } from '../../shared/event.ts'
import type { IdentificationType } from '../../shared/site.ts'

/*
 * Rows of the decision half. To be durable a row must be written in wall-clock instants: monotonic ones mean nothing after a restart.
 */

/** What a person shows at a reader. */
export type PresentedType = Exclude<IdentificationType, 'rex'>

/** Something presented: as it came, or as the credential it turned out to be. A PIN is a hash from the moment it is complete. */
export type Item =
  | { readonly type: 'card'; readonly bits: string }
  | { readonly type: 'pin'; readonly hash: string }
  | { readonly type: 'licence-plate'; readonly plate: string }
  | { readonly type: 'mobile'; readonly token: string }
  | { readonly type: PresentedType; readonly credential: string }

/** Somebody who waits at an access point, and what is told of them if the wait ends. Instants are monotonic. */
export interface Wait {
  readonly items: readonly Item[]
  /** Null while nothing presented names anybody. */
  readonly cardholder: string | null
  readonly credential: string | null
  /** The first instant that is too late. */
  readonly due: number
  readonly trace: Trace
  /** The check that waits. */
  readonly check: CheckName
}

/** Volatile, by access point: what has been presented and is waited for. Instants are monotonic. */
export interface AttemptRow {
  /** Part of an identification: the rest is waited for. */
  readonly person: Wait | null
  /** The first holder under the two-person rule, whole and let through so far. */
  readonly first: Wait | null
  /** Keys of a PIN that is not complete, and when they are discarded. */
  readonly keys: { readonly digits: string; readonly due: number } | null
  /** Wrong PINs of the last minute. */
  readonly wrongPins: readonly number[]
  /** A PIN that named nobody and led nowhere: it may be the duress PIN of whoever shows a card next. */
  readonly overheard: { readonly hash: string; readonly until: number } | null
  /** The last grant here, which may be the first of a double-swipe. */
  readonly last: { readonly cardholder: string; readonly credentials: readonly string[]; readonly at: number } | null
  readonly due: number | null
}

export interface DecisionRows {
  /** By ZONE/HOLDER: where somebody is, as of an instant (Unix ms). Absent = not there. */
  readonly presence: { readonly present: boolean; readonly at: number }
  /** By zone: how many of its presence rows say present. */
  readonly occupancy: { readonly present: number }
  /** By credential: first and last use (Unix ms), and how many by each controller (domain.md §3.4). */
  readonly use: { readonly first: number; readonly last: number; readonly counts: Readonly<Record<string, number>> }
  /** By reader: no PIN is taken until `dueWall`. */
  readonly 'pin-block': { readonly dueWall: number }
  readonly attempt: AttemptRow
  /** Volatile, one row of id ``: the clock's offset that instants were written under, and whether anti-passback is suspended. */
  readonly watch: { readonly offset: number; readonly suspended: boolean }
}

export const decisionRows = {
  presence: 'durable',
  occupancy: 'durable',
  use: 'durable',
  'pin-block': 'durable',
  attempt: 'volatile',
  watch: 'volatile',
} as const satisfies Record<keyof DecisionRows, 'durable' | 'volatile'>
