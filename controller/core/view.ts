import type { Now } from '../../shared/clock.ts'
import type { DoorMode } from '../../shared/event.ts'
import type { LedColour } from './effect.ts'
import type { Model } from './model.ts'
import type { InputRow, Position, ReaderRow, State } from './state.ts'

/** Rules B2 to B4, and what only the other end of the link can see. Stronger first: controller-offline, reader-offline, reader-error. */
export type DoorStatus = 'online' | 'reader-offline' | 'reader-error' | 'controller-offline'

/** A door as plugin states and expectations see it. */
export interface DoorView {
  readonly position: Position
  readonly mode: DoorMode
  /** What the relays want of the bolt; null for a monitoring door. */
  readonly locked: boolean | null
  readonly status: DoorStatus
  readonly forced: boolean
  readonly openTooLong: boolean
  readonly readers: readonly ReaderView[]
}

export interface ReaderView {
  readonly id: string
  /** A Wiegand or plate reader has no line to lose. */
  readonly online: boolean
  /** False for a reader that has no secure channel; null for one that knows none. */
  readonly secure: boolean | null
  readonly tamper: boolean
  readonly led: LedColour
  readonly flashing: boolean
}

/** An input terminal: its debounced level, null before the first reading. */
export interface InputView {
  readonly level: InputRow['level'] | null
  /** Of a general or emergency input. */
  readonly active: boolean
  readonly fault: InputRow['fault']
}

/** A door of this controller as it stands; undefined for one that it does not have, or before the start. */
export function viewDoor(model: Model, state: State, door: string): DoorView | undefined {
  const plan = model.doors.get(door)
  const row = state.rows.door.get(door)
  if (plan === undefined || row === undefined) return undefined
  const { position, mode, unlocked, forced, tooLong } = row
  const readers = plan.readers.map(reader => viewReader(model, state, reader)!)
  const locked = plan.door === null ? null : !unlocked
  return { position, mode, locked, status: statusOf(readers), forced, openTooLong: tooLong, readers }
}

function statusOf(readers: readonly ReaderView[]): DoorStatus {
  if (readers.some(reader => !reader.online)) return 'reader-offline'
  return readers.some(reader => reader.secure === false) ? 'reader-error' : 'online'
}

export function viewReader(model: Model, state: State, reader: string): ReaderView | undefined {
  const plan = model.readers.get(reader)
  if (plan === undefined) return undefined
  const row: Partial<ReaderRow> = state.rows.reader.get(reader) ?? {}
  const osdp = plan.reader.type === 'osdp'
  const [led = 'off', flashing] = (row.shows ?? 'off').split('-')
  return {
    id: reader,
    online: osdp ? row.online === true : row.online !== false,
    secure: osdp ? row.secure === true : null,
    tamper: row.tamper ?? false,
    led: led as LedColour,
    flashing: flashing !== undefined,
  }
}

/** `key` is `CONTROLLER/PORT`. */
export function viewInput(state: State, key: string): InputView {
  const row = state.rows.input.get(key)
  return { level: row?.level ?? null, active: row?.emergency === true || row?.active === true, fault: row?.fault ?? null }
}

/** Whether a general output is on; `key` is `CONTROLLER/PORT`. */
export function viewOutput(state: State, key: string): boolean {
  return state.rows.output.get(key)?.active ?? false
}

/** Who is in a zone, as this controller knows it. It looks at every presence. */
export function viewZone(state: State, zone: string): string[] {
  const present: string[] = []
  for (const [id, row] of state.rows.presence) if (row.present && id.startsWith(`${zone}/`)) present.push(id.slice(zone.length + 1))
  return present.sort()
}

/** How a zone stands, as this controller knows it; undefined for one that has no door here. */
export function viewOccupancy(model: Model, state: State, zone: string) {
  const plan = model.zones.get(zone)
  if (plan === undefined || !plan.controllers.includes(model.controller)) return undefined
  const { antiPassback, occupancyLimit: limit } = plan.zone
  const present = state.rows.occupancy.get(zone)?.present ?? 0
  const lost = state.rows.self.get('')?.link === false && plan.controllers.length > 1
  return { id: zone, present, limit, full: limit !== null && present >= limit, antiPassbackSuspended: antiPassback !== null && lost }
}

/** What stands at a controller and its modules. */
export function viewController(model: Model, state: State, now: Now) {
  const self = state.rows.self.get('')
  const units = [...model.units].map(id => {
    const { tamper, mains, battery } = state.rows.unit.get(id) ?? { tamper: false, mains: true, battery: 'normal' as const }
    return { id, tamper, mains, battery }
  })
  return { units, time: now.wall, clockTrusted: self?.trusted ?? true, storeOk: self?.store ?? true }
}
