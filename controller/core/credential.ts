import { canonicalNumber, type Decoded, decode } from '../../wiegand/index.ts'
import type { Item, PresentedType } from './decision-state.ts'
import type { CardCredential, Held } from './directory.ts'
import type { Draft } from './draft.ts'
import type { AccessPoint } from './model.ts'
import { ownersOfPin, pinBlocked } from './pin.ts'
import { type Finding, fails, passes } from './trace.ts'

/** Whom a set of items names (checks 1 and 2 of domain.md §3). */
export interface Identity {
  readonly format: Finding
  /** Null where nothing presented can name anybody: a PIN before its card. */
  readonly credential: Finding | null
  /** The items, each as the credential it turned out to be where that is known. */
  readonly items: readonly Item[]
  /** Credentials found, in the order presented. */
  readonly held: readonly Held[]
  /** Whom they name: nobody, one, or several that contradict each other. */
  readonly cardholders: readonly string[]
}

export function isKnown(item: Item): item is { readonly type: PresentedType; readonly credential: string } {
  return 'credential' in item
}

/** A plate as it is compared: case and spaces ignored. */
export function canonicalPlate(text: string): string {
  return text.toUpperCase().replace(/\s+/g, '')
}

/** Finds whom the items name. A PIN beside something else is left for check 7; alone it names its holder only where `pinAlone`. */
export function identify(draft: Draft, point: AccessPoint, items: readonly Item[], pinAlone: boolean): Identity {
  const held: Held[] = []
  const resolved: Item[] = []
  const types = items.map(item => item.type)
  let format: Finding = passes({ types })
  let failure: Finding | undefined
  const settle = (found: Lookup, item: Item) => {
    if (found.held === undefined) failure ??= found.finding
    else {
      held.push(found.held)
      resolved.push({ type: item.type, credential: found.held.credential.id })
    }
  }
  for (const item of items) {
    if (isKnown(item)) settle(known(draft, item.credential), item)
    else if (item.type === 'card') {
      const read = readCard(point, item.bits)
      format = { ...read.finding, found: { types, ...read.finding.found } }
      if (read.decoded === undefined) return { format, credential: null, items, held: [], cardholders: [] }
      settle(findCard(draft, point, read.decoded), item)
    } else if (item.type === 'pin') {
      if (pinAlone && items.length === 1) settle(findByPin(draft, point, item.hash), item)
      else resolved.push(item)
    } else {
      const { directory } = draft
      const found = item.type === 'mobile' ? directory.mobiles(item.token) : directory.plates(canonicalPlate(item.plate))
      settle(only(found), item)
    }
  }
  const cardholders = [...new Set(held.map(each => each.cardholder))]
  const credentials = held.map(each => each.credential.id)
  if (failure === undefined && cardholders.length > 1) failure = fails('credential-mismatch', { credentials, cardholders })
  if (failure === undefined && held.length > 0)
    failure = draft.directory.cardholder(cardholders[0]!) ? undefined : fails('unknown-credential', { credentials })
  const credential = failure ?? (held.length === 0 ? null : passes({ credentials }))
  return { format, credential, items: resolved, held, cardholders }
}

/** The format of a read's length, which decodes it (check 1). */
export function readCard(point: AccessPoint, bits: string): { readonly finding: Finding; readonly decoded?: Decoded } {
  const bitLength = bits.length
  const format = point.reader?.formats.get(bitLength)
  const source = point.reader?.reader.cardFormats === null ? 'system' : 'reader'
  const decoded = format && decode(bits, format)
  if (!decoded?.ok)
    return {
      finding: fails('unknown-card-format', {
        bitLength,
        source,
        formats: [...(point.reader?.formats.values() ?? [])].map(({ id }) => id),
      }),
    }
  const { cardNumber, facilityCode } = decoded
  const found = {
    bitLength,
    source,
    format: decoded.format,
    ...(cardNumber === undefined ? {} : { cardNumber }),
    ...(facilityCode === undefined ? {} : { facilityCode }),
  }
  return decoded.parity === 'ok'
    ? { finding: passes(found), decoded }
    : { finding: fails('parity-error', { ...found, faults: decoded.faults }) }
}

type Lookup = { readonly held: Held; readonly finding?: never } | { readonly held?: never; readonly finding: Finding }

/** Never the first of several: the read facility code tells them apart, or nothing does (check 2, rules M5, P38). */
function findCard(draft: Draft, point: AccessPoint, { cardNumber, facilityCode, bitLength }: Decoded): Lookup {
  const candidates = cardNumber === undefined ? [] : draft.directory.cards(canonicalNumber(cardNumber), bitLength)
  if (candidates.length === 0) return { finding: fails('unknown-credential', { type: 'card' }) }
  if (candidates.length === 1 && !point.verifyFacilityCode) return { held: candidates[0]! }
  const matching = candidates.filter(({ credential }) => hasCode(credential, facilityCode))
  if (matching.length === 1) return { held: matching[0]! }
  const credentials = candidates.map(each => each.credential.id)
  if (matching.length === 0 && point.verifyFacilityCode) return { finding: fails('facility-code-mismatch', { candidates: credentials }) }
  return { finding: fails('ambiguous-credential', { candidates: credentials }) }
}

function hasCode(credential: CardCredential, read: string | undefined): boolean {
  return read !== undefined && credential.facilityCode !== undefined && canonicalNumber(credential.facilityCode) === canonicalNumber(read)
}

function findByPin(draft: Draft, point: AccessPoint, hash: string): Lookup {
  if (point.reader !== null && pinBlocked(draft, point.reader.id)) return { finding: fails('pin-blocked', { type: 'pin' }) }
  const owners = ownersOfPin(draft.directory, hash)
  if (owners.length === 0) return { finding: fails('wrong-pin', { type: 'pin' }) }
  return only(owners)
}

function only(found: readonly Held[]): Lookup {
  if (found.length === 1) return { held: found[0]! }
  return {
    finding:
      found.length === 0
        ? fails('unknown-credential')
        : fails('ambiguous-credential', { candidates: found.map(each => each.credential.id) }),
  }
}

function known(draft: Draft, credential: string): Lookup {
  const held = draft.directory.credential(credential)
  return held === undefined ? { finding: fails('unknown-credential', { credentials: [credential] }) } : { held }
}
