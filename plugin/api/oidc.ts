import { randomBytes } from 'node:crypto'
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  type ClientAuth,
  ClientError,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  clockSkew,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  ResponseBodyError,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  WWWAuthenticateChallengeError,
} from 'openid-client'
import { isExposed } from '../../shared/address.ts'
import type { Stranger } from './identity.ts'
import type { Provider, ProviderSettings } from './provider.ts'

/** How long somebody may take at the provider, in ms. */
const patienceMs = 10 * 60_000
/** Sign-ins under way; the oldest is forgotten for one more. */
const mostUnderWay = 10_000
/** How long the provider may take for one answer, in seconds. */
const timeout = 10
/** What is behind that in an answer of the provider is not read, and the answer not believed. */
const mostAnswerBytes = 1_048_576

export type Claims = Readonly<Record<string, unknown>>

export interface Refused {
  readonly ok: false
  readonly reason: 'provider-unreachable' | 'provider-refused' | 'sign-in-over' | 'untrusted-answer' | 'clock-differs'
  /** For the person who signs in. */
  readonly detail: string
}

export type Begun =
  | {
      readonly ok: true
      /** Where the browser has to go. */
      readonly address: string
      /** What the browser has to come back with: binds the sign-in to it. */
      readonly secret: string
      readonly expires: number
    }
  | Refused

export type Finished =
  | ({
      readonly ok: true
      /** Where the browser signs out at the provider, too; null where the provider does not offer it, or is not to be asked. */
      readonly endAddress: string | null
    } & Stranger)
  | Refused

interface UnderWay {
  readonly state: string
  readonly nonce: string
  readonly verifier: string
  readonly connection: Configuration
  readonly version: number
  readonly expires: number
}

/** Where the provider sends a browser back to. */
export const returnAddress = ({ address }: ProviderSettings): string => `${address}/signin-oidc`

/**
 * Signing in through an OpenID Connect provider: authorization code with PKCE, state and nonce (OpenID Connect Core 1.0 §3.1, RFC 7636, RFC 9207).
 * The signature of the ID token is checked although it comes straight from the provider.
 * @param now the wall clock, in Unix ms
 */
export function openSignIns({ provider, now }: { provider: () => Provider | undefined; now: () => number }) {
  const underWay = new Map<string, UnderWay>()

  return {
    async begin({ settings, clientSecret, version }: Provider): Promise<Begun> {
      const [state, nonce, verifier] = [randomState(), randomNonce(), randomPKCECodeVerifier()]
      try {
        const issuer = new URL(settings.issuer)
        const connection = await discovery(
          issuer,
          settings.clientId,
          { [clockSkew]: Math.round((now() - Date.now()) / 1000) },
          clientSecret === null ? None() : withSecret(clientSecret),
          {
            timeout,
            [customFetch]: fetchLittle,
            execute: [enableNonRepudiationChecks, ...(issuer.protocol === 'http:' ? [allowInsecureRequests] : [])],
          },
        )
        // One issuer for the tenants of everybody would let any of them say who has which role.
        if (new URL(connection.serverMetadata().issuer).href !== issuer.href)
          return refuse(
            'untrusted-answer',
            `${settings.name} calls itself by another issuer than it is configured with; tell an administrator.`,
          )
        if (!isWebAddress(connection.serverMetadata().authorization_endpoint))
          return refuse('untrusted-answer', `${settings.name} does not say where one signs in; tell an administrator.`)
        const address = buildAuthorizationUrl(connection, {
          redirect_uri: returnAddress(settings),
          scope: [...new Set(['openid', ...settings.scopes])].join(' '),
          state,
          nonce,
          code_challenge: await calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          ...(settings.promptForLogin ? { prompt: 'login' } : {}),
        })
        const secret = randomBytes(32).toString('base64url')
        const expires = now() + patienceMs
        for (const [key, each] of underWay) if (each.expires <= now() || underWay.size >= mostUnderWay) underWay.delete(key)
        underWay.set(secret, { state, nonce, verifier, connection, version, expires })
        return { ok: true, address: address.href, secret, expires }
      } catch (error) {
        return refusal(error, settings.name)
      }
    },

    /** @param query what the provider has put behind the question mark of the return address */
    async finish(secret: string, query: string): Promise<Finished> {
      const begun = underWay.get(secret)
      underWay.delete(secret)
      const known = provider()
      if (!known || !begun || begun.expires <= now() || begun.version !== known.version)
        return refuse('sign-in-over', 'The sign-in took too long, or was begun in another window; sign in again.')
      const { settings } = known
      const url = new URL(returnAddress(settings))
      url.search = query
      try {
        const tokens = await authorizationCodeGrant(begun.connection, url, {
          expectedState: begun.state,
          expectedNonce: begun.nonce,
          pkceCodeVerifier: begun.verifier,
          idTokenExpected: true,
        })
        const told = tokens.claims()!
        const wanted = [settings.nameClaim ?? 'preferred_username', ...settings.mappings.map(each => each.claim)]
        const complete =
          wanted.every(claim => claimOf(told, claim) !== undefined) || begun.connection.serverMetadata().userinfo_endpoint === undefined
        const claims: Claims = complete ? told : { ...(await fetchUserInfo(begun.connection, tokens.access_token, told.sub)), ...told }
        // The provider takes its time over its answers, and may have been shut out meanwhile.
        if (provider()?.version !== begun.version)
          return refuse('sign-in-over', `How one signs in with ${settings.name} has just been changed; sign in again.`)
        const { end_session_endpoint: end } = begun.connection.serverMetadata()
        const endAddress =
          settings.endSession && isWebAddress(end) && !isExposed(String(end))
            ? buildEndSessionUrl(begun.connection, { id_token_hint: tokens.id_token! }).href
            : null
        const who = { subject: `${told.iss} ${told.sub}`, name: nameOf(settings, claims), roles: rolesOf(settings, claims) }
        return { ok: true, ...who, endAddress }
      } catch (error) {
        return refusal(error, settings.name)
      }
    },
  }
}

/** As `fetch`, for answers of a size that an answer has. */
async function fetchLittle(address: string, options: object): Promise<Response> {
  const response = await fetch(address, options)
  if (!response.body) return response
  let bytes = 0
  const little = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.length
      if (bytes > mostAnswerBytes) controller.error(new Error('the answer is too long'))
      else controller.enqueue(chunk)
    },
  })
  return new Response(response.body.pipeThrough(little), response)
}

const isWebAddress = (text: unknown): boolean => typeof text === 'string' && /^https?:/.test(text) && URL.canParse(text)

/** The secret as the provider takes it: in the header, or in the body where it takes it there only. */
function withSecret(secret: string): ClientAuth {
  const [basic, post] = [ClientSecretBasic(secret), ClientSecretPost(secret)]
  return (server, ...rest) => {
    const told: unknown = server.token_endpoint_auth_methods_supported
    const methods: readonly unknown[] = Array.isArray(told) ? told : ['client_secret_basic']
    return (methods.includes('client_secret_post') && !methods.includes('client_secret_basic') ? post : basic)(server, ...rest)
  }
}

/** A claim by its name, or by its place in others: `realm_access.roles`. */
function claimOf(claims: Claims, name: string): unknown {
  const isClaims = (value: unknown): value is Claims => typeof value === 'object' && value !== null && !Array.isArray(value)
  if (Object.hasOwn(claims, name)) return claims[name]
  return name.split('.').reduce<unknown>((value, part) => (isClaims(value) && Object.hasOwn(value, part) ? value[part] : undefined), claims)
}

/** Roles of every mapping that fits, each once (rule X8). */
export function rolesOf({ mappings }: Pick<ProviderSettings, 'mappings'>, claims: Claims): readonly string[] {
  const fits = ({ claim, values }: ProviderSettings['mappings'][number]) =>
    // An address that nobody has checked is what its owner likes it to be.
    !(claim === 'email' && claims.email_verified === false) &&
    [claimOf(claims, claim)].flat().some(value => ['string', 'number', 'boolean'].includes(typeof value) && values.includes(String(value)))
  return [...new Set(mappings.filter(fits).map(each => each.role))]
}

/** The first name that is there (rule X9), without characters that a user name may not have or that do not show. */
export function nameOf({ nameClaim }: Pick<ProviderSettings, 'nameClaim'>, claims: Claims): string {
  const text = (value: unknown) =>
    typeof value !== 'string'
      ? ''
      : [
          ...value
            .normalize('NFKC')
            .replace(/\p{C}/gu, '')
            .replace(/[?\\/[\]]/g, '_')
            .trim(),
        ]
          .slice(0, 100)
          .join('')
  const names = [
    nameClaim === null ? '' : text(claimOf(claims, nameClaim)),
    text(claims.preferred_username),
    text(claims.name),
    [text(claims.given_name), text(claims.family_name)].filter(part => part !== '').join(' '),
    text(claims.email),
    text(claims.sub),
  ]
  return names.find(name => name !== '') ?? 'unnamed'
}

const refuse = (reason: Refused['reason'], detail: string): Refused => ({ ok: false, reason, detail })

/** Why it did not work out, in words for the person who signs in; what the provider sent is told by its code only. */
function refusal(error: unknown, name: string): Refused {
  if (error instanceof AuthorizationResponseError)
    return error.error === 'access_denied'
      ? refuse('provider-refused', `${name} did not let you in.`)
      : refuse('provider-refused', `${name} refused the sign-in (${codeOf(error.error)}); try again, or tell an administrator.`)
  if (error instanceof WWWAuthenticateChallengeError || (error instanceof ResponseBodyError && error.error === 'invalid_client'))
    return refuse('provider-refused', `${name} does not take the client id or secret of this server; tell an administrator.`)
  if (error instanceof ResponseBodyError)
    return error.error === 'invalid_grant'
      ? refuse('sign-in-over', 'The sign-in was used already or took too long; sign in again.')
      : refuse('provider-refused', `${name} refused the sign-in (${codeOf(error.error)}); tell an administrator.`)
  if (error instanceof ClientError) {
    const { code = '', cause } = error
    if (code === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED')
      return refuse(
        'clock-differs',
        `The clocks of this server and of ${name} differ, or its answer came late; sign in again, and tell an administrator if it stays so.`,
      )
    if (code === 'OAUTH_TIMEOUT')
      return refuse('provider-unreachable', `${name} does not answer; try again later, or sign in with a local user.`)
    if (code === 'OAUTH_RESPONSE_IS_NOT_CONFORM' && cause instanceof Response)
      return refuse('provider-unreachable', `${name} answers with status ${cause.status}; try again later, or tell an administrator.`)
    return refuse(
      'untrusted-answer',
      `The answer of ${name} cannot be trusted (${codeOf(code)}); sign in again, and tell an administrator if it stays so.`,
    )
  }
  // What fetch throws.
  if (error instanceof TypeError && error.cause !== undefined) {
    const { code } = error.cause as { code?: unknown }
    return refuse('provider-unreachable', `${name} does not answer (${codeOf(code)}); try again later, or sign in with a local user.`)
  }
  throw error
}

/** A code that others have made, as far as it is one. */
const codeOf = (code: unknown): string => (typeof code === 'string' && /^[\w-]{1,60}$/.test(code) ? code : 'no reason given')
