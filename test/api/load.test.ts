import { afterEach, expect, it } from 'vitest'
import { addManyDoors, consumers, perSecond, playLoad } from './load.ts'
import { openRig, type Rig } from './rig.ts'

const long = process.env.PORTUNUS_LONG !== undefined
const seconds = Number(process.env.PORTUNUS_LOAD_SECONDS ?? (long ? 600 : 10))

let rig: Rig
afterEach(() => rig.close())

it(
  `delivers ${perSecond} events a second to ${consumers} consumers, one of them stalled, without a hole`,
  async () => {
    rig = await openRig({ checkAnswers: false })
    const { told, seen, peaks, ...delays } = await playLoad(rig, seconds)
    console.log(JSON.stringify({ seconds, told, ...delays, stalledGot: seen[0]?.events, rssMb: peaks }))
    expect(seen.slice(1).map(each => [each.events, each.holes])).toEqual(Array(consumers - 1).fill([told, 0]))
    // A short run is still filling its caches.
    if (long) expect(peaks[1]).toBeLessThan(peaks[0] * 1.2)
  },
  (seconds + 60) * 1000,
)

it('answers configuration, states and diff of 10,000 doors', async () => {
  rig = await openRig({ checkAnswers: false })
  expect(addManyDoors(rig)).toMatchObject({ ok: true })
  const answers = await Promise.all(['configuration', 'states', 'configuration/diff?from=1'].map(url => rig.call('GET', url)))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(answers[0]!.json.elements.filter((each: { type: string }) => each.type === 'door')).toHaveLength(10_003)
}, 120_000)
