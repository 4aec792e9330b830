import type { CommandName } from './codes.ts'
import type { FileSending } from './file-sending.ts'
import type { Command, Reply } from './message.ts'
import type { Assembly } from './payload/multipart.ts'
import type { Capability, Identity } from './pd-state.ts'
import { type Quirk, tolerates } from './quirks.ts'
import { type AcuHandshake, type Session, weakKey } from './secure-channel.ts'

/** Who a PD was when it was paired. `cuid` in hex. A PD that shows another one later is refused. */
export interface PinnedIdentity {
  readonly vendor: string
  readonly model: number
  readonly serial: number
  readonly cuid: string | null
}

/** What the ACU is told of one PD. */
export interface PdPolicy {
  /** 0 to 0x7E. */
  readonly address: number
  /** Bits a second, 9600 unless said. */
  readonly baud?: number
  /** The PD's own key, 16 bytes; never SCBK-D, never a weak one. */
  readonly scbk?: Uint8Array | null
  /** The key of a pairing that was cut off, which the PD may have taken: tried where it refuses its own, and its own once the handshake proves it. */
  readonly pendingKey?: Uint8Array | null
  /** Nothing but ID, CAP and the handshake goes out in clear, and nothing else is taken; true unless said. */
  readonly requireSecure?: boolean
  /** The PD had a secure channel once: it never goes back, whatever `requireSecure` says. */
  readonly pinned?: boolean
  /** Who the PD must be; whoever shows itself first in a session unless said. */
  readonly identity?: PinnedIdentity | null
  /** Departures from the standard that are tolerated of this PD; those known of its vendor (quirks.ts) unless said. */
  readonly quirks?: readonly Quirk[]
  /** Between two POLLs, 200 ms unless said; 0 polls whenever the line is free. At most 4000. */
  readonly pollIntervalMs?: number
}

export type PolicyFault = 'address' | 'baud' | 'weak-key'

/** What is wrong with a policy, or null. Weak keys are refused here: SCBK-D, published examples, patterns. */
export function policyFault({ address, baud = 9600, scbk = null, pendingKey = null }: PdPolicy): PolicyFault | null {
  if (!Number.isInteger(address) || address < 0 || address > 0x7e) return 'address'
  if (!Number.isInteger(baud) || baud < 300 || baud > 4_000_000) return 'baud'
  return [scbk, pendingKey].some(key => key !== null && weakKey(key) !== null) ? 'weak-key' : null
}

/** Why a PD is offline. */
export type OfflineReason = 'no-reply' | 'damaged-replies' | 'busy' | 'line-down' | 'stopped'

/** Why there is no secure channel. */
export type SecureFault =
  | 'no-key'
  | 'not-supported'
  | 'wrong-key'
  | 'downgrade'
  | 'handshake-refused'
  | 'handshake-wrong'
  | 'random-reused'
  | 'mac-error'
  | 'clear-frame'
  | 'padding-error'
  | 'weak-check'
  | 'session-refused'
  | 'sequence'
  | 'pd-restarted'
  | 'identity-changed'
  | 'busy'
  | 'pairing'
  | 'key-changed'
  | 'moved'

/**
 * Something on the wire that no honest PD on a sound line does. `replayed-frame` a reply seen before · `mac-error` a MAC that does not fit · `clear-frame` a reply in
 * clear inside a session · `downgrade` the PD offers SCBK-D or no secure channel, or its capabilities in clear were forged · `wrong-key` it does not know its key ·
 * `refused-proof` it says that we do not · `identity-changed` another device answers · `address-conflict` two devices answer at one address ·
 * `unasked-reply` a reply to nothing · `clear-operation` the PD is used without a secure channel · `readable-data` its data was readable on the line.
 */
export type Observation =
  | 'replayed-frame'
  | 'mac-error'
  | 'clear-frame'
  | 'downgrade'
  | 'wrong-key'
  | 'refused-proof'
  | 'identity-changed'
  | 'address-conflict'
  | 'unasked-reply'
  | 'clear-operation'
  | 'readable-data'

/** How a queued command ended. `lost`: the PD went away; `refused`: it was never sent. */
export type Outcome = 'reply' | 'nak' | 'time-out' | 'lost' | 'busy' | 'malformed' | 'unexpected' | 'refused'

/** What the ACU tells of one PD; `pd` is its address. */
export type AcuEvent = { readonly pd: number } & (
  | { readonly kind: 'online'; readonly secure: boolean }
  | { readonly kind: 'offline'; readonly reason: OfflineReason }
  | { readonly kind: 'secure'; readonly established: boolean; readonly reason: SecureFault | null }
  /** `bits` as `0` and `1` in the order read; `format` 0 raw, 1 Wiegand. */
  | { readonly kind: 'card'; readonly reader: number; readonly bits: string; readonly format: number }
  | { readonly kind: 'keypad'; readonly reader: number; readonly keys: string }
  | { readonly kind: 'status'; readonly tamper: boolean; readonly power: boolean }
  | { readonly kind: 'inputs'; readonly states: readonly number[] }
  | { readonly kind: 'outputs'; readonly states: readonly number[] }
  | { readonly kind: 'readers'; readonly states: readonly number[] }
  /** `authenticated`: said inside the session. */
  | { readonly kind: 'identity'; readonly identity: Identity; readonly cuid: string | null; readonly authenticated: boolean }
  | { readonly kind: 'capabilities'; readonly capabilities: readonly Capability[]; readonly authenticated: boolean }
  | {
      readonly kind: 'result'
      readonly id: number
      readonly command: string
      readonly outcome: Outcome
      readonly reply: Reply | null
      readonly reason: string | null
    }
  /** A NAK, also to what the ACU sent by itself. */
  | { readonly kind: 'nak'; readonly command: string; readonly reason: number }
  | { readonly kind: 'busy-limit'; readonly command: string }
  /** Any other reply (MFGREP, FMT, XRD, BIOREADR …). */
  | { readonly kind: 'message'; readonly reply: Reply }
  /** A reply in parts has come whole. */
  | { readonly kind: 'whole'; readonly name: string; readonly bytes: Uint8Array }
  | {
      readonly kind: 'file'
      readonly id: number
      readonly sent: number
      readonly total: number
      readonly state: 'sending' | 'finishing' | 'done' | 'failed'
      readonly detail: number
      readonly reason: string | null
    }
  | { readonly kind: 'pairing'; readonly stage: PairingStage; readonly reason: string | null }
  /** What is known of a key that the PD may have taken: `kept` nobody knows yet, and it is tried · `adopted` it proved to be the PD's key · `dropped` it is not. */
  | { readonly kind: 'pending-key'; readonly state: 'kept' | 'adopted' | 'dropped' }
  /** COMSET took effect: `pd` is the new address. */
  | { readonly kind: 'moved'; readonly from: number; readonly baud: number }
  | { readonly kind: 'observation'; readonly what: Observation; readonly detail: string }
  /** Damage on the line: told when it begins and then every ten seconds with the count since. */
  | { readonly kind: 'fault'; readonly reason: string; readonly count: number }
)

/** `challenge` asking under SCBK-D (repeated until the PD takes it) · `key-sent` · `verifying` the handshake under the new key · `done` · `failed`. */
export type PairingStage = 'challenge' | 'key-sent' | 'verifying' | 'done' | 'failed'

/** Figures of one PD since it was added. */
export interface Statistics {
  commands: number
  replies: number
  polls: number
  retries: number
  timeOuts: number
  checkErrors: number
  macErrors: number
  busy: number
  unasked: number
  malformed: number
  handshakes: number
  readonly naks: Record<number, number>
  /** Milliseconds from the end of a command to the end of its reply. */
  readonly roundTrip: { last: number; least: number; most: number; total: number }
}

/** What an exchange is for. */
export type Purpose =
  | 'nudge'
  | 'id'
  | 'cap'
  | 'challenge'
  | 'prove'
  | 'session-id'
  | 'session-cap'
  | 'key'
  | 'status'
  | 'command'
  | 'file'
  | 'poll'

/** A command that waits for its turn. */
export interface Queued {
  readonly id: number
  readonly name: string
  readonly code: number
  readonly data: Uint8Array
  readonly at: number
  readonly until: number
  attempts: number
}

/** One command on its way: the very same bytes go out until it is answered. */
export interface Exchange {
  readonly purpose: Purpose
  readonly name: string
  readonly bytes: Uint8Array
  readonly sequence: number
  readonly sealed: boolean
  command: Queued | null
  tries: number
  busy: number
  busySince: number
  /** Frames that came instead of the answer. */
  strays: number
}

export type Stage = 'identify' | 'describe' | 'challenge' | 'prove' | 'verify-id' | 'verify-cap' | 'key' | 'ready'

/** Pairing under way. */
export interface Pairing {
  readonly key: Uint8Array
  readonly until: number
  /** Under SCBK-D, or inside the session under the present key. */
  readonly via: 'install' | 'session'
  stage: PairingStage
  verifyTries: number
}

/** A PD as the ACU sees it. Changed by the steps of acu.ts only. */
export interface PdView {
  policy: PdPolicy
  readonly random: (length: number) => Uint8Array
  address: number
  baud: number
  scbk: Uint8Array | null
  /** A key that went out and was not proven, whether its turn has come, and whether whoever answers now has refused it. */
  pendingKey: Uint8Array | null
  tryPending: boolean
  pendingRefused: boolean
  pinned: boolean
  identity: PinnedIdentity | null
  stage: Stage
  /** Whether `online` or `offline` was told last; null before either. */
  online: boolean | null
  secure: boolean
  secureSince: number
  secureFault: SecureFault | null
  distrusted: boolean
  session: Session | null
  handshake: AcuHandshake | null
  cuid: Uint8Array | null
  readonly seen: Uint8Array[]
  sequence: number
  exchange: Exchange | null
  /** When the last valid reply came, or the PD was added. */
  lastReply: number
  sentAt: number
  retryAt: number
  tryAt: number
  pollAt: number
  pollAgain: boolean
  tries: number
  /** Whether a POLL before ID is wanted. */
  nudge: 'no' | 'wanted' | 'done'
  busyCapped: boolean
  damaged: number
  losses: number[]
  clearIdentity: Identity | null
  clearCapabilities: readonly Capability[] | null
  capabilities: readonly Capability[] | null
  startUp: CommandName[]
  readonly queue: Queued[]
  nextId: number
  file: FileSending | null
  pairing: Pairing | null
  assembly: Assembly | null
  move: {
    readonly from: { readonly address: number; readonly baud: number }
    readonly to: { readonly address: number; readonly baud: number }
    readonly id: number
    readonly reply: Reply
    tries: number
    turns: number
  } | null
  status: { readonly tamper: boolean; readonly power: boolean } | null
  /** The last replies with data, to know them again. */
  readonly recent: string[]
  lastFrame: string
  /** Answered with a CRC since it was met: from then on a frame checked by the sum alone is a damaged one. */
  answersCrc: boolean
  retried: boolean
  strays: number[]
  /** The line stays silent until then. */
  holdUntil: number
  readonly told: Map<string, { at: number; count: number }>
  readonly statistics: Statistics
}

export function createView(policy: PdPolicy, random: (length: number) => Uint8Array, now: number): PdView {
  return {
    policy,
    random,
    address: policy.address,
    baud: policy.baud ?? 9600,
    scbk: policy.scbk ? new Uint8Array(policy.scbk) : null,
    pendingKey: policy.pendingKey ? new Uint8Array(policy.pendingKey) : null,
    tryPending: false,
    pendingRefused: false,
    pinned: policy.pinned ?? false,
    identity: policy.identity ?? null,
    stage: 'identify',
    online: null,
    secure: false,
    secureSince: now,
    secureFault: null,
    distrusted: false,
    session: null,
    handshake: null,
    cuid: null,
    seen: [],
    sequence: 0,
    exchange: null,
    lastReply: now,
    sentAt: now,
    retryAt: now,
    tryAt: now,
    pollAt: now,
    pollAgain: false,
    tries: 0,
    nudge: 'no',
    busyCapped: false,
    damaged: 0,
    losses: [],
    clearIdentity: null,
    clearCapabilities: null,
    capabilities: null,
    startUp: [],
    queue: [],
    nextId: 1,
    file: null,
    pairing: null,
    assembly: null,
    move: null,
    status: null,
    recent: [],
    lastFrame: '',
    answersCrc: false,
    retried: false,
    strays: [],
    holdUntil: now,
    told: new Map(),
    statistics: {
      commands: 0,
      replies: 0,
      polls: 0,
      retries: 0,
      timeOuts: 0,
      checkErrors: 0,
      macErrors: 0,
      busy: 0,
      unasked: 0,
      malformed: 0,
      handshakes: 0,
      naks: {},
      roundTrip: { last: 0, least: Number.POSITIVE_INFINITY, most: 0, total: 0 },
    },
  }
}

/** A command for one PD by its name and fields. */
export type AcuCommand = Exclude<Command, { name: 'CHLNG' | 'SCRYPT' | 'KEYSET' | 'FILETRANSFER' }>

/** Whether a quirk is tolerated of this PD. */
export function isTolerated(view: PdView, quirk: Quirk): boolean {
  const vendor = view.identity?.vendor ?? view.clearIdentity?.vendor ?? null
  return view.policy.quirks?.includes(quirk) ?? tolerates(vendor, quirk)
}
