import type { EventDraft, EventType } from '../../shared/event.ts'
import type { Side } from '../../shared/site.ts'
import { sides } from '../../shared/site.ts'
import type { Draft } from './draft.ts'
import { firstPerson, modeOf, restsUnlocked, turnOverride } from './mode.ts'
import type { DoorPlan } from './model.ts'
import { positionFrom } from './position.ts'
import { showReaders } from './reader.ts'
import type { DoorRow, Grant, Position } from './state.ts'

export { modeOf } from './mode.ts'

/*
 * One door: passages, bolt, leaf and alarms (domain.md §4). Every change ends in `settle`, which alone decides what the bolt does.
 */

/** Whom a passage is granted to: both of a two-person grant, the second last. */
export interface Granted {
  readonly side: Side
  readonly cardholders: readonly string[]
  readonly credentials: readonly string[]
  /** Somebody of them has the long times. */
  readonly long: boolean
}

/** Who asked for what happens. */
export interface Cause {
  readonly operator?: string
  readonly onBehalfOf?: string
}

/** Starts a passage. `access.granted` is emitted by the caller, before this. */
export function grant(draft: Draft, door: string, granted: Granted): void {
  const plan = draft.model.doors.get(door)
  if (plan === undefined) return
  firstPerson(draft, plan)
  const ms = granted.long ? plan.longAccessMs : plan.accessMs
  startGrant(draft, plan, { ...granted, by: 'cardholder', at: draft.now.mono, until: draft.now.mono + ms })
}

/**
 * A double-swipe: turns the override on, or ends the one that is on; where the door then rests locked, a running access time ends. False, and
 * nothing done, while a manual mode or an emergency is on: the caller then grants an ordinary passage.
 */
export function toggleOverride(draft: Draft, door: string): boolean {
  const plan = draft.model.doors.get(door)
  if (plan === undefined || !turnOverride(draft, plan)) return false
  firstPerson(draft, plan)
  settle(draft, plan, rowOf(draft, plan), {}, !restsUnlocked(draft, door))
  return true
}

/** Whether every other door of the interlock group is closed and locked; a door without a monitor is judged by its lock alone. */
export function interlockClear(draft: Draft, door: string): boolean {
  return (draft.model.doors.get(door)?.interlocked ?? []).every(id => {
    const row = draft.get('door', id)
    const monitored = draft.model.doors.get(id)?.monitor != null
    return row !== undefined && !row.unlocked && row.edge === null && (row.position === 'closed' || !monitored)
  })
}

export function positionOf(draft: Draft, door: string): Position {
  return draft.get('door', door)?.position ?? 'unknown'
}

/** Starts a grant or a REX's access time; one that runs for the same holder starts anew. */
export function startGrant(draft: Draft, plan: DoorPlan, started: Grant, cause: Cause = {}): void {
  const row = rowOf(draft, plan)
  const same = (running: Grant) =>
    running.by === started.by && !takenByEdge(row, running) && running.cardholders.every(holder => started.cardholders.includes(holder))
  const seen: Grant = row.position === 'unknown' ? { ...started, unseen: true } : started
  settle(draft, plan, { ...row, grants: [...row.grants.filter(running => !same(running)), seen] }, cause)
}

/** Lets an opening pass unforced until `until` without moving the bolt. */
export function shield(draft: Draft, plan: DoorPlan, until: number): void {
  settle(draft, plan, { ...rowOf(draft, plan), shieldUntil: until })
}

/** The leaf has begun to open, debounced or not: now it is decided whether the opening is forced. */
export function leafMoves(draft: Draft, door: string): void {
  const plan = draft.model.doors.get(door)
  const row = draft.get('door', door)
  if (plan === undefined || row === undefined || row.position !== 'closed' || row.edge !== null) return
  const { mono } = draft.now
  const forced = plan.door !== null && !row.unlocked && mono >= row.shieldUntil && !rexBegins(draft, plan)
  draft.set('door', door, { ...row, edge: { at: mono, forced } })
}

/** A press that is still being debounced: it must not become too late by that. */
function rexBegins(draft: Draft, plan: DoorPlan): boolean {
  return sides.some(side => {
    const rex = plan.sides?.[side].rex
    if (rex?.port === undefined) return false
    const input = draft.get('input', `${plan.controller}/${rex.port}`)
    const active = rex.activeIf === 'circuit-open' ? 'open' : 'closed'
    return input !== undefined && input.raw === active && input.level !== active && input.level !== 'cut' && input.level !== 'short'
  })
}

/** The monitor has settled. The first position known, again or at all, is no event and never forced. */
export function leafSettles(draft: Draft, door: string, position: Position): void {
  const plan = draft.model.doors.get(door)
  const row = draft.get('door', door)
  if (plan === undefined || row === undefined) return
  if (position === row.position) {
    if (row.edge !== null) settle(draft, plan, lapse(draft, plan, { ...row, edge: null }))
  } else if (position === 'unknown') {
    const grants = row.grants.filter(each => !each.ended).map((each): Grant => ({ ...each, unseen: true }))
    settle(draft, plan, lapse(draft, plan, { ...row, position, edge: null, tooLongAt: null, grants }))
  } else if (position === 'closed') closed(draft, plan, row)
  else opened(draft, plan, row)
}

function closed(draft: Draft, plan: DoorPlan, row: DoorRow): void {
  const { id } = plan
  if (row.position === 'open') tell(draft, id, 'door.closed')
  endAlarms(draft, id, row)
  const relockAt = row.held === null ? row.relockAt : relockTime(draft, plan)
  settle(draft, plan, {
    ...row,
    position: 'closed',
    edge: null,
    held: null,
    relockAt,
    forced: false,
    tooLong: false,
    tooLongAt: null,
    long: false,
  })
}

function opened(draft: Draft, plan: DoorPlan, row: DoorRow): void {
  const { id, door } = plan
  const { mono } = draft.now
  if (row.position === 'unknown') {
    const tooLongAt = row.tooLong || row.rests || door === null ? null : mono + tooLongMs(plan, row.long)
    settle(draft, plan, { ...row, position: 'open', tooLongAt })
    return
  }
  const forced = row.edge?.forced ?? false
  const taken = forced ? [] : row.grants.filter(running => takenByEdge(row, running))
  const long = taken.some(each => each.long)
  const tooLongAt = row.rests || door === null ? null : mono + tooLongMs(plan, long)
  tell(draft, id, 'door.opened')
  if (forced) tell(draft, id, 'door.forced-open')
  for (const each of taken) tellPassage(draft, id, 'access.taken', each)
  const running = taken.filter(each => !each.ended)
  const passing = running.length > 0
  const opening: DoorRow = {
    ...row,
    position: 'open',
    edge: null,
    forced,
    long,
    tooLongAt,
    grants: row.grants.filter(each => !taken.includes(each)),
    held: passing && door?.relock === 'after-closing' ? { until: Math.max(...running.map(each => each.until)) } : row.held,
    relockAt: passing && door?.relock === 'after-opening' ? relockTime(draft, plan) : row.relockAt,
  }
  settle(draft, plan, opening)
  const people = taken.filter(each => each.by === 'cardholder')
  if (people.length > 0) draft.listener.passed(draft, id, people)
}

function relockTime(draft: Draft, plan: DoorPlan): number | null {
  const delay = plan.door?.relockDelayMs ?? 0
  return delay === 0 ? null : draft.now.mono + delay
}

function tooLongMs(plan: DoorPlan, long: boolean): number {
  return long ? plan.longTooLongMs : plan.tooLongMs
}

/** An opening that is being debounced takes the grants that ran when it began. */
function takenByEdge({ edge }: DoorRow, running: Grant): boolean {
  return edge !== null && !edge.forced && running.at <= edge.at
}

/** Whatever of a door was due. */
export function expireDoor(draft: Draft, door: string): void {
  const plan = draft.model.doors.get(door)
  const row = draft.get('door', door)
  if (plan === undefined || row === undefined) return
  const { mono } = draft.now
  let next = lapse(draft, plan, row)
  if (next.relockAt !== null && next.relockAt <= mono) next = { ...next, relockAt: null }
  if (next.tooLongAt !== null && next.tooLongAt <= mono) {
    next = { ...next, tooLongAt: null, tooLong: true }
    tell(draft, door, 'door.open-too-long')
  }
  settle(draft, plan, next)
}

/** Ends the access times that are over, but those of an opening that is being debounced. An open leaf keeps the bolt back [D1]. */
function lapse(draft: Draft, plan: DoorPlan, row: DoorRow): DoorRow {
  const { mono } = draft.now
  const over = row.grants.filter(each => (each.until <= mono || each.ended) && !takenByEdge(row, each))
  let { held } = row
  for (const each of over) {
    tellPassage(draft, plan.id, 'access.not-taken', each)
    if (row.position === 'open' && plan.door?.relock === 'after-closing') held ??= { until: each.until }
  }
  if (held !== null && row.position === 'unknown' && held.until <= mono) held = null
  return { ...row, held, grants: row.grants.filter(each => !over.includes(each)) }
}

/** Lock and Lockdown end what runs; the opening that is being debounced may still turn out to have been in time. */
function endGrants(draft: Draft, plan: DoorPlan, row: DoorRow): DoorRow {
  const grants: Grant[] = []
  for (const each of row.grants)
    if (takenByEdge(row, each)) grants.push({ ...each, ended: true })
    else tellPassage(draft, plan.id, 'access.not-taken', each)
  return { ...row, grants, held: null, relockAt: null }
}

export function rowOf(draft: Draft, plan: DoorPlan): DoorRow {
  return draft.get('door', plan.id) ?? { ...fresh, position: positionFrom(draft, plan) }
}

const fresh: DoorRow = {
  position: 'unknown',
  mode: 'scheduled',
  rests: false,
  unlocked: false,
  relays: {},
  grants: [],
  edge: null,
  held: null,
  relockAt: null,
  shieldUntil: 0,
  forced: false,
  tooLong: false,
  tooLongAt: null,
  long: false,
  due: null,
}

/**
 * Brings mode, bolt, relays, readers and alarms of a door in line with its resting state and what runs at it. `endAll` ends running access times
 * and holds, as entering a locked mode does. A door seen for the first time is set without events.
 */
export function settle(draft: Draft, plan: DoorPlan, changed: DoorRow, cause: Cause = {}, endAll = false): void {
  const { id } = plan
  const before = draft.get('door', id)
  const mode = modeOf(draft, id)
  const rests = restsUnlocked(draft, id)
  let row: DoorRow = { ...changed, mode, rests }
  if (before !== undefined && mode !== before.mode) tell(draft, id, 'door.mode-changed', { mode, ...cause })
  const locking = mode !== before?.mode && (mode === 'locked' || mode === 'lockdown')
  if (endAll || locking) row = endGrants(draft, plan, row)
  if (before === undefined || before.rests !== rests) row = restingChanged(draft, plan, row)
  const unlocked = plan.door !== null && (rests || row.held !== null || row.relockAt !== null || row.grants.some(each => !each.ended))
  const relays = Object.fromEntries(plan.locks.map(lock => [lock.key, unlocked !== lock.failSafe]))
  row = { ...row, unlocked, relays, due: dueOf(row) }
  if (before !== undefined && unlocked !== before.unlocked) tell(draft, id, unlocked ? 'door.unlocked' : 'door.locked', cause)
  draft.set('door', id, row)
  for (const { key, controller, port } of plan.locks)
    if (before?.relays[key] !== relays[key]) draft.effect({ kind: 'relay', controller, port, energised: relays[key]! })
  showReaders(draft, plan.readers)
  if (mode === 'lockdown' && locking) draft.listener.lockedDown(draft, id)
}

/** Locked: the bolt engages at once, open leaf or not, and the time of an open leaf starts. Unlocked: an open leaf is not too long. */
function restingChanged(draft: Draft, plan: DoorPlan, row: DoorRow): DoorRow {
  if (row.rests || plan.door === null) return { ...row, tooLongAt: null }
  const timed = row.position === 'open' && !row.tooLong
  return { ...row, held: null, relockAt: null, tooLongAt: timed ? draft.now.mono + tooLongMs(plan, row.long) : null }
}

function dueOf(row: DoorRow): number | null {
  let due = Number.POSITIVE_INFINITY
  for (const each of row.grants) if (!takenByEdge(row, each)) due = Math.min(due, each.until)
  if (row.held !== null && row.position === 'unknown') due = Math.min(due, row.held.until)
  due = Math.min(due, row.relockAt ?? due, row.tooLongAt ?? due)
  return due === Number.POSITIVE_INFINITY ? null : due
}

/** Ends what stands at a door whose leaf nobody watches any more. */
export function endAlarms(draft: Draft, door: string, row: DoorRow): void {
  if (row.forced) tell(draft, door, 'door.forced-open-ended')
  if (row.tooLong) tell(draft, door, 'door.open-too-long-ended')
  draft.set('door', door, { ...row, forced: false, tooLong: false })
}

function tell(draft: Draft, door: string, type: EventType, more: Partial<EventDraft> = {}): void {
  draft.emit({ type, source: { kind: 'door', id: door }, door, ...more })
}

/** What became of a grant. A REX is nobody's grant, and says nothing. */
function tellPassage(draft: Draft, door: string, type: 'access.taken' | 'access.not-taken', running: Grant): void {
  const { by, side, cardholders, credentials, operator, onBehalfOf, unseen } = running
  if (by === 'rex' || (type === 'access.not-taken' && unseen)) return
  const source = { kind: 'access-point' as const, id: `${door}/${side}` }
  const cardholder = cardholders.at(-1)
  const credential = credentials.at(-1)
  draft.emit({
    type,
    source: by === 'operator' ? { kind: 'door', id: door } : source,
    door,
    ...(by === 'operator' ? {} : { side }),
    ...(cardholder === undefined ? {} : { cardholder }),
    ...(cardholders.length > 1 ? { cardholders: [...cardholders] } : {}),
    ...(credential === undefined ? {} : { credential }),
    ...(operator === undefined ? {} : { operator }),
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
  })
}
