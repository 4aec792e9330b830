import { describe, expect, it } from 'vitest'
import { createTally, customFormat, decodeRead, encode, formats, impact, predefined, type StoredCredential } from './index.ts'

function frame(id: string, numbers: Record<string, string>): string {
  const encoded = encode(predefined(id)!, numbers)
  if (!encoded.ok) throw new Error(encoded.message)
  return encoded.bits
}

describe('a batch of reads', () => {
  it('is counted by format, and two cards with one number are found', () => {
    const reads = [
      frame('h10301', { facilityCode: '1', cardNumber: '7' }),
      frame('h10301', { facilityCode: '2', cardNumber: '7' }),
      frame('h10301', { facilityCode: '1', cardNumber: '7' }),
      frame('h10301', { facilityCode: '1', cardNumber: '8' }),
      '010',
    ]
    const tally = createTally()
    for (const [i, bits] of reads.entries()) {
      const matches = decodeRead(bits, formats)
      tally.add(`line ${i + 1}`, bits, 'reason' in matches ? [] : matches)
    }
    const summary = tally.summary()
    expect(summary).toMatchObject({ reads: 5, unmatched: 1, counts: { h10301: 4, ind26: 4 } })
    expect(summary.collisions.filter(found => found.format === 'h10301')).toEqual([
      { format: 'h10301', cardNumber: '7', facilityCodes: ['1', '2'], reads: ['line 1', 'line 2'] },
    ])
  })

  it('with a named format says right or wrong, or why not at all', () => {
    expect(decodeRead('00000110011111011010011000', formats, predefined('h10301'))).toMatchObject([{ parity: 'error' }])
    expect(decodeRead('010', formats, predefined('h10301'))).toMatchObject({ reason: 'wrong-length' })
  })
})

describe('before a format changes', () => {
  const before = [predefined('h10301')!]
  const cards: StoredCredential[] = [
    { id: 'a', cardNumber: '64332', facilityCode: '12', bitLength: 26 },
    { id: 'b', cardNumber: '60236', facilityCode: '12', bitLength: 26 },
    { id: 'c', cardNumber: '5', bitLength: 26 },
    { id: 'd', cardNumber: '9', bitLength: 37 },
  ]

  it('the credentials that would be read differently are named, those of other lengths left alone', () => {
    const found = impact(before, [predefined('ind26')!], cards)
    expect(found).toMatchObject({ checked: 4, counts: { different: 2, same: 1, unknown: 1 } })
    expect(found.changes.find(change => change.id === 'a')).toMatchObject({
      kind: 'different',
      cardNumber: '2892',
      facilityCode: '207',
      assumed: [],
    })
    expect(found.changes.some(change => change.id === 'c')).toBe(false)
  })

  it('and those that would become equal', () => {
    const found = impact(
      before,
      [predefined('ind26')!],
      [
        { id: 'a', cardNumber: '1', facilityCode: '12', bitLength: 26 },
        { id: 'b', cardNumber: '4097', facilityCode: '12', bitLength: 26 },
      ],
    )
    const twelve = customFormat({ id: 'low', bitLength: 26, fields: [{ name: 'cardNumber', range: [13, 24] }] })
    expect(found.equal).toEqual([{ cardNumber: '1', bitLength: 26, ids: ['a', 'b'] }])
    expect(impact(before, [twelve], [cards[0]!, cards[2]!]).equal).toEqual([])
    const sameNumber = [
      { id: 'a', cardNumber: '1', facilityCode: '1', bitLength: 26 },
      { id: 'b', cardNumber: '1', facilityCode: '2', bitLength: 26 },
    ]
    expect(impact(before, before, sameNumber).equal).toEqual([])
    expect(impact(before, [twelve], sameNumber).equal).toEqual([{ cardNumber: '1', bitLength: 26, ids: ['a', 'b'] }])
  })

  it('a deactivated length leaves its credentials unreadable, an inverted one misread; a kept read decides over what is stored', () => {
    expect(impact(before, [], cards).counts).toMatchObject({ unreadable: 3, unknown: 1 })
    const inverted = { ...predefined('h10301')!, invertBitOrder: true }
    expect(impact(before, [inverted], cards.slice(0, 1)).counts).toMatchObject({ misread: 1 })
    const kept = [{ id: 'a', cardNumber: '1', bitLength: 26, bits: frame('h10301', { facilityCode: '3', cardNumber: '4' }) }]
    expect(impact([], before, kept).changes).toEqual([{ id: 'a', kind: 'different', cardNumber: '4', facilityCode: '3', assumed: [] }])
  })

  it('says which fields it had to assume', () => {
    const found = impact(
      before,
      [customFormat({ id: 'all', bitLength: 26, fields: [{ name: 'cardNumber', range: [1, 24] }] })],
      [cards[2]!, cards[0]!],
    )
    expect(found.changes).toEqual([
      { id: 'a', kind: 'different', cardNumber: String(12 * 65_536 + 64_332), facilityCode: undefined, assumed: [] },
    ])
    const code = [{ id: 'x', cardNumber: '70000', bitLength: 26 }]
    expect(impact(before, [predefined('ind26')!], code).changes).toMatchObject([{ kind: 'unknown' }])
    expect(impact(before, [predefined('ind26')!], [{ id: 'y', cardNumber: '5000', bitLength: 26 }]).changes).toMatchObject([
      { assumed: ['facilityCode'] },
    ])
  })
})
