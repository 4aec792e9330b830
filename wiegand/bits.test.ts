import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { complement, fromBytes, fromHex, invert, isBits, reverseBits, reverseBytes, toBytes, toHex } from './index.ts'

const anyBits = fc.array(fc.constantFrom('0', '1'), { minLength: 1, maxLength: 256 }).map(bits => bits.join(''))
const wholeBytes = fc
  .array(fc.constantFrom('0', '1'), { minLength: 1, maxLength: 32 })
  .map(bits => bits.map(bit => bit.repeat(3) + '01101').join(''))

describe('bits', () => {
  it('are 1 to 256 of 0 and 1 [L3]', () => {
    expect(isBits('0'.repeat(256))).toBe(true)
    expect(['', '2', '0'.repeat(257), '0 1', '01\n'].filter(isBits)).toEqual([])
  })

  it('go to hexadecimal and to bytes and back', () => {
    fc.assert(
      fc.property(anyBits, bits => {
        expect(fromHex(toHex(bits), bits.length)).toBe(bits)
        expect(fromBytes(toBytes(bits))).toBe(bits)
      }),
    )
  })

  it('come out of hexadecimal that is shorter, longer, upper or lower case, and not out of what does not fit', () => {
    expect(fromHex('a', 8)).toBe('00001010')
    expect(fromHex('000A', 5)).toBe('01010')
    expect(fromHex('1A', 4)).toBeUndefined()
    expect(fromHex('0x1A', 8)).toBeUndefined()
    expect(fromHex('', 8)).toBeUndefined()
  })
})

describe('inversions', () => {
  it('are involutions and commute [L4] [L5]', () => {
    fc.assert(
      fc.property(wholeBytes, bits => {
        expect(reverseBits(reverseBits(bits))).toBe(bits)
        expect(reverseBytes(reverseBytes(bits))).toBe(bits)
        expect(complement(complement(bits))).toBe(bits)
        expect(reverseBits(reverseBytes(bits))).toBe(reverseBytes(reverseBits(bits)))
        const both = { invertBitOrder: true, invertByteOrder: true }
        expect(invert(bits, both)).toBe(reverseBits(reverseBytes(bits)))
        expect(invert(invert(bits, both), both)).toBe(bits)
      }),
    )
  })
})
