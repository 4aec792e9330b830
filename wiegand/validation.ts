import { maxBits } from './bits.ts'
import { type CardFormat, customFormat, type FormatProblem, type FormatSetting, fieldBits } from './format.ts'
import { formats, predefined } from './formats.ts'

/**
 * Everything wrong with one format, each with what to change; an empty list means it is sound (acceptance L2, L3, L5, L6).
 * Reasons: `bit-length`, `byte-inversion`, `no-field`, `field-range`, `field-twice`, `fields-overlap`, `bcd-width`, `fixed-range`, `fixed-twice`,
 * `parity-range`, `parity-own-bit`, `parity-twice`, `parity-order`, `parity-in-field`, `parity-fixed`.
 */
export function validateFormat(format: CardFormat): FormatProblem[] {
  const { bitLength, id } = format
  const problems: FormatProblem[] = []
  const report = (reason: string, path: string, message: string) => problems.push({ reason, path, message: `${id}: ${message}` })
  if (!Number.isInteger(bitLength) || bitLength < 1 || bitLength > maxBits) {
    report('bit-length', 'bitLength', `bitLength is ${bitLength}; make it a whole number from 1 to ${maxBits}`)
    return problems
  }
  const last = bitLength - 1
  const inside = (bit: number) => Number.isInteger(bit) && bit >= 0 && bit <= last
  if (format.invertByteOrder && bitLength % 8 !== 0) {
    const message = `bytes cannot be inverted in ${bitLength} bits; turn invertByteOrder off or make the length divisible by 8`
    report('byte-inversion', 'invertByteOrder', message)
  }
  if (!format.keypad && !format.fields.some(field => ['cardNumber', 'facilityCode'].includes(field.role ?? field.name))) {
    report('no-field', 'fields', 'it has neither cardNumber nor facilityCode; add at least one of them')
  }

  const owner = new Map<number, string>()
  for (const [i, field] of format.fields.entries()) {
    const path = `fields[${i}]`
    const wrong = field.ranges.find(([first, end]) => !inside(first) || !inside(end) || first > end)
    if (field.ranges.length === 0 || wrong) {
      report(
        'field-range',
        path,
        `${field.name} has the range ${JSON.stringify(wrong ?? [])}; first and last bit have to be in order, from 0 to ${last}`,
      )
      continue
    }
    if (format.fields.findIndex(other => other.name === field.name) < i) {
      report('field-twice', path, `${field.name} is there twice; remove one`)
    }
    const bits = fieldBits(field)
    if (field.encoding === 'bcd' && bits.length % 4 !== 0) {
      report('bcd-width', path, `${field.name} is BCD in ${bits.length} bits; make its width divisible by 4`)
    }
    const shared = bits.find(bit => owner.has(bit))
    if (shared !== undefined) {
      report('fields-overlap', path, `${field.name} and ${owner.get(shared)} both have bit ${shared}; give each bit to one field`)
    }
    for (const bit of bits) owner.set(bit, field.name)
  }

  const fixed = new Set<number>()
  for (const [i, { bit }] of format.fixed.entries()) {
    if (!inside(bit)) report('fixed-range', `fixed[${i}]`, `the fixed bit ${bit} is not in 0 to ${last}`)
    if (fixed.has(bit)) report('fixed-twice', `fixed[${i}]`, `bit ${bit} is fixed twice; remove one`)
    fixed.add(bit)
  }

  for (const [i, rule] of format.parity.entries()) {
    const path = `parity[${i}]`
    const outside = [rule.bit, ...rule.over].find(bit => !inside(bit))
    if (outside !== undefined) report('parity-range', path, `bit ${outside} of a parity rule is not in 0 to ${last}`)
    if (rule.over.includes(rule.bit))
      report('parity-own-bit', path, `the parity at bit ${rule.bit} counts itself; take ${rule.bit} out of over`)
    if (new Set(rule.over).size !== rule.over.length)
      report('parity-twice', path, `the parity at bit ${rule.bit} counts a bit twice; take one out of over`)
    if (format.parity.findIndex(other => other.bit === rule.bit) < i)
      report('parity-twice', path, `bit ${rule.bit} has two parity rules; remove one`)
    const later = format.parity.slice(i + 1).find(other => rule.over.includes(other.bit))
    if (later)
      report(
        'parity-order',
        path,
        `the parity at bit ${rule.bit} counts the parity bit ${later.bit}; put the rule for ${later.bit} before it`,
      )
    if (owner.has(rule.bit))
      report('parity-in-field', path, `the parity bit ${rule.bit} is inside ${owner.get(rule.bit)}; end the field before it`)
    if (fixed.has(rule.bit)) report('parity-fixed', path, `the parity bit ${rule.bit} is fixed as well; remove one of the two`)
  }
  return problems
}

/**
 * Whether these formats may be active together, in the system or on one reader (acceptance G9, L9).
 * Reasons: `same-length`, `keypad`.
 */
export function validateActive(active: readonly CardFormat[]): FormatProblem[] {
  const problems: FormatProblem[] = []
  for (const [i, format] of active.entries()) {
    const path = `[${i}]`
    if (format.keypad) {
      problems.push({
        reason: 'keypad',
        path,
        message: `${format.id} is a frame of keys, not a card format; leave it inactive and set the reader's keypad`,
      })
    }
    const other = active.slice(0, i).find(earlier => earlier.bitLength === format.bitLength)
    if (other) {
      const message = `${other.id} and ${format.id} are both active and both have ${format.bitLength} bits; deactivate one of them`
      problems.push({ reason: 'same-length', path, message })
    }
  }
  return problems
}

/** Whether a format may be (de)activated at a controller with this many readers (acceptance L10). Reason: `no-reader`. */
export function validateActivation(format: CardFormat, readers: number): FormatProblem[] {
  if (readers > 0) return []
  const message = `${format.id} cannot be activated or deactivated while no controller has a reader; add a reader first`
  return [{ reason: 'no-reader', path: 'active', message }]
}

export interface ResolvedFormats {
  /** Predefined ones with their switches, then the custom ones. */
  readonly all: readonly CardFormat[]
  readonly active: readonly CardFormat[]
  readonly problems: readonly FormatProblem[]
}

/**
 * The `cardFormats` of a site (domain.md §2) as formats. `h10301` is active unless an entry switches it off; on a predefined format only
 * `active` and the two inversions may be set (acceptance L11): anything else is `predefined`. Other reasons: those of {@link validateFormat},
 * {@link validateActive} and `id-twice`. Paths begin with the index of the entry.
 */
export function resolveFormats(settings: readonly FormatSetting[]): ResolvedFormats {
  const problems: FormatProblem[] = []
  const switched = new Map<string, CardFormat>()
  const custom: CardFormat[] = []
  const active = new Set(['h10301'])
  const seen = new Set<string>()
  for (const [i, setting] of settings.entries()) {
    const path = `[${i}]`
    if (seen.has(setting.id)) problems.push({ reason: 'id-twice', path, message: `${setting.id} is there twice; remove one` })
    seen.add(setting.id)
    const base = predefined(setting.id)
    if (base) {
      const key = (['bitLength', 'fields', 'parity', 'fixed'] as const).find(name => setting[name] !== undefined)
      if (key) {
        const message = `${setting.id} is predefined: only active, invertBitOrder and invertByteOrder can be set; remove ${key} or give the format another id`
        problems.push({ reason: 'predefined', path: `${path}.${key}`, message })
      }
    }
    const { invertBitOrder = false, invertByteOrder = false } = setting
    const format = base ? { ...base, invertBitOrder, invertByteOrder } : customFormat(setting)
    for (const problem of validateFormat(format)) problems.push({ ...problem, path: `${path}.${problem.path}` })
    if (base) switched.set(format.id, format)
    else custom.push(format)
    if (setting.active) active.add(format.id)
    else active.delete(format.id)
  }
  const all = [...formats.map(format => switched.get(format.id) ?? format), ...custom]
  const chosen = all.filter(format => active.has(format.id))
  const order = (format: CardFormat) => settings.findIndex(setting => setting.id === format.id)
  for (const problem of validateActive(chosen)) {
    const at = order(chosen[Number(problem.path.slice(1, -1))]!)
    problems.push({ ...problem, path: at < 0 ? 'h10301' : `[${at}].active` })
  }
  return { all, active: chosen, problems }
}

/** A reader's own list of format ids (acceptance G9), or the system's active ones where it has none. Reason: `unknown-format`, and those of {@link validateActive}. */
export function readerFormats(
  ids: readonly string[] | null,
  resolved: ResolvedFormats,
): { formats: readonly CardFormat[]; problems: FormatProblem[] } {
  if (ids === null) return { formats: resolved.active, problems: [] }
  const problems: FormatProblem[] = []
  const chosen: CardFormat[] = []
  for (const [i, id] of ids.entries()) {
    const format = resolved.all.find(entry => entry.id === id)
    if (format) chosen.push(format)
    else
      problems.push({
        reason: 'unknown-format',
        path: `[${i}]`,
        message: `there is no card format ${id}; name a predefined or a custom one`,
      })
  }
  return { formats: chosen, problems: [...problems, ...validateActive(chosen)] }
}
