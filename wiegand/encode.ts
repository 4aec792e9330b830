import { type Bits, fromBytes, invert } from './bits.ts'
import { isRole } from './decode.ts'
import { type CardFormat, type Field, fieldBits, type Refusal } from './format.ts'

/** Numbers by field name. Decimal text (hexadecimal for a field with that output); left out = 0. */
export type Numbers = Readonly<Record<string, string | number | bigint | undefined>>

export interface Encoded {
  readonly ok: true
  readonly bits: Bits
}

export type EncodeRefusal = Refusal<'unknown-field' | 'not-a-number' | 'out-of-range'>

const fieldOf = (format: CardFormat, name: string) => format.fields.find(field => field.name === name || field.role === name)

function fixedIn(format: CardFormat): Map<number, number> {
  return new Map(format.fixed.map(entry => [entry.bit, entry.value]))
}

/** Each unit of a field (one bit, or four for a BCD digit) takes the lowest or highest value its fixed bits allow. */
function limit(field: Field, fixed: Map<number, number>, highest: boolean): bigint {
  const bits = fieldBits(field)
  const size = field.encoding === 'bcd' ? 4 : 1
  const base = field.encoding === 'bcd' ? 10n : 2n
  let total = 0n
  for (let at = 0; at < bits.length; at += size) {
    const unit = bits.slice(at, at + size)
    const values = Array.from({ length: Number(base) }, (_, value) => value).filter(value =>
      unit.every((bit, i) => (fixed.get(bit) ?? (value >> (size - 1 - i)) & 1) === ((value >> (size - 1 - i)) & 1)),
    )
    total = total * base + BigInt((highest ? values.at(-1) : values[0]) ?? 0)
  }
  return total
}

const write = (value: bigint, field: Field) => value.toString(field.output === 'hexadecimal' ? 16 : 10)

/** The least and the greatest number a field takes, its fixed bits considered; `undefined` where the format has no such field. */
export function fieldRange(format: CardFormat, name: string): readonly [least: string, greatest: string] | undefined {
  const field = fieldOf(format, name)
  if (!field) return undefined
  const fixed = fixedIn(format)
  return [write(limit(field, fixed, false), field), write(limit(field, fixed, true), field)]
}

function parse(value: string | number | bigint, field: Field): bigint | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined
  const text = value.trim()
  if (field.output === 'hexadecimal') return /^[0-9a-f]+$/i.test(text) ? BigInt(`0x${text}`) : undefined
  return /^-?\d+$/.test(text) ? BigInt(text) : undefined
}

function place(value: bigint, field: Field): string {
  const width = fieldBits(field).length
  if (field.encoding === 'bcd') {
    const digits = value.toString().padStart(width / 4, '0')
    return [...digits].map(digit => Number(digit).toString(2).padStart(4, '0')).join('')
  }
  return value.toString(2).padStart(width, '0')
}

/**
 * The frame a reader would send for these numbers: fields, then fixed bits, then parity in the order of the rules, then the inversions.
 * Refused, naming field and range: `unknown-field`, `not-a-number` (also a JSON number that has lost digits), `out-of-range`.
 */
export function encode(format: CardFormat, numbers: Numbers): Encoded | EncodeRefusal {
  const fixed = fixedIn(format)
  const bits = new Uint8Array(format.bitLength)
  const values = new Map<Field, bigint>()
  for (const [name, given] of Object.entries(numbers)) {
    if (given === undefined) continue
    const field = fieldOf(format, name)
    if (!field) {
      if (isRole(name) && /^0*$/.test(String(given))) continue
      const known = format.fields.map(entry => entry.role ?? entry.name).join(', ')
      return { ok: false, reason: 'unknown-field', field: name, message: `${format.id} has no ${name}: it has ${known}` }
    }
    const value = parse(given, field)
    if (value === undefined) {
      const kind = field.output === 'hexadecimal' ? 'hexadecimal digits' : 'a whole decimal number'
      const range = fieldRange(format, name)!.join('..')
      const message = `${name} of ${format.id} has to be ${kind} in quotes, in the range ${range}, not ${given}`
      return { ok: false, reason: 'not-a-number', field: name, range, message }
    }
    const earlier = values.get(field)
    if (earlier !== undefined && earlier !== value) {
      const message = `${name} of ${format.id} is given twice, as ${field.name} and as ${field.role}, with different numbers: leave one out`
      return { ok: false, reason: 'out-of-range', field: name, message }
    }
    values.set(field, value)
  }
  for (const field of format.fields) {
    const value = values.get(field) ?? 0n
    const name = field.role !== undefined && field.role in numbers ? field.role : field.name
    const refusal = (): EncodeRefusal => {
      const range = fieldRange(format, name)!.join('..')
      const message = `${name} ${write(value, field)} of ${format.id} is outside its range ${range}`
      return { ok: false, reason: 'out-of-range', field: name, range, message }
    }
    if (value < 0n || value > limit(field, fixed, true)) return refusal()
    const text = place(value, field)
    const at = fieldBits(field)
    for (let i = 0; i < at.length; i++) {
      const bit = text.charCodeAt(i) & 1
      if ((fixed.get(at[i]!) ?? bit) !== bit) return refusal()
      bits[at[i]!] = bit
    }
  }
  for (const [bit, value] of fixed) bits[bit] = value
  for (const rule of format.parity) {
    let ones = rule.kind === 'odd' ? 1 : 0
    for (const bit of rule.over) ones ^= bits[bit]!
    bits[rule.bit] = ones
  }
  return { ok: true, bits: invert(fromBytes(bits), format) }
}
