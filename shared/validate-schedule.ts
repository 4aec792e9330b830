import type { Path } from './problem.ts'
import type { Report } from './report.ts'
import type { Schedule } from './schedule.ts'
import type { Site } from './site.ts'

export function validateSchedules({ schedules, site }: Site, report: Report): void {
  schedules.forEach((schedule, index) => {
    const at = ['schedules', index] as const
    for (const [hours, path] of hoursOf(schedule, at)) {
      if (hours.from.startsWith('24:00'))
        report.error('starts-at-end', [...path, 'from'], 'nothing starts at 24:00; write 00:00 of the next day')
      const sun = ([hours.from, hours.to] as const).find(time => time.startsWith('sun'))
      if (sun !== undefined && site.position === null) {
        const message = `${sun} is reckoned for a place; give site.position: { latitude: …, longitude: … }`
        report.error('no-position', [...path, sun === hours.from ? 'from' : 'to'], message)
      }
    }
    schedule.recurring.forEach((rule, number) => {
      const path = [...at, 'recurring', number]
      if (rule.until !== undefined && rule.until < rule.start)
        report.error('ends-before-it-starts', [...path, 'until'], `it ends on ${rule.until}, before it starts on ${rule.start}`)
      if (rule.pattern === 'yearly' && typeof rule.dayOfMonth === 'number' && rule.dayOfMonth > longest(rule.month))
        report.error('no-such-day', [...path, 'dayOfMonth'], `month ${rule.month} never has a day ${rule.dayOfMonth}`)
    })
    schedule.exceptions.forEach(({ date }, number) => {
      if (schedule.exceptions.findIndex(each => each.date === date) < number)
        report.error('date-twice', [...at, 'exceptions', number, 'date'], `${date} has an exception already; put all its intervals in one`)
    })
    schedule.periods.forEach(({ from, to }, number) => {
      if (endsBefore(from, to))
        report.error(
          'ends-before-it-starts',
          [...at, 'periods', number, 'to'],
          `the period ends at ${to}, not after it starts at ${from}; change one of them`,
        )
    })
    if (isNever(schedule)) report.warning('never-active', at, `the schedule "${schedule.id}" has no hours, so it is never on`)
  })
}

/** True for a schedule that has nothing that could be on. */
function isNever({ weekly, recurring, exceptions, periods }: Schedule): boolean {
  return weekly.length + recurring.length + periods.length === 0 && exceptions.every(each => each.intervals.length === 0)
}

/** Whether a span ends no later than it starts; times of which one has an offset and the other none are not compared. */
export function endsBefore(from: string, to: string): boolean {
  const zoned = (text: string) => /(Z|[+-]\d{2}:\d{2})$/.test(text)
  if (zoned(from) !== zoned(to)) return false
  const ms = (text: string) => Date.parse(zoned(text) ? text : `${text}Z`)
  return ms(to) <= ms(from)
}

function hoursOf(schedule: Schedule, at: Path): (readonly [{ from: string; to: string }, Path])[] {
  const under = (key: string, list: readonly { from: string; to: string }[], path = at) =>
    list.map((each, number) => [each, [...path, key, number]] as const)
  return [
    ...under('weekly', schedule.weekly),
    ...under('recurring', schedule.recurring),
    ...schedule.exceptions.flatMap((each, number) => under('intervals', each.intervals, [...at, 'exceptions', number])),
  ]
}

function longest(month: number): number {
  return month === 2 ? 29 : [4, 6, 9, 11].includes(month) ? 30 : 31
}
