import type { LoggedEvent } from '../../shared/link.ts'
import type { Credential } from '../../shared/site.ts'
import { encode } from '../../wiegand/index.ts'
import { decision as decisionHalf } from './attempt.ts'
import { toInstant } from './calendar.ts'
import { type Decision, decide } from './decide.ts'
import type { Item, PresentedType } from './decision-state.ts'
import type { Directory } from './directory.ts'
import { rowOf } from './door.ts'
import { Draft } from './draft.ts'
import { activeEntries } from './identification.ts'
import { denied } from './judge.ts'
import type { AccessPoint, Model } from './model.ts'
import type { State } from './state.ts'
import { completed } from './trace.ts'

/*
 * Questions without effect: would it open, who can, what would change. All of them ask `decide`.
 */

/** What a controller knows. Where its state is not known an empty one does: doors count as closed, locked and in no mode, and nobody is in a zone. */
export interface Sight {
  readonly model: Model
  readonly directory: Directory
  readonly state: State
}

/** Who, where and when (Unix ms): a credential as its reader would read it, or a holder with the kinds of identification they present. */
export type Inquiry = { readonly accessPoint: string; readonly at: number } & (
  | { readonly credential: string }
  | { readonly cardholder: string; readonly types: readonly PresentedType[] }
)

/** What would be decided; undefined for an access point that this controller does not have. */
export function explain(sight: Sight, inquiry: Inquiry): Decision | undefined {
  const point = sight.model.accessPoints.get(inquiry.accessPoint)
  if (point === undefined) return undefined
  const draft = look(sight, inquiry.at)
  if ('cardholder' in inquiry) return best(draft, point, inquiry.cardholder, inquiry.types)
  const held = sight.directory.credential(inquiry.credential)
  return held === undefined ? unknown({ credentials: [inquiry.credential] }) : decideFor(draft, point, [held.credential])
}

/** A way in: `waiting` for a second person counts as one. */
export interface Opening {
  readonly accessPoint: string
  readonly cardholder: string
  readonly types: readonly PresentedType[]
  readonly decision: Decision
}

/** Those of `cardholders` whom an access point would let in at an instant (Unix ms), and by what. */
export function whoCanOpen(sight: Sight, accessPoint: string, at: number, cardholders: Iterable<string>): Opening[] {
  const point = sight.model.accessPoints.get(accessPoint)
  if (point === undefined) return []
  const draft = look(sight, at)
  const openings: Opening[] = []
  for (const cardholder of cardholders) openings.push(...openingFor(draft, point, cardholder))
  return openings
}

/** The access points of this controller that would let a holder in at an instant (Unix ms), and by what. */
export function doorsFor(sight: Sight, cardholder: string, at: number): Opening[] {
  const draft = look(sight, at)
  return [...sight.model.accessPoints.values()].flatMap(point => openingFor(draft, point, cardholder))
}

/** Something presented in the past. */
export interface Presentation {
  /** Of the event it was taken from. */
  readonly event: string
  readonly accessPoint: string
  /** Unix ms */
  readonly at: number
  readonly types: readonly PresentedType[]
  readonly raw: string | null
  readonly credential: string | null
  readonly cardholder: string | null
  readonly wrongPin: boolean
  /** It completed a pair under the two-person rule: its first is presumed to be there again. */
  readonly second: boolean
}

/**
 * The presentation behind an event; null where there is none, where another event tells it whole (what was shown before its wait's end, the end
 * of a wait for a second person), or where the log does not say enough to decide it again.
 */
export function presentationOf({ event, trace }: LoggedEvent): Presentation | null {
  const { id, type, time, door, side, raw = null, credential = null, cardholder = null, reason } = event
  const presented = trace?.[0]?.found.types
  if (type === 'access.pending' ? event.waiting !== 'second-person' : reason === 'two-person-timeout') return null
  if (!presentations.has(type) || door === undefined || side === undefined || !Array.isArray(presented)) return null
  if (raw === null && credential === null) return null
  const wrongPin = reason === 'wrong-pin' || reason === 'pin-blocked'
  const second = type === 'access.granted' && (event.cardholders?.length ?? 0) > 1
  const accessPoint = `${door}/${side}`
  return { event: id, accessPoint, at: toInstant(time, 'utc'), types: presented, raw, credential, cardholder, wrongPin, second }
}

const presentations: ReadonlySet<string> = new Set(['access.granted', 'access.denied', 'access.pending'])

/** A presentation that another configuration decides differently; null where the access point is not there. */
export interface Difference {
  readonly presentation: Presentation
  readonly before: Decision | null
  readonly after: Decision | null
}

/** Which presentations would be decided differently. Both sights answer alone, so that only what differs between them can make a difference. */
export function impact(before: Sight, after: Sight, recorded: Iterable<Presentation>): Difference[] {
  const differences: Difference[] = []
  for (const presentation of recorded) {
    const one = again(before, presentation)
    const other = again(after, presentation)
    if (resultOf(one, presentation) !== resultOf(other, presentation)) differences.push({ presentation, before: one, after: other })
  }
  return differences
}

function again(sight: Sight, { accessPoint, at, types, raw, credential, cardholder, wrongPin }: Presentation): Decision | null {
  const point = sight.model.accessPoints.get(accessPoint)
  if (point === undefined) return null
  const items = types.map((type): Item => {
    if (type === 'card' && raw !== null) return { type, bits: raw }
    if (type === 'pin' && wrongPin) return { type, hash: '' }
    const own = credential === null ? undefined : sight.directory.credential(credential)
    const held = cardholder === null ? [] : sight.directory.credentials(cardholder)
    const found = own?.credential.type === type ? own.credential : held.find(each => each.type === type)
    return (found && itemOf(point, found)) ?? { type, credential: found?.id ?? '' }
  })
  // One by one, as they were presented: what is enough, or refused, before the last item is decided there.
  const draft = look(sight, at)
  for (let shown = 1; ; shown++) {
    const decided = decide(draft, { point, items: items.slice(0, shown) })
    if (shown >= items.length || decided.outcome !== 'waiting' || decided.waiting === 'second-person') return decided
  }
}

function resultOf(decision: Decision | null, { second }: Presentation): string {
  if (decision === null) return 'none'
  if (decision.outcome === 'denied') return decision.reason
  if (decision.outcome === 'granted' || (second && decision.waiting === 'second-person')) return 'granted'
  return `waiting ${decision.waiting}`
}

/** A draft to look at: nothing is ever taken from it. */
function look({ model, directory, state }: Sight, at: number): Draft {
  const draft = new Draft(model, directory, state, { mono: 0, wall: at }, decisionHalf)
  for (const [id, plan] of model.doors) {
    if (draft.get('door', id) === undefined)
      draft.set('door', id, { ...rowOf(draft, plan), position: plan.monitor === null ? 'unknown' : 'closed' })
  }
  return draft
}

function openingFor(draft: Draft, point: AccessPoint, cardholder: string): Opening[] {
  for (const { types } of activeEntries(draft, point)) {
    const presented = types.filter((type): type is PresentedType => type !== 'rex')
    const decision = best(draft, point, cardholder, presented)
    const opens = decision.outcome === 'granted' || (decision.outcome === 'waiting' && decision.waiting === 'second-person')
    if (opens) return [{ accessPoint: point.id, cardholder, types: presented, decision }]
  }
  return []
}

/** The best a holder can do with these kinds of identification, whichever of their credentials they take. */
function best(draft: Draft, point: AccessPoint, cardholder: string, types: readonly PresentedType[]): Decision {
  let choices: Credential[][] = [[]]
  for (const type of types) {
    const own = draft.directory.credentials(cardholder).filter(credential => credential.type === type)
    if (own.length === 0) return unknown({ cardholder, missing: type })
    choices = choices.flatMap(choice => own.map(credential => [...choice, credential]))
  }
  let decision: Decision | undefined
  for (const choice of choices) {
    const other = decideFor(draft, point, choice)
    if (decision === undefined || distance(other) > distance(decision)) decision = other
  }
  return decision!
}

/** How far a decision got. */
function distance({ outcome, trace }: Decision): number {
  const passed = trace.filter(line => line.outcome === 'passed').length
  return outcome === 'denied' ? passed : outcome === 'waiting' ? trace.length : 2 * trace.length
}

function decideFor(draft: Draft, point: AccessPoint, credentials: readonly Credential[]): Decision {
  const items: Item[] = []
  for (const credential of credentials) {
    const item = itemOf(point, credential)
    if (item === null) return unknown({ credentials: [credential.id], unreadable: true })
    items.push(item)
  }
  return decide(draft, { point, items })
}

/** What the reader would read; null for a card whose numbers the reader's format cannot carry. */
function itemOf({ reader }: AccessPoint, credential: Credential): Item | null {
  const { type, id } = credential
  if (type === 'licence-plate') return { type, plate: credential.plate }
  if (type === 'mobile') return { type, token: credential.token }
  if (type === 'pin' || reader === null) return { type, credential: id }
  const format = reader.formats.get(credential.bitLength)
  if (format === undefined) return { type, bits: '0'.repeat(credential.bitLength) }
  const { cardNumber, facilityCode } = credential
  const carries = format.fields.some(field => (field.role ?? field.name) === 'facilityCode')
  const read = encode(format, carries ? { cardNumber, facilityCode } : { cardNumber })
  return read.ok ? { type, bits: read.bits } : null
}

function unknown(found: Record<string, unknown>): Decision {
  const trace = completed([
    { check: 'format', outcome: 'passed', found: {} },
    { check: 'credential', outcome: 'failed', found },
  ])
  const nobody = { cardholder: null, credential: null, cardholders: [], items: [], duress: null, violations: [] }
  return { ...nobody, ...denied('unknown-credential'), trace }
}
