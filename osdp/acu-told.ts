import type { AcuEvent, Observation, OfflineReason, Outcome, PdView, Queued, SecureFault } from './acu-state.ts'
import type { Reply } from './message.ts'
import { toHex } from './payload/field.ts'
import { endSession } from './secure-channel.ts'

/** Where a step of the ACU puts what it tells. */
export type Told = AcuEvent[]

type WithoutPd<T> = T extends unknown ? Omit<T, 'pd'> : never

/** Tells one event of a PD. */
export function tell(view: PdView, out: Told, event: WithoutPd<AcuEvent>) {
  out.push({ pd: view.address, ...event } as AcuEvent)
}

const repeatMs = 10_000

/** Counts damage on the line; tells its beginning, and then every ten seconds with the count since. */
export function fault(view: PdView, out: Told, reason: string, now: number, count = 1) {
  const earlier = view.told.get(reason)
  if (earlier !== undefined && now - earlier.at < repeatMs) {
    earlier.count += count
    return
  }
  tell(view, out, { kind: 'fault', reason, count: count + (earlier?.count ?? 0) })
  view.told.set(reason, { at: now, count: 0 })
}

/** Tells an observation; the same one again only after a minute, where the PD became well since, or `named`, which is known of it since. Gives whether it was told. */
export function observe(view: PdView, out: Told, what: Observation, detail: string, now: number, named = false): boolean {
  const key = `observation ${what}${named ? ' named' : ''}`
  const earlier = view.told.get(key)
  const wellSince = view.secure && view.secureSince > (earlier?.at ?? 0) && now - view.secureSince > secureRetryMs
  if (earlier !== undefined && now - earlier.at < 6 * repeatMs && !wellSince) {
    earlier.count++
    return false
  }
  view.told.set(key, { at: now, count: 0 })
  tell(view, out, { kind: 'observation', what, detail })
  return true
}

/** Tells how a command ended. Commands of the ACU's own have the id 0 and are not told. */
export function finish(
  view: PdView,
  out: Told,
  command: Queued,
  outcome: Outcome,
  reply: Reply | null = null,
  reason: string | null = null,
) {
  if (command.id !== 0) tell(view, out, { kind: 'result', id: command.id, command: command.name, outcome, reply, reason })
}

/** The PD answers: online is told once. */
export function announce(view: PdView, out: Told, secure: boolean) {
  if (view.online === true) return
  view.online = true
  tell(view, out, { kind: 'online', secure })
}

/** Forgets the session; nothing is told. */
export function dropSession(view: PdView) {
  if (view.session !== null) endSession(view.session)
  view.session = null
  view.handshake = null
  view.assembly = null
  if (view.file !== null) view.file.resumed = true
}

/** Takes back the command on its way, to be sent again after a restart, at most twice. */
export function requeue(view: PdView, out: Told) {
  const command = view.exchange?.command ?? null
  view.exchange = null
  if (command === null) return
  command.attempts++
  if (command.attempts > 2) finish(view, out, command, 'lost')
  else view.queue.unshift(command)
}

/** How long an answer too many is remembered. */
export const strayMs = 10_000

/** Whether two devices may be answering at this address. */
export function isCrowded(view: PdView, now: number): boolean {
  return view.strays.some(instant => now - instant < strayMs)
}

/** How long after a failed handshake the next one is tried. */
export const secureRetryMs = 1000

/**
 * There is no secure channel, or no longer. The next handshake comes at once after a first loss, and a second later where losses repeat or the handshake itself
 * failed. The PD answers, so it counts as online, but not as secure, and nothing it says in clear is taken.
 */
export function loseSecure(view: PdView, out: Told, reason: SecureFault, now: number) {
  const had = view.secure
  const failed = view.session === null || view.session.underDefaultKey || view.distrusted
  dropSession(view)
  requeue(view, out)
  view.secure = false
  view.sequence = 0
  view.tries = 0
  // With a second answer about, who is there is asked anew.
  view.stage = isCrowded(view, now) ? 'identify' : 'challenge'
  view.losses = view.losses.filter(instant => now - instant < repeatMs)
  view.losses.push(now)
  view.tryAt = failed || view.losses.length > 3 ? now + secureRetryMs : now
  if (failed) announce(view, out, false)
  if (had || (failed && view.secureFault !== reason)) tell(view, out, { kind: 'secure', established: false, reason })
  view.secureFault = reason
}

export const retryDelays = [0, 0, 100, 300, 600, 900]
/** A PD that does not answer is tried about every second. */
export const probeMs = 1000

/** Nobody answers any more, or the line is gone. */
export function goOffline(view: PdView, out: Told, reason: OfflineReason, now: number) {
  const { pairing } = view
  // Whether the key has arrived nobody knows; the handshake will tell.
  if (pairing?.stage === 'key-sent') {
    pairing.stage = 'verifying'
    tell(view, out, { kind: 'pairing', stage: 'verifying', reason: null })
  }
  view.tryPending = false
  view.pendingRefused = false
  const command = view.exchange?.command
  if (command) finish(view, out, command, 'lost')
  for (const waiting of view.queue) finish(view, out, waiting, 'lost')
  view.queue.length = 0
  view.exchange = null
  dropSession(view)
  view.secure = false
  view.secureFault = null
  view.stage = 'identify'
  view.sequence = 0
  view.tries = 0
  view.nudge = 'no'
  view.pollAgain = false
  view.status = null
  view.tryAt = Math.max(now, view.sentAt + probeMs)
  if (view.online === false) return
  view.online = false
  tell(view, out, { kind: 'offline', reason })
}

/** Remembers a reply with data, to know it if it comes again. */
export function remember(view: PdView, bytes: Uint8Array) {
  view.recent.push(toHex(bytes))
  if (view.recent.length > 32) view.recent.shift()
}
