/**
 * `npm run bench`: every figure of every room, absolute, and gates only on ratios within one run, since machines differ.
 * PORTUNUS_LONG=1 adds what takes minutes (two million credentials).
 */
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import process from 'node:process'
import { benchDecide } from './decide.ts'
import { benchOsdp } from './osdp.ts'
import { benchOsdpLine } from './osdp-line.ts'
import { benchStore } from './store.ts'
import { benchSwipe } from './swipe.ts'
import { benchWiegand } from './wiegand.ts'

/** A ratio of two figures of the same run, and the least it may be. */
const gates: readonly { readonly name: string; readonly atLeast: number }[] = [
  { name: 'osdp.secureShareOfAesFloor', atLeast: 0.45 },
  { name: 'osdpLine.pollRateShare9600', atLeast: 0.9 },
  { name: 'osdpLine.pollRateShare115200', atLeast: 0.9 },
]

const figures: Record<string, number> = {}
for (const bench of [benchOsdp, benchOsdpLine, benchWiegand, benchDecide, benchStore, benchSwipe]) {
  const found = await bench()
  for (const [name, value] of Object.entries(found)) {
    figures[name] = value
    process.stdout.write(`${name.padEnd(44)} ${format(value)}\n`)
  }
}
writeFileSync('bench.json', `${JSON.stringify({ node: process.version, cpu: cpus()[0]?.model, cores: cpus().length, figures }, null, 2)}\n`)

const missed = gates.filter(({ name, atLeast }) => !((figures[name] ?? 0) >= atLeast))
for (const { name, atLeast } of missed) process.stderr.write(`${name} is ${figures[name] ?? 'missing'}; it must be at least ${atLeast}\n`)
process.exitCode = missed.length > 0 ? 1 : 0

function format(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en-GB') : value.toPrecision(4)
}
