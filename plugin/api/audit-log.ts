import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify/sync'
import { DateTime } from 'luxon'
import { z } from 'zod'
import { instant } from '../../shared/scalar.ts'
import { categories, readAudit } from '../store/audit.ts'
import type { App, Context } from './context.ts'
import { listOf, page, readCursor, writeCursor } from './paging.ts'

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
    revision: z.string().nullable(),
  })
  .meta({ id: 'AuditLine' })

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

export function auditLog(app: App, { plugin }: Context): void {
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

/** A spreadsheet takes what begins like a formula for one. */
const harmless = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)
