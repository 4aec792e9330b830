import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readSiteOf } from '../../bin/scenario.ts'
import { openStage } from '../../bin/stage.ts'
import { type Failure, play } from '../../controller/emulator/play.ts'
import { readScenarios, stepNames } from '../../controller/emulator/scenario.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/scenario.md'), 'utf8')

it('the example of docs/scenario.md plays as it stands there', async () => {
  const { scenarios, problems } = readScenarios(/```yaml\n([\s\S]*?)```/.exec(page)![1]!)
  expect(problems).toEqual([])
  const scenario = scenarios[0]!
  const site = readSiteOf(scenario, join(import.meta.dirname, 'example.yaml'), 1)
  if ('problems' in site) throw new Error(site.problems[0]?.message)
  const stage = openStage({ site: site.site, start: scenario.start, seed: 1, onEvent: () => {} })
  const failures: Failure[] = []
  await play(scenario, stage, stage.clock.advanceTo, failure => failures.push(failure))
  expect(failures).toEqual([])
})

it('docs/scenario.md describes every step there is', () => {
  for (const step of stepNames) expect(page).toContain(`\`${step}: `)
})
