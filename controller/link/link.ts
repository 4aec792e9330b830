import { v7 as uuid } from 'uuid'
import type { Cancel, Clock } from '../../shared/clock.ts'
import { command } from '../../shared/command.ts'
import type { EventDraft } from '../../shared/event.ts'
import {
  agree,
  batchSize,
  type DownMessage,
  downMessage,
  type LinkTransport,
  type Protocols,
  pairingKey,
  protocols,
  readMessage,
  topicsOf,
  type UpMessage,
} from '../../shared/link.ts'
import type { LinkEffect } from '../core/effect.ts'
import type { Input } from '../core/input.ts'
import type { Model } from '../core/model.ts'
import type { State } from '../core/state.ts'
import type { NextSite, Store } from '../store/contract.ts'
import { createFetching } from './configuration.ts'
import { createFreshness } from './freshness.ts'
import { createOutbox } from './outbox.ts'
import { everythingShared } from './reshare.ts'
import { createStateDiff, describe } from './states.ts'

/** What the controller can be asked beside commands; `answer` may be called several times, the last time with `last`. */
export type Ask = (body: unknown, answer: (body: unknown, last: boolean) => void) => void

export interface ControllerLinkOptions {
  readonly controller: string
  readonly transport: LinkTransport
  readonly clock: Clock
  readonly store: Store
  readonly random: (length: number) => Uint8Array
  /** First level of every topic. */
  readonly prefix?: string
  /** Of the software. */
  readonly version?: string
  /** By name; emulated hardware alone has `emulator`. */
  readonly asks?: Readonly<Record<string, Ask>>
  /** Opens the keys that the plugin hands out, which only this controller can; they are kept in the store by name. */
  readonly openKeys?: (sealed: string) => Readonly<Record<string, Uint8Array>>
  /** Keys that are new or others than before. */
  readonly onKeys?: (names: readonly string[]) => void
  /** Something for a technician: no common protocol, keys that cannot be opened. */
  readonly onTrouble?: (trouble: string) => void
  readonly protocols?: Protocols
}

/** The controller's side, as the runtime has it. */
export interface ControllerLink {
  start(host: Host): void
  carryOut(effect: LinkEffect): void
  changed(): void
  stop(clean: boolean): void
  readonly up: boolean
}

interface Host {
  input(input: Input): void
  record(event: EventDraft): void
  apply(next: NextSite, done: (problem: string | undefined) => void): void
  view(): { readonly model: Model; readonly state: State } | undefined
}

/** A plugin that says nothing for so many heartbeats is lost. */
const silentBeats = 2.6
/** A link that was never there is told as lost after this; ms. */
const firstPatience = 10_000
/** States of one burst of changes are told together; ms. */
const gatherMs = 100

type Down<K extends DownMessage['kind']> = Extract<DownMessage, { kind: K }>
type Body<K extends UpMessage['kind']> = Omit<Extract<UpMessage, { kind: K }>, 'protocol' | 'kind' | 'session'>

export function createControllerLink(options: ControllerLinkOptions): ControllerLink {
  const { controller, transport, clock, store, random, prefix = 'portunus', version = '', asks = {}, openKeys, onKeys, onTrouble } = options
  const spoken = options.protocols ?? protocols
  const topics = topicsOf(prefix, controller)
  const freshness = createFreshness(clock)
  const diff = createStateDiff()
  /** Commands under way and asks of late, by id: a message that comes twice acts once. */
  const answering = new Map<string, (body: unknown, last: boolean) => void>()
  const asked = new Map<string, number>()

  let host: Host | undefined
  let boot = ''
  let session: string | null = null
  let protocol = spoken.newest
  let phase: 'down' | 'greeting' | 'catching-up' | 'up' = 'down'
  let heard = 0
  /** What was heard of what others shared, and whether the plugin knows all of ours. */
  let cursor = { epoch: '', version: 0 }
  let retold = false
  let statesTold = 0
  let gathering: Cancel | undefined
  let timers: Cancel[] = []

  const publish = (message: object, qos: 0 | 1 = 0) => transport.publish(topics.up, JSON.stringify({ protocol, ...message }), { qos })
  const say = <K extends UpMessage['kind']>(kind: K, body: Body<K>, qos: 0 | 1 = 0) => {
    if (session !== null) publish({ kind, session, ...body }, qos)
  }
  const moment = () => ({ mono: clock.now(), wall: clock.wall() })
  const outbox = createOutbox(store, clock, telling => publish({ session, ...telling }, 1))
  const fetching = createFetching({
    store,
    ask: want => say('configuration-wanted', want),
    apply: (next, done) => host?.apply(next, done),
    tell(revision, checksum, problems) {
      if (problems.length > 0)
        host?.record({
          type: 'configuration.rejected',
          source: { kind: 'controller', id: controller },
          revision,
          fault: problems[0]!.slice(0, 200),
        })
      say('configuration-outcome', { revision, checksum, outcome: problems.length > 0 ? 'rejected' : 'applied', problems: [...problems] })
      if (phase === 'catching-up') wantShared()
      tellStates()
    },
  })

  function greet(): void {
    if (host === undefined || !transport.up) return
    if (phase === 'down') phase = 'greeting'
    const { revision = null, checksum = null, appliedAt = null } = store.inForce ?? {}
    const { epoch, version: shared } = store.shared
    publish({
      kind: 'online',
      ...spoken,
      version,
      boot,
      ...moment(),
      logId: store.logId,
      first: store.first,
      next: store.next,
      revision,
      checksum,
      appliedAt,
      shared: { epoch, version: shared },
      asks: Object.keys(asks),
    })
  }

  function lose(): void {
    outbox.close()
    fetching.abandon()
    freshness.forget()
    session = null
    phase = 'down'
    host?.input({ kind: 'link', up: false })
  }

  function tellStates(): void {
    gathering?.()
    gathering = undefined
    const view = phase === 'catching-up' || phase === 'up' ? host?.view() : undefined
    const news = view && diff.next(describe(view.model, view.state))
    if (news !== undefined) say('states', { number: ++statesTold, ...news })
  }

  function retellStates(): void {
    diff.forget()
    statesTold = 0
    tellStates()
  }

  function welcomed(message: Down<'welcome'>): void {
    if (message.boot !== boot || message.logId !== store.logId) return
    heard = clock.now()
    if (!store.reconcile(message.next, message.last)) {
      greet()
      return
    }
    retold = false
    session = message.session
    protocol = message.protocol
    if (phase !== 'up') phase = 'catching-up'
    freshness.heard(message.at, message.mono, message.wall)
    const kept = store.shared
    const same = kept.epoch === message.shared.epoch
    cursor = { epoch: message.shared.epoch, version: same ? kept.version : 0 }
    wantShared()
    retellStates()
    // A plugin that has begun anew knows nothing of what was shared.
    const view = same ? undefined : host?.view()
    outbox.open(message.next, view ? everythingShared(view.model, view.state, batchSize) : [].values(), () => {
      retold = true
      store.setShared(cursor)
    })
  }

  /** Without a site there is nowhere to put what others shared. */
  function wantShared(): void {
    if (host?.view() !== undefined) say('shared-wanted', cursor)
  }

  function takeShared({ epoch, from, version: upTo, last, presence, uses }: Down<'shared'>): void {
    if (epoch !== cursor.epoch || from !== cursor.version) {
      say('shared-wanted', cursor)
      return
    }
    if (presence.length > 0 || uses.length > 0) host?.input({ kind: 'shared', presence, uses })
    if (upTo !== cursor.version) {
      cursor = { epoch, version: upTo }
      // Until all of it is told again, another connection has to begin anew too.
      if (retold) store.setShared(cursor)
    }
    if (!last) say('shared-wanted', cursor)
    else if (phase === 'catching-up') {
      phase = 'up'
      host?.input({ kind: 'link', up: true })
    }
  }

  function obey({ id, name, at, validForMs, body, ...message }: Down<'ask'>): void {
    const answer = (answered: unknown, last: boolean) => say('answer', { id, last, body: answered })
    const error =
      message.boot !== boot || freshness.age(at) >= validForMs
        ? 'stale'
        : twice(id, validForMs)
          ? undefined
          : start(name, body, at, validForMs, answer)
    if (error !== undefined) say('answer', { id, last: true, body: null, error })
  }

  function twice(id: string, validForMs: number): boolean {
    for (const [known, until] of asked) if (until <= clock.now()) asked.delete(known)
    if (asked.has(id)) return true
    asked.set(id, clock.now() + validForMs)
    return false
  }

  /** @returns why it is not done */
  function start(
    name: string,
    body: unknown,
    at: number,
    validForMs: number,
    answer: (body: unknown, last: boolean) => void,
  ): string | undefined {
    if (name !== 'command') {
      const handle = asks[name]
      handle?.(body, answer)
      return handle === undefined ? 'not-supported' : undefined
    }
    const read = command.safeParse(body)
    if (!read.success) return 'not-understood'
    answering.set(read.data.id, answer)
    // On this controller's own clock, whatever the plugin's shows.
    const issuedAt = new Date(clock.wall() - freshness.age(at)).toISOString()
    host?.input({ kind: 'command', command: { ...read.data, issuedAt, validForMs } })
    return undefined
  }

  /** What may be said to this session alone. */
  const handlers: { [K in DownMessage['kind']]?: (message: Down<K>) => void } = {
    pong({ at, mono, wall, shared }) {
      freshness.heard(at, mono, wall)
      if (shared !== cursor.version) wantShared()
    },
    'states-wanted': retellStates,
    ack: ({ logId, sequence }) => outbox.acknowledged(logId, sequence),
    'share-ack': ({ logId, position }) => outbox.shared(logId, position),
    shared: takeShared,
    ask: obey,
    'configuration-offer': ({ revision }) => fetching.offered(revision),
    'configuration-part': part => fetching.part(part),
    keys: ({ sealed }) => takeKeys(sealed),
  }

  function receive(message: DownMessage): void {
    if (message.kind === 'welcome') welcomed(message)
    else if (message.kind === 'refused') refused(message)
    else if (message.kind === 'who') greet()
    else if (message.session === session) {
      heard = clock.now()
      const handle = handlers[message.kind] as ((message: DownMessage) => void) | undefined
      handle?.(message)
    }
  }

  function refused(theirs: Down<'refused'>): void {
    if (theirs.boot !== boot || agree(spoken, theirs) !== undefined) return
    const both = `the plugin speaks protocols ${theirs.oldest} to ${theirs.newest}, this controller ${spoken.oldest} to ${spoken.newest}`
    onTrouble?.(`${both}: update the older one`)
  }

  function takeKeys(sealed: string): void {
    if (openKeys === undefined) return
    try {
      const opened = openKeys(sealed)
      const candidates = new Set(Object.keys(opened).map(pairingKey))
      const changed = Object.entries(opened).filter(([name, key]) => {
        const held = store.keys.get(name)
        const paired = opened[pairingKey(name)]
        // What a pairing has put in force stays, although the plugin has not heard of it.
        return !candidates.has(name) && !held?.equals(key) && !(paired !== undefined && held?.equals(paired))
      })
      for (const [name, key] of changed) store.keys.set(name, key)
      if (changed.length > 0) onKeys?.(changed.map(([name]) => name))
    } catch {
      onTrouble?.('the keys that the plugin sent cannot be opened: this controller must be adopted again')
    }
  }

  function beat(): void {
    timers[0] = clock.at(clock.now() + transport.heartbeatMs, beat)
    const silent = clock.now() - heard > silentBeats * transport.heartbeatMs
    if (session !== null && silent) {
      lose()
      transport.reset()
    } else if (session === null) greet()
    else {
      say('ping', { ...moment(), revision: store.inForce?.revision ?? null, states: statesTold })
      fetching.again()
      if (phase === 'catching-up') wantShared()
    }
  }

  const hear = (_topic: string, payload: string, retained: boolean) => {
    if (host === undefined || retained) return
    const message = readMessage(downMessage, payload)
    if (message !== undefined) receive(message as DownMessage)
  }
  transport.subscribe(topics.down, hear)
  transport.subscribe(topics.all, hear)
  transport.onChange(up => {
    if (host === undefined) return
    if (up) greet()
    else if (phase !== 'down') lose()
  })

  return {
    get up() {
      return phase === 'up'
    },
    start(to) {
      host = to
      boot = uuid({ msecs: clock.wall(), random: random(16) })
      heard = clock.now()
      phase = 'down'
      session = null
      store.onDurable(() => outbox.pump())
      transport.open({ topic: topics.up, payload: JSON.stringify({ protocol: spoken.newest, kind: 'offline', boot }) })
      timers = [() => {}, clock.at(clock.now() + firstPatience, () => phase !== 'up' && host?.input({ kind: 'link', up: false }))]
      if (transport.heartbeatMs > 0) timers[0] = clock.at(clock.now() + transport.heartbeatMs, beat)
      greet()
    },
    carryOut(effect) {
      if (effect.kind !== 'result') return
      const answer = answering.get(effect.command)
      answering.delete(effect.command)
      answer?.(effect.results, true)
    },
    changed() {
      if (phase !== 'catching-up' && phase !== 'up') return
      gathering ??= clock.at(clock.now() + gatherMs, () => {
        gathering = undefined
        tellStates()
      })
    },
    stop(clean) {
      if (host === undefined) return
      if (clean) publish({ kind: 'offline', boot })
      host = undefined
      gathering?.()
      gathering = undefined
      for (const cancel of timers) cancel()
      outbox.close()
      fetching.abandon()
      freshness.forget()
      answering.clear()
      asked.clear()
      session = null
      phase = 'down'
    },
  }
}
