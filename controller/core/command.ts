import type { Command, CommandResult, Refusal } from '../../shared/command.ts'
import { type Cause, interlockClear, rowOf, settle, startGrant } from './door.ts'
import type { Draft } from './draft.ts'
import { modeOf, modeRow, restsUnlocked, setMode } from './mode.ts'
import type { DoorPlan } from './model.ts'

/** How long a manual Grant unlocks where nothing else is asked, in seconds (rule K2). */
const grantSeconds = 7

/** A manual action at each of its doors here (domain.md §4, rules K1 to K5). */
export function obey(draft: Draft, command: Command): void {
  const { operator, onBehalfOf } = command
  const cause = { ...(operator === undefined ? {} : { operator }), ...(onBehalfOf === undefined ? {} : { onBehalfOf }) }
  const doors = doorsOf(draft, command.target)
  const results = doors.map(({ id, plan }): CommandResult => {
    const reason = plan === undefined ? 'unknown-element' : act(draft, plan, command, cause)
    return reason === null ? { door: id, outcome: 'done' } : { door: id, outcome: 'refused', reason }
  })
  draft.effect({ kind: 'result', command: command.id, results })
}

/** A monitoring door has no lock: an action on many passes it by, one on itself is refused. */
function doorsOf({ model }: Draft, { kind, id }: Command['target']): { id: string; plan: DoorPlan | undefined }[] {
  if (kind === 'door') return [{ id, plan: model.doors.get(id) }]
  if (kind === 'access-point') {
    const point = model.accessPoints.get(id)
    return [point === undefined ? { id, plan: undefined } : { id: point.door, plan: model.doors.get(point.door) }]
  }
  const zone = kind === 'zone' ? new Set(model.zones.get(id)?.zone.doors.map(entry => entry.door)) : undefined
  return [...model.doors.values()]
    .filter(plan => plan.door !== null)
    .filter(plan => (zone === undefined ? kind === 'system' || id === model.controller || id === plan.controller : zone.has(plan.id)))
    .map(plan => ({ id: plan.id, plan }))
}

function act(draft: Draft, plan: DoorPlan, command: Command, cause: Cause): Refusal | null {
  const { id } = plan
  if (plan.door === null) return 'monitoring-door'
  const { manual } = modeRow(draft, id)
  if ((command.action === 'grant' || command.action === 'lock') && manual === 'lockdown') return 'lockdown'
  switch (command.action) {
    case 'grant':
      return grantBy(draft, plan, command, cause)
    case 'reset':
      setMode(draft, id, { manual: null, override: null, latched: latchHeld(draft, plan) })
      break
    default:
      setMode(draft, id, { manual: manualOf[command.action], override: null })
  }
  const mode = modeOf(draft, id)
  const ends = command.action !== 'reset' && (mode === 'locked' || mode === 'lockdown')
  settle(draft, plan, rowOf(draft, plan), cause, ends)
  return null
}

const manualOf = { unlock: 'unlocked', lock: 'locked', lockdown: 'lockdown' } as const

/** A manual Grant starts no unlock schedule, presence or use, and is always told. */
function grantBy(draft: Draft, plan: DoorPlan, { seconds = grantSeconds }: Command, cause: Cause): Refusal | null {
  const { id } = plan
  if (!restsUnlocked(draft, id) && !interlockClear(draft, id)) return 'interlock'
  const { mono } = draft.now
  const drawn = rowOf(draft, plan).unlocked
  const running = { side: 'a', cardholders: [], credentials: [], long: false, at: mono, until: mono + Math.round(seconds * 1000) } as const
  startGrant(draft, plan, { by: 'operator', ...running, ...cause }, cause)
  if (drawn) draft.emit({ type: 'door.unlocked', source: { kind: 'door', id }, door: id, ...cause })
  return null
}

/** Reset ends a latched emergency only where its input is back: while it is not, the latch would hold again at once. */
function latchHeld(draft: Draft, plan: DoorPlan): boolean {
  return plan.emergencies.some(key => {
    const port = draft.model.ports.get(key)
    return port?.use === 'emergency' && port.contact.latched && draft.get('input', key)?.emergency === true
  })
}
