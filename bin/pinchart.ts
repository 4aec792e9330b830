import { readFileSync, writeFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { v7 } from 'uuid'
import { chartOf, chartToHtml, chartToSvg, chartToText, type PinChart } from '../controller/wiring/index.ts'
import { checkSiteFile } from '../plugin/site/check.ts'
import { chartsToPdf } from '../plugin/site/pinchart-pdf.ts'
import { formatProblem } from '../shared/problem.ts'

interface Options {
  readonly site: string
  readonly controller: string
  readonly format: 'svg' | 'pdf' | 'html' | 'text'
  readonly out?: string
}

/** `portunus pinchart` (cli.md): terminal by terminal what is connected to a controller. */
export function pinchartCommand(): Command {
  return new Command('pinchart')
    .description('the pin chart of a controller: terminal by terminal what is connected, with resistors, jumpers and reader addresses')
    .requiredOption('--site <file>', 'the site file, or - for standard input')
    .requiredOption('--controller <id>', 'whose chart')
    .addOption(new Option('--format <format>', 'what to write').choices(['svg', 'pdf', 'html', 'text']).default('text'))
    .option('--out <file>', 'where to write it; left out: standard output')
    .addHelpText('after', '\nExample:\n  $ portunus pinchart --site site.yaml --controller ctrl-1 --format pdf --out lobby.pdf')
    .action(async (options: Options) => {
      const told = await write(options)
      if (told === undefined) return
      process.stderr.write(`${told.trimEnd()}\n`)
      process.exitCode = 2
    })
}

/** Writes the chart; what is wrong where it cannot. */
async function write({ site: file, controller, format, out }: Options): Promise<string | undefined> {
  try {
    const { site, problems } = checkSiteFile(readFileSync(file === '-' ? 0 : file, 'utf8'), { newId: v7 })
    const errors = problems.filter(problem => problem.severity === 'error')
    if (site === undefined) return errors.map(problem => formatProblem(problem, file === '-' ? 'standard input' : file)).join('\n')
    const chart = chartOf(site, controller)
    if (chart === undefined)
      return `${file}: there is no controller "${controller}"; known are ${site.controllers.map(each => each.id).join(', ') || 'none'}`
    writeFileSync(out ?? 1, await render(chart, format))
    return undefined
  } catch (error) {
    const { code, path, message } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    return code === 'ENOENT' ? `${path}: there is no such file or folder` : message
  }
}

function render(chart: PinChart, format: Options['format']): string | Promise<Buffer> {
  if (format === 'pdf') return chartsToPdf([chart])
  return format === 'svg' ? chartToSvg(chart) : format === 'html' ? chartToHtml(chart) : chartToText(chart)
}
