import type { z } from 'zod'

/*
 * What a zod schema says about itself: which keys an object may have, and what is a default. Both are asked of a schema together with a value,
 * because of a union only the branch of the value counts.
 */

type Schema = z.core.$ZodType

/** The schema behind wrappers and, of a union, the branch that `value` means; undefined where no branch fits. */
function branch(schema: Schema, value: unknown): Schema | undefined {
  const def = (schema as z.core.$ZodTypes)._zod.def
  switch (def.type) {
    case 'default':
    case 'prefault':
    case 'optional':
    case 'nullable':
      return branch(def.innerType, value)
    case 'pipe':
      return branch(def.out, preprocess(schema, value))
    case 'union': {
      const discriminator = 'discriminator' in def ? (def.discriminator as string) : undefined
      const told = discriminator === undefined ? undefined : (value as Record<string, unknown> | null)?.[discriminator]
      const fits = (option: Schema) =>
        discriminator === undefined ? parses(option, value) : fieldsOf(option, value)?.[discriminator]?._zod.values?.has(told as string)
      const option = def.options.find(fits)
      return option && branch(option, value)
    }
    default:
      return schema
  }
}

/** What `z.preprocess` makes of a value before the schema behind it sees it. */
function preprocess(schema: Schema, value: unknown): unknown {
  const def = (schema as z.core.$ZodTypes)._zod.def
  const first = def.type === 'pipe' ? (def.in as z.core.$ZodTypes)._zod.def : undefined
  return first?.type === 'transform' ? first.transform(value, { value, issues: [] } as never) : value
}

function parses(schema: Schema, value: unknown): boolean {
  return (schema as z.ZodType).safeParse(value).success
}

/** The fields an object may have at this place; undefined where it is no object. */
export function fieldsOf(schema: Schema, value: unknown): Readonly<Record<string, Schema>> | undefined {
  const found = branch(schema, value)
  const def = found && (found as z.core.$ZodTypes)._zod.def
  return def?.type === 'object' ? def.shape : undefined
}

/** The schema of a part of `value`. */
export function schemaAt(schema: Schema, value: unknown, path: readonly PropertyKey[]): Schema | undefined {
  const [key, ...rest] = path
  if (key === undefined) return schema
  const found = branch(schema, value)
  const def = found && (found as z.core.$ZodTypes)._zod.def
  const part = (value as Record<PropertyKey, unknown> | null | undefined)?.[key]
  const next =
    def?.type === 'object'
      ? def.shape[key as string]
      : def?.type === 'array'
        ? def.element
        : def?.type === 'record'
          ? def.valueType
          : def?.type === 'tuple'
            ? def.items[key as number]
            : undefined
  return next && schemaAt(next, part, rest)
}

/** `value` without what its schema would fill in again. */
export function withoutDefaults(schema: Schema, value: unknown): unknown {
  const found = branch(schema, value)
  const def = found && (found as z.core.$ZodTypes)._zod.def
  if (Array.isArray(value)) return def?.type === 'array' ? value.map(each => withoutDefaults(def.element, each)) : value
  if (typeof value !== 'object' || value === null) return value
  const kept: Record<string, unknown> = {}
  for (const [key, part] of Object.entries(value)) {
    if (part === undefined) continue
    const field = def?.type === 'object' ? def.shape[key] : def?.type === 'record' ? def.valueType : undefined
    const lean = field === undefined ? part : withoutDefaults(field, part)
    if (field !== undefined && def?.type === 'object' && isDefault(field, part, lean)) continue
    Object.defineProperty(kept, key, { value: lean, enumerable: true, writable: true, configurable: true })
  }
  return withoutTold(schema, kept)
}

function isDefault(field: Schema, value: unknown, lean: unknown): boolean {
  const def = (field as z.core.$ZodTypes)._zod.def
  if (def.type === 'default') return same(def.defaultValue, value)
  return def.type === 'prefault' && same(def.defaultValue, lean)
}

/** Without the keys that preprocessing puts back by itself. */
function withoutTold(schema: Schema, value: Record<string, unknown>): Record<string, unknown> {
  for (const key of Object.keys(value)) {
    const { [key]: _, ...rest } = value
    if (same(preprocess(schema, rest), value)) return withoutTold(schema, rest)
  }
  return value
}

/** Whether two values read from a file are equal, whatever the order of their keys. */
export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every(key => Object.hasOwn(b, key) && same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  )
}
