import type { Directory } from '../controller/core/directory.ts'
import { explain, type Inquiry } from '../controller/core/explain.ts'
import type { Model } from '../controller/core/model.ts'
import type { State } from '../controller/core/state.ts'
import type { OsdpField, OsdpWatch } from '../controller/field/osdp.ts'
import type { WiegandField } from '../controller/field/wiegand.ts'
import type { Ask } from '../controller/link/link.ts'
import type { Store } from '../controller/store/contract.ts'
import { pcapngHeader, pcapngRecord, writeOsdpcap } from '../osdp/index.ts'
import { pairingKey } from '../shared/link.ts'

/** A file goes to the plugin in parts of so many bytes. */
const partBytes = 49_152

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
      /** The recent bytes of a reader's line as a capture file, in parts. */
      capture(body, answer) {
        const { reader, format } = body as { reader: string; format: 'osdpcap' | 'pcapng' }
        const records = field()?.captureOf(reader)
        if (!records) return answer(null, true)
        const file =
          format === 'pcapng'
            ? Buffer.concat([pcapngHeader(), ...records.map(pcapngRecord)])
            : Buffer.from(records.map(record => `${writeOsdpcap(record, 'portunus')}\n`).join(''))
        const parts = Math.max(1, Math.ceil(file.length / partBytes))
        for (let part = 0; part < parts; part++) {
          const data = file.subarray(part * partBytes, (part + 1) * partBytes).toString('base64')
          answer({ part, parts, records: records.length, data }, part === parts - 1)
        }
      },
      /** Who is on a reader's line; every find is an answer. */
      scan(body, answer) {
        const { reader, all, interrupt } = body as { reader: string; all: boolean; interrupt: boolean }
        const osdp = field()
        if (!osdp) answer({ stage: 'refused', reason: 'line-not-in-use', readers: [] }, true)
        else osdp.scan(reader, { all, interrupt }, news => answer(news, ['refused', 'done', 'failed'].includes(news.stage)))
      },
      'scan-stop'(body, answer) {
        field()?.stopScan((body as { reader: string }).reader)
        answer({}, true)
      },
      /**
       * Whether a pairing whose end was not heard has put its key in force; nothing is said while nobody knows, and the key is tried meanwhile. `last`: the key is
       * not waited for where the reader that answers now does not have it.
       */
      paired(body, answer) {
        const { reader, sealed, last } = body as { reader: string; sealed: string; last?: true }
        const key = open(sealed)[keyName(reader)]
        const found = field()?.acuOf(reader)
        const state = found?.acu.pds().find(pd => pd.address === found.address)
        if (pairing.has(reader)) answer({}, true)
        else if (!key || store.keys.get(keyName(reader))?.equals(key)) answer({ taken: key !== undefined }, true)
        // A session stands under the key that is held, so that is the reader's.
        else if (state?.secure) answer({ taken: false }, true)
        else if (!store.keys.get(pairingKey(keyName(reader)))?.equals(key)) {
          store.keys.set(pairingKey(keyName(reader)), key)
          field()?.renew()
          answer({}, true)
        } else answer(last && state?.online && state.pendingKey !== 'untried' ? { taken: false } : {}, true)
      },
      /** Gives a reader a new key; every stage is an answer. The last one says whether nobody knows which key the reader has. */
      pair(body, answer) {
        const { reader, via, sealed } = body as { reader: string; via: 'install' | 'session'; sealed: string }
        const found = field()?.acuOf(reader)
        const key = open(sealed)[keyName(reader)]
        if (!found || !key || pairing.has(reader)) {
          answer({ stage: 'failed', reason: found && key ? 'pairing-already' : 'no-such-reader' }, true)
          return
        }
        let begun = false
        const begin = () => {
          if (!begun) answer({ stage: 'begun', reason: null }, false)
          begun = true
        }
        pairing.set(reader, {
          key,
          answer(body, last) {
            begin()
            answer(body, last)
          },
        })
        const refused = found.acu.pair(found.address, { key, via })
        if (refused === null) return begin()
        pairing.delete(reader)
        answer({ stage: 'failed', reason: refused }, true)
      },
    },
    watch(reader, event) {
      if (reader === null || (event.kind !== 'pairing' && event.kind !== 'pending-key')) return
      const held = keyName(reader)
      const pending = pairingKey(held)
      if (event.kind === 'pending-key') {
        const key = store.keys.get(pending)
        if (event.state === 'adopted' && key) store.keys.set(held, key)
        if (event.state !== 'kept') store.keys.remove(pending)
        return
      }
      const under = pairing.get(reader)
      if (!under) return
      const last = event.stage === 'done' || event.stage === 'failed'
      if (last) pairing.delete(reader)
      // Before it goes out: whoever dies now finds it again.
      if (event.stage === 'key-sent') store.keys.set(pending, under.key)
      if (event.stage === 'done') {
        store.keys.set(held, under.key)
        store.keys.remove(pending)
      }
      const undecided = event.stage === 'failed' && store.keys.get(pending)?.equals(under.key) === true
      under.answer({ stage: event.stage, reason: event.reason, ...(undecided ? { undecided } : {}) }, last)
    },
  }
}

/** What the Wiegand readers of a controller can be asked. */
export function wiegandAsks(field: () => WiegandField | undefined): Readonly<Record<string, Ask>> {
  return {
    /** The last frames of a reader, as pulses. */
    pulses(body, answer) {
      answer(field()?.pulsesOf((body as { reader: string }).reader) ?? null, true)
    },
  }
}
