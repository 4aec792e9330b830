import { fdatasync } from 'node:fs'
import process from 'node:process'
import type { Input } from '../../controller/core/input.ts'
import type { Field } from '../../controller/field/field.ts'
import { createRuntime } from '../../controller/runtime.ts'
import type { Store } from '../../controller/store/contract.ts'
import type { Sync } from '../../controller/store/disk.ts'
import { systemClock as clock } from '../../plugin/clock.ts'
import { bitsOf, fill, openBench, percentile } from './controller.ts'

const stallMs = 200

/**
 * From what a reader handed in to the relay, in ms: with a disk as it is, with one that stalls 200 ms at every sync, while a site of 100,000 people
 * is being put in force, and with a large site.
 */
export async function benchSwipe(): Promise<Record<string, number>> {
  const figures = {
    ...(await swipes('', 10_000, fdatasync)),
    ...(await swipes('Stalled', 10_000, stalled)),
    ...(await swipes('DuringPush', 10_000, fdatasync, store => fill(store, 100_000))),
  }
  return process.env.PORTUNUS_LONG === '1' ? { ...figures, ...(await swipes('2M', 2_000_000, fdatasync)) } : figures
}

const stalled: Sync = (fd, done) => {
  setTimeout(() => fdatasync(fd, done), stallMs)
}

async function swipes(
  name: string,
  people: number,
  sync: Sync,
  meanwhile?: (store: Store) => Promise<unknown>,
): Promise<Record<string, number>> {
  const bench = openBench(sync)
  await fill(bench.store, people)
  let report: (input: Input) => void = () => {}
  let relayAt = 0
  const field: Field = {
    start(to) {
      report = to
      to({ kind: 'input', controller: 'ctrl-1', port: 'door-1', reading: 'closed' })
    },
    apply(effect) {
      if (effect.kind === 'relay' && effect.energised) relayAt = performance.now()
    },
    stop() {},
  }
  const runtime = createRuntime({ controller: 'ctrl-1', clock, store: bench.store, fields: [field] })
  runtime.start()
  let busy = meanwhile !== undefined
  meanwhile?.(bench.store).then(() => {
    busy = false
  })
  const took: number[] = []
  for (let i = 0; i < 1_000 || busy; i++) {
    await new Promise(resolve => setTimeout(resolve, 2))
    const bits = bitsOf((i * 7919) % people)
    relayAt = 0
    const start = performance.now()
    report({ kind: 'card', reader: 'in-1', bits })
    if (relayAt === 0) throw new Error('the relay did not move')
    took.push(relayAt - start)
    // The door locks again, so that the next swipe moves the relay.
    for (const action of ['lock', 'reset'] as const)
      report({
        kind: 'command',
        command: {
          id: `${action}${i}`,
          action,
          target: { kind: 'door', id: 'door-1' },
          issuedAt: new Date().toISOString(),
          validForMs: 5000,
        },
      })
  }
  runtime.stop()
  bench.close()
  bench.remove()
  took.sort((a, b) => a - b)
  return { [`swipe.relayP50Ms${name}`]: percentile(took, 0.5), [`swipe.relayP99Ms${name}`]: percentile(took, 0.99) }
}
