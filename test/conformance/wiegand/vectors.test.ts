import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { decode, decodeAll, encode, formats, fromHex, predefined, toHex, validateFormat } from '../../../wiegand/index.ts'

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')
type Roles = { facilityCode: string; cardNumber: string; issueLevel: string; oem: string }
const vectors = read('vectors.jsonl')
  .trim()
  .split('\n')
  .map(line => JSON.parse(line) as { format: string; bits: string; hex: string; bitLength: number; fields: Roles; parity: 'ok' | 'error' })

interface Layout {
  id: string
  bits: number
  fields: { name: string; ranges: [number, number][]; order: string; encoding: string; naturalMax: number }[]
  parity: { bit: number; kind: string; over: number[] }[]
  fixed: { bit: number; value: number }[]
}
const layouts = (JSON.parse(read('formats.json')) as { formats: Layout[] }).formats

describe('vectors computed by another implementation', () => {
  it.each([...new Set(vectors.map(vector => vector.format))])('%s both ways', id => {
    const format = predefined(id)!
    for (const vector of vectors.filter(entry => entry.format === id)) {
      const found = decode(vector.bits, format)
      if (!found.ok) throw new Error(found.message)
      const { cardNumber = '0', facilityCode = '0', issueLevel = '0', oem = '0', parity } = found
      expect({ cardNumber, facilityCode, issueLevel, oem, parity }).toEqual({ ...vector.fields, parity: vector.parity })
      expect(fromHex(vector.hex, vector.bitLength)).toBe(vector.bits)
      expect(toHex(vector.bits)).toBe(vector.hex)
      expect(decodeAll(vector.bits, formats).some(entry => entry.format === format.id)).toBe(vector.parity === 'ok')
      if (vector.parity === 'ok') expect(encode(format, vector.fields)).toEqual({ ok: true, bits: vector.bits })
    }
  })
})

describe('predefined formats are the published layouts', () => {
  it.each(layouts.map(layout => [layout.id, layout] as const))('%s', (id, layout) => {
    const format = predefined(id)!
    expect(format.bitLength).toBe(layout.bits)
    const names = layout.fields.map(field => ({
      name: field.name,
      ranges: field.ranges.map(([first, length]) => [first, first + length - 1]),
      output: 'decimal',
      order: `${field.order}-endian`,
      encoding: field.encoding,
    }))
    expect(format.fields).toEqual(names)
    expect(format.parity).toEqual(layout.parity)
    const bits217 = [1, 1, 0, 1, 1, 0, 0, 1].map((value, i) => ({ bit: 1 + i, value }))
    expect(format.fixed).toEqual(id === 'S12906b' ? bits217 : layout.fixed.map(({ bit, value }) => ({ bit, value })))
  })

  it('all of them, sound, the doubtful ones marked', () => {
    const extras = (JSON.parse(read('formats-extra.json')) as { formats: { id: string; bits: number }[] }).formats
    const known = [...layouts, ...extras]
    expect(formats.map(format => format.id).sort()).toEqual(known.map(entry => entry.id.toLowerCase()).sort())
    for (const { id, bits } of extras) expect(predefined(id)?.bitLength).toBe(bits)
    expect(formats.flatMap(validateFormat)).toEqual([])
    expect(formats.filter(format => format.unverified).map(format => format.id)).toEqual([
      'adt31', 'hpp32', 'h10320', 'p10004', 'hgen37', 'mdi37', 'p10001', 'piv75', 'twic58', 'fascn48', 's10401',
    ]) // biome-ignore format: one row
  })
})
