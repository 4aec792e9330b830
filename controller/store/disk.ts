import { closeSync, fdatasync, openSync, statfs, statSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type Sqlite from 'better-sqlite3'

/** Makes what was written to a file descriptor durable, without blocking the caller. */
export type Sync = (fd: number, done: (error: Error | null) => void) => void

/** How the store's database reaches the disk. In memory all of it is immediate. */
export interface Disk {
  /** Calls back when everything written until now is durable; calls while one is under way are served by one more. */
  sync(done: (error: Error | null) => void): void
  /** Brings the WAL into the database when it has grown, off the loop. */
  checkpoint(): void
  /** Bytes that are free where the database lies, as last asked. */
  readonly free: number
  askFree(): void
  close(): void
}

/** WAL pages after which a checkpoint is worth it, and after which it is done at any cost. */
const worthBytes = 8 * 1024 * 1024
const limitBytes = 128 * 1024 * 1024

export function memoryDisk(): Disk {
  return { sync: done => done(null), checkpoint() {}, free: Number.POSITIVE_INFINITY, askFree() {}, close() {} }
}

export function openDisk(sql: Sqlite.Database, file: string, sync: Sync = fdatasync): Disk {
  const wal = `${file}-wal`
  const fd = openSync(wal, 'r+')
  const changes = sql.prepare<[], number>('select total_changes()').pluck()
  let waiting: ((error: Error | null) => void)[] = []
  let syncing = false
  let closed = false
  let checkpointing = false
  let free = Number.POSITIVE_INFINITY

  function run(): void {
    const served = waiting
    waiting = []
    syncing = true
    sync(fd, error => {
      syncing = false
      if (closed) return closeSync(fd)
      for (const done of served) done(error)
      if (waiting.length > 0 && !syncing && !closed) run()
    })
  }

  /** Starts the WAL anew without a sync on the loop: the worker has made the database durable, and a truncated WAL holds nothing stale. */
  function restart(): void {
    sql.pragma('synchronous = OFF')
    sql.pragma('wal_checkpoint(TRUNCATE)')
    sql.pragma(`user_version = ${sql.pragma('user_version', { simple: true })}`)
    sql.pragma('synchronous = NORMAL')
  }

  return {
    sync(done) {
      waiting.push(done)
      if (!syncing) run()
    },
    checkpoint() {
      const size = statSync(wal).size
      if (checkpointing || size < Math.min(worthBytes, Math.max(free, 1))) return
      checkpointing = true
      const before = changes.get()
      const worker = new Worker(new URL('./checkpoint.mjs', import.meta.url), { workerData: file })
      worker.once('message', (complete: boolean) => {
        if (closed) return
        if (complete && changes.get() === before) restart()
        else if (size > limitBytes) sql.pragma('wal_checkpoint(TRUNCATE)')
      })
      worker.once('error', () => {})
      worker.once('exit', () => {
        checkpointing = false
      })
      worker.unref()
    },
    get free() {
      return free
    },
    askFree() {
      statfs(file, (error, stats) => {
        if (error === null) free = stats.bavail * stats.bsize
      })
    },
    close() {
      closed = true
      if (!syncing) closeSync(fd)
    },
  }
}
