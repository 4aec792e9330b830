import type { Supervision } from '../../shared/site.ts'
import type { Reading } from '../core/input.ts'

/** What a terminal is wired to: a contact, or a fault somebody made. */
export type Wire = 'open' | 'closed' | 'cut' | 'short' | { readonly ohms: number }

/** The loop's resistance with the end-of-line resistors of domain.md §4 "Inputs" fitted (rules J3, J4). */
function loop(contact: 'open' | 'closed', supervision: Supervision): number {
  if (supervision.connection === 'serial-first') return contact === 'closed' ? supervision.ohms : 2 * supervision.ohms
  const [parallel, serial] = [22_000, 4_700]
  return contact === 'closed' ? (parallel * serial) / (parallel + serial) : parallel
}

/** What the controller's terminal sees of a wire. An unsupervised input tells only whether current flows: up to 10 kΩ it does. */
export function readWire(wire: Wire, supervision: Supervision | null): Reading {
  if (typeof wire === 'object') return supervision ? wire : wire.ohms <= 10_000 ? 'closed' : 'open'
  if (wire === 'cut') return supervision ? { ohms: Number.POSITIVE_INFINITY } : 'open'
  if (wire === 'short') return supervision ? { ohms: 0 } : 'closed'
  return supervision ? { ohms: loop(wire, supervision) } : wire
}
