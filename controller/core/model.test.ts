import { describe, expect, it } from 'vitest'
import { type SiteInput, site } from '../../shared/site.ts'
import { frontDoor, oneDoor } from '../../test/door-sites.ts'
import { buildModel, type Model } from './model.ts'

const model = (input: SiteInput, controller = 'c1'): Model => buildModel(site.parse(input), controller)
const point = (input: SiteInput, id: string) => model(input).accessPoints.get(id)!
const rules = (input: SiteInput, id: string) => point(input, id).rules.map(rule => rule.id)

describe('a site as one controller sees it', () => {
  it('has its own doors and those of the modules on it', () => {
    const input = oneDoor(
      {},
      {
        controllers: [
          { id: 'c1', board: 'two-door' },
          { id: 'c2', board: 'two-door' },
          { id: 'io-1', board: 'io-module', parent: 'c1' },
        ],
        doors: [
          frontDoor(),
          frontDoor({ id: 'other', controller: 'c2' }),
          { id: 'fire', type: 'monitoring-door', controller: 'io-1', doorMonitor: { port: 'in-1' } },
        ],
      },
    )
    expect([...model(input).doors.keys()]).toEqual(['front', 'fire'])
    expect([...model(input, 'c2').doors.keys()]).toEqual(['other'])
    expect(model(input).ports.get('io-1/in-1')).toMatchObject({ use: 'monitor', door: 'fire' })
  })
  it('gives a lone REX the sole free port [H2]', () => {
    const taken = frontDoor({
      id: 'back',
      locks: { primary: { relay: 'relay-2' } },
      doorMonitor: null,
      a: {},
      b: { rex: { port: 'rex-2' } },
    })
    const input = oneDoor({}, { doors: [frontDoor({ b: { rex: {} } }), taken] })
    expect(model(input).ports.get('c1/rex-1')).toMatchObject({ use: 'rex', door: 'front', side: 'b' })
  })
  it('reads each reader’s own card formats, else the system’s active ones [G9]', () => {
    const own = frontDoor({ a: { reader: { id: 'in', type: 'osdp', port: 'rs485-1', cardFormats: ['h10304'] } } })
    const formats = (input: SiteInput) => [...model(input).readers.get('in')!.formats.values()].map(format => format.id)
    expect(formats(oneDoor())).toEqual(['h10301'])
    expect(formats(oneDoor({}, { doors: [own], cardFormats: [{ id: 'h10306', active: true }] }))).toEqual(['h10304'])
  })
  it('uses each reader’s own PIN length, else the system’s [G8, L13]', () => {
    const pin = { minLength: 6, maxLength: 8, endOfPin: '*' as const }
    const own = frontDoor({ a: { reader: { id: 'in', type: 'osdp', port: 'rs485-1', pin } } })
    expect(model(oneDoor({}, { doors: [own] })).readers.get('in')!.pin).toEqual(pin)
    expect(model(oneDoor({}, { settings: { pin: { maxLength: 5 } } })).readers.get('in')!.pin).toMatchObject({ maxLength: 5 })
  })
})

describe('identification profiles', () => {
  it.each([
    ['card', [['card']]],
    ['card-and-pin', [['card', 'pin']]],
    ['pin', [['pin']]],
    ['card-or-pin', [['card'], ['pin']]],
    ['licence-plate', [['licence-plate']]],
  ])('%s is there without being written, on both sides and always [M4]', (id, types) => {
    for (const side of ['a', 'b']) {
      const { profile, verifyFacilityCode } = point(
        oneDoor({ identificationProfile: id }, { settings: { verifyFacilityCode: true } }),
        `front/${side}`,
      )
      expect(profile).toEqual(types.map(each => ({ types: each, schedules: ['always'] })))
      expect(verifyFacilityCode).toBe(false)
    }
  })
  it('of the site replace a predefined one of the same name, and have sides of their own [M6]', () => {
    const input = oneDoor(
      {},
      { identificationProfiles: [{ id: 'card', a: [{ types: ['pin'], schedules: ['day'] }, { types: ['card'] }] }] },
    )
    expect(point(input, 'front/a').profile.map(entry => entry.types)).toEqual([['pin'], ['card']])
    expect(point(input, 'front/b').profile).toEqual([])
  })
  it('verify the facility code only where profile and site both ask for it [M5, P38]', () => {
    const verify = (site: boolean, profile: boolean) =>
      point(
        oneDoor(
          {},
          {
            settings: { verifyFacilityCode: site },
            identificationProfiles: [{ id: 'card', includeFacilityCode: profile, a: [{ types: ['card'] }] }],
          },
        ),
        'front/a',
      ).verifyFacilityCode
    expect([verify(false, false), verify(true, false), verify(false, true), verify(true, true)]).toEqual([false, false, false, true])
  })
})

describe('rules by passage', () => {
  const rule = { id: 'r', groups: ['staff'], schedules: ['always'] }
  const zones = (...doors: [zone: string, entry: object][]) =>
    doors.map(([id, entry]) => ({ id, doors: [{ door: 'front', ...entry }] as never }))

  it('without who, where or when are as if absent [P25]', () => {
    const complete = { ...rule, doors: ['front'] }
    const incomplete = [
      { ...complete, id: 'x', groups: [] },
      { ...complete, id: 'y', doors: [] },
      { ...complete, id: 'z', schedules: [] },
    ]
    expect(rules(oneDoor({}, { accessRules: [complete, ...incomplete] }), 'front/a')).toEqual(['r'])
  })
  it('for a door cover both its sides [P24]', () => {
    const input = oneDoor({}, { accessRules: [{ ...rule, doors: ['front'] }] })
    expect([rules(input, 'front/a'), rules(input, 'front/b')]).toEqual([['r'], ['r']])
  })
  it.each([
    ['into and out of a zone to none', zones(['x', {}]), 'x', ['r'], ['r']],
    ['through an internal door', zones(['x', { role: 'internal' }]), 'x', ['r'], ['r']],
    ['into the zone, not out of it into another', zones(['x', {}], ['y', { sideA: 'leave' }]), 'x', ['r'], []],
    ['and the other way round', zones(['x', {}], ['y', { sideA: 'leave' }]), 'y', [], ['r']],
    ['of no other zone', zones(['x', {}]), 'z', [], []],
  ])('for a zone cover the passages %s [I1, I2, I3]', (_, list, zone, a, b) => {
    const input = oneDoor({}, { zones: list, accessRules: [{ ...rule, zones: [zone] }] })
    expect([rules(input, 'front/a'), rules(input, 'front/b')]).toEqual([a, b])
  })
  it('know where each side leads [I3]', () => {
    const passage = (entry: object, side: string) => point(oneDoor({}, { zones: zones(['x', entry]) }), `front/${side}`).passage
    expect(passage({}, 'a')).toEqual({ enters: 'x', leaves: null, within: null })
    expect(passage({}, 'b')).toEqual({ enters: null, leaves: 'x', within: null })
    expect(passage({ sideA: 'leave' }, 'a')).toEqual({ enters: null, leaves: 'x', within: null })
    expect(passage({ role: 'internal' }, 'a')).toEqual({ enters: null, leaves: null, within: 'x' })
  })
  it('tell which controllers a zone is spread over', () => {
    const input = oneDoor(
      {},
      {
        controllers: [
          { id: 'c1', board: 'two-door' },
          { id: 'c2', board: 'two-door' },
          { id: 'io-1', board: 'io-module', parent: 'c1' },
        ],
        doors: [
          frontDoor(),
          frontDoor({ id: 'far', controller: 'c2' }),
          { id: 'fire', type: 'monitoring-door', controller: 'io-1', doorMonitor: { port: 'in-1' } },
        ],
        zones: [
          { id: 'own', doors: [{ door: 'front' }, { door: 'fire' }] },
          { id: 'wide', doors: [{ door: 'front' }, { door: 'far' }] },
        ],
      },
    )
    expect(model(input).zones.get('own')!.controllers).toEqual(['c1'])
    expect(model(input).zones.get('wide')!.controllers).toEqual(['c1', 'c2'])
  })
})
