import type { FieldEffect } from '../core/effect.ts'
import type { Input } from '../core/input.ts'

/** Hands what hardware saw to the runtime. */
export type Report = (input: Input) => void

/** One kind of field hardware behind a controller. The runtime owns it: it starts it, hands it effects and a new site, and stops it. */
export interface Field {
  start(report: Report): void
  /** Carries out one effect, or leaves it alone if it is for other hardware. Never throws, never blocks. */
  apply(effect: FieldEffect): void
  stop(): void
}
