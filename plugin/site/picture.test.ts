import { deflateSync } from 'node:zlib'
import { Jimp } from 'jimp'
import { afterAll, describe, expect, it } from 'vitest'
import { openPictureMaker } from './picture.ts'

const maker = openPictureMaker()
afterAll(() => maker.close())

/** Red on the left, blue on the right. */
const halves = (width: number, height: number) => {
  const image = new Jimp({ width, height, color: 0xff0000ff })
  image.scan(width / 2, 0, width / 2, height, (_x, _y, at) => {
    image.bitmap.data.writeUInt32BE(0x0000ffff, at)
  })
  return image
}
const made = async (bytes: Buffer) => {
  const picture = await maker.make(bytes)
  if (!picture.ok) throw new Error(picture.message)
  return { picture, image: await Jimp.fromBuffer(picture.bytes) }
}
const refused = async (bytes: Buffer) => {
  const picture = await maker.make(bytes)
  return picture.ok ? 'taken' : picture.reason
}
const isRed = (color: number) => color >>> 24 > 200 && ((color >>> 8) & 0xff) < 60
const isBlue = (color: number) => color >>> 24 < 60 && ((color >>> 8) & 0xff) > 200

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c >>> 0
})
const crc32 = (bytes: Buffer) => {
  let c = 0xffffffff
  for (const byte of bytes) c = crcTable[(c ^ byte) & 0xff]! ^ (c >>> 8)
  return (c ^ 0xffffffff) >>> 0
}
/** A PNG by hand, true or not. */
function png(width: number, height: number, data: Buffer, interlaced = 0): Buffer {
  const chunk = (name: string, body: Buffer) => {
    const named = Buffer.concat([Buffer.from(name), body])
    const ends = Buffer.alloc(8)
    ends.writeUInt32BE(body.length)
    ends.writeUInt32BE(crc32(named), 4)
    return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, interlaced], 8)
  const start = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([start, chunk('IHDR', header), chunk('IDAT', deflateSync(data)), chunk('IEND', Buffer.alloc(0))])
}

/** The same JPEG with an EXIF block that says how the camera was held, and where. */
function withExif(jpeg: Buffer, orientation: number): Buffer {
  const tiff = Buffer.alloc(26)
  tiff.write('MM\0*', 0, 'latin1')
  tiff.writeUInt32BE(8, 4)
  tiff.writeUInt16BE(1, 8)
  tiff.writeUInt16BE(0x0112, 10)
  tiff.writeUInt16BE(3, 12)
  tiff.writeUInt32BE(1, 14)
  tiff.writeUInt16BE(orientation, 18)
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff, Buffer.from('SECRET PLACE')])
  const head = Buffer.from([0xff, 0xe1, 0, 0])
  head.writeUInt16BE(body.length + 2, 2)
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)])
}

describe('a picture', () => {
  it('of each kind becomes a JPEG of at most 640 pixels a side, its shape kept [T17]', async () => {
    const large = halves(1_600, 800)
    for (const kind of ['image/png', 'image/bmp', 'image/jpeg'] as const) {
      const { picture, image } = await made(await large.getBuffer(kind))
      expect([picture.width, picture.height, image.width, image.height], kind).toEqual([640, 320, 640, 320])
      expect(picture.bytes.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]))
      expect(isRed(image.getPixelColor(20, 160)), kind).toBe(true)
      expect(isBlue(image.getPixelColor(620, 160)), kind).toBe(true)
    }
    expect((await made(await halves(60, 20).getBuffer('image/png'))).picture).toMatchObject({ width: 60, height: 20 })
  })

  it('is turned upright as its camera says, and nothing but its pixels is kept', async () => {
    const jpeg = await halves(300, 100).getBuffer('image/jpeg')
    const { picture, image } = await made(withExif(jpeg, 6))
    expect([picture.width, picture.height]).toEqual([100, 300])
    expect(isRed(image.getPixelColor(50, 20)) && isBlue(image.getPixelColor(50, 280))).toBe(true)
    for (const trace of ['Exif', 'SECRET PLACE']) expect(picture.bytes.includes(trace)).toBe(false)
  })

  it('that is transparent stands on white', async () => {
    const { image } = await made(await new Jimp({ width: 40, height: 40, color: 0x00000000 }).getBuffer('image/png'))
    expect(image.getPixelColor(20, 20) >>> 8).toBe(0xffffff)
  })

  it('of more pixels than can be is refused before it is decoded, whatever its kind', async () => {
    const claims = png(60_000, 60_000, Buffer.alloc(10))
    expect(await refused(claims)).toBe('too-many-pixels')
    const bmp = await halves(10, 10).getBuffer('image/bmp')
    bmp.writeInt32LE(-50_000, 22)
    bmp.writeInt32LE(50_000, 18)
    expect(await refused(bmp)).toBe('too-many-pixels')
    const jpeg = await halves(16, 16).getBuffer('image/jpeg')
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]))
    jpeg.writeUInt16BE(60_000, frame + 5)
    jpeg.writeUInt16BE(60_000, frame + 7)
    const picture = await maker.make(jpeg)
    expect(picture).toMatchObject({ ok: false, reason: 'too-many-pixels', message: expect.stringContaining('60000 × 60000') })
  })

  it('that would take more memory than is there for it is refused before it is decoded, and the refusal says how much', async () => {
    const file = async (kind: 'image/jpeg' | 'image/png') => halves(1_000, 500).getBuffer(kind)
    const jpeg = await file('image/jpeg')
    // The same with its colours there once for four pixels, as cameras write them.
    const coarse = Buffer.from(jpeg)
    coarse[coarse.indexOf(Buffer.from([0xff, 0xc0])) + 11] = 0x22
    const needs: [Buffer, number][] = [
      [jpeg, 18.4e6],
      [coarse, 11.2e6],
      [await file('image/png'), 9e6],
    ]
    for (const [bytes, needed] of needs) {
      const small = openPictureMaker(() => needed - 1e5)
      expect(await small.make(bytes)).toEqual({
        ok: false,
        reason: 'too-many-pixels',
        message: `The picture has 1000 × 500 pixels; reading it takes ${Math.round(needed / 1_048_576)} MB of memory, of which ${Math.round((needed - 1e5) / 1_048_576)} MB are there for it. Make it smaller.`,
      })
      small.close()
      const enough = openPictureMaker(() => needed + 1e5)
      if (bytes !== coarse) expect((await enough.make(bytes)).ok).toBe(true)
      enough.close()
    }
  })

  it('that swells while it is inflated is refused, interlaced or not', async () => {
    const zeros = Buffer.alloc(64 * 1_048_576)
    for (const interlaced of [0, 1]) {
      const bomb = png(16, 16, zeros, interlaced)
      expect(bomb.length).toBeLessThan(200_000)
      expect(await refused(bomb)).toMatch(interlaced ? /broken/ : /broken|taken/)
    }
  })

  it('that says twice how large it is, or elsewhere than where it should, is refused: decoders believe the other', async () => {
    const small = png(4, 4, Buffer.alloc(100))
    const large = png(30_000, 30_000, Buffer.alloc(100))
    const [start, header, rest] = [small.subarray(0, 8), small.subarray(8, 33), small.subarray(33)]
    const text = Buffer.from(header)
    text.write('tEXt', 4, 'latin1')
    const swollen = large.subarray(8, 33)
    for (const file of [
      Buffer.concat([start, header, swollen, rest]),
      Buffer.concat([start, text, swollen, rest]),
      Buffer.concat([start, header, rest.subarray(0, -12), swollen, rest.subarray(-12)]),
    ])
      expect(await refused(file)).toBe('broken')
    expect(await refused(small)).toBe('taken')
  })

  it('that is none, or is broken, is refused in words, and the next one is taken', async () => {
    expect(await refused(Buffer.from('GIF89a'))).toBe('not-a-picture')
    expect(await refused(Buffer.alloc(0))).toBe('not-a-picture')
    const jpeg = await halves(100, 100).getBuffer('image/jpeg')
    for (const length of [2, 3, 20]) expect(await refused(jpeg.subarray(0, length))).toMatch(/broken|not-a-picture/)
    const damaged = await halves(100, 100).getBuffer('image/png')
    damaged.fill(0x55, 60, 120)
    expect(await refused(damaged)).toBe('broken')
    expect(await refused(jpeg)).toBe('taken')
  })

  it('is made beside everything else: the loop goes on meanwhile, and too many at once are told to wait', async () => {
    const large = await halves(3_000, 2_000).getBuffer('image/jpeg')
    let longest = 0
    let last = performance.now()
    const beat = setInterval(() => {
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }, 5)
    const all = await Promise.all(Array.from({ length: 6 }, () => maker.make(large)))
    clearInterval(beat)
    expect(all.map(picture => (picture.ok ? 'taken' : picture.reason))).toEqual(['taken', 'taken', 'taken', 'taken', 'busy', 'busy'])
    expect(longest).toBeLessThan(500)
  }, 60_000)
})
