import { z } from 'zod'
import { merge } from '../../shared/patch.ts'
import { writtenAs } from './written-as.ts'

/** Changes some fields of an object (RFC 7396): what is left out stays, `null` takes a field away or back to its default, lists are replaced whole. */
export const mergePatch = (before: unknown, patch: unknown): unknown => merge(before, patch, (_, list) => list)

/** The body of a route that takes a {@link mergePatch}; the OpenAPI document makes its form of the component `New<name>`, or else of `<name>`. */
export function patchBody(name: string): z.ZodRecord<z.ZodString, z.ZodUnknown> {
  const body = z.record(z.string(), z.unknown())
  writtenAs.set(body, `${name}Patch`)
  return body
}

export interface JsonSchema {
  readonly $ref?: string
  readonly type?: string
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: JsonSchema | boolean
  readonly [more: string]: unknown
}

/** The form of a {@link mergePatch} of what has this form. @param resolve the component that a reference names */
export function patchOf(schema: JsonSchema, resolve: (ref: string) => JsonSchema): JsonSchema {
  const of = (each: JsonSchema) => patchOf(each, resolve)
  const { $ref, default: _, required: __, oneOf, ...rest } = schema
  if ($ref !== undefined) return of(resolve($ref))
  const options = oneOf ?? rest.anyOf
  // Without what is required the forms are no longer told apart: one patch may fit several.
  if (options) return { ...rest, anyOf: options.map(of) }
  if (rest.type !== 'object') return { ...rest, ...(schema.required ? { required: schema.required } : {}) }
  const { properties, additionalProperties } = rest
  return {
    ...rest,
    ...(properties ? { properties: Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, orNull(of(each))])) } : {}),
    ...(typeof additionalProperties === 'object' ? { additionalProperties: orNull(of(additionalProperties)) } : {}),
  }
}

function orNull(schema: JsonSchema): JsonSchema {
  if (schema.type === 'null' || schema.anyOf?.some(each => each.type === 'null')) return schema
  const { description, ...rest } = schema
  return {
    ...(description === undefined ? {} : { description }),
    anyOf: [...(Object.keys(rest).length === 1 && rest.anyOf ? rest.anyOf : [rest]), { type: 'null' }],
  }
}
