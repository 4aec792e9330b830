import { z } from 'zod'
import { instant } from '../../shared/scalar.ts'
import type { App, Context } from './context.ts'

const body = z.object({
  systemId: z.string(),
  name: z.string(),
  version: z.string(),
  apiVersion: z.string(),
  capabilities: z.array(z.string()),
  time: instant,
  timeZone: z.string(),
  /** Where controllers reach the broker, on the host of this API. */
  mqtt: z.object({ port: z.number().int(), tls: z.boolean() }),
  links: z.array(z.object({ rel: z.string(), title: z.string(), href: z.string() })),
})

/** What a VMS may count on in this version. */
const capabilities = [
  'access-requests',
  'alarms',
  'backlog-flag',
  'cardholder-pictures',
  'cardholder-search',
  'commands',
  'configuration-diff',
  'decision-trace',
  'gap-marker',
  'generic-events',
  'idempotency-key',
  'mqtt',
  'on-behalf-of',
  'personal-configuration',
  'resume',
  'sse',
  'webhooks',
  'websocket',
]

export function system(app: App, { plugin, version, broker }: Context): void {
  app.get(
    '/system',
    { config: { right: null }, schema: { summary: 'Who this server is', tags: ['system'], response: { 200: body } } },
    async () => {
      const { site } = plugin.book.configuration().site
      return {
        systemId: plugin.systemId,
        name: site.name,
        version,
        apiVersion: '1',
        capabilities,
        time: new Date(plugin.now()).toISOString(),
        timeZone: site.timeZone,
        mqtt: { port: broker.port, tls: broker.tls },
        links: [
          { rel: 'cardholders', title: 'Cardholder management', href: '/cardholders' },
          { rel: 'reports', title: 'Events', href: '/events' },
        ],
      }
    },
  )
}
