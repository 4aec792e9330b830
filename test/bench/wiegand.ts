import { pathToFileURL } from 'node:url'
import { type CardFormat, compile, encode, fieldRange, formats, predefined, toBytes } from '../../wiegand/index.ts'

/** Decodes of one frame a second over all formats of its length, the frames being different valid ones of `format`. */
function measure(format: CardFormat, seconds: number): number {
  const same = formats.filter(other => other.bitLength === format.bitLength)
  const decoder = compile(same)
  const frames: Uint8Array[] = []
  let seed = 1
  const draw = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
    return seed
  }
  while (frames.length < 4096) {
    const numbers = Object.fromEntries(
      format.fields.map(field => [
        field.name,
        ((BigInt(draw()) << 32n) | BigInt(draw())) % (BigInt(fieldRange(format, field.name)![1]) + 1n),
      ]),
    )
    const encoded = encode(format, numbers)
    if (encoded.ok) frames.push(toBytes(encoded.bits))
  }
  let decoded = 0
  let fields = 0
  const until = process.hrtime.bigint() + BigInt(Math.round(seconds * 1e9))
  const start = process.hrtime.bigint()
  while (process.hrtime.bigint() < until) {
    for (const frame of frames) for (const found of decoder.decode(frame)) fields += found.cardNumber === undefined ? 0 : 1
    decoded += frames.length
  }
  const elapsed = Number(process.hrtime.bigint() - start) / 1e9
  if (fields < decoded) throw new Error(`${format.id}: frames went undecoded`)
  return Math.round(decoded / elapsed)
}

/** Frames decoded a second on one core: bits as bytes in, every fitting format's fields out as text. */
export async function benchWiegand(): Promise<Record<string, number>> {
  const result: Record<string, number> = {}
  for (const [name, id] of [
    ['wiegand.decodes26BitPerSecond', 'h10301'],
    ['wiegand.decodes37BitPerSecond', 'h10304'],
  ] as const) {
    measure(predefined(id)!, 0.3)
    result[name] = measure(predefined(id)!, 1)
  }
  return result
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) console.log(JSON.stringify(await benchWiegand(), null, 2))
