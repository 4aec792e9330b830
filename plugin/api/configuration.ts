import { createHash } from 'node:crypto'
import { z } from 'zod'
import { compare, undo } from '../vms/elements.ts'
import { stateTypeIds } from '../vms/types.ts'
import { type App, asker, type Context } from './context.ts'
import { action, element, elementsFor, elementType, eventType } from './elements.ts'
import { HttpProblem } from './problem.ts'

const snapshot = z
  .object({
    revision: z.string(),
    systemId: z.string(),
    elementTypes: z.array(
      z.object({
        id: elementType,
        name: z.string(),
        stateTypes: z.array(z.enum(stateTypeIds)),
        commandTypes: z.array(action),
        eventTypes: z.array(z.string()),
      }),
    ),
    elements: z.array(element),
    stateTypes: z.array(z.object({ id: z.enum(stateTypeIds), name: z.string(), icon: z.string(), flag: z.string().nullable() })),
    eventTypes: z.array(eventType),
    commandTypes: z.array(
      z.object({ id: action, name: z.string(), order: z.number(), categories: z.array(z.string()), elementTypes: z.array(elementType) }),
    ),
    categories: z.array(z.object({ id: z.string(), name: z.string(), builtIn: z.boolean() })),
  })
  .meta({ id: 'Configuration' })

const difference = { kind: z.enum(['element', 'event-type', 'category']), id: z.string(), name: z.string() }
const diff = z.object({
  from: z.string(),
  to: z.string(),
  added: z.array(z.object(difference)),
  removed: z.array(z.object(difference)),
  changed: z.array(z.object({ ...difference, fields: z.array(z.object({ field: z.string(), old: z.unknown(), new: z.unknown() })) })),
})

export function configuration(app: App, context: Context): void {
  const { plugin } = context
  // The snapshot of a site with 10,000 doors is made once a revision for everybody who sees the same.
  let cached: { key: string; text: string; tag: string } | undefined
  app.get(
    '/configuration',
    {
      config: { right: 'use-access-control' },
      schema: {
        summary: 'One consistent snapshot of elements and types, as the asker may see it',
        tags: ['configuration'],
        querystring: z.strictObject({ asUser: z.literal('me').optional() }),
        response: { 200: snapshot, 304: z.null() },
      },
    },
    async (request, reply) => {
      const principal = asker(request)
      const revision = String(plugin.book.current().revision)
      const scope = (name: 'use-access-control' | 'operate-doors') => {
        const doors = principal.doors(name)
        return doors === 'all' ? doors : [...doors].sort()
      }
      const key = JSON.stringify([revision, scope('use-access-control'), scope('operate-doors')])
      if (cached?.key !== key) {
        const text = JSON.stringify({ revision, systemId: plugin.systemId, ...plugin.tree().vms, elements: elementsFor(plugin, principal) })
        cached = { key, text, tag: `"${revision}-${createHash('sha256').update(key).digest('hex').slice(0, 12)}"` }
      }
      reply.header('etag', cached.tag)
      if (request.headers['if-none-match'] === cached.tag) {
        reply.code(304)
        return null
      }
      // Already text: the serializer of the schema is passed by.
      return reply
        .type('application/json; charset=utf-8')
        .serializer(String)
        .send(cached.text as never)
    },
  )

  app.get(
    '/configuration/diff',
    {
      config: { right: 'use-access-control' },
      schema: {
        summary: 'What has changed since a revision: the summary of "Refresh configuration"',
        tags: ['configuration'],
        querystring: z.strictObject({ from: z.string().regex(/^\d{1,15}$/, 'must be a revision') }),
        response: { 200: diff },
      },
    },
    async request => {
      const from = Number(request.query.from)
      const current = plugin.book.current().revision
      if (from > current) throw new HttpProblem('not-found', `There is no revision ${from}; the newest is ${current}.`)
      const tree = plugin.tree()
      const before = undo(plugin.book.configuration(), plugin.book.changesSince(from))
      const old = plugin.treeOf(before)
      const principal = asker(request)
      const mine = (t: typeof tree) => ({
        ...t.vms,
        elements: elementsFor(plugin, principal, t),
      })
      const { added, removed, changed } = compare(mine(old), mine(tree))
      return {
        from: String(from),
        to: String(current),
        added: [...added],
        removed: [...removed],
        changed: changed.map(c => ({ ...c, fields: [...c.fields] })),
      }
    },
  )
}
