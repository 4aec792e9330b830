import { type Bits, complement, invert } from './bits.ts'

/** One read, with what is printed on the badge where that is known. */
export interface Sample {
  readonly bits: Bits
  readonly cardNumber?: string | undefined
  readonly facilityCode?: string | undefined
}

/** What has to be done to a read before a format fits it. */
export interface Treatment {
  /** D0 and D1 are swapped, at the reader or on the way. */
  readonly swapped: boolean
  readonly invertBitOrder: boolean
  readonly invertByteOrder: boolean
}

/** How rare a fault is, in bits, roughly: only to order what the reads themselves leave open. */
export const prior = (treatment: Treatment): number =>
  (treatment.swapped ? -6 : 0) + (treatment.invertBitOrder ? -7 : 0) + (treatment.invertByteOrder ? -6 : 0)

/** Every treatment a length allows, the most likely first. */
export function treatments(bitLength: number): Treatment[] {
  const flags = [false, true]
  const all = flags.flatMap(swapped =>
    flags.flatMap(invertBitOrder => flags.map(invertByteOrder => ({ swapped, invertBitOrder, invertByteOrder }))),
  )
  const possible = bitLength % 8 === 0 && bitLength > 8 ? all : all.filter(treatment => !treatment.invertByteOrder)
  return possible.sort((a, b) => prior(b) - prior(a))
}

/** The read as the format would have got it from a reader that is wired and set as the format expects. */
export function treat(bits: Bits, treatment: Treatment): Bits {
  return invert(treatment.swapped ? complement(bits) : bits, treatment)
}

/** `3, 7 to 9` */
export function listBits(bits: readonly number[]): string {
  const parts: string[] = []
  for (let i = 0; i < bits.length; ) {
    let end = i
    while (bits[end + 1] === bits[end]! + 1) end++
    parts.push(end - i > 1 ? `${bits[i]} to ${bits[end]}` : bits.slice(i, end + 1).join(', '))
    i = end + 1
  }
  return parts.join(', ')
}
