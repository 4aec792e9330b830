/**
 * The bits of one read at the boundary: a string of `0` and `1`, the first received first, 1 to 256 of them.
 * The fast path takes a `Uint8Array` with one bit (0 or 1) in each byte instead; both mean the same.
 */
export type Bits = string

/** The longest read any format may have (acceptance L3). */
export const maxBits = 256

export function isBits(text: string): boolean {
  return text.length >= 1 && text.length <= maxBits && /^[01]+$/.test(text)
}

/** One bit a byte, as the fast path wants them. */
export function toBytes(bits: Bits): Uint8Array {
  const out = new Uint8Array(bits.length)
  for (let i = 0; i < bits.length; i++) out[i] = bits.charCodeAt(i) & 1
  return out
}

export function fromBytes(bytes: Uint8Array): Bits {
  let out = ''
  for (const bit of bytes) out += bit & 1
  return out
}

/** Hexadecimal, upper case, right-aligned: zero bits are added in front up to a whole digit. */
export function toHex(bits: Bits): string {
  const padded = bits.padStart(Math.ceil(bits.length / 4) * 4, '0')
  let out = ''
  for (let i = 0; i < padded.length; i += 4)
    out += Number.parseInt(padded.slice(i, i + 4), 2)
      .toString(16)
      .toUpperCase()
  return out
}

/** The last `bitLength` bits of right-aligned hexadecimal; `undefined` where it is no hexadecimal, or has a one in front of them. */
export function fromHex(hex: string, bitLength: number): Bits | undefined {
  if (!/^[0-9a-f]+$/i.test(hex)) return undefined
  let bits = ''
  for (const digit of hex) bits += Number.parseInt(digit, 16).toString(2).padStart(4, '0')
  if (bits.length < bitLength) return bits.padStart(bitLength, '0')
  return bits.slice(0, bits.length - bitLength).includes('1') ? undefined : bits.slice(bits.length - bitLength)
}

/** The whole string read right to left [L4]. */
export function reverseBits(bits: Bits): Bits {
  return [...bits].reverse().join('')
}

/** Bytes in opposite order, the bits of each as they are [L5]. The length has to be divisible by 8. */
export function reverseBytes(bits: Bits): Bits {
  let out = ''
  for (let i = bits.length - 8; i >= 0; i -= 8) out += bits.slice(i, i + 8)
  return out
}

/** What arrives when D0 and D1 are swapped: every bit the other way. */
export function complement(bits: Bits): Bits {
  let out = ''
  for (const bit of bits) out += bit === '1' ? '0' : '1'
  return out
}

/** The inversions of a format. They are involutions and commute, so the same call takes a read to the layout and back. */
export function invert(bits: Bits, format: { invertBitOrder: boolean; invertByteOrder: boolean }): Bits {
  const bytes = format.invertByteOrder ? reverseBytes(bits) : bits
  return format.invertBitOrder ? reverseBits(bytes) : bytes
}
