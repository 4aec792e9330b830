import { describe, expect, it } from 'vitest'
import type { SiteInput } from '../../shared/site.ts'
import { Rig } from '../../test/decision-rig.ts'
import { card, crewSite } from '../../test/decision-site.ts'

type Validity = Partial<Extract<NonNullable<NonNullable<SiteInput['cardholders']>[number]['credentials']>[number], { type: 'card' }>>

/** Stockholm, one hour ahead of UTC in winter and two in summer. */
function badge(validity: Validity, wall = '2026-03-02T08:00:00Z', holder: object = {}): Rig {
  const input = crewSite()
  Object.assign(input.cardholders![0]!, holder)
  input.cardholders![0]!.credentials!.push(card('badge', '1020', validity))
  return new Rig(input, wall).start()
}
const tried = (rig: Rig, at: string) => rig.until(at).mark().swipe('in', 'badge').story[0]

describe('validity', () => {
  it('begins at the minute it names [P17]', () => {
    const rig = badge({ validFrom: '2026-03-02T10:00' })
    expect(tried(rig, '2026-03-02T08:59:59.999Z')).toBe('denied credential-not-yet-valid ada')
    expect(rig.last.trace?.[3]?.found).toEqual({ credential: 'badge', validFrom: '2026-03-02T09:00:00.000Z' })
    expect(tried(rig, '2026-03-02T09:00:00Z')).toBe('granted ada')
  })

  it('has no end [P18]', () => {
    expect(tried(badge({ validTo: { kind: 'none' } }), '2056-03-02T08:00:00Z')).toBe('granted ada')
  })

  it('ends before the minute it names [P19]', () => {
    const rig = badge({ validTo: { kind: 'date', at: '2026-03-02T16:00' } })
    expect(tried(rig, '2026-03-02T14:59:59.999Z')).toBe('granted ada')
    expect(tried(rig, '2026-03-02T15:00:00Z')).toBe('denied credential-expired ada')
    expect(rig.last.trace?.[3]?.found).toEqual({ credential: 'badge', validTo: '2026-03-02T15:00:00.000Z' })
  })

  it.each([
    ['days', 3, '2026-03-29T00:30:00Z', '2026-03-31T23:30:00Z'],
    ['months', 1, '2026-01-31T11:00:00Z', '2026-02-28T11:00:00Z'],
    ['years', 1, '2028-02-29T11:00:00Z', '2029-02-28T11:00:00Z'],
  ] as const)('ends so many %s after the first use, by the calendar [P20]', (unit, count, first, end) => {
    const rig = badge({ validTo: { kind: 'from-first-use', [unit]: count } }, first)
    expect(tried(rig, first)).toBe('granted ada')
    expect(tried(rig, new Date(Date.parse(end) - 1).toISOString())).toBe('granted ada')
    expect(tried(rig, end)).toBe('denied credential-expired ada')
  })

  it('has not begun to run out before its first use [P20]', () => {
    expect(tried(badge({ validTo: { kind: 'from-first-use', days: 1 } }), '2027-03-02T08:00:00Z')).toBe('granted ada')
  })

  it('is good for so many uses, and a refusal is none [P20]', () => {
    const rig = badge({ validTo: { kind: 'from-first-use', times: 2 } })
    rig.act('lockdown', 'front').swipe('in', 'badge').act('reset', 'front').mark()
    rig.swipe('in', 'badge').swipe('in', 'badge').swipe('in', 'badge')
    expect(rig.story).toEqual(['granted ada', 'granted ada', 'denied credential-used-up ada'])
    expect(rig.last.trace?.[3]?.found).toEqual({ credential: 'badge', times: 2, used: 2 })
  })

  it('counts uses over a restart', () => {
    const rig = badge({ validTo: { kind: 'from-first-use', times: 1 } })
      .swipe('in', 'badge')
      .restart()
    expect(tried(rig, new Date(rig.wall).toISOString())).toBe('denied credential-used-up ada')
  })

  it('is renewed by every use [P21]', () => {
    const rig = badge({ validTo: { kind: 'from-last-use', days: 2 } })
    expect(tried(rig, '2026-03-02T08:00:00Z')).toBe('granted ada')
    expect(tried(rig, '2026-03-04T07:59:59.999Z')).toBe('granted ada')
    expect(tried(rig, '2026-03-06T07:59:59Z')).toBe('granted ada')
    expect(tried(rig, '2026-03-08T07:59:59Z')).toBe('denied credential-expired ada')
  })

  it('knows no dates for a PIN [P11]', () => {
    const rig = badge({}, '2056-03-02T08:00:00Z')
    rig.configure(site => {
      if (site.doors[0]?.type === 'door') site.doors[0].identificationProfile = 'pin'
    })
    expect(rig.keys('in', '2580').story).toEqual(['granted ada'])
  })

  it('ends a visit with every credential of the visitor, PIN included', () => {
    const rig = badge({}, '2026-03-02T08:00:00Z', { visit: { host: 'ben', until: '2026-03-02T12:00' } })
    expect(tried(rig, '2026-03-02T10:59:59.999Z')).toBe('granted ada')
    expect(tried(rig, '2026-03-02T11:00:00Z')).toBe('denied credential-expired ada')
    expect(rig.last.trace?.[3]?.found).toMatchObject({ visitUntil: '2026-03-02T11:00:00.000Z' })
    rig.configure(site => {
      if (site.doors[0]?.type === 'door') site.doors[0].identificationProfile = 'pin'
    })
    expect(rig.keys('in', '2580').story.at(-1)).toBe('denied credential-expired ada')
  })
})

describe('validity while the clock is not trusted', () => {
  const untrusted = (validity: Validity, holder = {}) =>
    badge(validity, '2026-03-02T08:00:00Z', holder).send({ kind: 'clock', trusted: false }).mark().swipe('in', 'badge').story[0]

  it('counts no date as met', () => {
    expect(untrusted({ validFrom: '2020-01-01T00:00' })).toBe('denied credential-not-yet-valid ada')
    expect(untrusted({ validTo: { kind: 'date', at: '2056-01-01T00:00' } })).toBe('denied credential-expired ada')
    expect(untrusted({ validTo: { kind: 'from-first-use', days: 300 } })).toBe('denied credential-expired ada')
    expect(untrusted({ validTo: { kind: 'from-last-use', days: 300 } })).toBe('denied credential-expired ada')
    expect(untrusted({}, { visit: { host: 'ben', until: '2056-01-01T00:00' } })).toBe('denied credential-expired ada')
  })

  it('lets in what has no date', () => {
    expect(untrusted({})).toBe('granted ada')
    expect(untrusted({ validTo: { kind: 'from-first-use', times: 1 } })).toBe('granted ada')
  })
})

describe('uses shared between controllers', () => {
  const twice = () => badge({ validTo: { kind: 'from-first-use', times: 2 } })
  const use = (id: string, at = Date.parse('2026-03-01T08:00:00Z')) => ({ id, credential: 'badge', at })

  it('shares each use with an id of its own', () => {
    const rig = twice().swipe('in', 'badge').swipe('in', 'badge')
    const shared = rig.effects.flatMap(effect => (effect.kind === 'share' ? effect.uses : []))
    expect(shared).toEqual([
      { id: 'badge/c1/1', credential: 'badge', at: rig.wall },
      { id: 'badge/c1/2', credential: 'badge', at: rig.wall },
    ])
  })

  it('shares no use of a credential whose validity does not depend on it', () => {
    expect(
      badge({})
        .swipe('in', 'badge')
        .effects.filter(effect => effect.kind === 'share'),
    ).toEqual([])
  })

  it('counts what happened elsewhere once, however often and in whatever order it is told', () => {
    const rig = twice().share([], [use('badge/c2/1'), use('badge/c2/1')])
    expect(rig.swipe('in', 'badge').story).toEqual(['granted ada'])
    expect(rig.swipe('in', 'badge').story.at(-1)).toBe('denied credential-used-up ada')
    const backwards = twice().share([], [use('badge/c2/2'), use('badge/c2/1')])
    expect(backwards.swipe('in', 'badge').story).toEqual(['denied credential-used-up ada'])
  })

  it('reckons from the first and the last use anywhere', () => {
    const first = badge({ validTo: { kind: 'from-first-use', days: 1 } }).share([], [use('badge/c2/1')])
    expect(first.swipe('in', 'badge').story).toEqual(['denied credential-expired ada'])
    const earlier = badge({ validTo: { kind: 'from-first-use', days: 1 } }).swipe('in', 'badge')
    expect(
      earlier
        .share([], [use('badge/c2/1')])
        .swipe('in', 'badge')
        .story.at(-1),
    ).toBe('denied credential-expired ada')
    const last = badge({ validTo: { kind: 'from-last-use', days: 2 } }).swipe('in', 'badge')
    last.share([], [use('badge/c2/1', Date.parse('2026-03-03T08:00:00Z'))])
    expect(tried(last, '2026-03-05T07:59:59Z')).toBe('granted ada')
  })

  it('reports a credential that was used too often while controllers were out of touch, once', () => {
    const rig = twice().link(false).swipe('in', 'badge').swipe('in', 'badge').link(true).mark()
    rig.share([], [use('badge/c2/1')]).share([], [use('badge/c2/1')])
    expect(rig.of('credential.over-used')).toMatchObject([{ cardholder: 'ada', credential: 'badge', count: 3 }])
    const bystander = twice().share([], [use('badge/c2/1'), use('badge/c3/2')])
    expect(bystander.of('credential.over-used')).toEqual([])
  })

  it('takes an id of another make as one use', () => {
    const rig = twice().share([], [use('0199-a'), use('0199-b')])
    expect(rig.swipe('in', 'badge').story).toEqual(['denied credential-used-up ada'])
  })
})
