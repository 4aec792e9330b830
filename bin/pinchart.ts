import { Command, Option } from 'commander'
import { v7 } from 'uuid'
import { chartOf, chartToHtml, chartToSvg, chartToText, type PinChart } from '../controller/wiring/index.ts'
import { checkSiteFile } from '../plugin/site/check.ts'
import { chartsToPdf } from '../plugin/site/pinchart-pdf.ts'
import { formatProblem } from '../shared/problem.ts'
import { Stop, stoppable } from './data-directory.ts'
import { nameOf, readText, writeOut } from './file.ts'

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
    .action(stoppable(write))
}

async function write({ site: file, controller, format, out }: Options): Promise<void> {
  const { site, problems } = checkSiteFile(readText('portunus pinchart', file), { newId: v7 })
  if (site === undefined) throw new Stop(...problems.filter(p => p.severity === 'error').map(p => formatProblem(p, nameOf(file))))
  const chart = chartOf(site, controller)
  if (chart === undefined)
    throw new Stop(
      `${nameOf(file)}: there is no controller "${controller}"; known are ${site.controllers.map(each => each.id).join(', ') || 'none'}`,
    )
  await writeOut('portunus pinchart', await render(chart, format), out)
}

function render(chart: PinChart, format: Options['format']): string | Promise<Buffer> {
  if (format === 'pdf') return chartsToPdf([chart])
  return format === 'svg' ? chartToSvg(chart) : format === 'html' ? chartToHtml(chart) : chartToText(chart)
}
