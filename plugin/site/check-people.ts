import type { Problem } from '../../shared/problem.ts'
import type { AccessRule, Cardholder } from '../../shared/site.ts'
import type { Change } from './book.ts'
import type { Configuration } from './kinds.ts'
import type { People } from './people.ts'

/** Judges changed people against the rest, as rows: the whole of them is never read. */
export function checkPeople({ site }: Configuration, people: People, made: readonly Change[]): readonly Problem[] {
  const problems: Problem[] = []
  const error = (reason: string, path: string, message: string) => problems.push({ severity: 'error', reason, path, message })
  for (const { kind, id, after } of made) {
    if (after === null) continue
    if (kind === 'cardholders') checkCardholder(after as Cardholder)
    if (kind === 'memberships') {
      const [group = '', cardholder = ''] = id.split(' ')
      if (!people.get(cardholder)) error('unknown-reference', 'members', `there is no cardholder "${cardholder}"`)
      if (!site.groups.some(g => g.id === group)) error('unknown-reference', 'groups', `there is no group "${group}"`)
    }
    if (kind === 'accessRules') {
      for (const [index, cardholder] of (after as AccessRule).cardholders.entries()) {
        if (!people.get(cardholder)) error('unknown-reference', `cardholders[${index}]`, `there is no cardholder "${cardholder}"`)
      }
    }
  }
  if (made.some(c => c.kind === 'cardholders' || c.kind === 'identificationProfiles' || c.kind === 'doors') && pinStandsAlone(site)) {
    for (const who of people.sharedPins()) {
      error(
        'duplicate-pin',
        'credentials',
        `the same PIN belongs to ${who.join(' and ')}, and a profile in use lets a PIN stand alone; give one of them another`,
      )
    }
  }
  return problems

  function checkCardholder(holder: Cardholder) {
    const taken = (kind: 'printed' | 'id', key: string) => people.found(kind, key).find(found => found.cardholder !== holder.id)?.cardholder
    const printed = holder.cardholderId ?? holder.id
    const other = taken('printed', printed)
    if (other) error('duplicate-cardholder-id', 'cardholderId', `cardholder "${other}" has the number "${printed}" already`)
    const seen = new Set<string>()
    for (const [index, { id }] of holder.credentials.entries()) {
      const owner = seen.has(id) ? holder.id : taken('id', id)
      seen.add(id)
      if (owner) error('duplicate-id', `credentials[${index}].id`, `cardholder "${owner}" has a credential "${id}" already`)
    }
    for (const field of Object.keys(holder.custom)) {
      if (!site.settings.customFields.includes(field)) {
        const known = site.settings.customFields.length > 0 ? `the site has ${site.settings.customFields.join(', ')}` : 'the site has none'
        error('unknown-custom-field', `custom.${field}`, `there is no custom field "${field}"; ${known}`)
      }
    }
    const host = holder.visit?.host
    if (host !== undefined && !people.get(host)) error('unknown-reference', 'visit.host', `there is no cardholder "${host}"`)
  }
}

/** Whether some door's profile takes a PIN without anything else. */
function pinStandsAlone(site: Configuration['site']): boolean {
  const alone = new Set(['pin', 'card-or-pin'].filter(id => !site.identificationProfiles.some(p => p.id === id)))
  for (const p of site.identificationProfiles) {
    if ([...p.a, ...p.b].some(entry => entry.types.length === 1 && entry.types[0] === 'pin')) alone.add(p.id)
  }
  return site.doors.some(d => d.type === 'door' && alone.has(d.identificationProfile))
}
