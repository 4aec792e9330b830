import { tellNews } from './acu-reply.ts'
import {
  afterIdentification,
  beginHandshake,
  beReady,
  endPairing,
  handshakeRefused,
  keyTaken,
  takeCryptogram,
  takeInitialMac,
  verifyCapabilities,
  verifyIdentity,
} from './acu-secure.ts'
import type { AcuCommand, Exchange, OfflineReason, PdView, Purpose, Queued, SecureFault } from './acu-state.ts'
import {
  dropSession,
  fault,
  finish,
  goOffline,
  loseSecure,
  observe,
  probeMs,
  remember,
  requeue,
  retryDelays,
  type Told,
  tell,
} from './acu-told.ts'
import { type CommandName, codeName, commands } from './codes.ts'
import { createFileSending, type FileSending, nextPart, partAnswered } from './file-sending.ts'
import { encode, type FrameFault, frameLimit, leastFrameLimit, type ReceivedFrame } from './frame.ts'
import { decodeReply, encodeCommand, type Reply } from './message.ts'
import { toHex } from './payload/field.ts'
import { offlineAfterMs } from './pd-state.ts'
import { type HandshakeMessage, open, seal } from './secure-channel.ts'

/** A queued command that found no turn for so long is not sent any more. */
export const commandPatienceMs = 5000
const busyLimit = { times: 64, ms: 5000 }
const empty = new Uint8Array(0)

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
      // Some readers say nothing of themselves, or nothing at all, until they were polled once.
      const nudge = view.nudge === 'wanted' || (view.nudge === 'no' && view.tries % 4 === 3)
      if (nudge) view.nudge = 'done'
      return nudge ? say(view, 'nudge', 'POLL', empty, false) : say(view, 'id', 'ID', Uint8Array.of(0), false)
    }
    case 'describe':
      return say(view, 'cap', 'CAP', Uint8Array.of(0), false)
    case 'challenge': {
      const message = beginHandshake(view)
      if (message === null) {
        view.stage = 'identify'
        view.tryAt = now
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
      tellStage(view)
      return say(view, 'key', 'KEYSET', Uint8Array.of(1, 16, ...key), true)
    }
    case 'ready':
      return chooseReady(view, now)
  }
}

function tellStage(view: PdView) {
  if (view.pairing !== null) view.pairing.stage = 'key-sent'
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

export function pollInterval(view: PdView): number {
  return Math.min(Math.max(view.policy.pollIntervalMs ?? 200, 0), 4000)
}

/** The longest frame the PD takes (capability 10), as far as it is known. */
export function receiveLimit(view: PdView): number {
  const record = view.capabilities?.find(({ function: fn }) => fn === 10)
  const said = record === undefined ? 0 : record.compliance | (record.count << 8)
  return Math.min(Math.max(said, leastFrameLimit), frameLimit)
}

function say(
  view: PdView,
  purpose: Purpose,
  name: string,
  data: Uint8Array,
  sealed: boolean,
  handshake: HandshakeMessage | null = null,
  command: Queued | null = null,
) {
  const { address, sequence } = view
  const code = command?.code ?? commands[name as CommandName].code
  const frame = { address, direction: 'command', sequence, check: 'crc', code, data } as const
  if (sealed && view.session === null) return
  const bytes =
    sealed && view.session !== null ? seal(view.session, frame) : encode({ ...frame, security: handshake?.security ?? null, mac: null })
  view.exchange = { purpose, name, bytes, sequence, sealed, command, tries: 0, busy: 0, busySince: 0 }
}

// ---------------------------------------------------------------- hearing

/** `answered`: the turn is over · `ignored`: not an answer, the right one may still come. */
export type Heard = 'answered' | 'ignored'

/** A reply frame with this PD's address came. */
export function hearReply(view: PdView, out: Told, frame: ReceivedFrame, now: number, sentEnd: number): Heard {
  const { exchange } = view
  if (exchange === null) return stray(view, out, frame, now)
  const { sealed } = exchange
  const macked = frame.security !== null && frame.security.type >= 0x15 && frame.security.type <= 0x18
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
    if (frame.sequence === 0 && !macked && !known && !late) return lostCount(view, out, 'pd-restarted', now)
    return stray(view, out, frame, now)
  }
  if (!sealed) {
    if (macked) return stray(view, out, frame, now)
    if (nakReason === 1) return damagedCommand(view, now)
    accept(view, frame, now, sentEnd)
    answered(view, out, exchange, frame, frame.data, now)
    return 'answered'
  }
  if (frame.security === null) {
    if (nakReason === 1) return damagedCommand(view, now)
    if (nakReason !== null) return lostSession(view, out, nakReason === 4 ? 'sequence' : 'session-refused', now)
    // HID readers acknowledge KEYSET in clear; the new key is verified in any case.
    if (exchange.purpose === 'key' && frame.code === 0x40) {
      accept(view, frame, now, sentEnd)
      keyTaken(view, out, now)
      return 'answered'
    }
    if (view.recent.includes(toHex(frame.bytes))) observe(view, out, 'replayed-frame', codeName('reply', frame.code), now)
    observe(view, out, 'clear-frame', `${codeName('reply', frame.code)} in clear inside the session`, now)
    return lostSession(view, out, 'clear-frame', now)
  }
  if (frame.check === 'checksum') return lostSession(view, out, 'weak-check', now)
  const opened = open(view.session, frame)
  if (!opened.ok) {
    if (view.recent.includes(toHex(frame.bytes))) observe(view, out, 'replayed-frame', codeName('reply', frame.code), now)
    view.statistics.macErrors++
    observe(view, out, 'mac-error', `${codeName('reply', frame.code)}: ${opened.reason}`, now)
    return lostSession(view, out, opened.reason === 'padding-wrong' ? 'padding-error' : 'mac-error', now)
  }
  if (!opened.encrypted && opened.data.length > 0) observe(view, out, 'readable-data', codeName('reply', frame.code), now)
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
  view.lastReply = now
  view.retried = (exchange?.tries ?? 0) > 0
  view.lastFrame = toHex(frame.bytes)
  view.exchange = null
  view.tries = 0
  view.damaged = 0
  view.busyCapped = false
  view.sequence = (frame.sequence % 3) + 1
}

/** The PD got our bytes damaged: the same ones again, at once. */
function damagedCommand(view: PdView, now: number): Heard {
  if (view.exchange !== null) view.exchange.tries++
  view.retryAt = now
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

/** Everything from sequence 0 on, with ID. */
function startOver(view: PdView) {
  view.exchange = null
  view.sequence = 0
  view.stage = 'identify'
}

/** NAK 4, or an answer with sequence 0: the count starts over, and with it the session. */
function lostCount(view: PdView, out: Told, reason: SecureFault, now: number): Heard {
  view.lastReply = now
  view.statistics.replies++
  const { exchange } = view
  confirmMove(view, out)
  if (view.session !== null) return lostSession(view, out, reason, now)
  requeue(view, out)
  const again = exchange !== null && exchange.sequence === 0 ? now + probeMs : now
  startOver(view)
  view.tries = 0
  view.tryAt = again
  return 'answered'
}

function lostSession(view: PdView, out: Told, reason: SecureFault, now: number): Heard {
  view.lastReply = now
  view.statistics.replies++
  const { pairing } = view
  if (view.session?.underDefaultKey || pairing !== null) {
    // On the way to its key: once more from ID.
    requeue(view, out)
    if (pairing !== null && pairing.stage === 'key-sent') {
      keyTaken(view, out, now)
      return 'answered'
    }
  }
  loseSecure(view, out, reason, now)
  return 'answered'
}

/** A frame that answers nothing: a late or second copy is harmless, an old one is a replay, two that differ come from two devices. */
function stray(view: PdView, out: Told, frame: ReceivedFrame, now: number): Heard {
  view.statistics.unasked++
  const bytes = toHex(frame.bytes)
  if (bytes === view.lastFrame) return 'ignored'
  if (view.recent.includes(bytes)) observe(view, out, 'replayed-frame', codeName('reply', frame.code), now)
  else if (!view.retried && (view.exchange?.tries ?? 0) === 0) {
    view.strays = view.strays.filter(instant => now - instant < 10_000)
    view.strays.push(now)
    if (view.strays.length < 2) observe(view, out, 'unasked-reply', codeName('reply', frame.code), now)
    else observe(view, out, 'address-conflict', `two devices answer at address ${view.address}${serials(view, frame)}`, now)
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
    fault(view, out, 'damaged-reply', now)
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

// ---------------------------------------------------------------- an answer

const replyQueued = new Set(['LSTATR', 'ISTATR', 'OSTATR', 'RSTATR', 'RAW', 'KEYPAD', 'FMT', 'MFGREP', 'XRD'])

function answered(view: PdView, out: Told, exchange: Exchange, frame: ReceivedFrame, data: Uint8Array, now: number) {
  const { purpose } = exchange
  if (purpose === 'challenge' || purpose === 'prove') {
    if (frame.code === 0x41) return refusedHandshake(view, out, data[0] ?? 0, purpose === 'prove', now)
    if (purpose === 'prove') return takeInitialMac(view, out, frame, now)
    const message = takeCryptogram(view, out, frame, now)
    if (message === null) return
    view.stage = 'prove'
    say(view, 'prove', 'SCRYPT', message.data, false, message)
    view.retryAt = now
    return
  }
  const decoded = decodeReply(frame.code, data)
  if (!decoded.ok) {
    view.statistics.malformed++
    fault(view, out, 'malformed-reply', now)
    if (exchange.command !== null) finish(view, out, exchange.command, 'malformed', null, decoded.reason)
    else if (view.stage !== 'ready') view.tryAt = now + probeMs
    return
  }
  const reply = decoded.message
  if (reply.name === 'NAK') {
    view.statistics.naks[reply.reason] = (view.statistics.naks[reply.reason] ?? 0) + 1
    if (exchange.purpose !== 'nudge') tell(view, out, { kind: 'nak', command: exchange.name, reason: reply.reason })
    return refusedCommand(view, out, exchange, reply.reason, now)
  }
  settle(view, out, exchange, reply, now)
}

function refusedHandshake(view: PdView, out: Told, nak: number, proving: boolean, now: number) {
  view.statistics.naks[nak] = (view.statistics.naks[nak] ?? 0) + 1
  if (nak === 4) {
    view.sequence = 0
    view.handshake = null
    view.stage = 'identify'
    view.tryAt = now + probeMs / 2
    return
  }
  handshakeRefused(view, out, nak, proving, now)
}

function refusedCommand(view: PdView, out: Told, exchange: Exchange, nak: number, now: number) {
  if (nak === 4 || ((nak === 5 || nak === 6) && exchange.sealed)) {
    view.exchange = exchange
    if (nak === 4) lostCount(view, out, 'sequence', now)
    else lostSession(view, out, 'session-refused', now)
    return
  }
  switch (exchange.purpose) {
    case 'id':
    case 'nudge':
      view.tryAt = exchange.purpose === 'nudge' || view.nudge === 'no' ? now : now + probeMs
      view.nudge = exchange.purpose === 'id' && view.nudge === 'no' ? 'wanted' : exchange.purpose === 'nudge' ? 'done' : 'no'
      return
    case 'cap':
      view.clearCapabilities = null
      return afterIdentification(view, out, now)
    case 'session-id':
      view.stage = 'verify-cap'
      view.tryAt = now
      return
    case 'session-cap':
      return beReady(view, now)
    case 'key':
      return endPairing(view, out, `NAK ${nak}`, now)
    case 'file':
      return endFile(view, out, false, `NAK ${nak}`, 0)
    case 'command':
      if (exchange.command !== null) finish(view, out, exchange.command, 'nak', null, `NAK ${nak}`)
      return
    case 'poll':
      // In clear, to a PD that wants a session for which there is no key.
      if (nak === 6) {
        startOver(view)
        view.tryAt = now + probeMs
      }
      return
    default:
      return
  }
}

/** What to do with a right answer. */
function settle(view: PdView, out: Told, exchange: Exchange, reply: Reply, now: number) {
  const unasked = replyQueued.has(reply.name) && !isAnswer(exchange, reply)
  // Nothing a PD says of doors and people is taken outside the session it must have.
  if (view.stage === 'ready') tellNews(view, out, reply, now)
  if (unasked && exchange.purpose !== 'nudge') return again(view, out, exchange, now)
  confirmMove(view, out)
  switch (exchange.purpose) {
    case 'nudge':
      view.tryAt = now
      return
    case 'id':
      if (reply.name !== 'PDID') return again(view, out, exchange, now)
      view.clearIdentity = {
        vendor: reply.vendor,
        model: reply.model,
        version: reply.version,
        serial: reply.serial,
        firmware: reply.firmware,
      }
      if (view.capabilities === null) {
        view.stage = 'describe'
        view.tryAt = now
      } else afterIdentification(view, out, now)
      return
    case 'cap':
      view.clearCapabilities = reply.name === 'PDCAP' ? reply.capabilities : null
      return afterIdentification(view, out, now)
    case 'session-id':
      if (reply.name !== 'PDID') return again(view, out, exchange, now)
      if (
        !verifyIdentity(
          view,
          out,
          { vendor: reply.vendor, model: reply.model, version: reply.version, serial: reply.serial, firmware: reply.firmware },
          now,
        )
      )
        return
      view.stage = 'verify-cap'
      view.tryAt = now
      return
    case 'session-cap':
      if (reply.name !== 'PDCAP') return again(view, out, exchange, now)
      verifyCapabilities(view, out, reply.capabilities, now)
      return beReady(view, now)
    case 'key':
      return keyTaken(view, out, now)
    case 'poll':
      view.pollAgain = reply.name !== 'ACK'
      return
    case 'file':
      if (reply.name !== 'FTSTAT' || view.file === null) return again(view, out, exchange, now)
      return fileAnswered(view, out, view.file, reply, now)
    case 'command': {
      const command = exchange.command!
      if (command.name === 'COMSET' && reply.name === 'COM') return beginMove(view, command, reply, now)
      return finish(view, out, command, 'reply', reply)
    }
    default:
      return
  }
}

function isAnswer(exchange: Exchange, reply: Reply): boolean {
  const wanted: readonly string[] | undefined = (commands as Record<string, { replies?: readonly string[] }>)[exchange.name]?.replies
  return wanted === undefined || wanted.includes(reply.name)
}

/** An answer to another question, as some readers give: the command goes out anew, three times at most. */
function again(view: PdView, out: Told, exchange: Exchange, now: number) {
  fault(view, out, 'unexpected-reply', now)
  const { command } = exchange
  if (command !== null) {
    command.attempts++
    if (command.attempts > 2) finish(view, out, command, 'unexpected')
    else view.queue.unshift(command)
    return
  }
  if (exchange.purpose === 'status') view.startUp.push(exchange.name as CommandName)
  view.tryAt = ++view.tries > 3 ? now + probeMs : now
}

// ---------------------------------------------------------------- files

function fileAnswered(view: PdView, out: Told, file: FileSending, reply: Extract<Reply, { name: 'FTSTAT' }>, now: number) {
  if ((reply.action & 4) !== 0) view.pollAgain = true
  const went = partAnswered(file, reply, now)
  if (went !== 'going-on') return endFile(view, out, went.ok, went.reason, reply.detail)
  tell(view, out, {
    kind: 'file',
    id: file.id,
    sent: file.offset,
    total: file.bytes.length,
    state: file.finishing ? 'finishing' : 'sending',
    detail: reply.detail,
    reason: null,
  })
}

function endFile(view: PdView, out: Told, ok: boolean, reason: string | null, detail: number) {
  const { file } = view
  if (file === null) return
  view.file = null
  tell(view, out, { kind: 'file', id: file.id, sent: file.offset, total: file.bytes.length, state: ok ? 'done' : 'failed', detail, reason })
}

/** Begins to send a file; one at a time. Gives its id, or why not. */
export function sendFile(view: PdView, type: number, bytes: Uint8Array, now: number): number | 'file-already' | 'file-empty' {
  if (view.file !== null) return 'file-already'
  if (bytes.length === 0) return 'file-empty'
  const id = view.nextId++
  view.file = createFileSending(id, type, bytes, now)
  return id
}

/** Gives a file up; the PD is told by ABORT. */
export function abortFile(view: PdView, out: Told, now: number) {
  if (view.file === null) return
  endFile(view, out, false, 'given-up', 0)
  view.queue.push({ id: 0, name: 'ABORT', code: commands.ABORT.code, data: empty, at: now, until: now + commandPatienceMs, attempts: 0 })
}

// ---------------------------------------------------------------- commands

/** Puts a command into the queue, ahead of polls. Gives its id; how it ends comes as a `result` event. */
export function queueCommand(view: PdView, out: Told, command: AcuCommand, now: number): number {
  const id = view.nextId++
  const encoded = encodeCommand(command)
  const refuse = (reason: string) => {
    tell(view, out, { kind: 'result', id, command: command.name, outcome: 'refused', reply: null, reason })
    return id
  }
  if (!encoded.ok) return refuse(`${encoded.reason} ${encoded.field}`)
  const overhead = view.session === null ? 8 + encoded.data.length : 14 + ((encoded.data.length & ~15) + 16)
  if (overhead > receiveLimit(view)) return refuse('too-long-for-the-pd')
  if (view.online !== true) return refuse('offline')
  if (view.queue.length >= 256) return refuse('queue-full')
  view.queue.push({ id, name: command.name, code: encoded.code, data: encoded.data, at: now, until: now + commandPatienceMs, attempts: 0 })
  return id
}

// ---------------------------------------------------------------- COMSET

function beginMove(view: PdView, command: Queued, reply: Extract<Reply, { name: 'COM' }>, now: number) {
  const from = { address: view.address, baud: view.baud }
  const to = { address: reply.address & 0x7f, baud: reply.baud }
  view.move = { from, to, id: command.id, reply, tries: 0, turns: 0 }
  goTo(view, to)
  // Some PDs carry session and count over: the next POLL shows.
  view.pollAgain = true
  view.pollAt = now
}

function goTo(view: PdView, { address, baud }: { address: number; baud: number }) {
  view.address = address
  view.baud = baud
}

function confirmMove(view: PdView, out: Told) {
  const { move } = view
  if (move === null) return
  view.move = null
  const moved = view.address === move.to.address && view.baud === move.to.baud
  if (moved && (move.from.address !== view.address || move.from.baud !== view.baud))
    tell(view, out, { kind: 'moved', from: move.from.address, baud: view.baud })
  if (moved) finishMove(view, out, 'reply', move, null)
  else finishMove(view, out, 'time-out', move, 'not-found-at-the-new-settings')
}

function finishMove(view: PdView, out: Told, outcome: 'reply' | 'time-out', move: NonNullable<PdView['move']>, reason: string | null) {
  if (move.id !== 0) tell(view, out, { kind: 'result', id: move.id, command: 'COMSET', outcome, reply: move.reply, reason })
}

/** Not found where COM said: once more from sequence 0, for the PD may have dropped the session, then by turns at the old settings and at the new. */
function elsewhere(view: PdView, out: Told, now: number) {
  const move = view.move!
  move.tries = 0
  if (++move.turns > 1) goTo(view, move.turns % 2 === 0 ? move.from : move.to)
  if (move.turns === 6) {
    finishMove(view, out, 'time-out', move, 'found-nowhere')
    view.move = { ...move, id: 0 }
  }
  dropSession(view)
  startOver(view)
  view.tryAt = move.turns > 6 ? now + probeMs : now
}
