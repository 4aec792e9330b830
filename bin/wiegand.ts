import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { Command } from 'commander'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { whyNoFile } from '../shared/file-error.ts'
import {
  type Bits,
  type CardFormat,
  createTally,
  type Decoded,
  type Diagnosis,
  decodeRead,
  type Encoded,
  type EncodeRefusal,
  encode,
  fieldRange,
  formats,
  fromHex,
  guess,
  isBits,
  listBits,
  maxBits,
  predefined,
  type Sample,
  type Summary,
  toHex,
} from '../wiegand/index.ts'
import { nameOf } from './file.ts'

type Row = Record<string, unknown>
interface Line {
  number: number
  /** What the line holds, or why it holds nothing. */
  record: Row | null
  error: string
}

const roles = ['cardNumber', 'facilityCode', 'issueLevel', 'oem'] as const
const readKeys = ['bits', 'hex']

/** `portunus wiegand …` (cli.md). */
export function wiegandCommand(): Command {
  const command = new Command('wiegand')
    .description('card formats: list, decode, encode, guess')
    .addHelpText('after', '\nExample:\n  $ echo 00000110011111011010011001 | portunus wiegand decode')
  command
    .command('formats')
    .description('the predefined formats with fields, ranges and parity; bits are counted from 0 = first received, ranges are inclusive')
    .option('--json', 'one JSON object a line')
    .addHelpText('after', '\nExample:\n  $ portunus wiegand formats --json')
    .action(async (options: { json?: boolean }) => {
      for (const format of formats) await write(options.json ? JSON.stringify(describe(format)) : inWords(format))
    })
  command
    .command('decode')
    .description(
      'raw reads to numbers: a line is a bit string, or JSON with bits, or with hex and bitLength, and with format where wanted; or CSV with such a header',
    )
    .argument('[file]', 'a file, or - for standard input', '-')
    .option('--format <id>', 'decode with this format only, and say whether parity holds; left out: every format that fits')
    .option('--json', 'one JSON object a line (as without)')
    .option('--csv', 'CSV out, the columns of a CSV input kept')
    .option('--summary', 'counts per format and card numbers shared by two cards, on standard error')
    .addHelpText('after', '\nExample:\n  $ echo 00000110011111011010011001 | portunus wiegand decode --format h10301')
    .action(decodeAction)
  command
    .command('encode')
    .description('numbers to raw bits: JSON lines with format, cardNumber, facilityCode, issueLevel, oem (left out = 0)')
    .argument('[file]', 'a file, or - for standard input', '-')
    .option('--json', 'one JSON object a line (as without)')
    .addHelpText('after', '\nExample:\n  $ echo \'{"format":"h10301","facilityCode":"12","cardNumber":"64332"}\' | portunus wiegand encode')
    .action(encodeAction)
  command
    .command('guess')
    .description(
      'which format and which wiring fault explain these reads; a line is a read as for decode, with what is printed on the badge where known',
    )
    .argument('[file]', 'a file, or - for standard input', '-')
    .option('--json', 'one JSON object a line: an explanation, or a custom format where none is found')
    .addHelpText(
      'after',
      '\nPrinted numbers: after the bits as 64332 or 12:64332, in JSON as cardNumber and facilityCode.\nExample:\n  $ echo "00000110011111011010011001 12:64332" | portunus wiegand guess',
    )
    .action(guessAction)
  return command
}

async function write(text: string): Promise<void> {
  if (!process.stdout.write(`${text}\n`)) await new Promise(resolve => process.stdout.once('drain', resolve))
}

/** A line that cannot be used is told on standard error and makes the exit status 2; the others go on. */
function complain(command: Command, line: number, error: string): string {
  const message = `line ${line}: ${error}`
  process.stderr.write(`portunus wiegand ${command.name()}: ${message}\n`)
  process.exitCode = 2
  return message
}

function find(command: Command, id: string): CardFormat {
  return predefined(id) ?? command.error(`error: there is no format ${id}; portunus wiegand formats lists them`, { exitCode: 2 })
}

const unknownFormat = (id: unknown) => `there is no format ${JSON.stringify(id)}; portunus wiegand formats lists them`

/** Lines that are not blank. A first line of names that has `bits` or `hex` makes the rest CSV. */
async function* readLines(command: Command, file: string): AsyncGenerator<Line> {
  const input = file === '-' ? process.stdin : createReadStream(file)
  let number = 0
  let header: string[] | null = null
  let first = true
  try {
    for await (const raw of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++
      const text = (number === 1 ? raw.replace(/^\uFEFF/, '') : raw).trim()
      if (text === '') continue
      if (text.includes('\uFFFD')) {
        yield { number, record: null, error: 'it is no text in UTF-8; save the file as UTF-8' }
        continue
      }
      if (first && /^[a-z" ,]+$/i.test(text)) {
        const names = (parse(text, { trim: true }) as string[][])[0]!
        if (names.some(name => readKeys.includes(name))) header = names
      }
      if (!(first && header)) yield header ? fromCsv(number, text, header) : fromText(number, text)
      first = false
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    command.error(`error: ${nameOf(file)}: ${whyNoFile(error)}`, { exitCode: 2 })
  }
}

function fromCsv(number: number, text: string, header: string[]): Line {
  try {
    const [values = []] = parse(text, { trim: true, relax_column_count: true }) as string[][]
    if (values.length > header.length)
      return { number, record: null, error: `it has ${values.length} columns, the first line names ${header.length}` }
    const entries = header.map((name, i) => [name, values[i] || undefined] as const)
    return { number, record: Object.fromEntries(entries), error: '' }
  } catch {
    return { number, record: null, error: 'it is no CSV: a quotation mark is not closed' }
  }
}

function fromText(number: number, text: string): Line {
  if (text.startsWith('{')) {
    try {
      return { number, record: JSON.parse(text) as Row, error: '' }
    } catch {
      return { number, record: null, error: 'it begins like JSON but is none' }
    }
  }
  const [bits = '', ...printed] = text.split(/[\s,;]+/)
  return { number, record: printed.length > 0 ? { bits, printed: printed.join(' ') } : { bits }, error: '' }
}

/** The bits of a line, or what is wrong with them. */
function bitsOf(record: Row): { bits: Bits } | { error: string } {
  const { bits, hex } = record
  const bitLength = record.bitLength === undefined ? undefined : Number(record.bitLength)
  if (bitLength !== undefined && !(Number.isInteger(bitLength) && bitLength >= 1 && bitLength <= maxBits)) {
    return { error: `bitLength is ${JSON.stringify(record.bitLength)}; it has to be a whole number from 1 to ${maxBits}` }
  }
  if (bits !== undefined) {
    if (typeof bits !== 'string' || !/^[01]+$/.test(bits))
      return { error: `bits are written with the digits 0 and 1 only, not ${JSON.stringify(bits)}` }
    if (!isBits(bits)) return { error: `a read has 1 to ${maxBits} bits, this one has ${bits.length}` }
    if (bitLength !== undefined && bitLength !== bits.length)
      return { error: `bitLength is ${bitLength}, but bits has ${bits.length}; correct one of them` }
    return { bits }
  }
  if (hex === undefined) return { error: 'it has neither bits nor hex; give one of them' }
  const digits = typeof hex === 'string' ? hex.replace(/^0x/i, '') : ''
  if (!/^[0-9a-f]+$/i.test(digits)) return { error: `hex has to be hexadecimal digits in quotes, not ${JSON.stringify(hex)}` }
  if (bitLength === undefined) return { error: 'hex needs a bitLength: leading zeros do not show in it' }
  const found = fromHex(digits, bitLength)
  return found === undefined ? { error: `hex ${digits} does not fit into ${bitLength} bits` } : { bits: found }
}

/** A match as the command prints it: the four numbers first, fields under names of their own after them, parity last. */
function match(found: Decoded): Row {
  const { format, cardNumber, facilityCode, issueLevel, oem, other, parity } = found
  return { format, cardNumber, facilityCode, issueLevel, oem, ...other, parity }
}

async function decodeAction(
  file: string,
  options: { format?: string; json?: boolean; csv?: boolean; summary?: boolean },
  command: Command,
): Promise<void> {
  if (options.json && options.csv) command.error('error: --json and --csv cannot be used together', { exitCode: 2 })
  const only = options.format === undefined ? undefined : find(command, options.format)
  const tally = createTally()
  let extra: string[] | null = null
  for await (const { number, record, error } of readLines(command, file)) {
    const read = record ? bitsOf(record) : { error }
    const id = record?.format
    const named = id === undefined ? only : typeof id === 'string' ? predefined(id) : undefined
    const bits = 'bits' in read ? read.bits : undefined
    let problem = 'error' in read ? read.error : ''
    if (!problem && id !== undefined && !named) problem = unknownFormat(id)
    const found = bits === undefined || problem ? [] : decodeRead(bits, formats, named)
    if ('reason' in found) problem = found.message
    const matches = 'reason' in found ? [] : found
    if (bits !== undefined && !problem) tally.add(String(number), bits, matches)
    const told = problem ? complain(command, number, problem) : undefined
    if (options.csv) {
      const kept = Object.fromEntries(Object.entries(record ?? {}).filter(([key]) => !csvColumns.includes(key)))
      if (!extra) {
        extra = Object.keys(kept)
        await write([...extra, ...csvColumns].join(','))
      }
      await write(
        csvRow(
          extra.map(key => kept[key]),
          bits,
          matches,
          told,
        ),
      )
    } else {
      const start = told === undefined ? {} : { line: number }
      await write(JSON.stringify({ ...start, bits, bitLength: bits?.length, matches: matches.map(match), error: told }))
    }
  }
  if (options.summary) summarise(tally.summary())
}

const csvColumns = ['bits', 'bitLength', 'format', ...roles, 'parity', 'matches', 'error']

/** One row a read: the first match in full, the ids of all of them in `matches`. */
function csvRow(kept: unknown[], bits: Bits | undefined, matches: readonly Decoded[], error: string | undefined): string {
  const [best] = matches
  const numbers = roles.map(role => best?.[role])
  const ids = matches.map(found => found.format).join(' ')
  return stringify([[...kept, bits, bits?.length, best?.format, ...numbers, best?.parity, ids, error]]).trimEnd()
}

function summarise(summary: Summary): void {
  const lines = [`${summary.reads} reads, ${summary.unmatched} of them in no known format`]
  for (const [format, count] of Object.entries(summary.counts)) lines.push(`${format}: ${count} reads`)
  for (const { format, cardNumber, facilityCodes, reads } of summary.collisions) {
    const codes = facilityCodes.length > 1 ? `, facility codes ${facilityCodes.join(', ')}` : ''
    lines.push(`${format}: card number ${cardNumber} in different reads, lines ${reads.join(', ')}${codes}`)
  }
  process.stderr.write(`${lines.join('\n')}\n`)
}

async function encodeAction(file: string, _options: unknown, command: Command): Promise<void> {
  for await (const { number, record, error } of readLines(command, file)) {
    const done = record ? encodeRecord(record) : { error }
    if ('bits' in done) await write(JSON.stringify({ bits: done.bits, bitLength: done.bits.length, hex: toHex(done.bits) }))
    else {
      const told = complain(command, number, 'message' in done ? done.message : done.error)
      const where = 'field' in done ? { field: done.field, range: done.range } : {}
      await write(JSON.stringify({ line: number, error: told, ...where }))
    }
  }
}

function encodeRecord(record: Row): Encoded | EncodeRefusal | { error: string } {
  const { format: id, ...numbers } = record
  if (id === undefined) return { error: 'it names no format; give one, such as {"format":"h10301","cardNumber":"1"}' }
  const format = typeof id === 'string' ? predefined(id) : undefined
  if (!format) return { error: unknownFormat(id) }
  for (const [name, value] of Object.entries(numbers)) {
    if (typeof value === 'string' || typeof value === 'number') continue
    const range = fieldRange(format, name)?.join('..') ?? 'none'
    const message = `${name} has to be a number in quotes, range ${range}, not ${JSON.stringify(value)}`
    return { ok: false, reason: 'not-a-number', field: name, range, message }
  }
  return encode(format, numbers as Record<string, string | number>)
}

async function guessAction(file: string, options: { json?: boolean }, command: Command): Promise<void> {
  const samples: Sample[] = []
  for await (const { number, record, error } of readLines(command, file)) {
    const read = record ? bitsOf(record) : { error }
    if ('error' in read) complain(command, number, read.error)
    else samples.push({ bits: read.bits, ...printedOn(record!) })
  }
  if (samples.length === 0) return command.error('error: there is no read to guess from', { exitCode: 2 })
  for (const diagnosis of guess(samples)) await write(options.json ? inJson(diagnosis) : explain(diagnosis))
}

/** `64332`, `12:64332`, `012 64332` (also as `printed` or `number`), or the fields by name. */
function printedOn(record: Row): Omit<Sample, 'bits'> {
  const text = (value: unknown) => (value === undefined || value === '' ? undefined : String(value).trim())
  const parts = text(record.printed ?? record.number)?.split(/[\s,:;/-]+/) ?? []
  const cardNumber = text(record.cardNumber) ?? parts.at(-1)
  const facilityCode = text(record.facilityCode) ?? (parts.length === 2 ? parts[0] : undefined)
  return { cardNumber, facilityCode }
}

function inJson({ explanations, custom }: Diagnosis): string {
  const lines: unknown[] = explanations.map(({ cards, ...rest }) => ({ ...rest, cards: cards.map(card => card && match(card)) }))
  if (custom) {
    const { format, ...rest } = custom
    lines.push({ format: format.id, bitLength: format.bitLength, ...rest, custom: format })
  }
  return lines.map(line => JSON.stringify(line)).join('\n')
}

function explain({ bitLength, reads, explanations, custom }: Diagnosis): string {
  const lines = [`reads of ${bitLength} bits: ${reads}`]
  for (const [i, { name, format, score, reasons, rivals }] of explanations.entries()) {
    lines.push(`${i + 1}. ${format}  ${name}  (${score} bits of evidence)`)
    for (const reason of reasons) lines.push(`   - ${reason}`)
    if (i === 0) {
      for (const rival of rivals) lines.push(`   ? ${rival.format}${faults(rival)}: ${rival.how}`)
    }
  }
  if (custom) {
    lines.push('No known format explains them. A format of your own (JSON is YAML: it can go into a site file as it is):')
    lines.push(`   ${JSON.stringify(custom.format)}`)
    if (custom.swapped) lines.push('   - D0 and D1 are swapped: exchange the two data wires of the reader')
    for (const text of custom.proved) lines.push(`   proved: ${text}`)
    for (const text of custom.unproved) lines.push(`   not proved: ${text}`)
  }
  return lines.join('\n')
}

function faults(of: { swapped: boolean; invertBitOrder: boolean; invertByteOrder: boolean }): string {
  const list = [
    of.swapped && 'D0 and D1 swapped',
    of.invertBitOrder && 'bits in opposite order',
    of.invertByteOrder && 'bytes in opposite order',
  ]
  const told = list.filter(text => text !== false)
  return told.length > 0 ? ` with ${told.join(' and ')}` : ''
}

function describe(format: CardFormat): Row {
  const { id, name, bitLength, fields, parity, fixed, keypad = false, unverified = false, notes = '' } = format
  return { id, name, bitLength, active: id === 'h10301', fields, parity, fixed, keypad, unverified, notes }
}

function inWords(format: CardFormat): string {
  const fields = format.fields.map(
    field => `${field.role ?? field.name} ${field.ranges.map(([a, b]) => (a === b ? a : `${a}-${b}`)).join('.')}`,
  )
  const parity = format.parity.map(rule => `${rule.bit} ${rule.kind}`).join(', ')
  const fixed = listBits(format.fixed.map(entry => entry.bit))
  const marks = [
    parity && `parity ${parity}`,
    fixed && `fixed ${fixed}`,
    format.keypad && 'keys',
    format.unverified && 'unverified',
  ].filter(Boolean)
  return `${format.id.padEnd(9)} ${String(format.bitLength).padStart(3)}  ${format.name}\n               ${[fields.join(', '), ...marks].join('; ')}`
}
