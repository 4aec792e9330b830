import type { z } from 'zod'
import type { ordinaryDoor, SiteInput } from '../shared/site.ts'

export type DoorInput = z.input<typeof ordinaryDoor>

/** A two-door controller with a fully equipped door `front`: monitor on door-1, readers on both sides, REX inside. No debounce, so that times are exact. */
export function oneDoor(door: Partial<DoorInput> = {}, site: Partial<SiteInput> = {}): SiteInput {
  return {
    portunus: 1,
    site: { name: 'Test', timeZone: 'Europe/Stockholm' },
    schedules: [
      { id: 'day', weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '07:00', to: '17:00' }] },
      { id: 'noon', weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '11:00', to: '19:00' }] },
    ],
    controllers: [{ id: 'c1', board: 'two-door' }],
    doors: [frontDoor(door)],
    ...site,
  }
}

export function frontDoor(door: Partial<DoorInput> = {}): DoorInput {
  return {
    id: 'front',
    controller: 'c1',
    locks: { primary: { relay: 'relay-1' } },
    doorMonitor: { port: 'door-1', debounceMs: 0 },
    a: { reader: { id: 'in', type: 'osdp', port: 'rs485-1', address: 1 } },
    b: { reader: { id: 'out', type: 'osdp', port: 'rs485-1', address: 2 }, rex: { port: 'rex-1', debounceMs: 0 } },
    ...door,
  }
}
