import type { DoorMode } from '../../shared/event.ts'
import type { Side } from '../../shared/site.ts'
import { type DecisionRows, decisionRows } from './decision-state.ts'

/** Whether a leaf is open, as its monitor tells; `unknown` without a monitor, with a faulty one, and before its first reading. */
export type Position = 'open' | 'closed' | 'unknown'

/** What an input's loop shows; `cut` and `short` only where it is supervised. */
export type Level = 'open' | 'closed' | 'cut' | 'short'

/** Durable, by door: what outlives restart and crash (domain.md §4). Absent = nothing manual. Instants are Unix ms. */
export interface ModeRow {
  readonly manual: 'lockdown' | 'unlocked' | 'locked' | null
  readonly override: { readonly rests: 'unlocked' | 'locked'; readonly at: number } | null
  /** A latched emergency input has been active; only Reset ends it. */
  readonly latched: boolean
  /** The last first grant to a cardholder that set an unlock schedule going. */
  readonly firstPersonAt: number | null
}

/** Leave to pass: of a cardholder's grant, an operator's Grant or a REX. Instants are monotonic. */
export interface Grant {
  readonly by: 'cardholder' | 'operator' | 'rex'
  readonly side: Side
  readonly cardholders: readonly string[]
  readonly credentials: readonly string[]
  /** The long times hold for its passage. */
  readonly long: boolean
  readonly at: number
  /** The access time is over from this instant on. */
  readonly until: number
  readonly operator?: string
  readonly onBehalfOf?: string
  /** Ended by Lock after the leaf had begun to move: it holds no bolt, but the opening that is being debounced is still its own. */
  readonly ended?: true
  /** For some of its time nobody could see whether the leaf opened: that it was not taken cannot be said. */
  readonly unseen?: true
}

/** Volatile, by door. Instants are monotonic ms. */
export interface DoorRow {
  readonly position: Position
  readonly mode: DoorMode
  /** The resting state is unlocked. */
  readonly rests: boolean
  /** The bolt is drawn back, as the relays were told. */
  readonly unlocked: boolean
  /** What each relay was told, `CONTROLLER/PORT`. */
  readonly relays: Readonly<Record<string, boolean>>
  /** Running and not taken. */
  readonly grants: readonly Grant[]
  /** An opening's first edge that is not settled yet: whether it was forced, and the grants it takes are those from before `at`. */
  readonly edge: { readonly at: number; readonly forced: boolean } | null
  /** A passage keeps the bolt back until the leaf closes; `until` is the end of its access time, which counts where the position is unknown. */
  readonly held: { readonly until: number } | null
  /** The bolt engages at this instant (relock delay). */
  readonly relockAt: number | null
  /** Until here a REX that does not unlock keeps an opening from being forced. */
  readonly shieldUntil: number
  readonly forced: boolean
  readonly tooLong: boolean
  readonly tooLongAt: number | null
  /** The long open-too-long time holds for the present opening. */
  readonly long: boolean
  readonly due: number | null
}

/** Volatile, by reader. */
export interface ReaderRow {
  readonly online: boolean | null
  readonly secure: boolean | null
  /** `reader.secure-channel-failed` stands. */
  readonly failed: boolean
  readonly tamper: boolean
  /** Amber: the rest of an identification is waited for. */
  readonly waiting: boolean
  /** Green: a grant given here keeps the bolt back, or is shown until `due`. */
  readonly granted: boolean
  /** Red: a refusal is shown. */
  readonly refused: boolean
  /** The moment shown is over at this monotonic instant. */
  readonly due: number | null
  /** What the reader was last told to show. */
  readonly shows: string | null
}

/** Volatile, by CONTROLLER/PORT: an input terminal. */
export interface InputRow {
  /** Debounced. */
  readonly level: Level
  readonly raw: Level
  /** `raw` counts from here on if it stays. */
  readonly due: number | null
  /** `alarm.emergency` stands. */
  readonly emergency: boolean
  /** Last known state of a general input or tamper contact. */
  readonly active: boolean | null
  /** `input.supervision-fault` stands. */
  readonly fault: 'cut' | 'short' | null
}

/** Volatile, by controller: a unit's own contacts and supply. */
export interface UnitRow {
  readonly tamper: boolean
  readonly mains: boolean
  readonly battery: 'normal' | 'low'
}

/** Volatile, one row of id ``: the controller itself. */
export interface SelfRow {
  readonly started: boolean
  readonly trusted: boolean
  /** Wall minus monotonic time at the start and whenever the clock is set, in ms. */
  readonly offset: number
  readonly link: boolean | null
  readonly store: boolean
}

interface DoorRows {
  readonly mode: ModeRow
  readonly door: DoorRow
  readonly reader: ReaderRow
  readonly input: InputRow
  readonly output: { readonly active: boolean }
  readonly unit: UnitRow
  readonly self: SelfRow
  /** One row of id ``: the next instant (Unix ms) at which a schedule or an override changes at some door. */
  readonly calendar: { readonly dueWall: number }
}

/** What is kept, by kind of row. Values are JSON and never changed in place. */
export interface Rows extends DoorRows, DecisionRows {}
export type Kind = keyof Rows
export type Key = `${Kind}:${string}`

/** A row of a time-out names when it wants to be looked at: monotonic or wall clock, ms. */
export interface Timed {
  readonly due?: number | null
  readonly dueWall?: number | null
}

/** Which rows outlive the process. */
export const rowKinds = {
  mode: 'durable',
  door: 'volatile',
  reader: 'volatile',
  input: 'volatile',
  output: 'volatile',
  unit: 'volatile',
  self: 'volatile',
  calendar: 'volatile',
  ...decisionRows,
} as const satisfies Record<Kind, 'durable' | 'volatile'>
const kinds = Object.keys(rowKinds) as Kind[]

/** A controller's state: rows by kind and id, and those of them that are timed. Only {@link applyChanges} writes to it. */
export interface State {
  readonly rows: { readonly [K in Kind]: Map<string, Rows[K]> }
  readonly timed: Set<Key>
}

/** A row that a step has changed; `null` removes it. */
export interface Change {
  readonly key: Key
  readonly value: Rows[Kind] | null
  readonly durable: boolean
}

export function emptyState(): State {
  return { rows: Object.fromEntries(kinds.map(kind => [kind, new Map()])) as unknown as State['rows'], timed: new Set() }
}

/** The state as the store kept it. Rows of a kind that is not known, or not durable, are left out. */
export function loadState(rows: Iterable<{ readonly key: string; readonly value: unknown }>): State {
  const state = emptyState()
  for (const { key, value } of rows) {
    const kind = key.slice(0, key.indexOf(':')) as Kind
    if (rowKinds[kind] === 'durable') write(state, key as Key, value as Rows[Kind])
  }
  return state
}

/** Takes a step's changes over, after they are committed. */
export function applyChanges(state: State, changes: readonly Change[]): State {
  for (const { key, value } of changes) write(state, key, value)
  return state
}

/** The parts of a key: ids may hold slashes, kinds hold no colon. */
export function splitKey(key: Key): [kind: Kind, id: string] {
  const colon = key.indexOf(':')
  return [key.slice(0, colon) as Kind, key.slice(colon + 1)]
}

function write(state: State, key: Key, value: Rows[Kind] | null): void {
  const [kind, id] = splitKey(key)
  const table = state.rows[kind] as Map<string, Rows[Kind]>
  if (value === null) table.delete(id)
  else table.set(id, value)
  const { due, dueWall } = (value ?? {}) as Timed
  if (typeof due === 'number' || typeof dueWall === 'number') state.timed.add(key)
  else state.timed.delete(key)
}
