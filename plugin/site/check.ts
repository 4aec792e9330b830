import { validateWiring } from '../../controller/wiring/index.ts'
import { applyPatch } from '../../shared/patch.ts'
import { formatPath, type Problem } from '../../shared/problem.ts'
import { type Reader, type Site, sides } from '../../shared/site.ts'
import { parseSite, type ReadOptions, readSite, withPinHashes } from '../../shared/site-file.ts'
import { validatePlace } from '../../shared/validate.ts'
import { validatePeople } from '../../shared/validate-people.ts'
import {
  type CardFormat,
  type FormatProblem,
  fieldRange,
  type ResolvedFormats,
  readerFormats,
  resolveFormats,
  validateActivation,
} from '../../wiegand/index.ts'

/**
 * Everything wrong with a site: what its values mean together, its card formats, its wiring. The one judgement of start, scenario, API and
 * command line. A site with an `error` is refused.
 */
export function checkSite(site: Site): Problem[] {
  return [...checkPlace(site), ...validatePeople(site), ...unreadableCards(site)]
}

/** The same without anything about people, for a server that keeps them as rows. */
export function checkPlace(site: Site): Problem[] {
  return [...validatePlace(site), ...formatProblems(site), ...validateWiring(site)]
}

/** A site that was read and judged: `site` is there where nothing is an error. */
export interface Checked {
  readonly site: Site | undefined
  readonly problems: readonly Problem[]
}

/** Reads and judges a site file, in the order of its lines. */
export function checkSiteFile(text: string, { newId, hashPin }: ReadOptions): Checked {
  // PINs are judged before they become hashes, which have no length.
  const { draft, problems, locate } = readSite(text, { newId })
  const { site, problems: found } = judge(draft, problems, hashPin)
  const ordered = found.map(problem => (problem.line === undefined ? locate(problem) : problem))
  return { site, problems: ordered.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)) }
}

/** Reads and judges a patch on a site (see `applyPatch`); the site is left as it is. Paths are those of the patched site. */
export function checkPatch(site: Site, patch: unknown, { newId, hashPin }: ReadOptions): Checked {
  const patched = applyPatch(site, patch)
  if (!patched.ok) return { site: undefined, problems: patched.problems }
  const { draft, problems } = parseSite(patched.site, { newId })
  return judge(draft, problems, hashPin)
}

function judge(draft: Site | undefined, read: readonly Problem[], hashPin: ReadOptions['hashPin']): Checked {
  const problems = [...read, ...(draft === undefined ? [] : checkSite(draft))]
  if (draft === undefined || problems.some(problem => problem.severity === 'error')) return { site: undefined, problems }
  return { site: hashPin ? withPinHashes(draft, hashPin) : draft, problems }
}

function formatProblems(site: Site): Problem[] {
  const resolved = resolveFormats(site.cardFormats)
  const under = (prefix: string, { reason, path, message }: FormatProblem): Problem => ({
    severity: 'error',
    reason,
    path: path.startsWith('[') ? `${prefix}${path}` : prefix,
    message,
  })
  // That an id is there twice is told with all other ids.
  const own = resolved.problems.filter(problem => problem.reason !== 'id-twice').map(problem => under('cardFormats', problem))
  return [
    ...own,
    ...withoutReader(site),
    ...readersOf(site).flatMap(({ path, reader }) =>
      readerFormats(reader.cardFormats, resolved).problems.map(problem => under(`${path}.cardFormats`, problem)),
    ),
    ...keypadsLikeCards(site, resolved),
  ]
}

/** Formats are switched where somebody reads with them (rule L10); a site that has no doors yet is being made. */
function withoutReader(site: Site): Problem[] {
  const readers = site.doors.filter(door => door.type === 'door' && (door.a.reader ?? door.b.reader) !== null).length
  if (site.doors.length === 0) return []
  const { all } = resolveFormats(site.cardFormats)
  return site.cardFormats.flatMap(({ id, active }, index): Problem[] => {
    const format = all.find(each => each.id === id)
    if (format === undefined || active === (id === 'h10301')) return []
    return validateActivation(format, readers).map(({ reason, message }) => ({
      severity: 'warning',
      reason,
      path: formatPath(['cardFormats', index, 'active']),
      message,
    }))
  })
}

/** A keypad whose PINs look like the cards read beside it: the card is taken for a PIN. */
function keypadsLikeCards(site: Site, resolved: ResolvedFormats): Problem[] {
  return readersOf(site).flatMap(({ path, reader }): Problem[] => {
    if (reader.type !== 'wiegand' || !reader.keypad.startsWith('26-bit')) return []
    const alike = readerFormats(reader.cardFormats, resolved).formats.filter(({ bitLength }) => bitLength === 26)
    if (alike.length === 0) return []
    const message = `a ${reader.keypad} keypad sends PINs in 26 bits, so cards of ${alike.map(({ id }) => id).join(', ')} may be taken for PINs at "${reader.id}"; set another kind of keypad, or give the reader card formats of another length`
    return [{ severity: 'warning', reason: 'keypad-like-card', path: `${path}.keypad`, message }]
  })
}

function readersOf(site: Site): { path: string; reader: Reader }[] {
  return site.doors.flatMap((door, index) => {
    if (door.type !== 'door') return []
    return sides.flatMap(side => {
      const { reader } = door[side]
      return reader ? [{ path: formatPath(['doors', index, side, 'reader']), reader }] : []
    })
  })
}

/** Cards that no active format can read: of a length, or with a number, that none carries. */
function unreadableCards(site: Site): Problem[] {
  const resolved: ResolvedFormats = resolveFormats(site.cardFormats)
  const read = new Set(resolved.active)
  for (const { reader } of readersOf(site)) for (const format of readerFormats(reader.cardFormats, resolved).formats) read.add(format)
  const reaches = [...read].map(reachOf)
  return site.cardholders.flatMap((holder, index) =>
    holder.credentials.flatMap((credential, number): Problem[] => {
      if (credential.type !== 'card') return []
      const { bitLength, cardNumber } = credential
      const fitting = reaches.filter(reach => reach.bitLength === bitLength)
      if (fitting.some(reach => carries(reach, cardNumber))) return []
      const known = fitting.length > 0
      const path = formatPath(['cardholders', index, 'credentials', number, known ? 'cardNumber' : 'bitLength'])
      const message = known
        ? `${fitting.map(({ words }) => words).join(', ')}, so no reader knows the card ${cardNumber}; correct its number or its bitLength`
        : `no active card format reads ${bitLength} bits, so no reader knows this card; activate one`
      return [{ severity: 'warning', reason: known ? 'number-not-carried' : 'no-format', path, message }]
    }),
  )
}

interface Reach {
  readonly bitLength: number
  readonly hexadecimal: boolean
  readonly least: bigint
  readonly greatest: bigint
  readonly words: string
}

/** Which card numbers a format can carry: none where it has no such field. */
function reachOf(format: CardFormat): Reach {
  const { id, bitLength, fields } = format
  const hexadecimal = fields.find(field => (field.role ?? field.name) === 'cardNumber')?.output === 'hexadecimal'
  const range = fieldRange(format, 'cardNumber')
  if (range === undefined) return { bitLength, hexadecimal, least: 1n, greatest: 0n, words: `${id} carries no card number` }
  const [least, greatest] = range.map(text => BigInt(hexadecimal ? `0x${text}` : text)) as [bigint, bigint]
  return { bitLength, hexadecimal, least, greatest, words: `${id} carries card numbers from ${range.join(' to ')}` }
}

function carries({ hexadecimal, least, greatest }: Reach, text: string): boolean {
  if (!(hexadecimal ? /^[0-9a-f]+$/i : /^[0-9]+$/).test(text)) return false
  const value = BigInt(hexadecimal ? `0x${text}` : text)
  return least <= value && value <= greatest
}
