import { z } from 'zod'
import { instant } from './scalar.ts'

/** The five manual actions (rules K1 to K5). */
export const actions = ['grant', 'unlock', 'lock', 'lockdown', 'reset'] as const
export type Action = (typeof actions)[number]

/** What an operator or a VMS asks of doors. A controller refuses one that is stale or from before its boot. */
export const command = z.strictObject({
  id: z.string(),
  action: z.enum(actions),
  target: z.strictObject({ kind: z.enum(['door', 'access-point', 'zone', 'controller', 'system']), id: z.string() }),
  /** How long a grant unlocks; 7 where left out (rule K2). */
  seconds: z.number().min(0.1).max(86_400).optional(),
  operator: z.string().optional(),
  onBehalfOf: z.string().optional(),
  issuedAt: instant,
  validForMs: z.number().int().min(1),
})
export type Command = z.output<typeof command>

/** Why a door did not do as asked. */
export const refusals = {
  lockdown: 'The door is in lockdown; Reset or Unlock it first.',
  'monitoring-door': 'The door has no lock.',
  interlock: 'Another door of the interlock is open or unlocked; close and lock it first.',
  stale: 'The command came too late to be carried out; send it again.',
  unreachable: 'The controller does not answer; check its power and network.',
  'unknown-element': 'There is no such door, zone or controller.',
} as const
export type Refusal = keyof typeof refusals

export const commandResult = z.strictObject({
  door: z.string(),
  outcome: z.enum(['done', 'refused', 'unreachable']),
  reason: z.enum(Object.keys(refusals) as [Refusal, ...Refusal[]]).optional(),
})
export type CommandResult = z.output<typeof commandResult>
