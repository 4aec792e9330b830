import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { type ParsedUrlQuery, parse } from 'node:querystring'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import websocket from '@fastify/websocket'
import fastify, { type ConnectionError, type FastifyError, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import { createJsonSchemaTransform, createJsonSchemaTransformObject, type ZodTypeProvider } from 'fastify-type-provider-zod'
import type { z } from 'zod'
import { takeJson } from './body.ts'
import { type App, audit, type Context, isEncrypted, isForwarded, pathOf, refuseRight } from './context.ts'
import { health } from './health.ts'
import { allowOwnStyles, servePage } from './page.ts'
import { describe, type FieldError, HttpProblem, type ProblemCode, problemBody } from './problem.ts'
import { routes } from './routes.ts'
import { sessionCookie } from './session.ts'
import { invalid, Misfit, validatorCompiler } from './validation.ts'
import { writtenAs } from './written-as.ts'

export interface ApiOptions {
  /** The built web page; not served where it is not there. */
  readonly page: string
  readonly https?: { readonly key: string; readonly cert: string } | undefined
  /** Reverse proxies, by address or `ADDRESS/BITS`: what they say of the browser behind them is believed, and nobody else's word. */
  readonly trustedProxies?: readonly string[] | undefined
  /** Judges every answer by its schema: for tests. */
  readonly checkAnswers?: boolean
  readonly logLevel?: 'silent' | 'warn' | 'info'
}

export const prefix = '/api/v1'
const mebibyte = 1_048_576

/** The HTTP server: every route of api.md, the page, and what is common to them all. */
export async function createApi(context: Context, options: ApiOptions): Promise<App> {
  const base = {
    bodyLimit: mebibyte,
    forceCloseConnections: true,
    return503OnClosing: true,
    trustProxy: options.trustedProxies && options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    // What is left empty was not asked for.
    routerOptions: { maxParamLength: 300, querystringParser: (text: string) => filled(parse(text)) },
    // Before there is a route: an address that cannot be decoded, and what is no HTTP at all.
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      answerProblem(asProblem(error, request), reply)
    },
    clientErrorHandler: answerNoHttp,
    logger: { level: options.logLevel ?? 'warn' },
    // A request is named by its route in the log, never by its headers or query, where secrets and names are.
    logController: new LogController({ disableRequestLogging: true }),
  }
  const app = (options.https ? fastify({ ...base, https: options.https }) : fastify(base)) as unknown as App
  app.withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(({ schema }) => data => {
    if (options.checkAnswers)
      (('properties' in (schema as object) ? (schema as { properties: unknown }).properties : schema) as z.ZodType).parse(data)
    return JSON.stringify(data)
  })
  app.setErrorHandler((error: FastifyError, request, reply) => answerProblem(asProblem(error, request), reply))
  app.decorateRequest('principal', null)
  app.decorateRequest('secret', null)
  const known: { method: string; url: RegExp }[] = []
  app.addHook('onRoute', route => {
    if (route.method === 'HEAD' || route.method === 'OPTIONS') return
    if (route.config?.right === undefined) {
      if (route.url.startsWith('/api/')) throw new Error(`${route.url} names no right`)
      return
    }
    for (const method of [route.method].flat())
      known.push({ method, url: new RegExp(`^${route.url.replaceAll(/:[^/]+/g, '[^/]+').replaceAll('*', '.*')}$`) })
    if (route.schema && !route.schema.hide)
      route.schema = {
        ...route.schema,
        ...documented(route.config?.right),
        response: { ...(route.schema.response as object), ...failures },
      }
  })

  // What these routes take is JSON; a route that takes something else has a parser of its own.
  app.removeContentTypeParser('text/plain')
  takeJson(app)

  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    hsts: false,
    referrerPolicy: { policy: 'no-referrer' },
  })
  allowOwnStyles(app)
  await app.register(cookie)
  await app.register(rateLimit, {
    global: true,
    max: 30_000,
    timeWindow: 60_000,
    ipv6Subnet,
    errorResponseBuilder: (_, { ttl }) =>
      new HttpProblem('too-many-requests', `Wait ${Math.ceil(ttl / 1000)} s.`, { retryAfter: Math.ceil(ttl / 1000) }),
  })
  await app.register(websocket, { options: { maxPayload: 65_536 } })
  const toJson = {
    zodToJsonConfig: {
      unrepresentable: 'any' as const,
      override: ({ zodSchema, jsonSchema }: { zodSchema: object; jsonSchema: object }) => {
        const component = writtenAs.get(zodSchema)
        if (component === undefined) return
        for (const key of Object.keys(jsonSchema)) delete (jsonSchema as Record<string, unknown>)[key]
        Object.assign(jsonSchema, { $ref: `#/components/schemas/${component}` })
      },
    },
  }
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Portunus plugin API',
        version: context.version,
        description:
          'What a video management system consumes of an access-control site, and what it may do. Errors are RFC 9457 problem details.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      components: {
        securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: "An operator's session or an API token." } },
      },
    },
    transform: createJsonSchemaTransform(toJson),
    transformObject: createJsonSchemaTransformObject(toJson),
  })

  app.addHook('onRequest', async (request, reply) => {
    reply.header('server-time', new Date(context.plugin.now()).toISOString())
    reply.header('cache-control', 'no-store')
    if (isEncrypted(request)) reply.header('strict-transport-security', 'max-age=31536000; includeSubDomains')
    // Many clients name a media type although they send nothing.
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers
    if (length === '0' && encoding === undefined) delete request.headers['content-type']
    authenticate(context, request, reply)
  })

  // A 304 that announces a body leaves clients waiting for it.
  app.addHook('onSend', async (_, reply, payload) => (reply.statusCode === 304 ? null : payload))

  await app.register(async scope => routes(scope as unknown as App, context), { prefix })
  await app.register(async scope => health(scope as unknown as App, context))

  const sendPage = await servePage(app, options.page)
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request)
    const methods = [...new Set(known.filter(k => k.url.test(path)).map(k => k.method))]
    if (methods.length > 0 && !methods.includes(request.method)) {
      reply.header('allow', methods.join(', '))
      return answerProblem(new HttpProblem('method-not-allowed', `${path} takes ${methods.join(', ')}.`), reply)
    }
    if (sendPage && request.method === 'GET' && !path.startsWith('/api/') && request.headers.accept?.includes('text/html'))
      return sendPage(reply)
    return answerProblem(new HttpProblem('not-found', `There is nothing at ${path}.`), reply)
  })
  return app
}

const filled = (query: ParsedUrlQuery) => Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''))

/** Whoever has an IPv6 address has 2⁶⁴ of them: they count as one. */
const ipv6Subnet = 64
const notedPerMinute = 20
const strangers = new WeakMap<object, Map<string, { minute: number; count: number }>>()

/** Notes a request without a valid token; a flood from one place is noted as one. */
function noteStranger(context: Context, request: FastifyRequest): void {
  const known = strangers.get(context) ?? new Map<string, { minute: number; count: number }>()
  strangers.set(context, known)
  const minute = Math.floor(context.plugin.now() / 60_000)
  for (const [address, { minute: then }] of known) if (then !== minute) known.delete(address)
  const place = normalizeIP(request.ip, ipv6Subnet)
  const { count } = known.get(place) ?? { count: 0 }
  known.set(place, { minute, count: count + 1 })
  if (count > notedPerMinute) return
  const path = pathOf(request).slice(0, 200)
  const message =
    count < notedPerMinute
      ? `${request.method} ${path} refused: no valid token`
      : 'Further requests of this minute without a valid token are not noted'
  audit(context, request, { permitted: false, category: 'security', message, source: ['api', path] })
}

/** Finds out who asks, and whether they may; both refusals are audited. */
function authenticate(context: Context, request: FastifyRequest, reply: FastifyReply): void {
  const right = request.routeOptions.config.right
  if (right === 'open' || right === undefined) return
  const bearer = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(request.headers.authorization ?? '')?.[1]
  const fromCookie = bearer === undefined ? request.cookies[sessionCookie] : undefined
  const secret = bearer ?? fromCookie
  request.principal = secret === undefined ? null : (context.identity.authenticate(secret) ?? null)
  if (!request.principal) {
    noteStranger(context, request)
    reply.header('www-authenticate', 'Bearer')
    throw new HttpProblem('unauthenticated', 'The token is missing, wrong or expired; sign in again.')
  }
  // A browser sends a cookie along whoever asked it to: only the page itself may use it.
  if (fromCookie !== undefined && !sameOrigin(request))
    throw new HttpProblem(
      'cross-site',
      `Requests with a session cookie are taken from the page of this server only.${isForwarded(request) ? ' Behind a reverse proxy, the server has to be started with its address as a trusted proxy, and each proxy to set X-Forwarded-Proto and X-Forwarded-Host.' : ''}`,
    )
  request.secret = secret ?? null
  if (right !== null && !request.principal.has(right)) refuseRight(context, request, right)
}

function sameOrigin(request: FastifyRequest): boolean {
  const { origin } = request.headers
  if (origin !== undefined) {
    // A proxy may write the port that browsers leave out.
    const own = `${request.protocol}://${request.host}`
    return URL.canParse(own) && origin === new URL(own).origin
  }
  const site = request.headers['sec-fetch-site']
  return request.method === 'GET' || request.method === 'HEAD'
    ? site === undefined || site === 'same-origin' || site === 'none'
    : site === 'same-origin'
}

/** Every route may end with these. */
const failures = Object.fromEntries(
  ['4XX', '5XX'].map(status => [
    status,
    { description: 'Problem details (RFC 9457)', content: { 'application/problem+json': { schema: problemBody } } },
  ]),
)

function documented(right: string | null | undefined): object {
  if (right === 'open') return { security: [] }
  return { security: [{ bearer: [] }], ...(right === null ? {} : { 'x-right': right }) }
}

const codes: Record<string, ProblemCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed',
  FST_REQ_FILE_TOO_LARGE: 'too-large',
  FST_ERR_BAD_URL: 'malformed',
}

function asProblem(error: FastifyError | HttpProblem | Misfit, request: FastifyRequest): HttpProblem {
  if (error instanceof HttpProblem) return error
  if (error instanceof Misfit) {
    const where = error.validationContext === 'querystring' ? 'query' : ((error.validationContext ?? 'body') as FieldError['in'])
    return invalid(error.findings.map(finding => ({ in: where, ...finding })))
  }
  if (/^SQLITE_(FULL|IOERR|READONLY)/.test(error.code))
    return new HttpProblem('storage-full', 'The disk is full or broken; nothing was changed. Make room, or ask an administrator to.')
  const code = codes[error.code]
  if (code) return new HttpProblem(code, error.message)
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500)
    return new HttpProblem('malformed', error.message)
  if (error.statusCode === 503) return new HttpProblem('not-ready', 'The server is stopping.')
  request.log.error({ err: error, route: request.routeOptions.url }, 'a route failed')
  return new HttpProblem('internal-error', 'The server failed; its log says why. Nothing was changed.')
}

function answerNoHttp(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const problem =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new HttpProblem('too-large', 'The headers are too large.')
      : new HttpProblem(
          'malformed',
          'This is no HTTP request, or it breaks off; in an address, other letters than ASCII are percent-encoded.',
        )
  const body = describe(problem)
  const text = JSON.stringify(body)
  const lines = [
    `HTTP/1.1 ${body.status} ${STATUS_CODES[body.status]}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
  ]
  socket.end(`${lines.join('\r\n')}\r\n\r\n${text}`)
}

function answerProblem(problem: HttpProblem, reply: FastifyReply) {
  const body = describe(problem)
  if (body.retryAfter !== undefined) reply.header('retry-after', String(body.retryAfter))
  return reply.code(body.status).type('application/problem+json').serializer(JSON.stringify).send(body)
}
