import { and, eq, lt } from 'drizzle-orm'
import { outcomes } from '../store/schema.ts'
import type { Outcome } from '../vms/commands.ts'
import type { Context } from './context.ts'
import { HttpProblem } from './problem.ts'
import type { Principal } from './rights.ts'

const keepMs = 24 * 3_600_000
/** Outcomes that wait in memory for a disk; beyond, the oldest are forgotten. */
const mostUnstored = 10_000

interface Sent {
  readonly status: number
  readonly body: Outcome
}

/** Carries a command out once for each key and asker; who comes again within a day gets the first outcome, even while it is under way. */
export function keepOutcome({ plugin }: Pick<Context, 'plugin'>) {
  const { db } = plugin.store
  const underWay = new Map<string, { request: string; sent: Promise<Sent> }>()
  let unstored = 0

  return async (key: string | undefined, by: Principal, body: unknown, work: () => Promise<Sent>): Promise<Sent> => {
    if (key === undefined) return work()
    const principal = `${by.kind}:${by.id}`
    const request = JSON.stringify(body)
    const differs = () => new HttpProblem('key-reused', 'This Idempotency-Key was sent with another command; use a new one.')
    const name = JSON.stringify([principal, key])
    const running = underWay.get(name)
    if (running) {
      if (running.request !== request) throw differs()
      return running.sent
    }
    plugin.tried(() =>
      db
        .delete(outcomes)
        .where(lt(outcomes.at, plugin.now() - keepMs))
        .run(),
    )
    const kept = db
      .select()
      .from(outcomes)
      .where(and(eq(outcomes.principal, principal), eq(outcomes.key, key)))
      .get()
    if (kept) {
      if (kept.request !== request) throw differs()
      return { status: kept.status, body: JSON.parse(kept.body) as Outcome }
    }
    const sent = work()
    underWay.set(name, { request, sent })
    let stored = true
    try {
      const result = await sent
      const row = { principal, key, at: plugin.now(), request, status: result.status, body: JSON.stringify(result.body) }
      // What the disk does not take stays in memory: it is done, and must not be done again.
      stored = plugin.tried(() => db.insert(outcomes).values(row).run()) !== undefined
      return result
    } finally {
      if (stored) underWay.delete(name)
      else if (++unstored > mostUnstored) underWay.delete(underWay.keys().next().value!)
    }
  }
}
