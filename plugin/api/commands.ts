import { z } from 'zod'
import { actions, refusals } from '../../shared/command.ts'
import { carryOut, type Outcome } from '../vms/commands.ts'
import { type App, asker, auditDone, authorOf, type Context, refuseRight, seesElement } from './context.ts'
import { keepOutcome } from './idempotency.ts'
import { fieldProblem } from './validation.ts'

export const outcome = z
  .object({
    id: z.string(),
    results: z.array(
      z.object({
        door: z.string(),
        outcome: z.enum(['done', 'refused', 'unreachable']),
        reason: z.enum(Object.keys(refusals) as [keyof typeof refusals, ...(keyof typeof refusals)[]]).optional(),
        detail: z.string(),
      }),
    ),
  })
  .meta({ id: 'CommandOutcome' })

const body = z.strictObject({
  action: z.enum(actions),
  /** Door, access point, zone, controller, or the system. */
  element: z.string().min(1).max(200),
  /** How long a grant unlocks. */
  seconds: z.number().min(0.1).max(86_400).optional(),
  /** For the audit log. */
  reason: z.string().max(1000).optional(),
})

export function commands(app: App, context: Context): void {
  const { plugin, controllers } = context
  const once = keepOutcome(context)

  app.post(
    '/commands',
    {
      config: { right: 'operate-doors' },
      schema: {
        summary: 'Grants, unlocks, locks, locks down or resets; every door that is concerned tells what it did, within 5 s',
        tags: ['commands'],
        headers: z.object({ 'idempotency-key': z.string().min(1).max(200).optional() }),
        body,
        response: { 200: outcome },
      },
    },
    async (request, reply) => {
      const { action, element, seconds, reason } = request.body
      const tree = plugin.tree()
      const target = element === 'system' ? plugin.systemId : element
      const doors = tree.doorsOf(target)
      const to = asker(request)
      const refuse = () => refuseRight(context, request, 'operate-doors', `at "${element}"`)
      if (!doors) {
        // Whoever may operate some doors only does not find others by guessing.
        if (!to.at('operate-doors', null) && !seesElement(plugin, to, target)) refuse()
        throw fieldProblem('element', tree.element(target) ? `"${element}" takes no commands` : `there is no element "${element}"`)
      }
      if (seconds !== undefined && action !== 'grant') {
        throw fieldProblem('seconds', 'only a grant takes seconds')
      }
      if (!doors.every(door => to.at('operate-doors', door))) refuse()
      const { user, onBehalfOf } = authorOf(request)
      const sent = await once(request.headers['idempotency-key'], to, { ...request.body, onBehalfOf }, async () => {
        const result = await carryOut({ action, element: target, seconds, operator: user, onBehalfOf }, tree, controllers, plugin.clock)
        auditDone(context, request, {
          permitted: true,
          category: 'command',
          message: `${action}${seconds === undefined ? '' : ` for ${seconds} s`}${reason === undefined ? '' : ` (${reason})`}: ${summary(result)}`,
          source: [tree.element(target)?.type ?? 'system', element],
        })
        return { status: 200, body: result }
      })
      reply.code(sent.status as 200)
      return { id: sent.body.id, results: [...sent.body.results] }
    },
  )
}

/** What came of a command, for the audit log. */
export function summary({ results }: Outcome): string {
  if (results.length === 0) return 'no doors'
  return results.map(r => `${r.door} ${r.outcome}${r.reason === undefined ? '' : ` (${r.reason})`}`).join(', ')
}
