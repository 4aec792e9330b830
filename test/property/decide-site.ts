import fc from 'fast-check'
import { decision as decisionHalf } from '../../controller/core/attempt.ts'
import { type Decision, decide } from '../../controller/core/decide.ts'
import type { Item, PresentedType, Wait } from '../../controller/core/decision-state.ts'
import { rowOf } from '../../controller/core/door.ts'
import { Draft } from '../../controller/core/draft.ts'
import { buildModel } from '../../controller/core/model.ts'
import { siteDirectory } from '../../controller/core/site-directory.ts'
import { emptyState } from '../../controller/core/state.ts'
import { type Side, type Site, type SiteInput, site } from '../../shared/site.ts'
import { encode, predefined } from '../../wiegand/index.ts'
import { hashPin } from '../decision-rig.ts'
import { frontDoor, oneDoor } from '../door-sites.ts'

/** A small site in which everything clashes now and then, a state, and somebody at the door. */
export interface World {
  readonly site: Site
  readonly side: Side
  readonly lockdown: boolean
  /** A latched emergency. */
  readonly emergency: boolean
  readonly trusted: boolean
  /** Where the door's leaf is: unknown until its monitor has been read. */
  readonly leaf: 'closed' | 'open' | 'unknown'
  readonly backOpen: boolean
  readonly backUnlocked: boolean
  readonly linkLost: boolean
  /** Who is in which zone, and since when. */
  readonly present: readonly (readonly [zone: string, cardholder: string, at: number])[]
  readonly uses: readonly (readonly [credential: string, first: number, count: number])[]
  readonly blocked: boolean
  readonly items: readonly Item[]
  readonly first: readonly Item[] | null
  /** The hash of a PIN that was entered before and named nobody. */
  readonly overheard: string | null
  readonly wall: number
}

const people: readonly string[] = ['ada', 'ben', 'cleo']
const daily = { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] }
const timetable = [
  { id: 'day', weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '07:00', to: '17:00' }] },
  { id: 'noon', weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '11:00', to: '19:00' }] },
  {
    id: 'night',
    weekly: [{ ...daily, from: '22:00', to: '02:30' }],
    exceptions: [
      { date: '2026-03-02', intervals: [] },
      { date: '2026-10-25', intervals: [{ from: '02:15', to: '24:00' }] },
    ],
  },
  {
    id: 'odd',
    weekly: [{ days: ['sun'], from: '02:15', to: '02:45' }],
    periods: [
      { from: '2026-03-02T09:00', to: '2026-03-02T13:00' },
      { from: '2026-03-29T02:30', to: '2026-03-29T04:00' },
    ],
  },
  { id: 'round', weekly: [{ days: ['sun', 'mon'], from: '06:00', to: '06:00' }] },
]
/** Instants at which something of the above, of a validity or of the clock itself changes (Stockholm: one hour before UTC, in summer two). */
const borders = [
  ...['05:00', '06:00', '08:00', '10:00', '11:00', '12:00', '16:00', '18:00', '23:00'].map(time => `2026-03-02T${time}Z`),
  ...['01:00', '21:00', '23:00'].map(time => `2026-03-01T${time}Z`),
  ...['00:00', '00:15', '00:45', '01:00', '01:15', '01:30', '01:45', '02:00'].map(time => `2026-03-29T${time}Z`),
  ...['00:00', '00:15', '00:30', '00:45', '01:00', '01:15', '01:30', '01:45'].map(time => `2026-10-25T${time}Z`),
  '2026-03-31T22:00Z',
].map(each => Date.parse(each))
const start = Date.parse('2026-03-02T00:00:00Z')
const instants = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: start, max: start + 86_400_000 }) },
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom(...borders), fc.constantFrom(-1, 0, 1)).map(([at, ms]) => at + ms) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('2026-03-28', '2026-10-24'), fc.nat(172_800_000)).map(([day, ms]) => Date.parse(day) + ms),
  },
)
const schedules = fc.uniqueArray(fc.constantFrom('always', 'day', 'noon', 'night', 'odd', 'round'), { maxLength: 2 })
const mostly = <T>(usual: T, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other })
const rarely = mostly(false, fc.constant(true))

const dates = fc.constantFrom('2026-03-01T00:00', '2026-03-02T12:00', '2026-03-29T02:30', '2026-04-01T00:00', '2026-10-25T02:30')
const spans = fc.constantFrom({ days: 1 }, { days: 2 }, { months: 1 }, { years: 1 })
const validity = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  fc.oneof(
    dates.map(validFrom => ({ validFrom })),
    dates.map(at => ({ validTo: { kind: 'date', at } })),
    fc
      .oneof(
        fc.constant({ kind: 'from-first-use', times: 2 }),
        fc.tuple(fc.constantFrom('from-first-use', 'from-last-use'), spans).map(([kind, span]) => ({ kind, ...span })),
      )
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
      plate: mostly(`AB ${own}`, fc.constantFrom('ab1', 'A B2')),
      badge: mostly(`0A${own}`, fc.constantFrom('a1', '0', 'A2')),
    })
    .map(({ number, code, pin, validity: dates, token, plate, badge }) => [
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
      { id: `${holder}-car`, type: 'licence-plate' as const, plate, ...dates },
      { id: `${holder}-badge`, type: 'card' as const, cardNumber: badge, bitLength: 16 },
    ])
}
const holder = (id: string) =>
  fc
    .record({
      suspended: rarely,
      exemptFromLockdown: fc.boolean(),
      exemptFromAntiPassback: fc.boolean(),
      longAccessTime: fc.boolean(),
      visit: mostly<object | null>(
        null,
        fc.constantFrom('2026-03-02T12:00', '2026-12-01T00:00').map(until => ({ host: 'ben', until })),
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
    zones: mostly(['hall', 'lab'], fc.subarray(['hall', 'lab'])),
    schedules: mostly(['always'], schedules),
  })
const entry = fc.record({
  types: fc.subarray<PresentedType | 'rex'>(['card', 'pin', 'mobile', 'licence-plate', 'rex'], { minLength: 1, maxLength: 3 }),
  schedules: mostly(['always'], schedules),
})
const profile = fc.record({
  id: mostly('own', fc.constant('card-and-pin')),
  includeFacilityCode: fc.boolean(),
  a: fc.array(entry, { maxLength: 3 }),
  b: fc.array(entry, { maxLength: 2 }),
})
const twoPersonRule = fc.option(fc.record({ sides: fc.constantFrom(['a'], ['b'], ['a', 'b']), schedules }), { freq: 2 })

const passages = fc.constantFrom(
  { hall: [{ door: 'front' }], lab: [] },
  { hall: [{ door: 'front' }], lab: [] },
  { hall: [{ door: 'front', sideA: 'leave' }], lab: [] },
  { hall: [{ door: 'front' }], lab: [{ door: 'front', sideA: 'leave' }] },
  { hall: [{ door: 'front', role: 'internal' }], lab: [] },
  { hall: [], lab: [] },
)
const antiPassback = fc.option(fc.record({ mode: fc.constantFrom('soft', 'hard'), timeout: fc.constantFrom(0, 600) }), { freq: 2 })
const occupancyLimit = mostly<number | null>(null, fc.constantFrom(1, 2))
/** A format without facility code, whose numbers are hexadecimal. */
const short = {
  id: 'short',
  bitLength: 16,
  fields: [{ name: 'cardNumber', range: [0, 15], output: 'hexadecimal' }],
}
const formats = fc.record({
  h10301: mostly(true, fc.constant(false)),
  short: mostly(true, fc.constant(false)),
  invertByteOrder: fc.boolean(),
  own: mostly<string[] | null>(null, fc.constantFrom(['h10301'], ['short'], ['h10301', 'short'])),
})

const sites: fc.Arbitrary<Site> = fc
  .record({
    verifyFacilityCode: fc.boolean(),
    cardholders: fc.tuple(...people.map(each => holder(each))),
    members: mostly([...people], fc.subarray([...people])),
    accessRules: fc.tuple(rule('r1'), rule('r2')),
    profile,
    identificationProfile: fc.constantFrom('card', 'card', 'card-and-pin', 'card-or-pin', 'pin', 'licence-plate', 'own', 'own', 'own'),
    twoPersonRule,
    interlock: rarely,
    passage: passages,
    spans: rarely,
    hall: fc.record({ antiPassback, occupancyLimit }),
    lab: fc.record({ antiPassback, occupancyLimit }),
    formats,
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
      passage,
      spans: apart,
      hall,
      lab,
      formats: { h10301, short: shortIsActive, invertByteOrder, own },
    }) => {
      const trap = interlock ? 'trap' : null
      const named = identificationProfile === 'own' ? one.id : identificationProfile
      const door = frontDoor({ identificationProfile: named, twoPersonRule: pair as never, interlock: trap })
      Object.assign(door.a!.reader!, { cardFormats: own })
      const back = {
        id: 'back',
        controller: 'c1',
        locks: { primary: { relay: 'relay-2' } },
        doorMonitor: { port: 'door-2' },
        interlock: trap,
      }
      const annex = { id: 'annex', controller: 'c2', locks: { primary: { relay: 'relay-1' } }, doorMonitor: { port: 'door-1' } }
      return site.parse(
        oneDoor({}, {
          settings: { verifyFacilityCode },
          schedules: timetable,
          cardFormats: [
            { id: 'h10301', active: h10301 },
            { ...short, active: shortIsActive, invertByteOrder },
          ],
          identificationProfiles: [one],
          controllers: [
            { id: 'c1', board: 'two-door' },
            { id: 'c2', board: 'two-door' },
          ],
          doors: [door, back, annex],
          zones: [
            { id: 'hall', doors: [...passage.hall, ...(apart ? [{ door: 'annex' }] : [])], ...hall },
            { id: 'lab', doors: passage.lab, ...lab },
          ],
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

const things = ['card', 'pin', 'phone', 'car', 'badge'] as const
type Thing = (typeof things)[number]

const anItem: fc.Arbitrary<Item> = fc.oneof(
  fc.record({
    type: fc.constant('card' as const),
    bits: fc.tuple(fc.constantFrom('1', '2', '3', '4'), fc.constantFrom('1', '2')).map(([n, c]) => bitsOf(n, c)),
  }),
  fc.record({ type: fc.constant('card' as const), bits: fc.string({ unit: fc.constantFrom('0', '1'), minLength: 1, maxLength: 40 }) }),
  fc.record({ type: fc.constant('card' as const), bits: fc.string({ unit: fc.constantFrom('0', '1'), minLength: 26, maxLength: 26 }) }),
  fc.record({ type: fc.constant('pin' as const), hash: fc.constantFrom('1111', '2222', '3333', '4444', '1119').map(hashPin) }),
  fc.record({ type: fc.constant('mobile' as const), token: fc.constantFrom('x', 'y', 'z') }),
  fc.record({ type: fc.constant('licence-plate' as const), plate: fc.constantFrom('AB1', 'a b2', '') }),
  fc.record({
    type: fc.constant('card' as const),
    bits: fc.constantFrom('0000000010100001', '1010001000000000', '0000000000000000', '0000000010100011'),
  }),
  fc.tuple(fc.constantFrom(...people, 'nobody'), fc.constantFrom(...things)).map(([who, what]) => known(who, what)),
)
export const byPredefined: Readonly<Record<string, readonly PresentedType[][]>> = {
  card: [['card']],
  'card-and-pin': [['card', 'pin']],
  'card-or-pin': [['card'], ['pin']],
  pin: [['pin']],
  'licence-plate': [['licence-plate']],
}

/** What the holders of a site would present, and now and then something else. */
function itemsFor(whole: Site, side: Side, who: string): fc.Arbitrary<Item[]> {
  const front = whole.doors[0]!
  const name = front.type === 'door' ? front.identificationProfile : ''
  const own = whole.identificationProfiles.find(({ id }) => id === name)
  const rows = own?.[side].map(row => row.types.filter(type => type !== 'rex')) ?? byPredefined[name]!
  const usual = rows.filter(row => row.length > 0)
  const shown = (type: PresentedType): Item[] =>
    (whole.cardholders.find(each => each.id === who)?.credentials ?? []).flatMap((credential): Item[] => {
      if (credential.type !== type) return []
      if (credential.type === 'card')
        return credential.bitLength === 26 ? [{ type: 'card', bits: bitsOf(credential.cardNumber, credential.facilityCode ?? '1') }] : []
      if (credential.type === 'pin') return [{ type: 'pin', hash: hashPin(credential.pin ?? '') }]
      return credential.type === 'mobile' ? [{ type: 'mobile', token: credential.token }] : [{ type, plate: credential.plate } as Item]
    })
  const anything = fc.uniqueArray(anItem, { minLength: 1, maxLength: 3, selector: each => each.type })
  if (usual.length === 0) return anything
  const right = fc.constantFrom(...usual).map(types => types.flatMap(shown))
  const withOne = fc.tuple(right, anItem).map(([some, one]) => [...some.filter(each => each.type !== one.type), one])
  return fc.oneof({ weight: 8, arbitrary: right }, { weight: 1, arbitrary: withOne }, { weight: 1, arbitrary: anything })
}

const someone = fc.constantFrom(...people)
const ago = fc.oneof(
  fc.constantFrom(
    0,
    1,
    599_999,
    600_000,
    600_001,
    86_400_000,
    86_399_999,
    82_800_000,
    90_000_000,
    2_419_200_000,
    2_678_400_000,
    31_536_000_000,
  ),
  fc.nat(3_600_000),
  fc.nat(400_000_000),
)

export const worlds: fc.Arbitrary<World> = fc.tuple(sites, instants, mostly<Side>('a', fc.constant('b'))).chain(([whole, wall, side]) =>
  fc.record({
    site: fc.constant(whole),
    side: fc.constant(side),
    lockdown: rarely,
    emergency: rarely,
    trusted: mostly(true, fc.constant(false)),
    leaf: mostly<World['leaf']>('closed', fc.constantFrom('open', 'unknown')),
    backOpen: rarely,
    backUnlocked: rarely,
    linkLost: rarely,
    present: fc.uniqueArray(
      fc.tuple(
        fc.constantFrom('hall', 'hall', 'lab'),
        someone,
        ago.map(ms => wall - ms),
      ),
      { maxLength: 3, selector: ([zone, who]) => `${zone}/${who}` },
    ),
    uses: fc.uniqueArray(
      fc.tuple(
        fc.tuple(someone, fc.constantFrom('card', 'phone')).map(each => each.join('-')),
        ago.map(ms => wall - ms),
        fc.integer({ min: 1, max: 3 }),
      ),
      { maxLength: 2, selector: ([credential]) => credential },
    ),
    blocked: rarely,
    items: someone.chain(who => itemsFor(whole, side, who)),
    first: fc.option(
      someone.chain(who =>
        fc.subarray<Thing>(['card', 'pin', 'phone', 'car'], { minLength: 1, maxLength: 2 }).map(all => all.map(what => known(who, what))),
      ),
      { freq: 2 },
    ),
    overheard: mostly<string | null>(null, fc.constantFrom('1119', '2229', '1111').map(hashPin)),
    wall: fc.constant(wall),
  }),
)

function known(who: string, what: Thing): Item {
  const type = ({ phone: 'mobile', car: 'licence-plate', badge: 'card', card: 'card', pin: 'pin' } as const)[what]
  return { type, credential: `${who}-${what}` }
}

/** The draft of a world, and its question put to `decide`. */
export function decideIn(world: World, changed: Partial<World> = {}): Decision {
  const { site: whole, side, wall, present, first, ...put } = { ...world, ...changed }
  const draft = new Draft(buildModel(whole, 'c1'), siteDirectory(whole, hashPin), emptyState(), { mono: 0, wall }, decisionHalf)
  draft.set('self', '', { started: true, trusted: put.trusted, offset: wall, link: !put.linkLost, store: true })
  for (const plan of draft.model.doors.values()) {
    const position = plan.id === 'front' ? put.leaf : put.backOpen ? 'open' : 'closed'
    draft.set('door', plan.id, { ...rowOf(draft, plan), position, unlocked: plan.id === 'back' && put.backUnlocked })
  }
  const mode = { override: null, latched: false, firstPersonAt: null }
  if (put.lockdown || put.emergency)
    draft.set('mode', 'front', { ...mode, manual: put.lockdown ? 'lockdown' : null, latched: put.emergency })
  for (const [zone, who, at] of present) draft.set('presence', `${zone}/${who}`, { present: true, at })
  for (const zone of ['hall', 'lab']) {
    const inside = present.filter(each => each[0] === zone).length
    if (inside > 0) draft.set('occupancy', zone, { present: inside })
  }
  for (const [credential, at, count] of put.uses)
    draft.set('use', credential, { first: at, last: at, counts: { c1: 1, ...(count > 1 ? { c2: count - 1 } : {}) } })
  if (put.blocked) draft.set('pin-block', side === 'a' ? 'in' : 'out', { dueWall: wall + 1 })
  const point = draft.model.accessPoints.get(`front/${side}`)!
  return decide(draft, { point, items: put.items, first: first === null ? null : waitOf(first), overheard: put.overheard })
}

/** As an attempt would hold it: whoever the first of the items is said to be. */
function waitOf(shown: readonly Item[]): Wait {
  const known = shown.find(each => 'credential' in each)
  const cardholder = known && 'credential' in known ? (known.credential.split('-')[0] ?? 'ada') : 'ada'
  return { items: shown, cardholder, credential: null, due: 1, trace: [], check: 'two-person-rule' }
}
