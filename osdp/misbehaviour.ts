import type { CommandName } from './codes.ts'
import { close, type Frame, layOut } from './frame.ts'
import { computeMac, encryptData, type Session } from './secure-channel.ts'

/**
 * One way in which a PD does not behave, as met in the field or made by an attacker. `on`: only in answer to this command (every command without it);
 * `times`: so often and then no more (always without it); `every`: each nth of those commands only.
 *
 * `drop` no answer · `delay` the answer late by `ms` · `noise` damaged bytes before the answer · `wrong-crc` · `busy` BUSY in place of acting ·
 * `nak` a NAK with `reason` in place of acting · `clear-ack` an ACK in clear inside the session, then the session is over (KEYSET at some makers) ·
 * `keep-session` KEYSET does not end the session · `poll-first` ID is refused until a POLL came · `unasked-status` an ISTATR in place of the answer ·
 * `empty-encrypted` an answer without data goes out as SCS_18 · `wrong-sequence` the answer counts one too many · `restart` an answer with sequence 0 ·
 * `status-unencrypted` status data under SCS_16 · `status-block` and under SCS_15, a command's block · `wrong-mac` · `wrong-key-type` CCRYPT names the other key · `refuse-proof` RMAC_I says refused ·
 * `wrong-initial-mac` RMAC_I with another value · `twice` the answer comes twice · `drop-session` a COMSET ends the session ·
 * `nak-keeps-sequence` a NAK does not use up the sequence number · `clear-reply` an answer in clear inside the session.
 */
export type Misbehaviour = {
  readonly kind: MisbehaviourKind
  readonly on?: CommandName
  readonly times?: number
  readonly every?: number
  readonly ms?: number
  readonly reason?: number
}

export const misbehaviours = [
  'drop',
  'delay',
  'noise',
  'wrong-crc',
  'busy',
  'nak',
  'clear-ack',
  'keep-session',
  'poll-first',
  'unasked-status',
  'empty-encrypted',
  'wrong-sequence',
  'restart',
  'status-unencrypted',
  'status-block',
  'wrong-mac',
  'wrong-key-type',
  'refuse-proof',
  'wrong-initial-mac',
  'twice',
  'drop-session',
  'nak-keeps-sequence',
  'clear-reply',
] as const
export type MisbehaviourKind = (typeof misbehaviours)[number]

/** The misbehaviours of one PD with how often each has been met. */
export interface Conduct {
  readonly list: { readonly rule: Misbehaviour; met: number }[]
}

export function createConduct(rules: readonly Misbehaviour[]): Conduct {
  return { list: rules.map(rule => ({ rule, met: 0 })) }
}

/** Which misbehaviours apply to this command; counts it. */
export function applies(conduct: Conduct, command: string): Map<MisbehaviourKind, Misbehaviour> {
  const active = new Map<MisbehaviourKind, Misbehaviour>()
  for (const entry of conduct.list) {
    const { kind, on, times, every } = entry.rule
    if (on !== undefined && on !== command) continue
    entry.met++
    if (every !== undefined && entry.met % every !== 0) continue
    if (times !== undefined && entry.met > times * (every ?? 1)) continue
    active.set(kind, entry.rule)
  }
  return active
}

/** A reply inside the session as some PDs send it: data under SCS_16 unencrypted, SCS_18 without data, or a MAC that does not fit. */
export function sealOddly(
  session: Session,
  message: Omit<Frame, 'security' | 'mac'>,
  active: ReadonlyMap<MisbehaviourKind, Misbehaviour>,
): Uint8Array {
  const { data, check } = message
  const bare = data.length === 0
  const open = bare || active.has('status-unencrypted') || active.has('status-block')
  const type = active.has('status-block') ? 0x15 : bare ? (active.has('empty-encrypted') ? 0x18 : 0x16) : open ? 0x16 : 0x18
  const bytes = layOut(
    { ...message, security: { type, data: new Uint8Array(0) }, data: open ? data : encryptData(session, data, session.cMac) },
    4,
  )
  const end = bytes.length - (check === 'crc' ? 6 : 5)
  session.rMac = computeMac(session, bytes, session.cMac, end)
  bytes.set(session.rMac.subarray(0, 4), end)
  if (active.has('wrong-mac')) bytes[end]! ^= 1
  return close(bytes, check)
}
