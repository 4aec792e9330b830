import type { SharedPresence, SharedUse } from '../../controller/core/input.ts'

/** A piece of what is shared, and the version to go on from. */
export interface SharedPage {
  readonly version: number
  readonly last: boolean
  readonly presence: readonly SharedPresence[]
  readonly uses: readonly SharedUse[]
}

/**
 * What controllers have told about holders' places and credentials' uses, for the others. Nothing of it is kept over a restart: then the epoch is
 * another one, and every controller tells all it knows again. Telling something twice, or late, changes nothing.
 */
export interface Ledger {
  readonly version: number
  merge(presence: readonly SharedPresence[], uses: readonly SharedUse[]): void
  since(version: number, limit: number): SharedPage
}

interface Entry {
  version: number
  readonly presence?: SharedPresence
  /** The first use and the latest one of a credential at one controller. */
  readonly uses?: readonly [first: SharedUse, latest: SharedUse]
}

export function createLedger(): Ledger {
  const entries = new Map<string, Entry>()
  /** Keys in the order of their versions, those told anew further on again. */
  let order: { readonly version: number; readonly key: string }[] = []
  let version = 0

  function put(key: string, entry: Omit<Entry, 'version'>): void {
    version++
    entries.set(key, { ...entry, version })
    order.push({ version, key })
    if (order.length > 2 * entries.size + 1000) order = order.filter(each => entries.get(each.key)?.version === each.version)
  }

  function mergeUse(use: SharedUse): void {
    const { source, times } = partsOf(use.id)
    const key = `use ${use.credential}/${source}`
    const known = entries.get(key)?.uses
    if (known === undefined) {
      put(key, { uses: [use, use] })
      return
    }
    const first = use.at < known[0].at ? { ...use, id: known[0].id } : known[0]
    const latest = times > partsOf(known[1].id).times || use.at > known[1].at ? later(known[1], use) : known[1]
    if (first !== known[0] || latest !== known[1]) put(key, { uses: [first, latest] })
  }

  /** The index of the first place after a version. */
  function after(asked: number): number {
    let [low, high] = [0, order.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (order[middle]!.version <= asked) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    get version() {
      return version
    },
    merge(presence, uses) {
      for (const each of presence) {
        const key = `presence ${each.zone}/${each.cardholder}`
        const known = entries.get(key)?.presence
        if (known === undefined || known.at < each.at) put(key, { presence: each })
      }
      for (const use of uses) mergeUse(use)
    },
    since(asked, limit) {
      const presence: SharedPresence[] = []
      const uses: SharedUse[] = []
      let reached = asked
      for (let i = after(asked); i < order.length && presence.length + uses.length < limit; i++) {
        const place = order[i]!
        reached = place.version
        const entry = entries.get(place.key)
        if (entry?.version !== place.version) continue
        if (entry.presence) presence.push(entry.presence)
        if (entry.uses) uses.push(...(entry.uses[0] === entry.uses[1] ? [entry.uses[0]] : entry.uses))
      }
      return { version: reached, last: reached === version || after(reached) === order.length, presence, uses }
    },
  }
}

/** The id of a use is `CREDENTIAL/CONTROLLER/N`, the controller's Nth. */
function partsOf(id: string): { readonly source: string; readonly times: number } {
  const [, source = id, times = '1'] = /^[^/]*\/(.+)\/(\d{1,15})$/.exec(id) ?? []
  return { source, times: Number(times) }
}

function later(known: SharedUse, use: SharedUse): SharedUse {
  const id = partsOf(use.id).times > partsOf(known.id).times ? use.id : known.id
  return { id, credential: use.credential, at: Math.max(known.at, use.at) }
}
