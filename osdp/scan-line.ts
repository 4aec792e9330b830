import { transmitMs } from './bus.ts'
import { marked } from './frame.ts'
import type { Clock, Pipe } from './pipe/pipe.ts'
import { createScan, type FoundPd, nextQuestion, progressOf, type ScanOptions, takeAnswers } from './scan.ts'

/** How long to wait for the beginning of an answer in a scan, in milliseconds, beside what the question takes on the line. */
const scanWaitMs = 200

/** Asks a whole line who is there (see {@link createScan}); gives what was found once everything was asked. `stop` in the given handle ends it early. */
export function scanLine({
  pipe,
  clock: handed,
  onFound,
  onProgress,
  onDown,
  ...options
}: ScanOptions & {
  readonly pipe: Pipe
  readonly clock: Clock
  readonly onFound?: (pd: FoundPd) => void
  readonly onProgress?: (progress: { readonly done: number; readonly total: number; readonly baud: number | null }) => void
  readonly onDown?: (reason: string) => void
  readonly onEnd: (found: readonly FoundPd[]) => void
}): { stop(): void } {
  const clock = pipe.clock ?? handed
  const scan = createScan(pipe.setBaud ? options : { ...options, rates: [null] })
  let heard: Uint8Array[] = []
  let heardAt = 0
  let cancel: (() => void) | null = null
  let ended = false

  function end() {
    if (ended) return
    ended = true
    cancel?.()
    pipe.close()
    options.onEnd(scan.found)
  }

  function ask() {
    const question = nextQuestion(scan)
    if (question === null) return end()
    const { baud, bytes } = question
    onProgress?.({ ...progressOf(scan), baud })
    if (baud !== null) pipe.setBaud?.(baud)
    heard = []
    const sentEnd = clock.now() + transmitMs(bytes.length + 1, baud ?? 9600)
    heardAt = sentEnd
    pipe.write(marked(bytes))
    listen(sentEnd + scanWaitMs, sentEnd + scanWaitMs + transmitMs(256, baud ?? 9600))
  }

  /** Until silence: two PDs at one address may answer one after the other. */
  function listen(until: number, atMost: number) {
    cancel = clock.at(until, () => {
      const quietAt = heard.length > 0 ? heardAt + pipe.gapMs : until
      if (quietAt > clock.now() && clock.now() < atMost) return listen(Math.min(quietAt, atMost), atMost)
      const length = heard.reduce((sum, bytes) => sum + bytes.length, 0)
      const all = new Uint8Array(length)
      let at = 0
      for (const bytes of heard) {
        all.set(bytes, at)
        at += bytes.length
      }
      const found = takeAnswers(scan, all)
      if (found !== null) onFound?.(found)
      ask()
    })
  }

  pipe.open({
    data(bytes) {
      heard.push(bytes)
      heardAt = clock.now()
    },
    up: ask,
    down(reason) {
      onDown?.(reason)
      end()
    },
  })
  return { stop: end }
}
