import { z } from 'zod'
import { type Body, type Kind, kinds } from '../site/kinds.ts'
import { type App, audit, authorOf, type Context, requireAt } from './context.ts'
import { editProblem } from './edit.ts'
import { mergePatch } from './merge-patch.ts'
import { tagOf, wantedVersion } from './paging.ts'
import { HttpProblem } from './problem.ts'
import { parse } from './validation.ts'
import { writtenAs } from './written-as.ts'

const parts = ['site', 'settings', 'encryption', 'retention', 'auditRetention', 'backups'] as const
const shown = z
  .object({
    site: kinds.site,
    settings: kinds.settings,
    encryption: kinds.encryption,
    retention: kinds.retention,
    auditRetention: kinds.auditRetention,
    backups: kinds.backups,
  })
  .meta({ id: 'Settings' })

const patch = z.strictObject(
  Object.fromEntries(parts.map(part => [part, z.record(z.string(), z.unknown()).nullable().optional()])) as Record<
    (typeof parts)[number],
    z.ZodOptional<z.ZodNullable<z.ZodRecord<z.ZodString, z.ZodUnknown>>>
  >,
)
writtenAs.set(patch, 'SettingsPatch')

/** The parts of a site that are one object each, and the main encryption key, which is only ever written. */
export function settings(app: App, context: Context): void {
  const { plugin, controllers } = context
  const read = () => {
    const { site, own } = plugin.book.configuration()
    const { retention, auditRetention, backups } = own
    return { site: site.site, settings: site.settings, encryption: site.encryption, retention, auditRetention, backups }
  }
  const version = () => parts.reduce((sum, part) => sum + (plugin.book.get(part, 'site')?.version ?? 0), 0)
  const tags = ['settings']

  app.get(
    '/settings',
    { config: { right: 'use-access-control' }, schema: { summary: 'Settings of the site', tags, response: { 200: shown } } },
    async (_, reply) => {
      reply.header('etag', tagOf(version()))
      return read()
    },
  )
  app.patch(
    '/settings',
    {
      config: { right: 'manage-configuration' },
      schema: {
        summary: 'Changes some settings (JSON merge patch, RFC 7396: null takes a part or a field back to its default)',
        tags,
        body: patch,
        response: { 200: shown },
      },
    },
    async (request, reply) => {
      const wanted = wantedVersion(request.headers['if-match'])
      if (wanted !== undefined && wanted !== version())
        throw new HttpProblem('lost-update', 'The settings were changed since they were read; read them again.')
      // Who is watched does not decide how long that is remembered.
      if (request.body.auditRetention !== undefined) requireAt(context, request, 'manage-security', null)
      const edits = parts.flatMap(part => {
        const patch = request.body[part]
        if (patch === undefined) return []
        const whole = { [part]: patch === null ? {} : mergePatch(read()[part], patch) }
        const body = parse(z.object({ [part]: kinds[part] as z.ZodType<Body<Kind>> }), whole)
        return [{ kind: part as Kind, id: 'site', body: body[part]! }]
      })
      const edited = plugin.book.edit(edits, {
        author: authorOf(request),
        category: 'configuration',
        message: `Changed ${edits.map(e => e.kind).join(', ') || 'no'} settings`,
      })
      if (!edited.ok) throw editProblem(edited)
      reply.header('etag', tagOf(version()))
      return read()
    },
  )
  app.put(
    '/encryption/main-key',
    {
      config: { right: 'manage-security' },
      schema: {
        summary: 'Sets the main encryption key; it is never told again',
        tags,
        body: z.strictObject({ key: z.string().regex(/^[0-9a-fA-F]{32}$/, 'must be 32 hexadecimal digits') }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      plugin.store.vault.set('main-key', Buffer.from(request.body.key, 'hex'))
      audit(context, request, {
        permitted: true,
        category: 'security',
        message: 'Set the main encryption key',
        source: ['system', plugin.systemId],
      })
      controllers.keysChanged()
      reply.code(204)
      return null
    },
  )
}
