import { type Bits, invert, isBits } from './bits.ts'
import { type Custom, locate, makeCustom } from './custom.ts'
import { type Decoded, decode } from './decode.ts'
import { type CardFormat, canonicalNumber, type Field, fieldBits } from './format.ts'
import { formats as predefinedFormats } from './formats.ts'
import { rank } from './linear.ts'
import { listBits, prior, type Sample, type Treatment, treat, treatments } from './treatment.ts'

/** A format that takes the same reads as the one explained, and what would tell them apart. */
export interface Rival extends Treatment {
  readonly format: string
  /** Bits, counted as received, that mean something else in it; empty where nothing can tell the two apart. */
  readonly bits: readonly number[]
  readonly how: string
}

/** A predefined (or given) format under a treatment that explains the reads. */
export interface Explanation extends Treatment {
  readonly format: string
  readonly name: string
  readonly bitLength: number
  /** Bits of evidence for it over chance, what is common before what is rare. */
  readonly score: number
  /** How many of the reads it explains, of how many. */
  readonly explains: number
  readonly of: number
  readonly reasons: readonly string[]
  readonly rivals: readonly Rival[]
  /** What it makes of each read; `null` for one it does not explain. */
  readonly cards: readonly (Decoded | null)[]
  readonly unverified: boolean
}

/** What is to be said about the reads of one length. */
export interface Diagnosis {
  readonly bitLength: number
  readonly reads: number
  /** Best first. */
  readonly explanations: readonly Explanation[]
  /** A format of one's own, where no format explains the reads. */
  readonly custom: Custom | null
}

// How much more often one meets a format than another, in bits: rough, and only to order what the reads themselves leave open.
const common: Record<string, number> = { h10301: 6, h10306: 4, c1k35s: 4, h10302: 3, h10304: 3, c1k48s: 3, casi40: 1, bqt34: 1, csn32: 1 }
const numberOf = (format: CardFormat, role: 'cardNumber' | 'facilityCode') =>
  format.fields.find(field => (field.role ?? field.name) === role)

const plainly = (treatment: Treatment) => !treatment.swapped && !treatment.invertBitOrder && !treatment.invertByteOrder

function prints(value: string | undefined, printed: string | undefined): boolean {
  return printed === undefined || (value !== undefined && canonicalNumber(value) === canonicalNumber(printed))
}

/** How unlikely it is, in bits, that reads of something else keep the rules of this format: per read. */
function strictness(format: CardFormat): number {
  const rules = rank([...format.parity.map(rule => [rule.bit, ...rule.over]), ...format.fixed.map(fixed => [fixed.bit])])
  const digits = format.fields.filter(field => field.encoding === 'bcd').reduce((sum, field) => sum + fieldBits(field).length / 4, 0)
  return rules + digits * Math.log2(1.6)
}

function unused(format: CardFormat): number[] {
  const used = new Set([
    ...format.fields.flatMap(fieldBits),
    ...format.parity.map(rule => rule.bit),
    ...format.fixed.map(fixed => fixed.bit),
  ])
  return Array.from({ length: format.bitLength }, (_, bit) => bit).filter(bit => !used.has(bit))
}

interface Trial {
  format: CardFormat
  treatment: Treatment
  frames: Bits[]
  cards: (Decoded | null)[]
  score: number
}

function attempt(format: CardFormat, treatment: Treatment, samples: readonly Sample[]): Trial | undefined {
  const frames = samples.map(sample => treat(sample.bits, treatment))
  const cards = frames.map((frame, i) => {
    const found = decode(frame, format)
    const { cardNumber, facilityCode } = samples[i]!
    const fits = found.ok && found.parity === 'ok' && prints(found.cardNumber, cardNumber) && prints(found.facilityCode, facilityCode)
    return fits ? found : null
  })
  const fitting = cards.filter(card => card !== null)
  const missed = cards.length - fitting.length
  // One bad read must not hide the answer, but takes several good ones to be called bad.
  if (fitting.length === 0 || missed * 5 > cards.length) return undefined

  const distinct = new Set(frames.filter((_, i) => cards[i])).size
  let score = strictness(format) * distinct - missed * 12
  for (const role of ['cardNumber', 'facilityCode'] as const) {
    const field = numberOf(format, role)
    const proofs = new Set(samples.filter((sample, i) => cards[i] && sample[role] !== undefined).map(sample => sample[role]))
    if (field) score += fieldBits(field).length * proofs.size
  }
  const facility = numberOf(format, 'facilityCode')
  if (facility && distinct > 1 && new Set(fitting.map(card => card.facilityCode)).size === 1) {
    score += Math.min(8, fieldBits(facility).length) * (distinct - 1) * 0.5
  }
  const zeros = unused(format)
  if (fitting.length > 0 && frames.every((frame, i) => !cards[i] || zeros.every(bit => invert(frame, format)[bit] === '0'))) {
    score += zeros.length * distinct * 0.5
  }
  score += prior(treatment) + (common[format.id] ?? 0) - (format.unverified ? 3 : 0) - (format.keypad ? 5 : 0)
  return { format, treatment, frames, cards, score }
}

/** Where the bits of a field are in the read as received, most significant first. */
function received(field: Field, trial: Trial): number[] {
  const { bitLength } = trial.format
  const origin = Array.from({ length: bitLength }, (_, bit) => bit)
  for (const flags of [trial.treatment, trial.format]) {
    const byte = flags.invertByteOrder ? origin.map((_, bit) => origin[bitLength - 8 - (bit & ~7) + (bit & 7)]!) : [...origin]
    const next = flags.invertBitOrder ? byte.reverse() : byte
    origin.splice(0, bitLength, ...next)
  }
  return fieldBits(field).map(bit => origin[bit]!)
}

/** Bits, as received, that count differently in the card numbers (or facility codes) the two make. */
function differing(a: Trial, b: Trial, role: 'cardNumber' | 'facilityCode'): number[] {
  const weigh = (trial: Trial) => {
    const field = numberOf(trial.format, role)
    const bits = field ? received(field, trial) : []
    return new Map(bits.map((bit, i) => [bit, `${field!.encoding}${trial.treatment.swapped}${bits.length - i}`]))
  }
  const [one, other] = [weigh(a), weigh(b)]
  const told = new Set([...one.keys(), ...other.keys()].filter(bit => one.get(bit) !== other.get(bit)))
  return [...told].sort((x, y) => x - y)
}

function rival(best: Trial, other: Trial): Rival {
  const name = other.format.id
  const number = differing(best, other, 'cardNumber')
  const bits = number.length > 0 ? number : differing(best, other, 'facilityCode')
  const what = number.length > 0 ? 'card number' : 'facility code'
  const how =
    bits.length === 0
      ? `${name} makes the same numbers of every read: either may be used`
      : `a badge whose ${what} is known tells: bits ${listBits(bits)} as received count differently in ${name}`
  return { format: name, ...other.treatment, bits, how }
}

function reasons(trial: Trial, samples: readonly Sample[], plain: Trial | undefined): string[] {
  const { format, treatment, cards } = trial
  const list: string[] = []
  const fitting = cards.filter(card => card !== null)
  if (treatment.swapped) list.push('D0 and D1 are swapped: exchange the two data wires of the reader')
  if (treatment.invertBitOrder) list.push(`the bits come in opposite order: set invertBitOrder ${!format.invertBitOrder} on ${format.id}`)
  if (treatment.invertByteOrder)
    list.push(`the bytes come in opposite order: set invertByteOrder ${!format.invertByteOrder} on ${format.id}`)
  const rules = [
    ...(format.parity.length > 0 ? [`${format.parity.length} parity rules`] : []),
    ...(format.fixed.length > 0 ? [`${format.fixed.length} fixed bits`] : []),
  ]
  if (rules.length > 0) {
    const before = plainly(treatment) || plain ? '' : ', and do not hold as the reads arrive'
    list.push(`${rules.join(' and ')} hold on ${fitting.length} of ${cards.length} reads${before}`)
  } else if (format.fields.every(field => field.encoding === 'binary')) {
    list.push('it has no parity: every read of its length fits')
  }
  for (const [role, words] of [
    ['cardNumber', 'card number'],
    ['facilityCode', 'facility code'],
  ] as const) {
    const known = samples.filter((sample, i) => cards[i] && sample[role] !== undefined).length
    if (known > 0) list.push(`the ${words} is the printed one on ${known} of ${known} badges that are known`)
  }
  const codes = new Set(fitting.map(card => card.facilityCode))
  const [code] = codes
  if (fitting.length > 1 && codes.size === 1 && code !== undefined) list.push(`all reads have the facility code ${code}`)
  if (fitting.length < cards.length) list.push(`${cards.length - fitting.length} of ${cards.length} reads do not fit and look misread`)
  if (format.unverified) list.push(`this format is unverified: ${format.notes}`)
  return list
}

/** How far behind the best, in bits, an explanation is still worth telling. */
const worthTelling = 24

function diagnose(samples: readonly Sample[], formats: readonly CardFormat[]): Diagnosis {
  const bitLength = samples[0]!.bits.length
  const trials: Trial[] = []
  for (const format of formats) {
    if (format.bitLength !== bitLength) continue
    for (const treatment of treatments(bitLength)) {
      const trial = attempt(format, treatment, samples)
      if (trial) trials.push(trial)
    }
  }
  // Without rules and without a printed number every treatment fits: only the plain one says anything.
  const printed = samples.some(sample => sample.cardNumber !== undefined || sample.facilityCode !== undefined)
  const sensible = trials.filter(trial => plainly(trial.treatment) || printed || strictness(trial.format) > 0)
  sensible.sort((a, b) => b.score - a.score)
  const best = sensible[0]
  const told = sensible.filter(trial => best && trial.score > best.score - worthTelling)
  const explanations = told.map(trial => {
    const plain = trials.find(other => other.format === trial.format && plainly(other.treatment))
    const rivals = told.filter(other => other !== trial && other.cards.every((card, i) => card !== null || trial.cards[i] === null))
    return {
      format: trial.format.id,
      name: trial.format.name,
      ...trial.treatment,
      bitLength,
      score: Math.round(trial.score * 10) / 10,
      explains: trial.cards.filter(card => card !== null).length,
      of: samples.length,
      reasons: reasons(trial, samples, plain),
      rivals: rivals.map(other => rival(trial, other)),
      cards: trial.cards,
      unverified: trial.format.unverified ?? false,
    }
  })
  const found = locate(samples)
  return { bitLength, reads: samples.length, explanations, custom: best ? null : makeCustom(samples, found) }
}

/**
 * Looks at reads of unknown origin: which formats explain all of them, whether D0 and D1 are swapped or bits or bytes come in opposite order, and where
 * no format does, a format of one's own. Reads of different lengths are looked at apart, those of the most frequent length first.
 * Samples that are no bits are left out.
 */
export function guess(samples: readonly Sample[], formats: readonly CardFormat[] = predefinedFormats): Diagnosis[] {
  const groups = new Map<number, Sample[]>()
  for (const sample of samples) {
    if (!isBits(sample.bits)) continue
    const group = groups.get(sample.bits.length)
    if (group) group.push(sample)
    else groups.set(sample.bits.length, [sample])
  }
  return [...groups.values()].sort((a, b) => b.length - a.length).map(group => diagnose(group, formats))
}
