import { eq } from 'drizzle-orm'
import { v7 as uuid } from 'uuid'
import { z } from 'zod'
import { id as idSchema } from '../../shared/scalar.ts'
import type { Cardholder } from '../../shared/site.ts'
import { cardholder, credential } from '../../shared/site.ts'
import { pictures } from '../store/schema.ts'
import { type App, authorOf, type Context } from './context.ts'
import { editProblem } from './edit.ts'
import { cut, listOf, page, readCursor, tagOf, wantedVersion, writeCursor } from './paging.ts'
import { HttpProblem } from './problem.ts'
import { incoming, resource, wholeBody } from './resource.ts'
import { fieldProblem, parse } from './validation.ts'

const read = { config: { right: 'view-cardholders' } } as const
const write = { config: { right: 'manage-cardholders' } } as const
const params = z.object({ id: z.string().max(64) })

const extra = {
  groups: z.array(z.string()),
  /** Where the picture is, and where this person is managed. */
  links: z.array(z.object({ rel: z.string(), title: z.string(), href: z.string() })),
}
export const shownCardholder = z.intersection(cardholder, z.object(extra)).meta({ id: 'Cardholder' })
const shownCredential = credential.meta({ id: 'Credential' })
/** A credential as it comes in: an id is made where there is none. */
const made = { id: idSchema.optional().transform(given => given ?? uuid()) }
const [card, pin, plate, mobile] = credential.options
const newCredential = z
  .discriminatedUnion('type', [card.extend(made), pin.extend(made), plate.extend(made), mobile.extend(made)])
  .meta({ id: 'NewCredential' })

/** A cardholder as the API and the stream give them. */
export function describeCardholder({ plugin }: Context, holder: Cardholder): z.output<typeof shownCardholder> {
  const picture = plugin.store.db.select({ etag: pictures.etag }).from(pictures).where(eq(pictures.cardholder, holder.id)).get()
  return {
    ...holder,
    cardholderId: holder.cardholderId ?? holder.id,
    groups: [...plugin.book.people.groupsOf(holder.id)],
    links: [
      { rel: 'manage', title: 'Manage cardholder', href: `/cardholders?id=${holder.id}` },
      ...(picture ? [{ rel: 'picture', title: 'Picture', href: `/api/v1/cardholders/${holder.id}/picture` }] : []),
    ],
  }
}

export function cardholders(app: App, context: Context): void {
  const { plugin } = context
  const { people } = plugin.book
  const tags = ['cardholders']

  app.get(
    '/cardholders',
    {
      ...read,
      schema: {
        summary:
          'Cardholders by last name; with `q`, those in whose names, numbers, mail addresses, fields or credentials every word occurs',
        tags,
        querystring: z.strictObject({ ...page, q: z.string().max(200).default(''), group: z.string().max(64).optional() }),
        response: { 200: listOf(shownCardholder).extend({ partial: z.boolean() }) },
      },
    },
    async request => {
      const { q, limit, after, group } = request.query
      const found = people.search(
        q,
        limit,
        readCursor(after, z.strictObject({ sort: z.string(), id: z.string() })),
        group === undefined ? undefined : { groups: [group] },
      )
      return {
        items: found.items.map(({ holder }) => describeCardholder(context, holder)),
        next: found.next && writeCursor(found.next),
        partial: found.next !== null,
      }
    },
  )
  resource(app, context, {
    path: 'cardholders',
    kind: 'cardholders',
    read: 'view-cardholders',
    write: 'manage-cardholders',
    category: 'people',
    listed: false,
    extra: {
      schema: extra,
      of: holder => {
        const { cardholderId, groups, links } = describeCardholder(context, holder)
        return { cardholderId, groups, links }
      },
    },
  })

  const find = (id: string) => {
    const found = people.get(id)
    if (!found) throw new HttpProblem('not-found', `There is no cardholder "${id}".`)
    return found
  }
  /** @param of the credential that came in: what is wrong with it is told from there */
  const save = (request: Parameters<typeof authorOf>[0], holder: Cardholder, message: string, of?: string) => {
    const body = parse(incoming('cardholders'), holder)
    const edited = plugin.book.edit([{ kind: 'cardholders', id: holder.id, body, version: wantedVersion(request.headers['if-match']) }], {
      author: authorOf(request),
      category: 'people',
      message,
    })
    if (!edited.ok) throw editProblem(edited, of === undefined ? '' : `credentials[${holder.credentials.findIndex(c => c.id === of)}].`)
    return find(holder.id)
  }

  app.get(
    '/cardholders/:id/credentials',
    {
      ...read,
      schema: {
        summary: 'Credentials of a cardholder',
        tags,
        params,
        querystring: z.strictObject(page),
        response: { 200: listOf(shownCredential) },
      },
    },
    async (request, reply) => {
      const { holder, version } = find(request.params.id)
      reply.header('etag', tagOf(version))
      return cut(holder.credentials, request.query, each => each.id)
    },
  )
  app.post(
    '/cardholders/:id/credentials',
    {
      ...write,
      schema: {
        summary: 'Gives a cardholder a credential; an id is made where none is given',
        tags,
        params,
        body: newCredential,
        response: { 201: shownCredential },
      },
    },
    async (request, reply) => {
      const { holder } = find(request.params.id)
      const given = request.body
      if (holder.credentials.some(c => c.id === given.id)) throw new HttpProblem('id-taken', `There is already a credential "${given.id}".`)
      const credentials = [...holder.credentials, given]
      const after = save(request, { ...holder, credentials }, `Gave cardholder ${holder.id} a credential`, given.id)
      reply.code(201).header('etag', tagOf(after.version))
      return after.holder.credentials.at(-1)!
    },
  )
  const credentialParams = params.extend({ credential: z.string().max(64) })
  app.put(
    '/cardholders/:id/credentials/:credential',
    {
      ...write,
      schema: {
        summary: 'Replaces a credential',
        tags,
        params: credentialParams,
        body: wholeBody('Credential'),
        response: { 200: shownCredential },
      },
    },
    async (request, reply) => {
      const { holder } = find(request.params.id)
      const id = request.params.credential
      if (!holder.credentials.some(c => c.id === id)) throw new HttpProblem('not-found', `There is no credential "${id}".`)
      if (request.body.id !== undefined && request.body.id !== id) throw fieldProblem('id', 'is that of the address, and does not change')
      const given = parse(newCredential, { ...request.body, id })
      const credentials = holder.credentials.map(c => (c.id === id ? given : c))
      const after = save(request, { ...holder, credentials }, `Changed credential ${id} of cardholder ${holder.id}`, id)
      reply.header('etag', tagOf(after.version))
      return after.holder.credentials.find(c => c.id === id)!
    },
  )
  app.delete(
    '/cardholders/:id/credentials/:credential',
    { ...write, schema: { summary: 'Takes a credential away', tags, params: credentialParams, response: { 204: z.null() } } },
    async (request, reply) => {
      const { holder } = find(request.params.id)
      const id = request.params.credential
      if (!holder.credentials.some(c => c.id === id)) throw new HttpProblem('not-found', `There is no credential "${id}".`)
      save(
        request,
        { ...holder, credentials: holder.credentials.filter(c => c.id !== id) },
        `Took credential ${id} from cardholder ${holder.id}`,
      )
      reply.code(204)
      return null
    },
  )

  for (const [method, summary] of [
    ['PUT', 'Makes a cardholder a member'],
    ['DELETE', 'Ends a membership'],
  ] as const) {
    app.route({
      method,
      url: '/groups/:id/members/:cardholder',
      ...write,
      schema: { summary, tags: ['groups'], params: params.extend({ cardholder: z.string().max(64) }), response: { 204: z.null() } },
      handler: async (request, reply) => {
        const { id, cardholder: member } = request.params as { id: string; cardholder: string }
        if (!plugin.book.get('groups', id)) throw new HttpProblem('not-found', `There is no group "${id}".`)
        find(member)
        const body = method === 'PUT' ? { group: id, cardholder: member } : null
        if (body || people.isMember(id, member)) {
          const note = {
            author: authorOf(request),
            category: 'people',
            message: `${body ? 'Put' : 'Took'} cardholder ${member} ${body ? 'into' : 'out of'} group ${id}`,
          } as const
          const edited = plugin.book.edit([{ kind: 'memberships', id: `${id} ${member}`, body }], note)
          if (!edited.ok) throw editProblem(edited)
        }
        reply.code(204)
        return null
      },
    })
  }
  app.get(
    '/groups/:id/members',
    {
      ...read,
      schema: {
        summary: 'Members of a group',
        tags: ['groups'],
        params,
        querystring: z.strictObject(page),
        response: { 200: listOf(shownCardholder) },
      },
    },
    async request => {
      if (!plugin.book.get('groups', request.params.id)) throw new HttpProblem('not-found', `There is no group "${request.params.id}".`)
      const after = readCursor(request.query.after, z.strictObject({ sort: z.string(), id: z.string() }))
      const found = people.search('', request.query.limit, after, { groups: [request.params.id] })
      return { items: found.items.map(({ holder }) => describeCardholder(context, holder)), next: found.next && writeCursor(found.next) }
    },
  )
}
