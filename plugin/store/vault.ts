import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { eq, like } from 'drizzle-orm'
import type { Database } from './open.ts'
import { secrets } from './schema.ts'

/** Keys at rest: AES-256-GCM under a key file that only its owner may read; the name of a secret is bound to its value. */
export interface Vault {
  get(name: string): Buffer | undefined
  set(name: string, secret: Uint8Array): void
  remove(name: string): void
  names(prefix: string): readonly string[]
}

const nonceBytes = 12
const tagBytes = 16

/**
 * The vault of one database. The key file is made when there is none.
 * @throws Error saying what to do, when the key file is open to others or of a wrong length
 */
export function openVault(db: Database, keyFile: string): Vault {
  const key = readKey(keyFile)
  return {
    get(name) {
      const row = db.select().from(secrets).where(eq(secrets.name, name)).get()
      return row && unseal(key, name, row.sealed)
    },
    set(name, secret) {
      const sealed = seal(key, name, secret)
      db.insert(secrets).values({ name, sealed }).onConflictDoUpdate({ target: secrets.name, set: { sealed } }).run()
    },
    remove(name) {
      db.delete(secrets).where(eq(secrets.name, name)).run()
    },
    names(prefix) {
      return db
        .select({ name: secrets.name })
        .from(secrets)
        .where(like(secrets.name, `${prefix}%`))
        .all()
        .map(row => row.name)
    },
  }
}

function readKey(file: string): Buffer {
  if (!existsSync(file)) {
    writeFileSync(file, randomBytes(32), { flag: 'wx', mode: 0o600, flush: true })
    return readFileSync(file)
  }
  if ((statSync(file).mode & 0o077) !== 0) throw new Error(`the key file ${file} may be read by others; run chmod 600 ${file}`)
  const key = readFileSync(file)
  if (key.length !== 32)
    throw new Error(`the key file ${file} is damaged: it has ${key.length} bytes instead of 32; put back the one of this data directory`)
  return key
}

function seal(key: Buffer, name: string, secret: Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name))
  const body = Buffer.concat([cipher.update(secret), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body])
}

function unseal(key: Buffer, name: string, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(name))
    .setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes))
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()])
}
