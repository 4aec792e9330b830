import { type Bits, isBits, maxBits, toBytes } from './bits.ts'
import { type CardFormat, type Encoding, type Field, fieldBits, type ParityRule, type Refusal, type Role } from './format.ts'

/** Why a frame does not keep a format's own rules. Bits are counted after the format's inversions. */
export interface Fault {
  /** `digit`: four bits that are no decimal digit, in the BCD field that begins at `bit`. */
  readonly kind: 'parity' | 'fixed' | 'digit'
  readonly bit: number
}

/** The numbers a format finds in a frame, as text: decimal without leading zeros, or hexadecimal in lower case. A field the format lacks is left out. */
export interface Decoded {
  readonly ok: true
  /** The id of the format. */
  readonly format: string
  readonly bitLength: number
  readonly cardNumber?: string | undefined
  readonly facilityCode?: string | undefined
  readonly issueLevel?: string | undefined
  readonly oem?: string | undefined
  /** Fields under the format's own names, such as `agencyCode`. */
  readonly other?: Readonly<Record<string, string>> | undefined
  /** `error` where any parity rule, fixed bit or BCD digit is wrong; `faults` says which. */
  readonly parity: 'ok' | 'error'
  readonly faults: readonly Fault[]
}

/** Decodes frames with a fixed set of formats; see {@link compile}. */
export interface Decoder {
  /** Every format of the set that fits: of that length, with parity, fixed bits and digits right. Bits as bytes, one 0 or 1 in each. */
  decode(bits: Uint8Array): Decoded[]
}

/** `count` bits of a word, shifted to their place in a limb of 16 bits. */
interface Piece {
  word: number
  shift: number
  mask: number
  left: number
}
interface Check {
  bit: number
  odd: number
  words: number[]
  masks: number[]
  /** The frame this is the result for. */
  frame: number
  holds: boolean
}
interface Reader {
  encoding: Encoding
  output: Field['output']
  digits: number
  limbs: Piece[][]
  /** The frame this is the text for; `null` where it is no BCD. */
  frame: number
  text: string | null
}
interface Plan {
  format: CardFormat
  checks: Check[]
  fixed: { word: number; mask: number; value: number }[]
  numbers: { field: Field; reader: Reader }[]
}

/** The frame in `words` is the how manieth: formats that share a rule or a field work it out once. */
let frame = 0
const words = new Int32Array(maxBits / 32)
const limbs = new Int32Array(maxBits / 16)
const noFaults: readonly Fault[] = Object.freeze([])

// Digits come from tables, because making a new string from a number costs several times what the rest of a decode does.
const plain = Array.from({ length: 10_000 }, (_, i) => String(i))
const filled = plain.map(text => text.padStart(4, '0'))

const bitInWord = (bit: number) => 1 << (31 - (bit & 31))

/** Checks and readers that the formats of one decoder share. */
type Shared = Map<string, Check | Reader>

function share<T extends Check | Reader>(shared: Shared, made: T): T {
  const key = JSON.stringify(made)
  const known = shared.get(key) as T | undefined
  if (!known) shared.set(key, made)
  return known ?? made
}

function check(rule: ParityRule): Check {
  const masks = new Map<number, number>()
  for (const bit of [rule.bit, ...rule.over]) masks.set(bit >> 5, (masks.get(bit >> 5) ?? 0) ^ bitInWord(bit))
  const odd = rule.kind === 'odd' ? 1 : 0
  return { bit: rule.bit, odd, words: [...masks.keys()], masks: [...masks.values()], frame: -1, holds: false }
}

function reader(field: Field): Reader {
  const { encoding, output, digits = 0 } = field
  return { encoding, output, digits, limbs: split(fieldBits(field)), frame: -1, text: null }
}

function plan(format: CardFormat, shared: Shared = new Map()): Plan {
  const masks = new Map<number, { word: number; mask: number; value: number }>()
  for (const { bit, value } of format.fixed) {
    const entry = masks.get(bit >> 5) ?? { word: bit >> 5, mask: 0, value: 0 }
    entry.mask |= bitInWord(bit)
    if (value) entry.value |= bitInWord(bit)
    masks.set(bit >> 5, entry)
  }
  return {
    format,
    checks: format.parity.map(rule => share(shared, check(rule))),
    fixed: [...masks.values()],
    numbers: format.fields.map(field => ({ field, reader: share(shared, reader(field)) })),
  }
}

/** Limbs of 16 bits, the least significant first, each in runs of neighbouring bits of one word. */
function split(bits: number[]): Piece[][] {
  const out: Piece[][] = []
  for (let end = bits.length; end > 0; end -= 16) {
    const part = bits.slice(Math.max(0, end - 16), end)
    const pieces: Piece[] = []
    for (let i = 0; i < part.length; ) {
      const first = part[i]!
      let count = 1
      while (i + count < part.length && part[i + count] === first + count && (first + count) >> 5 === first >> 5) count++
      i += count
      pieces.push({ word: first >> 5, shift: 32 - (first & 31) - count, mask: 2 ** count - 1, left: part.length - i })
    }
    out.push(pieces)
  }
  return out
}

/** Where in the read each bit of the layout is. */
function order(format: CardFormat): number[] {
  const last = format.bitLength - 1
  return Array.from({ length: format.bitLength }, (_, bit) => {
    const at = format.invertByteOrder ? last - bit - 7 + 2 * (bit & 7) : bit
    return format.invertBitOrder ? last - at : at
  })
}

function pack(bits: Uint8Array): void {
  frame++
  const { length } = bits
  let word = 0
  let index = 0
  for (let i = 0; i < length; i++) {
    word = (word << 1) | bits[i]!
    if ((i & 31) === 31) {
      words[index++] = word
      word = 0
    }
  }
  if (length & 31) words[index] = word << (32 - (length & 31))
}

function packInOrder(bits: Uint8Array, at: number[]): void {
  frame++
  for (let i = 0; i < at.length; i += 32) {
    let word = 0
    for (let bit = 0; bit < 32; bit++) word = (word << 1) | (i + bit < at.length ? bits[at[i + bit]!]! : 0)
    words[i >> 5] = word
  }
}

function holds(check: Check): boolean {
  if (check.frame === frame) return check.holds
  let x = 0
  for (let i = 0; i < check.words.length; i++) x ^= words[check.words[i]!]! & check.masks[i]!
  x ^= x >>> 16
  x ^= x >>> 8
  x ^= x >>> 4
  check.frame = frame
  check.holds = ((0x6996 >>> (x & 15)) & 1) === check.odd
  return check.holds
}

/** Fills `limbs` and gives the number of them up to the highest that is not zero, at least one. */
function gather(parts: Piece[][]): number {
  let used = 1
  for (let i = 0; i < parts.length; i++) {
    const pieces = parts[i]!
    let value = 0
    for (let j = 0; j < pieces.length; j++) {
      const piece = pieces[j]!
      value |= ((words[piece.word]! >>> piece.shift) & piece.mask) << piece.left
    }
    limbs[i] = value
    if (value) used = i + 1
  }
  return used
}

/** Long division of the limbs by 10,000, four digits at a time: whole numbers below 2^31 only, whatever the length. */
function decimal(used: number): string {
  let text = ''
  for (;;) {
    if (used === 1 && limbs[0]! < 10_000) return plain[limbs[0]!]! + text
    let rest = 0
    for (let i = used - 1; i >= 0; i--) {
      const value = rest * 65_536 + limbs[i]!
      limbs[i] = (value / 10_000) | 0
      rest = value % 10_000
    }
    text = filled[rest]! + text
    while (used > 1 && limbs[used - 1] === 0) used--
  }
}

function hexadecimal(used: number): string {
  let text = limbs[used - 1]!.toString(16)
  for (let i = used - 2; i >= 0; i--) text += limbs[i]!.toString(16).padStart(4, '0')
  return text
}

/** Whether four bits of some limb are ten or more. */
function notDigits(used: number): boolean {
  let above = 0
  for (let i = 0; i < used; i++) above |= (limbs[i]! >>> 3) & ((limbs[i]! >>> 2) | (limbs[i]! >>> 1)) & 0x1111
  return above !== 0
}

/** The number of a field, or `null` where it is BCD and has a digit above nine. */
function read(reader: Reader): string | null {
  if (reader.frame === frame) return reader.text
  const used = gather(reader.limbs)
  if (reader.encoding === 'bcd') reader.text = notDigits(used) ? null : hexadecimal(used)
  else reader.text = reader.output === 'decimal' ? decimal(used) : hexadecimal(used).padStart(reader.digits, '0')
  reader.frame = frame
  return reader.text
}

/** The frame in `words` if every rule of the format holds, else nothing. */
function fit(of: Plan): Decoded | undefined {
  for (let i = 0; i < of.checks.length; i++) if (!holds(of.checks[i]!)) return undefined
  for (let i = 0; i < of.fixed.length; i++) {
    const { word, mask, value } = of.fixed[i]!
    if ((words[word]! & mask) !== value) return undefined
  }
  return numbers(of, noFaults)
}

function numbers(of: Plan, faults: readonly Fault[]): Decoded | undefined {
  let cardNumber: string | undefined
  let facilityCode: string | undefined
  let issueLevel: string | undefined
  let oem: string | undefined
  let other: Record<string, string> | undefined
  for (let i = 0; i < of.numbers.length; i++) {
    const entry = of.numbers[i]!
    const text = read(entry.reader) ?? (faults === noFaults ? undefined : hexadecimal(gather(entry.reader.limbs)))
    if (text === undefined) return undefined
    const name = entry.field.role ?? entry.field.name
    if (name === 'cardNumber') cardNumber = text
    else if (name === 'facilityCode') facilityCode = text
    else if (name === 'issueLevel') issueLevel = text
    else if (name === 'oem') oem = text
    if (entry.field.role || !isRole(name)) {
      other ??= {}
      other[entry.field.name] = text
    }
  }
  const { id, bitLength } = of.format
  const parity = faults.length === 0 ? 'ok' : 'error'
  return { ok: true, format: id, bitLength, cardNumber, facilityCode, issueLevel, oem, other, parity, faults }
}

export function isRole(name: string): name is Role {
  return name === 'cardNumber' || name === 'facilityCode' || name === 'issueLevel' || name === 'oem'
}

/** The frame in `words` with whatever is wrong in it. */
function examine(of: Plan): Decoded {
  const faults: Fault[] = []
  for (const check of of.checks) if (!holds(check)) faults.push({ kind: 'parity', bit: check.bit })
  for (const { bit, value } of of.format.fixed) {
    if (((words[bit >> 5]! & bitInWord(bit)) === 0 ? 0 : 1) !== value) faults.push({ kind: 'fixed', bit })
  }
  for (const entry of of.numbers) {
    if (read(entry.reader) === null) faults.push({ kind: 'digit', bit: Math.min(...fieldBits(entry.field)) })
  }
  return numbers(of, faults.length === 0 ? noFaults : faults)!
}

/**
 * Makes a decoder of many formats, each prepared once: for servers and for batches. Formats must be valid (see `validateFormat`).
 * Matches come in the order the formats were given, those with inversions last.
 */
export function compile(formats: readonly CardFormat[]): Decoder {
  const shared: Shared = new Map()
  const straight: Plan[][] = []
  const inverted: { plan: Plan; order: number[] }[][] = []
  for (const format of formats) {
    if (format.invertBitOrder || format.invertByteOrder) {
      inverted[format.bitLength] ??= []
      inverted[format.bitLength]!.push({ plan: plan(format), order: order(format) })
    } else {
      straight[format.bitLength] ??= []
      straight[format.bitLength]!.push(plan(format, shared))
    }
  }
  return {
    decode(bits) {
      const out: Decoded[] = []
      const plans = straight[bits.length]
      if (plans) {
        pack(bits)
        for (let i = 0; i < plans.length; i++) {
          const found = fit(plans[i]!)
          if (found) out.push(found)
        }
      }
      const others = inverted[bits.length]
      if (others) {
        for (const entry of others) {
          packInOrder(bits, entry.order)
          const found = fit(entry.plan)
          if (found) out.push(found)
        }
      }
      return out
    },
  }
}

const decoders = new WeakMap<readonly CardFormat[], Decoder>()
const plans = new WeakMap<CardFormat, { plan: Plan; order: number[] }>()

export type DecodeRefusal = Refusal<'not-bits' | 'wrong-length'>

function refuse(bits: Bits | Uint8Array): DecodeRefusal {
  const message =
    bits.length > maxBits || bits.length === 0
      ? `a read has 1 to ${maxBits} bits, this one has ${bits.length}`
      : 'a read is written with the digits 0 and 1 only'
  return { ok: false, reason: 'not-bits', message }
}

const valid = (bits: Bits | Uint8Array) =>
  typeof bits === 'string' ? isBits(bits) : bits.length >= 1 && bits.length <= maxBits && bits.every(bit => bit <= 1)

/**
 * Decodes a read with one format, right or wrong: `parity: 'error'` and `faults` say what does not hold (acceptance L1).
 * Refused: `not-bits`, `wrong-length`.
 */
export function decode(bits: Bits | Uint8Array, format: CardFormat): Decoded | DecodeRefusal {
  if (!valid(bits)) return refuse(bits)
  if (bits.length !== format.bitLength) {
    const message = `${format.id} has ${format.bitLength} bits, this read has ${bits.length}: use a format of ${bits.length} bits`
    return { ok: false, reason: 'wrong-length', message }
  }
  let entry = plans.get(format)
  if (!entry) {
    entry = { plan: plan(format), order: order(format) }
    plans.set(format, entry)
  }
  packInOrder(typeof bits === 'string' ? toBytes(bits) : bits, entry.order)
  return examine(entry.plan)
}

/** Every format that fits a read, in the order given: of its length, with parity, fixed bits and digits right. */
export function decodeAll(bits: Bits | Uint8Array, formats: readonly CardFormat[]): Decoded[] {
  if (!valid(bits)) return []
  let decoder = decoders.get(formats)
  if (!decoder) {
    decoder = compile(formats)
    decoders.set(formats, decoder)
  }
  return decoder.decode(typeof bits === 'string' ? toBytes(bits) : bits)
}
