import { z } from 'zod'
import { instant } from '../../shared/scalar.ts'
import { accessRequest } from './access-requests.ts'
import { alarm } from './alarms.ts'
import { shownCardholder } from './cardholders.ts'
import type { App, Context } from './context.ts'
import { deliveredEvent, gap } from './events.ts'
import { type Topic, topics } from './feed.ts'
import { type JsonSchema, patchOf } from './merge-patch.ts'
import { terminal } from './readers.ts'
import { state } from './states.ts'
import { subscription } from './stream.ts'

/** The contract in the words of machines: OpenAPI 3.1 of every route, AsyncAPI 3 of the stream, both made from the schemas in use. */
export function documents(app: App, { version }: Context): void {
  const open = { config: { right: 'open' } } as const
  const anything = z.record(z.string(), z.unknown())
  let openapi: Record<string, unknown> | undefined
  app.get(
    '/openapi.json',
    { ...open, schema: { summary: 'This API as OpenAPI 3.1', tags: ['documents'], response: { 200: anything } } },
    async () => {
      openapi ??= completed(app.swagger() as unknown as Document) as unknown as Record<string, unknown>
      return openapi
    },
  )
  app.get(
    '/asyncapi.json',
    { ...open, schema: { summary: 'The stream as AsyncAPI 3', tags: ['documents'], response: { 200: anything } } },
    async () => asyncapi(version),
  )
}

/** A message of the stream: what it says, and where it stands. */
const said = <T extends z.ZodRawShape>(topic: Topic | 'rights' | 'stream', type: string | readonly [string, ...string[]], more: T) =>
  z.object({
    topic: z.literal(topic),
    type: typeof type === 'string' ? z.literal(type) : z.enum(type),
    ...more,
    cursor: z.string(),
    epoch: z.string(),
    occurredAt: instant,
    deliveredAt: instant,
    backlog: z.boolean(),
  })
const messages = {
  event: ['An event', deliveredEvent],
  gap: ['Events that are gone for good', said('events', 'gap', gap.shape)],
  stateChanged: ['The new state of one element', said('states', 'state-changed', state.shape)],
  statesInvalidated: ['Fetch all states', said('states', 'states-invalidated', {})],
  alarmChanged: ['An alarm is new or has changed', said('alarms', 'alarm-changed', { alarm })],
  accessRequestChanged: [
    'An access request is new, answered or over',
    said('access-requests', 'access-request-changed', { accessRequest }),
  ],
  configurationChanged: ['Fetch the configuration', said('configuration', 'configuration-changed', { revision: z.string() })],
  cardholderChanged: ['A cardholder, whole', said('cardholders', 'cardholder-changed', { cardholder: shownCardholder })],
  cardholderRemoved: ['A cardholder is gone', said('cardholders', 'cardholder-removed', { id: z.string() })],
  terminalChanged: ['What hangs on a terminal of a controller has changed', said('terminals', 'terminal-changed', { terminal })],
  rightsChanged: ['Fetch the session: rights have changed', said('rights', 'rights-changed', {})],
  subscribed: ['The answer to a subscription', said('stream', 'subscribed', { topics: z.array(z.enum(topics)) })],
  heartbeat: ['Every 15 s', said('stream', 'heartbeat', {})],
  ended: ['The stream ends here, and why', said('stream', ['too-slow', 'signed-out', 'stopping'], { message: z.string() })],
} as const satisfies Record<string, readonly [string, z.ZodType]>

function asyncapi(version: string): Record<string, unknown> {
  const schemas: Record<string, unknown> = {}
  const json = (schema: z.ZodType): unknown => {
    const made = z.toJSONSchema(schema, { target: 'draft-7', unrepresentable: 'any', io: 'output' })
    const text = JSON.stringify(made).replaceAll('"#/definitions/', '"#/components/schemas/')
    const {
      $schema: _,
      id: __,
      definitions,
      ...rest
    } = JSON.parse(text) as { $schema?: string; id?: string; definitions?: Record<string, { id?: string }> }
    for (const [name, { id: ___, ...definition }] of Object.entries(definitions ?? {})) schemas[name] = definition
    return rest
  }
  const message = (name: string, summary: string, schema: z.ZodType) => ({
    name,
    summary,
    contentType: 'application/json',
    payload: json(schema),
  })
  const reference = (name: string) => ({ $ref: `#/channels/stream/messages/${name}` })
  const security = [{ $ref: '#/components/securitySchemes/bearer' }]
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Portunus stream',
      version,
      description: 'What the WebSocket at /api/v1/stream says, and what it is told.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    channels: {
      stream: {
        address: '/api/v1/stream',
        messages: {
          subscription: message('subscription', 'What the consumer wants, and from where', subscription),
          ...Object.fromEntries(Object.entries(messages).map(([name, [summary, schema]]) => [name, message(name, summary, schema)])),
        },
        bindings: { ws: { method: 'GET', bindingVersion: '0.1.0' } },
      },
    },
    operations: {
      subscribe: { action: 'receive', channel: { $ref: '#/channels/stream' }, security, messages: [reference('subscription')] },
      tell: { action: 'send', channel: { $ref: '#/channels/stream' }, security, messages: Object.keys(messages).map(reference) },
    },
    components: {
      schemas,
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: "An operator's session or an API token." } },
    },
  }
}

interface Parameter {
  in: string
  name: string
  description?: string
}
interface Operation {
  operationId?: string
  tags?: readonly string[]
  security?: readonly object[]
  parameters?: Parameter[]
  responses: Record<string, { description?: string; $ref?: string }>
}
interface Document {
  tags?: readonly { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, JsonSchema>; responses?: Record<string, object> }
}

const header = (name: string, description: string) => ({
  in: 'header',
  name,
  required: false,
  description,
  schema: { type: 'string', maxLength: 200 },
})

/** The document with what no schema of a route says: names of operations, headers every route takes, words for what is asked and answered. */
function completed(document: Document): Document {
  const tagged = new Set<string>()
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      operation.operationId = nameOf(method, path)
      for (const tag of operation.tags ?? []) tagged.add(tag)
      const signedIn = (operation.security ?? []).length > 0
      operation.parameters = [
        ...(operation.parameters ?? []).map(each => ({ ...each, description: each.description ?? parameterWords[each.name] ?? '' })),
        ...(signedIn && method !== 'get'
          ? [header('x-on-behalf-of', "The person behind a VMS's token: for the event and the audit log.")]
          : []),
        ...(['put', 'patch', 'delete'].includes(method)
          ? [header('if-match', 'The ETag of what was read: refused with 412 when it has changed since.')]
          : []),
      ]
      for (const [status, response] of Object.entries(operation.responses)) {
        if (response.description === 'Default Response') response.description = words[status] ?? 'Done'
        if (status === '4XX' || status === '5XX') {
          document.components.responses = { Failure: response }
          operation.responses[status] = { $ref: '#/components/responses/Failure' }
        }
      }
    }
  }
  const { schemas } = document.components
  const named = (ref: string) => schemas[ref.replace('#/components/schemas/', '')] ?? {}
  for (const name of Object.keys(schemas).filter(name => name.startsWith('New'))) schemas[name] = withoutRequiredIds(schemas[name]!)
  for (const [, name = ''] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)Patch"/g)) {
    const whole = schemas[`New${name}Input`] ?? schemas[`New${name}`] ?? schemas[name]
    if (!whole) throw new Error(`nothing says what ${name}Patch is a patch of`)
    schemas[`${name}Patch`] = { description: patchWords, ...patchOf(whole, named) }
  }
  document.tags = Object.entries(tagWords).flatMap(([name, description]) => (tagged.has(name) ? [{ name, description }] : []))
  // Every schema is offered for input and for output; what nothing refers to would only confuse.
  for (;;) {
    const text = JSON.stringify(document)
    const unused = Object.keys(document.components.schemas).filter(name => !text.includes(`"#/components/schemas/${name}"`))
    if (unused.length === 0) return JSON.parse(text.replaceAll(/(["/])New(\w+)Input"/g, '$1New$2"')) as Document
    for (const name of unused) delete document.components.schemas[name]
  }
}

/** Ids may be left out of what comes in, wherever they are: they are made. */
const withoutRequiredIds = (schema: JsonSchema): JsonSchema =>
  JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === 'required' && Array.isArray(value) ? value.filter(name => name !== 'id') : value,
  ) as JsonSchema

const patchWords =
  'A JSON merge patch (RFC 7396): what is left out stays, null takes a field away or back to its default, lists are replaced whole.'

const words: Readonly<Record<string, string>> = {
  200: 'Done',
  201: 'Made',
  202: 'Taken on',
  204: 'Done; there is nothing to say',
  304: 'Not modified',
}

/** Parameters whose schema says nothing of them. A name that is missing here draws a fault of the linter in the tests. */
const parameterWords: Readonly<Record<string, string>> = {
  id: 'Which one; an id with a slash is percent-encoded.',
  cardholder: 'Id of a cardholder.',
  credential: 'Id of a credential.',
  name: 'Its name, as the list has it.',
  asUser: '`me`: as the asker may see it, which is the default.',
  from: 'Where to begin: a revision of the configuration, or an instant.',
  to: 'Where to end, exclusive.',
  ids: 'Only these, separated by commas.',
  limit: 'How many at most.',
  after: 'Cursor of the last entry seen: what comes after it is told.',
  epoch: 'The epoch the cursor is of; another one than now means that the log was replaced, and draws a gap.',
  wait: 'How many seconds to wait for the first entry.',
  type: 'Only these types of event, separated by commas.',
  category: 'Only types of event in these categories, separated by commas.',
  door: 'Only events at these doors, separated by commas.',
  topics: 'What is wanted, separated by commas; `events` where left out.',
  'idempotency-key': 'The same key within 24 hours gives the first outcome again.',
  q: 'Words that all have to occur, in capitals or not, with their accents or without.',
  group: 'Only members of this group.',
  incomplete: 'Only rules that lack somebody, somewhere or some time, or only the others.',
  format: 'In which form.',
}

const tagWords: Readonly<Record<string, string>> = {
  session: 'Signing in and out, and what one may.',
  system: 'Which server this is, and what it can do.',
  configuration: 'What a VMS shows: elements and types, what has changed, what a change would change.',
  states: 'What elements are like now.',
  events: 'What happened, by cursor, by time and as it happens.',
  commands: 'What doors are told to do.',
  'access-requests': 'Who was refused and waits for an operator.',
  alarms: 'Conditions that somebody has to see to.',
  'alarm-definitions': 'How the alarms of a type of event are treated.',
  'closing-reasons': 'What an operator chooses from when closing an alarm.',
  categories: 'Categories of events: the built-in ones and own ones.',
  cardholders: 'People, their credentials, pictures and data.',
  groups: 'Sets of people.',
  'access-rules': 'Who may pass where, and when.',
  schedules: 'Times of the week, with exceptions.',
  'card-formats': 'How bits become card numbers.',
  'identification-profiles': 'What has to be presented at a door.',
  decisions: 'Would it open, and why.',
  doors: 'Doors with their locks, sensors and readers.',
  zones: 'Areas made of doors.',
  controllers: 'Door controllers, their wiring and adoption.',
  readers: 'What an installer does at a reader.',
  cameras: 'Which cameras of the VMS see an access point.',
  settings: 'Settings of the whole site.',
  site: 'The whole site as one file.',
  security: 'Users, roles, tokens and keys.',
  audit: 'Who did what.',
  backups: 'Copies of everything.',
  outlets: 'Events for receivers elsewhere: brokers, webhooks, generic events.',
  emulator: 'What happens to emulated hardware.',
  health: 'Whether the server lives, can work, and how it does.',
  documents: 'This contract in the words of machines.',
}

/** `get /api/v1/doors/{id}/who` → `getDoorsIdWho` */
function nameOf(method: string, path: string): string {
  const parts = path
    .replace('/api/v1', '')
    .split(/[^a-zA-Z0-9]+/)
    .filter(Boolean)
  return method + parts.map(part => part.charAt(0).toUpperCase() + part.slice(1)).join('')
}
