import type { ElementState } from '../../shared/state.ts'
import type { Model } from '../core/model.ts'
import type { State } from '../core/state.ts'
import { viewController, viewDoor, viewInput, viewOccupancy, viewOutput, viewReader } from '../core/view.ts'

/** Every element of a controller as it is now. */
export function describe(model: Model, state: State): ElementState[] {
  const { units, clockTrusted, storeOk } = viewController(model, state, { mono: 0, wall: 0 })
  const elements: ElementState[] = units.map(unit => ({ kind: 'controller', ...unit, clockTrusted, storeOk }))
  for (const id of model.doors.keys()) {
    const view = viewDoor(model, state, id)
    if (view === undefined) continue
    const { readers, ...door } = view
    elements.push({ kind: 'door', id, ...door })
  }
  for (const id of model.readers.keys()) {
    const reader = viewReader(model, state, id)
    if (reader !== undefined) elements.push({ kind: 'reader', ...reader })
  }
  for (const id of model.ports.keys()) elements.push({ kind: 'input', id, ...viewInput(state, id) })
  for (const id of model.outputs) elements.push({ kind: 'output', id, active: viewOutput(state, id) })
  for (const id of model.zones.keys()) {
    const zone = viewOccupancy(model, state, id)
    if (zone !== undefined) elements.push({ kind: 'zone', ...zone })
  }
  return elements
}

/** Tells apart what has changed since it was last told. */
export interface StateDiff {
  /** What to tell: everything after `forget`, then changes; undefined when there is nothing. */
  next(
    elements: readonly ElementState[],
  ): { readonly whole: boolean; readonly elements: ElementState[]; readonly gone: string[] } | undefined
  forget(): void
}

export function createStateDiff(): StateDiff {
  let told = new Map<string, string>()
  let whole = true
  return {
    next(elements) {
      const before = told
      told = new Map()
      const changed: ElementState[] = []
      for (const element of elements) {
        const text = JSON.stringify(element)
        told.set(element.id, text)
        if (whole || before.get(element.id) !== text) changed.push(element)
      }
      const gone = whole ? [] : [...before.keys()].filter(id => !told.has(id))
      const found = { whole, elements: changed, gone }
      whole = false
      return found.whole || changed.length > 0 || gone.length > 0 ? found : undefined
    },
    forget() {
      whole = true
      told = new Map()
    },
  }
}
