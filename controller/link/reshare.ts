import type { SharedPresence, SharedUse } from '../core/input.ts'
import type { Model } from '../core/model.ts'
import type { State } from '../core/state.ts'
import type { Share } from '../store/contract.ts'

/** Everything this controller knows of what controllers share, its own and what it heard from others, in pieces of a size. */
export function* everythingShared({ zones }: Model, { rows }: State, size: number): Generator<Share> {
  let presence: SharedPresence[] = []
  let uses: SharedUse[] = []
  const take = (): Share => {
    const share = { presence, uses }
    presence = []
    uses = []
    return share
  }
  for (const [key, { present, at }] of [...rows.presence]) {
    const slash = key.indexOf('/')
    const zone = key.slice(0, slash)
    if ((zones.get(zone)?.controllers.length ?? 0) < 2) continue
    presence.push({ zone, cardholder: key.slice(slash + 1), present, at })
    if (presence.length >= size) yield take()
  }
  for (const [credential, { first, last, counts }] of [...rows.use]) {
    for (const [source, times] of Object.entries(counts)) {
      uses.push({ id: `${credential}/${source}/1`, credential, at: first })
      uses.push({ id: `${credential}/${source}/${times}`, credential, at: last })
    }
    if (uses.length >= size) yield take()
  }
  if (presence.length + uses.length > 0) yield take()
}
