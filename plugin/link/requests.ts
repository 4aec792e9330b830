import type { Cancel, Clock } from '../../shared/clock.ts'
import { longestValidity } from '../../shared/link.ts'

export type Answer =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly reason: 'unreachable' | 'refused'; readonly message: string }

export type Answered = (answer: Answer, last: boolean) => void

export const unreachable: Answer = {
  ok: false,
  reason: 'unreachable',
  message: 'The controller does not answer; check its power and network.',
}
const refusals: Readonly<Record<string, string>> = {
  stale: 'The request came too late to be carried out; send it again.',
  'not-supported': 'The hardware of this controller does not do that.',
  'not-understood': 'The controller does not understand the request; update the older of the two.',
}

/** What was asked of controllers and is not answered yet. */
export interface Requests {
  /** Without a first answer in time it ends as unreachable. */
  open(id: string, controller: string, answered: Answered): Cancel
  answer(id: string, answer: { readonly body?: unknown; readonly error?: string | undefined; readonly last: boolean }): void
  /** Ends those of one controller, or all. */
  abandon(controller?: string): void
}

export function createRequests(clock: Clock): Requests {
  const requests = new Map<string, { readonly controller: string; readonly answered: Answered; readonly deadline: Cancel }>()

  function settle(id: string, answer: Answer, last: boolean): void {
    const request = requests.get(id)
    if (request === undefined) return
    request.deadline()
    if (last) requests.delete(id)
    request.answered(answer, last)
  }

  return {
    open(id, controller, answered) {
      const deadline = clock.at(clock.now() + longestValidity, () => settle(id, unreachable, true))
      requests.set(id, { controller, answered, deadline })
      return () => {
        requests.get(id)?.deadline()
        requests.delete(id)
      }
    },
    answer(id, { body, error, last }) {
      if (error === undefined) settle(id, { ok: true, body }, last)
      else settle(id, { ok: false, reason: 'refused', message: refusals[error] ?? error }, true)
    },
    abandon(controller) {
      for (const [id, request] of [...requests])
        if (controller === undefined || request.controller === controller) settle(id, unreachable, true)
    },
  }
}
