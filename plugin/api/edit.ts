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

/** A refused edit as problem details. @param part what the body is of the object that was edited: paths are told from there */
export function editProblem(refused: Exclude<Edited, { ok: true }>, part = ''): HttpProblem {
  if (refused.reason === 'invalid') {
    const from = (path: string) => (path.startsWith(part) ? path.slice(part.length) : path)
    const errors = refused.problems.filter(p => p.severity === 'error')
    const told = errors.map(({ path, message }) => ({ in: 'body' as const, path: from(path), message }))
    return invalid(told)
  }
  return new HttpProblem(codes[refused.reason], refused.message, refused.reason === 'in-use' ? { users: [...refused.users] } : {})
}
