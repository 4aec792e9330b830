import { z } from 'zod'
import { instant } from '../../shared/scalar.ts'
import { type App, audit, type Context } from './context.ts'
import { HttpProblem } from './problem.ts'
import { findReader, inUse, unanswered } from './readers.ts'

const params = z.object({ id: z.string().max(64) })
const manage = { config: { right: 'manage-configuration' } } as const
const tags = ['readers']

const identity = z.object({ vendor: z.string(), model: z.number(), version: z.number(), serial: z.number(), firmware: z.string() })
const found = z.object({
  address: z.number().int(),
  /** Bits a second; null on a line that has no rate. */
  baud: z.number().nullable(),
  identity,
  capabilities: z.array(z.object({ function: z.number(), compliance: z.number(), count: z.number() })).nullable(),
  key: z.enum(['own', 'install-mode', 'none', 'not-supported', 'unknown']),
  /** It answers status without Secure Channel. */
  clear: z.boolean(),
  /** Others that answer at the same address. */
  others: z.array(identity),
})
const news = z.discriminatedUnion('stage', [
  z.object({ stage: z.literal('refused'), reason: z.string(), readers: z.array(z.string()) }),
  z.object({ stage: z.literal('begun'), readers: z.array(z.string()) }),
  z.object({ stage: z.literal('progress'), done: z.number(), total: z.number(), baud: z.number().nullable() }),
  z.object({ stage: z.literal('found'), pd: found, reader: z.string().nullable() }),
  z.object({ stage: z.literal('done') }),
  z.object({ stage: z.literal('failed'), reason: z.string() }),
])
const scanState = z
  .object({
    reader: z.string(),
    state: z.enum(['running', 'done', 'failed']),
    reason: z.string().nullable(),
    startedAt: instant,
    endedAt: instant.nullable(),
    /** Readers in use that are lost as long as it runs. */
    interrupted: z.array(z.string()),
    progress: z.object({ done: z.number(), total: z.number(), baud: z.number().nullable() }).nullable(),
    /** `reader`: who stands at this address in the site. */
    found: z.array(found.extend({ reader: z.string().nullable() })),
  })
  .meta({ id: 'LineScan' })
type ScanState = z.output<typeof scanState>
/** A controller gives a line back earlier than this; ms. */
const longestScanMs = 300_000

const part = z.object({ part: z.number().int(), parts: z.number().int().max(100), records: z.number().int(), data: z.base64() })
const captureFormats = { osdpcap: 'application/x-ndjson', pcapng: 'application/x-pcapng' } as const
const captureMs = 15_000

const spread = z.object({ least: z.number(), median: z.number(), greatest: z.number() }).nullable()
const timing = z.object({ start: z.number(), end: z.number(), pulses: z.number(), width: spread, interval: spread, unclosed: z.number() })
const frame = z.object({
  kind: z.enum(['read', 'refused']),
  reason: z.string().nullable(),
  message: z.string().nullable(),
  /** Key presses: bits and edges are left out. */
  keys: z.boolean(),
  bits: z.string().nullable(),
  /** In microseconds from the first pulse. */
  timing,
  repairs: z.array(z.object({ kind: z.enum(['narrow', 'bounce', 'overlap']), time: z.number(), width: z.number().nullable() })),
  /** Microseconds from the first pulse, line (0 is D0), level. */
  edges: z.array(z.tuple([z.number(), z.number(), z.number()])),
})
const toldFrame = frame.extend({ at: z.number() })
const shownFrame = frame.extend({ at: instant, bitLength: z.number().int().nullable() }).meta({ id: 'WiegandFrame' })

/** The first of the media types that a header accepts; the first of all where it accepts anything. */
function accepted<T extends string>(accept: string | undefined, media: Readonly<Record<T, string>>): T {
  const names = Object.keys(media) as T[]
  for (const asked of (accept ?? '*/*').split(',').map(each => each.split(';')[0]?.trim().toLowerCase() ?? '')) {
    const name = asked === '*/*' || asked === 'application/*' ? names[0] : names.find(each => media[each] === asked)
    if (name !== undefined) return name
  }
  throw new HttpProblem('not-acceptable', `This comes as ${Object.values(media).join(' or ')}.`)
}

/** The wires of readers: who is on a line, what went over it, and how pulses came. */
export function lines(app: App, context: Context): void {
  const { plugin, controllers } = context
  const scans = new Map<string, ScanState>()
  const now = () => new Date(plugin.now()).toISOString()

  const scanOf = (id: string): ScanState | undefined => {
    const scan = scans.get(id)
    if (scan?.state !== 'running' || plugin.now() - Date.parse(scan.startedAt) < longestScanMs) return scan
    return Object.assign(scan, { state: 'failed', reason: 'unreachable', endedAt: now() })
  }

  app.post(
    '/readers/:id/scan',
    {
      ...manage,
      schema: {
        summary:
          'Searches the OSDP line of a reader for every reader on it; nobody is polled meanwhile, so it is refused while readers are in use on the line, unless `interrupt` says so. Ask GET for progress',
        tags,
        params,
        body: z
          .strictObject({
            all: z.boolean().default(false).describe('Every address at every rate: about three minutes.'),
            interrupt: z.boolean().default(false).describe('Go on although doors lose their readers meanwhile.'),
          })
          .default({ all: false, interrupt: false }),
        response: { 202: scanState },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { controller } = findReader(plugin, id, 'osdp')
      if (scanOf(id)?.state === 'running') throw new HttpProblem('in-use', `The line of "${id}" is being scanned already.`)
      const state: ScanState = {
        reader: id,
        state: 'running',
        reason: null,
        startedAt: now(),
        endedAt: null,
        interrupted: [],
        progress: null,
        found: [],
      }
      const end = (to: 'done' | 'failed', reason: string | null) => Object.assign(state, { state: to, reason, endedAt: now() })
      const begun = await new Promise<HttpProblem | null>(resolve => {
        controllers.request(controller, 'scan', { reader: id, ...request.body }, (answer, last) => {
          const heard = answer.ok ? news.safeParse(answer.body).data : undefined
          if (!answer.ok) {
            end('failed', answer.reason)
            resolve(unanswered(answer))
            return
          }
          if (heard?.stage === 'refused') {
            end('failed', heard.reason)
            resolve(refusedScan(id, heard.reason, heard.readers))
            return
          }
          if (heard?.stage === 'begun') state.interrupted = heard.readers
          else if (heard?.stage === 'progress') state.progress = { done: heard.done, total: heard.total, baud: heard.baud }
          else if (heard?.stage === 'found') state.found.push({ ...heard.pd, reader: heard.reader })
          else if (heard?.stage === 'done') end('done', null)
          else if (heard?.stage === 'failed') end('failed', heard.reason)
          else if (last) end('failed', 'not-understood')
          resolve(null)
        })
      })
      if (begun) throw begun
      scans.set(id, state)
      audit(context, request, {
        permitted: true,
        category: 'configuration',
        message: `Began to scan the line of reader ${id}${state.interrupted.length > 0 ? `; ${state.interrupted.join(', ')} are lost meanwhile` : ''}`,
        source: ['reader', id],
      })
      reply.code(202)
      return state
    },
  )

  /** Says which doors would be without their reader. */
  function refusedScan(id: string, reason: string, readers: readonly string[]): HttpProblem {
    if (reason === 'scan-running') return new HttpProblem('in-use', `The line of "${id}" is being scanned already.`)
    if (reason === 'pairing') return new HttpProblem('in-use', `${readers.join(', ')} is being paired; scan the line when that has ended.`)
    if (reason !== 'readers-in-use') return inUse(id)
    const doors = [...new Set(readers.map(reader => plugin.tree().doorOf(reader) ?? reader))]
    return new HttpProblem(
      'in-use',
      `${readers.join(', ')} would be lost as long as the scan runs. Send "interrupt": true once nobody needs ${doors.join(', ')}.`,
      { users: doors },
    )
  }

  app.get(
    '/readers/:id/scan',
    { ...manage, schema: { summary: "How the last scan of a reader's line stands", tags, params, response: { 200: scanState } } },
    async request => {
      const scan = scanOf(request.params.id)
      if (!scan) throw new HttpProblem('not-found', `The line of "${request.params.id}" was not scanned since the server started.`)
      return scan
    },
  )
  app.delete(
    '/readers/:id/scan',
    {
      ...manage,
      schema: { summary: 'Ends a scan before its time; the line goes back to its readers', tags, params, response: { 204: z.null() } },
    },
    async (request, reply) => {
      const { id } = request.params
      const { controller } = findReader(plugin, id, 'osdp')
      const answer = await controllers.ask(controller, 'scan-stop', { reader: id })
      if (!answer.ok) throw unanswered(answer)
      reply.code(204)
      return null
    },
  )

  /** A file that a controller sends in parts. */
  const gather = (controller: string, body: object) =>
    new Promise<{ file: Buffer; records: number } | HttpProblem | null>(resolve => {
      const parts: z.output<typeof part>[] = []
      const late = plugin.clock.at(plugin.clock.now() + captureMs, () =>
        resolve(new HttpProblem('unreachable', 'The controller did not send all of it in time; try again.')),
      )
      const finish = (outcome: Parameters<typeof resolve>[0]) => {
        late()
        resolve(outcome)
      }
      controllers.request(controller, 'capture', body, (answer, last) => {
        if (!answer.ok) return finish(unanswered(answer))
        const read = part.safeParse(answer.body).data
        if (read) parts.push(read)
        if (!last) return
        if (!read) return finish(null)
        if (parts.length !== read.parts)
          return finish(new HttpProblem('unreachable', 'Part of the capture was lost on its way; try again.'))
        parts.sort((a, b) => a.part - b.part)
        finish({ file: Buffer.concat(parts.map(each => Buffer.from(each.data, 'base64'))), records: read.records })
      })
    })

  app.get(
    '/readers/:id/capture',
    {
      ...manage,
      schema: {
        summary:
          'The recent bytes of the OSDP line of a reader, as .osdpcap or (by Accept) pcapng; keys, PIN digits and fingerprints are zeros in it',
        tags,
        params,
        produces: Object.values(captureFormats),
        response: {
          200: {
            description: 'A capture file',
            content: Object.fromEntries(Object.values(captureFormats).map(type => [type, { schema: z.string() }])),
          },
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { controller } = findReader(plugin, id, 'osdp')
      const format = accepted(request.headers.accept, captureFormats)
      const gathered = await gather(controller, { reader: id, format })
      if (gathered instanceof HttpProblem) throw gathered
      if (gathered === null) throw inUse(id)
      if (gathered.records === 0) throw new HttpProblem('not-found', `Nothing went over the line of "${id}" since it was opened.`)
      audit(context, request, {
        permitted: true,
        category: 'configuration',
        message: `Downloaded a capture of the line of reader ${id}, ${gathered.records} pieces`,
        source: ['reader', id],
      })
      reply.header('content-disposition', `attachment; filename="${id}.${format}"`)
      reply.header('vary', 'accept')
      return reply
        .type(captureFormats[format])
        .serializer((bytes: Buffer) => bytes as never)
        .send(gathered.file as never)
    },
  )

  const pulseFormats = { json: 'application/json', ndjson: 'application/x-ndjson' } as const
  app.get(
    '/readers/:id/pulses',
    {
      ...manage,
      schema: {
        summary:
          'The last frames of a Wiegand reader: bits, timing and the edges of D0 and D1; as application/x-ndjson they are what `portunus wiegand decode` reads',
        tags,
        params,
        produces: Object.values(pulseFormats),
        response: { 200: z.object({ items: z.array(shownFrame), next: z.null() }) },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { controller } = findReader(plugin, id, 'wiegand')
      const format = accepted(request.headers.accept, pulseFormats)
      const answer = await controllers.ask(controller, 'pulses', { reader: id })
      if (!answer.ok) throw unanswered(answer)
      const read = z.array(toldFrame).safeParse(answer.body).data
      if (!read) throw inUse(id)
      if (read.length === 0) throw new HttpProblem('not-found', `No pulse came from "${id}" since it was taken into use.`)
      audit(context, request, {
        permitted: true,
        category: 'configuration',
        message: `Looked at the pulses of reader ${id}`,
        source: ['reader', id],
      })
      reply.header('vary', 'accept')
      const items = read.map(each => ({ ...each, at: new Date(each.at).toISOString(), bitLength: each.bits?.length ?? null }))
      if (format === 'json') return { items, next: null }
      return reply
        .type(pulseFormats.ndjson)
        .serializer(String)
        .send(
          items
            .filter(each => each.bits !== null)
            .map(each => `${JSON.stringify(each)}\n`)
            .join('') as never,
        )
    },
  )
}
