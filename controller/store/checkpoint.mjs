/** Copies the WAL into the database off the main thread: the syncs of a slow disk must hold up no door. */
import { parentPort, workerData } from 'node:worker_threads'
import Sqlite from 'better-sqlite3'

const sql = new Sqlite(workerData, { timeout: 0 })
sql.pragma('synchronous = NORMAL')
const [{ busy, log, checkpointed }] = sql.pragma('wal_checkpoint(PASSIVE)')
parentPort.postMessage(busy === 0 && log === checkpointed)
sql.close()
