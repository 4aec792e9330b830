import type { Controller, Supervision } from '../../shared/site.ts'
import type { Assignment } from './assign.ts'
import type { Port, Signal } from './board.ts'

/** What things are called on the chart: door and input names by id. */
export interface Names {
  door(id: string): string
  port(controller: string, port: string): string
}

/** One wire: where it goes, and its usual colour. */
export interface Wire {
  readonly to: string
  readonly colour: string | null
}

/** What hangs on a port, as the pin chart shows it. */
export interface Device {
  readonly title: string
  readonly details: readonly string[]
  /** A contact between the terminals, as it is at rest. */
  readonly contact: 'opens' | 'closes' | null
  /** The terminal whose loop is supervised, and how. */
  readonly loop: { readonly signal: Signal; readonly supervision: Supervision } | null
  wire(signal: Signal): Wire | null
}

type Wires = Partial<Record<Signal, Wire>>

const red = 'red'
const black = 'black'
const plain = (to: string): Wire => ({ to, colour: null })
const wiresOf =
  (wires: Wires) =>
  (signal: Signal): Wire | null =>
    wires[signal] ?? null

/** What the users of a port are; undefined where nothing is connected. */
export function describe(port: Port | undefined, users: readonly Assignment[], names: Names, controller: Controller): Device | undefined {
  const made = port?.can[0]
  if (made === 'tamper') {
    const wires = { input: plain('enclosure contact'), ground: plain('enclosure contact') }
    return { title: 'Enclosure', details: ['contact opens with the lid'], contact: 'opens', loop: null, wire: wiresOf(wires) }
  }
  if (made === 'mains' || made === 'battery') {
    const title = made === 'mains' ? 'Power supply' : 'Battery'
    const wires = {
      supply: { to: `${made === 'mains' ? 'supply' : 'battery'} +`, colour: red },
      ground: { to: `${made === 'mains' ? 'supply' : 'battery'} −`, colour: black },
    }
    return { title, details: [port?.limits ?? ''], contact: null, loop: null, wire: wiresOf(wires) }
  }
  const [user] = users
  if (user === undefined) return undefined
  if (user.kind === 'lock') return lock(user, names, controller)
  if (user.kind === 'output') return output(user, names)
  if (user.kind === 'wiegand-reader') return wiegand(user, names)
  if (user.kind === 'osdp-reader') return osdp(users)
  return contact(user, names, controller)
}

function lock({ door = '', lock: which, port, failure }: Assignment, names: Names, { ports }: Controller): Device {
  const title = `${which === 'secondary' ? 'Second lock' : 'Lock'} of ${names.door(door)}`
  // A port the owner named is a GPIO line, which carries no lock.
  const byRelayBoard = port in ports
  return {
    title,
    details: [
      failure === 'fail-safe' ? 'fail-safe: relay on feeds it and locks' : 'fail-secure: relay on feeds it and unlocks',
      byRelayBoard ? 'through a relay board' : 'lock − to the supply −; diode across the coil',
    ],
    contact: null,
    loop: null,
    wire: wiresOf({ 'normally-open': plain('lock +'), common: plain('lock supply +'), input: plain('relay board') }),
  }
}

function output({ controller, port }: Assignment, names: Names): Device {
  return {
    title: `Output ${names.port(controller, port)}`,
    details: [],
    contact: null,
    loop: null,
    wire: wiresOf({
      'normally-open': plain('closed while on'),
      common: plain('common'),
      'normally-closed': plain('closed while off'),
      output: plain('load −'),
      ground: plain('supply −'),
      input: plain(`output ${names.port(controller, port)}`),
    }),
  }
}

function wiegand({ reader, door = '', side, supervision }: Assignment, names: Names): Device {
  if (reader?.type !== 'wiegand') throw new Error('a Wiegand port with another reader')
  const dual = reader.led === 'dual'
  const tamper = reader.tamper !== null || supervision
  return {
    title: `Reader ${reader.name ?? reader.id}`,
    details: [
      `Wiegand, ${names.door(door)}, side ${side?.toUpperCase()}`,
      dual ? 'LED by two wires, active low' : 'LED by one wire: low green, high red',
      `keypad ${reader.keypad}`,
      ...(reader.tamper ? [`tamper when the circuit ${reader.tamper.activeIf === 'circuit-open' ? 'opens' : 'closes'}`] : []),
    ],
    contact: null,
    loop: supervision ? { signal: 'tamper', supervision } : null,
    wire: wiresOf({
      supply: { to: 'V+', colour: red },
      ground: { to: '0 V', colour: black },
      'data-0': { to: 'D0', colour: 'green' },
      'data-1': { to: 'D1', colour: 'white' },
      'led-green': { to: dual ? 'green LED' : 'LED', colour: 'brown' },
      ...(dual ? { 'led-red': { to: 'red LED', colour: 'orange' } } : {}),
      beeper: { to: 'beeper', colour: 'yellow' },
      ...(tamper ? { tamper: { to: 'tamper', colour: 'purple' } } : {}),
    }),
  }
}

function osdp(users: readonly Assignment[]): Device {
  return {
    title: users.length === 1 ? 'OSDP reader' : `${users.length} OSDP readers in a row`,
    details: users.map(({ reader }) => (reader?.type === 'osdp' ? `${reader.address}: ${reader.name ?? reader.id}` : '')),
    contact: null,
    loop: null,
    wire: wiresOf({
      supply: { to: 'V+', colour: red },
      ground: { to: '0 V', colour: black },
      'rs485-a': plain('A (D+)'),
      'rs485-b': plain('B (D−)'),
    }),
  }
}

const rexNames = { button: 'REX button', pir: 'REX detector (PIR)', 'push-bar': 'Push bar' } as const

function contact(user: Assignment, names: Names, { inputs }: Controller): Device {
  const input = inputs.find(each => each.port === user.port)
  const active = user.contact ?? input?.activeIf ?? 'circuit-closed'
  const [title, what] =
    user.kind === 'door-monitor'
      ? [`Door monitor of ${names.door(user.door ?? '')}`, 'door open']
      : user.kind === 'rex'
        ? [`${rexNames[user.device ?? 'button']}, ${names.door(user.door ?? '')} side ${user.side?.toUpperCase()}`, 'pressed']
        : user.role === 'emergency'
          ? [input?.name ?? 'Emergency input', 'emergency']
          : [input?.name ?? `Input ${user.port}`, 'active']
  const opens = active === 'circuit-open'
  const wire = plain(user.kind === 'door-monitor' ? 'door contact' : user.kind === 'rex' ? 'REX contact' : 'contact')
  return {
    title,
    details: [`${opens ? 'NC: open' : 'NO: closed'} = ${what}`],
    contact: opens ? 'opens' : 'closes',
    loop: user.supervision ? { signal: 'input', supervision: user.supervision } : null,
    wire: wiresOf({ input: wire, output: wire, ground: wire }),
  }
}
