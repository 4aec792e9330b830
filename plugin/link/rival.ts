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
  let rival: { readonly first: boolean; readonly at: number } | undefined
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
      const first = epoch < own
      if (rival === undefined || rival.first !== first) {
        onTrouble(
          `another server speaks to the controllers through this broker; ${first ? 'it began first, so this one stands by' : 'it began later, so it has to stand by'}: stop one of them`,
        )
      }
      rival = { first, at: clock.now() }
      answer()
      if (first) stand(true)
    },
    watch() {
      if (rival === undefined) return
      if (clock.now() - rival.at > goneMs) {
        rival = undefined
        stand(false)
      } else answer()
    },
  }
}
