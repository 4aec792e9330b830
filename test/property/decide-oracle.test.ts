import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { verdictOn } from './decide-oracle.ts'
import { decideIn, type World, worlds } from './decide-site.ts'

/** What the oracle and the decision both say, in the same words. */
function both(world: World) {
  const real = decideIn(world)
  const oracle = verdictOn(world)
  return {
    real: {
      outcome: real.outcome,
      reason: real.outcome === 'denied' ? real.reason : undefined,
      cardholder: real.cardholder,
      duress: real.duress?.cardholder ?? null,
      violations: real.violations.map(each => each.cardholder),
      long: real.outcome === 'granted' ? real.long : undefined,
      waiting: real.outcome === 'waiting' && !oracle.waiting?.includes(real.waiting) ? real.waiting : undefined,
    },
    oracle: {
      outcome: oracle.outcome,
      reason: oracle.reason,
      cardholder: oracle.cardholder,
      duress: oracle.duress,
      violations: oracle.violations,
      long: oracle.outcome === 'granted' ? oracle.long : undefined,
      waiting: undefined,
    },
  }
}

describe('decide, beside a second reading of domain.md', () => {
  it('says the same of every world', () => {
    fc.assert(
      fc.property(worlds, world => {
        const { real, oracle } = both(world)
        expect(real).toEqual(oracle)
      }),
      { numRuns: process.env.PORTUNUS_LONG ? 50_000 : 700 },
    )
  })

  it('comes to each reason in worlds that are not rare', () => {
    const seen: Record<string, number> = {}
    for (const world of fc.sample(worlds, { numRuns: 4000, seed: 3 })) {
      const { outcome, reason = outcome } = verdictOn(world)
      seen[reason] = (seen[reason] ?? 0) + 1
    }
    const few = { 'anti-passback': 3, 'credential-used-up': 3, 'wrong-pin': 5, 'facility-code-mismatch': 5, 'outside-schedule': 5 }
    const many = ['granted', 'waiting', 'unknown-card-format', 'parity-error', 'unknown-credential', 'ambiguous-credential', 'interlock']
    const others = ['cardholder-suspended', 'credential-not-yet-valid', 'credential-expired', 'no-access-rule', 'lockdown', 'zone-full']
    const rest = ['identification-type-not-allowed', 'pin-blocked', 'credential-mismatch', 'two-person-same-cardholder']
    for (const reason of [...many, ...others, ...rest]) expect([reason, (seen[reason] ?? 0) >= 15]).toEqual([reason, true])
    for (const [reason, least] of Object.entries(few)) expect([reason, (seen[reason] ?? 0) >= least]).toEqual([reason, true])
  })
})
