import { hex, type Layout, rest, u8 } from './field.ts'

/** MFG and MFGREP. `vendor` is the IEEE OUI; the data is the vendor's own, of any length. */
export const manufacturer = { vendor: hex(3), data: rest } satisfies Layout
/** MFGSTATR, deprecated. */
export const manufacturerStatus = { status: u8() } satisfies Layout
/** MFGERRR, deprecated. */
export const manufacturerError = { error: u8() } satisfies Layout
