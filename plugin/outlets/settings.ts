import { z } from 'zod'
import { id } from '../../shared/scalar.ts'
import { eventTypeIds } from '../vms/types.ts'
import { checkMqtt, mqttFields, mqttSecretFields, wrongMqttSecret } from './mqtt-settings.ts'
import { unknownPlaceholder } from './template.ts'

/*
 * What is set at an outlet, one schema a kind. Secrets are fields of what comes in only: they go to the vault, and answers say which are set.
 */

const eventType = z.enum(eventTypeIds)
const name = z
  .string()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}+$/u, 'may not contain control characters')

/** What is delivered: an event that fits every list; an empty list is all. A gap is always told. */
export const filter = z.strictObject({
  types: z.array(eventType).max(200).default([]),
  /** Ids of categories. */
  categories: z.array(z.string().max(100)).max(200).default([]),
  doors: z.array(id).max(10_000).default([]),
  /** Whether what is more than 30 s old when its turn comes is delivered; false passes it over, for systems that act on what they are told. */
  backlog: z.boolean().default(true),
})
export type Filter = z.output<typeof filter>

const common = { name, enabled: z.boolean().default(true), filter: filter.prefault({}) }
/** Judged by {@link wrongSecret} and not by a schema, whose messages show what came in. */
const secret = z.string()
const timeoutS = z.number().int().min(1).max(60).default(10)

const webhook = {
  kind: z.literal('webhook'),
  ...common,
  url: z.url({ protocol: /^https?$/ }).max(2000),
  /** Allows http:// to another machine: everybody on the way reads and changes what is sent. */
  allowHttp: z.boolean().default(false),
  /** Certificate (PEM) to believe in place of the public ones. */
  ca: z.string().max(100_000).nullable().default(null),
  timeoutS,
}
const webhookSecrets = {
  /** Signs what is sent; made where none is given, and told once. */
  secret: secret.optional(),
  /** Signs beside `secret` while receivers change over; null takes it away. */
  previousSecret: secret.nullable().optional(),
  /** Sent as `Authorization: Bearer`; null sends none. */
  token: secret.nullable().optional(),
}

const template = z
  .string()
  .min(1)
  .max(2000)
  .regex(/^\P{Cc}+$/u, 'may not contain line breaks or other control characters')
  .superRefine((text, context) => {
    const wrong = unknownPlaceholder(text)
    if (wrong !== undefined) context.addIssue({ code: 'custom', message: wrong })
  })

const genericEvents = {
  kind: z.literal('generic-events'),
  ...common,
  host: z
    .string()
    .min(1)
    .max(253)
    .regex(/^[a-zA-Z0-9.:_-]+$/, 'must be a host name or an IP address'),
  port: z.number().int().min(1).max(65_535).optional(),
  protocol: z.enum(['tcp', 'udp']).default('tcp'),
  /** The data source of the event server: `international` is UTF-8 in lines, `compatible` the ANSI code page without a separator. */
  dataSource: z.enum(['international', 'compatible']).default('international'),
  /** What the data source answers; left out, what it answers when nobody has changed it. */
  echo: z.enum(['statistics', 'all-bytes', 'none']).optional(),
  template: template.default('portunus type={type} source={source} door={door} side={side} reason={reason} id={id}'),
  /** Templates of single types of event, in place of `template`. */
  templates: z.partialRecord(eventType, template).default({}),
  timeoutS,
}

const mqtt = { kind: z.literal('mqtt'), ...common, ...mqttFields }

export const outletKinds = ['webhook', 'generic-events', 'mqtt'] as const
export type OutletKind = (typeof outletKinds)[number]

/** Fields that only ever come in. */
const secretsOf = { webhook: webhookSecrets, 'generic-events': {}, mqtt: mqttSecretFields } as const satisfies Record<
  OutletKind,
  z.ZodRawShape
>
export const secretNames = (kind: OutletKind): readonly string[] => Object.keys(secretsOf[kind])

/** Settings as they are kept, without secrets. */
export const outletSettings = z.discriminatedUnion('kind', [z.strictObject(webhook), z.strictObject(genericEvents), z.strictObject(mqtt)])
export type OutletSettings = z.output<typeof outletSettings>
export type SettingsOf<K extends OutletKind> = Extract<OutletSettings, { kind: K }>

/** Where in the log it begins, or goes on: behind this cursor. */
const placed = {
  after: z
    .string()
    .regex(/^\d{1,15}$/, 'must be a cursor of the log')
    .optional(),
}
const webhookIncoming = { ...webhook, ...webhookSecrets, ...placed }
/** Of one kind, so that there is no need to name it. */
export const incomingWebhook = z.strictObject({ ...webhookIncoming, kind: webhook.kind.default('webhook') }).superRefine(checkWebhook)

/** Settings as they come in. */
export const incomingOutlet = z.discriminatedUnion('kind', [
  z.strictObject(webhookIncoming).superRefine(checkWebhook),
  z.strictObject({ ...genericEvents, ...placed }).superRefine(checkGenericEvents),
  z.strictObject({ ...mqtt, ...mqttSecretFields, ...placed }).superRefine(checkMqtt),
])
export type IncomingOutlet = z.output<typeof incomingOutlet>

/** An outlet as it is told: its settings, and `more`. */
export const toldWebhook = <M extends z.ZodRawShape>(more: M) => z.object({ ...webhook, ...more })
export const toldOutlet = <M extends z.ZodRawShape>(more: M) =>
  z.discriminatedUnion('kind', [toldWebhook(more), z.object({ ...genericEvents, ...more }), z.object({ ...mqtt, ...more })])

/** What is wrong with a secret; undefined where nothing is. */
export function wrongSecret(kind: OutletKind, name: string, secret: string): string | undefined {
  if (kind === 'mqtt') return wrongMqttSecret(name, secret)
  if (!/^[\x21-\x7e]{1,500}$/.test(secret)) return 'must be 1 to 500 printable ASCII characters without spaces'
  if (name !== 'token' && secret.length < 16) return 'must have at least 16 characters'
  if (secret.startsWith('whsec_') && !/^[A-Za-z0-9+/]{16,}={0,2}$/.test(secret.slice(6))) return 'must go on in base64 after "whsec_"'
  return undefined
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

function checkWebhook({ url, allowHttp }: { url: string; allowHttp: boolean }, context: z.RefinementCtx): void {
  if (!URL.canParse(url)) return
  const { protocol, hostname, username, password } = new URL(url)
  const refuse = (message: string) => context.addIssue({ code: 'custom', path: ['url'], message })
  if (username !== '' || password !== '') refuse('may not hold a user name or password; use `token`')
  if (protocol === 'http:' && !allowHttp && !loopback.test(hostname))
    refuse('must begin with https:// (or set `allowHttp`: then everybody on the way can read and change what is sent)')
}

function checkGenericEvents(
  { protocol, dataSource, echo }: { protocol: string; dataSource: string; echo?: string | undefined },
  context: z.RefinementCtx,
): void {
  if (protocol === 'udp' && dataSource === 'international')
    context.addIssue({
      code: 'custom',
      path: ['protocol'],
      message: 'the data source "international" takes TCP only; use "compatible" for UDP',
    })
  if (protocol === 'udp' && echo !== undefined && echo !== 'none')
    context.addIssue({
      code: 'custom',
      path: ['echo'],
      message: 'what is sent over UDP is sent once, without waiting for an echo; leave it out',
    })
}
