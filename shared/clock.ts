/** Takes back what `at` arranged; harmless when it has run. */
export type Cancel = () => void

/** The one seam of time. Instants of `now` and `at` are monotonic milliseconds from an arbitrary start; `wall` is Unix time in milliseconds. */
export interface Clock {
  now(): number
  wall(): number
  /** Calls `fn` once `now() >= instant`, never inside the call to `at`. */
  at(instant: number, fn: () => void): Cancel
}

/** A moment on both clocks: time-outs run on `mono`, calendars on `wall`. */
export interface Now {
  readonly mono: number
  readonly wall: number
}
