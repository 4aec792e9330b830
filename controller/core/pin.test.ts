import { describe, expect, it } from 'vitest'
import type { PinSettings } from '../../shared/site.ts'
import type { Rig } from '../../test/decision-rig.ts'
import { crew } from '../../test/decision-site.ts'

const byPin = (pin?: Partial<PinSettings>, reader: object = {}) =>
  crew(pin === undefined ? {} : { settings: { pin } }, {
    identificationProfile: 'pin',
    a: { reader: { id: 'in', type: 'osdp', port: 'rs485-1', address: 1, ...reader } },
  }).configure(site => {
    const pins = site.cardholders[0]!.credentials
    pins.push({ id: 'short', type: 'pin', pin: '12' }, { id: 'long', type: 'pin', pin: '123456' })
  })
const guarded = () => crew({}, { identificationProfile: 'card-and-pin' })
const tries = (rig: Rig, count: number, gap = 1000) => {
  for (let i = 0; i < count; i++) rig.swipe('in', 'ada-card').keys('in', '9999', 50).wait(gap)
  return rig
}

describe('keys', () => {
  it.each<[string, Partial<PinSettings>, string, string[]]>([
    ['at the maximum length [L13]', { minLength: 4, maxLength: 4 }, '2580', ['granted ada']],
    ['at the end character [L13]', { minLength: 2, maxLength: 6 }, '12#', ['granted ada']],
    ['at an end character of its own', { minLength: 2, maxLength: 6, endOfPin: '*' }, '12*', ['granted ada']],
    ['not before the end character', { minLength: 2, maxLength: 6 }, '12', []],
    [
      'only at the maximum length where no end character is set',
      { minLength: 2, maxLength: 6, endOfPin: 'none' },
      '12#12*123456',
      ['granted ada'],
    ],
    ['never with fewer digits than the minimum', { minLength: 4, maxLength: 6 }, '12#2580#', ['granted ada']],
    ['without an end character that follows the last digit', { minLength: 4, maxLength: 4 }, '2580#2580#', ['granted ada', 'granted ada']],
    ['after a key that clears what was typed', { minLength: 4, maxLength: 4 }, '25*2580', ['granted ada']],
  ])('complete a PIN %s', (_, pin, keys, expected) => {
    expect(byPin(pin).keys('in', keys).story).toEqual(expected)
  })

  it("follow the reader's own lengths in place of the system's [G8]", () => {
    const rig = byPin({ minLength: 4, maxLength: 4 }, { pin: { minLength: 2, maxLength: 6, endOfPin: '*' } })
    expect(rig.mark().keys('in', '12*').story).toEqual(['granted ada'])
  })

  it('are discarded after a pause of 5 s', () => {
    expect(byPin().keys('in', '25').wait(4799).keys('in', '80').story).toEqual(['granted ada'])
    expect(byPin().keys('in', '25').wait(4800).keys('in', '80').story).toEqual([])
  })

  it('arrive in one burst too', () => {
    expect(byPin().send({ kind: 'keys', reader: 'in', keys: '2580#1470' }).story).toEqual(['granted ada', 'granted ben'])
  })

  it('are discarded by a card', () => {
    expect(guarded().keys('in', '25').swipe('in', 'ada-card').keys('in', '80').story).toEqual(['pending pin ada'])
  })

  it('are not an event before they are a PIN, and never one digit of it', () => {
    const rig = byPin().mark().keys('in', '25')
    expect(rig.events).toEqual([])
    expect(JSON.stringify([...rig.state.rows.attempt])).toContain('25')
    rig.keys('in', '80')
    expect(JSON.stringify([...rig.state.rows.attempt, ...rig.events])).not.toContain('2580')
  })
})

describe('wrong PINs', () => {
  it('end the attempt', () => {
    const rig = guarded().swipe('in', 'ada-card').keys('in', '9999')
    expect(rig.last).toMatchObject({ reason: 'wrong-pin', cardholder: 'ada', credential: 'ada-card' })
    expect(rig.keys('in', '2580').story.at(-1)).toBe('pending card')
  })

  it('are not looked at where an earlier check fails, and not counted', () => {
    const rig = tries(guarded().act('lockdown', 'front'), 6).act('reset', 'front').wait(10_000).mark()
    rig.swipe('in', 'ada-card')
    rig.configure(site => (site.cardholders[0]!.suspended = true)).keys('in', '9999')
    expect(rig.story).toEqual(['pending pin ada', 'denied cardholder-suspended ada'])
    expect(rig.of('reader.pin-blocked')).toEqual([])
  })

  it('five at one reader within 60 s block it for 60 s', () => {
    const rig = tries(guarded(), 4)
    expect(rig.of('reader.pin-blocked')).toEqual([])
    tries(rig, 1, 0)
    expect(rig.of('reader.pin-blocked')).toMatchObject([{ reader: 'in', door: 'front', side: 'a', source: { kind: 'reader', id: 'in' } }])
    const { mono } = rig
    rig.mark().swipe('in', 'ada-card').keys('in', '2580', 0)
    expect(rig.last).toMatchObject({ reason: 'pin-blocked', cardholder: 'ada' })
    rig.wait(rig.state.rows['pin-block'].get('in')!.dueWall - rig.wall)
    expect(rig.of('reader.pin-unblocked')).toMatchObject([{ reader: 'in' }])
    expect(rig.of('reader.pin-unblocked')[0]!.at - mono).toBeLessThanOrEqual(60_000)
    expect(rig.swipe('in', 'ada-card').keys('in', '2580').story.at(-1)).toBe('granted ada')
  })

  it('further apart than 60 s do not', () => {
    const rig = tries(guarded(), 4, 0).wait(60_001)
    tries(rig, 4, 0)
    expect(rig.of('reader.pin-blocked')).toEqual([])
  })

  it('do not count at another reader', () => {
    const rig = tries(guarded(), 4)
    expect(rig.swipe('out', 'ada-card').keys('out', '9999').of('reader.pin-blocked')).toEqual([])
  })

  it('are not forgiven by a right one between', () => {
    const rig = tries(guarded(), 4)
    rig.swipe('in', 'ada-card').keys('in', '2580')
    expect(tries(rig, 1).of('reader.pin-blocked')).toHaveLength(1)
  })

  it('count where the PIN stands alone, and block it before its holder is looked for', () => {
    const rig = byPin().keys('in', '99999999999999999999')
    expect(rig.of('reader.pin-blocked')).toHaveLength(1)
    rig.keys('in', '2580')
    expect(rig.last).toMatchObject({ reason: 'pin-blocked' })
    expect(rig.last).not.toHaveProperty('cardholder')
  })

  it('stay blocked over a restart, and no longer than 60 s by a clock that has lost its time', () => {
    const rig = tries(guarded(), 5, 0).restart()
    expect(rig.swipe('in', 'ada-card').keys('in', '2580').story.at(-1)).toBe('denied pin-blocked ada')
    rig.wall -= 1_000_000_000
    rig.restart().mark().wait(1).swipe('in', 'ada-card').keys('in', '2580').wait(60_000)
    expect(rig.of('reader.pin-unblocked')).toHaveLength(1)
  })

  it('end their block though the reader has left the site', () => {
    const rig = tries(guarded(), 5).configure(site => {
      if (site.doors[0]?.type === 'door') site.doors[0].a.reader = null
    })
    expect(rig.wait(60_000).of('reader.pin-unblocked')).toMatchObject([{ reader: 'in' }])
  })

  it('stay blocked for their time when the clock is set', () => {
    for (const by of [3_600_000, -3_600_000]) {
      const rig = tries(guarded(), 5, 0)
      rig.wall += by
      rig.send({ kind: 'clock', trusted: true }).mark()
      expect(rig.swipe('in', 'ada-card').keys('in', '2580', 0).story.at(-1)).toBe('denied pin-blocked ada')
      expect(rig.wait(60_000).of('reader.pin-unblocked')).toHaveLength(1)
    }
  })
})

describe('whose PIN it is', () => {
  it('tells a card of one and the PIN of another from a wrong PIN only where the PIN could name its holder', () => {
    const rig = guarded().swipe('in', 'ada-card').keys('in', '1470')
    expect(rig.story.at(-1)).toBe('denied wrong-pin ada')
    const profile = { id: 'both', a: [{ types: ['card' as const, 'pin' as const] }, { types: ['pin' as const] }] }
    const both = crew({ identificationProfiles: [profile] }, { identificationProfile: 'both' })
      .swipe('in', 'ada-card')
      .keys('in', '1470')
    expect(both.last).toMatchObject({ reason: 'credential-mismatch', cardholder: 'ada', cardholders: ['ada', 'ben'] })
    expect(both.effects.findLast(effect => effect.kind === 'text')).toMatchObject({ text: 'Refused' })
  })

  it('never takes the first of two holders with one PIN', () => {
    const rig = byPin().configure(site => site.cardholders[1]!.credentials.push({ id: 'same', type: 'pin', pin: '2580' }))
    expect(rig.keys('in', '2580').story.at(-1)).toBe('denied ambiguous-credential')
  })
})

describe('duress [P12]', () => {
  const profile = (identificationProfile: string) => crew({}, { identificationProfile })
  const seen = (rig: Rig) => rig.effects.map(({ at, ...effect }) => effect)

  it.each([
    ['card and PIN', 'card-and-pin', (rig: Rig, pin: string) => rig.swipe('in', 'ada-card').keys('in', pin)],
    ['PIN before its card', 'card-and-pin', (rig: Rig, pin: string) => rig.keys('in', pin).swipe('in', 'ada-card')],
    ['PIN alone', 'pin', (rig: Rig, pin: string) => rig.keys('in', pin)],
  ])('lets in by %s as the PIN does, and raises the alarm', (_, name, present) => {
    const calm = present(profile(name), '2580').wait(60_000)
    const forced = present(profile(name), '2581').wait(60_000)
    expect(seen(forced)).toEqual(seen(calm))
    expect(calm.of('alarm.duress')).toEqual([])
    expect(forced.of('alarm.duress')).toMatchObject([{ cardholder: 'ada', credential: 'ada-pin', door: 'front', side: 'a', reader: 'in' }])
    expect(forced.story).toEqual(calm.story)
  })

  it('is raised when entered, whatever is decided', () => {
    const refused = profile('card-and-pin').swipe('in', 'ada-card')
    refused.configure(site => (site.cardholders[0]!.suspended = true)).keys('in', '2581')
    expect(refused.story.at(-1)).toBe('denied cardholder-suspended ada')
    expect(refused.of('alarm.duress')).toHaveLength(1)
    const locked = profile('pin').act('lockdown', 'front').keys('in', '2581')
    expect(locked.story.at(-1)).toBe('denied lockdown ada')
    expect(locked.of('alarm.duress')).toHaveLength(1)
  })

  it('is raised when PIN entry is blocked', () => {
    const card = tries(profile('card-and-pin'), 5, 0).mark().swipe('in', 'ada-card').keys('in', '2581')
    expect(card.story.at(-1)).toBe('denied pin-blocked ada')
    expect(card.of('alarm.duress')).toMatchObject([{ cardholder: 'ada' }])
    const before = tries(profile('card-and-pin'), 5, 0).mark().keys('in', '2581').swipe('in', 'ada-card')
    expect(before.story).toEqual(['denied pin-blocked', 'pending pin ada'])
    expect(before.of('alarm.duress')).toMatchObject([{ cardholder: 'ada' }])
    const alone = profile('pin').keys('in', '99999999999999999999').mark().keys('in', '2581')
    expect(alone.story).toEqual(['denied pin-blocked'])
    expect(alone.of('alarm.duress')).toMatchObject([{ cardholder: 'ada' }])
  })

  it('is raised once', () => {
    const rig = profile('card-and-pin').keys('in', '2581').swipe('in', 'ada-card').swipe('in', 'ada-card')
    expect(rig.of('alarm.duress')).toHaveLength(1)
  })

  it('is not recognised by somebody else’s card, nor long after', () => {
    expect(profile('card-and-pin').keys('in', '2581').swipe('in', 'ben-card').of('alarm.duress')).toEqual([])
    const late = tries(profile('card-and-pin'), 5, 0).mark().keys('in', '2581').wait(10_000).swipe('in', 'ada-card')
    expect(late.of('alarm.duress')).toEqual([])
  })

  it('is raised by the card that names the holder, though it was misread first', () => {
    const rig = profile('card-and-pin').keys('in', '2581').bits('in', '1').bits('in', '1').wait(9000).swipe('in', 'ada-card')
    expect(rig.story.at(-1)).toBe('pending pin ada')
    expect(rig.of('alarm.duress')).toMatchObject([{ cardholder: 'ada' }])
  })

  it('is raised with the card of somebody else where the PIN names its holder alone', () => {
    const types = [['card', 'pin'], ['pin']] as const
    const both = { id: 'both', a: types.map(each => ({ types: [...each] })) }
    const rig = crew({ identificationProfiles: [both] }, { identificationProfile: 'both' })
      .swipe('in', 'ben-card')
      .keys('in', '2581')
    expect(rig.story.at(-1)).toBe('denied credential-mismatch ben+ada')
    expect(rig.of('alarm.duress')).toMatchObject([{ cardholder: 'ada', credential: 'ada-pin' }])
  })

  it('is raised for either of two people', () => {
    const rig = crew({}, { identificationProfile: 'card-and-pin', twoPersonRule: { sides: ['a'] } })
    rig.swipe('in', 'ada-card').keys('in', '2581').swipe('in', 'ben-card').keys('in', '1470')
    expect(rig.story.at(-1)).toBe('granted ada+ben')
    expect(rig.of('alarm.duress')).toMatchObject([{ cardholder: 'ada' }])
  })
})
