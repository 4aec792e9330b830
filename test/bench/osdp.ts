import { createCipheriv, randomBytes } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import {
  createFeed,
  createSession,
  type Direction,
  decodeReply,
  deriveKeys,
  encode,
  encodeReply,
  type Feed,
  feed,
  open,
  type Reply,
  renderMessage,
  type Session,
  seal,
} from '../../osdp/index.ts'

const empty = new Uint8Array(0)
const card: Reply = { name: 'RAW', reader: 0, format: 1, bits: 26, data: Uint8Array.of(0x12, 0x34, 0x56, 0x80) }

/** Seconds that `run` takes. */
function time(run: () => void): number {
  const start = process.hrtime.bigint()
  run()
  return Number(process.hrtime.bigint() - start) / 1e9
}

/** How often a second, of `each` a run: the best of some runs, since other work on the machine only ever slows. */
function best(runs: number, each: number, run: () => void): number {
  return each / Math.min(...Array.from({ length: runs }, () => time(run)))
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}

/** A frame is one message built by its sender and fully checked by its receiver, both through the public API. One core. */
export async function benchOsdp(): Promise<Record<string, number>> {
  const acu = createFeed()
  const pd = createFeed()
  const count = 100_000
  const plain = best(15, 2 * count, () => {
    for (let i = 0; i < count; i++) {
      const sequence = i & 3
      const asked = feed(
        pd,
        encode({ address: 1, direction: 'command', sequence, check: 'crc', security: null, code: 0x60, data: empty, mac: null }),
      )
      const answered = feed(
        acu,
        encode({ address: 1, direction: 'reply', sequence, check: 'crc', security: null, code: 0x40, data: empty, mac: null }),
      )
      if (asked.length !== 1 || answered.length !== 1) throw new Error('a frame was lost')
    }
  })

  const keys = deriveKeys(randomBytes(16), randomBytes(8))
  const rMacI = randomBytes(16)
  const near = createSession(keys, rMacI)
  const far = createSession(keys, rMacI)
  const carry = (receiver: Feed, from: Session, to: Session, direction: Direction, code: number, data: Uint8Array) => {
    const [frame] = feed(receiver, seal(from, { address: 1, direction, sequence: 1, check: 'crc', code, data }))
    const opened = frame?.kind === 'frame' ? open(to, frame) : null
    if (!opened?.ok || opened.data.length !== data.length) throw new Error('a frame was lost')
  }
  const written = encodeReply(card)
  if (!written.ok) throw new Error(written.reason)
  const blocks = createCipheriv('aes-128-ecb', randomBytes(16), null).setAutoPadding(false)
  const block = randomBytes(16)
  const few = 2000
  // Floor and frames in short turns, and their ratio taken turn by turn: the machine's speed changes within one run.
  const turns = Array.from({ length: 120 }, () => ({
    // Two AES blocks a frame: the MAC made and the MAC checked.
    floor: time(() => {
      for (let i = 0; i < 4 * few; i++) blocks.update(block)
    }),
    secure: time(() => {
      for (let i = 0; i < few; i++) {
        carry(pd, near, far, 'command', 0x60, empty)
        carry(acu, far, near, 'reply', 0x40, empty)
      }
    }),
    encrypted: time(() => {
      for (let i = 0; i < few; i++) carry(acu, far, near, 'reply', written.code, written.data)
    }),
  }))
  const fastest = (name: 'floor' | 'secure' | 'encrypted', each: number) => Math.round(each / Math.min(...turns.map(turn => turn[name])))

  const payloads = best(5, count, () => {
    for (let i = 0; i < count; i++) {
      const read = decodeReply(written.code, written.data)
      if (!read.ok) throw new Error(read.reason)
      renderMessage('reply', read.message)
    }
  })
  return {
    'osdp.plainFramesPerSecond': Math.round(plain),
    'osdp.secureFramesPerSecond': fastest('secure', 2 * few),
    'osdp.aesFloorFramesPerSecond': fastest('floor', 2 * few),
    'osdp.secureShareOfAesFloor': median(turns.map(({ floor, secure }) => floor / secure)),
    'osdp.encryptedCardFramesPerSecond': fastest('encrypted', few),
    'osdp.cardPayloadsReadAndShownPerSecond': Math.round(payloads),
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) console.log(JSON.stringify(await benchOsdp(), null, 2))
