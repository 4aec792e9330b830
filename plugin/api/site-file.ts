import { v7 as uuid } from 'uuid'
import { z } from 'zod'
import { exportSite } from '../../shared/site-file.ts'
import { checkSiteFile } from '../site/check.ts'
import { importSite, wholeSite } from '../site/file.ts'
import { hashPin } from '../site/people.ts'
import { takeText } from './body.ts'
import { type App, asker, authorOf, type Context, refuseRight } from './context.ts'
import { editProblem } from './edit.ts'
import { HttpProblem } from './problem.ts'
import { invalid } from './validation.ts'

const yaml = ['application/yaml', 'text/yaml', 'text/plain'] as const
const fileBytes = 20 * 1_048_576

/** The whole site as one file, people included and keys not: read it, edit it, put it back. */
export function siteFile(app: App, context: Context): void {
  const { plugin } = context
  const digest = (digits: string) => hashPin(plugin.book.pinKey(), digits)
  const both = { config: { right: 'manage-configuration' } } as const
  app.removeContentTypeParser('application/json')
  takeText(app, [...yaml, 'application/json'], fileBytes)

  app.get(
    '/site',
    {
      ...both,
      schema: {
        summary: 'The site as a file, defaults left out, PINs as hashes',
        tags: ['site'],
        querystring: z.strictObject({ format: z.enum(['yaml', 'json']).default('yaml') }),
        response: {
          200: {
            description: 'A site file',
            content: { 'application/yaml': { schema: z.string() }, 'application/json': { schema: z.string() } },
          },
        },
      },
    },
    async (request, reply) => {
      if (!asker(request).has('view-cardholders')) refuseRight(context, request, 'view-cardholders')
      const { format } = request.query
      reply.header('etag', `"${plugin.book.current().revision}"`)
      return reply
        .type(format === 'json' ? 'application/json; charset=utf-8' : 'application/yaml; charset=utf-8')
        .serializer(String)
        .send(exportSite(wholeSite(plugin.book), { format, hashPin: digest }))
    },
  )

  app.put(
    '/site',
    {
      ...both,
      bodyLimit: fileBytes,
      schema: {
        summary: 'Puts a site file in place of the whole site, as one revision; what is not in it is removed',
        tags: ['site'],
        consumes: [...yaml, 'application/json'],
        response: { 200: z.object({ revision: z.string(), changes: z.number().int(), warnings: z.array(z.string()) }) },
      },
    },
    async request => {
      if (!asker(request).has('manage-cardholders')) refuseRight(context, request, 'manage-cardholders')
      if (typeof request.body !== 'string')
        throw new HttpProblem('malformed', 'Send the site file as the body, as application/yaml or application/json.')
      const wanted = request.headers['if-match']
      if (wanted !== undefined && wanted !== `"${plugin.book.current().revision}"`)
        throw new HttpProblem('lost-update', 'The site was changed since it was read; read it again.')
      const { site, problems } = checkSiteFile(request.body, { newId: uuid, hashPin: digest })
      if (!site) {
        throw invalid(
          problems
            .filter(p => p.severity === 'error')
            .map(({ path, message, line }) => ({
              in: 'body' as const,
              path,
              message: line === undefined ? message : `${message} (line ${line})`,
            })),
        )
      }
      const edited = importSite(plugin.book, site, { author: authorOf(request), category: 'configuration', message: 'Loaded a site file' })
      if (!edited.ok) throw editProblem(edited)
      return {
        revision: String(edited.revision),
        changes: edited.changes.length,
        warnings: problems.filter(p => p.severity === 'warning').map(({ path, message }) => `${path}: ${message}`),
      }
    },
  )
}
