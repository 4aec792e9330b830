import { z } from 'zod'
import { doorModes } from './event.ts'
import { id } from './scalar.ts'

/** Statuses of a door, the strongest first (domain.md §4, rules B2 to B4); the first is the plugin's own. */
export const doorStatuses = ['controller-offline', 'reader-offline', 'reader-error', 'online'] as const

/** What one element of a controller is like now, as its controller tells it. Inputs and outputs are `CONTROLLER/PORT`. */
export const elementState = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('door'),
    id,
    mode: z.enum(doorModes),
    /** The bolt; null for a monitoring door. */
    locked: z.boolean().nullable(),
    position: z.enum(['open', 'closed', 'unknown']),
    status: z.enum(doorStatuses),
    forced: z.boolean(),
    openTooLong: z.boolean(),
  }),
  z.object({
    kind: z.literal('reader'),
    id,
    online: z.boolean(),
    /** Null for a reader that knows no secure channel. */
    secure: z.boolean().nullable(),
    tamper: z.boolean(),
    led: z.enum(['red', 'green', 'amber', 'blue', 'off']),
    flashing: z.boolean(),
  }),
  z.object({
    kind: z.literal('input'),
    id: z.string(),
    /** Debounced; null before the first reading. */
    level: z.enum(['open', 'closed', 'cut', 'short']).nullable(),
    active: z.boolean(),
    fault: z.enum(['cut', 'short']).nullable(),
  }),
  z.object({ kind: z.literal('output'), id: z.string(), active: z.boolean() }),
  /** A zone with a door at this controller, as it is known there: how many are in it, never who. */
  z.object({
    kind: z.literal('zone'),
    id,
    present: z.number().int().min(0),
    /** Its occupancy limit, and whether that is reached. */
    limit: z.number().int().nullable(),
    full: z.boolean(),
    /** A lost link keeps controllers from knowing who is in it. */
    antiPassbackSuspended: z.boolean(),
  }),
  /** The controller or a module that hangs on it. */
  z.object({
    kind: z.literal('controller'),
    id,
    tamper: z.boolean(),
    mains: z.boolean(),
    battery: z.enum(['normal', 'low']),
    clockTrusted: z.boolean(),
    storeOk: z.boolean(),
  }),
])
export type ElementState = z.output<typeof elementState>
