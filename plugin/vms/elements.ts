import { assign } from '../../controller/wiring/index.ts'
import type { Action } from '../../shared/command.ts'
import { actions } from '../../shared/command.ts'
import type { Change } from '../site/book.ts'
import type { OwnList, Configuration as SiteConfiguration } from '../site/kinds.ts'
import {
  builtInCategoryIds,
  commandTargets,
  commandTypes,
  defaultCategories,
  type ElementType,
  elementTypeNames,
  eventSources,
  eventTypeIds,
  eventTypeName,
  type StateType,
  stateTypeIds,
  stateTypes,
} from './types.ts'

/** One thing of the site as a VMS has it in its tree. Its id is stable and never given to anything else. */
export interface Element {
  readonly id: string
  readonly parent: string | null
  readonly type: ElementType
  readonly name: string
  readonly icon: string
  readonly enabled: boolean
  readonly latitude: number | null
  readonly longitude: number | null
  readonly unsupportedCommands: readonly Action[]
}

/** What a VMS fetches and keeps: every id that is named is also in it. */
export interface VmsConfiguration {
  readonly elementTypes: readonly {
    readonly id: ElementType
    readonly name: string
    readonly stateTypes: readonly StateType[]
    readonly commandTypes: readonly Action[]
    readonly eventTypes: readonly string[]
  }[]
  readonly elements: readonly Element[]
  readonly stateTypes: readonly { readonly id: StateType; readonly name: string; readonly icon: string; readonly flag: string | null }[]
  readonly eventTypes: readonly {
    readonly id: string
    readonly name: string
    readonly categories: readonly string[]
    readonly enabled: boolean
    /** What `enabled` is until an administrator changes it. */
    readonly defaultEnabled: boolean
    readonly elementTypes: readonly ElementType[]
  }[]
  readonly commandTypes: readonly {
    readonly id: Action
    readonly name: string
    readonly order: number
    readonly categories: readonly string[]
    readonly elementTypes: readonly ElementType[]
  }[]
  readonly categories: readonly { readonly id: string; readonly name: string; readonly builtIn: boolean }[]
}

/** The site's element tree with its types. @param systemId id of the one server element */
export function describeSite({ site, own }: SiteConfiguration, systemId: string): VmsConfiguration {
  const overlay = new Map(own.elements.map(e => [e.id, e]))
  const ordinary = new Set(site.doors.filter(d => d.type === 'door').map(d => d.id))
  const elements: Element[] = []
  const add = (
    id: string,
    parent: string | null,
    type: ElementType,
    name: string | undefined,
    operable: boolean,
    position?: { latitude: number; longitude: number } | null,
  ) => {
    const set = overlay.get(id)
    elements.push({
      id,
      parent,
      type,
      name: name ?? id,
      icon: type,
      enabled: set?.enabled ?? true,
      latitude: position?.latitude ?? set?.latitude ?? null,
      longitude: position?.longitude ?? set?.longitude ?? null,
      unsupportedCommands: operable || !isTarget(type) ? [] : [...actions],
    })
  }
  add(systemId, null, 'server', site.site.name, ordinary.size > 0, site.site.position)
  const operating = new Set(site.doors.filter(d => d.type === 'door').map(d => d.controller))
  const wirings = new Map<string, ReturnType<typeof assign>>()
  const assigned = (controller: string) => {
    const found = wirings.get(controller) ?? assign(site, controller)
    wirings.set(controller, found)
    return found
  }
  for (const c of site.controllers) {
    add(c.id, c.parent ?? systemId, 'controller', c.name, operating.has(c.id))
    for (const input of c.inputs) add(`${c.id}/${input.port}`, c.id, 'input', input.name, false)
    for (const output of c.outputs) add(`${c.id}/${output.port}`, c.id, 'output', output.name, false)
  }
  for (const d of site.doors) {
    const operable = d.type === 'door'
    const name = d.name ?? d.id
    add(d.id, d.controller, 'door', name, operable, d.position)
    if (d.doorMonitor) add(`${d.controller}/${d.doorMonitor.port}`, d.id, 'input', `${name} position`, false)
    if (d.type !== 'door') continue
    for (const side of ['a', 'b'] as const) {
      const { reader, rex } = d[side]
      add(`${d.id}/${side}`, d.id, 'access-point', `${name} ${reader?.name ?? `side ${side.toUpperCase()}`}`, true)
      if (reader) add(reader.id, `${d.id}/${side}`, 'reader', reader.name ?? `${name} reader ${side.toUpperCase()}`, false)
      const rexPort =
        rex && (rex.port ?? assigned(d.controller).find(use => use.kind === 'rex' && use.door === d.id && use.side === side)?.port)
      if (rexPort) add(`${d.controller}/${rexPort}`, `${d.id}/${side}`, 'input', `${name} request to exit ${side.toUpperCase()}`, false)
    }
  }
  for (const z of site.zones) {
    add(
      z.id,
      systemId,
      'zone',
      z.name,
      z.doors.some(m => ordinary.has(m.door)),
    )
  }
  const settings = new Map(own.eventTypes.map(t => [t.id, t]))
  return {
    elements,
    elementTypes: (Object.keys(elementTypeNames) as ElementType[]).map(id => ({
      id,
      name: elementTypeNames[id],
      stateTypes: stateTypeIds.filter(s => (stateTypes[s].of as readonly ElementType[]).includes(id)),
      commandTypes: isTarget(id) ? [...actions] : [],
      eventTypes: eventTypeIds.filter(t => eventSources(t).includes(id)),
    })),
    stateTypes: stateTypeIds.map(id => ({ id, name: stateTypes[id].name, icon: id, flag: stateTypes[id].flag })),
    eventTypes: eventTypeIds.map(id => ({
      id,
      name: eventTypeName(id),
      categories: settings.get(id)?.categories ?? [...defaultCategories(id)],
      enabled: settings.get(id)?.enabled ?? true,
      defaultEnabled: true,
      elementTypes: eventSources(id),
    })),
    commandTypes: actions.map((id, order) => ({
      id,
      name: commandTypes[id].name,
      order,
      categories: commandTypes[id].categories,
      elementTypes: [...commandTargets],
    })),
    categories: [
      ...builtInCategoryIds.map(c => ({ ...c, builtIn: true })),
      ...own.categories.map(c => ({ id: c.id, name: c.name, builtIn: false })),
    ],
  }
}

const isTarget = (type: ElementType): boolean => (commandTargets as readonly ElementType[]).includes(type)

/** What one thing of the snapshot was and is. */
export interface Difference {
  readonly kind: 'element' | 'event-type' | 'category'
  readonly id: string
  readonly name: string
}
export interface Changed extends Difference {
  readonly fields: readonly { readonly field: string; readonly old: unknown; readonly new: unknown }[]
}

/** What "Refresh configuration" shows: added, removed and changed by stable id. */
export function compare(
  before: VmsConfiguration,
  after: VmsConfiguration,
): { readonly added: readonly Difference[]; readonly removed: readonly Difference[]; readonly changed: readonly Changed[] } {
  const added: Difference[] = []
  const removed: Difference[] = []
  const changed: Changed[] = []
  const lists = [
    ['element', before.elements, after.elements],
    ['event-type', before.eventTypes, after.eventTypes],
    ['category', before.categories, after.categories],
  ] as const
  for (const [kind, old, now] of lists) {
    const was = new Map<string, object & { name: string }>(old.map(each => [each.id, each]))
    for (const each of now) {
      const previous = was.get(each.id)
      was.delete(each.id)
      if (!previous) added.push({ kind, id: each.id, name: each.name })
      else {
        const fields = Object.entries(each)
          .filter(([field, value]) => JSON.stringify((previous as Record<string, unknown>)[field]) !== JSON.stringify(value))
          .map(([field, value]) => ({ field, old: (previous as Record<string, unknown>)[field], new: value as unknown }))
        if (fields.length > 0) changed.push({ kind, id: each.id, name: each.name, fields })
      }
    }
    for (const [id, { name }] of was) removed.push({ kind, id, name })
  }
  return { added, removed, changed }
}

/** The site as it was before `changes` (oldest first), as far as the element tree is concerned. */
export function undo({ site, own }: SiteConfiguration, changes: readonly Change[]): SiteConfiguration {
  const lists: Record<string, Map<string, unknown>> = {}
  const listOf = (kind: string) => {
    const from = (kind in own ? own[kind as OwnList] : site[kind as 'doors']) as readonly { id: string }[]
    lists[kind] ??= new Map(from.map(each => [each.id, each]))
    return lists[kind]
  }
  let header = site.site
  for (const { kind, id, before } of [...changes].reverse()) {
    if (kind === 'site') header = (before ?? header) as typeof header
    else if (tree.has(kind)) {
      if (before === null) listOf(kind).delete(id)
      else listOf(kind).set(id, before)
    }
  }
  const changedIn = (names: readonly string[]) => Object.fromEntries(names.filter(n => lists[n]).map(n => [n, [...lists[n]!.values()]]))
  return {
    site: { ...site, site: header, ...changedIn(['controllers', 'doors', 'zones']) },
    own: { ...own, ...changedIn(['elements', 'eventTypes', 'categories']) },
  }
}

const tree = new Set<string>(['controllers', 'doors', 'zones', 'elements', 'eventTypes', 'categories'])
