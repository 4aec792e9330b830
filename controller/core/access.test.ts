import { describe, expect, it } from 'vitest'
import type { SiteInput } from '../../shared/site.ts'
import { crew } from '../../test/decision-site.ts'

type Rule = NonNullable<SiteInput['accessRules']>[number]

const whole: Rule = { id: 'rule', cardholders: ['ada'], doors: ['front'], schedules: ['always'] }
const by = (rules: Partial<Rule>[], more: Partial<SiteInput> = {}) =>
  crew({ accessRules: rules.map((rule, i) => ({ ...whole, id: `rule-${i}`, ...rule })), ...more })
const tried = (rules: Partial<Rule>[], credential = 'ada-card') => by(rules).swipe('in', credential).story[0]

describe('access rules [P24]', () => {
  it('join a holder, or a group of theirs, with a door', () => {
    expect(tried([{}])).toBe('granted ada')
    expect(tried([{}], 'ben-card')).toBe('denied no-access-rule ben')
    expect(tried([{ cardholders: [], groups: ['crew'] }], 'ben-card')).toBe('granted ben')
    expect(tried([{ cardholders: [], groups: ['crew'] }], 'zoe-card')).toBe('denied no-access-rule zoe')
    expect(tried([{ doors: ['back'] }])).toBe('denied no-access-rule ada')
  })

  it('cover both sides of a door', () => {
    expect(by([{}]).swipe('out', 'ada-card').story).toEqual(['granted ada'])
  })

  it('hold while one of their schedules does, of any rule that joins', () => {
    expect(tried([{ schedules: ['noon'] }])).toBe('denied outside-schedule ada')
    expect(tried([{ schedules: ['noon', 'day'] }])).toBe('granted ada')
    const rig = by([{ schedules: ['noon'] }, { schedules: ['day'] }]).swipe('in', 'ada-card')
    expect(rig.of('access.granted')[0]!.trace?.[4]?.found).toEqual({ rules: ['rule-0', 'rule-1'], active: ['rule-1'] })
  })

  it.each([
    ['nobody', { cardholders: [] }],
    ['nowhere', { doors: [] }],
    ['no schedule', { schedules: [] }],
  ])('with %s are as if they were not there [P25]', (_, part) => {
    expect(tried([part])).toBe('denied no-access-rule ada')
  })

  it('under any schedule but always are inactive while the clock is not trusted', () => {
    expect(
      by([{ schedules: ['day'] }])
        .send({ kind: 'clock', trusted: false })
        .swipe('in', 'ada-card').story,
    ).toEqual(['denied outside-schedule ada'])
    expect(by([{}]).send({ kind: 'clock', trusted: false }).swipe('in', 'ada-card').story).toEqual(['granted ada'])
  })
})

describe('access rules over zones', () => {
  // Outside → front → hall → back → lab; the hall is behind side A of front, the lab behind side A of back.
  const zones = [
    { id: 'hall', doors: [{ door: 'front' }, { door: 'back', sideA: 'leave' as const }] },
    { id: 'lab', doors: [{ door: 'back' }] },
  ]
  const over = (rules: Partial<Rule>[], where: SiteInput['zones'] = zones) =>
    by(
      rules.map(rule => ({ doors: [], ...rule })),
      { zones: where },
    )
  const opens = (rules: Partial<Rule>[], where?: SiteInput['zones']) => {
    const readers = ['in', 'out', 'back-in', 'back-out']
    return readers.filter(reader => over(rules, where).swipe(reader, 'ada-card').story[0] === 'granted ada')
  }

  it('cover the passages into a zone, and out of it to no zone', () => {
    expect(opens([{ zones: ['hall'] }])).toEqual(['in', 'out', 'back-out'])
  })

  it('from zone to zone need the zone that is entered, or the door', () => {
    expect(opens([{ zones: ['lab'] }])).toEqual(['back-in'])
    expect(opens([{ doors: ['back'] }])).toEqual(['back-in', 'back-out'])
    expect(opens([{ zones: ['hall', 'lab'] }])).toEqual(['in', 'out', 'back-in', 'back-out'])
  })

  it('cover the internal doors of a zone, both ways [I1]', () => {
    expect(opens([{ zones: ['hall'] }], [{ id: 'hall', doors: [{ door: 'back', role: 'internal' as const }] }])).toEqual([
      'back-in',
      'back-out',
    ])
  })

  it('follow the side that is the entrance [I3]', () => {
    const where = [{ id: 'hall', doors: [{ door: 'front', sideA: 'leave' as const }] }]
    const rig = over([{ zones: ['hall'] }], where)
      .swipe('out', 'ada-card')
      .pass('front')
    expect(rig.present('hall')).toEqual(['ada'])
  })
})
