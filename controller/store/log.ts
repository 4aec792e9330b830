import { createHash } from 'node:crypto'
import type Sqlite from 'better-sqlite3'
import { v7 as uuid } from 'uuid'
import { type EventDraft, eventTypes, type StoredEvent } from '../../shared/event.ts'
import type { LoggedEvent } from '../../shared/link.ts'
import type { RandomBytes } from './keys.ts'

/** A row of the log as it lies in the database. */
interface Row {
  readonly position: number
  readonly logId: string
  readonly sequence: number
  readonly at: number
  readonly body: string
  readonly trace: string | null
  readonly hash: string
}

export type ChainCheck =
  | { readonly ok: true; readonly events: number }
  /** The oldest event that is not as it was written, or that does not follow the one before. */
  | { readonly ok: false; readonly logId: string; readonly sequence: number }

/** How far a check has come. */
export interface CheckPlace {
  readonly position: number
  readonly previous: string
  readonly events: number
}

/** The append-only, hash-chained event log of one controller. Only `write` and `begin` write, within a transaction of the caller's. */
export interface Log {
  readonly logId: string
  /** The sequence of the next event. */
  readonly next: number
  /** The oldest sequence of this log that is still kept; `next` where there is none. */
  readonly first: number
  /** Gives a draft identity, time and place in the log. */
  stamp(draft: EventDraft, wall: number): LoggedEvent
  write(event: LoggedEvent): void
  /** Events of this log from a sequence on, oldest first. `intact` is false where the chain is broken on the way. */
  read(from: number, limit: number): { readonly events: LoggedEvent[]; readonly intact: boolean }
  idOf(sequence: number): string | undefined
  /** Begins another log with the events after `sequence` in it: the plugin knows others under their numbers. */
  begin(sequence: number): void
  /** Proves the chain from a place on, so many events at a time; retention may not run meanwhile. */
  check(from: CheckPlace | undefined, limit: number): ChainCheck | { readonly next: CheckPlace }
  /** The same event under the next number of this log. */
  renumber(event: LoggedEvent): LoggedEvent
  /** Removes the oldest events up to a position and older than an instant, but never the newest one. @returns how many */
  prune(bounds: { readonly through: number; readonly before: number; readonly limit: number }): number
  positionOf(sequence: number): number
  oldest(): { readonly position: number; readonly at: number } | undefined
  /** Where the log stands, to come back to when a transaction was rolled back. */
  mark(): Mark
  /** @param numbers whether the numbers given since are given again */
  rewind(mark: Mark, numbers: boolean): void
  /** Gives the numbers again that were given to events which were never written. */
  resume(): void
}

export interface Mark {
  readonly logId: string
  readonly next: number
  readonly base: number
  readonly head: string
  readonly first: number
}

export function chainHash(previous: string, body: string, trace: string | null): string {
  return createHash('sha256')
    .update(`${previous}\n${body}\n${trace ?? ''}`)
    .digest('hex')
}

export function openLog(sql: Sqlite.Database, controller: string, random: RandomBytes, wall: number): Log {
  const readFact = sql.prepare<[string], string>('select value from facts where key = ?').pluck()
  const writeFact = sql.prepare('insert into facts (key, value) values (?, ?) on conflict do update set value = excluded.value')
  const newest = sql.prepare<[], Row>('select * from events order by position desc limit 1')
  const oldest = sql.prepare<[number], Row>('select * from events where position > ? order by position limit 1')
  const insert = sql.prepare(
    'insert into events (position, logId, sequence, at, body, trace, hash) values (@position, @logId, @sequence, @at, @body, @trace, @hash)',
  )
  const page = sql.prepare<[number, number], Row>('select * from events where position >= ? order by position limit ?')
  const byPosition = sql.prepare<[number], Row>('select * from events where position = ?')
  const before = sql.prepare<[number], Row>('select * from events where position < ? order by position desc limit 1')

  let logId = readFact.get('logId') as string
  if (logId === undefined) {
    logId = uuid({ msecs: wall, random: random(16) })
    writeFact.run('logId', logId)
    writeFact.run('tail', logId)
  }
  const last = newest.get()
  let next = last?.logId === logId ? last.sequence + 1 : 1
  /** Position minus sequence, the same for every event of one log. */
  let base = last === undefined ? 0 : last.position - (next - 1)
  let head = last?.hash ?? readFact.get('tail')!
  let first = oldest.get(base)?.sequence ?? next

  const hashBefore = (position: number) => before.get(position)?.hash ?? readFact.get('tail')!

  function write({ event, trace }: LoggedEvent): void {
    const body = JSON.stringify(event)
    const traced = trace === undefined || trace.length === 0 ? null : JSON.stringify(trace)
    head = chainHash(head, body, traced)
    const { sequence } = event
    insert.run({ position: base + sequence, logId: event.logId, sequence, at: Date.parse(event.time), body, trace: traced, hash: head })
  }

  const renumber = ({ event, ...rest }: LoggedEvent): LoggedEvent => ({ event: { ...event, logId, sequence: next++ }, ...rest })

  return {
    get logId() {
      return logId
    },
    get next() {
      return next
    },
    get first() {
      return first
    },
    stamp({ trace, type, source, ...fields }, at) {
      const event: StoredEvent = {
        id: uuid({ msecs: at, random: random(16) }),
        controller,
        logId,
        sequence: next++,
        time: new Date(at).toISOString(),
        type,
        categories: [...eventTypes[type]],
        source,
        ...fields,
      }
      return trace === undefined ? { event } : { event, trace }
    },
    write,
    read(from, limit) {
      const rows = page.all(base + Math.max(1, from), limit)
      let previous = rows[0] && hashBefore(rows[0].position)
      let intact = true
      for (const row of rows) {
        intact &&= chainHash(previous!, row.body, row.trace) === row.hash
        previous = row.hash
      }
      return { events: rows.map(parse), intact }
    },
    idOf: sequence => {
      const row = sequence < 1 ? undefined : byPosition.get(base + sequence)
      return row && parse(row).event.id
    },
    begin(sequence) {
      const moved = page.all(base + sequence + 1, -1).map(parse)
      sql.prepare('delete from events where position > ?').run(base + sequence)
      base += sequence
      head = hashBefore(base + 1)
      logId = uuid({ msecs: wall, random: random(16) })
      next = 1
      first = 1
      for (const each of moved) write(renumber(each))
      writeFact.run('logId', logId)
    },
    check(from, limit) {
      let { position, previous, events } = from ?? { position: 0, previous: readFact.get('tail')!, events: 0 }
      const rows = page.all(position + 1, limit)
      for (const row of rows) {
        const { event } = parse(row)
        const faithful = event.logId === row.logId && event.sequence === row.sequence
        if (!faithful || chainHash(previous, row.body, row.trace) !== row.hash)
          return { ok: false, logId: row.logId, sequence: row.sequence }
        previous = row.hash
        position = row.position
        events++
      }
      return rows.length < limit ? { ok: true, events } : { next: { position, previous, events } }
    },
    renumber,
    prune({ through, before: instant, limit }) {
      const newestPosition = newest.get()?.position ?? 0
      const rows = page.all(0, limit).filter(row => row.position <= through && row.position < newestPosition && row.at < instant)
      const end = rows.at(-1)
      if (end === undefined) return 0
      sql.prepare('delete from events where position <= ?').run(end.position)
      writeFact.run('tail', end.hash)
      first = oldest.get(base)?.sequence ?? next
      return rows.length
    },
    positionOf: sequence => base + sequence,
    oldest: () => {
      const row = oldest.get(0)
      return row && { position: row.position, at: row.at }
    },
    mark: () => ({ logId, next, base, head, first }),
    rewind(mark, numbers) {
      head = mark.head
      first = mark.first
      logId = mark.logId
      base = mark.base
      if (numbers) next = mark.next
    },
    resume() {
      const stored = newest.get()
      next = stored?.logId === logId ? stored.sequence + 1 : 1
    },
  }
}

function parse(row: Row): LoggedEvent {
  const event = JSON.parse(row.body) as StoredEvent
  return row.trace === null ? { event } : { event, trace: JSON.parse(row.trace) }
}
