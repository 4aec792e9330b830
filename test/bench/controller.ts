import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '../../controller/store/contract.ts'
import type { Sync } from '../../controller/store/disk.ts'
import { openStore } from '../../controller/store/open.ts'
import { type Person, type Place, person, splitSite } from '../../shared/link.ts'
import { site as siteSchema } from '../../shared/site.ts'
import { encode, formats } from '../../wiegand/index.ts'

/** One door with an OSDP reader on a fast line, open to everybody of one group. */
export const place: Place = splitSite(
  siteSchema.parse({
    portunus: 1,
    site: { name: 'Bench', timeZone: 'Europe/Copenhagen' },
    schedules: [{ id: 'days', weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' }] }],
    cardFormats: [{ id: 'h10302', active: true }],
    controllers: [{ id: 'ctrl-1', board: 'two-door', serial: { 'rs485-1': { path: 'tcp:127.0.0.1:4000', baudRate: 115_200 } } }],
    doors: [
      {
        id: 'door-1',
        type: 'door',
        controller: 'ctrl-1',
        locks: { primary: { relay: 'relay-1' } },
        doorMonitor: { port: 'door-1' },
        a: { reader: { id: 'in-1', type: 'osdp', port: 'rs485-1', address: 1 } },
      },
    ],
    accessRules: [{ id: 'all', groups: ['staff'], doors: ['door-1'], schedules: ['days'] }],
  }),
).place

const format = formats.find(({ id }) => id === 'h10302')!

/** Person number n, with card number n. */
export function personOf(n: number): Person {
  return person.parse({
    id: `p-${n}`,
    groups: ['staff'],
    credentials: [{ id: `c-${n}`, type: 'card', cardNumber: String(n), bitLength: 37 }],
  })
}

export function bitsOf(n: number): string {
  const encoded = encode(format, { cardNumber: n })
  if (!encoded.ok) throw new Error(encoded.message)
  return encoded.bits
}

export interface BenchStore {
  readonly store: Store
  readonly directory: string
  /** Closes the store and leaves the directory. */
  close(): void
  remove(): void
}

export function openBench(sync?: Sync): BenchStore {
  const directory = mkdtempSync(join(tmpdir(), 'portunus-bench-'))
  const opened = openStore(join(directory, 'data'), { controller: 'ctrl-1', wall: Date.now(), ...(sync ? { sync } : {}) })
  if (!opened.ok) throw new Error(opened.message)
  const { store } = opened
  store.begin()
  return {
    store,
    directory: join(directory, 'data'),
    close: () => store.close(),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}

export const nothing = () => ({ events: [], changes: [], shares: [] })

/** Puts a site with so many people in force, in the pieces they come in over the link. @returns how long the loop was held up each time, in ms, the shortest first */
export async function fill(store: Store, count: number): Promise<number[]> {
  const staging = store.stage()
  const held: number[] = []
  const timed = (work: () => void) => {
    const start = performance.now()
    work()
    held.push(performance.now() - start)
  }
  for (let from = 0; from < count; from += 100) {
    timed(() => staging.put(Array.from({ length: Math.min(100, count - from) }, (_, i) => personOf(from + i))))
    await new Promise(setImmediate)
  }
  timed(() => {
    const { fault } = store.replace(
      { revision: `of ${count}`, checksum: '', place, people: { staged: staging.generation } },
      nothing,
      Date.now(),
    )
    if (fault) throw new Error(fault)
  })
  return held.sort((a, b) => a - b)
}

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
