import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readSiteOf } from '../../bin/scenario.ts'
import { openStage } from '../../bin/stage.ts'
import { play } from '../../controller/emulator/play.ts'
import { readScenarios, type Scenario } from '../../controller/emulator/scenario.ts'

/** Those with the most on their lines, and one with an hour of nothing. */
const files = [
  'apb-hard',
  'attacks',
  'cable',
  'configure',
  'emergency',
  'k3-unlock',
  'line-faults',
  'link',
  'pin',
  'power-and-tamper',
  'reader-feedback',
  'restart',
]

async function log(scenario: Scenario, path: string, skipIdle: boolean) {
  const site = readSiteOf(scenario, path, 1)
  if ('problems' in site) throw new Error(site.problems[0]?.message)
  const stage = openStage({ site: site.site, start: scenario.start, seed: 1, onEvent: () => {}, skipIdle })
  await play(scenario, stage, stage.clock.advanceTo, () => {})
  return stage.events
}

it('a line that sleeps while idle gives the same log as one that polls, ids included', async () => {
  let compared = 0
  for (const path of files.map(file => join(import.meta.dirname, `${file}.yaml`)))
    for (const scenario of readScenarios(readFileSync(path, 'utf8')).scenarios) {
      const events = await log(scenario, path, true)
      expect(await log(scenario, path, false), scenario.name).toEqual(events)
      compared += events.length
    }
  expect(compared).toBeGreaterThan(400)
})
