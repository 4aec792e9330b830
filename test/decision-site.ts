import type { SiteInput } from '../shared/site.ts'
import { Rig } from './decision-rig.ts'
import { frontDoor, oneDoor } from './door-sites.ts'

/** A card of the 26-bit format with facility code 17. */
export function card(id: string, cardNumber: string, more: object = {}) {
  return { id, type: 'card' as const, cardNumber, facilityCode: '17', bitLength: 26, ...more }
}

/**
 * One door `front` with readers `in` and `out` into the zone `hall`, a second door `back` of the same zone without zone rules of its own, four
 * people of a crew who may go anywhere at any hour, and one who may not.
 */
export function crewSite(more: Partial<SiteInput> = {}, door: Parameters<typeof frontDoor>[0] = {}): SiteInput {
  return oneDoor(
    {},
    {
      doors: [
        frontDoor(door),
        {
          id: 'back',
          controller: 'c1',
          locks: { primary: { relay: 'relay-2' } },
          doorMonitor: { port: 'door-2', debounceMs: 0 },
          a: { reader: { id: 'back-in', type: 'wiegand', port: 'reader-1' } },
          b: { reader: { id: 'back-out', type: 'wiegand', port: 'reader-2' } },
        },
      ],
      zones: [{ id: 'hall', doors: [{ door: 'front' }, { door: 'back' }] }],
      cardholders: [
        { id: 'ada', credentials: [card('ada-card', '1001'), { id: 'ada-pin', type: 'pin', pin: '2580', duressPin: '2581' }] },
        { id: 'ben', longAccessTime: true, credentials: [card('ben-card', '1002'), { id: 'ben-pin', type: 'pin', pin: '1470' }] },
        { id: 'cleo', exemptFromLockdown: true, exemptFromAntiPassback: true, credentials: [card('cleo-card', '1003')] },
        { id: 'dan', credentials: [card('dan-card', '1004')] },
        { id: 'zoe', credentials: [card('zoe-card', '1009')] },
      ],
      groups: [{ id: 'crew', members: ['ada', 'ben', 'cleo', 'dan'] }],
      accessRules: [{ id: 'crew-anywhere', groups: ['crew'], doors: ['front', 'back'], schedules: ['always'] }],
      ...more,
    },
  )
}

export function crew(more: Partial<SiteInput> = {}, door: Parameters<typeof frontDoor>[0] = {}, wall?: string): Rig {
  return new Rig(crewSite(more, door), wall).start()
}
