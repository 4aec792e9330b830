import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Endpoint, type OutletRig, openEndpoint, openOutletRig } from '../outlets/rig.ts'

let rig: OutletRig
let there: Endpoint
beforeEach(async () => {
  rig = await openOutletRig()
  there = await openEndpoint()
})
afterEach(async () => {
  await rig.close()
  await there.close()
})

/** The figures of one outlet. */
const figures = async (id: string) => {
  const { text } = await rig.call('GET', '/metrics')
  const found = [...text.matchAll(/^portunus_outlet_(\w+)\{outlet="([^"]+)",.*\} (\d+)$/gm)]
  return Object.fromEntries(found.filter(([, , outlet]) => outlet === id).map(([, name, , value]) => [name, Number(value)]))
}

it('tells of each outlet what waits, what went, what failed and what was given up, and no secret of it', async () => {
  const { id, secret } = await rig.add({ kind: 'webhook', name: 'ops "one" \\ two', url: `${there.url}?key=hidden`, token: 'hidden' })
  rig.tell('door.opened', { door: 'front' })
  await rig.untilPassing(1_000, () => there.got.length === 1)
  expect(await figures(id)).toEqual({ queue: 0, delivered_total: 1, failed_attempts: 0, failing: 0, dead_letters: 0 })
  there.behaviour.answer = () => 500
  rig.tell('door.closed', { door: 'front' })
  rig.tell('door.opened', { door: 'front' })
  await rig.untilPassing(1_000, () => there.got.length === 3)
  expect(await figures(id)).toMatchObject({ queue: 2, delivered_total: 1, failing: 1, dead_letters: 0 })
  expect((await figures(id)).failed_attempts).toBeGreaterThan(0)
  await rig.untilPassing(3_600_000, () => (rig.outlets.get(id)?.dead ?? 0) > 0)
  expect((await figures(id)).dead_letters).toBeGreaterThan(0)
  const { text } = await rig.call('GET', '/metrics')
  expect(text).toContain('name="ops \\"one\\" \\\\ two"')
  for (const hidden of [secret, 'hidden']) expect(text).not.toContain(hidden)
  // Every line is one of the exposition format.
  for (const line of text.trimEnd().split('\n'))
    expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{(\w+="(\\.|[^"\\])*",?)+\})? [\d.e+-]+)$/)
})
