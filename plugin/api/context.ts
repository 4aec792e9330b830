import { isUtf8 } from 'node:buffer'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { isLoopback } from '../../shared/address.ts'
import type { Outlets } from '../outlets/outlets.ts'
import type { Adoptions } from '../site/adoption.ts'
import type { SiteKeys } from '../site/keys.ts'
import { type AuditCategory, type Author, writeAudit } from '../store/audit.ts'
import type { Controllers } from '../vms/commands.ts'
import type { Plugin } from '../vms/plugin.ts'
import type { EmulatorSteps } from './emulator.ts'
import type { Identity } from './identity.ts'
import { HttpProblem } from './problem.ts'
import type { Principal, Right } from './rights.ts'
import { fieldProblem } from './validation.ts'

/** What every route works with. */
export interface Context {
  readonly plugin: Plugin
  readonly identity: Identity
  readonly controllers: Controllers
  readonly version: string
  readonly adoptions: Adoptions
  readonly keys: SiteKeys
  readonly outlets: Outlets
  /** Where controllers reach the broker, on the host of this API; the certificate is what they have to believe. */
  readonly broker: { readonly port: number; readonly tls: boolean; readonly certificate: string | null }
  /** What can be played on emulated hardware; the composition root knows. */
  readonly emulatorSteps: EmulatorSteps
  /** Why the server cannot do its work now; empty when it can. */
  readonly unready: () => readonly string[]
}

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route that is not open. */
    principal: Principal | null
    /** The secret the request came with. */
    secret: string | null
  }
  interface FastifyContextConfig {
    /** The right a route needs; `null` is any sign-in, `open` none. */
    right?: Right | null | 'open'
  }
}

/** Who asks; only on routes that are not open. */
export function asker(request: FastifyRequest): Principal {
  if (!request.principal) throw new HttpProblem('unauthenticated', 'Send a token in the header "Authorization: Bearer …".')
  return request.principal
}

const onBehalfOfHeader = 'x-on-behalf-of'

/** Who stands behind a request, for events and the audit log. */
export function authorOf(request: FastifyRequest): Author {
  const header = request.headers[onBehalfOfHeader]
  const onBehalfOf = typeof header === 'string' && header.trim() !== '' ? asWritten(header.trim()) : undefined
  if (onBehalfOf !== undefined && onBehalfOf.length > 200) {
    throw fieldProblem(onBehalfOfHeader, 'must have at most 200 characters', 'headers')
  }
  return { user: request.principal?.name ?? 'nobody', location: request.ip, onBehalfOf }
}

/** HTTP hands headers over as Latin-1, and most clients write UTF-8. */
function asWritten(header: string): string {
  const bytes = Buffer.from(header, 'latin1')
  return isUtf8(bytes) ? bytes.toString() : header
}

/** Whether somebody has a right at a door of this element, or everywhere: who has not, knows nothing of it. */
export function seesElement(plugin: Plugin, to: Principal, id: string, right: Right = 'use-access-control'): boolean {
  if (to.at(right, null)) return true
  const tree = plugin.tree()
  return (tree.doorsOf(id) ?? tree.doorsOf(tree.element(id)?.parent ?? '') ?? []).some(door => to.at(right, door))
}

/** Whether somebody may know of an entry of the log. What a controller lost may have been at any of its doors. */
export const maySee = (
  plugin: Plugin,
  to: Principal,
  { type, door, controller }: { readonly type: string; readonly door: string | null; readonly controller: string },
): boolean => (type === 'gap' ? seesElement(plugin, to, controller) : to.at('use-access-control', door))

/** Refuses, and notes it, when a right does not hold at a door; without a door it must hold everywhere. */
export function requireAt({ plugin }: Context, request: FastifyRequest, right: Right, door: string | null): void {
  if (asker(request).at(right, door)) return
  refuseRight({ plugin }, request, right, door === null ? 'everywhere' : `at door ${door}`)
}

export function refuseRight({ plugin }: Pick<Context, 'plugin'>, request: FastifyRequest, right: Right, where = ''): never {
  audit({ plugin }, request, {
    permitted: false,
    category: 'security',
    message: `${request.method} ${pathOf(request)} refused: the right ${right} is missing`,
    source: ['api', pathOf(request)],
  })
  throw new HttpProblem('forbidden', `The right "${right}"${where === '' ? '' : ` ${where}`} is needed; ask an administrator for it.`)
}

/** Whether the browser's connection is encrypted: ours, or that of a trusted proxy. */
export const isEncrypted = (request: FastifyRequest): boolean => request.protocol === 'https'

/** Whether a proxy has handed the request on, trusted or not: then a loopback address says nothing of who asks. */
export const isForwarded = ({ headers }: FastifyRequest): boolean =>
  ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-proto', 'x-real-ip'].some(name => headers[name] !== undefined)

/** Whether somebody on this machine asks, and nobody elsewhere through a proxy on it. */
export const isLocal = (request: FastifyRequest): boolean => isLoopback(request.ip) && !isForwarded(request)

export const pathOf = (request: FastifyRequest): string => request.url.split('?')[0] ?? ''

/** Writes a line of the audit log about this request. */
export function audit(
  { plugin }: Pick<Context, 'plugin'>,
  request: FastifyRequest,
  line: { permitted: boolean; category: AuditCategory; message: string; source: readonly [type: string, name: string] },
): void {
  const { source, ...rest } = line
  writeAudit(plugin.store, { ...rest, at: plugin.now(), sourceType: source[0], sourceName: source[1], author: authorOf(request) })
}

/** The same of what is done already: that stands where the disk takes no line of it, too. */
export function auditDone({ plugin }: Pick<Context, 'plugin'>, request: FastifyRequest, line: Parameters<typeof audit>[2]): void {
  const written = plugin.tried(() => {
    audit({ plugin }, request, line)
    return true
  })
  if (!written) request.log.error({ category: line.category, source: line.source }, 'the disk takes no line of the audit log')
}
