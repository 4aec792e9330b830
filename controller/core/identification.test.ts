import { describe, expect, it } from 'vitest'
import type { SiteInput } from '../../shared/site.ts'
import { Rig } from '../../test/decision-rig.ts'
import { crew, crewSite } from '../../test/decision-site.ts'

type Entry = NonNullable<NonNullable<SiteInput['identificationProfiles']>[number]['a']>[number]

const own = (...a: Entry[]) => crew({ identificationProfiles: [{ id: 'own', a }] }, { identificationProfile: 'own' })
const predefined = (identificationProfile: string) => crew({}, { identificationProfile })
const led = (rig: Rig) => rig.effects.findLast(effect => effect.kind === 'led' && effect.reader === 'in')

describe('predefined profiles [M4]', () => {
  it('card: the card alone, on both sides', () => {
    const rig = predefined('card').swipe('in', 'ada-card').swipe('out', 'ada-card').keys('in', '2580')
    expect(rig.story).toEqual(['granted ada', 'granted ada', 'denied identification-type-not-allowed'])
  })

  it('card and PIN: neither alone', () => {
    const rig = predefined('card-and-pin').swipe('in', 'ada-card')
    expect(rig.last).toMatchObject({ type: 'access.pending', waiting: 'pin', cardholder: 'ada', credential: 'ada-card' })
    expect(led(rig)).toMatchObject({ colour: 'amber' })
    expect(rig.keys('in', '2580').story.at(-1)).toBe('granted ada')
    expect(rig.of('access.granted')[0]).toMatchObject({ credential: 'ada-card' })
  })

  it('PIN: the PIN alone finds its holder', () => {
    const rig = predefined('pin').keys('in', '1470').swipe('in', 'ada-card').keys('in', '1111')
    expect(rig.story).toEqual(['granted ben', 'denied identification-type-not-allowed ada', 'denied wrong-pin'])
    expect(rig.of('access.granted')[0]).toMatchObject({ credential: 'ben-pin' })
  })

  it('card or PIN: either', () => {
    expect(predefined('card-or-pin').swipe('in', 'ada-card').keys('in', '1470').story).toEqual(['granted ada', 'granted ben'])
  })

  it('licence plate: no card', () => {
    expect(predefined('licence-plate').swipe('in', 'ada-card').story).toEqual(['denied identification-type-not-allowed ada'])
  })

  it('gives way to a profile of its name [M7]', () => {
    const rig = crew({ identificationProfiles: [{ id: 'card', a: [{ types: ['card', 'pin'] }] }] })
    expect(rig.swipe('in', 'ada-card').swipe('out', 'ada-card').story).toEqual([
      'pending pin ada',
      'denied identification-type-not-allowed ada',
    ])
  })
})

describe('rows of types and schedules [M1] [M6]', () => {
  const dayAndNight = () => own({ types: ['card'], schedules: ['day'] }, { types: ['card', 'pin'], schedules: ['always'] })

  it('takes the row that counts now', () => {
    expect(dayAndNight().swipe('in', 'ada-card').story).toEqual(['granted ada'])
    const evening = dayAndNight().until('2026-03-02T17:00:00Z').mark().swipe('in', 'ada-card').keys('in', '2580')
    expect(evening.story).toEqual(['pending pin ada', 'granted ada'])
  })

  it('judges at the moment the last item comes', () => {
    const rig = own({ types: ['card', 'pin'], schedules: ['day'] })
      .until('2026-03-02T15:59:57Z')
      .mark()
    rig.swipe('in', 'ada-card').wait(3000).keys('in', '2580')
    expect(rig.story).toEqual(['pending pin ada', 'denied identification-type-not-allowed ada'])
  })

  it('judges by the site as it is when the last item comes', () => {
    const rig = predefined('card-and-pin').swipe('in', 'ada-card')
    rig.configure(site => (site.cardholders[0]!.suspended = true)).keys('in', '2580')
    expect(rig.story.at(-1)).toBe('denied cardholder-suspended ada')
  })

  it('takes the items of a row in any order, and waits after each', () => {
    const rig = own({ types: ['card', 'pin', 'mobile'] }).configure(site =>
      site.cardholders[0]!.credentials.push({ id: 'phone', type: 'mobile', token: 't', validTo: { kind: 'none' } }),
    )
    rig.mark().keys('in', '2580').wait(9000).swipe('in', 'phone').wait(9000).swipe('in', 'ada-card')
    expect(rig.story).toEqual(['pending card', 'pending card ada', 'granted ada'])
  })

  it('asks for what the first row that is begun still wants', () => {
    expect(own({ types: ['card', 'pin'] }, { types: ['card', 'mobile'] }).swipe('in', 'ada-card').story).toEqual(['pending pin ada'])
    expect(own({ types: ['card', 'mobile'] }, { types: ['card', 'pin'] }).swipe('in', 'ada-card').story).toEqual(['pending mobile ada'])
  })

  it('leaves rows for a REX to the REX', () => {
    expect(own({ types: ['rex'] }).swipe('in', 'ada-card').story).toEqual(['denied identification-type-not-allowed ada'])
  })

  it('lets nobody in by a profile without rows', () => {
    expect(own().swipe('in', 'ada-card').keys('in', '2580').story).toEqual([
      'denied identification-type-not-allowed ada',
      'denied identification-type-not-allowed',
    ])
  })

  it('counts only rows that always hold while the clock is not trusted', () => {
    const rig = dayAndNight().send({ kind: 'clock', trusted: false }).swipe('in', 'ada-card')
    expect(rig.story).toEqual(['pending pin ada'])
  })
})

describe('waiting for the rest', () => {
  it('ends 10 s after the last item', () => {
    const rig = predefined('card-and-pin').swipe('in', 'ada-card').wait(9999)
    expect(rig.story).toEqual(['pending pin ada'])
    rig.wait(1)
    expect(rig.last).toMatchObject({
      type: 'access.denied',
      reason: 'identification-timeout',
      cardholder: 'ada',
      credential: 'ada-card',
      reader: 'in',
    })
    expect(rig.last.trace?.find(line => line.outcome === 'failed')).toMatchObject({
      check: 'identification-profile',
      found: { waiting: 'pin' },
    })
    expect(led(rig)).toMatchObject({ colour: 'red' })
    expect(rig.effects.findLast(effect => effect.kind === 'beep')).toMatchObject({ times: 3 })
    expect(rig.keys('in', '2580').story.at(-1)).toBe('pending card')
  })

  it('forgets half a PIN with the wait it was typed in', () => {
    const rig = predefined('card-and-pin').swipe('in', 'ada-card').wait(9500).keys('in', '25').wait(100).keys('in', '80')
    expect(rig.story).toEqual(['pending pin ada', 'denied identification-timeout ada'])
  })

  it('starts anew with another card in place of the first, which is not told again', () => {
    const rig = predefined('card-and-pin').swipe('in', 'ada-card').wait(8000).swipe('in', 'ben-card').wait(8000).keys('in', '1470')
    expect(rig.story).toEqual(['pending pin ada', 'pending pin ben', 'granted ben'])
  })

  it('starts anew with the same card', () => {
    const rig = predefined('card-and-pin').swipe('in', 'ada-card').wait(8000).swipe('in', 'ada-card').wait(8000)
    expect(rig.story).toEqual(['pending pin ada', 'pending pin ada'])
  })

  it('keeps a PIN that came before its card unresolved', () => {
    const rig = predefined('card-and-pin').keys('in', '2580')
    expect(rig.last).toMatchObject({ type: 'access.pending', waiting: 'card' })
    expect(rig.last).not.toHaveProperty('cardholder')
    expect(rig.swipe('in', 'ada-card').story.at(-1)).toBe('granted ada')
    expect(rig.keys('in', '2580').wait(10_000).last).toMatchObject({ reason: 'identification-timeout' })
  })

  it('denies a card whose PIN before it is wrong', () => {
    expect(predefined('card-and-pin').keys('in', '1470').swipe('in', 'ada-card').story).toEqual(['pending card', 'denied wrong-pin ada'])
  })

  it('is one attempt for each side of a door', () => {
    const rig = predefined('card-and-pin').swipe('in', 'ada-card').keys('out', '2580')
    expect(rig.story).toEqual(['pending pin ada', 'pending card'])
  })

  it('ends with a lockdown for whoever is not exempt', () => {
    const rig = predefined('card-and-pin').swipe('in', 'ada-card').swipe('out', 'cleo-card').act('lockdown', 'front')
    expect(rig.of('access.denied')).toMatchObject([{ reason: 'lockdown', cardholder: 'ada', side: 'a' }])
    expect(rig.of('access.denied')[0]!.trace?.find(line => line.outcome === 'failed')?.check).toBe('door-mode')
    expect(rig.wait(10_000).story.at(-1)).toBe('denied identification-timeout cleo')
  })

  it('leaves somebody who has named nobody to be judged when they do', () => {
    const rig = predefined('card-and-pin').keys('in', '2580').act('lockdown', 'front').swipe('in', 'ada-card')
    expect(rig.story).toEqual(['pending card', 'denied lockdown ada'])
  })

  it('shows what is wanted where a reader has a display, and nothing that helps an attacker', () => {
    const texts = (rig: Rig) => rig.effects.flatMap(effect => (effect.kind === 'text' ? effect.text : []))
    const rig = predefined('card-and-pin').swipe('in', 'ada-card').keys('in', '1111').bits('in', rig0.bitsOf('in', '4242'))
    expect(texts(rig)).toEqual(['Enter PIN', 'Refused', 'Refused'])
    expect(texts(crew().swipe('back-in', 'ada-card'))).toEqual([])
  })

  it('ends the wait when its reader leaves the site', () => {
    const rig = predefined('card-and-pin').swipe('in', 'ada-card')
    rig.configure(site => {
      if (site.doors[0]?.type === 'door') site.doors[0].a.reader = null
    })
    expect(rig.wait(20_000).story).toEqual(['pending pin ada', 'denied identification-timeout ada'])
    expect(rig.state.rows.attempt.size).toBe(0)
  })
})

const rig0 = new Rig(crewSite())
