import { Command } from 'commander'
import { v7 } from 'uuid'
import { checkSiteFile } from '../plugin/site/check.ts'
import { formatProblem } from '../shared/problem.ts'
import { stoppable } from './data-directory.ts'
import { nameOf, readText } from './file.ts'
import { holidaysCommand } from './holidays.ts'
import { exportCommand, importCommand } from './site-data.ts'
import { count } from './words.ts'

/** `portunus site …` (cli.md). */
export function siteCommand(): Command {
  const command = new Command('site')
    .description('checks, loads and writes a site file')
    .addHelpText('after', '\nExample:\n  $ portunus site check site.yaml')
  command
    .command('check')
    .description('says what is wrong with a site file: one line each, with line, path and what to do; warnings leave the exit code 0')
    .argument('<file>', 'YAML or JSON, or - for standard input')
    .option('--json', 'one JSON object a line, also for warnings')
    .addHelpText('after', '\nExample:\n  $ portunus site check site.yaml')
    .action(
      stoppable((file: string, options: { json?: boolean }) => {
        process.exitCode = check(file, options.json === true)
      }),
    )
  command.addCommand(importCommand())
  command.addCommand(exportCommand())
  command.addCommand(holidaysCommand())
  return command
}

function check(file: string, json: boolean): number {
  const name = nameOf(file)
  const { site, problems } = checkSiteFile(readText('portunus site check', file), { newId: v7 })
  for (const problem of problems) {
    if (json) process.stdout.write(`${JSON.stringify({ file: name, ...problem })}\n`)
    else process.stderr.write(`${formatProblem(problem, name)}\n`)
  }
  if (site === undefined) return 2
  if (!json) {
    const { controllers, doors, cardholders } = site
    process.stdout.write(
      `${name}: all right: ${count(controllers.length, 'controller')}, ${count(doors.length, 'door')}, ${count(cardholders.length, 'cardholder')}\n`,
    )
  }
  return 0
}
