import { Command } from 'commander'
import { checks, runConformance } from '../plugin/conformance/kit.ts'
import { describeReport, describeResult, junit } from '../plugin/conformance/report.ts'
import { Stop, stoppable } from './data-directory.ts'
import { writeOut } from './file.ts'
import { wrongAddress } from './words.ts'

interface Options {
  readonly url: string
  readonly token?: string
  readonly weakToken?: string
  readonly allowChanges?: boolean
  readonly door?: string
  readonly only?: string
  readonly json?: boolean
  readonly junit?: string
}

/** `portunus conformance` (cli.md). */
export function conformanceCommand(): Command {
  return new Command('conformance')
    .description('plays the VMS against a server of the plugin API and scores it: exit 1 where a check failed')
    .requiredOption('--url <address>', 'address of the server')
    .option('--token <token>', 'API token of an administrator; PORTUNUS_TOKEN where left out')
    .option('--weak-token <token>', 'a second token with fewer rights, to see it refused; PORTUNUS_WEAK_TOKEN where left out')
    .option('--allow-changes', 'also the checks that act on a door and make things of their own; without it nothing is changed')
    .option('--door <id>', 'the door to act on; an emulated one where left out')
    .option('--only <checks>', `only these, separated by commas: ${checks.map(check => check.id).join(', ')}`)
    .option('--json', 'one JSON object a line: each check, then the score')
    .option('--junit <file>', 'also writes the report as JUnit XML')
    .addHelpText('after', '\nExample:\n  $ portunus conformance --url http://127.0.0.1:8080 --token pt_… --allow-changes')
    .action(stoppable(conform))
}

async function conform(options: Options): Promise<void> {
  const stop = (why: string) => new Stop(`portunus conformance: ${why}`)
  const { url, json = false, allowChanges = false, door, junit: file } = options
  const token = options.token ?? process.env.PORTUNUS_TOKEN
  const weakToken = options.weakToken ?? process.env.PORTUNUS_WEAK_TOKEN
  const wrong = wrongAddress(url)
  if (wrong !== undefined) throw stop(wrong)
  if (token === undefined) throw stop('it needs --token, or the variable PORTUNUS_TOKEN')
  const only = options.only?.split(',')
  const unknown = only?.find(id => !checks.some(check => check.id === id))
  if (unknown !== undefined) throw stop(`--only: there is no check "${unknown}"; there is ${checks.map(check => check.id).join(', ')}`)
  const say = (text: string) => process.stdout.write(`${text}\n`)
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort())
  const ran = await runConformance({
    url,
    signal: stopped.signal,
    token,
    weakToken,
    allowChanges,
    door,
    only,
    onResult: result => say(json ? JSON.stringify(result) : describeResult(result)),
  })
  if (!ran.ok) throw stop(ran.why)
  const { results, ...summary } = ran.report
  say(json ? JSON.stringify(summary) : describeReport(ran.report))
  if (file !== undefined) await writeOut('portunus conformance', junit(ran.report), file)
  process.exitCode = summary.failed > 0 ? 1 : 0
  // Checks that wait would go on waiting.
  if (stopped.signal.aborted) process.exit(130)
}
