import type { Problem } from '../../shared/problem.ts'
import type { AccessRule, Cardholder, Site } from '../../shared/site.ts'
import { pinStandsAlone, validatePeople } from '../../shared/validate-people.ts'
import type { Change } from './book.ts'
import type { People } from './people.ts'
import { keysOf } from './people.ts'

/**
 * Judges a cardholder beside those they could clash with: whoever has one of their keys, and their host. The words are those of a site file,
 * the paths those of the cardholder.
 */
export function checkCardholder(site: Site, people: People, holder: Cardholder): readonly Problem[] {
  const near = new Set(
    keysOf(holder)
      .filter(({ kind }) => kind !== 'host')
      .flatMap(({ kind, key }) => people.found(kind, key).map(found => found.cardholder)),
  )
  // A PIN and a duress PIN clash with each other, too.
  for (const { kind, key } of keysOf(holder)) {
    if (kind === 'pin' || kind === 'duress')
      for (const found of people.found(kind === 'pin' ? 'duress' : 'pin', key)) near.add(found.cardholder)
  }
  if (holder.visit) near.add(holder.visit.host)
  near.delete(holder.id)
  const others = [...near].flatMap(id => people.get(id)?.holder ?? [])
  const own = `cardholders[${others.length}]`
  return validatePeople({ ...site, cardholders: [...others, holder], groups: [], accessRules: [] })
    .filter(problem => problem.path === own || problem.path.startsWith(`${own}.`))
    .map(problem => ({ ...problem, path: problem.path.slice(own.length + 1) }))
}

/** Judges what has changed about people against the rest, as rows: the whole of them is never read. */
export function checkPeople(site: Site, people: People, made: readonly Change[]): readonly Problem[] {
  const problems: Problem[] = []
  const error = (reason: string, path: string, message: string) => problems.push({ severity: 'error', reason, path, message })
  const several = made.filter(c => c.kind === 'cardholders' && c.after !== null).length > 1
  for (const { kind, id, after } of made) {
    if (after === null) continue
    if (kind === 'cardholders') {
      const found = checkCardholder(site, people, after as Cardholder)
      problems.push(...(several ? found.map(problem => ({ ...problem, path: `cardholders.${id}.${problem.path}` })) : found))
    }
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
  if (made.some(c => c.kind === 'identificationProfiles' || c.kind === 'doors') && pinStandsAlone(site)) {
    for (const who of people.sharedPins()) {
      const message = `the same PIN belongs to ${who.join(' and ')}, and a profile in use would let a PIN stand alone; give one of them another first`
      error('duplicate-pin', 'identificationProfile', message)
    }
  }
  return problems
}
