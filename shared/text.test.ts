import { expect, describe as group, it } from 'vitest'
import type { Rig } from '../test/decision-rig.ts'
import { crew } from '../test/decision-site.ts'
import { type EventType, eventTypes } from './event.ts'
import { reasons } from './reason.ts'
import { describe, readerText, type Telling, type Wording } from './text.ts'

const names: Record<string, string> = {
  ada: 'Ada One',
  ben: 'Ben Two',
  front: 'Front',
  back: 'Back',
  hall: 'Hall',
  in: 'Front in',
  'ada-card': 'Blue badge',
  'crew-anywhere': 'Crew anywhere',
}
const wording: Wording = { name: (_, id) => names[id], timeZone: 'Europe/Stockholm' }
const say = (event: Telling) => describe(event, wording)
const said = (rig: Rig) =>
  say({ ...rig.of('access.granted', 'access.denied', 'access.pending').at(-1)!, time: new Date(rig.wall).toISOString() })
type Change = Parameters<Rig['configure']>[0]
const changed = (change: Change, door = {}) => crew({}, door).configure(change)

group('sentences', () => {
  it('say why somebody was refused, with names and the local time', () => {
    const rig = changed(site => Object.assign(site.cardholders[0]!.credentials[0]!, { validTo: { kind: 'date', at: '2026-03-02T16:00' } }))
    expect(said(rig.until('2026-03-02T15:00:00Z').swipe('in', 'ada-card'))).toBe('Refused: the blue badge expired on 2 March at 16:00.')
    expect(said(rig.until('2027-01-01T15:00:00Z').swipe('in', 'ada-card'))).toBe(
      'Refused: the blue badge expired on 2 March 2026 at 16:00.',
    )
  })

  it.each<[string, Change, string, string]>([
    ['suspended', site => (site.cardholders[0]!.suspended = true), 'in', 'Ada One is suspended'],
    [
      'not yet',
      site => Object.assign(site.cardholders[0]!.credentials[0]!, { validFrom: '2026-04-02T08:05' }),
      'in',
      'the blue badge is not valid before 2 April at 08:05',
    ],
    [
      'a visit',
      site => (site.cardholders[0]!.visit = { host: 'ben', until: '2026-03-01T17:00' }),
      'in',
      'the visit of Ada One ended on 1 March at 17:00',
    ],
    ['no rule', site => (site.accessRules = []), 'in', 'no access rule lets Ada One through Front'],
    [
      'the hour',
      site => (site.accessRules[0]!.schedules = ['noon']),
      'in',
      'what lets Ada One through Front does not apply at this time (Crew anywhere)',
    ],
  ])('tell of %s', (_, change, reader, sentence) => {
    expect(said(changed(change).swipe(reader, 'ada-card'))).toBe(`Refused: ${sentence}.`)
  })

  it('tell of doors, profiles, zones and pairs', () => {
    expect(said(crew().act('lockdown', 'front').swipe('in', 'ada-card'))).toBe('Refused: Front is in lockdown.')
    expect(said(crew({}, { identificationProfile: 'licence-plate' }).swipe('in', 'ada-card'))).toBe(
      'Refused: card does not count at Front now; licence plate does.',
    )
    const timedOut = crew({}, { identificationProfile: 'card-and-pin' }).swipe('in', 'ada-card')
    expect(said(timedOut)).toBe('Waiting for the PIN at Front, after Ada One.')
    expect(said(timedOut.wait(10_000))).toBe('Refused: the PIN did not come in time.')
    const passback = changed(site => (site.zones[0]!.antiPassback = { mode: 'hard', timeout: 0 }))
      .swipe('in', 'ada-card')
      .pass('front')
    expect(said(passback.swipe('in', 'ada-card'))).toBe('Refused: Ada One is in Hall already, since 2 March at 09:00.')
    const full = changed(site => (site.zones[0]!.occupancyLimit = 1))
      .swipe('in', 'ben-card')
      .pass('front')
    expect(said(full.swipe('in', 'ada-card'))).toBe('Refused: Hall holds 1 of at most 1 people.')
    const pair = crew({}, { twoPersonRule: { sides: ['a'] } }).swipe('in', 'ada-card')
    expect(said(pair)).toBe('Waiting for a second person at Front, after Ada One.')
    expect(said(pair.swipe('in', 'ada-card'))).toBe('Refused: the second person must be somebody else than Ada One.')
    expect(said(pair.swipe('in', 'ben-card'))).toBe('Granted: Ada One and Ben Two may pass Front.')
  })

  it('tell of the first of two who failed when the second came', () => {
    const pair = crew({}, { twoPersonRule: { sides: ['a'] } }).swipe('in', 'ada-card')
    pair.configure(site => Object.assign(site.cardholders[0]!.credentials[0]!, { validTo: { kind: 'date', at: '2026-03-02T08:00' } }))
    expect(said(pair.swipe('in', 'ben-card'))).toBe('Refused: the blue badge expired on 2 March at 08:00.')
  })

  it('say that the clock is not trusted', () => {
    const rig = changed(site => Object.assign(site.cardholders[0]!.credentials[0]!, { validTo: { kind: 'from-last-use', days: 2 } }))
    expect(said(rig.send({ kind: 'clock', trusted: false }).swipe('in', 'ada-card'))).toBe(
      'Refused: the dates of the blue badge cannot be checked: the clock is not trusted.',
    )
  })

  it('do without names that are gone', () => {
    expect(said(changed(site => (site.cardholders[3]!.suspended = true)).swipe('in', 'dan-card'))).toBe('Refused: dan is suspended.')
  })

  it('fall back on the sentence of the reason', () => {
    for (const reason of Object.keys(reasons) as (keyof typeof reasons)[]) {
      expect(say({ type: 'access.denied', reason, trace: [] })).toMatch(/^Refused: .+[^.]\.$/)
      expect(say({ type: 'access.denied', reason, trace: [{ check: 'format', outcome: 'failed', found: {} }] })).toMatch(
        /^Refused: (?!.*undefined).+\.$/,
      )
    }
    expect(say({ type: 'access.denied', reason: 'unknown-card-format', count: 12 })).toBe(
      'Refused: 12 reads in a row could not be made out.',
    )
  })

  it.each([
    ['scheduled', 'Front was given back to its rules by olga.'],
    ['unlocked', 'Front is kept unlocked by olga.'],
    ['locked', 'Front is kept locked by olga.'],
    ['lockdown', 'Front was put in lockdown by olga.'],
  ] as const)('tell the mode %s of a door in words', (mode, sentence) => {
    expect(say({ type: 'door.mode-changed', door: 'front', mode, operator: 'olga' })).toBe(sentence)
  })

  it('tell what is wrong with a cable', () => {
    const source = { kind: 'input', id: 'c1/door-1' } as const
    expect(say({ type: 'input.supervision-fault', source, state: 'short' })).toBe('The cable of c1/door-1 is short-circuited.')
  })

  it.each(Object.keys(eventTypes) as EventType[])('exist for %s', type => {
    const sentence = say({ type, door: 'front', cardholder: 'ada', zone: 'hall', source: { kind: 'reader', id: 'in' }, operator: 'olga' })
    expect(sentence).toMatch(/^[A-Z].+\.$/)
    expect(sentence).not.toMatch(/undefined|\[object/)
  })
})

group('what a reader shows', () => {
  it('is one of three words for every reason', () => {
    const shown = new Set((Object.keys(reasons) as (keyof typeof reasons)[]).map(reason => readerText({ outcome: 'denied', reason })))
    expect([...shown].sort()).toEqual(['Refused', 'Try again', 'Wait'])
    expect(readerText({ outcome: 'granted' })).toBe('Welcome')
    expect(readerText({ outcome: 'waiting', waiting: 'pin' })).toBe('Enter PIN')
  })
})
