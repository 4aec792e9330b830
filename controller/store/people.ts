import { createHmac } from 'node:crypto'
import type Sqlite from 'better-sqlite3'
import { type Person, person as personSchema } from '../../shared/link.ts'
import type { Credential } from '../../shared/site.ts'
import type { Directory, Held, Holder } from '../core/directory.ts'

/** The rows behind the directory. Only the writing functions write, within a transaction of the caller's. */
export interface People {
  readonly directory: Directory
  /** The people that are in force. */
  generation: number
  /** A generation nobody has used. */
  unused(): number
  put(generation: number, person: Person): void
  remove(generation: number, cardholder: string): void
  /** Removes rows of generations that are not in force; not while one is being written. @returns whether there may be more */
  sweep(limit: number): boolean
  /** What was read within a transaction that was rolled back is not so. */
  forget(): void
}

/** A decision asks several times for the same person; this many are kept read. */
const remembered = 32

interface Known {
  readonly holder: Holder
  readonly credentials: readonly Credential[]
  readonly groups: readonly string[]
}

/** @param pinKey the site's PIN key; without one no PIN is ever found */
export function openPeople(sql: Sqlite.Database, generation: number, pinKey: () => Uint8Array | undefined): People {
  const byId = sql.prepare<[number, string], string>('select body from people where generation = ? and id = ?').pluck()
  const byKey = sql.prepare<[number, string], string>('select cardholder from lookups where generation = ? and key = ?').pluck()
  const insert = sql.prepare('insert into people (generation, id, body) values (?, ?, ?)')
  const insertKey = sql.prepare('insert or ignore into lookups (generation, key, cardholder) values (?, ?, ?)')
  const remove = sql.prepare('delete from people where generation = ? and id = ?')
  const removeKey = sql.prepare('delete from lookups where generation = ? and key = ? and cardholder = ?')
  const outmost = ['people', 'lookups'].map(table => sql.prepare<[], number | null>(`select max(generation) from ${table}`).pluck())
  const sweeps = [
    ['people', 'id'],
    ['lookups', 'key, cardholder'],
  ].flatMap(([table, rest]) =>
    ['<', '>'].map(side =>
      sql.prepare(
        `delete from ${table} where (generation, ${rest}) in (select generation, ${rest} from ${table} where generation ${side} ? limit ?)`,
      ),
    ),
  )

  const read = new Map<string, Known>()
  let readGeneration = generation
  function known(id: string): Known | undefined {
    if (readGeneration !== people.generation) read.clear()
    readGeneration = people.generation
    const before = read.get(id)
    if (before !== undefined) return before
    const body = byId.get(people.generation, id)
    if (body === undefined) return undefined
    const { credentials, groups, ...holder } = { ...blank, ...(JSON.parse(body) as Partial<Person>), id }
    const found: Known = { holder, credentials, groups }
    if (read.size >= remembered) read.delete(read.keys().next().value!)
    read.set(id, found)
    return found
  }
  function find<C extends Credential>(key: string): Held<C>[] {
    return byKey
      .all(people.generation, key)
      .flatMap(cardholder =>
        (known(cardholder)?.credentials ?? [])
          .filter(each => keysOf(each).includes(key))
          .map(credential => ({ cardholder, credential: credential as C })),
      )
      .sort((a, b) => (a.credential.id < b.credential.id ? -1 : 1))
  }
  const hashPin = (digits: string) => {
    const key = pinKey()
    return key === undefined ? '' : createHmac('sha256', key).update(digits).digest('hex')
  }

  const people: People = {
    generation,
    directory: {
      cards: (cardNumber, bitLength) => find(cardKey(cardNumber, bitLength)),
      pins: hash => find(`pin ${hash}`),
      plates: plate => find(`plate ${plate}`),
      mobiles: token => find(`mobile ${token}`),
      credentials: cardholder => known(cardholder)?.credentials ?? [],
      credential: id => find(`id ${id}`)[0],
      cardholder: id => known(id)?.holder,
      groupsOf: cardholder => known(cardholder)?.groups ?? [],
      hashPin,
    },
    unused: () => Math.max(people.generation, ...outmost.map(each => each.get() ?? 0)) + 1,
    put(into, { credentials, ...rest }) {
      const { id } = rest
      people.remove(into, id)
      const kept = credentials.map(each => withoutDigits(each, hashPin)).sort((a, b) => (a.id < b.id ? -1 : 1))
      insert.run(into, id, JSON.stringify(withoutBlank({ ...rest, groups: [...rest.groups].sort(), credentials: kept })))
      for (const key of kept.flatMap(keysOf)) insertKey.run(into, key, id)
    },
    remove(from, id) {
      const body = byId.get(from, id)
      if (body === undefined) return
      for (const key of ((JSON.parse(body) as Partial<Person>).credentials ?? []).flatMap(keysOf)) removeKey.run(from, key, id)
      remove.run(from, id)
      read.delete(id)
    },
    forget: () => read.clear(),
    sweep: limit => sweeps.some(sweep => sweep.run(people.generation, limit).changes > 0),
  }
  return people
}

const blank: Person = personSchema.parse({ id: 'nobody' })
/** Nothing at a door asks for them: a controller that is stolen tells no names. */
const names = new Set(['id', 'cardholderId', 'firstName', 'lastName', 'email', 'custom'])

function withoutBlank(person: Person): Partial<Person> {
  const told = Object.entries(person).filter(
    ([field, value]) => !names.has(field) && JSON.stringify(value) !== JSON.stringify(blank[field as keyof Person]),
  )
  return Object.fromEntries(told)
}

function cardKey(cardNumber: string, bitLength: number): string {
  return `card ${bitLength} ${cardNumber.toLowerCase().replace(/^0+(?=.)/, '')}`
}

function keysOf(credential: Credential): string[] {
  const id = `id ${credential.id}`
  switch (credential.type) {
    case 'card':
      return [id, cardKey(credential.cardNumber, credential.bitLength)]
    case 'pin':
      return [id, ...[credential.pinHash, credential.duressPinHash].filter(Boolean).map(hash => `pin ${hash}`)]
    case 'licence-plate':
      return [id, `plate ${credential.plate.toUpperCase().replaceAll(/\s/g, '')}`]
    case 'mobile':
      return [id, `mobile ${credential.token}`]
  }
}

/** A PIN is kept as its hash alone (domain.md §2). */
function withoutDigits(credential: Credential, hashPin: (digits: string) => string): Credential {
  const { name: _, ...nameless } = credential
  if (nameless.type !== 'pin') return nameless
  const { pin, duressPin, ...rest } = nameless
  return {
    ...rest,
    ...(pin === undefined ? {} : { pinHash: hashPin(pin) }),
    ...(duressPin === undefined ? {} : { duressPinHash: hashPin(duressPin) }),
  }
}
