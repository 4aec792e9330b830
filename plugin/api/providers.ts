import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { writeAudit } from '../store/audit.ts'
import { type App, audit, type Context } from './context.ts'
import { openSignIns, returnAddress } from './oidc.ts'
import { tagOf, wantedVersion } from './paging.ts'
import { HttpProblem, type ProblemCode } from './problem.ts'
import { type ProviderSettings, providerSettings } from './provider.ts'
import { handOver, signOut, who } from './session.ts'
import { fieldProblem } from './validation.ts'

/** Binds a sign-in to the browser that began it. */
const signInCookie = 'portunus-sign-in'
const signInPath = '/api/v1/session/oidc'
const mostEnds = 10_000

const shown = providerSettings.extend({
  /** Whether there is a client secret; it is never told. */
  hasClientSecret: z.boolean(),
  /** What the provider has to know as redirect URI. */
  redirectUri: z.string(),
})

/** The identity provider: its settings, and signing in through it. */
export function providers(app: App, context: Context): void {
  settings(app, context)
  signingIn(app, context)
}

function settings(app: App, context: Context): void {
  const { identity, plugin } = context
  const security = { right: 'manage-security' } as const
  const tags = ['security']
  const find = () => {
    const found = identity.provider()
    if (!found) throw new HttpProblem('not-found', 'There is no identity provider.')
    return found
  }
  const show = () => {
    const { settings, clientSecret } = find()
    return { ...settings, hasClientSecret: clientSecret !== null, redirectUri: returnAddress(settings) }
  }
  const requireVersion = (request: FastifyRequest) => {
    const wanted = wantedVersion(request.headers['if-match'])
    if (wanted !== undefined && identity.provider()?.version !== wanted)
      throw new HttpProblem('lost-update', 'The identity provider was changed since it was read; read it again.')
  }
  const note = (request: FastifyRequest, message: string, name: string) => {
    audit(context, request, { permitted: true, category: 'security', message, source: ['identity-provider', name] })
    plugin.rightsChanged()
  }

  app.get(
    '/identity-provider',
    { config: security, schema: { summary: 'The identity provider, without its client secret', tags, response: { 200: shown } } },
    async (_, reply) => {
      reply.header('etag', tagOf(find().version))
      return show()
    },
  )
  app.put(
    '/identity-provider',
    {
      config: security,
      schema: {
        summary: 'Sets the identity provider; whoever came through the one before has to sign in anew',
        description:
          'The client secret is only ever written: left out, it stays as long as issuer and client id do; `null` is none. ' +
          'It never goes to an issuer it was not given for.',
        tags,
        body: providerSettings.extend({ clientSecret: z.string().min(1).max(1000).nullable().optional() }),
        response: { 200: shown },
      },
    },
    async (request, reply) => {
      const { clientSecret, ...wanted } = request.body
      requireVersion(request)
      for (const [index, { role }] of wanted.mappings.entries())
        if (!identity.role(role)) throw fieldProblem(`mappings[${index}].role`, `there is no role "${role}"`)
      const before = identity.provider()
      if (before && clientSecret === undefined && before.clientSecret !== null) {
        const { issuer, clientId } = before.settings
        if (issuer !== wanted.issuer || clientId !== wanted.clientId)
          throw fieldProblem('clientSecret', 'has to be given anew with another issuer or client id; null is none')
      }
      identity.setProvider(wanted, clientSecret)
      note(request, `Set the identity provider ${summary(wanted)}`, wanted.name)
      reply.header('etag', tagOf(find().version))
      return show()
    },
  )
  app.delete(
    '/identity-provider',
    {
      config: security,
      schema: { summary: 'Removes the identity provider and ends what was signed in through it', tags, response: { 204: z.null() } },
    },
    async (request, reply) => {
      const { name } = find().settings
      requireVersion(request)
      identity.setProvider(null)
      note(request, `Removed the identity provider ${name}`, name)
      reply.code(204)
      return null
    },
  )
}

function signingIn(app: App, context: Context): void {
  const { identity, plugin } = context
  const signIns = openSignIns({ provider: identity.provider, now: plugin.now })
  const tags = ['session']
  const open = { right: 'open', rateLimit: { max: 120, timeWindow: 60_000 } } as const
  /** Where sessions end at the provider, by their secrets. It is a courtesy: nothing is kept on disk for it. */
  const ends = new Map<string, { readonly address: string; readonly expires: number }>()
  /** The provider in use; what comes from a page elsewhere is refused, whatever it brings. */
  const find = (request: FastifyRequest) => {
    const found = identity.provider()
    if (!found?.settings.enabled) throw new HttpProblem('not-found', 'Nobody can sign in through an identity provider here.')
    const { address, name } = found.settings
    const { origin } = request.headers
    if (origin !== undefined && origin !== address)
      throw new HttpProblem('cross-site', `Signing in with ${name} begins and ends at ${address}; open that address.`)
    return found
  }
  const cookie = ({ address }: ProviderSettings) =>
    ({ path: signInPath, httpOnly: true, sameSite: 'strict', secure: address.startsWith('https:') }) as const
  const refuse = (request: FastifyRequest, provider: string, code: ProblemCode, detail: string, user?: string): never => {
    writeAudit(plugin.store, {
      at: plugin.now(),
      permitted: false,
      category: 'sign-in',
      message: `Sign-in through ${provider} refused: ${detail}`,
      sourceType: user === undefined ? 'identity-provider' : 'user',
      sourceName: user ?? provider,
      author: { user: user ?? 'nobody', location: request.ip },
    })
    throw new HttpProblem(code, detail)
  }

  app.get(
    '/session/oidc',
    {
      config: open,
      schema: {
        summary: 'Whether one can sign in through an identity provider, and its name',
        tags,
        response: { 200: z.object({ name: z.string().nullable() }) },
      },
    },
    async () => {
      const found = identity.provider()
      return { name: found?.settings.enabled ? found.settings.name : null }
    },
  )
  app.post(
    '/session/oidc',
    {
      config: open,
      schema: {
        summary: 'Begins to sign in through the identity provider: where the browser has to go',
        description:
          'The provider sends the browser back to `/signin-oidc` of this server, with a query that the route `/session/oidc/return` takes.',
        tags,
        response: { 200: z.object({ address: z.string(), expiresAt: z.string() }) },
      },
    },
    async (request, reply) => {
      const provider = find(request)
      const begun = await signIns.begin(provider)
      if (!begun.ok) return refuse(request, provider.settings.name, begun.reason, begun.detail)
      const expires = new Date(begun.expires)
      reply.setCookie(signInCookie, begun.secret, { ...cookie(provider.settings), expires })
      return { address: begun.address, expiresAt: expires.toISOString() }
    },
  )
  app.post(
    '/session/oidc/return',
    {
      config: open,
      schema: {
        summary: 'Ends signing in through the identity provider: a session as for local users',
        tags,
        body: z.strictObject({ query: z.string().max(8000).describe('What the provider has put behind the question mark.') }),
        response: { 200: who.extend({ token: z.string() }) },
      },
    },
    async (request, reply) => {
      const { settings } = find(request)
      reply.clearCookie(signInCookie, cookie(settings))
      const found = await signIns.finish(request.cookies[signInCookie] ?? '', request.body.query)
      if (!found.ok) return refuse(request, settings.name, found.reason, found.detail)
      const entered = identity.enter(found)
      plugin.rightsChanged()
      if (!entered.ok) return refuse(request, settings.name, entered.reason, words[entered.reason](settings.name), entered.name)
      const { user } = entered
      writeAudit(plugin.store, {
        at: plugin.now(),
        permitted: true,
        category: 'sign-in',
        message: `Signed in through ${settings.name} as ${user.roles.join(', ')}`,
        sourceType: 'user',
        sourceName: user.name,
        author: { user: user.name, location: request.ip },
      })
      const session = identity.startSession(user)
      if (found.endAddress !== null) {
        for (const [secret, { expires }] of ends) if (expires <= plugin.now() || ends.size >= mostEnds) ends.delete(secret)
        ends.set(session.secret, { address: found.endAddress, expires: session.expires })
      }
      return handOver(request, reply, session)
    },
  )
  app.post(
    '/session/end',
    {
      config: { right: null },
      schema: {
        summary: 'Signs out, and tells where the browser has to go to sign out at the identity provider, too',
        description:
          '`address` is null where nobody has to: for local users, where the provider does not offer it, where `endSession` is off, and after the server was restarted.',
        tags,
        response: { 200: z.object({ address: z.string().nullable() }) },
      },
    },
    async (request, reply) => {
      signOut(context, request, reply)
      const address = ends.get(request.secret ?? '')?.address ?? null
      ends.delete(request.secret ?? '')
      return { address }
    },
  )
}

const words = {
  'no-role-mapped': (provider: string) => `${provider} knows you, but has given you no role of this system; ask its administrator for one.`,
  'user-disabled': () => 'An administrator of this system has shut you out; ask them.',
}

/** What decides who gets in, for the audit log. */
function summary({ name, enabled, issuer, clientId, address, mappings }: ProviderSettings): string {
  const maps = mappings.map(({ claim, values, role }) => `${claim} ${values.join(' or ')} is ${role}`).join('; ')
  return `${name} (${enabled ? '' : 'off, '}${issuer}, client ${clientId}, at ${address}): ${maps === '' ? 'nobody has a role' : maps}`.slice(
    0,
    2000,
  )
}
