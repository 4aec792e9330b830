/*
 * Rows of the decision half. To be durable a row must be written in wall-clock instants: monotonic ones mean nothing after a restart.
 */

export interface DecisionRows {
  /** By ZONE/HOLDER: where somebody is, as of an instant (Unix ms). */
  readonly presence: { readonly present: boolean; readonly at: number }
  /** By credential: uses so far (domain.md §3.4). */
  readonly use: { readonly first: number; readonly last: number; readonly times: number }
  /** By reader: no PIN is taken until `dueWall`. */
  readonly 'pin-block': { readonly dueWall: number }
  /** By access point: what has been presented and is waited for. */
  readonly attempt: { readonly due: number }
}

export const decisionRows = {
  presence: 'durable',
  use: 'durable',
  'pin-block': 'durable',
  attempt: 'volatile',
} as const satisfies Record<keyof DecisionRows, 'durable' | 'volatile'>
