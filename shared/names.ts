import type { Site } from './site.ts'

/** The profiles every site has (rule M4). */
export const predefinedProfiles = ['card', 'card-and-pin', 'pin', 'card-or-pin', 'licence-plate'] as const

export function idsOf(list: readonly { readonly id: string }[]): Set<string> {
  return new Set(list.map(each => each.id))
}

export function scheduleNames(site: Pick<Site, 'schedules'>): Set<string> {
  return new Set(['always', ...idsOf(site.schedules)])
}
