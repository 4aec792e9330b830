import type { Clock } from '../../shared/clock.ts'
import type { Reader, Site } from '../../shared/site.ts'
import { type Bits, type Colour, type Edge, encodeKeys, encodePulses, type ReaderLevels, readerTimings } from '../../wiegand/index.ts'
import { type MemoryEdges, memoryEdges } from '../field/edge-source.ts'
import { createWiegandField, type WiegandField, type WiegandPort } from '../field/wiegand.ts'
import type { Random } from './random.ts'
import type { EmulatedReader, ReaderBench } from './world.ts'

/** From the end of one presentation to the start of the next, in ms: longer than any silence inside a frame. */
const pauseMs = 60

export interface WiegandBench extends ReaderBench {
  readonly field: WiegandField
}

/** Emulated Wiegand readers: what is presented travels as pulses to the decoder that real readers use. */
export function createWiegandBench(options: {
  readonly controller: string
  readonly clock: Clock
  readonly random: Random
  readonly site: () => Site
}): WiegandBench {
  const { controller, clock, random, site } = options
  const readers = new Map<string, ReturnType<typeof createReader>>()
  const settings = (id: string): Extract<Reader, { type: 'wiegand' }> | undefined => {
    const all = site().doors.flatMap(door => (door.type === 'door' ? [door.a.reader, door.b.reader] : []))
    return all.find(reader => reader?.id === id && reader.type === 'wiegand') as Extract<Reader, { type: 'wiegand' }> | undefined
  }
  const of = (id: string) => {
    const found = readers.get(id) ?? createReader(clock, random, () => settings(id)?.keypad ?? '4-bit')
    readers.set(id, found)
    return found
  }
  return {
    field: createWiegandField({
      controller,
      clock,
      port: (_controller, _port, reader) => of(reader).plug(),
    }),
    reader: id => (settings(id) && readers.has(id) ? of(id).reader : undefined),
  }
}

function createReader(clock: Clock, random: Random, keypad: () => Extract<Reader, { type: 'wiegand' }>['keypad']) {
  let edges: MemoryEdges | null = null
  let freeAt = 0
  let fault: 'none' | 'unplugged' | 'noise' | 'drop' = 'none'
  let rate = 0
  let colour: Colour = 'off'
  let buzzer = false
  let typed = ''

  /** What is left of a frame on a bad cable: a pulse that is hit is missing, or has a glitch beside it. */
  function damage(frame: readonly Edge[]): Edge[] {
    if (fault === 'none') return [...frame]
    if (fault === 'unplugged') return []
    const out: Edge[] = []
    for (let i = 0; i < frame.length; i += 2) {
      const [fall, rise] = [frame[i]!, frame[i + 1]!]
      const hit = random.next() < rate
      if (hit && fault === 'drop') continue
      out.push(fall, rise)
      if (!hit) continue
      const time = rise.time + 20 + Math.floor(random.next() * 200)
      const line = random.next() < 0.5 ? 0 : 1
      out.push({ time, line, level: 0 }, { time: time + 2 + Math.floor(random.next() * 30), line, level: 1 })
    }
    return out
  }
  function send(bits: Bits): void {
    const start = Math.max(clock.now(), freeAt)
    const frame = encodePulses(bits, readerTimings.common, start * 1000)
    const end = frame.at(-1)!.time / 1000
    freeAt = end + pauseMs
    clock.at(end, () => edges?.play(damage(frame)))
  }
  const reader: EmulatedReader = {
    present: send,
    key(key) {
      const kind = keypad()
      if (kind === '4-bit' || kind === '8-bit' || kind === '10-bit') for (const bits of encodeKeys(key, { kind })) send(bits)
      else if (key !== '#' && key !== '*') typed += key
      else {
        if (key === '#') for (const bits of encodeKeys(typed, { kind })) send(bits)
        typed = ''
      }
    },
    tamper() {},
    line(to, share) {
      fault = to
      rate = share
    },
    attack: () => 'a Wiegand line carries no protection that an attack could be tried against',
    led: () => (colour === 'off' ? 'off' : colour),
    buzzer: () => buzzer,
  }
  function show(levels: ReaderLevels, shown: Colour): void {
    // One LED wire knows green and not green, which such readers show as red.
    colour = levels.red === undefined && shown !== 'off' ? (shown === 'green' ? 'green' : 'red') : shown
    buzzer = levels.beeper === 0
  }
  return {
    reader,
    /** Joins it to a terminal that listens from now on. */
    plug(): WiegandPort {
      edges = memoryEdges(clock)
      return { edges, show }
    },
  }
}
