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

/** The programs of libgpiod 2 that read and hold lines. Left out: `gpioget`, `gpiomon` and `gpioset`. */
export interface GpioPrograms {
  readonly get?: string
  readonly monitor?: string
  readonly set?: string
}

/** A program that ended by itself is started again after this; ms. */
const retryMs = 1_000

/**
 * Relays, outputs and contacts on GPIO lines, through libgpiod's programs as processes of their own. A relay's line is high while it is energised; the
 * kernel lets it go when the process that holds it ends, so relays fall with this one. A contact closes its line to ground: low is closed.
 * A line has one owner at a time: contacts are read first and watched then, and nothing begins before what held its line has ended.
 */
export function createIoField(options: {
  /** The terminals of a site: those that are driven, and those that are read. */
  readonly terminals: (site: Site) => { readonly outputs: readonly GpioTerminal[]; readonly inputs: readonly GpioTerminal[] }
  readonly onProblem: (problem: SourceProblem) => void
  readonly programs?: GpioPrograms
}): Field {
  const { terminals, onProblem } = options
  const { get = 'gpioget', monitor = 'gpiomon', set = 'gpioset' } = options.programs ?? {}
  let report: Report | null = null
  let wanted: ReturnType<typeof terminals> = { outputs: [], inputs: [] }
  /** One turn of running: what belongs to an earlier one begins nothing and tells nothing. */
  let turn = 0
  const running = new Set<ChildProcess>()
  const drivers = new Map<string, { write(high: boolean): void }>()
  const energised = new Set<string>()
  const told = new Set<string>()
  const keyOf = ({ controller, port }: { controller: string; port: string }) => `${controller}/${port}`

  /** Starts a program; `over` is called when it has ended while it was still wanted. One that cannot run says so once, not at every try. */
  function run(what: string, args: readonly string[], over: () => void): ChildProcess {
    const mine = turn
    const began = performance.now()
    const child = spawn(what, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    running.add(child)
    let errors = ''
    child.stdin.on('error', () => {})
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-500)
    })
    child.once('error', error => {
      errors =
        (error as NodeJS.ErrnoException).code === 'ENOENT'
          ? 'it is not installed: apt install gpiod (libgpiod 2, Debian 13 or newer)'
          : error.message
    })
    child.once('close', code => {
      running.delete(child)
      if (mine !== turn) return
      if (performance.now() - began > 10 * retryMs) told.clear()
      const message = `${what} ended by itself: ${errors.trim() || 'it gave no reason'}`
      if ((code !== 0 || what !== get) && !told.has(message)) {
        told.add(message)
        onProblem({ reason: 'gpio-failed', message })
      }
      over()
    })
    return child
  }
  function retry(work: () => void): void {
    const mine = turn
    setTimeout(() => mine === turn && work(), retryMs)
  }

  /** One process a chip: it holds every line low until it is told otherwise. */
  function drive(chip: string, outputs: readonly GpioTerminal[]): void {
    const child = run(set, ['--interactive', '--chip', chip, ...outputs.map(({ line }) => `${line}=0`)], () =>
      retry(() => drive(chip, outputs)),
    )
    child.stdout?.resume()
    for (const terminal of outputs) {
      const write = (high: boolean) => child.stdin?.write(`set ${terminal.line}=${high ? 1 : 0}\n`)
      drivers.set(keyOf(terminal), { write })
      if (energised.has(keyOf(terminal))) write(true)
    }
  }
  /** The levels as they are, then every edge. */
  function listen(chip: string, inputs: readonly GpioTerminal[]): void {
    const lines = inputs.map(({ line }) => String(line))
    const mine = turn
    const on = (child: ChildProcess, take: (text: string) => void) =>
      createInterface({ input: child.stdout! }).on('line', text => mine === turn && take(text.trim()))
    const watch = () => {
      const args = ['--chip', chip, '--bias', 'pull-up', '--edges', 'both', '--format', '%o %E', ...lines]
      on(
        run(monitor, args, () => retry(() => listen(chip, inputs))),
        text => {
          const found = /^(\d+) (rising|falling)$/.exec(text)
          const terminal = found && inputs.find(({ line }) => line === Number(found[1]))
          if (terminal) tell(terminal, found[2] === 'falling')
        },
      )
    }
    on(run(get, ['--numeric', '--chip', chip, '--bias', 'pull-up', ...lines], watch), text => {
      for (const [index, level] of text.split(/\s+/).entries()) {
        const terminal = inputs[index]
        if (terminal && /^[01]$/.test(level)) tell(terminal, level === '0')
      }
    })
  }
  function begin(): void {
    if (report === null) return
    const mine = ++turn
    told.clear()
    const go = () => {
      if (mine !== turn) return
      for (const [chip, outputs] of byChip(wanted.outputs)) drive(chip, outputs)
      for (const [chip, inputs] of byChip(wanted.inputs)) listen(chip, inputs)
    }
    const freed = [...running].map(child => new Promise(resolve => child.once('close', resolve)))
    if (freed.length === 0) go()
    else void Promise.all(freed).then(go)
  }
  function tell({ controller, port }: GpioTerminal, closed: boolean): void {
    report?.({ kind: 'input', controller, port, reading: closed ? 'closed' : 'open' })
  }
  function end(): void {
    turn++
    drivers.clear()
    for (const child of running) child.kill()
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
