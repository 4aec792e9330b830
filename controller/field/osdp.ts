import { type Acu, type AcuEvent, type CaptureRecord, type LineEvent, openAcu, type PdPolicy, type Pipe } from '../../osdp/index.ts'
import type { Cancel, Clock } from '../../shared/clock.ts'
import type { Reader, Site } from '../../shared/site.ts'
import type { FieldEffect, LedColour } from '../core/effect.ts'
import type { SourceProblem } from './edge-source.ts'
import type { Field, Report } from './field.ts'
import { runScan, type ScanHandle, type ScanNews, type ScanOrder } from './line-scan.ts'
import { createLineRecording } from './recording.ts'

type OsdpReader = Extract<Reader, { type: 'osdp' }>

/** What happens on an OSDP line beside reads and states: for statistics, pairing and captures. */
export type OsdpWatch = (reader: string | null, event: AcuEvent | LineEvent) => void

/** The OSDP lines of one controller, with access to the ACU of a reader for the installer's tools. */
export interface OsdpField extends Field {
  acuOf(reader: string): { readonly acu: Acu; readonly address: number } | undefined
  /** The recent bytes of the line a reader is on; undefined where no line is in use. */
  captureOf(reader: string): CaptureRecord[] | undefined
  /** Asks the line of a reader who is on it; nobody else speaks there meanwhile. What comes of it is told, a refusal included. */
  scan(reader: string, order: ScanOrder, tell: (news: ScanNews) => void): void
  /** Ends a scan before its time. */
  stopScan(reader: string): void
  /** Keys of readers are new, or there are others to be tried: their lines begin again, as soon as no reader is being paired. */
  renew(): void
}

/** How often is looked whether a pairing has ended, in ms; it ends by itself within two minutes. */
const pairingMs = 250

/** The OSDP readers of one controller: one ACU a line, readers' events to inputs, effects to commands. */
export function createOsdpField(options: {
  readonly controller: string
  readonly clock: Clock
  /** Bytes of a cryptographic source. */
  readonly random: (length: number) => Uint8Array
  /** The line behind an RS-485 port, or what is wrong with it. */
  readonly pipe: (controller: string, port: string) => Pipe | SourceProblem
  /** The reader's own key; without one a reader that must be secure stays unused. */
  readonly key: (reader: string) => Uint8Array | undefined
  /** The key of a pairing that was cut off: nobody knows whether the reader has it. */
  readonly pendingKey?: (reader: string) => Uint8Array | undefined
  /** Between two polls of one reader, in ms. */
  readonly pollIntervalMs?: number
  readonly watch?: OsdpWatch
}): OsdpField {
  let site: Site | null = null
  let report: Report | null = null
  let lines: Line[] = []

  const begin = () => {
    if (site === null || report === null) return
    lines = linesOf(site, options.controller).map(plan => openLine(options, plan, report!))
  }
  const end = () => {
    for (const line of lines) line.stop()
    lines = []
  }
  const lineOf = (reader: string) => lines.find(line => line.address(reader) !== undefined)
  let cancelRenewal: Cancel = () => {}
  /** Begins anew as soon as no reader is being paired: one that is cut off has a key that may not be the controller's. */
  function renew(): void {
    cancelRenewal()
    if (report === null) return
    if (lines.some(line => line.acu?.pds().some(pd => pd.pairing))) {
      cancelRenewal = options.clock.at(options.clock.now() + pairingMs, renew)
      return
    }
    end()
    begin()
  }
  return {
    configure(next) {
      const before = site === null ? '' : JSON.stringify(linesOf(site, options.controller))
      site = next
      if (JSON.stringify(linesOf(next, options.controller)) !== before) renew()
    },
    start(to) {
      report = to
      begin()
    },
    apply(effect) {
      for (const line of lines) line.apply(effect)
    },
    stop() {
      cancelRenewal()
      end()
      report = null
    },
    acuOf(reader) {
      const line = lineOf(reader)
      return line?.acu ? { acu: line.acu, address: line.address(reader)! } : undefined
    },
    captureOf: reader => lineOf(reader)?.capture(),
    scan(reader, order, tell) {
      const line = lineOf(reader)
      if (line?.scan) line.scan(order, tell)
      else tell({ stage: 'refused', reason: 'line-not-in-use', readers: [] })
    },
    stopScan: reader => lineOf(reader)?.stopScan?.(),
    renew,
  }
}

interface LinePlan {
  readonly controller: string
  readonly port: string
  readonly baud: number
  readonly readers: readonly { readonly id: string; readonly address: number; readonly secure: boolean }[]
}

/** The lines of a controller and its modules, with who is on them. */
function linesOf(site: Site, controller: string): LinePlan[] {
  const lines = new Map<string, LinePlan & { readers: { id: string; address: number; secure: boolean }[] }>()
  for (const unit of site.controllers) {
    if (unit.id !== controller && unit.parent !== controller) continue
    for (const door of site.doors) {
      if (door.type !== 'door' || door.controller !== unit.id) continue
      for (const reader of [door.a.reader, door.b.reader].filter((r): r is OsdpReader => r?.type === 'osdp')) {
        const key = `${unit.id}/${reader.port}`
        const line = lines.get(key) ?? {
          controller: unit.id,
          port: reader.port,
          baud: unit.serial[reader.port]?.baudRate ?? 9600,
          readers: [],
        }
        line.readers.push({ id: reader.id, address: reader.address, secure: site.encryption.osdpSecureChannel && reader.secureChannel })
        lines.set(key, line)
      }
    }
  }
  return [...lines.values()]
}

interface Line {
  /** Null while the line is not in use, or being scanned. */
  readonly acu: Acu | null
  address(reader: string): number | undefined
  apply(effect: FieldEffect): void
  capture(): CaptureRecord[] | undefined
  readonly scan?: (order: ScanOrder, tell: (news: ScanNews) => void) => void
  readonly stopScan?: () => void
  stop(): void
}

function openLine(options: Parameters<typeof createOsdpField>[0], plan: LinePlan, report: Report): Line {
  const names = new Map(plan.readers.map(({ id, address }) => [address, id]))
  const addresses = new Map(plan.readers.map(({ id, address }) => [id, address]))
  const shown = new Map<string, { colour: LedColour; flashing: boolean }>()
  const recording = createLineRecording(options.clock)
  const open = (): Pipe | SourceProblem => {
    const pipe = options.pipe(plan.controller, plan.port)
    return 'reason' in pipe ? pipe : recording.tap(pipe)
  }
  const first = open()
  if ('reason' in first) {
    for (const { id } of plan.readers) report({ kind: 'reader', reader: id, online: false, fault: first.reason })
    return { acu: null, address: id => addresses.get(id), apply() {}, capture: () => undefined, stop() {} }
  }
  let acu: Acu | null = null
  let scanning: ScanHandle | null = null
  let ended = false

  /** Lets an ACU poll the readers of the plan. */
  function poll(pipe: Pipe): void {
    const opened: Acu = openAcu({
      pipe,
      clock: options.clock,
      random: options.random,
      onEvent: event => {
        if (!ended && acu === opened) take(event)
      },
    })
    acu = opened
    for (const { id, address, secure } of plan.readers) {
      const scbk = secure ? options.key(id) : undefined
      const pendingKey = secure ? options.pendingKey?.(id) : undefined
      const policy: PdPolicy = {
        address,
        baud: plan.baud,
        requireSecure: secure,
        scbk: scbk ?? null,
        pendingKey: pendingKey ?? null,
        ...(options.pollIntervalMs === undefined ? {} : { pollIntervalMs: options.pollIntervalMs }),
      }
      const refused = opened.add(policy)
      if (refused !== null) report({ kind: 'reader', reader: id, online: false, secure: false, fault: refused })
    }
    opened.start()
  }

  function take(event: AcuEvent | LineEvent): void {
    if (event.kind === 'line') {
      options.watch?.(null, event)
      return
    }
    const reader = names.get(event.pd)
    if (reader === undefined) return
    options.watch?.(reader, event)
    switch (event.kind) {
      case 'online':
        report({ kind: 'reader', reader, online: true, ...(event.secure ? { secure: true } : {}) })
        repeat(reader)
        break
      case 'offline':
        report({ kind: 'reader', reader, online: false, fault: event.reason })
        break
      case 'secure':
        report({ kind: 'reader', reader, secure: event.established, ...(event.reason === null ? {} : { fault: event.reason }) })
        if (event.established) repeat(reader)
        break
      case 'pending-key':
        if (event.state === 'adopted') report({ kind: 'reader', reader, keyAdopted: true })
        break
      case 'card':
        report({ kind: 'card', reader, bits: event.bits })
        break
      case 'keypad':
        if (/^[0-9*#]+$/.test(event.keys)) report({ kind: 'keys', reader, keys: event.keys })
        break
      case 'status':
        report({ kind: 'reader', reader, tamper: event.tamper })
        break
      case 'readers':
        if (event.states[0] !== undefined) report({ kind: 'reader', reader, tamper: event.states[0] === 2 })
        break
    }
  }
  /** A reader that was away has forgotten what it showed. */
  function repeat(reader: string): void {
    const look = shown.get(reader)
    if (look) acu?.led(addresses.get(reader)!, look)
  }

  function scan(order: ScanOrder, tell: (news: ScanNews) => void): void {
    const online = acu?.pds().flatMap(pd => (pd.online ? [names.get(pd.address)!] : [])) ?? []
    const pairing = acu?.pds().flatMap(pd => (pd.pairing ? [names.get(pd.address)!] : [])) ?? []
    const refused = online.length > 0 && !order.interrupt ? 'readers-in-use' : null
    // A pairing that is cut off leaves its reader with a key that may not be the controller's.
    const refusal = scanning !== null ? 'scan-running' : pairing.length > 0 ? 'pairing' : refused
    if (refusal !== null) {
      tell({ stage: 'refused', reason: refusal, readers: refusal === 'pairing' ? pairing : online })
      return
    }
    acu?.stop()
    acu = null
    for (const reader of online) report({ kind: 'reader', reader, online: false, fault: 'line-scan' })
    scanning = runScan({
      open,
      clock: options.clock,
      random: options.random,
      order,
      readers: online,
      nameOf: address => names.get(address) ?? null,
      tell,
      onEnd() {
        scanning = null
        if (ended) return
        const pipe = open()
        if (!('reason' in pipe)) poll(pipe)
        else for (const { id } of plan.readers) report({ kind: 'reader', reader: id, online: false, fault: pipe.reason })
      },
    })
  }

  poll(first)
  return {
    get acu() {
      return acu
    },
    address: id => addresses.get(id),
    apply(effect) {
      if (effect.kind !== 'led' && effect.kind !== 'beep' && effect.kind !== 'text') return
      const address = addresses.get(effect.reader)
      if (address === undefined) return
      if (effect.kind === 'led') {
        shown.set(effect.reader, { colour: effect.colour, flashing: effect.flashing })
        acu?.led(address, { colour: effect.colour, flashing: effect.flashing })
      } else if (effect.kind === 'beep') acu?.beep(address, { times: effect.times })
      else acu?.text(address, effect.text, effect.seconds)
    },
    capture: recording.read,
    scan,
    stopScan: () => scanning?.stop('stopped'),
    stop() {
      ended = true
      scanning?.stop('line-closed')
      acu?.stop()
    },
  }
}
