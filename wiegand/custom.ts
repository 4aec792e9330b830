import type { Bits } from './bits.ts'
import { canonicalNumber, type FormatSetting } from './format.ts'
import { type Learnt, learn } from './linear.ts'
import { listBits, type Sample, type Treatment, treat, treatments } from './treatment.ts'

/** A format made out of reads, ready for a site file, with what the reads prove of it and what they leave open. */
export interface Custom {
  readonly format: FormatSetting
  /** D0 and D1 are swapped: exchange the wires as well, a format cannot do that. */
  readonly swapped: boolean
  readonly proved: readonly string[]
  readonly unproved: readonly string[]
}

type Output = 'decimal' | 'hexadecimal'

/** Where a printed number is in the reads. */
export interface Located {
  readonly treatment: Treatment
  readonly output: Output
  /** The first bit lies from `earliest` to `latest`: the bits between are zero in all reads, so they may be leading zeros. */
  readonly earliest: number
  readonly latest: number
  readonly end: number
  /** Bits of evidence: the same number at this place by chance has the probability 2^-evidence. */
  readonly evidence: number
  /** Other places that fit just as well. */
  readonly others: number
}

const parsers: Record<Output, (text: string) => bigint | undefined> = {
  decimal: text => (/^\d+$/.test(text) ? BigInt(text) : undefined),
  hexadecimal: text => (/^[0-9a-f]+$/.test(text) ? BigInt(`0x${text}`) : undefined),
}

function places(
  frames: readonly Bits[],
  values: readonly bigint[],
  treatment: Treatment,
  output: Output,
  free: (bit: number) => boolean,
): Located[] {
  const width = Math.max(1, ...values.map(value => value.toString(2).length))
  const texts = values.map(value => value.toString(2).padStart(width, '0'))
  const evidence = width * new Set(texts).size
  const found: Located[] = []
  for (let latest = frames[0]!.length - width; latest >= 0; latest--) {
    const end = latest + width - 1
    if (!texts.every((text, i) => frames[i]!.startsWith(text, latest))) continue
    if (!Array.from({ length: width }, (_, i) => latest + i).every(free)) continue
    let earliest = latest
    while (earliest > 0 && free(earliest - 1) && frames.every(frame => frame[earliest - 1] === '0')) earliest--
    found.push({ treatment, output, earliest, latest, end, evidence, others: 0 })
  }
  return found
}

/**
 * Finds the printed number in the reads, under every treatment, as binary or as hexadecimal digits (which BCD is as well).
 * One badge mostly names the last bit, two do; the first stays open where numbers are small.
 */
export function locate(
  samples: readonly Sample[],
  role: 'cardNumber' | 'facilityCode' = 'cardNumber',
  only?: Treatment,
  free: (bit: number) => boolean = () => true,
): Located | null {
  const known = samples.flatMap(sample => (sample[role] === undefined ? [] : [{ bits: sample.bits, text: canonicalNumber(sample[role]) }]))
  if (known.length === 0) return null
  let best: Located | null = null
  for (const treatment of only ? [only] : treatments(known[0]!.bits.length)) {
    const frames = known.map(sample => treat(sample.bits, treatment))
    for (const output of ['decimal', 'hexadecimal'] as const) {
      const values = known.map(sample => parsers[output](sample.text)).filter(value => value !== undefined)
      if (values.length < known.length) continue
      const [place, ...others] = places(frames, values, treatment, output, free)
      // Treatments and outputs come in the order of how common they are, so a later one has to have more evidence.
      if (place && (!best || place.evidence > best.evidence + 8)) best = { ...place, others: others.length }
    }
  }
  return best
}

/** Widths that these fields have in known formats, the usual first. */
const usualWidths = { cardNumber: [16, 24, 32, 20, 19, 18, 17, 23, 12, 14, 35], facilityCode: [8, 16, 12, 14, 10, 13] }

function firstBit(found: Located, widths: readonly number[]): number {
  const fits = widths.map(width => found.end - width + 1).find(first => first >= found.earliest && first <= found.latest)
  return fits ?? found.earliest
}

const span = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, i) => first + i)

/** The longest run of bits that carry no rule. */
function longestRun(length: number, carrying: ReadonlySet<number>): [number, number] {
  let best: [number, number] = [0, -1]
  for (let first = 0; first < length; first++) {
    let last = first - 1
    while (last + 1 < length && !carrying.has(last + 1)) last++
    if (last - first > best[1] - best[0]) best = [first, last]
  }
  return best
}

/** Surplus reads after which a rule that is no rule would have been broken with a probability of 63 in 64. */
const enough = 6

export function makeCustom(samples: readonly Sample[], number: Located | null): Custom {
  const bitLength = samples[0]!.bits.length
  const treatment = number?.treatment ?? { swapped: false, invertBitOrder: false, invertByteOrder: false }
  const frames = samples.map(sample => treat(sample.bits, treatment))
  const proved: string[] = [`a read has ${bitLength} bits`]
  const unproved: string[] = []

  const outside = (bit: number) => !number || bit < number.latest || bit > number.end
  const code = number && locate(samples, 'facilityCode', treatment, outside)
  const fields: { name: string; range: [number, number]; output: Output; order: 'big-endian' }[] = []
  if (number) {
    const neighbour = code && code.end < number.latest && code.end + 1 >= number.earliest
    const first = neighbour ? code.end + 1 : firstBit(number, usualWidths.cardNumber)
    fields.push({ name: 'cardNumber', range: [first, number.end], output: number.output, order: 'big-endian' })
    tell('card number', number, first, proved, unproved)
  }
  if (code) {
    const first = firstBit(code, usualWidths.facilityCode)
    fields.push({ name: 'facilityCode', range: [first, code.end], output: code.output, order: 'big-endian' })
    tell('facility code', code, first, proved, unproved)
  }

  const inner = new Set(fields.flatMap(field => span(...field.range)))
  const learnt = learn(frames, inner)
  const parity = learnt.surplus >= enough ? learnt.relations.filter(relation => !inner.has(relation.bit)) : []
  tellParity(learnt, parity.length, new Set(frames).size, proved, unproved)
  const constants = learnt.constants.map(constant => constant.bit).filter(bit => !inner.has(bit))
  if (constants.length > 0 && frames.length > 1) {
    const bits = listBits(constants)
    unproved.push(
      `bits ${bits} are the same in all reads: they may be fixed, belong to the facility code or be leading zeros, and no rule counts them`,
    )
  }
  if (!number) {
    const range = longestRun(bitLength, new Set(parity.map(relation => relation.bit)))
    fields.push({ name: 'cardNumber', range, output: 'decimal', order: 'big-endian' })
    unproved.push(`where the card number is: give the printed number of two badges; until then it is all of bits ${range.join(' to ')}`)
  }
  const format: FormatSetting = {
    id: `custom-${bitLength}`,
    name: `Custom ${bitLength}-bit`,
    bitLength,
    active: false,
    invertBitOrder: treatment.invertBitOrder,
    invertByteOrder: treatment.invertByteOrder,
    fields,
    parity: parity.map(({ bit, kind, over }) => ({ bit, kind, over })),
  }
  return { format, swapped: treatment.swapped, proved, unproved }
}

function tell(what: string, found: Located, first: number, proved: string[], unproved: string[]): void {
  const sure = found.evidence >= 20 && found.others === 0
  const list = sure ? proved : unproved
  list.push(
    `the ${what} ends at bit ${found.end} (${found.evidence} bits of evidence${found.others ? `, ${found.others} other places fit as well` : ''})`,
  )
  if (found.earliest === found.latest) list.push(`the ${what} begins at bit ${first}`)
  else
    unproved.push(
      `the ${what} begins at bit ${first}: anything from ${found.earliest} to ${found.latest} fits, a badge with a higher number tells`,
    )
  if (found.output === 'hexadecimal') unproved.push(`the ${what} is printed in hexadecimal or stored digit by digit`)
}

function tellParity(learnt: Learnt, rules: number, reads: number, proved: string[], unproved: string[]): void {
  if (learnt.surplus < enough) {
    unproved.push(
      `parity: learning it takes about ${learnt.relations.length + enough - learnt.surplus} more different reads than these ${reads}`,
    )
  } else if (rules > 0) {
    proved.push(`${rules} parity rules: ${learnt.surplus} reads came after the last that broke a rule`)
  } else {
    proved.push('it has no parity')
  }
  if (rules < learnt.relations.length && learnt.surplus >= enough)
    unproved.push('bits inside the numbers depend on each other: numbers of one batch do that')
}
