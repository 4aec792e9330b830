import type { Now } from '../../shared/clock.ts'
import type { EventDraft } from '../../shared/event.ts'
import type { Directory } from './directory.ts'
import type { Effect } from './effect.ts'
import type { Input } from './input.ts'
import type { Model } from './model.ts'
import {
  type Change,
  type Grant,
  type Key,
  type Kind,
  type Rows,
  rowKinds,
  type SelfRow,
  type State,
  splitKey,
  type Timed,
} from './state.ts'

/** What the door tells the decision, which door code may not import: the decision calls the door. */
export interface Listener {
  /** An opening took these grants, all of cardholders: who presented, where, and both of a two-person grant. */
  passed(draft: Draft, door: string, grants: readonly Grant[]): void
  /** A lockdown took hold of the door: waits of holders who are not exempt end. */
  lockedDown(draft: Draft, door: string): void
}

/** What is presented to a reader, keys apart. */
export type Presented =
  | { readonly type: 'card'; readonly bits: string }
  | { readonly type: 'licence-plate'; readonly text: string }
  | { readonly type: 'mobile'; readonly token: string }

/** The decision half, as a step calls it. */
export interface Decision extends Listener {
  present(draft: Draft, reader: string, item: Presented): void
  /** Keys as they were pressed; `null` is the keypad's own end of a PIN. */
  keys(draft: Draft, reader: string, keys: readonly (string | null)[]): void
  /** Some row of the decision half is due. */
  expireAttempts(draft: Draft): void
  /** Another site is in force; who left it, where that is known. */
  siteChanged(draft: Draft, removed?: readonly string[]): void
  /** After `link.lost` or `link.restored`. */
  linkChanged(draft: Draft, up: boolean): void
  merge(draft: Draft, shared: Extract<Input, { kind: 'shared' }>): void
}

/** What one step has changed, wants done and says happened, in order. */
export interface StepResult {
  readonly changes: readonly Change[]
  readonly effects: readonly Effect[]
  readonly events: readonly EventDraft[]
}

type Written = { [K in Kind]?: Map<string, Rows[K] | null> }

const untold: SelfRow = { started: false, trusted: true, offset: 0, link: null, store: true }

/** One step in the making: it reads its own writes, and nothing outside sees them until {@link Draft.result}. */
export class Draft {
  readonly model: Model
  readonly directory: Directory
  readonly now: Now
  readonly listener: Listener
  readonly #state: State
  readonly #written: Written = {}
  readonly #effects: Effect[] = []
  readonly #events: EventDraft[] = []

  constructor(model: Model, directory: Directory, state: State, now: Now, listener: Listener) {
    this.model = model
    this.directory = directory
    this.#state = state
    this.now = now
    this.listener = listener
  }

  get<K extends Kind>(kind: K, id: string): Rows[K] | undefined {
    const written = this.#written[kind]?.get(id)
    return written === undefined ? this.#state.rows[kind].get(id) : (written ?? undefined)
  }

  /** `null` removes the row. A value once set must not be changed in place. */
  set<K extends Kind>(kind: K, id: string, value: Rows[K] | null): void {
    let table: Map<string, Rows[K] | null> | undefined = this.#written[kind]
    if (table === undefined) {
      table = new Map()
      this.#written[kind] = table as Written[K]
    }
    table.set(id, value)
  }

  /** Every row of a kind as it is now: what is set while going through them is not seen. */
  *each<K extends Kind>(kind: K): Generator<[id: string, row: Rows[K]]> {
    const written = new Map(this.#written[kind])
    for (const [id, row] of this.#state.rows[kind]) if (!written.has(id)) yield [id, row]
    for (const [id, row] of written) if (row !== null) yield [id, row]
  }

  /** Ids of the rows of a kind that name an instant to be looked at. */
  *timed(kind: Kind): Generator<string> {
    const written = new Map<string, unknown>(this.#written[kind])
    for (const key of this.#state.timed) {
      const [of, id] = splitKey(key)
      if (of === kind && !written.has(id)) yield id
    }
    for (const [id, row] of written) if (row !== null && isTimed(row as Timed)) yield id
  }

  /** Before `controller.started` nothing is an event: what stands then is told at the start. */
  emit(event: EventDraft): void {
    if (this.self.started) this.#events.push(event)
  }

  effect(effect: Effect): void {
    this.#effects.push(effect)
  }

  get self(): SelfRow {
    return this.get('self', '') ?? untold
  }

  /** A right under this schedule holds now: with the clock not trusted only `always` does (domain.md §3). */
  right(schedule: string): boolean {
    return schedule === 'always' || (this.self.trusted && this.#active(schedule))
  }

  /** A restriction under this schedule holds now: with the clock not trusted every one does. */
  restriction(schedule: string): boolean {
    return schedule === 'always' || !this.self.trusted || this.#active(schedule)
  }

  result(): StepResult {
    const changes: Change[] = []
    for (const kind of Object.keys(this.#written) as Kind[]) {
      const durable = rowKinds[kind] === 'durable'
      const before: ReadonlyMap<string, unknown> = this.#state.rows[kind]
      for (const [id, value] of this.#written[kind]!)
        if ((before.get(id) ?? null) !== value) changes.push({ key: `${kind}:${id}` as Key, value, durable })
    }
    return { changes, effects: this.#effects, events: this.#events }
  }

  #active(schedule: string): boolean {
    return this.model.schedules.get(schedule)?.activeAt(this.now.wall) ?? false
  }
}

function isTimed(row: Timed): boolean {
  return typeof row.due === 'number' || typeof row.dueWall === 'number'
}
