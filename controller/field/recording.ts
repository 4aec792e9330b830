import { type CaptureRecord, checksum, commands, crc16, frameLimit, type Pipe, replies } from '../../osdp/index.ts'
import type { Clock } from '../../shared/clock.ts'

/** What is remembered of one line: so many bytes, in so many pieces at most. */
const mostBytes = 65_536
const mostPieces = 4_096
/** More than the longest frame: noise without end is cut into pieces of this size. */
const longestPiece = 2_048

/** The recent bytes of one line with their times, in memory that does not grow. */
export interface LineRecording {
  /** The same pipe, listened to. */
  tap(pipe: Pipe): Pipe
  /**
   * The recent pieces, oldest first: `output` is what the ACU sent, `input` what it heard. Keys, PIN digits and fingerprints in them are
   * replaced by zeros, so that a capture may leave the house.
   */
  read(): CaptureRecord[]
}

export function createLineRecording(clock: Clock): LineRecording {
  const bytes = new Uint8Array(mostBytes)
  /** By piece, in a ring: where it begins among all bytes ever, when (monotonic), and whether it was sent. */
  const starts = new Float64Array(mostPieces)
  const times = new Float64Array(mostPieces)
  const sent = new Uint8Array(mostPieces)
  let written = 0
  let pieces = 0
  let heardAt = 0

  function add(data: Uint8Array, out: boolean, gapMs: number): void {
    const now = clock.now()
    const last = (pieces - 1) % mostPieces
    // What is heard without a silence between is one answer, in however many pieces it comes.
    const goesOn = !out && pieces > 0 && sent[last] === 0 && now - heardAt <= gapMs && written - starts[last]! < longestPiece
    heardAt = now
    if (!goesOn) {
      const slot = pieces++ % mostPieces
      starts[slot] = written
      times[slot] = now
      sent[slot] = out ? 1 : 0
    }
    for (const byte of data) bytes[written++ % mostBytes] = byte
  }

  return {
    tap: pipe => ({
      ...pipe,
      open: listener =>
        pipe.open({
          ...listener,
          data(data) {
            add(data, false, pipe.gapMs)
            listener.data(data)
          },
        }),
      write(data) {
        add(data, true, pipe.gapMs)
        pipe.write(data)
      },
    }),
    read() {
      const records: CaptureRecord[] = []
      const offset = clock.wall() - clock.now()
      for (let piece = Math.max(0, pieces - mostPieces); piece < pieces; piece++) {
        const slot = piece % mostPieces
        const [from, to] = [starts[slot]!, piece + 1 < pieces ? starts[(piece + 1) % mostPieces]! : written]
        if (from < written - mostBytes) continue
        const own = Uint8Array.from({ length: to - from }, (_, i) => bytes[(from + i) % mostBytes]!)
        const time = BigInt(Math.round((times[slot]! + offset) * 1_000)) * 1_000n
        records.push({ time, io: sent[slot] === 1 ? 'output' : 'input', bytes: own })
      }
      for (const frame of framesOf(records)) hide(frame)
      return records
    },
  }
}

const startOfMessage = 0x53
const secrets: ReadonlySet<number> = new Set([commands.KEYSET, commands.BIOMATCH, replies.KEYPAD, replies.BIOREADR].map(({ code }) => code))

/** Pieces that belong together: a reader that pauses in the middle of an answer sends the rest of it as a piece that begins like no frame. */
function framesOf(records: readonly CaptureRecord[]): Uint8Array[][] {
  const frames: Uint8Array[][] = []
  let heard: Uint8Array[] = []
  for (const { io, bytes } of records) {
    if (io === 'input' && heard.length > 0 && !beginsFrame(bytes)) heard.push(bytes)
    else {
      const frame = [bytes]
      frames.push(frame)
      if (io === 'input') heard = frame
    }
  }
  return frames
}

function beginsFrame([first, , low = 0, high = 0, control = 0]: Uint8Array): boolean {
  return first === 0xff || (first === startOfMessage && (low | (high << 8)) <= frameLimit && !(control & 0xf0))
}

/** Hides secrets in pieces that belong together; changes them. */
function hide(pieces: readonly Uint8Array[]): void {
  const whole = hideSecrets(Uint8Array.from(pieces.flatMap(piece => [...piece])))
  let at = 0
  for (const piece of pieces) {
    piece.set(whole.subarray(at, at + piece.length))
    at += piece.length
  }
}

/** Zeros in place of what nobody may read off a capture, wherever a frame that carries it begins; changes `bytes`. */
function hideSecrets(bytes: Uint8Array): Uint8Array {
  for (let start = bytes.indexOf(startOfMessage); start >= 0; start = bytes.indexOf(startOfMessage, start + 1)) {
    const [low = 0, high = 0, control = 0] = bytes.subarray(start + 2)
    const length = low | (high << 8)
    const code = start + 5 + (control & 8 ? bytes[start + 5]! : 0)
    if (control & 0xf0 || length < 7 || length > frameLimit || !secrets.has(bytes[code] ?? 0)) continue
    // Kind and length behind the code tell no secret; the check is made anew, so that tools go on reading.
    const end = start + length - (control & 4 ? 2 : 1)
    bytes.fill(0, code + 3, Math.max(end, code + 3))
    if (start + length > bytes.length) continue
    const check = control & 4 ? crc16(bytes, start, end) : checksum(bytes, start, end)
    bytes[end] = check & 0xff
    if (control & 4) bytes[end + 1] = check >> 8
  }
  return bytes
}
