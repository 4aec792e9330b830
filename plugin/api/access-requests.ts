import { z } from 'zod'
import type { CommandResult } from '../../shared/command.ts'
import { type Reason, reasons } from '../../shared/reason.ts'
import { instant } from '../../shared/scalar.ts'
import { carryOut } from '../vms/commands.ts'
import { type AccessRequest, requestAnswers } from '../vms/requests.ts'
import { outcome as commandOutcome, summary } from './commands.ts'
import { type App, asker, auditDone, authorOf, type Context, requireAt } from './context.ts'
import { among, listOf, many, page, readCursor, writeCursor } from './paging.ts'
import { HttpProblem } from './problem.ts'
import type { Principal } from './rights.ts'
import { state } from './states.ts'
import { fieldProblem } from './validation.ts'

const states = ['open', 'answered', 'expired'] as const
export const accessRequest = z
  .object({
    id: z.string(),
    state: z.enum(states),
    event: z.string().nullable(),
    accessPoint: z.string(),
    door: z.string(),
    reason: z.string().nullable(),
    text: z.string(),
    cardholder: z.object({ id: z.string(), firstName: z.string(), lastName: z.string(), type: z.string() }).nullable(),
    doorState: state.nullable(),
    commands: z.array(z.enum(requestAnswers)),
    openedAt: instant,
    expiresAt: instant,
    decision: z.enum(requestAnswers).nullable(),
    decidedBy: z.string().nullable(),
    decidedAt: instant.nullable(),
    results: commandOutcome.shape.results,
  })
  .meta({ id: 'AccessRequest' })

/** A request as an operator needs it: who stands there, how the door is, what can be answered. */
export function describeRequest({ plugin }: Context, principal: Principal, request: AccessRequest): z.output<typeof accessRequest> {
  const tree = plugin.tree()
  const door = tree.element(request.door)
  const holder =
    request.cardholder === null || !principal.has('view-cardholders') ? undefined : plugin.book.people.get(request.cardholder)?.holder
  const read = door && plugin.states.read(door.id, door.type)
  const over = request.state === 'open' && request.expires <= plugin.now()
  const answers = requestAnswers.filter(
    a => a === 'dismiss' || (door && !door.unsupportedCommands.includes(a) && principal.at('operate-doors', request.door)),
  )
  return {
    id: request.id,
    state: over ? 'expired' : request.state,
    event: plugin.log.after(request.event - 1, 1)[0]?.id ?? null,
    accessPoint: request.accessPoint,
    door: request.door,
    reason: request.reason,
    text: request.reason === null ? 'Access was asked for.' : reasons[request.reason as Reason].text,
    cardholder: holder ? { id: holder.id, firstName: holder.firstName, lastName: holder.lastName, type: holder.type } : null,
    doorState: read ? { ...read, states: [...read.states] } : null,
    commands: request.state === 'open' && !over ? answers : [],
    openedAt: new Date(request.opened).toISOString(),
    expiresAt: new Date(request.expires).toISOString(),
    decision: request.decision as (typeof requestAnswers)[number] | null,
    decidedBy: request.decidedBy,
    decidedAt: request.decidedAt === null ? null : new Date(request.decidedAt).toISOString(),
    results: request.outcome === null ? [] : (JSON.parse(request.outcome) as (CommandResult & { detail: string })[]),
  }
}

export function accessRequests(app: App, context: Context): void {
  const { plugin, controllers } = context
  const params = z.object({ id: z.string().max(100) })

  app.get(
    '/access-requests',
    {
      config: { right: 'receive-notifications' },
      schema: {
        summary: 'Who was refused and waits for an operator, newest first',
        tags: ['access-requests'],
        querystring: z.strictObject({ state: many.describe('`open` unless told otherwise.'), ...page }),
        response: { 200: listOf(accessRequest) },
      },
    },
    async request => {
      const principal = asker(request)
      const wanted = among('state', request.query.state ?? ['open'], states)
      const before = readCursor(request.query.after, z.string())
      plugin.tried(() => plugin.requests.expire())
      const found = plugin.requests.list(wanted, request.query.limit + 1, before)
      const shown = found.slice(0, request.query.limit)
      const last = shown.at(-1)
      return {
        items: shown.filter(r => principal.at('receive-notifications', r.door)).map(r => describeRequest(context, principal, r)),
        next: found.length > shown.length && last ? writeCursor(last.id) : null,
      }
    },
  )

  app.get(
    '/access-requests/:id',
    {
      config: { right: 'receive-notifications' },
      schema: { summary: 'One access request', tags: ['access-requests'], params, response: { 200: accessRequest } },
    },
    async request => {
      const found = plugin.requests.get(request.params.id)
      if (!found || !asker(request).at('receive-notifications', found.door))
        throw new HttpProblem('not-found', `There is no access request "${request.params.id}".`)
      return describeRequest(context, asker(request), found)
    },
  )

  app.post(
    '/access-requests/:id/decision',
    {
      config: { right: 'receive-notifications' },
      schema: {
        summary: 'Answers a request; the first operator wins',
        tags: ['access-requests'],
        params,
        body: z.strictObject({ decision: z.enum(requestAnswers), seconds: z.number().min(0.1).max(86_400).optional() }),
        response: { 200: accessRequest },
      },
    },
    async request => {
      const { decision, seconds } = request.body
      const author = authorOf(request)
      const found = plugin.requests.get(request.params.id)
      if (!found || !asker(request).at('receive-notifications', found.door))
        throw new HttpProblem('not-found', `There is no access request "${request.params.id}".`)
      if (decision !== 'dismiss') requireAt(context, request, 'operate-doors', found.door)
      if (seconds !== undefined && decision !== 'grant') {
        throw fieldProblem('seconds', 'only a grant takes seconds')
      }
      const by = author.onBehalfOf === undefined ? author.user : `${author.onBehalfOf} (${author.user})`
      const answered = plugin.requests.answer(found.id, decision, by)
      if (!answered.ok) {
        if (answered.reason === 'already-decided') {
          const { decidedBy, decision: first } = answered.request
          throw new HttpProblem('already-decided', `${decidedBy} was first and chose ${first}.`, {
            decidedBy: decidedBy ?? '',
            decision: first ?? '',
          })
        }
        throw new HttpProblem(
          answered.reason,
          answered.reason === 'expired'
            ? 'The two minutes for an answer are over; use a command on the door.'
            : 'There is no such request.',
        )
      }
      let message = `${decision} for ${found.cardholder ?? 'an unknown person'}`
      if (decision !== 'dismiss') {
        const result = await carryOut(
          { action: decision, element: found.accessPoint, seconds, operator: author.user, onBehalfOf: author.onBehalfOf },
          plugin.tree(),
          controllers,
          plugin.clock,
        )
        plugin.tried(() => plugin.requests.settle(found.id, result.results))
        message += `: ${summary(result)}`
      }
      auditDone(context, request, { permitted: true, category: 'access-request', message, source: ['access-point', found.accessPoint] })
      return describeRequest(context, asker(request), plugin.requests.get(found.id) ?? answered.request)
    },
  )
}
