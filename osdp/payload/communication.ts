import { type Layout, type Names, rest, u8, u16, u32 } from './field.ts'

/** Why a PD refused a command. */
export const nakReasons: Names = {
  0: 'none',
  1: 'bad-check',
  2: 'command-length',
  3: 'unknown-command',
  4: 'unexpected-sequence',
  5: 'security-block-not-supported',
  6: 'encryption-required',
  7: 'biometric-type',
  8: 'biometric-format',
  9: 'cannot-process',
  255: 'other',
}

/** NAK. */
export const refusal = { reason: u8(nakReasons), details: rest } satisfies Layout
/** COMSET and COM. `address` 0 to 0x7E, `baud` in bits a second. */
export const line = { address: u8(), baud: u32 } satisfies Layout
/** ACURXSIZE: the longest frame the ACU takes, in bytes. */
export const receiveSize = { size: u16 } satisfies Layout
/** KEEPACTIVE: milliseconds to stay awake, 0 cancels. */
export const keepActive = { ms: u16 } satisfies Layout

/** The rates of the standard, in bits a second. */
export const baudRates = [9600, 19200, 38400, 57600, 115200, 230400] as const
