import { hkdfSync } from 'node:crypto'
import { unseal } from '../store/keys.ts'

/*
 * Since its adoption a controller shares a secret of 32 bytes with the plugin. It never travels: the broker gets a password derived from it, and
 * keys on their way are sealed under it, so that neither a broker nor whoever listens to it can read them.
 */

/** What the controller shows to the broker, its id being the user name. */
export function linkPassword(secret: Uint8Array): string {
  return Buffer.from(hkdfSync('sha256', secret, '', 'portunus link password', 32)).toString('base64url')
}

/**
 * The keys that the plugin hands out, by name.
 * @throws Error when they were sealed under another secret or for another controller
 */
export function openKeys(secret: Uint8Array, controller: string, sealed: string): Record<string, Uint8Array> {
  const text = unseal(secret, controller, Buffer.from(sealed, 'base64')).toString()
  return Object.fromEntries(
    Object.entries(JSON.parse(text) as Record<string, string>).map(([name, hex]) => [name, Buffer.from(hex, 'hex')]),
  )
}
