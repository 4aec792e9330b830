/** Who a frame goes to: commands leave the ACU, replies come from a PD. */
export type Direction = 'command' | 'reply'

/** How a frame is checked: CRC-16 (two bytes) or the 8-bit sum (one byte). Chosen per frame. */
export type Check = 'crc' | 'checksum'

/** The security block of a frame: its type (0x11 to 0x18, later 0x21 to 0x28) and the bytes after the type (none or one, as far as the standard goes). */
export interface SecurityBlock {
  readonly type: number
  readonly data: Uint8Array
}

/** One frame between its start byte and its check, both left out (protocol clause "Frame"). */
export interface Frame {
  /** 0 to 0x7E a PD, 0x7F the configuration address that every PD answers. */
  readonly address: number
  readonly direction: Direction
  /** 0 to 3. */
  readonly sequence: number
  readonly check: Check
  readonly security: SecurityBlock | null
  readonly code: number
  /** As on the line: still encrypted under SCS_17 and SCS_18, and without the MAC. */
  readonly data: Uint8Array
  /** Four bytes under SCS_15 to SCS_18; null elsewhere, and where the frame is too short to hold one. */
  readonly mac: Uint8Array | null
}

/** A frame that came in whole and with a right check. */
export interface ReceivedFrame extends Frame {
  readonly kind: 'frame'
  /** The frame from its start byte to its last check byte, a copy of its own. */
  readonly bytes: Uint8Array
  /** Found inside bytes that a broken frame had claimed: genuine after noise, but also what a frame hidden in another one's data looks like. */
  readonly recovered: boolean
}

/** Why bytes did not become a frame. */
export const faultReasons = ['noise', 'length', 'reserved-bits', 'security-block', 'check', 'truncated'] as const
export type FaultReason = (typeof faultReasons)[number]

/** Bytes that did not become a frame. */
export interface FrameFault {
  readonly kind: 'fault'
  /**
   * `noise` bytes outside any frame (marks, 0xFF, are none) · `length` a LEN below the smallest frame or above the limit · `reserved-bits` CTRL bits 4 to 7
   * · `security-block` one that does not fit its frame · `check` CRC or sum wrong · `truncated` the line went silent inside a frame.
   */
  readonly reason: FaultReason
  /** How many bytes it concerns. */
  readonly count: number
  /** What was taken for the frame, from its start byte on; empty for noise. */
  readonly bytes: Uint8Array
}

export type Received = ReceivedFrame | FrameFault

/** The address that every PD answers; only for a PD alone on its line. */
export const configurationAddress = 0x7f
export const startOfMessage = 0x53
/** Sent before a frame to drive the line; no part of the frame. */
export const markByte = 0xff
/** The longest frame the standard knows, in bytes. */
export const frameLimit = 1440
/** Every PD takes frames of this many bytes. */
export const leastFrameLimit = 128

const empty = new Uint8Array(0)

const crcTable = new Uint16Array(256).map((_, index) => {
  let value = index << 8
  for (let bit = 0; bit < 8; bit++) value = value & 0x8000 ? (value << 1) ^ 0x1021 : value << 1
  return value
})

/** CRC-16 of `bytes[from, to)`: polynomial 0x1021, initial 0x1D0F, not reflected. */
export function crc16(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let crc = 0x1d0f
  for (let i = from; i < to; i++) crc = ((crc << 8) & 0xffff) ^ crcTable[(crc >> 8) ^ bytes[i]!]!
  return crc
}

/** The two's complement of the sum of `bytes[from, to)`, low eight bits. */
export function checksum(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let sum = 0
  for (let i = from; i < to; i++) sum += bytes[i]!
  return -sum & 0xff
}

/** Whether a security block type carries a MAC (SCS_15 to SCS_18). */
export function hasMac(type: number): boolean {
  return type >= 0x15 && type <= 0x18
}

/** Writes everything but MAC and check; `macLength` bytes are left free for the MAC. */
export function layOut(frame: Omit<Frame, 'mac'>, macLength: number): Uint8Array {
  const { security, data } = frame
  const head = security === null ? 6 : 8 + security.data.length
  const crc = frame.check === 'crc'
  const length = head + data.length + macLength + (crc ? 2 : 1)
  if (length > frameLimit) throw new RangeError(`an OSDP frame holds at most ${frameLimit} bytes, this one would have ${length}`)
  const bytes = new Uint8Array(length)
  bytes[0] = startOfMessage
  bytes[1] = frame.direction === 'reply' ? frame.address | 0x80 : frame.address & 0x7f
  bytes[2] = length & 0xff
  bytes[3] = length >> 8
  bytes[4] = (frame.sequence & 3) | (crc ? 4 : 0) | (security === null ? 0 : 8)
  if (security !== null) {
    bytes[5] = 2 + security.data.length
    bytes[6] = security.type
    bytes.set(security.data, 7)
  }
  bytes[head - 1] = frame.code
  if (data.length > 0) bytes.set(data, head)
  return bytes
}

/** Writes the check into the free last bytes. */
export function close(bytes: Uint8Array, check: Check): Uint8Array {
  const end = bytes.length
  if (check === 'crc') {
    const crc = crc16(bytes, 0, end - 2)
    bytes[end - 2] = crc & 0xff
    bytes[end - 1] = crc >> 8
  } else bytes[end - 1] = checksum(bytes, 0, end - 1)
  return bytes
}

/**
 * The bytes of a frame, from its start byte to its check.
 * A frame above {@link frameLimit} bytes is broken code: RangeError. The mark byte is the line's: {@link marked}.
 */
export function encode(frame: Frame): Uint8Array {
  const mac = frame.mac
  const bytes = layOut(frame, mac === null ? 0 : mac.length)
  if (mac !== null) bytes.set(mac, bytes.length - mac.length - (frame.check === 'crc' ? 2 : 1))
  return close(bytes, frame.check)
}

/** The bytes with the mark byte before them, as they go on the line. */
export function marked(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length + 1)
  result[0] = markByte
  result.set(bytes, 1)
  return result
}

/** Reads the frame that fills `bytes` from start byte to check, without judging the check. Null where LEN, CTRL or the security block are impossible. */
export function parse(bytes: Uint8Array): Frame | null {
  return read(plain(bytes), false)
}

/** Bytes whose slices are copies: those of Node's Buffer are views, and change with the memory of whoever handed it in. */
export function plain(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes)
}

// Small copies (slice) are several times cheaper than views (subarray), which move the whole array out of V8's heap first.
function read(bytes: Uint8Array, recovered: boolean): ReceivedFrame | null {
  const length = bytes.length
  const control = bytes[4]!
  if (length < 7 || bytes[0] !== startOfMessage || (bytes[2]! | (bytes[3]! << 8)) !== length || control & 0xf0) return null
  const crc = (control & 4) !== 0
  let end = length - (crc ? 2 : 1)
  let at = 5
  let security: SecurityBlock | null = null
  let mac: Uint8Array | null = null
  if (control & 8) {
    const size = bytes[5]!
    if (size < 2 || 5 + size >= end) return null
    at += size
    security = { type: bytes[6]!, data: size === 2 ? empty : bytes.slice(7, at) }
    if (hasMac(security.type) && end - at >= 5) {
      end -= 4
      mac = bytes.slice(end, end + 4)
    }
  }
  if (at >= end) return null
  const first = bytes[1]!
  return {
    kind: 'frame',
    address: first & 0x7f,
    direction: first & 0x80 ? 'reply' : 'command',
    sequence: control & 3,
    check: crc ? 'crc' : 'checksum',
    security,
    code: bytes[at]!,
    data: end - at === 1 ? empty : bytes.slice(at + 1, end),
    mac,
    bytes,
    recovered,
  }
}

/** What a receiver remembers between two calls of {@link feed}. Its memory is bounded by the frame limit. */
export interface Feed {
  /** The longest frame taken, in bytes. */
  readonly limit: number
  /** How often each fault was met. */
  readonly faults: Record<FaultReason, number>
  /** Frames taken. */
  frames: number
  /** Bytes of a frame not yet whole: `held` of them are valid. */
  readonly buffer: Uint8Array
  held: number
  /** Bytes outside any frame since the last frame. */
  noise: number
  /** How many of the bytes to come were claimed by a frame that proved broken. */
  claimed: number
}

/** A receiver's start. `limit`: 128 to 1440 bytes, the longest frame it takes. */
export function createFeed(limit: number = frameLimit): Feed {
  const bound = Math.min(Math.max(limit, leastFrameLimit), frameLimit)
  return {
    limit: bound,
    faults: { noise: 0, length: 0, 'reserved-bits': 0, 'security-block': 0, check: 0, truncated: 0 },
    frames: 0,
    buffer: new Uint8Array(bound),
    held: 0,
    noise: 0,
    claimed: 0,
  }
}

/**
 * Takes bytes as they come from the line and gives what they complete, in order. Changes `state`; never throws, whatever comes.
 * How the bytes are cut into calls makes no difference. Call {@link flush} when the line was silent for longer than the character gap.
 */
export function feed(state: Feed, input: Uint8Array): Received[] {
  const bytes = plain(input)
  const out: Received[] = []
  let from = 0
  while (from < bytes.length) {
    if (state.held === 0) {
      from = scan(state, bytes, from, bytes.length, out)
      if (from < bytes.length) hold(state, bytes, from, bytes.length)
      return out
    }
    const take = Math.min(state.limit - state.held, bytes.length - from)
    state.buffer.set(bytes.subarray(from, from + take), state.held)
    from += take
    const end = state.held + take
    hold(state, state.buffer, scan(state, state.buffer, 0, end, out), end)
  }
  return out
}

/**
 * The line was silent for longer than the character gap (20 ms; 150 ms behind USB or TCP), or the ACU is about to speak: a frame begun is given up.
 * What it held is looked through once more, so that a frame behind a false start byte is not lost.
 */
export function flush(state: Feed): Received[] {
  const out: Received[] = []
  while (state.held > 0) {
    const end = state.held
    fault(state, 'truncated', state.buffer, 0, end, out)
    pass(state, 0)
    hold(state, state.buffer, scan(state, state.buffer, 1, end, out), end)
  }
  endNoise(state, out)
  state.claimed = 0
  return out
}

function hold(state: Feed, bytes: Uint8Array, from: number, to: number) {
  state.buffer.set(bytes.subarray(from, to))
  state.held = to - from
}

/** Looks through `bytes[from, to)` and returns where a frame not yet whole begins, or `to`. */
function scan(state: Feed, bytes: Uint8Array, from: number, to: number, out: Received[]): number {
  let at = from
  while (at < to) {
    if (bytes[at] !== startOfMessage) {
      pass(state, bytes[at] === markByte ? 0 : 1)
      at++
      continue
    }
    if (to - at < 5) return at
    const control = bytes[at + 4]!
    const length = bytes[at + 2]! | (bytes[at + 3]! << 8)
    if (length < (control & 4 ? 8 : 7) || length > state.limit) fault(state, 'length', bytes, at, at + 5, out)
    else if (control & 0xf0) fault(state, 'reserved-bits', bytes, at, at + 5, out)
    else {
      const end = at + length
      if (end > to) return at
      if (isRight(bytes, at, end)) {
        const frame = read(bytes.slice(at, end), state.claimed > 0)
        if (frame !== null) {
          endNoise(state, out)
          state.frames++
          out.push(frame)
          state.claimed = Math.max(0, state.claimed - length)
          at = end
          continue
        }
        fault(state, 'security-block', bytes, at, end, out)
      } else fault(state, 'check', bytes, at, end, out)
    }
    pass(state, 0)
    at++
  }
  return at
}

function isRight(bytes: Uint8Array, from: number, to: number): boolean {
  if ((bytes[from + 4]! & 4) === 0) return checksum(bytes, from, to - 1) === bytes[to - 1]
  const crc = crc16(bytes, from, to - 2)
  return (crc & 0xff) === bytes[to - 2] && crc >> 8 === bytes[to - 1]
}

/** One byte further. Bytes that a broken frame claimed are counted there, not as noise. */
function pass(state: Feed, noise: number) {
  if (state.claimed > 0) state.claimed--
  else state.noise += noise
}

function endNoise(state: Feed, out: Received[]) {
  if (state.noise === 0) return
  const count = state.noise
  state.noise = 0
  state.faults.noise++
  out.push({ kind: 'fault', reason: 'noise', count, bytes: empty })
}

/** Names a fault once: what begins inside bytes that a broken frame has claimed belongs to the same trouble. */
function fault(state: Feed, reason: FaultReason, bytes: Uint8Array, from: number, to: number, out: Received[]) {
  const count = to - from
  if (state.claimed === 0) {
    endNoise(state, out)
    state.faults[reason]++
    out.push({ kind: 'fault', reason, count, bytes: bytes.slice(from, to) })
  }
  const claim = reason === 'length' || reason === 'reserved-bits' ? 1 : count
  if (state.claimed < claim) state.claimed = claim
}
