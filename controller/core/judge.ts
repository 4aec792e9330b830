import type { Check, CheckName } from '../../shared/event.ts'
import type { Reason } from '../../shared/reason.ts'
import { checkAccess } from './access.ts'
import { type Identity, identify, isKnown } from './credential.ts'
import type { Item, PresentedType } from './decision-state.ts'
import type { Holder } from './directory.ts'
import { interlockClear, modeOf } from './door.ts'
import type { Draft } from './draft.ts'
import { activeEntries, pinStandsAlone, weigh } from './identification.ts'
import type { AccessPoint, ProfileEntry } from './model.ts'
import { ownersOfPin, pinBlocked, pinOf } from './pin.ts'
import { checkAntiPassback, checkOccupancy } from './presence.ts'
import { type Finding, fails, passes } from './trace.ts'
import { checkValidity } from './validity.ts'

/** Somebody who enters a zone they are in already, whether they are let through or not. */
export interface Violation {
  readonly cardholder: string
  readonly credential: string | null
  readonly zone: string
}

/** Whom a judgement is about, and what it turned out besides. */
export interface About {
  /** Null where nobody is known. */
  readonly cardholder: string | null
  /** What named them. */
  readonly credential: string | null
  /** Everyone concerned: both of a two-person grant, the first first; those whom contradictory items name. */
  readonly cardholders: readonly string[]
  /** The items, each as the credential it turned out to be where that is known. */
  readonly items: readonly Item[]
  /** A recognised duress PIN: silent. */
  readonly duress: { readonly cardholder: string; readonly credential: string } | null
  readonly violations: readonly Violation[]
}

export interface Denied {
  readonly outcome: 'denied'
  readonly reason: Reason
  /** A PIN was looked at and is wrong. */
  readonly wrongPin: boolean
  /** It is the first of two who failed. */
  readonly ofFirst: boolean
}

export interface Waiting {
  readonly outcome: 'waiting'
  readonly waiting: PresentedType | 'second-person'
  /** The check that is not settled before the rest has come. */
  readonly check: CheckName
}

export interface Judgement {
  readonly result: 'passed' | Denied | Waiting
  /** The checks made, in their order. */
  readonly made: readonly Check[]
  readonly holder: Holder | undefined
  readonly about: About
}

export interface Company {
  /** Who would enter together with this person. */
  readonly along: string | null
  /** A PIN entered just before that named nobody: looked at for duress alone. */
  readonly overheard: string | null
  /** The items were an identification before: a part of one is not enough. */
  readonly whole: boolean
}

export function denied(reason: Reason, wrongPin = false): Denied {
  return { outcome: 'denied', reason, wrongPin, ofFirst: false }
}

/** Checks 1 to 8 of domain.md §3 for one person: the first that fails gives the reason. */
export function judge(draft: Draft, point: AccessPoint, given: readonly Item[], { along, overheard, whole }: Company): Judgement {
  const entries = activeEntries(draft, point)
  const alone = pinStandsAlone(entries)
  const identity = identify(draft, point, given, alone)
  const { cardholders } = identity
  const cardholder = cardholders.length === 1 ? cardholders[0]! : null
  const holder = cardholder === null ? undefined : draft.directory.cardholder(cardholder)
  const credential = (identity.held.find(each => each.credential.type !== 'pin') ?? identity.held[0])?.credential.id ?? null
  const duress = duressOf(draft, cardholder, overheard === null ? given : [...given, { type: 'pin', hash: overheard }], alone)
  const made: Check[] = []
  const end = (result: Judgement['result'], more: Partial<About> = {}): Judgement => {
    return { result, made, holder, about: { cardholder, credential, cardholders, items: identity.items, duress, violations: [], ...more } }
  }
  const failing = (check: CheckName, { reason, found }: Finding): Reason | null => {
    made.push({ check, outcome: reason === null ? 'passed' : 'failed', found })
    return reason
  }

  let reason = failing('format', identity.format)
  if (reason !== null) return end(denied(reason))
  if (identity.credential === null) {
    for (const check of personal) made.push({ check, outcome: 'not-reached', found: {} })
  } else {
    reason = failing('credential', identity.credential)
    if (reason !== null || holder === undefined) return end(denied(reason ?? 'unknown-credential', reason === 'wrong-pin'))
    reason =
      failing('cardholder', checkHolder(holder)) ??
      failing('validity', checkValidity(draft, holder, identity.held)) ??
      failing('access-rule', checkAccess(draft, point, holder.id)) ??
      failing('door-mode', checkMode(draft, point, holder))
    if (reason !== null) return end(denied(reason))
  }

  const profile = checkProfile(draft, point, identity, holder?.id ?? null, entries, whole)
  const { items, others } = profile
  if (profile.waiting !== null) {
    made.push({ check: 'identification-profile', outcome: 'not-reached', found: profile.found })
    return end({ outcome: 'waiting', waiting: profile.waiting, check: 'identification-profile' }, { items })
  }
  reason = failing('identification-profile', profile)
  if (reason !== null || holder === undefined) {
    return end(denied(reason ?? 'identification-type-not-allowed', profile.wrongPin), { cardholders: [...cardholders, ...others] })
  }

  const passback = checkAntiPassback(draft, point, holder)
  const violations = passback.violation === null ? [] : [{ cardholder: holder.id, credential, zone: passback.violation }]
  reason =
    failing('anti-passback', passback) ??
    failing('occupancy', checkOccupancy(draft, point, holder.id, along === null || along === holder.id ? [] : [along])) ??
    failing('interlock', checkInterlock(draft, point))
  return end(reason === null ? 'passed' : denied(reason), { items, violations })
}

/** Checks that need somebody to be named. */
const personal = ['credential', 'cardholder', 'validity', 'access-rule', 'door-mode'] as const

function checkHolder({ id, suspended }: Holder): Finding {
  const found = { cardholder: id, suspended }
  return suspended ? fails('cardholder-suspended', found) : passes(found)
}

function checkMode(draft: Draft, point: AccessPoint, { exemptFromLockdown }: Holder): Finding {
  const mode = modeOf(draft, point.door)
  if (mode !== 'lockdown') return passes({ mode })
  const found = { mode, exempt: exemptFromLockdown }
  return exemptFromLockdown ? passes(found) : fails('lockdown', found)
}

function checkInterlock(draft: Draft, point: AccessPoint): Finding {
  const others = draft.model.doors.get(point.door)?.interlocked ?? []
  if (others.length === 0) return passes()
  const mode = modeOf(draft, point.door)
  const ignored = mode === 'emergency' || mode === 'unlocked'
  return ignored || interlockClear(draft, point.door) ? passes({ others, ignored }) : fails('interlock', { others })
}

interface ProfileFinding extends Finding {
  readonly waiting: PresentedType | null
  readonly wrongPin: boolean
  readonly items: readonly Item[]
  /** Whose PIN it is instead. */
  readonly others: readonly string[]
}

/** Check 7: what was presented is an active entry; a PIN beside something else is looked at here, and nowhere earlier. */
function checkProfile(
  draft: Draft,
  point: AccessPoint,
  { items, cardholders }: Identity,
  cardholder: string | null,
  entries: readonly ProfileEntry[],
  whole: boolean,
): ProfileFinding {
  const found = { presented: items.map(item => item.type), entries: entries.map(entry => entry.types) }
  const base = { waiting: null, wrongPin: false, items, others: [] }
  const refuse = (finding: Finding, more: Partial<ProfileFinding> = {}) => ({ ...base, ...finding, ...more })
  if (point.reader === null) return refuse(fails('identification-type-not-allowed', { ...found, reader: null }))
  const fit = weigh(items, entries)
  if (fit === 'nothing' || (whole && fit !== 'whole')) return refuse(fails('identification-type-not-allowed', found))

  let known = items
  const pin = items.find(item => item.type === 'pin' && !isKnown(item))
  if (pin !== undefined && 'hash' in pin) {
    if (pinBlocked(draft, point.reader.id)) return refuse(fails('pin-blocked', found))
    if (cardholder !== null) {
      const match = pinOf(draft.directory, cardholder, pin.hash)
      if (match === undefined) {
        const others = pinStandsAlone(entries) ? ownersOfPin(draft.directory, pin.hash).map(owner => owner.cardholder) : []
        if (others.length === 0) return refuse(fails('wrong-pin', { ...found, pin: 'wrong' }), { wrongPin: true })
        return refuse(fails('credential-mismatch', { ...found, cardholders: [...cardholders, ...others] }), { wrongPin: true, others })
      }
      known = items.map(item => (item === pin ? { type: 'pin', credential: match.credential.id } : item))
    }
  }
  if (fit !== 'whole') return { ...base, ...passes({ ...found, waiting: fit.missing }), items: known, waiting: fit.missing }
  return { ...base, ...passes(found), items: known }
}

/** A duress PIN is recognised as soon as its holder is known, whatever is decided (domain.md §3). */
function duressOf(draft: Draft, cardholder: string | null, items: readonly Item[], alone: boolean): About['duress'] {
  for (const item of items) {
    if (!('hash' in item)) continue
    const match = cardholder === null ? undefined : pinOf(draft.directory, cardholder, item.hash)
    if (cardholder !== null && match?.duress) return { cardholder, credential: match.credential.id }
    if (match === undefined && alone) {
      const owner = ownersOfPin(draft.directory, item.hash).find(each => each.duress)
      if (owner !== undefined) return { cardholder: owner.cardholder, credential: owner.credential.id }
    }
  }
  return null
}
