import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { importSite } from '../../plugin/site/file.ts'
import { demoSite, type Rig } from './rig.ts'

export const consumers = 50
export const perSecond = 500

export interface Load {
  readonly told: number
  /** From the event's instant to its consumer, in ms. */
  readonly p50: number
  readonly p99: number
  readonly most: number
  /** Of each consumer, the stalled one first. */
  readonly seen: readonly { readonly events: number; readonly holes: number }[]
  /** The most resident memory of the first and of the second half, in MB. */
  readonly peaks: readonly [number, number]
}

/** {@link perSecond} events a second for so many seconds to {@link consumers} consumers in a process of their own, one of which never reads. */
export async function playLoad(rig: Rig, seconds: number): Promise<Load> {
  const address = await rig.api.listen({ host: '127.0.0.1', port: 0 })
  const child = spawn('node', ['test/api/consumers.mjs', address, rig.token, String(consumers), '1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout.on('data', chunk => {
    out += String(chunk)
  })
  while (!out.includes('READY')) await new Promise(resolve => setTimeout(resolve, 20))
  const began = performance.now()
  let told = 0
  const peaks: [number, number] = [0, 0]
  while (performance.now() - began < seconds * 1000) {
    // As controllers tell them: what happened since the last message, up to a hundred at once.
    const due = Math.max(0, Math.min(Math.floor(((performance.now() - began) / 1000) * perSecond) - told, 100))
    if (due > 0)
      rig.tellMany(due, 'access.granted', {
        door: 'front',
        side: 'a',
        reader: 'front-in',
        cardholder: 'amber',
        credential: 'amber-card',
        raw: '00000110011111011010011001',
      })
    told += due
    const half = performance.now() - began < seconds * 500 ? 0 : 1
    peaks[half] = Math.max(peaks[half], Math.round(process.memoryUsage().rss / 1e6))
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  await new Promise(resolve => setTimeout(resolve, 2_000))
  child.kill('SIGTERM')
  await once(child, 'exit')
  const { p50, p99, most, seen } = JSON.parse(out.split('\n').find(line => line.startsWith('{')) ?? '{}') as Load
  return { told, p50, p99, most, seen, peaks }
}

/** Adds 5,000 controllers of two doors each to the site. */
export function addManyDoors(rig: Rig): ReturnType<typeof importSite> {
  const site = demoSite()
  const [door] = site.doors
  const controllers = Array.from({ length: 5_000 }, (_, i) => ({ ...site.controllers[0]!, id: `c-${i}`, name: `Controller ${i}` }))
  const doors = controllers.flatMap((controller, i) =>
    [1, 2].map(n => ({
      ...(door as Extract<typeof door, { type: 'door' }>),
      id: `d-${i}-${n}`,
      name: `Door ${i} ${n}`,
      controller: controller.id,
      locks: { primary: { relay: `relay-${n}`, type: 'fail-secure' as const }, secondary: null },
      doorMonitor: { port: `door-${n}`, openIf: 'circuit-open' as const, debounceMs: 50, supervision: null },
      a: {
        reader: {
          id: `r-${i}-${n}`,
          name: `Reader ${i} ${n}`,
          type: 'osdp' as const,
          port: 'rs485-1',
          address: n,
          secureChannel: true,
          pin: null,
          cardFormats: null,
        },
        rex: null,
      },
      b: { reader: null, rex: null },
    })),
  )
  return importSite(
    rig.plugin.book,
    { ...site, controllers: [...site.controllers, ...controllers], doors: [...site.doors, ...doors] },
    { author: { user: 'test', location: 'local' }, category: 'configuration', message: 'many' },
  )
}
