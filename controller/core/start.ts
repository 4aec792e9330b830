import { reviewInputs, tellStanding } from './contact.ts'
import { endAlarms, leafSettles, positionOf, rowOf, settle } from './door.ts'
import type { Draft } from './draft.ts'
import { turnPage } from './mode.ts'
import type { DoorPlan } from './model.ts'
import { positionFrom } from './position.ts'
import { forgetReader, showReaders, tellReader } from './reader.ts'
import { startUnits } from './unit.ts'

/** The process is up: doors go to their resting state, and what stands is told once (domain.md §4 "Restart and crash"). */
export function start(draft: Draft): void {
  startUnits(draft)
  tellStanding(draft)
  for (const reader of draft.model.readers.keys()) tellReader(draft, reader)
  turnPage(draft)
  for (const plan of draft.model.doors.values()) {
    settle(draft, plan, rowOf(draft, plan))
    showReaders(draft, plan.readers, true)
  }
}

/** Another site is in force: resting states follow it, what has left it is forgotten, and the hardware is told all of it anew. */
export function reconfigure(draft: Draft, revision: string): void {
  const { model } = draft
  draft.emit({ type: 'configuration.applied', source: { kind: 'controller', id: model.controller }, revision })
  forget(draft)
  reviewInputs(draft)
  turnPage(draft)
  for (const plan of model.doors.values()) {
    const row = draft.get('door', plan.id)
    if (row !== undefined) {
      draft.set('door', plan.id, { ...row, relays: {} })
      reviewLeaf(draft, plan)
    }
    settle(draft, plan, rowOf(draft, plan))
    showReaders(draft, plan.readers, true)
  }
}

/** A monitor that is read otherwise shows its first known position; one that is gone ends what it had raised. */
function reviewLeaf(draft: Draft, plan: DoorPlan): void {
  const position = positionFrom(draft, plan)
  if (position !== positionOf(draft, plan.id)) {
    leafSettles(draft, plan.id, 'unknown')
    leafSettles(draft, plan.id, position)
  }
  const row = rowOf(draft, plan)
  if (plan.monitor === null && (row.forced || row.tooLong)) endAlarms(draft, plan.id, row)
}

/** Drops what the site no longer has: alarms that stood there end, relays and outputs without a use are switched off. */
function forget(draft: Draft): void {
  const { model } = draft
  const locks = new Set([...model.doors.values()].flatMap(plan => plan.locks.map(lock => lock.key)))
  for (const [id, row] of [...draft.each('door')]) {
    for (const key of Object.keys(row.relays)) if (!locks.has(key)) draft.effect({ kind: 'relay', ...terminal(key), energised: false })
    const plan = model.doors.get(id)
    const another = plan?.door === null && Object.keys(row.relays).length > 0
    if (plan !== undefined && !another) continue
    endAlarms(draft, id, row)
    draft.set('door', id, null)
  }
  for (const [id] of [...draft.each('mode')]) if (model.doors.get(id)?.door == null) draft.set('mode', id, null)
  for (const [id, row] of [...draft.each('reader')]) forgetReader(draft, id, row)
  for (const [key, row] of [...draft.each('output')]) {
    if (model.outputs.has(key)) continue
    if (row.active) draft.effect({ kind: 'output', ...terminal(key), active: false })
    draft.set('output', key, null)
  }
}

function terminal(key: string): { controller: string; port: string } {
  const slash = key.indexOf('/')
  return { controller: key.slice(0, slash), port: key.slice(slash + 1) }
}
