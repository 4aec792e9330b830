import type { Edited } from '../site/book.ts'
import { HttpProblem, type ProblemCode } from './problem.ts'
import { invalid } from './validation.ts'

const codes = {
  invalid: 'validation-failed',
  'lost-update': 'lost-update',
  'not-found': 'not-found',
  'id-taken': 'id-taken',
  'id-retired': 'id-retired',
  'in-use': 'in-use',
} as const satisfies Record<Exclude<Edited, { ok: true }>['reason'], ProblemCode>

/** A refused edit as problem details. */
export function editProblem(refused: Exclude<Edited, { ok: true }>): HttpProblem {
  if (refused.reason === 'invalid') {
    const errors = refused.problems.filter(p => p.severity === 'error').map(({ path, message }) => ({ in: 'body' as const, path, message }))
    return invalid(errors)
  }
  return new HttpProblem(codes[refused.reason], refused.message, refused.reason === 'in-use' ? { users: [...refused.users] } : {})
}
