import { createHash } from 'node:crypto'
import { eq } from 'drizzle-orm'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { cardholder } from '../../shared/site.ts'
import { openPictureMaker, type PictureType } from '../site/picture.ts'
import { entryPeople, pictures } from '../store/schema.ts'
import { type App, audit, authorOf, type Context } from './context.ts'
import { editProblem } from './edit.ts'
import { HttpProblem, type ProblemCode } from './problem.ts'

const read = { config: { right: 'view-cardholders' } } as const
const write = { config: { right: 'manage-cardholders' } } as const
const params = z.object({ id: z.string().max(64) })

const taken = ['image/jpeg', 'image/png', 'image/bmp'] as const satisfies readonly PictureType[]
const suffix: Record<PictureType, string> = { 'image/jpeg': '', 'image/png': '-png', 'image/bmp': '-bmp' }
/** The first of the kinds that a client asks for; the kind that is kept where it asks for none of them. */
function wanted(accept = ''): PictureType {
  const asked = accept.split(',').map(part => part.split(';')[0]?.trim().toLowerCase())
  return asked.some(each => each === '*/*' || each === 'image/*')
    ? 'image/jpeg'
    : (asked.flatMap(each => taken.find(type => type === each) ?? [])[0] ?? 'image/jpeg')
}
const pictureBytes = 20 * 1_048_576
const refusals = {
  'not-a-picture': 'unsupported-media-type',
  'too-many-pixels': 'too-large',
  'too-slow': 'too-large',
  broken: 'malformed',
  busy: 'too-many-requests',
} as const satisfies Record<string, ProblemCode>

/** Pictures of cardholders. */
export function pictureRoutes(app: App, context: Context): void {
  const { plugin } = context
  const { db } = plugin.store
  const tags = ['cardholders']
  const kept = (id: string) => db.select().from(pictures).where(eq(pictures.cardholder, id)).get()
  const changed = (id: string) => plugin.book.touch(id)
  const maker = openPictureMaker()
  const made = async (bytes: Buffer, type: PictureType) => {
    const picture = await maker.make(bytes, type)
    if (!picture.ok) throw new HttpProblem(refusals[picture.reason], picture.message, picture.reason === 'busy' ? { retryAfter: 2 } : {})
    return picture.bytes
  }
  const requireVersion = (request: FastifyRequest, id: string) => {
    const wanted = request.headers['if-match']?.trim()
    if (wanted === undefined || wanted === '*' || wanted.replace(/-(?:png|bmp)"$/, '"') === kept(id)?.etag) return
    throw new HttpProblem('lost-update', `The picture of "${id}" was changed since it was read; read it again.`)
  }
  app.addHook('onClose', async () => maker.close())
  // What a file is, its bytes say; what it is called matters to nobody.
  for (const type of [/^image\//, 'application/octet-stream'])
    app.addContentTypeParser(type, { parseAs: 'buffer', bodyLimit: pictureBytes }, (_, body, done) => done(null, body))

  app.get(
    '/cardholders/:id/picture',
    {
      ...read,
      schema: {
        summary: 'Picture of a cardholder',
        tags,
        params,
        produces: [...taken],
        response: {
          200: {
            description: 'The picture, upright, of at most 640 pixels a side, as a jpg unless png or bmp is accepted',
            content: { 'image/jpeg': { schema: z.string() }, 'image/png': { schema: z.string() }, 'image/bmp': { schema: z.string() } },
          },
          304: z.null(),
        },
      },
    },
    async (request, reply) => {
      const found = kept(request.params.id)
      if (!found) throw new HttpProblem('not-found', `There is no picture of "${request.params.id}".`)
      const type = wanted(request.headers.accept)
      const etag = found.etag.replace(/"$/, `${suffix[type]}"`)
      reply.header('vary', 'accept').header('etag', etag)
      if (request.headers['if-none-match'] === etag) {
        reply.code(304)
        return null
      }
      return reply
        .type(type)
        .serializer((bytes: Buffer) => bytes as never)
        .send((type === found.mediaType ? found.bytes : await made(found.bytes, type)) as never)
    },
  )
  app.put(
    '/cardholders/:id/picture',
    {
      ...write,
      bodyLimit: pictureBytes,
      schema: {
        summary:
          'Sets the picture from a jpg, png or bmp file of at most 24 million pixels; it is kept as a small jpg without what else was in the file',
        description:
          'At most 20 MiB. Reading it may take 520 MB of memory, and half of what the machine has left: 24 million pixels as cameras write them, ' +
          '14 million of a JPEG whose colours are as fine as its brightness. What would take more is refused before it is read, with 413.',
        tags,
        params,
        consumes: [...taken],
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      if (!plugin.book.people.get(id)) throw new HttpProblem('not-found', `There is no cardholder "${id}".`)
      if (!Buffer.isBuffer(request.body))
        throw new HttpProblem('unsupported-media-type', 'Send the file as the body, as image/jpeg, image/png or image/bmp.')
      requireVersion(request, id)
      const bytes = await made(request.body, 'image/jpeg')
      requireVersion(request, id)
      if (!plugin.book.people.get(id)) throw new HttpProblem('not-found', `There is no cardholder "${id}" any more.`)
      const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 24)}"`
      const row = { cardholder: id, mediaType: 'image/jpeg', etag, bytes }
      db.insert(pictures).values(row).onConflictDoUpdate({ target: pictures.cardholder, set: row }).run()
      audit(context, request, {
        permitted: true,
        category: 'people',
        message: `Set the picture of cardholder ${id}`,
        source: ['cardholder', id],
      })
      changed(id)
      reply.code(204).header('etag', etag)
      return null
    },
  )
  app.delete(
    '/cardholders/:id/picture',
    { ...write, schema: { summary: 'Removes the picture', tags, params, response: { 204: z.null() } } },
    async (request, reply) => {
      const { id } = request.params
      if (!kept(id)) throw new HttpProblem('not-found', `There is no picture of "${id}".`)
      requireVersion(request, id)
      db.delete(pictures).where(eq(pictures.cardholder, id)).run()
      audit(context, request, {
        permitted: true,
        category: 'people',
        message: `Removed the picture of cardholder ${id}`,
        source: ['cardholder', id],
      })
      changed(id)
      reply.code(204)
      return null
    },
  )
}

/** What is kept about one person: given out, and erased. */
export function dataRoutes(app: App, context: Context): void {
  const { plugin } = context
  const tags = ['cardholders']
  const instant = (ms: number) => new Date(ms).toISOString()

  app.get(
    '/cardholders/:id/data',
    {
      config: { right: 'manage-cardholders' },
      schema: {
        summary: 'Everything that is kept about one person',
        tags,
        params,
        response: {
          200: z.object({
            cardholder,
            groups: z.array(z.string()),
            accessRules: z.array(z.string()),
            picture: z.object({ mediaType: z.string(), base64: z.string() }).nullable(),
            revisions: z.array(z.object({ revision: z.string(), at: z.string(), by: z.string() })),
            events: z.array(z.record(z.string(), z.unknown())),
          }),
        },
      },
    },
    async request => {
      const { id } = request.params
      const { book, store, log } = plugin
      const found = book.people.get(id)
      if (!found) throw new HttpProblem('not-found', `There is no cardholder "${id}".`)
      const picture = store.db.select().from(pictures).where(eq(pictures.cardholder, id)).get()
      audit(context, request, {
        permitted: true,
        category: 'people',
        message: `Exported the data of cardholder ${id}`,
        source: ['cardholder', id],
      })
      return {
        cardholder: found.holder,
        groups: [...book.people.groupsOf(id)],
        accessRules: book
          .configuration()
          .site.accessRules.filter(r => r.cardholders.includes(id))
          .map(r => r.id),
        picture: picture ? { mediaType: picture.mediaType, base64: picture.bytes.toString('base64') } : null,
        revisions: book.revisionsOf('cardholders', id).map(r => ({ revision: String(r.revision), at: instant(r.at), by: r.by })),
        events: log.newestFirst(undefined, { cardholder: id }, 100_000).map(e => JSON.parse(e.body) as Record<string, unknown>),
      }
    },
  )
  app.delete(
    '/cardholders/:id/data',
    {
      config: { right: 'manage-cardholders' },
      schema: {
        summary: 'Erases a person: their names leave everything, their id stays in the log',
        tags,
        params,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { book, store } = plugin
      const known = book.people.get(id)
      if (!known && book.revisionsOf('cardholders', id).length === 0) throw new HttpProblem('not-found', `There is no cardholder "${id}".`)
      if (known) {
        const edited = book.edit([{ kind: 'cardholders', id, body: null }], {
          author: authorOf(request),
          category: 'people',
          message: `Erased cardholder ${id}`,
        })
        if (!edited.ok) throw editProblem(edited)
      }
      store.transact(() => {
        store.db.delete(entryPeople).where(eq(entryPeople.cardholder, id)).run()
        book.forget(id)
        if (!known)
          audit(context, request, {
            permitted: true,
            category: 'people',
            message: `Erased cardholder ${id}, who had been removed before`,
            source: ['cardholder', id],
          })
      })
      // What was written over is gone from the file, too.
      store.sql.pragma('wal_checkpoint(TRUNCATE)')
      reply.code(204)
      return null
    },
  )
}
