import { statfsSync } from 'node:fs'
import { active } from '../../controller/core/schedule.ts'
import type { Clock } from '../../shared/clock.ts'
import type { EventType, StoredEvent } from '../../shared/event.ts'
import type { LoggedEvent } from '../../shared/link.ts'
import { type Check, openBook } from '../site/book.ts'
import type { Configuration } from '../site/kinds.ts'
import { writeAudit } from '../store/audit.ts'
import { type Entry, type LostRange, openEventLog } from '../store/events.ts'
import { identity } from '../store/facts.ts'
import type { Store } from '../store/open.ts'
import { openAlarms } from './alarms.ts'
import { openAccessRequests } from './requests.ts'
import { openStates } from './states.ts'
import { openTree, treeOf } from './tree.ts'
import { defaultCategories } from './types.ts'

/** The VMS's side of the server, without HTTP: one site, its log, its states, requests and alarms. */
export type Plugin = ReturnType<typeof createPlugin>

interface Surroundings {
  readonly store: Store
  readonly clock: Clock
  readonly check: Check
  /** How much a controller's clock is ahead of ours, in ms. */
  readonly skewOf?: (controller: string) => number
}

const hourMs = 3_600_000
/** Between two slices of what retention removes. */
const sliceMs = 50
/** While nothing can be stored it is tried so often, in ms. */
const tryMs = 5_000
/** … and what has to be free for it to be worth it; bytes. */
const enoughFree = 1_048_576
/** Clocks that differ by less are taken for equal: messages take their time, too. */
const smallSkewMs = 2_000

/** Nothing can be stored. */
export interface StoreFault {
  readonly since: number
  readonly fault: 'disk-full' | 'disk-error'
}

/** Events that retention has removed, by cursor, both included. */
interface Removed {
  readonly first: number
  readonly last: number
  readonly count: number
}

export function createPlugin({ store, clock, check, skewOf = () => 0 }: Surroundings) {
  const now = () => clock.wall()
  const systemId = identity(store, 'systemId')
  const book = openBook(store, { check, now })
  const log = openEventLog(store)
  const tree = openTree(book.configuration, systemId)
  const states = openStates(tree)
  const settingOf = (type: string) => book.configuration().own.eventTypes.find(t => t.id === type)
  const categories = (type: string): readonly string[] => settingOf(type)?.categories ?? defaultCategories(type as EventType) ?? []
  const requests = openAccessRequests(store, now)
  const alarms = openAlarms(store, {
    now,
    configuration: book.configuration,
    categories,
    active(id, at) {
      const { site } = book.configuration()
      const schedule = id === 'always' ? 'always' : site.schedules.find(s => s.id === id)
      return schedule !== undefined && active(schedule, site.site.timeZone, at, site.site.position)
    },
  })
  const watchers = new Set<(entries: readonly Entry[]) => void>()
  const guards = new Set<() => void>()
  let cancel = () => {}
  let told = now()

  let off: { readonly of: unknown; readonly ids: ReadonlySet<string> } = { of: undefined, ids: new Set() }
  /** Switched off by an administrator: kept in the log, not handed to anybody. */
  const enabled = (entry: Pick<Entry, 'type' | 'source' | 'door'>): boolean => {
    if (settingOf(entry.type)?.enabled === false) return false
    const { elements } = book.configuration().own
    if (off.of !== elements) off = { of: elements, ids: new Set(elements.filter(e => !e.enabled).map(e => e.id)) }
    return off.ids.size === 0 || !(off.ids.has(entry.source) || (entry.door !== null && off.ids.has(entry.door)))
  }

  let fault: StoreFault | undefined
  function stored<T>(work: () => T): T {
    try {
      return store.transact(work)
    } catch (error) {
      storeFailed(error)
      throw error
    }
  }
  /** Work that nobody waits for; undefined where the disk does not take it. */
  function tried<T>(work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      if (!storeFailed(error)) throw error
      return undefined
    }
  }
  let cancelTry = () => {}
  const faultWatchers = new Set<(over: StoreFault) => void>()
  /** @returns whether the disk is to blame for a failed write, which is told then */
  function storeFailed(error: unknown): boolean {
    const code = String((error as { code?: unknown }).code)
    if (!/^SQLITE_(FULL|IOERR|READONLY)/.test(code)) return false
    if (fault) return true
    fault = { since: now(), fault: code === 'SQLITE_FULL' ? 'disk-full' : 'disk-error' }
    states.setStoring(false)
    cancelTry = clock.at(clock.now() + tryMs, tryAgain)
    return true
  }
  function tryAgain(): void {
    cancelTry = clock.at(clock.now() + tryMs, tryAgain)
    try {
      const { bavail, bsize } = statfsSync(store.directory)
      if (bavail * bsize < enoughFree) return
      store.sql.pragma(`user_version = ${store.sql.pragma('user_version', { simple: true })}`)
    } catch {
      return
    }
    const over = fault
    fault = undefined
    cancelTry()
    states.setStoring(true)
    if (over) for (const watcher of faultWatchers) watcher(over)
  }

  /** Stores what is new of one controller's log, with the requests and alarms it leads to, all or nothing. */
  function take(controller: string, logId: string, batch: readonly LoggedEvent[], lost?: LostRange): number {
    const changed = { requests: [] as string[], alarms: [] as string[] }
    const entries = stored(() => {
      const gap = lost && log.lose(lost, now())
      const skew = skewOf(controller)
      const appended = log.append(controller, logId, batch, now(), Math.abs(skew) < smallSkewMs ? 0 : skew)
      for (const entry of appended.filter(enabled)) {
        const event = JSON.parse(entry.body) as StoredEvent
        if (categories(event.type).includes('Access request')) {
          const request = requests.open(event, entry.cursor, entry.skew)
          if (request) changed.requests.push(request.id)
        }
        changed.alarms.push(...alarms.take(event, entry.cursor, entry.skew))
      }
      return gap ? [gap, ...appended] : appended
    })
    if (entries.length > 0) for (const watcher of watchers) watcher(entries)
    for (const id of changed.requests) requests.tell(id)
    for (const id of new Set(changed.alarms)) alarms.tell(id)
    if (changed.requests.length + changed.alarms.length > 0) arm()
    return log.next(controller, logId)
  }

  /** One timer for what is due next: an unanswered request, an alarm nobody has taken up, the hourly clearing away. */
  function arm() {
    cancel()
    const wall = now()
    for (let due = alarms.nextDue(told); due && due.due <= wall; due = alarms.nextDue(told)) {
      told = due.due
      alarms.tell(due.id)
    }
    const expired = tried(() => ({ next: requests.expire() ?? Infinity })) ?? { next: wall + tryMs }
    const next = Math.min(expired.next, alarms.nextDue(told)?.due ?? Infinity, wall + hourMs)
    cancel = clock.at(clock.now() + Math.max(1, next - wall), arm)
  }

  let cancelSlice = () => {}
  /** Slice by slice, so that nobody waits for it; told once all of it is gone. */
  function clearAway(before?: Removed) {
    const { retention } = book.configuration().own
    const slice = tried(() =>
      store.transact(() => {
        requests.prune(now() - retention.days * 24 * hourMs)
        alarms.prune(now() - retention.days * 24 * hourMs)
        return log.prune(retention, now())
      }),
    )
    const removed = slice && before ? { first: before.first, last: slice.last, count: before.count + slice.count } : (slice ?? before)
    if (slice) cancelSlice = clock.at(clock.now() + sliceMs, () => clearAway(removed))
    else if (removed) {
      tried(() =>
        writeAudit(store, {
          at: now(),
          permitted: true,
          category: 'system',
          message: `Removed ${removed.count} events from the log, cursors ${removed.first} to ${removed.last}, as retention says.`,
          sourceType: 'system',
          sourceName: systemId,
          author: { user: 'system', location: 'local' },
        }),
      )
    }
  }

  let cancelClearing = () => {}
  const clearHourly = () => {
    cancelSlice()
    clearAway()
    cancelClearing = clock.at(clock.now() + hourMs, clearHourly)
  }
  arm()
  clearHourly()

  return {
    store,
    clock,
    now,
    systemId,
    book,
    log,
    tree,
    /** The tree of an earlier configuration. */
    treeOf: (configuration: Configuration) => treeOf(configuration, systemId),
    states,
    requests,
    alarms,
    categories,
    enabled,
    take,
    /** Proves the chain of the whole log, piece by piece, so that other work gets its turn. */
    async checkLog(): Promise<{ checked: number; broken: number | null }> {
      let checked = 0
      let after = log.removedThrough()
      for (let part = log.check(after, 1_000); part; part = log.check(after, 1_000)) {
        if (part.broken !== null) return { checked, broken: part.broken }
        checked += part.last - after
        after = part.last
        await new Promise(resolve => setImmediate(resolve))
      }
      return { checked, broken: null }
    },
    /** Why nothing can be stored; undefined where all is well. */
    storeFault: () => fault,
    storeFailed,
    tried,
    /** Called with what was wrong when things can be stored again. */
    onStored(watcher: (over: StoreFault) => void): () => void {
      faultWatchers.add(watcher)
      return () => faultWatchers.delete(watcher)
    },
    /** Open streams; the API tells. */
    consumers: (): number => 0,
    /** Called with what was stored, after its commit and in its order. */
    onEntries(watcher: (entries: readonly Entry[]) => void): () => void {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    /** Users, roles or tokens have changed: whoever is connected has to be judged again. */
    rightsChanged(): void {
      for (const guard of guards) guard()
    },
    onRightsChange(guard: () => void): () => void {
      guards.add(guard)
      return () => guards.delete(guard)
    },
    close(): void {
      cancel()
      cancelClearing()
      cancelSlice()
      cancelTry()
    },
  }
}
