import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLedger } from './ledger.ts'

const place = (zone: string, cardholder: string, present: boolean, at: number) => ({ zone, cardholder, present, at })
const use = (credential: string, source: string, times: number, at: number) => ({ id: `${credential}/${source}/${times}`, credential, at })
const all = (ledger: ReturnType<typeof createLedger>) => ledger.since(0, Number.POSITIVE_INFINITY)

describe('the ledger of what controllers share', () => {
  it('keeps the newest place of a holder, and does not tell what it knew', () => {
    const ledger = createLedger()
    ledger.merge([place('office', 'alice', true, 10)], [])
    const { version } = ledger
    ledger.merge([place('office', 'alice', true, 10), place('office', 'alice', false, 5)], [])
    expect(ledger.version).toBe(version)
    ledger.merge([place('office', 'alice', false, 11)], [])
    expect(ledger.since(version, 10)).toEqual({
      version: version + 1,
      last: true,
      presence: [place('office', 'alice', false, 11)],
      uses: [],
    })
  })

  it('keeps the first use and the count of each controller', () => {
    const ledger = createLedger()
    ledger.merge([], [use('card', 'c1', 1, 100), use('card', 'c1', 2, 200), use('card', 'c2', 1, 150), use('card', 'c1', 3, 300)])
    expect(all(ledger).uses).toEqual([use('card', 'c2', 1, 150), use('card', 'c1', 1, 100), use('card', 'c1', 3, 300)])
  })

  it('hands out in pieces, from any version on', () => {
    const ledger = createLedger()
    for (let i = 0; i < 25; i++) ledger.merge([place('office', `p${i}`, true, i)], [])
    const found: string[] = []
    let version = 0
    for (let pieces = 0; ; pieces++) {
      const page = ledger.since(version, 10)
      found.push(...page.presence.map(({ cardholder }) => cardholder))
      version = page.version
      if (page.last) {
        expect(pieces).toBe(2)
        break
      }
    }
    expect(found).toEqual(Array.from({ length: 25 }, (_, i) => `p${i}`))
    expect(ledger.since(version, 10)).toEqual({ version, last: true, presence: [], uses: [] })
  })

  it('ends with the same whatever the order and repetition, and what is told since a version makes up for the rest', () => {
    const fact = fc.oneof(
      fc.record({ zone: fc.constantFrom('a', 'b'), cardholder: fc.constantFrom('x', 'y'), at: fc.integer({ min: 1, max: 1000 }) }),
      fc.record({ credential: fc.constantFrom('k', 'l'), source: fc.constantFrom('c1', 'c2'), times: fc.integer({ min: 1, max: 5 }) }),
    )
    type Fact = typeof fact extends fc.Arbitrary<infer T> ? T : never
    // Facts that can be: a holder's place at an instant is one, and a controller's Nth use was at one instant.
    const merge = (ledger: ReturnType<typeof createLedger>, each: Fact) =>
      'zone' in each
        ? ledger.merge([place(each.zone, each.cardholder, each.at % 2 === 0, each.at)], [])
        : ledger.merge([], [use(each.credential, each.source, each.times, each.times * 10)])
    const sorted = (ledger: ReturnType<typeof createLedger>) => {
      const { presence, uses } = all(ledger)
      return [...presence, ...uses].map(each => JSON.stringify(each)).sort()
    }
    fc.assert(
      fc.property(fc.array(fact, { maxLength: 40 }), fc.integer({ min: 0, max: 40 }), fc.infiniteStream(fc.nat()), (facts, cut, order) => {
        const one = createLedger()
        const other = createLedger()
        for (const each of facts) merge(one, each)
        const shuffled = facts.map(each => ({ each, key: order.next().value as number })).sort((a, b) => a.key - b.key)
        for (const { each } of [...shuffled, ...shuffled]) merge(other, each)
        expect(sorted(other)).toEqual(sorted(one))

        const follower = createLedger()
        const leader = createLedger()
        for (const each of facts.slice(0, cut)) merge(leader, each)
        const early = leader.since(0, 1000)
        follower.merge(early.presence, early.uses)
        for (const each of facts.slice(cut)) merge(leader, each)
        const late = leader.since(early.version, 1000)
        follower.merge(late.presence, late.uses)
        expect(sorted(follower)).toEqual(sorted(leader))
      }),
    )
  })
})
