import { createCipheriv, createDecipheriv } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { eq } from 'drizzle-orm'
import type { Database } from './open.ts'
import { secrets } from './schema.ts'

/** Bytes nobody can foretell, of the given number. */
export type RandomBytes = (length: number) => Uint8Array

/** Keys of readers, the PIN key and link credentials at rest: AES-256-GCM under the key file; the name of a secret is bound to its value. */
export interface Keys {
  get(name: string): Buffer | undefined
  set(name: string, secret: Uint8Array): void
  remove(name: string): void
  names(): readonly string[]
}

const nonceBytes = 12
const tagBytes = 16

export function openKeys(db: Database, key: Uint8Array, random: RandomBytes): Keys {
  return {
    get(name) {
      const row = db.select().from(secrets).where(eq(secrets.name, name)).get()
      return row && unseal(key, name, row.sealed)
    },
    set(name, secret) {
      const sealed = seal(key, name, secret, random(nonceBytes))
      db.insert(secrets).values({ name, sealed }).onConflictDoUpdate({ target: secrets.name, set: { sealed } }).run()
    },
    remove(name) {
      db.delete(secrets).where(eq(secrets.name, name)).run()
    },
    names: () =>
      db
        .select({ name: secrets.name })
        .from(secrets)
        .all()
        .map(row => row.name),
  }
}

/**
 * Keys over {@link openKeys} that are taken whether the disk takes them or not; those that it does not take wait in memory.
 * @param write carries work out whole; false where nothing of it was written
 */
export function keepKeys(keys: Keys, write: (work: () => void) => boolean) {
  /** Null is to be removed. */
  const waiting = new Map<string, Buffer | null>()
  function catchUp(): void {
    if (waiting.size === 0) return
    const work = () => {
      for (const [name, secret] of waiting) {
        if (secret === null) keys.remove(name)
        else keys.set(name, secret)
      }
    }
    if (write(work)) waiting.clear()
  }
  function keep(name: string, secret: Buffer | null): void {
    waiting.set(name, secret)
    catchUp()
  }
  const kept: Keys = {
    get(name) {
      const secret = waiting.get(name)
      return secret === undefined ? keys.get(name) : (secret ?? undefined)
    },
    set: (name, secret) => keep(name, Buffer.from(secret)),
    remove: name => keep(name, null),
    names: keys.names,
  }
  return {
    keys: kept,
    /** Writes what waits, as far as there is a disk again. */
    catchUp,
    get waiting() {
      return waiting.size > 0
    },
  }
}

/**
 * The 32 bytes of the key file, which is made when there is none.
 * @throws Error saying what to do, when others may read it or it is damaged
 */
export function readKeyFile(file: string, random: RandomBytes): Uint8Array {
  if (!existsSync(file)) {
    writeFileSync(file, random(32), { flag: 'wx', mode: 0o600, flush: true })
    chmodSync(file, 0o600)
  }
  if ((statSync(file).mode & 0o077) !== 0) throw new Error(`the key file ${file} may be read by others; run chmod 600 ${file}`)
  const key = readFileSync(file)
  if (key.length !== 32)
    throw new Error(`the key file ${file} is damaged: it has ${key.length} bytes instead of 32; put back the one of this data directory`)
  return key
}

/** `nonce | tag | ciphertext`, bound to `name`. */
export function seal(key: Uint8Array, name: string, secret: Uint8Array, nonce: Uint8Array): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name))
  const body = Buffer.concat([cipher.update(secret), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body])
}

/** @throws Error when key, name or bytes are not those it was sealed with */
export function unseal(key: Uint8Array, name: string, sealed: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, nonceBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(name))
    .setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes))
  return Buffer.concat([decipher.update(sealed.subarray(nonceBytes + tagBytes)), decipher.final()])
}
