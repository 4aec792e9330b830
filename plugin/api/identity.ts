import { createHash, randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'
import { and, eq, inArray, isNotNull, lt, ne } from 'drizzle-orm'
import { v7 as uuid } from 'uuid'
import type { Store } from '../store/open.ts'
import { failures, roles as roleTable, sessions, tokens, users } from '../store/schema.ts'
import { openProvider, type ProviderSettings } from './provider.ts'
import { builtInRoles, type Principal, principal, type Role, role as roleSchema } from './rights.ts'

/** A session lives this long, whatever happens in it. */
const sessionMs = 12 * 3_600_000
/** As many wrong passwords in a row lock the name … */
const attempts = 5
/** … for this long, and twice as long with each further one … */
const firstLockMs = 30_000
/** … up to this long. */
const longestLockMs = 3_600_000

/** Argon2id is the library's default. */
const argon = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

export interface User {
  readonly id: string
  readonly name: string
  readonly roles: readonly string[]
  readonly disabled: boolean
  readonly created: number
  /** Another with every change: made of all there is, the password included. */
  readonly version: number
  /** Signs in through the identity provider, which says the name and the roles; there is no password here. */
  readonly foreign: boolean
}

export interface Token {
  readonly id: string
  readonly name: string
  readonly roles: readonly string[]
  readonly created: number
  readonly expires: number | null
  readonly used: number | null
}

export type SignIn =
  | { readonly ok: true; readonly secret: string; readonly principal: Principal; readonly expires: number }
  | { readonly ok: false; readonly reason: 'wrong-credentials' }
  | { readonly ok: false; readonly reason: 'locked-out'; readonly seconds: number }

/** A person whom the identity provider vouches for. */
export interface Stranger {
  /** `ISSUER SUBJECT`: who it is, whatever the name. */
  readonly subject: string
  readonly name: string
  readonly roles: readonly string[]
}

export type Entered =
  | { readonly ok: true; readonly user: User }
  | { readonly ok: false; readonly reason: 'no-role-mapped' | 'user-disabled'; readonly name: string }

/** Names that the audit log gives to nobody in particular. */
const reserved = ['system', 'nobody', 'command line']
/** Names that read the same are the same. */
const plain = (name: string): string => name.normalize('NFKC').trim().toLowerCase()

/** Users, sessions, API tokens and roles. Secrets are kept as hashes only. */
export type Identity = ReturnType<typeof openIdentity>

/** Words that are tried first. */
const common = [
  'password',
  'passwort',
  'qwertyuiop',
  'qwerty',
  'asdfghjkl',
  'abcdefghij',
  'welcome',
  'letmein',
  'iloveyou',
  'changeme',
  'administrator',
  'admin',
  'portunus',
]

/** Why a password will not do; undefined when it will. */
export function weakness(password: string, name: string): string | undefined {
  if (password.length < 10) return 'a password has at least 10 characters'
  if (password.length > 200) return 'a password has at most 200 characters'
  if (password.toLowerCase().includes(name.toLowerCase())) return 'a password does not contain the user name'
  if (new Set(password).size < 5) return 'a password has at least 5 different characters'
  const letters = password.toLowerCase().replace(/[^\p{L}]/gu, '')
  if (common.reduce((left, word) => left.replaceAll(word, ''), letters) === '')
    return 'a password is more than digits and signs, and none of the words that everybody tries first'
  return undefined
}

/** A password to hand to a person: 100 bits, without look-alikes. */
export function randomPassword(): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789'
  const word = [...randomBytes(20)].map(byte => letters[byte & 31]).join('')
  return word.replace(/(.{5})(?=.)/g, '$1-')
}

export function openIdentity(store: Store, { now, doorsOf }: { now: () => number; doorsOf: (zone: string) => readonly string[] }) {
  const { db } = store
  const decoy = hash(randomBytes(16), argon)
  const provider = openProvider(store)

  const role = (id: string): Role | undefined => {
    const builtIn = builtInRoles.find(r => r.id === id)
    if (builtIn) return builtIn
    const row = db.select().from(roleTable).where(eq(roleTable.id, id)).get()
    return row && roleSchema.parse(JSON.parse(row.body))
  }
  /** For the list of tokens: nobody is refused because the disk does not take it. */
  const noteUse = (token: string) => {
    try {
      db.update(tokens).set({ used: now() }).where(eq(tokens.id, token)).run()
    } catch {}
  }
  const rolesOf = (json: string) => (JSON.parse(json) as string[]).map(role).filter(r => r !== undefined)
  const asUser = (row: typeof users.$inferSelect): User => ({
    id: row.id,
    name: row.name,
    roles: JSON.parse(row.roles) as string[],
    disabled: row.disabled,
    created: row.created,
    version: Number.parseInt(digest(JSON.stringify(row)).slice(0, 12), 16),
    foreign: row.subject !== null,
  })
  const asToken = ({ hash: _, roles, ...row }: typeof tokens.$inferSelect): Token => ({ ...row, roles: JSON.parse(roles) as string[] })

  /** Counts an attempt as failed before it is judged, so that many at once are not judged as one. */
  function attempt(name: string): number {
    const at = now()
    return store.transact(() => {
      db.delete(failures)
        .where(lt(failures.last, at - 86_400_000))
        .run()
      const before = db.select().from(failures).where(eq(failures.name, name)).get()
      if (before && before.lockedUntil > at) return before.lockedUntil - at
      const count = (before?.count ?? 0) + 1
      const lock = count < attempts ? 0 : Math.min(firstLockMs * 2 ** (count - attempts), longestLockMs)
      const row = { name, count, lockedUntil: lock === 0 ? 0 : at + lock, last: at }
      db.insert(failures).values(row).onConflictDoUpdate({ target: failures.name, set: row }).run()
      return 0
    })
  }

  /** A name that belongs to nobody else, however it is written. */
  function freeName(name: string, subject: string): string {
    const others = db
      .select({ name: users.name, subject: users.subject })
      .from(users)
      .all()
      .filter(each => each.subject !== subject)
    const taken = new Set([...reserved, ...others.map(each => plain(each.name))])
    for (let number = 1; ; number++) {
      const tried = number === 1 ? name : `${name} (${provider.read()?.settings.name ?? 'foreign'}${number === 2 ? '' : ` ${number - 1}`})`
      if (!taken.has(plain(tried))) return tried
    }
  }

  /** Who has a name that reads like this one; the server itself has some. */
  function namesake(name: string): string | undefined {
    const names = db.select({ name: users.name }).from(users).all()
    return [...reserved, ...names.map(each => each.name)].find(each => plain(each) === plain(name))
  }

  function startSession(user: User): Extract<SignIn, { ok: true }> {
    const secret = `ps_${randomBytes(32).toString('base64url')}`
    const expires = now() + sessionMs
    db.delete(sessions).where(lt(sessions.expires, now())).run()
    db.insert(sessions)
      .values({ hash: digest(secret), user: user.id, created: now(), expires, used: now() })
      .run()
    return {
      ok: true,
      secret,
      expires,
      principal: principal(
        { kind: 'user', id: user.id, name: user.name, expiresAt: expires },
        user.roles.map(role).filter(r => r !== undefined),
        doorsOf,
      ),
    }
  }

  return {
    role,
    roles: (): readonly { role: Role; version: number; builtIn: boolean }[] => [
      ...builtInRoles.map(r => ({ role: r, version: 1, builtIn: true })),
      ...db
        .select()
        .from(roleTable)
        .orderBy(roleTable.id)
        .all()
        .map(row => ({ role: roleSchema.parse(JSON.parse(row.body)), version: row.version, builtIn: false })),
    ],
    putRole(value: Role): number {
      const version = (db.select().from(roleTable).where(eq(roleTable.id, value.id)).get()?.version ?? 0) + 1
      const row = { id: value.id, version, body: JSON.stringify(value) }
      db.insert(roleTable).values(row).onConflictDoUpdate({ target: roleTable.id, set: row }).run()
      return version
    },
    removeRole(id: string) {
      db.delete(roleTable).where(eq(roleTable.id, id)).run()
    },

    users: (): readonly User[] => db.select().from(users).orderBy(users.name).all().map(asUser),
    user: (id: string): User | undefined => {
      const row = db.select().from(users).where(eq(users.id, id)).get()
      return row && asUser(row)
    },
    userNamed: (name: string): User | undefined => {
      const row = db.select().from(users).where(eq(users.name, name)).get()
      return row && asUser(row)
    },
    namesake,
    /** @returns undefined where somebody has a name that reads like this one */
    async addUser(value: { name: string; password: string; roles: readonly string[] }): Promise<User | undefined> {
      const row = {
        id: uuid(),
        name: value.name,
        password: await hash(value.password, argon),
        subject: null,
        roles: JSON.stringify(value.roles),
        disabled: false,
        created: now(),
      }
      if (namesake(value.name) !== undefined) return undefined
      db.insert(users).values(row).run()
      return asUser(row)
    },
    /** Changes a user; a new password or a shut account ends all their sessions but `keep`, and a new password unlocks the name. */
    async changeUser(
      id: string,
      value: { password?: string | undefined; roles?: readonly string[] | undefined; disabled?: boolean | undefined },
      keep?: string,
    ) {
      const password = value.password === undefined ? undefined : await hash(value.password, argon)
      store.transact(() => {
        db.update(users)
          .set({
            ...(password === undefined ? {} : { password }),
            ...(value.roles === undefined ? {} : { roles: JSON.stringify(value.roles) }),
            ...(value.disabled === undefined ? {} : { disabled: value.disabled }),
          })
          .where(eq(users.id, id))
          .run()
        if (password !== undefined) {
          const name = db.select({ name: users.name }).from(users).where(eq(users.id, id))
          db.delete(failures).where(inArray(failures.name, name)).run()
        }
        if (password !== undefined || value.disabled) {
          db.delete(sessions)
            .where(and(eq(sessions.user, id), keep === undefined ? undefined : ne(sessions.hash, digest(keep))))
            .run()
        }
      })
    },
    endSessions(user: string): number {
      return db.delete(sessions).where(eq(sessions.user, user)).run().changes
    },
    removeUser(id: string) {
      store.transact(() => {
        db.delete(sessions).where(eq(sessions.user, id)).run()
        db.delete(users).where(eq(users.id, id)).run()
      })
    },

    /** Judges a name and a password. As slow for a name that does not exist as for one that does. */
    async signIn(name: string, password: string): Promise<SignIn> {
      const locked = attempt(name)
      if (locked > 0) return { ok: false, reason: 'locked-out', seconds: Math.ceil(locked / 1000) }
      const row = db.select().from(users).where(eq(users.name, name)).get()
      const right = await verify(row?.password ?? (await decoy), password)
      if (!row?.password || row.disabled || !right) return { ok: false, reason: 'wrong-credentials' }
      db.delete(failures).where(eq(failures.name, name)).run()
      return startSession(asUser(row))
    },
    /** Lets somebody in whom the identity provider has sent, with the name and the roles it says now; who has none of the roles loses every session. */
    enter({ subject, name: told, roles: given }: Stranger): Entered {
      return store.transact(() => {
        const before = db.select().from(users).where(eq(users.subject, subject)).get()
        if (given.length === 0) {
          if (before) {
            db.update(users).set({ roles: '[]' }).where(eq(users.id, before.id)).run()
            db.delete(sessions).where(eq(sessions.user, before.id)).run()
          }
          return { ok: false, reason: 'no-role-mapped', name: before?.name ?? told }
        }
        if (before?.disabled) return { ok: false, reason: 'user-disabled', name: before.name }
        const row = { name: freeName(told, subject), roles: JSON.stringify(given), subject }
        const made = before
          ? db.update(users).set(row).where(eq(users.id, before.id)).returning().get()
          : db
              .insert(users)
              .values({ ...row, id: uuid(), password: null, disabled: false, created: now() })
              .returning()
              .get()
        return { ok: true, user: asUser(made) }
      })
    },
    provider: provider.read,
    /** Sets or removes the identity provider; everybody who came through the one before has to sign in anew. */
    setProvider(settings: ProviderSettings | null, clientSecret?: string | null) {
      store.transact(() => {
        provider.write(settings, clientSecret)
        const foreign = db.select({ id: users.id }).from(users).where(isNotNull(users.subject))
        db.delete(sessions).where(inArray(sessions.user, foreign)).run()
      })
    },
    startSession,
    endSession(secret: string) {
      db.delete(sessions)
        .where(eq(sessions.hash, digest(secret)))
        .run()
    },

    tokens: (): readonly Token[] => db.select().from(tokens).orderBy(tokens.name).all().map(asToken),
    token: (id: string): Token | undefined => {
      const row = db.select().from(tokens).where(eq(tokens.id, id)).get()
      return row && asToken(row)
    },
    tokenNamed: (name: string): Token | undefined => {
      const row = db.select().from(tokens).where(eq(tokens.name, name)).get()
      return row && asToken(row)
    },
    /** Makes an API token; its secret is known to the caller alone, and only now. */
    addToken(value: { name: string; roles: readonly string[]; expires: number | null }): { token: Token; secret: string } {
      const secret = `pt_${randomBytes(32).toString('base64url')}`
      const row = {
        id: uuid(),
        name: value.name,
        hash: digest(secret),
        roles: JSON.stringify(value.roles),
        created: now(),
        expires: value.expires,
        used: null,
      }
      db.insert(tokens).values(row).run()
      return { token: asToken(row), secret }
    },
    removeToken(id: string) {
      db.delete(tokens).where(eq(tokens.id, id)).run()
    },

    /** Whose secret this is; undefined for nobody's, or one that is over. */
    authenticate(secret: string): Principal | undefined {
      const key = digest(secret)
      if (secret.startsWith('ps_')) {
        const session = db.select().from(sessions).where(eq(sessions.hash, key)).get()
        if (!session || session.expires <= now()) return undefined
        const row = db.select().from(users).where(eq(users.id, session.user)).get()
        if (!row || row.disabled) return undefined
        return principal({ kind: 'user', id: row.id, name: row.name, expiresAt: session.expires }, rolesOf(row.roles), doorsOf)
      }
      const row = db.select().from(tokens).where(eq(tokens.hash, key)).get()
      if (!row || (row.expires !== null && row.expires <= now())) return undefined
      if (row.used === null || now() - row.used > 60_000) noteUse(row.id)
      return principal({ kind: 'token', id: row.id, name: row.name, expiresAt: row.expires }, rolesOf(row.roles), doorsOf)
    },
  }
}

/** A secret of 256 bits needs no slow hash. */
function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
