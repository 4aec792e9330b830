import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SiteInput } from '../../shared/site.ts'
import { Rig, type Told } from '../decision-rig.ts'
import { card, crewSite } from '../decision-site.ts'

/** Something that happens to a controller; every part of it by index, so that it shrinks. */
type Happening =
  | { readonly kind: 'swipe'; readonly reader: string; readonly credential: string }
  | { readonly kind: 'keys'; readonly reader: string; readonly who: string }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'leaf'; readonly door: string; readonly open: boolean }
  | { readonly kind: 'act'; readonly action: 'grant' | 'unlock' | 'lock' | 'lockdown' | 'reset'; readonly door: string }
  | { readonly kind: 'restart' }
  | { readonly kind: 'link'; readonly up: boolean }

const readers = fc.constantFrom('in', 'in', 'out', 'back-in', 'back-out')
const credentials = fc.constantFrom('ada-card', 'ada-spare', 'ben-card', 'cleo-card', 'zoe-card')
const doors = fc.constantFrom('front', 'back')
const swipe = fc.record({ kind: fc.constant('swipe' as const), reader: readers, credential: credentials })
const keys = fc.record({ kind: fc.constant('keys' as const), reader: readers, who: fc.constantFrom('ada', 'ben', 'nobody') })
const wait = fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(500, 4000, 9000, 21_000) })
const leaf = fc.record({ kind: fc.constant('leaf' as const), door: doors, open: fc.boolean() })
const act = fc.record({
  kind: fc.constant('act' as const),
  action: fc.constantFrom('grant' as const, 'unlock' as const, 'lock' as const, 'lockdown' as const, 'reset' as const, 'reset' as const),
  door: doors,
})
const rare = fc.oneof(
  fc.constant({ kind: 'restart' as const }),
  fc.boolean().map(up => ({ kind: 'link' as const, up })),
)
const histories: fc.Arbitrary<Happening[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: swipe },
    { weight: 3, arbitrary: keys },
    { weight: 4, arbitrary: wait },
    { weight: 5, arbitrary: leaf },
    { weight: 1, arbitrary: act },
    { weight: 1, arbitrary: rare },
  ),
  { minLength: 4, maxLength: 40, size: 'max' },
)

const pins: Readonly<Record<string, readonly [pin: string, duress: string]>> = {
  ada: ['2580', '2581'],
  ben: ['1470', '1479'],
  nobody: ['9999', '9999'],
}

function play(rig: Rig, history: readonly Happening[], duress = false): Rig {
  for (const each of history) {
    if (each.kind === 'swipe') rig.swipe(each.reader, each.credential)
    else if (each.kind === 'keys') rig.keys(each.reader, pins[each.who]![duress ? 1 : 0], 100)
    else if (each.kind === 'wait') rig.wait(each.ms)
    else if (each.kind === 'leaf') each.open ? rig.open(each.door) : rig.close(each.door)
    else if (each.kind === 'act') rig.act(each.action, each.door)
    else if (each.kind === 'link') rig.link(each.up)
    else rig.restart()
  }
  return rig
}

/** The crew with a second card for Ada, a duress PIN for Ben, and a hall and a lab one behind the other. */
function building(door: object, more: Partial<SiteInput> = {}, zone: object = {}): Rig {
  const input = crewSite(
    {
      zones: [
        { id: 'hall', doors: [{ door: 'front' }, { door: 'back', sideA: 'leave' }], ...zone },
        { id: 'lab', doors: [{ door: 'back' }] },
      ],
      ...more,
    },
    door,
  )
  input.cardholders![0]!.credentials!.push(card('ada-spare', '1011'))
  input.cardholders![1]!.credentials![1] = { id: 'ben-pin', type: 'pin', pin: '1470', duressPin: '1479' }
  return new Rig(input).start()
}

const runs = { numRuns: 150 }
const profiles = fc.constantFrom('card', 'card-and-pin', 'card-or-pin')

describe('the two-person rule', () => {
  it('never lets one person in, whatever happens in between', () => {
    let granted = 0
    fc.assert(
      fc.property(histories, profiles, (history, identificationProfile) => {
        const rig = play(building({ identificationProfile, twoPersonRule: { sides: ['a'], timeout: 20 } }), history)
        for (const [i, event] of rig.events.entries()) {
          if (event.door !== 'front' || event.side !== 'a') continue
          if (event.type === 'access.taken') expect(new Set(event.cardholders).size).toBe(2)
          if (event.type !== 'access.granted') continue
          granted++
          expect(new Set(event.cardholders).size).toBe(2)
          expect(event.cardholder).toBe(event.cardholders?.[1])
          const [first] = event.cardholders!
          const waited = rig.events.slice(0, i).filter(each => isWaitOf(each, first!))
          expect(event.at - waited.at(-1)!.at).toBeLessThanOrEqual(20_000)
        }
      }),
      runs,
    )
    expect(granted).toBeGreaterThan(20)
  })
})

function isWaitOf({ type, waiting, cardholder, door }: Told, first: string): boolean {
  return type === 'access.pending' && waiting === 'second-person' && cardholder === first && door === 'front'
}

describe('presence', () => {
  it('is the fold of the log', () => {
    let moves = 0
    fc.assert(
      fc.property(histories, fc.constantFrom(null, 'soft' as const, 'hard' as const), (history, mode) => {
        const rig = play(building({}, {}, { antiPassback: mode === null ? null : { mode, timeout: 600 } }), history)
        const inside: Record<string, Set<string>> = { hall: new Set(), lab: new Set() }
        for (const { type, door, side, cardholder, cardholders } of rig.events) {
          if (type !== 'access.taken' || cardholder === undefined) continue
          const { enters, leaves } = rig.model.accessPoints.get(`${door}/${side}`)!.passage
          for (const who of cardholders ?? [cardholder]) {
            moves++
            if (leaves !== null) inside[leaves]!.delete(who)
            if (enters !== null) inside[enters]!.add(who)
          }
        }
        for (const zone of ['hall', 'lab']) {
          expect(rig.present(zone)).toEqual([...inside[zone]!].sort())
          expect(rig.state.rows.occupancy.get(zone)?.present ?? 0).toBe(inside[zone]!.size)
        }
      }),
      runs,
    )
    expect(moves).toBeGreaterThan(50)
  })

  it('never lets one who is in a hard zone in again, nor one too many into a full one', () => {
    fc.assert(
      fc.property(histories, history => {
        const rig = building({}, {}, { antiPassback: { mode: 'hard' }, occupancyLimit: 2 })
        for (const each of history) {
          const before = new Set(rig.present('hall'))
          rig.mark()
          play(rig, [each])
          for (const { type, reader, cardholder } of rig.events) {
            if (type !== 'access.granted' || !(reader === 'in' || reader === 'back-out') || cardholder === 'cleo') continue
            expect(before.has(cardholder!)).toBe(false)
            expect(before.size).toBeLessThan(2)
          }
        }
      }),
      runs,
    )
  })
})

describe('a duress PIN', () => {
  it('looks at readers and relays exactly as the PIN does, whatever happens', () => {
    let alarms = 0
    fc.assert(
      fc.property(histories, fc.constantFrom('card-and-pin', 'card-or-pin', 'pin'), (history, identificationProfile) => {
        const calm = play(building({ identificationProfile }), history)
        const forced = play(building({ identificationProfile }), history, true)
        expect(forced.effects).toEqual(calm.effects)
        alarms += forced.of('alarm.duress').length
        expect(calm.of('alarm.duress')).toEqual([])
        expect(forced.events.filter(event => event.type !== 'alarm.duress')).toEqual(calm.events)
      }),
      runs,
    )
    expect(alarms).toBeGreaterThan(20)
  })
})

describe('every presentation', () => {
  it('is one event, and a wait ends in one more', () => {
    fc.assert(
      fc.property(histories, profiles, (history, identificationProfile) => {
        const rig = building({ identificationProfile, twoPersonRule: { sides: ['a'], timeout: 20 } })
        for (const each of history) {
          rig.mark()
          play(rig, [each])
          const told = rig.of('access.granted', 'access.denied', 'access.pending')
          const ended = told.filter(({ reason }) => reason === 'identification-timeout' || reason === 'two-person-timeout')
          if (each.kind === 'swipe') expect(told).toHaveLength(1)
          else if (each.kind === 'keys') {
            // A wait that ends between two keys takes those along that were typed by then.
            const torn = ended.some(({ reader, reason }) => reader === each.reader && reason === 'identification-timeout')
            expect(told.length - ended.length).toBeLessThanOrEqual(1)
            expect(told.length - ended.length).toBeGreaterThanOrEqual(torn ? 0 : 1)
          } else if (each.kind !== 'act') expect(told).toHaveLength(ended.length)
        }
      }),
      runs,
    )
  })
})
