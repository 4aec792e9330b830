import { and, desc, gte, lt } from 'drizzle-orm'
import type { Store } from './open.ts'
import { audit } from './schema.ts'

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
