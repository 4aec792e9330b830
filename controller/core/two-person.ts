import type { Wait } from './decision-state.ts'
import type { Draft } from './draft.ts'
import type { AccessPoint } from './model.ts'
import { type Finding, fails, passes } from './trace.ts'

/** How long a first holder waits, in ms, where the two-person rule is on for this side now (domain.md §3.9, rules E1 to E4); null where it is not. */
export function twoPersonWait(draft: Draft, point: AccessPoint): number | null {
  const rule = draft.model.doors.get(point.door)?.door?.twoPersonRule
  if (!rule?.sides.includes(point.side) || !rule.schedules.some(schedule => draft.restriction(schedule))) return null
  return Math.round(rule.timeout * 1000)
}

/** Check 9: `second` where this holder completes the pair of the one who waits. */
export function checkTwoPerson(
  draft: Draft,
  point: AccessPoint,
  cardholder: string,
  first: Wait | null,
): Finding & { readonly step: 'alone' | 'first' | 'second' } {
  const timeoutMs = twoPersonWait(draft, point)
  if (timeoutMs === null) return { ...passes({ on: false }), step: 'alone' }
  const found = { on: true, first: first?.cardholder ?? null }
  if (first === null) return { ...passes(found), step: 'first' }
  if (first.cardholder === cardholder) return { ...fails('two-person-same-cardholder', found), step: 'second' }
  return { ...passes(found), step: 'second' }
}
