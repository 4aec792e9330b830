import { describe, expect, it } from 'vitest'
import type { DoorMode } from '../../shared/event.ts'
import type { Reason } from '../../shared/reason.ts'
import type { Element } from '../vms/elements.ts'
import type { State } from '../vms/states.ts'
import { onvifEvent, onvifProperties } from './onvif-json.ts'
import type { Message } from './outlet.ts'

const time = '2026-11-30T12:00:00.000Z'
const at = { door: 'front', side: 'a', source: { kind: 'access-point', id: 'front/a' } }
const told = (fields: object) => onvifEvent({ time, ...at, ...fields } as unknown as Message)
const token = { AccessPointToken: 'front/a' }
const as = (topic: string, Data: object) => ({ topic: `${topic}/&front/a`, payload: { UtcTime: time, Source: token, Data } })

describe('an event in ONVIF words', () => {
  it.each([
    ['access.granted', 'AccessGranted'],
    ['access.taken', 'AccessTaken'],
    ['access.not-taken', 'AccessNotTaken'],
  ])('%s names the credential, and nobody where there is none', (type, topic) => {
    expect(told({ type, credential: 'amber-card', cardholder: 'amber' })).toEqual(
      as(`AccessControl/${topic}/Credential`, { CredentialToken: 'amber-card' }),
    )
    expect(told({ type })).toEqual(as(`AccessControl/${topic}/Anonymous`, {}))
  })

  it.each<[Reason, string]>([
    ['cardholder-suspended', 'CredentialNotEnabled'],
    ['credential-not-yet-valid', 'CredentialNotActive'],
    ['credential-expired', 'CredentialExpired'],
    ['wrong-pin', 'InvalidPIN'],
    ['outside-schedule', 'NotPermittedAtThisTime'],
    ['no-access-rule', 'Unauthorized'],
    ['anti-passback', 'portunus:anti-passback'],
  ])('a refusal for %s is %s', (reason, Reason) => {
    const data = { CredentialToken: 'c', Reason }
    expect(told({ type: 'access.denied', credential: 'c', reason })).toEqual(as('AccessControl/Denied/Credential', data))
  })

  it('a card nobody has is told by its bits, in hexadecimal', () => {
    const raw = '01010010010001001111001001'
    const identifier = { IdentifierType: 'pt:Card', FormatType: 'WIEGAND26', IdentifierValue: '014913C9' }
    expect(told({ type: 'access.denied', reason: 'unknown-credential', raw })).toEqual(
      as('AccessControl/Denied/CredentialNotFound', identifier),
    )
    expect(told({ type: 'access.denied', reason: 'parity-error', raw })).toEqual(
      as('AccessControl/Denied/Identifier', { ...identifier, Reason: 'portunus:parity-error' }),
    )
    expect(told({ type: 'access.denied', reason: 'wrong-pin' })).toEqual(as('AccessControl/Denied/Anonymous', { Reason: 'InvalidPIN' }))
  })

  it('tells duress and anti-passback, and leaves to the properties what they tell', () => {
    expect(told({ type: 'alarm.duress', credential: 'c' })).toEqual(
      as('AccessControl/Duress', { CredentialToken: 'c', Reason: 'portunus:duress-pin' }),
    )
    expect(told({ type: 'alarm.anti-passback-violation', credential: 'c' })).toEqual({
      topic: 'Credential/State/ApbViolation/&c',
      payload: { UtcTime: time, Source: { CredentialToken: 'c' }, Data: { ApbViolation: true, ClientUpdated: false } },
    })
    for (const type of ['door.opened', 'door.rex', 'gap', 'controller.offline']) expect(told({ type })).toBeUndefined()
    expect(onvifEvent({ type: 'access.granted', time, source: { kind: 'door', id: 'front' } } as unknown as Message)).toBeUndefined()
  })
})

describe('the properties of a door', () => {
  const door = { id: 'front', type: 'door', enabled: true } as Element
  const detail = (locked: boolean | null, mode: DoorMode = 'scheduled') => ({ kind: 'door', locked, mode }) as State['detail']
  const of = (states: readonly State['states'][number][], what: State['detail'] = detail(true), readers: readonly State[] = []) =>
    Object.fromEntries(
      onvifProperties(door, { states, detail: what } as State, readers, time).map(({ topic, payload }) => {
        expect(payload.Source).toEqual({ DoorToken: 'front' })
        return [topic.replace('Door/State/', '').replace('/&front', ''), payload.Data]
      }),
    )

  it('at rest', () => {
    expect(of(['closed', 'locked'])).toEqual({
      DoorMode: { State: 'Locked' },
      LockPhysicalState: { State: 'Locked' },
      DoorPhysicalState: { State: 'Closed' },
      DoorAlarm: { State: 'Normal' },
      DoorTamper: { State: 'NotInTamper' },
      DoorFault: { State: 'NotInFault' },
    })
  })

  it.each<[readonly State['states'][number][], object]>([
    [
      ['open', 'unlocked'],
      { DoorMode: { State: 'Unlocked' }, DoorPhysicalState: { State: 'Open' }, LockPhysicalState: { State: 'Unlocked' } },
    ],
    [['locked', 'lockdown'], { DoorMode: { State: 'LockedDown' } }],
    [['unlocked', 'emergency'], { DoorMode: { State: 'LockedOpen' } }],
    [['unknown', 'locked'], { DoorPhysicalState: { State: 'Unknown' } }],
    [['open', 'locked', 'forced-open'], { DoorAlarm: { State: 'DoorForcedOpen' } }],
    [['open', 'locked', 'open-too-long'], { DoorAlarm: { State: 'DoorOpenTooLong' } }],
    [['closed', 'locked', 'reader-offline'], { DoorFault: { State: 'FaultDetected', Reason: 'portunus:reader-offline' } }],
    [
      ['closed', 'locked', 'controller-offline'],
      { DoorMode: { State: 'Unknown' }, DoorFault: { State: 'FaultDetected', Reason: 'portunus:controller-offline' } },
    ],
  ])('%j', (states, expected) => {
    expect(of(states)).toMatchObject(expected)
  })

  it('a door without a lock has no mode, one nothing is known of is unknown, and a tampered reader is its tamper', () => {
    expect(of(['closed'], detail(null))).not.toHaveProperty('DoorMode')
    expect(of([], null)).toMatchObject({ DoorPhysicalState: { State: 'Unknown' }, DoorTamper: { State: 'Unknown' } })
    expect(of(['closed', 'locked'], detail(true), [{ states: ['connected', 'tamper'] } as unknown as State])).toMatchObject({
      DoorTamper: { State: 'TamperDetected' },
    })
  })

  it('an access point is enabled or not; nothing else has properties', () => {
    const state = { states: [], detail: null } as unknown as State
    expect(onvifProperties({ id: 'front/a', type: 'access-point', enabled: false } as Element, state, [], time)).toEqual([
      { topic: 'AccessPoint/State/Enabled/&front/a', payload: { UtcTime: time, Source: token, Data: { State: false } } },
    ])
    expect(onvifProperties({ id: 'ctrl-1', type: 'controller', enabled: true } as Element, state, [], time)).toEqual([])
  })
})
