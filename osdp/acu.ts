import { answered } from './acu-answer.ts'
import { elsewhere, type Heard, lostCount, lostSession, pollInterval, receiveLimit, say, searchMoved, startOver } from './acu-exchange.ts'
import { beginHandshake, endPairing, keyTaken } from './acu-secure.ts'
import { type Exchange, isTolerated, type OfflineReason, type PdView } from './acu-state.ts'
import {
  fault,
  finish,
  goOffline,
  loseSecure,
  observe,
  probeMs,
  remember,
  requeue,
  retryDelays,
  strayMs,
  type Told,
  tell,
} from './acu-told.ts'
import { codeName } from './codes.ts'
import { nextPart } from './file-sending.ts'
import type { FrameFault, ReceivedFrame } from './frame.ts'
import { decodeReply, encodeCommand } from './message.ts'
import { toHex } from './payload/field.ts'
import { offlineAfterMs } from './pd-state.ts'
import { type Opened, open } from './secure-channel.ts'

const busyLimit = { times: 64, ms: 5000 }
const empty = new Uint8Array(0)
const padding: Opened = { ok: false, reason: 'padding-wrong' }

/** What is at stake in a PD's next turn, most urgent first. `dead`: it did not answer the last time. */
export type Urgency = 'command' | 'bring-up' | 'poll' | 'file' | 'dead'

/** When this PD wants its next turn, and why. */
export function dueAt(view: PdView, now: number): { readonly at: number; readonly urgency: Urgency } {
  const { exchange } = view
  if (exchange !== null) return { at: view.retryAt, urgency: view.tries > 0 ? 'dead' : exchange.command !== null ? 'command' : 'bring-up' }
  if (view.stage !== 'ready') return { at: view.tryAt, urgency: view.tries > 0 || view.online === false ? 'dead' : 'bring-up' }
  const { file } = view
  const waiting = view.queue[0]
  if (waiting !== undefined && !file?.exclusive) return { at: waiting.at, urgency: 'command' }
  if (view.startUp.length > 0) return { at: now, urgency: 'bring-up' }
  const pollAt = view.pollAgain ? now : view.pollAt
  return file !== null && file.notBefore < pollAt ? { at: file.notBefore, urgency: 'file' } : { at: pollAt, urgency: 'poll' }
}

/** When something of this PD runs out although it has no turn: a command's patience, a pairing, the patience with silence. */
export function expiresAt(view: PdView): number {
  let at = Number.POSITIVE_INFINITY
  for (const { until } of view.queue) at = Math.min(at, until)
  if (view.pairing !== null) at = Math.min(at, view.pairing.until)
  if (view.tries > 0 && view.online !== false) at = Math.min(at, Math.max(view.lastReply + offlineAfterMs, view.sentAt))
  return at
}

/** Ends what has run out. */
export function expire(view: PdView, out: Told, now: number) {
  for (let index = view.queue.length - 1; index >= 0; index--) {
    const command = view.queue[index]!
    if (now < command.until) continue
    view.queue.splice(index, 1)
    finish(view, out, command, 'time-out')
  }
  if (view.pairing !== null && now >= view.pairing.until) endPairing(view, out, 'time-out', now)
  if (view.tries > 0 && view.online !== false && now >= view.lastReply + offlineAfterMs) goOffline(view, out, offlineReason(view), now)
}

function offlineReason(view: PdView): OfflineReason {
  return view.busyCapped ? 'busy' : view.damaged > 0 ? 'damaged-replies' : 'no-reply'
}

// ---------------------------------------------------------------- speaking

/** The PD's turn: the bytes to send (without mark), or null if there is nothing to say. */
export function takeTurn(view: PdView, out: Told, now: number): Uint8Array | null {
  expire(view, out, now)
  if (view.exchange === null) choose(view, now)
  else if (view.exchange.tries > 0) view.statistics.retries++
  const { exchange } = view
  if (exchange === null) {
    // Nothing to say after all: not before the next probe.
    view.tryAt = view.pollAt = now + probeMs
    return null
  }
  view.statistics.commands++
  view.sentAt = now
  return exchange.bytes
}

function choose(view: PdView, now: number) {
  switch (view.stage) {
    case 'identify': {
      view.answersCrc = false
      // Some readers say nothing of themselves, or nothing at all, until they were polled once.
      const nudge = view.nudge === 'wanted' || (view.nudge === 'no' && view.tries % 4 === 3 && isTolerated(view, 'poll-first'))
      if (nudge) view.nudge = 'done'
      return nudge ? say(view, 'nudge', 'POLL', empty, false) : say(view, 'id', 'ID', Uint8Array.of(0), false)
    }
    case 'describe':
      return say(view, 'cap', 'CAP', Uint8Array.of(0), false)
    case 'challenge': {
      const message = beginHandshake(view)
      if (message === null) {
        view.stage = 'identify'
        view.sequence = 0
        return
      }
      view.sequence = 0
      return say(view, 'challenge', 'CHLNG', message.data, false, message)
    }
    case 'verify-id':
      return say(view, 'session-id', 'ID', Uint8Array.of(0), true)
    case 'verify-cap':
      return say(view, 'session-cap', 'CAP', Uint8Array.of(0), true)
    case 'key': {
      const key = view.pairing?.key
      if (key === undefined) return
      return say(view, 'key', 'KEYSET', Uint8Array.of(1, 16, ...key), true)
    }
    case 'ready':
      return chooseReady(view, now)
  }
}

function chooseReady(view: PdView, now: number) {
  const sealed = view.session !== null
  const { file } = view
  const pollDue = view.pollAgain || now >= view.pollAt
  const waiting = file?.exclusive ? undefined : view.queue[0]
  if (waiting !== undefined && !(pollDue && now - view.pollAt > 1000)) {
    view.queue.shift()
    say(view, 'command', waiting.name, waiting.data, sealed, null, waiting)
    return
  }
  const asked = view.startUp.shift()
  if (asked !== undefined) return say(view, 'status', asked, empty, sealed)
  if (pollDue) {
    view.statistics.polls++
    const interval = pollInterval(view)
    // On its own grid, so that commands between do not move it.
    if (!view.pollAgain || now >= view.pollAt) view.pollAt = Math.max(view.pollAt + interval, now)
    view.pollAgain = false
    return say(view, 'poll', 'POLL', empty, sealed)
  }
  if (file !== null && now >= file.notBefore) {
    const encoded = encodeCommand(nextPart(file, receiveLimit(view), sealed))
    if (encoded.ok) say(view, 'file', 'FILETRANSFER', encoded.data, sealed)
  }
}

// ---------------------------------------------------------------- hearing

/** A reply frame with this PD's address came. */
export function hearReply(view: PdView, out: Told, frame: ReceivedFrame, now: number, sentEnd: number): Heard {
  const { exchange } = view
  if (exchange === null) return stray(view, out, frame, now)
  const { sealed } = exchange
  const macked = frame.security !== null && frame.security.type >= 0x15 && frame.security.type <= 0x18
  // Noise that clears the bit naming the CRC leaves eight bits of sum to be right by chance; under a MAC that is told as what it is.
  if (frame.check === 'checksum' && view.answersCrc && !macked) {
    view.statistics.checkErrors++
    return 'ignored'
  }
  if (frame.code === 0x79 && frame.security === null && frame.data.length === 0) return busy(view, out, exchange, now)
  // A frame found inside a broken one may have been data; only a MAC tells.
  if (frame.recovered && !macked) return 'ignored'
  const nakReason = frame.code === 0x41 && !macked ? (frame.data[0] ?? 0) : null
  if (frame.sequence !== exchange.sequence) {
    if (nakReason === 4) return lostCount(view, out, 'sequence', now)
    if (nakReason === 1) return 'ignored'
    const known = view.recent.includes(toHex(frame.bytes)) || toHex(frame.bytes) === view.lastFrame
    // Right behind an answer with sequence 0 it may be a second device's; a PD that starts over says it again.
    const late = exchange.sequence === 1 && exchange.tries === 0
    const restarts = frame.sequence === 0 && !known && (macked ? sealed && open(view.session, frame).ok : !late)
    // A PD that keeps counting otherwise is met at sequence 0.
    if (restarts || ++exchange.strays > 2) return lostCount(view, out, restarts ? 'pd-restarted' : 'sequence', now)
    return stray(view, out, frame, now)
  }
  if (!sealed) {
    if (macked) return stray(view, out, frame, now)
    if (nakReason === 1) return damagedCommand(view, exchange, now)
    accept(view, frame, now, sentEnd)
    answered(view, out, exchange, frame, frame.data, now)
    return 'answered'
  }
  if (frame.security === null) {
    if (nakReason === 1) return damagedCommand(view, exchange, now)
    if (nakReason !== null) return lostSession(view, out, nakReason === 4 ? 'sequence' : 'session-refused', now)
    // The new key is verified in any case.
    if (exchange.purpose === 'key' && frame.code === 0x40) {
      if (!isTolerated(view, 'clear-key-ack')) observe(view, out, 'clear-frame', 'ACK to KEYSET in clear', now)
      accept(view, frame, now, sentEnd)
      keyTaken(view, out, now)
      return 'answered'
    }
    if (view.recent.includes(toHex(frame.bytes))) observe(view, out, 'replayed-frame', codeName('reply', frame.code), now)
    observe(view, out, 'clear-frame', `${codeName('reply', frame.code)} in clear inside the session`, now)
    return lostSession(view, out, 'clear-frame', now)
  }
  if (frame.check === 'checksum') return lostSession(view, out, 'weak-check', now)
  const status = frame.code >= 0x48 && frame.code <= 0x4b
  const empty18 = frame.security.type === 0x18 && frame.data.length === 0 && !isTolerated(view, 'empty-encrypted')
  const opened = empty18 ? padding : open(view.session, frame, status && isTolerated(view, 'status-block'))
  if (!opened.ok) {
    if (view.recent.includes(toHex(frame.bytes))) observe(view, out, 'replayed-frame', codeName('reply', frame.code), now)
    view.statistics.macErrors++
    observe(view, out, 'mac-error', `${codeName('reply', frame.code)}: ${opened.reason}`, now)
    return lostSession(view, out, opened.reason === 'padding-wrong' ? 'padding-error' : 'mac-error', now)
  }
  if (!opened.encrypted && opened.data.length > 0 && !(status && isTolerated(view, 'status-readable')))
    observe(view, out, 'readable-data', codeName('reply', frame.code), now)
  accept(view, frame, now, sentEnd)
  if (opened.data.length > 0) remember(view, frame.bytes)
  answered(view, out, exchange, frame, opened.data, now)
  return 'answered'
}

function accept(view: PdView, frame: ReceivedFrame, now: number, sentEnd: number) {
  const { statistics, exchange } = view
  statistics.replies++
  const took = Math.max(0, now - sentEnd)
  const { roundTrip } = statistics
  roundTrip.last = took
  roundTrip.least = Math.min(roundTrip.least, took)
  roundTrip.most = Math.max(roundTrip.most, took)
  roundTrip.total += took
  view.retried = (exchange?.tries ?? 0) > 0
  view.lastFrame = toHex(frame.bytes)
  if (frame.check === 'crc') view.answersCrc = true
  view.exchange = null
  view.sequence = (frame.sequence % 3) + 1
  // Two devices at one address give the same answer to a first POLL: that says nothing of who is there.
  if (exchange?.purpose === 'nudge') return
  view.lastReply = now
  view.tries = 0
  view.damaged = 0
  view.busyCapped = false
}

/** The PD got our bytes damaged: the same ones again. Anybody could say so, so it does not count as a sign of life. */
function damagedCommand(view: PdView, exchange: Exchange, now: number): Heard {
  exchange.tries++
  view.tries++
  view.damaged++
  view.retryAt = now + retryDelays[Math.min(exchange.tries, retryDelays.length) - 1]!
  view.statistics.naks[1] = (view.statistics.naks[1] ?? 0) + 1
  return 'answered'
}

function busy(view: PdView, out: Told, exchange: Exchange, now: number): Heard {
  view.statistics.busy++
  if (exchange.busy++ === 0) exchange.busySince = now
  if (!view.busyCapped) view.lastReply = now
  if (exchange.busy <= busyLimit.times && now - exchange.busySince < busyLimit.ms) {
    view.tries = view.busyCapped ? 1 : 0
    view.retryAt = now + Math.min(20 * 2 ** Math.min(exchange.busy, 4), 200)
    return 'answered'
  }
  // BUSY carries no proof of who sent it: somebody on the wire could hold a PD for ever.
  tell(view, out, { kind: 'busy-limit', command: exchange.name })
  const { command } = exchange
  if (command !== null) finish(view, out, command, 'busy')
  exchange.command = null
  view.busyCapped = true
  if (view.session !== null) loseSecure(view, out, 'busy', now)
  else startOver(view)
  view.tries = 1
  view.tryAt = now + probeMs
  return 'answered'
}

/** A frame that answers nothing: after a repetition a second copy is harmless, an old one is a replay, and two answers to one question come from two devices. */
function stray(view: PdView, out: Told, frame: ReceivedFrame, now: number): Heard {
  view.statistics.unasked++
  const bytes = toHex(frame.bytes)
  if (bytes !== view.lastFrame && view.recent.includes(bytes)) observe(view, out, 'replayed-frame', codeName('reply', frame.code), now)
  else if (!view.retried && (view.exchange?.tries ?? 0) === 0) {
    view.strays = [...view.strays.filter(instant => now - instant < strayMs), now]
    const names = serials(view, frame)
    if (view.strays.length < 2) observe(view, out, 'unasked-reply', codeName('reply', frame.code), now)
    else if (names !== '' || view.strays.length > 3) {
      const told = observe(view, out, 'address-conflict', `two devices answer at address ${view.address}${names}`, now, names !== '')
      // In clear both say who they are when they are asked.
      if (told && names === '' && view.session === null && view.stage === 'ready' && view.move === null) {
        requeue(view, out)
        startOver(view)
        view.tryAt = now
        return 'answered'
      }
    }
  }
  return 'ignored'
}

function serials(view: PdView, frame: ReceivedFrame): string {
  const decoded = frame.security === null ? decodeReply(frame.code, frame.data) : null
  if (!decoded?.ok || decoded.message.name !== 'PDID' || view.clearIdentity === null) return ''
  const { vendor, serial } = decoded.message
  return `: vendor ${view.clearIdentity.vendor} serial ${view.clearIdentity.serial}, and vendor ${vendor} serial ${serial}`
}

/** Nothing came that answers; `faults` is what came instead. */
export function hearNothing(view: PdView, out: Told, faults: readonly FrameFault[], now: number) {
  const { exchange } = view
  if (exchange === null) return
  const { statistics } = view
  statistics.timeOuts++
  exchange.tries++
  view.tries++
  if (faults.length > 0) {
    view.damaged++
    statistics.checkErrors += faults.filter(({ reason }) => reason === 'check').length
    if (view.online !== false) fault(view, out, 'damaged-reply', now)
  } else {
    view.damaged = 0
    if (view.online !== false) fault(view, out, 'no-reply', now)
  }
  if (garbledTwice(view, exchange, faults))
    observe(
      view,
      out,
      'address-conflict',
      `answers at address ${view.address} begin alike and end damaged, as two devices speaking at once do`,
      now,
    )
  if (view.online !== false && now - view.lastReply >= offlineAfterMs) {
    goOffline(view, out, offlineReason(view), now)
    if (view.move === null) return
  }
  if (exchange.command?.name === 'COMSET' && exchange.tries > 2) return searchMoved(view, out, exchange, now)
  if (view.move !== null && ++view.move.tries > 2) return elsewhere(view, out, now)
  if (exchange.purpose === 'id' || exchange.purpose === 'nudge') {
    // Nothing is lost by a new ID: it is the same bytes.
    view.exchange = null
    view.sequence = 0
    view.nudge = 'no'
    view.tryAt = view.sentAt + (view.online === true && view.tries < 3 ? 0 : probeMs)
    if (view.tryAt < now) view.tryAt = now
    return
  }
  view.retryAt = now + retryDelays[Math.min(exchange.tries, retryDelays.length) - 1]!
}

/** Two PDs that send their PDID at once: header and vendor agree bit for bit, serial and check do not. */
function garbledTwice(view: PdView, exchange: Exchange, faults: readonly FrameFault[]): boolean {
  if (exchange.purpose !== 'id' || view.damaged < 3) return false
  return faults.some(
    ({ reason, bytes }) => reason === 'check' && bytes[1] === (view.address | 0x80) && bytes[2] === 20 && bytes[5] === 0x45,
  )
}
