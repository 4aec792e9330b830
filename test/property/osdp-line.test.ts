import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMemoryLine } from '../../osdp/emulated.ts'
import type { AcuEvent, LineEvent } from '../../osdp/index.ts'
import { openAcu } from '../../osdp/line.ts'
import { virtualClock } from '../../osdp/pipe/clock.ts'
import { createRig, keyOf, seeded } from '../conformance/osdp/rig.ts'

const histories = process.env.PORTUNUS_LONG ? 1_000_000 : 10_000

/** What happens to one transmission on the line, whoever sends it. */
const mishap = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: 'none' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'loss' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'twice' } as const) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('change' as const), at: fc.nat(2000), by: fc.integer({ min: 1, max: 255 }), more: fc.nat(3) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), at: fc.nat(2000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('noise' as const),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 30 }),
      before: fc.boolean(),
    }),
  },
  // An earlier transmission in its place, or this one kept back and the next sent with it.
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('old' as const), back: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'late' } as const) },
)
type Mishap = typeof mishap extends fc.Arbitrary<infer T> ? T : never

const deed = fc.record({
  after: fc.integer({ min: 0, max: 900 }),
  kind: fc.constantFrom('card', 'card', 'key', 'led', 'tamper', 'power-cycle'),
})

function join(...parts: (Uint8Array | null)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap(part => [...(part ?? [])]))
}

/** Whoever sits on the line and does these things, one after the other, until none is left. */
function mangler(mishaps: readonly Mishap[]) {
  const earlier: Uint8Array[] = []
  let kept: Uint8Array | null = null
  let next = 0
  return (bytes: Uint8Array): Uint8Array | null => {
    earlier.push(bytes)
    const happens = mishaps[next++] ?? { kind: 'none' as const }
    const held = kept
    kept = null
    switch (happens.kind) {
      case 'none':
        return held === null ? bytes : join(held, bytes)
      case 'loss':
        return held
      case 'twice':
        return join(held, bytes, bytes)
      case 'change': {
        const changed = bytes.slice()
        for (let n = 0; n <= happens.more; n++) changed[(happens.at + n * 7) % bytes.length]! ^= happens.by
        return join(held, changed)
      }
      case 'cut':
        return join(held, bytes.slice(0, happens.at % bytes.length))
      case 'noise':
        return happens.before ? join(held, happens.bytes, bytes) : join(held, bytes, happens.bytes)
      case 'old':
        return join(held, earlier[Math.max(0, earlier.length - 2 - happens.back)]!)
      case 'late':
        kept = bytes
        return held
    }
  }
}

function bitsOf(number: number): string {
  return (0x100000 + number).toString(2)
}

describe('a line on which anything may happen', () => {
  it('never yields a wrong event, a forged card or a stuck session, and is well again within ten seconds', () => {
    fc.assert(
      fc.property(fc.array(mishap, { maxLength: 60 }), fc.array(deed, { maxLength: 6 }), fc.nat(1_000_000), (mishaps, deeds, seed) => {
        const clock = virtualClock()
        const line = createMemoryLine({ clock, baud: 115_200, random: seeded(seed) })
        const events: (AcuEvent | LineEvent)[] = []
        const scbk = keyOf(1)
        const heard: string[] = []
        const reader = line.addReader({ address: 1, scbk }, effect => {
          if (effect.kind === 'command' && effect.nak === null && effect.command.name === 'LED')
            heard.push(String(effect.command.leds[0]?.perm.onColor))
        })
        const acu = openAcu({ pipe: line.acu, clock, random: seeded(seed + 1), onEvent: event => events.push(event) })
        acu.add({ address: 1, scbk, baud: 115_200 })
        acu.start()
        clock.advance(300)
        const mangle = mangler(mishaps)
        line.tap(mangle)
        reader.tap(mangle)
        const presented: string[] = []
        const pressed: string[] = []
        const ordered: string[] = []
        let number = 0
        for (const { after, kind } of deeds) {
          clock.advance(after)
          number++
          if (kind === 'card') {
            presented.push(bitsOf(number))
            reader.present(bitsOf(number))
          } else if (kind === 'key') {
            pressed.push(String(number))
            reader.press(String(number))
          } else if (kind === 'led') {
            ordered.push(String(1 + (number % 4)))
            acu.led(1, { colour: (['red', 'green', 'amber', 'blue'] as const)[number % 4]! })
          } else if (kind === 'tamper') reader.tamper(number % 2 === 1)
          else reader.input({ kind: 'power-cycle' })
        }
        clock.advance(500)
        line.tap(null)
        reader.tap(null)
        const isWell = () => acu.pds().every(({ online, secure }) => online && secure)
        for (let waited = 0; waited < 10_000 && !isWell(); waited += 500) clock.advance(500)
        if (!isWell()) throw new Error(`not well ten seconds later: ${JSON.stringify(events)}`)
        const last = bitsOf(900_000)
        presented.push(last)
        reader.present(last)
        const cardsSoFar = () => events.flatMap(event => (event.kind === 'card' ? [event.bits] : []))
        // A repetition may be due a second from now.
        for (let waited = 0; waited < 3000 && cardsSoFar().at(-1) !== last; waited += 500) clock.advance(500)
        const cards = cardsSoFar()
        expect(cards.at(-1)).toBe(last)
        expectSome(cards, presented)
        expectSome(
          events.flatMap(event => (event.kind === 'keypad' ? [event.keys] : [])),
          pressed,
        )
        // A command whose answer was lost may be carried out again after a new handshake, an unknown one never.
        for (const colour of heard) expect(ordered).toContain(colour)
        acu.stop()
      }),
      { numRuns: histories, seed: 20_260_302, endOnFailure: false },
    )
  }, 3_600_000)
})

/** `got` is `given` with some left out: nothing added, nothing twice, nothing out of order. */
function expectSome(got: readonly string[], given: readonly string[]) {
  let at = 0
  for (const item of got) {
    const found = given.indexOf(item, at)
    if (found < 0) throw new Error(`${JSON.stringify(got)} is not a part of ${JSON.stringify(given)}`)
    at = found + 1
  }
}

describe('two PDs on one line', () => {
  const act = fc.record({
    after: fc.integer({ min: 0, max: 4000 }),
    pd: fc.integer({ min: 1, max: 2 }),
    kind: fc.constantFrom('card', 'key', 'tamper', 'input', 'led', 'outage', 'power-cycle', 'wrong'),
    dice: fc.nat(1000),
  })
  type Act = typeof act extends fc.Arbitrary<infer T> ? T : never

  /** What each PD's application sees, without the instants, when only some PDs live their life. */
  function live(acts: readonly Act[], only: readonly number[]) {
    const rig = createRig({ baud: 38_400 })
    const readers = new Map(only.map(address => [address, rig.reader({ address })]))
    rig.clock.advance(2000)
    const back = new Map<number, number>()
    for (const { after, pd, kind, dice } of acts) {
      rig.clock.advance(after)
      // Whether a PD that comes back is asked how it is before or after something happens to it depends on when its turn falls.
      rig.clock.advance(Math.max(0, (back.get(pd) ?? 0) - rig.clock.now()))
      const reader = readers.get(pd)
      // What was going on is over before somebody pulls a plug.
      if (kind === 'outage' || kind === 'power-cycle') rig.clock.advance(1500)
      if (kind === 'power-cycle') back.set(pd, rig.clock.now() + 3000)
      if (kind === 'outage') {
        reader?.fault({ kind: 'unplugged' })
        rig.clock.advance(dice % 2 ? 3000 : 14_000)
        reader?.fault({ kind: 'none' })
        rig.clock.advance(3000)
        continue
      }
      if (reader === undefined) continue
      if (kind === 'card') reader.present(bitsOf(dice))
      else if (kind === 'key') reader.press(String(dice % 10))
      else if (kind === 'tamper') reader.tamper(dice % 2 === 1)
      else if (kind === 'input') reader.input({ kind: 'input', input: dice % 2, state: dice % 3 })
      else if (kind === 'led') rig.acu.led(pd, { colour: dice % 2 ? 'red' : 'green' })
      else if (kind === 'power-cycle') reader.input({ kind: 'power-cycle' })
      else rig.acu.send(pd, { name: 'BIOREAD', reader: 0, bioType: 0, format: 0, quality: 0 })
    }
    rig.clock.advance(4000)
    /** News, answers and states each in their order; how they mix, and how often the line was silent, depends on when a turn falls. */
    return (pd: number) => {
      const streams: Record<string, string[]> = { news: [], answers: [], states: [] }
      for (const { at: _, ...event } of rig.events) {
        if (event.kind === 'line' || event.kind === 'fault' || event.pd !== pd) continue
        const stream = ['card', 'keypad', 'status', 'inputs'].includes(event.kind)
          ? 'news'
          : ['result', 'nak'].includes(event.kind)
            ? 'answers'
            : 'states'
        streams[stream]!.push(JSON.stringify(event))
      }
      return streams
    }
  }

  it('tell the same, each for itself, however their lives interleave', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 12 }), acts => {
        const together = live(acts, [1, 2])
        expect(together(1)).toEqual(live(acts, [1])(1))
        expect(together(2)).toEqual(live(acts, [2])(2))
      }),
      { numRuns: process.env.PORTUNUS_LONG ? 20_000 : 300, seed: 4 },
    )
  }, 3_600_000)
})
