import type { EventDraft, EventType } from '../../shared/event.ts'
import { interlockClear, leafMoves, leafSettles, rowOf, settle, shield, startGrant } from './door.ts'
import type { Draft } from './draft.ts'
import type { Input } from './input.ts'
import { modeOf, setMode } from './mode.ts'
import type { PortPlan } from './model.ts'
import { levelOf, positionOfLevel } from './position.ts'
import { setTamper } from './reader.ts'
import type { InputRow, Level } from './state.ts'

/*
 * Input terminals: debounce, supervision, and what a change means (domain.md §4 "Inputs"). Debouncing is over once the raw level has stayed for
 * the debounce time; the first level known is taken as it is, and is an event only where it is a fault or an emergency.
 */

/** A terminal shows something. Terminals without a use are remembered: a later configuration may give them one. */
export function readInput(draft: Draft, input: Extract<Input, { kind: 'input' }>): void {
  if (!draft.model.units.has(input.controller)) return
  const key = `${input.controller}/${input.port}`
  show(draft, key, levelOf(input.reading, draft.model.ports.get(key)?.contact.supervision ?? null))
}

/** The tamper of a Wiegand reader as its hardware reports it: its debounce and its sense are the site's (rules G5, G6). */
export function readTamper(draft: Draft, reader: string, active: boolean): void {
  const plan = draft.model.readers.get(reader)
  if (plan?.reader.type !== 'wiegand') return
  const key = `${plan.controller}/${plan.reader.port}`
  const port = draft.model.ports.get(key)
  if (port?.use !== 'reader' || port.contact.activeIf === null) return
  show(draft, key, active === (port.contact.activeIf === 'circuit-open') ? 'open' : 'closed')
}

function show(draft: Draft, key: string, raw: Level): void {
  const port = draft.model.ports.get(key)
  const row = draft.get('input', key)
  if (row === undefined) {
    const first: InputRow = { level: raw, raw, due: null, emergency: false, active: null, fault: null }
    take(draft, key, port, first, undefined)
    return
  }
  if (raw === row.raw) return
  const due = draft.now.mono + (port?.contact.debounceMs ?? 0)
  draft.set('input', key, { ...row, raw, due })
  if (port?.use === 'monitor' && positionOfLevel(raw, port.contact.openIf) === 'open') leafMoves(draft, port.door)
  if (due <= draft.now.mono) expireInput(draft, key)
}

/** The raw level has stayed for the debounce time. */
export function expireInput(draft: Draft, key: string): void {
  const row = draft.get('input', key)
  if (row === undefined) return
  take(draft, key, draft.model.ports.get(key), { ...row, level: row.raw, due: null }, row.level)
}

/** Takes a settled level over: `before` is undefined where none was known. */
function take(draft: Draft, key: string, port: PortPlan | undefined, row: InputRow, before: Level | undefined): void {
  const next = port === undefined ? row : judge(draft, key, port, row)
  draft.set('input', key, next)
  switch (port?.use) {
    case 'monitor':
      leafSettles(draft, port.door, positionOfLevel(next.level, port.contact.openIf))
      return
    case 'rex': {
      const active = port.contact.activeIf === 'circuit-open' ? 'open' : 'closed'
      const rested = before === (active === 'open' ? 'closed' : 'open')
      if (rested && next.level === active) pressed(draft, port)
      return
    }
    case 'emergency':
      if (next.emergency !== row.emergency) emergencyChanged(draft, port.doors, next.emergency, port.contact.latched)
      return
    case 'reader': {
      const plan = draft.model.readers.get(port.reader)
      if (plan !== undefined && next.active !== null) setTamper(draft, plan, next.active)
    }
  }
}

/** What stands at an input by its level and its use; tells what begins and ends. */
function judge(draft: Draft, key: string, port: PortPlan, row: InputRow): InputRow {
  const { level } = row
  const fault = port.contact.supervision !== null && (level === 'cut' || level === 'short') ? level : null
  const sense = port.use === 'monitor' ? null : port.contact.activeIf
  const contact = fault !== null || sense === null ? null : level === (sense === 'circuit-open' ? 'open' : 'closed')
  const emergency = port.use === 'emergency' && (fault !== null || contact === true)
  const active = port.use === 'general' || port.use === 'reader' ? (contact ?? row.active) : null
  if (fault !== null && fault !== row.fault) tellInput(draft, key, 'input.supervision-fault', { state: fault }, port)
  if (fault === null && row.fault !== null) tellInput(draft, key, 'input.supervision-restored', {}, port)
  if (emergency !== row.emergency) tellInput(draft, key, emergency ? 'alarm.emergency' : 'alarm.emergency-ended')
  if (port.use === 'general' && row.active !== null && active !== row.active)
    tellInput(draft, key, 'input.changed', { state: active ? 'active' : 'inactive' })
  return { ...row, fault, emergency, active }
}

/** An emergency input has come or gone: it ends overrides, and a latched one stays at each door until its Reset. */
function emergencyChanged(draft: Draft, doors: readonly string[], emergency: boolean, latched: boolean): void {
  for (const door of doors) {
    if (emergency) setMode(draft, door, latched ? { override: null, latched } : { override: null })
    const plan = draft.model.doors.get(door)
    if (plan !== undefined && draft.get('door', door) !== undefined) settle(draft, plan, rowOf(draft, plan))
  }
}

/** A REX was pressed (domain.md §4 "REX"): where it may not unlock it still keeps the opening from being forced. */
function pressed(draft: Draft, { door, side, contact }: Extract<PortPlan, { use: 'rex' }>): void {
  const plan = draft.model.doors.get(door)
  const point = plan?.sides?.[side]
  if (plan === undefined || point === undefined || draft.get('door', door) === undefined) return
  const { mono } = draft.now
  draft.emit({ type: 'door.rex', source: { kind: 'access-point', id: point.id }, door, side })
  const unlocks =
    contact.action === 'unlock' &&
    (point.rexSchedules?.some(schedule => draft.restriction(schedule)) ?? true) &&
    (contact.inLockdown === 'works' || modeOf(draft, door) !== 'lockdown') &&
    (contact.inInterlock === 'works' || interlockClear(draft, door))
  const until = mono + plan.accessMs
  if (unlocks) startGrant(draft, plan, { by: 'rex', side, cardholders: [], credentials: [], long: false, at: mono, until })
  else shield(draft, plan, until)
}

/** What stands at the inputs when the controller starts. */
export function tellStanding(draft: Draft): void {
  for (const [key, row] of draft.each('input')) {
    const port = draft.model.ports.get(key)
    if (row.fault !== null) tellInput(draft, key, 'input.supervision-fault', { state: row.fault }, port)
    if (row.emergency) tellInput(draft, key, 'alarm.emergency')
  }
}

/** What a loop that was supervised shows once it is not. */
function bare(level: Level): Level {
  if (level === 'cut') return 'open'
  return level === 'short' ? 'closed' : level
}

/** Reads what is known of every input anew under another configuration: what stood at a terminal without that use any more ends. */
export function reviewInputs(draft: Draft): void {
  for (const [key, row] of [...draft.each('input')]) {
    const port = draft.model.ports.get(key)
    if (port !== undefined) {
      const known = port.contact.supervision === null ? { level: bare(row.level), raw: bare(row.raw) } : {}
      const next = judge(draft, key, port, { ...row, ...known, active: null })
      draft.set('input', key, next)
      if (port.use === 'emergency' && (next.emergency || row.emergency))
        emergencyChanged(draft, port.doors, next.emergency, port.contact.latched)
    } else {
      if (row.fault !== null) tellInput(draft, key, 'input.supervision-restored')
      if (row.emergency) tellInput(draft, key, 'alarm.emergency-ended')
      draft.set('input', key, { level: row.raw, raw: row.raw, due: null, emergency: false, active: null, fault: null })
    }
  }
}

function tellInput(draft: Draft, key: string, type: EventType, more: Partial<EventDraft> = {}, port?: PortPlan): void {
  const where = port?.use === 'monitor' || port?.use === 'rex' ? { door: port.door } : port?.use === 'reader' ? { reader: port.reader } : {}
  draft.emit({ type, source: { kind: 'input', id: key }, input: key, ...where, ...more })
}
