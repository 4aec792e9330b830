import type { FastifyRequest } from 'fastify'
import { v7 as uuid } from 'uuid'
import { z } from 'zod'
import { type App, audit, type Context } from './context.ts'
import { cut, listOf, page, tagOf, wantedVersion } from './paging.ts'
import { HttpProblem } from './problem.ts'
import { builtInRoles, type Role, role as roleSchema } from './rights.ts'
import { fieldProblem } from './validation.ts'

const role = roleSchema.extend({ builtIn: z.boolean() }).meta({ id: 'Role' })
const params = z.object({ id: z.string().max(100) })
const security = { right: 'manage-security' } as const

/** Roles: which rights, and at which doors and zones. */
export function roles(app: App, context: Context): void {
  const { identity, plugin } = context
  const find = (id: string) => {
    const found = identity.roles().find(r => r.role.id === id)
    if (!found) throw new HttpProblem('not-found', `There is no role "${id}".`)
    return found
  }
  const show = ({ role: body, builtIn }: ReturnType<typeof find>) => ({ ...body, builtIn })
  const requireVersion = (request: FastifyRequest, id: string) => {
    const wanted = wantedVersion(request.headers['if-match'])
    if (wanted !== undefined && identity.roles().find(r => r.role.id === id)?.version !== wanted)
      throw new HttpProblem('lost-update', `The role "${id}" was changed since it was read; read it again.`)
  }
  const requireOwn = (id: string) => {
    if (builtInRoles.some(r => r.id === id)) throw new HttpProblem('built-in', `The role "${id}" is built in; make another beside it.`)
  }

  app.get(
    '/roles',
    {
      config: security,
      schema: { summary: 'Roles', tags: ['security'], querystring: z.strictObject(page), response: { 200: listOf(role) } },
    },
    async request => {
      const { items, next } = cut(identity.roles(), request.query, r => r.role.id)
      return { items: items.map(show), next }
    },
  )
  app.get(
    '/roles/:id',
    { config: security, schema: { summary: 'One role', tags: ['security'], params, response: { 200: role } } },
    async (request, reply) => {
      const found = find(request.params.id)
      reply.header('etag', tagOf(found.version))
      return show(found)
    },
  )
  const put = (request: FastifyRequest, body: Role): number => {
    requireOwn(body.id)
    for (const [index, held] of body.rights.entries()) {
      const { site } = plugin.book.configuration()
      for (const door of held.doors)
        if (!site.doors.some(d => d.id === door)) throw fieldProblem(`rights[${index}].doors`, `there is no door "${door}"`)
      for (const zone of held.zones)
        if (!site.zones.some(z => z.id === zone)) throw fieldProblem(`rights[${index}].zones`, `there is no zone "${zone}"`)
    }
    const version = identity.putRole(body)
    audit(context, request, { permitted: true, category: 'security', message: `Set role ${body.id}`, source: ['role', body.id] })
    plugin.rightsChanged()
    return version
  }
  app.post(
    '/roles',
    {
      config: security,
      schema: {
        summary: 'Adds a role; an id is made where none is given',
        tags: ['security'],
        body: roleSchema.partial({ id: true }),
        response: { 201: role },
      },
    },
    async (request, reply) => {
      const { id = uuid(), ...body } = request.body
      if (identity.role(id)) throw new HttpProblem('id-taken', `There is already a role "${id}".`)
      reply.header('etag', tagOf(put(request, { id, ...body })))
      reply.code(201).header('location', `/api/v1/roles/${id}`)
      return show(find(id))
    },
  )
  app.put(
    '/roles/:id',
    {
      config: security,
      schema: {
        summary: 'Adds or replaces a role',
        tags: ['security'],
        params: z.object({ id: roleSchema.shape.id }),
        body: roleSchema.omit({ id: true }),
        response: { 200: role, 201: role },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      requireVersion(request, id)
      const known = identity.role(id) !== undefined
      reply.header('etag', tagOf(put(request, { id, ...request.body })))
      reply.code(known ? 200 : 201)
      return show(find(id))
    },
  )
  app.delete(
    '/roles/:id',
    { config: security, schema: { summary: 'Removes a role that nobody has', tags: ['security'], params, response: { 204: z.null() } } },
    async (request, reply) => {
      const { id } = request.params
      requireOwn(id)
      find(id)
      requireVersion(request, id)
      const mapped = identity.provider()?.settings
      const holders = [
        ...[...identity.users(), ...identity.tokens()].filter(h => h.roles.includes(id)).map(h => h.name),
        ...(mapped?.mappings.some(m => m.role === id) ? [`identity provider ${mapped.name}`] : []),
        ...context.outlets.list().flatMap(({ settings: o }) => (o.kind === 'mqtt' && o.roles.includes(id) ? [`outlet ${o.name}`] : [])),
      ]
      if (holders.length > 0) throw new HttpProblem('in-use', `The role "${id}" is held by ${holders.join(', ')}.`, { users: holders })
      identity.removeRole(id)
      audit(context, request, { permitted: true, category: 'security', message: `Removed role ${id}`, source: ['role', id] })
      reply.code(204)
      return null
    },
  )
}
