import { encode, markByte, marked, parse } from './frame.ts'

/** What an attacker on a reader's cable does (see {@link MemoryReader.attack}). */
export type Attack = 'replay' | 'forged-frame' | 'bit-flip' | 'key-downgrade'

/** What an attacker has seen of one reader. */
export interface Loot {
  /** The bytes of the last reply with card data. */
  cardReply: Uint8Array | null
  /** The bits of the last card. */
  bits: string | null
}

function bare(bytes: Uint8Array): Uint8Array {
  return bytes[0] === markByte ? bytes.subarray(1) : bytes
}

/** Whether these bytes are a reply with card data: its code is in clear, whatever the rest is. */
export function isCardReply(bytes: Uint8Array): boolean {
  const frame = parse(bare(bytes))
  return frame !== null && frame.direction === 'reply' && frame.code === 0x50
}

/** Whether two frames carry the same sequence number. */
export function isSameSequence(a: Uint8Array, b: Uint8Array): boolean {
  return parse(bare(a))?.sequence === parse(bare(b))?.sequence
}

/** A RAW reply in clear with these bits, in place of an answer and with its address and sequence. */
export function forgeCardReply(bits: string, answer: Uint8Array): Uint8Array {
  const frame = parse(bare(answer))
  if (frame === null) return answer
  const data = Uint8Array.from({ length: Math.ceil(bits.length / 8) }, (_, at) =>
    Number.parseInt(bits.slice(at * 8, at * 8 + 8).padEnd(8, '0'), 2),
  )
  const payload = Uint8Array.of(0, 0, bits.length & 0xff, bits.length >> 8, ...data)
  const { address, direction, sequence, check } = frame
  return marked(encode({ address, direction, sequence, check, security: null, code: 0x50, data: payload, mac: null }))
}

/** One bit turned over, the mark byte left alone. */
export function flipBit(bytes: Uint8Array, dice: number): Uint8Array {
  const from = bytes[0] === markByte ? 8 : 0
  const at = from + (dice % (bytes.length * 8 - from))
  const damaged = bytes.slice()
  damaged[at >> 3]! ^= 1 << (at & 7)
  return damaged
}
