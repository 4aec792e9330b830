import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import type { EventDraft } from '../../shared/event.ts'
import { createSmallDisk } from '../../test/small-disk.ts'
import type { Change } from '../core/state.ts'
import type { Store } from './contract.ts'
import { openMemoryStore, openStore } from './open.ts'
import type { Limits } from './store.ts'

const wall = Date.parse('2026-03-02T09:00:00Z')
const day = 86_400_000
const event = (door = 'lobby'): EventDraft => ({ type: 'door.opened', source: { kind: 'door', id: door }, door })
const events = (count: number) => Array.from({ length: count }, () => event())
const row = (key: string, value: unknown): Change => ({ key: `use:${key}`, value: value as never, durable: true })
const none = { events: [], changes: [], shares: [] }

function limited(limits?: Partial<Limits>, free?: number) {
  const made = createSmallDisk({ controller: 'ctrl-1', wall, ...(limits ? { limits } : {}), ...(free === undefined ? {} : { free }) })
  made.listen()
  return made
}

const directories: string[] = []
function directory(): string {
  const made = mkdtempSync(join(tmpdir(), 'portunus-store-'))
  directories.push(made)
  return join(made, 'data')
}
afterEach(() => {
  for (const made of directories.splice(0)) rmSync(made, { recursive: true, force: true })
})
function opened(dir: string, controller = 'ctrl-1'): Store {
  const result = openStore(dir, { controller, wall })
  if (!result.ok) throw new Error(result.message)
  result.store.begin()
  return result.store
}

describe('event log', () => {
  it('numbers events without a gap and chains them, over a restart too', () => {
    const dir = directory()
    let store = opened(dir)
    const logId = store.logId
    store.commit({ ...none, events: events(3), changes: [row('a', { times: 1 })] }, wall)
    store.close()
    store = opened(dir)
    expect(store.logId).toBe(logId)
    store.commit({ ...none, events: events(2) }, wall + 1)
    expect(store.read(1, 10).map(({ event }) => event.sequence)).toEqual([1, 2, 3, 4, 5])
    expect(store.rows()).toEqual([{ key: 'use:a', value: { times: 1 } }])
    expect(store.check()).toEqual({ ok: true, events: 5 })
    store.close()
  })

  it('keeps rows that are durable, and only those', () => {
    const store = openMemoryStore({ controller: 'c', wall })
    store.begin()
    store.commit({ ...none, changes: [row('a', 1), { ...row('b', 1), durable: false }] }, wall)
    store.commit({ ...none, changes: [row('a', null)] }, wall)
    store.commit({ ...none, changes: [row('c', 2)] }, wall)
    expect(store.rows()).toEqual([{ key: 'use:c', value: 2 }])
  })

  it('gives the trace with its event', () => {
    const store = openMemoryStore({ controller: 'c', wall })
    store.begin()
    const trace = [{ check: 'format' as const, outcome: 'failed' as const, found: { bits: 33 } }]
    store.commit({ ...none, events: [{ ...event(), trace }] }, wall)
    expect(store.read(1, 1)[0]?.trace).toEqual(trace)
    expect(store.read(1, 1)[0]?.event).not.toHaveProperty('trace')
  })

  const alterations: Record<string, string> = {
    'a changed word': "update events set body = replace(body, 'lobby', 'vault') where sequence = 4",
    'a changed trace': "update events set trace = '[]' where sequence = 4",
    'a row taken out': 'delete from events where sequence = 4',
    'the oldest taken out': 'delete from events where sequence < 4',
    'two rows exchanged':
      'update events set position = -1 where sequence = 4; update events set position = position - 1 where sequence = 5; update events set position = 5 where sequence = 4',
    'another number': 'update events set sequence = 40 where sequence = 4',
  }
  for (const [what, sql] of Object.entries(alterations))
    it(`finds ${what}`, () => {
      const { store, sql: raw } = limited()
      store.commit({ ...none, events: events(6) }, wall)
      expect(store.check().ok).toBe(true)
      raw.exec(sql)
      expect(store.check().ok).toBe(false)
    })

  it('is proved piece by piece too, and nothing is removed meanwhile', async () => {
    const { store, sql } = limited({ keepEvents: 1 })
    store.commit({ ...none, events: events(1_200) }, wall)
    store.acknowledge(1_200)
    const found = new Promise(resolve => store.checkOnTheSide(resolve))
    store.tidy(wall + 400 * day)
    expect(store.first).toBe(1)
    expect(await found).toEqual({ ok: true, events: 1_200 })
    store.tidy(wall + 400 * day)
    expect(store.first).toBeGreaterThan(1)
    sql.exec("update events set body = replace(body, 'lobby', 'vault') where sequence = 1000")
    expect(await new Promise(resolve => store.checkOnTheSide(resolve))).toMatchObject({ ok: false, sequence: 1000 })
  })

  it('raises a fault when an altered event is read', () => {
    const { store, sql, faults } = limited()
    store.commit({ ...none, events: events(6) }, wall)
    store.read(2, 3)
    expect(faults).toEqual([])
    sql.exec("update events set body = replace(body, 'lobby', 'vault') where sequence = 4")
    store.read(3, 3)
    expect(faults).toEqual(['log-altered'])
  })
})

describe('a full disk', () => {
  it('keeps events in memory, in order, and stores them when there is room again', () => {
    const { store, faults, fill, empty } = limited()
    store.commit({ ...none, events: events(2) }, wall)
    fill()
    let tries = 0
    while (faults.length === 0) store.commit({ ...none, events: events(1), changes: [row(`k${tries++}`, 'x'.repeat(500))] }, wall)
    for (let i = 0; i < 20; i++) store.commit({ ...none, events: events(1), changes: [row(`k${tries++}`, 'x'.repeat(500))] }, wall)
    expect(faults).toEqual(['disk-full'])
    const told = store.read(1, 1000).map(({ event }) => event.sequence)
    expect(told).toEqual(Array.from({ length: tries + 2 }, (_, i) => i + 1))
    expect(store.rows().length).toBeLessThan(tries)
    empty()
    store.tidy(wall)
    expect(faults).toEqual(['disk-full', null])
    expect(store.rows()).toHaveLength(tries)
    expect(store.check()).toEqual({ ok: true, events: tries + 2 })
  })

  it('makes room for what waits by the oldest events, where the disk is its own to fill', () => {
    const { store, faults, fill } = limited({ leastFree: 1000, lastFree: 600, lastInside: 20_000 }, 500)
    store.commit({ ...none, events: events(900) }, wall)
    fill()
    while (faults.length === 0) store.commit({ ...none, events: events(1) }, wall)
    expect(faults).toEqual(['disk-full'])
    const { next } = store
    for (let n = 0; n < 20; n++) store.tidy(wall)
    expect(faults).toEqual(['disk-full', 'events-removed'])
    expect(store.read(next - 1, 10)).toHaveLength(1)
    store.begin()
    // It has been written.
    expect(store.next).toBe(next)
    expect(store.first).toBeLessThan(700)
    expect(store.check()).toMatchObject({ ok: true })
  })

  it('takes a new key all the same, and stores it when there is room again', () => {
    const { store, faults, fill, empty } = limited()
    const key = Buffer.alloc(16, 5)
    store.keys.set('reader in', Buffer.alloc(16, 4))
    fill()
    for (let n = 0; faults.length === 0; n++) store.keys.set(`reader ${n}`, Buffer.alloc(4000, 6))
    expect(faults).toEqual(['disk-full'])
    store.keys.set('reader last', key)
    store.keys.set('reader in', key)
    store.keys.remove('reader 0')
    expect([store.keys.get('reader in'), store.keys.get('reader 0')]).toEqual([key, undefined])
    empty()
    store.tidy(wall)
    expect(faults).toEqual(['disk-full', null])
    expect(store.keys.names()).toContain('reader last')
    expect(store.keys.names()).not.toContain('reader 0')
    expect(store.keys.get('reader in')).toEqual(key)
  })

  it('forgets at a crash what it had only in memory, and gives the numbers again', () => {
    const { store, faults, fill, empty } = limited()
    fill()
    while (faults.length === 0) store.commit({ ...none, events: events(1) }, wall)
    const next = store.next
    store.begin()
    expect(store.next).toBe(next - 1)
    empty()
    store.commit({ ...none, events: events(1) }, wall)
    expect(store.check()).toEqual({ ok: true, events: next - 1 })
  })

  it('begins a log of its own where the plugin knows events that were lost', () => {
    const { store, faults, fill, empty } = limited()
    store.reconcile(1, null)
    fill()
    while (faults.length === 0) store.commit({ ...none, events: events(1) }, wall)
    const lost = store.next - 1
    const known = store.idOf(lost)!
    const before = store.logId
    store.begin()
    empty()
    store.commit({ ...none, events: [event('a'), event('b')] }, wall)
    expect(store.reconcile(lost + 1, known)).toBe(false)
    expect(store.logId).not.toBe(before)
    expect(store.read(1, 10).map(({ event }) => [event.logId, event.sequence, event.door])).toEqual([
      [store.logId, 1, 'a'],
      [store.logId, 2, 'b'],
    ])
    store.commit({ ...none, events: [event('c')] }, wall)
    expect(store.read(3, 10)[0]?.event).toMatchObject({ logId: store.logId, sequence: 3, door: 'c' })
    expect(store.check()).toEqual({ ok: true, events: lost - 1 + 3 })
    expect(store.reconcile(3, store.idOf(2)!)).toBe(true)
  })

  it('keeps the log where the plugin knows the same one', () => {
    const store = openMemoryStore({ controller: 'c', wall })
    store.begin()
    store.commit({ ...none, events: events(5) }, wall)
    expect(store.reconcile(1, null)).toBe(true)
    expect(store.reconcile(6, store.idOf(5)!)).toBe(true)
    expect(store.reconcile(3, store.idOf(2)!)).toBe(true)
  })
})

describe('retention', () => {
  const kept = (store: Store) => store.read(store.first, 10_000).map(({ event }) => event.sequence)
  const tidy = (store: Store, at: number) => {
    for (let i = 0; i < 50 && store.tidy(at) < 1000; i++);
  }

  it('removes what is old, beyond the number kept, and acknowledged', () => {
    const { store } = limited({ keepEvents: 10 })
    store.commit({ ...none, events: events(600) }, wall)
    store.commit({ ...none, events: events(100) }, wall + 20 * day)
    store.acknowledge(700)
    tidy(store, wall + 29 * day)
    expect(store.first).toBe(1)
    tidy(store, wall + 31 * day)
    expect(store.first).toBe(601)
    tidy(store, wall + 60 * day)
    expect(store.first).toBe(691)
    expect(kept(store)).toHaveLength(10)
    expect(store.check()).toEqual({ ok: true, events: 10 })
  })

  it('never removes what the plugin has not acknowledged', () => {
    const { store } = limited({ keepEvents: 1 })
    store.commit({ ...none, events: events(300) }, wall)
    store.acknowledge(120)
    tidy(store, wall + 400 * day)
    expect(store.first).toBe(121)
  })

  it('removes what is acknowledged when the disk runs short, and nothing else while there is some', () => {
    const { store, faults } = limited({ leastFree: 1000, lastFree: 400 }, 500)
    store.commit({ ...none, events: events(900) }, wall)
    store.acknowledge(600)
    tidy(store, wall)
    expect(store.first).toBe(601)
    expect(kept(store)).toHaveLength(300)
    expect(faults).toEqual([])
  })

  it('removes the oldest, acknowledged or not, when there is next to nothing left, and says so; the newest stay', () => {
    const { store, faults } = limited({ leastFree: 1000, lastFree: 600, lastInside: 150_000 }, 500)
    store.commit({ ...none, events: events(900) }, wall)
    store.tidy(wall)
    expect(faults).toEqual(['events-removed'])
    expect(store.first).toBe(251)
    tidy(store, wall)
    // No more than makes room.
    expect(store.first).toBe(501)
    store.commit({ ...none, events: events(1) }, wall)
    expect(kept(store)).toHaveLength(401)
    store.acknowledge(901)
    tidy(store, wall)
    expect(kept(store)).toEqual([901])
  })
})

describe('data directory', () => {
  it('is refused while another has it, and free again after', () => {
    const dir = directory()
    const store = opened(dir)
    expect(openStore(dir, { controller: 'ctrl-1', wall })).toMatchObject({ ok: false, reason: 'data-in-use' })
    store.close()
    opened(dir).close()
  })

  it('is refused when a newer version wrote it', () => {
    const dir = directory()
    opened(dir).close()
    const sql = new Sqlite(join(dir, 'controller.db'))
    sql.exec("insert into __drizzle_migrations (hash, created_at) values ('later', 9999999999999)")
    sql.close()
    expect(openStore(dir, { controller: 'ctrl-1', wall })).toMatchObject({ ok: false, reason: 'data-newer' })
  })

  it('keeps keys sealed, under a key file that only its owner may read', () => {
    const dir = directory()
    let store = opened(dir)
    const secret = Buffer.from('0123456789abcdef0123456789abcdef', 'hex')
    store.keys.set('reader front-in', secret)
    store.close()
    expect(statSync(join(dir, 'key')).mode & 0o777).toBe(0o600)
    const sql = new Sqlite(join(dir, 'controller.db'))
    const sealed = sql.prepare('select sealed from secrets').pluck().get() as Buffer
    expect(sealed.includes(secret)).toBe(false)
    store = opened(dir)
    expect(store.keys.get('reader front-in')).toEqual(secret)
    sql.exec("update secrets set name = 'reader back-in'")
    expect(() => store.keys.get('reader back-in')).toThrow()
    sql.close()
    store.close()
  })
})

it('tells only what is durable, and one sync serves many commits', async () => {
  const waiting: (() => void)[] = []
  const dir = directory()
  const result = openStore(dir, { controller: 'c', wall, sync: (_fd, done) => waiting.push(() => done(null)) })
  if (!result.ok) throw new Error(result.message)
  const { store } = result
  const told: number[] = []
  store.begin()
  store.onDurable(sequence => told.push(sequence))
  for (let i = 0; i < 5; i++) {
    store.commit({ ...none, events: events(1) }, wall)
    store.sync()
  }
  expect(told).toEqual([])
  expect(waiting).toHaveLength(1)
  waiting.shift()?.()
  expect(store.durable).toBe(1)
  expect(waiting).toHaveLength(1)
  waiting.shift()?.()
  expect(store.durable).toBe(5)
  expect(waiting).toHaveLength(0)
  store.close()
})

it('never loses, doubles or reorders an event, whatever the disk does', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constant('commit' as const), fc.constantFrom('fill' as const, 'empty' as const, 'tidy' as const)), {
        maxLength: 60,
      }),
      steps => {
        const { store, fill, empty } = limited()
        let count = 0
        for (const step of steps) {
          if (step === 'commit')
            store.commit({ ...none, events: [event(`d${++count}`)], changes: [row(`k${count}`, 'x'.repeat(300))] }, wall)
          else if (step === 'fill') fill()
          else if (step === 'empty') empty()
          else store.tidy(wall)
          expect(store.read(1, 100).map(({ event }) => event.door)).toEqual(Array.from({ length: count }, (_, i) => `d${i + 1}`))
        }
        empty()
        while (store.tidy(wall) < 1000);
        expect(store.check()).toEqual({ ok: true, events: count })
        expect(store.rows()).toHaveLength(count)
      },
    ),
    { numRuns: 100 },
  )
})
