import { z } from 'zod'
import { date } from '../../shared/scalar.ts'
import { readHolidays, withHolidays } from '../site/holidays.ts'
import { takeText } from './body.ts'
import { type App, authorOf, type Context } from './context.ts'
import { editProblem } from './edit.ts'
import { tagOf, wantedVersion } from './paging.ts'
import { HttpProblem } from './problem.ts'
import { fieldProblem } from './validation.ts'

const calendar = 'text/calendar'

/** Holidays from a calendar file into a schedule. */
export function holidays(app: App, { plugin }: Context): void {
  const { book } = plugin
  takeText(app, [calendar])

  app.post(
    '/schedules/:id/holidays',
    {
      config: { right: 'manage-configuration' },
      schema: {
        summary: 'Closes a schedule on the whole-day events of an iCalendar file; a date with an exception of its own keeps it',
        tags: ['schedules'],
        params: z.object({ id: z.string().max(64) }),
        consumes: [calendar],
        querystring: z.strictObject({ from: date.describe('First date to take.'), to: date.describe('Last date to take.') }),
        response: {
          200: z.object({
            schedule: z.string(),
            added: z.array(z.object({ date, name: z.string() })),
            /** Dates that have an exception of their own. */
            kept: z.array(date),
            /** Events that are no whole days, by name. */
            skipped: z.array(z.string()),
          }),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const { from, to } = request.query
      const found = book.get('schedules', id)
      if (!found) throw new HttpProblem('not-found', `There is no schedule "${id}".`)
      if (to < from) throw fieldProblem('to', 'is before from', 'query')
      if (typeof request.body !== 'string')
        throw new HttpProblem('unsupported-media-type', `Send the calendar as the body, as ${calendar}.`)
      const read = readHolidays(request.body, { from, to })
      if (!read.ok) throw new HttpProblem('malformed', read.message)
      const own = new Set(found.body.exceptions.map(each => each.date))
      const added = read.exceptions.map(each => each.date).filter(each => !own.has(each))
      if (added.length > 0) {
        const edited = book.edit(
          [{ kind: 'schedules', id, body: withHolidays(found.body, read.exceptions), version: wantedVersion(request.headers['if-match']) }],
          { author: authorOf(request), category: 'configuration', message: `Closed schedule ${id} on ${added.length} holidays` },
        )
        if (!edited.ok) throw editProblem(edited)
      }
      reply.header('etag', tagOf(book.get('schedules', id)?.version ?? found.version))
      return {
        schedule: id,
        added: added.map(each => ({ date: each, name: read.names[each] ?? '' })),
        kept: read.exceptions.map(each => each.date).filter(each => own.has(each)),
        skipped: [...read.skipped],
      }
    },
  )
}
