import { z } from 'zod'
import { doorModes, type EventType, eventTypes } from './event.ts'
import { id } from './scalar.ts'

/** Statuses of a door, the strongest first (domain.md §4, rules B2 to B4). */
export const doorStatuses = ['controller-offline', 'reader-offline', 'reader-error', 'online'] as const
export type DoorStatus = (typeof doorStatuses)[number]

/** Conditions that stand at an element: types of events that have begun and not ended. */
const standing = z.array(z.enum(Object.keys(eventTypes) as [EventType, ...EventType[]]))

/** What one element of a controller is like now. Inputs and outputs are `CONTROLLER/PORT`. */
export const elementState = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('door'),
    id,
    mode: z.enum(doorModes),
    /** The bolt; null where there is no lock. */
    lock: z.enum(['locked', 'unlocked']).nullable(),
    position: z.enum(['open', 'closed', 'unknown']),
    status: z.enum(doorStatuses),
    standing,
  }),
  z.object({
    kind: z.literal('reader'),
    id,
    online: z.boolean(),
    secure: z.boolean().nullable(),
    tamper: z.boolean(),
    pinBlocked: z.boolean(),
  }),
  z.object({ kind: z.literal('input'), id: z.string(), state: z.enum(['open', 'closed', 'cut', 'short']), active: z.boolean() }),
  z.object({ kind: z.literal('output'), id: z.string(), active: z.boolean() }),
  z.object({ kind: z.literal('zone'), id, present: z.number().int().min(0), antiPassback: z.enum(['off', 'soft', 'hard', 'suspended']) }),
  z.object({
    kind: z.literal('controller'),
    id,
    tamper: z.boolean(),
    mains: z.boolean(),
    battery: z.enum(['normal', 'low']),
    clockTrusted: z.boolean(),
    store: z.boolean(),
  }),
])
export type ElementState = z.output<typeof elementState>
