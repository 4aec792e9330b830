import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { instant } from '../../shared/scalar.ts'
import { terminalsOf } from '../vms/terminals.ts'
import { type App, asker, audit, type Context, seesElement } from './context.ts'
import { cut, listOf, page } from './paging.ts'
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
const told = z.object({ stage: z.string(), reason: z.string().nullable(), undecided: z.boolean().default(false) })

export const terminal = z
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

/** A pairing ends by itself before this; ms. */
const longestPairingMs = 180_000

/** A reader of one kind, and the controller that speaks for it. */
export function findReader(plugin: Context['plugin'], id: string, type: 'osdp' | 'wiegand') {
  const door = plugin.book.configuration().site.doors.find(d => d.type === 'door' && (d.a.reader?.id === id || d.b.reader?.id === id))
  const reader = door?.type === 'door' ? [door.a.reader, door.b.reader].find(r => r?.id === id) : undefined
  const controller = plugin.tree().controllerOf(id)
  if (!reader || controller === undefined) throw new HttpProblem('not-found', `There is no reader "${id}".`)
  if (reader.type === type) return { reader, controller }
  throw new HttpProblem(
    'not-supported',
    type === 'osdp'
      ? `"${id}" is a ${reader.type} reader; only OSDP readers have a line that can be asked.`
      : `"${id}" is ${reader.type === 'osdp' ? 'an' : 'a'} ${reader.type} reader; only Wiegand readers send pulses.`,
  )
}

/** Why a controller gave no answer. */
export const unanswered = (answer: { readonly reason: 'unreachable' | 'refused'; readonly message: string }): HttpProblem =>
  new HttpProblem(answer.reason === 'unreachable' ? 'unreachable' : 'not-supported', answer.message)

export const inUse = (id: string): HttpProblem =>
  new HttpProblem('not-supported', `The wires of "${id}" are not in use; check how its port is set up.`)

/** Readers on their lines, and the terminals of controllers, as they are now. */
export function readers(app: App, context: Context): void {
  const { plugin, controllers, keys } = context
  const pairings = new Map<string, z.output<typeof pairingState>>()
  const tags = ['readers']
  /** The last word of one that has outlived its time was lost on its way. */
  const pairingOf = (id: string) => {
    const pairing = pairings.get(id)
    const from = Date.parse(pairing?.stages[0]?.at ?? '')
    if (pairing?.state !== 'running' || !(plugin.now() - from > longestPairingMs)) return pairing
    pairing.stages.push({ at: new Date(plugin.now()).toISOString(), stage: 'failed', reason: 'unreachable' })
    return Object.assign(pairing, { state: 'failed' })
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
      const { controller } = findReader(plugin, request.params.id, 'osdp')
      const answer = await controllers.ask(controller, 'line', { reader: request.params.id })
      if (!answer.ok) throw unanswered(answer)
      const read = line.safeParse(answer.body)
      if (!read.success) throw inUse(request.params.id)
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
        body: z.strictObject({ via: z.enum(['session', 'install']).default('session') }).default({ via: 'session' }),
        response: { 202: pairingState },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { controller } = findReader(plugin, id, 'osdp')
      if (pairingOf(id)?.state === 'running') throw new HttpProblem('in-use', `"${id}" is being paired already.`)
      if (!controllers.isOnline(controller))
        throw new HttpProblem('unreachable', `Controller "${controller}" does not answer; nothing was changed.`)
      const open = keys.unknownPairings(controller).find(each => each.reader === id)
      if (open) {
        // Its key may be the only one that opens the reader: another takes its place when the reader that answers has refused it.
        const answer = await controllers.ask(controller, 'paired', { ...open, last: true })
        const { taken } = answer.ok ? (answer.body as { readonly taken?: unknown }) : {}
        if (typeof taken !== 'boolean')
          throw new HttpProblem(
            'in-use',
            `A pairing of "${id}" was cut off and the reader may have its key, which is tried as soon as the reader answers: see that it is on its line, and ask again in a few seconds.`,
          )
        if (taken) keys.endPairing(id, true)
      }
      const key = randomBytes(16)
      const state: z.output<typeof pairingState> = { reader: id, state: 'running', stages: [] }
      pairings.set(id, state)
      const sealed = keys.beginPairing(controller, id, key)
      controllers.request(controller, 'pair', { reader: id, via: request.body.via, sealed }, (answer, last) => {
        const heard = answer.ok ? told.safeParse(answer.body).data : undefined
        state.stages.push({
          at: new Date(plugin.now()).toISOString(),
          stage: heard?.stage ?? 'failed',
          reason: heard ? heard.reason : answer.ok ? 'not-understood' : answer.reason,
        })
        if (!last) return
        state.state = heard?.stage === 'done' ? 'done' : 'failed'
        // Where the answer was lost, or this pairing or an earlier one is open, nobody knows which key the reader has: the controller is asked until it does.
        if (heard && !heard.undecided) keys.endPairing(id, state.state === 'done')
        controllers.pairingsOpen(controller)
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
      const found = pairingOf(request.params.id)
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
        querystring: z.strictObject(page),
        response: { 200: listOf(terminal) },
      },
    },
    async request => {
      const { id } = request.params
      if (!plugin.book.get('controllers', id) || !seesElement(plugin, asker(request), id))
        throw new HttpProblem('not-found', `There is no controller "${id}".`)
      const items = terminalsOf(plugin.tree(), plugin.states, id).filter(t => asker(request).at('use-access-control', t.door))
      return cut(items, request.query, each => each.id)
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
      if (!answer.ok) throw unanswered(answer)
      return { ...(answer.body as object) }
    },
  )
}
