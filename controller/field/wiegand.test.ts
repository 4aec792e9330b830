import { expect, it } from 'vitest'
import { type Site, site } from '../../shared/site.ts'
import { createVirtualClock } from '../emulator/virtual-clock.ts'
import type { SourceProblem } from './edge-source.ts'
import type { Report } from './field.ts'
import { createWiegandField } from './wiegand.ts'

const door = { id: 'front', controller: 'pi', locks: { primary: { relay: 'relay-1' } } }
const place: Site = site.parse({
  portunus: 1,
  site: { name: 'One reader' },
  controllers: [{ id: 'pi', board: 'raspberry-pi' }],
  doors: [{ ...door, a: { reader: { id: 'in', type: 'wiegand', port: 'reader-1' } } }],
})

it('begins again what has ended: a reader whose lines were busy or lost comes back by itself', async () => {
  const clock = createVirtualClock(0)
  const busy: SourceProblem = { reason: 'gpio-busy', message: 'used by something else' }
  let free = false
  let lose: (problem: SourceProblem) => void = () => {}
  const edges = {
    start(listener: { failed(problem: SourceProblem): void }) {
      lose = listener.failed
      return Promise.resolve(free ? null : busy)
    },
    stop: () => Promise.resolve(),
    now: () => clock.now() * 1000,
  }
  const field = createWiegandField({ controller: 'pi', clock, port: () => ({ edges, show() {} }) })
  const online: unknown[] = []
  const report: Report = input => input.kind === 'reader' && online.push(input.fault ?? input.online)
  const pass = async (ms: number) => {
    await Promise.resolve()
    clock.advanceTo(clock.now() + ms)
    await new Promise(resolve => setImmediate(resolve))
  }
  field.configure?.(place)
  field.start(report)
  await pass(0)
  expect(online).toEqual([true, 'gpio-busy'])
  free = true
  await pass(1000)
  expect(online).toEqual([true, 'gpio-busy', true])
  lose({ reason: 'gpio-failed', message: 'the chip is gone' })
  await pass(1000)
  expect(online).toEqual([true, 'gpio-busy', true, 'gpio-failed', true])
  lose({ reason: 'gpio-failed', message: 'the chip is gone' })
  field.stop()
  await pass(5000)
  expect(online).toHaveLength(6)
})
