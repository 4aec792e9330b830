import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Decision } from '../../controller/core/decide.ts'
import { checks } from '../../shared/event.ts'
import type { Reason } from '../../shared/reason.ts'
import type { Site } from '../../shared/site.ts'
import { decideIn, type World, worlds } from './decide-site.ts'

const opens = ({ outcome }: Decision) => outcome === 'granted'
const runs = { numRuns: 250 }

function changed(world: World, change: (site: Site) => void): World {
  const site = structuredClone(world.site)
  change(site)
  return { ...world, site }
}

function front(site: Site) {
  const door = site.doors[0]!
  if (door.type !== 'door') throw new Error('front is a door')
  return door
}

/** Takes one right away; nothing where there is none to take. */
const rights: Readonly<Record<string, (site: Site, pick: number) => void>> = {
  rule: (site, pick) => site.accessRules.splice(pick % 2, 1),
  membership: (site, pick) => site.groups[0]!.members.splice(pick % 3, 1),
  'holder of a rule': (site, pick) => site.accessRules[pick % 2]!.cardholders.splice(pick % 3, 1),
  'group of a rule': (site, pick) => site.accessRules[pick % 2]!.groups.splice(0, 1),
  'door of a rule': (site, pick) => site.accessRules[pick % 2]!.doors.splice(0, 1),
  'zone of a rule': (site, pick) => site.accessRules[pick % 2]!.zones.splice(0, 1),
  'schedule of a rule': (site, pick) => site.accessRules[pick % 2]!.schedules.splice(pick % 2, 1),
  'row of a profile': (site, pick) => site.identificationProfiles[0]!.a.splice(pick % 3, 1),
  'schedule of a row': (site, pick) => site.identificationProfiles[0]!.a[pick % 3]?.schedules.splice(0, 1),
  'exemption from lockdown': (site, pick) => (site.cardholders[pick % 3]!.exemptFromLockdown = false),
  'exemption from anti-passback': (site, pick) => (site.cardholders[pick % 3]!.exemptFromAntiPassback = false),
  person: (site, pick) => site.cardholders.splice(pick % 3, 1),
}

/** A number, PIN, plate or phone that two people have names the other once one of them is gone, and a zone has room for one more: no right of anybody's. */
function givesWay({ site }: World, before: Decision): boolean {
  const marks = site.cardholders.flatMap(({ credentials }) =>
    credentials.map(each =>
      each.type === 'card'
        ? each.cardNumber.toLowerCase().replace(/^0+(?=.)/, '')
        : each.type === 'pin'
          ? each.pin
          : each.type === 'mobile'
            ? `t${each.token}`
            : each.plate.toUpperCase().replaceAll(' ', ''),
    ),
  )
  return new Set(marks).size < marks.length || resultOf(before) === 'zone-full'
}

/** Adds one restriction. */
const restrictions: Readonly<Record<string, (world: World, pick: number) => World>> = {
  suspension: (world, pick) => changed(world, site => (site.cardholders[pick % 3]!.suspended = true)),
  start: (world, pick) => changed(world, site => notBefore(site, pick)),
  end: (world, pick) => changed(world, site => dated(site, pick, { validTo: { kind: 'date', at: '2026-03-01T00:00' } })),
  visit: (world, pick) => changed(world, site => (site.cardholders[pick % 3]!.visit = { host: 'ben', until: '2026-03-01T00:00' })),
  lockdown: world => ({ ...world, lockdown: true }),
  'PIN block': world => ({ ...world, blocked: true }),
  'facility code': world =>
    changed(world, site => {
      site.settings.verifyFacilityCode = true
      site.identificationProfiles[0]!.includeFacilityCode = true
    }),
  'anti-passback': (world, pick) =>
    changed(world, site => (site.zones[0]!.antiPassback ??= { mode: pick % 2 ? 'hard' : 'soft', timeout: 0 })),
  occupancy: world => changed(world, site => (site.zones[0]!.occupancyLimit = 1)),
  interlock: world => ({
    ...changed(world, site => {
      for (const door of site.doors) if (door.type === 'door') door.interlock = 'trap'
    }),
    backOpen: true,
  }),
  'two-person rule': world =>
    changed(world, site => (front(site).twoPersonRule = { sides: ['a', 'b'], schedules: ['always'], timeout: 20 })),
  'a clock that is not trusted': world => ({ ...world, trusted: false }),
}

function dated(site: Site, pick: number, validity: object): void {
  for (const credential of site.cardholders[pick % 3]!.credentials) if (credential.type !== 'pin') Object.assign(credential, validity)
}

function notBefore(site: Site, pick: number): void {
  for (const credential of site.cardholders[pick % 3]!.credentials)
    if (credential.type !== 'pin' && !(credential.validFrom !== undefined && credential.validFrom > '2026-03-03'))
      credential.validFrom = '2026-03-03T08:00'
}

describe('decide', () => {
  it('answers anything, the same every time, with a whole trace whose first failure is the reason', () => {
    fc.assert(
      fc.property(worlds, world => {
        const decision = decideIn(world)
        expect(decideIn(world)).toEqual(decision)
        expect(decision.trace.map(line => line.check)).toEqual(checks)
        const failed = decision.trace.findIndex(line => line.outcome === 'failed')
        if (decision.outcome === 'granted') {
          expect(decision.trace.every(line => line.outcome === 'passed')).toBe(true)
          expect(decision.cardholder).not.toBeNull()
        } else if (decision.outcome === 'waiting') {
          expect(failed).toBe(-1)
          expect(decision.trace.find(line => line.check === decision.check)?.found).toMatchObject({ waiting: decision.waiting })
        } else {
          expect(checkOf[decision.reason]).toContain(decision.trace[failed]?.check)
          expect(decision.trace.slice(failed + 1).every(line => line.outcome === 'not-reached')).toBe(true)
        }
      }),
      runs,
    )
  })

  it('comes to every outcome and every reason in these worlds', () => {
    const seen = new Set(fc.sample(worlds, { numRuns: 5000, seed: 1 }).map(world => resultOf(decideIn(world))))
    // Time-outs are the attempt's.
    const timed: Reason[] = ['identification-timeout', 'two-person-timeout']
    const reasons = (Object.keys(checkOf) as Reason[]).filter(reason => !timed.includes(reason))
    expect([...seen].sort()).toEqual(expect.arrayContaining(['granted', 'waiting', ...reasons]))
  })

  it('lets in nobody who shows only what nobody has', () => {
    const unknown = worlds.map(world => ({
      ...world,
      site: { ...world.site, cardholders: world.site.cardholders.map(each => ({ ...each, credentials: [] })) },
    }))
    fc.assert(
      fc.property(unknown, world => {
        expect(opens(decideIn(world))).toBe(false)
      }),
      runs,
    )
  })

  it.each(Object.keys(rights))('never grants what it denied because a right was taken away: %s', name => {
    fc.assert(
      fc.property(worlds, fc.nat(5), (world, pick) => {
        const before = decideIn(world)
        if (opens(before) || (name === 'person' && givesWay(world, before))) return
        expect(opens(decideIn(changed(world, site => void rights[name]!(site, pick))))).toBe(false)
      }),
      runs,
    )
  })

  it.each(Object.keys(restrictions))('never opens because a restriction was added: %s', name => {
    fc.assert(
      fc.property(worlds, fc.nat(5), (world, pick) => {
        if (opens(decideIn(world))) return
        expect(opens(decideIn(restrictions[name]!(world, pick)))).toBe(false)
      }),
      runs,
    )
  })

  const grants = () => fc.sample(worlds, { numRuns: 4000, seed: 7 }).filter(world => opens(decideIn(world)))

  it('is denied by each restriction alone in some case that it would grant without', () => {
    const granted = grants()
    expect(granted.length).toBeGreaterThan(300)
    for (const [name, restrict] of Object.entries(restrictions)) {
      const bites = granted.some(world => [0, 1, 2].some(pick => !opens(decideIn(restrict(world, pick)))))
      expect([name, bites]).toEqual([name, true])
    }
    for (const [name, take] of Object.entries(rights)) {
      const bites = granted.some(world => [0, 1, 2].some(pick => !opens(decideIn(changed(world, site => void take(site, pick))))))
      // An exemption shows only where what it exempts from is on.
      expect([name, bites]).toEqual([name, true])
    }
  })

  it('grants under the two-person rule to two different people or to nobody', () => {
    for (const world of grants()) {
      const decision = decideIn(restrictions['two-person rule']!(world, 0))
      if (decision.outcome !== 'granted') continue
      expect(decision.pair).toBe(true)
      expect(new Set(decision.cardholders).size).toBe(2)
    }
  })
})

function resultOf(decision: Decision): string {
  return decision.outcome === 'denied' ? decision.reason : decision.outcome
}

const checkOf: Readonly<Record<Reason, readonly string[]>> = {
  'unknown-card-format': ['format'],
  'parity-error': ['format'],
  'unknown-credential': ['credential'],
  'ambiguous-credential': ['credential'],
  'facility-code-mismatch': ['credential'],
  'cardholder-suspended': ['cardholder'],
  'credential-not-yet-valid': ['validity'],
  'credential-expired': ['validity'],
  'credential-used-up': ['validity'],
  'no-access-rule': ['access-rule'],
  'outside-schedule': ['access-rule'],
  lockdown: ['door-mode'],
  'identification-type-not-allowed': ['identification-profile'],
  'identification-timeout': ['identification-profile'],
  'wrong-pin': ['credential', 'identification-profile'],
  'pin-blocked': ['credential', 'identification-profile'],
  'credential-mismatch': ['credential', 'identification-profile'],
  'anti-passback': ['anti-passback'],
  'zone-full': ['occupancy'],
  interlock: ['interlock'],
  'two-person-same-cardholder': ['two-person-rule'],
  'two-person-timeout': ['two-person-rule'],
}
