import { z } from 'zod'
import { elementState } from '../../shared/state.ts'
import { visibleTo } from '../vms/tree.ts'
import { stateTypeIds } from '../vms/types.ts'
import { type App, asker, type Context } from './context.ts'
import { cut, listOf, many, page } from './paging.ts'

export const state = z
  .object({
    element: z.string(),
    states: z.array(z.enum(stateTypeIds)),
    flags: z.object({ alarm: z.boolean(), tamper: z.boolean(), offline: z.boolean() }),
    icon: z.string(),
    detail: elementState.nullable(),
  })
  .meta({ id: 'State' })

export function states(app: App, { plugin }: Context): void {
  app.get(
    '/states',
    {
      config: { right: 'use-access-control' },
      schema: {
        summary: 'What elements are like now; an id that is not known is left out',
        tags: ['states'],
        querystring: z.strictObject({ ids: many, ...page, limit: z.coerce.number().int().min(1).max(100_000).default(100_000) }),
        response: { 200: listOf(state) },
      },
    },
    async request => {
      const principal = asker(request)
      const tree = plugin.tree()
      const wanted = request.query.ids && new Set(request.query.ids)
      const elements = visibleTo(tree.vms, tree, principal.doors('use-access-control'), () => true).filter(e => wanted?.has(e.id) ?? true)
      const { items, next } = cut(elements, request.query, e => e.id)
      return {
        items: items.map(e => {
          const read = plugin.states.read(e.id, e.type)
          return { ...read, states: [...read.states] }
        }),
        next,
      }
    },
  )
}
