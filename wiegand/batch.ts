import type { Bits } from './bits.ts'
import { type Decoded, type DecodeRefusal, decode, decodeAll } from './decode.ts'
import type { CardFormat } from './format.ts'

/** Different reads that a format makes the same card number of; where `facilityCodes` differ, verifying them keeps the cards apart. */
export interface Collision {
  readonly format: string
  readonly cardNumber: string
  readonly facilityCodes: readonly string[]
  /** What the caller named the reads by, such as their lines. */
  readonly reads: readonly string[]
}

export interface Summary {
  readonly reads: number
  /** Reads that no format fits. */
  readonly unmatched: number
  /** Reads that each format fits. */
  readonly counts: Readonly<Record<string, number>>
  readonly collisions: readonly Collision[]
}

/** What a read is under the formats: with one named, that one, right or wrong; else every one that fits. */
export function decodeRead(bits: Bits, formats: readonly CardFormat[], named?: CardFormat): readonly Decoded[] | DecodeRefusal {
  if (!named) return decodeAll(bits, formats)
  const found = decode(bits, named)
  return found.ok ? [found] : found
}

/** Counts reads and finds the card numbers two cards share, before a migration does. */
export interface Tally {
  add(name: string, bits: Bits, matches: readonly Decoded[]): void
  summary(): Summary
}

export function createTally(): Tally {
  let reads = 0
  let unmatched = 0
  const counts: Record<string, number> = {}
  const seen = new Map<string, Map<Bits, { name: string; found: Decoded }>>()
  return {
    add(name, bits, matches) {
      reads++
      const right = matches.filter(found => found.parity === 'ok')
      if (right.length === 0) unmatched++
      for (const found of right) {
        counts[found.format] = (counts[found.format] ?? 0) + 1
        if (found.cardNumber === undefined) continue
        const key = `${found.format} ${found.cardNumber}`
        const cards = seen.get(key) ?? new Map()
        if (!cards.has(bits)) cards.set(bits, { name, found })
        seen.set(key, cards)
      }
    },
    summary() {
      const collisions: Collision[] = []
      for (const cards of seen.values()) {
        if (cards.size < 2) continue
        const entries = [...cards.values()]
        const { format, cardNumber } = entries[0]!.found
        const facilityCodes = [...new Set(entries.flatMap(entry => entry.found.facilityCode ?? []))]
        collisions.push({ format, cardNumber: cardNumber!, facilityCodes, reads: entries.map(entry => entry.name) })
      }
      return { reads, unmatched, counts, collisions }
    },
  }
}
