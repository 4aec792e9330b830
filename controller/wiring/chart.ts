import type { Controller, Site, Supervision } from '../../shared/site.ts'
import { type Assignment, assign } from './assign.ts'
import type { Board, Connector, Pin, Port, Signal } from './board.ts'
import { boards, portsOf } from './boards/index.ts'
import { type Device, describe, type Names, type Wire } from './device.ts'

/** Terminal by terminal what is connected to a controller (rule B5): a table, and what is drawn. */
export interface PinChart {
  readonly site: string
  readonly controller: string
  readonly name: string
  readonly board: string
  readonly connectors: readonly ChartConnector[]
  readonly jumpers: readonly { readonly id: string; readonly name: string; readonly setting: string; readonly note: string }[]
  readonly readers: readonly ChartReader[]
  /** What to do and to heed, a sentence each. */
  readonly notes: readonly string[]
}

export interface ChartConnector {
  readonly id: string
  readonly name: string
  readonly edge: 'left' | 'right'
  readonly rows: readonly ChartRow[]
  readonly devices: readonly ChartDevice[]
}

/** One terminal. */
export interface ChartRow {
  readonly label: string
  readonly port: string | null
  /** What goes there; null where nothing does. */
  readonly to: string | null
  /** Of the wire, where a convention exists (red, black, green and white are common; the rest differs between makes). */
  readonly colour: string | null
}

/** What hangs on neighbouring terminals of one port. */
export interface ChartDevice extends Device {
  readonly port: string
  readonly limits: string
  readonly first: number
  readonly last: number
}

/** One reader on an RS-485 line; the last is the end of the line. */
interface ChartReader {
  readonly port: string
  readonly address: number
  readonly reader: string
  readonly at: string
  readonly secure: boolean
  readonly baudRate: number
  readonly terminated: boolean
}

/** The pin chart of a controller; undefined where there is no such controller, or no such board. */
export function chartOf(site: Pick<Site, 'site' | 'controllers' | 'doors' | 'encryption'>, controllerId: string): PinChart | undefined {
  const controller = site.controllers.find(each => each.id === controllerId)
  const board = controller && boards.get(controller.board)
  if (controller === undefined || board === undefined) return undefined
  const assigned = assign(site, controllerId)
  const ports = new Map(portsOf(controller).map(port => [port.id, port]))
  const names = namesOf(site)
  const connectors = connectorsOf(board, controller).map(connector => chartConnector(connector, assigned, ports, names, controller))
  const readers = readersOf(site, assigned, controller, names)
  return {
    site: site.site.name,
    controller: controller.id,
    name: controller.name ?? controller.id,
    board: board.name,
    connectors,
    jumpers: board.jumpers.map(({ id, name, positions: [usual, other], when, port, note }) => {
      const set = when === 'rs485-in-use' && readers.some(reader => reader.port === port)
      return { id, name, setting: set ? other : usual, note: set ? note : 'No reader on this line.' }
    }),
    readers,
    notes: [...board.notes, ...resistors(assigned), ...lineNotes(readers)],
  }
}

function namesOf({ controllers, doors }: Pick<Site, 'controllers' | 'doors'>): Names {
  const byId = new Map(doors.map(door => [door.id, door.name ?? door.id]))
  return {
    door: id => byId.get(id) ?? id,
    port(controller, port) {
      const unit = controllers.find(each => each.id === controller)
      return [...(unit?.inputs ?? []), ...(unit?.outputs ?? [])].find(each => each.port === port)?.name ?? port
    },
  }
}

/** The connectors of the board, with those that its owner gave it: serial converters, and lines that are on no header. */
function connectorsOf(board: Board, controller: Controller): Connector[] {
  if (board.ownPorts === undefined) return [...board.connectors]
  const onHeader = new Set(board.connectors.flatMap(connector => connector.pins.flatMap(pin => pin.line ?? [])))
  const placed = new Map<number, { port: string; signal: Signal }>()
  const elsewhere: Connector[] = []
  for (const [port, { chip, lines }] of Object.entries(controller.ports)) {
    const signal = (index: number): Signal =>
      lines.length === 1 ? 'input' : ((['data-0', 'data-1', 'led-green', 'beeper', 'tamper'] as const)[index] ?? 'none')
    const away = lines.filter(line => chip !== '/dev/gpiochip0' || !onHeader.has(line))
    lines.forEach((line, index) => {
      if (!away.includes(line)) placed.set(line, { port, signal: signal(index) })
    })
    if (away.length > 0) {
      const pins = away.map(line => ({ label: `line ${line}`, signal: signal(lines.indexOf(line)), port }))
      elsewhere.push({ id: chip.replace(/^.*\//, ''), name: port, edge: 'right', pins })
    }
  }
  const rs485 = Object.entries(controller.serial).map(([port, { path }]): Connector => {
    const pin = (label: string, signal: Signal): Pin => ({ label, signal, port })
    return {
      id: port,
      name: path.replace(/^.*\//, ''),
      edge: 'left',
      pins: [pin('A', 'rs485-a'), pin('B', 'rs485-b'), pin('0V', 'ground')],
    }
  })
  return [
    ...board.connectors.map(connector => ({
      ...connector,
      pins: connector.pins.map(pin => ({ ...pin, ...(pin.line === undefined ? {} : placed.get(pin.line)) })),
    })),
    ...rs485,
    ...elsewhere,
  ]
}

function chartConnector(
  connector: Connector,
  assigned: readonly Assignment[],
  ports: ReadonlyMap<string, Port>,
  names: Names,
  controller: Controller,
): ChartConnector {
  const devices: ChartDevice[] = []
  const rows = connector.pins.map((pin, index): ChartRow => {
    const port = pin.port === undefined ? undefined : ports.get(pin.port)
    const users = assigned.filter(each => each.port === pin.port)
    const device = describe(port, users, names, controller)
    const wire: Wire | null = device?.wire(pin.signal) ?? supply(pin)
    if (device !== undefined && port !== undefined && wire !== null) {
      const before = devices.at(-1)
      if (before?.port === port.id && before.last >= index - 2) devices[devices.length - 1] = { ...before, last: index }
      else devices.push({ ...device, port: port.id, limits: port.limits, first: index, last: index })
    }
    return { label: pin.label, port: pin.port ?? null, to: wire?.to ?? null, colour: wire?.colour ?? null }
  })
  return { id: connector.id, name: connector.name, edge: connector.edge, rows, devices }
}

/** A supply terminal of no port is always connected. */
function supply({ port, signal }: Pin): Wire | null {
  if (port !== undefined) return null
  if (signal === 'supply') return { to: 'supply +', colour: 'red' }
  return signal === 'ground' ? { to: 'supply −', colour: 'black' } : null
}

function readersOf(
  { encryption }: Pick<Site, 'encryption'>,
  assigned: readonly Assignment[],
  controller: Controller,
  names: Names,
): ChartReader[] {
  const readers = assigned.flatMap(({ port, reader, door, side }) => {
    if (reader?.type !== 'osdp') return []
    const at = `side ${side?.toUpperCase()} of ${names.door(door ?? '')}`
    const baudRate = controller.serial[port]?.baudRate ?? 9600
    const secure = encryption.osdpSecureChannel && reader.secureChannel
    return [{ port, address: reader.address, reader: reader.name ?? reader.id, at, secure, baudRate }]
  })
  const ordered = readers.toSorted((a, b) => a.port.localeCompare(b.port) || a.address - b.address)
  return ordered.map((reader, index) => ({ ...reader, terminated: ordered[index + 1]?.port !== reader.port }))
}

function lineNotes(readers: readonly ChartReader[]): string[] {
  if (readers.length === 0) return []
  return [
    'RS-485 goes from reader to reader, without branches. 120 Ω belongs at its two ends only: where another reader than the one marked is last, terminate that one.',
  ]
}

/** How many resistors of which value are needed, and where they go (rules J2 to J4). */
function resistors(assigned: readonly Assignment[]): string[] {
  const count = new Map<string, number>()
  for (const { supervision } of assigned) for (const value of valuesOf(supervision ?? null)) count.set(value, (count.get(value) ?? 0) + 1)
  if (count.size === 0) return []
  const list = [...count].map(([value, number]) => `${number} × ${value}`).join(', ')
  return [`End-of-line resistors, as near the contact as possible: ${list}, 1 % or better.`]
}

/** The resistors of one supervised loop, in the order from the terminal to the contact. */
export function valuesOf(supervision: Supervision | null): string[] {
  if (supervision === null) return []
  if (supervision.connection === 'parallel-first') return ['22 kΩ', '4.7 kΩ']
  const value = `${supervision.ohms / 1000} kΩ`
  return [value, value]
}
