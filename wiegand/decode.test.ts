import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type CardFormat,
  canonicalNumber,
  compile,
  customFormat,
  type Decoded,
  decode,
  decodeAll,
  encode,
  type FormatSetting,
  fieldBits,
  fieldRange,
  formats,
  fromHex,
  predefined,
  reverseBits,
  reverseBytes,
  toBytes,
  toHex,
  validateFormat,
} from './index.ts'

function ok(found: ReturnType<typeof decode>): Decoded {
  if (!found.ok) throw new Error(found.message)
  return found
}

function sixteen(more: Partial<FormatSetting> = {}, field: Partial<NonNullable<FormatSetting['fields']>[number]> = {}): CardFormat {
  return customFormat({ id: 'own', bitLength: 16, fields: [{ name: 'cardNumber', range: [0, 15], ...field }], ...more })
}

describe("the manual's worked figures", () => {
  const bits = '1111101101001100'

  it('64332 is fb4c in hexadecimal, in lower case [L14] [L7]', () => {
    expect(ok(decode(bits, sixteen())).cardNumber).toBe('64332')
    expect(ok(decode(bits, sixteen({}, { output: 'hexadecimal' }))).cardNumber).toBe('fb4c')
  })

  it('a reader that sends 4CFB is read as 64332 with inverted byte order [L14]', () => {
    const sent = fromHex('4CFB', 16)!
    expect(reverseBytes(bits)).toBe(sent)
    expect(ok(decode(sent, sixteen({ invertByteOrder: true }))).cardNumber).toBe('64332')
  })

  it('with inverted bit order the same bits are 0011001011011111, 13023 [L15]', () => {
    expect(reverseBits(bits)).toBe('0011001011011111')
    expect(ok(decode(bits, sixteen({ invertBitOrder: true }))).cardNumber).toBe('13023')
  })

  it('with inverted byte order they are 4CFB, 19707 [L16]', () => {
    expect(toHex(reverseBytes(bits))).toBe('4CFB')
    expect(ok(decode(bits, sixteen({ invertByteOrder: true }))).cardNumber).toBe('19707')
  })

  it('26 bits are parity, facility code, card number, parity: 1, 8, 16 and 1 bits [L17]', () => {
    const found = ok(decode('00000110011111011010011001', predefined('h10301')!))
    expect(found).toMatchObject({ facilityCode: '12', cardNumber: '64332', parity: 'ok' })
    expect(predefined('h10301')!.fields.map(field => fieldBits(field).length)).toEqual([8, 16])
  })
})

describe('fields', () => {
  it('with the first bit least significant in little endian, most in big endian [L8]', () => {
    const bits = `0001${'0'.repeat(12)}`
    expect(ok(decode(bits, sixteen({}, { range: [0, 3] }))).cardNumber).toBe('1')
    expect(ok(decode(bits, sixteen({}, { range: [0, 3], order: 'little-endian' }))).cardNumber).toBe('8')
  })

  it('have numbers that lose no digit, up to 256 bits', () => {
    const format = customFormat({ id: 'wide', bitLength: 256, fields: [{ name: 'cardNumber', range: [0, 255] }] })
    const largest = (2n ** 256n - 1n).toString()
    expect(ok(decode('1'.repeat(256), format)).cardNumber).toBe(largest)
    expect(encode(format, { cardNumber: largest })).toEqual({ ok: true, bits: '1'.repeat(256) })
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), value => {
        const encoded = encode(format, { cardNumber: value })
        expect(encoded.ok && ok(decode(encoded.bits, format)).cardNumber).toBe(value.toString())
      }),
    )
  })

  it('of a 200-bit FASC-N come out of the published sample, with all parities and the check character', () => {
    const hex = 'D0439458210C2C19A0846D83685A1082108CE73984108CA3FC'
    const found = ok(decode(fromHex(hex, 200)!, predefined('fascn200')!))
    const other = {
      agency: '32',
      system: '1',
      credential: '92446',
      series: '0',
      issue: '1',
      person: '1112223333',
      oc: '1',
      oi: '1223',
      poa: '2',
    }
    expect(found).toMatchObject({ parity: 'ok', facilityCode: '32', cardNumber: '92446', issueLevel: '1', other })
    expect(encode(predefined('fascn200')!, other)).toEqual({ ok: true, bits: fromHex(hex, 200) })
  })

  it('keep all 32 digits of a GUID', () => {
    const hex = '000123456789ABCDEF00112233445566'
    expect(ok(decode(fromHex(hex, 128)!, predefined('guid128')!)).cardNumber).toBe(hex.toLowerCase())
  })

  it('are compared without leading zeros and in lower case', () => {
    expect(['007', '7', '0', '000', '0FB4C'].map(canonicalNumber)).toEqual(['7', '7', '0', '0', 'fb4c'])
  })
})

describe('refusals', () => {
  it('name the length, and what is no bit', () => {
    expect(decode('0101', predefined('h10301')!)).toMatchObject({ reason: 'wrong-length', message: expect.stringContaining('26 bits') })
    expect(decode('01x', predefined('h10301')!)).toMatchObject({ reason: 'not-bits' })
    expect(decode('', predefined('h10301')!)).toMatchObject({ reason: 'not-bits' })
    expect(decode(new Uint8Array([0, 2]), predefined('h10301')!)).toMatchObject({ reason: 'not-bits' })
    expect(decodeAll('01x', formats)).toEqual([])
  })

  it('of an encode name the field and its range', () => {
    const format = predefined('h10301')!
    expect(encode(format, { cardNumber: '65536' })).toMatchObject({ reason: 'out-of-range', field: 'cardNumber', range: '0..65535' })
    expect(encode(format, { facilityCode: '-1' })).toMatchObject({ reason: 'out-of-range', field: 'facilityCode', range: '0..255' })
    expect(encode(format, { cardNumber: 'abc' })).toMatchObject({ reason: 'not-a-number', field: 'cardNumber' })
    expect(encode(format, { cardNumber: 2 ** 53 })).toMatchObject({ reason: 'not-a-number' })
    expect(encode(format, { issueLevel: '1' })).toMatchObject({ reason: 'unknown-field', field: 'issueLevel' })
    expect(encode(format, { issueLevel: '0' })).toMatchObject({ ok: true })
    expect(encode(predefined('piv75')!, { credentialNumber: '1', cardNumber: '2' })).toMatchObject({ ok: false, field: 'cardNumber' })
    expect(encode(predefined('h10320')!, { cardNumber: '79999999' })).toMatchObject({ range: '80000000..99999999' })
    expect(encode(predefined('s12906b')!, { facilityCode: '216' })).toMatchObject({ range: '217..217' })
    expect(encode(sixteen({}, { output: 'hexadecimal' }), { cardNumber: '10000' })).toMatchObject({ range: '0..ffff' })
  })

  it('of BCD are digits above nine', () => {
    const found = ok(decode(`1010${'0'.repeat(33)}`, predefined('h10320')!))
    expect(found.faults).toContainEqual({ kind: 'digit', bit: 0 })
    expect(found.parity).toBe('error')
  })
})

/** A number each field of the format takes, drawn bit by bit so that fixed bits are kept. */
function draw(format: CardFormat, random: (max: number) => number): Record<string, string> {
  for (;;) {
    const numbers: Record<string, string> = {}
    for (const field of format.fields) {
      const [least, greatest] = fieldRange(format, field.name)!.map(text => BigInt(field.output === 'hexadecimal' ? `0x${text}` : text))
      const span = greatest! - least! + 1n
      let value = 0n
      for (let i = 0; i < 9; i++) value = (value << 30n) | BigInt(random(2 ** 30 - 1))
      numbers[field.name] = (least! + (value % span)).toString(field.output === 'hexadecimal' ? 16 : 10)
    }
    if (encode(format, numbers).ok) return numbers
  }
}

/** A sound format of the kinds a site file can hold. */
const customFormats = fc.gen().map((gen): CardFormat => {
  const int = (min: number, max: number) => gen(fc.integer, { min, max })
  const bitLength = int(1, 256)
  const names = ['cardNumber', 'facilityCode', 'issueLevel', 'oem'].slice(0, int(1, Math.min(4, bitLength)))
  const cuts = new Set([0])
  while (cuts.size < names.length) cuts.add(int(0, bitLength - 1))
  const starts = [...cuts].sort((a, b) => a - b)
  const owned = new Set<number>()
  const fields = names.map((name, i) => {
    const first = starts[i]!
    const last = int(first, (starts[i + 1] ?? bitLength) - 1)
    for (let bit = first; bit <= last; bit++) owned.add(bit)
    const output = gen(fc.constantFrom, 'decimal' as const, 'hexadecimal' as const)
    return { name, range: [first, last] as const, output, order: gen(fc.constantFrom, 'big-endian' as const, 'little-endian' as const) }
  })
  const free = Array.from({ length: bitLength }, (_, bit) => bit).filter(bit => !owned.has(bit))
  const rules = Math.min(free.length, int(0, 4))
  const parity = free.slice(0, rules).map((bit, i) => {
    const later = free.slice(i, rules)
    const over = Array.from({ length: bitLength }, (_, other) => other).filter(other => !later.includes(other) && int(0, 1) === 1)
    return { bit, kind: gen(fc.constantFrom, 'even' as const, 'odd' as const), over }
  })
  const fixed = free.slice(rules, rules + int(0, 2)).map(bit => ({ bit, value: int(0, 1) as 0 | 1 }))
  const invertByteOrder = bitLength % 8 === 0 && gen(fc.boolean)
  return customFormat({ id: 'own', bitLength, fields, parity, fixed, invertBitOrder: gen(fc.boolean), invertByteOrder })
})

function roundTrip(format: CardFormat, random: (max: number) => number): string {
  const numbers = draw(format, random)
  const encoded = encode(format, numbers)
  if (!encoded.ok) throw new Error(encoded.message)
  const found = ok(decode(encoded.bits, format))
  expect(found.faults).toEqual([])
  const { cardNumber, facilityCode, issueLevel, oem, other } = found
  const got: Record<string, string | undefined> = { cardNumber, facilityCode, issueLevel, oem, ...other }
  for (const [name, value] of Object.entries(numbers)) expect(canonicalNumber(got[name]!)).toBe(value)
  expect(encode(format, numbers)).toEqual(encoded)
  return encoded.bits
}

describe('decode of encode', () => {
  it.each(formats.map(format => [format.id, format] as const))('gives back the numbers: %s', (_, format) => {
    fc.assert(
      fc.property(fc.gen(), gen => {
        const bits = roundTrip(format, max => gen(fc.integer, { min: 0, max }))
        expect(
          compile(formats)
            .decode(toBytes(bits))
            .map(found => found.format),
        ).toContain(format.id)
      }),
      { numRuns: 30 },
    )
  })

  it('gives back the numbers of any custom format', () => {
    fc.assert(
      fc.property(customFormats, fc.gen(), (format, gen) => {
        expect(validateFormat(format)).toEqual([])
        const bits = roundTrip(format, max => gen(fc.integer, { min: 0, max }))
        expect(decodeAll(bits, [format])).toEqual([decode(bits, format)])
      }),
      { numRuns: 300 },
    )
  })
})

describe('parity', () => {
  it.each(formats.filter(format => format.parity.length > 0).map(format => [format.id, format] as const))(
    'refuses every single flipped bit it counts, and fixed bits: %s',
    (_, format) => {
      const counted = new Set([...format.parity.flatMap(rule => [rule.bit, ...rule.over]), ...format.fixed.map(fixed => fixed.bit)])
      fc.assert(
        fc.property(fc.gen(), gen => {
          const encoded = encode(
            format,
            draw(format, max => gen(fc.integer, { min: 0, max })),
          )
          if (!encoded.ok) throw new Error(encoded.message)
          for (const bit of counted) {
            const flipped = encoded.bits.slice(0, bit) + (encoded.bits[bit] === '1' ? '0' : '1') + encoded.bits.slice(bit + 1)
            expect(ok(decode(flipped, format)).parity).toBe('error')
            expect(decodeAll(flipped, [format])).toEqual([])
          }
        }),
        { numRuns: 5 },
      )
    },
  )

  it('says which rules do not hold', () => {
    const found = ok(decode('00000110011111011010011000', predefined('h10301')!))
    expect(found).toMatchObject({ parity: 'error', faults: [{ kind: 'parity', bit: 25 }], cardNumber: '64332' })
    expect(ok(decode('00010110110000110001010001000011', predefined('kastle')!)).faults).toContainEqual({ kind: 'fixed', bit: 1 })
  })
})
