import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openStore } from '../../controller/store/open.ts'
import { createMemoryBroker } from '../../shared/memory-link.ts'
import { createSmallDisk } from '../small-disk.ts'
import { createControllerRig, createIntake, createPluginRig, createSource, createVirtualClock, twoDoors, wall } from './rig.ts'

function house(store: Parameters<typeof createControllerRig>[0]['store'] & object) {
  const clock = createVirtualClock(wall)
  const broker = createMemoryBroker()
  const plugin = createPluginRig({ clock, transport: broker.connect(), source: createSource(twoDoors) })
  const one = createControllerRig({ id: 'ctrl-1', clock, transport: broker.connect(), store })
  plugin.link.start()
  one.runtime.start()
  const command = (action: string) => {
    const asked = {
      id: `c${clock.now()}`,
      action,
      target: { kind: 'door', id: 'door-1' },
      issuedAt: new Date(clock.wall()).toISOString(),
      validForMs: 4000,
    }
    plugin.link.request('ctrl-1', 'command', asked, () => {})
    clock.advanceTo(clock.now() + 1)
  }
  return { clock, plugin, one, command }
}

it('a full disk locks nobody in or out, is told, and nothing is lost when there is room again', () => {
  const { store, fill, empty } = createSmallDisk({ controller: 'ctrl-1', wall })
  const { clock, plugin, one, command } = house(store)
  const told = () => plugin.intake.of('ctrl-1').map(({ event }) => event.type)
  fill()
  for (let i = 0; i < 40; i++) {
    one.swipe('in-1')
    expect(one.relays.get('relay-1')).toBe(true)
    clock.advanceTo(clock.now() + 7_000)
    expect(one.relays.get('relay-1')).toBe(false)
  }
  expect(told().filter(type => type === 'store.fault')).toHaveLength(1)
  command('lockdown')
  one.swipe('in-1')
  expect(one.relays.get('relay-1')).toBe(false)
  command('unlock')
  expect(one.relays.get('relay-1')).toBe(true)
  // Told while it stood, from memory.
  expect(told()).toEqual(one.types())
  expect(one.store.check()).not.toEqual({ ok: true, events: one.store.next - 1 })

  empty()
  clock.advanceTo(clock.now() + 5_000)
  expect(told().filter(type => type === 'store.restored')).toHaveLength(1)
  expect(one.store.check()).toEqual({ ok: true, events: one.store.next - 1 })
  one.runtime.crash()
  one.runtime.start()
  expect(one.relays.get('relay-1')).toBe(true)
  expect(plugin.intake.of('ctrl-1').map(({ event }) => event.id)).toEqual(one.store.read(1, 10_000).map(({ event }) => event.id))
})

it('what was only in memory when the process died stays with the plugin, and later events come in a log of their own', () => {
  const { store, fill, empty } = createSmallDisk({ controller: 'ctrl-1', wall })
  const { clock, plugin, one } = house(store)
  fill()
  while (!one.types().includes('store.fault')) {
    one.swipe('in-1')
    clock.advanceTo(clock.now() + 8_000)
  }
  one.swipe('in-1')
  const before = plugin.intake.of('ctrl-1').length
  const { logId } = store
  one.runtime.crash()
  empty()
  one.runtime.start()
  one.swipe('in-1')
  expect(store.logId).not.toBe(logId)
  const after = plugin.intake.of('ctrl-1')
  expect(after.length).toBeGreaterThan(before)
  expect(after.slice(before).map(({ event }) => event.type)).toEqual(expect.arrayContaining(['controller.started', 'access.granted']))
  expect(new Set(after.map(({ event }) => event.id)).size).toBe(after.length)
  expect(store.acknowledged).toBe(store.next - 1)
})

it('a disk that takes its time delays the telling, never the door', () => {
  const directory = mkdtempSync(join(tmpdir(), 'portunus-slow-'))
  const syncs: (() => void)[] = []
  const opened = openStore(directory, { controller: 'ctrl-1', wall, sync: (_fd, done) => syncs.push(() => done(null)) })
  if (!opened.ok) throw new Error(opened.message)
  const { one, plugin } = house(opened.store)
  const sync = () => {
    for (const done of syncs.splice(0)) done()
  }
  while (syncs.length > 0) sync()
  const before = plugin.intake.of('ctrl-1').length
  one.swipe('in-1')
  expect(one.relays.get('relay-1')).toBe(true)
  expect(plugin.intake.of('ctrl-1')).toHaveLength(before)
  sync()
  expect(
    plugin.intake
      .of('ctrl-1')
      .slice(before)
      .map(({ event }) => event.type),
  ).toContain('access.granted')
  one.runtime.stop()
  opened.store.close()
  rmSync(directory, { recursive: true, force: true })
})

it('a plugin that cannot store says so once, and has every event once when it can again', () => {
  const clock = createVirtualClock(wall)
  const broker = createMemoryBroker()
  const intake = createIntake()
  let full = false
  const plugin = createPluginRig({
    clock,
    transport: broker.connect(),
    source: createSource(twoDoors),
    intake,
    link: {
      intake(...told) {
        if (full) throw new Error('database or disk is full')
        return intake.intake(...told)
      },
    },
  })
  const one = createControllerRig({ id: 'ctrl-1', clock, transport: broker.connect() })
  plugin.link.start()
  one.runtime.start()
  for (const now of [true, false, true, false]) {
    full = now
    for (let i = 0; i < 5; i++) {
      one.swipe('in-1')
      clock.advanceTo(clock.now() + 8_000)
    }
  }
  expect(plugin.troubles).toEqual(Array(2).fill('ctrl-1: its events cannot be stored: database or disk is full'))
  expect(intake.of('ctrl-1').map(({ event }) => event.sequence)).toEqual(Array.from({ length: one.store.next - 1 }, (_, i) => i + 1))
})
