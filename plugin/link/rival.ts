import type { Clock } from '../../shared/clock.ts'

/** A rival that says nothing for so long is gone; ms. */
const goneMs = 5_000
/** Between two answers to rivals; ms. */
const againMs = 900

/** Whether another server speaks to the same controllers, and which of the two stands by. */
export interface Rivals {
  /** Another one began first: this one leaves the controllers to it. */
  readonly standingBy: boolean
  /** A server of this epoch is there. */
  heard(epoch: string): void
  /** Looks after rivals; to be called about every second. */
  watch(): void
}

interface Surroundings {
  /** Of this server; epochs of those that began later are greater. */
  readonly epoch: string
  readonly clock: Clock
  /** Tells the others that this one is there. */
  readonly tell: () => void
  /** Another server begins or ceases to have the controllers. */
  readonly onChange: (standingBy: boolean) => void
  readonly onTrouble: (trouble: string) => void
}

/**
 * Two servers on one broker, a restored backup beside its original say, would call every controller back and forth. The one that began first
 * goes on; the other stands by until it has heard nothing of the first for {@link goneMs}.
 */
export function createRivals({ epoch: own, clock, tell, onChange, onTrouble }: Surroundings): Rivals {
  /** When servers that began earlier, and later, were last heard. */
  const heardAt = new Map<'earlier' | 'later', number>()
  let toldAt = Number.NEGATIVE_INFINITY
  let standingBy = false

  function answer(): void {
    if (clock.now() - toldAt < againMs) return
    toldAt = clock.now()
    tell()
  }
  function stand(now: boolean): void {
    if (standingBy === now) return
    standingBy = now
    onChange(now)
  }

  return {
    get standingBy() {
      return standingBy
    },
    heard(epoch) {
      if (epoch === own) return
      const which = epoch < own ? 'earlier' : 'later'
      if (!heardAt.has(which)) {
        onTrouble(
          `another server speaks to the controllers through this broker; ${which === 'earlier' ? 'it began first, so this one stands by' : 'it began later, so it has to stand by'}: stop one of them`,
        )
      }
      heardAt.set(which, clock.now())
      answer()
      if (which === 'earlier') stand(true)
    },
    watch() {
      for (const [which, at] of heardAt) if (clock.now() - at > goneMs) heardAt.delete(which)
      stand(heardAt.has('earlier'))
      if (heardAt.size > 0) answer()
    },
  }
}
