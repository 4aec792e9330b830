import process from 'node:process'
import { decision } from '../../controller/core/attempt.ts'
import { decide } from '../../controller/core/decide.ts'
import { Draft } from '../../controller/core/draft.ts'
import { buildModel } from '../../controller/core/model.ts'
import { type Change, emptyState } from '../../controller/core/state.ts'
import type { Store } from '../../controller/store/contract.ts'
import { bitsOf, fill, nothing, openBench, percentile, place } from './controller.ts'

/** The controller's store: commits, decisions with its directory, and a site of 100,000 people put in force. */
export async function benchStore(): Promise<Record<string, number>> {
  const figures: Record<string, number> = { 'store.commitsPerSecond': await commits() }
  const bench = openBench()
  const start = performance.now()
  const held = await fill(bench.store, 100_000)
  figures['store.push100kSeconds'] = (performance.now() - start) / 1000
  figures['store.pushHoldsLoopP50Ms'] = percentile(held, 0.5)
  figures['store.pushHoldsLoopP99Ms'] = percentile(held, 0.99)
  Object.assign(figures, decisions(bench.store, 100_000, '100k'))
  bench.close()
  bench.remove()
  if (process.env.PORTUNUS_LONG === '1') {
    const large = openBench()
    await fill(large.store, 2_000_000)
    Object.assign(figures, decisions(large.store, 2_000_000, '2M'))
    large.close()
    large.remove()
  }
  return figures
}

/** An event with a trace and a changed row each, made durable off the loop meanwhile. */
async function commits(): Promise<number> {
  const { store, close, remove } = openBench()
  const trace = Array.from({ length: 12 }, () => ({
    check: 'format' as const,
    outcome: 'passed' as const,
    found: { format: 'h10301', bitLength: 26 },
  }))
  const event = {
    type: 'access.granted' as const,
    source: { kind: 'access-point' as const, id: 'door-1/a' },
    door: 'door-1',
    cardholder: 'p-1',
    trace,
  }
  const count = 20_000
  const start = performance.now()
  for (let i = 0; i < count; i++) {
    const row: Change = { key: `use:c-${i % 100}`, value: { first: i, last: i, counts: { 'ctrl-1': i } }, durable: true }
    store.commit({ ...nothing(), events: [event], changes: [row] }, Date.now())
    store.sync()
    if (i % 100 === 0) await new Promise(setImmediate)
  }
  const seconds = (performance.now() - start) / 1000
  close()
  remove()
  return count / seconds
}

/** From card bits to trace, of people in SQLite: how many a second, and the slowest of a hundred. */
function decisions({ directory }: Store, people: number, name: string): Record<string, number> {
  const model = buildModel(place, 'ctrl-1')
  const point = model.accessPoints.get('door-1/a')!
  const state = emptyState()
  const now = { mono: 0, wall: Date.now() }
  const count = 20_000
  const cards = Array.from({ length: count }, (_, i) => bitsOf((i * 7919) % people))
  // The best of three, since other work on the machine only ever slows; the first also warms up.
  const runs = [1, 2, 3].map(() => {
    const took: number[] = []
    const start = performance.now()
    for (const bits of cards) {
      const before = performance.now()
      const { outcome } = decide(new Draft(model, directory, state, now, decision), { point, items: [{ type: 'card', bits }] })
      took.push(performance.now() - before)
      if (outcome !== 'granted') throw new Error(`decided ${outcome}`)
    }
    const seconds = (performance.now() - start) / 1000
    return {
      perSecond: count / seconds,
      p99: percentile(
        took.sort((a, b) => a - b),
        0.99,
      ),
    }
  })
  return {
    [`store.decisionsPerSecond${name}`]: Math.max(...runs.map(({ perSecond }) => perSecond)),
    [`store.decisionP99Ms${name}`]: Math.min(...runs.map(({ p99 }) => p99)),
  }
}
