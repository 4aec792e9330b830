import type { DoorMode } from '../../shared/event.ts'
import type { Side } from '../../shared/site.ts'
import type { Draft } from './draft.ts'
import type { Position } from './state.ts'

/** Whom a passage is granted to: both of a two-person grant, the second last. */
export interface Granted {
  readonly side: Side
  readonly cardholders: readonly string[]
  readonly credentials: readonly string[]
  /** Somebody of them has the long times. */
  readonly long: boolean
}

/** Starts a passage. `access.granted` is emitted by the caller, before this. */
export declare function grant(draft: Draft, door: string, granted: Granted): void

/**
 * A double-swipe: turns the override on, or ends the one that is on. False, and nothing done, while a manual mode or an emergency is on: the
 * caller then grants an ordinary passage.
 */
export declare function toggleOverride(draft: Draft, door: string): boolean

export declare function modeOf(draft: Draft, door: string): DoorMode

/** Whether the resting state is unlocked. */
export declare function restsUnlocked(draft: Draft, door: string): boolean

/** Whether every other door of the interlock group is closed and locked. */
export declare function interlockClear(draft: Draft, door: string): boolean

export declare function positionOf(draft: Draft, door: string): Position
