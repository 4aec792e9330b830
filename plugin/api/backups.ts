import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { DateTime } from 'luxon'
import { z } from 'zod'
import { instant } from '../../shared/scalar.ts'
import { writeAudit } from '../store/audit.ts'
import { type Backup, backupDirectory, isBackupName, listBackups, makeBackup } from '../store/backup.ts'
import { type App, audit, type Context } from './context.ts'
import { cut, listOf, page } from './paging.ts'
import { HttpProblem } from './problem.ts'

const backup = z.object({ name: z.string(), at: instant, bytes: z.number().int(), encrypted: z.boolean() }).meta({ id: 'Backup' })
const show = ({ at, ...rest }: Backup) => ({ ...rest, at: new Date(at).toISOString() })
const secretName = 'backup passphrase'

/** A copy every night, some kept; and one whenever it is asked for. */
export function backups(app: App, context: Context): void {
  const { plugin } = context
  const { store, clock } = plugin
  const security = { config: { right: 'manage-security' } } as const
  const tags = ['backups']
  const passphrase = () => store.vault.get(secretName)?.toString()
  const make = () => makeBackup(store, { now: plugin.now(), passphrase: passphrase(), keep: plugin.book.configuration().own.backups.keep })

  /** The next time it is that hour at the site. */
  const nextNight = () => {
    const { site, own } = plugin.book.configuration()
    const now = DateTime.fromMillis(plugin.now(), { zone: site.site.timeZone })
    const today = now.set({ hour: own.backups.hour, minute: 0, second: 0, millisecond: 0 })
    return (today > now ? today : today.plus({ days: 1 })).toMillis()
  }
  let cancel = () => {}
  const arm = () => {
    cancel()
    cancel = clock.at(clock.now() + nextNight() - plugin.now(), () => {
      void make()
        .then(
          made => `Wrote the nightly backup ${made.name}`,
          (error: Error) => `The nightly backup failed: ${error.message}`,
        )
        .then(message => {
          const failed = message.includes('failed')
          plugin.tried(() =>
            writeAudit(store, {
              at: plugin.now(),
              permitted: !failed,
              category: 'system',
              message,
              sourceType: 'system',
              sourceName: 'backup',
              author: { user: 'system', location: 'local' },
            }),
          )
          arm()
        })
    })
  }
  arm()
  const off = plugin.book.onChange((_, changes) => {
    if (changes.some(c => c.kind === 'backups' || c.kind === 'site')) arm()
  })
  app.addHook('onClose', async () => {
    off()
    cancel()
  })

  app.get(
    '/backups',
    {
      ...security,
      schema: {
        summary: 'Backups that are kept, newest first',
        tags,
        querystring: z.strictObject(page),
        response: { 200: listOf(backup) },
      },
    },
    async request => cut(listBackups(store).map(show), request.query, each => each.name),
  )
  app.post(
    '/backups',
    { ...security, schema: { summary: 'Makes a backup now, while everything runs on', tags, response: { 201: backup } } },
    async (request, reply) => {
      const made = await make()
      audit(context, request, { permitted: true, category: 'security', message: `Made backup ${made.name}`, source: ['system', 'backup'] })
      reply.code(201)
      return show(made)
    },
  )
  app.get(
    '/backups/:name',
    {
      ...security,
      schema: {
        summary: 'A backup as a file',
        tags,
        params: z.object({ name: z.string().max(100) }),
        response: { 200: { description: 'The file', content: { 'application/octet-stream': { schema: z.string() } } } },
      },
    },
    async (request, reply) => {
      const { name } = request.params
      if (!isBackupName(name) || !listBackups(store).some(each => each.name === name))
        throw new HttpProblem('not-found', `There is no backup "${name}".`)
      audit(context, request, { permitted: true, category: 'security', message: `Fetched backup ${name}`, source: ['system', 'backup'] })
      reply.header('content-disposition', `attachment; filename="${name}"`)
      return reply.type('application/octet-stream').send(createReadStream(join(backupDirectory(store), name)) as never)
    },
  )
  app.put(
    '/backups/passphrase',
    {
      ...security,
      schema: {
        summary: 'Encrypts backups from now on, or (null) leaves them plain; it is never told again',
        tags,
        body: z.strictObject({ passphrase: z.string().min(12).max(1000).nullable() }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      if (request.body.passphrase === null) store.vault.remove(secretName)
      else store.vault.set(secretName, Buffer.from(request.body.passphrase))
      audit(context, request, {
        permitted: true,
        category: 'security',
        message: `${request.body.passphrase === null ? 'Removed' : 'Set'} the passphrase of backups`,
        source: ['system', 'backup'],
      })
      reply.code(204)
      return null
    },
  )
}
