import { chmodSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import Sqlite from 'better-sqlite3'
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3'
import { migrate } from 'drizzle-orm/better-sqlite3/migrator'
import { makeDirectory } from './directory.ts'
import { searchable } from './search.ts'
import { openVault, type Vault } from './vault.ts'

export type Database = BetterSQLite3Database

/** The plugin's data directory, open. */
export interface Store {
  readonly directory: string
  readonly db: Database
  readonly sql: Sqlite.Database
  readonly vault: Vault
  /** Runs `work` in one write transaction; what throws is rolled back and thrown on. */
  transact<T>(work: () => T): T
  /** Changes whenever another process has written. */
  foreignVersion(): number
  close(): void
}

export type OpenFailure = 'data-not-usable' | 'data-in-use' | 'data-newer' | 'key-not-usable'
export type Opened =
  | { readonly ok: true; readonly store: Store }
  | { readonly ok: false; readonly reason: OpenFailure; readonly message: string }

const migrationsFolder = fileURLToPath(new URL('./migrations', import.meta.url))

/**
 * Opens (and makes, and brings up to date) a data directory.
 * @param serve whether this process is the server, of which there is one a directory; a tool opens it beside the server
 */
export function openStore(directory: string, { serve }: { serve: boolean }): Opened {
  const dir = resolve(directory)
  const refuse = (reason: OpenFailure, message: string): Opened => ({ ok: false, reason, message })
  try {
    makeDirectory(dir)
  } catch (error) {
    return refuse('data-not-usable', `data directory ${dir} cannot be made: ${(error as Error).message}`)
  }
  const held: Sqlite.Database[] = []
  const letGo = () => {
    for (const lock of held) lock.close()
  }
  let sql: Sqlite.Database | undefined
  try {
    if (serve) {
      const lock = hold(join(dir, 'server.lock'), 0)
      if (!lock)
        return refuse('data-in-use', `data directory ${dir} is used by another process; stop it, or name another directory with --data`)
      held.push(lock)
    }
    sql = new Sqlite(join(dir, 'plugin.db'), { timeout: 10_000 })
    sql.pragma('journal_mode = WAL')
    sql.pragma('synchronous = FULL')
    sql.pragma('cache_size = -65536')
    // What is removed is written over: names and pictures of people who are erased.
    sql.pragma('secure_delete = ON')
    // For migrations.
    sql.function('searchable', { deterministic: true }, text => searchable(String(text)))
    const db = drizzle(sql)
    let vault: Vault | Error
    const migrating = hold(join(dir, 'migration.lock'), 20_000)
    if (!migrating) throw new Error('another process has been bringing it up to date for 20 s')
    try {
      if (versionOf(sql) > knownVersion()) {
        sql.close()
        letGo()
        return refuse(
          'data-newer',
          `data directory ${dir} was written by a newer version of Portunus; update this one, or name another directory with --data`,
        )
      }
      migrate(db, { migrationsFolder })
      chmodSync(join(dir, 'plugin.db'), 0o600)
      vault = keyed(() => openVault(db, join(dir, 'key')))
    } finally {
      migrating.close()
    }
    const opened = sql
    if (vault instanceof Error) {
      opened.close()
      letGo()
      return refuse('key-not-usable', vault.message)
    }
    return {
      ok: true,
      store: {
        directory: dir,
        db,
        sql: opened,
        vault,
        transact: work => opened.transaction(work).immediate(),
        foreignVersion: () => opened.pragma('data_version', { simple: true }) as number,
        close: () => {
          opened.close()
          letGo()
        },
      },
    }
  } catch (error) {
    sql?.close()
    letGo()
    return refuse('data-not-usable', `data directory ${dir} cannot be used: ${(error as Error).message}`)
  }
}

function keyed<T>(open: () => T): T | Error {
  try {
    return open()
  } catch (error) {
    return error as Error
  }
}

/** An exclusive lock that the operating system lets go of when the process dies; undefined when somebody else has it for longer than `wait` ms. */
function hold(file: string, wait: number): Sqlite.Database | undefined {
  const lock = new Sqlite(file, { timeout: wait })
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
  const table = sql.prepare("select 1 from sqlite_master where name = '__drizzle_migrations'").get()
  if (!table) return 0
  const row = sql.prepare('select max(created_at) as version from __drizzle_migrations').get() as { version: number | null }
  return Number(row.version ?? 0)
}

function knownVersion(): number {
  const journal = JSON.parse(readFileSync(join(migrationsFolder, 'meta/_journal.json'), 'utf8')) as { entries: { when: number }[] }
  return Math.max(...journal.entries.map(entry => entry.when))
}
