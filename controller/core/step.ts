import type { Now } from '../../shared/clock.ts'
import { decision } from './attempt.ts'
import type { Directory } from './directory.ts'
import { nextDue, stepWith } from './dispatch.ts'
import type { StepResult } from './draft.ts'
import type { Input } from './input.ts'
import type { Model } from './model.ts'
import type { State } from './state.ts'

/**
 * What a controller makes of one input at one moment: the rows that change, what is to be done outside, and what happened, in order. Whatever
 * was due by `now` comes first. Pure: the caller commits and then takes the changes over with `applyChanges`.
 */
export function step(model: Model, directory: Directory, state: State, input: Input, now: Now): StepResult {
  return stepWith(decision, model, directory, state, input, now)
}

/**
 * When to call `step` with `wake` if nothing else comes: monotonic ms, never before `now`; null where nothing is due. Instants of the calendar
 * follow the wall clock of `now`, so it is asked again after every step.
 */
export function wakeAt(_model: Model, state: State, now: Now): number | null {
  return nextDue(state, now)
}
