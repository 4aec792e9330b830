import { v7 as uuid } from 'uuid'
import { z } from 'zod'
import { type Difference, impact, type Presentation, presentationOf, type Sight } from '../../controller/core/explain.ts'
import { buildModel } from '../../controller/core/model.ts'
import { siteDirectory } from '../../controller/core/site-directory.ts'
import { emptyState } from '../../controller/core/state.ts'
import type { Site } from '../../shared/site.ts'
import { impact as formatImpact, resolveFormats } from '../../wiegand/index.ts'
import { checkPatch } from '../site/check.ts'
import { peopleDirectory } from '../site/directory.ts'
import { wholeSite } from '../site/file.ts'
import { hashPin } from '../site/people.ts'
import type { App, Context } from './context.ts'
import { fieldProblem, invalid } from './validation.ts'

const mostShown = 1_000
/** Presentations judged before other work gets its turn. */
const atOnce = 200

const result = z.object({ outcome: z.string(), reason: z.string().nullable() }).nullable()
const changed = z.object({
  id: z.string(),
  kind: z.enum(['same', 'different', 'misread', 'unreadable', 'unknown']),
  cardNumber: z.string().optional(),
  facilityCode: z.string().optional(),
  assumed: z.array(z.string()),
})

/** What a change would do, before it is made. */
export function impacts(app: App, context: Context): void {
  const { plugin } = context

  app.post(
    '/configuration/impact',
    {
      config: { right: 'manage-configuration' },
      schema: {
        summary:
          'Which presentations of the last days would be decided differently under a change, and which stored cards would be read differently',
        tags: ['configuration'],
        body: z.strictObject({
          change: z
            .record(z.string(), z.unknown())
            .describe('A merge patch on the site: objects merged, lists of objects by id, `remove` removes by id.'),
          days: z.number().int().min(1).max(365).default(7),
        }),
        response: {
          200: z.object({
            presentations: z.number().int(),
            differences: z.array(
              z.object({
                event: z.string(),
                at: z.string(),
                accessPoint: z.string(),
                cardholder: z.string().nullable(),
                before: result,
                after: result,
              }),
            ),
            credentials: z.object({
              checked: z.number().int(),
              counts: z.record(z.string(), z.number().int()),
              changes: z.array(changed),
              equal: z.array(z.object({ cardNumber: z.string(), bitLength: z.number().int(), ids: z.array(z.string()) })),
            }),
            /** There are more than are shown. */
            partial: z.boolean(),
            warnings: z.array(z.string()),
          }),
        },
      },
    },
    async request => {
      const { change, days } = request.body
      const before = wholeSite(plugin.book)
      const digest = (digits: string) => hashPin(plugin.book.pinKey(), digits)
      const { site: after, problems } = checkPatch(before, change, { newId: uuid, hashPin: digest })
      if (!after) {
        const errors = problems
          .filter(p => p.severity === 'error')
          .map(({ path, message }) => ({ in: 'body' as const, path: `change.${path}`, message }))
        throw errors.length > 0 ? invalid(errors) : fieldProblem('change', 'is no patch on a site')
      }
      const touchesPeople = ['cardholders', 'groups', 'remove'].some(key => key in change)
      const people = peopleDirectory(plugin.book.people, plugin.book.pinKey())
      const otherPeople = touchesPeople ? siteDirectory(after, digest) : people
      const sights = new Map<string, { readonly one: Sight; readonly other: Sight }>()
      const sightOf = (controller: string) => {
        const known = sights.get(controller)
        if (known) return known
        const state = emptyState()
        const made = {
          one: { model: buildModel(before, controller), directory: people, state },
          other: { model: buildModel(after, controller), directory: otherPeople, state },
        }
        sights.set(controller, made)
        return made
      }
      const recorded = plugin.log.presentations(plugin.now() - days * 86_400_000).flatMap(logged => presentationOf(logged) ?? [])
      const differences: Difference[] = []
      for (let index = 0; index < recorded.length; index += atOnce) {
        for (const [controller, list] of byController(recorded.slice(index, index + atOnce), before)) {
          const { one, other } = sightOf(controller)
          differences.push(...impact(one, other, list))
        }
        await new Promise(resolve => setImmediate(resolve))
      }
      const credentials = formatImpact(resolveFormats(before.cardFormats).active, resolveFormats(after.cardFormats).active, cardsOf(before))
      const shown = (d: Difference['before']) => d && { outcome: d.outcome, reason: d.outcome === 'denied' ? d.reason : null }
      return {
        presentations: recorded.length,
        differences: differences.slice(0, mostShown).map(({ presentation: p, before: was, after: is }) => ({
          event: p.event,
          at: new Date(p.at).toISOString(),
          accessPoint: p.accessPoint,
          cardholder: p.cardholder,
          before: shown(was),
          after: shown(is),
        })),
        credentials: {
          checked: credentials.checked,
          counts: { ...credentials.counts },
          changes: credentials.changes.slice(0, mostShown).map(({ cardNumber, facilityCode, ...rest }) => ({
            ...rest,
            assumed: [...rest.assumed],
            ...(cardNumber === undefined ? {} : { cardNumber }),
            ...(facilityCode === undefined ? {} : { facilityCode }),
          })),
          equal: credentials.equal.map(each => ({ ...each, ids: [...each.ids] })),
        },
        partial: differences.length > mostShown || credentials.changes.length > mostShown,
        warnings: problems.filter(p => p.severity === 'warning').map(p => `${p.path}: ${p.message}`),
      }
    },
  )
}

function byController(list: readonly Presentation[], site: Site): Map<string, Presentation[]> {
  const found = new Map<string, Presentation[]>()
  for (const each of list) {
    const unit = site.controllers.find(c => c.id === site.doors.find(d => d.id === each.accessPoint.split('/')[0])?.controller)
    const controller = unit?.parent ?? unit?.id
    if (controller !== undefined) found.set(controller, [...(found.get(controller) ?? []), each])
  }
  return found
}

function* cardsOf({ cardholders }: Site) {
  for (const { credentials } of cardholders) {
    for (const c of credentials) {
      if (c.type === 'card') yield { id: c.id, cardNumber: c.cardNumber, facilityCode: c.facilityCode, bitLength: c.bitLength }
    }
  }
}
