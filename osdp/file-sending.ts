import type { CommandOf, ReplyOf } from './message.ts'
import { fileHeader } from './payload/file-transfer.ts'

/** A file on its way to a PD. */
export interface FileSending {
  readonly id: number
  readonly type: number
  readonly bytes: Uint8Array
  /** So many bytes the PD has acknowledged. */
  offset: number
  /** The part on its way ends here. */
  end: number
  /** No FILETRANSFER before; everything else goes on. */
  notBefore: number
  /** The largest part the PD asked for, 0 for none. */
  partMax: number
  /** The PD wants no other commands between the parts. */
  exclusive: boolean
  finishing: boolean
  /** The session was lost on the way; the PD may have forgotten what it had. */
  resumed: boolean
  restarts: number
  /** When the PD last said that it got further. */
  movedAt: number
}

/** How long a PD may be "finishing" without an end, in milliseconds. */
const patienceMs = 120_000
/** Between two questions to a PD that is finishing and named no delay. */
const finishingMs = 200

export function createFileSending(id: number, type: number, bytes: Uint8Array, now: number): FileSending {
  return {
    id,
    type,
    bytes: new Uint8Array(bytes),
    offset: 0,
    end: 0,
    notBefore: now,
    partMax: 0,
    exclusive: false,
    finishing: false,
    resumed: false,
    restarts: 0,
    movedAt: now,
  }
}

/** The largest part that fits a frame of `limit` bytes, encrypted or not. */
export function partSize(limit: number, sealed: boolean): number {
  return sealed ? ((limit - 14) & ~15) - fileHeader - 1 : limit - 8 - fileHeader
}

/** The next part, as long as `limit` (the PD's receive buffer) and the PD's own wish allow; empty once everything is there. */
export function nextPart(file: FileSending, limit: number, sealed: boolean): CommandOf<'FILETRANSFER'> {
  const fits = Math.max(1, partSize(limit, sealed))
  const size = file.partMax > 0 ? Math.min(fits, file.partMax) : fits
  file.end = Math.min(file.bytes.length, file.offset + size)
  return {
    name: 'FILETRANSFER',
    type: file.type,
    total: file.bytes.length,
    offset: file.offset,
    data: file.bytes.slice(file.offset, file.end),
  }
}

/** Takes what the PD says to a part: whether to go on, or how it ended. */
export function partAnswered(
  file: FileSending,
  status: ReplyOf<'FTSTAT'>,
  now: number,
): 'going-on' | { readonly ok: boolean; readonly reason: string | null } {
  const { action, delayMs, detail, updateMsgMax } = status
  if (updateMsgMax > 0) file.partMax = updateMsgMax
  file.exclusive = (action & 1) === 0
  file.notBefore = now + delayMs
  if (detail < 0) {
    // A PD that lost its power on the way has forgotten the beginning.
    if (detail === -1 && file.resumed && file.restarts < 2) {
      Object.assign(file, { offset: 0, end: 0, resumed: false, finishing: false, restarts: file.restarts + 1 })
      return 'going-on'
    }
    return { ok: false, reason: detail === -1 ? 'aborted' : detail === -2 ? 'not-recognised' : detail === -3 ? 'not-acceptable' : 'failed' }
  }
  if (file.end > file.offset) file.movedAt = now
  file.offset = file.end
  if (detail === 1 || detail === 2) {
    return file.offset === file.bytes.length
      ? { ok: true, reason: detail === 2 ? 'rebooting' : null }
      : { ok: false, reason: 'ended-early' }
  }
  file.finishing = detail === 3 || file.offset === file.bytes.length
  if (file.finishing) {
    if (delayMs === 0) file.notBefore = now + finishingMs
    if (now - file.movedAt > patienceMs) return { ok: false, reason: 'never-finished' }
  }
  return 'going-on'
}
