import { freemem } from 'node:os'
import { Worker } from 'node:worker_threads'

/** The longer side of a picture as it is kept, in pixels. */
const longSide = 640
const quality = 85
/** More than this no camera for badges makes; million pixels. */
const mostMegapixels = 24
const mebibyte = 1_048_576
/** What reading one picture may take, in bytes; and never more than half of what the machine has left. */
const mostMemory = 520 * mebibyte
const spareMemory = (): number => Math.min(mostMemory, (process.availableMemory?.() ?? freemem()) / 2)
const longestMs = 30_000
const idleMs = 30_000
/** Pictures that wait for their turn; each holds as many bytes as were sent. */
const mostWaiting = 4

export type PictureType = 'image/jpeg' | 'image/png' | 'image/bmp'

/** A picture as it is kept or given out; or why it is not taken, in words for whoever sent it. */
export type Picture =
  | { readonly ok: true; readonly bytes: Buffer; readonly width: number; readonly height: number }
  | { readonly ok: false; readonly reason: 'not-a-picture' | 'too-many-pixels' | 'broken' | 'too-slow' | 'busy'; readonly message: string }

const refuse = (reason: Extract<Picture, { ok: false }>['reason'], message: string): Picture => ({ ok: false, reason, message })

type Made =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly width: number; readonly height: number }
  | { readonly ok: false; readonly message: string }

/** Makes pictures small, one at a time, in a thread of their own that goes when nobody needs it. */
interface PictureMaker {
  /** A JPEG (or what `type` says) of at most 640 pixels a side, upright, with nothing of the file but its pixels. */
  make(bytes: Buffer, type?: PictureType): Promise<Picture>
  close(): void
}

/** @param memory how many bytes reading a picture may take now */
export function openPictureMaker(memory: () => number = spareMemory): PictureMaker {
  let worker: Worker | null = null
  let idle: NodeJS.Timeout | undefined
  let waiting = 0
  let turn: Promise<unknown> = Promise.resolve()

  function end(): void {
    clearTimeout(idle)
    void worker?.terminate()
    worker = null
  }

  function start(): Worker {
    const started = new Worker(new URL('./picture-worker.mjs', import.meta.url), {
      workerData: { longSide, quality, mostMegapixels },
      resourceLimits: { maxOldGenerationSizeMb: 768 },
    })
    // What happens to it while nothing is asked of it concerns nobody.
    started.on('error', () => {})
    started.once('exit', () => {
      if (worker === started) worker = null
    })
    started.unref()
    return started
  }

  function decode(bytes: Buffer, type: PictureType): Promise<Picture> {
    clearTimeout(idle)
    worker ??= start()
    const asked = worker
    return new Promise(resolve => {
      const late = setTimeout(
        () => settle(refuse('too-slow', 'The picture takes too long to be read; send a smaller one.'), false),
        longestMs,
      ).unref()
      const heard = (made: Made) => {
        if (made.ok) settle({ ...made, bytes: Buffer.from(made.bytes) }, true)
        else settle(refuse('broken', `The picture cannot be read: ${made.message.slice(0, 200)}`), true)
      }
      const died = () => settle(refuse('broken', 'The picture cannot be read: it needs more memory than a picture may.'), false)
      const settle = (picture: Picture, whole: boolean) => {
        clearTimeout(late)
        asked.off('message', heard).off('error', died)
        if (whole) idle = setTimeout(end, idleMs).unref()
        else end()
        resolve(picture)
      }
      asked.on('message', heard).on('error', died)
      asked.postMessage({ bytes, type })
    })
  }

  return {
    async make(bytes, type = 'image/jpeg') {
      const refused = judge(bytes, memory())
      if (refused) return refused
      if (waiting >= mostWaiting) return refuse('busy', 'Other pictures are being read; send this one again in a moment.')
      waiting++
      const made = turn.then(() => decode(bytes, type))
      turn = made
      try {
        return await made
      } finally {
        waiting--
      }
    },
    close: end,
  }
}

const signatures: readonly (readonly [PictureType, Buffer])[] = [
  ['image/jpeg', Buffer.from([0xff, 0xd8, 0xff])],
  ['image/png', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])],
  ['image/bmp', Buffer.from('BM')],
]

/** What can be told without decoding: the kind of file by its first bytes, how many pixels it claims, and what they take. */
function judge(bytes: Buffer, memory: number): Picture | undefined {
  const type = signatures.find(([, start]) => bytes.subarray(0, start.length).equals(start))?.[0]
  if (type === undefined) return refuse('not-a-picture', 'A picture is a jpg, png or bmp file; this begins like none of them.')
  if (type === 'image/png' && !hasOneHeader(bytes))
    return refuse('broken', 'The picture cannot be read: a PNG file begins with its header, and has no other.')
  const size = sizeOf[type](bytes)
  if (size === undefined) return refuse('broken', 'The picture cannot be read: the file breaks off before it says how large it is.')
  const [width, height, cost = bytesPerPixel] = size
  if (width === 0 || height === 0) return refuse('broken', 'The picture cannot be read: it has no pixels.')
  if (width * height > mostMegapixels * 1_000_000)
    return refuse(
      'too-many-pixels',
      `The picture has ${width} × ${height} pixels; at most ${mostMegapixels} million are taken. Make it smaller.`,
    )
  const needed = width * height * cost
  if (needed > memory)
    return refuse(
      'too-many-pixels',
      `The picture has ${width} × ${height} pixels; reading it takes ${inMegabytes(needed)} MB of memory, of which ${inMegabytes(memory)} MB are there for it. Make it smaller.`,
    )
  return undefined
}

/** What decoders have been seen to take, in bytes. */
const bytesPerPixel = 18
const inMegabytes = (bytes: number): number => Math.round(bytes / mebibyte)

/** Decoders take the size of a PNG from the last of its headers, wherever it stands. */
function hasOneHeader(png: Buffer): boolean {
  for (let at = 8; at + 8 <= png.length; at += 12 + png.readUInt32BE(at))
    if ((png.toString('latin1', at + 4, at + 8) === 'IHDR') !== (at === 8)) return false
  return true
}

/** @returns `cost`: bytes that reading it takes for each pixel, where that depends on the file */
const sizeOf: Record<PictureType, (bytes: Buffer) => readonly [width: number, height: number, cost?: number] | undefined> = {
  'image/png': bytes => (bytes.length < 33 ? undefined : [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]),
  'image/bmp': bytes => {
    if (bytes.length < 54) return undefined
    return [Math.abs(bytes.readInt32LE(18)), Math.abs(bytes.readInt32LE(22))]
  },
  'image/jpeg': bytes => {
    for (let at = 2; at + 9 < bytes.length; ) {
      if (bytes[at] !== 0xff) return undefined
      const marker = bytes[at + 1]!
      const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
      if (isFrame) return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5), 8 + 9.6 * samplesOf(bytes.subarray(at + 9))]
      // Fill bytes and markers without length.
      if (marker === 0xff) at += 1
      else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2
      else at += 2 + bytes.readUInt16BE(at + 2)
    }
    return undefined
  },
}

/** Samples of a JPEG for each pixel, which decoders keep as coefficients until they have read it all: colours are often there once for several pixels (ITU-T T.81 B.2.2). */
function samplesOf(components: Buffer): number {
  const count = Math.min(components[0] ?? 0, Math.floor((components.length - 1) / 3))
  const blocks = Array.from({ length: count }, (_, index) => components[index * 3 + 2]!).map(
    factors => [factors >> 4, factors & 15] as const,
  )
  const [across, down] = [Math.max(1, ...blocks.map(([h]) => h)), Math.max(1, ...blocks.map(([, v]) => v))]
  return blocks.reduce((sum, [h, v]) => sum + h * v, 0) / (across * down)
}
