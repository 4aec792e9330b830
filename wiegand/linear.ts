import type { Bits } from './bits.ts'

/** One linear rule over bits: the ones among `bits` are even or odd in number. */
interface Relation {
  readonly bit: number
  readonly kind: 'even' | 'odd'
  readonly over: readonly number[]
}

export interface Learnt {
  /** Bits that were the same in every read. */
  readonly constants: readonly { readonly bit: number; readonly value: 0 | 1 }[]
  /** Rules every read keeps, each about one bit of its own; constant bits are in none. */
  readonly relations: readonly Relation[]
  /** How many different reads came after the last one that broke a rule: a rule that is there by chance survives each with probability 1/2. */
  readonly surplus: number
}

const vector = (bits: Bits) => BigInt(`0b${bits}`)

/** Rank over GF(2) of sets of bits. */
export function rank(sets: readonly (readonly number[])[]): number {
  const rows: bigint[] = []
  for (const set of sets) {
    let row = set.reduce((sum, bit) => sum ^ (1n << BigInt(bit)), 0n)
    for (const other of rows) if ((row ^ other) < row) row ^= other
    if (row !== 0n) rows.push(row)
  }
  return rows.length
}

/**
 * The linear rules (parity, over GF(2)) that hold in all reads, which have one length. `inner` are bits that should rather be covered by a rule than
 * carry one, such as those of numbers; of the others the outermost carry the rules.
 */
export function learn(reads: readonly Bits[], inner: ReadonlySet<number> = new Set()): Learnt {
  const length = reads[0]?.length ?? 0
  const at = (bit: number) => 1n << BigInt(length - 1 - bit)
  const first = vector(reads[0] ?? '0')
  const differences = [...new Set(reads)].map(read => vector(read) ^ first).slice(1)
  let varying = 0n
  for (const difference of differences) varying |= difference

  // Elimination with the innermost columns as pivots, so that the columns left over, which carry the rules, are the outermost.
  const depth = (bit: number) => (inner.has(bit) ? length : 0) + Math.min(bit, length - 1 - bit)
  const columns = Array.from({ length }, (_, bit) => bit).sort((a, b) => depth(b) - depth(a) || b - a)
  const basis: bigint[] = []
  let surplus = 0
  for (const difference of differences) {
    let row = difference
    for (const other of basis) if ((row ^ other) < row) row ^= other
    surplus = row === 0n ? surplus + 1 : 0
    if (row !== 0n) basis.push(row)
  }
  const rows: { pivot: number; row: bigint }[] = []
  for (const bit of columns) {
    const index = basis.findIndex(row => row & at(bit))
    if (index < 0) continue
    const row = basis.splice(index, 1)[0]!
    for (let i = 0; i < basis.length; i++) if (basis[i]! & at(bit)) basis[i]! ^= row
    for (const other of rows) if (other.row & at(bit)) other.row ^= row
    rows.push({ pivot: bit, row })
  }

  const pivots = new Set(rows.map(entry => entry.pivot))
  const relations: Relation[] = []
  const constants: { bit: number; value: 0 | 1 }[] = []
  const value = (bit: number): 0 | 1 => (first & at(bit) ? 1 : 0)
  for (let bit = 0; bit < length; bit++) {
    if (!(varying & at(bit))) constants.push({ bit, value: value(bit) })
    else if (!pivots.has(bit)) {
      const over = rows.filter(entry => entry.row & at(bit)).map(entry => entry.pivot)
      over.sort((a, b) => a - b)
      const ones = [bit, ...over].reduce((sum, each) => sum + value(each), 0)
      relations.push({ bit, kind: ones % 2 === 0 ? 'even' : 'odd', over })
    }
  }
  return { constants, relations, surplus }
}
