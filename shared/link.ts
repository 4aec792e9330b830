import { z } from 'zod'
import { commandResult } from './command.ts'
import { check, storedEvent } from './event.ts'
import { id } from './scalar.ts'
import { cardholder, type Site, site } from './site.ts'
import { elementState } from './state.ts'

/*
 * What a controller and the plugin say to each other (architecture.md "The link"), and what they say it over. A message is one JSON object on one
 * of two topics a controller: `PREFIX/ID/up` to the plugin, `PREFIX/ID/down` to the controller; the plugin calls all of them on `PREFIX/all`.
 * Fields that are not known are left out when a message is read, so that a newer end may say more.
 */

/** The protocol this version speaks best, and the oldest it still speaks: one back, once there is one. */
export const protocols = { newest: 1, oldest: 1 } as const

/** What an end can speak. */
export interface Protocols {
  readonly newest: number
  readonly oldest: number
}

/** The newest protocol that both can speak. */
export function agree(a: Protocols, b: Protocols): number | undefined {
  const best = Math.min(a.newest, b.newest)
  return best >= a.oldest && best >= b.oldest ? best : undefined
}

/** Nothing acts later than this after it was asked, in ms. */
export const longestValidity = 5_000
/** Events in one message, and events told that are not acknowledged yet. */
export const batchSize = 100
export const windowSize = 1_000
/** Changes of more people than this are handed over as a whole site, so that one step stays short. */
export const changeLimit = 200

export function topicsOf(prefix: string, controller: string): { readonly up: string; readonly down: string; readonly all: string } {
  return { up: `${prefix}/${controller}/up`, down: `${prefix}/${controller}/down`, all: `${prefix}/all` }
}

/** A site without its people. */
export const place = site.omit({ cardholders: true, groups: true })
export type Place = z.output<typeof place>

/** A cardholder with credentials and memberships: what is added, changed or removed as one. */
export const person = cardholder.extend({ groups: z.array(id).default([]) })
export type Person = z.output<typeof person>

/** A site taken apart into what a controller keeps in memory and what it looks up. */
export function splitSite({ cardholders, groups, ...rest }: Site): { readonly place: Place; readonly people: Person[] } {
  const memberOf = new Map<string, string[]>()
  for (const group of groups) for (const member of group.members) memberOf.set(member, [...(memberOf.get(member) ?? []), group.id])
  return { place: rest, people: cardholders.map(each => ({ ...each, groups: memberOf.get(each.id) ?? [] })) }
}

/** An event of a controller's log, its trace beside it. */
export const loggedEvent = z.object({ event: storedEvent, trace: z.array(check).optional() })
export type LoggedEvent = z.output<typeof loggedEvent>

const at = z.number()
const presence = z.array(z.object({ zone: id, cardholder: id, present: z.boolean(), at }))
const uses = z.array(z.object({ id: z.string(), credential: id, at }))
const sequence = z.number().int().min(0)
const protocol = z.number().int()
const emptyArray = <T extends z.ZodType>(schema: T) => schema.default([] as never)

/** What the plugin needs to hold out to be believed, and a controller to be answered: see `welcome`. */
const moment = { mono: z.number(), wall: z.number() }

const upMessages = {
  /** First word after every connection, said again until it is answered. `next` is the sequence that the next event will have. */
  online: z.object({
    protocol,
    kind: z.literal('online'),
    newest: protocol,
    oldest: protocol,
    version: z.string(),
    boot: z.string(),
    ...moment,
    logId: z.string(),
    first: sequence,
    next: sequence,
    revision: z.string().nullable(),
    checksum: z.string().nullable(),
    appliedAt: at.nullable(),
    shared: z.object({ epoch: z.string().nullable(), version: z.number().int() }),
    /** What it can be asked beside commands. */
    asks: z.array(z.string()),
  }),
  /** What the plugin should have by now: another site on offer, or states that it has not heard, are told again. */
  ping: z.object({
    protocol,
    kind: z.literal('ping'),
    session: z.string(),
    ...moment,
    revision: z.string().nullable(),
    states: z.number().int(),
  }),
  /** `gap`: what was removed unacknowledged, first and last sequence. */
  events: z.object({
    protocol,
    kind: z.literal('events'),
    session: z.string(),
    logId: z.string(),
    gap: z.object({ first: sequence, last: sequence }).optional(),
    events: z.array(loggedEvent),
  }),
  /** The first of a connection is `whole`; `number` counts them. */
  states: z.object({
    protocol,
    kind: z.literal('states'),
    session: z.string(),
    number: z.number().int(),
    whole: z.boolean(),
    elements: z.array(elementState),
    gone: z.array(z.string()),
  }),
  share: z.object({ protocol, kind: z.literal('share'), session: z.string(), logId: z.string(), position: sequence, presence, uses }),
  'shared-wanted': z.object({
    protocol,
    kind: z.literal('shared-wanted'),
    session: z.string(),
    epoch: z.string(),
    version: z.number().int(),
  }),
  /** Asks for a part of the site on offer; `have` is what is in force, `after` the id of the last person received. */
  'configuration-wanted': z.object({
    protocol,
    kind: z.literal('configuration-wanted'),
    session: z.string(),
    have: z.string().nullable(),
    want: z.string(),
    part: z.number().int().min(0),
    after: z.string().nullable(),
  }),
  'configuration-outcome': z.object({
    protocol,
    kind: z.literal('configuration-outcome'),
    session: z.string(),
    revision: z.string(),
    checksum: z.string().nullable(),
    outcome: z.enum(['applied', 'rejected']),
    problems: z.array(z.string()),
  }),
  /** Answers an ask; more follow while `last` is false. */
  answer: z.object({
    protocol,
    kind: z.literal('answer'),
    session: z.string(),
    id: z.string(),
    last: z.boolean(),
    body: z.unknown(),
    error: z.string().optional(),
  }),
  /** Said before a clean stop, and by the broker for a connection that broke. */
  offline: z.object({ protocol, kind: z.literal('offline'), boot: z.string() }),
}

const downMessages = {
  /** The plugin is there: whoever is not in its session says `online`. */
  who: z.object({ protocol, kind: z.literal('who'), session: z.string() }),
  /** No common protocol: `newest` and `oldest` of the plugin. */
  refused: z.object({ protocol, kind: z.literal('refused'), boot: z.string(), newest: protocol, oldest: protocol }),
  /** Answers `online`. `next` is the sequence wanted next and `last` the id of the event before it; `at` the plugin's monotonic time, `mono` and `wall` are the controller's own again. */
  welcome: z.object({
    protocol,
    kind: z.literal('welcome'),
    boot: z.string(),
    session: z.string(),
    ...moment,
    at,
    logId: z.string(),
    next: sequence,
    last: z.string().nullable(),
    shared: z.object({ epoch: z.string(), version: z.number().int() }),
  }),
  /** `shared` is the version that the controller should have by now. */
  pong: z.object({ protocol, kind: z.literal('pong'), session: z.string(), ...moment, at, shared: z.number().int() }),
  'states-wanted': z.object({ protocol, kind: z.literal('states-wanted'), session: z.string() }),
  /** Everything up to this sequence is stored by the plugin. */
  ack: z.object({ protocol, kind: z.literal('ack'), session: z.string(), logId: z.string(), sequence }),
  /**
   * Asks something of the controller as of `at`, on the plugin's monotonic clock. It is refused when it is older than `validForMs`, of another
   * session, or for another boot, and never retained.
   */
  ask: z.object({
    protocol,
    kind: z.literal('ask'),
    session: z.string(),
    boot: z.string(),
    id: z.string(),
    name: z.string(),
    at,
    validForMs: z.number().int().min(1).max(longestValidity),
    body: z.unknown(),
  }),
  'configuration-offer': z.object({ protocol, kind: z.literal('configuration-offer'), session: z.string(), revision: z.string() }),
  /**
   * A part of a site. With `from` it is what changed since that revision, whole in one part; without, part 0 carries the place, each the people
   * after the last id of the one before, and the last what was edited meanwhile: then `revision` is newer than what was wanted.
   * `checksum` is over everything since part 0.
   */
  'configuration-part': z.object({
    protocol,
    kind: z.literal('configuration-part'),
    session: z.string(),
    want: z.string(),
    revision: z.string(),
    from: z.string().nullable(),
    part: z.number().int().min(0),
    last: z.boolean(),
    place: z.unknown().optional(),
    people: emptyArray(z.array(z.unknown())),
    removed: emptyArray(z.array(z.string())),
    checksum: z.string().optional(),
  }),
  /** What others shared after `from`; the controller is up to date when `last`. */
  shared: z.object({
    protocol,
    kind: z.literal('shared'),
    session: z.string(),
    epoch: z.string(),
    from: z.number().int(),
    version: z.number().int(),
    last: z.boolean(),
    presence,
    uses,
  }),
  'share-ack': z.object({ protocol, kind: z.literal('share-ack'), session: z.string(), logId: z.string(), position: sequence }),
  /** Keys, sealed under the secret that plugin and controller share since the adoption; one of a pairing whose outcome was not heard beside the old one. */
  keys: z.object({ protocol, kind: z.literal('keys'), session: z.string(), sealed: z.string() }),
}

/** Beside the key of this name, among keys handed out: the one that a pairing was to bring, and perhaps did. */
export const pairingKey = (name: string): string => `pairing ${name}`

export const upMessage = z.discriminatedUnion(
  'kind',
  Object.values(upMessages) as [(typeof upMessages)['online'], ...(typeof upMessages)[keyof typeof upMessages][]],
)
export type UpMessage = z.output<(typeof upMessages)[keyof typeof upMessages]>
export const downMessage = z.discriminatedUnion(
  'kind',
  Object.values(downMessages) as [(typeof downMessages)['who'], ...(typeof downMessages)[keyof typeof downMessages][]],
)
export type DownMessage = z.output<(typeof downMessages)[keyof typeof downMessages]>

/** What a plugin says to others at the same broker, where controllers leave it alone: of two, the one with the lower epoch has the controllers. */
export const hereMessage = z.object({ protocol, kind: z.literal('here'), epoch: z.string() })

/** The body of the answer to a command. */
export const commandAnswer = z.array(commandResult)

/** Reads a message; undefined for what this version does not know or cannot read. */
export function readMessage<T>(schema: z.ZodType<T>, payload: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(payload)).data
  } catch {
    return undefined
  }
}

/** What carries the link's messages: MQTT, or memory under a virtual clock. Each end has its own. */
export interface LinkTransport {
  /** Connects, and keeps connecting; called again, another will holds from the next connection on. */
  open(will?: LastWill): void
  /** Messages can be sent now. */
  readonly up: boolean
  /** How often the ends assure each other that they are there, in ms; 0 where the transport itself tells both at once. */
  readonly heartbeatMs: number
  /** Sends, or drops the message while not up. QoS 0 unless told otherwise; nothing is ever retained. */
  publish(topic: string, payload: string, options?: { readonly qos?: 0 | 1 }): void
  /** Kept over reconnections. `+` stands for one level. */
  subscribe(filter: string, receive: (topic: string, payload: string, retained: boolean) => void): void
  /** Called at every change; and once at the start where it is up already. */
  onChange(changed: (up: boolean) => void): void
  /** Gives a connection up that has gone silent, and makes a new one. */
  reset(): void
  close(): void
}

/** A message that the broker sends when a connection breaks without having been closed. */
export interface LastWill {
  readonly topic: string
  readonly payload: string
}
