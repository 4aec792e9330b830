import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'portunus-wiegand-'))
afterAll(() => rmSync(directory, { recursive: true }))

function run(args: string[], input = ''): { status: number | null; lines: string[]; errors: string[] } {
  const { status, stdout, stderr } = spawnSync('node', ['bin/portunus', 'wiegand', ...args], { cwd: root, input, encoding: 'utf8' })
  const lines = (text: string) => text.split('\n').filter(line => line !== '')
  return { status, lines: lines(stdout), errors: lines(stderr) }
}
const json = (lines: string[]) => lines.map(line => JSON.parse(line) as Record<string, unknown>)

interface Vector {
  format: string
  bits: string
  hex: string
  bitLength: number
  fields: Record<string, string>
  parity: string
}
const vectors = readFileSync(join(root, 'test/conformance/wiegand/vectors.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map(line => JSON.parse(line) as Vector)

describe('portunus wiegand decode', () => {
  it('gives every vector back, from bits and from hexadecimal, with the format named', () => {
    const input = vectors.map(({ format, bits, hex, bitLength }, i) =>
      JSON.stringify(i % 2 ? { bits, format: format.toLowerCase() } : { hex: i % 4 ? hex : hex.toLowerCase(), bitLength, format }),
    )
    const { status, lines, errors } = run(['decode', '--json'], input.join('\n'))
    expect([status, errors]).toEqual([0, []])
    for (const [i, out] of json(lines).entries()) {
      const { bits, bitLength, format, fields, parity } = vectors[i]!
      const [match, ...others] = out.matches as Record<string, string>[]
      expect(out).toMatchObject({ bits, bitLength })
      expect(others).toEqual([])
      expect(match).toMatchObject({ format: format.toLowerCase(), parity })
      for (const [name, value] of Object.entries(fields)) expect(match![name] ?? '0').toBe(value)
    }
  })

  it('lists every format that fits where none is named, keys in order, what a format lacks left out', () => {
    const { lines } = run(['decode'], '01010010010001001111001001\n')
    expect(lines).toEqual([
      '{"bits":"01010010010001001111001001","bitLength":26,"matches":[{"format":"h10301","cardNumber":"35300","facilityCode":"164","parity":"ok"},{"format":"ind26","cardNumber":"2532","facilityCode":"2632","parity":"ok"},{"format":"pin26","facilityCode":"164","pin":"35300","parity":"ok"}]}',
    ])
    expect(json(run(['decode'], '01010010010001001111001000').lines)).toMatchObject([{ matches: [] }])
  })

  it('answers each line in its place, a bad one with an error that names the line, and ends with 2', () => {
    const input = [
      '01010010010001001111001001',
      '',
      '0102',
      '{"hex":"F4913C9","bitLength":26}',
      '{"hex":"4913C9"}',
      '{"bits":"01","bitLength":3}',
      '{"bits":"01","bitLength":257}',
      '{"bits":101}',
      '{"bits":"0101","format":"h10301"}',
      '{"bits":"0101","format":"none"}',
      '{"format":"h10301"}',
      '{',
      '0'.repeat(257),
      '{"hex":"0x00014913c9","bitLength":26,"format":"H10301"}',
    ].join('\r\n')
    const { status, lines, errors } = run(['decode', '--json', '-'], input)
    expect(status).toBe(2)
    expect(lines).toHaveLength(13)
    expect(json(lines).filter(out => out.error === undefined)).toHaveLength(2)
    expect(errors).toHaveLength(11)
    expect(errors[0]).toBe('portunus wiegand decode: line 3: bits are written with the digits 0 and 1 only, not "0102"')
    expect(errors[6]).toContain('line 9: h10301 has 26 bits, this read has 4')
    expect(json(lines)[7]).toMatchObject({ line: 9, bits: '0101', matches: [], error: expect.stringContaining('26 bits') })
  })

  it('takes CSV and gives CSV, other columns kept, counts and shared numbers on demand', () => {
    const file = join(directory, 'reads.csv')
    writeFileSync(file, '\uFEFFbadge,hex,bitLength\n"A, one",14913C9,26\nB,1,26\nC,0C913C8,26\n')
    const { status, lines, errors } = run(['decode', '--csv', '--format', 'h10301', '--summary', file])
    expect(status).toBe(0)
    expect(lines[0]).toBe('badge,hex,bits,bitLength,format,cardNumber,facilityCode,issueLevel,oem,parity,matches,error')
    expect(lines[1]).toBe('"A, one",14913C9,01010010010001001111001001,26,h10301,35300,164,,,ok,h10301,')
    expect(lines).toHaveLength(4)
    expect(errors).toEqual(['3 reads, 1 of them in no known format', 'h10301: 2 reads'])
  })

  it('refuses wrong use with one line and 2', () => {
    expect(run(['decode', '--format', 'nothing'])).toMatchObject({ status: 2, lines: [] })
    expect(run(['decode', '--format', 'nothing']).errors).toEqual([
      'portunus wiegand decode: there is no format nothing; portunus wiegand formats lists them',
    ])
    expect(run(['decode', join(directory, 'none')])).toMatchObject({
      status: 2,
      errors: [expect.stringContaining('there is no such file')],
    })
    expect(run(['decode', directory])).toMatchObject({ status: 2, errors: [expect.stringContaining('this is a folder')] })
    expect(run(['decode', '--json', '--csv'])).toMatchObject({ status: 2, lines: [] })
  })
})

describe('portunus wiegand encode', () => {
  it('gives every vector with right parity back, bit for bit', () => {
    const right = vectors.filter(vector => vector.parity === 'ok')
    const input = right.map(({ format, fields }) => JSON.stringify({ format: format.toLowerCase(), ...fields }))
    const { status, lines, errors } = run(['encode', '--json'], input.join('\n'))
    expect([status, errors]).toEqual([0, []])
    expect(json(lines)).toEqual(right.map(({ bits, bitLength, hex }) => ({ bits, bitLength, hex })))
  })

  it('takes a field left out for 0, and names field, range and line of what does not fit', () => {
    const input = [
      '{"format":"h10302","cardNumber":"34359738368"}',
      '{"format":"H10301","cardNumber":1}',
      '{"format":"h10301","oem":"5"}',
      '{"format":"h10301","cardNumber":true}',
      '{"cardNumber":"1"}',
      '{"format":"h10301","cardNumber":9007199254740993}',
      'x',
    ].join('\n')
    const { status, lines, errors } = run(['encode', '--json'], input)
    const out = json(lines)
    expect(status).toBe(2)
    expect(out).toHaveLength(7)
    expect(out[0]).toMatchObject({ line: 1, field: 'cardNumber', range: '0..34359738367' })
    expect(errors[0]).toBe('portunus wiegand encode: line 1: cardNumber 34359738368 of h10302 is outside its range 0..34359738367')
    expect(out[1]).toEqual({ bits: '00000000000000000000000010', bitLength: 26, hex: '0000002' })
    expect(out[2]).toMatchObject({ field: 'oem' })
    expect(out[3]).toMatchObject({ field: 'cardNumber', range: '0..65535' })
    expect(out[5]).toMatchObject({ field: 'cardNumber', error: expect.stringContaining('in quotes') })
    expect(errors).toHaveLength(6)
  })
})

describe('portunus wiegand guess', () => {
  it('puts the right format first, names swapped wires, and prints one object a line', () => {
    const swapped = '11111001100000100101100110'
    const { status, lines } = run(['guess', '--json'], `${swapped} 12:64332\n`)
    expect(status).toBe(0)
    expect(json(lines)[0]).toMatchObject({ format: 'h10301', swapped: true, cards: [{ cardNumber: '64332', facilityCode: '12' }] })
    const words = run(['guess'], `bits,cardNumber\n${swapped},64332\n`).lines
    expect(words[1]).toContain('1. h10301')
    expect(words.join('\n')).toContain('D0 and D1 are swapped')
  })

  it('gives a custom format where no predefined one explains the reads', () => {
    const { lines, status } = run(['guess', '--json'], '{"bits":"000000000000111111011010011001","cardNumber":"63129"}\n')
    expect(status).toBe(0)
    expect(json(lines)).toMatchObject([
      { format: 'custom-30', custom: { bitLength: 30, fields: [{ name: 'cardNumber', range: [14, 29] }] } },
    ])
    expect(run(['guess'], '000000000000111111011010011001 63129').lines.join('\n')).toContain('not proved')
  })

  it('needs a read', () => {
    expect(run(['guess'], '\n')).toMatchObject({ status: 2, errors: ['portunus wiegand guess: there is no read to guess from'] })
  })
})

describe('portunus wiegand formats', () => {
  it('lists every predefined format, h10301 alone active', () => {
    const out = json(run(['formats', '--json']).lines)
    const ids = vectors.map(vector => vector.format.toLowerCase())
    expect(ids.filter(id => !out.some(format => format.id === id))).toEqual([])
    expect(out.filter(format => format.active).map(format => format.id)).toEqual(['h10301'])
    const h10301 = out.find(format => format.id === 'h10301')!
    expect(h10301).toMatchObject({
      bitLength: 26,
      parity: [
        { bit: 0, kind: 'even' },
        { bit: 25, kind: 'odd' },
      ],
      unverified: false,
    })
    expect(out.find(format => format.id === 'hgen37')).toMatchObject({ unverified: true })
    expect(run(['formats']).lines.length).toBe(out.length * 2)
  })

  it('has help with an example', () => {
    for (const name of ['formats', 'decode', 'encode', 'guess']) expect(run([name, '--help']).lines.join('\n')).toContain('Example:')
  })
})
