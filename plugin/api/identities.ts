import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { instant } from '../../shared/scalar.ts'
import { type App, asker, audit, type Context } from './context.ts'
import { type Token, type User, weakness } from './identity.ts'
import { cut, listOf, page, tagOf, wantedVersion } from './paging.ts'
import { HttpProblem } from './problem.ts'
import { roles } from './roles.ts'
import { fieldProblem } from './validation.ts'

const name = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^?\\/[\]\p{Cc}]+$/u, 'may not contain ? \\ / [ ] or control characters')
const roleIds = z.array(z.string().max(64)).max(50)
const password = z.string().min(1).max(200)
const user = z
  .object({ id: z.string(), name: z.string(), roles: z.array(z.string()), disabled: z.boolean(), foreign: z.boolean(), createdAt: instant })
  .meta({ id: 'User' })
const token = z
  .object({
    id: z.string(),
    name: z.string(),
    roles: z.array(z.string()),
    createdAt: instant,
    expiresAt: instant.nullable(),
    usedAt: instant.nullable(),
  })
  .meta({ id: 'Token' })

const at = (ms: number) => new Date(ms).toISOString()
const showUser = ({ created, version: _, ...u }: User) => ({ ...u, roles: [...u.roles], createdAt: at(created) })
const showToken = ({ created, expires, used, ...t }: Token) => ({
  ...t,
  roles: [...t.roles],
  createdAt: at(created),
  expiresAt: expires === null ? null : at(expires),
  usedAt: used === null ? null : at(used),
})

/** Users, roles and tokens. */
export function identities(app: App, context: Context): void {
  users(app, context)
  roles(app, context)
  tokens(app, context)
}

const params = z.object({ id: z.string().max(100) })
const security = { right: 'manage-security' } as const

function requireRoles({ identity }: Context, ids: readonly string[] | undefined): void {
  const wrong = ids?.findIndex(id => !identity.role(id)) ?? -1
  if (wrong >= 0) throw fieldProblem(`roles[${wrong}]`, `there is no role "${ids?.[wrong]}"`)
}

function users(app: App, context: Context): void {
  const { identity, plugin } = context
  const note = (request: Parameters<typeof audit>[1], message: string, who: string) =>
    audit(context, request, { permitted: true, category: 'security', message, source: ['user', who] })
  const find = (id: string) => {
    const found = identity.user(id)
    if (!found) throw new HttpProblem('not-found', `There is no user "${id}".`)
    return found
  }
  const requireVersion = (request: FastifyRequest, { name, version }: User) => {
    const wanted = wantedVersion(request.headers['if-match'])
    if (wanted !== undefined && wanted !== version)
      throw new HttpProblem('lost-update', `The user ${name} was changed since it was read; read it again.`)
  }
  const requireStrong = (text: string | undefined, of: string) => {
    const weak = text === undefined ? undefined : weakness(text, of)
    if (weak !== undefined) throw fieldProblem('password', weak)
  }
  /** A system that nobody can administer is of no use; who comes from elsewhere may find the way shut. */
  const requireAdministrator = (without: string) => {
    const left = identity.users().some(u => u.id !== without && !u.disabled && !u.foreign && u.roles.includes('administrator'))
    if (!left) throw new HttpProblem('in-use', 'This is the last administrator; make another first.')
  }

  app.get(
    '/users',
    {
      config: security,
      schema: { summary: 'Users', tags: ['security'], querystring: z.strictObject(page), response: { 200: listOf(user) } },
    },
    async request => {
      const { items, next } = cut(identity.users(), request.query, u => u.id)
      return { items: items.map(showUser), next }
    },
  )
  app.post(
    '/users',
    {
      config: security,
      schema: {
        summary: 'Adds a user',
        tags: ['security'],
        body: z.strictObject({ name, password, roles: roleIds.default(['operator']) }),
        response: { 201: user },
      },
    },
    async (request, reply) => {
      const { body } = request
      requireRoles(context, body.roles)
      requireStrong(body.password, body.name)
      const made = identity.namesake(body.name) === undefined ? await identity.addUser(body) : undefined
      if (!made) throw new HttpProblem('id-taken', `There is already a user "${identity.namesake(body.name)}".`)
      note(request, `Added user ${made.name} with ${made.roles.join(', ') || 'no role'}`, made.name)
      reply.code(201).header('etag', tagOf(made.version))
      return showUser(made)
    },
  )
  app.get(
    '/users/:id',
    { config: security, schema: { summary: 'One user', tags: ['security'], params, response: { 200: user } } },
    async (request, reply) => {
      const found = find(request.params.id)
      reply.header('etag', tagOf(found.version))
      return showUser(found)
    },
  )
  app.patch(
    '/users/:id',
    {
      config: security,
      schema: {
        summary: 'Changes roles, password or state of a user',
        tags: ['security'],
        params,
        body: z.strictObject({ password: password.optional(), roles: roleIds.optional(), disabled: z.boolean().optional() }),
        response: { 200: user },
      },
    },
    async (request, reply) => {
      const found = find(request.params.id)
      requireVersion(request, found)
      for (const field of ['password', 'roles'] as const)
        if (found.foreign && request.body[field] !== undefined)
          throw fieldProblem(field, `comes from the identity provider; ${found.name} can only be shut out here`)
      requireRoles(context, request.body.roles)
      requireStrong(request.body.password, found.name)
      if (
        !found.foreign &&
        found.roles.includes('administrator') &&
        (request.body.disabled || request.body.roles?.includes('administrator') === false)
      )
        requireAdministrator(found.id)
      await identity.changeUser(found.id, request.body)
      note(request, `Changed ${Object.keys(request.body).join(', ') || 'nothing'} of user ${found.name}`, found.name)
      plugin.rightsChanged()
      const changed = find(found.id)
      reply.header('etag', tagOf(changed.version))
      return showUser(changed)
    },
  )
  app.delete(
    '/users/:id',
    { config: security, schema: { summary: 'Removes a user', tags: ['security'], params, response: { 204: z.null() } } },
    async (request, reply) => {
      const found = find(request.params.id)
      requireVersion(request, found)
      if (!found.foreign && found.roles.includes('administrator')) requireAdministrator(found.id)
      identity.removeUser(found.id)
      note(request, `Removed user ${found.name}`, found.name)
      plugin.rightsChanged()
      reply.code(204)
      return null
    },
  )
  app.delete(
    '/users/:id/sessions',
    {
      config: security,
      schema: {
        summary: 'Signs a user out everywhere; who may still sign in can do so again',
        tags: ['security'],
        params,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const found = find(request.params.id)
      const ended = identity.endSessions(found.id)
      note(request, `Signed user ${found.name} out of ${ended} sessions`, found.name)
      plugin.rightsChanged()
      reply.code(204)
      return null
    },
  )
  app.put(
    '/session/password',
    {
      config: { right: null },
      schema: {
        summary: 'Changes the own password',
        tags: ['session'],
        body: z.strictObject({ old: password, new: password }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const me = asker(request)
      if (me.kind !== 'user') throw new HttpProblem('built-in', 'An API token has no password.')
      if (identity.user(me.id)?.foreign)
        throw new HttpProblem('built-in', 'You sign in through the identity provider; change your password there.')
      const judged = await identity.signIn(me.name, request.body.old)
      if (!judged.ok)
        throw new HttpProblem(
          judged.reason,
          'The old password is wrong.',
          judged.reason === 'locked-out' ? { retryAfter: judged.seconds } : {},
        )
      identity.endSession(judged.secret)
      const weak = weakness(request.body.new, me.name)
      if (weak !== undefined) throw fieldProblem('new', weak)
      await identity.changeUser(me.id, { password: request.body.new }, request.secret ?? undefined)
      note(request, 'Changed the own password', me.name)
      plugin.rightsChanged()
      reply.code(204)
      return null
    },
  )
}

function tokens(app: App, context: Context): void {
  const { identity, plugin } = context
  app.get(
    '/tokens',
    {
      config: security,
      schema: {
        summary: 'API tokens, without their secrets',
        tags: ['security'],
        querystring: z.strictObject(page),
        response: { 200: listOf(token) },
      },
    },
    async request => {
      const { items, next } = cut(identity.tokens(), request.query, t => t.id)
      return { items: items.map(showToken), next }
    },
  )
  app.post(
    '/tokens',
    {
      config: security,
      schema: {
        summary: 'Makes an API token; its secret is told this once',
        tags: ['security'],
        body: z.strictObject({ name, roles: roleIds.min(1), expiresAt: instant.nullable().default(null) }),
        response: { 201: token.extend({ token: z.string() }) },
      },
    },
    async (request, reply) => {
      const { body } = request
      requireRoles(context, body.roles)
      const expires = body.expiresAt === null ? null : Date.parse(body.expiresAt)
      if (expires !== null && !(expires > plugin.now())) throw fieldProblem('expiresAt', 'lies in the past')
      if (identity.tokenNamed(body.name)) throw new HttpProblem('id-taken', `There is already a token "${body.name}".`)
      const made = identity.addToken({ name: body.name, roles: body.roles, expires })
      audit(context, request, {
        permitted: true,
        category: 'security',
        message: `Made token ${body.name} with ${body.roles.join(', ')}`,
        source: ['token', body.name],
      })
      reply.code(201)
      return { ...showToken(made.token), token: made.secret }
    },
  )
  app.delete(
    '/tokens/:id',
    {
      config: security,
      schema: { summary: 'Removes a token; it stops working at once', tags: ['security'], params, response: { 204: z.null() } },
    },
    async (request, reply) => {
      const found = identity.token(request.params.id)
      if (!found) throw new HttpProblem('not-found', `There is no token "${request.params.id}".`)
      identity.removeToken(found.id)
      audit(context, request, {
        permitted: true,
        category: 'security',
        message: `Removed token ${found.name}`,
        source: ['token', found.name],
      })
      plugin.rightsChanged()
      reply.code(204)
      return null
    },
  )
}
