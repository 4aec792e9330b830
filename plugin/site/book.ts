import { createHash, randomBytes } from 'node:crypto'
import { and, asc, desc, eq, getTableColumns, gt, isNotNull } from 'drizzle-orm'
import type { Problem } from '../../shared/problem.ts'
import type { Cardholder, Group } from '../../shared/site.ts'
import { type AuditCategory, type Author, writeAudit } from '../store/audit.ts'
import type { Store } from '../store/open.ts'
import { changes, revisions } from '../store/schema.ts'
import { checkCardholder, checkPeople } from './check-people.ts'
import { type Body, type Configuration, isSiteKind, type Kind, nounOf, oneOf, usersOf } from './kinds.ts'
import { hidePins, openPeople } from './people.ts'
import { assemble, draftOf, isRow, type Row, type Rows, readRows } from './rows.ts'

/** What should become of one object; `body: null` removes it. */
export interface Edit<K extends Kind = Kind> {
  readonly kind: K
  readonly id: string
  readonly body: Body<K> | null
  /** Refused when the object is not of this version any more; 0 = it must not exist. */
  readonly version?: number | undefined
}

export interface Change {
  readonly kind: Kind
  readonly id: string
  readonly before: unknown
  readonly after: unknown
}

export interface Revision {
  readonly revision: number
  readonly at: number
  readonly by: string
  readonly onBehalfOf: string | null
  readonly site: boolean
  readonly checksum: string
}

export type Edited =
  | { readonly ok: true; readonly revision: number; readonly changes: readonly Change[]; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly reason: 'invalid'; readonly problems: readonly Problem[] }
  | { readonly ok: false; readonly reason: 'lost-update' | 'not-found' | 'id-taken' | 'id-retired'; readonly message: string }
  | { readonly ok: false; readonly reason: 'in-use'; readonly message: string; readonly users: readonly string[] }

/** How an edit stands in the audit log. */
export interface Note {
  readonly author: Author
  readonly message: string
  readonly category: AuditCategory
  /** Whether ids of removed objects may come back: they do when a whole file is loaded. */
  readonly revive?: boolean
}

/** Judges a site without its people. */
export type Check = (site: Configuration['site']) => readonly Problem[]

/** The site's configuration and people, edited in numbered revisions. One process writes. */
export type Book = ReturnType<typeof openBook>

export function openBook(store: Store, { check, now }: { check: Check; now: () => number }) {
  const { db, sql } = store
  const people = openPeople(store)
  const listeners = new Set<(revision: Revision, changes: readonly Change[]) => void>()
  const pinKey = keepSecret(store, 'pin-key', 32)
  let rows: Rows = readRows(store)
  let configuration = assemble(rows)
  const insertChange = sql.prepare('insert into changes (revision, number, kind, id, before, after) values (?, ?, ?, ?, ?, ?)')
  const putEntity = sql.prepare(
    `insert into entities (kind, id, position, version, body) values (@kind, @id, (select coalesce(max(position), 0) + 1 from entities where kind = @kind), @version, @body)
     on conflict (kind, id) do update set version = @version, body = @body`,
  )
  const dropEntity = sql.prepare('delete from entities where kind = ? and id = ?')
  const lastVersion = sql.prepare<[string, string], { n: number }>('select count(*) n from changes where kind = ? and id = ?')

  const get = <K extends Kind>(kind: K, id: string): { readonly body: Body<K>; readonly version: number } | undefined => {
    let found: Row | undefined
    if (kind === 'cardholders') {
      const stored = people.get(id)
      found = stored && { body: stored.holder, version: stored.version }
    } else if (kind === 'memberships') {
      const [group = '', cardholder = ''] = id.split(' ')
      found = people.isMember(group, cardholder) ? { body: { group, cardholder }, version: 1 } : undefined
    } else {
      found = rows.get(kind)?.get(id)
      if (kind === 'groups' && found) found = { ...found, body: { ...(found.body as Group), members: people.membersOf(id) } }
    }
    return found as { readonly body: Body<K>; readonly version: number } | undefined
  }

  /** Memberships are objects of their own, and so are the marks a removed cardholder leaves behind. */
  function spread(edits: readonly Edit[]): Edit[] {
    return edits.flatMap((edit): Edit[] => {
      if (edit.kind === 'groups') {
        const was = people.membersOf(edit.id)
        const members = (edit.body as Group | null)?.members ?? []
        const [kept, old] = [new Set(members), new Set(was)]
        return [
          ...was.filter(m => !kept.has(m)).map((m): Edit => ({ kind: 'memberships', id: `${edit.id} ${m}`, body: null })),
          edit.body === null ? edit : ({ ...edit, body: { ...(edit.body as Group), members: [] } } as Edit),
          ...members
            .filter(m => !old.has(m))
            .map((m): Edit => ({ kind: 'memberships', id: `${edit.id} ${m}`, body: { group: edit.id, cardholder: m } })),
        ]
      }
      if (edit.kind === 'cardholders' && edit.body === null) {
        const mentions = configuration.site.accessRules.filter(
          r => r.cardholders.includes(edit.id) && !edits.some(e => e.kind === 'accessRules' && e.id === r.id),
        )
        return [
          // A visitor who loses the host is suspended.
          ...people.found('host', edit.id).flatMap(({ cardholder }): Edit[] => {
            const visitor = edits.some(e => e.kind === 'cardholders' && e.id === cardholder) ? undefined : people.get(cardholder)?.holder
            return visitor ? [{ kind: 'cardholders', id: cardholder, body: { ...visitor, visit: null, suspended: true } }] : []
          }),
          ...people.groupsOf(edit.id).map((g): Edit => ({ kind: 'memberships', id: `${g} ${edit.id}`, body: null })),
          ...mentions.map(
            (r): Edit => ({ kind: 'accessRules', id: r.id, body: { ...r, cardholders: r.cardholders.filter(c => c !== edit.id) } }),
          ),
          edit,
        ]
      }
      if (edit.kind === 'cardholders') return [{ ...edit, body: hidePins(edit.body as Cardholder, pinKey) } as Edit]
      return [edit]
    })
  }

  /** Why single edits cannot be, before anything is judged together. */
  function refuse(edits: readonly Edit[], revive: boolean): Exclude<Edited, { ok: true }> | undefined {
    for (const { kind, id, body, version } of edits) {
      const before = get(kind, id)
      const noun = nounOf[kind]
      if (body === null && !before) return { ok: false, reason: 'not-found', message: `There is no ${noun} "${id}".` }
      if (version === 0 && before) return { ok: false, reason: 'id-taken', message: `There is already a ${noun} "${id}".` }
      if (version !== undefined && version > 0 && before?.version !== version) {
        return { ok: false, reason: 'lost-update', message: `The ${noun} "${id}" was changed since it was read; read it again.` }
      }
      if (body !== null && !before && !revive && kind !== 'memberships' && isRetired(kind, id)) {
        return { ok: false, reason: 'id-retired', message: `The id "${id}" belonged to ${oneOf(noun)} that was removed; choose another.` }
      }
      if (kind === 'cardholders' && body !== null) {
        // Before PINs become hashes, which have no length.
        const wrong = checkCardholder(configuration.site, people, body as Cardholder).filter(
          p => p.reason === 'pin-length' || p.reason === 'pin-and-hash',
        )
        if (wrong.length > 0) return { ok: false, reason: 'invalid', problems: wrong }
      }
      if (body === null) {
        const users = usersOf(configuration, kind, id).filter(
          user => !edits.some(e => e.body === null && user === `${nounOf[e.kind]} ${e.id}`),
        )
        const still = users.filter(user => !edits.some(e => e.body !== null && user === `${nounOf[e.kind]} ${e.id}`))
        if (still.length > 0)
          return { ok: false, reason: 'in-use', message: `The ${noun} "${id}" is used by ${still.join(', ')}.`, users: still }
      }
    }
    return undefined
  }

  const isRetired = (kind: Kind, id: string) =>
    db
      .select({ n: changes.number })
      .from(changes)
      .where(and(eq(changes.kind, kind), eq(changes.id, id), isNotNull(changes.before)))
      .limit(1)
      .get() !== undefined

  function write({ kind, id, body }: Edit, version: number) {
    if (kind === 'cardholders') {
      if (body === null) people.remove(id)
      else people.write(body as Cardholder, version)
    } else if (kind === 'memberships') {
      const [group = '', cardholder = ''] = id.split(' ')
      if (body === null) people.leave(group, cardholder)
      else people.join(group, cardholder)
    } else if (body === null) dropEntity.run(kind, id)
    else putEntity.run({ kind, id, version, body: JSON.stringify(body) })
  }

  class Refused extends Error {
    readonly result: Exclude<Edited, { ok: true }>
    constructor(result: Exclude<Edited, { ok: true }>) {
      super(result.reason)
      this.result = result
    }
  }

  function edit(asked: readonly Edit[], note: Note): Edited {
    const refused = refuse(asked, note.revive ?? false)
    if (refused) return refused
    const edits = spread(asked)
    const made: Change[] = []
    let revision: Revision | undefined
    let warnings: readonly Problem[] = []
    const draft = draftOf(rows)
    let next = configuration
    try {
      store.transact(() => {
        for (const each of edits) {
          const before = each.kind === 'groups' ? rows.get('groups')?.get(each.id) : get(each.kind, each.id)
          if (before ? JSON.stringify(before.body) === JSON.stringify(each.body) : each.body === null) continue
          made.push({ kind: each.kind, id: each.id, before: before?.body ?? null, after: each.body })
          const version = (before?.version ?? lastVersion.get(each.kind, each.id)?.n ?? 0) + 1
          write(each, version)
          if (isRow(each.kind)) draft.put(each, version)
        }
        if (made.length === 0) return
        if (draft.touched()) next = assemble(draft.rows)
        const judged = made.some(c => isSiteKind(c.kind) && isRow(c.kind)) ? check(next.site) : []
        const problems = [...relative(judged, asked, next), ...checkPeople(next.site, people, made)]
        if (problems.some(p => p.severity === 'error')) throw new Refused({ ok: false, reason: 'invalid', problems })
        warnings = problems
        revision = addRevision(made, note)
        writeAudit(store, {
          at: revision.at,
          permitted: true,
          category: note.category,
          message: note.message,
          author: note.author,
          revision: revision.revision,
          ...sourceOf(made),
        })
      })
    } catch (error) {
      if (error instanceof Refused) return error.result
      throw error
    }
    if (revision) {
      rows = draft.rows
      configuration = next
      for (const listener of listeners) listener(revision, made)
    }
    return { ok: true, revision: revision?.revision ?? current().revision, changes: made, warnings }
  }

  function addRevision(made: readonly Change[], note: Note): Revision {
    const hash = createHash('sha256').update(current().checksum)
    for (const { kind, id, after } of made) hash.update(JSON.stringify([kind, id, after]))
    const row = {
      at: now(),
      by: note.author.user,
      onBehalfOf: note.author.onBehalfOf ?? null,
      site: made.some(c => isSiteKind(c.kind)),
      checksum: hash.digest('hex'),
    }
    const revision = Number(db.insert(revisions).values(row).run().lastInsertRowid)
    const text = (body: unknown) => (body === null ? null : JSON.stringify(body))
    for (const [number, c] of made.entries()) insertChange.run(revision, number, c.kind, c.id, text(c.before), text(c.after))
    return { revision, ...row }
  }

  const beginning: Revision = { revision: 0, at: 0, by: 'system', onBehalfOf: null, site: false, checksum: '' }
  const current = (): Revision => db.select().from(revisions).orderBy(desc(revisions.revision)).limit(1).get() ?? beginning

  return {
    people,
    /** The site without its people, and what is the plugin's own. */
    configuration: (): Configuration => configuration,
    get,
    list: <K extends Kind>(kind: K): readonly { readonly body: Body<K>; readonly version: number }[] =>
      [...(rows.get(kind)?.values() ?? [])] as { readonly body: Body<K>; readonly version: number }[],
    edit,
    /** The newest revision; number 0 before the first. */
    current,
    /** The newest revision that concerns controllers. */
    currentSite: (): Revision =>
      db.select().from(revisions).where(eq(revisions.site, true)).orderBy(desc(revisions.revision)).limit(1).get() ?? beginning,
    revision: (number: number): Revision | undefined => db.select().from(revisions).where(eq(revisions.revision, number)).get(),
    /** What has changed since a revision, oldest first. */
    changesSince: (revision: number): readonly (Change & { readonly revision: number })[] =>
      db
        .select()
        .from(changes)
        .where(gt(changes.revision, revision))
        .orderBy(asc(changes.revision), asc(changes.number))
        .all()
        .map(row => ({ revision: row.revision, kind: row.kind as Kind, id: row.id, before: parsed(row.before), after: parsed(row.after) })),
    /** What one revision changed, in order; at most `limit` of it, after that many. */
    changesOf: (revision: number, limit: number, after: number): readonly (Change & { readonly number: number })[] =>
      db
        .select()
        .from(changes)
        .where(and(eq(changes.revision, revision), gt(changes.number, after)))
        .orderBy(asc(changes.number))
        .limit(limit)
        .all()
        .map(row => ({ number: row.number, kind: row.kind as Kind, id: row.id, before: parsed(row.before), after: parsed(row.after) })),
    /** Every revision that changed an object. */
    revisionsOf: (kind: Kind, id: string): readonly Revision[] =>
      db
        .select(getTableColumns(revisions))
        .from(revisions)
        .innerJoin(changes, eq(changes.revision, revisions.revision))
        .where(and(eq(changes.kind, kind), eq(changes.id, id)))
        .orderBy(asc(revisions.revision))
        .all(),
    /** Something that belongs to a cardholder has changed outside the site, such as their picture. */
    touch(cardholder: string): void {
      for (const listener of listeners) listener(current(), [{ kind: 'cardholders', id: cardholder, before: null, after: null }])
    },
    /** Takes a person's data out of all earlier revisions; ids stay. */
    forget(cardholder: string): void {
      db.update(changes)
        .set({ before: '{}' })
        .where(and(eq(changes.kind, 'cardholders'), eq(changes.id, cardholder), isNotNull(changes.before)))
        .run()
      db.update(changes)
        .set({ after: '{}' })
        .where(and(eq(changes.kind, 'cardholders'), eq(changes.id, cardholder), isNotNull(changes.after)))
        .run()
    },
    onChange(listener: (revision: Revision, changes: readonly Change[]) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    /** The key under which PINs are hashed; controllers get it at adoption. */
    pinKey: (): Buffer => pinKey,
  }
}

/** Where one object was edited, its own problems are told from there: `doors[2].name` is `name`. */
function relative(problems: readonly Problem[], asked: readonly Edit[], { site }: Configuration): readonly Problem[] {
  const [only, ...others] = asked.filter(edit => edit.kind !== 'elements')
  if (!only || others.length > 0) return problems
  const list = (site as unknown as Record<string, unknown>)[only.kind]
  const index = Array.isArray(list) ? (list as { id: string }[]).findIndex(each => each.id === only.id) : -1
  const own = `${only.kind}[${index}]`
  return problems.map(problem =>
    problem.path === own || problem.path.startsWith(`${own}.`) ? { ...problem, path: problem.path.slice(own.length + 1) } : problem,
  )
}

/** A random secret of the vault, made when first asked for. */
export function keepSecret(store: Store, name: string, bytes: number): Buffer {
  return store.transact(() => {
    const kept = store.vault.get(name)
    if (kept) return kept
    const made = randomBytes(bytes)
    store.vault.set(name, made)
    return made
  })
}

const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text))

function sourceOf(made: readonly Change[]): { sourceType: string; sourceName: string } {
  const [first] = made
  return first && made.length === 1 ? { sourceType: nounOf[first.kind], sourceName: first.id } : { sourceType: 'site', sourceName: 'site' }
}
