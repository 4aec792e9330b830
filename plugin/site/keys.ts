import { createCipheriv, createHmac, randomBytes } from 'node:crypto'
import { pairingKey } from '../../shared/link.ts'
import type { Store } from '../store/open.ts'
import { type Book, keepSecret } from './book.ts'

/** Under these names keys are held: all but the last at controllers, too. What plugin and controller share since the adoption is theirs alone. */
export const keyNames = { pin: 'pin', main: 'main', reader: (id: string) => `reader ${id}`, link: (id: string) => `link ${id}` } as const

/** The keys of a site, in the vault: made when first needed, never told over the API. */
export type SiteKeys = ReturnType<typeof openSiteKeys>

export function openSiteKeys(store: Store, book: Book) {
  const { vault } = store
  const readersOf = (controller: string): readonly { id: string; osdp: boolean; emulated: boolean }[] => {
    const { site } = book.configuration()
    const units = new Map(site.controllers.filter(c => c.id === controller || c.parent === controller).map(c => [c.id, c]))
    return site.doors.flatMap(door => {
      const unit = units.get(door.controller)
      if (door.type !== 'door' || !unit) return []
      return [door.a.reader, door.b.reader].flatMap(r => (r ? [{ id: r.id, osdp: r.type === 'osdp', emulated: unit.emulated }] : []))
    })
  }
  const linkSecret = (controller: string) => keepSecret(store, keyNames.link(controller), 32)

  return {
    readersOf,
    /** The main encryption key of the site. */
    main: (): Buffer => keepSecret(store, 'main-key', 16),
    reader: (id: string): Buffer | undefined => vault.get(keyNames.reader(id)),
    setReader: (id: string, key: Uint8Array): void => vault.set(keyNames.reader(id), key),
    /**
     * A key that a pairing is to bring, sealed for the controller; kept until the outcome is known, whatever happens to this server meanwhile. That of an earlier one
     * whose outcome is not known is kept beside it.
     */
    beginPairing(controller: string, id: string, key: Uint8Array): string {
      const name = pairingKey(keyNames.reader(id))
      const earlier = vault.get(name)
      if (earlier) vault.set(pairingKey(name), earlier)
      vault.set(name, key)
      return sealKeys(linkSecret(controller), controller, { [keyNames.reader(id)]: Buffer.from(key).toString('hex') })
    },
    /** @param taken whether the reader has the new key now; where it has not, it may have that of an earlier pairing, which is open again */
    endPairing(id: string, taken: boolean): void {
      const name = pairingKey(keyNames.reader(id))
      const key = vault.get(name)
      const earlier = vault.get(pairingKey(name))
      if (key && taken) vault.set(keyNames.reader(id), key)
      if (earlier && !taken) vault.set(name, earlier)
      else vault.remove(name)
      vault.remove(pairingKey(name))
    },
    /** Readers of a controller whose pairing ended nobody knows how, each with its key sealed. */
    unknownPairings(controller: string): readonly { readonly reader: string; readonly sealed: string }[] {
      return readersOf(controller).flatMap(({ id: reader }) => {
        const key = vault.get(pairingKey(keyNames.reader(reader)))?.toString('hex')
        return key === undefined
          ? []
          : [{ reader, sealed: sealKeys(linkSecret(controller), controller, { [keyNames.reader(reader)]: key }) }]
      })
    },
    /** Gives each emulated OSDP reader that has none a key of its own, derived from the main key. */
    provideEmulated(controller: string): void {
      for (const { id, osdp, emulated } of readersOf(controller)) {
        if (!osdp || !emulated || vault.get(keyNames.reader(id))) continue
        const key = createHmac('sha256', this.main()).update(keyNames.reader(id)).update(randomBytes(16)).digest().subarray(0, 16)
        vault.set(keyNames.reader(id), key)
      }
    },
    /** What plugin and controller share: the controller has it since its adoption. */
    linkSecret,
    /** Everything one controller has to hold, sealed so that only it can open it. */
    sealedFor(controller: string): string {
      const keys: Record<string, string> = { [keyNames.pin]: book.pinKey().toString('hex'), [keyNames.main]: this.main().toString('hex') }
      for (const { id } of readersOf(controller)) {
        for (const name of [keyNames.reader(id), pairingKey(keyNames.reader(id))]) {
          const key = vault.get(name)
          if (key) keys[name] = key.toString('hex')
        }
      }
      return sealKeys(linkSecret(controller), controller, keys)
    },
  }
}

const nonceBytes = 12

/** As controllers open it: nonce, tag, text; AES-256-GCM with the controller's id bound to it. */
function sealKeys(secret: Uint8Array, controller: string, keys: Readonly<Record<string, string>>): string {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(Buffer.from(controller))
  const body = Buffer.concat([cipher.update(JSON.stringify(keys)), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64')
}
