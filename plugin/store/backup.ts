import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import Sqlite from 'better-sqlite3'
import { v7 as uuid } from 'uuid'
import { whyNoFile } from '../../shared/file-error.ts'
import { makeDirectory } from './directory.ts'
import type { Store } from './open.ts'

/*
 * A backup is one file. Plain: the database, whose secrets stay sealed under the key file, which is not in it. Encrypted: a line of JSON, then the
 * key file and the database under a key from a passphrase (scrypt, AES-256-GCM), then the tag.
 */

const magic = 'portunus backup 1'
const scrypt = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1_048_576 }
const tagBytes = 16
const keyBytes = 32
/** A part of a backup that is older is nobody's any more, in ms. */
const leftMs = 6 * 3_600_000

interface Header {
  readonly format: typeof magic
  readonly salt: string
  readonly nonce: string
}

export interface Backup {
  readonly name: string
  readonly at: number
  readonly bytes: number
  readonly encrypted: boolean
}

export const backupDirectory = (store: Store): string => join(store.directory, 'backups')

/** Writes a consistent copy while the server runs on, and removes all but the newest `keep`. */
export async function makeBackup(
  store: Store,
  { now, passphrase, keep }: { now: number; passphrase: string | undefined; keep: number },
): Promise<Backup> {
  const directory = backupDirectory(store)
  makeDirectory(directory)
  const name = `portunus-${new Date(now).toISOString().replace(/[:.]/g, '-')}${passphrase === undefined ? '.db' : '.backup'}`
  const copy = join(directory, `.${name}.part`)
  const target = join(directory, name)
  // What a process that died has left would fill the disk night by night.
  const parts = readdirSync(directory).filter(each => each.endsWith('.part'))
  for (const left of parts.map(each => join(directory, each))) if (statSync(left).mtimeMs < now - leftMs) rmSync(left, { force: true })
  try {
    await store.sql.backup(copy)
    chmodSync(copy, 0o600)
    if (passphrase === undefined) renameSync(copy, target)
    else await seal(copy, join(store.directory, 'key'), target, passphrase)
  } finally {
    rmSync(copy, { force: true })
    rmSync(`${target}.part`, { force: true })
  }
  for (const old of listBackups(store).slice(keep)) rmSync(join(directory, old.name), { force: true })
  return describe(directory, name)
}

/** Newest first. */
export function listBackups(store: Store): readonly Backup[] {
  const directory = backupDirectory(store)
  if (!existsSync(directory)) return []
  return readdirSync(directory)
    .filter(name => /^portunus-.*\.(db|backup)$/.test(name))
    .sort()
    .reverse()
    .map(name => describe(directory, name))
}

function describe(directory: string, name: string): Backup {
  const { size, mtimeMs } = statSync(join(directory, name))
  return { name, at: Math.round(mtimeMs), bytes: size, encrypted: name.endsWith('.backup') }
}

async function seal(database: string, keyFile: string, target: string, passphrase: string): Promise<void> {
  const [salt, nonce] = [randomBytes(16), randomBytes(12)]
  const header: Header = { format: magic, salt: salt.toString('hex'), nonce: nonce.toString('hex') }
  const line = `${JSON.stringify(header)}\n`
  const cipher = createCipheriv('aes-256-gcm', scryptSync(passphrase, salt, 32, scrypt), nonce).setAAD(Buffer.from(line))
  const part = `${target}.part`
  async function* plain() {
    yield readFileSync(keyFile)
    yield* createReadStream(database)
  }
  const framed = new Transform({
    construct(done) {
      this.push(line)
      done()
    },
    transform: (chunk, _, done) => done(null, chunk),
    flush(done) {
      this.push(cipher.getAuthTag())
      done()
    },
  })
  await pipeline(Readable.from(plain()), cipher, framed, createWriteStream(part, { mode: 0o600 }))
  renameSync(part, target)
}

export type Restored = { readonly ok: true; readonly moved: string | undefined } | { readonly ok: false; readonly message: string }

/**
 * Puts a backup in place of what a data directory holds, which is moved aside. The log gets another epoch: what consumers have seen of the one
 * before counts no more.
 */
export async function restoreBackup(
  file: string,
  directory: string,
  { now, passphrase }: { now: number; passphrase: string | undefined },
): Promise<Restored> {
  const refuse = (message: string): Restored => ({ ok: false, message })
  const encrypted = kindOf(file)
  if (encrypted instanceof Error) return refuse(`${file}: ${whyNoFile(encrypted)}`)
  if (encrypted && passphrase === undefined) return refuse(`${file} is encrypted; give its passphrase`)
  const staging = join(directory, '.restore')
  try {
    makeDirectory(directory)
    rmSync(staging, { recursive: true, force: true })
    mkdirSync(staging, { mode: 0o700 })
  } catch (error) {
    return refuse(`data directory ${directory} cannot be used: ${(error as Error).message}`)
  }
  try {
    const database = join(staging, 'plugin.db')
    if (encrypted) {
      const problem = await unseal(file, staging, passphrase!)
      if (problem) return refuse(`${file}: ${problem}`)
    } else {
      await pipeline(createReadStream(file), createWriteStream(database, { mode: 0o600 }))
      if (!existsSync(join(directory, 'key')))
        return refuse(`a plain backup holds no keys: put the file "key" of its data directory into ${directory} first`)
    }
    const problem = renew(database)
    if (problem) return refuse(`${file}: ${problem}`)
    return { ok: true, moved: exchange(directory, staging, now) }
  } catch (error) {
    return refuse(`it cannot be written to ${directory}: ${(error as Error).message}`)
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}

/** Moves what is there aside, and what was restored in its place. */
function exchange(directory: string, staging: string, now: number): string | undefined {
  const names = ['plugin.db', 'plugin.db-wal', 'plugin.db-shm']
  if (existsSync(join(staging, 'key'))) names.push('key')
  const aside = join(directory, `before-restore-${new Date(now).toISOString().replace(/[:.]/g, '-')}`)
  const present = names.filter(name => existsSync(join(directory, name)))
  if (present.length > 0) mkdirSync(aside, { mode: 0o700 })
  for (const name of present) renameSync(join(directory, name), join(aside, name))
  for (const name of readdirSync(staging)) renameSync(join(staging, name), join(directory, name))
  return present.length > 0 ? aside : undefined
}

/** Checks the database and gives the log another epoch. @returns what is wrong with it */
function renew(file: string): string | undefined {
  const sql = new Sqlite(file)
  try {
    const [check] = sql.pragma('integrity_check') as { integrity_check: string }[]
    if (check?.integrity_check !== 'ok') return `the database in it is damaged: ${check?.integrity_check}`
    sql.prepare("update facts set value = ? where key = 'epoch'").run(uuid())
    sql.prepare('delete from sessions').run()
    return undefined
  } catch (error) {
    return `this is no backup of Portunus: ${(error as Error).message}`
  } finally {
    sql.close()
  }
}

async function unseal(file: string, staging: string, passphrase: string): Promise<string | undefined> {
  const start = readStart(file, 400)
  const end = start.indexOf('\n')
  const header = parse(start.subarray(0, Math.max(0, end)).toString())
  if (!header) return 'this is no backup of Portunus'
  const { size } = statSync(file)
  const tag = readStart(file, tagBytes, size - tagBytes)
  const key = scryptSync(passphrase, Buffer.from(header.salt, 'hex'), 32, scrypt)
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(header.nonce, 'hex'), { authTagLength: tagBytes })
    .setAAD(start.subarray(0, end + 1))
    .setAuthTag(tag)
  let held = Buffer.alloc(0)
  let keyWritten = false
  const split = new Transform({
    transform(chunk: Buffer, _, done) {
      if (keyWritten) return done(null, chunk)
      held = Buffer.concat([held, chunk])
      if (held.length < keyBytes) return done()
      keyWritten = true
      writeFileSync(join(staging, 'key'), held.subarray(0, keyBytes), { mode: 0o600 })
      done(null, held.subarray(keyBytes))
    },
  })
  try {
    const sealed = createReadStream(file, { start: end + 1, end: size - tagBytes - 1 })
    await pipeline(sealed, decipher, split, createWriteStream(join(staging, 'plugin.db'), { mode: 0o600 }))
    return undefined
  } catch (error) {
    // What the system refuses, a full disk say, is not the passphrase's fault.
    if ((error as NodeJS.ErrnoException).syscall !== undefined) throw error
    return 'the passphrase is wrong, or the file was changed'
  }
}

/** Whether a backup is encrypted, or why it is none. */
function kindOf(file: string): boolean | Error {
  try {
    const start = readStart(file, 400)
    if (start.toString('latin1', 0, 16) === 'SQLite format 3\0') return false
    return parse(start.toString().split('\n', 1)[0]!) ? true : new Error('this is no backup of Portunus')
  } catch (error) {
    return error as Error
  }
}

function parse(line: string): Header | undefined {
  try {
    const header = JSON.parse(line) as Header
    return header.format === magic ? header : undefined
  } catch {
    return undefined
  }
}

function readStart(file: string, length: number, position = 0): Buffer {
  const fd = openSync(file, 'r')
  try {
    const buffer = Buffer.alloc(length)
    return buffer.subarray(0, readSync(fd, buffer, 0, length, position))
  } finally {
    closeSync(fd)
  }
}

/** The name of a backup, never a path. */
export const isBackupName = (name: string): boolean => basename(name) === name && /^portunus-[\w-]+\.(db|backup)$/.test(name)
