import type { Cancel, Clock } from '../../shared/clock.ts'

/** A clock that stands still until it is told to move: timers fire in order of their instant, then of their making. */
export interface VirtualClock extends Clock {
  /** The next instant at which something is due, or null. */
  next(): number | null
  /** Moves to `instant` and runs what is due on the way, each at its own time; stops early once `until` holds. */
  advanceTo(instant: number, until?: () => boolean): void
}

/** What is due so soon after the instant that is moved to is due at it, in ms: sums of times and of wall-clock times are that much out. */
const grain = 0.001

interface Timer {
  readonly instant: number
  readonly order: number
  fn: (() => void) | null
}

/** @param wall Unix time in milliseconds at the start, when `now()` is 0. */
export function createVirtualClock(wall: number): VirtualClock {
  let now = 0
  let order = 0
  const heap: Timer[] = []

  const before = (a: Timer, b: Timer) => a.instant < b.instant || (a.instant === b.instant && a.order < b.order)
  const push = (timer: Timer) => {
    let i = heap.push(timer) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!before(timer, heap[parent]!)) break
      heap[i] = heap[parent]!
      i = parent
    }
    heap[i] = timer
  }
  const pop = () => {
    const top = heap[0]!
    const last = heap.pop()!
    if (heap.length > 0) {
      let i = 0
      for (;;) {
        let child = 2 * i + 1
        if (child >= heap.length) break
        if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++
        if (!before(heap[child]!, last)) break
        heap[i] = heap[child]!
        i = child
      }
      heap[i] = last
    }
    return top
  }
  const settle = () => {
    while (heap.length > 0 && heap[0]!.fn === null) pop()
  }

  return {
    now: () => now,
    wall: () => wall + now,
    at(instant: number, fn: () => void): Cancel {
      const timer: Timer = { instant: Math.max(instant, now), order: order++, fn }
      push(timer)
      return () => {
        timer.fn = null
      }
    },
    next() {
      settle()
      return heap[0]?.instant ?? null
    },
    advanceTo(instant, until) {
      for (;;) {
        if (until?.()) return
        settle()
        const due = heap[0]
        if (due === undefined || due.instant > instant + grain) break
        pop()
        now = Math.max(now, due.instant)
        due.fn?.()
      }
      now = Math.max(now, instant)
    },
  }
}
