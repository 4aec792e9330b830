import { type Bits, toBytes } from './bits.ts'
import { compile, type Decoder } from './decode.ts'
import type { CardFormat } from './format.ts'

/** One low pulse. The bit is where it fell. */
export interface Pulse {
  readonly line: 0 | 1
  /** When it fell, in microseconds. */
  readonly time: number
  /** `null` where its rising edge was never seen. */
  readonly width: number | null
}

interface Spread {
  readonly least: number
  readonly median: number
  readonly greatest: number
}

/** How the pulses of a frame came, in microseconds. */
export interface Timing {
  readonly start: number
  readonly end: number
  readonly pulses: number
  readonly width: Spread | null
  readonly interval: Spread | null
  /** Pulses without rising edge. */
  readonly unclosed: number
}

export type PulseRefusalReason =
  | 'glitch'
  | 'overlap'
  | 'width'
  | 'lost-bit'
  | 'extra-bit'
  | 'merged-frames'
  | 'overrun'
  | 'unplugged'
  | 'line-low'

export type PulseEvent =
  | {
      readonly kind: 'read'
      readonly bits: Bits
      readonly timing: Timing
      /** Parity of an expected format holds. */
      readonly checked: boolean
      /** No interval differs much from the others. */
      readonly regular: boolean
      /** Pulses taken for noise and left out. */
      readonly repairs: readonly Repair[]
    }
  | {
      readonly kind: 'refused'
      readonly reason: PulseRefusalReason
      readonly message: string
      /** The bits as they came. */
      readonly bits: Bits
      readonly timing: Timing
      /** Bits before which something is wrong, where that is known. */
      readonly at: readonly number[]
    }
  | { readonly kind: 'unplugged' | 'plugged'; readonly time: number }

export interface Repair {
  readonly kind: 'narrow' | 'bounce' | 'overlap'
  readonly time: number
  readonly width: number | null
}

/** What a line is expected to carry. */
export interface PulseOptions {
  /** The reader's active formats. With them a doubtful frame is settled by parity; without, by timing alone. */
  readonly formats?: readonly CardFormat[]
  /** Lengths of keypad frames. */
  readonly keys?: readonly number[]
  /** Silence that ends a frame, in microseconds: above the 20 ms the standard allows between two bits. */
  readonly gap?: number
  /** Deliver at once when the longest expected length is reached with parity right, instead of waiting for the gap. Default true. */
  readonly fast?: boolean
}

/** Options made ready for {@link judge}. */
export interface PulseRules {
  readonly decoder: Decoder | null
  /** Expected lengths; of those with `true`, every format has parity or fixed bits to check. */
  readonly lengths: ReadonlyMap<number, boolean>
  readonly longest: number
  readonly gap: number
  readonly fast: boolean
  /** Narrower pulses are taken for noise, wider ones for a fault, in microseconds. The standard allows 20 to 100, cheap readers send 160. */
  readonly minWidth: number
  readonly maxWidth: number
}

export function pulseRules(options: PulseOptions = {}): PulseRules {
  const { formats = [], keys = [], gap = 25_000, fast = true } = options
  const lengths = new Map<number, boolean>()
  for (const { bitLength, parity, fixed } of formats) {
    const checks = parity.length + fixed.length > 0
    lengths.set(bitLength, checks && (lengths.get(bitLength) ?? true))
  }
  for (const length of keys) lengths.set(length, false)
  const longest = Math.max(0, ...lengths.keys())
  const decoder = lengths.size > 0 ? compile(formats) : null
  return { decoder, lengths, longest, gap, fast: fast && lengths.get(longest) === true, minWidth: 10, maxWidth: 1_000 }
}

const bitsOf = (pulses: readonly Pulse[]): Bits => pulses.map(pulse => pulse.line).join('')

function spread(values: number[]): Spread | null {
  if (values.length === 0) return null
  const sorted = values.sort((a, b) => a - b)
  return { least: sorted[0]!, median: sorted[sorted.length >> 1]!, greatest: sorted.at(-1)! }
}

const intervals = (pulses: readonly Pulse[]) => pulses.slice(1).map((pulse, i) => pulse.time - pulses[i]!.time)

function timing(pulses: readonly Pulse[]): Timing {
  const last = pulses.at(-1)
  return {
    start: pulses[0]?.time ?? 0,
    end: last ? last.time + (last.width ?? 0) : 0,
    pulses: pulses.length,
    width: spread(pulses.flatMap(pulse => pulse.width ?? [])),
    interval: spread(intervals(pulses)),
    unclosed: pulses.filter(pulse => pulse.width === null).length,
  }
}

export function refuseAt(reason: PulseRefusalReason, pulses: readonly Pulse[], message: string, at: readonly number[] = []): PulseEvent {
  return { kind: 'refused', reason, message, bits: bitsOf(pulses), timing: timing(pulses), at }
}

type Verdict = 'checked' | 'unchecked' | 'wrong' | 'unexpected'

function verdict(rules: PulseRules, bits: Bits): Verdict {
  const checkable = rules.lengths.get(bits.length)
  if (checkable === undefined) return 'unexpected'
  if (!checkable) return 'unchecked'
  return rules.decoder!.decode(toBytes(bits)).length > 0 ? 'checked' : 'wrong'
}

/** One way to take a frame: what is kept of it, and what is taken for noise. */
interface Reading {
  pulses: Pulse[]
  repairs: Repair[]
}

/** A dip of the line inside a pulse makes two of it. */
function mend(pulses: readonly Pulse[], minWidth: number): Pulse[] {
  const out: Pulse[] = []
  for (const pulse of pulses) {
    const before = out.findLastIndex(other => other.line === pulse.line)
    const other = out[before]
    if (other && other.width !== null && pulse.time - (other.time + other.width) < minWidth) {
      out[before] = { ...other, width: pulse.width === null ? null : pulse.time + pulse.width - other.time }
    } else out.push(pulse)
  }
  return out
}

/** Without the pulses that follow another sooner than `bound` of the median interval. */
function calm(reading: Reading, bound: number): Reading {
  const median = spread(intervals(reading.pulses))?.median ?? 0
  const pulses: Pulse[] = []
  const repairs = [...reading.repairs]
  for (const pulse of reading.pulses) {
    const before = pulses.at(-1)
    if (before && pulse.time - before.time < median * bound) repairs.push({ kind: 'bounce', time: pulse.time, width: pulse.width })
    else pulses.push(pulse)
  }
  return { pulses, repairs }
}

const overlaps = (pulses: readonly Pulse[]) =>
  pulses.flatMap((pulse, i) => {
    const before = pulses[i - 1]
    return before && before.width !== null && before.line !== pulse.line && pulse.time < before.time + before.width ? [i] : []
  })

/** Without the first, or without the second of two pulses that overlap. */
function apart(reading: Reading, index: number): Reading[] {
  return [index, index - 1].map(drop => {
    const { time, width } = reading.pulses[drop]!
    return { pulses: reading.pulses.filter((_, i) => i !== drop), repairs: [...reading.repairs, { kind: 'overlap', time, width }] }
  })
}

// An interval this much shorter than the median is noise by itself; up to the second figure it is if parity says so.
const surelyShort = 0.4
const maybeShort = 0.65

function withoutNarrow(rules: PulseRules, all: readonly Pulse[]): Reading {
  const narrow = all.filter(pulse => pulse.width !== null && pulse.width < rules.minWidth)
  return {
    pulses: all.filter(pulse => !narrow.includes(pulse)),
    repairs: narrow.map(({ time, width }) => ({ kind: 'narrow', time, width })),
  }
}

/** What is left of a frame when whatever timing alone shows to be noise is taken out. */
export function withoutNoise(rules: PulseRules, pulses: readonly Pulse[]): readonly Pulse[] {
  return calm(withoutNarrow(rules, mend(pulses, rules.minWidth)), surelyShort).pulses
}

function readings(rules: PulseRules, all: readonly Pulse[]): Reading[] {
  const wide = withoutNarrow(rules, all)
  const best = calm(wide, surelyShort)
  if (!rules.decoder) return [best]
  const [overlap] = overlaps(best.pulses)
  const list = overlap === undefined ? [best] : apart(best, overlap)
  // Interrupts that come late make a pulse look narrow, and a reader may be irregular: what was left out may belong to the frame after all.
  list.push(wide, calm(wide, maybeShort), { pulses: [...all], repairs: [] })
  const seen = new Set<string>()
  return list.filter(
    reading => overlaps(reading.pulses).length === 0 && !seen.has(bitsOf(reading.pulses)) && seen.add(bitsOf(reading.pulses)),
  )
}

function deliver(rules: PulseRules, { pulses, repairs }: Reading): PulseEvent {
  const bits = bitsOf(pulses)
  const times = timing(pulses)
  const regular =
    !times.interval ||
    (times.interval.least >= times.interval.median * maybeShort && times.interval.greatest <= times.interval.median * 1.5)
  return {
    kind: 'read',
    bits,
    timing: times,
    checked: verdict(rules, bits) === 'checked',
    regular: regular && times.unclosed === 0,
    repairs,
  }
}

/** Frames that came so close that no gap ended the first: apart where the pause between them is clear and each is a read by itself. */
function separate(rules: PulseRules, pulses: readonly Pulse[]): PulseEvent[] | undefined {
  const median = spread(intervals(pulses))?.median ?? 0
  const parts: Pulse[][] = [[]]
  for (const [i, pulse] of pulses.entries()) {
    if (i > 0 && pulse.time - pulses[i - 1]!.time > median * 3) parts.push([])
    parts.at(-1)!.push(pulse)
  }
  if (parts.length < 2) return undefined
  const events = parts.flatMap(part => judge(rules, part))
  const good = events.every(event => event.kind === 'read' && (event.checked || verdict(rules, event.bits) === 'unchecked'))
  return good ? events : undefined
}

/** Where one bit more would make a read of an expected length with parity right. */
export function missingBits(rules: PulseRules, bits: Bits): { at: number; value: 0 | 1 }[] {
  const found: { at: number; value: 0 | 1 }[] = []
  for (let at = 0; at <= bits.length; at++) {
    for (const value of [0, 1] as const) {
      if (verdict(rules, bits.slice(0, at) + value + bits.slice(at)) === 'checked') found.push({ at, value })
    }
  }
  return found
}

function lost(rules: PulseRules, pulses: readonly Pulse[]): PulseEvent | undefined {
  const gaps = intervals(pulses)
  const median = spread([...gaps])?.median ?? 0
  const at = gaps.flatMap((gap, i) => (gap > median * 1.6 && gap < median * 2.4 ? [i + 1] : []))
  if (at.length === 0 || !rules.lengths.has(pulses.length + at.length)) return undefined
  if (gaps.some((gap, i) => gap > median * 1.4 && !at.includes(i + 1))) return undefined
  const places = missingBits(rules, bitsOf(pulses)).filter(place => at.includes(place.at))
  const values = at.length === 1 && places.length === 1 ? `; parity says it was a ${places[0]!.value}` : ''
  return refuseAt(
    'lost-bit',
    pulses,
    `${at.length} bits are missing, before bit ${at.join(', ')}, where the pause is twice as long${values}`,
    at,
  )
}

/** Lengths of the frames that follow each other in these bits, each with parity right. */
function partition(rules: PulseRules, bits: Bits): number[] | undefined {
  for (const length of rules.lengths.keys()) {
    if (length > bits.length || verdict(rules, bits.slice(0, length)) !== 'checked') continue
    const rest = length === bits.length ? [] : partition(rules, bits.slice(length))
    if (rest) return [length, ...rest]
  }
  return undefined
}

function merged(rules: PulseRules, pulses: readonly Pulse[]): PulseEvent | undefined {
  if (rules.lengths.has(pulses.length)) return undefined
  const parts = partition(rules, bitsOf(pulses))
  if (!parts) return undefined
  const message = `${pulses.length} bits are frames of ${parts.join(', ')} bits sent without a pause`
  return refuseAt(
    'merged-frames',
    pulses,
    message,
    parts.slice(0, -1).map((_, i) => parts.slice(0, i + 1).reduce((sum, length) => sum + length, 0)),
  )
}

/** What is wrong with a frame of which no reading is a read. */
function diagnose(rules: PulseRules, all: readonly Pulse[], best: Reading | undefined): PulseEvent {
  const kept = best?.pulses ?? all
  const wide = kept.findIndex(pulse => pulse.width !== null && pulse.width > rules.maxWidth)
  if (wide >= 0) return refuseAt('width', all, `a pulse was low for ${kept[wide]!.width} µs, more than ${rules.maxWidth}`, [wide])
  const crossing = overlaps(all.filter(pulse => pulse.width === null || pulse.width >= rules.minWidth))
  if (crossing.length > 0) return refuseAt('overlap', all, 'both lines were low at once: noise, or the wires touch', crossing)
  const event = merged(rules, kept) ?? lost(rules, kept)
  if (event) return event
  const bounces = best?.repairs.filter(repair => repair.kind === 'bounce').length ?? 0
  if (bounces > 0) {
    const message = `${bounces} of ${all.length} pulses came too soon after another, and without them it is no expected read either`
    return refuseAt('extra-bit', all, message)
  }
  const narrow = all.length - kept.length
  return refuseAt('glitch', all, `${narrow} of ${all.length} pulses are too narrow, and what is left is no expected read`)
}

/**
 * What the pulses of one frame mean. The width says which pulses are noise, the median interval which are bounces, the expected formats which of
 * the readings that leaves is right; where two are, it is refused. A clean frame is delivered whether it is expected or not.
 */
export function judge(rules: PulseRules, pulses: readonly Pulse[]): PulseEvent[] {
  const all = mend(pulses, rules.minWidth)
  const list = readings(rules, all).filter(reading => reading.pulses.every(pulse => (pulse.width ?? 0) <= rules.maxWidth))
  const [best] = list
  for (const wanted of ['checked', 'unchecked'] as const) {
    const good = list.filter(reading => verdict(rules, bitsOf(reading.pulses)) === wanted)
    if (good.length === 1 || (wanted === 'unchecked' && good[0] === best && best)) return [deliver(rules, good[0]!)]
    if (good.length > 1) return [refuseAt('glitch', all, `${good.length} ways to read the frame are all possible`)]
  }
  const parts = separate(rules, best?.pulses ?? [])
  if (parts) return parts
  const clean = best !== undefined && best.pulses.length >= 4 && overlaps(best.pulses).length === 0
  if (clean && !rules.decoder) return [deliver(rules, best)]
  const undisturbed = clean && best.repairs.length === 0 && !merged(rules, best.pulses) && !lost(rules, best.pulses)
  return [undisturbed ? deliver(rules, best) : diagnose(rules, all, best)]
}
