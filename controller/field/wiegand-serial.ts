import { ByteLengthParser } from '@serialport/parser-byte-length'
import { SerialPort } from 'serialport'
import { type Bits, maxBits, type Refusal } from '../../wiegand/index.ts'
import type { SourceProblem } from './edge-source.ts'

/** What a Wiegand-to-serial converter sends for each read: always the same number of bytes. Bytes are counted from 0, ranges are inclusive. */
export interface PacketLayout {
  readonly bytes: number
  /** The bytes that hold the bits, the first bit of the read first. */
  readonly data: readonly [first: number, last: number]
  /** The byte that says how many bits the read has; left out where `bitLength` says it. */
  readonly count?: number
  readonly bitLength?: number
  /** Where the bits are when the data bytes hold more than those. Default `right`. */
  readonly align?: 'left' | 'right'
  /** The value of the first byte of a packet, where it has one. */
  readonly marker?: number
}

export type PacketRefusal = Refusal<'bad-marker' | 'bad-count'>

/** The read in one packet. Refused: `bad-marker`, `bad-count`. */
export function parsePacket(layout: PacketLayout, packet: Uint8Array): { ok: true; bits: Bits } | PacketRefusal {
  const [first, last] = layout.data
  if (layout.marker !== undefined && packet[0] !== layout.marker) {
    const message = `the packet begins with ${packet[0]} and not with ${layout.marker}: bytes were lost, or another converter is set`
    return { ok: false, reason: 'bad-marker', message }
  }
  const room = Math.min(maxBits, (last - first + 1) * 8)
  const length = (layout.count === undefined ? layout.bitLength : packet[layout.count]) ?? room
  if (length < 1 || length > room) {
    return { ok: false, reason: 'bad-count', message: `the packet says it has ${length} bits, and has room for ${room}: check the layout` }
  }
  let bits = ''
  for (const byte of packet.subarray(first, last + 1)) bits += byte.toString(2).padStart(8, '0')
  return { ok: true, bits: layout.align === 'left' ? bits.slice(0, length) : bits.slice(bits.length - length) }
}

export interface SerialReader {
  readonly path: string
  readonly baudRate: number
  readonly packet: PacketLayout
  /** Silence after which half a packet is dropped, in milliseconds, so that a lost byte spoils one packet only. Default 50. */
  readonly gapMs?: number
}

export interface SerialListener {
  bits(bits: Bits): void
  /** A packet that cannot be used, whole or in part. */
  refused(refusal: PacketRefusal | Refusal<'short-packet'>): void
  failed(problem: SourceProblem): void
}

/** Reads from a converter on a serial port. Resolves to a problem where the port does not open. */
export function readSerial(reader: SerialReader, listener: SerialListener): Promise<{ stop(): Promise<void> } | SourceProblem> {
  const { path, baudRate, packet, gapMs = 50 } = reader
  const port = new SerialPort({ path, baudRate, autoOpen: false })
  let waiting = 0
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  const parse = () => {
    const parser = new ByteLengthParser({ length: packet.bytes })
    parser.on('data', (data: Buffer) => {
      const found = parsePacket(packet, data)
      if (found.ok) listener.bits(found.bits)
      else listener.refused(found)
    })
    return parser
  }
  let parser = parse()
  const drop = () => {
    if (waiting === 0) return
    listener.refused({
      ok: false,
      reason: 'short-packet',
      message: `a packet of ${packet.bytes} bytes stopped after ${waiting}: it was dropped`,
    })
    waiting = 0
    parser = parse()
  }
  port.on('data', (data: Buffer) => {
    clearTimeout(timer)
    parser.write(data)
    waiting = (waiting + data.length) % packet.bytes
    if (waiting > 0) timer = setTimeout(drop, gapMs)
  })
  port.on('close', () => {
    clearTimeout(timer)
    if (!stopped)
      listener.failed({ reason: 'serial-closed', message: `${path} closed by itself: the converter was unplugged, or its driver failed` })
  })
  const stop = () => {
    stopped = true
    clearTimeout(timer)
    return new Promise<void>(resolve => {
      if (port.isOpen) port.close(() => resolve())
      else resolve()
    })
  }
  return new Promise(resolve => {
    port.open(error => {
      if (error) resolve({ reason: 'serial-open', message: `${path} does not open: ${error.message}` })
      else resolve({ stop })
    })
  })
}
