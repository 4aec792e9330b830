import type Sqlite from 'better-sqlite3'
import type { LoggedEvent } from '../../shared/link.ts'
import type { Place } from '../core/model.ts'
import type { Change } from '../core/state.ts'
import type { InForce, NextSite, Share, SharedCursor, Store, StoreFault } from './contract.ts'
import type { Disk } from './disk.ts'
import { type Keys, keepKeys, type RandomBytes } from './keys.ts'
import { type CheckPlace, openLog } from './log.ts'
import { openPeople } from './people.ts'

/** How long events are kept and what is done when the disk runs short (domain.md §8). */
export interface Limits {
  /** Events younger than this stay; ms. */
  readonly keepMs: number
  /** So many of the newest stay. */
  readonly keepEvents: number
  /** With less free than this the oldest events go that are acknowledged, whatever their age; bytes. */
  readonly leastFree: number
  /** With less free than this others go, too, until `lastInside` is free inside the database; bytes. */
  readonly lastFree: number
  readonly lastInside: number
  /** Events that wait in memory for a disk; beyond, the oldest are lost. */
  readonly waiting: number
}
const defaultLimits: Limits = {
  keepMs: 30 * 86_400_000,
  keepEvents: 1_000_000,
  leastFree: 64 * 1024 * 1024,
  lastFree: 8 * 1024 * 1024,
  lastInside: 2 * 1024 * 1024,
  waiting: 50_000,
}

/** The gravest first. */
const gravity: readonly StoreFault[] = ['disk-full', 'disk-error', 'database-error', 'sync-failed', 'log-altered', 'events-removed']

/** Rows written or removed in one go, so that a step of housekeeping stays under 5 ms. */
const chunk = 250
/** Room inside the database that makes removing more events pointless; bytes. */
const enoughInside = 32 * 1024 * 1024

interface Waiting {
  readonly events: readonly LoggedEvent[]
  readonly changes: readonly Change[]
  readonly shares: readonly Share[]
}

interface Parts {
  readonly sql: Sqlite.Database
  readonly keys: Keys
  readonly disk: Disk
  readonly controller: string
  readonly wall: number
  readonly random: RandomBytes
  readonly limits: Partial<Limits> | undefined
  readonly close: () => void
}

export function createStore({ sql, keys, disk, controller, wall, random, close, limits }: Parts): Store {
  const { keepMs, keepEvents, leastFree, lastFree, lastInside, waiting: mostWaiting } = { ...defaultLimits, ...limits }
  const readFact = sql.prepare<[string], string>('select value from facts where key = ?').pluck()
  const writeFact = sql.prepare('insert into facts (key, value) values (?, ?) on conflict do update set value = excluded.value')
  const dropFact = sql.prepare('delete from facts where key = ?')
  const allRows = sql.prepare<[], { key: string; value: string }>('select key, value from state order by key')
  const putRow = sql.prepare('insert into state (key, value) values (?, ?) on conflict do update set value = excluded.value')
  const dropRow = sql.prepare('delete from state where key = ?')
  const putShare = sql.prepare('insert into shares (body) values (?)')
  const readShares = sql.prepare<[number], { position: number; body: string }>(
    'select position, body from shares order by position limit ?',
  )
  const dropShares = sql.prepare('delete from shares where position <= ?')
  const currentSite = sql.prepare<[], { revision: string; checksum: string; generation: number; appliedAt: number; body: string }>(
    'select revision, checksum, generation, appliedAt, body from sites order by number desc limit 1',
  )
  const siteInForce = sql.prepare<[], InForce>('select revision, checksum, appliedAt from sites order by number desc limit 1')
  const putSite = sql.prepare('insert into sites (revision, checksum, generation, appliedAt, body) values (?, ?, ?, ?, ?)')
  const dropSites = sql.prepare('delete from sites where number <= (select max(number) from sites) - 2')

  const kept = keepKeys(keys, work => !('fault' in writes(work, () => waiting.length === 0)))
  const log = openLog(sql, controller, random, wall)
  let pinKey: Uint8Array | undefined
  const people = openPeople(sql, currentSite.get()?.generation ?? 0, () => (pinKey ??= kept.keys.get('pin')))

  let waiting: Waiting[] = []
  let staging: number | null = null
  let checks = 0
  let closed = false
  /** There may be people of a generation that is not in force: a process before this one may have left some. */
  let leftOver = true
  let acknowledged = Number(readFact.get('acknowledged') ?? 0)
  let durable = acknowledged
  const faults = new Set<StoreFault>()
  let faultChanged: (fault: StoreFault | null) => void = () => {}
  let durableTold: (sequence: number) => void = () => {}
  const gravest = () => gravity.find(fault => faults.has(fault)) ?? null
  function stand(fault: StoreFault, stands: boolean): void {
    const before = gravest()
    if (stands) faults.add(fault)
    else faults.delete(fault)
    if (gravest() !== before) faultChanged(gravest())
  }
  type Written<T> = { readonly value: T } | { readonly fault: StoreFault }
  /** A transaction that may fail unnoticed: what it keeps can be had again. */
  function attempt<T>(work: () => T, numbers = false): Written<T> {
    const mark = log.mark()
    try {
      return { value: sql.transaction(work).immediate() }
    } catch (error) {
      log.rewind(mark, numbers)
      return { fault: faultOf(error) }
    }
  }
  /** A transaction whose failing is a fault until nothing waits any more. */
  function writes<T>(work: () => T, nothingWaits: () => boolean): Written<T> {
    const written = attempt(work)
    if ('fault' in written) stand(written.fault, true)
    else if (nothingWaits()) for (const fault of ['disk-full', 'disk-error', 'database-error'] as const) stand(fault, false)
    return written
  }

  function write({ events, changes, shares }: Waiting): void {
    for (const event of events) log.write(event)
    for (const { key, value } of changes) {
      if (value === null) dropRow.run(key)
      else putRow.run(key, JSON.stringify(value))
    }
    for (const share of shares) putShare.run(JSON.stringify(share))
  }
  const durableRows = (changes: readonly Change[]) => changes.filter(change => change.durable)

  /** Writes what waits in memory, some at a time. */
  function catchUp(): StoreFault | undefined {
    const batch = waiting.slice(0, chunk)
    if (batch.length === 0) return undefined
    const written = writes(
      () => batch.forEach(write),
      () => waiting.length === batch.length,
    )
    if ('fault' in written) return written.fault
    waiting = waiting.slice(batch.length)
    return undefined
  }

  function activate({ revision, checksum, place, people: change }: NextSite, at: number): void {
    const before = currentSite.get()
    if ('staged' in change) people.generation = change.staged
    else {
      for (const id of change.removed) people.remove(people.generation, id)
      for (const person of change.put) people.put(people.generation, person)
    }
    const body = place === undefined ? before!.body : JSON.stringify(place)
    putSite.run(revision, checksum, people.generation, at, body)
    dropSites.run()
  }

  const store: Store = {
    controller,
    directory: people.directory,
    keys: {
      ...kept.keys,
      set(name, secret) {
        kept.keys.set(name, secret)
        if (name === 'pin') pinKey = undefined
      },
    },
    get logId() {
      return log.logId
    },
    get next() {
      return log.next
    },
    get first() {
      return Math.min(log.first, waiting[0]?.events[0]?.event.sequence ?? log.next)
    },
    get durable() {
      return durable
    },
    get acknowledged() {
      return acknowledged
    },
    begin() {
      waiting = []
      log.resume()
      faults.clear()
      acknowledged = Number(readFact.get('acknowledged') ?? 0)
      // What a process before this one wrote may not have reached the disk.
      durable = acknowledged
      if (readFact.get('mark') === undefined) attempt(() => writeFact.run('mark', String(log.next - 1)))
    },
    rows: () => allRows.all().map(({ key, value }) => ({ key, value: JSON.parse(value) })),
    configuration() {
      const row = currentSite.get()
      if (row === undefined) return undefined
      const { revision, checksum, appliedAt, body } = row
      return { revision, checksum, appliedAt, place: JSON.parse(body) as Place }
    },
    get inForce() {
      return siteInForce.get()
    },
    commit({ events: drafts, changes, shares }, at) {
      const events = drafts.map(draft => log.stamp(draft, at))
      const rows = durableRows(changes)
      if (events.length === 0 && rows.length === 0 && shares.length === 0) return { events, fault: undefined }
      const entry: Waiting = { events, changes: rows, shares }
      const fault = waiting.length === 0 ? undefined : catchUp()
      if (waiting.length === 0) {
        const written = writes(
          () => write(entry),
          () => true,
        )
        if (!('fault' in written)) return { events, fault: undefined }
        waiting.push(entry)
        return { events, fault: written.fault }
      }
      waiting.push(entry)
      if (waiting.length > mostWaiting) waiting.shift()
      return { events, fault: fault ?? gravest() ?? undefined }
    },
    replace(next, work, at) {
      while (waiting.length > 0) {
        const fault = catchUp()
        if (fault !== undefined) return { events: [], fault }
      }
      const mark = log.mark()
      const generation = people.generation
      const written = writes(
        () => {
          activate(next, at)
          const { events: drafts, changes, shares } = work()
          const events = drafts.map(draft => log.stamp(draft, at))
          write({ events, changes: durableRows(changes), shares })
          return events
        },
        () => true,
      )
      if ('fault' in written) {
        log.rewind(mark, true)
        people.generation = generation
        people.forget()
        return { events: [], fault: written.fault }
      }
      if ('staged' in next.people) {
        leftOver = true
        if (staging === next.people.staged) staging = null
      }
      return { events: written.value, fault: undefined }
    },
    stage() {
      const generation = people.unused()
      staging = generation
      leftOver = true
      return {
        generation,
        put(batch, removed = []) {
          const written = attempt(() => {
            for (const id of removed) people.remove(generation, id)
            for (const person of batch) people.put(generation, person)
          })
          disk.checkpoint()
          return 'fault' in written ? written.fault : undefined
        },
        abandon() {
          if (staging === generation) staging = null
        },
      }
    },
    sync() {
      const through = log.next - 1
      if (through === durable) return
      disk.sync(error => {
        stand('sync-failed', error !== null)
        durable = Math.max(durable, through)
        durableTold(durable)
      })
    },
    onDurable(told) {
      durableTold = told
    },
    onFault(changed) {
      faultChanged = changed
    },
    tidy(at) {
      if (waiting.length > 0 || kept.waiting) {
        catchUp()
        kept.catchUp()
        if ((waiting.length === 0 && !kept.waiting) || faults.size === 0) return 20
      }
      disk.askFree()
      disk.checkpoint()
      if (retain(at) || (staging === null && (leftOver || faults.size > 0) && sweep())) return 50
      return waiting.length > 0 || kept.waiting ? 1_000 : 10_000
    },
    read(from, limit) {
      const { events, intact } = log.read(from, limit)
      if (!intact) stand('log-altered', true)
      for (const entry of waiting)
        for (const event of entry.events) if (event.event.sequence >= from && events.length < limit) events.push(event)
      const hole = events.findIndex(({ event }, i) => i > 0 && event.sequence !== events[i - 1]!.event.sequence + 1)
      return hole === -1 ? events : events.slice(0, hole)
    },
    idOf: sequence =>
      log.idOf(sequence) ?? waiting.flatMap(entry => entry.events).find(({ event }) => event.sequence === sequence)?.event.id,
    acknowledge(sequence) {
      if (sequence <= acknowledged) return
      acknowledged = Math.min(sequence, log.next - 1)
      attempt(() => writeFact.run('acknowledged', String(acknowledged)))
    },
    reconcile(next, id) {
      const ours = next - 1 < log.next && (next === 1 || id === null || next <= store.first || store.idOf(next - 1) === id)
      const begun = attempt(() => {
        if (!ours) {
          log.begin(Number(readFact.get('mark') ?? log.next - 1))
          writeFact.run('acknowledged', '0')
        }
        dropFact.run('mark')
      }, true)
      if (ours || 'fault' in begun) return ours
      acknowledged = 0
      durable = 0
      waiting = waiting.map(entry => ({ ...entry, events: entry.events.map(log.renumber) }))
      return false
    },
    shares(limit) {
      const rows = readShares.all(limit)
      const last = rows.at(-1)
      if (last === undefined) return undefined
      const read = rows.map(row => JSON.parse(row.body) as Share)
      return { position: last.position, presence: read.flatMap(share => share.presence), uses: read.flatMap(share => share.uses) }
    },
    forgetShares(through) {
      attempt(() => dropShares.run(through))
    },
    get shared() {
      return JSON.parse(readFact.get('shared') ?? '{"epoch":null,"version":0}') as SharedCursor
    },
    setShared(cursor) {
      attempt(() => writeFact.run('shared', JSON.stringify(cursor)))
    },
    check() {
      let place: CheckPlace | undefined
      for (;;) {
        const found = log.check(place, 1_000)
        if ('ok' in found) return found
        place = found.next
      }
    },
    checkOnTheSide(done) {
      checks++
      let { logId } = log
      const go = (place?: CheckPlace) => {
        if (closed) return
        // A log begun anew meanwhile has other hashes from there on.
        const found = log.check(log.logId === logId ? place : undefined, chunk)
        logId = log.logId
        if ('next' in found) setImmediate(go, found.next)
        else {
          checks--
          done(found)
        }
      }
      go()
    },
    close() {
      closed = true
      close()
    },
  }

  /** @returns whether there is more to remove */
  function retain(at: number): boolean {
    // What is being checked stays.
    if (checks > 0) return false
    const acknowledgedThrough = log.positionOf(acknowledged)
    const through = Math.min(acknowledgedThrough, log.positionOf(log.next - 1) - keepEvents)
    const short = disk.free < leastFree && insideFree() < enoughInside
    if (!short) stand('events-removed', false)
    const oldest = short || through > 0 ? log.oldest() : undefined
    if (oldest === undefined) return false
    if (short) {
      const last = disk.free < lastFree && insideFree() < lastInside
      const bounds = { through: last ? Number.POSITIVE_INFINITY : acknowledgedThrough, before: Number.POSITIVE_INFINITY, limit: chunk }
      const removed = attempt(() => log.prune(bounds))
      if ('value' in removed && removed.value > 0 && oldest.position + removed.value - 1 > acknowledgedThrough)
        stand('events-removed', true)
      return 'value' in removed && removed.value > 0
    }
    if (oldest.at >= at - keepMs || oldest.position > through) return false
    const removed = attempt(() => log.prune({ through, before: at - keepMs, limit: chunk }))
    return 'value' in removed && removed.value > 0
  }
  function insideFree(): number {
    return Number(sql.pragma('freelist_count', { simple: true })) * Number(sql.pragma('page_size', { simple: true }))
  }
  function sweep(): boolean {
    const swept = attempt(() => people.sweep(chunk))
    if ('value' in swept) leftOver = swept.value
    return 'value' in swept && swept.value
  }
  return store
}

function faultOf(error: unknown): StoreFault {
  const code = (error as { code?: string }).code ?? ''
  if (code === 'SQLITE_FULL') return 'disk-full'
  if (code.startsWith('SQLITE_IOERR')) return 'disk-error'
  if (code.startsWith('SQLITE')) return 'database-error'
  throw error
}
