import type { Clock } from '../../shared/clock.ts'

/**
 * How old something is that the plugin asked, on clocks that may both be wrong. The plugin answered a message of ours with its monotonic time, so
 * its time now is at most that plus all that has passed since we sent: an age may come out too high, never too low. Of our two clocks the one
 * that moved further counts, so that a machine which slept lets nothing old in.
 */
export interface Freshness {
  /** The plugin's time was `at` when it answered what we sent at `mono` and `wall`. */
  heard(at: number, mono: number, wall: number): void
  /** The highest age that something asked at `at` can have, in ms; Infinity before anything was heard. */
  age(at: number): number
  forget(): void
}

export function createFreshness(clock: Clock): Freshness {
  let known: { readonly at: number; readonly mono: number; readonly wall: number } | undefined
  return {
    heard(at, mono, wall) {
      known = { at, mono, wall }
    },
    age(at) {
      if (known === undefined) return Number.POSITIVE_INFINITY
      const passed = Math.max(clock.now() - known.mono, clock.wall() - known.wall)
      return Math.max(0, known.at + passed - at)
    },
    forget() {
      known = undefined
    },
  }
}
