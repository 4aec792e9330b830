import type { Cancel, Clock, Now } from '../shared/clock.ts'
import type { EventDraft } from '../shared/event.ts'
import { type Place, splitSite } from '../shared/link.ts'
import type { Site } from '../shared/site.ts'
import type { Effect, LinkEffect } from './core/effect.ts'
import type { Input } from './core/input.ts'
import { buildModel, type Model } from './core/model.ts'
import { applyChanges, emptyState, loadState, type State } from './core/state.ts'
import { step, wakeAt } from './core/step.ts'
import type { Field } from './field/field.ts'
import type { NextSite, Outcome, Share, Store } from './store/contract.ts'

export interface RuntimeOptions {
  readonly controller: string
  readonly clock: Clock
  readonly store: Store
  readonly fields: readonly Field[]
  readonly link?: RuntimeLink
  /** Whether the wall clock can be believed: set by a battery or the network. Always, unless told otherwise. */
  readonly clockTrusted?: () => boolean
  /** Broken code threw: the input is dropped and nothing has changed. Left out, it is thrown on. */
  readonly onFault?: (error: unknown, input: Input) => void
}

/** What the runtime wants of the link. */
export interface RuntimeLink {
  start(host: LinkHost): void
  carryOut(effect: LinkEffect): void
  /** State has changed, and with it perhaps what is shown of it. */
  changed(): void
  /** @param clean say goodbye; otherwise break off as a dying process does */
  stop(clean: boolean): void
}

/** What the link wants of the runtime. */
export interface LinkHost {
  input(input: Input): void
  record(event: EventDraft): void
  apply(next: NextSite, done: (problem: string | undefined) => void): void
  view(): { readonly model: Model; readonly state: State } | undefined
}

/** The loop of one controller: input, step, commit, effects, sync, tell. */
export interface Runtime extends LinkHost {
  /** Puts a whole site in force, people included: at once, or as soon as the step under way is done. */
  configure(site: Site, revision: string): void
  /** Loads what the store has, tells the hardware and begins. May be called again after `stop` or `crash`. */
  start(): void
  /** A clean stop: relays fall, the link says goodbye, everything is stored. */
  stop(): void
  /** Breaks off as a dying process does: what is only in memory is gone. */
  crash(): void
  readonly running: boolean
}

/** A wall clock that moves against the monotonic one by at least this was set; ms. */
const jump = 1_000
const clockCheckMs = 5_000
/** Wakes at one and the same instant, after which the rest waits for the next millisecond. */
const mostWakes = 100

const nothing: Outcome = { events: [], changes: [], shares: [] }

export function createRuntime(options: RuntimeOptions): Runtime {
  const { controller, clock, store, fields, link, onFault, clockTrusted = () => true } = options
  let model: Model | undefined
  let state: State = emptyState()
  let running = false
  let fieldsRunning = false
  let offset = 0
  let trusted = true
  let queue: (() => void)[] = []
  let draining = false
  /** Since the link was last told. */
  let changed = false
  let wake: { readonly instant: number; readonly cancel: Cancel } | undefined
  let timers: Cancel[] = []

  function later(work: () => void): void {
    queue.push(work)
    if (draining) return
    draining = true
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) next()
    } finally {
      draining = false
    }
  }

  const moment = (): Now => ({ mono: clock.now(), wall: clock.wall() })
  const sharesOf = (effects: readonly Effect[]): Share[] => effects.filter(effect => effect.kind === 'share')

  /** Lets the core judge, keeps what it found, and only then lets anything happen. */
  function take(input: Input, next?: NextSite): string | undefined {
    const now = moment()
    const before = model
    let effects: readonly Effect[] = []
    let apply = () => {}
    const judge = (): Outcome => {
      if (model === undefined) return nothing
      const result = step(model, store.directory, state, input, now)
      effects = result.effects
      apply = () => {
        state = applyChanges(state, result.changes)
        changed ||= result.changes.length > 0
      }
      return { events: result.events, changes: result.changes, shares: sharesOf(result.effects) }
    }
    try {
      if (next === undefined) store.commit(judge(), now.wall)
      else {
        if (next.place !== undefined) model = buildModel(next.place, controller)
        const { fault } = store.replace(next, judge, now.wall)
        if (fault !== undefined) {
          model = before
          return fault
        }
        changed = true
      }
    } catch (error) {
      model = before
      if (onFault === undefined) throw error
      onFault(error, input)
      return 'internal-error'
    }
    apply()
    for (const effect of effects) {
      if (effect.kind === 'result' || effect.kind === 'share') link?.carryOut(effect)
      else for (const field of fields) field.apply(effect)
    }
    return undefined
  }

  /** One input and whatever is due at the same instant. */
  function handle(input: Input): void {
    if (!running || model === undefined) return
    watchClock()
    take(input)
    settle()
  }

  function settle(): void {
    if (model === undefined) return
    let instant = wakeAt(model, state, moment())
    for (let wakes = 0; instant !== null && instant <= clock.now(); wakes++) {
      if (wakes === mostWakes) {
        instant = clock.now() + 1
        break
      }
      take({ kind: 'wake' })
      instant = wakeAt(model, state, moment())
    }
    arm(instant)
    store.sync()
    if (changed) link?.changed()
    changed = false
  }

  function arm(instant: number | null): void {
    if (wake?.instant === instant) return
    wake?.cancel()
    wake = undefined
    if (instant === null) return
    const cancel = clock.at(instant, () => {
      wake = undefined
      later(() => handle({ kind: 'wake' }))
    })
    wake = { instant, cancel }
  }

  /** @returns whether it was set, or is believed again or no longer */
  function watchClock(): boolean {
    const moved = clock.wall() - clock.now() - offset
    const believed = clockTrusted()
    if (Math.abs(moved) < jump && believed === trusted) return false
    offset += moved
    trusted = believed
    take({ kind: 'clock', trusted })
    return true
  }

  /** Calls `work` again and again; it says in how many ms. */
  function repeat(ms: number, work: () => number): void {
    const slot = timers.length
    const again = (wait: number) => {
      timers[slot] = clock.at(clock.now() + wait, () => later(() => running && again(work())))
    }
    timers.push(() => {})
    again(ms)
  }

  function apply(next: NextSite, done: (problem: string | undefined) => void): void {
    later(() => {
      if (next.place !== undefined && !next.place.controllers.some(each => each.id === controller))
        return done(`the site has no controller "${controller}"`)
      if (!running || model === undefined) {
        const { fault } = store.replace(next, () => nothing, clock.wall())
        if (fault !== undefined || !running) return done(fault)
        return begin(() => {
          take({ kind: 'configured', revision: next.revision })
          done(undefined)
        })
      }
      const before = model.site
      if (next.place !== undefined) configureFields(next.place)
      const left = 'removed' in next.people ? { removed: next.people.removed } : {}
      const problem = take({ kind: 'configured', revision: next.revision, ...left }, next)
      if (problem !== undefined && next.place !== undefined) configureFields(before)
      settle()
      done(problem)
    })
  }

  function configureFields(place: Place): void {
    for (const field of fields) field.configure?.({ ...place, cardholders: [], groups: [] })
  }

  /** Hardware first: what it reports while it starts is known before doors go to their resting state. */
  function begin(then: () => void): void {
    const configuration = store.configuration()
    if (configuration === undefined) {
      then()
      return
    }
    model = buildModel(configuration.place, controller)
    configureFields(configuration.place)
    watchClock()
    fieldsRunning = true
    for (const field of fields) field.start(input)
    later(() => {
      if (!running) return
      take({ kind: 'start' })
      then()
      settle()
    })
  }

  const input = (input: Input) => later(() => handle(input))

  function end(clean: boolean): void {
    if (!running) return
    running = false
    queue = []
    arm(null)
    for (const cancel of timers) cancel()
    timers = []
    if (fieldsRunning) for (const field of fields) field.stop()
    fieldsRunning = false
    link?.stop(clean)
    if (clean) store.sync()
  }

  const runtime: Runtime = {
    get running() {
      return running
    },
    input,
    record(event) {
      later(() => {
        store.commit({ ...nothing, events: [event] }, clock.wall())
        store.sync()
      })
    },
    apply,
    view: () => model && { model, state },
    configure(site, revision) {
      const { place, people } = splitSite(site)
      const staging = store.stage()
      const fault = staging.put(people)
      if (fault !== undefined) throw new Error(`the site cannot be stored: ${fault}`)
      apply({ revision, checksum: '', place, people: { staged: staging.generation } }, problem => {
        if (problem !== undefined) throw new Error(`the site cannot be put in force: ${problem}`)
      })
    },
    start() {
      if (running) return
      later(() => {
        store.begin()
        store.onFault(fault => input(fault === null ? { kind: 'store', ok: true } : { kind: 'store', ok: false, fault }))
        model = undefined
        state = loadState(store.rows())
        offset = clock.wall() - clock.now()
        trusted = true
        running = true
        begin(() => {
          store.sync()
          link?.start(runtime)
          repeat(0, () => store.tidy(clock.wall()))
          repeat(clockCheckMs, () => {
            if (watchClock()) settle()
            return clockCheckMs
          })
        })
      })
    },
    stop: () => end(true),
    crash: () => end(false),
  }
  return runtime
}
