import type { Directory } from '../controller/core/directory.ts'
import { explain, type Inquiry } from '../controller/core/explain.ts'
import type { Model } from '../controller/core/model.ts'
import type { State } from '../controller/core/state.ts'
import type { OsdpField, OsdpWatch } from '../controller/field/osdp.ts'
import type { Ask } from '../controller/link/link.ts'
import type { Store } from '../controller/store/contract.ts'

/** What a running controller can look at to answer. */
export interface Seen {
  view(): { readonly model: Model; readonly state: State } | undefined
  readonly directory: Directory
}

/** What every controller can be asked, whatever its hardware. */
export function commonAsks(seen: () => Seen | undefined, store: Store): Readonly<Record<string, Ask>> {
  return {
    /** Would it open, as things stand here: the decision with its trace, without effect. */
    explain(body, answer) {
      const now = seen()
      const view = now?.view()
      answer(now && view ? (explain({ ...view, directory: now.directory }, body as Inquiry) ?? null) : null, true)
    },
    /** Whether the chain of the controller's own log holds. */
    'check-log': (_, answer) => store.checkOnTheSide(found => answer(found, true)),
  }
}

/** What the OSDP lines of a controller can be asked, and the ear that pairing needs. */
export function osdpAsks(options: {
  readonly field: () => OsdpField | undefined
  readonly store: Store
  /** Opens what the plugin sealed for this controller. */
  readonly open: (sealed: string) => Readonly<Record<string, Uint8Array>>
  readonly keyName: (reader: string) => string
}): { readonly asks: Readonly<Record<string, Ask>>; readonly watch: OsdpWatch } {
  const { field, store, open, keyName } = options
  const pairing = new Map<string, { readonly key: Uint8Array; readonly answer: (body: unknown, last: boolean) => void }>()
  return {
    asks: {
      /** How a reader's line does. */
      line(body, answer) {
        const found = field()?.acuOf((body as { reader: string }).reader)
        const state = found?.acu.pds().find(pd => pd.address === found.address)
        answer(state ? { ...state, statistics: { ...state.statistics, naks: { ...state.statistics.naks } } } : null, true)
      },
      /** Gives a reader a new key; every stage is an answer. */
      pair(body, answer) {
        const { reader, via, sealed } = body as { reader: string; via: 'install' | 'session'; sealed: string }
        const found = field()?.acuOf(reader)
        const key = open(sealed)[keyName(reader)]
        const refused = found && key ? found.acu.pair(found.address, { key, via }) : 'no-such-reader'
        if (refused !== null || !key) answer({ stage: 'failed', reason: refused }, true)
        else {
          pairing.set(reader, { key, answer })
          answer({ stage: 'begun', reason: null }, false)
        }
      },
    },
    watch(reader, event) {
      if (reader === null || event.kind !== 'pairing') return
      const under = pairing.get(reader)
      if (!under) return
      const last = event.stage === 'done' || event.stage === 'failed'
      if (last) pairing.delete(reader)
      if (event.stage === 'done') store.keys.set(keyName(reader), under.key)
      under.answer({ stage: event.stage, reason: event.reason }, last)
    },
  }
}
