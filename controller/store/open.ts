import { randomBytes } from 'node:crypto'
import { chmodSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import Sqlite from 'better-sqlite3'
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import type { Store } from './contract.ts'
import { makeDirectory } from './directory.ts'
import { memoryDisk, openDisk, type Sync } from './disk.ts'
import { openKeys, type RandomBytes, readKeyFile } from './keys.ts'
import { createStore, type Limits } from './store.ts'

export type Database = BetterSQLite3Database

export type OpenFailure = 'data-not-usable' | 'data-in-use' | 'data-newer' | 'key-not-usable'
export type Opened =
  | { readonly ok: true; readonly store: Store }
  | { readonly ok: false; readonly reason: OpenFailure; readonly message: string }

export interface StoreOptions {
  readonly controller: string
  /** Unix ms now: the moment in the ids made on the way. */
  readonly wall: number
  readonly random?: RandomBytes
  /** How the write-ahead log is made durable; `fdatasync` off the loop unless told otherwise. */
  readonly sync?: Sync
  readonly limits?: Partial<Limits>
}

const migrationsFolder = fileURLToPath(new URL('./migrations', import.meta.url))

/** A store that lives as long as the process and longer than a runtime: for scenarios and tests. Everything is durable at once. */
export function openMemoryStore({ controller, wall, random = randomBytes, limits }: StoreOptions): Store {
  const sql = new Sqlite(':memory:')
  const db = drizzle(sql)
  migrate(db, { migrationsFolder })
  const keys = openKeys(db, random(32), random)
  return createStore({ sql, keys, disk: memoryDisk(), controller, wall, random, close: () => sql.close(), limits })
}

/** Opens (and makes, and brings up to date) the data directory of one controller. */
export function openStore(directory: string, { controller, wall, random = randomBytes, sync, limits }: StoreOptions): Opened {
  const dir = resolve(directory)
  const refuse = (reason: OpenFailure, message: string): Opened => ({ ok: false, reason, message })
  let lock: Sqlite.Database | undefined
  let sql: Sqlite.Database | undefined
  const letGo = () => {
    sql?.close()
    lock?.close()
  }
  try {
    makeDirectory(dir)
    lock = hold(join(dir, 'controller.lock'))
    if (lock === undefined)
      return refuse('data-in-use', `data directory ${dir} is used by another process; stop it, or name another directory`)
    const file = join(dir, 'controller.db')
    sql = new Sqlite(file, { timeout: 20 })
    sql.pragma('journal_mode = WAL')
    sql.pragma('synchronous = NORMAL')
    sql.pragma('wal_autocheckpoint = 0')
    sql.pragma('cache_size = -4096')
    const db = drizzle(sql)
    if (versionOf(sql) > knownVersion()) {
      letGo()
      return refuse(
        'data-newer',
        `data directory ${dir} was written by a newer version of Portunus; update this one, or name another directory`,
      )
    }
    migrate(db, { migrationsFolder })
    chmodSync(file, 0o600)
    let key: Uint8Array
    try {
      key = readKeyFile(join(dir, 'key'), random)
    } catch (error) {
      letGo()
      return refuse('key-not-usable', (error as Error).message)
    }
    const opened = sql
    const held = lock
    // Writes a first page, so that the write-ahead log is there to be made durable.
    opened.pragma(`user_version = ${opened.pragma('user_version', { simple: true })}`)
    const disk = openDisk(opened, file, sync)
    const close = () => {
      disk.close()
      opened.close()
      held.close()
    }
    return { ok: true, store: createStore({ sql: opened, keys: openKeys(db, key, random), disk, controller, wall, random, close, limits }) }
  } catch (error) {
    letGo()
    return refuse('data-not-usable', `data directory ${dir} cannot be used: ${(error as Error).message}`)
  }
}

/** An exclusive lock that the operating system lets go of when the process dies; undefined when another has it. */
function hold(file: string): Sqlite.Database | undefined {
  const lock = new Sqlite(file, { timeout: 0 })
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock.close()
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return undefined
    throw error
  }
}

function versionOf(sql: Sqlite.Database): number {
  if (sql.prepare("select 1 from sqlite_master where name = '__drizzle_migrations'").get() === undefined) return 0
  return sql.prepare<[], number | null>('select max(created_at) from __drizzle_migrations').pluck().get() ?? 0
}

function knownVersion(): number {
  const journal = JSON.parse(readFileSync(join(migrationsFolder, 'meta/_journal.json'), 'utf8')) as { entries: { when: number }[] }
  return Math.max(...journal.entries.map(entry => entry.when))
}
