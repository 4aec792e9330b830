import { z } from 'zod'
import { chartOf, chartToHtml, chartToSvg } from '../../controller/wiring/index.ts'
import { instant } from '../../shared/scalar.ts'
import { decodeAll, guess, isBits, formats as predefinedFormats, resolveFormats } from '../../wiegand/index.ts'
import { chartsToPdf } from '../site/pinchart-pdf.ts'
import { type App, asker, type Context, refuseRight, seesElement } from './context.ts'
import { HttpProblem } from './problem.ts'
import { fieldProblem } from './validation.ts'

const bits = z.string().regex(/^[01]{1,256}$/, 'bits are written as 0 and 1')
const match = z
  .object({
    format: z.string(),
    cardNumber: z.string().optional(),
    facilityCode: z.string().optional(),
    issueLevel: z.string().optional(),
    oem: z.string().optional(),
    parity: z.enum(['ok', 'error']),
  })
  // Fields under names of the format's own.
  .catchall(z.string())

/** What whoever wires a site needs: what a card sends, which format that is, where each wire goes. */
export function installers(app: App, context: Context): void {
  const { plugin } = context
  const use = { config: { right: 'use-access-control' } } as const
  const params = z.object({ id: z.string().max(64) })

  const decoded = (read: string) => {
    const { active, all } = resolveFormats(plugin.book.configuration().site.cardFormats)
    const own = all.filter(format => format.bitLength === read.length)
    const inForce = new Set(active.map(format => format.id))
    return decodeAll(read, own)
      .map(({ format, cardNumber, facilityCode, issueLevel, oem, other, parity }) => ({
        ...other,
        format,
        ...(cardNumber === undefined ? {} : { cardNumber }),
        ...(facilityCode === undefined ? {} : { facilityCode }),
        ...(issueLevel === undefined ? {} : { issueLevel }),
        ...(oem === undefined ? {} : { oem }),
        parity,
      }))
      .sort((a, b) => Number(inForce.has(b.format)) - Number(inForce.has(a.format)))
  }

  app.get(
    '/readers/:id/last-card',
    {
      ...use,
      schema: {
        summary: 'The card swiped last at a reader: its bits, and what every format that fits makes of them',
        tags: ['readers'],
        params,
        response: {
          200: z.object({
            reader: z.string(),
            event: z.string(),
            at: instant,
            bits,
            bitLength: z.number().int(),
            matches: z.array(match),
            credential: z.string().nullable(),
            cardholder: z.string().nullable(),
          }),
        },
      },
    },
    async request => {
      const { id } = request.params
      const door = plugin.tree().doorOf(id)
      if (plugin.tree().element(id)?.type !== 'reader' || !asker(request).at('use-access-control', door))
        throw new HttpProblem('not-found', `There is no reader "${id}".`)
      const last = plugin.log.lastCard(id, door ?? '')
      if (!last) throw new HttpProblem('not-found', `No card was swiped at "${id}" since the log begins.`)
      return {
        reader: id,
        event: last.id,
        at: last.time,
        bits: last.raw ?? '',
        bitLength: last.raw?.length ?? 0,
        matches: decoded(last.raw ?? ''),
        credential: last.credential ?? null,
        cardholder: last.cardholder ?? null,
      }
    },
  )

  app.post(
    '/card-formats/guess',
    {
      ...use,
      schema: {
        summary: 'The format doctor: which formats explain these reads, best first, and a format of their own where none does',
        tags: ['card-formats'],
        body: z.strictObject({
          samples: z
            .array(z.strictObject({ bits, cardNumber: z.string().max(80).optional(), facilityCode: z.string().max(80).optional() }))
            .min(1)
            .max(200),
        }),
        response: { 200: z.object({ items: z.array(z.record(z.string(), z.unknown())), next: z.null() }) },
      },
    },
    async request => {
      const wrong = request.body.samples.findIndex(sample => !isBits(sample.bits))
      if (wrong >= 0) throw fieldProblem(`samples[${wrong}].bits`, 'are no bits')
      const { all } = resolveFormats(plugin.book.configuration().site.cardFormats)
      const custom = all.filter(format => !predefinedFormats.some(each => each.id === format.id))
      return { items: guess(request.body.samples, [...predefinedFormats, ...custom]).map(diagnosis => ({ ...diagnosis })), next: null }
    },
  )

  const media = { svg: 'image/svg+xml', pdf: 'application/pdf', html: 'text/html' } as const
  app.get(
    '/controllers/:id/pin-chart',
    {
      ...use,
      schema: {
        summary: 'Where each wire goes: JSON, or svg, pdf, html by Accept',
        tags: ['controllers'],
        params,
        produces: ['application/json', ...Object.values(media)],
        response: { 200: z.record(z.string(), z.unknown()) },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const chart = chartOf(plugin.book.configuration().site, id)
      if (!chart || !seesElement(plugin, asker(request), id)) throw new HttpProblem('not-found', `There is no controller "${id}".`)
      // A chart that leaves doors out would show their terminals as free.
      const to = asker(request)
      const all = (plugin.tree().doorsOf(id) ?? []).every(door => to.at('use-access-control', door))
      if (!all && !to.has('manage-configuration')) refuseRight(context, request, 'use-access-control', `at every door of ${id}`)
      reply.header('vary', 'accept')
      const send = (type: string, body: string | Buffer) =>
        reply
          .type(type)
          .serializer(each => each as string)
          .send(body as never)
      switch (wanted(request.headers.accept)) {
        case 'json':
          return { ...chart }
        case 'svg':
          return send(`${media.svg}; charset=utf-8`, chartToSvg(chart))
        case 'html':
          return send(`${media.html}; charset=utf-8`, chartToHtml(chart))
        case 'pdf':
          return send(media.pdf, await chartsToPdf([chart]))
        default:
          throw new HttpProblem('not-acceptable', `A pin chart comes as application/json, ${Object.values(media).join(', ')}.`)
      }
    },
  )

  /** The first kind that the header names and the chart comes in. */
  function wanted(accept: string | undefined): 'json' | keyof typeof media | undefined {
    const asked = (accept ?? '*/*').split(',').map(part => part.split(';')[0]?.trim().toLowerCase())
    for (const type of asked) {
      if (type === '*/*' || type === 'application/json' || type === 'application/*') return 'json'
      const found = (Object.keys(media) as (keyof typeof media)[]).find(key => media[key] === type)
      if (found) return found
    }
    return undefined
  }
}
