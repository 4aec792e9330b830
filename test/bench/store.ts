import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { buildModel } from '../../controller/core/model.ts'
import { applyChanges, type Change, emptyState } from '../../controller/core/state.ts'
import { step } from '../../controller/core/step.ts'
import type { Store } from '../../controller/store/contract.ts'
import { bitsOf, fill, nothing, openBench, percentile, place } from './controller.ts'

/** The controller's store: commits, decisions with its directory, a site of 100,000 people put in force, and the memory that takes. */
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
  figures['store.residentMiB100k'] = resident(bench.directory)
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

function decisions(store: Store, people: number, name: string): Record<string, number> {
  const model = buildModel(place, 'ctrl-1')
  let state = emptyState()
  const now = { mono: 0, wall: Date.now() }
  state = applyChanges(state, step(model, store.directory, state, { kind: 'start' }, now).changes)
  const count = 20_000
  const cards = Array.from({ length: count }, (_, i) => bitsOf((i * 7919) % people))
  const took: number[] = []
  const start = performance.now()
  for (const bits of cards) {
    const before = performance.now()
    const { events } = step(model, store.directory, state, { kind: 'card', reader: 'in-1', bits }, now)
    took.push(performance.now() - before)
    if (events[0]?.type !== 'access.granted') throw new Error(`decided ${events[0]?.type} ${events[0]?.reason}`)
  }
  const seconds = (performance.now() - start) / 1000
  took.sort((a, b) => a - b)
  return { [`store.decisionsPerSecond${name}`]: count / seconds, [`store.decisionP99Ms${name}`]: percentile(took, 0.99) }
}

/** What a controller process with 100,000 people takes, in MiB. */
function resident(directory: string): number {
  const said = execFileSync(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('./resident.ts', import.meta.url)), directory], {
    encoding: 'utf8',
  })
  return Number(said)
}
