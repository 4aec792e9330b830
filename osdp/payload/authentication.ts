import { cut, hex, type Layout, readPayload, rest, u8, type ValueOf, type Written, writePayload } from './field.ts'

/** PIVDATA. The offset has one byte in an older form. */
export const pivData = { object: hex(3), element: u8(), offset: cut(2, 1) } satisfies Layout

/** What the parts of a GENAUTH or CRAUTH hold once they are put together. */
export const authenticationRequest = { algorithm: u8(), keyRef: u8(), template: rest } satisfies Layout

/** Reads the whole of a GENAUTH or CRAUTH. */
export function readAuthenticationRequest(whole: Uint8Array) {
  return readPayload(authenticationRequest, whole)
}

/** The whole of a GENAUTH or CRAUTH, to be sent in parts. */
export function writeAuthenticationRequest(value: ValueOf<typeof authenticationRequest>): Written {
  return writePayload(authenticationRequest, value)
}
