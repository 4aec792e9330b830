import type { Cancel, Clock } from '../shared/clock.ts'

/** Longer waits than a timer can hold are made of several. */
const longest = 2 ** 31 - 1

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  at(instant: number, fn: () => void): Cancel {
    let timer: NodeJS.Timeout
    const arm = () => {
      const wait = instant - performance.now()
      timer = wait > longest ? setTimeout(arm, longest) : setTimeout(fn, Math.max(0, Math.ceil(wait)))
    }
    arm()
    return () => clearTimeout(timer)
  },
}
