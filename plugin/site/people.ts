import { createHmac } from 'node:crypto'
import { and, asc, eq, gt, inArray, or, sql as query } from 'drizzle-orm'
import type { Cardholder, Credential } from '../../shared/site.ts'
import type { Store } from '../store/open.ts'
import { cardholders, memberships, pictures } from '../store/schema.ts'
import { searchable } from '../store/search.ts'

/** What a cardholder is found by: their credentials, their own number, and whom they visit. */
export type KeyKind = 'id' | 'printed' | 'host' | 'card' | 'pin' | 'duress' | 'plate' | 'mobile'
interface Key {
  readonly kind: KeyKind
  readonly key: string
  readonly credential: string
}

/** Card numbers compare as decimal without leading zeros, or as lower-case hexadecimal. */
export const normalNumber = (number: string): string => number.toLowerCase().replace(/^0+(?=.)/, '')
export const normalPlate = (plate: string): string => plate.toUpperCase().replace(/\s+/g, '')
export const cardKey = (cardNumber: string, bitLength: number): string => `${normalNumber(cardNumber)}/${bitLength}`

/** HMAC-SHA-256 under the site's PIN key, lower-case hexadecimal (domain.md §2). */
export function hashPin(pinKey: Uint8Array, digits: string): string {
  return createHmac('sha256', pinKey).update(digits).digest('hex')
}

/** The same cardholder with hashes in place of PINs. */
export function hidePins(holder: Cardholder, pinKey: Uint8Array): Cardholder {
  const hide = (credential: Credential): Credential => {
    if (credential.type !== 'pin') return credential
    const { pin, duressPin, ...rest } = credential
    return {
      ...rest,
      ...(pin === undefined ? {} : { pinHash: hashPin(pinKey, pin) }),
      ...(duressPin === undefined ? {} : { duressPinHash: hashPin(pinKey, duressPin) }),
    }
  }
  return { ...holder, credentials: holder.credentials.map(hide) }
}

export function keysOf(holder: Cardholder): Key[] {
  const keys: Key[] = [{ kind: 'printed', key: holder.cardholderId ?? holder.id, credential: '' }]
  if (holder.visit) keys.push({ kind: 'host', key: holder.visit.host, credential: '' })
  for (const c of holder.credentials) {
    const add = (kind: KeyKind, key: string) => keys.push({ kind, key, credential: c.id ?? '' })
    if (c.id !== undefined) add('id', c.id)
    if (c.type === 'card') add('card', cardKey(c.cardNumber, c.bitLength))
    else if (c.type === 'licence-plate') add('plate', normalPlate(c.plate))
    else if (c.type === 'mobile') add('mobile', c.token)
    else {
      if (c.pinHash !== undefined) add('pin', c.pinHash)
      if (c.duressPinHash !== undefined) add('duress', c.duressPinHash)
    }
  }
  return keys
}

export interface StoredCardholder {
  readonly holder: Cardholder
  readonly version: number
}

/** A place in the list of people. */
export interface Place {
  readonly sort: string
  readonly id: string
}

/** People as rows: nobody is held in memory. Writing is the business of book.ts, within its transaction. */
export type People = ReturnType<typeof openPeople>

export function openPeople({ db, sql }: Store) {
  const read = sql.prepare<[string], { body: string; version: number }>('select body, version from cardholders where id = ?')
  const found = sql.prepare<[string, string], { credential: string; cardholder: string }>(
    'select credential, cardholder from credential_keys where kind = ? and key = ?',
  )
  const groupsOf = sql.prepare<[string], { group: string }>('select "group" from memberships where cardholder = ? order by "group"')
  const addKey = sql.prepare('insert or ignore into credential_keys (kind, key, credential, cardholder) values (?, ?, ?, ?)')
  const member = sql.prepare<[string, string], 1>('select 1 from memberships where "group" = ? and cardholder = ?').pluck()
  // Members of a group stand in the order they joined in.
  const addMember = sql.prepare(
    'insert or ignore into memberships ("group", cardholder, position) values (?, ?, (select ifnull(max(rowid), 0) + 1 from memberships))',
  )
  const dropKeys = sql.prepare('delete from credential_keys where cardholder = ?')
  const put = sql.prepare(
    `insert into cardholders (id, position, version, search, sort, body) values (@id, @position, @version, @search, @sort, @body)
     on conflict (id) do update set version = @version, search = @search, sort = @sort, body = @body`,
  )
  const lastPosition = sql.prepare<[], { position: number | null }>('select max(position) position from cardholders')

  const get = (id: string): StoredCardholder | undefined => {
    const row = read.get(id)
    return row && { holder: JSON.parse(row.body) as Cardholder, version: row.version }
  }
  const sortOf = (holder: Cardholder) => `${holder.lastName} ${holder.firstName} ${holder.id}`.toLowerCase()

  return {
    get,
    /** Who has a credential with this key. */
    found: (kind: KeyKind, key: string) => found.all(kind, key),
    groupsOf: (cardholder: string): readonly string[] => groupsOf.all(cardholder).map(row => row.group),
    membersOf: (group: string): readonly string[] =>
      db
        .select({ id: memberships.cardholder })
        .from(memberships)
        .where(eq(memberships.group, group))
        .orderBy(asc(memberships.position))
        .all()
        .map(r => r.id),
    memberCount: (group: string): number =>
      db.select({ n: query<number>`count(*)` }).from(memberships).where(eq(memberships.group, group)).get()?.n ?? 0,
    isMember: (group: string, cardholder: string): boolean => member.get(group, cardholder) !== undefined,
    count: (): number => db.select({ n: query<number>`count(*)` }).from(cardholders).get()?.n ?? 0,
    /** Everybody, in the order of the site file. */
    *all(): Generator<StoredCardholder> {
      for (const row of sql
        .prepare<[], { body: string; version: number }>('select body, version from cardholders order by position, id')
        .iterate()) {
        yield { holder: JSON.parse(row.body) as Cardholder, version: row.version }
      }
    },
    /**
     * Whose name, number, mail address, field or credential contains every word of `text`, whatever its accents, by last name.
     * @param after `next` of the page before
     */
    search(
      text: string,
      limit: number,
      after: Place | undefined,
      among?: { readonly groups: readonly string[]; readonly cardholders?: readonly string[] },
    ): { items: readonly StoredCardholder[]; next: Place | null } {
      const words = searchable(text).split(/\s+/).filter(Boolean)
      const rows = db
        .select({ id: cardholders.id, sort: cardholders.sort })
        .from(cardholders)
        .where(
          and(
            ...words.map(word => query`instr(${cardholders.search}, ${word}) > 0`),
            after && or(gt(cardholders.sort, after.sort), and(eq(cardholders.sort, after.sort), gt(cardholders.id, after.id))),
            among &&
              or(
                query`${cardholders.id} in (select value from json_each(${JSON.stringify(among.cardholders ?? [])}))`,
                inArray(
                  cardholders.id,
                  db
                    .select({ id: memberships.cardholder })
                    .from(memberships)
                    .where(inArray(memberships.group, [...among.groups])),
                ),
              ),
          ),
        )
        .orderBy(cardholders.sort, cardholders.id)
        .limit(limit + 1)
        .all()
      const last = rows[limit - 1]
      return { items: rows.slice(0, limit).map(row => get(row.id)!), next: rows.length > limit && last ? last : null }
    },
    /** Where somebody stands in the list of people. */
    placeOf: (holder: Cardholder): Place => ({ sort: sortOf(holder), id: holder.id }),
    write(holder: Cardholder, version: number): void {
      const words = [
        holder.firstName,
        holder.lastName,
        holder.cardholderId ?? holder.id,
        holder.email ?? '',
        holder.type,
        ...Object.values(holder.custom),
      ]
      for (const c of holder.credentials) {
        if (c.type === 'card') words.push(c.cardNumber)
        if (c.type === 'licence-plate') words.push(normalPlate(c.plate))
      }
      put.run({
        id: holder.id,
        position: (lastPosition.get()?.position ?? 0) + 1,
        version,
        search: searchable(words.join('\n')),
        sort: sortOf(holder),
        body: JSON.stringify(holder),
      })
      dropKeys.run(holder.id)
      for (const { kind, key, credential } of keysOf(holder)) addKey.run(kind, key, credential, holder.id)
    },
    remove(id: string): void {
      dropKeys.run(id)
      db.delete(pictures).where(eq(pictures.cardholder, id)).run()
      db.delete(cardholders).where(eq(cardholders.id, id)).run()
    },
    join(group: string, cardholder: string): void {
      addMember.run(group, cardholder)
    },
    leave(group: string, cardholder: string): void {
      db.delete(memberships)
        .where(and(eq(memberships.group, group), eq(memberships.cardholder, cardholder)))
        .run()
    },
    /** PINs that stand for more than one cardholder: hash by hash, who. */
    sharedPins(): readonly (readonly string[])[] {
      return sql
        .prepare<[], { who: string }>(
          "select group_concat(distinct cardholder) who from credential_keys where kind in ('pin', 'duress') group by key having count(distinct cardholder) > 1",
        )
        .all()
        .map(row => row.who.split(','))
    },
  }
}
