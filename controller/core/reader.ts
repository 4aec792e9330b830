import type { Draft } from './draft.ts'

/** What a reader shows a person for a moment. */
export type Indication = 'granted' | 'refused' | 'waiting' | 'resting'

/**
 * Shows at a reader: `granted` green and one beep, until the door relocks; `refused` red and three beeps for two seconds; `waiting` amber until
 * something else is shown; `resting` ends both of the latter. `then: 'waiting'` after `refused` goes back to amber: the wait goes on.
 */
export declare function indicate(draft: Draft, reader: string, what: Indication, then?: 'waiting'): void
