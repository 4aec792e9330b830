import { z } from 'zod'
import type { OutletStatus } from '../outlets/outlet.ts'
import { type App, type Context, isLocal } from './context.ts'
import { HttpProblem } from './problem.ts'

/** Outside the prefix: alive, able to work, and figures for Prometheus. */
export function health(app: App, { plugin, outlets, unready }: Context): void {
  const tags = ['health']
  app.get(
    '/healthz',
    {
      config: { right: 'open' },
      schema: { summary: 'The process answers', tags, response: { 200: z.object({ status: z.literal('ok') }) } },
    },
    async () => ({
      status: 'ok' as const,
    }),
  )
  app.get(
    '/readyz',
    {
      config: { right: 'open' },
      schema: { summary: 'The server can do its work', tags, response: { 200: z.object({ status: z.literal('ready') }) } },
    },
    async () => {
      const reasons = unready()
      if (reasons.length > 0) throw new HttpProblem('not-ready', `${reasons.join('; ')}.`)
      return { status: 'ready' as const }
    },
  )
  app.get(
    '/metrics',
    { config: { right: 'open' }, schema: { summary: 'Figures for Prometheus, on loopback only', tags, response: { 200: z.string() } } },
    async (request, reply) => {
      if (!isLocal(request)) throw new HttpProblem('not-found', 'There is nothing at /metrics.')
      reply.type('text/plain; version=0.0.4; charset=utf-8').serializer(String)
      const { controllers } = plugin.tree()
      const figures: [name: string, type: 'counter' | 'gauge', help: string, value: number][] = [
        ['portunus_events_total', 'counter', 'Entries of the event log since its beginning', plugin.log.head()],
        ['portunus_events_removed_total', 'counter', 'Entries that retention has removed', plugin.log.removedThrough()],
        ['portunus_revision', 'gauge', 'Newest revision of the configuration', plugin.book.current().revision],
        ['portunus_controllers', 'gauge', 'Controllers of the site', controllers.length],
        ['portunus_controllers_online', 'gauge', 'Controllers with a link', controllers.filter(plugin.states.isOnline).length],
        ['portunus_cardholders', 'gauge', 'Cardholders', plugin.book.people.count()],
        ['portunus_stream_consumers', 'gauge', 'Open streams', plugin.consumers()],
        ['portunus_store_fault', 'gauge', '1 while nothing can be stored', Number(plugin.storeFault() !== undefined)],
        ['process_resident_memory_bytes', 'gauge', 'Resident memory', process.memoryUsage.rss()],
        ['process_cpu_seconds_total', 'counter', 'CPU time used', process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6],
      ]
      const stored = outlets.list()
      const perOutlet: [name: string, type: 'counter' | 'gauge', help: string, of: (outlet: (typeof stored)[number]) => number][] = [
        [
          'portunus_outlet_queue',
          'gauge',
          'Entries of the log that an outlet has still to deliver or to leave out',
          each => each.status.backlog,
        ],
        ['portunus_outlet_delivered_total', 'counter', 'Events that an outlet has delivered', each => each.status.delivered],
        ['portunus_outlet_failed_attempts', 'gauge', 'Attempts in a row that failed', each => each.status.attempts],
        ['portunus_outlet_failing', 'gauge', '1 while attempts or the connection fail', each => Number(isFailing(each.status))],
        ['portunus_outlet_dead_letters', 'gauge', 'Events that an outlet has given up', each => each.dead],
      ]
      return [
        ...figures.map(([name, type, help, value]) => [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, `${name} ${value}`]),
        ...perOutlet.map(([name, type, help, of]) => [
          `# HELP ${name} ${help}`,
          `# TYPE ${name} ${type}`,
          ...stored.map(
            each => `${name}{outlet="${each.id}",kind="${each.settings.kind}",name="${quoted(each.settings.name)}"} ${of(each)}`,
          ),
        ]),
      ]
        .flat()
        .map(line => `${line}\n`)
        .join('')
    },
  )
}

const quoted = (text: string): string => text.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n')

const isFailing = ({ state, connection }: OutletStatus): boolean => state === 'failing' || (state !== 'off' && connection !== null)
