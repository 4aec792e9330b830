import { type Document, LineCounter, parseAllDocuments, type Node as YamlNode } from 'yaml'
import { z } from 'zod'
import { actions } from '../../shared/command.ts'
import { doorModes, type EventType, eventTypes, source, storedEvent } from '../../shared/event.ts'
import type { Path } from '../../shared/problem.ts'
import { id, localTime } from '../../shared/scalar.ts'
import { side } from '../../shared/site.ts'

/*
 * The scenario language: one list of steps, each an object with one key. docs/scenario.md is its description for people.
 */

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
/** `250ms`, `3s`, `1.5m`, `2h`, `1d` → milliseconds. */
export const duration = z
  .string('a duration is written 250ms, 3s, 5m, 2h or 1d')
  .regex(/^\d+(\.\d+)?(ms|s|m|h|d)$/, 'a duration is written 250ms, 3s, 5m, 2h or 1d')
  .transform(text => {
    const unit = /[a-z]+$/.exec(text)![0] as keyof typeof units
    return Math.round(Number.parseFloat(text) * units[unit])
  })

const bits = z.string().regex(/^[01]{1,512}$/, 'bits are written as 0 and 1')
const hex = z.string().regex(/^[0-9a-fA-F]+$/, 'hex digits expected')
const reader = id
const controllerOrReader = z.union([
  z.strictObject({ reader, active: z.boolean() }),
  z.strictObject({ controller: id, active: z.boolean() }),
])
const exactlyOne = (keys: readonly string[]) => (value: object) =>
  keys.filter(k => k in value && (value as Record<string, unknown>)[k] !== undefined).length === 1

/** What happens to emulated hardware; each is also a route `POST emulator/STEP` of the plugin API. */
export const fieldSteps = {
  swipe: z
    .strictObject({
      reader,
      card: id.optional(),
      bits: bits.optional(),
      hex: hex.optional(),
      bitLength: z.number().int().min(1).max(512).optional(),
    })
    .refine(exactlyOne(['card', 'bits', 'hex']), 'give one of card, bits or hex')
    .refine(v => (v.hex === undefined) === (v.bitLength === undefined), 'hex goes with bitLength')
    .refine(
      v => v.hex === undefined || v.bitLength === undefined || v.bitLength <= v.hex.length * 4 + 3,
      'bitLength is longer than the hex digits',
    ),
  keys: z.strictObject({ reader, keys: z.string().regex(/^[0-9*#]+$/, 'keys are 0 to 9, * and #') }),
  plate: z.strictObject({ reader, text: z.string().min(1).max(32) }),
  mobile: z.strictObject({ reader, token: z.string().min(1).max(256) }),
  open: z.strictObject({ door: id }),
  close: z.strictObject({ door: id }),
  force: z.strictObject({ door: id }),
  press: z.strictObject({ door: id, side }),
  release: z.strictObject({ door: id, side }),
  wire: z
    .strictObject({
      controller: id,
      port: z.string(),
      state: z.enum(['open', 'closed', 'cut', 'short', 'normal']).optional(),
      ohms: z.number().min(0).optional(),
    })
    .refine(exactlyOne(['state', 'ohms']), 'give one of state or ohms'),
  power: z
    .strictObject({ controller: id, mains: z.enum(['on', 'off']).optional(), battery: z.enum(['low', 'normal']).optional() })
    .refine(v => v.mains !== undefined || v.battery !== undefined, 'give mains or battery'),
  tamper: controllerOrReader,
  line: z.strictObject({ reader, fault: z.enum(['none', 'unplugged', 'noise', 'drop']), rate: z.number().min(0).max(1).default(0.1) }),
  attack: z.strictObject({ reader, kind: z.enum(['replay', 'forged-frame', 'bit-flip', 'key-downgrade']) }),
} as const
export type FieldStepName = keyof typeof fieldSteps
export type FieldStep = { [K in FieldStepName]: { readonly step: K; readonly body: z.output<(typeof fieldSteps)[K]> } }[FieldStepName]

/** In a file, what takes a door alone may be written `open: front`. */
const doorStep = z.preprocess(value => (typeof value === 'string' ? { door: value } : value), z.strictObject({ door: id }))

const command = z
  .strictObject({
    action: z.enum(actions),
    door: id.optional(),
    zone: id.optional(),
    controller: id.optional(),
    seconds: z.number().positive().optional(),
  })
  .refine(
    v => [v.door, v.zone, v.controller].filter(x => x !== undefined).length <= 1,
    'give one of door, zone or controller, or none for the whole site',
  )

const eventExpectation = z.strictObject({
  event: z.enum(Object.keys(eventTypes) as [EventType, ...EventType[]]),
  ...storedEvent.omit({ type: true, count: true }).partial().shape,
  source: source.partial().optional(),
})
const within = duration.optional()
const expectation = z.union([
  z.strictObject({ ...eventExpectation.shape, count: z.number().int().min(0), within }),
  z.strictObject({ ...eventExpectation.shape, within }),
  z.strictObject({
    door: id,
    lock: z.enum(['locked', 'unlocked']).optional(),
    position: z.enum(['open', 'closed', 'unknown']).optional(),
    mode: z.enum(doorModes).optional(),
    status: z.enum(['online', 'reader-offline', 'reader-error', 'controller-offline']).optional(),
    within,
  }),
  z.strictObject({
    reader,
    led: z.enum(['red', 'green', 'amber', 'blue', 'off']).optional(),
    buzzer: z.enum(['on', 'off']).optional(),
    online: z.boolean().optional(),
    secure: z.boolean().optional(),
    within,
  }),
  z.strictObject({ zone: id, present: z.array(id), within }),
  z.strictObject({ cardholder: id, zones: z.array(id), within }),
])

const steps = {
  ...fieldSteps,
  open: doorStep,
  close: doorStep,
  force: doorStep,
  link: z.strictObject({ controller: id, state: z.enum(['up', 'down']) }),
  command,
  configure: z.record(z.string(), z.unknown()),
  restart: id,
  crash: id,
  wait: duration,
  until: localTime,
  mark: z.literal(true),
  expect: expectation,
  'expect-none': eventExpectation,
} as const
export type StepName = keyof typeof steps
export const stepNames = Object.keys(steps) as readonly StepName[]
export type Step = { [K in StepName]: { readonly step: K; readonly body: z.output<(typeof steps)[K]>; readonly line: number } }[StepName]

export interface Scenario {
  readonly name: string
  /** Site's local time. */
  readonly start: string
  /** A path beside the file, or the site itself. */
  readonly site: string | Record<string, unknown>
  readonly seed?: number
  /** The file a recorded run was played from. */
  readonly file?: string
  readonly steps: readonly Step[]
  /** Where in the file a value of the document is, or what would hold it. */
  place(path: Path): Place
}

export interface Place {
  readonly line: number
  readonly column: number
}

export interface ScenarioProblem extends Place {
  readonly message: string
}

const head = z.strictObject({
  name: z.string().min(1),
  start: localTime,
  site: z.union([z.string().min(1), z.record(z.string(), z.unknown())]),
  seed: z.number().int().optional(),
  file: z.string().optional(),
  /** In a recorded run, the line that each step had in its file. */
  lines: z.array(z.number().int()).optional(),
  steps: z.array(z.unknown()),
})

/** Reads a scenario file: one scenario a YAML document. What is wrong comes back with line and column, never thrown. */
export function readScenarios(text: string): { readonly scenarios: readonly Scenario[]; readonly problems: readonly ScenarioProblem[] } {
  const lines = new LineCounter()
  const scenarios: Scenario[] = []
  const problems: ScenarioProblem[] = []
  const documents = parseAllDocuments(text, { schema: 'core', version: '1.2', lineCounter: lines, uniqueKeys: true })
  for (const document of documents as Document.Parsed[]) {
    for (const error of document.errors)
      problems.push({ ...where(lines, error.pos[0]), message: error.message.replace(/ at line \d[\s\S]*$/, '') })
    // What is left between two dividers, or after the last, may be nothing at all.
    if (document.errors.length > 0 || document.toJS() === null) continue
    readDocument(document, lines, scenarios, problems)
  }
  if (scenarios.length + problems.length === 0) problems.push({ line: 1, column: 1, message: 'the file holds no scenario' })
  return { scenarios, problems }
}

function readDocument(document: Document.Parsed, lines: LineCounter, scenarios: Scenario[], problems: ScenarioProblem[]): void {
  const at = (path: Path) => position(document, lines, path)
  const raw: unknown = document.toJS()
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    problems.push({ ...at([]), message: 'a scenario is an object with name, start, site and steps' })
    return
  }
  const parsed = head.safeParse(raw)
  if (!parsed.success) {
    for (const issue of parsed.error.issues) problems.push({ ...at(pathOf(issue)), message: describe(issue, raw) })
    return
  }
  const read: Step[] = []
  let sound = true
  parsed.data.steps.forEach((raw, index) => {
    const outcome = readStep(raw)
    const here = at(['steps', index])
    if ('step' in outcome) {
      read.push({ ...outcome, line: parsed.data.lines?.[index] ?? here.line } as Step)
      return
    }
    sound = false
    for (const { path, message } of outcome.problems) problems.push({ ...at(['steps', index, ...path]), message })
  })
  if (sound) scenarios.push({ ...parsed.data, steps: read, place: at } as Scenario)
}

type StepOutcome = { step: string; body: unknown } | { problems: { path: Path; message: string }[] }

function readStep(raw: unknown): StepOutcome {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    return { problems: [{ path: [], message: 'a step is an object with one key, like `wait: 3s`' }] }
  const keys = Object.keys(raw)
  const name = keys[0]
  if (keys.length !== 1 || name === undefined)
    return { problems: [{ path: [], message: `a step has one key; this has ${keys.join(', ') || 'none'}` }] }
  if (!(name in steps)) return { problems: [{ path: [name], message: `no step is called "${name}"; ${choice(name, Object.keys(steps))}` }] }
  const body = (raw as Record<string, unknown>)[name]
  const schema = name === 'expect' ? pickExpectation(body) : steps[name as StepName]
  const parsed = schema.safeParse(body)
  if (parsed.success) return { step: name, body: parsed.data }
  return {
    problems: parsed.error.issues.map(issue => ({ path: [name, ...pathOf(issue)], message: describe(issue, body) })),
  }
}

/** Which kind of expectation is meant, so that a slip in one is not told as six failures of a union. */
function pickExpectation(body: unknown): z.ZodType {
  const has = (key: string) => typeof body === 'object' && body !== null && key in body
  const [counted, event, door, atReader, zone, cardholder] = expectation.options
  if (has('count')) return counted
  if (has('event')) return event
  if (has('door')) return door
  if (has('reader')) return atReader
  if (has('zone')) return zone
  if (has('cardholder')) return cardholder
  return z.never({ error: 'expect takes event, count, door, reader, zone or cardholder' })
}

/** Where an issue is; an unknown key is its own place. */
function pathOf(issue: z.core.$ZodIssue): Path {
  const path = issue.path as Path
  return issue.code === 'unrecognized_keys' ? [...path, issue.keys[0]!] : path
}

function describe(issue: z.core.$ZodIssue, body: unknown): string {
  const at = issue.path.length > 0 ? `${issue.path.join('.')}: ` : ''
  const value = issue.path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown> | undefined)?.[key], body)
  if (issue.code === 'unrecognized_keys') return `${at}unknown key ${issue.keys.map(k => `"${k}"`).join(', ')}`
  if (value === undefined && issue.code.startsWith('invalid_')) return `${at}is missing`
  if (issue.code === 'invalid_type' && issue.expected === 'string' && typeof value === 'number' && issue.message.startsWith('Invalid'))
    return `${at}must be text, not ${value}; put it in quotes`
  if (issue.code === 'invalid_value') return `${at}"${String(value)}" is none; ${choice(String(value), issue.values.map(String))}`
  return `${at}${issue.message.replace(/^Invalid input: /, '')}`
}

/** What there is to choose from; of many, the one that was probably meant. */
function choice(meant: string, known: readonly string[]): string {
  if (known.length <= 8) return `write ${known.join(', ').replace(/, ([^,]*)$/, ' or $1')}`
  const nearest = known.map(name => ({ name, away: distance(name, meant) })).sort((a, b) => a.away - b.away)[0]!
  return nearest.away <= meant.length / 3 ? `did you mean "${nearest.name}"?` : `there are ${known.join(', ')}`
}

/** How many letters have to be changed, added or taken away to make one word of the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i)
  for (const [i, letter] of [...one].entries()) {
    const above = row
    row = [i + 1]
    for (const [k, each] of [...other].entries()) row.push(Math.min(above[k]! + (letter === each ? 0 : 1), above[k + 1]! + 1, row[k]! + 1))
  }
  return row.at(-1)!
}

function where(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(line, 1), column: Math.max(col, 1) }
}

function position(document: Document.Parsed, lines: LineCounter, path: Path): Place {
  for (let length = path.length; length >= 0; length--) {
    const node = (length === 0 ? document.contents : document.getIn(path.slice(0, length), true)) as YamlNode | undefined | null
    if (node && typeof node === 'object' && node.range) return where(lines, node.range[0])
  }
  return { line: 1, column: 1 }
}
