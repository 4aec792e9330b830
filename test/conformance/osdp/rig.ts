import type { AcuEvent, PdPolicy } from '../../../osdp/acu-state.ts'
import { createMemoryLine, type MemoryLine, type MemoryReader } from '../../../osdp/emulated.ts'
import { createFeed, type Frame, feed } from '../../../osdp/frame.ts'

import { type Acu, type LineEvent, openAcu } from '../../../osdp/line.ts'
import { toHex } from '../../../osdp/payload/field.ts'
import type { PdConfig } from '../../../osdp/pd-state.ts'
import { type VirtualClock, virtualClock } from '../../../osdp/pipe/clock.ts'

/** Bytes that are the same for the same seed. */
export function seeded(seed: number): (length: number) => Uint8Array {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0 || 1
  return length =>
    Uint8Array.from({ length }, () => {
      state ^= state << 13
      state >>>= 0
      state ^= state >>> 17
      state ^= state << 5
      state >>>= 0
      return (state >>> 11) & 0xff
    })
}

/** A key that is not weak, the same for the same number. */
export function keyOf(number: number): Uint8Array {
  return seeded(1000 + number)(16)
}

export const badge = '10110011100011110000111110'

export type Told = (AcuEvent | LineEvent) & { readonly at: number }

/** An ACU and readers on a line in memory under a virtual clock. */
export interface Rig {
  readonly clock: VirtualClock
  readonly line: MemoryLine
  readonly acu: Acu
  readonly events: Told[]
  /** Every command and reply that went over the ACU's end, in order. */
  readonly frames: (Frame & { readonly at: number; readonly hex: string })[]
  reader(config: Partial<PdConfig> & { readonly address: number }, policy?: Partial<PdPolicy> | null): MemoryReader
  /** Events of one kind, or all but the figures of the line's start. */
  of<K extends Told['kind']>(kind: K): Extract<Told, { kind: K }>[]
}

export function createRig(options: { readonly baud?: number; readonly suspendWhenIdle?: boolean; readonly seed?: number } = {}): Rig {
  const clock = virtualClock()
  const { seed = 1, ...rest } = options
  const line = createMemoryLine({ clock, random: seeded(seed), ...rest })
  const events: Told[] = []
  const frames: Rig['frames'] = []
  const hearing = createFeed()
  const acu = openAcu({
    pipe: line.acu,
    clock,
    random: seeded(seed + 77),
    onEvent: event => events.push({ ...event, at: line.acu.clock!.now() }),
    watch(bytes, sent) {
      for (const item of feed(sent ? createFeed() : hearing, bytes)) {
        if (item.kind === 'frame') frames.push({ ...item, at: line.acu.clock!.now(), hex: toHex(item.bytes) })
      }
    },
  })
  acu.start()
  return {
    clock,
    line,
    acu,
    events,
    frames,
    reader(config, policy) {
      const full = { scbk: keyOf(config.address), ...config }
      const reader = line.addReader(full)
      if (policy !== null) {
        const refusal = acu.add({ address: config.address, scbk: full.scbk, baud: options.baud ?? 9600, ...policy })
        if (refusal !== null) throw new Error(`the rig's own policy is refused: ${refusal}`)
      }
      return reader
    },
    of: kind => events.filter(event => event.kind === kind) as never,
  }
}
