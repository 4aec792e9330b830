import type { PairingStage, PdView, PinnedIdentity, SecureFault } from './acu-state.ts'
import { announce, dropSession, loseSecure, observe, requeue, secureRetryMs, type Told, tell } from './acu-told.ts'
import type { ReceivedFrame } from './frame.ts'
import { toHex } from './payload/field.ts'
import type { Capability, Identity } from './pd-state.ts'
import {
  challenge,
  defaultKey,
  equal,
  establish,
  type HandshakeMessage,
  type HandshakeRefusal,
  proveToPd,
  weakKey,
} from './secure-channel.ts'

/** What comes after ID and CAP in clear: the handshake, or operation in clear where the policy and the past allow it. */
export function afterIdentification(view: PdView, out: Told, now: number) {
  if (view.pairing !== null && view.pairing.via === 'install') return toStage(view, 'challenge', now)
  const mustBeSecure = view.pinned || (view.policy.requireSecure ?? true)
  if (view.scbk === null && (view.pendingKey === null || (!mustBeSecure && view.tryPending))) {
    if (!mustBeSecure) return operateInClear(view, out, 'no-key', now)
    announce(view, out, false)
    if (view.secureFault !== 'no-key') tell(view, out, { kind: 'secure', established: false, reason: 'no-key' })
    view.secureFault = 'no-key'
    view.sequence = 0
    view.tryAt = now + secureRetryMs
    view.stage = 'identify'
    return
  }
  const security = view.clearCapabilities?.find(({ function: fn }) => fn === 9)
  if (!mustBeSecure && view.clearCapabilities !== null && ((security?.compliance ?? 0) & 1) === 0)
    return operateInClear(view, out, 'not-supported', now)
  toStage(view, 'challenge', now)
}

function toStage(view: PdView, stage: PdView['stage'], now: number) {
  view.stage = stage
  view.tryAt = now
}

function operateInClear(view: PdView, out: Told, reason: SecureFault, now: number) {
  announce(view, out, false)
  if (view.secureFault !== reason) tell(view, out, { kind: 'secure', established: false, reason })
  view.secureFault = reason
  observe(view, out, 'clear-operation', reason, now)
  if (view.clearIdentity !== null) tell(view, out, { kind: 'identity', identity: view.clearIdentity, cuid: null, authenticated: false })
  if (view.clearCapabilities !== null) {
    view.capabilities = view.clearCapabilities
    tell(view, out, { kind: 'capabilities', capabilities: view.clearCapabilities, authenticated: false })
  }
  beReady(view, now)
}

/** Everything is settled: the state of things is asked for once, then polled. */
export function beReady(view: PdView, now: number) {
  const count = (wanted: number) => view.capabilities?.find(({ function: fn }) => fn === wanted)?.count ?? 0
  view.stage = 'ready'
  view.startUp = ['LSTAT', ...(count(1) > 0 ? (['ISTAT'] as const) : []), ...(count(2) > 0 ? (['OSTAT'] as const) : [])]
  view.pollAt = now
  view.pollAgain = false
}

// ---------------------------------------------------------------- handshake

/** The key that the next handshake is made under. */
function presentKey(view: PdView): Uint8Array | null {
  const { pairing } = view
  if (pairing?.stage === 'verifying') return pairing.key
  if (pairing?.via === 'install') return defaultKey
  return triesPending(view) ? view.pendingKey : view.scbk
}

/** Whether the handshake is under the key of a pairing that was cut off. */
function triesPending(view: PdView): boolean {
  return view.pairing === null && view.pendingKey !== null && (view.tryPending || view.scbk === null)
}

/** CHLNG. Null where there is no key, or no random number that was not used before. */
export function beginHandshake(view: PdView): HandshakeMessage | null {
  const key = presentKey(view)
  if (key === null) return null
  // A source that repeats itself would let a recorded handshake be played again.
  let rndA = view.random(8)
  for (let tries = 0; tries < 4 && isSeen(view, rndA); tries++) rndA = view.random(8)
  if (isSeen(view, rndA)) return null
  see(view, rndA)
  const begun = challenge(key, rndA)
  view.handshake = begun.handshake
  view.statistics.handshakes++
  return begun.message
}

function isSeen(view: PdView, random: Uint8Array): boolean {
  return view.seen.some(earlier => equal(earlier, random))
}

function see(view: PdView, random: Uint8Array) {
  view.seen.push(random)
  if (view.seen.length > 512) view.seen.shift()
}

/** SCRYPT, once CCRYPT proved good. */
export function takeCryptogram(view: PdView, out: Told, frame: ReceivedFrame, now: number): HandshakeMessage | null {
  const result = proveToPd(view.handshake, frame, view.seen)
  if (!result.ok) {
    refused(view, out, result.reason, now)
    return null
  }
  view.handshake = result.handshake
  see(view, result.rndB)
  view.cuid = result.cuid
  return result.message
}

/** RMAC_I: the session stands, if the PD proved itself to the end. */
export function takeInitialMac(view: PdView, out: Told, frame: ReceivedFrame, now: number) {
  const result = establish(view.handshake, frame)
  if (!result.ok) return refused(view, out, result.reason, now)
  view.handshake = null
  view.session = result.session
  const { pairing } = view
  if (result.session.underDefaultKey) {
    view.stage = 'key'
    view.tryAt = now
    stage(view, out, 'key-sent')
    return
  }
  if (pairing?.stage === 'verifying') {
    view.scbk = pairing.key
    view.pairing = null
    forgetPending(view)
    if (pairing.via === 'install') view.identity = null
    tell(view, out, { kind: 'pairing', stage: 'done', reason: null })
  } else if (triesPending(view)) {
    view.scbk = new Uint8Array(view.pendingKey!)
    view.identity = null
    forgetPending(view)
    tell(view, out, { kind: 'pending-key', state: 'adopted' })
  } else if (pairing === null) dropPending(view, out)
  view.stage = 'verify-id'
  view.tryAt = now
  if (!view.distrusted) beSecure(view, out, now)
}

function beSecure(view: PdView, out: Told, now: number) {
  if (view.secure) return
  view.secure = true
  view.secureSince = now
  view.secureFault = null
  view.pinned = true
  announce(view, out, true)
  tell(view, out, { kind: 'secure', established: true, reason: null })
}

function forgetPending(view: PdView) {
  view.pendingKey?.fill(0)
  view.pendingKey = null
  view.tryPending = false
}

/** The PD has not taken the key that was sent: it says so, or has proved another one. */
export function dropPending(view: PdView, out: Told) {
  if (view.pendingKey === null) return
  forgetPending(view)
  tell(view, out, { kind: 'pending-key', state: 'dropped' })
}

const refusals: Record<HandshakeRefusal, SecureFault> = {
  'not-asked-for': 'handshake-wrong',
  'block-wrong': 'handshake-wrong',
  'key-type-wrong': 'downgrade',
  'payload-length': 'handshake-wrong',
  'random-reused': 'random-reused',
  'cryptogram-wrong': 'wrong-key',
  'refused-by-pd': 'handshake-refused',
  'initial-mac-wrong': 'wrong-key',
  'default-key-outside-install-mode': 'downgrade',
  'no-key': 'no-key',
}

/** A handshake failed: never anything weaker instead, the same again a second later. */
function refused(view: PdView, out: Told, reason: HandshakeRefusal, now: number) {
  const fault = refusals[reason]
  // That the PD does not know a key it may never have taken says nothing.
  if (triesPending(view) && fault !== 'downgrade') return handshakeFailed(view, out, fault, now)
  if (fault === 'wrong-key') observe(view, out, 'wrong-key', reason, now)
  else if (fault === 'downgrade') observe(view, out, 'downgrade', reason, now)
  else if (fault === 'handshake-refused') observe(view, out, 'refused-proof', reason, now)
  handshakeFailed(view, out, fault, now)
}

/** The PD answered CHLNG or SCRYPT with a NAK. */
export function handshakeRefused(view: PdView, out: Told, nak: number, proving: boolean, now: number) {
  if (proving) {
    if (!triesPending(view)) observe(view, out, 'refused-proof', `NAK ${nak}`, now)
    return handshakeFailed(view, out, 'wrong-key', now)
  }
  const mustBeSecure = view.pinned || (view.policy.requireSecure ?? true)
  const unsupported = nak === 3 || nak === 5
  if (view.pairing === null && unsupported && !mustBeSecure) return operateInClear(view, out, 'not-supported', now)
  if (view.pairing === null && (unsupported || view.pinned)) observe(view, out, 'downgrade', `NAK ${nak} to CHLNG`, now)
  handshakeFailed(view, out, unsupported ? 'not-supported' : 'handshake-refused', now)
}

function handshakeFailed(view: PdView, out: Told, reason: SecureFault, now: number) {
  const { pairing } = view
  const pending = triesPending(view)
  view.pendingRefused ||= pending
  if (pairing === null && view.pendingKey !== null) view.tryPending = !view.tryPending
  if (pairing?.stage === 'verifying' && ++pairing.verifyTries >= 3) {
    // The PD may never have taken the key: install mode is asked again until the time is over, a re-keyed PD goes on under its old key.
    if (pairing.via === 'session') endPairing(view, out, 'not-verified', now)
    else {
      pairing.stage = 'challenge'
      pairing.verifyTries = 0
    }
  }
  loseSecure(view, out, pending ? (view.secureFault ?? (view.scbk === null ? 'no-key' : reason)) : reason, now)
  // Whoever answers now may be another device than the one identified.
  view.stage = 'identify'
}

// ---------------------------------------------------------------- who it is

/** ID inside the session. False where the PD is not the one it must be. */
export function verifyIdentity(view: PdView, out: Told, identity: Identity, now: number): boolean {
  const cuid = view.cuid === null ? null : toHex(view.cuid)
  const shown: PinnedIdentity = { vendor: identity.vendor, model: identity.model, serial: identity.serial, cuid }
  const pinned = view.identity
  const same = (a: PinnedIdentity, b: PinnedIdentity) =>
    a.vendor === b.vendor && a.model === b.model && a.serial === b.serial && (a.cuid === null || b.cuid === null || a.cuid === b.cuid)
  if (pinned !== null && !same(pinned, shown)) {
    observe(
      view,
      out,
      'identity-changed',
      `vendor ${shown.vendor} model ${shown.model} serial ${shown.serial} where serial ${pinned.serial} was paired`,
      now,
    )
    view.distrusted = true
    loseSecure(view, out, 'identity-changed', now)
    return false
  }
  const clear = view.clearIdentity
  if (clear !== null && (clear.vendor !== identity.vendor || clear.serial !== identity.serial || clear.model !== identity.model)) {
    observe(view, out, 'identity-changed', `in clear it said serial ${clear.serial}, in the session ${identity.serial}`, now)
  }
  view.identity = shown
  view.distrusted = false
  beSecure(view, out, now)
  tell(view, out, { kind: 'identity', identity, cuid, authenticated: true })
  return true
}

/** CAP inside the session: what was said in clear is compared and then forgotten. */
export function verifyCapabilities(view: PdView, out: Told, capabilities: readonly Capability[], now: number) {
  const text = (list: readonly Capability[]) => list.map(({ function: fn, compliance, count }) => `${fn}:${compliance}:${count}`).join(' ')
  if (view.clearCapabilities !== null && text(view.clearCapabilities) !== text(capabilities)) {
    observe(view, out, 'downgrade', `capabilities in clear ${text(view.clearCapabilities)}, in the session ${text(capabilities)}`, now)
  }
  view.clearCapabilities = null
  view.capabilities = capabilities
  tell(view, out, { kind: 'capabilities', capabilities, authenticated: true })
}

// ---------------------------------------------------------------- pairing

/** Why pairing does not begin. */
export type PairingRefusal = 'weak-key' | 'pairing-already' | 'no-session'

/**
 * Begins to give a PD its key: under SCBK-D to a PD in install mode, or (`session`) inside the present session. Single use; it ends with the new key verified,
 * with a failure, or at `until`.
 */
export function startPairing(
  view: PdView,
  out: Told,
  key: Uint8Array,
  via: 'install' | 'session',
  until: number,
  now: number,
): PairingRefusal | null {
  if (weakKey(key) !== null) return 'weak-key'
  if (view.pairing !== null) return 'pairing-already'
  if (via === 'session') {
    if (view.session === null || view.stage !== 'ready' || !view.secure) return 'no-session'
    view.pairing = { key: new Uint8Array(key), until, via, stage: 'key-sent', verifyTries: 0 }
    stage(view, out, 'key-sent')
    view.stage = 'key'
    view.tryAt = now
    return null
  }
  requeue(view, out)
  if (view.secure) tell(view, out, { kind: 'secure', established: false, reason: 'pairing' })
  dropSession(view)
  view.secure = false
  view.secureFault = 'pairing'
  view.pairing = { key: new Uint8Array(key), until, via, stage: 'challenge', verifyTries: 0 }
  stage(view, out, 'challenge')
  view.stage = 'identify'
  view.sequence = 0
  view.tryAt = now
  return null
}

function stage(view: PdView, out: Told, name: PairingStage) {
  if (view.pairing !== null) view.pairing.stage = name
  if (name === 'key-sent') {
    view.pendingKey = new Uint8Array(view.pairing!.key)
    view.tryPending = false
    view.pendingRefused = false
  }
  tell(view, out, { kind: 'pairing', stage: name, reason: null })
}

/** The PD has taken the key, said in clear, in the old session or in the new: all are good, for the new key is verified now. */
export function keyTaken(view: PdView, out: Told, now: number) {
  dropSession(view)
  view.secure = false
  view.secureFault = 'key-changed'
  view.sequence = 0
  view.stage = 'challenge'
  view.tryAt = now
  stage(view, out, 'verifying')
}

/** Ends pairing without success; the PD goes on with the key it had, if any, or with the new one if it proves to have that. */
export function endPairing(view: PdView, out: Told, reason: string, now: number) {
  if (view.pairing === null) return
  view.pairing.key.fill(0)
  view.pairing = null
  if (view.pendingKey !== null) tell(view, out, { kind: 'pending-key', state: 'kept' })
  tell(view, out, { kind: 'pairing', stage: 'failed', reason })
  if (view.stage === 'ready') return
  requeue(view, out)
  dropSession(view)
  view.sequence = 0
  view.stage = 'identify'
  view.tryAt = now
}
