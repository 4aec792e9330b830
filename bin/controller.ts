import { accessSync, constants, existsSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { Command } from 'commander'
import { type ControllerConfig, readConfig } from '../controller/config.ts'
import type { Input } from '../controller/core/input.ts'
import { terminalsOf } from '../controller/hardware.ts'
import { type Askable, keyNames, Refused, type RunningController, startController } from '../controller/main.ts'
import { whyNoFile } from '../shared/file-error.ts'
import { version } from '../shared/version.ts'
import { commonAsks, osdpAsks, wiegandAsks } from './asks.ts'
import { signalled } from './signalled.ts'

interface Options {
  readonly config: string
  readonly check?: boolean
  readonly relay?: string
  readonly inputs?: boolean
}

/** How long `--check` waits for the link, holds a relay, and shows inputs; ms. */
const linkMs = 5_000
const relayMs = 1_000

/** `portunus controller` (cli.md): the door controller alone, on hardware. */
export function controllerCommand(): Command {
  return new Command('controller')
    .description('the door controller alone, on the hardware of this machine')
    .requiredOption('--config <file>', 'what the device has to know: its id, where it keeps data, and the link')
    .option('--check', 'tells what is there and what is missing, and ends')
    .option('--relay <port>', 'with --check: energises a relay or output for one second')
    .option('--inputs', 'with --check: shows what inputs and readers report, until it is stopped')
    .addHelpText('after', '\nExample:\n  $ portunus controller --config /etc/portunus/ctrl-2.yaml --check --relay relay-1')
    .action(async (options: Options) => {
      try {
        await run(options)
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        for (const line of error.lines) process.stderr.write(`portunus controller: ${line}\n`)
        process.exitCode = 2
      }
    })
}

async function run({ config: path, check, relay, inputs }: Options): Promise<void> {
  if (!check && (relay !== undefined || inputs)) throw new Refused('--relay and --inputs go together with --check')
  // A device has little memory: garbage is collected early rather than kept room for.
  setFlagsFromString('--optimize-for-size')
  const stopped = signalled()
  const read = readConfig(path)
  if ('problems' in read) throw new Refused(...read.problems)
  const { config } = read
  const say = (line: string) => void process.stderr.write(`${new Date().toISOString()} ${line}\n`)
  if (check) {
    const fine = await examine(config, { relay, inputs: inputs ? stopped : undefined })
    process.exitCode = fine ? 0 : 1
    return
  }
  const running = await startController(config, { version, say, asksOf })
  const site = running.store.inForce
  say(`controller ${config.controller} runs ${site ? `with site ${site.revision}` : 'and waits for its first site'}`)
  await stopped
  running.stop()
}

function asksOf({ store, runtime, osdp, wiegand, open }: Askable) {
  const { asks, watch } = osdpAsks({ field: osdp, store, open, keyName: keyNames.reader })
  const seen = () => {
    const running = runtime()
    return running && { view: running.view, directory: store.directory }
  }
  return { asks: { ...commonAsks(seen, store), ...asks, ...wiegandAsks(wiegand) }, watch }
}

/** Tells what there is, part by part. @returns whether all of it is as it should be */
async function examine(
  config: ControllerConfig,
  asked: { relay: string | undefined; inputs: Promise<void> | undefined },
): Promise<boolean> {
  let fine = true
  const tell = (good: boolean, what: string) => {
    fine &&= good
    process.stdout.write(`${good ? 'ok   ' : 'fault'} ${what}\n`)
  }
  tell(true, `configuration: controller ${config.controller}`)
  const report = (input: Input) => {
    if (asked.inputs !== undefined) process.stdout.write(`${JSON.stringify(input)}\n`)
  }
  const running = await startController(config, { version, say: line => tell(false, line), onReport: report })
  try {
    await look(running)
    if (asked.relay !== undefined) {
      await running.pulse(asked.relay, relayMs)
      tell(true, `${asked.relay}: energised for ${relayMs / 1000} s`)
    }
    await asked.inputs
  } finally {
    running.stop()
  }
  return fine

  async function look({ store, transport }: RunningController): Promise<void> {
    const { inForce } = store
    tell(true, `data: ${config.data}, ${store.next - 1} events, log ${store.logId}`)
    const chain = store.check()
    tell(chain.ok, chain.ok ? 'log: every event is as it was written' : `log: event ${chain.sequence} is not as it was written`)
    tell(
      inForce !== undefined,
      inForce
        ? `site: revision ${inForce.revision} since ${new Date(inForce.appliedAt).toISOString()}`
        : 'site: none yet; it comes over the link',
    )
    if (transport !== undefined) {
      await until(() => transport.up, linkMs)
      tell(transport.up, transport.up ? `link: ${config.link?.url}` : `link: ${config.link?.url} is not reached within ${linkMs / 1000} s`)
    }
    const site = store.configuration()?.place
    if (site !== undefined) {
      const whole = { ...site, cardholders: [], groups: [] }
      const { outputs, inputs } = terminalsOf(whole, config.controller)
      for (const { controller, port, chip, line } of [...outputs, ...inputs]) {
        const there = existsSync(`/dev/${chip}`)
        tell(there, `${controller}/${port}: line ${line} of ${chip}${there ? '' : `, and there is no /dev/${chip}`}`)
      }
      for (const unit of whole.controllers.filter(each => each.id === config.controller || each.parent === config.controller))
        for (const [port, { path }] of Object.entries(unit.serial)) {
          const why = path.startsWith('tcp:') ? undefined : whyNot(path)
          tell(why === undefined, `${unit.id}/${port}: ${path}${why === undefined ? '' : `: ${why}`}`)
        }
    }
  }
}

/** Why a serial port cannot be used; undefined where it can. */
function whyNot(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
    return undefined
  } catch (error) {
    return whyNoFile(error)
  }
}

async function until(holds: () => boolean, withinMs: number): Promise<void> {
  const end = performance.now() + withinMs
  while (!holds() && performance.now() < end) await new Promise(resolve => setTimeout(resolve, 20))
}
