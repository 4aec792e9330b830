import { Command, Option } from 'commander'
import { v7 as uuid } from 'uuid'
import { systemClock } from '../plugin/clock.ts'
import { openBook } from '../plugin/site/book.ts'
import { checkPlace, checkSiteFile } from '../plugin/site/check.ts'
import { importSite, wholeSite } from '../plugin/site/file.ts'
import { hashPin } from '../plugin/site/people.ts'
import { readFact, writeFact } from '../plugin/store/facts.ts'
import { openStore } from '../plugin/store/open.ts'
import { formatProblem } from '../shared/problem.ts'
import { exportSite } from '../shared/site-file.ts'
import { defaultData, Stop, stoppable, withData } from './data-directory.ts'
import { nameOf, readText, writeOut } from './file.ts'
import { count, wrongAddress } from './words.ts'

interface Where {
  readonly data: string
  readonly url?: string
  readonly token?: string
}

const target = (command: Command) =>
  command
    .option('--data <directory>', 'data directory of a server that is not running', defaultData)
    .option('--url <address>', 'address of a running server, in place of --data')
    .option('--token <token>', 'API token for --url; PORTUNUS_TOKEN where left out')

/** `portunus site import` (cli.md). */
export function importCommand(): Command {
  return target(new Command('import'))
    .description('puts a site file in place of the whole site, as one revision: what is not in it is removed')
    .argument('<file>', 'YAML or JSON, or - for standard input')
    .addHelpText('after', '\nExample:\n  $ portunus site import site.yaml --url http://127.0.0.1:8080 --token pt_…')
    .action(stoppable(load))
}

/** `portunus site export` (cli.md). */
export function exportCommand(): Command {
  return target(new Command('export'))
    .description('writes the whole site as a file, PINs as hashes; keys are not in it')
    .addOption(new Option('--format <format>', 'what to write').choices(['yaml', 'json']).default('yaml'))
    .option('--out <file>', 'where to write it; standard output where left out')
    .addHelpText('after', '\nExample:\n  $ portunus site export --data ./data --out site.yaml')
    .action(stoppable(save))
}

async function load(file: string, where: Where): Promise<void> {
  const text = readText('portunus site import', file)
  const told = where.url === undefined ? await loadInto(where.data, file, text) : await loadOver(where, text)
  process.stdout.write(`${told}\n`)
}

async function loadInto(data: string, file: string, text: string): Promise<string> {
  const stop = (why: string) => new Stop(`portunus site import: ${why}`)
  const opened = openStore(data, { serve: true })
  if (!opened.ok)
    throw stop(
      opened.reason === 'data-in-use' ? `a server runs on ${data}; give --url and --token, so that it takes the site over` : opened.message,
    )
  const { store } = opened
  try {
    const book = openBook(store, { check: checkPlace, now: systemClock.wall })
    const { site, problems } = checkSiteFile(text, { newId: uuid, hashPin: digits => hashPin(book.pinKey(), digits) })
    if (!site) throw new Stop(...problems.filter(p => p.severity === 'error').map(p => formatProblem(p, nameOf(file))))
    const note = {
      author: { user: 'command line', location: 'local' },
      category: 'configuration',
      message: `Loaded the site file ${nameOf(file)}`,
    } as const
    const edited = importSite(book, site, note)
    if (!edited.ok) throw stop(edited.reason === 'invalid' ? edited.problems.map(p => formatProblem(p)).join('; ') : edited.message)
    // From here on this is the site of the directory: a start needs no file.
    if (readFact(store, 'source') === undefined) writeFact(store, 'source', 'import')
    return `revision ${edited.revision}: ${count(edited.changes.length, 'change')}`
  } finally {
    store.close()
  }
}

async function loadOver(where: Where, text: string): Promise<string> {
  const answer = await request(
    where,
    'site',
    { method: 'PUT', headers: { 'content-type': 'application/yaml' }, body: text },
    'portunus site import',
  )
  const { revision, changes } = JSON.parse(answer) as { revision: string; changes: number }
  return `revision ${revision}: ${count(changes, 'change')}`
}

async function save({ format, out, ...where }: Where & { format: 'yaml' | 'json'; out?: string }): Promise<void> {
  const text =
    where.url === undefined
      ? await withData('portunus site export', where.data, store => {
          const book = openBook(store, { check: checkPlace, now: systemClock.wall })
          return exportSite(wholeSite(book), { format, hashPin: digits => hashPin(book.pinKey(), digits) })
        })
      : await request(where, `site?format=${format}`, {}, 'portunus site export')
  await writeOut('portunus site export', text, out)
}

async function request(
  { url = '', token = process.env.PORTUNUS_TOKEN }: Where,
  path: string,
  init: RequestInit,
  command: string,
): Promise<string> {
  if (token === undefined) throw new Stop(`${command}: --url needs --token, or the variable PORTUNUS_TOKEN`)
  const wrong = wrongAddress(url)
  if (wrong !== undefined) throw new Stop(`${command}: ${wrong}`)
  let response: Response
  try {
    response = await fetch(new URL(`/api/v1/${path}`, url), { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } })
  } catch (error) {
    const cause = (error as Error).cause as Error | undefined
    throw new Stop(`${command}: ${url} does not answer: ${cause?.message ?? (error as Error).message}`)
  }
  const text = await response.text()
  if (response.ok) return text
  let problem: { detail?: string; errors?: { path: string; message: string }[] } = {}
  try {
    problem = JSON.parse(text) as typeof problem
  } catch {
    // Not this server: its status says all there is.
  }
  if (problem.errors) throw new Stop(...problem.errors.map(e => `${command}: ${e.path === '' ? '' : `${e.path}: `}${e.message}`))
  throw new Stop(`${command}: ${problem.detail ?? `the server answered ${response.status}`}`)
}
