import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Site } from '../../shared/site.ts'
import type { SourceProblem } from './edge-source.ts'
import type { Field, Report } from './field.ts'

/** One terminal on a Linux GPIO line. */
export interface GpioTerminal {
  readonly controller: string
  readonly port: string
  /** `gpiochip0`, or its path. */
  readonly chip: string
  readonly line: number
}

/** The programs of libgpiod 2 that hold lines. Left out: `gpiomon` and `gpioset`. */
export interface GpioPrograms {
  readonly monitor?: string
  readonly set?: string
}

/**
 * Relays, outputs and contacts on GPIO lines, through libgpiod's programs as processes of their own. A relay's line is high while it is energised; the
 * kernel lets it go when the process that holds it ends, so relays fall with this one. A contact closes its line to ground: low is closed.
 */
export function createIoField(options: {
  /** The terminals of a site: those that are driven, and those that are read. */
  readonly terminals: (site: Site) => { readonly outputs: readonly GpioTerminal[]; readonly inputs: readonly GpioTerminal[] }
  readonly onProblem: (problem: SourceProblem) => void
  readonly programs?: GpioPrograms
}): Field {
  const { terminals, onProblem } = options
  const { monitor = 'gpiomon', set = 'gpioset' } = options.programs ?? {}
  let report: Report | null = null
  let wanted: ReturnType<typeof terminals> = { outputs: [], inputs: [] }
  let running: ChildProcess[] = []
  const drivers = new Map<string, { write(high: boolean): void }>()
  const energised = new Set<string>()
  const keyOf = ({ controller, port }: { controller: string; port: string }) => `${controller}/${port}`

  function watch(child: ChildProcess, what: string): void {
    let errors = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-500)
    })
    child.once('error', error => {
      const hint =
        (error as NodeJS.ErrnoException).code === 'ENOENT'
          ? `${what} is not installed: apt install gpiod (libgpiod 2, Debian 13 or newer)`
          : error.message
      onProblem({ reason: 'gpio-failed', message: hint })
    })
    child.once('close', () => {
      if (running.includes(child))
        onProblem({ reason: 'gpio-failed', message: `${what} ended by itself: ${errors.trim() || 'it gave no reason'}` })
    })
    running.push(child)
  }

  function begin(): void {
    if (report === null) return
    for (const [chip, outputs] of byChip(wanted.outputs)) {
      // One process a chip: it holds every line low until it is told otherwise.
      const child = spawn(set, ['--interactive', '--chip', chip, ...outputs.map(({ line }) => `${line}=0`)], {
        stdio: ['pipe', 'ignore', 'pipe'],
      })
      watch(child, set)
      child.stdin.on('error', () => {})
      for (const terminal of outputs) {
        const write = (high: boolean) => child.stdin.write(`set ${terminal.line}=${high ? 1 : 0}\n`)
        drivers.set(keyOf(terminal), { write })
        if (energised.has(keyOf(terminal))) write(true)
      }
    }
    for (const [chip, inputs] of byChip(wanted.inputs)) {
      const lines = inputs.map(({ line }) => String(line))
      readNow(chip, inputs)
      const child = spawn(monitor, ['--chip', chip, '--bias', 'pull-up', '--edges', 'both', '--format', '%o %E', ...lines], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      watch(child, monitor)
      createInterface({ input: child.stdout }).on('line', text => {
        const found = /^(\d+) (rising|falling)$/.exec(text.trim())
        const terminal = found && inputs.find(({ line }) => line === Number(found[1]))
        if (terminal && running.includes(child)) tell(terminal, found[2] === 'falling')
      })
    }
  }
  /** The levels before the first edge. */
  function readNow(chip: string, inputs: readonly GpioTerminal[]): void {
    const child = spawn('gpioget', ['--numeric', '--chip', chip, '--bias', 'pull-up', ...inputs.map(({ line }) => String(line))], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    child.once('error', () => {})
    createInterface({ input: child.stdout }).on('line', text => {
      for (const [index, level] of text.trim().split(/\s+/).entries()) {
        const terminal = inputs[index]
        if (terminal && /^[01]$/.test(level)) tell(terminal, level === '0')
      }
    })
  }
  function tell({ controller, port }: GpioTerminal, closed: boolean): void {
    report?.({ kind: 'input', controller, port, reading: closed ? 'closed' : 'open' })
  }
  function end(): void {
    const ending = running
    running = []
    drivers.clear()
    for (const child of ending) child.kill()
  }

  return {
    configure(site) {
      const next = terminals(site)
      if (JSON.stringify(next) === JSON.stringify(wanted)) return
      wanted = next
      if (report === null) return
      end()
      begin()
    },
    start(to) {
      report = to
      begin()
    },
    apply(effect) {
      if (effect.kind !== 'relay' && effect.kind !== 'output') return
      const on = effect.kind === 'relay' ? effect.energised : effect.active
      if (on) energised.add(keyOf(effect))
      else energised.delete(keyOf(effect))
      drivers.get(keyOf(effect))?.write(on)
    },
    stop() {
      energised.clear()
      end()
      report = null
    },
  }
}

function byChip(terminals: readonly GpioTerminal[]): Map<string, GpioTerminal[]> {
  const chips = new Map<string, GpioTerminal[]>()
  for (const terminal of terminals) chips.set(terminal.chip, [...(chips.get(terminal.chip) ?? []), terminal])
  return chips
}
