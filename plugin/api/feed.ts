import type { Cancel } from '../../shared/clock.ts'
import type { Entry } from '../store/events.ts'
import { complete, type Delivery, prepare } from '../vms/deliver.ts'
import { terminalsAt } from '../vms/terminals.ts'
import { describeRequest } from './access-requests.ts'
import { describeAlarm } from './alarms.ts'
import { describeCardholder } from './cardholders.ts'
import { type Context, maySee } from './context.ts'
import { type Principal, type Right, rights } from './rights.ts'

export const topics = ['events', 'states', 'alarms', 'access-requests', 'configuration', 'cardholders', 'terminals'] as const
export type Topic = (typeof topics)[number]
export const rightOf: Record<Topic, Right> = {
  events: 'use-access-control',
  states: 'use-access-control',
  alarms: 'receive-notifications',
  'access-requests': 'receive-notifications',
  configuration: 'use-access-control',
  cardholders: 'view-cardholders',
  terminals: 'manage-configuration',
}

/** A connection to one consumer, whatever it speaks. */
export interface Pipe {
  /** Sends messages, the last of which stands at `cursor`. */
  send(messages: readonly string[], cursor: number): void
  /** Bytes given to `send` that the network has not taken yet. */
  buffered(): number
  /** Tells that it ends, why, and where to go on; then ends. */
  end(reason: EndReason, message: string): void
}
export type EndReason = 'too-slow' | 'signed-out' | 'stopping'

export interface Subscription {
  readonly topics: readonly Topic[]
  readonly after?: string | undefined
  readonly epoch?: string | undefined
}

/** The live end of the log: what every consumer is sent, prepared once. */
export type Feed = ReturnType<typeof openFeed>

const heartbeatMs = 15_000
/** Nothing more is handed to a connection that holds this much unsent … */
const fullBytes = 262_144
/** … and one that stays so for this long is closed. */
const patienceMs = 15_000
const retryMs = 20
const kept = 8_192
const atOnce = 256
/** More changed elements than this are told as one invalidation. */
const mostDirty = 2_000

interface Prepared {
  readonly entry: Entry
  readonly delivery: Delivery
}

export function openFeed(context: Context) {
  const { plugin, identity } = context
  const { clock, log } = plugin
  const consumers = new Set<{ wake(): void; dirty(topic: Topic, id: string): void; judge(): void; stop(): void }>()
  let ring: Prepared[] = []
  let waking = false
  const prepared = (entry: Entry): Prepared => ({ entry, delivery: prepare(entry, log.epoch, plugin.categories) })

  const wakeAll = () => {
    if (waking) return
    waking = true
    setImmediate(() => {
      waking = false
      for (const consumer of consumers) consumer.wake()
    })
  }
  const off = [
    plugin.onEntries(entries => {
      // Prepared only while somebody listens; who comes later reads from the log.
      ring = consumers.size === 0 ? [] : [...(ring.length > kept ? ring.slice(-kept / 2) : ring), ...entries.map(prepared)]
      wakeAll()
    }),
    plugin.states.onChange(ids => {
      mark('states', ids)
      mark('terminals', ids)
    }),
    plugin.alarms.onChange(id => mark('alarms', [id])),
    plugin.requests.onChange(id => mark('access-requests', [id])),
    plugin.book.onChange((_, changes) => {
      mark(
        'cardholders',
        changes.flatMap(c => (c.kind === 'cardholders' ? [c.id] : c.kind === 'memberships' ? [c.id.split(' ')[1] ?? ''] : [])),
      )
      // A right at a zone is one at the doors it has now.
      if (changes.some(c => c.kind === 'zones')) for (const consumer of consumers) consumer.judge()
      if (changes.some(c => c.kind !== 'cardholders' && c.kind !== 'memberships')) mark('configuration', ['configuration'])
    }),
    plugin.onRightsChange(() => {
      for (const consumer of consumers) consumer.judge()
    }),
  ]
  function mark(topic: Topic, ids: readonly string[]) {
    for (const consumer of consumers) for (const id of ids) consumer.dirty(topic, id)
    if (ids.length > 0) wakeAll()
  }

  /** Entries after a cursor: from memory where they are there, else from the log. */
  function after(cursor: number): readonly Prepared[] {
    const first = ring[0]
    if (first && first.entry.cursor <= cursor + 1) {
      const index = cursor + 1 - first.entry.cursor
      return ring[index]?.entry.cursor === cursor + 1
        ? ring.slice(index, index + atOnce)
        : ring.filter(p => p.entry.cursor > cursor).slice(0, atOnce)
    }
    return log.after(cursor, atOnce).map(prepared)
  }

  function consume(pipe: Pipe, secret: string, principalNow: Principal, { topics: wanted, after: from, epoch }: Subscription): () => void {
    let principal = principalNow
    let position = from === undefined ? log.head() : Number(from)
    const dirty = new Map<Topic, Set<string>>()
    let fullSince: number | undefined
    let timer: Cancel = () => {}
    let ended = false

    const meta = () => {
      const now = new Date(plugin.now()).toISOString()
      return { cursor: String(position), epoch: log.epoch, occurredAt: now, deliveredAt: now, backlog: false }
    }
    const message = (body: object) => JSON.stringify({ ...body, ...meta() })
    const has = (topic: Topic) => wanted.includes(topic) && principal.has(rightOf[topic])

    function finish(reason: EndReason, text: string) {
      if (ended) return
      stop()
      pipe.send([message({ topic: 'stream', type: reason, message: text })], position)
      pipe.end(reason, text)
    }

    function pump() {
      timer()
      if (ended) return
      const unsent = pipe.buffered()
      if (unsent > fullBytes) {
        fullSince ??= clock.now()
        if (clock.now() - fullSince >= patienceMs) finish('too-slow', `Too slow; go on after ${position}.`)
        else timer = clock.at(clock.now() + retryMs, pump)
        return
      }
      fullSince = undefined
      const out: string[] = []
      if (wanted.includes('events')) pumpEvents(out)
      else position = log.head()
      // After the events that they came of.
      out.push(...changed())
      if (out.length > 0) pipe.send(out, position)
      if (position < log.head() || dirty.size > 0) setImmediate(pump)
    }

    function pumpEvents(out: string[]) {
      const removed = log.removedThrough()
      if (position < removed) {
        const gap = { reason: 'removed', from: String(position + 1), to: String(removed) }
        position = removed
        out.push(message({ topic: 'events', type: 'gap', ...gap }))
      }
      const now = plugin.now()
      const everything = principal.doors('use-access-control') === 'all'
      for (const { entry, delivery } of after(position)) {
        position = entry.cursor
        if ((everything || maySee(plugin, principal, entry)) && plugin.enabled(entry)) out.push(complete(delivery, now))
      }
    }

    function changed(): string[] {
      const out: string[] = []
      for (const [topic, ids] of dirty) {
        if (!has(topic)) ids.clear()
        else if (topic === 'configuration')
          out.push(message({ topic, type: 'configuration-changed', revision: String(plugin.book.current().revision) }))
        else if (topic === 'states' && ids.size > mostDirty) out.push(message({ topic, type: 'states-invalidated' }))
        else {
          // Some at a time: a whole site may have been put in place of another.
          for (const id of ids) {
            if (out.length >= atOnce) break
            out.push(...told(topic, id))
            ids.delete(id)
          }
          if (ids.size > 0) continue
        }
        dirty.delete(topic)
      }
      return out
    }

    function told(topic: Topic, id: string): string[] {
      if (topic === 'states') {
        if (id === '*') return [message({ topic, type: 'states-invalidated' })]
        const element = plugin.tree().element(id)
        const door = plugin.tree().doorOf(id)
        // What belongs to no door is known to whoever may know one of its doors, as in the configuration.
        const doors = door === null ? (plugin.tree().doorsOf(id) ?? []) : [door]
        const may = principal.at('use-access-control', null) || doors.some(each => principal.at('use-access-control', each))
        if (!element || !may) return []
        return [message({ topic, type: 'state-changed', ...plugin.states.read(id, element.type) })]
      }
      if (topic === 'terminals') {
        return terminalsAt(plugin.tree(), plugin.states, id).map(terminal => message({ topic, type: 'terminal-changed', terminal }))
      }
      if (topic === 'alarms') {
        const alarm = plugin.alarms.get(id)
        return alarm && principal.at('receive-notifications', alarm.door)
          ? [message({ topic, type: 'alarm-changed', alarm: describeAlarm(context, alarm) })]
          : []
      }
      if (topic === 'access-requests') {
        const request = plugin.requests.get(id)
        if (!request || !principal.at('receive-notifications', request.door)) return []
        return [message({ topic, type: 'access-request-changed', accessRequest: describeRequest(context, principal, request) })]
      }
      const stored = plugin.book.people.get(id)
      return [
        message(
          stored
            ? { topic, type: 'cardholder-changed', cardholder: describeCardholder(context, stored.holder) }
            : { topic, type: 'cardholder-removed', id },
        ),
      ]
    }

    function judge() {
      const now = identity.authenticate(secret)
      if (!now) return finish('signed-out', 'The session is over, or the token was removed.')
      const same = JSON.stringify(scopesOf(now)) === JSON.stringify(scopesOf(principal))
      principal = now
      if (!same) pipe.send([message({ topic: 'rights', type: 'rights-changed' })], position)
    }

    function beat() {
      judge()
      if (ended) return
      if (pipe.buffered() <= fullBytes) pipe.send([message({ topic: 'stream', type: 'heartbeat' })], position)
      heart = clock.at(nextBeat(), beat)
    }
    /** Not later than the session ends: nothing is told after it. */
    const nextBeat = () => clock.now() + Math.max(0, Math.min(heartbeatMs, (principal.expiresAt ?? Infinity) - plugin.now()))
    let heart = clock.at(nextBeat(), beat)

    function stop() {
      ended = true
      timer()
      heart()
      consumers.delete(consumer)
      if (consumers.size === 0) ring = []
    }
    const consumer = {
      wake: pump,
      dirty(topic: Topic, id: string) {
        if (!wanted.includes(topic)) return
        const ids = dirty.get(topic)
        if (!ids) dirty.set(topic, new Set([id]))
        else if (ids.size <= mostDirty || topic !== 'states') ids.add(id)
      },
      judge,
      stop: () => finish('stopping', 'The server is stopping.'),
    }
    consumers.add(consumer)
    pipe.send([message({ topic: 'stream', type: 'subscribed', topics: wanted })], position)
    if ((epoch !== undefined && epoch !== log.epoch) || position > log.head()) {
      position = log.removedThrough()
      pipe.send([message({ topic: 'events', type: 'gap', reason: 'log-replaced' })], position)
    }
    if (wanted.includes('states')) consumer.dirty('states', '*')
    pump()
    return stop
  }

  return {
    consume,
    consumers: () => consumers.size,
    close(): void {
      for (const each of off) each()
      for (const consumer of consumers) consumer.stop()
    },
  }
}

const scopesOf = (principal: Principal) =>
  rights.map(right => {
    const doors = principal.doors(right)
    return [right, principal.has(right), doors === 'all' ? doors : [...doors].sort()]
  })
