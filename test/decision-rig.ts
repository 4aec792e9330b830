import { createHmac } from 'node:crypto'
import { decision as decisionHalf } from '../controller/core/attempt.ts'
import type { Decision } from '../controller/core/decide.ts'
import type { Directory } from '../controller/core/directory.ts'
import { Draft } from '../controller/core/draft.ts'
import type { Effect } from '../controller/core/effect.ts'
import { explain, type Inquiry, type Sight } from '../controller/core/explain.ts'
import type { Input, SharedPresence, SharedUse } from '../controller/core/input.ts'
import { buildModel, type Model } from '../controller/core/model.ts'
import { siteDirectory } from '../controller/core/site-directory.ts'
import { applyChanges, emptyState, loadState, type State } from '../controller/core/state.ts'
import { step, wakeAt } from '../controller/core/step.ts'
import { viewZone } from '../controller/core/view.ts'
import type { Action } from '../shared/command.ts'
import type { EventDraft, EventType } from '../shared/event.ts'
import { type Site, type SiteInput, site } from '../shared/site.ts'
import { encode } from '../wiegand/index.ts'

export const hashPin = (digits: string) => createHmac('sha256', 'a site key').update(digits).digest('hex')

export interface Told extends EventDraft {
  /** Monotonic ms. */
  readonly at: number
}

/** A controller from card bits to relays under virtual time, with its people in memory. */
export class Rig {
  site: Site
  model: Model
  directory: Directory
  state: State = emptyState()
  mono = 0
  wall: number
  readonly events: Told[] = []
  readonly effects: (Effect & { readonly at: number })[] = []
  readonly #controller: string
  #commands = 0

  constructor(input: SiteInput, wall = '2026-03-02T08:00:00Z', controller = 'c1') {
    this.#controller = controller
    this.site = site.parse(input)
    this.model = buildModel(this.site, controller)
    this.directory = siteDirectory(this.site, hashPin)
    this.wall = Date.parse(wall)
  }

  /** Up, every monitored door closed, the log emptied. */
  start(): this {
    this.send({ kind: 'start' })
    for (const door of this.model.doors.keys()) this.close(door)
    return this.mark()
  }

  get sight(): Sight {
    return { model: this.model, directory: this.directory, state: this.state }
  }

  get draft(): Draft {
    return new Draft(this.model, this.directory, this.state, { mono: this.mono, wall: this.wall }, decisionHalf)
  }

  send(input: Input): this {
    const { changes, effects, events } = step(this.model, this.directory, this.state, input, { mono: this.mono, wall: this.wall })
    applyChanges(this.state, JSON.parse(JSON.stringify(changes)))
    for (const event of events) this.events.push({ ...event, at: this.mono })
    for (const effect of effects) this.effects.push({ ...effect, at: this.mono })
    return this
  }

  wait(ms: number): this {
    const end = this.mono + ms
    for (;;) {
      const wake = wakeAt(this.model, this.state, { mono: this.mono, wall: this.wall })
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

  /** Presents a credential as its reader reads it: a card's bits, a plate's text, a phone's token. */
  swipe(reader: string, credential: string): this {
    for (const holder of this.site.cardholders) {
      const found = holder.credentials.find(each => each.id === credential)
      if (found?.type === 'card') return this.bits(reader, this.bitsOf(reader, found.cardNumber, found.bitLength, found.facilityCode))
      if (found?.type === 'licence-plate') return this.send({ kind: 'plate', reader, text: found.plate })
      if (found?.type === 'mobile') return this.send({ kind: 'mobile', reader, token: found.token })
    }
    throw new Error(`no card, plate or phone ${credential}`)
  }

  bitsOf(reader: string, cardNumber: string, bitLength = 26, facilityCode?: string): string {
    const format = this.model.readers.get(reader)?.formats.get(bitLength)
    const read = format && encode(format, facilityCode === undefined ? { cardNumber } : { cardNumber, facilityCode })
    if (!read?.ok) throw new Error(`${reader} cannot read ${cardNumber} in ${bitLength} bits`)
    return read.bits
  }

  bits(reader: string, bits: string): this {
    return this.send({ kind: 'card', reader, bits })
  }

  keys(reader: string, keys: string, gap = 200): this {
    for (const key of keys) this.send({ kind: 'keys', reader, keys: key }).wait(gap)
    return this
  }

  open(door: string): this {
    return this.#leaf(door, 'open')
  }

  close(door: string): this {
    return this.#leaf(door, 'closed')
  }

  #leaf(door: string, reading: 'open' | 'closed'): this {
    const plan = this.model.doors.get(door)
    if (!plan?.monitor) return this
    return this.send({ kind: 'input', controller: plan.controller, port: plan.monitor.port, reading }).wait(plan.monitor.debounceMs)
  }

  /** Opens and closes. */
  pass(door: string): this {
    return this.open(door).close(door)
  }

  act(action: Action, door: string): this {
    const command = { id: `${++this.#commands}`, action, target: { kind: 'door' as const, id: door }, issuedAt: '', validForMs: 5000 }
    return this.send({ kind: 'command', command })
  }

  link(up: boolean): this {
    return this.send({ kind: 'link', up })
  }

  share(presence: readonly SharedPresence[], uses: readonly SharedUse[] = []): this {
    return this.send({ kind: 'shared', presence, uses })
  }

  /** The process dies and starts again: only durable rows are left. */
  restart(): this {
    const rows = Object.entries(this.state.rows).flatMap(([kind, table]) =>
      [...table].map(([id, value]) => ({ key: `${kind}:${id}`, value })),
    )
    this.state = loadState(JSON.parse(JSON.stringify(rows)))
    this.mono = 5_000_000
    this.send({ kind: 'start' })
    for (const door of this.model.doors.keys()) this.close(door)
    return this
  }

  configure(change: (site: Site) => void): this {
    this.site = structuredClone(this.site)
    change(this.site)
    this.model = buildModel(this.site, this.#controller)
    this.directory = siteDirectory(this.site, hashPin)
    return this.send({ kind: 'configured', revision: '2' })
  }

  mark(): this {
    this.events.length = 0
    this.effects.length = 0
    return this
  }

  explain(
    inquiry: { accessPoint: string; at?: string } & ({ credential: string } | { cardholder: string; types: ('card' | 'pin')[] }),
  ): Decision {
    const at = inquiry.at === undefined ? this.wall : Date.parse(inquiry.at)
    return explain(this.sight, { ...inquiry, at } as Inquiry)!
  }

  present(zone: string): string[] {
    return viewZone(this.state, zone)
  }

  get last(): Told {
    return this.events.at(-1)!
  }

  of(...types: EventType[]): Told[] {
    return this.events.filter(event => types.includes(event.type))
  }

  /** Presentations and their ends, each in a few words: `denied lockdown ada`. */
  get story(): string[] {
    return this.of('access.granted', 'access.denied', 'access.pending').map(({ type, reason, waiting, cardholder, cardholders }) =>
      [type.slice(7), reason, waiting, cardholders?.join('+') ?? cardholder].filter(Boolean).join(' '),
    )
  }
}
