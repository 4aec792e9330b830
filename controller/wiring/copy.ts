import type { Door, MonitoringDoor, Site } from '../../shared/site.ts'
import { assign, type Demand, demandsOf, type Wired } from './assign.ts'
import { portsOf } from './boards/index.ts'
import { type Refusal, refuses } from './capacity.ts'

type AnyDoor = Site['doors'][number]

/** What the copy of a door is called and where it goes. */
export interface CopyOptions {
  readonly id: string
  readonly name?: string
  readonly controller: string
  /** The id of the copy's reader on a side. */
  readonly readerId: (side: 'a' | 'b') => string
}

/**
 * A door with the settings of another on the ports that are free on a controller (rule C5): the same ports where they are, else the first
 * made for the use. OSDP readers keep their address where it is free on their line. Zones, interlock and place stay with the original.
 */
export function copyDoor(site: Wired, doorId: string, options: CopyOptions): { ok: true; door: AnyDoor } | Refusal {
  const source = site.doors.find(each => each.id === doorId)
  if (source === undefined) return { ok: false, reason: 'unknown-door', message: `there is no door "${doorId}"` }
  const full = refuses(site, options.controller, source)
  if (full) return full
  const choose = chooser(site, options.controller)
  const ports = new Map<string, { port: string; address?: number }>()
  for (const demand of demandsOf({ controllers: [], doors: [source] }, source.controller)) {
    const chosen = choose(demand)
    if (chosen === undefined) {
      const message = `"${options.controller}" has no free port for ${demand.kind.replace('-', ' ')}${demand.side ? ` on side ${demand.side.toUpperCase()}` : ''}`
      return { ok: false, reason: 'no-free-port', message }
    }
    ports.set(keyOf(demand), chosen)
  }
  return { ok: true, door: rewired(source, options, ports) }
}

function keyOf({ kind, side, lock }: Demand): string {
  return [kind, side ?? lock ?? ''].join(' ')
}

/** Gives out free ports of a controller one by one. */
function chooser(site: Wired, controllerId: string): (demand: Demand) => { port: string; address?: number } | undefined {
  const controller = site.controllers.find(each => each.id === controllerId)
  const ports = controller ? portsOf(controller) : []
  const taken = new Set<string>()
  const addresses = new Set<string>()
  const use = (port: string, reader: Demand['reader']) => {
    if (reader?.type === 'osdp') addresses.add(`${port}/${reader.address}`)
    else taken.add(port)
  }
  for (const { port, reader } of assign(site, controllerId)) use(port, reader)
  return ({ kind, port, reader, supervision }) => {
    const fits = ports.filter(each => each.can.includes(kind) && !taken.has(each.id) && (!supervision || each.supervised))
    const made = (id: string) => ports.find(each => each.id === id)?.can[0] === kind
    const best = fits.find(each => each.id === port) ?? fits.find(each => made(each.id)) ?? fits[0]
    if (best === undefined) return undefined
    if (reader?.type !== 'osdp') {
      taken.add(best.id)
      return { port: best.id }
    }
    const onLine = [...addresses].filter(each => each.startsWith(`${best.id}/`)).length
    if (onLine >= (best.addresses ?? 1)) return undefined
    let address = reader.address
    for (let next = 0; addresses.has(`${best.id}/${address}`); next++) address = next
    addresses.add(`${best.id}/${address}`)
    return { port: best.id, address }
  }
}

function rewired(
  source: AnyDoor,
  { id, name, controller, readerId }: CopyOptions,
  ports: ReadonlyMap<string, { port: string; address?: number }>,
): AnyDoor {
  const at = (key: string) => ports.get(key)?.port ?? ''
  const common = { id, controller, position: null, name: name ?? source.name }
  if (source.type === 'monitoring-door')
    return { ...source, ...common, doorMonitor: { ...source.doorMonitor, port: at('door-monitor ') } } satisfies MonitoringDoor
  const side = (which: 'a' | 'b'): Door['a'] => {
    const { reader, rex } = source[which]
    return {
      reader: reader && { ...reader, ...(ports.get(`${reader.type}-reader ${which}`) ?? {}), id: readerId(which) },
      rex: rex && { ...rex, port: at(`rex ${which}`) },
    }
  }
  const { primary, secondary } = source.locks
  return {
    ...source,
    ...common,
    interlock: null,
    locks: {
      primary: { ...primary, relay: at('lock primary') },
      secondary: secondary && { ...secondary, relay: at('lock secondary') },
    },
    doorMonitor: source.doorMonitor && { ...source.doorMonitor, port: at('door-monitor ') },
    a: side('a'),
    b: side('b'),
  }
}
