import { describe, expect, it } from 'vitest'
import { type CheckName, checks } from '../../shared/event.ts'
import type { Reason } from '../../shared/reason.ts'
import type { Site } from '../../shared/site.ts'
import { Rig } from '../../test/decision-rig.ts'
import { crew, crewSite } from '../../test/decision-site.ts'
import { decide } from './decide.ts'
import type { Item, Wait } from './decision-state.ts'
import { rowOf } from './door.ts'
import type { Draft } from './draft.ts'

/** One thing that is wrong, and what it makes of somebody who would be let in otherwise. */
interface Wrong {
  readonly check: CheckName
  readonly reason: Reason
  readonly site?: (site: Site) => void
  readonly state?: (draft: Draft) => void
  readonly bits?: (bits: string) => string
}

const flip = (bits: string) => (bits[0] === '1' ? '0' : '1') + bits.slice(1)
const ada = (site: Site) => site.cardholders[0]!
const frontOf = (site: Site) => {
  const door = site.doors[0]!
  if (door.type !== 'door') throw new Error('front is a door')
  return door
}

const wrongs: Readonly<Record<string, Wrong>> = {
  'no format of that length': { check: 'format', reason: 'unknown-card-format', bits: bits => `${bits}0` },
  'a wrong parity bit': { check: 'format', reason: 'parity-error', bits: flip },
  'no such card': { check: 'credential', reason: 'unknown-credential', site: site => ada(site).credentials.shift() },
  'another facility code': {
    check: 'credential',
    reason: 'facility-code-mismatch',
    site: site => {
      site.settings.verifyFacilityCode = true
      site.identificationProfiles.push({ id: 'card', includeFacilityCode: true, a: [{ types: ['card'], schedules: ['always'] }], b: [] })
      const card = ada(site).credentials[0]
      if (card?.type === 'card') card.facilityCode = '99'
    },
  },
  'two cards of that number': {
    check: 'credential',
    reason: 'ambiguous-credential',
    site: site => site.cardholders[3]!.credentials.push({ ...ada(site).credentials[0]!, id: 'twin' }),
  },
  'a suspended holder': { check: 'cardholder', reason: 'cardholder-suspended', site: site => (ada(site).suspended = true) },
  'a card that is not valid yet': {
    check: 'validity',
    reason: 'credential-not-yet-valid',
    site: site => dated(site, { validFrom: '2026-03-03T00:00' }),
  },
  'a card that has expired': {
    check: 'validity',
    reason: 'credential-expired',
    site: site => dated(site, { validTo: { kind: 'date', at: '2026-03-02T09:00' } }),
  },
  'a visit that is over': {
    check: 'validity',
    reason: 'credential-expired',
    site: site => (ada(site).visit = { host: 'ben', until: '2026-03-02T09:00' }),
  },
  'a card that is used up': {
    check: 'validity',
    reason: 'credential-used-up',
    site: site => dated(site, { validTo: { kind: 'from-first-use', times: 2 } }),
    state: draft => draft.set('use', 'ada-card', { first: 0, last: 1, counts: { c1: 2 } }),
  },
  'no access rule': { check: 'access-rule', reason: 'no-access-rule', site: site => site.groups[0]!.members.shift() },
  'rules at other hours': { check: 'access-rule', reason: 'outside-schedule', site: site => (site.accessRules[0]!.schedules = ['noon']) },
  'a lockdown': {
    check: 'door-mode',
    reason: 'lockdown',
    state: draft => draft.set('mode', 'front', { manual: 'lockdown', override: null, latched: false, firstPersonAt: null }),
  },
  'a profile without cards': {
    check: 'identification-profile',
    reason: 'identification-type-not-allowed',
    site: site => site.identificationProfiles.push(profile('card', { types: ['licence-plate'], schedules: ['always'] }, site)),
  },
  'a profile that counts at other hours': {
    check: 'identification-profile',
    reason: 'identification-type-not-allowed',
    site: site => site.identificationProfiles.push(profile('card', { types: ['card'], schedules: ['noon'] }, site)),
  },
  'a zone entered twice': {
    check: 'anti-passback',
    reason: 'anti-passback',
    site: site => (site.zones[0]!.antiPassback = { mode: 'hard', timeout: 0 }),
    state: draft => draft.set('presence', 'hall/ada', { present: true, at: 0 }),
  },
  'a zone that is full': {
    check: 'occupancy',
    reason: 'zone-full',
    site: site => (site.zones[0]!.occupancyLimit = 1),
    state: draft => {
      draft.set('presence', 'hall/ben', { present: true, at: 0 })
      draft.set('occupancy', 'hall', { present: 1 })
    },
  },
  'the other door of an interlock open': {
    check: 'interlock',
    reason: 'interlock',
    site: site => {
      for (const door of site.doors) if (door.type === 'door') door.interlock = 'trap'
    },
    state: draft => {
      for (const plan of draft.model.doors.values())
        draft.set('door', plan.id, { ...rowOf(draft, plan), position: plan.id === 'back' ? 'open' : 'closed' })
    },
  },
  'the same person again': {
    check: 'two-person-rule',
    reason: 'two-person-same-cardholder',
    site: site => (frontOf(site).twoPersonRule = { sides: ['a'], schedules: ['always'], timeout: 20 }),
  },
}

function dated(site: Site, validity: object): void {
  Object.assign(ada(site).credentials.find(each => each.id === 'ada-card') ?? {}, validity)
}

function profile(id: string, entry: Site['identificationProfiles'][number]['a'][number], site: Site) {
  const includeFacilityCode = site.identificationProfiles.some(each => each.includeFacilityCode)
  return { id, includeFacilityCode, a: [entry], b: [] }
}

function judged(chosen: readonly Wrong[]) {
  const rig = new Rig(crewSite(), '2026-03-02T08:30:00Z').start()
  let bits = rig.bitsOf('in', '1001', 26, '17')
  rig.configure(site => {
    for (const wrong of chosen) wrong.site?.(site)
  })
  const { draft } = rig
  for (const wrong of chosen) {
    wrong.state?.(draft)
    bits = wrong.bits?.(bits) ?? bits
  }
  const first: Wait = { items: [], cardholder: 'ada', credential: 'ada-card', due: 1, trace: [], check: 'two-person-rule' }
  const twoPerson = chosen.some(wrong => wrong.check === 'two-person-rule')
  const items: Item[] = [{ type: 'card', bits }]
  return decide(draft, { point: draft.model.accessPoints.get('front/a')!, items, first: twoPerson ? first : null })
}

const names = Object.keys(wrongs)
const at = (name: string) => checks.indexOf(wrongs[name]!.check)

describe('decide', () => {
  it('grants where nothing is wrong, every check passed in order', () => {
    const decision = judged([])
    expect(decision).toMatchObject({
      outcome: 'granted',
      cardholder: 'ada',
      credential: 'ada-card',
      credentials: ['ada-card'],
      long: false,
    })
    expect(decision.trace.map(line => [line.check, line.outcome])).toEqual(checks.map(check => [check, 'passed']))
  })

  it.each(names)('denies for %s alone, and says so in the trace', name => {
    const { check, reason } = wrongs[name]!
    const decision = judged([wrongs[name]!])
    expect(decision).toMatchObject({ outcome: 'denied', reason })
    const place = checks.indexOf(check)
    expect(decision.trace.map(line => line.outcome)).toEqual(
      checks.map((_, i) => (i < place ? 'passed' : i === place ? 'failed' : 'not-reached')),
    )
    expect(decision.trace.map(line => line.check)).toEqual(checks)
  })

  // Who is in the zone already does not make it fuller.
  const apart = new Set(['a zone entered twice', 'a zone that is full'])
  const pairs = names.flatMap(one =>
    names.filter(other => at(one) < at(other) && !(apart.has(one) && apart.has(other))).map(other => [one, other] as const),
  )

  it.each(pairs)('lets the earlier check name the reason: %s before %s', (one, other) => {
    const [earlier, later] = [wrongs[one]!, wrongs[other]!]
    // A profile of the second replaces the first's: what is wrong with it stays wrong.
    expect(judged([earlier, later])).toMatchObject({ outcome: 'denied', reason: earlier.reason })
  })

  it('holds ids and the number as read in the trace, never names or PIN digits', () => {
    const rig = crew({}, { identificationProfile: 'card-and-pin' }).swipe('in', 'ada-card').keys('in', '2580')
    const text = JSON.stringify(rig.events.map(event => event.trace))
    expect(text).toContain('"cardNumber":"1001"')
    for (const secret of ['2580', 'pinHash', rig.directory.hashPin('2580')]) expect(text).not.toContain(secret)
  })

  it('decides the same whether the door rests locked or unlocked', () => {
    const unlocked = crew({}, { unlockSchedules: ['always'] })
    expect(unlocked.swipe('in', 'ada-card').story).toEqual(['granted ada'])
    expect(unlocked.swipe('in', 'zoe-card').story.at(-1)).toBe('denied no-access-rule zoe')
  })

  it('tells of every presentation once, unknown cards too, with the raw bits', () => {
    const rig = crew()
    rig.bits('in', '10110').bits('in', rig.bitsOf('in', '4242'))
    expect(rig.events).toMatchObject([
      { type: 'access.denied', reason: 'unknown-card-format', raw: '10110', door: 'front', side: 'a', reader: 'in', zone: 'hall' },
      { type: 'access.denied', reason: 'unknown-credential', source: { kind: 'access-point', id: 'front/a' } },
    ])
    expect(rig.events[0]).not.toHaveProperty('cardholder')
  })

  it('leaves a reader that is not there alone', () => {
    expect(crew().bits('attic', '10110').keys('attic', '2580#').events).toEqual([])
  })

  it('asks no interlock of a door that is unlocked by command or emergency', () => {
    const trap = () =>
      crew().configure(site => {
        for (const door of site.doors) if (door.type === 'door') door.interlock = 'trap'
      })
    expect(trap().open('back').swipe('in', 'ada-card').story).toEqual(['denied interlock ada'])
    expect(trap().open('back').act('unlock', 'front').swipe('in', 'ada-card').story).toEqual(['granted ada'])
  })

  it('lets the exempt through a lockdown and nobody else [K5] [K6]', () => {
    const rig = crew().act('lockdown', 'front').mark()
    rig.swipe('in', 'ada-card').swipe('in', 'cleo-card')
    expect(rig.story).toEqual(['denied lockdown ada', 'granted cleo'])
  })
})
