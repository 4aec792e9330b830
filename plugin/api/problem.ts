import { z } from 'zod'

/** Every `code` of a problem (RFC 9457), its status and title. The reference manual's table is held to this one by a test. */
export const problems = {
  malformed: { status: 400, title: 'The request cannot be read' },
  'validation-failed': { status: 400, title: 'A field is missing or wrong' },
  unauthenticated: { status: 401, title: 'A token is missing, wrong or expired' },
  'wrong-credentials': { status: 401, title: 'User name or password is wrong' },
  'provider-refused': { status: 401, title: 'The identity provider refused the sign-in' },
  'sign-in-over': { status: 401, title: 'The sign-in took too long, was used already, or was begun elsewhere' },
  'untrusted-answer': { status: 401, title: 'The answer of the identity provider cannot be trusted' },
  'clock-differs': { status: 401, title: 'The clocks of this server and of the identity provider differ' },
  'no-role-mapped': { status: 403, title: 'The identity provider says nothing that gives a role here' },
  'user-disabled': { status: 403, title: 'The user is shut out here' },
  forbidden: { status: 403, title: 'The right to do this is missing' },
  'cross-site': { status: 403, title: 'A page of another site sent the request' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'The address does not take this method' },
  'not-acceptable': { status: 406, title: 'None of the accepted media types can be given' },
  'already-decided': { status: 409, title: 'Somebody else was first' },
  expired: { status: 409, title: 'The time for an answer is over' },
  closed: { status: 409, title: 'It is closed' },
  'id-taken': { status: 409, title: 'The id is in use' },
  'id-retired': { status: 409, title: 'The id belonged to something that was removed' },
  'in-use': { status: 409, title: 'Something else still needs this' },
  'built-in': { status: 409, title: 'What is built in cannot be changed so' },
  'not-emulated': { status: 409, title: 'The hardware is real' },
  'not-supported': { status: 409, title: 'This hardware cannot do that' },
  'lost-update': { status: 412, title: 'It was changed by somebody else since it was read' },
  'too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The media type is not taken here' },
  'key-reused': { status: 422, title: 'The Idempotency-Key was used for another request' },
  'locked-out': { status: 429, title: 'Too many wrong passwords' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'internal-error': { status: 500, title: 'The server failed' },
  'provider-unreachable': { status: 503, title: 'The identity provider does not answer' },
  unreachable: { status: 503, title: 'The controller does not answer' },
  'storage-full': { status: 507, title: 'Nothing can be stored' },
  'not-ready': { status: 503, title: 'The server is starting or stopping' },
} as const satisfies Record<string, { status: number; title: string }>
export type ProblemCode = keyof typeof problems

/** One wrong field: where it is and what is wrong with it. */
export interface FieldError {
  readonly in: 'body' | 'query' | 'params' | 'headers'
  readonly path: string
  readonly message: string
}

export const problemBody = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.enum(Object.keys(problems) as [ProblemCode, ...ProblemCode[]]),
    /** What happened, in words an operator can act on. */
    detail: z.string(),
    errors: z.array(z.object({ in: z.enum(['body', 'query', 'params', 'headers']), path: z.string(), message: z.string() })).optional(),
    /** Who won, where somebody else was first. */
    decidedBy: z.string().optional(),
    decision: z.string().optional(),
    /** What still needs the thing that was to be removed. */
    users: z.array(z.string()).optional(),
    retryAfter: z.number().optional(),
  })
  .meta({ id: 'Problem' })
export type ProblemBody = z.output<typeof problemBody>
type Extra = Partial<Pick<ProblemBody, 'errors' | 'decidedBy' | 'decision' | 'users' | 'retryAfter'>>

/** Ends a request with problem details; only routes and hooks throw it. */
export class HttpProblem extends Error {
  readonly code: ProblemCode
  readonly extra: Extra
  constructor(code: ProblemCode, detail: string, extra: Extra = {}) {
    super(detail)
    this.code = code
    this.extra = extra
  }
}

export function describe({ code, message, extra }: HttpProblem): ProblemBody {
  const { status, title } = problems[code]
  return { type: `urn:portunus:problem:${code}`, title, status, code, detail: message, ...extra }
}

/** The table of the reference manual. */
export function problemTable(): string {
  const rows = Object.entries(problems).map(([code, { status, title }]) => `| \`${code}\` | ${status} | ${title} |`)
  return ['| code | status | meaning |', '|---|---|---|', ...rows].join('\n')
}
