import { fromHex, toHex } from './payload/field.ts'

/** Bytes as a capture holds them: usually, but not always, one whole frame, with or without its mark byte. */
export interface CaptureRecord {
  /** Nanoseconds since 1970. */
  readonly time: bigint
  /** Seen from who captured: `input` came in, `output` went out, `trace` was listened to. */
  readonly io: 'input' | 'output' | 'trace'
  readonly bytes: Uint8Array
}

/** Why a capture could not be read on. */
export interface CaptureFault {
  readonly ok: false
  readonly reason: 'not-a-record' | 'not-hex' | 'not-a-capture' | 'link-type' | 'cut-off'
  /** In words, with the place. */
  readonly detail: string
}

/** The pcap link type that OSDP captures use (USER15). */
export const linkType = 162

const second = 1_000_000_000n

// ---------------------------------------------------------------- .osdpcap

/** Reads one line of an .osdpcap file (format version 1). */
export function readOsdpcap(line: string): { readonly ok: true; readonly record: CaptureRecord } | CaptureFault {
  const fields = parseJson(line)
  if (fields === null || typeof fields.data !== 'string') {
    return { ok: false, reason: 'not-a-record', detail: 'not a JSON object with a "data" text' }
  }
  const bytes = fromHex(fields.data.replaceAll(/[\s:-]/g, ''))
  if (bytes === null) return { ok: false, reason: 'not-hex', detail: '"data" is not pairs of hex digits' }
  const io = fields.io === 'input' || fields.io === 'output' ? fields.io : 'trace'
  return { ok: true, record: { time: whole(fields.timeSec) * second + whole(fields.timeNano), io, bytes } }
}

/** One line of an .osdpcap file, without its line end. `source` names the program that captured. */
export function writeOsdpcap(record: CaptureRecord, source = 'osdp'): string {
  return JSON.stringify({
    timeSec: String(record.time / second),
    timeNano: String(record.time % second).padStart(9, '0'),
    io: record.io,
    data: toHex(record.bytes).replaceAll(/..(?=.)/g, '$& '),
    osdpTraceVersion: '1',
    osdpSource: source,
  })
}

function parseJson(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

function whole(value: unknown): bigint {
  return /^\d{1,19}$/.test(String(value)) ? BigInt(String(value)) : 0n
}

// ---------------------------------------------------------------- pcap and pcapng

/** Whether bytes begin like a pcapng or a pcap file. */
export function isPcap(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && (magic(bytes) === 0x0a0d0d0a || pcapOrder(bytes) !== null)
}

function magic(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0)
}

/** The byte order and time unit of a pcap file of the older kind, or null. */
function pcapOrder(bytes: Uint8Array): { readonly little: boolean; readonly unit: bigint } | null {
  switch (magic(bytes)) {
    case 0xa1b2c3d4:
      return { little: false, unit: 1000n }
    case 0xd4c3b2a1:
      return { little: true, unit: 1000n }
    case 0xa1b23c4d:
      return { little: false, unit: 1n }
    case 0x4d3cb2a1:
      return { little: true, unit: 1n }
    default:
      return null
  }
}

/** What a capture file held; `fault` says why reading stopped before its end, if it did. */
export interface ReadCapture {
  readonly records: readonly CaptureRecord[]
  readonly fault: CaptureFault | null
}

/** Reads a pcapng or pcap file with link type 162, in either byte order. Never throws. */
export function readPcap(bytes: Uint8Array): ReadCapture {
  if (!isPcap(bytes)) return { records: [], fault: { ok: false, reason: 'not-a-capture', detail: 'neither pcapng nor pcap' } }
  const order = pcapOrder(bytes)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return order === null ? readBlocks(bytes, view) : readPackets(bytes, view, order)
}

function cutOff(at: number): CaptureFault {
  return { ok: false, reason: 'cut-off', detail: `the file breaks off at byte ${at}` }
}

function wrongLink(found: number): CaptureFault {
  return { ok: false, reason: 'link-type', detail: `link type ${found}; OSDP captures have ${linkType}` }
}

function readPackets(bytes: Uint8Array, view: DataView, order: { little: boolean; unit: bigint }): ReadCapture {
  const records: CaptureRecord[] = []
  if (bytes.length < 24) return { records, fault: cutOff(bytes.length) }
  const link = view.getUint32(20, order.little) & 0xfffffff
  if (link !== linkType) return { records, fault: wrongLink(link) }
  let at = 24
  while (at + 16 <= bytes.length) {
    const time = BigInt(view.getUint32(at, order.little)) * second + BigInt(view.getUint32(at + 4, order.little)) * order.unit
    const end = at + 16 + view.getUint32(at + 8, order.little)
    if (end > bytes.length) break
    records.push({ time, io: 'trace', bytes: bytes.slice(at + 16, end) })
    at = end
  }
  return { records, fault: at === bytes.length ? null : cutOff(at) }
}

interface Interface {
  readonly link: number
  /** Time stamps a second. */
  readonly rate: bigint
}

function readBlocks(bytes: Uint8Array, view: DataView): ReadCapture {
  const records: CaptureRecord[] = []
  let interfaces: Interface[] = []
  let little = true
  let other: number | null = null
  let at = 0
  while (at + 12 <= bytes.length) {
    if (view.getUint32(at) === 0x0a0d0d0a) {
      little = view.getUint32(at + 8) !== 0x1a2b3c4d
      interfaces = []
    }
    const type = view.getUint32(at, little)
    const length = view.getUint32(at + 4, little)
    if (length < 12 || length % 4 !== 0 || at + length > bytes.length) return { records, fault: cutOff(at) }
    const body = at + 8
    const end = at + length - 4
    if (type === 1 && end - body >= 8) interfaces.push({ link: view.getUint16(body, little), rate: readRate(view, body + 8, end, little) })
    else if ((type === 6 && end - body >= 20) || (type === 3 && end - body >= 4)) {
      const from = interfaces[type === 6 ? view.getUint32(body, little) : 0]
      const data = type === 6 ? body + 20 : body + 4
      const count = type === 6 ? view.getUint32(body + 12, little) : Math.min(view.getUint32(body, little), end - data)
      if (from === undefined || data + count > end) return { records, fault: cutOff(at) }
      if (from.link !== linkType) other = from.link
      else {
        const stamp = type === 6 ? (BigInt(view.getUint32(body + 4, little)) << 32n) | BigInt(view.getUint32(body + 8, little)) : 0n
        const io = type === 6 ? readDirection(view, data + ((count + 3) & ~3), end, little) : 'trace'
        records.push({ time: (stamp * second) / from.rate, io, bytes: bytes.slice(data, data + count) })
      }
    }
    at += length
  }
  if (at !== bytes.length) return { records, fault: cutOff(at) }
  return { records, fault: records.length === 0 && other !== null ? wrongLink(other) : null }
}

/** The place of an option's value among a block's options, or null. */
function findOption(view: DataView, from: number, to: number, little: boolean, wanted: number, size: number): number | null {
  for (let at = from; at + 4 <= to; ) {
    const code = view.getUint16(at, little)
    const length = view.getUint16(at + 2, little)
    if (code === 0 || at + 4 + length > to) return null
    if (code === wanted && length >= size) return at + 4
    at += 4 + ((length + 3) & ~3)
  }
  return null
}

function readRate(view: DataView, from: number, to: number, little: boolean): bigint {
  const at = findOption(view, from, to, little, 9, 1)
  const value = at === null ? 6 : view.getUint8(at)
  return value & 0x80 ? 1n << BigInt(value & 0x7f) : 10n ** BigInt(value)
}

function readDirection(view: DataView, from: number, to: number, little: boolean): CaptureRecord['io'] {
  const at = findOption(view, from, to, little, 2, 4)
  const way = at === null ? 0 : view.getUint32(at, little) & 3
  return way === 1 ? 'input' : way === 2 ? 'output' : 'trace'
}

/** The beginning of a pcapng file: section and interface (link type 162, nanoseconds). */
export function pcapngHeader(): Uint8Array {
  const bytes = new Uint8Array(60)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 0x0a0d0d0a)
  view.setUint32(4, 28, true)
  view.setUint32(8, 0x1a2b3c4d, true)
  view.setUint16(12, 1, true)
  view.setBigInt64(16, -1n, true)
  view.setUint32(24, 28, true)
  view.setUint32(28, 1, true)
  view.setUint32(32, 32, true)
  view.setUint16(36, linkType, true)
  view.setUint16(44, 9, true)
  view.setUint16(46, 1, true)
  view.setUint8(48, 9)
  view.setUint32(56, 32, true)
  return bytes
}

/** One record of a pcapng file that began with {@link pcapngHeader}. */
export function pcapngRecord(record: CaptureRecord): Uint8Array {
  const padded = (record.bytes.length + 3) & ~3
  const length = 32 + padded + 12
  const bytes = new Uint8Array(length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 6, true)
  view.setUint32(4, length, true)
  view.setUint32(12, Number(record.time >> 32n), true)
  view.setUint32(16, Number(record.time & 0xffffffffn), true)
  view.setUint32(20, record.bytes.length, true)
  view.setUint32(24, record.bytes.length, true)
  bytes.set(record.bytes, 28)
  view.setUint16(28 + padded, 2, true)
  view.setUint16(30 + padded, 4, true)
  view.setUint32(32 + padded, record.io === 'input' ? 1 : record.io === 'output' ? 2 : 0, true)
  view.setUint32(length - 4, length, true)
  return bytes
}
