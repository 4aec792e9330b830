import fc from 'fast-check'

/** The part of JSON Schema that the OpenAPI document uses. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly prefixItems?: readonly Schema[]
  readonly additionalProperties?: Schema | boolean
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly maxItems?: number
}

/** Values of a schema, with ids that mean something now and then; `definitions` resolves references. */
export function arbitrary(schema: Schema, ids: readonly string[], definitions: (ref: string) => Schema, depth = 0): fc.Arbitrary<unknown> {
  const of = (each: Schema) => arbitrary(each, ids, definitions, depth + 1)
  if (depth > 12) return fc.constant(null)
  if (schema.$ref !== undefined) return of(definitions(schema.$ref))
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const options = schema.anyOf ?? schema.oneOf
  if (options) return fc.oneof(...options.map(of))
  if (schema.allOf) return fc.tuple(...schema.allOf.map(of)).map(parts => Object.assign({}, ...parts) as unknown)
  const types = [schema.type ?? []].flat()
  if (types.length > 1) return fc.oneof(...types.map(type => of({ ...schema, type })))
  switch (types[0]) {
    case 'object': {
      const known = Object.entries(schema.properties ?? {})
      const required = new Set(schema.required ?? [])
      const fields = Object.fromEntries(known.map(([key, each]) => [key, of(each)]))
      const record = fc.record(fields, { requiredKeys: known.map(([key]) => key).filter(key => required.has(key)) })
      if (typeof schema.additionalProperties !== 'object' || known.length > 0) return record
      return fc.dictionary(fc.constantFrom('name', 'id', 'type', 'x', '__proto__', 'constructor'), of(schema.additionalProperties), {
        maxKeys: 4,
      })
    }
    case 'array':
      if (schema.prefixItems) return fc.tuple(...schema.prefixItems.map(of))
      return fc.array(of(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 3, (schema.minItems ?? 0) + 3),
      })
    case 'integer':
      return fc.integer({ min: bound(schema.minimum, -1000), max: bound(schema.maximum, 100_000) })
    case 'number':
      return fc.double({ min: bound(schema.minimum, -1000), max: bound(schema.maximum, 100_000), noNaN: true })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'string':
      return text(schema, ids)
    default:
      return fc.jsonValue({ maxDepth: 2 })
  }
}

const bound = (value: number | undefined, otherwise: number) => (value === undefined || Math.abs(value) > 1e9 ? otherwise : value)

function text({ pattern, minLength = 0, maxLength = 40 }: Schema, ids: readonly string[]): fc.Arbitrary<string> {
  const plain = fc.string({ minLength, maxLength: Math.min(Math.max(maxLength, minLength), minLength + 40), unit: 'grapheme' })
  const known = fc.constantFrom(...ids)
  return pattern === undefined ? fc.oneof(known, plain) : fc.oneof(known, fc.stringMatching(new RegExp(pattern)))
}
