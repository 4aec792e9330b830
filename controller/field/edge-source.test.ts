import { describe, expect, it } from 'vitest'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { encodePulses, type PulseEvent, predefined, pulseRules, readerTimings } from '../../wiegand/index.ts'
import { type MemoryEdges, memoryEdges, readPulses, type SourceProblem } from './edge-source.ts'

/** A clock that stands until it is moved. */
function handClock(): Clock & { advance(ms: number): void } {
  let now = 0
  const waiting = new Map<symbol, { at: number; fn: () => void }>()
  const next = (until: number) => [...waiting].filter(([, timer]) => timer.at <= until).sort((a, b) => a[1].at - b[1].at)[0]
  return {
    now: () => now,
    wall: () => now,
    at(at, fn): Cancel {
      const id = Symbol('timer')
      waiting.set(id, { at, fn })
      return () => waiting.delete(id)
    },
    advance(ms) {
      const until = now + ms
      for (let due = next(until); due; due = next(until)) {
        waiting.delete(due[0])
        now = Math.max(now, due[1].at)
        due[1].fn()
      }
      now = until
    },
  }
}

const bits = '00000110011111011010011001'
const rules = pulseRules({ formats: [predefined('h10301')!, predefined('h10302')!] })

async function listening(source?: (clock: Clock) => MemoryEdges) {
  const clock = handClock()
  const edges = (source ?? memoryEdges)(clock)
  const events: PulseEvent[] = []
  const problems: SourceProblem[] = []
  const reader = await readPulses(edges, rules, clock, { event: event => events.push(event), failed: problem => problems.push(problem) })
  if (!('stop' in reader)) throw new Error(reader.message)
  return { clock, edges, events, problems, reader }
}

describe('pulses of a source', () => {
  it('are a read 25 ms after the last edge', async () => {
    const { clock, edges, events } = await listening()
    edges.play(encodePulses(bits, readerTimings.hid))
    clock.advance(75)
    expect(events).toEqual([])
    clock.advance(1)
    expect(events).toMatchObject([{ kind: 'read', bits }])
  })

  it('lost on the way are an overrun', async () => {
    const { clock, edges, events } = await listening()
    edges.play(encodePulses(bits, readerTimings.hid).slice(0, 12))
    edges.overrun()
    clock.advance(100)
    expect(events).toMatchObject([{ kind: 'refused', reason: 'overrun' }])
  })

  it('are waited for once more when the loop stood still while they came', async () => {
    const { clock, edges, events } = await listening(own => {
      const inner = memoryEdges(own)
      let ahead = 0
      return {
        ...inner,
        // The machine's own clock goes on while the loop stands still.
        now: () => inner.now() + ahead,
        play(all) {
          ahead = 60_000
          inner.play(all)
        },
      }
    })
    const all = encodePulses(bits, readerTimings.hid)
    const [first, second] = [all.slice(0, 24), all.slice(24)]
    edges.play(first)
    clock.advance(1)
    expect(events).toEqual([])
    edges.play(second)
    clock.advance(100)
    expect(events).toMatchObject([{ kind: 'read', bits }])
  })

  it('are no more once it is stopped', async () => {
    const { clock, edges, events, reader } = await listening()
    edges.play(encodePulses(bits, readerTimings.hid))
    await reader.stop()
    clock.advance(1_000)
    edges.play(encodePulses(bits, readerTimings.hid, 2_000_000))
    clock.advance(1_000)
    expect(events).toEqual([])
  })
})
