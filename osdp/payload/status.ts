import { type Layout, type Names, numbers, u8 } from './field.ts'

const tamper: Names = { 0: 'normal', 1: 'tamper' }
const power: Names = { 0: 'normal', 1: 'failure' }

/** What an input can be; 0x80 to 0xFF are the maker's own. */
export const inputStates: Names = { 0: 'inactive', 1: 'active', 2: 'short', 3: 'open', 4: 'fault', 5: 'unknown' }
export const outputStates: Names = { 0: 'inactive', 1: 'active' }
export const readerStates: Names = { 0: 'normal', 1: 'not-connected', 2: 'tamper' }

/** LSTATR. */
export const localStatus = { tamper: u8(tamper), power: u8(power) } satisfies Layout
/** ISTATR: one number per input, however many the PD sends. */
export const inputStatus = { status: numbers(inputStates) } satisfies Layout
/** OSTATR. */
export const outputStatus = { status: numbers(outputStates) } satisfies Layout
/** RSTATR. */
export const readerStatus = { status: numbers(readerStates) } satisfies Layout
