import { z } from 'zod'
import { id, localTime } from './scalar.ts'
import { schedule } from './schedule.ts'

/*
 * The one schema of a site (domain.md §2, defaults of §8). File format, HTTP API, link messages and docs derive from it.
 * It says what a value may be; what values mean together is in validate.ts.
 */

const name = z.string().min(1).max(200).optional()
const seconds = z.number().min(0).max(86_400)
const milliseconds = z.number().int().min(0).max(600_000)
const port = z.string().regex(/^[a-z0-9-]{1,32}$/, 'a port is written like relay-1')

/** How an input is wired so that a cut or shorted cable is told from open and closed (rules J3, J4). */
export const supervision = z.discriminatedUnion('connection', [
  z.strictObject({ connection: z.literal('parallel-first') }),
  z.strictObject({ connection: z.literal('serial-first'), ohms: z.number().min(1000).max(10_000) }),
])
export type Supervision = z.output<typeof supervision>

export const circuit = z.enum(['circuit-open', 'circuit-closed'])
export const sides = ['a', 'b'] as const
export const side = z.enum(sides)
export type Side = z.output<typeof side>

export const pinSettings = z.strictObject({
  minLength: z.number().int().min(1).max(16).default(4),
  maxLength: z.number().int().min(1).max(16).default(4),
  endOfPin: z.enum(['#', '*', 'none']).default('#'),
})
export type PinSettings = z.output<typeof pinSettings>

const readerPart = { id, name, pin: pinSettings.nullable().default(null), cardFormats: z.array(id).nullable().default(null) }
export const reader = z.discriminatedUnion('type', [
  z.strictObject({
    ...readerPart,
    type: z.literal('osdp'),
    port,
    address: z.number().int().min(0).max(126).default(0),
    secureChannel: z.boolean().default(true),
  }),
  z.strictObject({
    ...readerPart,
    type: z.literal('wiegand'),
    port,
    led: z.enum(['single', 'dual']).default('single'),
    keypad: z.enum(['4-bit', '8-bit', '10-bit', '26-bit', '26-bit-bcd', 'buffered']).default('4-bit'),
    tamper: z
      .strictObject({ activeIf: circuit.default('circuit-open'), debounceMs: milliseconds.default(50) })
      .nullable()
      .default(null),
    supervision: supervision.nullable().default(null),
  }),
  z.strictObject({ ...readerPart, type: z.literal('licence-plate') }),
])
export type Reader = z.output<typeof reader>

export const rex = z.strictObject({
  kind: z.enum(['button', 'pir', 'push-bar']).default('button'),
  /** Left out: the only REX port of the controller that is free (rule H2). */
  port: port.optional(),
  action: z.enum(['unlock', 'none']).default('unlock'),
  activeIf: circuit.default('circuit-closed'),
  debounceMs: milliseconds.default(50),
  supervision: supervision.nullable().default(null),
  inLockdown: z.enum(['blocked', 'works']).default('blocked'),
  inInterlock: z.enum(['blocked', 'works']).default('works'),
})
export type Rex = z.output<typeof rex>

export const doorMonitor = z.strictObject({
  port,
  openIf: circuit.default('circuit-open'),
  debounceMs: milliseconds.default(50),
  supervision: supervision.nullable().default(null),
})
export type DoorMonitor = z.output<typeof doorMonitor>

export const lock = z.strictObject({ relay: port, type: z.enum(['fail-secure', 'fail-safe']).default('fail-secure') })
export type Lock = z.output<typeof lock>

const doorSide = z.strictObject({ reader: reader.nullable().default(null), rex: rex.nullable().default(null) })
const position = z.strictObject({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) })

export const ordinaryDoor = z.strictObject({
  id,
  name,
  type: z.literal('door').default('door'),
  controller: id,
  locks: z.strictObject({ primary: lock, secondary: lock.nullable().default(null) }),
  identificationProfile: id.default('card'),
  accessTime: seconds.min(0.1).default(7),
  longAccessTime: seconds.min(0.1).default(30),
  openTooLongTime: seconds.default(30),
  longOpenTooLongTime: seconds.default(60),
  relockDelayMs: milliseconds.default(0),
  relock: z.enum(['after-closing', 'after-opening']).default('after-closing'),
  unlockSchedules: z.array(id).default([]),
  firstPersonIn: z.boolean().default(false),
  doorMonitor: doorMonitor.nullable().default(null),
  a: doorSide.prefault({}),
  b: doorSide.prefault({}),
  twoPersonRule: z
    .strictObject({ sides: z.array(side).min(1), schedules: z.array(id).default(['always']), timeout: seconds.default(20) })
    .nullable()
    .default(null),
  doubleSwipe: z
    .strictObject({ timeout: seconds.default(5) })
    .nullable()
    .default(null),
  /** Doors that name the same group form a mantrap: one opens only while the others are closed and locked. */
  interlock: id.nullable().default(null),
  position: position.nullable().default(null),
})
export const monitoringDoor = z.strictObject({
  id,
  name,
  type: z.literal('monitoring-door'),
  controller: id,
  doorMonitor,
  position: position.nullable().default(null),
})
export const door = z.preprocess(
  value =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? withLongTimes('type' in value ? value : { ...value, type: 'door' })
      : value,
  z.discriminatedUnion('type', [ordinaryDoor.extend({ type: z.literal('door') }), monitoringDoor]),
)
/** A long time that is left out is never shorter than the normal one. */
function withLongTimes(value: object): object {
  const { accessTime, longAccessTime, openTooLongTime, longOpenTooLongTime } = value as Record<string, unknown>
  return {
    ...value,
    ...(typeof accessTime === 'number' && accessTime > 30 && longAccessTime === undefined ? { longAccessTime: accessTime } : {}),
    ...(typeof openTooLongTime === 'number' && openTooLongTime > 60 && longOpenTooLongTime === undefined
      ? { longOpenTooLongTime: openTooLongTime }
      : {}),
  }
}
export type Door = z.output<typeof ordinaryDoor>
export type MonitoringDoor = z.output<typeof monitoringDoor>

const inputPart = {
  port,
  name,
  debounceMs: milliseconds.default(50),
  supervision: supervision.nullable().default(null),
}
export const generalInput = z.strictObject({ ...inputPart, role: z.literal('general'), activeIf: circuit.default('circuit-closed') })
export const emergencyInput = z.strictObject({
  ...inputPart,
  role: z.literal('emergency'),
  doors: z.union([z.literal('all'), z.array(id)]).default('all'),
  activeIf: circuit.default('circuit-open'),
  latched: z.boolean().default(false),
})
export type EmergencyInput = z.output<typeof emergencyInput>
export type GeneralInput = z.output<typeof generalInput>

export const controller = z.strictObject({
  id,
  name,
  board: z.string().min(1),
  /** The controller an `io-module` hangs on. */
  parent: id.optional(),
  emulated: z.boolean().default(false),
  inputs: z.array(z.discriminatedUnion('role', [generalInput, emergencyInput])).default([]),
  outputs: z.array(z.strictObject({ port, name })).default([]),
  /** Where an RS-485 port is found on this machine. */
  serial: z.record(port, z.strictObject({ path: z.string().min(1), baudRate: z.number().int().positive().default(9600) })).default({}),
  /** Ports of a board that leaves naming them to its owner (`raspberry-pi`). */
  ports: z
    .record(port, z.strictObject({ chip: z.string().default('/dev/gpiochip0'), lines: z.array(z.number().int().min(0)).min(1) }))
    .default({}),
})
export type Controller = z.output<typeof controller>

export const zone = z.strictObject({
  id,
  name,
  doors: z
    .array(
      z.preprocess(
        value => (typeof value === 'object' && value !== null && !('role' in value) ? { ...value, role: 'perimeter' } : value),
        z.discriminatedUnion('role', [
          z.strictObject({ door: id, role: z.literal('perimeter'), sideA: z.enum(['entrance', 'leave']).default('entrance') }),
          z.strictObject({ door: id, role: z.literal('internal') }),
        ]),
      ),
    )
    .default([]),
  antiPassback: z
    .strictObject({ mode: z.enum(['soft', 'hard']), timeout: seconds.default(0) })
    .nullable()
    .default(null),
  /** How many may be in the zone at once; nobody is stopped from leaving. */
  occupancyLimit: z.number().int().min(1).nullable().default(null),
})
export type Zone = z.output<typeof zone>

const span = {
  days: z.number().int().min(1).optional(),
  months: z.number().int().min(1).optional(),
  years: z.number().int().min(1).optional(),
}
export const validTo = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  /** Exclusive. */
  z.strictObject({ kind: z.literal('date'), at: localTime }),
  z
    .strictObject({ kind: z.literal('from-first-use'), ...span, times: z.number().int().min(1).optional() })
    .refine(
      v => [v.days, v.months, v.years, v.times].filter(x => x !== undefined).length === 1,
      'give one of days, months, years or times',
    ),
  z
    .strictObject({ kind: z.literal('from-last-use'), ...span })
    .refine(v => [v.days, v.months, v.years].filter(x => x !== undefined).length === 1, 'give one of days, months or years'),
])
export type ValidTo = z.output<typeof validTo>

const validity = { validFrom: localTime.optional(), validTo: validTo.default({ kind: 'none' }) }
const number = z.string().regex(/^([0-9]{1,80}|[0-9a-fA-F]{1,64})$/, 'a number is a string of decimal or hexadecimal digits')
const digits = z.string().regex(/^[0-9]{1,16}$/, 'a PIN is 1 to 16 digits')
const hash = z.string().regex(/^[0-9a-f]{64}$/)
export const credential = z.discriminatedUnion('type', [
  z.strictObject({
    id,
    name,
    type: z.literal('card'),
    cardNumber: number,
    facilityCode: number.optional(),
    bitLength: z.number().int().min(1).max(256),
    ...validity,
  }),
  z.strictObject({
    id,
    name,
    type: z.literal('pin'),
    /** Given on the way in; kept and given out as `pinHash` (HMAC-SHA-256 under the site's PIN key). */
    pin: digits.optional(),
    pinHash: hash.optional(),
    duressPin: digits.optional(),
    duressPinHash: hash.optional(),
  }),
  z.strictObject({ id, name, type: z.literal('licence-plate'), plate: z.string().min(1).max(32), ...validity }),
  z.strictObject({ id, name, type: z.literal('mobile'), token: z.string().min(1).max(256), ...validity }),
])
export type Credential = z.output<typeof credential>

export const cardholder = z.strictObject({
  id,
  /** Printed, free text, unique; the id where left out. */
  cardholderId: z.string().min(1).max(64).optional(),
  firstName: z.string().max(200).default(''),
  lastName: z.string().max(200).default(''),
  type: z.string().min(1).max(64).default('Employee'),
  email: z.string().max(320).nullable().default(null),
  custom: z.record(z.string(), z.string()).default({}),
  longAccessTime: z.boolean().default(false),
  suspended: z.boolean().default(false),
  allowDoubleSwipe: z.boolean().default(false),
  exemptFromLockdown: z.boolean().default(false),
  exemptFromAntiPassback: z.boolean().default(false),
  global: z.boolean().default(false),
  /** A visitor: whom they visit, and when they are gone from the doors (exclusive). */
  visit: z.strictObject({ host: id, until: localTime }).nullable().default(null),
  credentials: z.array(credential).default([]),
})
export type Cardholder = z.output<typeof cardholder>

export const group = z.strictObject({
  id,
  name,
  initials: z.string().max(8).optional(),
  members: z.array(id).default([]),
  global: z.boolean().default(false),
})
export type Group = z.output<typeof group>

export const accessRule = z.strictObject({
  id,
  name,
  cardholders: z.array(id).default([]),
  groups: z.array(id).default([]),
  doors: z.array(id).default([]),
  zones: z.array(id).default([]),
  schedules: z.array(id).default([]),
})
export type AccessRule = z.output<typeof accessRule>

export const identificationTypes = ['card', 'pin', 'rex', 'licence-plate', 'mobile'] as const
export type IdentificationType = (typeof identificationTypes)[number]
const profileEntry = z.strictObject({ types: z.array(z.enum(identificationTypes)).min(1), schedules: z.array(id).default(['always']) })
export const identificationProfile = z.strictObject({
  id,
  name,
  includeFacilityCode: z.boolean().default(false),
  a: z.array(profileEntry).default([]),
  b: z.array(profileEntry).default([]),
})
export type IdentificationProfile = z.output<typeof identificationProfile>

/** A predefined format with its three switches, or a custom one, which has a bit length and fields. */
export const cardFormat = z.strictObject({
  id,
  name,
  active: z.boolean().default(false),
  invertBitOrder: z.boolean().default(false),
  invertByteOrder: z.boolean().default(false),
  bitLength: z.number().int().optional(),
  fields: z
    .array(
      z.strictObject({
        name: z.enum(['cardNumber', 'facilityCode', 'issueLevel', 'oem']),
        range: z.tuple([z.number().int(), z.number().int()]),
        output: z.enum(['decimal', 'hexadecimal']).default('decimal'),
        order: z.enum(['big-endian', 'little-endian']).default('big-endian'),
      }),
    )
    .optional(),
  parity: z
    .array(z.strictObject({ bit: z.number().int(), kind: z.enum(['even', 'odd']), over: z.array(z.number().int()).min(1) }))
    .optional(),
  fixed: z.array(z.strictObject({ bit: z.number().int(), value: z.union([z.literal(0), z.literal(1)]) })).optional(),
})
export type SiteCardFormat = z.output<typeof cardFormat>

export const site = z.strictObject({
  portunus: z.literal(1),
  site: z.strictObject({
    name: z.string().min(1),
    timeZone: z.string().min(1).default('UTC'),
    /** Where sunrise and sunset are reckoned for. */
    position: position.nullable().default(null),
  }),
  settings: z
    .strictObject({
      verifyFacilityCode: z.boolean().default(false),
      customFields: z.array(z.string().min(1).max(64)).max(6).default([]),
      pin: pinSettings.prefault({}),
    })
    .prefault({}),
  encryption: z
    .strictObject({ osdpSecureChannel: z.boolean().default(true), mainKeyDerivesSecureChannelKeys: z.boolean().default(true) })
    .prefault({}),
  schedules: z.array(schedule).default([]),
  cardFormats: z.array(cardFormat).default([]),
  identificationProfiles: z.array(identificationProfile).default([]),
  controllers: z.array(controller).default([]),
  doors: z.array(door).default([]),
  zones: z.array(zone).default([]),
  cardholders: z.array(cardholder).default([]),
  groups: z.array(group).default([]),
  accessRules: z.array(accessRule).default([]),
})
/** A whole site, people included, every default filled in. Immutable. */
export type Site = z.output<typeof site>
export type SiteInput = z.input<typeof site>
