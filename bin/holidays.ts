import { Command, InvalidArgumentError } from 'commander'
import { v7 } from 'uuid'
import { parseDocument } from 'yaml'
import { checkSiteFile } from '../plugin/site/check.ts'
import { readHolidays, withHolidays } from '../plugin/site/holidays.ts'
import { formatProblem } from '../shared/problem.ts'
import { date } from '../shared/scalar.ts'
import { Stop, stoppable } from './data-directory.ts'
import { nameOf, readText, writeOut } from './file.ts'

interface Options {
  readonly site: string
  readonly schedule: string
  readonly from: string
  readonly to: string
  readonly out?: string
}

/** `portunus site holidays`: the days of an iCalendar file close a schedule of a site file; comments and order of the file stay. */
export function holidaysCommand(): Command {
  return new Command('holidays')
    .description('closes a schedule on the whole-day events of an iCalendar file and prints the site file that results')
    .argument('<file>', 'iCalendar file (.ics)')
    .requiredOption('--site <file>', 'site file')
    .requiredOption('--schedule <id>', 'schedule that is closed on these days; a date with an exception of its own keeps it')
    .requiredOption('--from <date>', 'first date to take', calendarDate)
    .requiredOption('--to <date>', 'last date to take', calendarDate)
    .option('--out <file>', 'writes there instead of to standard output; may be the site file itself')
    .addHelpText(
      'after',
      '\nExample:\n  $ portunus site holidays dk.ics --site site.yaml --schedule office-hours --from 2026-01-01 --to 2027-12-31 --out site.yaml',
    )
    .action(stoppable(importHolidays))
}

function calendarDate(text: string): string {
  if (!date.safeParse(text).success) throw new InvalidArgumentError('a date is written 2026-12-24.')
  return text
}

async function importHolidays(file: string, { site: siteFile, schedule: id, from, to, out }: Options): Promise<void> {
  const stop = (why: string) => new Stop(`portunus site holidays: ${why}`)
  const calendar = readText('portunus site holidays', file)
  const text = readText('portunus site holidays', siteFile)
  const { site, problems } = checkSiteFile(text, { newId: v7 })
  if (!site) throw new Stop(...problems.filter(p => p.severity === 'error').map(p => formatProblem(p, siteFile)))
  const index = site.schedules.findIndex(each => each.id === id)
  const schedule = site.schedules[index]
  if (!schedule) throw stop(`${siteFile} has no schedule "${id}"; it has ${site.schedules.map(s => s.id).join(', ') || 'none'}`)
  const holidays = readHolidays(calendar, { from, to })
  if (!holidays.ok) throw stop(`${nameOf(file)}: ${holidays.message}`)
  const document = parseDocument(text, { version: '1.2', schema: 'core' })
  document.setIn(['schedules', index, 'exceptions'], document.createNode(withHolidays(schedule, holidays.exceptions).exceptions))
  await writeOut('portunus site holidays', document.toString({ lineWidth: 0 }), out)
  for (const name of holidays.skipped) process.stderr.write(`left out, no whole day: ${name}\n`)
  process.stderr.write(`${holidays.exceptions.length} days close ${id}\n`)
}
