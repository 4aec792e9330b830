import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, expect, it } from 'vitest'
import { importSite } from '../../plugin/site/file.ts'
import { demoSite, openRig, type Rig } from './rig.ts'

const long = process.env.PORTUNUS_LONG !== undefined
const seconds = Number(process.env.PORTUNUS_LOAD_SECONDS ?? (long ? 600 : 10))
const consumers = 50
const perSecond = 500

let rig: Rig
afterEach(() => rig.close())

it(
  `delivers ${perSecond} events a second to ${consumers} consumers, one of them stalled`,
  async () => {
    rig = await openRig({ checkAnswers: false })
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
    /** The most memory of the first and of the second half, in MB. */
    const peaks = [0, 0]
    while (performance.now() - began < seconds * 1000) {
      const due = Math.floor(((performance.now() - began) / 1000) * perSecond) - told
      // As controllers tell them: what happened since the last message, up to a hundred at once.
      if (due > 0)
        rig.tellMany(Math.min(due, 100), 'access.granted', {
          door: 'front',
          side: 'a',
          reader: 'front-in',
          cardholder: 'amber',
          credential: 'amber-card',
          raw: '00000110011111011010011001',
        })
      told += Math.max(0, Math.min(due, 100))
      const half = performance.now() - began < seconds * 500 ? 0 : 1
      peaks[half] = Math.max(peaks[half]!, Math.round(process.memoryUsage().rss / 1e6))
      await new Promise(resolve => setTimeout(resolve, 20))
    }
    await new Promise(resolve => setTimeout(resolve, 2_000))
    child.kill('SIGTERM')
    await once(child, 'exit')
    const result = JSON.parse(out.split('\n').find(line => line.startsWith('{')) ?? '{}') as {
      p50: number
      p99: number
      most: number
      seen: { events: number; holes: number }[]
    }
    const reading = result.seen.slice(1)
    console.log(
      JSON.stringify({
        seconds,
        told,
        p50: result.p50,
        p99: result.p99,
        most: result.most,
        stalledGot: result.seen[0]?.events,
        rssMb: peaks,
      }),
    )
    expect(told).toBeGreaterThan(seconds * perSecond * 0.95)
    expect(reading.every(each => each.events === told && each.holes === 0)).toBe(true)
    expect(result.p99).toBeLessThan(250)
    // A short run is still filling its caches.
    if (long) expect(peaks[1]).toBeLessThan(peaks[0]! * 1.2)
  },
  (seconds + 60) * 1000,
)

it('answers a configuration of 10,000 doors in under a second', async () => {
  rig = await openRig({ checkAnswers: false })
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
  const loaded = importSite(
    rig.plugin.book,
    { ...site, controllers: [...site.controllers, ...controllers], doors: [...site.doors, ...doors] },
    { author: { user: 'test', location: 'local' }, category: 'configuration', message: 'many' },
  )
  expect(loaded.ok || loaded).toBe(true)
  const timed = async (url: string) => {
    const began = performance.now()
    const answer = await rig.call('GET', url)
    expect(answer.status).toBe(200)
    return { ms: Math.round(performance.now() - began), answer }
  }
  const first = await timed('configuration')
  expect(first.answer.json.elements.filter((e: { type: string }) => e.type === 'door')).toHaveLength(10_003)
  const states = await timed('states')
  const diff = await timed('configuration/diff?from=1')
  console.log(
    JSON.stringify({
      configuration: first.ms,
      again: (await timed('configuration')).ms,
      states: states.ms,
      diff: diff.ms,
      bytes: first.answer.text.length,
    }),
  )
  expect(first.ms).toBeLessThan(1000)
}, 120_000)
