import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { instant } from '../../shared/scalar.ts'
import { keyNames } from '../site/keys.ts'
import { terminalsOf } from '../vms/terminals.ts'
import { type App, asker, audit, type Context } from './context.ts'
import { HttpProblem } from './problem.ts'

const params = z.object({ id: z.string().max(64) })
const statistics = z.object({
  commands: z.number(),
  replies: z.number(),
  polls: z.number(),
  retries: z.number(),
  timeOuts: z.number(),
  checkErrors: z.number(),
  macErrors: z.number(),
  busy: z.number(),
  unasked: z.number(),
  malformed: z.number(),
  handshakes: z.number(),
  naks: z.record(z.string(), z.number()),
  /** ms from the end of a command to the end of its reply. */
  roundTrip: z.object({ last: z.number(), least: z.number().nullable(), most: z.number(), total: z.number() }),
})
const line = z.object({ address: z.number().int(), online: z.boolean(), secure: z.boolean(), statistics })
const stage = z.object({ at: instant, stage: z.string(), reason: z.string().nullable() })
const pairingState = z.object({ reader: z.string(), state: z.enum(['running', 'done', 'failed']), stages: z.array(stage) })
const told = z.object({ stage: z.string(), reason: z.string().nullable() })

const terminal = z
  .object({
    id: z.string(),
    controller: z.string(),
    port: z.string(),
    use: z.string(),
    door: z.string().nullable(),
    side: z.enum(['a', 'b']).nullable(),
    reader: z.string().nullable(),
    level: z.enum(['open', 'closed', 'cut', 'short']).nullable(),
    active: z.boolean().nullable(),
    energised: z.boolean().nullable(),
    online: z.boolean().nullable(),
  })
  .meta({ id: 'Terminal' })

/** Readers on their lines, and the terminals of controllers, as they are now. */
export function readers(app: App, context: Context): void {
  const { plugin, controllers, keys } = context
  const pairings = new Map<string, z.output<typeof pairingState>>()
  const tags = ['readers']

  const find = (id: string) => {
    const door = plugin.book.configuration().site.doors.find(d => d.type === 'door' && (d.a.reader?.id === id || d.b.reader?.id === id))
    const reader = door?.type === 'door' ? [door.a.reader, door.b.reader].find(r => r?.id === id) : undefined
    const controller = plugin.tree().controllerOf(id)
    if (!reader || controller === undefined) throw new HttpProblem('not-found', `There is no reader "${id}".`)
    if (reader.type !== 'osdp')
      throw new HttpProblem('not-supported', `"${id}" is a ${reader.type} reader; only OSDP readers have a line that can be asked.`)
    return { reader, controller }
  }

  app.get(
    '/readers/:id/line',
    {
      config: { right: 'manage-configuration' },
      schema: {
        summary: 'How the OSDP line of a reader does: what was sent, lost and damaged since its controller started',
        tags,
        params,
        response: { 200: line },
      },
    },
    async request => {
      const { controller } = find(request.params.id)
      const answer = await controllers.ask(controller, 'line', { reader: request.params.id })
      if (!answer.ok) throw new HttpProblem('unreachable', answer.message)
      const read = line.safeParse(answer.body)
      if (!read.success) throw new HttpProblem('not-supported', 'The line is not in use; check how the port is set up.')
      return read.data
    },
  )

  app.post(
    '/readers/:id/pairing',
    {
      config: { right: 'manage-security' },
      schema: {
        summary: 'Gives an OSDP reader a new key: inside its session, or (install) while it is in install mode; ask GET for progress',
        tags,
        params,
        body: z.strictObject({ via: z.enum(['session', 'install']).default('session') }),
        response: { 202: pairingState },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { controller } = find(id)
      if (pairings.get(id)?.state === 'running') throw new HttpProblem('in-use', `"${id}" is being paired already.`)
      if (!controllers.isOnline(controller))
        throw new HttpProblem('unreachable', `Controller "${controller}" does not answer; nothing was changed.`)
      const key = randomBytes(16)
      const state: z.output<typeof pairingState> = { reader: id, state: 'running', stages: [] }
      pairings.set(id, state)
      const sealed = keys.sealOne(controller, keyNames.reader(id), key)
      controllers.request(controller, 'pair', { reader: id, via: request.body.via, sealed }, (answer, last) => {
        const heard = answer.ok ? told.safeParse(answer.body).data : undefined
        state.stages.push({
          at: new Date(plugin.now()).toISOString(),
          stage: heard?.stage ?? 'failed',
          reason: heard ? heard.reason : answer.ok ? 'not-understood' : answer.reason,
        })
        if (!last) return
        state.state = heard?.stage === 'done' ? 'done' : 'failed'
        if (state.state === 'done') keys.setReader(id, key)
      })
      audit(context, request, { permitted: true, category: 'security', message: `Began to pair reader ${id}`, source: ['reader', id] })
      reply.code(202)
      return state
    },
  )
  app.get(
    '/readers/:id/pairing',
    {
      config: { right: 'manage-security' },
      schema: { summary: 'How the last pairing of a reader stands', tags, params, response: { 200: pairingState } },
    },
    async request => {
      const found = pairings.get(request.params.id)
      if (!found) throw new HttpProblem('not-found', `"${request.params.id}" was not paired since the server started.`)
      return found
    },
  )

  app.get(
    '/controllers/:id/terminals',
    {
      config: { right: 'use-access-control' },
      schema: {
        summary: 'Every terminal something hangs on, and how it is now; the topic `terminals` of the stream tells changes',
        tags: ['controllers'],
        params,
        response: { 200: z.object({ items: z.array(terminal), next: z.null() }) },
      },
    },
    async request => {
      const { id } = request.params
      if (!plugin.book.get('controllers', id)) throw new HttpProblem('not-found', `There is no controller "${id}".`)
      const items = terminalsOf(plugin.tree(), plugin.states, id).filter(t => asker(request).at('use-access-control', t.door))
      return { items: [...items], next: null }
    },
  )
  app.get(
    '/controllers/:id/log-check',
    {
      config: { right: 'read-audit-log' },
      schema: {
        summary: "Whether the chain of the controller's own log holds",
        tags: ['controllers'],
        params,
        response: { 200: z.record(z.string(), z.unknown()) },
      },
    },
    async request => {
      const { id } = request.params
      if (!plugin.tree().controllers.includes(id)) throw new HttpProblem('not-found', `There is no controller "${id}" with a log.`)
      const answer = await controllers.ask(id, 'check-log', {})
      if (!answer.ok) throw new HttpProblem(answer.reason === 'unreachable' ? 'unreachable' : 'not-supported', answer.message)
      return { ...(answer.body as object) }
    },
  )
}
