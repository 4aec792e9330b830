export type { CardCredential, Directory, Held, Holder, PinCredential } from './directory.ts'
export type { StepResult } from './draft.ts'
export type { Effect, FieldEffect, LedColour, LinkEffect } from './effect.ts'
export type { Input, Reading, SharedPresence, SharedUse } from './input.ts'
export {
  type AccessPoint,
  buildModel,
  type DoorPlan,
  type Model,
  type Place,
  type PortPlan,
  type ReaderPlan,
  type ZonePlan,
} from './model.ts'
export { applyChanges, type Change, emptyState, type Key, loadState, type Position, type State } from './state.ts'
export { step, wakeAt } from './step.ts'
export {
  type DoorStatus,
  type DoorView,
  type InputView,
  type ReaderView,
  viewController,
  viewDoor,
  viewHolder,
  viewInput,
  viewOutput,
  viewReader,
  viewZone,
} from './view.ts'
