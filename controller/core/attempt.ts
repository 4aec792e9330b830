import type { EventDraft } from '../../shared/event.ts'
import type { Reason } from '../../shared/reason.ts'
import { readerText } from '../../shared/text.ts'
import { canonicalPlate } from './credential.ts'
import { type Decision, decide } from './decide.ts'
import type { AttemptRow, Item, Wait } from './decision-state.ts'
import { grant, toggleOverride } from './door.ts'
import { isSecondSwipe } from './double-swipe.ts'
import type { Decision as DecisionHalf, Draft, Presented } from './draft.ts'
import { identificationWait } from './identification.ts'
import type { AccessPoint, ReaderPlan } from './model.ts'
import { countWrongPin, endPinBlocks, keepPinBlocks, typeKey } from './pin.ts'
import { forgetTheGone, keepEntries, mergePresence, move, tellSuspension } from './presence.ts'
import { indicate } from './reader.ts'
import { failedAt } from './trace.ts'
import { twoPersonWait } from './two-person.ts'
import { countUses, mergeUses } from './validity.ts'

/*
 * What happens at an access point from the first item to the decision: waits, and what follows from a decision. One row of state an access point.
 */

const nothing: AttemptRow = { person: null, first: null, keys: null, wrongPins: [], overheard: null, last: null, due: null }

/** The decision half, as a step calls it. */
export const decision: DecisionHalf = {
  present(draft, reader, item) {
    attend(draft)
    const plan = draft.model.readers.get(reader)
    if (plan === undefined) return
    save(draft, plan, { keys: null })
    submit(draft, plan, itemOf(item))
  },
  keys(draft, reader, keys) {
    attend(draft)
    const plan = draft.model.readers.get(reader)
    if (plan === undefined) return
    for (const key of keys) {
      const typed = typeKey(rowOf(draft, plan).keys, key, plan, draft.now.mono)
      save(draft, plan, { keys: typed.keys })
      if (typed.pin !== null) submit(draft, plan, { type: 'pin', hash: draft.directory.hashPin(typed.pin) })
    }
  },
  expireAttempts(draft) {
    attend(draft)
    endPinBlocks(draft)
    for (const id of [...draft.timed('attempt')]) expire(draft, id)
  },
  lockedDown(draft, door) {
    for (const side of ['a', 'b'] as const) {
      const reader = draft.model.accessPoints.get(`${door}/${side}`)?.reader
      if (reader) endWaits(draft, reader)
    }
  },
  siteChanged(draft, removed) {
    attend(draft)
    forgetTheGone(draft, removed)
    for (const [id] of [...draft.each('attempt')]) if (!draft.model.accessPoints.get(id)?.reader) abandon(draft, id)
  },
  linkChanged(draft, up) {
    if (!draft.self.started) return
    attend(draft)
    const watch = draft.get('watch', '')!
    if (watch.suspended === !up) return
    draft.set('watch', '', { ...watch, suspended: !up })
    tellSuspension(draft, !up)
  },
  merge(draft, { presence, uses }) {
    attend(draft)
    mergePresence(draft, presence)
    mergeUses(draft, uses)
  },
  passed(draft, door, grants) {
    attend(draft)
    move(draft, door, grants)
  },
}

/** A clock that moved by more than this was set, in ms. */
const settingMs = 1000

/** After a start, and whenever the clock was set: what was written in wall-clock instants is kept right. */
function attend(draft: Draft): void {
  const { offset, link } = draft.self
  const watch = draft.get('watch', '')
  const movedBy = offset - (watch?.offset ?? offset)
  if (watch !== undefined && Math.abs(movedBy) <= settingMs) return
  keepPinBlocks(draft, movedBy)
  if (watch === undefined) {
    forgetTheGone(draft)
    if (link === false) tellSuspension(draft, true)
  } else keepEntries(draft, movedBy)
  draft.set('watch', '', { suspended: watch?.suspended ?? link === false, offset })
}

function itemOf(item: Presented): Item {
  return item.type === 'licence-plate' ? { type: item.type, plate: canonicalPlate(item.text) } : item
}

const idOf = ({ door, side }: ReaderPlan) => `${door}/${side}`

function rowOf(draft: Draft, plan: ReaderPlan): AttemptRow {
  return draft.get('attempt', idOf(plan)) ?? nothing
}

function save(draft: Draft, plan: ReaderPlan, change: Partial<AttemptRow>): void {
  const before = draft.get('attempt', idOf(plan))
  const row = { ...(before ?? nothing), ...change }
  const { person, first, keys, wrongPins, overheard, last } = row
  const idle = !person && !first && !keys && !overheard && !last && wrongPins.length === 0
  if (idle && before === undefined) return
  const due = Math.min(...[person, first, keys].map(each => each?.due ?? Number.POSITIVE_INFINITY))
  draft.set('attempt', idOf(plan), idle ? null : { ...row, due: due === Number.POSITIVE_INFINITY ? null : due })
}

/** Something was presented, or a PIN is complete: it joins what is waited for, or starts an attempt in its place. */
function submit(draft: Draft, plan: ReaderPlan, item: Item): void {
  const point = draft.model.accessPoints.get(idOf(plan))!
  const { person, first, overheard, wrongPins } = rowOf(draft, plan)
  const { mono } = draft.now
  const items = !person || person.items.some(each => each.type === item.type) ? [item] : [...person.items, item]
  const heard = overheard !== null && mono < overheard.until ? overheard.hash : null
  const decided = decide(draft, { point, items, first, overheard: heard })
  const { duress, cardholder } = decided

  if (duress !== null) tell(draft, plan, { type: 'alarm.duress', ...duress })
  const raw = item.type === 'card' && 'bits' in item ? { raw: item.bits } : {}
  const pin = items.find(each => 'hash' in each)
  const heardNow = pin === undefined ? overheard : { hash: pin.hash, until: mono + identificationWait }
  const unnamed = cardholder === null && duress === null && decided.outcome === 'denied'
  save(draft, plan, { person: null, overheard: unnamed ? heardNow : null })

  if (decided.outcome === 'granted') admit(draft, plan, point, decided, raw)
  else if (decided.outcome === 'waiting') {
    const { waiting, check, trace, credential } = decided
    const wait = { items: decided.items, cardholder, credential, trace, check }
    if (waiting === 'second-person') save(draft, plan, { first: { ...wait, due: mono + (twoPersonWait(draft, point) ?? 0) + 1 } })
    else save(draft, plan, { person: { ...wait, due: mono + identificationWait } })
    tellDecision(draft, plan, point, decided, { type: 'access.pending', waiting, ...raw })
    show(draft, plan, 'waiting', readerText(decided))
  } else {
    if (decided.ofFirst) save(draft, plan, { first: null })
    tellDecision(draft, plan, point, decided, { type: 'access.denied', reason: decided.reason, ...raw })
    if (decided.reason === 'anti-passback') tellViolations(draft, plan, decided)
    if (decided.wrongPin) save(draft, plan, { wrongPins: countWrongPin(draft, plan, wrongPins) })
    refuse(draft, plan, decided.reason)
  }
}

type GrantedDecision = Extract<Decision, { outcome: 'granted' }>

function admit(draft: Draft, plan: ReaderPlan, point: AccessPoint, decided: GrantedDecision, raw: { raw?: string }): void {
  const { cardholders, credentials, long, pair } = decided
  const { last, first } = rowOf(draft, plan)
  const cardholder = decided.cardholder!
  const second = isSecondSwipe(draft, point, cardholder, credentials, last)
  if (pair || first?.cardholder === cardholder) save(draft, plan, { first: null })

  tellDecision(draft, plan, point, decided, { type: 'access.granted', ...raw })
  tellViolations(draft, plan, decided)
  countUses(draft, credentials)
  const toggled = second && toggleOverride(draft, plan.door)
  if (!toggled) grant(draft, plan.door, { side: plan.side, cardholders, credentials, long })
  rememberGrant(draft, plan, toggled || pair ? null : { cardholder, credentials, at: draft.now.mono }, cardholder)
  show(draft, plan, 'granted', readerText(decided))
}

/** A grant may be the first of a double-swipe, and breaks the one that somebody else has begun on either side. */
function rememberGrant(draft: Draft, plan: ReaderPlan, last: AttemptRow['last'], cardholder: string): void {
  const door = draft.model.doors.get(plan.door)
  if (!door?.door?.doubleSwipe) return
  save(draft, plan, { last })
  for (const id of door.readers) {
    const other = draft.model.readers.get(id)
    if (other === undefined || other.id === plan.id) continue
    const begun = rowOf(draft, other).last
    if (begun !== null && (last === null || begun.cardholder !== cardholder)) save(draft, other, { last: null })
  }
}

/** Ends what waits for too long at an access point. */
function expire(draft: Draft, id: string): void {
  const plan = draft.model.accessPoints.get(id)?.reader
  if (!plan) {
    abandon(draft, id)
    return
  }
  const { mono } = draft.now
  const { keys, person, first } = rowOf(draft, plan)
  if (keys !== null && keys.due <= mono) save(draft, plan, { keys: null })
  const late: [Wait, Reason, Partial<AttemptRow>][] = []
  if (person !== null && person.due <= mono) late.push([person, 'identification-timeout', { person: null, keys: null }])
  if (first !== null && first.due <= mono) late.push([first, 'two-person-timeout', { first: null }])
  for (const [wait, reason, change] of late) {
    save(draft, plan, change)
    endWait(draft, plan, { ...wait, trace: failedAt(wait.trace, wait.check, { timedOut: true }) }, reason)
  }
}

/** The reader is there no more: nobody can bring what is waited for, and every wait has an end. */
function abandon(draft: Draft, id: string): void {
  const { person, first } = draft.get('attempt', id) ?? nothing
  draft.set('attempt', id, null)
  const [door = '', side] = id.split('/')
  const waits: [Wait | null, Reason][] = [
    [first, 'two-person-timeout'],
    [person, 'identification-timeout'],
  ]
  for (const [wait, reason] of waits) {
    if (wait === null) continue
    draft.emit({
      type: 'access.denied',
      source: { kind: 'access-point', id },
      door,
      side: side === 'a' ? 'a' : 'b',
      reason,
      ...(wait.cardholder === null ? {} : { cardholder: wait.cardholder }),
      ...(wait.credential === null ? {} : { credential: wait.credential }),
      trace: [...failedAt(wait.trace, wait.check, { reader: null })],
    })
  }
}

/** A lockdown ends the waits of holders who are not exempt; who has named nobody yet is judged when they do. */
function endWaits(draft: Draft, plan: ReaderPlan): void {
  const { person, first } = rowOf(draft, plan)
  const ends = (wait: Wait | null): wait is Wait =>
    wait !== null && wait.cardholder !== null && draft.directory.cardholder(wait.cardholder)?.exemptFromLockdown !== true
  const close = (wait: Wait) => {
    const trace = failedAt(wait.trace, 'door-mode', { mode: 'lockdown', exempt: false })
    endWait(draft, plan, { ...wait, trace }, 'lockdown')
  }
  save(draft, plan, { person: ends(person) ? null : person, first: ends(first) ? null : first })
  if (ends(first)) close(first)
  if (ends(person)) close(person)
}

function endWait(draft: Draft, plan: ReaderPlan, { cardholder, credential, trace }: Wait, reason: Reason): void {
  const point = draft.model.accessPoints.get(idOf(plan))!
  tellDecision(draft, plan, point, { cardholder, credential, cardholders: [], trace }, { type: 'access.denied', reason })
  refuse(draft, plan, reason)
}

function refuse(draft: Draft, plan: ReaderPlan, reason: Reason): void {
  const { person, first } = rowOf(draft, plan)
  show(draft, plan, 'refused', readerText({ outcome: 'denied', reason }), person !== null || first !== null)
}

function show(draft: Draft, plan: ReaderPlan, what: 'granted' | 'refused' | 'waiting', text: string, waits = false): void {
  indicate(draft, plan.id, what, waits ? 'waiting' : undefined)
  if (plan.reader.type !== 'osdp') return
  const { person, first } = rowOf(draft, plan)
  const left = ((person ?? first)?.due ?? 0) - draft.now.mono
  draft.effect({
    kind: 'text',
    reader: plan.id,
    text,
    seconds: what === 'waiting' ? Math.min(Math.max(Math.round(left / 1000), 1), 255) : 3,
  })
}

type Fields = Partial<Omit<EventDraft, 'source'>> & Pick<EventDraft, 'type'>

function tell(draft: Draft, { id, door, side }: ReaderPlan, fields: Fields): void {
  draft.emit({ source: { kind: 'access-point', id: `${door}/${side}` }, door, side, reader: id, ...fields })
}

function tellDecision(
  draft: Draft,
  plan: ReaderPlan,
  { passage }: AccessPoint,
  { cardholder, credential, cardholders, trace }: Pick<Decision, 'cardholder' | 'credential' | 'cardholders' | 'trace'>,
  fields: Fields,
): void {
  const zone = passage.enters ?? passage.within ?? passage.leaves
  tell(draft, plan, {
    ...fields,
    ...(zone === null ? {} : { zone }),
    ...(cardholder === null ? {} : { cardholder }),
    ...(cardholders.length > 1 ? { cardholders: [...cardholders] } : {}),
    ...(credential === null ? {} : { credential }),
    trace: [...trace],
  })
}

function tellViolations(draft: Draft, plan: ReaderPlan, { violations }: Decision): void {
  for (const { cardholder, credential, zone } of violations) {
    tell(draft, plan, { type: 'alarm.anti-passback-violation', zone, cardholder, ...(credential === null ? {} : { credential }) })
  }
}
