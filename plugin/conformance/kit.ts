import { acting } from './acting.ts'
import { type Check, judge, skipped, type Verdict } from './check.ts'
import { editing } from './editing.ts'
import { following } from './following.ts'
import { reading } from './reading.ts'
import { openVms, type Vms, type VmsOptions } from './vms.ts'
import { waiting } from './waiting.ts'

export interface Result extends Verdict {
  readonly check: string
  readonly did: string
  readonly contract: string
  readonly ms: number
}

export interface Report {
  readonly system: string
  readonly results: readonly Result[]
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** What was wanted and did not begin, because the kit was stopped. */
  readonly notRun: number
  /** Passed of those that ran, in percent. */
  readonly score: number
  /** What the kit leaves behind. */
  readonly touched: readonly string[]
}

export interface KitOptions extends VmsOptions {
  /** Only these checks, by id. */
  readonly only?: readonly string[] | undefined
  /** Ends it after the check that runs; what was touched is put back. */
  readonly signal?: AbortSignal | undefined
  onResult?(result: Result): void
}

/** Every check, in the order of the report. */
export const checks: readonly Check[] = [...reading, ...following, ...acting, ...editing, ...waiting]

/** How long one check may take, in ms. */
const patienceMs = 60_000

/**
 * Plays the VMS against a server and judges it by the contract.
 * @returns the report, or why no check could run: the server does not answer, or does not take the token
 */
export async function runConformance(options: KitOptions): Promise<{ ok: true; report: Report } | { ok: false; why: string }> {
  const opened = await openVms(options)
  if (!opened.ok) return opened
  const { vms } = opened
  const wanted = checks.filter(check => options.only?.includes(check.id) ?? true)
  const beside = wanted.filter(check => check.waits).map(check => ({ check, result: carryOut(check, vms, options) }))
  const results: Result[] = []
  for (const check of wanted) {
    if (options.signal?.aborted) break
    const result = await (beside.find(each => each.check === check)?.result ?? carryOut(check, vms, options))
    results.push(result)
    options.onResult?.(result)
  }
  await vms.close()
  const count = (outcome: Verdict['outcome']) => results.filter(result => result.outcome === outcome).length
  const [good, bad] = [count('passed'), count('failed')]
  const score = good + bad === 0 ? 0 : Math.round((100 * good) / (good + bad))
  return {
    ok: true,
    report: {
      system: vms.system.systemId,
      results,
      passed: good,
      failed: bad,
      skipped: count('skipped'),
      notRun: wanted.length - results.length,
      score,
      touched: vms.touched(),
    },
  }
}

async function carryOut(check: Check, vms: Vms, { allowChanges }: KitOptions): Promise<Result> {
  const { id, did, contract } = check
  const began = performance.now()
  const verdict = whyNot(check, vms, allowChanges) ?? (await attempt(check, vms))
  return { check: id, ...verdict, did, contract, ms: Math.round(performance.now() - began) }
}

function whyNot({ rights = [], changes = false, plays = false }: Check, vms: Vms, allowChanges: boolean): Verdict | undefined {
  const missing = rights.filter(right => !vms.rights.includes(right))
  if (missing.length > 0) return skipped(`the token lacks ${missing.join(', ')}`)
  if (changes && !allowChanges) return skipped('it changes the site or acts on a door: give --allow-changes')
  if (plays && vms.door === undefined) return skipped(vms.noDoor)
  if (plays && !vms.emulated) return skipped('it needs somebody at a reader or a door: run it against an emulated site')
  return undefined
}

async function attempt(check: Check, vms: Vms): Promise<Verdict> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<Verdict>(resolve => {
    timer = setTimeout(() => resolve(judge([`no end after ${patienceMs / 1000} s`], '')), patienceMs)
  })
  try {
    return await Promise.race([check.run(vms), late])
  } catch (error) {
    // What is answered may have any form: a check that stumbles over it has found a fault.
    return judge([`what was answered, or that nothing was, ended the check: ${(error as Error).message}`], '')
  } finally {
    clearTimeout(timer)
  }
}
