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
  /** Of a credential at one controller. */
  readonly use?: {
    readonly credential: string
    readonly source: string
    readonly first: number
    readonly last: number
    readonly times: number
  }
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

  function mergeUse({ id, credential, at }: SharedUse): void {
    // `CREDENTIAL/CONTROLLER/N`, the controller's Nth.
    const [, source = id, number = '1'] = /^[^/]*\/(.+)\/(\d{1,15})$/.exec(id) ?? []
    const key = `use ${credential}/${source}`
    const { first = at, last = at, times = 0 } = entries.get(key)?.use ?? {}
    const use = { credential, source, first: Math.min(first, at), last: Math.max(last, at), times: Math.max(times, Number(number)) }
    if (use.first !== first || use.last !== last || use.times !== times) put(key, { use })
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
        if (entry.use) uses.push(...told(entry.use))
      }
      return { version: reached, last: reached === version || after(reached) === order.length, presence, uses }
    },
  }
}

/** The first use and the latest one, which say all there is to know. */
function told({ credential, source, first, last, times }: NonNullable<Entry['use']>): SharedUse[] {
  const nth = (n: number, at: number) => ({ id: `${credential}/${source}/${n}`, credential, at })
  return times === 1 && first === last ? [nth(1, first)] : [nth(1, first), nth(times, last)]
}
