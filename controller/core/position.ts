import type { Supervision } from '../../shared/site.ts'
import type { Draft } from './draft.ts'
import type { Reading } from './input.ts'
import type { DoorPlan } from './model.ts'
import type { Level, Position } from './state.ts'

/** Up to this many ohms an unsupervised loop counts as closed. */
const closedOhms = 10_000

/** What a reading means (domain.md §4 "Inputs"; rules J3, J4). A bare contact, and an unsupervised loop, know only open and closed. */
export function levelOf(reading: Reading, supervision: Supervision | null): Level {
  if (typeof reading === 'string') return reading
  const { ohms } = reading
  if (supervision === null) return ohms <= closedOhms ? 'closed' : 'open'
  const r = supervision.connection === 'serial-first' ? supervision.ohms : 0
  const [short, closed, open] = supervision.connection === 'serial-first' ? [0.71 * r, 1.41 * r, 2.83 * r] : [1600, 9200, 52_000]
  if (ohms < short!) return 'short'
  if (ohms < closed!) return 'closed'
  return ohms < open! ? 'open' : 'cut'
}

/** What a circuit's state means at a door monitor: a faulty one tells nothing (rules F2, F3). */
export function positionOfLevel(level: Level | undefined, openIf: 'circuit-open' | 'circuit-closed'): Position {
  if (level !== 'open' && level !== 'closed') return 'unknown'
  return level === (openIf === 'circuit-open' ? 'open' : 'closed') ? 'open' : 'closed'
}

/** The position a door's monitor shows now. */
export function positionFrom(draft: Draft, { monitor }: DoorPlan): Position {
  return monitor === null ? 'unknown' : positionOfLevel(draft.get('input', monitor.key)?.level, monitor.openIf)
}
