import { describe, expect, it } from 'vitest'
import {
  customFormat,
  decode,
  type FormatSetting,
  predefined,
  readerFormats,
  resolveFormats,
  validateActivation,
  validateActive,
  validateFormat,
} from './index.ts'

const own = (more: Partial<FormatSetting>) =>
  customFormat({ id: 'own', bitLength: 26, fields: [{ name: 'cardNumber', range: [9, 24] }], ...more })
const reasons = (more: Partial<FormatSetting>) => validateFormat(own(more)).map(problem => problem.reason)

describe('a custom format is refused', () => {
  it('with a bit length outside 1 to 256 [L3]', () => {
    expect(reasons({ bitLength: 257 })).toEqual(['bit-length'])
    expect(reasons({ bitLength: 0 })).toEqual(['bit-length'])
    expect(reasons({ bitLength: 26.5 })).toEqual(['bit-length'])
    expect(validateFormat(own({ bitLength: 257 }))[0]!.message).toBe('own: bitLength is 257; make it a whole number from 1 to 256')
    expect(reasons({ bitLength: 256 })).toEqual([])
    expect(reasons({ bitLength: 1, fields: [{ name: 'cardNumber', range: [0, 0] }] })).toEqual([])
  })

  it('with inverted byte order where the length is not divisible by 8 [L5]', () => {
    expect(reasons({ invertByteOrder: true })).toEqual(['byte-inversion'])
    expect(reasons({ invertByteOrder: true, bitLength: 32 })).toEqual([])
  })

  it('with neither card number nor facility code [L2]', () => {
    expect(reasons({ fields: [] })).toEqual(['no-field'])
    expect(reasons({ fields: [{ name: 'oem', range: [0, 3] }] })).toEqual(['no-field'])
    expect(reasons({ fields: [{ name: 'facilityCode', range: [0, 3] }] })).toEqual([])
  })

  it('with a range outside its bits, or from back to front [L6]', () => {
    expect(reasons({ fields: [{ name: 'cardNumber', range: [9, 26] }] })).toEqual(['field-range'])
    expect(reasons({ fields: [{ name: 'cardNumber', range: [-1, 3] }] })).toEqual(['field-range'])
    expect(reasons({ fields: [{ name: 'cardNumber', range: [9, 8] }] })).toEqual(['field-range'])
    expect(reasons({ fields: [{ name: 'cardNumber', range: [0.5, 8] }] })).toEqual(['field-range'])
  })

  it('with fields that overlap or are there twice', () => {
    expect(
      reasons({
        fields: [
          { name: 'cardNumber', range: [8, 24] },
          { name: 'facilityCode', range: [1, 8] },
        ],
      }),
    ).toEqual(['fields-overlap'])
    expect(
      reasons({
        fields: [
          { name: 'cardNumber', range: [8, 24] },
          { name: 'cardNumber', range: [1, 2] },
        ],
      }),
    ).toEqual(['field-twice'])
  })

  it('with parity that cannot be kept', () => {
    const rule = { bit: 0, kind: 'even' as const, over: [1, 2] }
    expect(reasons({ parity: [rule] })).toEqual([])
    expect(reasons({ parity: [{ ...rule, bit: 26 }] })).toEqual(['parity-range'])
    expect(reasons({ parity: [{ ...rule, over: [0, 1] }] })).toEqual(['parity-own-bit'])
    expect(reasons({ parity: [{ ...rule, over: [1, 1] }] })).toEqual(['parity-twice'])
    expect(reasons({ parity: [rule, { ...rule, kind: 'odd' }] })).toEqual(['parity-twice'])
    expect(reasons({ parity: [rule, { bit: 1, kind: 'even', over: [2] }] })).toEqual(['parity-order'])
    expect(reasons({ parity: [{ bit: 1, kind: 'even', over: [2] }, rule] })).toEqual([])
    expect(reasons({ parity: [{ ...rule, bit: 9 }] })).toEqual(['parity-in-field'])
    expect(reasons({ parity: [rule], fixed: [{ bit: 0, value: 1 }] })).toEqual(['parity-fixed'])
  })

  it('with fixed bits outside it or twice', () => {
    expect(reasons({ fixed: [{ bit: 26, value: 1 }] })).toEqual(['fixed-range'])
    expect(
      reasons({
        fixed: [
          { bit: 1, value: 1 },
          { bit: 1, value: 0 },
        ],
      }),
    ).toEqual(['fixed-twice'])
  })
})

describe('activation', () => {
  it('of two formats of one length is refused, naming both [L9]', () => {
    const problems = validateActive([predefined('h10301')!, predefined('h10302')!, predefined('ind26')!])
    expect(problems).toEqual([
      { reason: 'same-length', path: '[2]', message: 'h10301 and ind26 are both active and both have 26 bits; deactivate one of them' },
    ])
  })

  it('of a frame of keys is refused', () => {
    expect(validateActive([predefined('pin26')!]).map(problem => problem.reason)).toEqual(['keypad'])
  })

  it('needs a reader [L10]', () => {
    expect(validateActivation(predefined('h10302')!, 0).map(problem => problem.reason)).toEqual(['no-reader'])
    expect(validateActivation(predefined('h10302')!, 1)).toEqual([])
  })
})

describe('the formats of a site', () => {
  it('are h10301 alone where nothing is configured', () => {
    const { active, problems } = resolveFormats([])
    expect(active.map(format => format.id)).toEqual(['h10301'])
    expect(problems).toEqual([])
    expect(active.some(format => format.unverified)).toBe(false)
  })

  it('take custom ones in, counted after the inversions', () => {
    const { active, problems } = resolveFormats([
      { id: 'campus-32', bitLength: 32, active: true, invertByteOrder: true, fields: [{ name: 'cardNumber', range: [0, 31] }] },
    ])
    expect(problems).toEqual([])
    expect(active.map(format => format.id)).toEqual(['h10301', 'campus-32'])
    expect(decode('00000001000000000000000000000000', active[1]!)).toMatchObject({ cardNumber: '1' })
  })

  it('allow nothing but three switches on a predefined one [L11]', () => {
    const { problems } = resolveFormats([{ id: 'h10302', active: true, bitLength: 26 }])
    expect(problems).toMatchObject([{ reason: 'predefined', path: '[0].bitLength' }])
    const { active } = resolveFormats([{ id: 'h10302', active: true, invertBitOrder: true }])
    expect(active.find(format => format.id === 'h10302')).toEqual({ ...predefined('h10302')!, invertBitOrder: true })
    expect(predefined('h10302')!.invertBitOrder).toBe(false)
  })

  it('refuse a second active one of a length, and an id given twice [L9]', () => {
    expect(resolveFormats([{ id: 'ind26', active: true }]).problems).toMatchObject([{ reason: 'same-length', path: '[0].active' }])
    expect(
      resolveFormats([
        { id: 'h10301', active: false },
        { id: 'ind26', active: true },
      ]).problems,
    ).toEqual([])
    expect(resolveFormats([{ id: 'h10302' }, { id: 'h10302' }]).problems).toMatchObject([{ reason: 'id-twice' }])
    expect(resolveFormats([{ id: 'own', bitLength: 257, fields: [] }]).problems).toMatchObject([
      { reason: 'bit-length', path: '[0].bitLength' },
    ])
  })

  it('are overridden by a reader that has its own, of which no two have one length [G9]', () => {
    const resolved = resolveFormats([])
    expect(readerFormats(null, resolved).formats).toBe(resolved.active)
    expect(readerFormats(['ind26', 'h10302'], resolved)).toMatchObject({ formats: [{ id: 'ind26' }, { id: 'h10302' }], problems: [] })
    expect(readerFormats(['h10301', 'ind26'], resolved).problems).toMatchObject([{ reason: 'same-length', path: '[1]' }])
    expect(readerFormats(['nothing'], resolved).problems).toMatchObject([{ reason: 'unknown-format', path: '[0]' }])
  })
})
