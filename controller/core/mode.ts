import type { DoorMode } from '../../shared/event.ts'
import { nextMidnight } from './calendar.ts'
import type { Draft } from './draft.ts'
import type { DoorPlan, NamedSchedule } from './model.ts'
import type { ModeRow } from './state.ts'

/*
 * The resting state of a door (domain.md §4), strongest first: emergency, manual mode, override, unlock schedule, locked.
 */

const nothing: ModeRow = { manual: null, override: null, latched: false, firstPersonAt: null }

export function modeRow(draft: Draft, door: string): ModeRow {
  return draft.get('mode', door) ?? nothing
}

export function setMode(draft: Draft, door: string, change: Partial<ModeRow>): void {
  const row = { ...modeRow(draft, door), ...change }
  const empty = row.manual === null && row.override === null && !row.latched && row.firstPersonAt === null
  draft.set('mode', door, empty ? null : row)
}

/** Whether an emergency input holds the door open now, or has done so and waits for Reset. */
export function inEmergency(draft: Draft, plan: DoorPlan): boolean {
  return modeRow(draft, plan.id).latched || plan.emergencies.some(key => draft.get('input', key)?.emergency === true)
}

/** The mode of a door of this controller, as events and people have it. */
export function modeOf(draft: Draft, door: string): DoorMode {
  const plan = draft.model.doors.get(door)
  if (plan === undefined || plan.door === null) return 'scheduled'
  if (inEmergency(draft, plan)) return 'emergency'
  const { manual, override } = modeRow(draft, door)
  return manual ?? (override === null ? 'scheduled' : 'override')
}

/** Whether the resting state is unlocked. */
export function restsUnlocked(draft: Draft, door: string): boolean {
  const plan = draft.model.doors.get(door)
  if (plan === undefined || plan.door === null) return false
  if (inEmergency(draft, plan)) return true
  const { manual, override } = modeRow(draft, door)
  if (manual !== null) return manual === 'unlocked'
  return override === null ? scheduleUnlocks(draft, plan) : override.rests === 'unlocked'
}

function scheduleUnlocks(draft: Draft, plan: DoorPlan): boolean {
  if (plan.unlockSchedules.length === 0) return false
  const { firstPersonAt } = modeRow(draft, plan.id)
  return plan.unlockSchedules.some(schedule => draft.right(schedule.id) && !awaitsFirst(draft, plan, schedule, firstPersonAt))
}

function awaitsFirst(draft: Draft, plan: DoorPlan, schedule: NamedSchedule, firstPersonAt: number | null): boolean {
  if (plan.door?.firstPersonIn !== true) return false
  return firstPersonAt === null || !oneInterval(schedule, firstPersonAt, draft.now.wall)
}

/** Whether a schedule is on without a break from one instant to the other, whichever is earlier. */
function oneInterval(schedule: NamedSchedule, one: number, other: number): boolean {
  const from = Math.min(one, other)
  const end = schedule.nextChange(from)
  return schedule.activeAt(from) && (end === null || end > Math.max(one, other))
}

/** The first grant to a cardholder within an interval sets the unlock schedule going, whatever the mode is then. */
export function firstPerson(draft: Draft, plan: DoorPlan): void {
  const { firstPersonAt } = modeRow(draft, plan.id)
  const awaited = plan.unlockSchedules.some(schedule => draft.right(schedule.id) && awaitsFirst(draft, plan, schedule, firstPersonAt))
  if (awaited) setMode(draft, plan.id, { firstPersonAt: draft.now.wall })
}

/** When an override set at `at` ends by itself: at the next change of the unlock schedules taken together, or at midnight. */
function overrideEnd(plan: DoorPlan, at: number, timeZone: string): number | null {
  const schedules = plan.unlockSchedules
  if (schedules.length === 0) return nextMidnight(at, timeZone)
  const on = (wall: number) => schedules.some(schedule => schedule.activeAt(wall))
  const before = on(at)
  for (let wall = nextOf(schedules, at); wall !== null; wall = nextOf(schedules, wall)) if (on(wall) !== before) return wall
  return null
}

function nextOf(schedules: readonly NamedSchedule[], wall: number): number | null {
  const changes = schedules.map(schedule => schedule.nextChange(wall)).filter(change => change !== null)
  return changes.length === 0 ? null : Math.min(...changes)
}

/** Ends the overrides whose time has come, and notes when the calendar has to be looked at again. True for a door that may rest otherwise now. */
export function turnPage(draft: Draft): string[] {
  const { wall } = draft.now
  const touched: string[] = []
  let next = Number.POSITIVE_INFINITY
  for (const plan of draft.model.doors.values()) {
    const { override } = modeRow(draft, plan.id)
    if (override === null && plan.unlockSchedules.length === 0) continue
    touched.push(plan.id)
    if (override !== null) {
      const end = overrideEnd(plan, override.at, draft.model.timeZone)
      if (end !== null && end <= wall) setMode(draft, plan.id, { override: null })
      else if (end !== null) next = Math.min(next, end)
    }
    next = Math.min(next, nextOf(plan.unlockSchedules, wall) ?? next)
  }
  const dueWall = draft.get('calendar', '')?.dueWall
  if (next === Number.POSITIVE_INFINITY) {
    if (dueWall !== undefined) draft.set('calendar', '', null)
  } else if (dueWall !== next) draft.set('calendar', '', { dueWall: next })
  return touched
}

/** The clock was set: an override and the first person's grant are as old as they were. */
export function keepModes(draft: Draft, movedBy: number): void {
  if (movedBy === 0 || !draft.self.started) return
  for (const [door, { override, firstPersonAt }] of [...draft.each('mode')]) {
    if (override !== null) setMode(draft, door, { override: { ...override, at: override.at + movedBy } })
    if (firstPersonAt !== null) setMode(draft, door, { firstPersonAt: firstPersonAt + movedBy })
  }
}

/** Turns the override on, or ends the one that is on; false while a manual mode or an emergency is on. The caller settles the door. */
export function turnOverride(draft: Draft, plan: DoorPlan): boolean {
  const { manual, override } = modeRow(draft, plan.id)
  if (manual !== null || inEmergency(draft, plan)) return false
  const rests = restsUnlocked(draft, plan.id) ? 'locked' : 'unlocked'
  setMode(draft, plan.id, { override: override === null ? { rests, at: draft.now.wall } : null })
  turnPage(draft)
  return true
}
