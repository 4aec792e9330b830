import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify/sync'
import { DateTime } from 'luxon'
import { z } from 'zod'
import { instant } from '../../shared/scalar.ts'
import { categories, pruneAudit, type RemovedLines, readAudit, writeAudit } from '../store/audit.ts'
import type { Plugin } from '../vms/plugin.ts'
import { type App, asker, type Context } from './context.ts'
import { listOf, page, readCursor, writeCursor } from './paging.ts'
import { HttpProblem } from './problem.ts'

/** The eight columns of rule X1, and who stood behind the user. */
const line = z
  .object({
    at: instant,
    message: z.string(),
    permission: z.enum(['granted', 'denied']),
    category: z.enum(categories),
    sourceType: z.string(),
    sourceName: z.string(),
    user: z.string(),
    location: z.string(),
    onBehalfOf: z.string().nullable(),
    /** Where it changed the configuration or people: what it was before and after is told under this number. */
    revision: z.string().nullable(),
  })
  .meta({ id: 'AuditLine' })

const change = z
  .object({
    kind: z.string(),
    id: z.string(),
    /** Null where there was nothing, and for whoever may not see cardholders, about whom it is. */
    before: z.record(z.string(), z.unknown()).nullable(),
    after: z.record(z.string(), z.unknown()).nullable(),
  })
  .meta({ id: 'RevisionChange' })
const ofPeople: readonly string[] = ['cardholders', 'memberships', 'groups', 'accessRules']

const columns = [
  'Local time',
  'Message text',
  'Permission',
  'Category',
  'Source type',
  'Source name',
  'User',
  'User location',
  'On behalf of',
]
/** Lines of an export that are in memory at once. */
const atOnce = 1_000

const hourMs = 3_600_000
/** Between two slices of what retention removes. */
const sliceMs = 50

/** Hourly: removes what retention no longer keeps, slice by slice, and says so in the log itself. @returns ends it */
function clearAway({ store, clock, now, book, systemId, tried }: Plugin): () => void {
  let cancel = () => {}
  const look = (before?: RemovedLines) => {
    const slice = tried(() => pruneAudit(store, book.configuration().own.auditRetention, now()))
    const removed = slice && before ? { ...slice, count: before.count + slice.count, first: before.first } : (slice ?? before)
    cancel = clock.at(clock.now() + (slice ? sliceMs : hourMs), () => look(slice && removed))
    if (slice || !removed) return
    const instant = (ms: number) => new Date(ms).toISOString()
    tried(() =>
      writeAudit(store, {
        at: now(),
        permitted: true,
        category: 'system',
        message: `Removed ${removed.count} lines of the audit log, written from ${instant(removed.first)} to ${instant(removed.last)}, as its retention says`,
        sourceType: 'system',
        sourceName: systemId,
        author: { user: 'system', location: 'local' },
      }),
    )
  }
  look()
  return () => cancel()
}

export function auditLog(app: App, { plugin }: Context): void {
  const end = clearAway(plugin)
  app.addHook('onClose', async () => end())
  const time = z.iso.datetime({ offset: true }).optional()
  type Query = { from?: string | undefined; to?: string | undefined }
  const read = ({ from, to }: Query, before: number | undefined, limit: number) => {
    const range = { from: from === undefined ? undefined : Date.parse(from), to: to === undefined ? undefined : Date.parse(to) }
    return readAudit(plugin.store, { ...range, before }, limit)
  }

  function* csv(query: Query, after: number | undefined): Generator<string> {
    const { timeZone } = plugin.book.configuration().site.site
    yield stringify([columns])
    for (let before = after; ; ) {
      const lines = read(query, before, atOnce)
      const rows = lines.map(each => [
        DateTime.fromMillis(each.at, { zone: timeZone }).toFormat('yyyy-MM-dd HH:mm:ss'),
        each.message,
        each.permitted ? 'granted' : 'denied',
        each.category,
        each.sourceType,
        each.sourceName,
        each.user,
        each.location,
        each.onBehalfOf ?? '',
      ])
      if (rows.length > 0) yield stringify(rows.map(row => row.map(harmless)))
      before = lines.at(-1)?.id
      if (lines.length < atOnce) return
    }
  }

  app.get(
    '/audit-log',
    {
      config: { right: 'read-audit-log' },
      schema: {
        summary: 'Who did what, from where, and whether they might; newest first, or as CSV with all there is',
        tags: ['audit'],
        produces: ['application/json', 'text/csv'],
        querystring: z.strictObject({ ...page, from: time, to: time }),
        response: { 200: listOf(line) },
      },
    },
    async (request, reply) => {
      const before = readCursor(request.query.after, z.number())
      if (request.headers.accept?.includes('text/csv'))
        return reply.type('text/csv; charset=utf-8').send(Readable.from(csv(request.query, before)) as never)
      const { limit } = request.query
      const found = read(request.query, before, limit + 1)
      const shown = found.slice(0, limit)
      const last = shown.at(-1)
      return {
        items: shown.map(({ at, permitted, revision, id: _, category, ...rest }) => ({
          ...rest,
          category: category as (typeof categories)[number],
          at: new Date(at).toISOString(),
          permission: permitted ? ('granted' as const) : ('denied' as const),
          revision: revision === null ? null : String(revision),
        })),
        next: found.length > limit && last ? writeCursor(last.id) : null,
      }
    },
  )
}

/** What a revision of the audit log changed. */
export function auditedChanges(app: App, { plugin }: Context): void {
  app.get(
    '/audit-log/:revision',
    {
      config: { right: 'read-audit-log' },
      schema: {
        summary: 'What one revision of the audit log changed: every object before and after',
        tags: ['audit'],
        params: z.object({
          revision: z
            .string()
            .regex(/^\d{1,15}$/, 'must be a revision')
            .describe('`revision` of a line.'),
        }),
        querystring: z.strictObject(page),
        response: {
          200: listOf(change).extend({ revision: z.string(), at: instant, user: z.string(), onBehalfOf: z.string().nullable() }),
        },
      },
    },
    async request => {
      const { limit, after } = request.query
      const number = Number(request.params.revision)
      const revision = plugin.book.revision(number)
      if (!revision) throw new HttpProblem('not-found', `There is no revision ${number}.`)
      const found = plugin.book.changesOf(number, limit + 1, readCursor(after, z.number()) ?? -1)
      const shown = found.slice(0, limit)
      const last = shown.at(-1)
      const seesPeople = asker(request).has('view-cardholders')
      const body = (kind: string, value: unknown) =>
        ofPeople.includes(kind) && !seesPeople ? null : (value as Record<string, unknown> | null)
      return {
        revision: String(number),
        at: new Date(revision.at).toISOString(),
        user: revision.by,
        onBehalfOf: revision.onBehalfOf,
        items: shown.map(({ kind, id, before, after }) => ({ kind, id, before: body(kind, before), after: body(kind, after) })),
        next: found.length > limit && last ? writeCursor(last.number) : null,
      }
    },
  )
}

/** A spreadsheet takes what begins like a formula for one. */
const harmless = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)
