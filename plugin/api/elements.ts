import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { actions } from '../../shared/command.ts'
import { type Tree, visibleTo } from '../vms/tree.ts'
import { elementTypeNames } from '../vms/types.ts'
import { type App, asker, authorOf, type Context } from './context.ts'
import { editProblem } from './edit.ts'
import { cut, listOf, page, tagOf, wantedVersion } from './paging.ts'
import { HttpProblem } from './problem.ts'
import type { Principal } from './rights.ts'
import { fieldProblem } from './validation.ts'

export const elementType = z.enum(Object.keys(elementTypeNames) as [keyof typeof elementTypeNames, ...(keyof typeof elementTypeNames)[]])
export const action = z.enum(actions)
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
export const eventType = z
  .object({
    id: z.string(),
    name: z.string(),
    categories: z.array(z.string()),
    enabled: z.boolean(),
    defaultEnabled: z.boolean(),
    elementTypes: z.array(elementType),
  })
  .meta({ id: 'EventType' })

/** The elements somebody may see, with the commands they may not send. */
export const elementsFor = ({ tree: now }: Context['plugin'], principal: Principal, tree: Tree = now()) =>
  visibleTo(tree.vms, tree, principal.doors('use-access-control'), door => principal.at('operate-doors', door))

/** Elements and types of events one by one: what an administrator sets at them. */
export function elements(app: App, { plugin }: Context): void {
  // What was set at an element, and the door, which has its position: either makes it another version.
  const elementVersion = (id: string) => (plugin.book.get('elements', id)?.version ?? 0) + (plugin.book.get('doors', id)?.version ?? 0)
  const elementParams = z.object({ id: z.string().max(200) })
  /** The id of an access point has a slash, which not every client encodes. */
  const elementId = ({ id, part }: { id: string; part?: string }) => (part === undefined ? id : `${id}/${part}`)
  const eventTypeVersion = (id: string) => plugin.book.get('eventTypes', id)?.version ?? 0
  const eventTypeParams = z.object({ id: z.string().max(100) })
  const findEventType = (id: string) => {
    const found = plugin.tree().vms.eventTypes.find(t => t.id === id)
    if (!found) throw new HttpProblem('not-found', `There is no type of event "${id}".`)
    return { ...found, categories: [...found.categories], elementTypes: [...found.elementTypes] }
  }
  const requireVersion = (request: FastifyRequest, version: number, what: string) => {
    const wanted = wantedVersion(request.headers['if-match'])
    if (wanted !== undefined && wanted !== version)
      throw new HttpProblem('lost-update', `The ${what} was changed since it was read; read it again.`)
  }

  for (const url of ['/elements/:id', '/elements/:id/:part']) {
    const hide = url.endsWith(':part')
    const params = hide ? elementParams.extend({ part: z.string().max(100) }) : elementParams
    app.get(
      url,
      {
        config: { right: 'use-access-control' },
        schema: { hide, summary: 'One element', tags: ['configuration'], params, response: { 200: element } },
      },
      async (request, reply) => {
        const id = elementId(request.params)
        const found = elementsFor(plugin, asker(request)).find(e => e.id === id)
        if (!found) throw new HttpProblem('not-found', `There is no element "${id}".`)
        reply.header('etag', tagOf(elementVersion(id)))
        return answer(found)
      },
    )

    app.patch(
      url,
      {
        config: { right: 'manage-configuration' },
        schema: {
          hide,
          summary: 'Shows or hides an element, and says where it is',
          tags: ['configuration'],
          params,
          body: z.strictObject({
            enabled: z.boolean().optional(),
            latitude: z.number().min(-90).max(90).nullable().optional(),
            longitude: z.number().min(-180).max(180).nullable().optional(),
          }),
          response: { 200: element },
        },
      },
      async (request, reply) => {
        const id = elementId(request.params)
        const found = plugin.tree().element(id)
        if (!found) throw new HttpProblem('not-found', `There is no element "${id}".`)
        requireVersion(request, elementVersion(id), `element "${id}"`)
        const { latitude = found.latitude, longitude = found.longitude, enabled = found.enabled } = request.body
        if ((latitude === null) !== (longitude === null)) {
          throw fieldProblem(latitude === null ? 'latitude' : 'longitude', 'latitude and longitude go together')
        }
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
            },
          ],
          { author: authorOf(request), category: 'configuration', message: `Changed element ${id}`, revive: true },
        )
        if (!edited.ok) throw editProblem(edited)
        reply.header('etag', tagOf(elementVersion(id)))
        return answer(plugin.tree().element(id)!)
      },
    )
  }

  app.get(
    '/event-types',
    {
      config: { right: 'use-access-control' },
      schema: {
        summary: 'Every type of event, with its categories and whether it is on',
        tags: ['configuration'],
        querystring: z.strictObject(page),
        response: { 200: listOf(eventType) },
      },
    },
    async request => {
      const { items, next } = cut(plugin.tree().vms.eventTypes, request.query, t => t.id)
      return { items: items.map(t => findEventType(t.id)), next }
    },
  )
  app.get(
    '/event-types/:id',
    {
      config: { right: 'use-access-control' },
      schema: { summary: 'One type of event', tags: ['configuration'], params: eventTypeParams, response: { 200: eventType } },
    },
    async (request, reply) => {
      const found = findEventType(request.params.id)
      reply.header('etag', tagOf(eventTypeVersion(found.id)))
      return found
    },
  )

  app.patch(
    '/event-types/:id',
    {
      config: { right: 'manage-configuration' },
      schema: {
        summary: 'Switches a type of event on or off, and sets its categories',
        tags: ['configuration'],
        params: eventTypeParams,
        body: z.strictObject({ enabled: z.boolean().optional(), categories: z.array(z.string().max(100)).max(50).optional() }),
        response: { 200: eventType },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const found = findEventType(id)
      requireVersion(request, eventTypeVersion(id), `event type "${id}"`)
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
      reply.header('etag', tagOf(eventTypeVersion(id)))
      return findEventType(id)
    },
  )
}

const answer = (e: ReturnType<Context['plugin']['tree']>['vms']['elements'][number]) => ({
  ...e,
  unsupportedCommands: [...e.unsupportedCommands],
})
