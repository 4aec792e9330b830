import type { Directory } from '../controller/core/directory.ts'
import { explain, type Inquiry } from '../controller/core/explain.ts'
import type { Model } from '../controller/core/model.ts'
import type { State } from '../controller/core/state.ts'
import type { Ask } from '../controller/link/link.ts'

/** What a running controller can look at to answer. */
export interface Seen {
  view(): { readonly model: Model; readonly state: State } | undefined
  readonly directory: Directory
}

/** What every controller can be asked, whatever its hardware. */
export function commonAsks(seen: () => Seen | undefined): Readonly<Record<string, Ask>> {
  return {
    /** Would it open, as things stand here: the decision with its trace, without effect. */
    explain(body, answer) {
      const now = seen()
      const view = now?.view()
      answer(now && view ? (explain({ ...view, directory: now.directory }, body as Inquiry) ?? null) : null, true)
    },
  }
}
