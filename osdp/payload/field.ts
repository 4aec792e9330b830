/** What a byte string is in a value: bytes, their hex digits, one-byte characters, UTF-8, or keys of a keypad. */
export type Form = 'bytes' | 'hex' | 'latin1' | 'utf8' | 'digits'

/** Names of a number's values; numbers without a name are as good as those with one. */
export type Names = Readonly<Record<number, string>>

/** One field of a payload, as data. Encode, decode, rendering and the tests' generators all read this. `T` is the field's value. */
export type Field<T = unknown> = FieldShape & { readonly value?: T }

type FieldShape =
  /** Little-endian. `least`: so many bytes are enough where the payload ends early, as devices in the field send it; the others are 0. */
  | { readonly kind: 'number'; readonly bytes: 1 | 2 | 4; readonly signed: boolean; readonly names?: Names; readonly least?: 0 | 1 }
  /** Numbers with dots between, one byte each. */
  | { readonly kind: 'dotted'; readonly bytes: number }
  | { readonly kind: 'fixed'; readonly bytes: number; readonly form: Form }
  /** A length of one or two bytes, then so many bytes. `loose`: a length that does not agree is not held against it. */
  | { readonly kind: 'counted'; readonly prefix: 1 | 2; readonly form: Form; readonly loose?: boolean }
  | { readonly kind: 'rest'; readonly form: Form }
  /** As many bytes as the number of bits in the earlier field `of` fills. */
  | { readonly kind: 'bits'; readonly of: string }
  | { readonly kind: 'group'; readonly fields: Layout }
  /** Records up to the end. */
  | { readonly kind: 'records'; readonly fields: Layout }
  /** One-byte numbers up to the end. */
  | { readonly kind: 'numbers'; readonly names?: Names }
  /** The case whose `when` are the values of the earlier fields `of`; `data` up to the end where there is none. */
  | { readonly kind: 'choice'; readonly of: readonly string[]; readonly cases: readonly Case[] }

/** What follows when earlier fields have these values. */
export interface Case<L extends Layout = Layout> {
  readonly when: readonly number[]
  readonly fields: L
}

/** The fields of a payload in their order on the line. */
export type Layout = { readonly [name: string]: Field }

/** The value that a layout describes. */
export type ValueOf<L> = { [K in keyof L]: L[K] extends Field<infer T> ? T : never }

export type PayloadReason = 'payload-too-short' | 'payload-too-long' | 'payload-length-mismatch' | 'payload-value-out-of-range'

/** Why a payload could not be read or written. `field` is a path such as `leds.0.temp.on`. */
export interface PayloadFault {
  readonly ok: false
  readonly reason: PayloadReason
  readonly field: string
}

export type Read<T> = { readonly ok: true; readonly value: T } | PayloadFault
export type Written = { readonly ok: true; readonly data: Uint8Array } | PayloadFault

export const u8 = (names?: Names): Field<number> => ({ kind: 'number', bytes: 1, signed: false, ...(names && { names }) })
export const u16: Field<number> = { kind: 'number', bytes: 2, signed: false }
export const u32: Field<number> = { kind: 'number', bytes: 4, signed: false }
export const i16 = (names: Names): Field<number> => ({ kind: 'number', bytes: 2, signed: true, names })
/** A number that may be cut short at the payload's end. */
export const cut = (bytes: 1 | 2, least: 0 | 1): Field<number> => ({ kind: 'number', bytes, signed: false, least })
export const dotted = (bytes: number): Field<string> => ({ kind: 'dotted', bytes })
export const hex = (bytes: number): Field<string> => ({ kind: 'fixed', bytes, form: 'hex' })
export const fixed = (bytes: number): Field<Uint8Array> => ({ kind: 'fixed', bytes, form: 'bytes' })
export const counted = (prefix: 1 | 2): Field<Uint8Array> => ({ kind: 'counted', prefix, form: 'bytes' })
export const countedText = (form: Exclude<Form, 'bytes'>, prefix: 1 | 2 = 1, loose = false): Field<string> => ({
  kind: 'counted',
  prefix,
  form,
  ...(loose && { loose }),
})
export const rest: Field<Uint8Array> = { kind: 'rest', form: 'bytes' }
export const bits = (of: string): Field<Uint8Array> => ({ kind: 'bits', of })
export const group = <L extends Layout>(fields: L): Field<ValueOf<L>> => ({ kind: 'group', fields })
export const records = <L extends Layout>(fields: L): Field<ValueOf<L>[]> => ({ kind: 'records', fields })
export const numbers = (names?: Names): Field<number[]> => ({ kind: 'numbers', ...(names && { names }) })
/** What a choice's value can be; `{ data }` for a case that no table knows. */
export const choice = <L extends Layout>(
  of: readonly string[],
  cases: readonly Case<L>[],
): Field<(L extends Layout ? ValueOf<L> : never) | { data: Uint8Array }> => ({
  kind: 'choice',
  of,
  cases,
})

const other: Layout = { data: rest }

function caseOf(field: { readonly of: readonly string[]; readonly cases: readonly Case[] }, before: Record<string, unknown>): Layout {
  return field.cases.find(({ when }) => when.every((value, index) => before[field.of[index]!] === value))?.fields ?? other
}

// ---------------------------------------------------------------- read

interface Cursor {
  readonly bytes: Uint8Array
  at: number
  fault: PayloadFault | null
}

function fail(cursor: { fault: PayloadFault | null }, reason: PayloadReason, field: string) {
  cursor.fault ??= { ok: false, reason, field }
}

/** Reads a payload by its layout. `loose`: bytes after the last field are left alone instead of refused. Never throws. */
export function readPayload<L extends Layout>(layout: L, bytes: Uint8Array, loose = false): Read<ValueOf<L>> {
  const cursor: Cursor = { bytes, at: 0, fault: null }
  const value = readFields(layout, cursor, '')
  if (cursor.fault === null && cursor.at < bytes.length && !loose) fail(cursor, 'payload-too-long', '')
  return cursor.fault ?? { ok: true, value: value as ValueOf<L> }
}

function readFields(layout: Layout, cursor: Cursor, path: string): Record<string, unknown> {
  const value: Record<string, unknown> = {}
  for (const name in layout) {
    value[name] = readField(layout[name]!, cursor, path + name, value)
    if (cursor.fault !== null) break
  }
  return value
}

function readField(field: Field, cursor: Cursor, path: string, before: Record<string, unknown>): unknown {
  switch (field.kind) {
    case 'number': {
      const left = cursor.bytes.length - cursor.at
      const bytes = field.least !== undefined && left < field.bytes ? Math.max(left, field.least) : field.bytes
      return readNumber(cursor, bytes, field.signed, path)
    }
    case 'choice':
      return readFields(caseOf(field, before), cursor, path + '.')
    case 'dotted':
      return take(cursor, field.bytes, path).join('.')
    case 'fixed':
      return show(take(cursor, field.bytes, path), field.form)
    case 'counted': {
      const count = readNumber(cursor, field.prefix, false, path)
      const left = cursor.bytes.length - cursor.at
      if (field.loose ? cursor.fault !== null : count > left) fail(cursor, 'payload-length-mismatch', path)
      return show(take(cursor, field.loose ? left : count, path), field.form)
    }
    case 'rest':
      return show(take(cursor, cursor.bytes.length - cursor.at, path), field.form)
    case 'bits':
      return take(cursor, Math.ceil(Number(before[field.of]) / 8), path)
    case 'group':
      return readFields(field.fields, cursor, path + '.')
    case 'numbers':
      return Array.from(take(cursor, cursor.bytes.length - cursor.at, path))
    case 'records': {
      const list: unknown[] = []
      while (cursor.at < cursor.bytes.length && cursor.fault === null)
        list.push(readFields(field.fields, cursor, `${path}.${list.length}.`))
      return list
    }
  }
}

function take(cursor: Cursor, count: number, path: string): Uint8Array {
  if (cursor.at + count > cursor.bytes.length) {
    fail(cursor, 'payload-too-short', path)
    return new Uint8Array(0)
  }
  cursor.at += count
  return cursor.bytes.slice(cursor.at - count, cursor.at)
}

function readNumber(cursor: Cursor, bytes: number, signed: boolean, path: string): number {
  let value = 0
  for (const [index, byte] of take(cursor, bytes, path).entries()) value += byte * 2 ** (8 * index)
  return signed && value >= 2 ** (8 * bytes - 1) ? value - 2 ** (8 * bytes) : value
}

// ---------------------------------------------------------------- write

interface Writer {
  readonly bytes: number[]
  fault: PayloadFault | null
}

/** Writes a value by its layout; a value that does not fit its field is named. Never throws. */
export function writePayload<L extends Layout>(layout: L, value: ValueOf<L>): Written {
  const writer: Writer = { bytes: [], fault: null }
  writeFields(layout, writer, value, '')
  return writer.fault ?? { ok: true, data: Uint8Array.from(writer.bytes) }
}

function writeFields(layout: Layout, writer: Writer, value: unknown, path: string) {
  const record = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  for (const name in layout) writeField(layout[name]!, writer, record[name], path + name, record)
}

function writeField(field: Field, writer: Writer, value: unknown, path: string, all: Record<string, unknown>) {
  switch (field.kind) {
    case 'number':
      return writeNumber(writer, field.bytes, field.signed, value, path)
    case 'choice':
      return writeFields(caseOf(field, all), writer, value, path + '.')
    case 'dotted': {
      const parts = typeof value === 'string' ? value.split('.') : []
      if (parts.length !== field.bytes) return fail(writer, 'payload-value-out-of-range', path)
      return parts.forEach(part => {
        writeNumber(writer, 1, false, /^\d{1,3}$/.test(part) ? Number(part) : null, path)
      })
    }
    case 'counted': {
      const bytes = parse(value, field.form)
      writeNumber(writer, field.prefix, false, bytes?.length, path)
      return writeBytes(writer, bytes, null, path)
    }
    case 'fixed':
      return writeBytes(writer, parse(value, field.form), field.bytes, path)
    case 'rest':
      return writeBytes(writer, parse(value, field.form), null, path)
    case 'bits':
      return writeBytes(writer, parse(value, 'bytes'), Math.ceil(Number(all[field.of]) / 8), path)
    case 'group':
      return writeFields(field.fields, writer, value, path + '.')
    case 'numbers':
      if (!Array.isArray(value)) return fail(writer, 'payload-value-out-of-range', path)
      return value.forEach((item, index) => {
        writeNumber(writer, 1, false, item, `${path}.${index}`)
      })
    case 'records':
      if (!Array.isArray(value)) return fail(writer, 'payload-value-out-of-range', path)
      return value.forEach((item, index) => {
        writeFields(field.fields, writer, item, `${path}.${index}.`)
      })
  }
}

function writeNumber(writer: Writer, bytes: number, signed: boolean, value: unknown, path: string) {
  const least = signed ? -(2 ** (8 * bytes - 1)) : 0
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value >= least + 2 ** (8 * bytes)) {
    return fail(writer, 'payload-value-out-of-range', path)
  }
  let left = value < 0 ? value + 2 ** (8 * bytes) : value
  for (let i = 0; i < bytes; i++) {
    writer.bytes.push(left % 256)
    left = Math.floor(left / 256)
  }
}

function writeBytes(writer: Writer, bytes: Uint8Array | null, length: number | null, path: string) {
  if (bytes === null) return fail(writer, 'payload-value-out-of-range', path)
  if (length !== null && bytes.length !== length) return fail(writer, 'payload-length-mismatch', path)
  for (const byte of bytes) writer.bytes.push(byte)
}

// ---------------------------------------------------------------- render

/** A value as JSON shows it: byte strings in hex, everything else as it is. */
export function renderPayload(layout: Layout, value: unknown): Record<string, unknown> {
  const record = value as Record<string, unknown>
  const result: Record<string, unknown> = {}
  for (const name in layout) result[name] = renderField(layout[name]!, record[name], record)
  return result
}

function renderField(field: Field, value: unknown, all: Record<string, unknown>): unknown {
  if (value instanceof Uint8Array) return toHex(value)
  if (field.kind === 'group') return renderPayload(field.fields, value)
  if (field.kind === 'choice') return renderPayload(caseOf(field, all), value)
  if (field.kind === 'records') return (value as unknown[]).map(item => renderPayload(field.fields, item))
  return value
}

/** A value as one line for people: `reader=0 status=2 (tamper)`. */
export function describePayload(layout: Layout, value: unknown): string {
  const record = value as Record<string, unknown>
  return Object.entries(layout)
    .map(([name, field]) => `${name}=${describeField(field, record[name], record)}`)
    .join(' ')
}

function describeField(field: Field, value: unknown, all: Record<string, unknown>): string {
  const named = (number: unknown, names?: Names) =>
    names?.[Number(number)] === undefined ? String(number) : `${number} (${names[Number(number)]})`
  switch (field.kind) {
    case 'number':
      return named(value, field.names)
    case 'numbers':
      return `[${(value as number[]).map(item => named(item, field.names)).join(', ')}]`
    case 'group':
      return `{${describePayload(field.fields, value)}}`
    case 'choice':
      return `{${describePayload(caseOf(field, all), value)}}`
    case 'records':
      return `[${(value as unknown[]).map(item => `{${describePayload(field.fields, item)}}`).join(', ')}]`
    default:
      return value instanceof Uint8Array ? toHex(value) : JSON.stringify(value)
  }
}

// ---------------------------------------------------------------- byte strings and their text

function show(bytes: Uint8Array, form: Form): Uint8Array | string {
  if (form === 'bytes') return bytes
  if (form === 'hex') return toHex(bytes)
  if (form === 'utf8') return readUtf8(bytes)
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(form === 'digits' ? (keyOf[byte] ?? byte) : byte)
  return text
}

function parse(value: unknown, form: Form): Uint8Array | null {
  if (form === 'bytes') return value instanceof Uint8Array ? value : null
  if (typeof value !== 'string') return null
  if (form === 'hex') return fromHex(value)
  if (form === 'utf8') return Uint8Array.from(writeUtf8(value))
  const codes = Array.from(value, character => character.charCodeAt(0))
  if (value.length !== codes.length || codes.some(code => code > 0xff)) return null
  return Uint8Array.from(codes, code => (form === 'digits' ? (keyOf[code] ?? code) : code))
}

/** On the line `#` is 0D and `*` is 7F; the exchange is mutual, so every byte has its character. */
const keyOf: Readonly<Record<number, number>> = { 13: 0x23, 35: 0x0d, 127: 0x2a, 42: 0x7f }

/** Lower-case hex digits. */
export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += byte < 16 ? '0' + byte.toString(16) : byte.toString(16)
  return text
}

/** The bytes of an even number of hex digits; null for anything else. */
export function fromHex(text: string): Uint8Array | null {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return null
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

/** A byte that is no UTF-8 becomes the lone surrogate DC00 + byte, so that every byte string survives a round trip. */
function readUtf8(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at]!
    const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
    let point = length < 2 ? first : first & (0x7f >> length)
    let good = length > 0 && at + length <= bytes.length
    for (let i = 1; i < length && good; i++) {
      good = (bytes[at + i]! & 0xc0) === 0x80
      point = (point << 6) | (bytes[at + i]! & 0x3f)
    }
    if (good && length > 2) good = point >= (length === 3 ? 0x800 : 0x10000) && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff)
    text += good ? String.fromCodePoint(point) : String.fromCharCode(0xdc00 + first)
    at += good ? length : 1
  }
  return text
}

function writeUtf8(text: string): number[] {
  return Array.from(text).flatMap(character => {
    const point = character.codePointAt(0)!
    if (point < 0x80) return [point]
    if (point < 0x800) return [0xc0 | (point >> 6), 0x80 | (point & 0x3f)]
    if (point >= 0xdc80 && point <= 0xdcff) return [point & 0xff]
    if (point < 0x10000) return [0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f)]
    return [0xf0 | (point >> 18), 0x80 | ((point >> 12) & 0x3f), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f)]
  })
}
