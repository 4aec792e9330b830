import { createHmac } from 'node:crypto'
import type Sqlite from 'better-sqlite3'
import type { Person } from '../../shared/link.ts'
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
  count(): number
  /** Removes rows of generations that are not in force; not while one is being written. @returns whether there may be more */
  sweep(limit: number): boolean
}

interface CredentialRow {
  readonly cardholder: string
  readonly body: string
}

/** @param pinKey the site's PIN key; without one no PIN is ever found */
export function openPeople(sql: Sqlite.Database, generation: number, pinKey: () => Uint8Array | undefined): People {
  const holder = sql.prepare<[number, string], string>('select body from cardholders where generation = ? and id = ?').pluck()
  const byKey = sql.prepare<[number, string], CredentialRow>(
    'select cardholder, body from credentials where generation = ? and key = ? order by id',
  )
  const byPin = sql.prepare<[number, string, number, string], CredentialRow>(
    `select cardholder, body from (
       select id, cardholder, body from credentials where generation = ? and key = ?
       union select id, cardholder, body from credentials where generation = ? and duressKey = ?) order by id`,
  )
  const byHolder = sql
    .prepare<[number, string], string>('select body from credentials where generation = ? and cardholder = ? order by id')
    .pluck()
  const byId = sql.prepare<[number, string], CredentialRow>('select cardholder, body from credentials where generation = ? and id = ?')
  const groups = sql
    .prepare<[number, string], string>('select "group" from memberships where generation = ? and cardholder = ? order by "group"')
    .pluck()
  const insertHolder = sql.prepare('insert into cardholders (generation, id, body) values (?, ?, ?)')
  const insertCredential = sql.prepare(
    'insert into credentials (generation, id, cardholder, key, duressKey, body) values (?, ?, ?, ?, ?, ?)',
  )
  const insertMembership = sql.prepare('insert or ignore into memberships (generation, cardholder, "group") values (?, ?, ?)')
  const removals = [
    'cardholders where generation = ? and id = ?',
    'credentials where generation = ? and cardholder = ?',
    'memberships where generation = ? and cardholder = ?',
  ].map(from => sql.prepare(`delete from ${from}`))
  const tables = ['credentials', 'memberships', 'cardholders']
  const outmost = tables.map(table => sql.prepare<[], number | null>(`select max(generation) from ${table}`).pluck())
  const sweeps = tables.flatMap(table =>
    ['<', '>'].map(side =>
      sql.prepare(`delete from ${table} where rowid in (select rowid from ${table} where generation ${side} ? limit ?)`),
    ),
  )
  const size = sql.prepare<[number], number>('select count(*) from cardholders where generation = ?').pluck()

  const held = <C extends Credential>({ cardholder, body }: CredentialRow): Held<C> => ({ cardholder, credential: JSON.parse(body) as C })
  const hashPin = (digits: string) => {
    const key = pinKey()
    return key === undefined ? '' : createHmac('sha256', key).update(digits).digest('hex')
  }

  const people: People = {
    generation,
    directory: {
      cards: (cardNumber, bitLength) => byKey.all(people.generation, cardKey(cardNumber, bitLength)).map(row => held(row)),
      pins: hash =>
        hash === '' ? [] : byPin.all(people.generation, `pin ${hash}`, people.generation, `pin ${hash}`).map(row => held(row)),
      plates: plate => byKey.all(people.generation, `plate ${plate}`).map(row => held(row)),
      mobiles: token => byKey.all(people.generation, `mobile ${token}`).map(row => held(row)),
      credentials: cardholder => byHolder.all(people.generation, cardholder).map(body => JSON.parse(body) as Credential),
      credential: id => {
        const row = byId.get(people.generation, id)
        return row && held(row)
      },
      cardholder: id => {
        const body = holder.get(people.generation, id)
        return body === undefined ? undefined : (JSON.parse(body) as Holder)
      },
      groupsOf: cardholder => groups.all(people.generation, cardholder),
      hashPin,
    },
    unused: () => Math.max(people.generation, ...outmost.map(each => each.get() ?? 0)) + 1,
    put(into, { credentials, groups: memberOf, ...options }) {
      people.remove(into, options.id)
      insertHolder.run(into, options.id, JSON.stringify(options))
      for (const credential of credentials.map(each => withoutDigits(each, hashPin)))
        insertCredential.run(into, credential.id, options.id, keyOf(credential), duressKeyOf(credential), JSON.stringify(credential))
      for (const group of memberOf) insertMembership.run(into, options.id, group)
    },
    remove(from, cardholder) {
      for (const removal of removals) removal.run(from, cardholder)
    },
    count: () => size.get(people.generation) ?? 0,
    sweep(limit) {
      return sweeps.some(sweep => sweep.run(people.generation, limit).changes > 0)
    },
  }
  return people
}

function cardKey(cardNumber: string, bitLength: number): string {
  return `card ${bitLength} ${cardNumber.toLowerCase().replace(/^0+(?=.)/, '')}`
}

function keyOf(credential: Credential): string {
  switch (credential.type) {
    case 'card':
      return cardKey(credential.cardNumber, credential.bitLength)
    case 'pin':
      return `pin ${credential.pinHash}`
    case 'licence-plate':
      return `plate ${credential.plate.toUpperCase().replaceAll(/\s/g, '')}`
    case 'mobile':
      return `mobile ${credential.token}`
  }
}

function duressKeyOf(credential: Credential): string | null {
  return credential.type === 'pin' && credential.duressPinHash !== undefined ? `pin ${credential.duressPinHash}` : null
}

/** A PIN is kept as its hash alone (domain.md §2). */
function withoutDigits(credential: Credential, hashPin: (digits: string) => string): Credential {
  if (credential.type !== 'pin') return credential
  const { pin, duressPin, ...rest } = credential
  return {
    ...rest,
    ...(pin === undefined ? {} : { pinHash: hashPin(pin) }),
    ...(duressPin === undefined ? {} : { duressPinHash: hashPin(duressPin) }),
  }
}
