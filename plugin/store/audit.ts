import { and, asc, between, desc, eq, gte, isNotNull, lt, lte } from 'drizzle-orm'
import type { Store } from './open.ts'
import { audit, changes } from './schema.ts'

/** Who did something, and from where. */
export interface Author {
  /** Name of the user or token; `system` for the server itself. */
  readonly user: string
  /** Address the request came from. */
  readonly location: string
  /** The person behind a VMS's token. */
  readonly onBehalfOf?: string | undefined
}

export const categories = [
  'sign-in',
  'access',
  'command',
  'access-request',
  'alarm',
  'people',
  'configuration',
  'security',
  'system',
] as const
export type AuditCategory = (typeof categories)[number]

/** A line of the audit log: the eight columns of rule X1 (the reader makes local time of `at`), on whose behalf, and the revision it made. */
export interface AuditLine {
  readonly at: number
  readonly message: string
  readonly permitted: boolean
  readonly category: AuditCategory
  readonly sourceType: string
  readonly sourceName: string
  readonly author: Author
  readonly revision?: number | undefined
}

export interface AuditFilter {
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Only lines older than this number. */
  readonly before?: number | undefined
}

export function writeAudit(store: Store, { author, ...line }: AuditLine): void {
  store.db
    .insert(audit)
    .values({
      ...line,
      user: author.user,
      location: author.location,
      onBehalfOf: author.onBehalfOf ?? null,
      revision: line.revision ?? null,
    })
    .run()
}

/** Newest first. */
export function readAudit(store: Store, { from, to, before }: AuditFilter, limit: number) {
  return store.db
    .select()
    .from(audit)
    .where(
      and(
        from === undefined ? undefined : gte(audit.at, from),
        to === undefined ? undefined : lt(audit.at, to),
        before === undefined ? undefined : lt(audit.id, before),
      ),
    )
    .orderBy(desc(audit.id))
    .limit(limit)
    .all()
}

const prunedAtOnce = 5_000
const dayMs = 86_400_000

/** Lines that retention has removed, by when they were written. Unix ms. */
export interface RemovedLines {
  readonly count: number
  readonly first: number
  readonly last: number
}

/**
 * Removes the oldest lines of what retention no longer keeps, so many that nothing else waits long, and forgets what the people they tell of were like then;
 * undefined when there is nothing left to remove. Days are whole ones of UTC, so that lines go once a day.
 */
export function pruneAudit(
  store: Store,
  { days, atMost }: { readonly days: number; readonly atMost: number },
  now: number,
): RemovedLines | undefined {
  const { db } = store
  const newest = db.select({ id: audit.id }).from(audit).orderBy(desc(audit.id)).limit(1).get()?.id ?? 0
  const aged = Math.floor(now / dayMs - days) * dayMs
  const columns = { id: audit.id, at: audit.at, revision: audit.revision }
  const oldest = db.select(columns).from(audit).orderBy(asc(audit.id)).limit(prunedAtOnce).all()
  const removed = oldest.slice(0, oldest.findLastIndex(({ id, at }) => at < aged || id <= newest - atMost) + 1)
  const [first, last] = [removed[0], removed.at(-1)]
  if (!first || !last) return undefined
  const revisions = removed.flatMap(({ revision }) => revision ?? [])
  store.transact(() => {
    db.delete(audit).where(lte(audit.id, last.id)).run()
    const range = between(changes.revision, Math.min(...revisions), Math.max(...revisions))
    for (const field of revisions.length === 0 ? [] : (['before', 'after'] as const))
      db.update(changes)
        .set({ [field]: '{}' })
        .where(and(range, eq(changes.kind, 'cardholders'), isNotNull(changes[field])))
        .run()
  })
  return { count: removed.length, first: first.at, last: last.at }
}
