import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { check, eventFields, type StoredEvent, source } from '../../shared/event.ts'
import { instant } from '../../shared/scalar.ts'
import { describe } from '../../shared/text.ts'
import type { Entry, EventFilter } from '../store/events.ts'
import { complete, prepare } from '../vms/deliver.ts'
import { wordingOf } from '../vms/wording.ts'
import { type App, asker, type Context, maySee, refuseRight } from './context.ts'
import { listOf, many, page, readCursor, writeCursor } from './paging.ts'
import { HttpProblem } from './problem.ts'

/** An event over the API: the domain's, and how it was delivered. */
export const deliveredEvent = z
  .object({
    topic: z.literal('events'),
    id: z.string(),
    controller: z.string(),
    logId: z.string(),
    sequence: z.number().int(),
    time: instant,
    type: z.string(),
    categories: z.array(z.string()),
    source,
    ...eventFields,
    cursor: z.string(),
    epoch: z.string(),
    occurredAt: instant,
    deliveredAt: instant,
    backlog: z.boolean(),
  })
  .meta({ id: 'Event' })

export const gap = z
  .object({
    /** `removed`: by retention; `lost-by-controller`; `log-replaced`: the cursor belongs to another epoch. */
    reason: z.enum(['removed', 'lost-by-controller', 'log-replaced']),
    from: z.string().optional(),
    to: z.string().optional(),
    controller: z.string().optional(),
    logId: z.string().optional(),
    first: z.number().optional(),
    last: z.number().optional(),
  })
  .meta({ id: 'Gap' })
export type Gap = z.output<typeof gap>

export const cursorText = z.string().regex(/^\d{1,19}$/, 'must be a cursor: up to 19 digits')
const time = z.iso.datetime({ offset: true })
const filters = {
  from: time.optional().describe('Only what happened at this instant or later.'),
  to: time.optional().describe('Only what happened before this instant.'),
  type: many,
  category: many,
  door: many,
  cardholder: z.string().max(64).optional(),
}
const daysByDefault = 30
const longestWaitS = 60

export function events(app: App, context: Context): void {
  const { plugin } = context
  const parsed = (entry: Entry): z.output<typeof deliveredEvent> =>
    JSON.parse(complete(prepare(entry, plugin.log.epoch, plugin.categories), plugin.now())) as z.output<typeof deliveredEvent>

  app.get(
    '/events',
    {
      config: { right: 'use-access-control' },
      schema: {
        summary: 'Oldest first after a cursor, waiting up to `wait` seconds for the first; newest first without one',
        tags: ['events'],
        querystring: z.strictObject({
          ...page,
          epoch: z.string().max(100).optional(),
          wait: z.coerce.number().min(0).max(longestWaitS).default(0),
          ...filters,
        }),
        response: {
          200: listOf(deliveredEvent).extend({
            epoch: z.string(),
            /** Newest entry of the log when this was answered: where to go on from once `next` is null. */
            cursor: z.string(),
            gaps: z.array(gap),
          }),
        },
      },
    },
    async request => {
      const { after, limit, wait, epoch } = request.query
      const filter = filterOf(context, request)
      const ordered = after === undefined || /^\d{1,19}$/.test(after)
      if (after === undefined || !ordered)
        return { ...newest(filter, limit, after, parsed), epoch: plugin.log.epoch, cursor: String(plugin.log.head()), gaps: [] }

      let head = plugin.log.head()
      const replaced = (epoch !== undefined && epoch !== plugin.log.epoch) || BigInt(after) > BigInt(head)
      const removed = plugin.log.removedThrough()
      const start = replaced ? removed : Number(after)
      const gaps: Gap[] = replaced
        ? [{ reason: 'log-replaced' }]
        : start < removed
          ? [{ reason: 'removed', from: String(start + 1), to: String(removed) }]
          : []
      const read = () => pageOf(plugin.log.oldestFirst(start, filter, limit + 1), limit)
      let { shown, last } = read()
      const until = plugin.clock.now() + wait * 1000
      while (shown.length === 0 && last === undefined && gaps.length === 0 && plugin.clock.now() < until) {
        await nextEntries(context, until, request)
        if (request.raw.destroyed) break
        head = plugin.log.head()
        ;({ shown, last } = read())
      }
      for (const entry of shown.filter(e => e.kind === 'gap' && maySee(plugin, asker(request), e)))
        gaps.push({ reason: 'lost-by-controller', ...(JSON.parse(entry.body) as object) })
      return {
        items: shown.filter(e => e.kind === 'event').map(parsed),
        next: last ? String(last.cursor) : null,
        epoch: plugin.log.epoch,
        cursor: String(last?.cursor ?? head),
        gaps,
      }
    },
  )

  /** What is shown of one more than a page, and where it ends if there is more: what is switched off takes its place, and hides nothing behind it. */
  function pageOf(entries: readonly Entry[], limit: number): { shown: Entry[]; last: Entry | undefined } {
    return { shown: entries.slice(0, limit).filter(plugin.enabled), last: entries.length > limit ? entries[limit - 1] : undefined }
  }

  function newest(filter: EventFilter, limit: number, after: string | undefined, read: typeof parsed) {
    const before = readCursor(after, z.strictObject({ at: z.number(), cursor: z.number() }))
    const from = filter.from ?? plugin.now() - daysByDefault * 86_400_000
    const { shown, last } = pageOf(plugin.log.newestFirst(before, { ...filter, from }, limit + 1), limit)
    return { items: shown.map(read), next: last ? writeCursor({ at: last.at, cursor: last.cursor }) : null }
  }

  function find(request: FastifyRequest, id: string) {
    const found = plugin.log.byId(id)
    const principal = asker(request)
    if (!found || !principal.at('use-access-control', found.entry.door)) throw new HttpProblem('not-found', `There is no event "${id}".`)
    return found
  }
  const params = z.object({ id: z.string().max(100) })

  app.get(
    '/events/check',
    {
      config: { right: 'read-audit-log' },
      schema: {
        summary:
          'Proves that nothing in the log was changed or taken out since it was written: the cursor of the first entry that does not fit',
        tags: ['events'],
        response: { 200: z.object({ checked: z.number().int(), broken: z.string().nullable() }) },
      },
    },
    async () => {
      const { checked, broken } = await plugin.checkLog()
      return { checked, broken: broken === null ? null : String(broken) }
    },
  )

  app.get(
    '/events/:id',
    {
      config: { right: 'use-access-control' },
      schema: { summary: 'One event', tags: ['events'], params, response: { 200: deliveredEvent } },
    },
    async request => parsed(find(request, request.params.id).entry),
  )

  app.get(
    '/events/:id/trace',
    {
      config: { right: 'use-access-control' },
      schema: {
        summary: 'Why it was decided so: every check in its order, with what it found',
        tags: ['events'],
        params,
        response: { 200: z.object({ reason: z.string().nullable(), text: z.string(), checks: z.array(check) }) },
      },
    },
    async request => {
      const { entry, trace } = find(request, request.params.id)
      const event = JSON.parse(entry.body) as StoredEvent
      const text = describe(event, wordingOf(plugin, asker(request).has('view-cardholders')), trace)
      return { reason: event.reason ?? null, text, checks: [...trace] }
    },
  )
}

/** The asked filter, never wider than what the asker may see. */
function filterOf({ plugin }: Context, request: FastifyRequest<{ Querystring: unknown }>): EventFilter {
  const { from, to, type, category, door, cardholder } = request.query as {
    from?: string
    to?: string
    type?: string[]
    category?: string[]
    door?: string[]
    cardholder?: string
  }
  const principal = asker(request)
  if (cardholder !== undefined && !principal.has('view-cardholders')) refuseRight({ plugin }, request, 'view-cardholders')
  const ofCategory =
    category &&
    plugin
      .tree()
      .vms.eventTypes.filter(t => t.categories.some(c => category.includes(c)))
      .map(t => t.id)
  const types = type && ofCategory ? type.filter(t => ofCategory.includes(t)) : (type ?? ofCategory)
  const seen = principal.doors('use-access-control')
  const doors = seen === 'all' ? door : door ? door.filter(d => seen.has(d)) : [...seen]
  return {
    from: from === undefined ? undefined : Date.parse(from),
    to: to === undefined ? undefined : Date.parse(to),
    types,
    doors,
    cardholder,
  }
}

/** Settles when something is stored, the time is over, or nobody waits any more. */
function nextEntries({ plugin }: Context, until: number, request: FastifyRequest): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      cancel()
      stop()
      request.raw.off('close', done)
      resolve()
    }
    const cancel = plugin.clock.at(until, done)
    const stop = plugin.onEntries(done)
    request.raw.once('close', done)
  })
}
