/** A controller on a data directory of 100,000 people, after 2,000 swipes: prints its resident memory in MiB. Usage: resident.ts DIRECTORY */
import process from 'node:process'
import { setFlagsFromString } from 'node:v8'
import { createRuntime } from '../../controller/runtime.ts'
import { openStore } from '../../controller/store/open.ts'
import { systemClock as clock } from '../../plugin/clock.ts'
import { bitsOf } from './controller.ts'

// As the device's own command does: young garbage is collected early, in little room.
setFlagsFromString('--semi-space-growth-factor=1')

const opened = openStore(process.argv[2] ?? '', { controller: 'ctrl-1', wall: clock.wall() })
if (!opened.ok) throw new Error(opened.message)
const field = { start() {}, apply() {}, stop() {} }
const runtime = createRuntime({ controller: 'ctrl-1', clock, store: opened.store, fields: [field] })
runtime.start()
for (let i = 0; i < 2_000; i++) {
  runtime.input({ kind: 'card', reader: 'in-1', bits: bitsOf((i * 7919) % 100_000) })
  if (i % 10 === 0) await new Promise(resolve => setTimeout(resolve, 5))
}
process.stdout.write(`${process.memoryUsage().rss / 1024 / 1024}\n`)
runtime.stop()
opened.store.close()
