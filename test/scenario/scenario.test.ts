import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSiteOf } from '../../bin/scenario.ts'
import { openStage } from '../../bin/stage.ts'
import { type Failure, play } from '../../controller/emulator/play.ts'
import { readScenarios } from '../../controller/emulator/scenario.ts'

/** Every scenario file here is a test by its own name; the rules it shows stand in brackets at the end of the name. */
const files = readdirSync(import.meta.dirname).filter(name => name.endsWith('.yaml') && !name.endsWith('site.yaml'))

describe.each(files)('%s', file => {
  const path = join(import.meta.dirname, file)
  const { scenarios, problems } = readScenarios(readFileSync(path, 'utf8'))
  it('is a valid scenario', () => {
    expect(problems).toEqual([])
    expect(scenarios.length).toBeGreaterThan(0)
  })
  for (const scenario of scenarios) {
    it(scenario.name, async () => {
      const seed = scenario.seed ?? 1
      const site = readSiteOf(scenario, path, seed)
      if ('problems' in site) throw new Error(site.problems[0]?.message)
      const stage = openStage({ site: site.site, start: scenario.start, seed, onEvent: () => {} })
      const failures: Failure[] = []
      const { passed } = await play(scenario, stage, stage.clock.advanceTo, failure => failures.push(failure))
      expect(failures).toEqual([])
      expect(passed).toBeGreaterThan(0)
    })
  }
})

it('takes the moment that it is for one that has not passed, though the clock is a hair beyond it', async () => {
  const path = join(import.meta.dirname, 'moment.yaml')
  const { scenarios } = readScenarios(
    'name: x\nstart: 2026-03-02T09:00\nsite: ./door.site.yaml\nsteps:\n  - until: 2026-03-04T18:00\n  - until: 2026-03-04T18:00\n',
  )
  const site = readSiteOf(scenarios[0]!, path, 1)
  if ('problems' in site) throw new Error(site.problems[0]?.message)
  const stage = openStage({ site: site.site, start: scenarios[0]!.start, seed: 1, onEvent: () => {} })
  stage.clock.at(205_200_000.00000006, () => {})
  expect(await play(scenarios[0]!, stage, stage.clock.advanceTo, failure => expect(failure).toBeUndefined())).toEqual({
    passed: 0,
    failed: 0,
  })
})
