// What secure-channel.ts takes from Node, for the compile without Node's types. A pattern, so that Node's own declaration wins wherever it is present.
declare module 'node:crypt*' {
  interface BlockCipher {
    update(data: Uint8Array): Uint8Array
    setAutoPadding(on: boolean): this
  }
  export function createCipheriv(algorithm: string, key: Uint8Array, iv: null): BlockCipher
  export function createDecipheriv(algorithm: string, key: Uint8Array, iv: null): BlockCipher
  export function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean
}
