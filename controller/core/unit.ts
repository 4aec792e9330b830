import type { EventDraft, EventType } from '../../shared/event.ts'
import type { Draft } from './draft.ts'
import type { Input } from './input.ts'
import type { SelfRow, UnitRow } from './state.ts'

/*
 * The controller itself: supply, case, clock, link, store and general outputs. Nothing here changes anything at a door.
 */

/** A wall clock that moves by more than this between two tellings was set, in ms. */
const settingMs = 1000

const sound: UnitRow = { tamper: false, mains: true, battery: 'normal' }

export function powerChanged(draft: Draft, { controller, mains, battery }: Extract<Input, { kind: 'power' }>): void {
  const row = draft.get('unit', controller) ?? sound
  changeUnit(draft, controller, { ...row, mains: mains ?? row.mains, battery: battery ?? row.battery })
}

export function caseChanged(draft: Draft, { controller, active }: Extract<Input, { kind: 'tamper' }>): void {
  changeUnit(draft, controller, { ...(draft.get('unit', controller) ?? sound), tamper: active })
}

function changeUnit(draft: Draft, unit: string, row: UnitRow): void {
  if (!draft.model.units.has(unit)) return
  tellUnit(draft, unit, draft.get('unit', unit) ?? sound, row)
  draft.set('unit', unit, row)
}

function tellUnit(draft: Draft, unit: string, before: UnitRow, row: UnitRow): void {
  if (before.tamper !== row.tamper) tell(draft, row.tamper ? 'controller.tamper' : 'controller.tamper-ended', unit)
  if (before.mains !== row.mains) tell(draft, row.mains ? 'controller.power-restored' : 'controller.power-lost', unit)
  if (before.battery !== row.battery) tell(draft, row.battery === 'low' ? 'controller.battery-low' : 'controller.battery-restored', unit)
}

/** The clock was set, or became trustworthy or not. By how many ms it was set. */
export function clockChanged(draft: Draft, { trusted }: Extract<Input, { kind: 'clock' }>): number {
  const { self, now } = draft
  const offset = now.wall - now.mono
  const moved = offset - self.offset
  const set = Math.abs(moved) > settingMs
  draft.set('self', '', { ...self, trusted, offset })
  if (trusted !== self.trusted) tell(draft, trusted ? 'controller.clock-trusted' : 'controller.clock-untrusted')
  if (set || trusted === self.trusted) tell(draft, 'controller.clock-changed')
  return set ? moved : 0
}

/** True where the link really changed. */
export function linkTurned(draft: Draft, up: boolean): boolean {
  const { self } = draft
  if (self.link === up) return false
  draft.set('self', '', { ...self, link: up })
  if (self.link !== null || !up) tell(draft, up ? 'link.restored' : 'link.lost')
  return true
}

export function storeTurned(draft: Draft, { ok, fault }: Extract<Input, { kind: 'store' }>): void {
  const { self } = draft
  if (self.store === ok) return
  draft.set('self', '', { ...self, store: ok })
  tell(draft, ok ? 'store.restored' : 'store.fault', draft.model.controller, fault === undefined || ok ? {} : { fault })
}

/** A general output is switched; one that the site does not name is left alone. */
export function switchOutput(draft: Draft, { controller, port, active, operator }: Extract<Input, { kind: 'output' }>): void {
  const key = `${controller}/${port}`
  if (!draft.model.outputs.has(key) || (draft.get('output', key)?.active ?? false) === active) return
  draft.set('output', key, { active })
  draft.effect({ kind: 'output', controller, port, active })
  const who = operator === undefined ? {} : { operator }
  draft.emit({ type: 'output.changed', source: { kind: 'output', id: key }, output: key, state: active ? 'active' : 'inactive', ...who })
}

/** Marks the controller as started, and tells that and what stands at itself. */
export function startUnits(draft: Draft): void {
  const { self, now, model } = draft
  const started: SelfRow = { ...self, started: true, offset: now.wall - now.mono }
  draft.set('self', '', started)
  tell(draft, 'controller.started')
  if (!self.trusted) tell(draft, 'controller.clock-untrusted')
  if (!self.store) tell(draft, 'store.fault')
  if (self.link === false) tell(draft, 'link.lost')
  for (const unit of model.units) tellUnit(draft, unit, sound, draft.get('unit', unit) ?? sound)
}

function tell(draft: Draft, type: EventType, id = draft.model.controller, more: Partial<EventDraft> = {}): void {
  draft.emit({ type, source: { kind: 'controller', id }, ...more })
}
