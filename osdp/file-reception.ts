import type { CommandOf } from './message.ts'

/** A file that came over the line. `type`: 1 opaque, 2 template, 3 display, 128 to 255 the maker's own. */
export interface ReceivedFile {
  readonly type: number
  readonly bytes: Uint8Array
}

/** A file on its way into a PD. It outlives a lost session, so that the ACU can go on where it was. */
export interface FileReception {
  readonly type: number
  readonly bytes: Uint8Array
  have: number
  finishing: number
}

/** The largest file a PD takes, in bytes. */
export const fileLimit = 1 << 20

/**
 * Takes one part. `detail` is FTSTAT's: 0 go on, 3 finishing, -1 out of order (everything is forgotten), -3 too large; null where the file is whole and wants
 * judging. A repeated part is harmless, offset 0 starts over.
 */
export function takeFilePart(
  state: FileReception | null,
  { type, total, offset, data }: CommandOf<'FILETRANSFER'>,
  finishing: number,
): { readonly state: FileReception | null; readonly detail: number | null } {
  if (total > fileLimit) return { state: null, detail: -3 }
  let reception = state
  if (offset === 0 && data.length > 0) reception = { type, bytes: new Uint8Array(total), have: 0, finishing }
  if (
    reception === null ||
    reception.type !== type ||
    reception.bytes.length !== total ||
    offset > reception.have ||
    offset + data.length > total
  ) {
    return { state: null, detail: -1 }
  }
  reception.bytes.set(data, offset)
  reception.have = Math.max(reception.have, offset + data.length)
  if (reception.have < total) return { state: reception, detail: 0 }
  if (reception.finishing-- > 0) return { state: reception, detail: 3 }
  return { state: reception, detail: null }
}
