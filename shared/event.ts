import { z } from 'zod'
import { reasons } from './reason.ts'
import { id, instant } from './scalar.ts'

/** The categories every site has (rule T11); administrators may add their own. */
export const builtInCategories = ['Access denied', 'Access granted', 'Access request', 'Alarm', 'Error', 'Warning'] as const
export type BuiltInCategory = (typeof builtInCategories)[number]

const none: readonly BuiltInCategory[] = []
const alarm: readonly BuiltInCategory[] = ['Alarm']
const error: readonly BuiltInCategory[] = ['Error']
const warning: readonly BuiltInCategory[] = ['Warning']

/** Every type of event with its categories (domain.md §6). */
export const eventTypes = {
  'access.granted': ['Access granted'],
  'access.denied': ['Access denied', 'Access request'],
  'access.pending': none,
  'access.taken': none,
  'access.not-taken': none,
  'door.opened': none,
  'door.closed': none,
  'door.unlocked': none,
  'door.locked': none,
  'door.rex': none,
  'door.mode-changed': none,
  'door.forced-open': alarm,
  'door.open-too-long': alarm,
  'alarm.duress': alarm,
  'alarm.anti-passback-violation': alarm,
  'alarm.emergency': alarm,
  'reader.tamper': alarm,
  'controller.tamper': alarm,
  'input.supervision-fault': alarm,
  'door.forced-open-ended': none,
  'door.open-too-long-ended': none,
  'alarm.emergency-ended': none,
  'reader.tamper-ended': none,
  'controller.tamper-ended': none,
  'input.supervision-restored': none,
  'reader.offline': error,
  'reader.secure-channel-failed': error,
  'controller.offline': error,
  'link.lost': error,
  'store.fault': error,
  'reader.online': none,
  'reader.secure-channel-established': none,
  /** A pairing was cut off before anybody knew whether the reader has the new key; now it has proved that it has. */
  'reader.key-adopted': none,
  'controller.online': none,
  'link.restored': none,
  'store.restored': none,
  'controller.started': none,
  'reader.pin-blocked': warning,
  'zone.anti-passback-suspended': warning,
  'controller.power-lost': warning,
  'controller.battery-low': warning,
  'controller.clock-untrusted': warning,
  'controller.clock-changed': warning,
  'configuration.rejected': warning,
  /** Controllers out of touch let a credential in more often than it may be; `count` is how often in all. */
  'credential.over-used': warning,
  /** An outlet delivers nothing, has given something up, or came too late; `outlet` names it, `fault` says what. */
  'outlet.failed': warning,
  'reader.pin-unblocked': none,
  'zone.anti-passback-resumed': none,
  'controller.power-restored': none,
  'controller.battery-restored': none,
  'controller.clock-trusted': none,
  'configuration.applied': none,
  'input.changed': none,
  'output.changed': none,
  'outlet.restored': none,
} as const satisfies Record<string, readonly BuiltInCategory[]>
export type EventType = keyof typeof eventTypes

export const sourceKinds = ['door', 'access-point', 'reader', 'input', 'output', 'zone', 'controller', 'server'] as const
/** What an event is about. An input or output is `CONTROLLER/PORT`, an access point `DOOR/a` or `DOOR/b`. */
export const source = z.strictObject({ kind: z.enum(sourceKinds), id: z.string() })
export type Source = z.output<typeof source>

/** The checks of a decision, in the order of domain.md §3. */
export const checks = [
  'format',
  'credential',
  'cardholder',
  'validity',
  'access-rule',
  'door-mode',
  'identification-profile',
  'anti-passback',
  'occupancy',
  'interlock',
  'two-person-rule',
  'granted',
] as const
export type CheckName = (typeof checks)[number]

/** One line of a decision's trace: what was looked at and what was found. It holds ids, never names, plates or PIN digits. */
export const check = z.strictObject({
  check: z.enum(checks),
  outcome: z.enum(['passed', 'failed', 'not-reached']),
  found: z.record(z.string(), z.unknown()).default({}),
})
export type Check = z.output<typeof check>
export type Trace = readonly Check[]

export const doorModes = ['scheduled', 'unlocked', 'locked', 'lockdown', 'override', 'emergency'] as const
export type DoorMode = (typeof doorModes)[number]

/** What an event may say beside its type and source, where known. */
export const eventFields = {
  door: id.optional(),
  side: z.enum(['a', 'b']).optional(),
  reader: id.optional(),
  zone: id.optional(),
  input: z.string().optional(),
  output: z.string().optional(),
  cardholder: id.optional(),
  cardholders: z.array(id).optional(),
  credential: id.optional(),
  reason: z.enum(Object.keys(reasons) as [keyof typeof reasons, ...(keyof typeof reasons)[]]).optional(),
  waiting: z.enum(['card', 'pin', 'licence-plate', 'mobile', 'second-person']).optional(),
  mode: z.enum(doorModes).optional(),
  /** New state of a general input or output; level of a fault. */
  state: z.enum(['active', 'inactive', 'open', 'closed', 'cut', 'short']).optional(),
  operator: z.string().optional(),
  onBehalfOf: z.string().optional(),
  /** The bits as received, first bit first. */
  raw: z.string().optional(),
  /** How many times the same thing happened, where several are told as one. */
  count: z.number().int().optional(),
  /** What went wrong, for the technician: a stable word of the part that found it. */
  fault: z.string().optional(),
  revision: z.string().optional(),
  /** The way out to another system that this is about. */
  outlet: id.optional(),
}

/** What the core says happened; the store gives it identity, time and place in the log. */
export const eventDraft = z.strictObject({
  type: z.enum(Object.keys(eventTypes) as [EventType, ...EventType[]]),
  source,
  ...eventFields,
  trace: z.array(check).optional(),
})
export type EventDraft = z.output<typeof eventDraft>

/** An event as stored in a controller's log (domain.md §6), its trace kept beside it. */
export const storedEvent = z.strictObject({
  id: z.string(),
  controller: id,
  logId: z.string(),
  /** Per log, from 1, gap-free. */
  sequence: z.number().int().min(1),
  time: instant,
  type: z.enum(Object.keys(eventTypes) as [EventType, ...EventType[]]),
  categories: z.array(z.string()),
  source,
  ...eventFields,
})
export type StoredEvent = z.output<typeof storedEvent>
