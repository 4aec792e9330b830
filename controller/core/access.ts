import type { Draft } from './draft.ts'
import type { AccessPoint } from './model.ts'
import { type Finding, fails, passes } from './trace.ts'

/**
 * Check 5 (domain.md §3, rules P24, P25): some rule joins the holder, or a group of theirs, with this passage, and one of its schedules is active.
 * Incomplete rules and passages between zones are sorted out in the model.
 */
export function checkAccess(draft: Draft, point: AccessPoint, cardholder: string): Finding {
  let groups: readonly string[] | undefined
  const rules: string[] = []
  const active: string[] = []
  for (const rule of point.rules) {
    let joins = rule.cardholders.has(cardholder)
    if (!joins && rule.groups.length > 0) {
      groups ??= draft.directory.groupsOf(cardholder)
      joins = groups.length > 0 && rule.groups.some(group => groups!.includes(group))
    }
    if (!joins) continue
    rules.push(rule.id)
    if (rule.schedules.some(schedule => draft.right(schedule))) active.push(rule.id)
  }
  if (rules.length === 0) return fails('no-access-rule', { rules })
  return active.length === 0 ? fails('outside-schedule', { rules, active }) : passes({ rules, active })
}
