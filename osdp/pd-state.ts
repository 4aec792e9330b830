import type { FileReception, ReceivedFile } from './file-reception.ts'
import { createFeed, type Feed, frameLimit } from './frame.ts'
import type { Command, Reply } from './message.ts'
import { type Conduct, createConduct, type Misbehaviour } from './misbehaviour.ts'
import { createPanel, type Panel } from './panel.ts'
import type { Assembly } from './payload/multipart.ts'
import type { PdHandshake, Session } from './secure-channel.ts'

/** How long a PD stays online without a valid command, in milliseconds; as long does an event wait that nobody asks for. */
export const offlineAfterMs = 8000

/** What a PD says of itself (PDID). */
export type Identity = Omit<Extract<Reply, { name: 'PDID' }>, 'name'>
/** One capability record (PDCAP). */
export type Capability = Extract<Reply, { name: 'PDCAP' }>['capabilities'][number]

export interface PdConfig {
  /** 0 to 0x7E. */
  readonly address: number
  /** Bits a second, 9600 unless said. */
  readonly baud?: number
  /** The PD's key, 16 bytes; none unless said. */
  readonly scbk?: Uint8Array | null
  /** Whether SCBK-D is taken, once, to set a key. */
  readonly installMode?: boolean
  /** Whether nothing but ID, CAP and the handshake is answered in clear; true unless said where there is a key. */
  readonly requireSecure?: boolean
  /** `length` bytes from a cryptographic source. */
  readonly random: (length: number) => Uint8Array
  readonly identity?: Partial<Identity>
  /** What the PD can do, as data; a reader with LED, buzzer, display, two inputs and two outputs unless said. */
  readonly capabilities?: readonly Capability[]
  readonly misbehaviours?: readonly Misbehaviour[]
  /** Silence inside a frame that ends it, in milliseconds, 20 unless said. */
  readonly gapMs?: number
  /** Milliseconds between a command and its answer, 0 unless said. */
  readonly replyDelayMs?: number
  /** Answers what the PD has no answer of its own for (MFG, XWR, PIVDATA, biometrics, GENAUTH, CRAUTH and unknown codes), or null for NAK 3. */
  readonly answer?: (command: Command) => Reply | null
  /** Judges a file once whole: FTSTAT's detail, 1 (processed) unless said. */
  readonly judgeFile?: (file: ReceivedFile) => number
  /** Milliseconds that FTSTAT asks the ACU to wait before the next part, 0 unless said. */
  readonly fileDelayMs?: number
  /** Polls of the "finishing" kind that a whole file takes before it is judged, 0 unless said. */
  readonly fileFinishing?: number
  /** The largest part that FTSTAT asks for, 0 (no limit of its own) unless said. */
  readonly filePartMax?: number
}

export const defaultCapabilities: readonly Capability[] = [
  { function: 1, compliance: 1, count: 2 },
  { function: 2, compliance: 4, count: 2 },
  { function: 3, compliance: 1, count: 0 },
  { function: 4, compliance: 4, count: 1 },
  { function: 5, compliance: 2, count: 1 },
  { function: 6, compliance: 1, count: 1 },
  { function: 8, compliance: 1, count: 0 },
  { function: 9, compliance: 1, count: 1 },
  { function: 10, compliance: 0, count: 2 },
  { function: 11, compliance: 0, count: 2 },
  { function: 13, compliance: 0, count: 1 },
  { function: 16, compliance: 2, count: 0 },
]

/** What happens to a PD. */
export type PdInput =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'wake' }
  /** A card is presented: its bits as `0` and `1`, in the order read. `format`: 0 raw unless said, 1 Wiegand. */
  | { readonly kind: 'card'; readonly bits: string; readonly reader?: number; readonly format?: number }
  /** Keys `0` to `9`, `*`, `#`. */
  | { readonly kind: 'keys'; readonly keys: string; readonly reader?: number }
  | { readonly kind: 'tamper'; readonly active: boolean }
  | { readonly kind: 'power'; readonly failure: boolean }
  | { readonly kind: 'input'; readonly input: number; readonly state: number }
  | { readonly kind: 'reader'; readonly reader: number; readonly state: number }
  /** Anything else to be said in answer to a POLL. */
  | { readonly kind: 'say'; readonly reply: Reply }
  /** A long message in parts, each in answer to a POLL. */
  | { readonly kind: 'say-in-parts'; readonly name: 'PIVDATAR' | 'GENAUTHR' | 'CRAUTHR' | 'EXT_PDID'; readonly whole: Uint8Array }
  | { readonly kind: 'install-mode'; readonly on: boolean }
  | { readonly kind: 'power-cycle' }

/** What a PD does. */
export type PdEffect =
  /** On the line, mark byte included, `delayMs` from now; the line adds its idle time. */
  | { readonly kind: 'send'; readonly bytes: Uint8Array; readonly delayMs: number }
  /** A command was carried out (or refused with a NAK). */
  | { readonly kind: 'command'; readonly command: Command; readonly secure: boolean; readonly nak: number | null }
  /** KEYSET: keep this key. */
  | { readonly kind: 'key'; readonly scbk: Uint8Array }
  /** COMSET: from after the answer on. */
  | { readonly kind: 'moved'; readonly address: number; readonly baud: number }
  | { readonly kind: 'session'; readonly established: boolean; readonly underDefaultKey: boolean; readonly reason: string }
  | { readonly kind: 'online'; readonly online: boolean }
  | { readonly kind: 'file'; readonly file: ReceivedFile }
  /** GENAUTH or CRAUTH has come whole. */
  | { readonly kind: 'whole'; readonly name: 'GENAUTH' | 'CRAUTH'; readonly bytes: Uint8Array }
  /** Something that must not be: bytes that are no frame, a refused handshake, a MAC that does not fit. */
  | { readonly kind: 'fault'; readonly reason: string }

interface Waiting {
  readonly code: number
  readonly data: Uint8Array
  readonly at: number
}

/** A PD. Changed by {@link stepPd} only. */
export interface Pd {
  readonly config: PdConfig
  readonly identity: Identity
  readonly capabilities: readonly Capability[]
  readonly panel: Panel
  readonly conduct: Conduct
  readonly feed: Feed
  address: number
  baud: number
  scbk: Uint8Array | null
  installMode: boolean
  requireSecure: boolean
  tamper: boolean
  power: boolean
  readonly inputs: number[]
  readonly readers: number[]
  session: Session | null
  handshake: PdHandshake | null
  readonly seen: Uint8Array[]
  sequence: number | null
  lastCommand: Uint8Array | null
  lastReply: Uint8Array | null
  heardAt: number | null
  readonly gapMs: number
  bytesAt: number
  /** Nobody asked for {@link offlineAfterMs}: what is presented now is lost. */
  lost: boolean
  readonly queue: Waiting[]
  shownOutputs: number[]
  polled: boolean
  peerLimit: number
  file: FileReception | null
  assembly: Assembly | null
  keepActiveUntil: number
  /** KEYSET was carried out: the session ends behind its answer. */
  keySet: boolean
  /** A COMSET that takes effect once its answer is out. */
  move: { readonly address: number; readonly baud: number } | null
}

function count(capabilities: readonly Capability[], wanted: number): number {
  return capabilities.find(({ function: fn }) => fn === wanted)?.count ?? 0
}

export function createPd(config: PdConfig): Pd {
  const capabilities = config.capabilities ?? defaultCapabilities
  const buffer = capabilities.find(({ function: fn }) => fn === 10)
  const scbk = config.scbk ? new Uint8Array(config.scbk) : null
  const outputs = count(capabilities, 2)
  return {
    config,
    identity: { vendor: '00d05b', model: 1, version: 1, serial: 0x01000000 + config.address, firmware: '1.0.0', ...config.identity },
    capabilities,
    panel: createPanel(outputs),
    conduct: createConduct(config.misbehaviours ?? []),
    feed: createFeed(buffer === undefined ? frameLimit : buffer.compliance | (buffer.count << 8)),
    address: config.address,
    baud: config.baud ?? 9600,
    scbk,
    installMode: config.installMode ?? false,
    requireSecure: config.requireSecure ?? scbk !== null,
    tamper: false,
    power: false,
    inputs: Array.from({ length: count(capabilities, 1) }, () => 0),
    readers: Array.from({ length: count(capabilities, 13) }, () => 0),
    session: null,
    handshake: null,
    seen: [],
    sequence: null,
    lastCommand: null,
    lastReply: null,
    heardAt: null,
    gapMs: config.gapMs ?? 20,
    bytesAt: 0,
    lost: false,
    queue: [],
    shownOutputs: Array.from({ length: outputs }, () => 0),
    polled: false,
    peerLimit: 128,
    file: null,
    assembly: null,
    keepActiveUntil: 0,
    keySet: false,
    move: null,
  }
}

/** Eight bytes that name the PD in a handshake: vendor, model, serial. */
export function cuidOf({ vendor, model, serial }: Identity): Uint8Array {
  const digit = (at: number) => Number.parseInt(vendor.slice(at, at + 2), 16)
  return Uint8Array.of(digit(0), digit(2), digit(4), model, serial & 0xff, (serial >> 8) & 0xff, (serial >> 16) & 0xff, serial >>> 24)
}
