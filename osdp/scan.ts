import { commands } from './codes.ts'
import { configurationAddress, createFeed, encode, type Frame, feed, flush, type Received } from './frame.ts'
import { decodeReply } from './message.ts'
import { baudRates } from './payload/communication.ts'
import type { Capability, Identity } from './pd-state.ts'
import { challenge, defaultKey, proveToPd } from './secure-channel.ts'

/** Whether a PD takes the key that everybody knows (`install-mode`), has one of its own, has none, or cannot do Secure Channel. */
export type KeyState = 'own' | 'install-mode' | 'none' | 'not-supported' | 'unknown'

/** A PD that a scan found. */
export interface FoundPd {
  readonly address: number
  /** Bits a second; null on a pipe that has no rate. */
  readonly baud: number | null
  readonly identity: Identity
  readonly capabilities: readonly Capability[] | null
  readonly key: KeyState
  /** Whether it answers status in clear: nobody has told it to require security. */
  readonly clear: boolean
  /** Two devices answer at this address: what else was heard of there. */
  readonly others: readonly Identity[]
}

export interface ScanOptions {
  /** Rates to try, in bits a second; those of the standard unless said. Null alone on a pipe that has no rate. */
  readonly rates?: readonly (number | null)[]
  /** Search every address at every rate, also where nobody answered the address that every PD answers. */
  readonly all?: boolean
  readonly random: (length: number) => Uint8Array
}

type Step = 'everybody' | 'id' | 'cap' | 'status' | 'key'

/** A scan under way. Changed by {@link takeAnswers} only. */
export interface Scan {
  readonly options: Required<ScanOptions>
  /** Rates still to be searched address by address. */
  readonly sweep: (number | null)[]
  readonly silent: (number | null)[]
  readonly found: FoundPd[]
  rate: number
  address: number
  step: Step
  sweeping: boolean
  asked: Frame | null
  handshake: ReturnType<typeof challenge>['handshake'] | null
  draft: { identity: Identity; others: Identity[]; capabilities: readonly Capability[] | null; clear: boolean } | null
}

/** What to ask next: send `bytes` (a mark byte before them) at `baud`, and collect what comes until the reply time-out and a silence. */
export interface Question {
  readonly baud: number | null
  readonly address: number
  readonly bytes: Uint8Array
}

const empty = new Uint8Array(0)

export function createScan({ rates = baudRates, all = false, random }: ScanOptions): Scan {
  return {
    options: { rates, all, random },
    sweep: all ? [...rates] : [],
    silent: [],
    found: [],
    rate: 0,
    address: all ? 0 : configurationAddress,
    step: all ? 'id' : 'everybody',
    sweeping: all,
    asked: null,
    handshake: null,
    draft: null,
  }
}

function baudOf(scan: Scan): number | null {
  return (scan.sweeping ? scan.sweep : scan.options.rates)[scan.rate] ?? null
}

/** The next question, or null where the scan is done. */
export function nextQuestion(scan: Scan): Question | null {
  if (scan.sweeping && scan.rate >= scan.sweep.length) return null
  const make = (name: 'ID' | 'CAP' | 'LSTAT', data: Uint8Array) => ({ code: commands[name].code, data, security: null })
  let body: Pick<Frame, 'code' | 'data' | 'security'>
  if (scan.step === 'key') {
    // Under SCBK-D: only a PD in install mode may take it, and what it takes it gives up at the next sequence 0.
    const begun = challenge(defaultKey, scan.options.random(8))
    scan.handshake = begun.handshake
    body = begun.message
  } else
    body =
      scan.step === 'cap' ? make('CAP', Uint8Array.of(0)) : scan.step === 'status' ? make('LSTAT', empty) : make('ID', Uint8Array.of(0))
  const frame: Frame = { address: scan.address, direction: 'command', sequence: 0, check: 'crc', mac: null, ...body }
  scan.asked = frame
  return { baud: baudOf(scan), address: scan.address, bytes: encode(frame) }
}

/** Takes what came in answer to the last question. Gives a PD once everything about it is known. */
export function takeAnswers(scan: Scan, bytes: Uint8Array): FoundPd | null {
  const receiver = createFeed()
  const received: Received[] = [...feed(receiver, bytes), ...flush(receiver)]
  const frames = received.filter(item => item.kind === 'frame' && item.direction === 'reply' && item.address === scan.address)
  const replies = frames.flatMap(item => {
    if (item.kind !== 'frame') return []
    const decoded = decodeReply(item.code, item.data)
    return decoded.ok ? [{ frame: item, message: decoded.message }] : []
  })
  const [first] = replies
  switch (scan.step) {
    case 'everybody': {
      // Whoever is there, one alone or several in each other's words.
      const baud = baudOf(scan)
      ;(received.length > 0 ? scan.sweep : scan.silent).push(baud)
      scan.rate++
      if (scan.rate < scan.options.rates.length) return null
      if (scan.sweep.length === 0) scan.sweep.push(...scan.silent)
      Object.assign(scan, { rate: 0, address: 0, step: 'id', sweeping: true })
      return null
    }
    case 'id': {
      const identities = replies.flatMap(({ message }) => {
        if (message.name !== 'PDID') return []
        const { vendor, model, version, serial, firmware } = message
        return [{ vendor, model, version, serial, firmware }]
      })
      const [identity, ...others] = identities
      if (identity === undefined) return advance(scan)
      scan.draft = { identity, others: others.filter(other => other.serial !== identity.serial), capabilities: null, clear: false }
      scan.step = 'cap'
      return null
    }
    case 'cap':
      if (scan.draft !== null && first?.message.name === 'PDCAP') scan.draft.capabilities = first.message.capabilities
      scan.step = 'status'
      return null
    case 'status':
      if (scan.draft !== null) scan.draft.clear = first?.message.name === 'LSTATR'
      scan.step = 'key'
      return null
    case 'key': {
      const { draft } = scan
      if (draft === null) return advance(scan)
      const proof = first === undefined ? null : proveToPd(scan.handshake, first.frame)
      const aes = ((draft.capabilities?.find(({ function: fn }) => fn === 9)?.compliance ?? 0) & 1) === 1
      const refused = first?.message.name === 'NAK' ? first.message.reason : null
      const key: KeyState = proof?.ok
        ? 'install-mode'
        : !aes
          ? 'not-supported'
          : refused === 5
            ? 'none'
            : refused !== null || proof !== null
              ? 'own'
              : 'unknown'
      const { identity, capabilities, clear, others } = draft
      const pd: FoundPd = { address: scan.address, baud: baudOf(scan), identity, capabilities, key, clear, others }
      advance(scan)
      // A pipe that knows no rates shows the same PD at each.
      const again = scan.found.some(
        other =>
          other.address === pd.address && other.identity.serial === pd.identity.serial && other.identity.vendor === pd.identity.vendor,
      )
      if (again) return null
      scan.found.push(pd)
      return pd
    }
  }
}

function advance(scan: Scan): null {
  scan.draft = null
  scan.step = 'id'
  if (++scan.address < configurationAddress) return null
  scan.address = 0
  scan.rate++
  return null
}

/** How far a scan is: questions asked and to be asked for each address, without those that found PDs bring. */
export function progressOf(scan: Scan): { readonly done: number; readonly total: number } {
  const rates = scan.sweeping ? scan.sweep.length : scan.options.rates.length
  return { done: scan.sweeping ? scan.rate * configurationAddress + scan.address : 0, total: rates * configurationAddress }
}
