import type { z } from 'zod'
import { explain } from '../../shared/issue.ts'
import { formatPath } from '../../shared/problem.ts'
import { type FieldError, HttpProblem } from './problem.ts'

/** What a part of a request did not fit; fastify adds which part it was. */
export class Misfit extends Error {
  readonly findings: readonly Omit<FieldError, 'in'>[]
  validationContext: string | undefined
  constructor(findings: readonly Omit<FieldError, 'in'>[]) {
    super('a part of the request does not fit its schema')
    this.findings = findings
  }
}

/** Every wrong field once, in plain words. */
export function findingsOf(error: z.ZodError, schema: z.ZodType, value: unknown): readonly Omit<FieldError, 'in'>[] {
  const found = new Map<string, string[]>()
  for (const issue of error.issues) {
    for (const { path, message } of explain(issue, value, schema)) {
      const key = formatPath(path)
      found.set(key, [...new Set([...(found.get(key) ?? []), message])])
    }
  }
  return [...found].map(([path, messages]) => ({ path, message: messages.join('; ') }))
}

/** For fastify: the same judgement for every part of a request. */
export const validatorCompiler =
  ({ schema, httpPart }: { schema: z.ZodType; httpPart?: string | undefined }) =>
  (data: unknown) => {
    // A request without a body comes as null.
    const given = httpPart === 'body' ? (data ?? undefined) : data
    const read = schema.safeParse(given)
    return read.success ? { value: read.data } : { error: new Misfit(findingsOf(read.error, schema, given)) }
  }

export function invalid(errors: readonly FieldError[]): HttpProblem {
  return new HttpProblem('validation-failed', errors.map(e => `${e.path === '' ? e.in : e.path}: ${e.message}`).join('; '), {
    errors: [...errors],
  })
}

/** One wrong field of the body. */
export const fieldProblem = (path: string, message: string, where: FieldError['in'] = 'body'): HttpProblem =>
  invalid([{ in: where, path, message }])

/** Reads a value by a schema. @throws HttpProblem naming every field that is wrong */
export function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  throw invalid(findingsOf(read.error, schema, value).map(each => ({ in: 'body', ...each })))
}
