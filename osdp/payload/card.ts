import { bits, countedText, type Layout, type Names, u8, u16 } from './field.ts'

export const cardFormats: Names = { 0: 'raw', 1: 'wiegand', 2: 'uid', 3: 'oss-sid' }

/** RAW. The first bit is the most significant one of the first byte. */
export const cardData = { reader: u8(), format: u8(cardFormats), bits: u16, data: bits('bits') } satisfies Layout

/** FMT, deprecated. What `direction` means differs between implementations; a length that does not agree is tolerated. */
export const formattedCardData = { reader: u8(), direction: u8(), text: countedText('latin1', 1, true) } satisfies Layout

/** KEYPAD. `digits` holds `0` to `9`, `#` and `*` (0D and 7F on the line). */
export const keys = { reader: u8(), digits: countedText('digits') } satisfies Layout
