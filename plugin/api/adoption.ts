import { z } from 'zod'
import { id, instant } from '../../shared/scalar.ts'
import { writeAudit } from '../store/audit.ts'
import { type App, audit, type Context, isEncrypted, isLocal } from './context.ts'
import { HttpProblem } from './problem.ts'

/** A controller joins the site: an administrator asks for a code, the controller shows it and gets what it needs for its link. */
export function adoption(app: App, context: Context): void {
  const { plugin, adoptions, broker } = context
  const tags = ['controllers']

  app.post(
    '/controllers/:id/adoption',
    {
      config: { right: 'manage-configuration' },
      schema: {
        summary: 'A one-time code with which this controller joins, good for a day; the code before is good no more',
        tags,
        params: z.object({ id: z.string().max(64) }),
        response: { 201: z.object({ controller: z.string(), code: z.string(), expiresAt: instant }) },
      },
    },
    async (request, reply) => {
      const found = plugin.book.get('controllers', request.params.id)?.body
      if (!found) throw new HttpProblem('not-found', `There is no controller "${request.params.id}".`)
      if (found.emulated) throw new HttpProblem('not-supported', 'An emulated controller runs in this server and needs no code.')
      if (found.parent !== undefined)
        throw new HttpProblem('not-supported', `This module hangs on controller "${found.parent}", which joins for it.`)
      const { code, expires } = adoptions.offer(found.id)
      audit(context, request, {
        permitted: true,
        category: 'security',
        message: `Gave out an adoption code for controller ${found.id}`,
        source: ['controller', found.id],
      })
      reply.code(201)
      return { controller: found.id, code, expiresAt: new Date(expires).toISOString() }
    },
  )

  app.post(
    '/adoptions',
    {
      config: { right: 'open', rateLimit: { max: 30, timeWindow: 60_000 } },
      schema: {
        summary: 'What a controller says first, once: its code, for the secret of its link',
        tags,
        body: z.strictObject({ controller: id, code: z.string().min(1).max(100) }),
        response: {
          200: z.object({
            controller: id,
            systemId: z.string(),
            /** 32 bytes in hexadecimal: the password at the broker is derived from it, and keys are sealed under it. */
            secret: z.string(),
            mqtt: z.object({ port: z.number().int(), tls: z.boolean(), certificate: z.string().nullable() }),
          }),
        },
      },
    },
    async request => {
      if (!isEncrypted(request) && !isLocal(request)) throw new HttpProblem('forbidden', 'A secret is given out over HTTPS only.')
      const { controller, code } = request.body
      const secret = adoptions.adopt(controller, code)
      writeAudit(plugin.store, {
        at: plugin.now(),
        permitted: secret !== undefined,
        category: 'security',
        message: secret ? `Adopted controller ${controller}` : `Refused a wrong or old adoption code for controller ${controller}`,
        sourceType: 'controller',
        sourceName: controller,
        author: { user: `controller ${controller}`, location: request.ip },
      })
      if (!secret) throw new HttpProblem('wrong-credentials', 'The code is wrong, used or too old; ask for another.')
      return { controller, systemId: plugin.systemId, secret: secret.toString('hex'), mqtt: { ...broker } }
    },
  )
}
