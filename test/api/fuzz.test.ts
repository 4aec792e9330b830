import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { arbitrary, type Schema } from './json-schema.ts'
import { openRig, type Rig } from './rig.ts'

interface Operation {
  readonly operationId?: string
  readonly parameters?: readonly { readonly in: string; readonly name: string; readonly required?: boolean; readonly schema: Schema }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
}

const ids = [
  'front',
  'shop',
  'front/a',
  'front/b',
  'front-in',
  'ctrl-1',
  'office',
  'amber',
  'amber-card',
  'staff',
  'always',
  'office-hours',
  'amber-everywhere',
  'h10301',
  'card',
  'system',
  'forced',
  '1',
  '0',
  'relay-1',
  'door-2',
]
const rounds = process.env.PORTUNUS_LONG ? 200 : 12

/** Everything that a refused request must leave as it was. */
function fingerprint({ store }: Rig): string {
  const tables = [
    'entities',
    'cardholders',
    'credential_keys',
    'memberships',
    'pictures',
    'revisions',
    'changes',
    'entries',
    'users',
    'roles',
    'access_requests',
    'alarms',
    'secrets',
    'logs',
    'outlets',
    'dead_letters',
  ]
  const rows = tables.map(table => store.sql.prepare(`select * from ${table}`).all())
  return JSON.stringify([rows, store.sql.prepare('select id, name, hash, roles from tokens').all()])
}

let rig: Rig
let document: { openapi: string; paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, Schema> } }
beforeAll(async () => {
  rig = await openRig()
  document = (await rig.call('GET', 'openapi.json')).json
})
afterAll(() => rig.close())

describe('every route', () => {
  it('is in the OpenAPI document, the stream included', () => {
    expect(document.openapi).toBe('3.1.0')
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    )
    const served = rig.api.printRoutes({ commonPrefix: false, includeHooks: false })
    expect(documented).toEqual(
      expect.arrayContaining(['GET /api/v1/stream', 'POST /api/v1/session', 'GET /healthz', 'GET /metrics', 'POST /api/v1/emulator/swipe']),
    )
    expect(documented.length).toBeGreaterThan(100)
    expect(served).toContain('stream')
    const operations = Object.values(document.paths).flatMap(methods => Object.values(methods))
    expect(new Set(operations.map(o => o.operationId)).size).toBe(operations.length)
    const text = JSON.stringify(document)
    const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(match => match[1] ?? '')
    expect(references.filter(name => !document.components.schemas[name])).toEqual([])
    expect(Object.keys(document.components.schemas).filter(name => !references.includes(name))).toEqual([])
    const schedule = document.paths['/api/v1/schedules']?.post?.requestBody?.content['application/json']?.schema
    expect(schedule?.required ?? []).not.toContain('id')
  })

  it(
    'survives what its own schema allows and what it does not: no 5xx, no stack, nothing changed by a refusal',
    async () => {
      const definitions = (ref: string) => document.components.schemas[ref.split('/').at(-1) ?? ''] ?? {}
      const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
        // Ending the session that the rig works with would end the test.
        Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
      )
      const statuses = new Map<number, number>()
      for (const { path, method, operation } of operations) {
        if (path === '/api/v1/stream') continue
        const parameters = operation.parameters ?? []
        const value = (schema: Schema) => arbitrary(schema, ids, definitions)
        const part = (place: string) =>
          fc.record(Object.fromEntries(parameters.filter(p => p.in === place).map(p => [p.name, value(p.schema)])), { requiredKeys: [] })
        const schema = operation.requestBody?.content['application/json']?.schema
        const body = schema
          ? fc.oneof({ weight: 4, arbitrary: value(schema) }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) })
          : fc.constant(undefined)
        const request = fc.record({
          params: fc.record(
            Object.fromEntries(
              parameters
                .filter(p => p.in === 'path')
                .map(p => [p.name, fc.oneof(fc.constantFrom(...ids), fc.string({ minLength: 1, maxLength: 20 }))]),
            ),
          ),
          query: part('query'),
          extra: fc.option(fc.tuple(fc.constantFrom('limit', 'after', 'q', 'wait', 'x'), fc.string({ maxLength: 10 })), {
            nil: undefined,
            freq: 8,
          }),
          ifMatch: fc.option(fc.constantFrom('"1"', '"999"', '*', 'x'), { nil: undefined, freq: 5 }),
          body,
        })
        await fc.assert(
          fc.asyncProperty(request, async ({ params, query, extra, ifMatch, body: payload }) => {
            const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
              encodeURIComponent(String((params as Record<string, string>)[name])),
            )
            const search = new URLSearchParams(
              Object.entries(query).map(([key, each]): [string, string] => [key, key === 'wait' ? '0' : String(each)]),
            )
            if (extra) search.append(...extra)
            const before = fingerprint(rig)
            const { status, text, json } = await rig.call(
              method.toUpperCase(),
              `${url}?${search}`,
              payload === null ? undefined : payload,
              {
                'content-type': 'application/json',
                ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
              },
            )
            statuses.set(status, (statuses.get(status) ?? 0) + 1)
            expect(status, text).toBeLessThan(500)
            expect(text).not.toMatch(/\.ts:\d+|node_modules|SqliteError/)
            if (status >= 400) {
              expect(json).toMatchObject({ status, code: expect.any(String), detail: expect.any(String) })
              if (json.code === 'validation-failed') expect(json.errors.length).toBeGreaterThan(0)
              expect(fingerprint(rig)).toBe(before)
            }
          }),
          { numRuns: rounds, endOnFailure: false },
        )
      }
      // A run in which nothing was accepted would show nothing.
      expect(statuses.get(200) ?? 0).toBeGreaterThan(100)
      expect(statuses.get(201) ?? 0).toBeGreaterThan(10)
      expect(statuses.get(400) ?? 0).toBeGreaterThan(100)
    },
    process.env.PORTUNUS_LONG ? 3_600_000 : 600_000,
  )
})
