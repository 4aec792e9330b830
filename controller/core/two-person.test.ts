import { describe, expect, it } from 'vitest'
import { crew } from '../../test/decision-site.ts'

const rule = { sides: ['a' as const], schedules: ['always'], timeout: 20 }
const pair = (more = {}, door = {}) => crew(more, { twoPersonRule: rule, ...door })

describe('two-person rule', () => {
  it('lets two different people in together, and tells of both [E1]', () => {
    const rig = pair().swipe('in', 'ada-card')
    expect(rig.last).toMatchObject({ type: 'access.pending', waiting: 'second-person', cardholder: 'ada', credential: 'ada-card' })
    expect(rig.of('door.unlocked')).toEqual([])
    rig.wait(5000).swipe('in', 'ben-card')
    expect(rig.of('access.granted')[0]).toMatchObject({ cardholder: 'ben', cardholders: ['ada', 'ben'], credential: 'ben-card' })
    expect(rig.of('door.unlocked')).toHaveLength(1)
    rig.pass('front')
    expect(rig.present('hall')).toEqual(['ada', 'ben'])
  })

  it('is asked for on the display as long as the wait lasts', () => {
    const shown = pair({}, { twoPersonRule: { ...rule, timeout: 45 } }).swipe('in', 'ada-card').effects
    expect(shown.find(effect => effect.kind === 'text')).toMatchObject({ text: 'Second person', seconds: 45 })
  })

  it('holds on the sides it names only [E2]', () => {
    expect(pair().swipe('out', 'ada-card').story).toEqual(['granted ada'])
  })

  it('holds in its schedules only [E3]', () => {
    const rig = pair({}, { twoPersonRule: { ...rule, schedules: ['noon'] } })
    expect(rig.swipe('in', 'ada-card').story).toEqual(['granted ada'])
    rig.until('2026-03-02T10:30:00Z').mark().swipe('in', 'ada-card')
    expect(rig.story).toEqual(['pending second-person ada'])
  })

  it('takes the second up to the time-out and not a millisecond later [E4]', () => {
    expect(pair().swipe('in', 'ada-card').wait(20_000).swipe('in', 'ben-card').story).toEqual([
      'pending second-person ada',
      'granted ada+ben',
    ])
    const rig = pair().swipe('in', 'ada-card').wait(20_001)
    expect(rig.last).toMatchObject({
      type: 'access.denied',
      reason: 'two-person-timeout',
      cardholder: 'ada',
      credential: 'ada-card',
      side: 'a',
    })
    expect(rig.last.trace?.find(line => line.outcome === 'failed')?.check).toBe('two-person-rule')
    expect(rig.swipe('in', 'ben-card').story.at(-1)).toBe('pending second-person ben')
  })

  it('never takes the same holder for two, and goes on waiting to its first deadline', () => {
    const rig = pair().swipe('in', 'ada-card').wait(15_000).swipe('in', 'ada-card')
    expect(rig.last).toMatchObject({ type: 'access.denied', reason: 'two-person-same-cardholder', cardholder: 'ada' })
    rig.wait(5000).swipe('in', 'ben-card')
    expect(rig.story.at(-1)).toBe('granted ada+ben')
    const other = pair().swipe('in', 'ada-card').wait(15_000).swipe('in', 'ada-card').wait(5001)
    expect(other.story.at(-1)).toBe('denied two-person-timeout ada')
  })

  it('goes on waiting after a third person is refused', () => {
    const rig = pair().swipe('in', 'ada-card').swipe('in', 'zoe-card')
    expect(rig.story.at(-1)).toBe('denied no-access-rule zoe')
    expect(rig.effects.findLast(effect => effect.kind === 'led' && effect.reader === 'in')).toMatchObject({ colour: 'red' })
    rig.wait(3000)
    expect(rig.effects.findLast(effect => effect.kind === 'led' && effect.reader === 'in')).toMatchObject({ colour: 'amber' })
    expect(rig.swipe('in', 'ben-card').story.at(-1)).toBe('granted ada+ben')
  })

  it('judges the first anew when the second comes: a failure names the first and ends the wait', () => {
    const rig = pair().swipe('in', 'ada-card')
    rig.configure(site => {
      site.cardholders[0]!.suspended = true
    })
    rig.swipe('in', 'ben-card')
    expect(rig.last).toMatchObject({ type: 'access.denied', reason: 'cardholder-suspended', cardholder: 'ada', credential: 'ada-card' })
    expect(rig.last.cardholders).toBeUndefined()
    expect(rig.last.trace?.find(line => line.outcome === 'failed')?.check).toBe('cardholder')
    expect(rig.mark().swipe('in', 'dan-card').story).toEqual(['pending second-person dan'])
  })

  it('no longer takes for whole what the first presented once the profile asks for more', () => {
    const rig = pair().swipe('in', 'ada-card')
    rig.configure(site =>
      site.identificationProfiles.push({
        id: 'card',
        includeFacilityCode: false,
        a: [{ types: ['card', 'pin'], schedules: ['always'] }],
        b: [],
      }),
    )
    rig.swipe('in', 'ben-card').keys('in', '1470')
    expect(rig.story.slice(1)).toEqual(['pending pin ben', 'denied identification-type-not-allowed ada'])
    expect(rig.last.trace?.find(line => line.outcome === 'failed')?.check).toBe('identification-profile')
  })

  it('forgets a first whose credential was revoked meanwhile', () => {
    const rig = pair().swipe('in', 'ada-card')
    rig.configure(site => site.cardholders.shift())
    expect(rig.swipe('in', 'ben-card').story.at(-1)).toBe('denied unknown-credential ada')
  })

  it('gives the long times if either has them, and each uses their own credential', () => {
    const rig = pair().swipe('in', 'ben-card').swipe('in', 'ada-card').wait(29_999)
    expect(rig.of('door.locked')).toEqual([])
    expect(rig.wait(1).of('access.not-taken')[0]).toMatchObject({ cardholders: ['ben', 'ada'] })
  })

  it('asks each of the two for card and PIN where the profile does', () => {
    const rig = pair({}, { identificationProfile: 'card-and-pin' }).swipe('in', 'ada-card').keys('in', '2580')
    expect(rig.story).toEqual(['pending pin ada', 'pending second-person ada'])
    rig.swipe('in', 'ben-card').keys('in', '9999')
    expect(rig.story.at(-1)).toBe('denied wrong-pin ben')
    rig.swipe('in', 'ben-card').keys('in', '1470')
    expect(rig.story.at(-1)).toBe('granted ada+ben')
  })

  it('lets the second, still at their PIN when the time is over, wait as the first', () => {
    const rig = pair({}, { identificationProfile: 'card-and-pin' }).swipe('in', 'ada-card').keys('in', '2580')
    rig.wait(18_500).swipe('in', 'ben-card').wait(1000)
    expect(rig.story.at(-1)).toBe('pending pin ben')
    rig.wait(1000)
    expect(rig.story.at(-1)).toBe('denied two-person-timeout ada')
    expect(rig.keys('in', '1470').story.at(-1)).toBe('pending second-person ben')
  })

  it('ends the wait of a holder who is not exempt when a lockdown comes', () => {
    const rig = pair().swipe('in', 'ada-card').act('lockdown', 'front')
    expect(rig.of('access.denied')).toMatchObject([{ reason: 'lockdown', cardholder: 'ada' }])
    const exempt = pair().swipe('in', 'cleo-card').act('lockdown', 'front')
    expect(exempt.of('access.denied')).toEqual([])
    expect(exempt.swipe('in', 'ada-card').story.at(-1)).toBe('denied lockdown ada')
    expect(exempt.wait(20_001).story.at(-1)).toBe('denied two-person-timeout cleo')
  })

  it('keeps no wait over a restart', () => {
    const rig = pair().swipe('in', 'ada-card').restart().swipe('in', 'ben-card')
    expect(rig.story.at(-1)).toBe('pending second-person ben')
  })

  it('lets somebody in alone once the rule is over, while the first waits on to the time-out', () => {
    const rig = pair({}, { twoPersonRule: { ...rule, schedules: ['day'] } })
      .until('2026-03-02T15:59:55Z')
      .mark()
    rig.swipe('in', 'ada-card').wait(6000).swipe('in', 'ben-card')
    expect(rig.story).toEqual(['pending second-person ada', 'granted ben'])
    expect(rig.wait(20_000).story.at(-1)).toBe('denied two-person-timeout ada')
  })

  it('ends the wait of a first who is let in alone once the rule is over', () => {
    const rig = pair({}, { twoPersonRule: { ...rule, schedules: ['day'] } })
      .until('2026-03-02T15:59:55Z')
      .mark()
    rig.swipe('in', 'ada-card').wait(6000).swipe('in', 'ada-card').wait(30_000)
    expect(rig.story).toEqual(['pending second-person ada', 'granted ada'])
  })

  it('is on while the clock is not trusted, whatever its schedule says', () => {
    const rig = pair({}, { twoPersonRule: { ...rule, schedules: ['noon'] } }).send({ kind: 'clock', trusted: false })
    expect(rig.swipe('in', 'ada-card').story).toEqual(['pending second-person ada'])
  })
})
