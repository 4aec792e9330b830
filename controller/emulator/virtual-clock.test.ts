import { expect, it } from 'vitest'
import { createVirtualClock } from './virtual-clock.ts'

it('runs what is due at an instant however the instant was added up', () => {
  const clock = createVirtualClock(0)
  const ran: string[] = []
  clock.at(0.1 + 0.2, () => ran.push('due'))
  clock.at(0.4, () => ran.push('later'))
  clock.advanceTo(0.3)
  expect(ran).toEqual(['due'])
})

it('meets an instant of the wall clock from a moment between two milliseconds', () => {
  const wall = Date.parse('2026-03-02T06:50:00Z')
  const noon = Date.parse('2026-03-02T11:00:00Z')
  for (let i = 0; i < 1000; i++) {
    const clock = createVirtualClock(wall)
    clock.advanceTo(i + i / 1000)
    let rung = false
    clock.at(clock.now() + (noon - clock.wall()), () => {
      rung = true
    })
    clock.advanceTo(clock.now() + 60_000.1)
    clock.advanceTo(clock.now() + noon - clock.wall())
    expect(rung).toBe(true)
  }
})
