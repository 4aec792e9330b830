/** The one seam of time, in milliseconds from an arbitrary start. Any clock with these two will do. */
export interface Clock {
  now(): number
  /** Calls `fn` once `now() >= instant`, never inside the call to `at`; gives what takes it back. */
  at(instant: number, fn: () => void): () => void
}

/** What a pipe tells its owner. */
export interface PipeListener {
  data(bytes: Uint8Array): void
  /** The way is there. */
  up(): void
  /** The way is gone, or could not be opened; the owner opens it again later. */
  down(reason: string): void
}

/** Somebody on a line in memory who takes part in its sleep. */
export interface Sleeper {
  /** Whether there is nothing to say and nothing half heard. */
  isQuiet(): boolean
  /** Time stands still on the line from here on; what does not hang on the line keeps its own timers. */
  doze(): void
  /** The line slept so many milliseconds (0: not at all), and goes on. */
  resume(ms: number): void
}

/** The one who asks: only the ACU knows whether the line lives on POLL and ACK alone. */
export interface Asker extends Sleeper {
  /** The period of a line on which nothing happens, or null. `silent`: addresses where nobody can answer. */
  quietPeriod(silent: (address: number) => boolean): number | null
  /** Whether the PD at this address answers the polls. */
  polls(address: number): boolean
}

/** Bytes in both directions: a serial port, a socket, a line in memory. */
export interface Pipe {
  /** Silence inside a frame that ends it, in milliseconds. */
  readonly gapMs: number
  /** The pipe's own time where it has one (a line in memory); it stands above the owner's clock. */
  readonly clock?: Clock
  /** Opens the way, or opens it again. */
  open(listener: PipeListener): void
  /** Sends. What cannot be sent is lost; never throws. */
  write(bytes: Uint8Array): void
  /** Bits a second from the next byte on; a pipe without a rate of its own leaves it out. */
  setBaud?(baud: number): void
  /** A line in memory may sleep while nobody has anything to say: its owner joins in (and gets what takes it out again), calls `touch` before it acts and `settle` after. */
  readonly sleep?: { join(asker: Asker): () => void; touch(): void; settle(): void }
  close(): void
}
