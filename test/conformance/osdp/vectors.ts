import { readFileSync } from 'node:fs'
import { createFeed, type Direction, feed, flush, fromHex, type Received, type ReceivedFrame } from '../../../osdp/index.ts'

/** One frame of a captured session. */
export interface VectorFrame {
  readonly dir: 'CP->PD' | 'PD->CP'
  readonly hex: string
  readonly address: number
  readonly sqn: number
  readonly check: 'crc' | 'checksum'
  readonly name: string
  readonly code: number
  readonly payload: string
  readonly decoded: Record<string, unknown>
  readonly scb?: string
  readonly mac?: string
  readonly cryptogramValid?: boolean
  readonly badCheck?: boolean
  readonly retransmission?: boolean
  readonly session?: { readonly scbk: string; readonly rndA: string; readonly rndB: string }
}

interface Vectors {
  readonly crc: { readonly examples: readonly { readonly message: string; readonly crcBytes: string }[] }
  readonly checksum: { readonly examples: readonly { readonly message: string; readonly sum: string }[] }
  readonly secureChannel: {
    readonly scbkD: string
    readonly annexE: Record<
      'scbk' | 'rndA' | 'rndB' | 'sEnc' | 'sMac1' | 'sMac2' | 'clientCryptogram' | 'serverCryptogram' | 'rmacI',
      string
    >
    readonly mac: readonly { readonly message: string; readonly iv: string; readonly mac: string }[]
    readonly payload: readonly { readonly plain: string; readonly padded: string; readonly lastMac: string; readonly cipher: string }[]
    readonly diversification: Record<'masterKey' | 'cuid' | 'scbk', string>
  }
  readonly sessions: readonly {
    readonly name: string
    readonly what: string
    readonly scbk: string | null
    readonly frames: readonly VectorFrame[]
  }[]
  readonly codec: readonly {
    readonly message: string
    readonly kind: Direction
    readonly code: string
    readonly payload: string
    readonly fields: Record<string, unknown>
    readonly frameCrc: string
    readonly frameChecksum: string
  }[]
  readonly published: Record<
    'osdpNet' | 'libosdp',
    readonly { readonly at: string; readonly hex: string; readonly looksLikeFrame: boolean }[]
  >
}

/** Bytes captured from libosdp and published by OSDP.Net and libosdp; `vectors.json` says how each was made. */
export const vectors: Vectors = JSON.parse(readFileSync(new URL('vectors.json', import.meta.url), 'utf8'))

export const bytes = (hex: string): Uint8Array => fromHex(hex)!

/** What a receiver that starts anew makes of some bytes. */
export function receive(hex: string): Received[] {
  const state = createFeed()
  return [...feed(state, bytes(hex)), ...flush(state)]
}

export function onlyFrame(hex: string): ReceivedFrame {
  const [first, ...more] = receive(hex)
  if (first?.kind !== 'frame' || more.length > 0) throw new Error(`not one frame: ${hex}`)
  return first
}
