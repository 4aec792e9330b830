import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { v7 } from 'uuid'
import { checkSiteFile } from '../plugin/site/check.ts'
import { formatProblem } from '../shared/problem.ts'
import { holidaysCommand } from './holidays.ts'
import { exportCommand, importCommand } from './site-data.ts'

/** `portunus site …` (cli.md). */
export function siteCommand(): Command {
  const command = new Command('site').description('checks, loads and writes a site file')
  command
    .command('check')
    .description('says what is wrong with a site file: one line each, with line, path and what to do; warnings leave the exit code 0')
    .argument('<file>', 'YAML or JSON, or - for standard input')
    .option('--json', 'one JSON object a line, also for warnings')
    .addHelpText('after', '\nExample:\n  $ portunus site check site.yaml')
    .action((file: string, options: { json?: boolean }) => {
      process.exitCode = check(file, options.json === true)
    })
  command.addCommand(importCommand())
  command.addCommand(exportCommand())
  command.addCommand(holidaysCommand())
  return command
}

function check(file: string, json: boolean): number {
  const name = file === '-' ? 'standard input' : file
  const text = readText(file)
  if (text === undefined) return 2
  const { site, problems } = checkSiteFile(text, { newId: v7 })
  for (const problem of problems) {
    if (json) process.stdout.write(`${JSON.stringify({ file: name, ...problem })}\n`)
    else process.stderr.write(`${formatProblem(problem, name)}\n`)
  }
  if (site === undefined) return 2
  if (!json) {
    const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`
    const { controllers, doors, cardholders } = site
    process.stdout.write(
      `${name}: all right: ${count(controllers.length, 'controller')}, ${count(doors.length, 'door')}, ${count(cardholders.length, 'cardholder')}\n`,
    )
  }
  return 0
}

/** The text of a file; undefined, and told, where it cannot be read. */
function readText(file: string): string | undefined {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message
    process.stderr.write(`${file}: ${why}\n`)
    return undefined
  }
}
