import type { Configuration } from '../site/kinds.ts'
import { describeSite, type Element, type VmsConfiguration } from './elements.ts'

/** The element tree of one configuration, with the ways through it that are asked for often. */
export interface Tree {
  readonly of: Configuration
  readonly vms: VmsConfiguration
  element(id: string): Element | undefined
  /** The door an element belongs to: of a door itself, its access points, readers and inputs; null for all else. */
  doorOf(id: string): string | null
  /** The controller that speaks for an element: the one with a link, never a module below it. */
  controllerOf(id: string): string | undefined
  /** Doors that a command to this element reaches; undefined for what takes none. */
  doorsOf(id: string): readonly string[] | undefined
  readonly controllers: readonly string[]
}

/** The tree of the newest configuration, made again when that has changed. */
export function openTree(configuration: () => Configuration, systemId: string): () => Tree {
  let tree: Tree | undefined
  return () => {
    const now = configuration()
    if (tree?.of !== now) tree = treeOf(now, systemId)
    return tree
  }
}

/** The tree of any configuration, an earlier one included. */
export function treeOf(of: Configuration, systemId: string): Tree {
  const { site } = of
  const vms = describeSite(of, systemId)
  const elements = new Map(vms.elements.map(e => [e.id, e]))
  const controllerOfDoor = new Map(site.doors.map(d => [d.id, d.controller]))
  const parents = new Map(site.controllers.map(c => [c.id, c.parent ?? c.id]))
  const doorsBelow = new Map<string, string[]>()
  for (const d of site.doors) {
    for (const controller of new Set([d.controller, parents.get(d.controller) ?? d.controller])) {
      const below = doorsBelow.get(controller)
      if (below) below.push(d.id)
      else doorsBelow.set(controller, [d.id])
    }
  }
  const zones = new Map(site.zones.map(z => [z.id, z.doors.map(d => d.door)]))
  const doorOf = (id: string): string | null => {
    const element = elements.get(id)
    if (!element) return null
    return element.type === 'door' ? id : element.parent === null ? null : doorOf(element.parent)
  }
  const controllerOf = (id: string): string | undefined => {
    const element = elements.get(id)
    if (!element) return undefined
    const controller = element.type === 'controller' ? id : controllerOfDoor.get(id)
    if (controller !== undefined) return parents.get(controller)
    return element.parent === null ? undefined : controllerOf(element.parent)
  }
  return {
    of,
    vms,
    element: id => elements.get(id),
    doorOf,
    controllerOf,
    doorsOf(id) {
      const element = elements.get(id === 'system' ? systemId : id)
      switch (element?.type) {
        case 'server':
          return site.doors.map(d => d.id)
        case 'controller':
          return doorsBelow.get(id) ?? []
        case 'door':
          return [id]
        case 'access-point':
          return [element.parent!]
        case 'zone':
          return zones.get(id) ?? []
        default:
          return undefined
      }
    },
    controllers: site.controllers.filter(c => c.parent === undefined).map(c => c.id),
  }
}

/** A tree as somebody sees who may know only some doors: what leads to those doors, and what belongs to them. */
export function visibleTo(
  vms: VmsConfiguration,
  tree: Tree,
  doors: ReadonlySet<string> | 'all',
  operable: (door: string) => boolean,
): readonly Element[] {
  const seen = (element: Element): boolean => {
    if (doors === 'all' || element.type === 'server') return true
    const door = tree.doorOf(element.id)
    if (door !== null) return doors.has(door)
    return (tree.doorsOf(element.id) ?? tree.doorsOf(element.parent ?? '') ?? []).some(d => doors.has(d))
  }
  return vms.elements.filter(seen).map(element => {
    const reached = tree.doorsOf(element.id)
    const may = reached?.every(operable) ?? true
    return may || element.unsupportedCommands.length > 0 ? element : { ...element, unsupportedCommands: vms.commandTypes.map(c => c.id) }
  })
}
