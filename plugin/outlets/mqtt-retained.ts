import { createHash } from 'node:crypto'
import type { State } from '../vms/states.ts'
import type { Tree } from '../vms/tree.ts'
import { discover, discoveryFilter, type SiteDoor } from './home-assistant.ts'
import type { Bus, Outgoing } from './mqtt-bus.ts'
import type { MqttTopics } from './mqtt-topics.ts'
import { onvifProperties } from './onvif-json.ts'
import type { CarrierOptions } from './outlet.ts'
import type { SettingsOf } from './settings.ts'

/** Keeps what is retained at a broker like the site: a state for each element, and what is made of it. What goes away is taken away there. */
export interface Retained {
  /** The connection is there (again): everything is published anew. */
  renew(): void
  /** Something is retained at the broker; what is none of the site's any more is taken away. */
  found(topic: string): void
  /** Ends. @param forGood takes away all that was published */
  close(forGood: boolean): Promise<void>
}

/** As many elements at once. */
const atOnce = 64
/** Taking everything away takes no longer, in ms: somebody waits for it. */
const clearMs = 10_000
/** Topics found at a broker and not looked at yet. */
const mostStrange = 500_000

interface Wanted {
  readonly payload: string
  /** Equal where there is nothing new to tell. */
  readonly sense: string
  readonly hears: Outgoing['hears']
}

/** Filters that cover everything of a system that is retained. */
export function retainedFilters(topics: MqttTopics, { homeAssistantPrefix }: SettingsOf<'mqtt'>, systemId: string): readonly string[] {
  return [...topics.states, discoveryFilter(homeAssistantPrefix, systemId)]
}

export function keepRetained(
  { world, settings }: Pick<CarrierOptions<SettingsOf<'mqtt'>>, 'world' | 'settings'>,
  topics: MqttTopics,
  bus: () => Bus | undefined,
): Retained {
  const { plugin } = world
  const { systemId } = plugin
  const filtered = new Set(settings.filter.doors)
  /** What the broker has: by element, what was last told by topic, and to whom. */
  const published = new Map<string, Map<string, Pick<Wanted, 'sense' | 'hears'>>>()
  const dirty = new Set<string>()
  const strange = new Set<string>()
  let working = false
  let ended = false
  let indexed: { readonly of: Tree; readonly doors: ReadonlyMap<string, SiteDoor> } | undefined

  function doorsOf(tree: Tree): ReadonlyMap<string, SiteDoor> {
    if (indexed?.of !== tree) indexed = { of: tree, doors: new Map(tree.of.site.doors.map(door => [door.id, door])) }
    return indexed.doors
  }
  function readersAt(door: SiteDoor | undefined): readonly State[] {
    if (door?.type !== 'door') return []
    return [door.a.reader, door.b.reader].flatMap(reader => (reader ? [plugin.states.read(reader.id, 'reader')] : []))
  }

  function wantedOf(id: string): ReadonlyMap<string, Wanted> {
    const wanted = new Map<string, Wanted>()
    const tree = plugin.tree()
    const element = tree.element(id)
    if (!element) return wanted
    const door = tree.doorOf(id)
    const server = element.type === 'server'
    const enabled = element.enabled && (door === null || tree.element(door)?.enabled === true)
    const inFilter = filtered.size === 0 || (door !== null && filtered.has(door))
    const hears: Outgoing['hears'] = principal => principal.at('use-access-control', door)
    const add = (topic: string, body: object, sense: object = body, heard = hears) =>
      wanted.set(topic, {
        payload: JSON.stringify(body),
        sense: createHash('sha256').update(JSON.stringify(sense)).digest('base64url'),
        hears: heard,
      })
    const state = plugin.states.read(id, element.type)
    if (enabled && inFilter && element.type !== 'access-point') add(topics.state(id), state)
    if (settings.homeAssistant && enabled && (inFilter || server)) {
      const discovery = {
        prefix: settings.homeAssistantPrefix,
        topics,
        systemId,
        tree,
        door: doorsOf(tree).get(id),
        categoryOf: (type: string) => plugin.categories(type)[0],
      }
      for (const [topic, body] of discover(discovery, id))
        add(topic, body, body, server ? principal => principal.has('use-access-control') : hears)
    }
    if (settings.onvif && inFilter && (enabled || element.type === 'access-point')) {
      const time = new Date(plugin.now()).toISOString()
      const properties = onvifProperties(element, state, readersAt(doorsOf(tree).get(id)), time)
      for (const { topic, payload } of properties) add(`${topics.onvif}/${topic}`, payload, payload.Data)
    }
    return wanted
  }

  async function refresh(through: Bus, id: string): Promise<void> {
    const before = published.get(id) ?? new Map<string, Pick<Wanted, 'sense' | 'hears'>>()
    published.set(id, before)
    const wanted = wantedOf(id)
    const gone = [...before].filter(([topic]) => !wanted.has(topic))
    const news = [...wanted].filter(([topic, { sense }]) => before.get(topic)?.sense !== sense)
    await Promise.all([
      ...gone.map(async ([topic, { hears }]) => {
        if ((await remove(through, topic, hears)) === null) before.delete(topic)
      }),
      ...news.map(async ([topic, { payload, sense, hears }]) => {
        // Said before it is known to have arrived: should it not, the connection is lost, and everything is published anew.
        before.set(topic, { sense, hears })
        await through.publish({ topic, payload, retain: true, hears })
      }),
    ])
    if (before.size === 0) published.delete(id)
  }

  const remove = (through: Bus, topic: string, hears: Outgoing['hears']) => through.publish({ topic, payload: '', retain: true, hears })

  /** Brings what is dirty up to date, a little at a time: neither events nor anything else in this process waits behind ten thousand doors. */
  async function work(): Promise<void> {
    if (working) return
    working = true
    for (let through = ready(); through && dirty.size > 0; through = ready()) {
      const ids = [...dirty]
      dirty.clear()
      for (let i = 0; i < ids.length && ready() === through; i += atOnce) {
        await Promise.all(ids.slice(i, i + atOnce).map(id => refresh(through!, id)))
        await new Promise(setImmediate)
      }
    }
    working = false
    const through = ready()
    if (through && strange.size > 0) sweep(through)
  }
  const ready = (): Bus | undefined => {
    const through = ended ? undefined : bus()
    return through?.trouble() === null ? through : undefined
  }

  /** Of an earlier time: elements that were removed, or a switch that was turned off, while nobody was there to take it away. */
  function sweep(through: Bus): void {
    const known = new Set([...published.values()].flatMap(each => [...each.keys()]))
    for (const topic of strange) if (!known.has(topic)) void remove(through, topic, principal => principal.at('use-access-control', null))
    strange.clear()
  }

  function mark(ids: Iterable<string>): void {
    const tree = plugin.tree()
    for (const id of ids) {
      dirty.add(id)
      const door = settings.onvif ? tree.doorOf(id) : null
      if (door !== null) dirty.add(door)
    }
    void work()
  }
  const markAll = () => mark([...plugin.tree().vms.elements.map(element => element.id), ...published.keys()])

  const off = [
    plugin.states.onChange(mark),
    plugin.book.onChange((_, changes) => {
      if (changes.some(({ kind }) => kind !== 'cardholders' && kind !== 'memberships')) markAll()
    }),
  ]
  return {
    renew() {
      for (const topicsOfOne of published.values())
        for (const [topic, { hears }] of topicsOfOne) topicsOfOne.set(topic, { sense: '', hears })
      markAll()
    },
    found(topic) {
      // A broker may make up topics without end; what is left over is found again at the next connection.
      if (strange.size < mostStrange) strange.add(topic)
      void work()
    },
    async close(forGood) {
      ended = true
      for (const each of off) each()
      const through = bus()
      if (!forGood || !through) return
      let cancel = () => {}
      const late = new Promise<void>(resolve => {
        cancel = plugin.clock.at(plugin.clock.now() + clearMs, resolve)
      })
      const cleared = Promise.all(
        [...published.values()].flatMap(each => [...each].map(([topic, { hears }]) => remove(through, topic, hears))),
      )
      await Promise.race([cleared, late])
      cancel()
    },
  }
}
