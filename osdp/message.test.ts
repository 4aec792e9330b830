import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Code, commands, findCode, replies } from './codes.ts'
import type { Direction } from './frame.ts'
import {
  type Command,
  decodeCommand,
  decodeReply,
  describeMessage,
  type Encoded,
  encodeCommand,
  encodeReply,
  type Reply,
  renderMessage,
} from './message.ts'
import { type Field, fromHex, type Layout, readPayload, toHex } from './payload/field.ts'
import { readExtendedIdentification } from './payload/identity.ts'
import { type Assembly, addPart, cutParts } from './payload/multipart.ts'

/** Values of a layout, made from the same list that drives the codec. */
function valuesOf(layout: Layout): fc.Arbitrary<Record<string, unknown>> {
  const names = Object.keys(layout)
  const step = (value: Record<string, unknown>, index: number): fc.Arbitrary<Record<string, unknown>> => {
    const name = names[index]
    return name === undefined
      ? fc.constant(value)
      : fieldValues(layout[name]!, value).chain(item => step({ ...value, [name]: item }, index + 1))
  }
  return step({}, 0)
}

function fieldValues(field: Field, before: Record<string, unknown>): fc.Arbitrary<unknown> {
  const text = (minLength: number, maxLength: number, form: string): fc.Arbitrary<unknown> => {
    const data = fc.uint8Array({ minLength, maxLength })
    if (form === 'bytes') return data
    if (form === 'hex') return data.map(toHex)
    if (form === 'utf8') return fc.string({ unit: 'grapheme', maxLength: 20 })
    return data.map(codes => String.fromCharCode(...codes))
  }
  switch (field.kind) {
    case 'number': {
      const size = 2 ** (8 * field.bytes)
      const whole = fc.integer(field.signed ? { min: -size / 2, max: size / 2 - 1 } : { min: 0, max: size - 1 })
      return field.names ? fc.oneof(whole, fc.constantFrom(...Object.keys(field.names).map(Number))) : whole
    }
    case 'dotted':
      return fc.uint8Array({ minLength: field.bytes, maxLength: field.bytes }).map(parts => parts.join('.'))
    case 'fixed':
      return text(field.bytes, field.bytes, field.form)
    case 'counted':
    case 'rest':
      return text(0, 60, field.form)
    case 'bits': {
      const length = Math.ceil(Number(before[field.of]) / 8)
      return fc.uint8Array({ minLength: length, maxLength: length })
    }
    case 'group':
      return valuesOf(field.fields)
    case 'records':
      return fc.array(valuesOf(field.fields), { maxLength: 4 })
    case 'numbers':
      return fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 16 })
    case 'choice': {
      const known = field.cases.find(({ when }) => when.every((value, index) => before[field.of[index]!] === value))
      return known ? valuesOf(known.fields) : fc.record({ data: fc.uint8Array({ maxLength: 20 }) })
    }
  }
}

const decode = (direction: Direction, code: number, data: Uint8Array) =>
  direction === 'command' ? decodeCommand(code, data) : decodeReply(code, data)
const encode = (direction: Direction, message: Command | Reply): Encoded =>
  direction === 'command' ? encodeCommand(message as Command) : encodeReply(message as Reply)
const table: [Direction, string, Code][] = [
  ...Object.entries(commands).map(([name, code]): [Direction, string, Code] => ['command', name, code]),
  ...Object.entries(replies).map(([name, code]): [Direction, string, Code] => ['reply', name, code]),
]

describe.each(table)('%s %s', (direction, name, entry) => {
  it('comes back as it was written, and shows every field', () => {
    fc.assert(
      fc.property(valuesOf(entry.payload), fields => {
        const message = { name, ...fields } as Command
        const written = encode(direction, message)
        if (!written.ok) expect.fail(`${written.reason} at ${written.field}`)
        expect(written.code).toBe(entry.code)
        expect(decode(direction, written.code, written.data)).toEqual({ ok: true, message })
        expect(Object.keys(renderMessage(direction, message))).toEqual(Object.keys(entry.payload))
        expect(describeMessage(direction, message)).toMatch(new RegExp(`^${name}( |$)`))
      }),
      { numRuns: 60 },
    )
  })

  it('is a value with a reason, never an exception, whatever its data', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), data => {
        const read = decode(direction, entry.code, data)
        if (!read.ok) {
          expect(read.reason).toMatch(/^payload-/)
          return
        }
        const again = encode(direction, read.message)
        if (!again.ok) expect.fail(`${again.reason} at ${again.field}`)
        expect(decode(direction, entry.code, again.data)).toEqual(read)
      }),
      { numRuns: 60 },
    )
  })

  it('names every normal reply from the table', () => {
    for (const reply of entry.replies ?? []) expect(Object.keys(replies)).toContain(reply)
    expect(entry.replies === undefined).toBe(direction === 'reply')
  })
})

describe('messages', () => {
  it('an unknown code survives a round trip, as does an unknown capability function', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Direction>('command', 'reply'),
        fc.integer({ min: 0, max: 255 }),
        fc.uint8Array(),
        (direction, code, data) => {
          fc.pre(findCode(direction, code) === null)
          const read = decode(direction, code, data)
          expect(read).toEqual({ ok: true, message: { name: 'UNKNOWN', code, data } })
          expect(read.ok && encode(direction, read.message)).toEqual({ ok: true, code, data })
        },
      ),
    )
    const data = fromHex('c80102ff0000')!
    const read = decodeReply(0x46, data)
    expect(read).toMatchObject({ ok: true, message: { capabilities: [{ function: 200 }, { function: 255 }] } })
    expect(read.ok && encodeReply(read.message)).toEqual({ ok: true, code: 0x46, data })
  })

  it.each<[Direction, number, string, string, string]>([
    ['command', 0x60, '00', 'payload-too-long', ''],
    ['command', 0x6b, '000100010109616263', 'payload-length-mismatch', 'text'],
    ['command', 0x69, '0000020505', 'payload-too-short', 'leds.0.temp.onColor'],
    ['command', 0x75, '0110', 'payload-length-mismatch', 'key'],
    ['command', 0x7c, '01ff00000000000000100001', 'payload-length-mismatch', 'data'],
    ['reply', 0x50, '00001a001234', 'payload-too-short', 'data'],
    ['reply', 0x53, '000531', 'payload-length-mismatch', 'digits'],
    ['reply', 0x7a, '0100', 'payload-too-short', 'delayMs'],
    ['reply', 0x48, '00', 'payload-too-short', 'power'],
    ['reply', 0x80, '0a0000000b0000', 'payload-length-mismatch', 'data'],
  ])(
    'malformed %s %i %s: %s at "%s" (libosdp stops the program on a file length that disagrees)',
    (direction, code, data, reason, field) => {
      expect(decode(direction, code, fromHex(data)!)).toEqual({ ok: false, reason, field })
    },
  )

  it.each<[string, Command, string]>([
    ['a number too large', { name: 'BUZ', reader: 0, tone: 2, on: 256, off: 0, count: 0 }, 'on'],
    ['a fraction', { name: 'KEEPACTIVE', ms: 1.5 }, 'ms'],
    ['a negative number', { name: 'ACURXSIZE', size: -1 }, 'size'],
    ['a character that is no byte', { name: 'TEXT', reader: 0, command: 1, tempTime: 0, row: 1, col: 1, text: 'ok \u2713' }, 'text'],
    ['a text too long for its count', { name: 'TEXT', reader: 0, command: 1, tempTime: 0, row: 1, col: 1, text: 'x'.repeat(256) }, 'text'],
    ['a vendor that is not hex', { name: 'MFG', vendor: 'xyz', data: new Uint8Array(0) }, 'vendor'],
    ['a number of a record too large', { name: 'OUT', outputs: [{ output: 0, control: 0, timer100ms: 65536 }] }, 'outputs.0.timer100ms'],
    ['a field left out', { name: 'COMSET', address: 1 } as Command, 'baud'],
  ])('%s is refused by name when written', (_, command, field) => {
    expect(encodeCommand(command)).toMatchObject({ ok: false, field })
  })

  it('tolerates what readers send: ID without its byte, RAW with bytes to spare, FMT with a count that is off, PIVDATA with the old offset', () => {
    expect(decodeCommand(0x61, new Uint8Array(0))).toEqual({ ok: true, message: { name: 'ID', replyType: 0 } })
    expect(decodeReply(0x50, fromHex('0500100012ab8000')!)).toMatchObject({ ok: true, message: { bits: 16, data: fromHex('12ab') } })
    expect(decodeReply(0x51, fromHex('00000b616263')!)).toMatchObject({ ok: true, message: { text: 'abc' } })
    expect(decodeCommand(0xa3, fromHex('5fc1020001')!)).toMatchObject({ ok: true, message: { object: '5fc102', offset: 1 } })
  })

  it('keys of a keypad are # and *, 0D and 7F on the line', () => {
    expect(decodeReply(0x53, fromHex('000631320d7f3039')!)).toMatchObject({ message: { digits: '12#*09' } })
  })

  it('extended identification keeps UTF-8, and bytes that are none', () => {
    const whole = fromHex('010800' + 'c39854656c6cffe2' + '020000')!
    expect(readExtendedIdentification(whole)).toEqual({
      ok: true,
      value: {
        entries: [
          { tag: 1, text: 'ØTell\udcff\udce2' },
          { tag: 2, text: '' },
        ],
      },
    })
    expect(readPayload(replies.EXT_PDID.whole, whole.subarray(0, 9))).toMatchObject({ ok: false, reason: 'payload-length-mismatch' })
  })
})

describe('messages in parts', () => {
  const put = (parts: readonly ReturnType<typeof cutParts>[number][], code = 0xa5) => {
    let assembly: Assembly | null = null
    for (const part of parts) {
      const step = addPart(assembly, code, part)
      if (step.state !== 'waiting') return step
      assembly = step.assembly
    }
    return { state: 'waiting' as const }
  }

  it('come together again, whatever the size of the parts and however often one is repeated', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.integer({ min: 1, max: 200 }), fc.boolean(), (whole, size, twice) => {
        const parts = cutParts(whole, size)
        expect(put(twice ? parts.flatMap((part, index) => (index < parts.length - 1 ? [part, part] : [part])) : parts)).toEqual({
          state: 'whole',
          bytes: whole,
        })
      }),
    )
  })

  it('offset 0 starts over', () => {
    const first = cutParts(Uint8Array.of(1, 2, 3, 4), 2)
    const second = cutParts(Uint8Array.of(5, 6, 7), 2)
    expect(put([first[0]!, ...second])).toEqual({ state: 'whole', bytes: Uint8Array.of(5, 6, 7) })
  })

  it('are forgotten on a gap, a changed total, data beyond the total, a part of another message, or when the sender gives up', () => {
    const data = Uint8Array.of(1, 2)
    const begun: Assembly = { code: 0xa5, total: 10, bytes: data, have: 2 }
    const reason = (assembly: Assembly | null, offset: number, total = 10, code = 0xa5, part = data) =>
      addPart(assembly, code, { total, offset, data: part })
    expect(reason(begun, 2)).toMatchObject({ state: 'waiting' })
    expect(reason(null, 2)).toMatchObject({ reason: 'no-beginning' })
    expect(reason(begun, 4)).toMatchObject({ reason: 'gap' })
    expect(reason(begun, 2, 11)).toMatchObject({ reason: 'total-changed' })
    expect(reason(begun, 9)).toMatchObject({ reason: 'beyond-total' })
    expect(reason(begun, 2, 10, 0xa4)).toMatchObject({ reason: 'other-message' })
    expect(reason(begun, 10, 10, 0xa5, new Uint8Array(0))).toMatchObject({ reason: 'given-up' })
  })
})
