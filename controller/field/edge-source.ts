import type { Cancel, Clock } from '../../shared/clock.ts'
import { type Edge, type PulseEvent, type PulseRules, pulsesWakeAt, quiet, stepPulses } from '../../wiegand/index.ts'

/** Why a source of reads does not work: what is missing or wrong, and what to do. */
export interface SourceProblem {
  readonly reason: string
  readonly message: string
}

interface EdgeListener {
  edge(edge: Edge): void
  /** Edges were lost: what was going on cannot be read. */
  overrun(): void
  /** The source has ended by itself. */
  failed(problem: SourceProblem): void
}

/** Something that sees D0 and D1 of one reader change, with the time of each edge taken close to the wire. */
export interface EdgeSource {
  /** `null` once it listens. */
  start(listener: EdgeListener): Promise<SourceProblem | null>
  stop(): Promise<void>
  /** The present on the clock its edges are stamped with, in microseconds. */
  now(): number
}

/** A source for tests, the emulator and recordings: edges are what `play` is given. */
export interface MemoryEdges extends EdgeSource {
  play(edges: Iterable<Edge>): void
  overrun(): void
}

export function memoryEdges(clock: Clock): MemoryEdges {
  let listener: EdgeListener | null = null
  return {
    start(given) {
      listener = given
      return Promise.resolve(null)
    },
    stop() {
      listener = null
      return Promise.resolve()
    },
    now: () => clock.now() * 1_000,
    play(edges) {
      for (const edge of edges) listener?.edge(edge)
    },
    overrun: () => listener?.overrun(),
  }
}

/** A timer this late, in milliseconds, means that the loop stood still, so edges may wait unread. */
const late = 5

/** Reads the pulses of one reader: joins a source of edges to the decoder and to time. */
export async function readPulses(
  source: EdgeSource,
  rules: PulseRules,
  clock: Clock,
  on: { event(event: PulseEvent): void; failed(problem: SourceProblem): void },
): Promise<{ stop(): Promise<void> } | SourceProblem> {
  let state = quiet
  let cancel: Cancel | null = null

  const step = (input: Parameters<typeof stepPulses>[2], now: number) => {
    const stepped = stepPulses(rules, state, input, now)
    state = stepped.state
    for (const event of stepped.events) on.event(event)
    arm()
  }
  const arm = () => {
    cancel?.()
    const wake = pulsesWakeAt(rules, state)
    cancel = wake === null ? null : clock.at(clock.now() + Math.max(0, wake - source.now()) / 1_000, () => ring(wake, false))
  }
  const ring = (wake: number, again: boolean) => {
    const now = source.now()
    // Once more round the loop before a frame is ended, so that edges that came while it stood still are read first.
    if (!again && now - wake > late * 1_000) cancel = clock.at(clock.now() + 2, () => ring(wake, true))
    else step({ kind: 'tick' }, Math.max(now, wake))
  }

  const problem = await source.start({
    edge: ({ time, line, level }) => step({ kind: 'edge', line, level }, time),
    overrun: () => step({ kind: 'overrun' }, source.now()),
    failed: on.failed,
  })
  if (problem) return problem
  return {
    stop() {
      cancel?.()
      return source.stop()
    },
  }
}
