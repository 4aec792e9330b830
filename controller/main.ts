import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { systemClock as clock } from '../plugin/clock.ts'
import { whyNoFile } from '../shared/file-error.ts'
import { type LinkTransport, pairingKey } from '../shared/link.ts'
import { adopt } from './adoption.ts'
import type { ControllerConfig } from './config.ts'
import type { FieldEffect } from './core/effect.ts'
import type { Input } from './core/input.ts'
import type { Field } from './field/field.ts'
import type { OsdpField, OsdpWatch } from './field/osdp.ts'
import type { WiegandField } from './field/wiegand.ts'
import { createHardware, type Hardware } from './hardware.ts'
import { type Ask, createControllerLink } from './link/link.ts'
import { createMqttTransport } from './link/mqtt.ts'
import { linkPassword, openKeys } from './link/secret.ts'
import { createRuntime, type Runtime } from './runtime.ts'
import type { Store } from './store/contract.ts'
import { openStore } from './store/open.ts'

/** Under these names the store keeps keys. */
export const keyNames = { link: 'link', reader: (id: string) => `reader ${id}` } as const

/** Wrong configuration, or something that is not there: one line each, for the person at the device. */
export class Refused extends Error {
  readonly lines: readonly string[]
  constructor(...lines: readonly string[]) {
    super(lines[0])
    this.lines = lines
  }
}

export interface RunningController {
  readonly runtime: Runtime
  readonly store: Store
  readonly transport: LinkTransport | undefined
  /** Energises a relay or output for a while, whatever the doors want of it; then it is as they want it again. */
  pulse(port: string, ms: number): Promise<void>
  stop(): void
}

/** The parts of a controller that answer; what is not up yet is undefined. */
export interface Askable {
  readonly store: Store
  readonly runtime: () => Runtime | undefined
  readonly osdp: () => OsdpField | undefined
  readonly wiegand: () => WiegandField | undefined
  /** Opens what the plugin sealed for this controller. */
  readonly open: (sealed: string) => Readonly<Record<string, Uint8Array>>
}

export interface StartOptions {
  readonly version: string
  /** One line for the journal. */
  readonly say: (line: string) => void
  /** Everything that the hardware reports. */
  readonly onReport?: (input: Input) => void
  /** What the plugin may ask beside commands, and what listens to the OSDP lines for it. */
  readonly asksOf?: (parts: Askable) => { readonly asks: Readonly<Record<string, Ask>>; readonly watch: OsdpWatch }
}

/**
 * Puts one controller up on the hardware of this machine.
 * @throws Refused when it cannot run
 */
export async function startController(
  config: ControllerConfig,
  { version, say, onReport, asksOf }: StartOptions,
): Promise<RunningController> {
  const { controller, data } = config
  const opened = openStore(data, { controller, wall: clock.wall() })
  if (!opened.ok) throw new Refused(opened.message)
  const { store } = opened
  let runtime: Runtime | undefined
  try {
    const random = (length: number) => new Uint8Array(randomBytes(length))
    const secret = await secretOf(config, store)
    const open = (sealed: string) => openKeys(secret ?? new Uint8Array(32), controller, sealed)
    const told = asksOf?.({ store, runtime: () => runtime, osdp: () => hardware?.osdp, wiegand: () => hardware?.wiegand, open })
    const hardware: Hardware = createHardware({
      controller,
      clock,
      random,
      key: reader => store.keys.get(keyNames.reader(reader)),
      pendingKey: reader => store.keys.get(pairingKey(keyNames.reader(reader))),
      onProblem: problem => say(problem.message),
      ...(told ? { watch: told.watch } : {}),
    })
    const transport = secret && connect(config, secret, say)
    const tap = createTap(onReport)
    const link =
      transport &&
      createControllerLink({
        controller,
        transport,
        clock,
        store,
        random,
        version,
        ...(told ? { asks: told.asks } : {}),
        ...(config.link ? { prefix: config.link.prefix } : {}),
        openKeys: open,
        onKeys: names => {
          if (names.some(name => name.startsWith(keyNames.reader('')))) hardware.renewKeys()
        },
        onTrouble: say,
      })
    const started = createRuntime({
      controller,
      clock,
      store,
      fields: hardware.fields.map(tap.on),
      ...(link ? { link } : {}),
      clockTrusted: config.clock === 'battery' ? () => true : synchronised(),
      onFault: (error, input) => say(`${input.kind}: ${(error as Error).stack ?? String(error)}`),
    })
    runtime = started
    started.start()
    return {
      runtime: started,
      store,
      transport,
      pulse: tap.pulse,
      stop() {
        started.stop()
        transport?.close()
        store.close()
      },
    }
  } catch (error) {
    store.close()
    throw error
  }
}

/** Sees what hardware reports, and knows what it was told last. */
function createTap(onReport: ((input: Input) => void) | undefined) {
  const told = new Map<string, FieldEffect>()
  const fields: Field[] = []
  const keyOf = (effect: FieldEffect) => ('port' in effect ? effect.port : undefined)
  return {
    on(field: Field): Field {
      fields.push(field)
      return {
        ...field,
        start: report =>
          field.start(input => {
            onReport?.(input)
            report(input)
          }),
        apply(effect) {
          const key = keyOf(effect)
          if (key !== undefined) told.set(key, effect)
          field.apply(effect)
        },
      }
    },
    async pulse(port: string, ms: number) {
      const wanted = told.get(port)
      if (wanted?.kind !== 'relay' && wanted?.kind !== 'output')
        throw new Refused(
          `${port} is no relay or output of this controller's site; it has ${[...told].flatMap(([at, { kind }]) => (kind === 'relay' || kind === 'output' ? [at] : [])).join(', ') || 'none'}`,
        )
      const on: FieldEffect = wanted.kind === 'relay' ? { ...wanted, energised: true } : { ...wanted, active: true }
      for (const field of fields) field.apply(on)
      await new Promise(resolve => setTimeout(resolve, ms))
      for (const field of fields) field.apply(told.get(port)!)
    },
  }
}

/** What this controller and the plugin share: kept since the adoption, read from a file, or got for a code. */
export async function secretOf({ controller, link }: ControllerConfig, store: Store): Promise<Buffer | undefined> {
  if (link === null) return undefined
  const kept = store.keys.get(keyNames.link)
  if (link.secretFile !== undefined) {
    const secret = readSecret(link.secretFile)
    if (!kept?.equals(secret)) store.keys.set(keyNames.link, secret)
    return secret
  }
  if (kept !== undefined) return kept
  if (link.adoption === undefined) throw new Refused('link: this controller is not adopted yet: give a secretFile or an adoption code')
  const adopted = await adopt({ ...link.adoption, controller, ...(link.ca === undefined ? {} : { ca: readPem(link.ca) }) })
  if ('problem' in adopted) throw new Refused(adopted.problem)
  store.keys.set(keyNames.link, adopted.secret)
  return adopted.secret
}

export function connect({ controller, link }: ControllerConfig, secret: Uint8Array, say: (line: string) => void): LinkTransport {
  const { url, ca, cert, key } = link!
  return createMqttTransport({
    url,
    username: controller,
    password: linkPassword(secret),
    clientId: controller,
    tls: { ...(ca ? { ca: readPem(ca) } : {}), ...(cert ? { cert: readPem(cert) } : {}), ...(key ? { key: readPem(key) } : {}) },
    onTrouble: say,
  })
}

function readSecret(path: string): Buffer {
  const text = readPem(path).toString().trim()
  if ((statSync(path).mode & 0o077) !== 0) throw new Refused(`${path} may be read by others; run chmod 600 ${path}`)
  if (!/^[0-9a-fA-F]{64}$/.test(text)) throw new Refused(`${path} holds no secret: it is 64 hexadecimal digits`)
  return Buffer.from(text, 'hex')
}

function readPem(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new Refused(`${path}: ${whyNoFile(error)}`)
  }
}

/** Whether the machine has set its clock by the network since it came up; looked at once a second at most. */
function synchronised(): () => boolean {
  let looked = Number.NEGATIVE_INFINITY
  let found = false
  return () => {
    if (!found && clock.now() - looked >= 1_000) {
      looked = clock.now()
      found = existsSync('/run/systemd/timesync/synchronized')
    }
    return found
  }
}
