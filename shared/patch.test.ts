import { describe, expect, it } from 'vitest'
import { applyPatch } from './patch.ts'
import { type Site, site } from './site.ts'

const card = (id: string, more: object = {}) => ({ id, type: 'card', cardNumber: id.replace(/\D/g, '') || '1', bitLength: 26, ...more })
const base: Site = site.parse({
  portunus: 1,
  site: { name: 'x' },
  settings: { customFields: ['Phone'] },
  schedules: [{ id: 'day', weekly: [{ days: ['mon'], from: '08:00', to: '18:00' }] }, { id: 'spare' }],
  cardFormats: [{ id: 'own', bitLength: 30, fields: [{ name: 'cardNumber', range: [0, 29] }] }],
  identificationProfiles: [{ id: 'p', a: [{ types: ['card'], schedules: ['day'] }] }, { id: 'card' }],
  controllers: [
    { id: 'c1', board: 'two-door', inputs: [{ port: 'aux-1', role: 'emergency', doors: ['front'] }] },
    { id: 'io', board: 'io-module', parent: 'c1' },
  ],
  doors: [
    {
      id: 'front',
      controller: 'c1',
      locks: { primary: { relay: 'relay-1' }, secondary: { relay: 'relay-2' } },
      identificationProfile: 'p',
      unlockSchedules: ['day'],
      a: { reader: { id: 'in', type: 'osdp', port: 'rs485-1', address: 3, cardFormats: ['own'] } },
    },
    { id: 'back', controller: 'c1', locks: { primary: { relay: 'relay-2' } } },
  ],
  zones: [{ id: 'z', doors: [{ door: 'front' }] }],
  cardholders: [
    { id: 'alice', credentials: [card('c1'), { id: 'p1', type: 'pin', pinHash: 'a'.repeat(64) }] },
    { id: 'bob', credentials: [card('c2', { validTo: { kind: 'date', at: '2026-03-02T08:00' } })] },
    { id: 'vera', visit: { host: 'alice', until: '2026-03-02T18:00' } },
  ],
  groups: [{ id: 'staff', members: ['alice', 'bob'] }],
  accessRules: [{ id: 'r', cardholders: ['alice'], groups: ['staff'], doors: ['front'], zones: ['z'], schedules: ['day'] }],
})
const before = structuredClone(base)
function patched(patch: unknown): Site {
  const result = applyPatch(base, patch)
  expect(base).toEqual(before)
  if (!result.ok) throw new Error(result.problems.map(problem => problem.message).join())
  return site.parse(result.site)
}
const words = (patch: unknown) => {
  const result = applyPatch(base, patch)
  return result.ok ? [] : result.problems.map(({ path, message }) => `${path}: ${message}`)
}

describe('a patch', () => {
  it('that is empty changes nothing', () => {
    expect(patched({})).toEqual(base)
  })

  it('merges objects, and lists of things by id', () => {
    const next = patched({ site: { name: 'y' }, doors: [{ id: 'front', accessTime: 9, a: { reader: { address: 5 } } }] })
    expect(next.site).toMatchObject({ name: 'y', timeZone: 'UTC' })
    expect(next.doors.map(door => door.id)).toEqual(['front', 'back'])
    expect(next.doors[0]).toMatchObject({
      accessTime: 9,
      unlockSchedules: ['day'],
      a: { reader: { id: 'in', address: 5, cardFormats: ['own'] } },
    })
  })

  it('adds new ids at the end', () => {
    const next = patched({ cardholders: [{ id: 'carl' }, { id: 'bob', credentials: [card('c9')] }] })
    expect(next.cardholders.map(each => each.id)).toEqual(['alice', 'bob', 'vera', 'carl'])
    expect(next.cardholders[1]?.credentials.map(each => each.id)).toEqual(['c2', 'c9'])
  })

  it('replaces other lists', () => {
    const next = patched({
      schedules: [{ id: 'day', weekly: [] }],
      groups: [{ id: 'staff', members: ['bob'] }],
      settings: { customFields: [] },
    })
    expect([next.schedules[0]?.weekly, next.groups[0]?.members, next.settings.customFields]).toEqual([[], ['bob'], []])
  })

  it('takes a value back to its default with null', () => {
    const next = patched({ doors: [{ id: 'front', locks: { secondary: null }, a: { reader: null }, identificationProfile: null }] })
    expect(next.doors[0]).toMatchObject({
      locks: { primary: { relay: 'relay-1' }, secondary: null },
      a: { reader: null },
      identificationProfile: 'card',
    })
  })

  it('lets a long time that was never written follow its normal one', () => {
    expect(patched({ doors: [{ id: 'front', accessTime: 90 }] }).doors[0]).toMatchObject({ accessTime: 90, longAccessTime: 90 })
  })

  it('replaces what becomes of another kind', () => {
    const next = patched({
      doors: [{ id: 'front', a: { reader: { id: 'in', type: 'wiegand', port: 'reader-1' } } }],
      cardholders: [{ id: 'bob', credentials: [{ id: 'c2', validTo: { kind: 'none' } }] }],
    })
    expect(next.doors[0]).toMatchObject({ a: { reader: { type: 'wiegand', cardFormats: null } } })
    expect(next.cardholders[1]?.credentials[0]).toMatchObject({ cardNumber: '2', validTo: { kind: 'none' } })
  })

  it('replaces the hash of a PIN by the new PIN', () => {
    const next = patched({ cardholders: [{ id: 'alice', credentials: [{ id: 'p1', pin: '4711' }] }] })
    expect(next.cardholders[0]?.credentials[1]).toEqual({ id: 'p1', type: 'pin', pin: '4711' })
  })

  it('that is none is refused', () => {
    expect(words(['x'])).toEqual([': a patch is an object'])
    expect(words({ remove: ['alice'] })).toEqual(['remove: must be an object of lists, such as { cardholders: [alice] }'])
    expect(words({ remove: { people: ['alice'], doors: 'front' } })).toEqual([
      'remove.people: there is no list "people"; known are schedules, cardFormats, identificationProfiles, controllers, doors, zones, cardholders, credentials, groups, accessRules',
      'remove.doors: must be a list of ids',
    ])
    expect(words({ remove: { cardholders: ['alise'] } })).toEqual(['remove.cardholders[0]: there is no cardholder "alise" to remove'])
  })
})

describe('removing', () => {
  it('a cardholder takes memberships, mentions and visits along; the visitor is suspended', () => {
    const next = patched({ remove: { cardholders: ['alice'] } })
    expect(next.cardholders.map(each => each.id)).toEqual(['bob', 'vera'])
    expect(next.groups[0]?.members).toEqual(['bob'])
    expect(next.accessRules[0]?.cardholders).toEqual([])
    expect(next.cardholders[1]).toMatchObject({ visit: null, suspended: true })
  })

  it('a credential leaves its holder', () => {
    expect(patched({ remove: { credentials: ['c1'] } }).cardholders[0]?.credentials.map(each => each.id)).toEqual(['p1'])
  })

  it('what nobody uses is done', () => {
    const next = patched({ remove: { schedules: ['spare'], identificationProfiles: ['card'], accessRules: ['r'], doors: ['back'] } })
    expect([next.schedules.length, next.identificationProfiles.length, next.accessRules.length, next.doors.length]).toEqual([1, 1, 0, 1])
  })

  it.each<[object, string]>([
    [{ schedules: ['day'] }, 'schedule "day" is used by door "front", identification profile "p", access rule "r"'],
    [{ cardFormats: ['own'] }, 'card format "own" is used by door "front"'],
    [{ identificationProfiles: ['p'] }, 'identification profile "p" is used by door "front"'],
    [{ controllers: ['c1'] }, 'controller "c1" is used by door "front", door "back", controller "io"'],
    [{ doors: ['front'] }, 'door "front" is used by zone "z", access rule "r", controller "c1"'],
    [{ zones: ['z'] }, 'zone "z" is used by access rule "r"'],
    [{ groups: ['staff'] }, 'group "staff" is used by access rule "r"'],
  ])('%j is refused while it is used [M7]', (remove, expected) => {
    const [list] = Object.keys(remove)
    expect(words({ remove })).toEqual([`remove.${list}[0]: the ${expected}; change or remove that first`])
  })

  it('what is used is done together with its users', () => {
    const next = patched({
      accessRules: [{ id: 'r', zones: [] }],
      zones: [{ id: 'z', doors: [] }],
      remove: { zones: ['z'] },
    })
    expect(next.zones).toEqual([])
    expect(patched({ remove: { zones: ['z'], accessRules: ['r'] } }).accessRules).toEqual([])
  })
})
