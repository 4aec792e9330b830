import { describe, expect, it } from 'vitest'
import type { StoredEvent } from '../../shared/event.ts'
import type { Site } from '../../shared/site.ts'
import type { Rig } from '../../test/decision-rig.ts'
import { crew } from '../../test/decision-site.ts'
import { doorsFor, explain, impact, type Presentation, presentationOf, type Sight, whoCanOpen } from './explain.ts'
import { buildModel } from './model.ts'
import { siteDirectory } from './site-directory.ts'
import { emptyState } from './state.ts'

const everyone = ['ada', 'ben', 'cleo', 'dan', 'zoe']
const cardAndPin = () => crew({}, { identificationProfile: 'card-and-pin' })

describe('explain', () => {
  it('says of a card what the swipe says, trace and all', () => {
    const rig = crew()
    for (const credential of ['ada-card', 'zoe-card']) {
      const told = rig.explain({ accessPoint: 'front/a', credential })
      rig.mark().swipe('in', credential)
      const event = rig.of('access.granted', 'access.denied')[0]!
      expect(told.trace).toEqual(event.trace)
      expect(told.outcome === 'denied' ? told.reason : undefined).toBe(event.reason)
    }
  })

  it('changes nothing', () => {
    const rig = crew().configure(site =>
      Object.assign(site.cardholders[0]!.credentials[0]!, { validTo: { kind: 'from-first-use', times: 1 } }),
    )
    const before = JSON.stringify(Object.values(rig.state.rows).map(table => [...table]))
    expect(rig.explain({ accessPoint: 'front/a', credential: 'ada-card' }).outcome).toBe('granted')
    expect(JSON.stringify(Object.values(rig.state.rows).map(table => [...table]))).toBe(before)
    expect(rig.swipe('in', 'ada-card').story).toEqual(['granted ada'])
  })

  it('answers for another moment', () => {
    const rig = crew({ accessRules: [{ id: 'r', cardholders: ['ada'], doors: ['front'], schedules: ['noon'] }] })
    expect(rig.explain({ accessPoint: 'front/a', credential: 'ada-card' })).toMatchObject({ reason: 'outside-schedule' })
    expect(rig.explain({ accessPoint: 'front/a', credential: 'ada-card', at: '2026-03-02T11:00:00Z' }).outcome).toBe('granted')
  })

  it('answers for the state as it is now', () => {
    const rig = crew().act('lockdown', 'front')
    expect(rig.explain({ accessPoint: 'front/a', credential: 'ada-card' })).toMatchObject({ reason: 'lockdown' })
  })

  it('takes doors for closed and locked where no state is known', () => {
    const rig = crew().configure(site => {
      for (const door of site.doors) if (door.type === 'door') door.interlock = 'trap'
    })
    const inquiry = { accessPoint: 'front/a', at: rig.wall, credential: 'ada-card' }
    expect(explain({ ...rig.sight, state: emptyState() }, inquiry)?.outcome).toBe('granted')
    expect(explain(rig.open('back').sight, inquiry)).toMatchObject({ reason: 'interlock' })
  })

  it('takes a holder with what they present', () => {
    const rig = cardAndPin()
    expect(rig.explain({ accessPoint: 'front/a', cardholder: 'ada', types: ['card'] })).toMatchObject({
      outcome: 'waiting',
      waiting: 'pin',
    })
    expect(rig.explain({ accessPoint: 'front/a', cardholder: 'ada', types: ['card', 'pin'] })).toMatchObject({ outcome: 'granted' })
    expect(rig.explain({ accessPoint: 'front/a', cardholder: 'dan', types: ['card', 'pin'] })).toMatchObject({
      reason: 'unknown-credential',
      trace: [{}, { found: { cardholder: 'dan', missing: 'pin' } }, ...Array(10).fill({})],
    })
  })

  it('takes the best of several cards of a holder', () => {
    const rig = crew().configure(site => {
      const [card] = site.cardholders[0]!.credentials
      if (card?.type !== 'card') return
      site.cardholders[0]!.credentials.unshift({
        ...card,
        id: 'old',
        cardNumber: '2001',
        validTo: { kind: 'date', at: '2020-01-01T00:00' },
      })
    })
    expect(rig.explain({ accessPoint: 'front/a', cardholder: 'ada', types: ['card'] })).toMatchObject({
      outcome: 'granted',
      credential: 'ada-card',
    })
  })

  it('knows what a reader cannot read', () => {
    const rig = crew().configure(site => {
      const [card] = site.cardholders[0]!.credentials
      if (card?.type !== 'card') return
      site.cardholders[0]!.credentials.push({ ...card, id: 'wide', bitLength: 37 }, { ...card, id: 'huge', cardNumber: '70000' })
    })
    expect(rig.explain({ accessPoint: 'front/a', credential: 'wide' })).toMatchObject({ reason: 'unknown-card-format' })
    expect(rig.explain({ accessPoint: 'front/a', credential: 'huge' })).toMatchObject({ reason: 'unknown-credential' })
    rig.configure(site => {
      if (site.doors[0]?.type === 'door') site.doors[0].b.reader = null
    })
    expect(rig.explain({ accessPoint: 'front/b', credential: 'ada-card' })).toMatchObject({ reason: 'identification-type-not-allowed' })
  })

  it('knows neither a credential nor an access point that is not there', () => {
    const rig = crew()
    expect(rig.explain({ accessPoint: 'front/a', credential: 'none' })).toMatchObject({ reason: 'unknown-credential' })
    expect(explain(rig.sight, { accessPoint: 'attic/a', at: 0, credential: 'ada-card' })).toBeUndefined()
  })
})

describe('who can open, and what', () => {
  it('lists whom an access point lets in, and by what', () => {
    const rig = cardAndPin()
    const openings = whoCanOpen(rig.sight, 'front/a', rig.wall, everyone)
    expect(openings.map(({ cardholder, types }) => [cardholder, types])).toEqual([
      ['ada', ['card', 'pin']],
      ['ben', ['card', 'pin']],
    ])
    expect(whoCanOpen(rig.sight, 'back/a', rig.wall, everyone).map(each => each.cardholder)).toEqual(['ada', 'ben', 'cleo', 'dan'])
    expect(whoCanOpen(rig.sight, 'attic/a', rig.wall, everyone)).toEqual([])
  })

  it('counts who needs a second person among them', () => {
    const rig = crew({}, { twoPersonRule: { sides: ['a'] } })
    const openings = whoCanOpen(rig.sight, 'front/a', rig.wall, ['ada'])
    expect(openings[0]?.decision).toMatchObject({ outcome: 'waiting', waiting: 'second-person' })
  })

  it('lists what lets a holder in now', () => {
    const rig = crew({ accessRules: [{ id: 'r', cardholders: ['ada'], doors: ['front'], schedules: ['day'] }] })
    expect(doorsFor(rig.sight, 'ada', rig.wall).map(each => each.accessPoint)).toEqual(['front/a', 'front/b'])
    expect(doorsFor(rig.sight, 'ada', Date.parse('2026-03-02T20:00:00Z'))).toEqual([])
    expect(doorsFor(rig.sight, 'zoe', rig.wall)).toEqual([])
  })
})

describe('what a change would change', () => {
  const recorded = (rig: Rig): Presentation[] =>
    rig.events.flatMap(({ at, trace, ...event }, i) => {
      const stored = {
        ...event,
        id: `event-${i}`,
        time: new Date(Date.parse('2026-03-02T08:00:00Z') + at).toISOString(),
      } as unknown as StoredEvent
      const presentation = presentationOf({ event: stored, trace })
      return presentation === null ? [] : [presentation]
    })
  const sight = ({ site, directory }: Rig, change?: (site: Site) => void): Sight => {
    const proposed = structuredClone(site)
    change?.(proposed)
    const people = change === undefined ? directory : siteDirectory(proposed, directory.hashPin)
    return { model: buildModel(proposed, 'c1'), directory: people, state: emptyState() }
  }
  const results = (rig: Rig, change: (site: Site) => void) =>
    impact(sight(rig), sight(rig, change), recorded(rig)).map(({ presentation, before, after }) =>
      [presentation.credential, before, after].map(each =>
        each !== null && typeof each === 'object' ? (each.outcome === 'denied' ? each.reason : each.outcome) : each,
      ),
    )

  it('is nothing where nothing changes', () => {
    const rig = cardAndPin().swipe('in', 'ada-card').keys('in', '2580').swipe('in', 'zoe-card').keys('back-in', '1').bits('in', '101')
    expect(recorded(rig)).toHaveLength(3)
    expect(results(rig, () => {})).toEqual([])
  })

  it('names the presentations that would be decided otherwise', () => {
    const rig = crew().swipe('in', 'ada-card').swipe('in', 'ben-card').swipe('in', 'zoe-card').bits('in', '101')
    expect(results(rig, site => (site.groups[0]!.members = ['ada', 'zoe']))).toEqual([
      ['ben-card', 'granted', 'no-access-rule'],
      ['zoe-card', 'no-access-rule', 'granted'],
    ])
  })

  it('sees what a change of formats, profiles and doors does', () => {
    const rig = cardAndPin().swipe('in', 'ada-card').keys('in', '2580').swipe('back-in', 'ada-card')
    expect(
      results(rig, site => site.cardFormats.push({ id: 'h10301', active: false, invertBitOrder: false, invertByteOrder: false })),
    ).toEqual([
      ['ada-card', 'granted', 'unknown-card-format'],
      ['ada-card', 'granted', 'unknown-card-format'],
    ])
    expect(results(rig, site => (site.doors = site.doors.slice(0, 1)))).toEqual([['ada-card', 'granted', null]])
  })

  it('takes a wrong PIN for wrong again, since digits are never recorded', () => {
    const rig = cardAndPin().swipe('in', 'ada-card').keys('in', '9999')
    expect(results(rig, site => (site.cardholders[0]!.suspended = true))).toEqual([['ada-card', 'wrong-pin', 'cardholder-suspended']])
  })

  it('counts what was presented item by item once, and decides it in that order', () => {
    const rig = cardAndPin().swipe('in', 'ada-card').keys('in', '2580').swipe('in', 'ben-card').wait(11_000)
    rig.swipe('in', 'ada-card').keys('in', '9999')
    expect(recorded(rig)).toHaveLength(3)
    expect(results(rig, site => (site.doors[0] = { ...site.doors[0], identificationProfile: 'card' } as Site['doors'][number]))).toEqual([
      ['ben-card', 'waiting', 'granted'],
      ['ada-card', 'wrong-pin', 'granted'],
    ])
  })

  it('finds whoever came second let in without the two-person rule as with it', () => {
    const rig = crew({}, { twoPersonRule: { sides: ['a'] } })
      .swipe('in', 'ada-card')
      .swipe('in', 'ben-card')
      .swipe('in', 'ada-card')
      .wait(30_000)
    expect(recorded(rig)).toHaveLength(3)
    expect(results(rig, site => (site.doors[0] = { ...site.doors[0], twoPersonRule: null } as Site['doors'][number]))).toEqual([
      ['ada-card', 'waiting', 'granted'],
      ['ada-card', 'waiting', 'granted'],
    ])
  })

  it('leaves out what the log does not say enough of', () => {
    expect(recorded(crew().send({ kind: 'plate', reader: 'in', text: 'NOBODY' }))).toEqual([])
  })
})
