import { counted, type Layout, u16, type ValueOf } from './field.ts'

/** One part of a message that may not fit one frame: GENAUTH, CRAUTH, PIVDATAR, GENAUTHR, CRAUTHR, EXT_PDID. */
export const part = { total: u16, offset: u16, data: counted(2) } satisfies Layout

export type Part = ValueOf<typeof part>

/** Bytes of a part before its data. */
export const partHeader = 6

/** A message coming in parts. */
export interface Assembly {
  /** The code whose parts these are; another code is another message. */
  readonly code: number
  readonly total: number
  readonly bytes: Uint8Array
  /** How many bytes from the start are there. */
  readonly have: number
}

/** Why parts were forgotten. `given-up`: the sender said so. */
export type AssemblyFault = 'no-beginning' | 'gap' | 'total-changed' | 'beyond-total' | 'other-message' | 'given-up'

export type Assembled =
  | { readonly state: 'waiting'; readonly assembly: Assembly }
  | { readonly state: 'whole'; readonly bytes: Uint8Array }
  | { readonly state: 'fault'; readonly reason: AssemblyFault }

/**
 * Adds a part. Offset 0 starts over, a repeated span is harmless; a gap, a changed total, data beyond the total or another message's part is a fault and
 * everything is forgotten (NAK 9 is a PD's answer). Memory is bounded by the 65,535 bytes that a total can say, and by what came.
 */
export function addPart(assembly: Assembly | null, code: number, { total, offset, data }: Part): Assembled {
  if (data.length === 0 && offset >= total && total > 0) return { state: 'fault', reason: 'given-up' }
  if (offset + data.length > total) return { state: 'fault', reason: 'beyond-total' }
  let bytes = assembly?.bytes ?? new Uint8Array(0)
  let have = assembly?.have ?? 0
  if (offset === 0) have = 0
  else if (assembly === null) return { state: 'fault', reason: 'no-beginning' }
  else if (assembly.code !== code) return { state: 'fault', reason: 'other-message' }
  else if (assembly.total !== total) return { state: 'fault', reason: 'total-changed' }
  else if (offset > have) return { state: 'fault', reason: 'gap' }
  const end = Math.max(have, offset + data.length)
  const next = new Uint8Array(end)
  next.set(bytes.subarray(0, have))
  next.set(data, offset)
  bytes = next
  have = end
  return have === total ? { state: 'whole', bytes } : { state: 'waiting', assembly: { code, total, bytes, have } }
}

/** Cuts a message into parts of at most `size` bytes of data each (at least one part, also for nothing). */
export function cutParts(whole: Uint8Array, size: number): Part[] {
  const parts: Part[] = []
  for (let offset = 0; offset === 0 || offset < whole.length; offset += size) {
    parts.push({ total: whole.length, offset, data: whole.slice(offset, offset + size) })
  }
  return parts
}
