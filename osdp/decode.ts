import { codeName } from './codes.ts'
import { type Check, configurationAddress, type Direction, type FrameFault, parse, type Received, type ReceivedFrame } from './frame.ts'
import { type Command, decodeCommand, decodeReply, describeMessage, type Reply, renderMessage } from './message.ts'
import { type PayloadFault, toHex } from './payload/field.ts'
import {
  clientCryptogram,
  createSession,
  defaultKey,
  deriveKeys,
  equal,
  initialMac,
  type OpenRefusal,
  open,
  type Session,
  type SessionKeys,
  securityBlocks,
  securityName,
  serverCryptogram,
} from './secure-channel.ts'

/** One frame as `osdp decode --json` shows it. */
export interface DecodedLine {
  readonly address: number | null
  readonly direction: Direction | null
  readonly name: string | null
  readonly sequence: number | null
  readonly check: Check | null
  /** `SCS_15` and the like, null in clear. */
  readonly security: string | null
  /** Hex, decrypted, without padding; empty where there is none; null where it cannot be opened. */
  readonly payload: string | null
  readonly fields: Readonly<Record<string, unknown>>
  readonly ok: boolean
  readonly error: string | null
}

/** A frame followed: its line, and what it says in words. */
export interface Followed {
  readonly line: DecodedLine
  readonly text: string
}

/** A key to try: at one address (and where that PD moves to), or everywhere. */
export interface DecoderKey {
  readonly address: number | null
  readonly scbk: Uint8Array
}

interface Candidate {
  readonly keys: SessionKeys
  readonly cryptogram: Uint8Array
  readonly underDefaultKey: boolean
}

/** What is known of the PD at one address. */
interface Peer {
  keys: Uint8Array[]
  /** The most likely first: that in use, and those that it may go back to. */
  sessions: Session[]
  rndA: Uint8Array | null
  candidate: Candidate | null
  /** The last secured frame each way, for a repetition is not part of the chain. */
  last: Partial<Record<Direction, { readonly bytes: Uint8Array; readonly followed: Followed }>>
}

/** Follows the traffic of a line, Secure Channel included. */
export interface Decoder {
  readonly keys: readonly DecoderKey[]
  readonly peers: Map<number, Peer>
}

const sessionsKept = 4
const keysKept = 64

/** A decoder that knows these keys, and SCBK-D always. */
export function createDecoder(keys: readonly DecoderKey[] = []): Decoder {
  return { keys, peers: new Map() }
}

/**
 * Follows what a receiver gave, in order. Opens Secure Channel where a key is known, through repetitions, new handshakes, keys set inside the session and
 * changes of address. Judges nothing: weak keys and default keys are opened as any other.
 */
export function follow(decoder: Decoder, received: Received): Followed {
  return received.kind === 'fault' ? describeFault(received) : followFrame(decoder, received)
}

function peerAt(decoder: Decoder, address: number): Peer {
  let peer = decoder.peers.get(address)
  if (peer === undefined) {
    const keys = decoder.keys.filter(key => key.address === null || key.address === address).map(key => key.scbk)
    peer = { keys, sessions: [], rndA: null, candidate: null, last: {} }
    decoder.peers.set(address, peer)
  }
  return peer
}

function followFrame(decoder: Decoder, frame: ReceivedFrame): Followed {
  const peer = peerAt(decoder, frame.address)
  const type = frame.security?.type ?? null
  if (type === null || (type >= 0x11 && type <= 0x14)) {
    const error = type === null ? null : followHandshake(peer, frame)
    return describe(decoder, frame, frame.data, error)
  }
  const last = peer.last[frame.direction]
  if (last !== undefined && sameBytes(last.bytes, frame.bytes)) return last.followed
  const opened = openWith(peer, frame)
  const readable = opened.ok ? opened.data : type === 0x15 || type === 0x16 ? frame.data : null
  const followed = describe(decoder, frame, readable, opened.ok ? null : opened.error)
  if (opened.ok) peer.last[frame.direction] = { bytes: frame.bytes, followed }
  return followed
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

const refusals: Readonly<Record<OpenRefusal, string>> = {
  'no-session': 'no known key opens this session',
  'not-secured': 'not secured',
  'unknown-block': 'unknown security block',
  'block-length': 'security block of a wrong length',
  'wrong-direction': 'security block of the other direction',
  'mac-missing': 'MAC missing',
  'mac-wrong': 'MAC wrong',
  'padding-wrong': 'padding wrong',
}

function openWith(peer: Peer, frame: ReceivedFrame): { ok: true; data: Uint8Array } | { ok: false; error: string | null } {
  const type = frame.security!.type
  if (securityBlocks.get(type)?.channel === 2)
    return { ok: false, error: `${securityName(type)} belongs to the second secure channel, which is not opened` }
  let refusal = open(null, frame, true)
  for (const session of peer.sessions) {
    const opened = open(session, frame, true)
    if (opened.ok) {
      peer.sessions = [session, ...peer.sessions.filter(other => other !== session)]
      return opened
    }
    refusal = opened
  }
  if (refusal.ok || (refusal.reason === 'no-session' && type < 0x17)) return { ok: false, error: null }
  return { ok: false, error: refusals[refusal.reason] }
}

/** Takes a step of a handshake and says what is wrong with it, if a known key can tell. */
function followHandshake(peer: Peer, { direction, code, data, security }: ReceivedFrame): string | null {
  if (direction === 'command' && code === 0x76 && data.length === 8) {
    peer.rndA = data
    peer.candidate = null
  } else if (direction === 'reply' && code === 0x76 && data.length === 32 && peer.rndA !== null) {
    peer.candidate = findKey([...peer.keys, defaultKey], peer.rndA, data)
  } else if (direction === 'command' && code === 0x77 && peer.candidate !== null) {
    if (!equal(peer.candidate.cryptogram, data)) return 'server cryptogram wrong'
  } else if (direction === 'reply' && code === 0x78 && data.length === 16 && security?.data[0] === 1 && peer.rndA !== null) {
    const { candidate } = peer
    peer.rndA = peer.candidate = null
    if (candidate === null) peer.sessions = []
    else {
      const rMacI = initialMac(candidate.keys, candidate.cryptogram)
      if (!equal(rMacI, data)) return 'initial R-MAC wrong'
      peer.sessions = [createSession(candidate.keys, rMacI, candidate.underDefaultKey), ...peer.sessions].slice(0, sessionsKept)
    }
  }
  return null
}

function findKey(known: readonly Uint8Array[], rndA: Uint8Array, ccrypt: Uint8Array): Candidate | null {
  const rndB = ccrypt.subarray(8, 16)
  for (const scbk of known) {
    const keys = deriveKeys(scbk, rndA)
    if (equal(clientCryptogram(keys, rndA, rndB), ccrypt.subarray(16))) {
      return { keys, cryptogram: serverCryptogram(keys, rndA, rndB), underDefaultKey: scbk === defaultKey }
    }
  }
  return null
}

/** What a message changes in how the line is followed: a key set, an address changed. */
function learn(decoder: Decoder, address: number, message: Command | Reply) {
  const peer = peerAt(decoder, address)
  if (message.name === 'KEYSET' && message.key.length === 16) peer.keys = [message.key, ...peer.keys].slice(0, keysKept)
  if ((message.name === 'COMSET' || message.name === 'COM') && message.address < configurationAddress && message.address !== address) {
    const moved = peerAt(decoder, message.address)
    moved.keys = [...new Set([...peer.keys, ...moved.keys])].slice(0, keysKept)
    moved.sessions = [...new Set([...peer.sessions, ...moved.sessions])].slice(0, sessionsKept)
  }
}

function describe(decoder: Decoder, frame: ReceivedFrame, data: Uint8Array | null, error: string | null): Followed {
  const { address, direction, sequence, check, code, security } = frame
  const read = data === null ? null : direction === 'command' ? decodeCommand(code, data) : decodeReply(code, data)
  if (read?.ok && error === null) learn(decoder, address, read.message)
  const wrong = error ?? (read === null ? refusals['no-session'] : read.ok ? null : payloadError(read))
  const line: DecodedLine = {
    address,
    direction,
    name: codeName(direction, code),
    sequence,
    check,
    security: security === null ? null : securityName(security.type),
    payload: data === null ? null : toHex(data),
    fields: read?.ok ? renderMessage(direction, read.message) : {},
    ok: wrong === null,
    error: wrong,
  }
  return { line, text: toText(line, read?.ok ? describeMessage(direction, read.message) : `${line.name} ${line.payload ?? ''}`.trim()) }
}

function payloadError(fault: PayloadFault): string {
  return fault.reason.replaceAll('-', ' ') + (fault.field === '' ? '' : ` at ${fault.field}`)
}

function toText(line: DecodedLine, message: string): string {
  const way = line.direction === 'command' ? '>' : '<'
  const head = `${way} ${String(line.address).padStart(3)} #${line.sequence} ${line.check} ${line.security ?? 'clear'}`
  return `${head} ${message}${line.error === null ? '' : `  !! ${line.error}`}`
}

/** What bytes that are no good frame can still tell. */
function describeFault({ reason, count, bytes }: FrameFault): Followed {
  const error = faultText(reason, count, bytes)
  const nothing = {
    address: null,
    direction: null,
    name: null,
    sequence: null,
    check: null,
    security: null,
    payload: null,
    fields: {},
    ok: false,
    error,
  }
  if (bytes.length < 5) return { line: nothing, text: `!! ${error}` }
  const direction: Direction = bytes[1]! & 0x80 ? 'reply' : 'command'
  const frame = parse(bytes)
  const readable = frame !== null && frame.security === null
  const line: DecodedLine = {
    ...nothing,
    address: bytes[1]! & 0x7f,
    direction,
    sequence: bytes[4]! & 3,
    check: bytes[4]! & 4 ? 'crc' : 'checksum',
    ...(frame !== null && {
      name: codeName(direction, frame.code),
      security: frame.security === null ? null : securityName(frame.security.type),
    }),
    ...(readable && { payload: toHex(frame.data) }),
  }
  return { line, text: toText(line, line.name ?? toHex(bytes)) }
}

function faultText(reason: FrameFault['reason'], count: number, bytes: Uint8Array): string {
  const length = bytes.length < 4 ? 0 : bytes[2]! | (bytes[3]! << 8)
  switch (reason) {
    case 'noise':
      return `${count} byte${count === 1 ? '' : 's'} outside any frame`
    case 'length':
      return `length ${length} is impossible`
    case 'reserved-bits':
      return 'reserved bits of the control byte are set'
    case 'security-block':
      return 'the security block does not fit its frame'
    case 'check':
      return bytes[4]! & 4 ? 'CRC wrong' : 'checksum wrong'
    case 'truncated':
      return length > 0 ? `breaks off after ${count} of ${length} bytes` : `breaks off after ${count} bytes`
  }
}
