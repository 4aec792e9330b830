import type { Report, Result } from './kit.ts'

/** One check for people: what was done, seen, and what the contract says. */
export function describeResult({ check, outcome, did, saw, contract, ms }: Result): string {
  const word = outcome === 'failed' ? 'FAILED ' : outcome === 'passed' ? 'passed ' : 'skipped'
  return [`${word}  ${check} (${ms} ms)`, `         did       ${did}`, `         saw       ${saw}`, `         contract  ${contract}`].join(
    '\n',
  )
}

export function describeReport({ system, passed, failed, skipped, notRun, score, touched }: Report): string {
  return [
    `system ${system}: ${passed} passed, ${failed} failed, ${skipped} skipped${notRun === 0 ? '' : `, ${notRun} not run`}; score ${score} of 100`,
    ...(touched.length === 0 ? ['nothing was changed'] : touched.map(each => `touched: ${each}`)),
  ].join('\n')
}

const inXml = (text: string) =>
  // XML takes no control characters, not even escaped.
  text
    .replaceAll(/[^\P{Cc}\t\n\r]/gu, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

/** The report as JUnit XML, for continuous integration. */
export function junit({ system, results, failed, skipped }: Report): string {
  const cases = results.map(({ check, outcome, did, saw, contract, ms }) => {
    const inner =
      outcome === 'failed'
        ? `<failure message="${inXml(saw)}">${inXml(`did: ${did}\nsaw: ${saw}\ncontract: ${contract}`)}</failure>`
        : outcome === 'skipped'
          ? `<skipped message="${inXml(saw)}"/>`
          : `<system-out>${inXml(saw)}</system-out>`
    return `  <testcase classname="conformance" name="${inXml(check)}" time="${(ms / 1000).toFixed(3)}">${inner}</testcase>`
  })
  const counts = `tests="${results.length}" failures="${failed}" skipped="${skipped}"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="${inXml(system)}" ${counts}>\n${cases.join('\n')}\n</testsuite>\n`
}
