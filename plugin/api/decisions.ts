import { z } from 'zod'
import { doorsFor, explain, type Inquiry, type Opening, whoCanOpen } from '../../controller/core/explain.ts'
import { buildModel } from '../../controller/core/model.ts'
import { emptyState } from '../../controller/core/state.ts'
import { type Check, check } from '../../shared/event.ts'
import { reasons } from '../../shared/reason.ts'
import { id } from '../../shared/scalar.ts'
import { describe } from '../../shared/text.ts'
import { peopleDirectory } from '../site/directory.ts'
import { wordingOf } from '../vms/wording.ts'
import { type App, asker, type Context, seesElement } from './context.ts'
import { cut, listOf, page, readCursor, writeCursor } from './paging.ts'
import { HttpProblem } from './problem.ts'
import { fieldProblem } from './validation.ts'

const types = z
  .array(z.enum(['card', 'pin', 'licence-plate', 'mobile']))
  .min(1)
  .max(4)
const at = z.iso.datetime({ offset: true }).optional().describe('When; now where left out.')
const who = {
  accessPoint: z.string().max(100).describe('DOOR/a or DOOR/b'),
  at,
}
const decision = z
  .object({
    outcome: z.enum(['granted', 'denied', 'waiting']),
    reason: z.string().nullable(),
    waiting: z.string().nullable(),
    text: z.string(),
    cardholder: z.string().nullable(),
    credential: z.string().nullable(),
    checks: z.array(check),
    /** `controller`: as things stand at the door; `configuration`: as the site says, nobody being anywhere and no door in any mode. */
    basis: z.enum(['controller', 'configuration']),
  })
  .meta({ id: 'Decision' })

/** A decision as it crosses the link. */
const told = z.object({
  outcome: z.enum(['granted', 'denied', 'waiting']),
  reason: z.enum(Object.keys(reasons) as [keyof typeof reasons, ...(keyof typeof reasons)[]]).optional(),
  waiting: z.enum(['card', 'pin', 'licence-plate', 'mobile', 'second-person']).optional(),
  cardholder: z.string().nullable(),
  credential: z.string().nullable(),
  trace: z.array(check),
})

const opening = z.object({ accessPoint: z.string(), door: z.string(), types: z.array(z.string()), secondPerson: z.boolean() })

/** Looked at before other work gets its turn. */
const peopleAtOnce = 100

/** Questions without effect: would it open, who can, what opens. */
export function decisions(app: App, context: Context): void {
  const { plugin, controllers } = context
  const { people } = plugin.book
  const tags = ['decisions']
  const sightOf = (controller: string) => ({
    model: buildModel(plugin.book.configuration().site, controller),
    directory: peopleDirectory(people, plugin.book.pinKey()),
    state: emptyState(),
  })
  const show = ({ accessPoint, types: presented, decision: { outcome } }: Opening) => ({
    accessPoint,
    door: accessPoint.split('/')[0] ?? '',
    types: [...presented],
    secondPerson: outcome === 'waiting',
  })

  app.post(
    '/decisions',
    {
      config: { right: 'view-cardholders' },
      schema: {
        summary: 'Would it open, and why: the trace, without effect',
        tags,
        body: z.union([
          z.strictObject({ credential: id, ...who }),
          z.strictObject({ cardholder: id, types: types.default(['card']), ...who }),
        ]),
        response: { 200: decision },
      },
    },
    async request => {
      const { body } = request
      const element = plugin.tree().element(body.accessPoint)
      const controller = plugin.tree().controllerOf(body.accessPoint)
      if (element?.type !== 'access-point' || controller === undefined || !seesElement(plugin, asker(request), body.accessPoint))
        throw fieldProblem('accessPoint', `there is no access point "${body.accessPoint}"`)
      if ('cardholder' in body && !people.get(body.cardholder))
        throw fieldProblem('cardholder', `there is no cardholder "${body.cardholder}"`)
      if ('credential' in body && people.found('id', body.credential).length === 0)
        throw fieldProblem('credential', `there is no credential "${body.credential}"`)
      const inquiry: Inquiry = { ...body, at: body.at === undefined ? plugin.now() : Date.parse(body.at) }
      const asked = controllers.isOnline(controller) ? await controllers.ask(controller, 'explain', inquiry) : undefined
      const live = asked?.ok ? told.safeParse(asked.body).data : undefined
      const local = live ? undefined : explain(sightOf(controller), inquiry)
      if (!live && !local) throw fieldProblem('accessPoint', `"${body.accessPoint}" has no reader`)
      const found = live ?? told.parse(local)
      const { outcome, reason, waiting, cardholder, credential, trace } = found
      const event = {
        type: outcome === 'granted' ? 'access.granted' : outcome === 'denied' ? 'access.denied' : 'access.pending',
        door: body.accessPoint.split('/')[0],
        time: new Date(inquiry.at).toISOString(),
        ...(reason ? { reason } : {}),
        ...(waiting ? { waiting } : {}),
        ...(cardholder ? { cardholder } : {}),
        ...(credential ? { credential } : {}),
      } as const
      return {
        outcome,
        reason: reason ?? null,
        waiting: waiting ?? null,
        text: describe(event, wordingOf(plugin, true), trace as Check[]),
        cardholder,
        credential,
        checks: trace,
        basis: live ? ('controller' as const) : ('configuration' as const),
      }
    },
  )

  app.get(
    '/cardholders/:id/doors',
    {
      config: { right: 'view-cardholders' },
      schema: {
        summary: 'What opens for a cardholder at an instant, by what they present; as the site says',
        tags: ['cardholders'],
        params: z.object({ id: z.string().max(64) }),
        querystring: z.strictObject({ at, ...page }),
        response: { 200: listOf(opening) },
      },
    },
    async request => {
      const { id: cardholder } = request.params
      if (!people.get(cardholder)) throw new HttpProblem('not-found', `There is no cardholder "${cardholder}".`)
      const instant = request.query.at === undefined ? plugin.now() : Date.parse(request.query.at)
      const items = plugin
        .tree()
        .controllers.flatMap(controller => doorsFor(sightOf(controller), cardholder, instant))
        .map(show)
      const seen = items.filter(each => asker(request).at('use-access-control', each.door))
      return cut(seen, request.query, each => `${each.accessPoint} ${each.types.join(' ')}`)
    },
  )

  app.get(
    '/doors/:id/who',
    {
      config: { right: 'view-cardholders' },
      schema: {
        summary: 'Who can open a door at an instant, side by side; as the site says',
        tags: ['doors'],
        params: z.object({ id: z.string().max(64) }),
        querystring: z.strictObject({ ...page, at }),
        response: { 200: listOf(opening.extend({ cardholder: z.string(), name: z.string() })) },
      },
    },
    async request => {
      const door = request.params.id
      const controller = plugin.tree().controllerOf(door)
      if (plugin.tree().element(door)?.type !== 'door' || controller === undefined || !asker(request).at('use-access-control', door)) {
        throw new HttpProblem('not-found', `There is no door "${door}".`)
      }
      const instant = request.query.at === undefined ? plugin.now() : Date.parse(request.query.at)
      const sight = sightOf(controller)
      const { limit } = request.query
      const items: (z.output<typeof opening> & { cardholder: string; name: string })[] = []
      let place = readCursor(request.query.after, z.strictObject({ sort: z.string(), id: z.string() }))
      // Nobody passes without a rule: only whom one names is looked at, page by page, until enough of them can open it.
      const rules = (['a', 'b'] as const).flatMap(side => sight.model.accessPoints.get(`${door}/${side}`)?.rules ?? [])
      const among = { cardholders: rules.flatMap(rule => [...rule.cardholders]), groups: [...new Set(rules.flatMap(rule => rule.groups))] }
      for (;;) {
        const found = people.search('', peopleAtOnce, place, among)
        for (const [index, { holder }] of found.items.entries()) {
          for (const side of ['a', 'b'] as const) {
            for (const each of whoCanOpen(sight, `${door}/${side}`, instant, [holder.id])) {
              items.push({ ...show(each), cardholder: holder.id, name: `${holder.firstName} ${holder.lastName}`.trim() })
            }
          }
          place = people.placeOf(holder)
          if (items.length >= limit && (index < found.items.length - 1 || found.next)) return { items, next: writeCursor(place) }
        }
        if (!found.next) return { items, next: null }
        await new Promise(resolve => setImmediate(resolve))
      }
    },
  )
}
