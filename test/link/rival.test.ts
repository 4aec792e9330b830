import { describe, expect, it } from 'vitest'
import { createMemoryBroker } from '../../shared/memory-link.ts'
import { createControllerRig, createIntake, createPluginRig, createSource, createVirtualClock, twoDoors, wall } from './rig.ts'

/** Two servers with one site at one broker, and a controller that both know. */
function house() {
  const clock = createVirtualClock(wall)
  const broker = createMemoryBroker({ clock, heartbeatMs: 3_000, delay: () => 2 })
  let said = 0
  const ear = broker.connect()
  for (const topic of ['portunus/+/up', 'portunus/+/down', 'portunus/all']) ear.subscribe(topic, () => said++)
  const source = createSource(twoDoors)
  const intake = createIntake()
  const server = (seed: number, deaf = false) => {
    const transport = broker.connect()
    const subscribe: typeof transport.subscribe = (filter, receive) => filter === 'portunus/all' || transport.subscribe(filter, receive)
    return createPluginRig({ clock, transport: deaf ? { ...transport, up: true, subscribe } : transport, source, seed, intake })
  }
  const one = createControllerRig({ id: 'ctrl-1', clock, transport: broker.connect() })
  const pass = (ms: number) => clock.advanceTo(clock.now() + ms)
  return { clock, server, one, pass, intake, said: () => said }
}

describe('a second server at the broker', () => {
  it('stands by and says so, while the first goes on: no storm, no log begun anew, every event once', () => {
    const { server, one, pass, intake, said } = house()
    const first = server(7)
    first.link.start()
    one.runtime.start()
    pass(5_000)
    const { logId } = one.store
    const second = server(8)
    second.link.start()
    pass(5_000)
    const before = said()
    for (let i = 0; i < 20; i++) {
      one.swipe('in-1')
      pass(1_000)
    }
    expect(said() - before).toBeLessThan(400)
    expect([first.link.standingBy, second.link.standingBy]).toEqual([false, true])
    expect([first.link.isOnline('ctrl-1'), second.link.isOnline('ctrl-1')]).toEqual([true, false])
    expect(first.troubles).toEqual([expect.stringContaining('it began later, so it has to stand by: stop one of them')])
    expect(second.troubles).toEqual([expect.stringContaining('it began first, so this one stands by: stop one of them')])
    expect(one.store.logId).toBe(logId)
    expect(one.store.acknowledged).toBe(one.store.next - 1)
    expect(intake.of('ctrl-1').map(({ event }) => event.sequence)).toEqual(Array.from({ length: one.store.next - 1 }, (_, i) => i + 1))
  })

  it('takes over when the first has gone', () => {
    const { server, one, pass } = house()
    const [first, second] = [server(7), server(8)]
    first.link.start()
    one.runtime.start()
    pass(5_000)
    second.link.start()
    pass(5_000)
    first.link.stop()
    first.transport.close()
    pass(12_000)
    expect(second.link.isOnline('ctrl-1')).toBe(true)
    one.swipe('in-1')
    pass(1_000)
    expect(one.store.acknowledged).toBe(one.store.next - 1)
  })

  it('takes over when the first has begun anew at once: the two do not both stand by', () => {
    const { server, one, pass } = house()
    const first = server(7)
    first.link.start()
    one.runtime.start()
    pass(5_000)
    const second = server(8)
    second.link.start()
    pass(5_000)
    first.link.stop()
    first.transport.close()
    pass(2_000)
    const again = server(9)
    again.link.start()
    pass(12_000)
    expect([second.link.standingBy, again.link.standingBy]).toEqual([false, true])
    expect(second.link.isOnline('ctrl-1')).toBe(true)
    expect(again.troubles).toHaveLength(1)
  })

  it('takes over from the first while a third stands by, and each says once that the others are there', () => {
    const { server, one, pass } = house()
    const servers = [server(7)]
    servers[0]!.link.start()
    one.runtime.start()
    for (const seed of [8, 9]) {
      pass(5_000)
      servers.push(server(seed))
      servers.at(-1)!.link.start()
    }
    pass(20_000)
    const [first, second, third] = servers
    expect(servers.map(({ link }) => link.standingBy)).toEqual([false, true, true])
    first!.link.stop()
    first!.transport.close()
    pass(12_000)
    expect([second!.link.standingBy, third!.link.standingBy]).toEqual([false, true])
    expect(second!.link.isOnline('ctrl-1')).toBe(true)
    expect(servers.map(({ troubles }) => troubles.length)).toEqual([1, 2, 1])
  })

  it('that cannot be heard calls a controller no more than once a second', () => {
    const { server, one, pass, said } = house()
    const [first, second] = [server(7, true), server(8, true)]
    first.link.start()
    one.runtime.start()
    second.link.start()
    pass(10_000)
    expect([first.link.standingBy, second.link.standingBy]).toEqual([false, false])
    expect(said()).toBeLessThan(1_000)
  })
})
