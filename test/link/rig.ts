import type { Input } from '../../controller/core/input.ts'
import { createRandom } from '../../controller/emulator/random.ts'
import { createVirtualClock } from '../../controller/emulator/virtual-clock.ts'
import type { Field } from '../../controller/field/field.ts'
import { type ControllerLinkOptions, createControllerLink } from '../../controller/link/link.ts'
import { createRuntime } from '../../controller/runtime.ts'
import type { Store } from '../../controller/store/contract.ts'
import { openMemoryStore } from '../../controller/store/open.ts'
import type { ControllerStatus, PluginLinkOptions } from '../../plugin/link/contract.ts'
import { createPluginLink } from '../../plugin/link/link.ts'
import type { ConfigurationSource } from '../../plugin/link/push.ts'
import type { Clock } from '../../shared/clock.ts'
import { type LinkTransport, type LoggedEvent, type Person, splitSite } from '../../shared/link.ts'
import { type Site, type SiteInput, site as siteSchema } from '../../shared/site.ts'
import type { ElementState } from '../../shared/state.ts'

export const wall = Date.parse('2026-03-02T09:00:00Z')
/** Card 64332 with facility code 12, 26 bits. */
export const bits = '00000110011111011010011001'

/** Two controllers with a door each, both leading into one zone with hard anti-passback. */
export const twoDoors: SiteInput = {
  portunus: 1,
  site: { name: 'House' },
  cardFormats: [{ id: 'h10301', active: true }],
  controllers: [
    { id: 'ctrl-1', board: 'two-door' },
    { id: 'ctrl-2', board: 'two-door' },
  ],
  doors: ['1', '2'].map(n => ({
    id: `door-${n}`,
    type: 'door' as const,
    controller: `ctrl-${n}`,
    locks: { primary: { relay: 'relay-1' } },
    doorMonitor: { port: 'door-1' },
    a: { reader: { id: `in-${n}`, type: 'wiegand' as const, port: 'reader-1' } },
    b: { reader: { id: `out-${n}`, type: 'wiegand' as const, port: 'reader-2' } },
  })),
  zones: [
    {
      id: 'office',
      doors: [
        { door: 'door-1', role: 'perimeter' },
        { door: 'door-2', role: 'perimeter' },
      ],
      antiPassback: { mode: 'hard' },
    },
  ],
  cardholders: [
    {
      id: 'alice',
      firstName: 'Alice',
      lastName: 'Hansen',
      credentials: [{ id: 'alice-card', type: 'card', name: 'Blue badge', cardNumber: '64332', bitLength: 26 }],
    },
  ],
  groups: [{ id: 'staff', members: ['alice'] }],
  accessRules: [{ id: 'all', groups: ['staff'], doors: ['door-1', 'door-2'], schedules: ['always'] }],
}

/** A site that can be changed, as controllers get it. */
export function createSource(input: SiteInput): ConfigurationSource & { change(next: (site: Site) => Site): void; readonly site: Site } {
  const versions: Site[] = [siteSchema.parse(input)]
  const site = () => versions.at(-1)!
  const peopleOf = (of: Site) => new Map(splitSite(of).people.map(person => [person.id, person] as const))
  const sorted = (people: Iterable<Person>) => [...people].sort((a, b) => (a.id < b.id ? -1 : 1))
  return {
    get site() {
      return site()
    },
    change: next => void versions.push(next(site())),
    revision: () => `r${versions.length}`,
    place: () => splitSite(site()).place,
    people: (after, limit) =>
      sorted(peopleOf(site()).values())
        .filter(person => after === null || person.id > after)
        .slice(0, limit),
    changesSince(revision, limit) {
      const then = versions[Number(revision.slice(1)) - 1]
      if (then === undefined) return undefined
      const [before, now] = [peopleOf(then), peopleOf(site())]
      const put = sorted(now.values()).filter(person => JSON.stringify(before.get(person.id)) !== JSON.stringify(person))
      const removed = [...before.keys()].filter(id => !now.has(id))
      if (put.length + removed.length > limit) return undefined
      const places = [then, site()].map(of => JSON.stringify(splitSite(of).place))
      return { place: places[0] === places[1] ? undefined : splitSite(site()).place, put, removed }
    },
  }
}

/** What the plugin stores of each log, the way its database does: in order, each once. */
export function createIntake() {
  const logs = new Map<string, { next: number; events: LoggedEvent[]; gaps: { first: number; last: number }[] }>()
  const log = (controller: string, logId: string) => {
    const key = `${controller} ${logId}`
    const found = logs.get(key) ?? { next: 1, events: [], gaps: [] }
    logs.set(key, found)
    return found
  }
  const taken: PluginLinkOptions['intake'] = (controller, logId, events, gap) => {
    const into = log(controller, logId)
    if (gap !== undefined && gap.last >= into.next) {
      into.gaps.push({ first: Math.max(gap.first, into.next), last: gap.last })
      into.next = gap.last + 1
    }
    for (const each of events) {
      if (each.event.sequence !== into.next) continue
      into.events.push(each)
      into.next++
    }
    return into.next
  }
  return {
    logs,
    log,
    intake: taken,
    position: (controller: string, logId: string) => {
      const { next, events } = log(controller, logId)
      return { next, last: events.at(-1)?.event.id ?? null }
    },
    /** Everything of one controller, over its logs. */
    of: (controller: string) => [...logs].filter(([key]) => key.startsWith(`${controller} `)).flatMap(([, { events }]) => events),
  }
}

export interface ControllerRig {
  readonly id: string
  readonly store: Store
  readonly transport: LinkTransport
  readonly runtime: ReturnType<typeof createRuntime>
  readonly link: ReturnType<typeof createControllerLink>
  /** Relay by port, as last told. */
  readonly relays: Map<string, boolean>
  /** When each relay was told, on the clock. */
  readonly acted: { readonly at: number; readonly energised: boolean }[]
  see(input: Input): void
  swipe(reader: string): void
  leaf(reading: 'open' | 'closed'): void
  types(): string[]
}

export interface ControllerRigOptions {
  readonly id: string
  readonly clock: Clock
  readonly transport: LinkTransport
  readonly store?: Store
  readonly seed?: number
  readonly asks?: ControllerLinkOptions['asks']
  readonly link?: Partial<ControllerLinkOptions>
}

export function createControllerRig({ id, clock, transport, seed = 1, asks, link: more, ...rest }: ControllerRigOptions): ControllerRig {
  const random = createRandom(seed, id).bytes
  const store = rest.store ?? openMemoryStore({ controller: id, wall: clock.wall(), random })
  const relays = new Map<string, boolean>()
  const acted: { at: number; energised: boolean }[] = []
  let report: ((input: Input) => void) | undefined
  const field: Field = {
    start(to) {
      report = to
      to({ kind: 'input', controller: id, port: 'door-1', reading: 'closed' })
    },
    apply(effect) {
      if (effect.kind !== 'relay') return
      relays.set(effect.port, effect.energised)
      acted.push({ at: clock.now(), energised: effect.energised })
    },
    stop() {
      relays.clear()
    },
  }
  const link = createControllerLink({ controller: id, transport, clock, store, random, ...(asks ? { asks } : {}), ...more })
  const runtime = createRuntime({ controller: id, clock, store, fields: [field], link })
  const see = (input: Input) => report?.(input)
  return {
    id,
    store,
    transport,
    runtime,
    link,
    relays,
    acted,
    see,
    swipe: reader => see({ kind: 'card', reader, bits }),
    leaf: reading => see({ kind: 'input', controller: id, port: 'door-1', reading }),
    types: () => store.read(store.first, 10_000).map(({ event }) => event.type),
  }
}

export interface PluginRigOptions {
  readonly clock: Clock
  readonly transport: LinkTransport
  readonly source: ConfigurationSource
  readonly intake?: ReturnType<typeof createIntake>
  readonly seed?: number
  readonly link?: Partial<PluginLinkOptions>
}

export function createPluginRig({ clock, transport, source, seed = 7, intake = createIntake(), link: more }: PluginRigOptions) {
  const states = new Map<string, ElementState>()
  const notices: ControllerStatus[] = []
  const troubles: string[] = []
  const link = createPluginLink({
    transport,
    clock,
    random: createRandom(seed, 'plugin').bytes,
    position: intake.position,
    intake: intake.intake,
    configurationFor: controller => (source.place().controllers.some(each => each.id === controller) ? source : undefined),
    onStates(_controller, elements, gone) {
      for (const id of gone) states.delete(id)
      for (const element of elements) states.set(element.id, element)
    },
    onController: (status, before) => {
      if (status.online !== before?.online) notices.push(status)
    },
    onTrouble: (controller, trouble) => troubles.push(`${controller}: ${trouble}`),
    ...more,
  })
  return { link, intake, states, notices, troubles, transport }
}

export { createVirtualClock }
