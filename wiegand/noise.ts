/** A burst of frames nobody could read, told once. */
export interface NoiseReport {
  readonly count: number
  /** The reason that came most often. */
  readonly reason: string
  readonly reasons: Readonly<Record<string, number>>
  /** When the first and the last came, in milliseconds. */
  readonly first: number
  readonly last: number
}

export interface NoiseState {
  readonly reasons: Readonly<Record<string, number>>
  readonly first: number
  readonly last: number
}

export const noNoise: NoiseState = { reasons: {}, first: 0, last: 0 }

export type NoiseInput = { readonly kind: 'refused'; readonly reason: string } | { readonly kind: 'tick' }

export interface NoiseRules {
  /** Silence that ends a burst, in milliseconds. */
  readonly quietMs: number
  /** A burst that goes on is told this often, in milliseconds. */
  readonly longestMs: number
}

export const noiseRules: NoiseRules = { quietMs: 2_000, longestMs: 60_000 }

/** When to call {@link stepNoise} with a tick, in milliseconds; `null` = nothing to wait for. */
export function noiseWakeAt(rules: NoiseRules, state: NoiseState): number | null {
  if (Object.keys(state.reasons).length === 0) return null
  return Math.min(state.last + rules.quietMs, state.first + rules.longestMs)
}

/** Turns refused frames of one reader into one report with a count for each burst. `now` is milliseconds of a monotonic clock. */
export function stepNoise(
  rules: NoiseRules,
  state: NoiseState,
  input: NoiseInput,
  now: number,
): { state: NoiseState; report: NoiseReport | null } {
  let next = state
  let report: NoiseReport | null = null
  const due = noiseWakeAt(rules, state)
  if (due !== null && now >= due) {
    const counts = Object.entries(state.reasons)
    const count = counts.reduce((sum, [, times]) => sum + times, 0)
    const [reason] = counts.reduce((most, entry) => (entry[1] > most[1] ? entry : most))
    report = { count, reason, ...state }
    next = noNoise
  }
  if (input.kind === 'tick') return { state: next, report }
  const reasons = { ...next.reasons, [input.reason]: (next.reasons[input.reason] ?? 0) + 1 }
  return { state: { reasons, first: next === noNoise ? now : next.first, last: now }, report }
}
