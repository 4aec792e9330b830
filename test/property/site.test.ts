import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkSite } from '../../plugin/site/check.ts'
import { applyPatch } from '../../shared/patch.ts'
import { formatProblem } from '../../shared/problem.ts'
import { site as schema } from '../../shared/site.ts'
import { exportSite, parseSite, readSite, withPinHashes } from '../../shared/site-file.ts'
import { siteInputs, sites } from './site.ts'

const hashPin = (digits: string) =>
  [...digits]
    .map(digit => digit.charCodeAt(0).toString(16))
    .join('')
    .padStart(64, '0')
const newId = () => {
  throw new Error('these sites have all their ids')
}

it('sites of the arbitrary are all right', () => {
  fc.assert(
    fc.property(sites, site => {
      expect(
        checkSite(site)
          .filter(problem => problem.severity === 'error')
          .map(problem => formatProblem(problem)),
      ).toEqual([])
    }),
    { numRuns: 100 },
  )
})

it.each(['yaml', 'json'] as const)('import, export as %s and import again give an equal site', format => {
  fc.assert(
    fc.property(siteInputs, input => {
      const first = readSite(JSON.stringify(input), { newId, hashPin })
      expect(first.problems).toEqual([])
      if (!first.site) return
      const text = exportSite(first.site, { format, hashPin })
      const second = readSite(text, { newId, hashPin })
      expect(second.problems).toEqual([])
      expect(second.site).toEqual(first.site)
      // No PIN leaves, and a second export is the same text.
      expect(text).not.toMatch(/\bpin"?: "?\d/i)
      expect(exportSite(second.site!, { format, hashPin })).toBe(text)
    }),
    { numRuns: 100 },
  )
})

it('an empty patch, and a patch of the whole site, change nothing', () => {
  fc.assert(
    fc.property(sites, site => {
      const kept = withPinHashes(site, hashPin)
      for (const patch of [{}, kept]) {
        const patched = applyPatch(kept, patch)
        if (!patched.ok) throw new Error(patched.problems.map(problem => formatProblem(problem)).join())
        expect(schema.parse(patched.site)).toEqual(kept)
      }
    }),
    { numRuns: 60 },
  )
})

it('whatever is read is a site or is told what is wrong, never thrown', () => {
  const noise = fc.oneof(fc.object({ maxDepth: 4 }), fc.anything({ maxDepth: 3 }), fc.string())
  const key = fc.constantFrom(...Object.keys(schema.shape))
  fc.assert(
    fc.property(fc.dictionary(fc.oneof(key, fc.string()), noise), fc.string(), (parts, text) => {
      for (const value of [{ portunus: 1, site: { name: 'x' }, ...parts }, parts]) {
        const read = parseSite(value, { newId: () => 'made', hashPin })
        expect(read.site === undefined).toBe(read.problems.length > 0)
      }
      expect(readSite(text, { newId: () => 'made' }).site).toBeUndefined()
    }),
    { numRuns: 300 },
  )
})
