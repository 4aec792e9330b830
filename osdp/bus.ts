import { dueAt, expire, expiresAt, hearNothing, hearReply, takeTurn, type Urgency } from './acu.ts'
import { abandon, abortFile, queueCommand, queueParts, sendFile } from './acu-answer.ts'
import { pollInterval } from './acu-exchange.ts'
import { type PairingRefusal, startPairing } from './acu-secure.ts'
import { type AcuCommand, type AcuEvent, createView, type PdPolicy, type PdView, type PolicyFault, policyFault } from './acu-state.ts'
import { goOffline, probeMs, type Told, tell } from './acu-told.ts'
import { createFeed, type Feed, type FrameFault, feed, flush, marked, type Received } from './frame.ts'

/** What {@link stepBus} wants done. */
export type BusEffect =
  /** Put on the line at `baud`, mark byte included. */
  { readonly kind: 'send'; readonly bytes: Uint8Array; readonly baud: number } | { readonly kind: 'event'; readonly event: AcuEvent }

export interface BusOptions {
  /** `length` bytes from a cryptographic source. */
  readonly random: (length: number) => Uint8Array
  /** Silence inside a reply that ends it, in milliseconds: 20 on a line of one's own, 150 behind USB or a network. */
  readonly gapMs?: number
  /** Within so many milliseconds after a command its reply begins, 200 unless said. */
  readonly replyTimeoutMs?: number
}

interface Talk {
  readonly view: PdView
  readonly sentEnd: number
  readonly until: number
  deadline: number
  readonly faults: FrameFault[]
}

/** One line as the ACU sees it: its PDs, and whose turn it is. Changed by the steps below only. */
export interface Bus {
  readonly options: Required<BusOptions>
  readonly views: PdView[]
  readonly feed: Feed
  up: boolean
  talk: Talk | null
  /** The line is free for the next command from here on. */
  freeAt: number
  bytesAt: number
  baud: number
  readonly served: Map<PdView, number>
  turn: number
  deadTurn: number
  /** When something other than a POLL and its ACK happened last. */
  stirredAt: number
}

/** Bits of one character on the line: start, eight data bits, stop. */
export const characterBits = 10

/** Milliseconds that `bytes` characters take. */
export function transmitMs(bytes: number, baud: number): number {
  return (bytes * characterBits * 1000) / baud
}

export function createBus(options: BusOptions, now: number): Bus {
  return {
    options: { gapMs: 20, replyTimeoutMs: 200, ...options },
    views: [],
    feed: createFeed(),
    up: true,
    talk: null,
    freeAt: now,
    bytesAt: now,
    baud: 9600,
    served: new Map(),
    turn: 0,
    deadTurn: 0,
    stirredAt: now,
  }
}

/** What happens to a bus. Everything but `bytes` and `wake` concerns the line or one PD. */
export type BusInput =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'wake' }
  /** The port is there, or gone. */
  | { readonly kind: 'line'; readonly up: boolean }

/** One step of the bus. Changes `bus`, gives what to do. Never throws, whatever comes over the line. */
export function stepBus(bus: Bus, input: BusInput, now: number): BusEffect[] {
  const out: Told = []
  const effects: BusEffect[] = []
  switch (input.kind) {
    case 'bytes':
      bus.bytesAt = now
      bus.freeAt = Math.max(bus.freeAt, now + transmitMs(2, bus.baud))
      if (bus.talk !== null) bus.talk.deadline = Math.min(now + bus.options.gapMs, bus.talk.until)
      hear(bus, feed(bus.feed, input.bytes), out, now)
      break
    case 'line':
      setLine(bus, input.up, out, now)
      break
    case 'wake':
      break
  }
  if (bus.talk !== null && now >= bus.talk.deadline) {
    hear(bus, flush(bus.feed), out, now)
    const { talk } = bus
    if (talk !== null) {
      if (now >= talk.until || now >= waitsUntil(bus, talk)) {
        bus.talk = null
        hearNothing(talk.view, out, talk.faults, now)
      } else talk.deadline = waitsUntil(bus, talk)
    }
  }
  if (bus.up) {
    for (const view of bus.views) if (view !== bus.talk?.view) expire(view, out, now)
    if (bus.talk === null && now >= bus.freeAt) speak(bus, out, effects, now)
  }
  return finishStep(bus, out, effects, now)
}

/** Silence is counted from the last byte and does not end before the reply time-out, unless what came was the reply, damaged. */
function waitsUntil(bus: Bus, talk: Talk): number {
  if (talk.faults.some(({ reason }) => reason === 'check' || reason === 'truncated')) return bus.bytesAt + bus.options.gapMs
  return Math.max(talk.sentEnd + bus.options.replyTimeoutMs, bus.bytesAt >= talk.sentEnd ? bus.bytesAt + bus.options.gapMs : 0)
}

function finishStep(bus: Bus, out: Told, effects: BusEffect[], now: number): BusEffect[] {
  if (out.length > 0) bus.stirredAt = now
  for (const event of out) effects.push({ kind: 'event', event })
  return effects
}

function setLine(bus: Bus, up: boolean, out: Told, now: number) {
  if (bus.up === up) return
  bus.up = up
  bus.talk = null
  bus.feed.held = 0
  for (const view of bus.views) {
    if (!up) goOffline(view, out, 'line-down', now)
    view.tryAt = now
    view.lastReply = now
  }
}

function hear(bus: Bus, received: readonly Received[], out: Told, now: number) {
  for (const item of received) {
    const { talk } = bus
    if (item.kind === 'fault') {
      bus.stirredAt = now
      talk?.faults.push(item)
      continue
    }
    if (item.direction !== 'reply') continue
    const view = talk?.view.address === item.address ? talk.view : bus.views.find(({ address }) => address === item.address)
    if (view === undefined) continue
    const expected = view === talk?.view
    const before = view.exchange
    const heard = hearReply(view, out, item, now, talk?.sentEnd ?? now)
    if (item.code !== 0x40 || before?.purpose !== 'poll') bus.stirredAt = now
    if (heard === 'answered' && expected) bus.talk = null
    bus.freeAt = Math.max(bus.freeAt, view.holdUntil)
  }
}

const classes: readonly Urgency[] = ['command', 'bring-up', 'poll', 'file']

function speak(bus: Bus, out: Told, effects: BusEffect[], now: number) {
  flush(bus.feed)
  for (;;) {
    const view = choose(bus, now)
    if (view === null) return
    const bytes = takeTurn(view, out, now)
    bus.served.set(view, ++bus.turn)
    if (bytes === null) continue
    if (view.online !== false && (view.exchange?.purpose !== 'poll' || view.tries > 0)) bus.stirredAt = now
    if (isDead(view)) bus.deadTurn = bus.turn
    bus.baud = view.baud
    const sentEnd = now + transmitMs(bytes.length + 1, view.baud)
    // Nobody holds the line for longer than the longest reply takes.
    const until = sentEnd + bus.options.replyTimeoutMs + transmitMs(bus.feed.limit, view.baud) + bus.options.gapMs
    bus.talk = { view, sentEnd, until, deadline: sentEnd + bus.options.replyTimeoutMs, faults: [] }
    effects.push({ kind: 'send', bytes: marked(bytes), baud: view.baud })
    return
  }
}

function isDead(view: PdView): boolean {
  return view.tries > 0 || view.online === false
}

/**
 * Whose turn it is: commands first, then bring-up, polls and files, each by what was due first; a poll more than a second late goes before all. A PD that did not
 * answer the last time comes only when every other that is due was served since the last such try.
 */
function choose(bus: Bus, now: number): PdView | null {
  let best: PdView | null = null
  let bestRank = Number.POSITIVE_INFINITY
  let bestAt = 0
  let dead: PdView | null = null
  let deadAt = 0
  let unserved = false
  for (const view of bus.views) {
    const { at, urgency } = dueAt(view, now)
    if (at > now) continue
    if (urgency === 'dead') {
      if (dead === null || at < deadAt) {
        dead = view
        deadAt = at
      }
      continue
    }
    if ((bus.served.get(view) ?? 0) <= bus.deadTurn) unserved = true
    const rank = urgency === 'poll' && now - at > 1000 ? -1 : classes.indexOf(urgency)
    if (rank < bestRank || (rank === bestRank && at < bestAt)) {
      best = view
      bestRank = rank
      bestAt = at
    }
  }
  return dead !== null && !unserved ? dead : best
}

/** When {@link stepBus} wants a `wake`, or null while the line is down or empty. */
export function busWakeAt(bus: Bus, now: number): number | null {
  if (!bus.up || bus.views.length === 0) return null
  let next = bus.talk?.deadline ?? Number.POSITIVE_INFINITY
  for (const view of bus.views) {
    if (view !== bus.talk?.view) next = Math.min(next, expiresAt(view))
    if (bus.talk === null) next = Math.min(next, Math.max(dueAt(view, now).at, bus.freeAt))
  }
  return Number.isFinite(next) ? next : null
}

// ---------------------------------------------------------------- PDs

export type AddRefusal = PolicyFault | 'address-in-use'

/** Adds a PD to the line, or says what is wrong with it. */
export function addPd(bus: Bus, policy: PdPolicy, now: number): AddRefusal | null {
  const wrong = policyFault(policy)
  if (wrong !== null) return wrong
  if (isInUse(bus, policy.address)) return 'address-in-use'
  bus.views.push(createView(policy, bus.options.random, now))
  bus.stirredAt = now
  return null
}

/** Takes a PD off the line; commands that wait for it end as lost. */
export function removePd(bus: Bus, address: number, now: number): BusEffect[] {
  const index = bus.views.findIndex(view => view.address === address)
  if (index < 0) return []
  const out: Told = []
  const [view] = bus.views.splice(index, 1)
  if (bus.talk?.view === view) bus.talk = null
  bus.served.delete(view!)
  abandon(view!, out, now)
  goOffline(view!, out, 'stopped', now)
  return finishStep(bus, out, [], now)
}

/** Whether a PD is at an address, or may be: one that is looked for is at neither of its two places for sure. */
function isInUse(bus: Bus, wanted: number, but: PdView | null = null): boolean {
  return bus.views.some(view => view !== but && [view.address, view.move?.from.address, view.move?.to.address].includes(wanted))
}

export function findPd(bus: Bus, address: number): PdView | null {
  return bus.views.find(view => view.address === address) ?? null
}

type Asked<T> = { readonly result: T; readonly effects: BusEffect[] }

function ask<T>(bus: Bus, address: number, now: number, absent: T, act: (view: PdView, out: Told) => T): Asked<T> {
  const view = findPd(bus, address)
  if (view === null) return { result: absent, effects: [] }
  const out: Told = []
  bus.stirredAt = now
  const result = act(view, out)
  return { result, effects: finishStep(bus, out, [], now) }
}

/** Queues a command for one PD; the id of its `result`, or null where there is no such PD. */
export function command(bus: Bus, address: number, message: AcuCommand, now: number): Asked<number | null> {
  return ask(bus, address, now, null, (view, out) => {
    if (message.name === 'COMSET' && isInUse(bus, message.address, view)) {
      const id = view.nextId++
      tell(view, out, { kind: 'result', id, command: 'COMSET', outcome: 'refused', reply: null, reason: 'address-in-use' })
      return id
    }
    return queueCommand(view, out, message, now)
  })
}

/** Queues a long GENAUTH or CRAUTH in parts; the id of the last one's `result`. */
export function commandInParts(
  bus: Bus,
  address: number,
  name: 'GENAUTH' | 'CRAUTH',
  whole: Uint8Array,
  now: number,
): Asked<number | null> {
  return ask<number | null>(bus, address, now, null, (view, out) => queueParts(view, out, name, whole, now))
}

/** Gives one PD a key: `install` under SCBK-D, `session` inside the present session; `forMs` at most. */
export function pair(
  bus: Bus,
  address: number,
  key: Uint8Array,
  via: 'install' | 'session',
  forMs: number,
  now: number,
): Asked<PairingRefusal | 'no-such-pd' | null> {
  return ask<PairingRefusal | 'no-such-pd' | null>(bus, address, now, 'no-such-pd', (view, out) => {
    // A command on its way to this PD is over; its reply would be taken for another's.
    const refusal = startPairing(view, out, key, via, now + forMs, now)
    if (refusal === null && via === 'install' && bus.talk?.view === view) bus.talk = null
    return refusal
  })
}

export function file(bus: Bus, address: number, type: number, bytes: Uint8Array, now: number): Asked<number | string> {
  return ask<number | string>(bus, address, now, 'no-such-pd', view => sendFile(view, type, bytes, now))
}

export function endFile(bus: Bus, address: number, now: number): Asked<null> {
  return ask(bus, address, now, null, (view, out) => {
    abortFile(view, out, now)
    return null
  })
}

// ---------------------------------------------------------------- idle

/**
 * Where nothing but POLL and ACK has gone on for a whole period, and will go on until somebody speaks: that period in milliseconds; else null.
 * `silent`: addresses where nobody can answer at all.
 */
export function quietPeriod(bus: Bus, silent: (address: number) => boolean, now: number): number | null {
  if (!bus.up || bus.talk !== null) return null
  let period = 1
  let settled = 0
  for (const view of bus.views) {
    if (view.queue.length > 0 || view.file !== null || view.pairing !== null || view.move !== null) return null
    // Every fourth try at a PD that is offline is a POLL; the sequence number comes round with every third poll.
    let own = 4 * probeMs
    if ((view.online === false) !== silent(view.address)) return null
    if (view.online !== false) {
      if (view.stage !== 'ready' || view.exchange !== null || view.pollAgain || view.startUp.length > 0) return null
      own = 3 * pollInterval(view)
      if (own < 1 || own !== Math.round(own)) return null
    }
    period = common(period, own)
    settled = Math.max(settled, own)
  }
  return now - bus.stirredAt >= settled ? period : null
}

function common(a: number, b: number): number {
  let [x, y] = [a, b]
  while (y > 0) [x, y] = [y, x % y]
  return (a / x) * b
}

/** The line slept for `ms`, whole periods: for every PD it is as if the polling had gone on. */
export function shiftBus(bus: Bus, ms: number) {
  bus.freeAt += ms
  bus.bytesAt += ms
  bus.stirredAt += ms
  for (const view of bus.views) {
    view.lastReply += ms
    view.sentAt += ms
    view.retryAt += ms
    view.tryAt += ms
    view.pollAt += ms
  }
}
