import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createEmulatedController } from '../../bin/emulated.ts'
import { openMemoryStore } from '../../controller/store/open.ts'
import { systemClock as clock } from '../../plugin/clock.ts'
import { site as siteSchema } from '../../shared/site.ts'

const program = fileURLToPath(new URL('../../bin/portunus', import.meta.url))
/** How long a process is left to come to rest, and then watched; ms. */
const restMs = 10_000
const watchMs = 15_000

/**
 * What nothing costs: the wall time of `scenario run` over a simulated day of a site with two doors, process start included; and the share of one core
 * that 32 controllers with 64 doors take, as `portunus start` runs them (server, broker and all), and with every reader polled once a second.
 */
export async function benchIdle(): Promise<Record<string, number>> {
  const directory = mkdtempSync(join(tmpdir(), 'portunus-bench-'))
  try {
    const day = join(directory, 'day.yaml')
    writeFileSync(day, JSON.stringify({ name: 'A day', start: '2026-03-02T00:00', site: siteOf(1), steps: [{ wait: '1d' }] }))
    const runs = Array.from({ length: 5 }, () => {
      const start = performance.now()
      execFileSync(process.execPath, [program, 'scenario', 'run', day])
      return (performance.now() - start) / 1000
    })
    return {
      'idle.simulatedDaySeconds': runs.sort((a, b) => a - b)[2]!,
      'idle.pollingPercentOfCore32': await polling(),
      ...(existsSync('/proc/self/stat') ? { 'idle.startPercentOfCore32': await started(directory) } : {}),
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function siteOf(controllers: number) {
  const ids = Array.from({ length: controllers }, (_, n) => `c${n + 1}`)
  return {
    portunus: 1,
    site: { name: 'Idle', timeZone: 'Europe/Copenhagen' },
    controllers: ids.map(id => ({ id, board: 'two-door', emulated: true })),
    doors: ids.flatMap(controller =>
      [1, 2].map(door => ({
        id: `${controller}-d${door}`,
        controller,
        locks: { primary: { relay: `relay-${door}` } },
        doorMonitor: { port: `door-${door}` },
        a: { reader: { id: `${controller}-r${door}`, type: 'osdp', port: 'rs485-1', address: door } },
      })),
    ),
  }
}

async function polling(): Promise<number> {
  const site = siteSchema.parse(siteOf(32))
  const bytes = (length: number) => new Uint8Array(randomBytes(length))
  const key = bytes(16)
  const controllers = site.controllers.map(({ id }) => {
    const store = openMemoryStore({ controller: id, wall: clock.wall() })
    const random = { next: Math.random, bytes }
    const each = createEmulatedController({
      controller: id,
      site,
      clock,
      store,
      random,
      skipIdle: false,
      pollIntervalMs: 1000,
      readerKey: () => key,
    })
    for (const reader of readersOf(id)) store.keys.set(`reader ${reader}`, key)
    each.runtime.start()
    each.runtime.configure(site, '1')
    return each
  })
  await sleep(restMs)
  const asleep = controllers.filter(({ runtime, id }) =>
    readersOf(id).some(reader => runtime.view()?.state.rows.reader.get(reader)?.secure !== true),
  )
  if (asleep.length > 0) throw new Error(`${asleep.length} controllers do not talk to their readers`)
  const before = process.cpuUsage()
  await sleep(watchMs)
  const { user, system } = process.cpuUsage(before)
  for (const { runtime } of controllers) runtime.stop()
  return ((user + system) / 1000 / watchMs) * 100
}

const readersOf = (controller: string) => [`${controller}-r1`, `${controller}-r2`]

async function started(directory: string): Promise<number> {
  const site = join(directory, 'site.yaml')
  writeFileSync(site, JSON.stringify(siteOf(32)))
  const child = spawn(process.execPath, [program, 'start', '--site', site, '--data', join(directory, 'data'), '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', text => String(text).includes('page:') && resolve())
      child.once('exit', code => reject(new Error(`portunus start ended with ${code}`)))
    })
    await sleep(restMs)
    // The 14th and 15th figures behind the name: user and system time, in hundredths of a second.
    const ticks = () => {
      const behindName = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
      return Number(behindName[11]) + Number(behindName[12])
    }
    const before = ticks()
    await sleep(watchMs)
    return ((ticks() - before) * 10 * 100) / watchMs
  } finally {
    child.kill()
    await new Promise(resolve => child.once('close', resolve))
  }
}
