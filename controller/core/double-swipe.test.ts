import { describe, expect, it } from 'vitest'
import type { Rig } from '../../test/decision-rig.ts'
import { crew } from '../../test/decision-site.ts'

const allowed = ['ada', 'cleo']
const swiping = (door = {}) =>
  crew({}, { doubleSwipe: { timeout: 4 }, ...door })
    .configure(site => {
      for (const holder of site.cardholders) holder.allowDoubleSwipe = allowed.includes(holder.id)
    })
    .mark()
const mode = (rig: Rig) => rig.state.rows.door.get('front')!
const twice = (rig: Rig, gap = 2000) => rig.swipe('in', 'ada-card').wait(gap).swipe('in', 'ada-card')

describe('double-swipe', () => {
  it('turns the override on: unlocked where the door rests locked [E5]', () => {
    const rig = twice(swiping())
    expect(rig.story).toEqual(['granted ada', 'granted ada'])
    expect(rig.of('door.mode-changed')).toMatchObject([{ mode: 'override', door: 'front' }])
    expect(mode(rig)).toMatchObject({ rests: true, unlocked: true })
  })

  it('locks where the door rests unlocked, and ends the running access time [E5]', () => {
    const rig = twice(swiping({ unlockSchedules: ['day'] }))
    expect(mode(rig)).toMatchObject({ rests: false, unlocked: false })
    expect(rig.of('door.locked')).toHaveLength(1)
  })

  it('leaves the schedule as it is: its next change ends the override [E6]', () => {
    const rig = twice(swiping({ unlockSchedules: ['day'] })).until('2026-03-02T16:00:00Z')
    expect(rig.of('door.mode-changed').at(-1)).toMatchObject({ mode: 'scheduled' })
    expect(mode(rig).unlocked).toBe(false)
    expect(mode(rig.until('2026-03-03T06:00:00Z')).unlocked).toBe(true)
  })

  it('needs both the door and the holder to allow it [E7]', () => {
    const plain = twice(swiping({ doubleSwipe: null }))
    expect(plain.of('door.mode-changed')).toEqual([])
    const rig = swiping().swipe('in', 'ben-card').swipe('in', 'ben-card')
    expect(rig.of('door.mode-changed')).toEqual([])
  })

  it('takes no more than the time-out between the grants [E8]', () => {
    expect(twice(swiping(), 4000).of('door.mode-changed')).toHaveLength(1)
    expect(twice(swiping(), 4001).of('door.mode-changed')).toEqual([])
  })

  it('counts the second swipe as a use, and opens no second passage', () => {
    const rig = swiping().configure(site => {
      const card = site.cardholders[0]!.credentials[0]
      if (card?.type === 'card') card.validTo = { kind: 'from-first-use', times: 2 }
    })
    twice(rig).wait(60_000)
    expect(rig.of('access.not-taken')).toHaveLength(1)
    expect(rig.swipe('in', 'ada-card').story.at(-1)).toBe('denied credential-used-up ada')
  })

  it('closes the pair: the third begins another, which ends the override', () => {
    const rig = twice(swiping(), 1000).wait(1000).swipe('in', 'ada-card')
    expect(rig.of('door.mode-changed')).toHaveLength(1)
    rig.wait(1000).swipe('in', 'ada-card')
    expect(rig.of('door.mode-changed').map(event => event.mode)).toEqual(['override', 'scheduled'])
    expect(mode(rig).rests).toBe(false)
  })

  it.each([
    ['in', 'at the same reader'],
    ['out', 'on the other side'],
  ])('is broken by a grant to somebody else between (%s)', reader => {
    const rig = swiping().swipe('in', 'ada-card').swipe(reader, 'ben-card').swipe('in', 'ada-card')
    expect(rig.of('door.mode-changed')).toEqual([])
  })

  it('is not broken by a grant to the same holder on the other side', () => {
    const rig = swiping().swipe('in', 'ada-card').swipe('out', 'ada-card').swipe('in', 'ada-card')
    expect(rig.of('door.mode-changed')).toHaveLength(1)
  })

  it('is not broken by a refusal to somebody else between', () => {
    const rig = swiping().swipe('in', 'ada-card').swipe('in', 'zoe-card').swipe('in', 'ada-card')
    expect(rig.of('door.mode-changed')).toHaveLength(1)
  })

  it('wants both swipes at one access point and by one credential', () => {
    expect(swiping().swipe('in', 'ada-card').swipe('out', 'ada-card').of('door.mode-changed')).toEqual([])
    const other = swiping({ identificationProfile: 'card-or-pin' }).swipe('in', 'ada-card').keys('in', '2580')
    expect(other.story).toEqual(['granted ada', 'granted ada'])
    expect(other.of('door.mode-changed')).toEqual([])
  })

  it('wants both swipes to pass', () => {
    const rig = swiping().act('lockdown', 'front').mark().swipe('in', 'ada-card').act('reset', 'front').mark().swipe('in', 'ada-card')
    expect(rig.of('door.mode-changed')).toEqual([])
  })

  it.each(['unlock', 'lock', 'lockdown'] as const)('sets nothing while a manual mode is on: %s', action => {
    const rig = swiping().act(action, 'front').mark().swipe('in', 'cleo-card').swipe('in', 'cleo-card')
    expect(rig.story).toEqual(['granted cleo', 'granted cleo'])
    expect(rig.of('door.mode-changed')).toEqual([])
  })

  it('is never made of two people', () => {
    const rig = swiping({ twoPersonRule: { sides: ['a'] } })
    for (const credential of ['ada-card', 'cleo-card', 'ada-card', 'cleo-card']) rig.swipe('in', credential)
    expect(rig.of('access.granted')).toHaveLength(2)
    expect(rig.of('door.mode-changed')).toEqual([])
  })

  it('works with card and PIN, each given twice', () => {
    const rig = swiping({ identificationProfile: 'card-and-pin' })
    for (let i = 0; i < 2; i++) rig.swipe('in', 'ada-card').keys('in', '2580', 100)
    expect(rig.of('door.mode-changed')).toHaveLength(1)
  })
})
