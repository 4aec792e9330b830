import type { Clock } from '../../shared/clock.ts'
import type { Bits, Edge, PulseEvent, Repair, Timing } from '../../wiegand/index.ts'
import type { EdgeSource } from './edge-source.ts'

/** What is remembered of one reader. */
const mostEdges = 2_048
const mostFrames = 32
/** Edges this close to a frame are shown with it; microseconds. */
const aroundUs = 1_000

/** One frame as it came over D0 and D1. */
export interface RecordedFrame {
  /** Of its first pulse, Unix ms. */
  readonly at: number
  readonly kind: 'read' | 'refused'
  /** Why it was refused. */
  readonly reason: string | null
  readonly message: string | null
  /** Key presses: what was typed is nobody's business, so bits and edges are left out. */
  readonly keys: boolean
  readonly bits: Bits | null
  /** In microseconds; its start is that of the frame, 0. */
  readonly timing: Timing
  /** Pulses that were taken for noise; times from the start of the frame. */
  readonly repairs: readonly Repair[]
  /** `[microseconds from the start of the frame, line (0 is D0), level]` */
  readonly edges: readonly (readonly [time: number, line: 0 | 1, level: 0 | 1])[]
}

/** The last frames of one reader, in memory that does not grow. */
export interface PulseRecording {
  /** The same source, listened to. */
  tap(source: EdgeSource): EdgeSource
  /** What a frame turned out to be. */
  note(event: PulseEvent, keys: boolean): void
  /** The last frames, oldest first; edges of the older ones may be gone. */
  read(): RecordedFrame[]
}

export function createPulseRecording(clock: Clock): PulseRecording {
  const times = new Float64Array(mostEdges)
  const lines = new Uint8Array(mostEdges)
  const levels = new Uint8Array(mostEdges)
  let seen = 0
  let frames: { readonly at: number; readonly event: Extract<PulseEvent, { bits: Bits }>; readonly keys: boolean }[] = []
  let source: EdgeSource | null = null

  function edgesOf({ start, end }: Timing): Edge[] {
    const found: Edge[] = []
    for (let i = Math.max(0, seen - mostEdges); i < seen; i++) {
      const slot = i % mostEdges
      const time = times[slot]!
      if (time >= start - aroundUs && time <= end + aroundUs) found.push({ time, line: lines[slot] as 0 | 1, level: levels[slot] as 0 | 1 })
    }
    return found
  }

  return {
    tap(given) {
      source = given
      return {
        now: () => given.now(),
        stop: () => given.stop(),
        start: listener =>
          given.start({
            ...listener,
            edge(edge) {
              const slot = seen++ % mostEdges
              times[slot] = edge.time
              lines[slot] = edge.line
              levels[slot] = edge.level
              listener.edge(edge)
            },
          }),
      }
    },
    note(event, keys) {
      if (!('bits' in event) || source === null) return
      const at = clock.wall() - (event.timing.pulses === 0 ? 0 : (source.now() - event.timing.start) / 1_000)
      frames = [...frames.slice(-(mostFrames - 1)), { at, event, keys }]
    },
    read: () =>
      frames.map(({ at, event, keys }) => {
        const { start, end } = event.timing
        return {
          at,
          kind: event.kind,
          reason: event.kind === 'refused' ? event.reason : null,
          message: event.kind === 'refused' && !keys ? event.message : null,
          keys,
          bits: keys ? null : event.bits,
          timing: { ...event.timing, start: 0, end: end - start },
          repairs: event.kind === 'read' && !keys ? event.repairs.map(repair => ({ ...repair, time: repair.time - start })) : [],
          edges: keys ? [] : edgesOf(event.timing).map(({ time, line, level }) => [time - start, line, level] as const),
        }
      }),
  }
}
