import { describe, expect, it } from 'vitest'
import { type Person, person, splitSite } from '../../shared/link.ts'
import { site as siteSchema } from '../../shared/site.ts'
import type { Store } from './contract.ts'
import { openMemoryStore } from './open.ts'

const wall = Date.parse('2026-03-02T09:00:00Z')
const { place } = splitSite(siteSchema.parse({ portunus: 1, site: { name: 'House' } }))
const nothing = () => ({ events: [], changes: [], shares: [] })
const one = (id: string, credentials: object[] = [], groups: string[] = []): Person => person.parse({ id, credentials, groups })

function opened(): Store {
  const store = openMemoryStore({ controller: 'c', wall })
  store.begin()
  return store
}
function put(store: Store, people: readonly Person[], revision = '1'): void {
  const staging = store.stage()
  expect(staging.put(people)).toBeUndefined()
  expect(store.replace({ revision, checksum: '', place, people: { staged: staging.generation } }, nothing, wall).fault).toBeUndefined()
}
const holders = (found: readonly { readonly cardholder: string }[]) => found.map(({ cardholder }) => cardholder)

describe('the directory', () => {
  it('finds cards by number and bit length, whatever zeros and case they were written with', () => {
    const store = opened()
    put(store, [
      one('alice', [{ id: 'k1', type: 'card', cardNumber: '0064332', bitLength: 26 }]),
      one('bob', [{ id: 'k2', type: 'card', cardNumber: '64332', bitLength: 34 }]),
      one('carol', [{ id: 'k3', type: 'card', cardNumber: '00AB1F', bitLength: 32 }]),
      one('dave', [{ id: 'k4', type: 'card', cardNumber: '64332', facilityCode: '7', bitLength: 26 }]),
      one('eve', [{ id: 'k5', type: 'card', cardNumber: '123456789012345678901234567890', bitLength: 128 }]),
    ])
    const { directory } = store
    expect(holders(directory.cards('64332', 26))).toEqual(['alice', 'dave'])
    expect(holders(directory.cards('64332', 34))).toEqual(['bob'])
    expect(holders(directory.cards('ab1f', 32))).toEqual(['carol'])
    expect(holders(directory.cards('123456789012345678901234567890', 128))).toEqual(['eve'])
    expect(directory.cards('123456789012345678901234567891', 128)).toEqual([])
  })

  it('finds PINs by their hash, duress PINs too, and keeps no digits', () => {
    const store = opened()
    store.keys.set('pin', Buffer.alloc(32, 1))
    put(store, [
      one('alice', [{ id: 'p1', type: 'pin', pin: '4711', duressPin: '4712' }]),
      one('bob', [{ id: 'p2', type: 'pin', pinHash: store.directory.hashPin('0815') }]),
    ])
    const { directory } = store
    expect(holders(directory.pins(directory.hashPin('4711')))).toEqual(['alice'])
    expect(holders(directory.pins(directory.hashPin('4712')))).toEqual(['alice'])
    expect(holders(directory.pins(directory.hashPin('0815')))).toEqual(['bob'])
    expect(directory.pins(directory.hashPin('9999'))).toEqual([])
    expect(JSON.stringify(directory.credential('p1'))).not.toMatch(/"4711"|"4712"/)
  })

  it('finds no PIN while there is no PIN key', () => {
    const store = opened()
    put(store, [one('alice', [{ id: 'p1', type: 'pin', pin: '4711' }])])
    expect(store.directory.pins(store.directory.hashPin('4711'))).toEqual([])
    store.keys.set('pin', Buffer.alloc(32, 1))
    expect(store.directory.pins(store.directory.hashPin('4711'))).toEqual([])
  })

  it('finds plates without case and spaces, and mobile tokens as they are', () => {
    const store = opened()
    put(store, [
      one('alice', [
        { id: 'c', type: 'licence-plate', plate: 'ab 12 345' },
        { id: 'm', type: 'mobile', token: 'To ken' },
      ]),
    ])
    expect(holders(store.directory.plates('AB12345'))).toEqual(['alice'])
    expect(holders(store.directory.mobiles('To ken'))).toEqual(['alice'])
    expect(store.directory.mobiles('to ken')).toEqual([])
  })

  it('knows holders without their credentials, their credentials, and their groups', () => {
    const store = opened()
    put(store, [
      one(
        'alice',
        [
          { id: 'k1', type: 'card', cardNumber: '1', bitLength: 26 },
          { id: 'm', type: 'mobile', token: 't' },
        ],
        ['staff', 'night'],
      ),
    ])
    expect(store.directory.cardholder('alice')).not.toHaveProperty('credentials')
    expect(store.directory.credentials('alice').map(({ id }) => id)).toEqual(['k1', 'm'])
    expect(store.directory.credential('m')?.cardholder).toBe('alice')
    expect(store.directory.groupsOf('alice')).toEqual(['night', 'staff'])
    expect(store.directory.groupsOf('bob')).toEqual([])
  })
})

describe('another site', () => {
  const card = (n: number) => ({ id: `k${n}`, type: 'card', cardNumber: String(n), bitLength: 26 })

  it('is nowhere to be seen until it is put in force, and then whole', () => {
    const store = opened()
    put(store, [one('alice', [card(1)])])
    const staging = store.stage()
    for (let n = 2; n < 500; n++) staging.put([one(`p${n}`, [card(n)])])
    expect(holders(store.directory.cards('1', 26))).toEqual(['alice'])
    expect(store.directory.cards('2', 26)).toEqual([])
    store.replace({ revision: '2', checksum: '', place, people: { staged: staging.generation } }, nothing, wall)
    expect(store.directory.cards('1', 26)).toEqual([])
    expect(holders(store.directory.cards('499', 26))).toEqual(['p499'])
    expect(store.inForce?.revision).toBe('2')
  })

  it('leaves the old one in force where what comes of it cannot be stored', () => {
    const store = opened()
    put(store, [one('alice', [card(1)])])
    const staging = store.stage()
    staging.put([one('bob', [card(2)])])
    const broken = () => {
      throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
    }
    expect(store.replace({ revision: '2', checksum: '', place, people: { staged: staging.generation } }, broken, wall).fault).toBe(
      'disk-full',
    )
    expect(store.inForce?.revision).toBe('1')
    expect(holders(store.directory.cards('1', 26))).toEqual(['alice'])
    expect(store.directory.cards('2', 26)).toEqual([])
    const looking = () => {
      expect(store.directory.cardholder('alice')?.suspended).toBe(true)
      return broken()
    }
    const change = { put: [{ ...one('alice', [card(1)]), suspended: true }], removed: [] }
    expect(store.replace({ revision: '2', checksum: '', place, people: change }, looking, wall).fault).toBe('disk-full')
    expect(store.directory.cardholder('alice')?.suspended).toBe(false)
  })

  it('changes some people and leaves the others', () => {
    const store = opened()
    put(store, [one('alice', [card(1)], ['staff']), one('bob', [card(2)]), one('carol', [card(3)])])
    const change = { put: [one('alice', [card(4)])], removed: ['bob'] }
    store.replace({ revision: '2', checksum: '', place: undefined, people: change }, nothing, wall)
    expect(store.configuration()).toMatchObject({ revision: '2', place })
    expect([1, 2, 3, 4].map(n => holders(store.directory.cards(String(n), 26)))).toEqual([[], [], ['carol'], ['alice']])
    expect(store.directory.groupsOf('alice')).toEqual([])
    expect(store.directory.cardholder('bob')).toBeUndefined()
  })

  it('that was given up, and the one before, are cleared away bit by bit', () => {
    const store = opened()
    put(
      store,
      Array.from({ length: 700 }, (_, n) => one(`p${n}`, [card(n)])),
    )
    const given = store.stage()
    given.put(Array.from({ length: 700 }, (_, n) => one(`q${n}`, [card(n)])))
    expect(store.tidy(wall)).toBe(10_000)
    given.abandon()
    put(store, [one('alice', [card(1)])], '2')
    let steps = 0
    while (store.tidy(wall) < 1_000) steps++
    expect(steps).toBeGreaterThan(5)
    expect(holders(store.directory.cards('1', 26))).toEqual(['alice'])
    expect(store.stage().generation).toBe(given.generation + 2)
  })
})
