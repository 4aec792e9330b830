import { describe, expect, it } from 'vitest'
import { type Site, site } from '../../shared/site.ts'
import { type Edge, encodePulses } from '../../wiegand/index.ts'
import { createVirtualClock } from '../emulator/virtual-clock.ts'
import { memoryEdges, type SourceProblem } from './edge-source.ts'
import type { Report } from './field.ts'
import { createWiegandField } from './wiegand.ts'

const door = { id: 'front', controller: 'pi', locks: { primary: { relay: 'relay-1' } } }
const place: Site = site.parse({
  portunus: 1,
  site: { name: 'One reader' },
  controllers: [{ id: 'pi', board: 'raspberry-pi' }],
  doors: [{ ...door, a: { reader: { id: 'in', type: 'wiegand', port: 'reader-1' } } }],
})

it('begins again what has ended: a reader whose lines were busy or lost comes back by itself', async () => {
  const clock = createVirtualClock(0)
  const busy: SourceProblem = { reason: 'gpio-busy', message: 'used by something else' }
  let free = false
  let lose: (problem: SourceProblem) => void = () => {}
  const edges = {
    start(listener: { failed(problem: SourceProblem): void }) {
      lose = listener.failed
      return Promise.resolve(free ? null : busy)
    },
    stop: () => Promise.resolve(),
    now: () => clock.now() * 1000,
  }
  const field = createWiegandField({ controller: 'pi', clock, port: () => ({ edges, show() {} }) })
  const online: unknown[] = []
  const report: Report = input => input.kind === 'reader' && online.push(input.fault ?? input.online)
  const pass = async (ms: number) => {
    await Promise.resolve()
    clock.advanceTo(clock.now() + ms)
    await new Promise(resolve => setImmediate(resolve))
  }
  field.configure?.(place)
  field.start(report)
  await pass(0)
  expect(online).toEqual([true, 'gpio-busy'])
  free = true
  await pass(1000)
  expect(online).toEqual([true, 'gpio-busy', true])
  lose({ reason: 'gpio-failed', message: 'the chip is gone' })
  await pass(1000)
  expect(online).toEqual([true, 'gpio-busy', true, 'gpio-failed', true])
  lose({ reason: 'gpio-failed', message: 'the chip is gone' })
  field.stop()
  await pass(5000)
  expect(online).toHaveLength(6)
})

describe('the last frames of a reader', () => {
  async function openReader() {
    const clock = createVirtualClock(Date.UTC(2026, 2, 2, 9))
    const edges = memoryEdges(clock)
    const field = createWiegandField({ controller: 'pi', clock, port: () => ({ edges, show() {} }) })
    const reads: string[] = []
    field.configure?.(place)
    field.start(input => reads.push(input.kind))
    await Promise.resolve()
    /** Ends 60 ms after its last pulse. */
    const send = (bits: string, width = 50, change = (all: Edge[]) => all) => {
      const frame = change(encodePulses(bits, { width, interval: 2_000 }, clock.now() * 1_000))
      clock.advanceTo(frame.at(-1)!.time / 1_000)
      edges.play(frame)
      clock.advanceTo(clock.now() + 60)
    }
    return { clock, field, send, reads }
  }
  const card = '00000110011111011010011001'

  it('are told with bits, timing and edges, the oldest first, on the wall clock', async () => {
    const { field, send, clock } = await openReader()
    expect(field.pulsesOf('in')).toEqual([])
    expect(field.pulsesOf('nobody')).toBeUndefined()
    const before = clock.wall()
    send(card)
    send(card, 1_500)
    const [read, refused] = field.pulsesOf('in')!
    expect(read).toMatchObject({
      kind: 'read',
      keys: false,
      bits: card,
      timing: { start: 0, pulses: 26, width: { median: 50 }, interval: { median: 2_000 } },
    })
    expect(read!.at).toBe(before)
    expect(read!.edges).toHaveLength(52)
    expect(read!.edges.slice(0, 2)).toEqual([
      [0, 0, 0],
      [50, 0, 1],
    ])
    expect(refused).toMatchObject({ kind: 'refused', reason: 'width', message: expect.stringContaining('µs') })
  })

  it('tell that keys were pressed, never which: not of a misread key, nor of a keypad that is set up wrongly', async () => {
    const { field, send, reads } = await openReader()
    send('0100')
    send('010')
    send('0100', 5)
    send('01001011')
    expect(reads).toContain('keys')
    const frames = field.pulsesOf('in')!
    expect(frames).toHaveLength(4)
    for (const frame of frames) expect(frame).toMatchObject({ keys: true, bits: null, edges: [], repairs: [], message: null })
    expect(frames.map(({ timing }) => timing.pulses)).toEqual([4, 3, 4, 8])
  })

  it('stay within their bounds, and the newest are whole', async () => {
    const { field, send } = await openReader()
    for (let i = 0; i < 100; i++) send(card)
    const frames = field.pulsesOf('in')!
    expect(frames).toHaveLength(32)
    expect(frames.at(-1)!.edges).toHaveLength(52)
    expect(JSON.stringify(frames).length).toBeLessThan(65_536)
  })
})
