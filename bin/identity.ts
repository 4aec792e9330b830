import { type Identity, openIdentity } from '../plugin/api/identity.ts'
import { systemClock } from '../plugin/clock.ts'
import type { Store } from '../plugin/store/open.ts'
import { Stop } from './data-directory.ts'

/** @throws Stop where a user or a token cannot be called this */
export function checkName(command: string, name: string): void {
  if (name.length > 200 || !/^[^?\\/[\]\p{Cc}]+$/u.test(name))
    throw new Stop(`${command}: a name has 1 to 200 characters, without ? \\ / [ ]`)
}

/**
 * Users, tokens and roles of a data directory.
 * @throws Stop where the role is none of its
 */
export function identityWith(command: string, store: Store, role: string): Identity {
  const identity = openIdentity(store, { now: systemClock.wall, doorsOf: () => [] })
  if (identity.role(role)) return identity
  const ids = identity.roles().map(each => each.role.id)
  throw new Stop(`${command}: there is no role "${role}"; there is ${ids.join(', ')}`)
}
