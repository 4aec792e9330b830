import type { Directory } from '../controller/core/directory.ts'
import { nextDue, stepWith } from '../controller/core/dispatch.ts'
import { grant, modeOf, toggleOverride } from '../controller/core/door.ts'
import type { Decision } from '../controller/core/draft.ts'
import type { Input, Reading } from '../controller/core/input.ts'
import { buildModel, type Model } from '../controller/core/model.ts'
import { indicate } from '../controller/core/reader.ts'
import { applyChanges, emptyState, loadState, type State } from '../controller/core/state.ts'
import { viewDoor } from '../controller/core/view.ts'
import type { Command, CommandResult } from '../shared/command.ts'
import type { EventDraft, EventType } from '../shared/event.ts'
import { type SiteInput, site } from '../shared/site.ts'

/**
 * The door half under virtual time with the simplest decision there is: a card's bits name the cardholder; `long:` in front of the name gives the
 * long times, `exempt:` passes a lockdown, `twice:` double-swipes, and two names joined by `+` pass together.
 */
const nobody = new Proxy({} as Directory, {
  get() {
    throw new Error('the door half asks for nobody')
  },
})

export interface Told extends EventDraft {
  /** Monotonic ms. */
  readonly at: number
}

export class Rig {
  readonly events: Told[] = []
  readonly relays = new Map<string, boolean>()
  /** Every time a relay was told something. */
  readonly switchings: string[] = []
  readonly leds = new Map<string, string>()
  readonly beeps: string[] = []
  readonly outputs = new Map<string, boolean>()
  readonly results: CommandResult[] = []
  /** Passages told to the decision half: door and holders. */
  readonly passages: string[] = []
  /** Doors at which waits were ended. */
  readonly lockdowns: string[] = []
  model: Model
  state: State = emptyState()
  mono = 0
  wall: number
  readonly #controller: string
  #commands = 0

  constructor(input: SiteInput, wall: string | number = '2026-03-02T08:00:00Z', controller = 'c1') {
    this.#controller = controller
    this.model = buildModel(site.parse(input), controller)
    this.wall = typeof wall === 'number' ? wall : Date.parse(wall)
  }

  get now() {
    return { mono: this.mono, wall: this.wall }
  }

  /** One step, without letting time go by. */
  send(input: Input): this {
    const { changes, effects, events } = stepWith(this.#decision, this.model, nobody, this.state, input, this.now)
    applyChanges(this.state, changes)
    for (const event of events) this.events.push({ ...event, at: this.mono })
    for (const effect of effects) {
      if (effect.kind === 'relay') {
        this.relays.set(`${effect.controller}/${effect.port}`, effect.energised)
        this.switchings.push(`${effect.port} ${effect.energised ? 'on' : 'off'}`)
      } else if (effect.kind === 'led') this.leds.set(effect.reader, effect.flashing ? `${effect.colour}-flashing` : effect.colour)
      else if (effect.kind === 'beep') this.beeps.push(`${effect.reader} ${effect.times}`)
      else if (effect.kind === 'output') this.outputs.set(`${effect.controller}/${effect.port}`, effect.active)
      else if (effect.kind === 'result') this.results.push(...effect.results)
    }
    return this
  }

  start(): this {
    return this.send({ kind: 'start' })
  }

  /** Lets time go by, waking the controller exactly when it asks for it. */
  wait(ms: number): this {
    const end = this.mono + ms
    for (;;) {
      const wake = nextDue(this.state, this.now)
      if (wake === null || wake > end) break
      this.#pass(wake - this.mono)
      this.send({ kind: 'wake' })
    }
    this.#pass(end - this.mono)
    return this
  }

  until(wall: string): this {
    return this.wait(Date.parse(wall) - this.wall)
  }

  #pass(ms: number): void {
    this.mono += ms
    this.wall += ms
  }

  input(port: string, reading: Reading, controller = this.#controller): this {
    return this.send({ kind: 'input', controller, port, reading })
  }

  card(reader: string, bits: string): this {
    return this.send({ kind: 'card', reader, bits })
  }

  act(action: Command['action'], id = 'front', more: Partial<Command> = {}): this {
    const command: Command = {
      id: `command-${++this.#commands}`,
      action,
      target: { kind: 'door', id },
      issuedAt: '2026-03-02T08:00:00Z',
      validForMs: 5000,
      ...more,
    }
    return this.send({ kind: 'command', command })
  }

  /** The process dies and starts again: only durable rows are left. */
  restart(ms = 0): this {
    const rows: { key: string; value: unknown }[] = []
    for (const [kind, table] of Object.entries(this.state.rows)) for (const [id, value] of table) rows.push({ key: `${kind}:${id}`, value })
    this.state = loadState(JSON.parse(JSON.stringify(rows)))
    for (const key of this.relays.keys()) this.relays.set(key, false)
    this.wall += ms
    this.mono = 1_000_000
    return this.start()
  }

  configure(input: SiteInput, revision = '2'): this {
    this.model = buildModel(site.parse(input), this.#controller)
    return this.send({ kind: 'configured', revision })
  }

  door(id = 'front') {
    return viewDoor(this.model, this.state, id)!
  }

  get types(): EventType[] {
    return this.events.map(event => event.type)
  }

  /** Forgets the events so far. */
  mark(): this {
    this.events.length = 0
    return this
  }

  readonly #decision: Decision = {
    present: (draft, reader, item) => {
      const plan = draft.model.readers.get(reader)
      if (plan === undefined || item.type !== 'card') return
      const [name = '', ...options] = item.bits.split(':').reverse()
      const where = { source: { kind: 'access-point' as const, id: `${plan.door}/${plan.side}` }, door: plan.door, side: plan.side, reader }
      const cardholders = name.split('+')
      if (modeOf(draft, plan.door) === 'lockdown' && !options.includes('exempt')) {
        draft.emit({ type: 'access.denied', ...where, reason: 'lockdown' })
        indicate(draft, reader, 'refused')
        return
      }
      draft.emit({ type: 'access.granted', ...where, cardholder: cardholders.at(-1)! })
      const long = options.includes('long')
      if (!options.includes('twice') || !toggleOverride(draft, plan.door))
        grant(draft, plan.door, { side: plan.side, cardholders, credentials: cardholders.map(each => `${each}-card`), long })
      indicate(draft, reader, 'granted')
    },
    keys: () => {},
    expireAttempts: () => {},
    siteChanged: () => {},
    linkChanged: () => {},
    merge: () => {},
    passed: (_, door, grants) => this.passages.push(`${door} ${grants.flatMap(each => each.cardholders).join(' ')}`),
    lockedDown: (_, door) => this.lockdowns.push(door),
  }
}
