import { toHex } from './payload/field.ts'

/** The default key SCBK-D, known to everybody: good for nothing but pairing. */
export const defaultKey: Uint8Array = Uint8Array.from({ length: 16 }, (_, index) => 0x30 + index)

const publishedKeys = ['00112233445566778899aabbccddeeff', '2b7e151628aed2a6abf7158809cf4f3c', '19d5de44d834d9cf8a3a06799b42b269']

export type WeakKeyReason = 'length' | 'default-key' | 'published-example' | 'repeating' | 'counting' | 'low-variety'

/**
 * Why a key is not fit to be an SCBK or a master key, or null where it is: SCBK-D, keys printed in manuals and test suites, a pattern that repeats, bytes that count
 * up or down, fewer than eight different bytes. A random key fails with a probability below one in a billion.
 */
export function weakKey(key: Uint8Array): WeakKeyReason | null {
  if (key.length !== 16) return 'length'
  if (toHex(key) === toHex(defaultKey)) return 'default-key'
  if (publishedKeys.includes(toHex(key))) return 'published-example'
  for (const period of [1, 2, 4, 8]) if (key.every((byte, index) => byte === key[index % period])) return 'repeating'
  const steps = new Map<number, number>()
  for (let i = 1; i < 16; i++) {
    const step = (key[i]! - key[i - 1]!) & 0xff
    steps.set(step, (steps.get(step) ?? 0) + 1)
  }
  if (Math.max(...steps.values()) >= 12) return 'counting'
  return new Set(key).size < 8 ? 'low-variety' : null
}
