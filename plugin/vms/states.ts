import type { ElementState } from '../../shared/state.ts'
import type { Tree } from './tree.ts'
import { type ElementType, type StateType, stateTypes } from './types.ts'

/** What one element is like, in the VMS's words: a set of state types, with the lights a VMS shows. */
export interface State {
  readonly element: string
  readonly states: readonly StateType[]
  readonly flags: { readonly alarm: boolean; readonly tamper: boolean; readonly offline: boolean }
  readonly icon: string
  /** The element as its controller told it, where it did. */
  readonly detail: ElementState | null
}

type ZoneState = Extract<ElementState, { kind: 'zone' }>

/** A controller whose clock differs by more is told about. */
const wrongClockMs = 10_000

/** Live states as controllers tell them; nothing of it is kept over a restart. */
export type States = ReturnType<typeof openStates>

export function openStates(tree: () => Tree) {
  const told = new Map<string, { controller: string; state: ElementState }>()
  /** Every controller with a door of a zone tells of it; the one told last stands last. */
  const zones = new Map<string, Map<string, ZoneState>>()
  const online = new Set<string>()
  const wrong = new Set<string>()
  let storing = true
  const listeners = new Set<(ids: readonly string[]) => void>()
  const tell = (ids: readonly string[]) => {
    if (ids.length > 0) for (const listener of listeners) listener(ids)
  }
  const of = (controller: string) => [
    ...[...told].filter(([, t]) => t.controller === controller).map(([id]) => id),
    ...[...zones].filter(([, views]) => views.has(controller)).map(([id]) => id),
  ]
  const controllersOf = (zone: string) => [...new Set((tree().doorsOf(zone) ?? []).flatMap(door => tree().controllerOf(door) ?? []))]

  /** A zone as the controllers that can be heard know it; where none can, as it was heard of last. */
  function readZone(id: string): { state: ZoneState | undefined; reachable: boolean } {
    const views = [...(zones.get(id) ?? [])]
    const heard = views.filter(([controller]) => online.has(controller))
    const state = (heard.at(-1) ?? views.at(-1))?.[1]
    if (state === undefined) return { state, reachable: false }
    const concerned = controllersOf(id)
    // Whoever has lost its link can tell nobody that it has.
    const rests = concerned.length > 1 && concerned.some(controller => !online.has(controller))
    const guarded = tree().of.site.zones.find(zone => zone.id === id)?.antiPassback != null
    const antiPassbackSuspended = guarded && (rests || heard.some(([, view]) => view.antiPassbackSuspended))
    return { state: { ...state, antiPassbackSuspended }, reachable: heard.length > 0 }
  }

  function read(id: string, type: ElementType): State {
    const controller = tree().controllerOf(id)
    const zone = type === 'zone' ? readZone(id) : undefined
    const found =
      zone?.state ?? told.get(id)?.state ?? (type === 'controller' && controller !== undefined ? told.get(controller)?.state : undefined)
    const reachable = zone?.reachable ?? (controller === undefined || online.has(controller))
    const states =
      type === 'server'
        ? (['connected', ...(storing ? [] : (['store-fault'] as const))] as const)
        : type === 'access-point'
          ? []
          : [...statesOf(type, found, reachable), ...(wrong.has(id) ? (['clock-wrong'] as const) : [])]
    const flag = (name: string) => states.some(s => stateTypes[s].flag === name)
    return {
      element: id,
      states,
      flags: { alarm: flag('alarm'), tamper: flag('tamper'), offline: flag('offline') },
      icon: iconOf(type, states),
      detail: found ?? null,
    }
  }

  return {
    /** Takes over what a controller says about its elements; `whole` replaces everything it said before. */
    update(controller: string, elements: readonly ElementState[], gone: readonly string[], whole: boolean): void {
      const dropped = whole ? of(controller).filter(id => !elements.some(e => e.id === id)) : gone
      for (const id of dropped) {
        told.delete(id)
        zones.get(id)?.delete(controller)
      }
      const before = (state: ElementState) => (state.kind === 'zone' ? zones.get(state.id)?.get(controller) : told.get(state.id)?.state)
      const changed = elements.filter(state => JSON.stringify(before(state)) !== JSON.stringify(state))
      for (const state of changed) {
        if (state.kind !== 'zone') {
          told.set(state.id, { controller, state })
          continue
        }
        const views = zones.get(state.id) ?? new Map<string, ZoneState>()
        views.delete(controller)
        zones.set(state.id, views.set(controller, state))
      }
      tell([...changed.map(s => s.id), ...dropped])
    },
    /** A controller has come or gone; what it told stays, marked as offline. */
    reach(controller: string, up: boolean): void {
      if (online.has(controller) === up) return
      if (up) online.add(controller)
      else online.delete(controller)
      tell(
        tree()
          .vms.elements.filter(
            e =>
              e.type !== 'server' &&
              (tree().controllerOf(e.id) === controller || (e.type === 'zone' && controllersOf(e.id).includes(controller))),
          )
          .map(e => e.id),
      )
    },
    /** How much a controller's clock is ahead of ours, in ms. */
    setSkew(controller: string, ms: number): void {
      const was = wrong.has(controller)
      const is = Math.abs(ms) > wrongClockMs
      if (was === is) return
      if (is) wrong.add(controller)
      else wrong.delete(controller)
      tell([controller])
    },
    /** Whether this server can write its log. */
    setStoring(now: boolean): void {
      if (storing === now) return
      storing = now
      tell(
        tree()
          .vms.elements.filter(e => e.type === 'server')
          .map(e => e.id),
      )
    },
    isOnline: (controller: string): boolean => online.has(controller),
    /** The state of a known element. */
    read,
    onChange(listener: (ids: readonly string[]) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function statesOf(type: ElementType, state: ElementState | undefined, reachable: boolean): readonly StateType[] {
  const states: StateType[] = []
  const add = (type: StateType, when = true) => when && states.push(type)
  if (type === 'controller') add(reachable ? 'connected' : 'disconnected')
  if (!state || state.kind !== type) {
    if (type === 'door') add('controller-offline', !reachable)
    if (type !== 'controller') add('unknown')
    return states
  }
  switch (state.kind) {
    case 'door':
      add(state.position)
      if (state.locked !== null) add(state.locked ? 'locked' : 'unlocked')
      if (state.mode !== 'scheduled') add(modeStates[state.mode])
      add('forced-open', state.forced)
      add('open-too-long', state.openTooLong)
      if (!reachable) add('controller-offline')
      else if (state.status !== 'online') add(state.status)
      break
    case 'reader':
      add(state.online && reachable ? 'connected' : 'disconnected')
      add('tamper', state.tamper)
      add('insecure', state.secure === false)
      break
    case 'input':
      add(state.level ?? 'unknown')
      add(state.active ? 'active' : 'inactive')
      break
    case 'output':
      add(state.active ? 'active' : 'inactive')
      break
    case 'zone':
      if (!reachable) add('unknown')
      else {
        add(state.present > 0 ? 'occupied' : 'empty')
        add('full', state.full)
      }
      add('anti-passback-suspended', state.antiPassbackSuspended)
      break
    case 'controller':
      add('tamper', state.tamper)
      add('mains-lost', !state.mains)
      add('battery-low', state.battery === 'low')
      add('clock-untrusted', !state.clockTrusted)
      add('store-fault', !state.storeOk)
      break
  }
  return states
}

const modeStates = {
  unlocked: 'unlocked-by-operator',
  locked: 'locked-by-operator',
  lockdown: 'lockdown',
  override: 'override',
  emergency: 'emergency',
} as const satisfies Record<string, StateType>

function iconOf(type: ElementType, states: readonly StateType[]): string {
  if (type !== 'door') return type
  if (states.includes('unknown') || states.includes('controller-offline')) return 'door-unknown'
  const leaf = `door-${states.includes('open') ? 'open' : 'closed'}`
  const bolt = states.find(state => state === 'unlocked' || state === 'locked')
  // A monitoring door has none.
  return bolt === undefined ? leaf : `${leaf}-${bolt}`
}
