import fc from 'fast-check'
import { decision as decisionHalf } from '../../controller/core/attempt.ts'
import { type Decision, decide } from '../../controller/core/decide.ts'
import type { Item, PresentedType, Wait } from '../../controller/core/decision-state.ts'
import { rowOf } from '../../controller/core/door.ts'
import { Draft } from '../../controller/core/draft.ts'
import { buildModel } from '../../controller/core/model.ts'
import { siteDirectory } from '../../controller/core/site-directory.ts'
import { emptyState } from '../../controller/core/state.ts'
import { type Site, type SiteInput, site } from '../../shared/site.ts'
import { encode, predefined } from '../../wiegand/index.ts'
import { hashPin } from '../decision-rig.ts'
import { frontDoor, oneDoor } from '../door-sites.ts'

/** A small site in which everything clashes now and then, a state, and somebody at the door. */
export interface World {
  readonly site: Site
  readonly lockdown: boolean
  readonly trusted: boolean
  readonly backOpen: boolean
  readonly linkLost: boolean
  /** Who is in the zone, and since when. */
  readonly present: readonly (readonly [cardholder: string, at: number])[]
  readonly uses: readonly (readonly [credential: string, first: number, count: number])[]
  readonly blocked: boolean
  readonly items: readonly Item[]
  readonly first: readonly Item[] | null
  readonly wall: number
}

const people: readonly string[] = ['ada', 'ben', 'cleo']
const start = Date.parse('2026-03-02T00:00:00Z')
const schedules = fc.uniqueArray(fc.constantFrom('always', 'day', 'noon'), { maxLength: 2 })
const mostly = <T>(usual: T, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other })
const rarely = mostly(false, fc.constant(true))

const validity = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  fc.oneof(
    fc.constantFrom('2026-03-01T00:00', '2026-03-02T12:00', '2026-04-01T00:00').map(validFrom => ({ validFrom })),
    fc.constantFrom('2026-03-01T00:00', '2026-03-02T12:00', '2026-04-01T00:00').map(at => ({ validTo: { kind: 'date', at } })),
    fc
      .constantFrom({ kind: 'from-first-use', times: 2 }, { kind: 'from-first-use', days: 1 }, { kind: 'from-last-use', days: 1 })
      .map(validTo => ({ validTo })),
  ),
)
const credentials = (holder: string) => {
  const own = `${people.indexOf(holder) + 1}`
  return fc
    .record({
      number: mostly(own, fc.constantFrom('1', '2', '3')),
      code: mostly<string | undefined>('1', fc.constantFrom('2', undefined)),
      pin: mostly(own.repeat(4), fc.constantFrom('1111', '2222', '3333')),
      validity,
      token: mostly(own, fc.constantFrom('1', '2')),
    })
    .map(({ number, code, pin, validity: dates, token }) => [
      {
        id: `${holder}-card`,
        type: 'card' as const,
        cardNumber: number,
        bitLength: 26,
        ...(code === undefined ? {} : { facilityCode: code }),
        ...dates,
      },
      { id: `${holder}-pin`, type: 'pin' as const, pin, duressPin: `${pin.slice(1)}9` },
      { id: `${holder}-phone`, type: 'mobile' as const, token, ...dates },
    ])
}
const holder = (id: string) =>
  fc
    .record({
      suspended: rarely,
      exemptFromLockdown: fc.boolean(),
      exemptFromAntiPassback: rarely,
      longAccessTime: fc.boolean(),
      visit: mostly<object | null>(
        null,
        fc.constantFrom('2026-03-02T12:00', '2026-05-01T00:00').map(until => ({ host: 'ben', until })),
      ),
      credentials: credentials(id),
    })
    .map(fields => ({ id, ...fields }))
const rule = (id: string) =>
  fc.record({
    id: fc.constant(id),
    cardholders: fc.subarray([...people]),
    groups: mostly(['crew'], fc.constant<string[]>([])),
    doors: fc.subarray(['front', 'back']),
    zones: mostly(['hall'], fc.constant<string[]>([])),
    schedules: mostly(['always'], schedules),
  })
const entry = fc.record({
  types: fc.subarray<PresentedType | 'rex'>(['card', 'pin', 'mobile', 'rex'], { minLength: 1, maxLength: 3 }),
  schedules: mostly(['always'], schedules),
})
const profile = fc.record({
  id: fc.constant('own'),
  includeFacilityCode: fc.boolean(),
  a: fc.array(entry, { maxLength: 3 }),
  b: fc.array(entry, { maxLength: 2 }),
})
const twoPersonRule = fc.option(fc.record({ sides: fc.constantFrom(['a'], ['b'], ['a', 'b']), schedules }), { freq: 2 })

const sites: fc.Arbitrary<Site> = fc
  .record({
    verifyFacilityCode: fc.boolean(),
    cardholders: fc.tuple(...people.map(each => holder(each))),
    members: mostly([...people], fc.subarray([...people])),
    accessRules: fc.tuple(rule('r1'), rule('r2')),
    profile,
    identificationProfile: fc.constantFrom('card', 'card-and-pin', 'card-or-pin', 'own', 'own'),
    twoPersonRule,
    interlock: rarely,
    antiPassback: mostly<object | null>(null, fc.record({ mode: fc.constantFrom('soft', 'hard'), timeout: fc.constantFrom(0, 600) })),
    occupancyLimit: mostly<number | null>(null, fc.constantFrom(1, 2)),
  })
  .map(
    ({
      verifyFacilityCode,
      cardholders,
      members,
      accessRules,
      profile: one,
      identificationProfile,
      twoPersonRule: pair,
      interlock,
      antiPassback,
      occupancyLimit,
    }) => {
      const trap = interlock ? 'trap' : null
      const door = frontDoor({ identificationProfile, twoPersonRule: pair as never, interlock: trap })
      const back = {
        id: 'back',
        controller: 'c1',
        locks: { primary: { relay: 'relay-2' } },
        doorMonitor: { port: 'door-2' },
        interlock: trap,
      }
      return site.parse(
        oneDoor({}, {
          settings: { verifyFacilityCode },
          identificationProfiles: [one],
          doors: [door, back],
          zones: [{ id: 'hall', doors: [{ door: 'front' }], antiPassback, occupancyLimit }],
          cardholders,
          groups: [{ id: 'crew', members }],
          accessRules,
        } as unknown as SiteInput),
      )
    },
  )

function bitsOf(cardNumber: string, facilityCode: string): string {
  const read = encode(predefined('h10301')!, { cardNumber, facilityCode })
  if (!read.ok) throw new Error(read.message)
  return read.bits
}

const anItem: fc.Arbitrary<Item> = fc.oneof(
  fc.record({
    type: fc.constant('card' as const),
    bits: fc.tuple(fc.constantFrom('1', '2', '3', '4'), fc.constantFrom('1', '2')).map(([n, c]) => bitsOf(n, c)),
  }),
  fc.record({ type: fc.constant('card' as const), bits: fc.string({ unit: fc.constantFrom('0', '1'), minLength: 1, maxLength: 40 }) }),
  fc.record({ type: fc.constant('card' as const), bits: fc.string({ unit: fc.constantFrom('0', '1'), minLength: 26, maxLength: 26 }) }),
  fc.record({ type: fc.constant('pin' as const), hash: fc.constantFrom('1111', '2222', '3333', '4444', '1119').map(hashPin) }),
  fc.record({ type: fc.constant('mobile' as const), token: fc.constantFrom('x', 'y', 'z') }),
  fc.record({ type: fc.constant('licence-plate' as const), plate: fc.constantFrom('AB1', '') }),
  fc.tuple(fc.constantFrom(...people, 'nobody'), fc.constantFrom('card', 'pin', 'phone')).map(([who, what]) => ({
    type: what === 'phone' ? ('mobile' as const) : (what as 'card' | 'pin'),
    credential: `${who}-${what}`,
  })),
)
const byPredefined: Readonly<Record<string, readonly PresentedType[][]>> = {
  card: [['card']],
  'card-and-pin': [['card', 'pin']],
  'card-or-pin': [['card'], ['pin']],
}

/** What the holders of a site would present, and now and then something else. */
function itemsFor(whole: Site, who: string | undefined): fc.Arbitrary<Item[]> {
  const front = whole.doors[0]!
  const name = front.type === 'door' ? front.identificationProfile : ''
  const rows = byPredefined[name] ?? whole.identificationProfiles[0]!.a.map(row => row.types.filter(type => type !== 'rex'))
  const usual = rows.filter(row => row.length > 0)
  const shown = (type: PresentedType): Item[] =>
    (whole.cardholders.find(each => each.id === who)?.credentials ?? []).flatMap((credential): Item[] => {
      if (credential.type !== type) return []
      if (credential.type === 'card') return [{ type: 'card', bits: bitsOf(credential.cardNumber, credential.facilityCode ?? '1') }]
      if (credential.type === 'pin') return [{ type: 'pin', hash: hashPin(credential.pin ?? '') }]
      return credential.type === 'mobile' ? [{ type: 'mobile', token: credential.token }] : []
    })
  const anything = fc.uniqueArray(anItem, { minLength: 1, maxLength: 3, selector: each => each.type })
  if (usual.length === 0) return anything
  const right = fc.constantFrom(...usual).map(types => types.flatMap(shown))
  const withOne = fc.tuple(right, anItem).map(([some, one]) => [...some.filter(each => each.type !== one.type), one])
  return fc.oneof({ weight: 8, arbitrary: right }, { weight: 1, arbitrary: withOne }, { weight: 1, arbitrary: anything })
}

const someone = fc.constantFrom(...people)

export const worlds: fc.Arbitrary<World> = sites.chain(whole =>
  fc.record({
    site: fc.constant(whole),
    lockdown: rarely,
    trusted: mostly(true, fc.constant(false)),
    backOpen: rarely,
    linkLost: rarely,
    present: fc.uniqueArray(fc.tuple(someone, fc.integer({ min: start - 3_600_000, max: start })), {
      maxLength: 2,
      selector: ([who]) => who,
    }),
    uses: fc.array(
      fc.tuple(
        someone.map(each => `${each}-card`),
        fc.integer({ min: start - 4e8, max: start }),
        fc.integer({ min: 1, max: 3 }),
      ),
      {
        maxLength: 2,
      },
    ),
    blocked: rarely,
    items: someone.chain(who => itemsFor(whole, who)),
    first: fc.option(
      someone.chain(who =>
        fc
          .subarray<'card' | 'pin' | 'phone'>(['card', 'pin', 'phone'], { minLength: 1, maxLength: 2 })
          .map(all => all.map(what => known(who, what))),
      ),
      { freq: 2 },
    ),
    wall: fc.integer({ min: start, max: start + 86_400_000 }),
  }),
)

function known(who: string, what: 'card' | 'pin' | 'phone'): Item {
  return { type: what === 'phone' ? 'mobile' : what, credential: `${who}-${what}` }
}

/** The draft of a world, and its question put to `decide`. */
export function decideIn(world: World, changed: Partial<World> = {}): Decision {
  const { site: whole, lockdown, trusted, backOpen, linkLost, present, uses, blocked, items: shown, first, wall } = { ...world, ...changed }
  const draft = new Draft(buildModel(whole, 'c1'), siteDirectory(whole, hashPin), emptyState(), { mono: 0, wall }, decisionHalf)
  draft.set('self', '', { started: true, trusted, offset: wall, link: !linkLost, store: true })
  for (const plan of draft.model.doors.values())
    draft.set('door', plan.id, { ...rowOf(draft, plan), position: plan.id === 'back' && backOpen ? 'open' : 'closed' })
  if (lockdown) draft.set('mode', 'front', { manual: 'lockdown', override: null, latched: false, firstPersonAt: null })
  for (const [who, at] of present) draft.set('presence', `hall/${who}`, { present: true, at })
  const inside = new Set(present.map(([who]) => who)).size
  if (inside > 0) draft.set('occupancy', 'hall', { present: inside })
  for (const [credential, at, count] of uses) draft.set('use', credential, { first: at, last: at, counts: { c1: count } })
  if (blocked) draft.set('pin-block', 'in', { dueWall: wall + 1 })
  const point = draft.model.accessPoints.get('front/a')!
  return decide(draft, { point, items: shown, first: first === null ? null : waitOf(first) })
}

/** As an attempt would hold it: whoever the first of the items is said to be. */
function waitOf(shown: readonly Item[]): Wait {
  const known = shown.find(each => 'credential' in each)
  const cardholder = known && 'credential' in known ? (known.credential.split('-')[0] ?? 'ada') : 'ada'
  return { items: shown, cardholder, credential: null, due: 1, trace: [], check: 'two-person-rule' }
}
