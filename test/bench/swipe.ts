import { randomBytes } from 'node:crypto'
import { fdatasync } from 'node:fs'
import process from 'node:process'
import type { Field } from '../../controller/field/field.ts'
import { createOsdpField } from '../../controller/field/osdp.ts'
import { createRuntime } from '../../controller/runtime.ts'
import type { Store } from '../../controller/store/contract.ts'
import type { Sync } from '../../controller/store/disk.ts'
import { createMemoryLine } from '../../osdp/emulated.ts'
import { systemClock as clock } from '../../plugin/clock.ts'
import { bitsOf, fill, openBench, percentile } from './controller.ts'

const stallMs = 200

/**
 * From the last byte of a card on the line to the relay, in ms, through Secure Channel, decision and commit: with a disk as it is, with one that stalls
 * 200 ms at every sync, while a site of 100,000 people is being put in force, and with a large site.
 */
export async function benchSwipe(): Promise<Record<string, number>> {
  const figures: Record<string, number> = {
    ...(await swipes('', 10_000, fdatasync)),
    ...(await swipes('Stalled', 10_000, stalled)),
    ...(await swipes('DuringPush', 10_000, fdatasync, store => fill(store, 100_000))),
  }
  figures['swipe.stalledP99ShareOfStall'] = figures['swipe.relayP99MsStalled']! / stallMs
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
  const random = (length: number) => new Uint8Array(randomBytes(length))
  const key = random(16)
  const line = createMemoryLine({ clock, random, baud: 115_200 })
  const reader = line.addReader({ address: 1, scbk: key, requireSecure: true })
  let heardAt = 0
  const osdp = createOsdpField({
    controller: 'ctrl-1',
    clock,
    random,
    pollIntervalMs: 10,
    key: () => key,
    pipe: () => ({
      ...line.acu,
      open: listener =>
        line.acu.open({
          ...listener,
          data(bytes) {
            heardAt = performance.now()
            listener.data(bytes)
          },
        }),
    }),
  })
  const took: number[] = []
  let moved = () => {}
  const board: Field = {
    start: report => report({ kind: 'input', controller: 'ctrl-1', port: 'door-1', reading: 'closed' }),
    apply(effect) {
      if (effect.kind !== 'relay' || !effect.energised) return
      took.push(performance.now() - heardAt)
      moved()
    },
    stop() {},
  }
  const runtime = createRuntime({ controller: 'ctrl-1', clock, store: bench.store, fields: [board, osdp] })
  runtime.start()
  while (osdp.acuOf('in-1')?.acu.pds()[0]?.secure !== true) await new Promise(resolve => setTimeout(resolve, 20))
  let busy = meanwhile !== undefined
  meanwhile?.(bench.store).then(() => {
    busy = false
  })
  for (let i = 0; i < 500 || busy; i++) {
    const done = new Promise<void>((resolve, reject) => {
      moved = resolve
      setTimeout(reject, 10_000, new Error('the relay did not move')).unref()
    })
    reader.present(bitsOf((i * 7919) % people))
    await done
    // The door locks again, so that the next swipe moves the relay.
    for (const action of ['lock', 'reset'] as const)
      runtime.input({
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
