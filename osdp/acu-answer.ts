import { beginMove, commandPatienceMs, confirmMove, lostCount, lostSession, receiveLimit, say, startOver } from './acu-exchange.ts'
import { tellNews } from './acu-reply.ts'
import {
  afterIdentification,
  beReady,
  dropPending,
  endPairing,
  handshakeRefused,
  keyTaken,
  takeCryptogram,
  takeInitialMac,
  verifyCapabilities,
  verifyIdentity,
} from './acu-secure.ts'
import { type AcuCommand, type Exchange, isTolerated, type PdView, policyFault } from './acu-state.ts'
import { fault, finish, isCrowded, probeMs, type Told, tell } from './acu-told.ts'
import { type CommandName, commands } from './codes.ts'
import { createFileSending, type FileSending, partAnswered } from './file-sending.ts'
import type { ReceivedFrame } from './frame.ts'
import { decodeReply, encodeCommand, type Reply } from './message.ts'
import { cutParts, partHeader } from './payload/multipart.ts'

const empty = new Uint8Array(0)
const holdMs = 250

const replyQueued = new Set(['LSTATR', 'ISTATR', 'OSTATR', 'RSTATR', 'RAW', 'KEYPAD', 'FMT', 'MFGREP', 'XRD'])

/** A right answer came: what it means, and what comes next. */
export function answered(view: PdView, out: Told, exchange: Exchange, frame: ReceivedFrame, data: Uint8Array, now: number) {
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
      view.nudge =
        exchange.purpose === 'id' && view.nudge === 'no' && isTolerated(view, 'poll-first')
          ? 'wanted'
          : exchange.purpose === 'nudge'
            ? 'done'
            : 'no'
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
      dropPending(view, out)
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
      // The line is left alone for a second answer.
      if (isCrowded(view, now)) view.holdUntil = now + holdMs
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
      if (command.name === 'COMSET' && reply.name === 'COM') {
        // Nobody can be followed there.
        if (policyFault({ address: reply.address & 0x7f, baud: reply.baud }) !== null)
          return finish(view, out, command, 'unexpected', reply, 'no-such-settings')
        return beginMove(view, command, reply, now)
      }
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
  if (!isTolerated(view, 'unasked-status')) fault(view, out, 'unexpected-reply', now)
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

/** The PD is taken off the line: what was under way with it is over. */
export function abandon(view: PdView, out: Told, now: number) {
  endFile(view, out, false, 'stopped', 0)
  endPairing(view, out, 'stopped', now)
}

/** Gives a file up; the PD is told by ABORT. */
export function abortFile(view: PdView, out: Told, now: number) {
  if (view.file === null) return
  endFile(view, out, false, 'given-up', 0)
  view.queue.push({ id: 0, name: 'ABORT', code: commands.ABORT.code, data: empty, at: now, until: now + commandPatienceMs, attempts: 0 })
}

// ---------------------------------------------------------------- commands

/** What goes out as part of a handshake, of pairing or of a file, and in no other way. */
const ownCommands: readonly number[] = [commands.CHLNG.code, commands.SCRYPT.code, commands.KEYSET.code, commands.FILETRANSFER.code]

/** Puts a command into the queue, ahead of polls. Gives its id; how it ends comes as a `result` event. */
export function queueCommand(view: PdView, out: Told, command: AcuCommand, now: number): number {
  const id = view.nextId++
  const encoded = encodeCommand(command)
  const refuse = (reason: string) => {
    tell(view, out, { kind: 'result', id, command: command.name, outcome: 'refused', reply: null, reason })
    return id
  }
  if (!encoded.ok) return refuse(`${encoded.reason} ${encoded.field}`)
  const impossible = command.name === 'COMSET' ? policyFault(command) : null
  if (impossible !== null) return refuse(`payload-value-out-of-range ${impossible}`)
  if (ownCommands.includes(encoded.code)) return refuse('the-acu-sends-it-itself')
  const overhead = view.session === null ? 8 + encoded.data.length : 14 + ((encoded.data.length & ~15) + 16)
  if (overhead > receiveLimit(view)) return refuse('too-long-for-the-pd')
  if (view.online !== true) return refuse('offline')
  if (view.queue.length >= 256) return refuse('queue-full')
  view.queue.push({ id, name: command.name, code: encoded.code, data: encoded.data, at: now, until: now + commandPatienceMs, attempts: 0 })
  return id
}

/** Queues a GENAUTH or CRAUTH in as many parts as the PD's receive buffer asks for. Gives the id of the last. */
export function queueParts(view: PdView, out: Told, name: 'GENAUTH' | 'CRAUTH', whole: Uint8Array, now: number): number {
  const sealed = view.session !== null
  const limit = receiveLimit(view)
  const size = sealed ? ((limit - 14) & ~15) - partHeader - 1 : limit - 8 - partHeader
  return cutParts(whole, size).reduce((_, part) => queueCommand(view, out, { name, ...part }, now), 0)
}
