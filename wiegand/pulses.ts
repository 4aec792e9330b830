import { type Bits, maxBits } from './bits.ts'
import { judge, type Pulse, type PulseEvent, type PulseRules, refuseAt, withoutNoise } from './frame.ts'

/** D0 or D1 changed: `level` 0 is low. Both are high at rest; a low pulse on D0 is a 0, on D1 a 1. */
export interface Edge {
  /** Microseconds of a monotonic clock, best taken in the interrupt. */
  readonly time: number
  readonly line: 0 | 1
  readonly level: 0 | 1
}

export type PulseInput =
  | { readonly kind: 'edge'; readonly line: 0 | 1; readonly level: 0 | 1 }
  /** Time has passed; see {@link pulsesWakeAt}. */
  | { readonly kind: 'tick' }
  /** The source has lost edges: whatever it was in the middle of cannot be read. */
  | { readonly kind: 'overrun' }

/** What is known of the two lines. Opaque: begin with {@link quiet}. Times are microseconds. */
export interface PulseState {
  /** When each line went low, `null` while it is high. */
  readonly low: readonly [number | null, number | null]
  readonly pulses: readonly Pulse[]
  readonly last: number
  /** How many pulses the fast path has delivered already. */
  readonly delivered: number
  readonly overrun: boolean
  readonly unplugged: boolean
  /** The line whose being low for long was told. */
  readonly told: 0 | 1 | null
}

/** Both lines high, nothing going on. */
export const quiet: PulseState = { low: [null, null], pulses: [], last: 0, delivered: 0, overrun: false, unplugged: false, told: null }

/** Both lines low for this long: the reader is unplugged or without power (it no longer holds them up). */
const unpluggedAfter = 100_000
/** One line low for this long: it is cut or shorted. A single rising edge that was never seen must not look like it. */
const lineLowAfter = 1_000_000

const later = (a: number | null, b: number | null) => (a === null ? b : b === null ? a : Math.max(a, b))
const bothLow = (state: PulseState) => state.low[0] !== null && state.low[1] !== null

/** Without rising edge yet, a pulse has no width. */
function open(state: PulseState, line: 0 | 1, time: number): PulseState {
  const low: [number | null, number | null] = [...state.low]
  low[line] = time
  return { ...state, low, pulses: [...state.pulses, { line, time, width: null }], last: time }
}

function close(state: PulseState, line: 0 | 1, time: number): PulseState {
  const fell = state.low[line]
  const low: [number | null, number | null] = [...state.low]
  low[line] = null
  const pulses = state.pulses.map(pulse => (pulse.line === line && pulse.time === fell ? { ...pulse, width: time - pulse.time } : pulse))
  return { ...state, low, pulses, last: time, told: state.told === line ? null : state.told }
}

/** Ends the frame that is going on. */
function finish(rules: PulseRules, state: PulseState): { state: PulseState; events: PulseEvent[] } {
  const { pulses, overrun, delivered } = state
  const next = { ...state, pulses: [], delivered: 0, overrun: false }
  if (overrun) return { state: next, events: [refuseAt('overrun', pulses, `edges were lost or more than ${maxBits} bits came`)] }
  if (delivered > 0) {
    const extra = withoutNoise(rules, pulses).length - delivered
    if (extra <= 0) return { state: next, events: [] }
    const message = `${extra} more pulses came right after a read of ${delivered} bits that was delivered at once`
    return { state: next, events: [refuseAt('extra-bit', pulses, message)] }
  }
  return { state: next, events: pulses.length === 0 ? [] : judge(rules, pulses) }
}

/** Delivers at once where the longest expected length is reached in good order, with parity right. */
function hurry(rules: PulseRules, state: PulseState): { state: PulseState; events: PulseEvent[] } {
  const { pulses } = state
  if (!rules.fast || pulses.length !== rules.longest || state.delivered > 0 || state.overrun || bothLow(state)) return { state, events: [] }
  const [event, ...more] = judge(rules, pulses)
  const clean = event?.kind === 'read' && more.length === 0 && event.checked && event.repairs.length === 0 && event.regular
  return clean ? { state: { ...state, delivered: pulses.length }, events: [event] } : { state, events: [] }
}

/**
 * Reads Wiegand pulses: edges in, reads and refusals out. `now` is the time of the edge, in microseconds, or the present for a tick.
 * A frame ends when nothing has changed for `rules.gap`; what it then means is judged over the whole of it.
 */
export function stepPulses(
  rules: PulseRules,
  state: PulseState,
  input: PulseInput,
  now: number,
): { state: PulseState; events: PulseEvent[] } {
  const events: PulseEvent[] = []
  let next = state
  const end = () => {
    const ended = finish(rules, next)
    next = ended.state
    events.push(...ended.events)
  }
  const since = later(...next.low)
  if (bothLow(next) && !next.unplugged && now - since! >= unpluggedAfter) {
    if (next.pulses.length > 0) events.push(refuseAt('unplugged', next.pulses, 'both lines went low and stayed low'))
    next = { ...next, pulses: [], delivered: 0, overrun: false, unplugged: true }
    events.push({ kind: 'unplugged', time: now })
  } else if (!bothLow(next)) {
    if ((next.pulses.length > 0 || next.overrun) && now - next.last > rules.gap) end()
    if (since !== null && next.told === null && now - since >= lineLowAfter) {
      const line = next.low[0] === null ? 1 : 0
      next = { ...next, told: line }
      events.push(refuseAt('line-low', [], `D${line} has been low for a second: it is cut, shorted or without pull-up`))
    }
  }

  if (input.kind === 'overrun') next = { ...next, overrun: true, last: now }
  if (input.kind !== 'edge') return { state: next, events }
  const { line, level } = input
  if (next.unplugged) {
    const low: [number | null, number | null] = [...next.low]
    low[line] = level === 0 ? now : null
    next = { ...next, low, last: now }
    if (low[0] !== null || low[1] !== null) return { state: next, events }
    return { state: { ...next, unplugged: false }, events: [...events, { kind: 'plugged', time: now }] }
  }
  if (level === 1) {
    if (next.low[line] === null) return { state: { ...next, last: now }, events }
    const hurried = hurry(rules, close(next, line, now))
    return { state: hurried.state, events: [...events, ...hurried.events] }
  }
  next = next.pulses.length >= maxBits ? { ...next, overrun: true, last: now } : open(next, line, now)
  return { state: next, events }
}

/** When to call {@link stepPulses} with a tick, in microseconds, unless an edge comes before; `null` = nothing to wait for. */
export function pulsesWakeAt(rules: PulseRules, state: PulseState): number | null {
  const since = later(...state.low)
  if (bothLow(state)) return state.unplugged ? null : since! + unpluggedAfter
  if (state.pulses.length > 0 || state.overrun) return state.last + rules.gap + 1
  return since === null || state.told !== null || state.unplugged ? null : since + lineLowAfter
}

/** Everything a recording holds, with the time after it. */
export function readTrace(rules: PulseRules, edges: Iterable<Edge>): PulseEvent[] {
  const events: PulseEvent[] = []
  let state = quiet
  for (const { time, line, level } of edges) {
    const stepped = stepPulses(rules, state, { kind: 'edge', line, level }, time)
    state = stepped.state
    events.push(...stepped.events)
  }
  for (let at = pulsesWakeAt(rules, state); at !== null; at = pulsesWakeAt(rules, state)) {
    const stepped = stepPulses(rules, state, { kind: 'tick' }, at)
    state = stepped.state
    events.push(...stepped.events)
  }
  return events
}

/** How a reader sends, in microseconds: the width of a pulse, and from the start of one to the start of the next. */
export interface ReaderTiming {
  readonly width: number
  readonly interval: number
}

/** Timings of real readers, and the limits of the SIA standard. */
export const readerTimings = {
  hid: { width: 40, interval: 2_000 },
  common: { width: 50, interval: 2_000 },
  zkteco: { width: 100, interval: 1_000 },
  cheap: { width: 160, interval: 1_000 },
  'sia-fastest': { width: 20, interval: 200 },
  'sia-slowest': { width: 100, interval: 20_000 },
} as const satisfies Record<string, ReaderTiming>

/** The edges a reader makes for these bits, the first at `start`. `jitter` moves the start of each pulse, in microseconds. */
export function encodePulses(bits: Bits, timing: ReaderTiming, start = 0, jitter: (bit: number) => number = () => 0): Edge[] {
  return [...bits].flatMap((bit, i) => {
    const time = start + i * timing.interval + jitter(i)
    const line = bit === '1' ? 1 : 0
    return [
      { time, line, level: 0 },
      { time: time + timing.width, line, level: 1 },
    ] as const
  })
}
