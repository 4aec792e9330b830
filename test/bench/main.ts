/**
 * `npm run bench`: every figure of every room, absolute, beside what is promised of it. Gates only on ratios within one run, since machines differ
 * and other work slows. PORTUNUS_LONG=1 adds what takes minutes (two million credentials).
 */
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import process from 'node:process'
import { benchDecide } from './decide.ts'
import { benchDevice } from './device.ts'
import { benchIdle } from './idle.ts'
import { benchOsdp } from './osdp.ts'
import { benchOsdpLine } from './osdp-line.ts'
import { benchPlugin } from './plugin.ts'
import { benchStore } from './store.ts'
import { benchSwipe } from './swipe.ts'
import { benchWiegand } from './wiegand.ts'

interface Promised {
  readonly atLeast?: number
  readonly atMost?: number
  /** A ratio of two figures of the same run: not to keep it fails the run. */
  readonly gate?: true
}

const promised: Readonly<Record<string, Promised>> = {
  'osdp.plainFramesPerSecond': { atLeast: 3_000_000 },
  'osdp.secureFramesPerSecond': { atLeast: 300_000 },
  'osdp.secureShareOfAesFloor': { atLeast: 0.45, gate: true },
  'osdpLine.pollRateShare9600': { atLeast: 0.9, gate: true },
  'osdpLine.pollRateShare115200': { atLeast: 0.9, gate: true },
  'osdpLine.securePdsOf126': { atLeast: 126, gate: true },
  'wiegand.decodes26BitPerSecond': { atLeast: 3_000_000 },
  'wiegand.decodes37BitPerSecond': { atLeast: 1_000_000 },
  'store.decisionsPerSecond100k': { atLeast: 20_000 },
  'store.decisionP99Ms100k': { atMost: 1 },
  'store.decisionsPerSecond2M': { atLeast: 20_000 },
  'store.decisionP99Ms2M': { atMost: 1 },
  'swipe.relayP50Ms': { atMost: 5 },
  'swipe.relayP99Ms': { atMost: 20 },
  'swipe.relayP50MsStalled': { atMost: 5 },
  'swipe.relayP99MsStalled': { atMost: 20 },
  'swipe.stalledP99ShareOfStall': { atMost: 0.5, gate: true },
  'swipe.relayP99Ms2M': { atMost: 20 },
  'device.push100kSeconds': { atMost: 60 },
  'device.revocationSeconds': { atMost: 1 },
  'device.residentMiB100k': { atMost: 150 },
  'idle.simulatedDaySeconds': { atMost: 2 },
  'idle.pollingPercentOfCore32': { atMost: 5 },
  'idle.startPercentOfCore32': { atMost: 5 },
  'plugin.deliveryP99Ms': { atMost: 250 },
  'plugin.configurationMs10kDoors': { atMost: 1_000 },
}

const figures: Record<string, number> = {}
const missed: string[] = []
for (const bench of [benchOsdp, benchOsdpLine, benchWiegand, benchDecide, benchStore, benchSwipe, benchDevice, benchIdle, benchPlugin]) {
  for (const [name, value] of Object.entries(await bench())) {
    figures[name] = value
    const { atLeast, atMost, gate } = promised[name] ?? {}
    const kept = !(value < (atLeast ?? value)) && !(value > (atMost ?? value)) && !Number.isNaN(value)
    const limit = atLeast === undefined ? atMost && `at most ${format(atMost)}` : `at least ${format(atLeast)}`
    process.stdout.write(`${name.padEnd(44)} ${format(value).padStart(12)}  ${limit ? `${kept ? 'kept:' : 'MISSED:'} ${limit}` : ''}\n`)
    if (!kept && gate) missed.push(name)
  }
}
writeFileSync('bench.json', `${JSON.stringify({ node: process.version, cpu: cpus()[0]?.model, cores: cpus().length, figures }, null, 2)}\n`)
for (const [name, { gate }] of Object.entries(promised)) if (gate && figures[name] === undefined) missed.push(name)
for (const name of missed) process.stderr.write(`${name} is a ratio within this run and not what it must be\n`)
process.exit(missed.length > 0 ? 1 : 0)

function format(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en-GB') : value.toPrecision(4)
}
