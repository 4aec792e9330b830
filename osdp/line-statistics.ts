import { commands } from './codes.ts'
import type { Received } from './frame.ts'

/** What a listener counts of one PD. Times in milliseconds. */
export interface LineStatistics {
  readonly address: number
  commands: number
  replies: number
  polls: number
  /** Commands with the bytes of the one before. */
  retries: number
  checkErrors: number
  busy: number
  readonly naks: Record<number, number>
  roundTrip: { last: number; least: number; most: number; mean: number } | null
  /** Polls a second since the first. */
  pollRate: number
}

interface Counted extends LineStatistics {
  lastBytes: string
  askedAt: number | null
  firstPollAt: number | null
  lastPollAt: number
  trips: number
}

/** Counts the traffic of a line as somebody hears it. */
export interface LineCounter {
  /** Takes what a receiver gave, at its instant. */
  count(received: Received, now: number): void
  statistics(): LineStatistics[]
}

export function createLineCounter(): LineCounter {
  const pds = new Map<number, Counted>()
  const at = (address: number): Counted => {
    const known = pds.get(address)
    if (known !== undefined) return known
    const made: Counted = {
      address,
      commands: 0,
      replies: 0,
      polls: 0,
      retries: 0,
      checkErrors: 0,
      busy: 0,
      naks: {},
      roundTrip: null,
      pollRate: 0,
      lastBytes: '',
      askedAt: null,
      firstPollAt: null,
      lastPollAt: 0,
      trips: 0,
    }
    pds.set(address, made)
    return made
  }
  return {
    count(received, now) {
      if (received.kind === 'fault') {
        const address = received.bytes[1]
        if (received.reason === 'check' && address !== undefined && (address & 0x7f) !== 0x7f) at(address & 0x7f).checkErrors++
        return
      }
      const pd = at(received.address)
      if (received.direction === 'command') {
        pd.commands++
        const bytes = String.fromCharCode(...received.bytes)
        if (bytes === pd.lastBytes && pd.askedAt !== null) pd.retries++
        else if (received.code === commands.POLL.code) {
          pd.polls++
          pd.firstPollAt ??= now
          pd.lastPollAt = now
        }
        pd.lastBytes = bytes
        pd.askedAt = now
        return
      }
      pd.replies++
      if (received.code === 0x79) pd.busy++
      else if (received.code === 0x41 && (received.security === null || received.data.length === 1)) {
        const reason = received.data[0] ?? 0
        pd.naks[reason] = (pd.naks[reason] ?? 0) + 1
      }
      if (pd.askedAt === null) return
      const took = now - pd.askedAt
      pd.askedAt = null
      const { least = took, most = took, mean = 0 } = pd.roundTrip ?? {}
      pd.trips++
      pd.roundTrip = { last: took, least: Math.min(least, took), most: Math.max(most, took), mean: mean + (took - mean) / pd.trips }
    },
    statistics: () =>
      [...pds.values()]
        .toSorted((a, b) => a.address - b.address)
        .map(({ lastBytes: _, askedAt: __, firstPollAt, lastPollAt, trips: ___, ...shown }) => ({
          ...shown,
          pollRate: firstPollAt !== null && lastPollAt > firstPollAt ? ((shown.polls - 1) * 1000) / (lastPollAt - firstPollAt) : 0,
        })),
  }
}
