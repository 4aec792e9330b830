import { decision } from '../../controller/core/attempt.ts'
import { decide } from '../../controller/core/decide.ts'
import { Draft } from '../../controller/core/draft.ts'
import { buildModel } from '../../controller/core/model.ts'
import { siteDirectory } from '../../controller/core/site-directory.ts'
import { emptyState } from '../../controller/core/state.ts'
import { type SiteInput, site } from '../../shared/site.ts'
import { encode, predefined } from '../../wiegand/index.ts'

const holders = 100_000
const decisions = 100_000

/** Ten groups, twenty rules by zone and by door, anti-passback; of three badges one has dates and one runs from its last use. */
function bigSite(): SiteInput {
  const groups = Array.from({ length: 10 }, (_, g) => ({
    id: `group-${g}`,
    members: Array.from({ length: holders / 10 }, (_, i) => `holder-${i * 10 + g}`),
  }))
  const validity = [
    {},
    { validFrom: '2026-01-01T00:00', validTo: { kind: 'date' as const, at: '2027-01-01T00:00' } },
    { validTo: { kind: 'from-last-use' as const, days: 30 } },
  ]
  return {
    portunus: 1,
    site: { name: 'Bench', timeZone: 'Europe/Stockholm' },
    schedules: [{ id: 'day', weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '07:00', to: '17:00' }] }],
    cardFormats: [{ id: 'h10302', active: true }],
    controllers: [{ id: 'c1', board: 'two-door' }],
    doors: [
      {
        id: 'front',
        controller: 'c1',
        locks: { primary: { relay: 'relay-1' } },
        doorMonitor: { port: 'door-1' },
        a: { reader: { id: 'in', type: 'osdp', port: 'rs485-1', address: 1 } },
        b: { reader: { id: 'out', type: 'osdp', port: 'rs485-1', address: 2 } },
      },
    ],
    zones: [{ id: 'hall', doors: [{ door: 'front' }], antiPassback: { mode: 'hard' } }],
    cardholders: Array.from({ length: holders }, (_, i) => ({
      id: `holder-${i}`,
      credentials: [{ id: `card-${i}`, type: 'card' as const, cardNumber: String(i), bitLength: 37, ...validity[i % 3] }],
    })),
    groups,
    accessRules: Array.from({ length: 20 }, (_, r) => ({
      id: `rule-${r}`,
      groups: [`group-${r % 10}`],
      ...(r < 10 ? { zones: ['hall'] } : { doors: ['front'] }),
      schedules: r % 2 === 0 ? ['always'] : ['day'],
    })),
  }
}

/** Decisions a second over 100,000 cardholders in memory, from card bits to trace, and the slowest of a hundred in µs. */
export async function benchDecide(): Promise<Record<string, number>> {
  const whole = site.parse(bigSite())
  const model = buildModel(whole, 'c1')
  const directory = siteDirectory(whole, digits => digits)
  const state = emptyState()
  const point = model.accessPoints.get('front/a')!
  const format = predefined('h10302')!
  const reads = Array.from({ length: decisions }, (_, i) => {
    const read = encode(format, { cardNumber: String((i * 7919) % holders) })
    if (!read.ok) throw new Error(read.message)
    return read.bits
  })
  const wall = Date.parse('2026-03-02T09:00:00Z')
  const run = (from: number, to: number): number => {
    let granted = 0
    for (let i = from; i < to; i++) {
      const draft = new Draft(model, directory, state, { mono: i, wall: wall + i }, decision)
      if (decide(draft, { point, items: [{ type: 'card', bits: reads[i]! }] }).outcome === 'granted') granted++
    }
    return granted
  }
  run(0, 10_000)
  const started = performance.now()
  const granted = run(0, decisions)
  const seconds = (performance.now() - started) / 1000
  if (granted !== decisions) throw new Error(`${granted} of ${decisions} were granted`)

  const times: number[] = []
  for (let i = 0; i < decisions; i++) {
    const at = performance.now()
    run(i, i + 1)
    times.push(performance.now() - at)
  }
  times.sort((a, b) => a - b)
  return { 'decide.perSecond100k': decisions / seconds, 'decide.p99Micros100k': times[Math.floor(decisions * 0.99)]! * 1000 }
}
