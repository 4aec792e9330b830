import type { z } from 'zod'
import { formatPath, type Path } from './problem.ts'
import { fieldsOf, schemaAt } from './schema.ts'

/** What a schema found, in plain words: where, what is wrong, and what is allowed. */
export interface Finding {
  readonly path: Path
  readonly reason: 'unknown-key' | 'missing' | 'not-allowed'
  readonly message: string
}

type Issue = z.core.$ZodIssue

/** Turns an issue of `schema` about `input` into plain words; several where it names several keys. */
export function explain(issue: Issue, input: unknown, schema: z.core.$ZodType): Finding[] {
  const path = issue.path as Path
  if (issue.code === 'unrecognized_keys') {
    const fields = fieldsOf(schemaAt(schema, input, path) ?? schema, valueAt(input, path))
    const known = Object.keys(fields ?? {})
    return issue.keys.map(key => ({
      path: [...path, key],
      reason: 'unknown-key',
      message: `there is no key ${JSON.stringify(key)} here${near(key, known)}; known are ${known.join(', ')}`,
    }))
  }
  if (issue.code === 'invalid_key') return [{ path, reason: 'not-allowed', message: issue.issues.map(each => each.message).join('; ') }]
  const value = valueAt(input, path)
  const allowed = expectation(issue)
  if (value === undefined) return [{ path, reason: 'missing', message: `is missing: ${allowed}` }]
  const quotes = wantsText(issue) && (typeof value === 'number' || typeof value === 'boolean') ? `; put it in quotes: "${value}"` : ''
  const bare = issue.code === 'custom' || issue.code === 'invalid_union'
  const told = bare && typeof value === 'object' ? '' : `, not ${show(value)}`
  return [{ path, reason: 'not-allowed', message: `${allowed}${told}${quotes}` }]
}

function wantsText(issue: Issue): boolean {
  return issue.code === 'invalid_type' && issue.expected === 'string'
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kinds[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return oneOf(issue.values)
    case 'invalid_union': {
      const options = (issue as { options?: readonly unknown[] }).options
      if (options !== undefined) return oneOf(options)
      const parts = issue.errors.flatMap(errors => errors.filter(each => each.path.length === 0).map(expectation))
      const values = issue.errors.flatMap(errors => errors.flatMap(each => (each.code === 'invalid_value' ? each.values : [])))
      if (values.length === parts.length && values.length > 0) return oneOf(values)
      if (parts.length > 0 && issue.errors.flat().every(each => each.code !== 'unrecognized_keys')) return [...new Set(parts)].join(', or ')
      return `fits none of the forms allowed here: ${issue.errors.map(errors => errors.map(inForm).join(', ')).join('; or ')}`
    }
    case 'too_small':
      return size(issue.origin, 'at least', Number(issue.minimum))
    case 'too_big':
      return size(issue.origin, 'at most', Number(issue.maximum))
    case 'invalid_format':
      return (issue.message.startsWith('Invalid') ? formats[issue.format] : undefined) ?? issue.message
    default:
      return issue.message
  }
}

const formats: Record<string, string> = {
  datetime: 'must be an instant such as 2026-01-31T12:00:00Z',
  date: 'must be a date such as 2026-01-31',
  url: 'must be a URL',
}

/** One thing that keeps a value from a form it might have. */
function inForm(issue: Issue): string {
  if (issue.code === 'unrecognized_keys') return `there is no key ${issue.keys.map(key => JSON.stringify(key)).join(', ')}`
  return `${issue.path.length === 0 ? '' : `${formatPath(issue.path as Path)} `}${expectation(issue)}`
}

const kinds: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
  tuple: 'a list',
}

function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? `must be ${String(values[0])}` : `must be one of ${values.join(', ')}`
}

function size(origin: string, bound: string, limit: number): string {
  if (origin === 'array') return `must have ${bound} ${limit} ${limit === 1 ? 'entry' : 'entries'}`
  if (origin === 'string') return limit === 1 && bound === 'at least' ? 'must not be empty' : `must have ${bound} ${limit} characters`
  return `must be ${bound} ${limit}`
}

function show(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

function near(key: string, known: readonly string[]): string {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]|s$/g, '')
  const meant = known.find(each => plain(each) === plain(key))
  return meant === undefined ? '' : ` (is ${meant} meant?)`
}

export function valueAt(input: unknown, path: Path): unknown {
  let value = input
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Record<string | number, unknown>)[part]
  }
  return value
}
