import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Edge } from '../../wiegand/index.ts'
import type { EdgeSource, SourceProblem } from './edge-source.ts'

/** The two lines of a reader on a Linux GPIO chip. */
export interface GpioLines {
  /** `gpiochip0` */
  readonly chip: string
  /** Offsets of the lines that D0 and D1 are on. */
  readonly d0: number
  readonly d1: number
  /** Default `pull-up`: most readers have open collectors. */
  readonly bias?: 'pull-up' | 'pull-down' | 'disabled'
  /** The program that reads the lines. Default `gpiomon` of libgpiod 2. */
  readonly command?: string
}

/**
 * One line of `gpiomon --format '%S %o %E'`: seconds with nine decimals, offset, `rising` or `falling`. `null` for anything else.
 * The time is the kernel's, taken in the interrupt on CLOCK_MONOTONIC.
 */
export function parseGpiomon(line: string, { d0, d1 }: Pick<GpioLines, 'd0' | 'd1'>): Edge | null {
  const found = /^(\d+)\.(\d{9}) (\d+) (rising|falling)$/.exec(line.trim())
  if (!found) return null
  const [, seconds, nanoseconds, offset, edge] = found
  if (Number(offset) !== d0 && Number(offset) !== d1) return null
  const time = Number(seconds) * 1_000_000 + Math.round(Number(nanoseconds) / 1_000)
  return { time, line: Number(offset) === d1 ? 1 : 0, level: edge === 'rising' ? 1 : 0 }
}

function version(command: string): Promise<SourceProblem | null> {
  return new Promise(resolve => {
    execFile(command, ['--version'], { timeout: 5_000 }, (error, stdout) => {
      if (error && 'code' in error && error.code === 'ENOENT') {
        const message = `${command} is not installed: apt install gpiod (Debian 13 or newer, libgpiod 2)`
        return resolve({ reason: 'gpiomon-missing', message })
      }
      const found = /v(\d+)\.\d+/.exec(stdout)
      if (found && Number(found[1]) >= 2) return resolve(null)
      const message = `${command} is ${found?.[0] ?? 'of no known version'}, and libgpiod 2 is needed for edges in order with their times: Debian 13 has it`
      resolve({ reason: 'gpiomon-too-old', message })
    })
  })
}

const rights = 'add the user to the group gpio, or give the service that group'

/** Why the program never began to listen. */
function refused(text: string, chip: string): SourceProblem {
  if (/permission denied/i.test(text)) return { reason: 'gpio-permission', message: `/dev/${chip} may not be opened: ${rights}` }
  if (/busy/i.test(text)) return { reason: 'gpio-busy', message: `a line of /dev/${chip} is used by something else: ${text}` }
  if (!existsSync(`/dev/${chip}`)) {
    return { reason: 'gpio-chip-missing', message: `there is no /dev/${chip}: gpiodetect lists the GPIO chips of this machine` }
  }
  return ended(text, chip)
}

const ended = (text: string, chip: string): SourceProblem => ({
  reason: 'gpio-failed',
  message: `reading /dev/${chip} ended: ${text || 'gpiomon gave no reason'}`,
})

/**
 * Edges from the Linux GPIO character device (uAPI v2), through `gpiomon` of libgpiod 2 as a process of its own: both lines in one request, so that
 * edges come in order, with both edges, kernel time stamps and without debouncing. It drains the kernel's queue while this process is busy.
 */
export function gpioEdges(lines: GpioLines): EdgeSource {
  const { chip, d0, d1, bias = 'pull-up', command = 'gpiomon' } = lines
  let child: ChildProcess | null = null
  return {
    now: () => Number(process.hrtime.bigint() / 1_000n),
    async start(listener) {
      const problem = await version(command)
      if (problem) return problem
      const format = ['--format', '%S %o %E', '--event-clock', 'monotonic']
      const args = ['--banner', '--chip', chip, '--bias', bias, '--edges', 'both', ...format, `${d0}`, `${d1}`]
      const started = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
      child = started
      let errors = ''
      started.stderr.setEncoding('utf8').on('data', (text: string) => {
        errors = (errors + text).slice(-500)
      })
      return new Promise(resolve => {
        let listening = false
        createInterface({ input: started.stdout }).on('line', line => {
          if (!listening && line.startsWith('Monitoring line')) {
            listening = true
            return resolve(null)
          }
          const edge = parseGpiomon(line, lines)
          if (edge && child === started) listener.edge(edge)
        })
        const over = (text: string) => {
          if (!listening) resolve(refused(text.trim(), chip))
          else if (child === started) listener.failed(ended(text.trim(), chip))
          if (child === started) child = null
        }
        started.once('error', error => over(error.message))
        started.once('close', () => over(errors))
      })
    },
    stop() {
      const running = child
      child = null
      if (!running || running.exitCode !== null || running.signalCode !== null) return Promise.resolve()
      return new Promise(resolve => {
        running.once('close', () => resolve())
        running.kill()
      })
    },
  }
}
