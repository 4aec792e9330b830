import type { Path } from '../../shared/problem.ts'
import { type Door, type Lock, type Reader, type Rex, type Side, type Site, type Supervision, sides } from '../../shared/site.ts'
import type { Use } from './board.ts'
import { portsOf } from './boards/index.ts'

/** The part of a site that wiring looks at. */
export type Wired = Pick<Site, 'controllers' | 'doors'>

/** Something a site wants a port for. */
export interface Demand {
  readonly kind: Extract<Use, 'lock' | 'door-monitor' | 'rex' | 'wiegand-reader' | 'osdp-reader' | 'input' | 'output'>
  readonly controller: string
  /** Left out where a REX leaves the choice to the controller (rule H2). */
  readonly port: string | undefined
  /** Where the site says so. */
  readonly path: Path
  readonly door?: string
  readonly side?: Side
  readonly lock?: 'primary' | 'secondary'
  readonly reader?: Reader
  /** Of an input. */
  readonly role?: 'general' | 'emergency'
  readonly supervision?: Supervision | null
  /** Of a door monitor or REX: at which circuit it is open or pressed. */
  readonly contact?: 'circuit-open' | 'circuit-closed'
  /** Of a REX. */
  readonly device?: Rex['kind']
  /** Of a lock. */
  readonly failure?: Lock['type']
}

/** A demand with the port it has. */
export interface Assignment extends Demand {
  readonly port: string
}

/** A controller's doors, with their places in the site. */
type Share = readonly { readonly door: Site['doors'][number]; readonly number: number }[]

const shares = new WeakMap<Wired['doors'], ReadonlyMap<string, Share>>()

/** The doors of one controller: a site of thousands of controllers is gone through once, not once for each of them. */
export function doorsOf({ doors }: Wired, controllerId: string): Share {
  let byController = shares.get(doors)
  if (byController === undefined) {
    const made = new Map<string, { door: Site['doors'][number]; number: number }[]>()
    doors.forEach((door, number) => {
      const share = made.get(door.controller)
      if (share === undefined) made.set(door.controller, [{ door, number }])
      else share.push({ door, number })
    })
    shares.set(doors, made)
    byController = made
  }
  return byController.get(controllerId) ?? []
}

/** Everything that wants a port of one controller, in the order of the site. */
export function demandsOf(site: Wired, controllerId: string): Demand[] {
  const demands: Demand[] = []
  const index = site.controllers.findIndex(each => each.id === controllerId)
  const controller = site.controllers[index]
  controller?.inputs.forEach(({ port, role, supervision }, number) => {
    demands.push({
      kind: 'input',
      controller: controllerId,
      port,
      role,
      supervision,
      path: ['controllers', index, 'inputs', number, 'port'],
    })
  })
  controller?.outputs.forEach(({ port }, number) => {
    demands.push({ kind: 'output', controller: controllerId, port, path: ['controllers', index, 'outputs', number, 'port'] })
  })
  for (const { door, number } of doorsOf(site, controllerId)) {
    const at = ['doors', number] as const
    const common = { controller: controllerId, door: door.id }
    if (door.type === 'door') demands.push(...locksOf(door, at))
    if (door.doorMonitor !== null) {
      const { port, supervision, openIf: contact } = door.doorMonitor
      demands.push({ ...common, kind: 'door-monitor', port, supervision, contact, path: [...at, 'doorMonitor', 'port'] })
    }
    if (door.type !== 'door') continue
    for (const side of sides) {
      const { reader, rex } = door[side]
      if (reader !== null && reader.type !== 'licence-plate') {
        const kind = reader.type === 'osdp' ? 'osdp-reader' : 'wiegand-reader'
        const supervision = reader.type === 'wiegand' ? reader.supervision : null
        demands.push({ ...common, kind, side, reader, port: reader.port, supervision, path: [...at, side, 'reader', 'port'] })
      }
      if (rex !== null) {
        const path = rex.port === undefined ? [...at, side, 'rex'] : [...at, side, 'rex', 'port']
        const { port, supervision, activeIf: contact, kind: device } = rex
        demands.push({ ...common, kind: 'rex', side, port, supervision, contact, device, path })
      }
    }
  }
  return demands
}

function locksOf(door: Door, at: Path): Demand[] {
  return (['primary', 'secondary'] as const).flatMap(lock => {
    const wired = door.locks[lock]
    if (wired === null) return []
    return [
      {
        kind: 'lock',
        controller: door.controller,
        door: door.id,
        lock,
        port: wired.relay,
        failure: wired.type,
        path: [...at, 'locks', lock, 'relay'],
      },
    ]
  })
}

/** The ports made for a REX that nothing names. */
export function freeRexPorts(site: Wired, controllerId: string, demands = demandsOf(site, controllerId)): string[] {
  const controller = site.controllers.find(each => each.id === controllerId)
  const taken = new Set(demands.map(each => each.port))
  return (controller ? portsOf(controller) : []).filter(port => port.can[0] === 'rex' && !taken.has(port.id)).map(port => port.id)
}

/**
 * What each port of a controller is used for. A REX without a port gets the only free one made for it (rule H2); one that cannot be given
 * a port is left out, and `validateWiring` says why.
 */
export function assign(site: Wired, controllerId: string): readonly Assignment[] {
  const demands = demandsOf(site, controllerId)
  const free = freeRexPorts(site, controllerId, demands)
  return demands.flatMap(demand => {
    const port = demand.port ?? (free.length === 1 ? free.shift() : undefined)
    return port === undefined ? [] : [{ ...demand, port }]
  })
}

/** The port of the REX on one side of a door; undefined where it has none, or none can be chosen for it. */
export function resolveRexPort(site: Wired, doorId: string, side: Side): string | undefined {
  const door = site.doors.find(each => each.id === doorId)
  if (door?.type !== 'door') return undefined
  const { rex } = door[side]
  if (rex === null) return undefined
  return rex.port ?? assign(site, door.controller).find(each => each.kind === 'rex' && each.door === doorId && each.side === side)?.port
}
