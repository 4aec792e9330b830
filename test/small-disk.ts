import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import Sqlite from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import type { StoreFault } from '../controller/store/contract.ts'
import { memoryDisk } from '../controller/store/disk.ts'
import { openKeys } from '../controller/store/keys.ts'
import { createStore, type Limits } from '../controller/store/store.ts'

const migrationsFolder = fileURLToPath(new URL('../controller/store/migrations', import.meta.url))

/** A store whose disk can be made full, and that says it has so many bytes free. */
export function createSmallDisk(options: {
  readonly controller: string
  readonly wall: number
  readonly limits?: Partial<Limits>
  readonly free?: number
}) {
  const { controller, wall, limits, free = Number.POSITIVE_INFINITY } = options
  const sql = new Sqlite(':memory:')
  const db = drizzle(sql)
  migrate(db, { migrationsFolder })
  const disk = { ...memoryDisk(), free }
  const store = createStore({
    sql,
    keys: openKeys(db, randomBytes(32), randomBytes),
    disk,
    controller,
    wall,
    random: randomBytes,
    limits,
    close: () => sql.close(),
  })
  const faults: (StoreFault | null)[] = []
  return {
    store,
    sql,
    faults,
    /** Notes the store's faults; a runtime hears them itself. */
    listen() {
      store.begin()
      store.onFault(fault => faults.push(fault))
    },
    fill: () => sql.pragma(`max_page_count = ${sql.pragma('page_count', { simple: true })}`),
    empty: () => sql.pragma('max_page_count = 1000000'),
  }
}
