import type { AttemptRow } from './decision-state.ts'
import type { Directory, PinCredential } from './directory.ts'
import type { Draft } from './draft.ts'
import type { ReaderPlan } from './model.ts'

/** A pause between two keys as long as this discards what was typed (domain.md §3.7), in ms. */
const keyPause = 5_000
/** So many wrong PINs at one reader within this time block PIN entry there for as long (domain.md §3.7), in ms. */
const wrongPinLimit = 5
const wrongPinSpan = 60_000
const blockSpan = 60_000

type Keys = AttemptRow['keys']

/**
 * One key of a PIN: what is typed so far, and the whole PIN where this key completed it. The end character, the keypad's own end (`null`) or the
 * maximum length completes; fewer digits than the minimum are discarded, as they are by a key that is neither digit nor end character.
 */
export function typeKey(
  keys: Keys,
  key: string | null,
  { pin }: ReaderPlan,
  now: number,
): { readonly keys: Keys; readonly pin: string | null } {
  const typed = keys?.digits ?? ''
  if (key !== null && /^[0-9]$/.test(key)) {
    const digits = typed + key
    if (digits.length >= pin.maxLength) return { keys: null, pin: digits }
    return { keys: { digits, due: now + keyPause }, pin: null }
  }
  return { keys: null, pin: (key === null || key === pin.endOfPin) && typed.length >= pin.minLength ? typed : null }
}

/** A PIN credential that a hash opens, and whether it did as the duress PIN. */
export interface PinMatch {
  readonly credential: PinCredential
  readonly duress: boolean
}

/** The holder's credential with this PIN. */
export function pinOf(directory: Directory, cardholder: string, hash: string): PinMatch | undefined {
  let match: PinMatch | undefined
  for (const credential of directory.credentials(cardholder)) {
    if (credential.type !== 'pin') continue
    const ordinary = sameHash(credential.pinHash, hash)
    const duress = sameHash(credential.duressPinHash, hash)
    if (ordinary || duress) match ??= { credential, duress }
  }
  return match
}

/** Everybody whose PIN this is: one where PINs are unique, as they must be where a PIN may stand alone. */
export function ownersOfPin(directory: Directory, hash: string): readonly (PinMatch & { readonly cardholder: string })[] {
  return directory
    .pins(hash)
    .map(({ credential, cardholder }) => ({ credential, cardholder, duress: sameHash(credential.duressPinHash, hash) }))
}

/** Compares in a time that depends on the length alone. */
function sameHash(kept: string | undefined, given: string): boolean {
  if (kept === undefined || kept.length !== given.length) return false
  let difference = 0
  for (let i = 0; i < kept.length; i++) difference |= kept.charCodeAt(i) ^ given.charCodeAt(i)
  return difference === 0
}

export function pinBlocked(draft: Draft, reader: string): boolean {
  const block = draft.get('pin-block', reader)
  return block !== undefined && draft.now.wall < block.dueWall
}

/** Counts a wrong PIN; the one that is too many blocks. @returns the wrong PINs that count from here on. */
export function countWrongPin(draft: Draft, { id, door, side }: ReaderPlan, earlier: readonly number[]): readonly number[] {
  const { mono, wall } = draft.now
  const wrong = [...earlier.filter(at => mono - at <= wrongPinSpan), mono]
  if (wrong.length < wrongPinLimit) return wrong
  draft.set('pin-block', id, { dueWall: wall + blockSpan })
  draft.emit({ type: 'reader.pin-blocked', source: { kind: 'reader', id }, door, side, reader: id })
  return []
}

/** Ends the blocks whose time is over. */
export function endPinBlocks(draft: Draft): void {
  for (const reader of [...draft.timed('pin-block')]) {
    if (pinBlocked(draft, reader)) continue
    draft.set('pin-block', reader, null)
    // Also for a reader that has left the site meanwhile: what has begun has an end.
    const { door, side } = draft.model.readers.get(reader) ?? {}
    const where = door === undefined || side === undefined ? {} : { door, side }
    draft.emit({ type: 'reader.pin-unblocked', source: { kind: 'reader', id: reader }, ...where, reader })
  }
}

/** The clock was set by so many ms, or may be wrong after a restart: a block lasts no longer than it should. */
export function keepPinBlocks(draft: Draft, movedBy = 0): void {
  for (const [reader, { dueWall }] of [...draft.each('pin-block')]) {
    const due = Math.min(dueWall + movedBy, draft.now.wall + blockSpan)
    if (due !== dueWall) draft.set('pin-block', reader, { dueWall: due })
  }
}
