import { describe, expect, it } from 'vitest'
import type { SiteInput } from '../../shared/site.ts'
import { hashPin, Rig } from '../../test/decision-rig.ts'
import { crew, crewSite } from '../../test/decision-site.ts'
import { buildModel } from './model.ts'
import { siteDirectory } from './site-directory.ts'

type Zone = NonNullable<SiteInput['zones']>[number]

const guarded = (antiPassback: Zone['antiPassback'], more: Partial<Zone> = {}) =>
  crew({ zones: [{ id: 'hall', doors: [{ door: 'front' }, { door: 'back' }], antiPassback, ...more }] })
const hard = { mode: 'hard' as const }
const enter = (rig: Rig, credential = 'ada-card') => rig.swipe('in', credential).pass('front')
const leave = (rig: Rig, credential = 'ada-card') => rig.swipe('out', credential).pass('front')

describe('presence', () => {
  it('changes with the opening that follows a grant, not with the grant [I6]', () => {
    const rig = guarded(null).swipe('in', 'ada-card')
    expect(rig.present('hall')).toEqual([])
    rig.wait(8000)
    expect(rig.of('access.not-taken')).toHaveLength(1)
    expect(rig.present('hall')).toEqual([])
    enter(rig)
    expect(rig.present('hall')).toEqual(['ada'])
    expect(leave(rig).present('hall')).toEqual([])
  })

  it('moves everyone whose grant an opening takes', () => {
    const rig = guarded(null).swipe('in', 'ada-card').swipe('in', 'ben-card').pass('front')
    expect(rig.present('hall')).toEqual(['ada', 'ben'])
  })

  it('follows nobody through a door that is opened without a grant', () => {
    const rig = guarded(null).swipe('in', 'zoe-card').act('grant', 'front').pass('front')
    expect(rig.present('hall')).toEqual([])
  })

  it('leads from one zone into the other through a door of both [I2]', () => {
    const zones: Zone[] = [
      { id: 'hall', doors: [{ door: 'front' }, { door: 'back', sideA: 'leave' }] },
      { id: 'lab', doors: [{ door: 'back' }] },
    ]
    const rig = enter(crew({ zones })).swipe('back-in', 'ada-card').pass('back')
    expect([rig.present('hall'), rig.present('lab')]).toEqual([[], ['ada']])
    rig.swipe('back-out', 'ada-card').pass('back')
    expect([rig.present('hall'), rig.present('lab')]).toEqual([['ada'], []])
  })

  it('outlives a restart', () => {
    expect(enter(guarded(hard)).restart().present('hall')).toEqual(['ada'])
  })

  it('forgets at once who leaves the site', () => {
    const leavers = ['ada', 'ben']
    const rig = enter(enter(guarded(null)), 'ben-card')
    rig.configure(site => {
      site.cardholders = site.cardholders.filter(each => each.id !== 'ada')
    })
    expect(rig.present('hall')).toEqual(['ben'])
    rig.directory = siteDirectory({ ...rig.site, cardholders: rig.site.cardholders.filter(each => !leavers.includes(each.id)) }, hashPin)
    rig.send({ kind: 'configured', revision: '3', removed: [] })
    expect(rig.present('hall')).toEqual(['ben'])
    rig.send({ kind: 'configured', revision: '4', removed: leavers })
    expect(rig.present('hall')).toEqual([])
    expect(rig.state.rows.occupancy.size).toBe(0)
  })

  it('forgets at once a zone that leaves the site, though no people did', () => {
    const rig = enter(guarded(null))
    rig.model = buildModel({ ...rig.site, zones: [] }, 'c1')
    rig.send({ kind: 'configured', revision: '3', removed: [] })
    expect(rig.state.rows.presence.size).toBe(0)
    expect(rig.state.rows.occupancy.size).toBe(0)
  })

  it('forgets at a restart whom the site no longer has', () => {
    const rig = enter(guarded(null, { occupancyLimit: 1 })).configure(site => site.cardholders.shift())
    rig.restart().swipe('in', 'zoe-card')
    expect(rig.present('hall')).toEqual([])
    expect(rig.state.rows.occupancy.size).toBe(0)
  })
})

describe('anti-passback', () => {
  it('hard: denies who is in the zone already, and raises the alarm [I5] [I8]', () => {
    const rig = enter(guarded(hard)).mark().swipe('in', 'ada-card')
    expect(rig.events).toMatchObject([
      { type: 'access.denied', reason: 'anti-passback', cardholder: 'ada', zone: 'hall' },
      {
        type: 'alarm.anti-passback-violation',
        cardholder: 'ada',
        credential: 'ada-card',
        zone: 'hall',
        door: 'front',
        side: 'a',
        reader: 'in',
      },
    ])
    expect(rig.swipe('back-in', 'ada-card').story.at(-1)).toBe('denied anti-passback ada')
    expect(leave(rig).swipe('in', 'ada-card').story.at(-1)).toBe('granted ada')
  })

  it('soft: lets in and raises the alarm [I7]', () => {
    const rig = enter(guarded({ mode: 'soft' }))
      .mark()
      .swipe('in', 'ada-card')
    expect(rig.story).toEqual(['granted ada'])
    expect(rig.of('alarm.anti-passback-violation')).toHaveLength(1)
  })

  it('forgives after its time-out, counted from the last entry [I9]', () => {
    const entered = () => enter(guarded({ ...hard, timeout: 600 }))
    const since = (rig: Rig) => rig.state.rows.presence.get('hall/ada')!.at
    const rig = entered()
    rig.wait(since(rig) + 600_000 - rig.wall).swipe('in', 'ada-card')
    expect(rig.story.at(-1)).toBe('denied anti-passback ada')
    expect(rig.wait(1).swipe('in', 'ada-card').story.at(-1)).toBe('granted ada')
    expect(rig.of('alarm.anti-passback-violation')).toHaveLength(1)
  })

  it('never forgives with a time-out of 0 [I9]', () => {
    expect(
      enter(guarded(hard))
        .wait(40 * 86_400_000)
        .swipe('in', 'ada-card')
        .story.at(-1),
    ).toBe('denied anti-passback ada')
  })

  it('soft: a violation renews the entry', () => {
    const rig = enter(guarded({ mode: 'soft', timeout: 600 })).wait(500_000)
    enter(rig).wait(500_000).mark().swipe('in', 'ada-card')
    expect(rig.of('alarm.anti-passback-violation')).toHaveLength(1)
  })

  it('tracks the exempt and never stops them [I13]', () => {
    const rig = enter(guarded(hard), 'cleo-card').mark().swipe('in', 'cleo-card')
    expect(rig.story).toEqual(['granted cleo'])
    expect(rig.of('alarm.anti-passback-violation')).toEqual([])
    expect(rig.present('hall')).toEqual(['cleo'])
  })

  it('hard acts as soft while the position of the door is not known', () => {
    const rig = enter(guarded(hard)).configure(site => {
      if (site.doors[0]?.type === 'door') site.doors[0].doorMonitor!.supervision = { connection: 'parallel-first' }
    })
    rig.send({ kind: 'input', controller: 'c1', port: 'door-1', reading: { ohms: Number.POSITIVE_INFINITY } }).mark()
    rig.swipe('in', 'ada-card')
    expect(rig.story).toEqual(['granted ada'])
    expect(rig.of('alarm.anti-passback-violation')).toHaveLength(1)
  })

  it('stops nobody from leaving', () => {
    expect(guarded(hard).swipe('out', 'ada-card').swipe('out', 'ada-card').story).toEqual(['granted ada', 'granted ada'])
  })

  it('soft: raises no alarm for somebody who is refused for another reason', () => {
    const rig = enter(guarded({ mode: 'soft' })).configure(site => {
      for (const door of site.doors) if (door.type === 'door') door.interlock = 'trap'
    })
    rig.open('back').mark().swipe('in', 'ada-card')
    expect(rig.story).toEqual(['denied interlock ada'])
    expect(rig.of('alarm.anti-passback-violation')).toEqual([])
  })

  it('raises its alarm for each of two people who are let in', () => {
    const rig = enter(guarded({ mode: 'soft' }))
    rig.configure(site => {
      if (site.doors[0]?.type === 'door') site.doors[0].twoPersonRule = { sides: ['a'], schedules: ['always'], timeout: 20 }
    })
    rig.mark().swipe('in', 'ada-card')
    expect(rig.of('alarm.anti-passback-violation')).toEqual([])
    rig.swipe('in', 'ben-card')
    expect(rig.of('alarm.anti-passback-violation')).toMatchObject([{ cardholder: 'ada' }])
  })

  it('keeps its time-out when the clock is set', () => {
    for (const by of [-3_600_000, 3_600_000]) {
      const rig = enter(guarded({ ...hard, timeout: 600 })).wait(300_000)
      rig.wall += by
      rig.send({ kind: 'clock', trusted: true }).swipe('in', 'ada-card')
      expect(rig.story.at(-1)).toBe('denied anti-passback ada')
      expect(rig.wait(300_001).swipe('in', 'ada-card').story.at(-1)).toBe('granted ada')
    }
  })

  it('takes no entry for one of the future when the clock is set back', () => {
    const rig = enter(guarded(hard))
    rig.wall -= 3_600_000
    rig.send({ kind: 'clock', trusted: true }).swipe('in', 'ben-card')
    expect(rig.state.rows.presence.get('hall/ada')!.at).toBeLessThanOrEqual(rig.wall)
  })

  it('leaves alone what is seen after the clock was set', () => {
    const rig = guarded({ ...hard, timeout: 7200 }).swipe('in', 'ada-card')
    rig.wall -= 3_600_000
    rig.send({ kind: 'clock', trusted: true }).pass('front')
    const { at } = rig.state.rows.presence.get('hall/ada')!
    rig.wait(1000).swipe('in', 'ben-card')
    expect(rig.state.rows.presence.get('hall/ada')!.at).toBe(at)
  })

  it('leaves entries made by a better clock alone when a wrong one is put right', () => {
    const rig = enter(guarded({ ...hard, timeout: 600 }))
    const { at } = rig.state.rows.presence.get('hall/ada')!
    rig.wall = 0
    rig.restart().swipe('in', 'zoe-card')
    rig.wall = at + 300_000
    rig.send({ kind: 'clock', trusted: true }).swipe('in', 'ada-card')
    expect(rig.state.rows.presence.get('hall/ada')!.at).toBe(at)
    expect(rig.story.at(-1)).toBe('denied anti-passback ada')
  })
})

describe('occupancy limit', () => {
  const limited = (occupancyLimit: number) => guarded(null, { occupancyLimit })

  it('keeps one too many out until somebody has left', () => {
    const rig = enter(enter(limited(2)), 'ben-card').swipe('in', 'dan-card')
    expect(rig.last).toMatchObject({ type: 'access.denied', reason: 'zone-full', cardholder: 'dan' })
    expect(rig.last.trace?.find(line => line.outcome === 'failed')).toMatchObject({
      check: 'occupancy',
      found: { zone: 'hall', limit: 2, present: 2 },
    })
    expect(leave(rig).swipe('in', 'dan-card').story.at(-1)).toBe('granted dan')
  })

  it('stops nobody from leaving, and nobody who is in already', () => {
    const rig = enter(enter(limited(2)), 'ben-card').configure(site => (site.zones[0]!.occupancyLimit = 1))
    rig.mark().swipe('in', 'ada-card').swipe('out', 'ben-card')
    expect(rig.story).toEqual(['granted ada', 'granted ben'])
  })

  it('has room for both of two people or for none', () => {
    const rig = limited(1).configure(site => {
      if (site.doors[0]?.type === 'door') site.doors[0].twoPersonRule = { sides: ['a'], schedules: ['always'], timeout: 20 }
    })
    rig.mark().swipe('in', 'ada-card').swipe('in', 'ben-card')
    expect(rig.story).toEqual(['pending second-person ada', 'denied zone-full ben'])
  })

  it('does not count whom the site no longer has', () => {
    const rig = enter(limited(1)).configure(site => site.cardholders.shift())
    expect(rig.swipe('in', 'ben-card').story.at(-1)).toBe('granted ben')
  })
})

describe('a zone over several controllers', () => {
  /** `front` is at this controller, `back` at another. */
  const spanning = (antiPassback: Zone['antiPassback'] = hard, more: Partial<Zone> = {}) => {
    const input = crewSite({
      controllers: [
        { id: 'c1', board: 'two-door' },
        { id: 'c2', board: 'two-door' },
      ],
      zones: [{ id: 'hall', doors: [{ door: 'front' }, { door: 'back' }], antiPassback, ...more }],
    })
    Object.assign(input.doors![1]!, { controller: 'c2' })
    return new Rig(input).start()
  }
  const heard = (rig: Rig, present: boolean, at = rig.wall) => rig.share([{ zone: 'hall', cardholder: 'ada', present, at }])

  it('shares what is seen here, leaving included', () => {
    const rig = leave(enter(spanning()))
    const shared = rig.effects.flatMap(effect => (effect.kind === 'share' ? effect.presence : []))
    expect(shared).toMatchObject([
      { zone: 'hall', cardholder: 'ada', present: true },
      { zone: 'hall', cardholder: 'ada', present: false },
    ])
    expect(shared[1]!.at).toBeGreaterThan(shared[0]!.at)
    expect(enter(guarded(hard)).effects.filter(effect => effect.kind === 'share')).toEqual([])
  })

  it('takes over what is seen elsewhere; the newest wins, in whatever order it comes', () => {
    const rig = heard(spanning(), true)
    expect(rig.swipe('in', 'ada-card').story.at(-1)).toBe('denied anti-passback ada')
    heard(heard(rig, false, rig.wall + 2), true, rig.wall + 1)
    expect(rig.swipe('in', 'ada-card').story.at(-1)).toBe('granted ada')
  })

  it('is not put back into a zone by what was seen before the leaving', () => {
    const rig = leave(enter(spanning()))
    expect(heard(rig, true, rig.wall - 60_000).present('hall')).toEqual([])
  })

  it('takes its own eyes over the clock of another', () => {
    const rig = leave(heard(spanning(), true, Date.parse('2026-03-02T09:00:00Z')))
    expect(rig.present('hall')).toEqual([])
  })

  it('keeps the instants that other controllers hold too when the clock is set', () => {
    const rig = enter(spanning({ mode: 'hard', timeout: 600 }))
    const { at } = rig.state.rows.presence.get('hall/ada')!
    rig.wall -= 3_600_000
    rig.send({ kind: 'clock', trusted: true })
    expect(rig.state.rows.presence.get('hall/ada')!.at).toBe(at)
    expect(leave(rig).present('hall')).toEqual([])
  })

  it('suspends anti-passback while the link is lost, and tells [I12]', () => {
    const rig = enter(spanning()).mark().link(false)
    expect(rig.of('zone.anti-passback-suspended')).toMatchObject([{ zone: 'hall', source: { kind: 'zone', id: 'hall' } }])
    expect(rig.swipe('in', 'ada-card').story).toEqual(['granted ada'])
    expect(rig.of('alarm.anti-passback-violation')).toEqual([])
    rig.link(true)
    expect(rig.of('zone.anti-passback-resumed')).toMatchObject([{ zone: 'hall' }])
    expect(rig.swipe('in', 'ada-card').story.at(-1)).toBe('denied anti-passback ada')
  })

  it('keeps anti-passback of a zone of its own while the link is lost [I11]', () => {
    const rig = enter(guarded(hard)).link(false).mark().swipe('in', 'ada-card')
    expect(rig.story).toEqual(['denied anti-passback ada'])
    expect(rig.of('zone.anti-passback-suspended', 'zone.anti-passback-resumed')).toEqual([])
  })

  it('is suspended from the start where the link is lost by then', () => {
    const rig = spanning()
    const late = new Rig(rig.site).link(false).send({ kind: 'start' })
    expect(late.of('zone.anti-passback-suspended')).toHaveLength(1)
    expect(late.swipe('in', 'ada-card').of('zone.anti-passback-suspended')).toHaveLength(1)
    expect(late.link(true).of('zone.anti-passback-resumed')).toHaveLength(1)
  })

  it('tells nothing resumed that was not suspended', () => {
    expect(spanning().link(true).of('zone.anti-passback-resumed')).toEqual([])
    expect(spanning(null).link(false).of('zone.anti-passback-suspended')).toEqual([])
    const elsewhere = spanning().configure(site => {
      site.controllers.push({ ...site.controllers[0]!, id: 'c3' })
      for (const door of site.doors) door.controller = door.id === 'front' ? 'c2' : 'c3'
    })
    expect(elsewhere.link(false).of('zone.anti-passback-suspended')).toEqual([])
  })

  it('catches up after the link was lost', () => {
    const rig = enter(spanning()).link(false).link(true)
    heard(rig, false).mark().swipe('in', 'ada-card')
    expect(rig.story).toEqual(['granted ada'])
  })

  it('counts those seen elsewhere towards the limit', () => {
    const rig = heard(spanning(null, { occupancyLimit: 1 }), true)
    expect(rig.swipe('in', 'ben-card').story).toEqual(['denied zone-full ben'])
    expect(
      heard(rig, false, rig.wall + 1)
        .swipe('in', 'ben-card')
        .story.at(-1),
    ).toBe('granted ben')
  })
})
