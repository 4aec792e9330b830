import { commands, findCode } from './codes.ts'
import { configurationAddress, encode, type FrameFault, feed, flush, marked, type ReceivedFrame } from './frame.ts'
import { decodeCommand, encodeReply, type Reply } from './message.ts'
import { applies, type Misbehaviour, type MisbehaviourKind, sealOddly } from './misbehaviour.ts'
import { outputStates, outputsWakeAt } from './panel.ts'
import { cutParts, partHeader } from './payload/multipart.ts'
import { type Answer, carryOut, isNak, nak } from './pd-command.ts'
import { cuidOf, offlineAfterMs, type Pd, type PdEffect, type PdInput } from './pd-state.ts'
import { acceptProof, answerChallenge, endSession, equal, open, type Session, seal } from './secure-channel.ts'

const empty = new Uint8Array(0)
const queueLimit = 64

/** Whether the PD has something to say to the next POLL. */
export function hasNews(pd: Pd): boolean {
  return pd.queue.length > 0
}

/** When {@link stepPd} wants a `wake`, or null. `onLine` false leaves out what only the line's silence brings about. */
export function pdWakeAt(pd: Pd, now: number, onLine = true): number | null {
  let next = outputsWakeAt(pd.panel, now)
  const at = (instant: number) => {
    if (next === null || instant < next) next = instant
  }
  if (onLine && pd.feed.held > 0) at(pd.bytesAt + pd.gapMs)
  if (onLine && pd.heardAt !== null) at(pd.heardAt + offlineAfterMs)
  if (pd.queue.length > 0) at(pd.queue[0]!.at + offlineAfterMs)
  return next
}

/** The line slept for `ms`: for the PD it is as if the polling had gone on. */
export function shiftPd(pd: Pd, ms: number) {
  if (pd.heardAt !== null) pd.heardAt += ms
}

/** One step of a PD. Changes `pd`, gives what it does. Never throws, whatever comes over the line. */
export function stepPd(pd: Pd, input: PdInput, now: number): PdEffect[] {
  const effects: PdEffect[] = []
  expire(pd, now, effects)
  switch (input.kind) {
    case 'bytes':
      // A frame begun before a silence is dead, whoever notices.
      if (pd.feed.held > 0 && now - pd.bytesAt > pd.gapMs) hear(pd, flush(pd.feed), now, effects)
      pd.bytesAt = now
      hear(pd, feed(pd.feed, input.bytes), now, effects)
      break
    case 'wake':
      if (pd.feed.held > 0 && now >= pd.bytesAt + pd.gapMs) hear(pd, flush(pd.feed), now, effects)
      break
    case 'card': {
      const data = Uint8Array.from({ length: Math.ceil(input.bits.length / 8) }, (_, at) =>
        Number.parseInt(input.bits.slice(at * 8, at * 8 + 8).padEnd(8, '0'), 2),
      )
      present(pd, { name: 'RAW', reader: input.reader ?? 0, format: input.format ?? 0, bits: input.bits.length, data }, now)
      break
    }
    case 'keys':
      present(pd, { name: 'KEYPAD', reader: input.reader ?? 0, digits: input.keys }, now)
      break
    case 'tamper':
      if (pd.tamper !== input.active) {
        pd.tamper = input.active
        say(pd, localStatus(pd), now)
      }
      break
    case 'power':
      if (pd.power !== input.failure) {
        pd.power = input.failure
        say(pd, localStatus(pd), now)
      }
      break
    case 'input':
      if (pd.inputs[input.input] !== undefined && pd.inputs[input.input] !== input.state) {
        pd.inputs[input.input] = input.state
        say(pd, { name: 'ISTATR', status: [...pd.inputs] }, now)
      }
      break
    case 'reader':
      if (pd.readers[input.reader] !== undefined && pd.readers[input.reader] !== input.state) {
        pd.readers[input.reader] = input.state
        say(pd, { name: 'RSTATR', status: [...pd.readers] }, now)
      }
      break
    case 'say':
      say(pd, input.reply, now)
      break
    case 'say-in-parts': {
      // Padded and under MAC the part must still fit what the ACU takes.
      const size = Math.max(16, ((pd.peerLimit - 14) & ~15) - partHeader - 1)
      for (const part of cutParts(input.whole, size)) say(pd, { name: input.name, ...part }, now)
      break
    }
    case 'install-mode':
      pd.installMode = input.on
      break
    case 'power-cycle':
      end(pd, 'power-cycle', effects)
      Object.assign(pd, {
        sequence: null,
        lastCommand: null,
        lastReply: null,
        heardAt: null,
        lost: false,
        polled: false,
        file: null,
        assembly: null,
        move: null,
      })
      pd.queue.length = 0
      pd.feed.held = 0
      break
  }
  const outputs = outputStates(pd.panel, now)
  if (outputs.some((state, index) => state !== pd.shownOutputs[index])) {
    pd.shownOutputs = outputs
    say(pd, { name: 'OSTATR', status: outputs }, now)
  }
  return effects
}

function expire(pd: Pd, now: number, effects: PdEffect[]) {
  if (pd.heardAt !== null && now >= pd.heardAt + offlineAfterMs) {
    pd.heardAt = null
    pd.lost = true
    pd.queue.length = 0
    pd.polled = false
    end(pd, 'no-command', effects)
    effects.push({ kind: 'online', online: false })
  }
  while (pd.queue.length > 0 && now >= pd.queue[0]!.at + offlineAfterMs) pd.queue.shift()
}

function localStatus(pd: Pd): Reply {
  return { name: 'LSTATR', tamper: pd.tamper ? 1 : 0, power: pd.power ? 1 : 0 }
}

function present(pd: Pd, reply: Reply, now: number) {
  if (!pd.lost) say(pd, reply, now)
}

function say(pd: Pd, reply: Reply, now: number) {
  const encoded = encodeReply(reply)
  if (!encoded.ok || pd.lost || pd.queue.length >= queueLimit) return
  pd.queue.push({ code: encoded.code, data: encoded.data, at: now })
}

function end(pd: Pd, reason: string, effects: PdEffect[]) {
  pd.handshake = null
  if (pd.session === null) return
  const { underDefaultKey } = pd.session
  endSession(pd.session)
  pd.session = null
  effects.push({ kind: 'session', established: false, underDefaultKey, reason })
}

// ---------------------------------------------------------------- a frame

function hear(pd: Pd, received: readonly (ReceivedFrame | FrameFault)[], now: number, effects: PdEffect[]) {
  for (const item of received) {
    if (item.kind === 'frame') take(pd, item, now, effects)
    else if (item.reason !== 'noise') {
      effects.push({ kind: 'fault', reason: item.reason })
      // Only what was plainly ours and in clear: an answer to somebody else's damaged frame would damage the next one.
      if (
        item.reason === 'check' &&
        item.bytes[1] === pd.address &&
        (item.bytes[4]! & 8) === 0 &&
        pd.session === null &&
        pd.feed.held === 0
      ) {
        reply(
          pd,
          { sequence: item.bytes[4]! & 3, check: (item.bytes[4]! & 4) === 0 ? 'checksum' : 'crc', address: pd.address },
          nak(1),
          null,
          new Map(),
          effects,
          false,
        )
      }
    }
  }
}

type Origin = Pick<ReceivedFrame, 'sequence' | 'check' | 'address'>

const clearCommands: readonly number[] = [commands.ID.code, commands.CAP.code, commands.CHLNG.code, commands.SCRYPT.code]
const configurationCommands: readonly number[] = [commands.ID.code, commands.CAP.code, commands.COMSET.code]

function take(pd: Pd, frame: ReceivedFrame, now: number, effects: PdEffect[]) {
  if (frame.direction !== 'command') return
  const broadcast = frame.address === configurationAddress
  if (broadcast ? pd.session !== null || !configurationCommands.includes(frame.code) : frame.address !== pd.address) return
  const sealed = frame.security !== null && frame.security.type >= 0x15 && frame.security.type <= 0x18
  // A frame found inside a broken one may have been data; only a MAC tells.
  if (frame.recovered && !sealed) return

  if (pd.lastReply !== null && pd.lastCommand !== null && frame.sequence === pd.sequence && equal(pd.lastCommand, frame.bytes)) {
    heard(pd, now, effects)
    effects.push({ kind: 'send', bytes: pd.lastReply, delayMs: pd.config.replyDelayMs ?? 0 })
    return
  }
  const name = findCode('command', frame.code)?.name ?? 'UNKNOWN'
  const active = applies(pd.conduct, name)
  if (frame.sequence === 0) {
    end(pd, 'sequence-0', effects)
    pd.lastReply = null
    pd.lastCommand = null
  } else if (pd.sequence === null || (frame.sequence !== pd.sequence && frame.sequence !== (pd.sequence % 3) + 1)) {
    heard(pd, now, effects)
    reply(pd, frame, nak(4), null, active, effects, false)
    return
  }
  heard(pd, now, effects)
  if (active.has('busy')) {
    effects.push({
      kind: 'send',
      bytes: marked(
        encode({
          address: frame.address,
          direction: 'reply',
          sequence: 0,
          check: frame.check,
          security: null,
          code: 0x79,
          data: empty,
          mac: null,
        }),
      ),
      delayMs: 0,
    })
    return
  }
  const { answer, session } = respond(pd, frame, sealed, active, now, effects)
  const counts = !(isNak(answer) && active.has('nak-keeps-sequence'))
  if (counts) {
    pd.sequence = frame.sequence
    pd.lastCommand = frame.bytes
    pd.lastReply = null
  }
  reply(pd, frame, answer, session, active, effects, counts)
  if (pd.move !== null) {
    Object.assign(pd, pd.move)
    effects.push({ kind: 'moved', ...pd.move })
    pd.move = null
    if (active.has('drop-session')) {
      end(pd, 'moved', effects)
      pd.sequence = null
    }
  }
}

function heard(pd: Pd, now: number, effects: PdEffect[]) {
  if (pd.heardAt === null) effects.push({ kind: 'online', online: true })
  pd.heardAt = now
  pd.lost = false
}

/** Gives the answer and the session that it is sealed in (null: in clear). */
function respond(
  pd: Pd,
  frame: ReceivedFrame,
  sealed: boolean,
  active: ReadonlyMap<MisbehaviourKind, Misbehaviour>,
  now: number,
  effects: PdEffect[],
): { answer: Answer; session: Session | null } {
  const clear = (answer: Answer) => ({ answer, session: null })
  const refuse = (reason: number, fault: string) => {
    effects.push({ kind: 'fault', reason: fault })
    return clear(nak(reason))
  }
  if (frame.code === commands.POLL.code) pd.polled = true
  let data = frame.data
  if (sealed) {
    // A sum of eight bits is no check for a session.
    if (frame.check === 'checksum') {
      end(pd, 'weak-check', effects)
      return refuse(6, 'weak-check')
    }
    const opened = open(pd.session, frame)
    if (!opened.ok) {
      end(pd, opened.reason, effects)
      return refuse(6, opened.reason)
    }
    if (!opened.encrypted && opened.data.length > 0) return { answer: nak(6), session: pd.session }
    data = opened.data
  } else {
    if (pd.session !== null || frame.code !== commands.SCRYPT.code) end(pd, 'clear-frame', effects)
    if (frame.code === commands.CHLNG.code || frame.code === commands.SCRYPT.code) return clear(shakeHands(pd, frame, active, effects))
    if (frame.security !== null) return refuse(6, 'unknown-block')
    if (pd.requireSecure && !clearCommands.includes(frame.code)) return refuse(6, 'secure-required')
  }
  const { session } = pd
  const decoded = decodeCommand(frame.code, data)
  if (!decoded.ok) return { answer: nak(2), session }
  const command = decoded.message
  const told = active.get('nak')
  const answer =
    told !== undefined
      ? nak(told.reason ?? 3)
      : active.has('poll-first') && command.name === 'ID' && !pd.polled
        ? nak(3)
        : carryOut(pd, command, now, effects)
  effects.push({ kind: 'command', command, secure: session !== null, nak: isNak(answer) ? answer.data[0]! : null })
  return { answer, session }
}

function shakeHands(pd: Pd, frame: ReceivedFrame, active: ReadonlyMap<MisbehaviourKind, Misbehaviour>, effects: PdEffect[]): Answer {
  const told = active.get('nak')
  if (told !== undefined) return nak(told.reason ?? 5)
  if (pd.scbk === null && !pd.installMode) return nak(5)
  if (frame.code === commands.CHLNG.code) {
    const result = answerChallenge(
      { scbk: pd.scbk, installMode: pd.installMode, cuid: cuidOf(pd.identity), rndB: pd.config.random(8) },
      frame,
      pd.seen,
    )
    if (!result.ok) {
      effects.push({ kind: 'fault', reason: result.reason })
      pd.handshake = null
      return nak(result.nak)
    }
    pd.handshake = result.handshake
    pd.seen.push(result.handshake.rndA)
    if (pd.seen.length > 256) pd.seen.shift()
    return result.message
  }
  const result = acceptProof(pd.handshake, frame)
  pd.handshake = null
  if (!result.ok) {
    effects.push({ kind: 'fault', reason: result.reason })
    return nak(result.nak)
  }
  pd.session = result.session
  effects.push({ kind: 'session', established: true, underDefaultKey: result.session.underDefaultKey, reason: 'handshake' })
  return result.message
}

/** Writes an answer, damaged as the misbehaviours want it, and puts it on the line. */
function reply(
  pd: Pd,
  origin: Origin,
  answer: Answer,
  session: Session | null,
  active: ReadonlyMap<MisbehaviourKind, Misbehaviour>,
  effects: PdEffect[],
  stored: boolean,
) {
  const { address, check } = origin
  const sequence = active.has('restart') ? 0 : active.has('wrong-sequence') ? (origin.sequence % 3) + 1 : origin.sequence
  let { code, data } = answer
  let security = answer.security ?? null
  if (active.has('unasked-status') && !isNak(answer)) {
    code = 0x49
    data = Uint8Array.from(pd.inputs)
    security = null
  }
  if (security !== null && active.has('wrong-key-type') && security.type === 0x12)
    security = { type: 0x12, data: Uint8Array.of(security.data[0]! ^ 1) }
  if (security !== null && active.has('refuse-proof') && security.type === 0x14) security = { type: 0x14, data: Uint8Array.of(0xff) }
  if (active.has('wrong-initial-mac') && security?.type === 0x14) data = data.map(byte => byte ^ 1)
  let bytes: Uint8Array
  if (session !== null && !session.ended && !active.has('clear-ack') && !active.has('clear-reply')) {
    const message = { address, direction: 'reply', sequence, check, code, data } as const
    const odd =
      ((active.has('status-unencrypted') || active.has('status-block')) && code >= 0x48 && code <= 0x4b) ||
      (active.has('empty-encrypted') && data.length === 0) ||
      active.has('wrong-mac')
    bytes = odd ? sealOddly(session, message, active) : seal(session, message)
  } else bytes = encode({ address, direction: 'reply', sequence, check, security, code, data, mac: null })
  if (session !== null && (active.has('clear-ack') || active.has('clear-reply'))) end(pd, 'clear-reply', effects)
  // KEYSET: the answer still belongs to the old session.
  if (pd.keySet && !active.has('keep-session')) end(pd, 'key-set', effects)
  pd.keySet = false
  const wire = marked(bytes)
  // A NAK to what did not count keeps the answer that did.
  if (stored) pd.lastReply = wire
  if (active.has('drop')) return
  let sent = wire
  if (active.has('wrong-crc')) sent = Uint8Array.from([...wire.slice(0, -1), wire.at(-1)! ^ 0x55])
  if (active.has('noise')) sent = Uint8Array.from([0x53, 0x00, 0xa5, 0x5a, ...wire.slice(0, 3), ...wire])
  const delayMs = (pd.config.replyDelayMs ?? 0) + (active.get('delay')?.ms ?? 0)
  effects.push({ kind: 'send', bytes: sent, delayMs })
  if (active.has('twice')) effects.push({ kind: 'send', bytes: sent, delayMs: delayMs + 30 })
}
