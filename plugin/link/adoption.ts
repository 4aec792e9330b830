import { createHash } from 'node:crypto'
import type { Clock } from '../../shared/clock.ts'

/** One-time codes by which a device becomes a controller of the site. */
export interface Adoption {
  /** A new code for a controller; an earlier one is void. It is shown once and kept only as a hash. */
  issue(controller: string): { readonly code: string; readonly expiresAt: number }
  /** The controller a code is for, and never again; undefined for a code that is wrong, used or out of date. */
  redeem(code: string): string | undefined
}

/** How long a code may take from the page to the device. */
const validMs = 15 * 60_000
/** Wrong codes a minute, over all devices, after which none is looked at until the minute is over. */
const mostWrong = 20
/** Without 0, 1, I, L, O and U: read aloud, written by hand, and no words. */
const letters = '23456789ABCDEFGHJKMNPQRSTVWXYZ'
const codeLength = 12

/** @param random bytes of a cryptographic source */
export function createAdoption({ clock, random }: { readonly clock: Clock; readonly random: (length: number) => Uint8Array }): Adoption {
  /** By the hash of the code. */
  const open = new Map<string, { readonly controller: string; readonly until: number }>()
  let wrong: number[] = []

  return {
    issue(controller) {
      for (const [hash, each] of open) if (each.controller === controller || each.until <= clock.now()) open.delete(hash)
      const code = makeCode(random)
      open.set(hashOf(code), { controller, until: clock.now() + validMs })
      return { code, expiresAt: clock.wall() + validMs }
    },
    redeem(code) {
      const now = clock.now()
      wrong = wrong.filter(at => at > now - 60_000)
      if (wrong.length >= mostWrong) return undefined
      const hash = hashOf(code)
      const found = open.get(hash)
      open.delete(hash)
      if (found !== undefined && found.until > now) return found.controller
      wrong.push(now)
      return undefined
    },
  }
}

/** `ABCD-EFGH-JKMN`, every letter equally likely. */
function makeCode(random: (length: number) => Uint8Array): string {
  let code = ''
  const fair = 256 - (256 % letters.length)
  while (code.length < codeLength)
    for (const byte of random(codeLength)) if (byte < fair && code.length < codeLength) code += letters[byte % letters.length]
  return code.replace(/(.{4})(?=.)/g, '$1-')
}

function hashOf(code: string): string {
  return createHash('sha256')
    .update(code.toUpperCase().replaceAll(/[^0-9A-Z]/g, ''))
    .digest('hex')
}
