import type { Reason } from '../../shared/reason.ts'
import type { Element } from '../vms/elements.ts'
import type { State } from '../vms/states.ts'
import type { Message } from './outlet.ts'

/*
 * Events in ONVIF's JSON form (Core specification, event broker: `TopicPrefix/onvif-ej/TOPIC/&SOURCE`). What is a property there is retained.
 * Tokens are this site's ids; names of people are not told.
 */

export interface OnvifMessage {
  /** Without the namespace, with the values of its source: `Door/State/DoorMode/&front`. */
  readonly topic: string
  readonly payload: {
    readonly UtcTime: string
    readonly Source: Readonly<Record<string, string>>
    readonly Data: Readonly<Record<string, string | boolean>>
  }
}

type Items = Record<string, string | boolean | undefined>

function message(topic: string, time: string, source: Record<string, string>, data: Items): OnvifMessage {
  return {
    // Wildcards are left out of topics.
    topic: `${topic}/&${Object.values(source).join('/').replaceAll(/[#+]/g, '')}`,
    payload: { UtcTime: time, Source: source, Data: Object.fromEntries(Object.entries(data).filter(isThere)) },
  }
}

const isThere = (item: [string, string | boolean | undefined]): item is [string, string | boolean] => item[1] !== undefined

/** Reasons that ONVIF has a word for; the others go by their own. */
const denyReasons: Partial<Record<Reason, string>> = {
  'cardholder-suspended': 'CredentialNotEnabled',
  'credential-not-yet-valid': 'CredentialNotActive',
  'credential-expired': 'CredentialExpired',
  'credential-used-up': 'CredentialExpired',
  'wrong-pin': 'InvalidPIN',
  'outside-schedule': 'NotPermittedAtThisTime',
  'no-access-rule': 'Unauthorized',
  'credential-mismatch': 'pt:InvalidIdentifierValue',
}

/** What one event of the log is in ONVIF's words; undefined for what has none, and for what a door's properties tell. */
export function onvifEvent(event: Message): OnvifMessage | undefined {
  const { type, time, door, side, source, credential } = event
  if (type === 'gap') return undefined
  const accessPoint = source.kind === 'access-point' ? source.id : door !== undefined && side !== undefined ? `${door}/${side}` : undefined
  if (type === 'alarm.anti-passback-violation' && credential !== undefined)
    return message('Credential/State/ApbViolation', time, { CredentialToken: credential }, { ApbViolation: true, ClientUpdated: false })
  if (accessPoint === undefined) return undefined
  const at = { AccessPointToken: accessPoint }
  const told = (topic: string) =>
    credential === undefined
      ? message(`AccessControl/${topic}/Anonymous`, time, at, {})
      : message(`AccessControl/${topic}/Credential`, time, at, { CredentialToken: credential })
  switch (type) {
    case 'access.granted':
      return told('AccessGranted')
    case 'access.taken':
      return told('AccessTaken')
    case 'access.not-taken':
      return told('AccessNotTaken')
    case 'access.denied':
      return denied(event, at)
    case 'alarm.duress':
      return message('AccessControl/Duress', time, at, { CredentialToken: credential, Reason: 'portunus:duress-pin' })
    default:
      return undefined
  }
}

function denied({ time, reason, credential, raw }: Message, at: { AccessPointToken: string }): OnvifMessage {
  const Reason = reason === undefined ? 'Other' : (denyReasons[reason] ?? `portunus:${reason}`)
  if (credential !== undefined) return message('AccessControl/Denied/Credential', time, at, { CredentialToken: credential, Reason })
  if (raw === undefined) return message('AccessControl/Denied/Anonymous', time, at, { Reason })
  const identifier = { IdentifierType: 'pt:Card', FormatType: formatOf(raw.length), IdentifierValue: hexOf(raw) }
  return reason === 'unknown-credential'
    ? message('AccessControl/Denied/CredentialNotFound', time, at, identifier)
    : message('AccessControl/Denied/Identifier', time, at, { ...identifier, Reason })
}

/** ISO 16484-5 annex P has names for two lengths. */
const formatOf = (bits: number) => (bits === 26 || bits === 37 ? `WIEGAND${bits}` : `portunus:WIEGAND${bits}`)

/** The bits as a number, in whole bytes: the last bit received is the lowest. */
function hexOf(raw: string): string {
  const bytes = Math.ceil(raw.length / 8)
  return BigInt(`0b0${raw}`)
    .toString(16)
    .toUpperCase()
    .padStart(bytes * 2, '0')
}

/**
 * The properties of a door or access point, as they now are.
 * @param readers states of the readers at a door
 */
export function onvifProperties(element: Element, state: State, readers: readonly State[], time: string): readonly OnvifMessage[] {
  if (element.type === 'access-point')
    return [message('AccessPoint/State/Enabled', time, { AccessPointToken: element.id }, { State: element.enabled })]
  if (element.type !== 'door') return []
  const has = (name: State['states'][number]) => state.states.includes(name)
  const door = { DoorToken: element.id }
  const property = (name: string, data: Items) => message(`Door/State/${name}`, time, door, data)
  const unknown = has('controller-offline') || state.detail?.kind !== 'door'
  const lockable = state.detail?.kind === 'door' && state.detail.locked !== null
  const fault = unknown ? 'controller-offline' : has('reader-offline') ? 'reader-offline' : has('reader-error') ? 'reader-error' : undefined
  const tampered = readers.some(reader => reader.states.includes('tamper'))
  return [
    ...(lockable
      ? [
          property('DoorMode', { State: unknown ? 'Unknown' : modeOf(has) }),
          property('LockPhysicalState', { State: unknown ? 'Unknown' : has('locked') ? 'Locked' : 'Unlocked' }),
        ]
      : []),
    property('DoorPhysicalState', { State: unknown || has('unknown') ? 'Unknown' : has('open') ? 'Open' : 'Closed' }),
    property('DoorAlarm', { State: has('forced-open') ? 'DoorForcedOpen' : has('open-too-long') ? 'DoorOpenTooLong' : 'Normal' }),
    property('DoorTamper', { State: unknown ? 'Unknown' : tampered ? 'TamperDetected' : 'NotInTamper' }),
    property('DoorFault', { State: fault === undefined ? 'NotInFault' : 'FaultDetected', Reason: fault && `portunus:${fault}` }),
  ]
}

function modeOf(has: (name: State['states'][number]) => boolean): string {
  if (has('emergency')) return 'LockedOpen'
  if (has('lockdown')) return 'LockedDown'
  return has('locked') ? 'Locked' : 'Unlocked'
}
