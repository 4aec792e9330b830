import type { Now } from '../../shared/clock.ts'
import { decision } from './attempt.ts'
import type { Directory } from './directory.ts'
import { stepWith } from './dispatch.ts'
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
