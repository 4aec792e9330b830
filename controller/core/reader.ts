import type { EventDraft, EventType } from '../../shared/event.ts'
import type { Draft } from './draft.ts'
import type { LedColour } from './effect.ts'
import type { Input } from './input.ts'
import type { ReaderPlan } from './model.ts'
import type { ReaderRow } from './state.ts'

/** How long a refusal is shown, and a grant at a door that stays locked, in ms. */
export const momentMs = 2000

/** What a reader shows a person for a moment. */
export type Indication = 'granted' | 'refused' | 'waiting' | 'resting'

const unknown: ReaderRow = {
  online: null,
  secure: null,
  failed: false,
  tamper: false,
  waiting: false,
  granted: false,
  refused: false,
  due: null,
  shows: null,
}

export function readerRow(draft: Draft, reader: string): ReaderRow {
  return draft.get('reader', reader) ?? unknown
}

/**
 * Shows at a reader: `granted` green and one beep, until the door relocks; `refused` red and three beeps for two seconds; `waiting` amber until
 * something else is shown; `resting` ends both of the latter. `then: 'waiting'` after `refused` goes back to amber: the wait goes on.
 */
export function indicate(draft: Draft, reader: string, what: Indication, then?: 'waiting'): void {
  const plan = draft.model.readers.get(reader)
  if (plan === undefined) return
  const row = readerRow(draft, reader)
  const until = draft.now.mono + momentMs
  const open = draft.get('door', plan.door)?.unlocked === true
  const calm = { ...row, waiting: false, granted: row.granted && open, refused: false, due: null }
  if (what === 'granted') {
    draft.effect({ kind: 'beep', reader, times: 1 })
    show(draft, plan, { ...calm, granted: true, due: open ? null : until })
  } else if (what === 'refused') {
    draft.effect({ kind: 'beep', reader, times: 3 })
    show(draft, plan, { ...calm, refused: true, due: until, waiting: then === 'waiting' })
  } else show(draft, plan, { ...calm, waiting: what === 'waiting' })
}

/** A moment at a reader is over. */
export function expireReader(draft: Draft, reader: string): void {
  const plan = draft.model.readers.get(reader)
  const row = readerRow(draft, reader)
  if (plan === undefined) draft.set('reader', reader, null)
  else show(draft, plan, { ...row, due: null, refused: false, granted: row.granted && row.refused })
}

/** Brings a door's readers in line with it; `anew` tells them even what they show already. */
export function showReaders(draft: Draft, readers: readonly string[], anew = false): void {
  for (const id of readers) {
    const plan = draft.model.readers.get(id)
    if (plan === undefined) continue
    const row = readerRow(draft, id)
    const open = draft.get('door', plan.door)?.unlocked === true
    const over = row.granted && !open && (row.due === null || row.refused)
    if (over || anew) show(draft, plan, { ...row, granted: row.granted && !over, shows: anew ? null : row.shows })
    else show(draft, plan, row)
  }
}

function show(draft: Draft, plan: ReaderPlan, row: ReaderRow): void {
  const [colour, flashing] = lookOf(draft, plan, row)
  const shows = flashing ? `${colour}-flashing` : colour
  if (shows !== row.shows) draft.effect({ kind: 'led', reader: plan.id, colour, flashing })
  if (shows !== row.shows || row !== draft.get('reader', plan.id)) draft.set('reader', plan.id, { ...row, shows })
}

function lookOf(draft: Draft, plan: ReaderPlan, row: ReaderRow): [colour: LedColour, flashing: boolean] {
  if (row.refused) return ['red', false]
  if (row.waiting) return ['amber', false]
  if (row.granted) return ['green', false]
  const door = draft.get('door', plan.door)
  if (door?.rests === true) return ['green', false]
  return ['red', door?.mode === 'lockdown']
}

/** A reader's line, session or case has changed. A session that fails while the line is down is the line's fault and no second event. */
export function readerChanged(draft: Draft, input: Extract<Input, { kind: 'reader' }>): void {
  const plan = draft.model.readers.get(input.reader)
  if (plan === undefined) return
  const before = readerRow(draft, plan.id)
  const online = input.online ?? before.online
  const secure = input.secure ?? before.secure
  const broken = input.secure === false && plan.secureWanted && online !== false
  const failed = plan.secureWanted && (broken || (before.failed && input.secure !== true))
  if (online !== before.online || secure !== before.secure || failed !== before.failed)
    draft.set('reader', plan.id, { ...before, online, secure, failed })
  const fault = input.fault === undefined ? {} : { fault: input.fault }
  if (online !== before.online && online !== null) tell(draft, plan, online ? 'reader.online' : 'reader.offline', online ? {} : fault)
  if (failed !== before.failed)
    tell(draft, plan, failed ? 'reader.secure-channel-failed' : 'reader.secure-channel-established', failed ? fault : {})
  if (input.keyAdopted) tell(draft, plan, 'reader.key-adopted')
  if (input.tamper !== undefined && plan.reader.type !== 'wiegand') setTamper(draft, plan, input.tamper)
}

/** A reader's case was opened or is whole again. */
export function setTamper(draft: Draft, plan: ReaderPlan, tamper: boolean): void {
  const row = readerRow(draft, plan.id)
  if (row.tamper === tamper) return
  draft.set('reader', plan.id, { ...row, tamper })
  tell(draft, plan, tamper ? 'reader.tamper' : 'reader.tamper-ended')
}

/** What stands at a reader when the controller starts. */
export function tellReader(draft: Draft, reader: string): void {
  const plan = draft.model.readers.get(reader)
  if (plan === undefined) return
  const { online, failed, tamper } = readerRow(draft, reader)
  if (online !== null) tell(draft, plan, online ? 'reader.online' : 'reader.offline')
  if (failed) tell(draft, plan, 'reader.secure-channel-failed')
  if (tamper) tell(draft, plan, 'reader.tamper')
}

/** After a change of the site: what stood at a reader that has left it ends, and so does the failure of a session that is not wanted any more. */
export function forgetReader(draft: Draft, reader: string, row: ReaderRow): void {
  const plan = draft.model.readers.get(reader)
  if (plan !== undefined) {
    if (row.failed && !plan.secureWanted) draft.set('reader', reader, { ...row, failed: false })
    return
  }
  draft.set('reader', reader, null)
  if (row.tamper) draft.emit({ type: 'reader.tamper-ended', source: { kind: 'reader', id: reader }, reader })
}

/** A burst of unreadable reads is one refusal with a count. */
export function noise(draft: Draft, { reader, count, fault }: Extract<Input, { kind: 'noise' }>): void {
  const plan = draft.model.readers.get(reader)
  if (plan === undefined) return
  const { door, side } = plan
  const source = { kind: 'access-point' as const, id: `${door}/${side}` }
  draft.emit({ type: 'access.denied', source, door, side, reader, reason: 'unknown-card-format', count, fault })
  indicate(draft, reader, 'refused')
}

function tell(draft: Draft, { id, door, side }: ReaderPlan, type: EventType, more: Partial<EventDraft> = {}): void {
  draft.emit({ type, source: { kind: 'reader', id }, reader: id, door, side, ...more })
}
