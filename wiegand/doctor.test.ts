import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  type CardFormat,
  complement,
  customFormat,
  decode,
  encode,
  fieldRange,
  guess,
  predefined,
  reverseBytes,
  type Sample,
  type Treatment,
  treat,
  validateFormat,
} from './index.ts'
import { learn } from './linear.ts'

/** How often frames of a format pass its own parity after each fault, computed elsewhere. */
const transforms = JSON.parse(readFileSync(new URL('../test/conformance/wiegand/transforms.json', import.meta.url), 'utf8')) as Record<
  string,
  Record<string, number>
>

const faults: Record<string, Treatment> = {
  none: { swapped: false, invertBitOrder: false, invertByteOrder: false },
  'complement (D0 and D1 swapped)': { swapped: true, invertBitOrder: false, invertByteOrder: false },
  'bit order inverted': { swapped: false, invertBitOrder: true, invertByteOrder: false },
  'byte order inverted': { swapped: false, invertBitOrder: false, invertByteOrder: true },
  both: { swapped: true, invertBitOrder: true, invertByteOrder: false },
}

function seeded(seed: number): (max: number) => number {
  let state = seed
  return max => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % max
  }
}
const random = seeded(2024)
const below = (limit: bigint) => ((BigInt(random(2 ** 30)) << 30n) | BigInt(random(2 ** 30))) % limit

function number(format: CardFormat, name: string): string {
  const [least, greatest] = fieldRange(format, name)!.map(BigInt)
  return (least! + below(greatest! - least! + 1n)).toString()
}

function drawCards(
  format: CardFormat,
  count: number,
  fault: Treatment,
  oneSite: boolean,
): { bits: string; cardNumber: string; facilityCode?: string }[] {
  const hasCode = format.fields.some(field => field.name === 'facilityCode')
  const site = hasCode ? number(format, 'facilityCode') : undefined
  return Array.from({ length: count }, () => {
    for (;;) {
      const numbers = Object.fromEntries(format.fields.map(field => [field.name, number(format, field.name)]))
      if (oneSite && site !== undefined) numbers.facilityCode = site
      const encoded = encode(format, numbers)
      if (!encoded.ok) continue
      const code = numbers.facilityCode
      const bits = treat(encoded.bits, fault)
      return code === undefined ? { bits, cardNumber: numbers.cardNumber! } : { bits, cardNumber: numbers.cardNumber!, facilityCode: code }
    }
  })
}

const onlyBits = (samples: readonly Sample[]) => samples.map(({ bits }) => ({ bits }))
const onlyNumbers = (samples: readonly Sample[]) => samples.map(({ bits, cardNumber }) => ({ bits, cardNumber }))
const treatment = ({ swapped, invertBitOrder, invertByteOrder }: Treatment) => ({ swapped, invertBitOrder, invertByteOrder })

describe('over 1,000 random draws of three cards with their printed numbers', () => {
  it.each([
    ['of any sites', false],
    ['of one site each', true],
  ])('names the format and the wiring fault in at least 990: %s', (_, oneSite) => {
    const ids = Object.keys(transforms)
    let right = 0
    for (let i = 0; i < 1_000; i++) {
      const id = ids[random(ids.length)]!
      const format = predefined(id)!
      const names = Object.keys(faults).filter(name => name === 'none' || name in transforms[id]!)
      const fault = faults[names[random(names.length)]!]!
      const samples = drawCards(format, 3, fault, oneSite)
      const [best] = guess(onlyNumbers(samples))[0]!.explanations
      if (!best) continue
      // h10306 and n10002 are one layout under two names: either is right.
      const named = best.format === format.id || best.rivals.some(rival => rival.format === format.id && rival.bits.length === 0)
      if (named && JSON.stringify(treatment(best)) === JSON.stringify(fault)) right++
    }
    expect(right).toBeGreaterThanOrEqual(990)
  })
})

describe('without printed numbers', () => {
  // What parity can tell: the fault fails on every read, and no other fault makes the same reads pass.
  const telling = Object.entries(transforms).filter(
    ([id, rates]) => !predefined(id)!.unverified && rates['complement (D0 and D1 swapped)'] === 0 && rates.both! < 0.3,
  )

  it('names swapped wires where parity tells', () => {
    let right = 0
    const draws = 300
    for (let i = 0; i < draws; i++) {
      const [id] = telling[random(telling.length)]!
      const samples = drawCards(predefined(id)!, 5, faults['complement (D0 and D1 swapped)']!, true)
      const [best] = guess(onlyBits(samples))[0]!.explanations
      if (best?.swapped && !best.invertBitOrder) right++
    }
    expect(right).toBeGreaterThanOrEqual(draws * 0.97)
  })

  it('shows both where swapped wires and opposite bit order look the same', () => {
    const samples = drawCards(predefined('h10301')!, 3, faults['bit order inverted']!, true)
    const { explanations } = guess(onlyBits(samples))[0]!
    const h10301 = explanations.filter(found => found.format === 'h10301').map(treatment)
    expect(h10301).toContainEqual(faults['bit order inverted'])
    expect(h10301).toContainEqual(faults['complement (D0 and D1 swapped)'])
    expect(explanations[0]!.rivals.length).toBeGreaterThan(0)
  })
})

describe('an explanation', () => {
  const bits = '00000110011111011010011001'

  it('gives reasons, and says what to do about swapped wires', () => {
    const [best] = guess([{ bits: complement(bits), cardNumber: '64332' }])[0]!.explanations
    expect(best).toMatchObject({
      format: 'h10301',
      swapped: true,
      explains: 1,
      of: 1,
      cards: [{ cardNumber: '64332', facilityCode: '12' }],
    })
    expect(best!.reasons[0]).toBe('D0 and D1 are swapped: exchange the two data wires of the reader')
  })

  it('shows which other formats take the read, and the bits that would tell', () => {
    const [best] = guess([{ bits }])[0]!.explanations
    expect(best).toMatchObject({ format: 'h10301', swapped: false })
    const rival = best!.rivals.find(other => other.format === 'ind26')!
    expect(rival.bits).toEqual([9, 10, 11, 12])
    expect(rival.how).toContain('bits 9 to 12')
    const equal = guess([{ bits: '0100110011011010010001000110111101' }])[0]!.explanations.find(found => found.format === 'h10306')!
    expect(equal.rivals.find(other => other.format === 'n10002')).toMatchObject({ bits: [], how: expect.stringContaining('either') })
  })

  it('counts the bits of a rival as received, whatever the treatment', () => {
    const sent = treat(bits, faults['bit order inverted']!)
    const { explanations } = guess([{ bits: sent, facilityCode: '12' }])[0]!
    const best = explanations.find(found => found.format === 'h10301')!
    expect(best).toMatchObject(faults['bit order inverted']!)
    expect(best.rivals.every(rival => rival.format !== 'ind26')).toBe(true)
    const plain = guess([{ bits: sent }])[0]!.explanations.find(
      found => found.format === 'h10301' && found.invertBitOrder && !found.swapped,
    )!
    expect(plain.rivals.find(rival => rival.format === 'ind26' && rival.invertBitOrder && !rival.swapped)!.bits).toEqual([13, 14, 15, 16])
  })

  it('is found although one read of many is misread, and says so', () => {
    const samples = drawCards(predefined('h10304')!, 9, faults.none!, true)
    const broken = `${samples[0]!.bits.slice(0, 36)}${samples[0]!.bits[36] === '1' ? '0' : '1'}`
    const [best] = guess([...samples, { bits: broken }])[0]!.explanations
    expect(best).toMatchObject({ format: 'h10304', explains: 9, of: 10 })
    expect(best!.cards[9]).toBeNull()
    expect(best!.reasons).toContain('1 of 10 reads do not fit and look misread')
  })

  it('keeps reads of different lengths apart, the most frequent first, and leaves out what is no read', () => {
    const found = guess([{ bits: '0101' }, { bits }, { bits }, { bits: 'x' }])
    expect(found.map(({ bitLength, reads }) => [bitLength, reads])).toEqual([
      [26, 2],
      [4, 1],
    ])
  })

  it('does not hold where the printed number is another', () => {
    expect(guess([{ bits, cardNumber: '64333' }])[0]!.explanations).toEqual([])
  })
})

describe('a format of one’s own', () => {
  /** 30 bits: even parity over the first half, odd over the second, facility code 1 to 11, number 12 to 28. */
  const truth = customFormat({
    id: 'truth',
    bitLength: 30,
    fields: [
      { name: 'facilityCode', range: [1, 11] },
      { name: 'cardNumber', range: [12, 28] },
    ],
    parity: [
      { bit: 0, kind: 'even', over: Array.from({ length: 14 }, (_, i) => i + 1) },
      { bit: 29, kind: 'odd', over: Array.from({ length: 14 }, (_, i) => i + 15) },
    ],
  })

  it('has the number where two badges show it, and says that parity is not learnt yet', () => {
    const samples = drawCards(truth, 2, faults.none!, true)
    const { custom, explanations } = guess(onlyNumbers(samples))[0]!
    expect(explanations).toEqual([])
    expect(custom!.format.fields!.find(field => field.name === 'cardNumber')!.range[1]).toBe(28)
    expect(custom!.proved.join()).toContain('card number ends at bit 28')
    expect(custom!.unproved.join()).toContain('learning it takes')
    expect(custom!.format.parity).toEqual([])
    expect(custom!.format.active).toBe(false)
  })

  it('has its parity after about as many reads as it has bits, and then decodes every other card', () => {
    const samples = drawCards(truth, 45, faults.none!, false)
    const { custom } = guess(samples)[0]!
    expect(custom!.proved.join()).toContain('2 parity rules')
    const format = customFormat(custom!.format)
    expect(validateFormat(format)).toEqual([])
    expect(format.parity).toEqual(truth.parity)
    for (const sample of drawCards(truth, 50, faults.none!, false)) {
      expect(decode(sample.bits, format)).toMatchObject({ parity: 'ok', cardNumber: sample.cardNumber, facilityCode: sample.facilityCode })
    }
  })

  it('is found through swapped wires and opposite bit order', () => {
    for (const fault of [faults['complement (D0 and D1 swapped)']!, faults['bit order inverted']!, faults.both!]) {
      const samples = drawCards(truth, 4, fault, false)
      const { custom } = guess(samples)[0]!
      expect(custom).toMatchObject({ swapped: fault.swapped, format: { invertBitOrder: fault.invertBitOrder } })
      const format = customFormat(custom!.format)
      for (const sample of samples) {
        const wired = fault.swapped ? complement(sample.bits) : sample.bits
        expect(decode(wired, format)).toMatchObject({ cardNumber: sample.cardNumber })
      }
    }
  })

  it('reads numbers printed in hexadecimal', () => {
    const samples = ['c0ffee42', 'badc0de5', '9a2b3c4d'].map(hex => ({
      bits: `101${BigInt(`0x${hex}`).toString(2)}1111101`,
      cardNumber: hex,
    }))
    const fields = [{ name: 'cardNumber', range: [3, 34], output: 'hexadecimal', order: 'big-endian' }]
    expect(guess(samples)[0]!.custom!.format.fields).toEqual(fields)
  })

  it('finds numbers through opposite byte order', () => {
    const samples = ['c0ffee42', 'badc0de5', '9a2b3c4d'].map(hex => {
      const frame = BigInt(`0x11${hex}ff`).toString(2).padStart(48, '0')
      return { bits: reverseBytes(frame), cardNumber: BigInt(`0x${hex}`).toString(), facilityCode: '17' }
    })
    const { custom } = guess(samples)[0]!
    expect(custom!.format).toMatchObject({ invertByteOrder: true, invertBitOrder: false })
    expect(custom!.format.fields).toContainEqual({ name: 'cardNumber', range: [8, 39], output: 'decimal', order: 'big-endian' })
    expect(validateFormat(customFormat(custom!.format))).toEqual([])
  })

  it('without any printed number takes all bits for one, and says so', () => {
    const { custom } = guess([{ bits: '101' }])[0]!
    expect(custom!.format.fields).toMatchObject([{ name: 'cardNumber', range: [0, 2] }])
    expect(custom!.unproved.join()).toContain('give the printed number of two badges')
    expect(validateFormat(customFormat(custom!.format))).toEqual([])
  })
})

describe('parity learnt from reads', () => {
  it('is exactly the two rules of h10301 after enough cards, and constants are told apart', () => {
    const any = drawCards(predefined('h10301')!, 40, faults.none!, false).map(sample => sample.bits)
    const learnt = learn(any)
    expect(learnt.relations).toEqual(predefined('h10301')!.parity)
    expect(learnt.constants).toEqual([])
    expect(learnt.surplus).toBeGreaterThan(5)
    const oneSite = drawCards(predefined('h10301')!, 40, faults.none!, true).map(sample => sample.bits)
    expect(learn(oneSite).constants.map(constant => constant.bit)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('is equivalent to the rules of interleaved masks', () => {
    const format = predefined('c1k35s')!
    const learnt = learn(drawCards(format, 60, faults.none!, false).map(sample => sample.bits))
    expect(learnt.relations).toHaveLength(3)
    const own = { ...format, parity: learnt.relations }
    for (const { bits } of drawCards(format, 20, faults.none!, false)) {
      for (let i = 0; i < 35; i++) {
        const flipped = bits.slice(0, i) + (bits[i] === '1' ? '0' : '1') + bits.slice(i + 1)
        expect(decode(flipped, own)).toMatchObject({ parity: 'error' })
      }
      expect(decode(bits, own)).toMatchObject({ parity: 'ok' })
    }
  })

  it('claims nothing from one read', () => {
    expect(learn(['1010'])).toMatchObject({ relations: [], surplus: 0 })
  })
})
