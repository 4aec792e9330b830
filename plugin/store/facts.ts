import { eq } from 'drizzle-orm'
import { v7 as uuid } from 'uuid'
import type { Store } from './open.ts'
import { facts } from './schema.ts'

export type Fact = 'systemId' | 'epoch' | 'removedThrough' | 'source' | 'started' | 'tail' | 'address' | 'identityProvider'

export function readFact(store: Store, key: Fact): string | undefined {
  return store.db.select().from(facts).where(eq(facts.key, key)).get()?.value
}

export function writeFact(store: Store, key: Fact, value: string): void {
  store.db.insert(facts).values({ key, value }).onConflictDoUpdate({ target: facts.key, set: { value } }).run()
}

/** A lasting identity, made when first asked for. */
export function identity(store: Store, key: 'systemId' | 'epoch'): string {
  store.db.insert(facts).values({ key, value: uuid() }).onConflictDoNothing().run()
  return readFact(store, key)!
}
