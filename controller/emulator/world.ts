import type { Cancel, Clock } from '../../shared/clock.ts'
import type { Door, MonitoringDoor, Side, Site, Supervision } from '../../shared/site.ts'
import type { Field, Report } from '../field/field.ts'
import { portsOf, resolveRexPort } from '../wiring/index.ts'
import { readWire, type Wire } from './contact.ts'
import type { FieldStep } from './scenario.ts'

/** The other half of an emulated reader: what a person does to it and sees of it. */
export interface EmulatedReader {
  /** A card held to it; queued while the reader is busy. */
  present(bits: string): void
  /** One key. */
  key(key: string): void
  /** Its own tamper switch; one that hangs on a terminal of the board is wired by the world. */
  tamper(active: boolean): void
  line(fault: 'none' | 'unplugged' | 'noise' | 'drop', rate: number): void
  /** @returns what stands against it, or null when it runs. */
  attack(kind: 'replay' | 'forged-frame' | 'bit-flip' | 'key-downgrade'): string | null
  led(): 'red' | 'green' | 'amber' | 'blue' | 'off'
  buzzer(): boolean
}

/** Emulated readers of one kind, with the field they are joined to. */
export interface ReaderBench {
  readonly field: Field
  reader(id: string): EmulatedReader | undefined
}

export type Outcome = { readonly done: true } | { readonly done: false; readonly why: string }

/** Everything a controller's terminals are wired to: doors with leaf and bolt, push buttons, loops, power and readers. It outlives the controller's process. */
export interface World {
  readonly fields: readonly Field[]
  /** Carries out one step; why not, where it cannot be. Key presses are spread by the caller. A REX device pressed and `held` waits for its release. */
  act(step: FieldStep, held?: boolean): Outcome
  door(id: string): { readonly lock: 'locked' | 'unlocked' | null; readonly leaf: 'open' | 'closed' } | undefined
  reader(id: string): EmulatedReader | undefined
}

/** What a site file says of a credential, turned into what its card sends at one reader. */
export type CardBits = (reader: string, credential: string) => { readonly bits: string } | { readonly why: string }

interface Terminal {
  readonly supervision: Supervision | null
  /** What the simulation wires to it. */
  contact(): 'open' | 'closed'
}

const done: Outcome = { done: true }
const refuse = (why: string): Outcome => ({ done: false, why })
const fullPress = 500
/** Uses of a port for which something is wired to it that it reads. */
const sensing = new Set(['input', 'door-monitor', 'rex', 'wiegand-reader'])

export function createWorld(options: {
  readonly site: Site
  readonly controller: string
  readonly clock: Clock
  readonly benches: readonly ReaderBench[]
  readonly cardBits: CardBits
}): World {
  const { clock, benches, cardBits } = options
  let site = options.site
  let report: Report | null = null
  const leaves = new Map<string, 'open' | 'closed'>()
  const pressed = new Map<string, Cancel | null>()
  const energised = new Set<string>()
  const wires = new Map<string, Wire>()
  const power = new Map<string, { mains: boolean; battery: 'normal' | 'low' }>()
  const tampered = new Set<string>()
  let terminals = new Map<string, Terminal>()
  const shown = new Map<string, string>()

  const mine = (id: string) => id === options.controller || site.controllers.find(c => c.id === id)?.parent === options.controller
  const doorOf = (id: string) => site.doors.find(d => d.id === id && mine(d.controller))
  const leaf = (id: string) => leaves.get(id) ?? 'closed'
  const inactive = (activeIf: 'circuit-open' | 'circuit-closed') => (activeIf === 'circuit-open' ? 'closed' : 'open')
  const active = (activeIf: 'circuit-open' | 'circuit-closed') => (activeIf === 'circuit-open' ? 'open' : 'closed')

  function wireUp(): void {
    terminals = new Map()
    for (const door of site.doors) {
      if (!mine(door.controller)) continue
      const monitor = door.doorMonitor
      if (monitor) {
        terminals.set(`${door.controller}/${monitor.port}`, {
          supervision: monitor.supervision,
          contact: () => (leaf(door.id) === 'open' ? active(monitor.openIf) : inactive(monitor.openIf)),
        })
      }
      if (door.type !== 'door') continue
      for (const side of ['a', 'b'] as const) {
        const rex = door[side].rex
        const port = rex && resolveRexPort(site, door.id, side)
        if (rex && port) {
          terminals.set(`${door.controller}/${port}`, {
            supervision: rex.supervision,
            contact: () => (pressed.has(`${door.id}/${side}`) ? active(rex.activeIf) : inactive(rex.activeIf)),
          })
        }
        const reader = door[side].reader
        if (reader?.type === 'wiegand' && (reader.tamper || reader.supervision)) {
          const sense = reader.tamper?.activeIf ?? 'circuit-open'
          terminals.set(`${door.controller}/${reader.port}`, {
            supervision: reader.supervision,
            contact: () => (tampered.has(reader.id) ? active(sense) : inactive(sense)),
          })
        }
      }
    }
    for (const controller of site.controllers) {
      if (!mine(controller.id)) continue
      for (const input of controller.inputs) {
        terminals.set(`${controller.id}/${input.port}`, { supervision: input.supervision, contact: () => inactive(input.activeIf) })
      }
    }
  }

  /** Tells the controller of every terminal that shows something else than it was last told. */
  function show(): void {
    for (const [key, terminal] of terminals) {
      const reading = readWire(wires.get(key) ?? terminal.contact(), terminal.supervision)
      const text = JSON.stringify(typeof reading === 'object' ? String(reading.ohms) : reading)
      if (shown.get(key) === text || report === null) continue
      shown.set(key, text)
      const [controller, port] = key.split('/') as [string, string]
      report({ kind: 'input', controller, port, reading })
    }
  }

  function bolt(door: Door | MonitoringDoor): 'locked' | 'unlocked' | null {
    if (door.type !== 'door') return null
    const locks = [door.locks.primary, door.locks.secondary].filter(lock => lock !== null)
    const open = locks.every(lock => energised.has(`${door.controller}/${lock.relay}`) === (lock.type === 'fail-secure'))
    return open ? 'unlocked' : 'locked'
  }

  const field: Field = {
    start(to) {
      report = to
      shown.clear()
      show()
      for (const [controller, { mains, battery }] of power) to({ kind: 'power', controller, mains, battery })
      for (const { id } of site.controllers) if (mine(id) && tampered.has(id)) to({ kind: 'tamper', controller: id, active: true })
    },
    apply(effect) {
      if (effect.kind !== 'relay') return
      const key = `${effect.controller}/${effect.port}`
      if (effect.energised) energised.add(key)
      else energised.delete(key)
    },
    configure(next) {
      site = next
      wireUp()
      for (const key of shown.keys()) if (!terminals.has(key)) shown.delete(key)
      show()
    },
    stop() {
      report = null
      energised.clear()
    },
  }
  wireUp()

  const reader = (id: string) => {
    for (const bench of benches) {
      const found = bench.reader(id)
      if (found) return found
    }
    return undefined
  }
  const canBeWired = (id: string, port: string) => {
    const unit = site.controllers.find(c => c.id === id)
    return unit !== undefined && portsOf(unit).some(each => each.id === port && each.can.some(use => sensing.has(use)))
  }
  const atReader = (id: string, fn: (reader: EmulatedReader) => Outcome | undefined): Outcome => {
    const found = reader(id)
    return found ? (fn(found) ?? done) : refuse(`no emulated reader is called "${id}" on controller "${options.controller}"`)
  }
  const atDoor = (id: string, fn: (door: Door | MonitoringDoor) => Outcome | undefined): Outcome => {
    const door = doorOf(id)
    return door ? (fn(door) ?? done) : refuse(`no door is called "${id}" on controller "${options.controller}"`)
  }
  const atRex = (doorId: string, side: Side, fn: (key: string) => void): Outcome =>
    atDoor(doorId, door => {
      if (door.type !== 'door' || !door[side].rex) return refuse(`door "${doorId}" has no REX device on side ${side}`)
      fn(`${doorId}/${side}`)
      show()
      return undefined
    })
  const move = (door: Door | MonitoringDoor, to: 'open' | 'closed') => {
    leaves.set(door.id, to)
    show()
  }
  const letGo = (key: string) => {
    pressed.get(key)?.()
    pressed.delete(key)
  }

  function act(step: FieldStep, held = false): Outcome {
    switch (step.step) {
      case 'swipe': {
        const { body } = step
        return atReader(body.reader, found => {
          if (body.card !== undefined) {
            const card = cardBits(body.reader, body.card)
            if ('why' in card) return refuse(card.why)
            found.present(card.bits)
          } else found.present(body.bits ?? hexBits(body.hex!, body.bitLength!))
          return undefined
        })
      }
      case 'keys':
        return atReader(step.body.reader, found => {
          for (const key of step.body.keys) found.key(key)
          return undefined
        })
      case 'plate':
      case 'mobile': {
        const exists = site.doors.some(
          d => d.type === 'door' && mine(d.controller) && (d.a.reader?.id === step.body.reader || d.b.reader?.id === step.body.reader),
        )
        if (!exists) return refuse(`no reader is called "${step.body.reader}" on controller "${options.controller}"`)
        report?.(
          step.step === 'plate'
            ? { kind: 'plate', reader: step.body.reader, text: step.body.text }
            : { kind: 'mobile', reader: step.body.reader, token: step.body.token },
        )
        return done
      }
      case 'open':
        return atDoor(step.body.door, door => {
          if (leaf(door.id) === 'open') return undefined
          if (bolt(door) === 'locked') return refuse(`door "${door.id}" is locked; the leaf does not move`)
          move(door, 'open')
          return undefined
        })
      case 'close':
        return atDoor(step.body.door, door => move(door, 'closed') ?? undefined)
      case 'force':
        return atDoor(step.body.door, door => move(door, 'open') ?? undefined)
      case 'press':
        return atRex(step.body.door, step.body.side, key => {
          pressed.get(key)?.()
          const push = () =>
            clock.at(clock.now() + fullPress, () => {
              letGo(key)
              show()
            })
          pressed.set(key, held ? null : push())
        })
      case 'release':
        return atRex(step.body.door, step.body.side, letGo)
      case 'wire': {
        const { controller, port, state, ohms } = step.body
        if (!mine(controller)) return refuse(`controller "${controller}" is not "${options.controller}" nor one of its modules`)
        const key = `${controller}/${port}`
        // A terminal that the site gives no use may be wired already; it is read when it gets one.
        if (!terminals.has(key) && !canBeWired(controller, port)) return refuse(`controller "${controller}" has no input "${port}"`)
        if (state === 'normal') wires.delete(key)
        else wires.set(key, ohms === undefined ? (state as 'open') : { ohms })
        show()
        return done
      }
      case 'power': {
        const { controller, mains, battery } = step.body
        const before = power.get(controller) ?? { mains: true, battery: 'normal' as const }
        const after = { mains: mains === undefined ? before.mains : mains === 'on', battery: battery ?? before.battery }
        power.set(controller, after)
        report?.({ kind: 'power', controller, ...after })
        return done
      }
      case 'tamper': {
        const { body } = step
        if ('reader' in body)
          return atReader(body.reader, found => {
            if (body.active) tampered.add(body.reader)
            else tampered.delete(body.reader)
            found.tamper(body.active)
            show()
            return undefined
          })
        if (body.active) tampered.add(body.controller)
        else tampered.delete(body.controller)
        report?.({ kind: 'tamper', controller: body.controller, active: body.active })
        return done
      }
      case 'line':
        return atReader(step.body.reader, found => {
          found.line(step.body.fault, step.body.rate)
          const place = site.doors
            .flatMap(d => (d.type === 'door' ? [d.a.reader, d.b.reader].map(r => ({ d, r })) : []))
            .find(({ r }) => r?.id === step.body.reader)
          if (place?.r?.type === 'wiegand' && place.r.supervision) {
            const key = `${place.d.controller}/${place.r.port}`
            if (step.body.fault === 'unplugged') wires.set(key, 'cut')
            else wires.delete(key)
            show()
          }
          return undefined
        })
      case 'attack':
        return atReader(step.body.reader, found => {
          const why = found.attack(step.body.kind)
          return why === null ? undefined : refuse(why)
        })
    }
  }

  return {
    fields: [field, ...benches.map(bench => bench.field)],
    act,
    door(id) {
      const door = doorOf(id)
      return door && { lock: bolt(door), leaf: leaf(id) }
    },
    reader,
  }
}

function hexBits(hex: string, length: number): string {
  const bits = [...hex].map(digit => Number.parseInt(digit, 16).toString(2).padStart(4, '0')).join('')
  return bits.padStart(length, '0').slice(-length)
}
