import type { Cardholder, Credential } from '../../shared/site.ts'

/** A cardholder's options without their credentials. */
export type Holder = Omit<Cardholder, 'credentials'>

/** A credential and whose it is. */
export interface Held<C extends Credential = Credential> {
  readonly credential: C
  readonly cardholder: string
}

export type CardCredential = Extract<Credential, { type: 'card' }>
export type PinCredential = Extract<Credential, { type: 'pin' }>

/**
 * People and credentials as the core reads them: synchronous, indexed, never changed by the core (architecture.md "State").
 * Numbers are asked for in normal form: decimal without leading zeros, or lower-case hexadecimal.
 */
export interface Directory {
  /** All card credentials of that number and bit length. */
  cards(cardNumber: string, bitLength: number): readonly Held<CardCredential>[]
  /** All PIN credentials whose PIN or duress PIN has this hash. */
  pins(hash: string): readonly Held<PinCredential>[]
  /** `plate` in normal form: upper case, no spaces. */
  plates(plate: string): readonly Held[]
  mobiles(token: string): readonly Held[]
  /** Every credential of one cardholder. */
  credentials(cardholder: string): readonly Credential[]
  credential(id: string): Held | undefined
  cardholder(id: string): Holder | undefined
  groupsOf(cardholder: string): readonly string[]
  /** HMAC-SHA-256 of the digits under the site's PIN key, lower-case hex. */
  hashPin(digits: string): string
}
