import { Document, isAlias, isCollection, isMap, isNode, isScalar, LineCounter, parseDocument, visit, type YAMLError } from 'yaml'
import { explain, valueAt } from './issue.ts'
import { formatPath, type Path, type Problem, parsePath } from './problem.ts'
import { withoutDefaults } from './schema.ts'
import { type Site, site as siteSchema } from './site.ts'

/** What reading needs from outside. */
export interface ReadOptions {
  /** An id for whatever comes without one: a UUIDv7. */
  readonly newId: () => string
  /** HMAC-SHA-256 of a PIN's digits under the site's PIN key, lower-case hex. Left out: PINs stay as they are given. */
  readonly hashPin?: (digits: string) => string
}

/** A site as read from text: in force only where `problems` holds no error. */
export interface SiteFile {
  readonly site: Site | undefined
  /** The site to judge further: also there where nothing but unknown keys is wrong, without them. */
  readonly draft: Site | undefined
  readonly problems: readonly Problem[]
  /** Puts line and column to a problem found later by its path. */
  locate(problem: Problem): Problem
}

/**
 * Reads a site file (domain.md §2): YAML 1.2 core or JSON, so that dates, times, `on` and `off` are text. Keys given twice, unknown keys and
 * values out of range are problems with path and line. What the values mean together is judged by `validateSite`.
 */
export function readSite(text: string, options: ReadOptions): SiteFile {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    prettyErrors: false,
    logLevel: 'error',
    lineCounter: lines,
  })
  const locate = (problem: Problem): Problem => ({ ...problem, ...position(document, lines, parsePath(problem.path)) })
  const refused = (problems: readonly Problem[]): SiteFile => ({ site: undefined, draft: undefined, problems, locate })
  const faults = [...document.errors, ...document.warnings]
  if (faults.length > 0) return refused(syntaxProblems(faults, lines, text))
  let value: unknown
  try {
    value = document.toJS()
  } catch (error) {
    const message = error instanceof ReferenceError ? error.message : 'the file is nested too deeply'
    return refused([{ severity: 'error', reason: 'unreadable', path: '', message, line: 1, column: 1 }])
  }
  const read = parseSite(value, options)
  return { ...read, problems: read.problems.map(locate), locate }
}

/** The same for a value already read from JSON, as the API has it. `value` is left as it is. */
export function parseSite(value: unknown, options: ReadOptions): Pick<SiteFile, 'site' | 'draft' | 'problems'> {
  const input = withIds(value, options.newId)
  const parsed = siteSchema.safeParse(input)
  if (parsed.success) {
    const site = options.hashPin === undefined ? parsed.data : withPinHashes(parsed.data, options.hashPin)
    return { site, draft: site, problems: [] }
  }
  const { issues } = parsed.error
  const problems = issues
    .flatMap(issue => explain(issue, input, siteSchema))
    .map(({ path, reason, message }): Problem => ({ severity: 'error', reason, path: formatPath(path), message }))
  return {
    site: undefined,
    draft: issues.every(issue => issue.code === 'unrecognized_keys') ? withoutUnknown(input, issues) : undefined,
    problems,
  }
}

/** The site that is left when the keys nobody knows are passed over, so that what else is wrong can be told with them. */
function withoutUnknown(
  input: unknown,
  issues: readonly { readonly path: PropertyKey[]; readonly keys?: readonly string[] }[],
): Site | undefined {
  const copy: unknown = structuredClone(input)
  for (const { path, keys = [] } of issues) {
    const owner = valueAt(copy, path as Path) as Record<string, unknown> | undefined
    for (const key of keys) delete owner?.[key]
  }
  return siteSchema.safeParse(copy).data
}

/** The site as it is kept and given out: every PIN a hash (domain.md §2). The site is left as it is. */
export function withPinHashes(site: Site, hashPin: (digits: string) => string): Site {
  const hashed = (credential: Site['cardholders'][number]['credentials'][number]) => {
    if (credential.type !== 'pin') return credential
    const { pin, duressPin, ...rest } = credential
    return {
      ...rest,
      ...(pin === undefined ? {} : { pinHash: hashPin(pin) }),
      ...(duressPin === undefined ? {} : { duressPinHash: hashPin(duressPin) }),
    }
  }
  return { ...site, cardholders: site.cardholders.map(each => ({ ...each, credentials: each.credentials.map(hashed) })) }
}

/** Writes a site with its defaults left out and its PINs as hashes; read again it is the same site. */
export function exportSite(site: Site, { format, hashPin }: { format: 'yaml' | 'json'; hashPin: (digits: string) => string }): string {
  const lean = withoutDefaults(siteSchema, withPinHashes(site, hashPin))
  if (format === 'json') return `${JSON.stringify(lean, null, 2)}\n`
  // Text that YAML 1.1 would take for something else ("08:00", "on") is quoted, so that other readers agree.
  const document = new Document(lean, { version: '1.2', schema: 'core', compat: 'yaml-1.1', aliasDuplicateObjects: false })
  visit(document, {
    Collection(_, node, ancestors) {
      if (ancestors.length > 3 && JSON.stringify(node.toJS(document)).length < 110) node.flow = true
    },
  })
  return document.toString({ lineWidth: 0, flowCollectionPadding: true })
}

/** Fills in the ids that are missing from things that have one. */
function withIds(value: unknown, newId: () => string): unknown {
  const isObject = (each: unknown): each is Record<string, unknown> => typeof each === 'object' && each !== null && !Array.isArray(each)
  const given = (each: unknown) => (isObject(each) && each.id === undefined ? { ...each, id: newId() } : each)
  const list = (each: unknown, change: (part: Record<string, unknown>) => unknown): unknown =>
    Array.isArray(each) ? each.map(part => (isObject(part) ? change(given(part) as Record<string, unknown>) : part)) : each
  if (!isObject(value)) return value
  const side = (each: unknown) => (isObject(each) && isObject(each.reader) ? { ...each, reader: given(each.reader) } : each)
  const filled = { ...value }
  for (const key of lists) if (key in value) filled[key] = list(value[key], each => each)
  if ('doors' in value) {
    filled.doors = list(value.doors, each => ({
      ...each,
      ...('a' in each ? { a: side(each.a) } : {}),
      ...('b' in each ? { b: side(each.b) } : {}),
    }))
  }
  if ('cardholders' in value) {
    filled.cardholders = list(value.cardholders, each =>
      'credentials' in each ? { ...each, credentials: list(each.credentials, part => part) } : each,
    )
  }
  return filled
}

const lists = ['schedules', 'cardFormats', 'identificationProfiles', 'controllers', 'zones', 'groups', 'accessRules'] as const

function syntaxProblems(faults: readonly YAMLError[], lines: LineCounter, text: string): Problem[] {
  const deep = faults.find(fault => fault.code === 'RESOURCE_EXHAUSTION')
  return (deep ? [deep] : faults.slice(0, 20)).map(fault => {
    const [from] = fault.pos
    const { line, col } = lines.linePos(from)
    const message = deep
      ? 'the file is nested too deeply'
      : fault.code === 'DUPLICATE_KEY'
        ? `the key ${text.slice(from, from + 80).split(':')[0]} is given twice; remove one`
        : fault.code === 'MULTIPLE_DOCS'
          ? 'the file holds several documents; a site file holds one'
          : `this is no YAML or JSON: ${fault.message}`
    return { severity: 'error', reason: 'unreadable', path: '', message, line, column: col }
  })
}

/** The place of a value in the text; of what is missing or inside an alias, that of what it belongs to. A key is named at the key. */
function position(document: Document.Parsed, lines: LineCounter, path: Path): { line: number; column: number } {
  let node: unknown = document.contents
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (!isCollection(node)) break
    const pair = isMap(node)
      ? node.items.find(item => (isScalar(item.key) ? String(item.key.value ?? '') : '') === String(part))
      : undefined
    const next: unknown = isMap(node) ? pair?.value : node.items[Number(part)]
    const place = pair && isNode(pair.key) ? pair.key : next
    if (!isNode(place)) break
    offset = place.range?.[0] ?? offset
    node = next
  }
  const { line, col } = lines.linePos(offset)
  return { line, column: col }
}
