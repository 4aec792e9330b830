import createFetch from 'openapi-fetch'
import type { components, operations, paths } from './api-types.ts'
import { type Follow, follow, type Stream } from './stream.ts'

type Schemas = components['schemas']
export type Element = Schemas['Element']
export type Configuration = Schemas['Configuration']
export type State = Schemas['State']
export type LiveEvent = Schemas['Event']
export type Gap = Schemas['Gap']
export type Alarm = Schemas['Alarm']
export type AccessRequest = Schemas['AccessRequest']
export type Cardholder = Schemas['Cardholder']
export type Terminal = Schemas['Terminal']
export type CommandOutcome = Schemas['CommandOutcome']
export type Trace = operations['getEventsIdTrace']['responses'][200]['content']['application/json']

/** A refusal (RFC 9457): `code` is stable, `detail` is for a person. `no-answer` (status 0) and `unknown` are the client's own codes. */
export type Refusal = Omit<Schemas['Problem'], 'code'> & { readonly code: Schemas['Problem']['code'] | 'no-answer' | 'unknown' }

export interface ClientOptions {
  /** Address of the server, such as `https://portunus.example:8080`. */
  readonly base: string
  /** A session's or an API token; without one only what is open answers, and in a browser what the session's cookie allows. */
  readonly token?: string | undefined
  /** The person behind a VMS's token, for events and the audit log. */
  readonly onBehalfOf?: string | undefined
}

/**
 * Speaks the plugin API, in a browser and in Node. `GET`, `POST`, `PUT`, `PATCH` and `DELETE` take a path of the OpenAPI document and give
 * `{ data, response }` or `{ error, response }`; nothing is thrown, and `error` is always a {@link Refusal}.
 */
export function createClient({ base, token: given, onBehalfOf }: ClientOptions) {
  // What no header holds is no token of any server; one from a file often ends with a line break.
  const token = given?.trim().replace(/[^\x21-\x7e]/g, '?')
  const headers = {
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    ...(onBehalfOf === undefined ? {} : { 'X-On-Behalf-Of': asHeader(onBehalfOf) }),
  }
  const { GET, POST, PUT, PATCH, DELETE } = createFetch<paths>({ baseUrl: base.replace(/\/$/, ''), headers, fetch: answered })
  return {
    GET,
    POST,
    PUT,
    PATCH,
    DELETE,
    /** Follows what happens, and comes back by itself after a break, from where it was. */
    stream: (options: Follow): Stream => follow(base, token, options),
  }
}
export type Client = ReturnType<typeof createClient>

/** A header takes bytes: those of UTF-8, and no line break. */
function asHeader(name: string): string {
  return String.fromCharCode(...new TextEncoder().encode(name.replace(/[\0\r\n]+/g, ' ').trim()))
}

/** What the server answers; where it does not, or something in between does, problem details in its place. */
async function answered(request: Request): Promise<Response> {
  let response: Response
  try {
    response = await fetch(request)
  } catch (error) {
    // Node says why, a certificate that is not believed included; a browser does not.
    const why = ((error as Error).cause as Error | undefined)?.message
    return refused({ title: 'No answer', status: 0, code: 'no-answer', detail: `The server does not answer${why ? `: ${why}` : ''}.` })
  }
  if (response.ok || response.status === 304 || response.headers.get('content-type')?.startsWith('application/problem+json'))
    return response
  const { status } = response
  return refused({ title: 'Refused', status, code: 'unknown', detail: `The server answered ${status}.` })
}

/** A response cannot have the status 0: what it is stands in the body. */
function refused(refusal: Omit<Refusal, 'type'>): Response {
  const body = JSON.stringify({ type: 'about:blank', ...refusal })
  return new Response(body, { status: refusal.status || 503, headers: { 'content-type': 'application/problem+json' } })
}
