import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import Provider from 'oidc-provider'

export const client = { id: 'portunus', secret: 'the secret of the client' }

/**
 * A real OpenID Connect provider on loopback. Whoever signs in has the claims of `people`, whatever the password.
 * @param redirectUri the address it sends browsers back to
 */
export async function startProvider(redirectUri: string) {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const people = new Map<string, Record<string, unknown>>()
  /** How the provider lies, where a test wants it to. */
  const lies = {
    /** Changes the claims of an ID token, which is then signed again. */
    claims: undefined as undefined | ((claims: Record<string, unknown>) => Record<string, unknown>),
    /** Signs with this key instead of its own. */
    key: undefined as KeyObject | undefined,
    /** Changes what the discovery document says. */
    discovery: undefined as undefined | ((document: Record<string, unknown>) => Record<string, unknown>),
    /** Answers all with this status. */
    status: undefined as number | undefined,
    /** Answers at this path without end. */
    endless: undefined as string | undefined,
  }
  /** Paths that were asked for. */
  const asked: string[] = []
  // It warns that it is set up for tests, which it is.
  const { warn } = console
  console.warn = () => {}
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'own', alg: 'ES256', use: 'sig' } as never] },
    cookies: { keys: ['a key for cookies'] },
    claims: { openid: ['sub'], profile: ['preferred_username', 'name'], email: ['email', 'email_verified'], groups: ['groups', 'site'] },
    scopes: ['openid', 'profile', 'email', 'groups'],
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people.get(id) }) }),
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({ accountId: ctx.oidc.session?.accountId ?? '', clientId: ctx.oidc.client?.clientId ?? '' })
      grant.addOIDCScope('openid profile email groups')
      await grant.save()
      return grant
    },
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
  })
  console.warn = warn
  // Whoever hangs up on it does so because a test wants it.
  provider.silent = true
  provider.use(async (ctx, next) => {
    asked.push(ctx.path)
    await next()
    const body = ctx.body as Record<string, unknown> | undefined
    if (lies.endless !== undefined && ctx.path.startsWith(lies.endless)) {
      ctx.status = 200
      ctx.type = 'json'
      ctx.body = Readable.from(
        (function* () {
          yield '{"x":"'
          for (;;) yield 'x'.repeat(65_536)
        })(),
      )
    } else if (lies.status !== undefined) {
      ctx.status = lies.status
      ctx.body = 'out of order'
    } else if (ctx.path.startsWith('/.well-known/') && lies.discovery && body) ctx.body = lies.discovery(body)
    else if (ctx.path === '/token' && typeof body?.id_token === 'string' && (lies.claims || lies.key))
      body.id_token = signed(body.id_token, lies.claims ?? (claims => claims), lies.key ?? privateKey)
  })
  server.on('request', provider.callback())

  return {
    issuer,
    people,
    lies,
    asked,
    /**
     * Walks a browser through the provider's pages.
     * @param cookies what the browser has of the provider, which changes
     * @param forms the forms of the provider that it met, which grows
     * @returns where it is sent back to; where it stays, when it signs out
     */
    async visit(address: string, person: string, cookies = new Map<string, string>(), forms: string[] = []): Promise<URL> {
      let [url, form]: [URL, URLSearchParams | undefined] = [new URL(address), undefined]
      for (let step = 0; step < 20; step++) {
        const response: Response = await fetch(url, {
          method: form ? 'POST' : 'GET',
          redirect: 'manual',
          headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
          ...(form ? { body: form } : {}),
        })
        for (const line of response.headers.getSetCookie()) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
          cookies.set(name, value)
        }
        const location = response.headers.get('location')
        form = undefined
        if (location !== null) {
          url = new URL(location, url)
          if (url.origin !== issuer) return url
          continue
        }
        const page = await response.text()
        const action = /action="([^"]+)"/.exec(page)?.[1]
        const signsOut = /name="xsrf" value="([^"]+)"/.exec(page)?.[1]
        if (action === undefined && forms.at(-1) === 'sign out') return url
        if (action === undefined) throw new Error(`the provider shows ${response.status}: ${page.slice(0, 500)}`)
        url = new URL(action, url)
        forms.push(signsOut ? 'sign out' : 'sign in')
        form = new URLSearchParams(signsOut ? { xsrf: signsOut, logout: 'yes' } : { prompt: 'login', login: person, password: 'any' })
      }
      throw new Error('the provider sends the browser round in circles')
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
export type TestProvider = Awaited<ReturnType<typeof startProvider>>

function signed(token: string, change: (claims: Record<string, unknown>) => Record<string, unknown>, key: KeyObject): string {
  const [head = '', body = ''] = token.split('.')
  const claims = change(JSON.parse(Buffer.from(body, 'base64url').toString()))
  const text = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
  return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}
