import { type Check, type CheckName, checks, type Trace } from '../../shared/event.ts'
import type { Reason } from '../../shared/reason.ts'

/** What one check looked at and found, and the reason it fails with. */
export interface Finding {
  readonly reason: Reason | null
  readonly found: Readonly<Record<string, unknown>>
}

export function passes(found: Finding['found'] = {}): Finding {
  return { reason: null, found }
}

export function fails(reason: Reason, found: Finding['found'] = {}): Finding {
  return { reason, found }
}

const unreached: readonly Check[] = checks.map(check => Object.freeze({ check, outcome: 'not-reached' as const, found: Object.freeze({}) }))

/** Checks made so far, in their order, with the rest of them as not reached. */
export function completed(made: readonly Check[]): Trace {
  return [...made, ...unreached.slice(made.length)]
}

/** The trace of a decision whose wait ended: the check that waited, or an earlier one that now ends it, fails. */
export function failedAt(trace: Trace, check: CheckName, found: Finding['found']): Trace {
  const at = checks.indexOf(check)
  return trace.map((line, i) =>
    i < at ? line : i === at ? { check, outcome: 'failed' as const, found: { ...line.found, ...found } } : unreached[i]!,
  )
}
