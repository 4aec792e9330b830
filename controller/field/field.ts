import type { Site } from '../../shared/site.ts'
import type { FieldEffect } from '../core/effect.ts'
import type { Input } from '../core/input.ts'

/** Hands what hardware saw to the runtime. */
export type Report = (input: Input) => void

/** One kind of field hardware behind a controller. The runtime owns it: it starts it, hands it effects and a new site, and stops it. */
export interface Field {
  /** Begins to report. What is known already (positions of contacts, power) is reported at once, before this returns. */
  start(report: Report): void
  /** Carries out one effect, or leaves it alone if it is for other hardware. Never throws, never blocks. */
  apply(effect: FieldEffect): void
  /** Another site is in force; called before the core steps with it. */
  configure?(site: Site): void
  /** Relays fall, reports end. `start` may be called again. */
  stop(): void
}
