import { z } from 'zod'
import { instant } from '../../shared/scalar.ts'
import { type Alarm, type AlarmState, alarmStates } from '../vms/alarms.ts'
import { type App, asker, audit, authorOf, type Context, requireAt } from './context.ts'
import { among, listOf, many, page, readCursor, tagOf, wantedVersion, writeCursor } from './paging.ts'
import { HttpProblem } from './problem.ts'
import { fieldProblem } from './validation.ts'

const stateNumber = z.union([z.literal(1), z.literal(4), z.literal(9), z.literal(11)])
export const alarm = z
  .object({
    id: z.string(),
    event: z.string(),
    source: z.string(),
    type: z.string(),
    door: z.string().nullable(),
    cardholder: z.string().nullable(),
    definition: z.string().nullable(),
    name: z.string(),
    instructions: z.string(),
    cameras: z.array(z.string()),
    state: stateNumber,
    stateName: z.string(),
    priority: z.number().int(),
    owner: z.string().nullable(),
    openedAt: instant,
    changedAt: instant,
    changedBy: z.string(),
    /** Until when somebody has to take it up. */
    dueAt: instant.nullable(),
    overdue: z.boolean(),
    closingReason: z.string().nullable(),
    comments: z.array(z.object({ at: instant, by: z.string(), text: z.string() })),
  })
  .meta({ id: 'Alarm' })

export function describeAlarm({ plugin }: Context, a: Alarm): z.output<typeof alarm> {
  const at = (ms: number) => new Date(ms).toISOString()
  const definition = plugin.book.configuration().own.alarmDefinitions.find(d => d.id === a.definition)
  return {
    id: a.id,
    event: a.eventId,
    source: a.source,
    type: a.type,
    door: a.door,
    cardholder: a.cardholder,
    definition: a.definition,
    name: definition?.name ?? plugin.tree().vms.eventTypes.find(t => t.id === a.type)?.name ?? a.type,
    instructions: definition?.instructions ?? '',
    cameras: [...(definition?.cameras ?? [])],
    state: a.state,
    stateName: alarmStates[a.state],
    priority: a.priority,
    owner: a.owner,
    openedAt: at(a.opened),
    changedAt: at(a.changed),
    changedBy: a.changedBy,
    dueAt: a.due === null ? null : at(a.due),
    overdue: a.state === 1 && a.due !== null && a.due <= plugin.now(),
    closingReason: a.closingReason,
    comments: a.comments.map(c => ({ ...c, at: at(c.at) })),
  }
}

export function alarms(app: App, context: Context): void {
  const { plugin } = context
  const params = z.object({ id: z.string().max(100) })
  const find = (id: string, may: (door: string | null) => boolean) => {
    const found = plugin.alarms.get(id)
    if (!found || !may(found.door)) throw new HttpProblem('not-found', `There is no alarm "${id}".`)
    return found
  }

  app.get(
    '/alarms',
    {
      config: { right: 'receive-notifications' },
      schema: {
        summary: 'Alarms that are not closed, newest first',
        tags: ['alarms'],
        querystring: z.strictObject({
          state: many.describe('1 new, 4 in progress, 9 on hold, 11 closed; all but 11 unless told otherwise.'),
          ...page,
        }),
        response: { 200: listOf(alarm) },
      },
    },
    async request => {
      const principal = asker(request)
      const wanted = among('state', request.query.state ?? ['1', '4', '9'], ['1', '4', '9', '11']).map(s => Number(s) as AlarmState)
      const found = plugin.alarms.list(wanted, request.query.limit + 1, readCursor(request.query.after, z.string()))
      const shown = found.slice(0, request.query.limit)
      const last = shown.at(-1)
      return {
        items: shown.filter(a => principal.at('receive-notifications', a.door)).map(a => describeAlarm(context, a)),
        next: found.length > shown.length && last ? writeCursor(last.id) : null,
      }
    },
  )

  app.get(
    '/alarms/:id',
    { config: { right: 'receive-notifications' }, schema: { summary: 'One alarm', tags: ['alarms'], params, response: { 200: alarm } } },
    async (request, reply) => {
      const found = find(request.params.id, door => asker(request).at('receive-notifications', door))
      reply.header('etag', tagOf(found.version))
      return describeAlarm(context, found)
    },
  )

  app.patch(
    '/alarms/:id',
    {
      config: { right: 'manage-alarms' },
      schema: {
        summary: 'Takes an alarm up, hands it on, comments on it, closes it',
        tags: ['alarms'],
        params,
        body: z.strictObject({
          state: stateNumber.optional(),
          owner: z.string().max(200).nullable().optional(),
          priority: z.number().int().min(1).max(999_999).optional(),
          comment: z.string().min(1).max(4000).optional(),
          closingReason: z.string().max(200).optional(),
        }),
        response: { 200: alarm },
      },
    },
    async (request, reply) => {
      const found = find(
        request.params.id,
        door => asker(request).at('receive-notifications', door) || asker(request).at('manage-alarms', door),
      )
      requireAt(context, request, 'manage-alarms', found.door)
      const author = authorOf(request)
      const result = plugin.alarms.change(
        found.id,
        request.body,
        author.onBehalfOf ?? author.user,
        wantedVersion(request.headers['if-match']),
      )
      if (!result.ok) throw refusal(result.reason, found)
      if (result.news)
        audit(context, request, {
          permitted: true,
          category: 'alarm',
          message: `Alarm ${found.type}: ${JSON.stringify(request.body)}`,
          source: ['alarm', found.id],
        })
      reply.header('etag', tagOf(result.alarm.version))
      return describeAlarm(context, result.alarm)
    },
  )

  app.post(
    '/alarms/close',
    {
      config: { right: 'manage-alarms' },
      schema: {
        summary: 'Closes every alarm of one source and one type of event: what a VMS does when its own are closed',
        tags: ['alarms'],
        body: z.strictObject({
          source: z.string().min(1).max(200),
          eventType: z.string().min(1).max(100),
          closingReason: z.string().max(200).optional(),
        }),
        response: { 200: z.object({ closed: z.array(z.string()) }) },
      },
    },
    async request => {
      const { source, eventType, closingReason } = request.body
      requireAt(context, request, 'manage-alarms', plugin.tree().doorOf(source))
      const known = plugin.book.configuration().own.closingReasons
      if (known.length > 0 && !known.some(r => r.id === closingReason))
        throw refusal(closingReason === undefined ? 'closing-reason-missing' : 'closing-reason-unknown')
      const author = authorOf(request)
      const closed = plugin.alarms.closeAll(source, eventType, author.onBehalfOf ?? author.user, closingReason ?? null)
      audit(context, request, {
        permitted: true,
        category: 'alarm',
        message: `Closed ${closed.length} alarms of ${eventType}`,
        source: ['element', source],
      })
      return { closed: [...closed] }
    },
  )
}

const closingReasonProblems = {
  'closing-reason-missing': 'closing needs one of the closing reasons',
  'closing-reason-unknown': 'there is no such closing reason',
  'closing-reason-early': 'only closing (state 11) takes a reason',
}
type ClosingReasonProblem = keyof typeof closingReasonProblems

function refusal(reason: 'not-found' | 'closed' | 'lost-update' | ClosingReasonProblem, found?: Alarm): HttpProblem {
  switch (reason) {
    case 'not-found':
      return new HttpProblem('not-found', 'There is no such alarm.')
    case 'closed':
      return new HttpProblem('closed', `${found?.changedBy ?? 'Somebody'} has closed the alarm; it can be commented on, not reopened.`)
    case 'lost-update':
      return new HttpProblem('lost-update', 'The alarm was changed since it was read; read it again.')
    default: {
      return fieldProblem('closingReason', closingReasonProblems[reason])
    }
  }
}
