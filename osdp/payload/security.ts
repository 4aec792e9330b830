import { counted, fixed, type Layout, type Names, u8 } from './field.ts'

export const keyTypes: Names = { 1: 'scbk', 2: 'aes-256' }

/** KEYSET. */
export const keySet = { keyType: u8(keyTypes), key: counted(1) } satisfies Layout
/** CHLNG, under SCS_11. */
export const challenge = { rndA: fixed(8) } satisfies Layout
/** CCRYPT, under SCS_12. */
export const clientCryptogram = { cuid: fixed(8), rndB: fixed(8), clientCryptogram: fixed(16) } satisfies Layout
/** SCRYPT, under SCS_13. */
export const serverCryptogram = { serverCryptogram: fixed(16) } satisfies Layout
/** RMAC_I, under SCS_14. */
export const initialMac = { rmacI: fixed(16) } satisfies Layout
