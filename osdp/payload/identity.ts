import { countedText, cut, dotted, hex, type Layout, type Names, readPayload, records, u8, u32 } from './field.ts'

/** What a capability record speaks of. Unknown functions are numbers without a name. */
export const capabilityFunctions: Names = {
  1: 'inputs',
  2: 'outputs',
  3: 'card-data',
  4: 'led',
  5: 'buzzer',
  6: 'text',
  7: 'time-keeping',
  8: 'check',
  9: 'security',
  10: 'receive-buffer',
  11: 'largest-combined-message',
  12: 'smart-card',
  13: 'readers',
  14: 'biometrics',
  15: 'secure-pin-entry',
  16: 'osdp-version',
  17: 'extended-identification',
}

/** ID: 0 asks for PDID, 1 for EXT_PDID. Devices in the field leave the byte out. */
export const identify = { replyType: cut(1, 0) } satisfies Layout

/** CAP. */
export const askCapabilities = { replyType: cut(1, 0) } satisfies Layout

/** PDID. `vendor` is the IEEE OUI, `firmware` is major.minor.build. */
export const identification = { vendor: hex(3), model: u8(), version: u8(), serial: u32, firmware: dotted(3) } satisfies Layout

/** PDCAP. */
export const capabilities = { capabilities: records({ function: u8(capabilityFunctions), compliance: u8(), count: u8() }) } satisfies Layout

/** The tags of EXT_PDID. */
export const extendedTags: Names = { 0: 'maker', 1: 'product', 2: 'serial', 3: 'firmware', 4: 'hardware', 5: 'url', 6: 'configuration' }

/** What the parts of an EXT_PDID hold once they are put together. */
export const extendedIdentification = { entries: records({ tag: u8(extendedTags), text: countedText('utf8', 2) }) } satisfies Layout

/** Reads the whole of an EXT_PDID. */
export function readExtendedIdentification(whole: Uint8Array) {
  return readPayload(extendedIdentification, whole)
}
