import { z } from 'zod'
import { HttpProblem } from './problem.ts'
import { fieldProblem } from './validation.ts'

/** `limit` and `after` of every list. */
export const page = {
  limit: z.coerce.number().int().min(1).max(1000).default(100).describe('How many at most.'),
  after: z.string().max(1000).optional().describe('`next` of the page before.'),
}

/** A list as every route answers it. */
export const listOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().nullable() })

export const writeCursor = (place: unknown): string => Buffer.from(JSON.stringify(place)).toString('base64url')

/** Reads `after`. @throws HttpProblem where it was not given out by {@link writeCursor} for this list */
export function readCursor<T>(after: string | undefined, schema: z.ZodType<T>): T | undefined {
  if (after === undefined) return undefined
  try {
    const read = schema.safeParse(JSON.parse(Buffer.from(after, 'base64url').toString()))
    if (read.success) return read.data
  } catch {
    // What cannot be read is answered below, as what does not fit.
  }
  throw fieldProblem('after', 'is not the `next` of a page of this list', 'query')
}

/** One page of a list that is at hand as a whole; `place` of an item tells where the next page begins. */
export function cut<T>(
  items: readonly T[],
  { limit, after }: { limit: number; after?: string | undefined },
  place: (item: T) => string,
): { items: T[]; next: string | null } {
  const last = readCursor(after, z.string())
  const from = last === undefined ? 0 : items.findIndex(item => place(item) === last) + 1
  // What the page before ended with has gone since: the list begins again, which repeats but loses nothing.
  const shown = items.slice(from, from + limit)
  const end = shown.at(-1)
  return { items: shown, next: from + limit < items.length && end !== undefined ? writeCursor(place(end)) : null }
}

/** A query parameter that may be given several times, or once with commas. */
export const many = z
  .union([z.string().max(20_000), z.array(z.string().max(200)).max(1000)])
  .transform(value => (typeof value === 'string' ? value.split(',').filter(part => part !== '') : value))
  .optional()

/** What was asked for of the words there are. @throws HttpProblem for another word */
export function among<T extends string>(path: string, asked: readonly string[], words: readonly T[]): T[] {
  const strange = asked.find(each => !words.some(word => word === each))
  if (strange !== undefined) throw fieldProblem(path, `must be one of ${words.join(', ')}, not "${strange}"`, 'query')
  return words.filter(word => asked.includes(word))
}

/** Version numbers as entity tags. */
export const tagOf = (version: number): string => `"${version}"`

/** The version an `If-Match` asks for; undefined where any will do. @throws HttpProblem for a tag that was never given out */
export function wantedVersion(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === '*') return undefined
  const version = /^(?:W\/)?"(\d{1,15})"$/.exec(header.trim())?.[1]
  if (version === undefined) throw new HttpProblem('lost-update', 'The If-Match does not name a version of this; read it again.')
  return Number(version)
}
