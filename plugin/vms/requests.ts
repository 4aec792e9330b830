import { and, desc, eq, gt, inArray, lt, lte } from 'drizzle-orm'
import { v7 as uuid } from 'uuid'
import type { CommandResult } from '../../shared/command.ts'
import type { StoredEvent } from '../../shared/event.ts'
import type { Store } from '../store/open.ts'
import { accessRequests } from '../store/schema.ts'

/** How long an operator has, in ms (rule R2). */
export const requestMs = 120_000

export const requestAnswers = ['grant', 'unlock', 'lock', 'dismiss'] as const
export type RequestAnswer = (typeof requestAnswers)[number]
export type AccessRequest = typeof accessRequests.$inferSelect

export type Answered =
  | { readonly ok: true; readonly request: AccessRequest }
  | { readonly ok: false; readonly reason: 'not-found' }
  | { readonly ok: false; readonly reason: 'already-decided' | 'expired'; readonly request: AccessRequest }

/** Somebody was refused and an operator may let them in: one at a time for an access point and what was presented. */
export type AccessRequests = ReturnType<typeof openAccessRequests>

export function openAccessRequests(store: Store, now: () => number) {
  const { db } = store
  const listeners = new Set<(id: string) => void>()
  const tell = (id: string) => {
    for (const listener of listeners) listener(id)
  }
  const get = (id: string): AccessRequest | undefined => db.select().from(accessRequests).where(eq(accessRequests.id, id)).get()

  return {
    /** Within the transaction that stores the event. What is over by now, or stands open already, opens nothing. */
    open(event: StoredEvent, cursor: number, skew = 0): AccessRequest | undefined {
      if (event.door === undefined) return undefined
      const opened = Math.min(Date.parse(event.time) - skew, now())
      const expires = opened + requestMs
      if (expires <= now()) return undefined
      const accessPoint = event.source.kind === 'access-point' ? event.source.id : `${event.door}/${event.side ?? 'a'}`
      const presented = event.credential ?? event.raw ?? event.cardholder ?? ''
      const standing = db
        .select({ id: accessRequests.id })
        .from(accessRequests)
        .where(
          and(
            eq(accessRequests.accessPoint, accessPoint),
            eq(accessRequests.presented, presented),
            eq(accessRequests.state, 'open'),
            gt(accessRequests.expires, now()),
          ),
        )
        .get()
      if (standing) return undefined
      const request: AccessRequest = {
        id: uuid(),
        event: cursor,
        accessPoint,
        door: event.door,
        presented,
        cardholder: event.cardholder ?? null,
        reason: event.reason ?? null,
        opened,
        expires,
        state: 'open',
        decision: null,
        decidedBy: null,
        decidedAt: null,
        outcome: null,
      }
      db.insert(accessRequests).values(request).run()
      return request
    },
    get,
    list(states: readonly AccessRequest['state'][], limit: number, before?: string): readonly AccessRequest[] {
      return db
        .select()
        .from(accessRequests)
        .where(and(inArray(accessRequests.state, [...states]), before === undefined ? undefined : lt(accessRequests.id, before)))
        .orderBy(desc(accessRequests.id))
        .limit(limit)
        .all()
    },
    /** The first answer wins; whoever comes later is told who it was. */
    answer(id: string, decision: RequestAnswer, by: string): Answered {
      const result = store.transact((): Answered => {
        const request = get(id)
        if (!request) return { ok: false, reason: 'not-found' }
        if (request.state === 'answered') return { ok: false, reason: 'already-decided', request }
        if (request.state === 'expired' || request.expires <= now()) return { ok: false, reason: 'expired', request }
        const answered = { ...request, state: 'answered' as const, decision, decidedBy: by, decidedAt: now() }
        db.update(accessRequests).set(answered).where(eq(accessRequests.id, id)).run()
        return { ok: true, request: answered }
      })
      if (result.ok) tell(id)
      return result
    },
    /** Notes what came of the command that the answer was. */
    settle(id: string, results: readonly CommandResult[]): void {
      db.update(accessRequests)
        .set({ outcome: JSON.stringify(results) })
        .where(eq(accessRequests.id, id))
        .run()
      tell(id)
    },
    /** Ends what nobody answered in time. @returns when the next one is due */
    expire(): number | undefined {
      const due = db
        .update(accessRequests)
        .set({ state: 'expired' })
        .where(and(eq(accessRequests.state, 'open'), lte(accessRequests.expires, now())))
        .returning({ id: accessRequests.id })
        .all()
      for (const { id } of due) tell(id)
      return db
        .select({ at: accessRequests.expires })
        .from(accessRequests)
        .where(eq(accessRequests.state, 'open'))
        .orderBy(accessRequests.expires)
        .limit(1)
        .get()?.at
    },
    /** Those opened by an event that was removed are of no use to anybody. */
    prune(before: number): void {
      db.delete(accessRequests).where(lt(accessRequests.expires, before)).run()
    },
    tell,
    onChange(listener: (id: string) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
