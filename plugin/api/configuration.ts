import { createHash } from 'node:crypto'
import { z } from 'zod'
import { actions } from '../../shared/command.ts'
import { compare, undo } from '../vms/elements.ts'
import { visibleTo } from '../vms/tree.ts'
import { elementTypeNames, stateTypeIds } from '../vms/types.ts'
import { type App, asker, authorOf, type Context } from './context.ts'
import { editProblem } from './edit.ts'
import { tagOf, wantedVersion } from './paging.ts'
import { HttpProblem } from './problem.ts'
import type { Principal } from './rights.ts'
import { fieldProblem } from './validation.ts'

const elementType = z.enum(Object.keys(elementTypeNames) as [keyof typeof elementTypeNames, ...(keyof typeof elementTypeNames)[]])
const action = z.enum(actions)
export const element = z
  .object({
    id: z.string(),
    parent: z.string().nullable(),
    type: elementType,
    name: z.string(),
    icon: z.string(),
    enabled: z.boolean(),
    latitude: z.number().nullable(),
    longitude: z.number().nullable(),
    unsupportedCommands: z.array(action),
  })
  .meta({ id: 'Element' })
const eventType = z
  .object({ id: z.string(), name: z.string(), categories: z.array(z.string()), enabled: z.boolean(), elementTypes: z.array(elementType) })
  .meta({ id: 'EventType' })

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
  const personal = (principal: Principal) => {
    const tree = plugin.tree()
    return visibleTo(tree.vms, tree, principal.doors('use-access-control'), door => principal.at('operate-doors', door))
  }

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
        const text = JSON.stringify({ revision, systemId: plugin.systemId, ...plugin.tree().vms, elements: personal(principal) })
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
        elements: visibleTo(t.vms, t, principal.doors('use-access-control'), door => principal.at('operate-doors', door)),
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

  app.patch(
    '/elements/:id',
    {
      config: { right: 'manage-configuration' },
      schema: {
        summary: 'Shows or hides an element, and says where it is',
        tags: ['configuration'],
        params: z.object({ id: z.string().max(200) }),
        body: z.strictObject({
          enabled: z.boolean().optional(),
          latitude: z.number().min(-90).max(90).nullable().optional(),
          longitude: z.number().min(-180).max(180).nullable().optional(),
        }),
        response: { 200: element },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const found = plugin.tree().element(id)
      if (!found) throw new HttpProblem('not-found', `There is no element "${id}".`)
      const { latitude = found.latitude, longitude = found.longitude, enabled = found.enabled } = request.body
      if ((latitude === null) !== (longitude === null)) {
        throw fieldProblem(latitude === null ? 'latitude' : 'longitude', 'latitude and longitude go together')
      }
      const kept = plugin.book.get('elements', id)
      // A door carries its position itself, so that a site file has it.
      const door = plugin.book.get('doors', id)
      const position = latitude === null || longitude === null ? null : { latitude, longitude }
      const edited = plugin.book.edit(
        [
          ...(door ? [{ kind: 'doors' as const, id, body: { ...door.body, position } }] : []),
          {
            kind: 'elements',
            id,
            body: { id, enabled, latitude: door ? null : latitude, longitude: door ? null : longitude },
            version: wantedVersion(request.headers['if-match']) ?? kept?.version,
          },
        ],
        { author: authorOf(request), category: 'configuration', message: `Changed element ${id}`, revive: true },
      )
      if (!edited.ok) throw editProblem(edited)
      reply.header('etag', tagOf(plugin.book.get('elements', id)?.version ?? 1))
      return answer(plugin.tree().element(id)!)
    },
  )

  app.patch(
    '/event-types/:id',
    {
      config: { right: 'manage-configuration' },
      schema: {
        summary: 'Switches a type of event on or off, and sets its categories',
        tags: ['configuration'],
        params: z.object({ id: z.string().max(100) }),
        body: z.strictObject({ enabled: z.boolean().optional(), categories: z.array(z.string().max(100)).max(50).optional() }),
        response: { 200: eventType },
      },
    },
    async request => {
      const { id } = request.params
      const type = () => plugin.tree().vms.eventTypes.find(t => t.id === id)
      const found = type()
      if (!found) throw new HttpProblem('not-found', `There is no type of event "${id}".`)
      const known = new Set(plugin.tree().vms.categories.map(c => c.id))
      const wrong = request.body.categories?.findIndex(c => !known.has(c)) ?? -1
      if (wrong >= 0) {
        throw fieldProblem(`categories[${wrong}]`, `there is no category "${request.body.categories?.[wrong]}"`)
      }
      const edited = plugin.book.edit(
        [
          {
            kind: 'eventTypes',
            id,
            body: {
              id,
              enabled: request.body.enabled ?? found.enabled,
              categories: [...new Set(request.body.categories ?? found.categories)],
            },
          },
        ],
        { author: authorOf(request), category: 'configuration', message: `Changed event type ${id}` },
      )
      if (!edited.ok) throw editProblem(edited)
      return { ...type()!, categories: [...type()!.categories], elementTypes: [...type()!.elementTypes] }
    },
  )
}

const answer = (e: ReturnType<Context['plugin']['tree']>['vms']['elements'][number]) => ({
  ...e,
  unsupportedCommands: [...e.unsupportedCommands],
})
