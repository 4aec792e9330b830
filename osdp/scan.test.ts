import { expect, it } from 'vitest'
import { keyOf, seeded } from '../test/conformance/osdp/rig.ts'
import { createMemoryLine } from './emulated.ts'
import { defaultCapabilities } from './pd-state.ts'
import { virtualClock } from './pipe/clock.ts'
import type { FoundPd } from './scan.ts'
import { scanLine } from './scan-line.ts'

function scan(prepare: (line: ReturnType<typeof createMemoryLine>) => void, options: { all?: boolean } = {}) {
  const clock = virtualClock()
  const line = createMemoryLine({ clock, random: seeded(1) })
  prepare(line)
  let ended: readonly FoundPd[] | null = null
  scanLine({ pipe: line.acu, clock, random: seeded(2), ...options, onEnd: found => (ended = found) })
  let seconds = 0
  for (; ended === null && seconds < 400; seconds++) clock.advance(1000)
  if (ended === null) throw new Error('the scan never ends')
  return { found: ended as readonly FoundPd[], seconds }
}

const plain = defaultCapabilities.filter(record => record.function !== 9)

it('finds every PD at every rate and address, with the key state of each', () => {
  const { found, seconds } = scan(line => {
    line.addReader({ address: 0, baud: 9600, scbk: keyOf(1), identity: { serial: 10 } })
    line.addReader({ address: 5, baud: 9600, scbk: null, installMode: true, identity: { serial: 11 } })
    line.addReader({ address: 0x7e, baud: 115_200, scbk: null, identity: { serial: 12 } })
    line.addReader({ address: 9, baud: 38_400, scbk: null, capabilities: plain, identity: { serial: 13 } })
  })
  expect(found.map(({ address, baud, identity, key, clear }) => [address, baud, identity.serial, key, clear])).toEqual([
    [0, 9600, 10, 'own', false],
    [5, 9600, 11, 'install-mode', true],
    [9, 38_400, 13, 'not-supported', true],
    [0x7e, 115_200, 12, 'none', true],
  ])
  expect(seconds).toBeLessThan(120)
  expect(found[0]!.capabilities).toEqual(defaultCapabilities)
})

it('searches one rate in half a minute where only one has life', () => {
  const { found, seconds } = scan(line => line.addReader({ address: 3, baud: 19_200, scbk: keyOf(1) }))
  expect(found.map(({ address, baud }) => [address, baud])).toEqual([[3, 19_200]])
  expect(seconds).toBeLessThan(35)
})

it('names two devices at one address', () => {
  const { found } = scan(line => {
    line.addReader({ address: 3, scbk: keyOf(1), identity: { serial: 21 } })
    line.addReader({ address: 3, scbk: keyOf(1), identity: { serial: 22 }, replyDelayMs: 60 })
  })
  expect(found.map(({ address, identity, others }) => [address, identity.serial, others.map(({ serial }) => serial)])).toEqual([
    [3, 21, [22]],
  ])
})

it('searches everything where nobody answers, and where it is told to', () => {
  expect(scan(() => {}).found).toEqual([])
  const { found, seconds } = scan(line => line.addReader({ address: 3, scbk: keyOf(1) }), { all: true })
  expect(found).toHaveLength(1)
  expect(seconds).toBeGreaterThan(140)
})
