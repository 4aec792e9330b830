import type { Door, MonitoringDoor } from '../../shared/site.ts'
import type { Wired } from './assign.ts'
import type { Board } from './board.ts'
import { boards } from './boards/index.ts'

/** How much of a board is taken. */
interface Load {
  doors: number
  locks: number
  monitoringDoors: number
}

export function take(load: Load, door: Door | MonitoringDoor): void {
  if (door.type === 'monitoring-door') load.monitoringDoors++
  else {
    load.doors++
    load.locks += door.locks.secondary === null ? 1 : 2
  }
}

/** Why one more door is too much; undefined where it is not (rules C1, F8). */
export function exceeded({ name, carries }: Board, load: Load, door: Door | MonitoringDoor): string | undefined {
  if (door.type === 'monitoring-door') {
    const { monitoringDoors } = carries
    return monitoringDoors !== null && load.monitoringDoors >= monitoringDoors
      ? `the ${name} carries ${monitoringDoors} monitoring doors`
      : undefined
  }
  if (carries.doors === 0) return `the ${name} has no locks; choose a door controller`
  const locks = load.locks + (door.locks.secondary === null ? 1 : 2)
  if ((carries.doors === null || load.doors < carries.doors) && (carries.locks === null || locks <= carries.locks)) return undefined
  return `the ${name} carries one door with two locks or two doors with one lock each; choose another controller`
}

/** Why a door cannot be put on a controller: a stable reason, and words for a person. */
export interface Refusal {
  readonly ok: false
  readonly reason: 'unknown-door' | 'unknown-controller' | 'controller-full' | 'no-free-port'
  readonly message: string
}

/**
 * Why a controller cannot be chosen for one more door (rule C3; that it is offline is for the plugin to say). Undefined where it can.
 * `without` is a door that does not count, as it is the one being moved.
 */
export function refuses(site: Wired, controllerId: string, door: Door | MonitoringDoor, without?: string): Refusal | undefined {
  const controller = site.controllers.find(each => each.id === controllerId)
  const board = controller && boards.get(controller.board)
  if (board === undefined) return { ok: false, reason: 'unknown-controller', message: `there is no controller "${controllerId}"` }
  const load = { doors: 0, locks: 0, monitoringDoors: 0 }
  for (const each of site.doors) if (each.controller === controllerId && each.id !== without) take(load, each)
  const message = exceeded(board, load, door)
  return message === undefined ? undefined : { ok: false, reason: 'controller-full', message: `"${controllerId}" is full: ${message}` }
}
