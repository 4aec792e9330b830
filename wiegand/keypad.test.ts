import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeKeys,
  encodeKeys,
  type KeypadOptions,
  keyLengths,
  keypadWakeAt,
  noKeys,
  type PinRules,
  reverseBits,
  stepKeypad,
} from './index.ts'

const keysOf = (bits: string, options: KeypadOptions) => decodeKeys(bits, options)

describe('keys of single bursts', () => {
  it('in 4 bits are the digits, 10 and 11 being * and # or the other way round', () => {
    expect(keysOf('0111', { kind: '4-bit' })).toEqual({ ok: true, keys: '7', whole: false })
    expect(keysOf('1010', { kind: '4-bit' })).toMatchObject({ keys: '*' })
    expect(keysOf('1011', { kind: '4-bit', ten: '#' })).toMatchObject({ keys: '*' })
    expect(keysOf('1100', { kind: '4-bit' })).toMatchObject({ reason: 'not-a-key' })
  })

  it('in 8 bits carry their complement, so that twelve of 256 values are keys', () => {
    expect(keysOf('11100001', { kind: '8-bit' })).toMatchObject({ keys: '1' })
    expect(keysOf('11110000', { kind: '8-bit' })).toMatchObject({ keys: '0' })
    expect(keysOf('01011010', { kind: '8-bit' })).toMatchObject({ keys: '*' })
    expect(keysOf('01001011', { kind: '8-bit' })).toMatchObject({ keys: '#' })
    expect(keysOf('00011110', { kind: '8-bit', nibblesSwapped: true })).toMatchObject({ keys: '1' })
    const legal = Array.from({ length: 256 }, (_, i) => keysOf(i.toString(2).padStart(8, '0'), { kind: '8-bit' })).filter(found => found.ok)
    expect(legal).toHaveLength(12)
  })

  it('in 10 bits have parity around them', () => {
    const [bits] = encodeKeys('5', { kind: '10-bit' })
    expect(keysOf(bits!, { kind: '10-bit' })).toMatchObject({ keys: '5' })
    for (let i = 0; i < 10; i++) {
      const flipped = bits!.slice(0, i) + (bits![i] === '1' ? '0' : '1') + bits!.slice(i + 1)
      expect(keysOf(flipped, { kind: '10-bit' })).toMatchObject({ reason: 'parity-error' })
    }
  })

  it('of another length are not keys', () => {
    expect(keysOf('01010010010001001111001001', { kind: '4-bit' })).toMatchObject({ reason: 'not-keys' })
    expect(keyLengths({ kind: '4-bit' })).toEqual([4])
    expect(keyLengths({ kind: '26-bit-bcd' })).toEqual([26])
    expect(keyLengths({ kind: 'buffered' })).toContain(34)
  })
})

describe('whole PINs', () => {
  it('in 26 bits are a card with the keypad facility code; leading zeros come back', () => {
    const options = { kind: '26-bit', facilityCode: '7' } as const
    const [bits] = encodeKeys('0042', options)
    expect(keysOf(bits!, options)).toEqual({ ok: true, keys: '0042', whole: true })
    expect(keysOf(bits!, { ...options, facilityCode: '8' })).toMatchObject({ reason: 'not-keys' })
    expect(keysOf(`${bits!.slice(0, 25)}${bits![25] === '1' ? '0' : '1'}`, options)).toMatchObject({ reason: 'parity-error' })
    expect(keysOf(encodeKeys('65535', options)[0]!, options)).toMatchObject({ reason: 'invalid-entry' })
  })

  it('in 26 bits of BCD are six digits', () => {
    const options = { kind: '26-bit-bcd' } as const
    expect(keysOf(encodeKeys('123456', options)[0]!, options)).toEqual({ ok: true, keys: '123456', whole: true })
    expect(keysOf(encodeKeys('4711', options)[0]!, options)).toMatchObject({ keys: '4711' })
    expect(encodeKeys('1234567', options)).toEqual([])
  })

  it('buffered come as characters, with or without parity, or as codes', () => {
    const [bits] = encodeKeys('4711#', { kind: 'buffered' })
    expect(bits).toHaveLength(40)
    expect(keysOf(bits!, { kind: 'buffered' })).toEqual({ ok: true, keys: '4711#', whole: true })
    const ones = (text: string) => [...text].filter(bit => bit === '1').length
    const framed = `${ones(bits!.slice(0, 20)) % 2}${bits}${1 - (ones(bits!.slice(20)) % 2)}`
    expect(keysOf(framed, { kind: 'buffered' })).toMatchObject({ keys: '4711#' })
    expect(keysOf(`${framed.slice(0, 41)}${framed[41] === '1' ? '0' : '1'}`, { kind: 'buffered' })).toMatchObject({
      reason: 'parity-error',
    })
    for (const buffer of ['4-bit', '8-bit'] as const) {
      const options = { kind: 'buffered', buffer } as const
      expect(keysOf(encodeKeys('4711', options)[0]!, options)).toMatchObject({ keys: '4711' })
    }
    expect(keysOf(reverseBits(bits!), { kind: 'buffered' })).toMatchObject({ reason: 'not-a-key' })
  })

  it('and single keys come back from every kind of keypad', () => {
    const kinds = ['4-bit', '8-bit', '10-bit', '26-bit', '26-bit-bcd', 'buffered'] as const
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.integer({ min: 0, max: 9999 }), (kind, number) => {
        const pin = String(number).padStart(4, '0')
        const frames = encodeKeys(pin, { kind })
        expect(
          frames
            .map(bits => keysOf(bits, { kind }))
            .map(found => (found.ok ? found.keys : found.message))
            .join(''),
        ).toBe(pin)
      }),
    )
  })
})

describe('PIN entry', () => {
  const rules: PinRules = { minLength: 4, maxLength: 6, endOfPin: '#' }
  const play = (inputs: [at: number, keys: string][], settings = rules) => {
    let state = noKeys
    return inputs.flatMap(([at, keys]) => {
      const stepped = stepKeypad(settings, state, keys === '' ? { kind: 'tick' } : { kind: 'keys', keys }, at)
      state = stepped.state
      return stepped.events
    })
  }

  it('is complete at the end character or at maximum length [L13]', () => {
    expect(
      play([
        [0, '4'],
        [100, '7'],
        [200, '1'],
        [300, '1'],
        [400, '#'],
      ]),
    ).toEqual([{ kind: 'pin', pin: '4711' }])
    expect(play([[0, '123456']])).toEqual([{ kind: 'pin', pin: '123456' }])
    expect(play([[0, '1234']], { ...rules, maxLength: 4 })).toEqual([{ kind: 'pin', pin: '1234' }])
    expect(play([[0, '1234*']], { ...rules, endOfPin: '*' })).toEqual([{ kind: 'pin', pin: '1234' }])
    expect(play([[0, '1234#']], { ...rules, endOfPin: 'none' })).toEqual([{ kind: 'discarded', reason: 'cleared', digits: 4 }])
  })

  it("takes a reader's own lengths [G8]", () => {
    expect(play([[0, '12#']], { minLength: 2, maxLength: 2, endOfPin: 'none' })).toEqual([{ kind: 'pin', pin: '12' }])
  })

  it('is discarded when it is too short, cleared, or 5 s pass between two keys', () => {
    expect(play([[0, '123#']])).toEqual([{ kind: 'discarded', reason: 'too-short', digits: 3 }])
    expect(
      play([
        [0, '12*'],
        [1, '1234#'],
      ]),
    ).toEqual([
      { kind: 'discarded', reason: 'cleared', digits: 2 },
      { kind: 'pin', pin: '1234' },
    ])
    expect(
      play([
        [0, '12'],
        [5_000, '34#'],
      ]),
    ).toEqual([
      { kind: 'discarded', reason: 'timeout', digits: 2 },
      { kind: 'discarded', reason: 'too-short', digits: 2 },
    ])
    expect(
      play([
        [0, '12'],
        [4_999, '34#'],
      ]),
    ).toEqual([{ kind: 'pin', pin: '1234' }])
    expect(
      play([
        [0, '12'],
        [5_000, ''],
      ]),
    ).toEqual([{ kind: 'discarded', reason: 'timeout', digits: 2 }])
    expect(keypadWakeAt(rules, stepKeypad(rules, noKeys, { kind: 'keys', keys: '1' }, 100).state)).toBe(5_100)
    expect(keypadWakeAt(rules, noKeys)).toBeNull()
  })

  it('ends with a frame that is a whole PIN', () => {
    expect(stepKeypad(rules, noKeys, { kind: 'keys', keys: '4711', whole: true }, 0).events).toEqual([{ kind: 'pin', pin: '4711' }])
  })
})
