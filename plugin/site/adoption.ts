import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Store } from '../store/open.ts'
import { keyNames } from './keys.ts'

/** A code is good for a day … */
const validMs = 24 * 3_600_000
/** … and for as many wrong tries in between. */
const mostTries = 5

interface Pending {
  readonly hash: string
  readonly expires: number
  readonly tries: number
}

/** A controller is believed once it has shown the one-time code that an administrator was given for it. */
export type Adoptions = ReturnType<typeof openAdoptions>

export function openAdoptions({ vault }: Store, now: () => number) {
  const nameOf = (controller: string) => `adoption ${controller}`
  const read = (controller: string): Pending | undefined => {
    const kept = vault.get(nameOf(controller))
    return kept && (JSON.parse(kept.toString()) as Pending)
  }
  const write = (controller: string, pending: Pending) => vault.set(nameOf(controller), Buffer.from(JSON.stringify(pending)))

  return {
    /** A new code; one given out before is good no more. */
    offer(controller: string): { readonly code: string; readonly expires: number } {
      const code = randomBytes(15).toString('base64url').toUpperCase().replaceAll(/[-_]/g, 'X').match(/.{5}/g)!.join('-')
      const expires = now() + validMs
      write(controller, { hash: digest(code), expires, tries: 0 })
      return { code, expires }
    },
    /** The secret that both share from now on; undefined for a wrong, used or old code. Whoever was adopted under this name before is shut out. */
    adopt(controller: string, code: string): Buffer | undefined {
      const pending = read(controller)
      if (!pending) return undefined
      if (pending.expires <= now() || pending.tries >= mostTries) {
        vault.remove(nameOf(controller))
        return undefined
      }
      write(controller, { ...pending, tries: pending.tries + 1 })
      if (!timingSafeEqual(Buffer.from(digest(code)), Buffer.from(pending.hash))) return undefined
      vault.remove(nameOf(controller))
      const secret = randomBytes(32)
      vault.set(keyNames.link(controller), secret)
      return secret
    },
    isAdopted: (controller: string): boolean => vault.get(keyNames.link(controller)) !== undefined,
    /** Forgets a controller: its secret opens nothing any more. */
    forget(controller: string): void {
      vault.remove(nameOf(controller))
      vault.remove(keyNames.link(controller))
    },
  }
}

const digest = (code: string): string => createHash('sha256').update(code.trim().toUpperCase()).digest('hex')
