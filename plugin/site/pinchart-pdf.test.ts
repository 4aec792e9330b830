import { expect, it } from 'vitest'
import { chartOf } from '../../controller/wiring/index.ts'
import { site } from '../../shared/site.ts'
import { chartsToPdf } from './pinchart-pdf.ts'

const value = site.parse({
  portunus: 1,
  site: { name: 'x' },
  controllers: [
    { id: 'c1', name: 'Ærø', board: 'two-door' },
    { id: 'io', board: 'io-module', parent: 'c1' },
  ],
})
const charts = ['c1', 'io'].map(id => chartOf(value, id)!)

it('is A4, a page for each controller, with its fonts in it [B5]', async () => {
  const pdf = (await chartsToPdf(charts)).toString('latin1')
  expect(pdf.startsWith('%PDF-1.')).toBe(true)
  expect(pdf.match(/\/Type \/Page\b(?!s)/g)).toHaveLength(2)
  expect(pdf.match(/\/MediaBox \[0 0 595\.28 841\.89\]/g)).toHaveLength(2)
  expect(pdf.match(/\/BaseFont \/[A-Z]{6}\+DejaVuSansCondensed/g)?.length).toBeGreaterThanOrEqual(2)
  expect(pdf.match(/\/FontFile2 /g)).toHaveLength(2)
})

it('shrinks what is taller than the page', async () => {
  const [chart] = charts
  const tall = { ...chart!, notes: Array.from({ length: 60 }, () => 'note') }
  const pdf = (await chartsToPdf([tall])).toString('latin1')
  expect(pdf.match(/\/Type \/Page\b(?!s)/g)).toHaveLength(1)
})
