import type { Clock } from './pipe.ts'

/** Real time. */
export function realClock(): Clock {
  return {
    now: () => performance.now(),
    at(instant, fn) {
      const timer = setTimeout(fn, Math.max(0, Math.ceil(instant - performance.now())))
      return () => clearTimeout(timer)
    },
  }
}

/** Time that goes on only when told. */
export interface VirtualClock extends Clock {
  /** Runs everything due up to `ms` from now, in order. */
  advance(ms: number): void
}

export function virtualClock(start = 0): VirtualClock {
  const timers: { readonly at: number; readonly fn: () => void }[] = []
  let now = start
  return {
    now: () => now,
    at(instant, fn) {
      const timer = { at: Math.max(instant, now), fn }
      let index = timers.length
      while (index > 0 && timers[index - 1]!.at > timer.at) index--
      timers.splice(index, 0, timer)
      return () => {
        const found = timers.indexOf(timer)
        if (found >= 0) timers.splice(found, 1)
      }
    },
    advance(ms) {
      const until = now + ms
      while (timers.length > 0 && timers[0]!.at <= until) {
        const timer = timers.shift()!
        now = Math.max(now, timer.at)
        timer.fn()
      }
      now = until
    },
  }
}
