import type { Vms } from './vms.ts'

/** What a check found. */
export interface Verdict {
  readonly outcome: 'passed' | 'failed' | 'skipped'
  /** What was seen; of a skipped check, why and what would let it run. */
  readonly saw: string
}

export const passed = (saw: string): Verdict => ({ outcome: 'passed', saw })
export const skipped = (why: string): Verdict => ({ outcome: 'skipped', saw: why })
export const switchedOff = (eventType: string): string => `events of type ${eventType} are switched off`
/** Failed with the first few faults, or passed where there are none. */
export function judge(faults: readonly string[], otherwise: string): Verdict {
  if (faults.length === 0) return passed(otherwise)
  const more = faults.length > 4 ? `; and ${faults.length - 4} more` : ''
  return { outcome: 'failed', saw: faults.slice(0, 4).join('; ') + more }
}

/** One property of the contract. */
export interface Check {
  readonly id: string
  /** What the kit does, in one sentence. */
  readonly did: string
  /** What the contract says. */
  readonly contract: string
  /** Rights that the token needs for it. */
  readonly rights?: readonly string[]
  /** Whether it changes the site or acts on a door: only with consent. */
  readonly changes?: boolean
  /** Whether it also needs hardware that can be played. */
  readonly plays?: boolean
  /** Whether it mostly waits: it runs beside the others. */
  readonly waits?: boolean
  run(vms: Vms): Promise<Verdict>
}
