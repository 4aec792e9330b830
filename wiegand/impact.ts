import type { Bits } from './bits.ts'
import { type Decoded, decode } from './decode.ts'
import { encode, type Numbers } from './encode.ts'
import { type CardFormat, canonicalNumber } from './format.ts'

/** A card as it is stored. `bits` is a read of it, where one is kept. */
export interface StoredCredential {
  readonly id: string
  readonly cardNumber: string
  readonly facilityCode?: string | undefined
  readonly bitLength: number
  readonly bits?: Bits | undefined
}

/** What would become of one credential when the active formats change. */
export interface Change {
  readonly id: string
  /**
   * `same`: it goes on as it is. `different`: the card would be read with another number or facility code. `misread`: its parity would fail.
   * `unreadable`: no active format has its length any more. `unknown`: no active format has its length or its numbers now either.
   */
  readonly kind: 'same' | 'different' | 'misread' | 'unreadable' | 'unknown'
  readonly cardNumber?: string | undefined
  readonly facilityCode?: string | undefined
  /** Fields that had to be taken for 0, because neither a read nor the field is stored: the answer depends on them. */
  readonly assumed: readonly string[]
}

export interface Impact {
  readonly checked: number
  readonly counts: Readonly<Record<Change['kind'], number>>
  /** Every credential that does not stay the same. */
  readonly changes: readonly Change[]
  /** Credentials that differ now and would have one number and length, or would lose the facility code that keeps them apart. */
  readonly equal: readonly { readonly cardNumber: string; readonly bitLength: number; readonly ids: readonly string[] }[]
}

/** Says whether a read is one format's of a length. Only one format of each length is active (acceptance L9). */
const ofLength = (formats: readonly CardFormat[]) => new Map(formats.map(format => [format.bitLength, format]))

const layout = (format: CardFormat | undefined) => format && JSON.stringify({ ...format, id: '', name: '', notes: '' })

/** The bits the card sends, as far as what is stored tells. */
function bitsOf(credential: StoredCredential, format: CardFormat | undefined): { bits: Bits | null; assumed: string[] } {
  if (credential.bits !== undefined) return { bits: credential.bits, assumed: [] }
  if (!format) return { bits: null, assumed: [] }
  const { cardNumber, facilityCode } = credential
  const numbers: Numbers = facilityCode === undefined ? { cardNumber } : { cardNumber, facilityCode }
  const names = format.fields.map(field => field.role ?? field.name)
  const encoded = encode(format, Object.fromEntries(Object.entries(numbers).filter(([name]) => names.includes(name))))
  return { bits: encoded.ok && names.includes('cardNumber') ? encoded.bits : null, assumed: names.filter(name => !(name in numbers)) }
}

function changeOf(credential: StoredCredential, before: CardFormat | undefined, after: CardFormat | undefined): Change {
  const { id, cardNumber, facilityCode } = credential
  const { bits, assumed } = bitsOf(credential, before)
  if (bits === null) return { id, kind: 'unknown', assumed: [] }
  if (!after) return { id, kind: 'unreadable', assumed: [] }
  const found = decode(bits, after)
  if (!found.ok || found.parity === 'error') return { id, kind: 'misread', assumed }
  const kind = stays(found, cardNumber, facilityCode) ? 'same' : 'different'
  return { id, kind, cardNumber: found.cardNumber, facilityCode: found.facilityCode, assumed }
}

function stays(found: Decoded, cardNumber: string, facilityCode: string | undefined): boolean {
  const number = found.cardNumber !== undefined && canonicalNumber(found.cardNumber) === canonicalNumber(cardNumber)
  if (facilityCode === undefined) return number
  return number && found.facilityCode !== undefined && canonicalNumber(found.facilityCode) === canonicalNumber(facilityCode)
}

/**
 * What a change of the active formats does to stored credentials, before it is made: which would be read differently, and which would become equal.
 * Lengths whose format stays the same are counted and not looked at further.
 */
export function impact(before: readonly CardFormat[], after: readonly CardFormat[], credentials: Iterable<StoredCredential>): Impact {
  const [old, next] = [ofLength(before), ofLength(after)]
  const touched = new Set([...old.keys(), ...next.keys()].filter(length => layout(old.get(length)) !== layout(next.get(length))))
  const counts = { same: 0, different: 0, misread: 0, unreadable: 0, unknown: 0 }
  const changes: Change[] = []
  const numbers = new Map<
    string,
    { cardNumber: string; bitLength: number; ids: string[]; numbers: Set<string>; was: Set<string>; is: Set<string> }
  >()
  let checked = 0
  for (const credential of credentials) {
    checked++
    const { id, bitLength } = credential
    const change: Change = touched.has(bitLength)
      ? changeOf(credential, old.get(bitLength), next.get(bitLength))
      : { id, kind: old.has(bitLength) ? 'same' : 'unknown', assumed: [] }
    counts[change.kind]++
    if (change.kind !== 'same') changes.push(change)
    if (!touched.has(bitLength) || change.cardNumber === undefined) continue
    const cardNumber = canonicalNumber(change.cardNumber)
    const key = `${bitLength} ${cardNumber}`
    const entry = numbers.get(key) ?? { cardNumber, bitLength, ids: [], numbers: new Set(), was: new Set(), is: new Set() }
    entry.ids.push(id)
    entry.numbers.add(canonicalNumber(credential.cardNumber))
    entry.was.add(`${canonicalNumber(credential.cardNumber)} ${credential.facilityCode ?? ''}`)
    entry.is.add(change.facilityCode ?? '')
    numbers.set(key, entry)
  }
  const equal = [...numbers.values()]
    .filter(entry => entry.numbers.size > 1 || entry.was.size > entry.is.size)
    .map(({ cardNumber, bitLength, ids }) => ({ cardNumber, bitLength, ids }))
  return { checked, counts, changes, equal }
}
