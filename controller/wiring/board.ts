/** What a port can be used for. */
export type Use = 'lock' | 'door-monitor' | 'rex' | 'wiegand-reader' | 'osdp-reader' | 'input' | 'output' | 'tamper' | 'mains' | 'battery'

/** A functional terminal of a board (domain.md §1). */
export interface Port {
  readonly id: string
  /** What it can do; first what it is made for. */
  readonly can: readonly Use[]
  /** Electrical limits, for the technician. */
  readonly limits: string
  /** Measures resistance, so that a cut or shorted cable is told from open and closed. */
  readonly supervised: boolean
  /** How many OSDP readers may share it. */
  readonly addresses?: number
}

/** What a terminal carries, seen from the board. */
export type Signal =
  | 'normally-open'
  | 'common'
  | 'normally-closed'
  | 'input'
  | 'output'
  | 'ground'
  | 'supply'
  | 'data-0'
  | 'data-1'
  | 'led-green'
  | 'led-red'
  | 'beeper'
  | 'tamper'
  | 'rs485-a'
  | 'rs485-b'
  | 'usb'
  | 'none'

/** One terminal as it is printed on the board. */
export interface Pin {
  readonly label: string
  readonly signal: Signal
  /** The port it belongs to; left out for supplies and for pins that go to nothing. */
  readonly port?: string
  /** The line of the GPIO chip, on boards whose owner names the ports. */
  readonly line?: number
}

export interface Connector {
  readonly id: string
  readonly name: string
  /** Which edge of the board it is drawn at. */
  readonly edge: 'left' | 'right'
  readonly pins: readonly Pin[]
}

/** A setting on the board itself. `when` says what makes the second position right; nothing does where it is left out. */
interface Jumper {
  readonly id: string
  readonly name: string
  readonly positions: readonly [usual: string, other: string]
  readonly when?: 'rs485-in-use'
  readonly port?: string
  readonly note: string
}

/** A kind of controller hardware as data: connectors, pins, electrical limits and what each port can do (domain.md §1). */
export interface Board {
  readonly id: string
  readonly name: string
  /** How much it carries; null = as much as its ports allow. */
  readonly carries: { readonly doors: number | null; readonly locks: number | null; readonly monitoringDoors: number | null }
  /** Hangs on another controller, named as its `parent`. */
  readonly hasParent: boolean
  readonly ports: readonly Port[]
  /** What a port named by the owner can do: one GPIO line, several (D0, D1, then LED and beeper), or a serial line. */
  readonly ownPorts?: { readonly single: Omit<Port, 'id'>; readonly several: Omit<Port, 'id'>; readonly serial: Omit<Port, 'id'> }
  readonly connectors: readonly Connector[]
  readonly jumpers: readonly Jumper[]
  /** What the technician has to know about the whole board. */
  readonly notes: readonly string[]
}
