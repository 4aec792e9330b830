import type { Item, PresentedType } from './decision-state.ts'
import type { Draft } from './draft.ts'
import type { AccessPoint, ProfileEntry } from './model.ts'

/** How long the rest of an identification is waited for, from its last item (domain.md §3.7), in ms. */
export const identificationWait = 10_000

/** Entries of the profile of this side that count now; those for a REX are not among them (domain.md §3.7, rule M1). */
export function activeEntries(draft: Draft, point: AccessPoint): readonly ProfileEntry[] {
  return point.profile.filter(entry => entry.schedules.some(schedule => draft.right(schedule)))
}

/** A PIN may name its holder: an active entry is the PIN alone. */
export function pinStandsAlone(entries: readonly ProfileEntry[]): boolean {
  return entries.some(entry => entry.types.every(type => type === 'pin'))
}

/** Whether what was presented is an active entry, a proper part of one (and what is missing), or leads nowhere. */
export function weigh(items: readonly Item[], entries: readonly ProfileEntry[]): 'whole' | 'nothing' | { readonly missing: PresentedType } {
  let missing: PresentedType | undefined
  for (const { types } of entries) {
    if (items.length === 0 || !items.every(item => types.includes(item.type))) continue
    const rest = types.find((type): type is PresentedType => type !== 'rex' && !items.some(item => item.type === type))
    if (rest === undefined) return 'whole'
    missing ??= rest
  }
  return missing === undefined ? 'nothing' : { missing }
}
