import type { CardCredential, Directory, Held, PinCredential } from '../../controller/core/directory.ts'
import type { Cardholder, Credential } from '../../shared/site.ts'
import { cardKey, hashPin, type KeyKind, normalPlate, type People } from './people.ts'

/** People as the core asks for them, read from the rows when they are asked for. */
export function peopleDirectory(people: People, pinKey: Uint8Array): Directory {
  const holderOf = (id: string): Cardholder | undefined => people.get(id)?.holder
  const held = (kind: KeyKind, key: string): Held[] =>
    people.found(kind, key).flatMap(({ cardholder, credential: id }) => {
      const credential = holderOf(cardholder)?.credentials.find(each => each.id === id)
      return credential ? [{ cardholder, credential }] : []
    })
  const pins = (hash: string): Held[] => {
    const found = [...held('pin', hash), ...held('duress', hash)]
    return found.filter((each, index) => found.findIndex(other => other.credential.id === each.credential.id) === index)
  }
  return {
    cards: (cardNumber, bitLength) => held('card', cardKey(cardNumber, bitLength)) as Held<CardCredential>[],
    pins: hash => pins(hash) as Held<PinCredential>[],
    plates: plate => held('plate', normalPlate(plate)),
    mobiles: token => held('mobile', token),
    credentials: (cardholder): readonly Credential[] => holderOf(cardholder)?.credentials ?? [],
    credential: id => held('id', id)[0],
    cardholder: holderOf,
    groupsOf: people.groupsOf,
    hashPin: digits => hashPin(pinKey, digits),
  }
}
