import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { instant } from '../../shared/scalar.ts'
import { writeAudit } from '../store/audit.ts'
import { type App, asker, audit, type Context, isEncrypted } from './context.ts'
import type { SignIn } from './identity.ts'
import { HttpProblem } from './problem.ts'
import { doorRights, type Principal, right, rights } from './rights.ts'

/** Who is signed in, and what they may. */
export const who = z.object({
  user: z.string(),
  kind: z.enum(['user', 'token']),
  roles: z.array(z.string()),
  rights: z.array(right),
  /** Rights that hold at some doors only. */
  limits: z.partialRecord(z.enum(doorRights), z.array(z.string())),
  expiresAt: instant.nullable(),
})

export const sessionCookie = 'portunus-session'

export function describePrincipal(principal: Principal): z.output<typeof who> {
  const limited = doorRights.flatMap(name => {
    const doors = principal.doors(name)
    return principal.has(name) && doors !== 'all' ? [[name, [...doors]] as const] : []
  })
  return {
    user: principal.name,
    kind: principal.kind,
    roles: [...principal.roles],
    rights: rights.filter(name => principal.has(name)),
    limits: Object.fromEntries(limited),
    expiresAt: principal.expiresAt === null ? null : new Date(principal.expiresAt).toISOString(),
  }
}

/** Gives a new session to the browser as a cookie, and to everybody as a token. */
export function handOver(request: FastifyRequest, reply: FastifyReply, { secret, principal, expires }: Extract<SignIn, { ok: true }>) {
  const secure = isEncrypted(request) || request.headers.origin?.startsWith('https:') === true
  reply.setCookie(sessionCookie, secret, { path: '/', httpOnly: true, sameSite: 'strict', secure, expires: new Date(expires) })
  return { token: secret, ...describePrincipal(principal) }
}

/** Ends the session that the request came with. */
export function signOut(context: Context, request: FastifyRequest, reply: FastifyReply): void {
  const { kind, name } = asker(request)
  if (kind !== 'user') throw new HttpProblem('built-in', 'An API token has no session; remove the token itself.')
  context.identity.endSession(request.secret ?? '')
  context.plugin.rightsChanged()
  audit(context, request, { permitted: true, category: 'sign-in', message: 'Signed out', source: ['user', name] })
  reply.clearCookie(sessionCookie, { path: '/' })
}

export function session(app: App, context: Context): void {
  const { plugin, identity } = context

  app.post(
    '/session',
    {
      config: { right: 'open', rateLimit: { max: 120, timeWindow: 60_000 } },
      schema: {
        summary: 'Sign in',
        tags: ['session'],
        body: z.strictObject({ user: z.string().min(1).max(200), password: z.string().min(1).max(200) }),
        response: { 200: who.extend({ token: z.string() }) },
      },
    },
    async (request, reply) => {
      const { user, password } = request.body
      const result = await identity.signIn(user, password)
      const note = (permitted: boolean, message: string) =>
        writeAudit(plugin.store, {
          at: plugin.now(),
          permitted,
          category: 'sign-in',
          message,
          sourceType: 'user',
          sourceName: user,
          author: { user, location: request.ip },
        })
      if (!result.ok && result.reason === 'locked-out') {
        note(false, 'Sign-in refused: too many wrong passwords')
        throw new HttpProblem('locked-out', `Too many wrong passwords for this name; wait ${result.seconds} s.`, {
          retryAfter: result.seconds,
        })
      }
      if (!result.ok) {
        note(false, 'Sign-in refused: wrong user name or password')
        throw new HttpProblem('wrong-credentials', 'User name or password is wrong.')
      }
      note(true, 'Signed in')
      return handOver(request, reply, result)
    },
  )

  app.get(
    '/session',
    { config: { right: null }, schema: { summary: 'Who am I, and what may I', tags: ['session'], response: { 200: who } } },
    async request => describePrincipal(asker(request)),
  )

  app.delete(
    '/session',
    { config: { right: null }, schema: { summary: 'Sign out', tags: ['session'], response: { 204: z.null() } } },
    async (request, reply) => {
      signOut(context, request, reply)
      reply.code(204)
      return null
    },
  )
}
