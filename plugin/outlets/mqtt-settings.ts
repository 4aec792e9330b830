import { z } from 'zod'
import { id } from '../../shared/scalar.ts'

/* What is set at an outlet of kind `mqtt`, beside what every outlet has. */

/** The beginning of a topic: no wildcard, no `$`, and no empty level. */
const topicPrefix = z
  .string()
  .max(200)
  .regex(/^[^$+#/\p{Cc}\s][^+#/\p{Cc}]*(\/[^+#/\p{Cc}]+)*$/u, 'must be the beginning of a topic, as "portunus" or "site/portunus"')
const pem = z.string().max(100_000).nullable().default(null)

export const mqttFields = {
  /** `mqtt://HOST:PORT`, or `mqtts://` for TLS; null is the broker embedded in this server. */
  url: z
    .url({ protocol: /^mqtts?$/, error: 'must be mqtt://HOST:PORT or mqtts://HOST:PORT' })
    .max(2000)
    .nullable()
    .default(null),
  /** Allows mqtt:// to another machine: everybody on the way reads and changes what is sent. */
  allowPlain: z.boolean().default(false),
  username: z.string().min(1).max(500).nullable().default(null),
  /** This server's name at the broker; made where it is null. */
  clientId: z.string().min(1).max(200).nullable().default(null),
  /** Certificate (PEM) to believe in place of the public ones. */
  ca: pem,
  /** Certificate (PEM) to show, where the broker asks for one; its key is a secret. */
  cert: pem,
  prefix: topicPrefix.default('portunus'),
  /** Whether doors are made known to Home Assistant. */
  homeAssistant: z.boolean().default(false),
  homeAssistantPrefix: topicPrefix.default('homeassistant'),
  /** Whether events are told in ONVIF's JSON form, too. */
  onvif: z.boolean().default(false),
  /**
   * With the rights of these roles whoever may publish commands at a broker elsewhere operates doors; without any, nobody does. At the embedded
   * broker everybody acts with the rights of their own API token.
   */
  roles: z.array(id).max(100).default([]),
}

/** Fields that only ever come in; null takes them away. */
export const mqttSecretFields = {
  password: z.string().nullable().optional(),
  /** Of `cert`, PEM. */
  key: z.string().nullable().optional(),
}

export interface MqttSettings {
  readonly url: string | null
  readonly allowPlain: boolean
  readonly username: string | null
  readonly cert: string | null
  readonly prefix: string
  readonly homeAssistant: boolean
  readonly homeAssistantPrefix: string
  readonly onvif: boolean
  readonly roles: readonly string[]
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

export function checkMqtt(settings: MqttSettings, context: z.RefinementCtx): void {
  const { url, allowPlain, username, cert, prefix, homeAssistant, homeAssistantPrefix, roles } = settings
  const refuse = (field: keyof MqttSettings, message: string) => context.addIssue({ code: 'custom', path: [field], message })
  if (homeAssistant && prefix === homeAssistantPrefix) refuse('prefix', 'must differ from `homeAssistantPrefix`')
  if (url === null) {
    for (const [field, set] of [
      ['username', username !== null],
      ['cert', cert !== null],
      ['roles', roles.length > 0],
    ] as const)
      if (set) refuse(field, 'is for a broker elsewhere; at the embedded one everybody has an API token of their own')
    return
  }
  if (!URL.canParse(url)) return
  const { protocol, hostname, username: user, password, pathname, search, hash } = new URL(url)
  if (user !== '' || password !== '') refuse('url', 'may not hold a user name or password; use `username` and `password`')
  else if (hostname === '' || !['', '/'].includes(pathname) || search !== '' || hash !== '')
    refuse('url', 'must be a host and a port alone')
  else if (protocol === 'mqtt:' && !allowPlain && !loopback.test(hostname))
    refuse('url', 'must begin with mqtts:// (or set `allowPlain`: then everybody on the way can read and change what is sent)')
}

/** What is wrong with a secret; undefined where nothing is. */
export function wrongMqttSecret(name: string, secret: string): string | undefined {
  if (name === 'password') return secret.length >= 1 && secret.length <= 1000 ? undefined : 'must have 1 to 1000 characters'
  if (!/^\s*-----BEGIN ([A-Z]+ )?PRIVATE KEY-----/.test(secret) || secret.length > 20_000) return 'must be a private key in PEM form'
  return /ENCRYPTED/.test(secret) ? 'is sealed by a passphrase; enter it without one: here it is sealed, too' : undefined
}

/** Where a setting meets that of another outlet at the same broker: each would take away what the other keeps there. */
export function clash(
  settings: MqttSettings,
  other: MqttSettings & { readonly name: string },
): { readonly field: keyof MqttSettings; readonly message: string } | undefined {
  if ((settings.url ?? '').toLowerCase() !== (other.url ?? '').toLowerCase()) return undefined
  const refuse = (field: keyof MqttSettings) => ({ field, message: `the outlet "${other.name}" has the same at the same broker` })
  if (settings.prefix === other.prefix) return refuse('prefix')
  if (settings.homeAssistant && other.homeAssistant && settings.homeAssistantPrefix === other.homeAssistantPrefix)
    return refuse('homeAssistantPrefix')
  return undefined
}

/** Whether something stays behind at a broker that new settings do not keep any more. */
export function leaves(before: MqttSettings, after: MqttSettings): boolean {
  return (
    before.url !== after.url ||
    before.prefix !== after.prefix ||
    before.homeAssistantPrefix !== after.homeAssistantPrefix ||
    (before.homeAssistant && !after.homeAssistant) ||
    (before.onvif && !after.onvif)
  )
}
