import type { Now } from '../../shared/clock.ts'
import { obey } from './command.ts'
import { expireInput, readInput, readTamper } from './contact.ts'
import { decisionRows } from './decision-state.ts'
import type { Directory } from './directory.ts'
import { expireDoor, rowOf, settle } from './door.ts'
import { type Decision, Draft, type StepResult } from './draft.ts'
import type { Input } from './input.ts'
import { keepModes, turnPage } from './mode.ts'
import type { Model } from './model.ts'
import { expireReader, noise, readerChanged } from './reader.ts'
import { reconfigure, start } from './start.ts'
import { type Key, type State, splitKey, type Timed } from './state.ts'
import { caseChanged, clockChanged, linkTurned, powerChanged, storeTurned, switchOutput } from './unit.ts'

/** One step with a decision half handed in: first what was due, then the input. Nothing is changed in place. */
export function stepWith(decision: Decision, model: Model, directory: Directory, state: State, input: Input, now: Now): StepResult {
  const draft = new Draft(model, directory, state, now, decision)
  // What a clock that is set makes due is judged only when everything written by the old one has moved along.
  const passed = input.kind === 'clock' ? { ...now, wall: Number.NEGATIVE_INFINITY } : now
  for (const key of dueKeys(state, passed)) expire(draft, decision, key)
  dispatch(draft, decision, input)
  return draft.result()
}

/** The earliest instant at which a row of the state wants to be looked at, in monotonic ms; null where none does. */
export function nextDue(state: State, now: Now): number | null {
  let next = Number.POSITIVE_INFINITY
  for (const key of state.timed) next = Math.min(next, dueAt(state, key, now))
  return next === Number.POSITIVE_INFINITY ? null : Math.max(next, now.mono)
}

function dueAt(state: State, key: Key, now: Now): number {
  const [kind, id] = splitKey(key)
  const { due, dueWall } = (state.rows[kind].get(id) ?? {}) as Timed
  const wall = typeof dueWall === 'number' ? now.mono + (dueWall - now.wall) : Number.POSITIVE_INFINITY
  return Math.min(due ?? wall, wall)
}

function dueKeys(state: State, now: Now): Key[] {
  const due: { key: Key; at: number }[] = []
  for (const key of state.timed) {
    const at = dueAt(state, key, now)
    if (at <= now.mono) due.push({ key, at })
  }
  return due.sort((one, other) => one.at - other.at || (one.key < other.key ? -1 : 1)).map(({ key }) => key)
}

function expire(draft: Draft, decision: Decision, key: Key): void {
  const [kind, id] = splitKey(key)
  if (kind !== 'input' && !draft.self.started) return
  if (kind in decisionRows) decision.expireAttempts(draft)
  else if (kind === 'door') expireDoor(draft, id)
  else if (kind === 'input') expireInput(draft, id)
  else if (kind === 'reader') expireReader(draft, id)
  else if (kind === 'calendar') reviewDoors(draft)
}

/** Doors whose resting state depends on the calendar. */
function reviewDoors(draft: Draft): void {
  for (const id of turnPage(draft)) {
    const plan = draft.model.doors.get(id)!
    settle(draft, plan, rowOf(draft, plan))
  }
}

function dispatch(draft: Draft, decision: Decision, input: Input): void {
  switch (input.kind) {
    case 'start':
      start(draft)
      decision.expireAttempts(draft)
      return
    case 'clock':
      keepModes(draft, clockChanged(draft, input))
      if (!draft.self.started) return
      reviewDoors(draft)
      decision.expireAttempts(draft)
      return
    case 'input':
      readInput(draft, input)
      return
    case 'reader':
      if (input.tamper !== undefined) readTamper(draft, input.reader, input.tamper)
      readerChanged(draft, input)
      return
    case 'power':
      powerChanged(draft, input)
      return
    case 'tamper':
      caseChanged(draft, input)
      return
    case 'link':
      if (linkTurned(draft, input.up)) decision.linkChanged(draft, input.up)
      return
    case 'store':
      storeTurned(draft, input)
      return
  }
  // Before the start the doors are not there yet: readings and faults are remembered, nothing else counts.
  if (!draft.self.started) return
  switch (input.kind) {
    case 'configured':
      reconfigure(draft, input.revision)
      decision.siteChanged(draft, input.removed)
      return
    case 'card':
      decision.present(draft, input.reader, { type: 'card', bits: input.bits })
      return
    case 'plate':
      decision.present(draft, input.reader, { type: 'licence-plate', text: input.text })
      return
    case 'mobile':
      decision.present(draft, input.reader, { type: 'mobile', token: input.token })
      return
    case 'keys':
      decision.keys(draft, input.reader, input.whole ? [...input.keys, null] : [...input.keys])
      return
    case 'noise':
      noise(draft, input)
      return
    case 'command':
      obey(draft, input.command)
      return
    case 'output':
      switchOutput(draft, input)
      return
    case 'shared':
      decision.merge(draft, input)
      return
  }
}
