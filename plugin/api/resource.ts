import { v7 as uuid } from 'uuid'
import { z } from 'zod'
import { id as idSchema } from '../../shared/scalar.ts'
import { type Body, type Kind, kinds, nounOf, oneOf } from '../site/kinds.ts'
import type { AuditCategory } from '../store/audit.ts'
import { type App, asker, authorOf, type Context } from './context.ts'
import { editProblem } from './edit.ts'
import { mergePatch, patchBody } from './merge-patch.ts'
import { cut, listOf, page, tagOf, wantedVersion } from './paging.ts'
import { HttpProblem } from './problem.ts'
import type { Principal, Right } from './rights.ts'
import { fieldProblem, invalid, parse } from './validation.ts'
import { writtenAs } from './written-as.ts'

/** A list of the site that is read and edited object by object. */
export interface Resource<K extends Kind> {
  readonly path: string
  readonly kind: K
  readonly read: Right
  readonly write: Right
  readonly category: AuditCategory
  /** What else a reader is told beside the object itself. */
  readonly extra?: { readonly schema: z.ZodRawShape; readonly of: (body: Body<K>, to: Principal) => object }
  /** Objects that are there without anybody having made them; one of the same id takes the place of its own. */
  readonly builtIn?: () => readonly Body<K>[]
  /** False where listing has a route of its own. */
  readonly listed?: boolean
  /** Fields that lists leave out. */
  readonly brief?: readonly string[]
  /** As much of an object as somebody may see; undefined where that is nothing. Whoever may change all of them sees all of what they see. */
  readonly seen?: (body: Body<K>, to: Principal) => Body<K> | undefined
  readonly filter?: { readonly query: z.ZodRawShape; readonly keeps: (body: Body<K>, query: Record<string, unknown>) => boolean }
  readonly limit?: number
  /** What is wrong with an object as others of the site are now, by field. */
  readonly judge?: (body: Body<K>) => readonly (readonly [path: string, message: string])[]
}

const params = z.object({ id: z.string().max(200) })

/** Routes to list, make, read, replace, change and remove one kind of object. */
export function resource<K extends Kind>(
  app: App,
  { plugin }: Context,
  {
    path,
    kind,
    read,
    write,
    category,
    extra,
    builtIn = () => [],
    listed = true,
    brief = [],
    seen = body => body,
    filter,
    judge,
  }: Resource<K>,
): void {
  const noun = nounOf[kind]
  const schema: z.ZodType = kinds[kind]
  const shown: z.ZodType = (extra ? z.intersection(schema, z.object(extra.schema)) : schema).meta({ id: nameOf(noun) })
  const item = brief.length === 0 ? shown : z.record(z.string(), z.unknown())
  const show = (body: Body<K>, to: Principal) => ({ ...(body as object), ...(extra ? extra.of(body, to) : {}) })
  const seenBy = (body: Body<K>, to: Principal) => {
    const part = seen(body, to)
    return part && to.has(write) ? body : part
  }
  const tags = [path]
  const arriving = incoming(kind, Object.keys(extra?.schema ?? {})).meta({ id: `New${nameOf(noun)}` })
  const given = (id: string) => {
    const body = builtIn().find(each => (each as { id: string }).id === id)
    return body && { body, version: 0 }
  }
  const requireSound = (body: Body<K>) => {
    const wrong = judge?.(body) ?? []
    if (wrong.length > 0) throw invalid(wrong.map(([path, message]) => ({ in: 'body', path, message })))
  }
  const find = (id: string) => {
    const found = plugin.book.get(kind, id) ?? given(id)
    if (!found) throw new HttpProblem('not-found', `There is no ${noun} "${id}".`)
    return found
  }

  if (listed)
    app.get(
      `/${path}`,
      {
        config: { right: read },
        schema: {
          summary: `Every ${noun}`,
          tags,
          querystring: z.strictObject({ ...page, ...(filter?.query ?? {}) }),
          response: { 200: listOf(item) },
        },
      },
      async request => {
        const query = request.query as { limit: number; after?: string }
        const made = plugin.book.list(kind).map(each => each.body)
        const own = new Set(made.map(each => (each as { id: string }).id))
        const bodies = [...builtIn().filter(each => !own.has((each as { id: string }).id)), ...made]
        const to = asker(request)
        const kept = bodies.flatMap(body => seenBy(body, to) ?? []).filter(body => filter?.keeps(body, query) ?? true)
        const { items, next } = cut(kept, query, body => (body as { id: string }).id)
        return {
          items: items.map(body => Object.fromEntries(Object.entries(show(body, to)).filter(([key]) => !brief.includes(key)))),
          next,
        }
      },
    )

  app.post(
    `/${path}`,
    {
      config: { right: write },
      schema: { summary: `Adds ${oneOf(noun)}; an id is made where none is given`, tags, body: arriving, response: { 201: shown } },
    },
    async (request, reply) => {
      const body = request.body as Body<K> & { id: string }
      const { id } = body
      requireSound(body)
      const edited = plugin.book.edit([{ kind, id, body, version: 0 }], {
        author: authorOf(request),
        category,
        message: `Added ${noun} ${id}`,
      })
      if (!edited.ok) throw editProblem(edited)
      const made = find(id)
      reply.code(201).header('etag', tagOf(made.version)).header('location', `/api/v1/${path}/${id}`)
      return show(made.body, asker(request))
    },
  )

  app.get(
    `/${path}/:id`,
    { config: { right: read }, schema: { summary: `One ${noun}`, tags, params, response: { 200: shown } } },
    async (request, reply) => {
      const { id } = request.params as { id: string }
      const found = find(id)
      const body = seenBy(found.body, asker(request))
      if (!body) throw new HttpProblem('not-found', `There is no ${noun} "${id}".`)
      reply.header('etag', tagOf(found.version))
      return show(body, asker(request))
    },
  )

  const change = (method: 'PUT' | 'PATCH') => {
    const written = method === 'PUT' ? wholeBody(nameOf(noun)) : patchBody(nameOf(noun))
    return app.route({
      method,
      url: `/${path}/:id`,
      config: { right: write },
      schema: {
        summary:
          method === 'PUT'
            ? `Replaces ${oneOf(noun)}, or adds it under this id`
            : `Changes some fields of ${oneOf(noun)} (JSON merge patch, RFC 7396: null takes a field back to its default, lists are replaced whole)`,
        tags,
        params,
        body: written,
        response: method === 'PUT' ? { 200: shown, 201: shown } : { 200: shown },
      },
      handler: async (request, reply) => {
        const { id } = request.params as { id: string }
        const before = plugin.book.get(kind, id) ?? given(id)
        if (method === 'PATCH' && !before) find(id)
        const asked = request.body as Record<string, unknown>
        if (asked.id !== undefined && asked.id !== id) throw fieldProblem('id', 'is that of the address, and does not change')
        if (!before) requireId(id)
        const body = parse(arriving, method === 'PUT' ? { ...asked, id } : mergePatch(before?.body, asked))
        requireSound(body)
        const version = wantedVersion(request.headers['if-match'])
        if (version !== undefined && !before) throw new HttpProblem('lost-update', `The ${noun} "${id}" is not there any more.`)
        const edited = plugin.book.edit([{ kind, id, body, version }], {
          author: authorOf(request),
          category,
          message: `${before ? 'Changed' : 'Added'} ${noun} ${id}`,
          revive: given(id) !== undefined,
        })
        if (!edited.ok) throw editProblem(edited)
        const made = find(id)
        reply.code(before ? 200 : 201).header('etag', tagOf(made.version))
        return show(made.body, asker(request))
      },
    })
  }
  change('PUT')
  change('PATCH')

  app.delete(
    `/${path}/:id`,
    {
      config: { right: write },
      schema: { summary: `Removes ${oneOf(noun)} that nothing else uses`, tags, params, response: { 204: z.null() } },
    },
    async (request, reply) => {
      const { id } = request.params as { id: string }
      if (given(id) && !plugin.book.get(kind, id)) throw new HttpProblem('built-in', `The ${noun} "${id}" is built in.`)
      const edited = plugin.book.edit([{ kind, id, body: null, version: wantedVersion(request.headers['if-match']) }], {
        author: authorOf(request),
        category,
        message: `Removed ${noun} ${id}`,
      })
      if (!edited.ok) throw editProblem(edited)
      reply.code(204)
      return null
    },
  )
}

/** A kind as it comes in: ids may be left out, and are made; what is only `told` may come back, and is left out. */
export function incoming<K extends Kind>(kind: K, told: readonly string[] = []): z.ZodType<Body<K>> {
  return z.preprocess(value => withIds(kind, value, told), kinds[kind] as unknown as z.ZodType<Body<K>>)
}

/** The body of a route that puts an object under the id of its address; in the OpenAPI document it is the component `New<name>`. */
export function wholeBody(name: string): z.ZodRecord<z.ZodString, z.ZodUnknown> {
  const body = z.record(z.string(), z.unknown())
  writtenAs.set(body, `New${name}Input`)
  return body
}

function withIds(kind: Kind, value: unknown, told: readonly string[]): unknown {
  if (!isObject(value)) return value
  const filled: Record<string, unknown> = { id: uuid(), ...value }
  for (const key of told) delete filled[key]
  // Told where none was given (domain: the printed id is the id).
  if (kind === 'cardholders' && filled.cardholderId === filled.id) delete filled.cardholderId
  if (kind === 'cardholders' && Array.isArray(filled.credentials)) {
    filled.credentials = filled.credentials.map(each => (isObject(each) ? { id: uuid(), ...each } : each))
  }
  for (const side of kind === 'doors' ? ['a', 'b'] : []) {
    const at = filled[side]
    if (isObject(at) && isObject(at.reader)) filled[side] = { ...at, reader: { id: uuid(), ...at.reader } }
  }
  return filled
}

/** `access rule` → `AccessRule`: what the OpenAPI document calls it. */
const nameOf = (noun: string) => noun.replaceAll(/(?:^| )(.)/g, (_, first: string) => first.toUpperCase())

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

function requireId(id: string): void {
  const read = idSchema.safeParse(id)
  if (read.success) return
  throw fieldProblem('id', read.error.issues[0]?.message ?? 'is no id', 'params')
}
