/** Makes a small picture of a large one, off the main thread: decoding takes as long as whoever made the picture wants it to. */
import { parentPort, workerData } from 'node:worker_threads'
import { inflateSync } from 'node:zlib'
import { Jimp } from 'jimp'

const { longSide, quality, mostMegapixels } = workerData

/** The data of an interlaced PNG is inflated whole by the decoder, whatever comes of it: more than its pixels need is refused before. */
function refuseSwelling(file) {
  if (!file.subarray(1, 4).equals(Buffer.from('PNG')) || file[28] !== 1) return
  const data = []
  for (let at = 8; at + 12 <= file.length; at += 12 + file.readUInt32BE(at))
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(file.subarray(at + 8, at + 8 + file.readUInt32BE(at)))
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)]
  inflateSync(Buffer.concat(data), { maxOutputLength: width * height * 8 + height * 32 + 1_024 })
}

parentPort.on('message', async ({ bytes, type }) => {
  try {
    const file = Buffer.from(bytes)
    refuseSwelling(file)
    const image = await Jimp.fromBuffer(file, {
      'image/jpeg': { maxResolutionInMP: mostMegapixels, maxMemoryUsageInMB: 768, tolerantDecoding: true },
    })
    if (Math.max(image.width, image.height) > longSide) image.scaleToFit({ w: longSide, h: longSide })
    // What is transparent would be black in a JPEG; and nothing of the file but its pixels goes along.
    const page = new Jimp({ width: image.width, height: image.height, color: 0xffffffff }).composite(image)
    const made = await page.getBuffer(type, type === 'image/jpeg' ? { quality } : {})
    parentPort.postMessage({ ok: true, bytes: made, width: page.width, height: page.height })
  } catch (error) {
    parentPort.postMessage({ ok: false, message: error instanceof Error ? error.message : String(error) })
  }
})
