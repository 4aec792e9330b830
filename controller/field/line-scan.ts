import { type FoundPd, type Pipe, scanLine } from '../../osdp/index.ts'
import type { Cancel, Clock } from '../../shared/clock.ts'
import type { SourceProblem } from './edge-source.ts'

export interface ScanOrder {
  /** Search every address at every rate: minutes in place of seconds. */
  readonly all: boolean
  /** Go on although readers in use on the line are lost meanwhile. */
  readonly interrupt: boolean
}

/** What a scan tells: refused, or begun, progress and finds, and last `done` or `failed`. `readers` are those of the site that are lost meanwhile. */
export type ScanNews =
  | {
      readonly stage: 'refused'
      readonly reason: 'line-not-in-use' | 'scan-running' | 'pairing' | 'readers-in-use'
      readonly readers: readonly string[]
    }
  | { readonly stage: 'begun'; readonly readers: readonly string[] }
  | { readonly stage: 'progress'; readonly done: number; readonly total: number; readonly baud: number | null }
  /** `reader`: who stands at this address in the site. */
  | { readonly stage: 'found'; readonly pd: FoundPd; readonly reader: string | null }
  | { readonly stage: 'done' }
  | { readonly stage: 'failed'; readonly reason: string }

export interface ScanHandle {
  stop(reason: string): void
}

/** A serial port that was just closed is free for the next after this; ms. */
const portFreeMs = 500
/** A reader in a session answers no question to everybody; without a word from its ACU it gives the session up within 8 s. */
const sessionMs = 8_500
/** Every address at every rate takes under three minutes; a line that keeps a scan longer is given back to its doors; ms. */
const longestMs = 240_000
const progressMs = 1_000

/** Scans a line that nobody else speaks on, and gives it back whatever happens: `onEnd` is called once. */
export function runScan(options: {
  readonly open: () => Pipe | SourceProblem
  readonly clock: Clock
  readonly random: (length: number) => Uint8Array
  readonly order: ScanOrder
  readonly readers: readonly string[]
  readonly nameOf: (address: number) => string | null
  readonly tell: (news: ScanNews) => void
  readonly onEnd: () => void
}): ScanHandle {
  const { open, clock, random, order, nameOf, tell } = options
  let under: { stop(): void } | null = null
  let failure: string | null = null
  let ended = false
  let told = Number.NEGATIVE_INFINITY

  function end(): void {
    if (ended) return
    ended = true
    for (const cancel of timers) cancel()
    options.onEnd()
    tell(failure === null ? { stage: 'done' } : { stage: 'failed', reason: failure })
  }
  function stop(reason: string): void {
    failure ??= reason
    if (under) under.stop()
    end()
  }
  function begin(): void {
    const pipe = open()
    if ('reason' in pipe) {
      stop(pipe.reason)
      return
    }
    under = scanLine({
      pipe,
      clock,
      random,
      all: order.all,
      onFound: pd => tell({ stage: 'found', pd, reader: nameOf(pd.address) }),
      onProgress(progress) {
        if (clock.now() - told < progressMs) return
        told = clock.now()
        tell({ stage: 'progress', ...progress })
      },
      onDown: reason => {
        failure ??= reason
      },
      onEnd: end,
    })
  }

  tell({ stage: 'begun', readers: options.readers })
  const wait = options.readers.length > 0 ? sessionMs : portFreeMs
  const timers: Cancel[] = [clock.at(clock.now() + wait, begin), clock.at(clock.now() + longestMs, () => stop('took-too-long'))]
  return { stop }
}
