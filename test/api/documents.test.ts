import { createConfig, lintFromString } from '@redocly/openapi-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createClient } from '../../plugin/client/client.ts'
import type { Message } from '../../plugin/client/stream.ts'
import { merge } from '../../shared/patch.ts'
import { openRig, type Rig } from './rig.ts'

let rig: Rig
let address: string
beforeAll(async () => {
  rig = await openRig({ checkAnswers: false })
  address = await rig.api.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => rig.close())

const served = async (name: string): Promise<string> => (await fetch(`${address}/api/v1/${name}.json`)).text()

/** What an independent linter says against a document: by every rule it recommends, and by those that a reader of this contract needs. */
async function faultsOf(document: string): Promise<string[]> {
  const config = await createConfig({
    extends: ['recommended'],
    rules: {
      'array-parameter-serialization': 'error',
      'operation-4xx-problem-details-rfc7807': 'error',
      'operation-tag-defined': 'error',
      'parameter-description': 'error',
    },
  })
  const problems = await lintFromString({ source: document, absoluteRef: '/contract.json', config })
  return problems.map(({ ruleId, location, message }) => `${ruleId} at ${location[0]?.pointer}: ${message}`)
}

describe.each(['openapi', 'asyncapi'])('%s.json of a running server', name => {
  it('is valid by an independent linter', async () => {
    expect(await faultsOf(await served(name))).toEqual([])
  })
})

it('openapi.json says "an outlet", not "a outlet"', async () => {
  const summaries = [...(await served('openapi')).matchAll(/"summary":"([^"]+)/g)].map(([, text]) => text)
  expect(summaries).toContain('Adds an outlet; it delivers what happens from now on')
  expect(summaries.filter(text => /\ba [aeio](?!r\b|ne\b)/i.test(text ?? ''))).toEqual([])
})

describe('bodies in openapi.json', () => {
  interface Form {
    readonly $ref?: string
    readonly type?: string
    readonly properties?: Record<string, Form>
    readonly additionalProperties?: unknown
  }
  interface Contract {
    readonly paths: Record<
      string,
      Record<string, { readonly requestBody?: { readonly content: Record<string, { readonly schema: Form }> } }>
    >
    readonly components: { readonly schemas: Record<string, Form> }
  }

  it('have a form, patches and credentials too', async () => {
    const { paths, components } = JSON.parse(await served('openapi')) as Contract
    const vague: string[] = []
    for (const [path, methods] of Object.entries(paths))
      for (const [method, { requestBody }] of Object.entries(methods)) {
        const form = requestBody?.content['application/json']?.schema
        const whole = form?.$ref ? components.schemas[form.$ref.split('/').at(-1)!] : form
        if (whole?.type === 'object' && !whole.properties) vague.push(`${method} ${path}`)
      }
    expect(vague).toEqual([])
  })

  it('are true of patches: parts of what a POST takes, with null for what goes back to its default', async () => {
    const { components } = JSON.parse((await served('openapi')).replaceAll('#/components/schemas/', '#/$defs/')) as Contract
    const fits = (name: string, body: object) =>
      z.fromJSONSchema({ ...components.schemas[name], $defs: components.schemas } as never).safeParse(body).success
    expect(fits('DoorPatch', { accessTime: 9, a: { reader: { pin: null } }, unlockSchedules: null })).toBe(true)
    expect(fits('DoorPatch', { accessTime: 'long' })).toBe(false)
    expect(fits('DoorPatch', { colour: 'red' })).toBe(false)
    expect(fits('CardholderPatch', { credentials: [{ type: 'card', name: null, cardNumber: '9', bitLength: 26 }] })).toBe(false)
    expect(fits('CardholderPatch', { credentials: [{ type: 'card', cardNumber: '9', bitLength: 26 }], email: null })).toBe(true)
    expect(fits('SettingsPatch', { retention: { days: null }, backups: null })).toBe(true)
    expect(fits('SettingsPatch', { retention: { days: 0 } })).toBe(false)
    expect(fits('NewCredential', { type: 'pin', pin: '1234' })).toBe(true)
    expect(fits('NewCredential', { type: 'pin', cardNumber: '9' })).toBe(false)
  })
})

describe('the linter sees', () => {
  const get = (path: string, patch: object) => ({ paths: { [`/api/v1/${path}`]: { get: patch } } })
  const faults: readonly (readonly [fault: string, rule: string, document: string, patch: object])[] = [
    [
      'a reference to nothing',
      'no-unresolved-refs',
      'openapi',
      get('events/{id}', { responses: { 200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Gossip' } } } } } }),
    ],
    ['a parameter nobody declares', 'path-parameters-defined', 'openapi', get('events/{id}', { parameters: [] })],
    [
      'a parameter nobody explains',
      'parameter-description',
      'openapi',
      get('system', { parameters: [{ in: 'query', name: 'x', schema: {} }] }),
    ],
    ['an operation without a name', 'operation-operationId', 'openapi', get('system', { operationId: null })],
    ['a name used twice', 'operation-operationId-unique', 'openapi', get('system', { operationId: 'getSession' })],
    ['an operation open to everybody by oversight', 'security-defined', 'openapi', get('system', { security: null })],
    ['a tag nobody explains', 'operation-tag-defined', 'openapi', get('system', { tags: ['gossip'] })],
    ['a component nobody uses', 'no-unused-components', 'openapi', { components: { schemas: { Left: { type: 'string' } } } }],
    [
      'a failure in a form of its own',
      'operation-4xx-problem-details-rfc7807',
      'openapi',
      get('system', { responses: { 400: { description: 'Wrong', content: { 'text/plain': {} } } } }),
    ],
    ['a word that the specification does not know', 'struct', 'openapi', get('system', { answers: {} })],
    ['a type that is none', 'struct', 'openapi', { components: { schemas: { Problem: { properties: { detail: { type: 'text' } } } } } }],
    ['a channel that is not there', 'no-unresolved-refs', 'asyncapi', { operations: { tell: { channel: { $ref: '#/channels/gossip' } } } }],
    ['an action that is none', 'struct', 'asyncapi', { operations: { tell: { action: 'shout' } } }],
    ['a stream open to everybody by oversight', 'security-defined', 'asyncapi', { operations: { subscribe: { security: null } } }],
  ]
  it.each(faults)('%s', async (_, rule, name, patch) => {
    const planted = merge(JSON.parse(await served(name)), patch)
    expect((await faultsOf(JSON.stringify(planted))).map(fault => fault.split(' ')[0])).toContain(rule)
  })
})

describe('the stream', () => {
  it('says what asyncapi.json says, each message in its form', async () => {
    interface Part {
      readonly payload: object
    }
    const { channels, components } = JSON.parse((await served('asyncapi')).replaceAll('#/components/schemas/', '#/$defs/')) as {
      channels: { stream: { messages: Record<string, Part> } }
      components: { schemas: object }
    }
    const forms = Object.entries(channels.stream.messages)
      .filter(([name]) => name !== 'subscription')
      .map(([name, { payload }]) => [name, z.fromJSONSchema({ ...payload, $defs: components.schemas } as never)] as const)
    const said: Message[] = []
    const gaps: object[] = []
    rig.tell('door.opened', { door: 'front' })
    const topics = ['events', 'states', 'alarms', 'access-requests', 'configuration', 'cardholders', 'terminals'] as const
    const stream = createClient({ base: address, token: rig.token }).stream({
      topics,
      epoch: 'another',
      after: '0',
      onMessage: message => said.push(message),
      onGap: gap => gaps.push(gap),
    })
    await expect.poll(() => gaps.length, { timeout: 10_000 }).toBe(1)
    rig.tell('door.forced-open', { door: 'front' })
    const source = { kind: 'access-point' as const, id: 'front/a' }
    rig.tell('access.denied', { door: 'front', side: 'a', cardholder: 'bo', reason: 'no-access-rule', source })
    const door = {
      kind: 'door',
      id: 'front',
      mode: 'unlocked',
      locked: false,
      position: 'open',
      status: 'online',
      forced: false,
      openTooLong: false,
    } as const
    rig.plugin.states.update('ctrl-1', [door], [], false)
    await rig.call('PATCH', 'cardholders/bo', { lastName: 'Lund' })
    await rig.call('PATCH', 'doors/front', { name: 'Main door' })
    await rig.call('DELETE', 'cardholders/frida')
    const wanted = [
      'state-changed',
      'states-invalidated',
      'alarm-changed',
      'access-request-changed',
      'configuration-changed',
      'cardholder-changed',
      'cardholder-removed',
      'terminal-changed',
    ]
    await expect.poll(() => wanted.filter(type => !said.some(message => message.type === type)), { timeout: 10_000 }).toEqual([])
    stream.close()
    for (const message of [...gaps, ...said]) {
      const fitting = forms.filter(([, form]) => form.safeParse(message).success).map(([name]) => name)
      expect(fitting, JSON.stringify(message)).toHaveLength(1)
    }
  })
})
