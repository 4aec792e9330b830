import type { Credential, Site } from '../../shared/site.ts'
import { canonicalNumber } from '../../wiegand/index.ts'
import { canonicalPlate } from './credential.ts'
import type { CardCredential, Directory, Held, Holder, PinCredential } from './directory.ts'

/** HMAC-SHA-256 of a PIN's digits under the site's PIN key, lower-case hexadecimal. */
export type HashPin = (digits: string) => string

/**
 * The people of a whole site as the core reads them, held in memory: for tests, explain and what-if. A PIN still in digits is hashed here.
 * Millions of credentials belong in the store's directory instead.
 */
export function siteDirectory({ cardholders, groups }: Pick<Site, 'cardholders' | 'groups'>, hashPin: HashPin): Directory {
  const holders = new Map<string, Holder>()
  const owned = new Map<string, readonly Credential[]>()
  const byId = new Map<string, Held>()
  const cards = new Map<string, Held<CardCredential>[]>()
  const pins = new Map<string, Held<PinCredential>[]>()
  const plates = new Map<string, Held[]>()
  const mobiles = new Map<string, Held[]>()
  const memberships = new Map<string, string[]>()

  const enter = (cardholder: string, given: Credential): Credential => {
    if (given.type === 'pin') {
      const credential = hashed(given, hashPin)
      byId.set(credential.id, { cardholder, credential })
      for (const hash of new Set([credential.pinHash, credential.duressPinHash]))
        if (hash !== undefined) add(pins, hash, { cardholder, credential })
      return credential
    }
    byId.set(given.id, { cardholder, credential: given })
    if (given.type === 'card') add(cards, cardKey(given.cardNumber, given.bitLength), { cardholder, credential: given })
    else if (given.type === 'mobile') add(mobiles, given.token, { cardholder, credential: given })
    else add(plates, canonicalPlate(given.plate), { cardholder, credential: given })
    return given
  }
  for (const { credentials, ...holder } of cardholders) {
    holders.set(holder.id, holder)
    const entered = credentials.map(credential => enter(holder.id, credential))
    owned.set(holder.id, entered)
  }
  for (const { id, members } of groups) for (const member of new Set(members)) add(memberships, member, id)

  return {
    cards: (cardNumber, bitLength) => cards.get(cardKey(cardNumber, bitLength)) ?? [],
    pins: hash => pins.get(hash) ?? [],
    plates: plate => plates.get(plate) ?? [],
    mobiles: token => mobiles.get(token) ?? [],
    credentials: cardholder => owned.get(cardholder) ?? [],
    credential: id => byId.get(id),
    cardholder: id => holders.get(id),
    groupsOf: cardholder => memberships.get(cardholder) ?? [],
    hashPin,
  }
}

function add<T>(table: Map<string, T[]>, key: string, value: T): void {
  const list = table.get(key)
  if (list === undefined) table.set(key, [value])
  else list.push(value)
}

function cardKey(cardNumber: string, bitLength: number): string {
  return `${bitLength}/${canonicalNumber(cardNumber)}`
}

function hashed({ pin, duressPin, ...rest }: PinCredential, hashPin: HashPin): PinCredential {
  const pinHash = pin === undefined ? rest.pinHash : hashPin(pin)
  const duressPinHash = duressPin === undefined ? rest.duressPinHash : hashPin(duressPin)
  return { ...rest, ...(pinHash === undefined ? {} : { pinHash }), ...(duressPinHash === undefined ? {} : { duressPinHash }) }
}
