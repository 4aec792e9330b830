import type { AttemptRow } from './decision-state.ts'
import type { Draft } from './draft.ts'
import type { AccessPoint } from './model.ts'

type Last = AttemptRow['last']

/**
 * Whether a grant to one holder is the second of a double-swipe (domain.md §3, rules E5, E7, E8): the same credentials at the same access point,
 * with no more than the door's time-out since the first.
 */
export function isSecondSwipe(draft: Draft, point: AccessPoint, cardholder: string, credentials: readonly string[], last: Last): boolean {
  const timeout = draft.model.doors.get(point.door)?.door?.doubleSwipe?.timeout
  if (timeout === undefined || last === null || last.cardholder !== cardholder) return false
  if (!draft.directory.cardholder(cardholder)?.allowDoubleSwipe) return false
  return same(last.credentials, credentials) && draft.now.mono - last.at <= timeout * 1000
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every(each => b.includes(each))
}
