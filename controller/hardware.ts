import { type ChildProcess, spawn } from 'node:child_process'
import { serialPipe, tcpClient } from '../osdp/index.ts'
import type { Clock } from '../shared/clock.ts'
import type { Site } from '../shared/site.ts'
import type { SourceProblem } from './field/edge-source.ts'
import type { Field } from './field/field.ts'
import { gpioEdges } from './field/gpio.ts'
import { createIoField, type GpioTerminal } from './field/io.ts'
import { createOsdpField, type OsdpField, type OsdpWatch } from './field/osdp.ts'
import { createWiegandField, type WiegandField, type WiegandPort } from './field/wiegand.ts'
import { assign } from './wiring/index.ts'

/** The hardware of this machine, as the site says it is wired. */
export interface Hardware {
  readonly fields: readonly Field[]
  readonly osdp: OsdpField
  readonly wiegand: WiegandField
  /** Keys of readers are new: their lines begin again. */
  renewKeys(): void
}

export interface HardwareOptions {
  readonly controller: string
  readonly clock: Clock
  readonly random: (length: number) => Uint8Array
  readonly key: (reader: string) => Uint8Array | undefined
  readonly pendingKey: (reader: string) => Uint8Array | undefined
  readonly onProblem: (problem: SourceProblem) => void
  readonly watch?: OsdpWatch
}

export function createHardware({ controller, clock, random, key, pendingKey, onProblem, watch }: HardwareOptions): Hardware {
  let site: Site | undefined
  /** What holds LED and beeper, by reader: kept while they are the same lines, which no second process could have before the first has ended. */
  const holders = new Map<string, { readonly lines: string; readonly child: ChildProcess }>()
  const unit = (id: string) => site?.controllers.find(each => each.id === id)

  const osdp = createOsdpField({
    controller,
    clock,
    random,
    key,
    pendingKey,
    ...(watch ? { watch } : {}),
    pipe(id, port) {
      const serial = unit(id)?.serial[port]
      if (serial === undefined) return { reason: 'no-serial-port', message: `controller ${id} does not say which serial port ${port} is` }
      const [, host, number] = /^tcp:(.+):(\d+)$/.exec(serial.path) ?? []
      return host === undefined ? serialPipe(serial) : tcpClient({ host, port: Number(number) })
    },
  })
  const wiegand = createWiegandField({
    controller,
    clock,
    port(id, port, reader): WiegandPort | SourceProblem {
      const found = unit(id)?.ports[port]
      const [d0, d1, led, beeper] = found?.lines ?? []
      if (found === undefined || d0 === undefined || d1 === undefined)
        return { reason: 'no-lines', message: `controller ${id} does not say which GPIO lines ${port} is: D0, D1, then LED and beeper` }
      const chip = nameOf(found.chip)
      const indicators = [led, beeper].filter(line => line !== undefined)
      const lines = [chip, ...indicators].join(' ')
      const before = holders.get(reader)
      if (before?.lines !== lines || before.child.exitCode !== null) {
        before?.child.kill()
        holders.delete(reader)
        if (indicators.length > 0) holders.set(reader, { lines, child: holdLines(chip, indicators, onProblem) })
      }
      const set = (line: number | undefined, level: 0 | 1) => {
        if (line !== undefined) holders.get(reader)?.child.stdin?.write(`set ${line}=${level}\n`)
      }
      return {
        edges: gpioEdges({ chip, d0, d1 }),
        show({ green, beeper: sound }) {
          set(led, green)
          set(beeper, sound)
        },
      }
    },
  })
  const io = createIoField({ terminals: wanted => terminalsOf(wanted, controller), onProblem })
  // First of all fields, so that those behind it find the new site.
  const follow: Field = {
    start() {},
    configure(next) {
      site = next
    },
    apply() {},
    stop() {
      for (const { child } of holders.values()) child.kill()
      holders.clear()
    },
  }
  return {
    fields: [follow, io, wiegand, osdp],
    osdp,
    wiegand,
    renewKeys: osdp.renew,
  }
}

/** What the site drives and reads on GPIO lines of this controller and its modules. */
export function terminalsOf(
  site: Site,
  controller: string,
): { readonly outputs: readonly GpioTerminal[]; readonly inputs: readonly GpioTerminal[] } {
  const terminals = site.controllers
    .filter(each => each.id === controller || each.parent === controller)
    .flatMap(each =>
      assign(site, each.id).flatMap(({ kind, port }) => {
        const found = each.ports[port]
        const line = found?.lines[0]
        return found === undefined || line === undefined ? [] : [{ kind, controller: each.id, port, chip: nameOf(found.chip), line }]
      }),
    )
  const of = (...kinds: string[]) => terminals.filter(({ kind }) => kinds.includes(kind)).map(({ kind: _, ...terminal }) => terminal)
  return { outputs: of('lock', 'output'), inputs: of('door-monitor', 'rex', 'input') }
}

/** libgpiod's programs name a chip without its folder. */
function nameOf(chip: string): string {
  return chip.replace(/^\/dev\//, '')
}

/** LED and beeper of a reader: high, which is dark and silent, until told otherwise. */
function holdLines(chip: string, lines: readonly number[], onProblem: (problem: SourceProblem) => void): ChildProcess {
  const child = spawn('gpioset', ['--interactive', '--chip', chip, ...lines.map(line => `${line}=1`)], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  child.once('error', error => onProblem({ reason: 'gpio-failed', message: `gpioset for LED and beeper: ${error.message}` }))
  child.stdin.on('error', () => {})
  return child
}
