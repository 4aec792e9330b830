import { appendFileSync, readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Command, InvalidArgumentError } from 'commander'
import { v7 } from 'uuid'
import { parse, stringify } from 'yaml'
import { type Advance, type Failure, play } from '../controller/emulator/play.ts'
import { createRandom } from '../controller/emulator/random.ts'
import { readScenarios, type Scenario, type ScenarioProblem } from '../controller/emulator/scenario.ts'
import type { VirtualClock } from '../controller/emulator/virtual-clock.ts'
import { checkSiteFile } from '../plugin/site/check.ts'
import { formatProblem, type Problem, parsePath } from '../shared/problem.ts'
import { stoppable } from './data-directory.ts'
import { nameOf, readText, writeOut } from './file.ts'
import { openStage, stagePinHash } from './stage.ts'

interface Options {
  readonly json?: boolean
  readonly realTime?: boolean
  readonly seed: number
  readonly record?: string
}

/** `portunus scenario …` (docs/scenario.md). */
export function scenarioCommand(): Command {
  const command = new Command('scenario')
    .description('plays scenario files under a virtual clock')
    .addHelpText('after', '\nExample:\n  $ portunus scenario run test/scenario/lockdown.yaml')
  command
    .command('run')
    .description('plays each file from nothing and checks what it expects')
    .argument('<file...>', 'scenario files, or - for standard input')
    .option('--json', 'every event, every failure and a summary, one JSON object a line')
    .option('--real-time', 'lets time pass as it does in the world')
    .option('--seed <n>', 'what ids, keys and noise derive from', wholeNumber, 1)
    .option('--record <log>', 'writes what was played, site and seed included, so that playing the log gives the same bytes')
    .addHelpText('after', '\nExample:\n  $ portunus scenario run test/scenario/lockdown.yaml')
    .action(
      stoppable(async (files: string[], options: Options) => {
        process.exitCode = await run(files, options)
      }),
    )
  return command
}

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('a seed is a whole number.')
  return Number(text)
}

async function run(files: readonly string[], options: Options): Promise<number> {
  const texts = files.map(file => readText('portunus scenario run', file))
  if (options.record !== undefined) await writeOut('portunus scenario run', '', options.record)
  let passed = 0
  let failed = 0
  const print = options.json ? (object: object) => void process.stdout.write(`${JSON.stringify(object)}\n`) : () => {}
  const tell = options.json ? () => {} : (text: string) => void process.stdout.write(`${text}\n`)
  const invalid = (file: string, line: number, column: number, expected: string, actual: string) => {
    failed++
    print({ kind: 'failure', file, line, column, expected, actual })
    tell(`✗ ${file}:${line}:${column} ${actual}`)
  }
  for (const [i, text] of texts.entries()) {
    const path = nameOf(files[i]!)
    const { scenarios, problems } = readScenarios(text)
    for (const { line, column, message } of problems) invalid(path, line, column, 'a valid scenario', message)
    for (const scenario of problems.length > 0 ? [] : scenarios) {
      const file = scenario.file ?? path
      const seed = scenario.seed ?? options.seed
      const site = readSiteOf(scenario, path, seed)
      if ('problems' in site) {
        for (const { line, column, message } of site.problems) invalid(file, line, column, 'a valid site', message)
        continue
      }
      const stage = openStage({ site: site.site, start: scenario.start, seed, onEvent: event => print({ kind: 'event', ...event }) })
      const failures: Failure[] = []
      const result = await play(scenario, stage, options.realTime ? paced(stage.clock) : stage.clock.advanceTo, found => {
        const failure = { ...found, expected: withDurations(found.expected) }
        failures.push(failure)
        print({ kind: 'failure', file, ...failure })
      })
      passed += result.passed
      failed += result.failed
      tell(`${result.failed === 0 ? '✓' : '✗'} ${scenario.name} (${result.passed} held, ${result.failed} failed)`)
      for (const failure of failures) tell(explain(file, failure))
      if (options.record !== undefined) appendFileSync(options.record, record(scenario, site.text, file, seed))
    }
  }
  print({ kind: 'summary', passed, failed })
  tell(`${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
}

/** A failure for a person: where, what was expected, and what there was instead. */
function explain(file: string, { step, line, expected, actual }: Failure): string {
  const found = Array.isArray(actual)
    ? actual.length === 0
      ? ['no event since the last mark']
      : actual.map(inOneLine)
    : [inOneLine(actual)]
  const [first, ...rest] = found.length > mostEvents ? [`… ${found.length - mostEvents} events`, ...found.slice(-mostEvents)] : found
  return [
    `    ${file}:${line} step ${step}`,
    `      expected  ${inOneLine(expected)}`,
    `      found     ${first}`,
    ...rest.map(text => `${' '.repeat(16)}${text}`),
  ].join('\n')
}

/** So many of the last events are shown of those that were looked through. */
const mostEvents = 12

function inOneLine(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `[${value.map(inOneLine).join(', ')}]`
  const told = Object.entries(value).filter(([, part]) => part !== undefined)
  return told
    .map(
      ([key, part]) =>
        `${key}: ${typeof part === 'object' && part !== null && !Array.isArray(part) ? `{ ${inOneLine(part)} }` : inOneLine(part)}`,
    )
    .join(', ')
}

type ReadSite =
  | { readonly site: Parameters<typeof openStage>[0]['site']; readonly text: string }
  | { readonly problems: readonly ScenarioProblem[] }

/** The site a scenario plays on, read and judged. */
export function readSiteOf({ site, place }: Scenario, path: string, seed: number): ReadSite {
  let text: string
  let file: string | undefined
  if (typeof site === 'string') {
    file = resolve(dirname(path), site)
    if (!isFile(file)) return { problems: [{ message: `there is no site file ${site} beside the scenario`, ...place(['site']) }] }
    text = readFileSync(file, 'utf8')
  } else text = stringify(site, { version: '1.2', schema: 'core' })
  const random = createRandom(seed, 'ids of the site')
  const checked = checkSiteFile(text, { newId: () => v7({ random: random.bytes(16), msecs: 0 }), hashPin: stagePinHash(seed) })
  if (checked.site) return { site: checked.site, text }
  const errors = checked.problems.filter(problem => problem.severity === 'error')
  // What is wrong with a site that stands in the scenario itself is shown there.
  const shown = (problem: Problem): ScenarioProblem => {
    if (file !== undefined) return { ...place(['site']), message: formatProblem(problem, file) }
    const { line: _, column: __, ...unplaced } = problem
    return { ...place(['site', ...parsePath(problem.path)]), message: formatProblem(unplaced) }
  }
  return { problems: errors.map(shown) }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

/** Real time: each thing that is due waits for its moment. */
function paced(clock: VirtualClock): Advance {
  const began = performance.now() - clock.now()
  return async (instant, until) => {
    while (!until?.()) {
      const next = Math.min(clock.next() ?? instant, instant)
      const wait = began + next - performance.now()
      if (wait > 0) await sleep(wait)
      clock.advanceTo(next, until)
      if (next === instant) break
    }
  }
}

/** A scenario that plays to the same bytes wherever it lies. */
function record({ name, start, steps }: Scenario, site: string, file: string, seed: number): string {
  const written = steps.map(({ step, body }) => ({ [step]: step === 'wait' ? `${body as number}ms` : withDurations(body) }))
  return `---\n${JSON.stringify({ name, start, seed, file, site: parse(site, { version: '1.2', schema: 'core' }) as unknown, lines: steps.map(({ line }) => line), steps: written })}\n`
}

function withDurations(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('within' in body) || body.within === undefined) return body
  return { ...body, within: `${body.within as number}ms` }
}
