import { and, asc, desc, eq, gt, inArray, lt, ne } from 'drizzle-orm'
import { v7 as uuid } from 'uuid'
import type { EventType, StoredEvent } from '../../shared/event.ts'
import type { Body, Configuration } from '../site/kinds.ts'
import type { Store } from '../store/open.ts'
import { alarms } from '../store/schema.ts'

/** The four states of an alarm (rule V7). */
export const alarmStates = { 1: 'New', 4: 'In progress', 9: 'On hold', 11: 'Closed' } as const
export type AlarmState = keyof typeof alarmStates
export const closed = 11

export type AlarmDefinition = Body<'alarmDefinitions'>

/** A condition that somebody has to see to. */
export interface Alarm {
  readonly id: string
  /** Cursor of the event that raised it. */
  readonly event: number
  readonly eventId: string
  readonly source: string
  readonly type: string
  readonly door: string | null
  readonly cardholder: string | null
  readonly definition: string | null
  readonly state: AlarmState
  readonly priority: number
  readonly owner: string | null
  readonly opened: number
  readonly changed: number
  readonly changedBy: string
  /** Until when somebody has to take it up; null where there is no limit. */
  readonly due: number | null
  readonly closingReason: string | null
  readonly comments: readonly { readonly at: number; readonly by: string; readonly text: string }[]
  readonly version: number
}

export interface AlarmChange {
  readonly state?: AlarmState | undefined
  readonly owner?: string | null | undefined
  readonly priority?: number | undefined
  readonly comment?: string | undefined
  readonly closingReason?: string | undefined
}

export type AlarmChanged =
  /** `news` is false where it was so already. */
  | { readonly ok: true; readonly alarm: Alarm; readonly news: boolean }
  | {
      readonly ok: false
      readonly reason: 'not-found' | 'closed' | 'lost-update' | 'closing-reason-missing' | 'closing-reason-unknown' | 'closing-reason-early'
    }

/** The type of event that ends a condition, where one does. */
const endings: Partial<Record<EventType, EventType>> = {
  'door.forced-open-ended': 'door.forced-open',
  'door.open-too-long-ended': 'door.open-too-long',
  'alarm.emergency-ended': 'alarm.emergency',
  'reader.tamper-ended': 'reader.tamper',
  'controller.tamper-ended': 'controller.tamper',
  'input.supervision-restored': 'input.supervision-fault',
  'reader.online': 'reader.offline',
  'controller.online': 'controller.offline',
  'link.restored': 'link.lost',
  'store.restored': 'store.fault',
  'controller.power-restored': 'controller.power-lost',
  'controller.battery-restored': 'controller.battery-low',
  'controller.clock-trusted': 'controller.clock-untrusted',
  'reader.pin-unblocked': 'reader.pin-blocked',
  'zone.anti-passback-resumed': 'zone.anti-passback-suspended',
}

/** Alarms with a life of their own; what raises and ends them runs within the transaction that stores the event. */
export type Alarms = ReturnType<typeof openAlarms>

interface Surroundings {
  readonly now: () => number
  readonly configuration: () => Configuration
  readonly categories: (type: string) => readonly string[]
  /** Whether a schedule of the site is active at an instant. */
  readonly active: (schedule: string, at: number) => boolean
}

export function openAlarms(store: Store, { now, configuration, categories, active }: Surroundings) {
  const { db } = store
  const listeners = new Set<(id: string) => void>()
  const tell = (id: string) => {
    for (const listener of listeners) listener(id)
  }
  const parse = (row: { body: string } | undefined) => row && (JSON.parse(row.body) as Alarm)
  const get = (id: string): Alarm | undefined => parse(db.select().from(alarms).where(eq(alarms.id, id)).get())
  const write = (alarm: Alarm) => {
    const { id, event, source, type, door, definition, state, priority, opened, changed, due, version } = alarm
    const row = { id, event, source, type, door, definition, state, priority, opened, changed, due, version, body: JSON.stringify(alarm) }
    db.insert(alarms).values(row).onConflictDoUpdate({ target: alarms.id, set: row }).run()
  }

  /** The definition an event falls under: `undefined` when definitions name its type and none of them wants it. */
  function definitionOf(event: StoredEvent, skew: number): AlarmDefinition | null | undefined {
    const named = configuration().own.alarmDefinitions.filter(d => d.eventTypes.includes(event.type))
    if (named.length === 0) return categories(event.type).includes('Alarm') ? null : undefined
    const at = Date.parse(event.time) - skew
    return named.find(
      d =>
        d.enabled &&
        (d.sources.length === 0 ||
          d.sources.some(s => s === event.source.id || s === event.door || s === event.zone || s === event.controller)) &&
        d.schedules.some(schedule => active(schedule, at)),
    )
  }

  function close(alarm: Alarm, by: string, closingReason: string | null): Alarm {
    const after = { ...alarm, state: closed, changed: now(), changedBy: by, closingReason, version: alarm.version + 1 } as const
    write(after)
    return after
  }

  const unclosed = (source: string, type: string) =>
    db
      .select()
      .from(alarms)
      .where(and(eq(alarms.source, source), eq(alarms.type, type), ne(alarms.state, closed)))
      .all()
      .map(row => parse(row)!)

  return {
    get,
    /**
     * Raises an alarm or ends those that close by themselves.
     * @param skew how much the clock of the event was ahead of ours, in ms
     * @returns ids of what changed, to be told after the commit
     */
    take(event: StoredEvent, cursor: number, skew = 0): readonly string[] {
      const changed: string[] = []
      const ended = endings[event.type]
      if (ended) {
        for (const alarm of unclosed(event.source.id, ended)) {
          const definition = configuration().own.alarmDefinitions.find(d => d.id === alarm.definition)
          if (definition?.autoClose) changed.push(close(alarm, 'system', null).id)
        }
      }
      const definition = definitionOf(event, skew)
      if (definition === undefined) return changed
      const opened = now()
      const limit = definition?.timeLimit ?? 60
      const alarm: Alarm = {
        id: uuid(),
        event: cursor,
        eventId: event.id,
        source: event.source.id,
        type: event.type,
        door: event.door ?? null,
        cardholder: event.cardholder ?? null,
        definition: definition?.id ?? null,
        state: 1,
        priority: definition?.priority ?? 1,
        owner: definition?.owner ?? null,
        opened,
        changed: opened,
        changedBy: 'system',
        due: limit === 0 ? null : opened + limit * 1000,
        closingReason: null,
        comments: [],
        version: 1,
      }
      write(alarm)
      return [...changed, alarm.id]
    },
    /** @param version refused when the alarm has changed since */
    change(id: string, { comment, ...change }: AlarmChange, by: string, version?: number): AlarmChanged {
      const result = store.transact((): AlarmChanged => {
        const alarm = get(id)
        if (!alarm) return { ok: false, reason: 'not-found' }
        if (version !== undefined && version !== alarm.version) return { ok: false, reason: 'lost-update' }
        if (alarm.state === closed && Object.values(change).some(field => field !== undefined)) return { ok: false, reason: 'closed' }
        if (change.state !== closed && change.closingReason !== undefined) return { ok: false, reason: 'closing-reason-early' }
        // A VMS that repeats what it was told is not told again, which it would repeat.
        const news = (['state', 'owner', 'priority'] as const).some(field => change[field] !== undefined && change[field] !== alarm[field])
        if (!news && comment === undefined) return { ok: true, alarm, news }
        if (change.state === closed) {
          const reasons = configuration().own.closingReasons
          if (reasons.length > 0 && change.closingReason === undefined) return { ok: false, reason: 'closing-reason-missing' }
          if (change.closingReason !== undefined && reasons.length > 0 && !reasons.some(r => r.id === change.closingReason)) {
            return { ok: false, reason: 'closing-reason-unknown' }
          }
        }
        const after: Alarm = {
          ...alarm,
          state: change.state ?? alarm.state,
          owner: change.owner === undefined ? alarm.owner : change.owner,
          priority: change.priority ?? alarm.priority,
          closingReason: change.closingReason ?? alarm.closingReason,
          comments: comment === undefined ? alarm.comments : [...alarm.comments, { at: now(), by, text: comment }],
          changed: now(),
          changedBy: by,
          version: alarm.version + 1,
        }
        write(after)
        return { ok: true, alarm: after, news: true }
      })
      if (result.ok && result.news) tell(id)
      return result
    },
    /** Closes all that stand at a source for a type of event: what a VMS does when its own alarms are closed. */
    closeAll(source: string, type: string, by: string, closingReason: string | null): readonly string[] {
      const ids = store.transact(() => unclosed(source, type).map(alarm => close(alarm, by, closingReason).id))
      for (const id of ids) tell(id)
      return ids
    },
    /** Newest first. */
    list(states: readonly AlarmState[], limit: number, before?: string): readonly Alarm[] {
      return db
        .select()
        .from(alarms)
        .where(and(inArray(alarms.state, [...states]), before === undefined ? undefined : lt(alarms.id, before)))
        .orderBy(desc(alarms.id))
        .limit(limit)
        .all()
        .map(row => parse(row)!)
    },
    /** The first untouched alarm whose time limit ends after `after`, so that its being overdue can be told. */
    nextDue(after: number): { readonly id: string; readonly due: number } | undefined {
      const row = db
        .select({ id: alarms.id, due: alarms.due })
        .from(alarms)
        .where(and(eq(alarms.state, 1), gt(alarms.due, after)))
        .orderBy(asc(alarms.due))
        .limit(1)
        .get()
      return row && { id: row.id, due: row.due! }
    },
    /** Removes closed alarms that were last touched before an instant. */
    prune(before: number): void {
      db.delete(alarms)
        .where(and(eq(alarms.state, closed), lt(alarms.changed, before)))
        .run()
    },
    tell,
    onChange(listener: (id: string) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
