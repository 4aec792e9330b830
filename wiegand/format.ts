/** What a field's digits mean in bits. `bcd`: four bits a decimal digit, the first digit first. */
export type Encoding = 'binary' | 'bcd'

/** The four numbers a door controller knows. */
export type Role = 'cardNumber' | 'facilityCode' | 'issueLevel' | 'oem'

/** First and last bit, inclusive, counted from 0 = first received, after the inversions. */
export type Range = readonly [first: number, last: number]

export interface Field {
  /** `cardNumber`, `facilityCode`, `issueLevel`, `oem`, or a name of the format's own such as `agencyCode`. */
  readonly name: string
  /** What a field with a name of its own counts as. */
  readonly role?: Role
  /** Joined in this order. */
  readonly ranges: readonly Range[]
  /** Decimal without leading zeros, or hexadecimal in lower case [L7]. */
  readonly output: 'decimal' | 'hexadecimal'
  /** `big-endian`: the first bit is the most significant; `little-endian`: the least [L8]. */
  readonly order: 'big-endian' | 'little-endian'
  readonly encoding: Encoding
  /** Hexadecimal output is filled with zeros in front up to this many digits; left out = no leading zeros. */
  readonly digits?: number
}

/** The bit that makes the number of ones in `over` and itself even or odd. Rules are applied in the order given. */
export interface ParityRule {
  readonly bit: number
  readonly kind: 'even' | 'odd'
  readonly over: readonly number[]
}

/** A bit that always has this value; inside a field it limits that field's range. */
export interface FixedBit {
  readonly bit: number
  readonly value: 0 | 1
}

/** The table from the raw bits of a read to card number and facility code (acceptance L1). */
export interface CardFormat {
  readonly id: string
  readonly name: string
  /** 1 to 256 [L3]. */
  readonly bitLength: number
  readonly invertBitOrder: boolean
  /** Only where the bit length is divisible by 8 [L5]. */
  readonly invertByteOrder: boolean
  readonly fields: readonly Field[]
  readonly parity: readonly ParityRule[]
  readonly fixed: readonly FixedBit[]
  /** A frame of keys, never active as a card format. */
  readonly keypad?: true
  /** The source itself doubts this layout: kept as it is given, see `notes`. */
  readonly unverified?: true
  readonly notes?: string
}

/** An expected failure: a stable reason, and a sentence saying what is wrong, where, and what to do. */
export interface Refusal<Reason extends string = string> {
  readonly ok: false
  readonly reason: Reason
  readonly message: string
  readonly field?: string
  /** `0..65535` */
  readonly range?: string
}

/** Something wrong with a format itself. `path` is where: `fields[1]`, `parity[0].over` … */
export interface FormatProblem {
  readonly reason: string
  readonly path: string
  readonly message: string
}

/** A custom format, or the switches of a predefined one, as a site file has them (domain.md §2). */
export interface FormatSetting {
  readonly id: string
  readonly name?: string | undefined
  readonly active?: boolean | undefined
  readonly bitLength?: number | undefined
  readonly invertBitOrder?: boolean | undefined
  readonly invertByteOrder?: boolean | undefined
  readonly fields?:
    | readonly {
        readonly name: string
        readonly range: readonly [number, number]
        readonly output?: 'decimal' | 'hexadecimal' | undefined
        readonly order?: 'big-endian' | 'little-endian' | undefined
      }[]
    | undefined
  readonly parity?: readonly ParityRule[] | undefined
  readonly fixed?: readonly FixedBit[] | undefined
}

/** A custom format with every default filled in. It is not validated: see {@link validateFormat}. */
export function customFormat(setting: FormatSetting): CardFormat {
  return {
    id: setting.id,
    name: setting.name ?? setting.id,
    bitLength: setting.bitLength ?? 0,
    invertBitOrder: setting.invertBitOrder ?? false,
    invertByteOrder: setting.invertByteOrder ?? false,
    fields: (setting.fields ?? []).map(field => ({
      name: field.name,
      ranges: [field.range],
      output: field.output ?? 'decimal',
      order: field.order ?? 'big-endian',
      encoding: 'binary',
    })),
    parity: setting.parity ?? [],
    fixed: setting.fixed ?? [],
  }
}

/** The bits of a field, most significant first. */
export function fieldBits(field: Field): number[] {
  const bits: number[] = []
  for (const [first, last] of field.ranges) for (let bit = first; bit <= last; bit++) bits.push(bit)
  return field.order === 'little-endian' ? bits.reverse() : bits
}

/** Equal numbers have equal text: lower case, no leading zeros. Numbers of any length, decimal or hexadecimal (domain.md §2). */
export function canonicalNumber(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/^0+(?=.)/, '')
}
