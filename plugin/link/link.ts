import { v7 as uuid } from 'uuid'
import type { Cancel } from '../../shared/clock.ts'
import {
  agree,
  commandAnswer,
  type DownMessage,
  hereMessage,
  longestValidity,
  protocols,
  readMessage,
  topicsOf,
  type UpMessage,
  upMessage,
} from '../../shared/link.ts'
import type { ControllerStatus, PluginLink, PluginLinkOptions } from './contract.ts'
import { createLedger } from './ledger.ts'
import { createPush, type Push } from './push.ts'
import { type Answered, createRequests, unreachable } from './requests.ts'
import { createRivals } from './rival.ts'

interface Session {
  status: ControllerStatus
  protocol: number
  /** Monotonic. */
  heard: number
  shared: number
  /** The other end has all that was shared, and is told more as it comes. */
  sharedOpen: boolean
  push: Push
  /** The last revision that the controller did not take. */
  rejected: string | null
  /** The number of the last states heard. */
  states: number
  /** That its events cannot be stored has been told. */
  unstored: boolean
}

/** A controller that says nothing for so long is offline; ms. */
const silentMs = 9_000
const watchMs = 1_000
/** One that has never come is told so long after the start; ms. */
const firstMs = 10_000
/** Between two calls to a controller that speaks outside the session; ms. */
const callMs = 1_000
const sharedPage = 500
/** A skew that has moved by this much is told again; ms. */
const skewStep = 1_000

type Up<K extends UpMessage['kind']> = Extract<UpMessage, { kind: K }>
type Body<K extends DownMessage['kind']> = Omit<Extract<DownMessage, { kind: K }>, 'protocol' | 'kind' | 'session'>

export function createPluginLink(options: PluginLinkOptions): PluginLink {
  const {
    transport,
    clock,
    random,
    prefix = 'portunus',
    position,
    intake,
    configurationFor,
    keysFor,
    onStates,
    onController,
    onTrouble,
    expected,
  } = options
  const spoken = options.protocols ?? protocols
  const ledger = createLedger()
  const epoch = uuid({ msecs: clock.wall(), random: random(16) })
  const sessions = new Map<string, Session>()
  const requests = createRequests(clock)
  const calls = new Map<string, number>()
  const sayToAll = (message: object) => transport.publish(topicsOf(prefix, '').all, JSON.stringify({ protocol: spoken.newest, ...message }))
  const rivals = createRivals({
    epoch,
    clock,
    tell: () => sayToAll({ kind: 'here', epoch }),
    onChange(standingBy) {
      if (standingBy) for (const [controller, current] of sessions) leave(controller, current)
      else if (transport.up) callAll()
    },
    onTrouble: trouble => onTrouble?.(undefined, trouble),
  })
  let session = ''
  let running = false
  let timer: Cancel | undefined
  let firstCall: Cancel | undefined

  function send<K extends DownMessage['kind']>(controller: string, kind: K, body: Body<K>): void {
    const protocol = sessions.get(controller)?.protocol ?? spoken.newest
    transport.publish(topicsOf(prefix, controller).down, JSON.stringify({ protocol, kind, session, ...body }), {
      qos: kind === 'ask' ? 0 : 1,
    })
  }

  function change(current: Session, news: Partial<ControllerStatus>): void {
    const before = current.status
    current.status = { ...before, ...news }
    onController?.(current.status, before)
  }

  function hear(current: Session, wall: number | undefined): void {
    current.heard = clock.now()
    const skewMs = wall === undefined ? current.status.skewMs : Math.round(wall - clock.wall())
    const heardAt = clock.wall()
    const moved = Math.abs(skewMs - current.status.skewMs) >= skewStep
    if (moved) change(current, { skewMs, heardAt })
    else current.status = { ...current.status, heardAt }
  }

  function leave(controller: string, current: Session): void {
    current.sharedOpen = false
    if (current.status.online) change(current, { online: false })
    requests.abandon(controller)
  }

  function greeted(controller: string, message: Up<'online'>): void {
    const source = configurationFor(controller)
    if (source === undefined) return
    const protocol = agree(spoken, message)
    const { down } = topicsOf(prefix, controller)
    if (protocol === undefined) {
      transport.publish(down, JSON.stringify({ protocol: spoken.newest, kind: 'refused', boot: message.boot, ...spoken }))
      const theirs = `the controller speaks protocols ${message.oldest} to ${message.newest}, this server ${spoken.oldest} to ${spoken.newest}`
      onTrouble?.(controller, `${theirs}: update the older one`)
      return
    }
    const { boot, logId, revision, appliedAt, version, asks, mono, wall } = message
    const known = sessions.get(controller)
    const status: ControllerStatus = {
      controller,
      online: true,
      version,
      boot,
      logId,
      revision,
      appliedAt,
      problems: known?.status.problems ?? [],
      skewMs: Math.round(wall - clock.wall()),
      heardAt: clock.wall(),
      asks,
    }
    const fresh: Session = {
      status,
      protocol,
      heard: clock.now(),
      shared: 0,
      sharedOpen: false,
      push: createPush(source),
      rejected: null,
      states: 0,
      unstored: known?.unstored ?? false,
    }
    sessions.set(controller, fresh)
    onController?.(status, known?.status)
    send(controller, 'welcome', {
      boot,
      mono,
      wall,
      at: clock.now(),
      logId,
      ...position(controller, logId),
      shared: { epoch, version: ledger.version },
    })
    handOutKeys(controller)
    offer(controller)
  }

  function missing(controller: string): void {
    if (sessions.has(controller)) return
    const none = { version: '', boot: '', logId: '', revision: null, appliedAt: null, problems: [], skewMs: 0, heardAt: 0, asks: [] }
    onController?.({ controller, online: false, ...none }, undefined)
  }

  /** Whoever speaks outside this session is called in. */
  function called(controller: string, message: UpMessage & { readonly session: string }): Session | undefined {
    const current = sessions.get(controller)
    if (current?.status.online === true && message.session === session) return current
    const before = calls.get(controller)
    if (configurationFor(controller) === undefined || (before !== undefined && clock.now() - before < callMs)) return undefined
    calls.set(controller, clock.now())
    send(controller, 'who', {})
    return undefined
  }

  const handlers: {
    [K in Exclude<UpMessage['kind'], 'online' | 'offline'>]: (controller: string, message: Up<K>, current: Session) => void
  } = {
    ping(controller, { mono, wall, revision, states }, current) {
      send(controller, 'pong', { mono, wall, at: clock.now(), shared: current.sharedOpen ? current.shared : ledger.version })
      const offered = configurationFor(controller)?.revision()
      if (offered !== revision && offered !== current.rejected) offer(controller)
      if (states !== current.states) send(controller, 'states-wanted', {})
    },
    events(controller, { logId, gap, events }, current) {
      if (events.some(({ event }) => event.controller !== controller || event.logId !== logId)) {
        onTrouble?.(controller, 'it tells events of another controller or log; they are left out')
        return
      }
      let next: number
      try {
        next = intake(controller, logId, events, gap)
      } catch (error) {
        if (!current.unstored) onTrouble?.(controller, `its events cannot be stored: ${(error as Error).message}`)
        current.unstored = true
        return
      }
      current.unstored = false
      send(controller, 'ack', { logId, sequence: next - 1 })
    },
    states(controller, { number, elements, gone, whole }, current) {
      if (!whole && number !== current.states + 1) return
      current.states = number
      onStates?.(controller, elements, gone, whole)
    },
    share(controller, { logId, position: through, presence, uses }) {
      ledger.merge(presence, uses)
      send(controller, 'share-ack', { logId, position: through })
      for (const [id, each] of sessions) if (each.sharedOpen) tellShared(id, each)
    },
    'shared-wanted'(controller, message, current) {
      current.shared = message.epoch === epoch ? message.version : 0
      current.sharedOpen = true
      tellShared(controller, current, true)
    },
    'configuration-wanted'(controller, message, current) {
      const part = current.push.answer(message)
      if (part === undefined) offer(controller)
      else send(controller, 'configuration-part', part)
    },
    'configuration-outcome'(_controller, { revision, outcome, problems }, current) {
      current.rejected = outcome === 'rejected' ? revision : null
      if (outcome === 'rejected') change(current, { problems })
      else
        change(current, {
          revision,
          problems: [],
          appliedAt: current.status.revision === revision ? current.status.appliedAt : clock.wall() + current.status.skewMs,
        })
    },
    answer: (_controller, message) => requests.answer(message.id, message),
  }

  function tellShared(controller: string, current: Session, always = false): void {
    const from = current.shared
    if (from === ledger.version && !always) return
    const page = ledger.since(from, sharedPage)
    current.shared = page.version
    current.sharedOpen = page.last
    send(controller, 'shared', { epoch, from, version: page.version, last: page.last, presence: [...page.presence], uses: [...page.uses] })
  }

  function receive(topic: string, payload: string, retained: boolean): void {
    const controller = topic.split('/').at(-2)
    const message = retained || controller === undefined ? undefined : (readMessage(upMessage, payload) as UpMessage | undefined)
    if (!running || rivals.standingBy || message === undefined || controller === undefined) return
    if (message.kind === 'online') greeted(controller, message)
    else if (message.kind === 'offline') {
      const current = sessions.get(controller)
      if (current !== undefined && current.status.boot === message.boot) leave(controller, current)
    } else {
      const current = called(controller, message)
      if (current === undefined) return
      hear(current, message.kind === 'ping' ? message.wall : undefined)
      const handle = handlers[message.kind] as (controller: string, message: UpMessage, current: Session) => void
      handle(controller, message, current)
    }
  }

  function watch(): void {
    timer = clock.at(clock.now() + watchMs, watch)
    rivals.watch()
    for (const [controller, current] of sessions) if (clock.now() - current.heard > silentMs) leave(controller, current)
  }

  function offer(controller?: string): void {
    for (const id of controller === undefined ? sessions.keys() : [controller]) {
      const revision = configurationFor(id)?.revision()
      if (revision !== undefined && sessions.get(id)?.status.online) send(id, 'configuration-offer', { revision })
    }
  }

  function handOutKeys(controller?: string): void {
    for (const id of controller === undefined ? sessions.keys() : [controller]) {
      const sealed = keysFor?.(id)
      if (sealed !== undefined && sessions.get(id)?.status.online) send(id, 'keys', { sealed })
    }
  }

  function request(controller: string, name: string, body: unknown, answered: Answered, validForMs: number = longestValidity): Cancel {
    const current = sessions.get(controller)
    if (!running || !transport.up || current === undefined || !current.status.online) {
      answered(unreachable, true)
      return () => {}
    }
    const id = uuid({ msecs: clock.wall(), random: random(16) })
    const cancel = requests.open(id, controller, answered)
    send(controller, 'ask', {
      boot: current.status.boot,
      id,
      name,
      at: clock.now(),
      validForMs: Math.min(validForMs, longestValidity),
      body,
    })
    return cancel
  }

  transport.subscribe(topicsOf(prefix, '+').up, receive)
  transport.subscribe(topicsOf(prefix, '').all, (_topic, payload, retained) => {
    const here = retained || !running ? undefined : readMessage(hereMessage, payload)
    if (here !== undefined) rivals.heard(here.epoch)
  })
  transport.onChange(up => {
    if (!running) return
    if (up) callAll()
    else if (transport.heartbeatMs === 0) for (const [controller, current] of sessions) leave(controller, current)
  })

  /** Begins a session: what was said while nobody could hear it is said again. */
  function callAll(): void {
    session = uuid({ msecs: clock.wall(), random: random(16) })
    sayToAll({ kind: 'here', epoch })
    if (!rivals.standingBy) sayToAll({ kind: 'who', session })
  }

  return {
    start() {
      running = true
      transport.open()
      if (transport.heartbeatMs > 0) timer = clock.at(clock.now() + watchMs, watch)
      firstCall = clock.at(clock.now() + firstMs, () => expected?.().forEach(missing))
      if (transport.up) callAll()
    },
    stop() {
      running = false
      timer?.()
      firstCall?.()
      requests.abandon()
      sessions.clear()
    },
    status: controller => sessions.get(controller)?.status,
    statuses: () => [...sessions.values()].map(({ status }) => status),
    isOnline: controller => sessions.get(controller)?.status.online ?? false,
    get standingBy() {
      return rivals.standingBy
    },
    offer,
    handOutKeys,
    command: (controller, command) =>
      new Promise(resolve => {
        request(
          controller,
          'command',
          command,
          answer => {
            const read = answer.ok ? commandAnswer.safeParse(answer.body) : undefined
            resolve(read?.data)
          },
          command.validForMs,
        )
      }),
    ask: (controller, name, body, validForMs) => new Promise(resolve => request(controller, name, body, resolve, validForMs)),
    request,
  }
}
