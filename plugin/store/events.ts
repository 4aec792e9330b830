import { createHash } from 'node:crypto'
import { and, desc, eq, gt, gte, inArray, lt, lte, or, sql as query, type SQL } from 'drizzle-orm'
import type { Check, EventType, StoredEvent } from '../../shared/event.ts'
import type { LoggedEvent } from '../../shared/link.ts'
import { identity, readFact, writeFact } from './facts.ts'
import type { Store } from './open.ts'
import { entries, entryPeople, logs } from './schema.ts'

/** One numbered line of the log: an event, or a gap that a controller's log came with. `body` is its JSON, as stored. */
export interface Entry {
  readonly cursor: number
  readonly kind: 'event' | 'gap'
  readonly id: string
  readonly controller: string
  readonly at: number
  /** How much the controller's clock was ahead of ours, in ms: `at - skew` is when it happened here. */
  readonly skew: number
  readonly type: EventType | 'gap'
  readonly door: string | null
  readonly source: string
  readonly body: string
}

/** Events of a log that are gone for good: first and last sequence, both included. */
export interface LostRange {
  readonly controller: string
  readonly logId: string
  readonly first: number
  readonly last: number
}

export interface EventFilter {
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly types?: readonly string[] | undefined
  /** Doors that may be seen; undefined is all, and events without a door. */
  readonly doors?: readonly string[] | undefined
  readonly cardholder?: string | undefined
}

/** A place in the list of newest first. */
export interface Before {
  readonly at: number
  readonly cursor: number
}

export interface Retention {
  readonly days: number
  /** Never fewer than these newest, whatever their age. */
  readonly atLeast: number
  /** Never more than these, whatever their age. */
  readonly atMost: number | null
}

/** The log over all controllers. Only `append`, `lose` and `prune` write, each within a transaction of the caller's. */
export interface EventLog {
  readonly epoch: string
  /** Cursor of the newest entry; 0 when there is none. */
  head(): number
  /** Entries up to this cursor were removed by retention; 0 when none were. */
  removedThrough(): number
  /** The sequence wanted next of a log; 1 for one never seen. */
  next(controller: string, logId: string): number
  /** Takes over what is new of one log, in order; what is already here is left out, and a hole ends it. */
  append(controller: string, logId: string, batch: readonly LoggedEvent[], now: number, skew?: number): readonly Entry[]
  /** Notes what a controller had to remove before it could be taken over. */
  lose(range: LostRange, now: number): Entry | undefined
  after(cursor: number, limit: number): readonly Entry[]
  oldestFirst(after: number, filter: EventFilter, limit: number): readonly Entry[]
  newestFirst(before: Before | undefined, filter: EventFilter, limit: number): readonly Entry[]
  byId(id: string): { readonly entry: Entry; readonly trace: readonly Check[] } | undefined
  /** Everything decided since an instant, oldest first, with its trace; the newest {@link mostPresentations} where there is more. */
  presentations(from: number): readonly LoggedEvent[]
  /** The newest event with the bits of a card read there. */
  lastCard(reader: string, door: string): StoredEvent | undefined
  /** Proves the chain of some entries after a cursor; undefined when there are none. */
  check(after: number, limit: number): { readonly last: number; readonly broken: number | null } | undefined
  /** Removes the oldest of what retention no longer keeps, so many that nothing else waits long; undefined when there is nothing left to remove. */
  prune(retention: Retention, now: number): { readonly first: number; readonly last: number; readonly count: number } | undefined
}

const columns = {
  cursor: entries.cursor,
  kind: entries.kind,
  id: entries.id,
  controller: entries.controller,
  at: entries.at,
  skew: entries.skew,
  type: query<EventType | 'gap'>`${entries.type}`,
  door: entries.door,
  source: entries.source,
  body: entries.body,
}

/** What is looked at again for the impact of a change. */
export const mostPresentations = 50_000
const prunedAtOnce = 2_000

export function openEventLog(store: Store): EventLog {
  const { db, sql } = store
  const epoch = identity(store, 'epoch')
  const insert = sql.prepare(
    `insert into entries (kind, id, controller, logId, sequence, at, stored, skew, type, door, source, body, trace, hash)
     values (@kind, @id, @controller, @logId, @sequence, @at, @stored, @skew, @type, @door, @source, @body, @trace, @hash) on conflict (controller, logId, sequence) do nothing`,
  )
  const person = sql.prepare('insert or ignore into entry_people (cardholder, cursor) values (?, ?)')
  const readNext = sql.prepare<[string, string], { next: number }>('select next from logs where controller = ? and logId = ?')
  const newest = sql.prepare<[], { seq: number }>("select seq from sqlite_sequence where name = 'entries'")
  const page = sql.prepare<[number, number], Entry>(
    'select cursor, kind, id, controller, at, skew, type, door, source, body from entries where cursor > ? order by cursor limit ?',
  )

  const oldest = sql.prepare<[number], { cursor: number; stored: number }>('select cursor, stored from entries order by cursor limit ?')
  const oneAged = sql.prepare<[number, number], number>('select cursor from entries where stored < ? and cursor <= ? limit 1').pluck()
  const newestHash = sql.prepare<[], string>('select hash from entries order by cursor desc limit 1').pluck()
  const lastHash = () => newestHash.get() ?? readFact(store, 'tail') ?? ''
  const hashAt = sql.prepare<[number], string>('select hash from entries where cursor <= ? order by cursor desc limit 1').pluck()
  const chained = sql.prepare<[number, number], { cursor: number; body: string; trace: string | null; hash: string }>(
    'select cursor, body, trace, hash from entries where cursor > ? order by cursor limit ?',
  )
  const next = (controller: string, logId: string) => readNext.get(controller, logId)?.next ?? 1
  const setNext = (controller: string, logId: string, value: number, now: number) => {
    db.insert(logs)
      .values({ controller, logId, next: value, seen: now })
      .onConflictDoUpdate({ target: [logs.controller, logs.logId], set: { next: value, seen: now } })
      .run()
  }

  return {
    epoch,
    head: () => newest.get()?.seq ?? 0,
    removedThrough: () => Number(readFact(store, 'removedThrough') ?? 0),
    next,
    append(controller, logId, batch, now, skew = 0) {
      const appended: Entry[] = []
      let expected = next(controller, logId)
      let before = lastHash()
      for (const { event, trace } of batch) {
        if (event.sequence < expected) continue
        if (event.sequence > expected) break
        const at = Date.parse(event.time)
        const row = {
          kind: 'event' as const,
          id: event.id,
          controller,
          logId,
          sequence: event.sequence,
          at,
          stored: now,
          skew,
          type: event.type,
          door: event.door ?? null,
          source: event.source.id,
          body: JSON.stringify(event),
          trace: trace && trace.length > 0 ? JSON.stringify(trace) : null,
        }
        before = chain(before, row.body, row.trace)
        const cursor = Number(insert.run({ ...row, hash: before }).lastInsertRowid)
        for (const cardholder of new Set([...(event.cardholder ? [event.cardholder] : []), ...(event.cardholders ?? [])]))
          person.run(cardholder, cursor)
        appended.push({
          cursor,
          kind: 'event',
          id: event.id,
          controller,
          at,
          skew,
          type: event.type,
          door: row.door,
          source: row.source,
          body: row.body,
        })
        expected++
      }
      if (appended.length > 0) setNext(controller, logId, expected, now)
      return appended
    },
    lose({ controller, logId, first, last }, now) {
      const expected = next(controller, logId)
      if (last < expected) return undefined
      const from = Math.max(first, expected)
      const id = `gap:${controller}:${logId}:${from}`
      const body = JSON.stringify({ controller, logId, first: from, last })
      const row = {
        kind: 'gap' as const,
        id,
        controller,
        logId,
        sequence: from,
        at: now,
        stored: now,
        skew: 0,
        type: 'gap' as const,
        door: null,
        source: controller,
        body,
        trace: null,
        hash: chain(lastHash(), body, null),
      }
      const cursor = Number(insert.run(row).lastInsertRowid)
      setNext(controller, logId, last + 1, now)
      return { cursor, kind: 'gap', id, controller, at: now, skew: 0, type: 'gap', door: null, source: controller, body }
    },
    after: (cursor, limit) => page.all(cursor, limit),
    oldestFirst: (after, filter, limit) =>
      db
        .select(columns)
        .from(entries)
        .where(and(gt(entries.cursor, after), ...conditions(filter)))
        .orderBy(entries.cursor)
        .limit(limit)
        .all(),
    newestFirst: (before, filter, limit) =>
      db
        .select(columns)
        .from(entries)
        .where(
          and(
            eq(entries.kind, 'event'),
            before && or(lt(entries.at, before.at), and(eq(entries.at, before.at), lt(entries.cursor, before.cursor))),
            ...conditions(filter),
          ),
        )
        .orderBy(desc(entries.at), desc(entries.cursor))
        .limit(limit)
        .all(),
    byId(id) {
      const row = db
        .select({ ...columns, trace: entries.trace })
        .from(entries)
        .where(and(eq(entries.id, id), eq(entries.kind, 'event')))
        .get()
      if (!row) return undefined
      const { trace, ...entry } = row
      return { entry, trace: trace ? (JSON.parse(trace) as Check[]) : [] }
    },
    presentations: from =>
      db
        .select({ body: entries.body, trace: entries.trace })
        .from(entries)
        .where(and(gte(entries.at, from), inArray(entries.type, ['access.granted', 'access.denied', 'access.pending'])))
        .orderBy(desc(entries.at), desc(entries.cursor))
        .limit(mostPresentations)
        .all()
        .reverse()
        .map(row => ({
          event: JSON.parse(row.body) as StoredEvent,
          trace: row.trace === null ? undefined : (JSON.parse(row.trace) as Check[]),
        })),
    lastCard(reader, door) {
      const body = sql
        .prepare<[string, string], string>(
          "select body from entries where door = ? and json_extract(body, '$.reader') = ? and json_extract(body, '$.raw') is not null order by at desc limit 1",
        )
        .pluck()
        .get(door, reader)
      return body === undefined ? undefined : (JSON.parse(body) as StoredEvent)
    },
    check(after, limit) {
      const rows = chained.all(after, limit)
      let before = hashAt.get(after) ?? readFact(store, 'tail') ?? ''
      for (const { cursor, body, trace, hash } of rows) {
        if (hash !== chain(before, body, trace)) return { last: cursor, broken: cursor }
        before = hash
      }
      const last = rows.at(-1)
      return last && { last: last.cursor, broken: null }
    },
    prune({ days, atLeast, atMost }, now) {
      const head = newest.get()?.seq ?? 0
      const aged = now - days * 86_400_000
      const old = ({ cursor, stored }: { cursor: number; stored: number }) =>
        (atMost !== null && cursor <= head - atMost) || (stored < aged && cursor <= head - atLeast)
      const slice = oldest.all(prunedAtOnce)
      // What was stored by a clock that was ahead seems young for as long; it goes with what came after it.
      const ahead = (slice[0]?.stored ?? 0) > now && !slice.some(old) && oneAged.get(aged, head - atLeast) !== undefined
      const removed = ahead ? slice : slice.slice(0, slice.findLastIndex(old) + 1)
      const [first, last] = [removed[0]?.cursor, removed.at(-1)?.cursor]
      if (first === undefined || last === undefined) return undefined
      writeFact(
        store,
        'tail',
        db.select({ hash: entries.hash }).from(entries).where(lte(entries.cursor, last)).orderBy(desc(entries.cursor)).limit(1).get()
          ?.hash ?? '',
      )
      db.delete(entries).where(lte(entries.cursor, last)).run()
      db.delete(entryPeople).where(lte(entryPeople.cursor, last)).run()
      writeFact(store, 'removedThrough', String(last))
      return { first, last, count: removed.length }
    },
  }
}

/** What cannot be changed without changing everything after it. */
function chain(before: string, body: string, trace: string | null): string {
  return createHash('sha256')
    .update(before)
    .update('\n')
    .update(body)
    .update('\n')
    .update(trace ?? '')
    .digest('hex')
}

function conditions({ from, to, types, doors, cardholder }: EventFilter): (SQL | undefined)[] {
  return [
    from === undefined ? undefined : gte(entries.at, from),
    to === undefined ? undefined : lt(entries.at, to),
    // What a controller lost may have been of any type and at any door.
    types && inArray(entries.type, [...types, 'gap']),
    doors && or(inArray(entries.door, [...doors]), eq(entries.kind, 'gap')),
    cardholder === undefined
      ? undefined
      : inArray(entries.cursor, query`(select ${entryPeople.cursor} from ${entryPeople} where ${entryPeople.cardholder} = ${cardholder})`),
  ]
}
