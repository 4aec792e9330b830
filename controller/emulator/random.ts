/** Bytes that depend on a seed alone, so that a run can be had again bit for bit. Fit for emulation, never for keys of real readers. */
export interface Random {
  /** A number from 0 up to, not including, 1. */
  next(): number
  bytes(length: number): Uint8Array
}

/** A generator for `seed` and a name: the same pair gives the same sequence, whatever others draw (xmur3 hash, sfc32 generator). */
export function createRandom(seed: number, name: string): Random {
  let h = 1779033703 ^ name.length
  const text = `${seed}:${name}`
  for (let i = 0; i < text.length; i++) {
    h = Math.imul(h ^ text.charCodeAt(i), 3432918353)
    h = (h << 13) | (h >>> 19)
  }
  const word = () => {
    h = Math.imul(h ^ (h >>> 16), 2246822507)
    h = Math.imul(h ^ (h >>> 13), 3266489909)
    h ^= h >>> 16
    return h >>> 0
  }
  let [a, b, c, d] = [word(), word(), word(), word()]
  const draw = () => {
    const t = (a + b + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + t) | 0
    return t >>> 0
  }
  for (let i = 0; i < 12; i++) draw()
  return {
    next: () => draw() / 4294967296,
    bytes: length => Uint8Array.from({ length }, () => draw() & 0xff),
  }
}
