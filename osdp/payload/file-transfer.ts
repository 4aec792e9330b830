import { counted, i16, type Layout, type Names, u8, u16, u32 } from './field.ts'

export const fileTypes: Names = { 1: 'opaque', 2: 'biometric-template', 3: 'display' }

/** What FTSTAT says of the transfer; negative is a refusal. */
export const transferStates: Names = {
  0: 'go-on',
  1: 'processed',
  2: 'rebooting',
  3: 'finishing',
  [-1]: 'abort',
  [-2]: 'not-recognised',
  [-3]: 'not-acceptable',
}

/** Bits of FTSTAT's `action`. */
export const transferActions = { interleave: 1, leaveSecureChannel: 2, pollReplyWaits: 4 } as const

/** Bytes of a FILETRANSFER before its data. */
export const fileHeader = 11

/** FILETRANSFER. A part without data keeps the transfer alive while the PD is finishing. */
export const filePart = { type: u8(fileTypes), total: u32, offset: u32, data: counted(2) } satisfies Layout

/** FTSTAT. `delayMs` before the next FILETRANSFER only; `updateMsgMax` is the largest part the PD wants from now on, 0 for no change. */
export const fileStatus = { action: u8(), delayMs: u16, detail: i16(transferStates), updateMsgMax: u16 } satisfies Layout
