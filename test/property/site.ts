import fc from 'fast-check'
import { days } from '../../shared/schedule.ts'
import { type Site, type SiteInput, site } from '../../shared/site.ts'

/*
 * Sites that are all right: every name leads somewhere, every port is free. Values that may be left out are left out now and then, so that
 * defaults take part.
 */

const pad = (value: number) => String(value).padStart(2, '0')
const time = fc.integer({ min: 0, max: 1439 }).map(value => `${pad(Math.floor(value / 60))}:${pad(value % 60)}`)
const hours = { from: time, to: fc.oneof(time, fc.constant('24:00')) }
const date = fc.integer({ min: 20_000, max: 22_000 }).map(day => new Date(day * 86_400_000).toISOString().slice(0, 10))
const someDays = fc.uniqueArray(fc.constantFrom(...days), { minLength: 1 })
/** Names as people write them, with what YAML and paths find hard. */
const name = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  fc.constantFrom('on', 'no', 'null', '0012', '1e5', '08:00', '2026-01-01', '- a', '#', 'a: b', '"', "'", ' x ', '~', 'Ærø\n2'),
)
const left = { requiredKeys: [] as [] }

const period = fc.tuple(date, date).map(([a, b]) => (a < b ? [a, b] : [b, a]))
const range = fc.record(
  { start: date, interval: fc.integer({ min: 1, max: 9 }), times: fc.integer({ min: 1, max: 99 }) },
  { requiredKeys: ['start'] },
)
const recurrence = fc.oneof(
  fc.tuple(range, fc.record(hours)).map(([part, at]) => ({ pattern: 'daily' as const, ...part, ...at })),
  fc.tuple(range, fc.record(hours), someDays).map(([part, at, list]) => ({ pattern: 'weekly' as const, ...part, ...at, days: list })),
  fc
    .tuple(range, fc.record(hours), fc.oneof(fc.integer({ min: 1, max: 31 }), fc.constant('last' as const)))
    .map(([part, at, dayOfMonth]) => ({ pattern: 'monthly' as const, ...part, ...at, dayOfMonth })),
  fc
    .tuple(range, fc.record(hours), fc.constantFrom(...days), fc.integer({ min: 1, max: 12 }))
    .map(([part, at, day, month]) => ({ pattern: 'yearly' as const, ...part, ...at, week: 'last' as const, day, month })),
)
const schedule = fc.record(
  {
    name,
    weekly: fc.array(fc.record({ days: someDays, ...hours }), { maxLength: 3 }),
    recurring: fc.array(recurrence, { maxLength: 2 }),
    exceptions: fc.uniqueArray(fc.record({ date, intervals: fc.array(fc.record(hours), { maxLength: 2 }) }), {
      selector: each => each.date,
      maxLength: 3,
    }),
    periods: fc.array(
      period.map(([from, to]) => ({ from: `${from}T08:00`, to: `${to}T17:30:15` })),
      { maxLength: 2 },
    ),
  },
  left,
)

const circuit = fc.constantFrom('circuit-open' as const, 'circuit-closed' as const)
const supervision = fc.option(
  fc.oneof(
    fc.constant({ connection: 'parallel-first' as const }),
    fc.record({ connection: fc.constant('serial-first' as const), ohms: fc.integer({ min: 1000, max: 10_000 }) }),
  ),
)
const pin = fc.option(
  fc.record(
    { minLength: fc.integer({ min: 1, max: 4 }), maxLength: fc.integer({ min: 4, max: 8 }), endOfPin: fc.constantFrom('#', '*', 'none') },
    left,
  ),
)
const rex = fc.option(
  fc.record(
    {
      kind: fc.constantFrom('button', 'pir', 'push-bar'),
      action: fc.constantFrom('unlock', 'none'),
      activeIf: circuit,
      supervision,
      inLockdown: fc.constantFrom('blocked', 'works'),
    },
    left,
  ),
)
const reader = fc.option(
  fc.oneof(
    fc.record({ type: fc.constant('osdp' as const), name, secureChannel: fc.boolean(), pin }, { requiredKeys: ['type'] }),
    fc.record(
      {
        type: fc.constant('wiegand' as const),
        name,
        led: fc.constantFrom('single', 'dual'),
        keypad: fc.constantFrom('4-bit', '8-bit', 'buffered'),
        tamper: fc.option(fc.record({ activeIf: circuit, debounceMs: fc.integer({ min: 0, max: 500 }) }, left)),
        supervision,
        pin,
        cardFormats: fc.option(fc.constant(['h10301'])),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record({ type: fc.constant('licence-plate' as const), name }, { requiredKeys: ['type'] }),
  ),
)
const doorOptions = fc.record(
  {
    name,
    identificationProfile: fc.constantFrom('card', 'card-and-pin', 'card-or-pin', 'licence-plate', 'own'),
    accessTime: fc.integer({ min: 1, max: 200 }),
    openTooLongTime: fc.integer({ min: 0, max: 200 }),
    relockDelayMs: fc.integer({ min: 0, max: 5000 }),
    relock: fc.constantFrom('after-closing', 'after-opening'),
    firstPersonIn: fc.boolean(),
    unlockSchedules: fc.constantFrom([], ['always'], ['s0']),
    doubleSwipe: fc.option(fc.record({ timeout: fc.integer({ min: 1, max: 9 }) }, left)),
    twoPersonRule: fc.option(
      fc.record({ sides: fc.constantFrom(['a'], ['b', 'a']), timeout: fc.integer({ min: 1, max: 60 }) }, { requiredKeys: ['sides'] }),
    ),
    position: fc.option(
      fc.record({ latitude: fc.double({ min: -90, max: 90, noNaN: true }), longitude: fc.double({ min: -180, max: 180, noNaN: true }) }),
    ),
  },
  left,
)
const failure = fc.constantFrom('fail-secure', 'fail-safe')
const doorParts = fc.record({
  options: doorOptions,
  failure,
  monitor: fc.option(fc.record({ openIf: circuit, debounceMs: fc.integer({ min: 0, max: 900 }), supervision }, left)),
  a: fc.record({ reader, rex }),
  b: fc.record({ reader }),
})
const controllerParts = fc.record({
  name,
  doors: fc.array(doorParts, { maxLength: 2 }),
  emergency: fc.option(fc.record({ latched: fc.boolean(), activeIf: circuit }, left)),
})

const validity = fc.record(
  {
    validFrom: date.map(day => `${day}T08:00`),
    validTo: fc.oneof(
      fc.constant({ kind: 'none' }),
      fc.constant({ kind: 'date', at: '2099-12-31T23:59:59.999+01:00' }),
      fc.record({ kind: fc.constant('from-first-use'), times: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ kind: fc.constant('from-last-use'), months: fc.integer({ min: 1, max: 9 }) }),
    ),
  },
  left,
)
const holderParts = fc.record({
  options: fc.record(
    {
      firstName: name,
      type: fc.constantFrom('Employee', 'Guard', 'Guest', 'Cleaner'),
      email: fc.option(fc.emailAddress()),
      custom: fc.constantFrom({}, { Phone: '12 34' }, { 'Room no. "7"': 'x' }),
      longAccessTime: fc.boolean(),
      suspended: fc.boolean(),
      exemptFromLockdown: fc.boolean(),
    },
    left,
  ),
  card: fc.option(fc.record({ code: fc.option(fc.integer({ min: 0, max: 255 })), validity })),
  pin: fc.option(fc.record({ duress: fc.boolean() })),
  plate: fc.boolean(),
})

type Controllers = (typeof controllerParts extends fc.Arbitrary<infer T> ? T : never)[]
type Holders = (typeof holderParts extends fc.Arbitrary<infer T> ? T : never)[]

function wire(controllers: Controllers): object[] {
  return controllers.flatMap(({ doors }, number) =>
    doors.map(({ options, failure: type, monitor, a, b }, index) => {
      const id = `d${number}-${index}`
      const port = index + 1
      const side = (name: 'a' | 'b', given: typeof a.reader) => {
        if (given === null || given.type === 'licence-plate') return given && { id: `${id}-${name}`, ...given }
        // One Wiegand port for each door: side B speaks OSDP.
        if (given.type === 'wiegand' && name === 'a') return { id: `${id}-a`, port: `reader-${port}`, ...given }
        const { secureChannel } = given as { secureChannel?: boolean }
        return {
          id: `${id}-${name}`,
          type: 'osdp',
          port: 'rs485-1',
          address: 2 * index + (name === 'a' ? 0 : 1),
          ...(secureChannel === undefined ? {} : { secureChannel }),
        }
      }
      return {
        ...options,
        id,
        controller: `c${number}`,
        locks: { primary: { relay: `relay-${port}`, type } },
        doorMonitor: monitor && { port: `door-${port}`, ...monitor },
        a: { reader: side('a', a.reader), rex: a.rex && { port: `rex-${port}`, ...a.rex } },
        b: { reader: side('b', b.reader) },
      }
    }),
  )
}

function enrol(holders: Holders): object[] {
  return holders.map(({ options, card, pin: secret, plate }, number) => ({
    id: `h${number}`,
    ...options,
    credentials: [
      ...(card
        ? [
            {
              id: `h${number}-card`,
              type: 'card',
              cardNumber: `${1000 + number}`,
              bitLength: 26,
              ...(card.code === null ? {} : { facilityCode: `${card.code}` }),
              ...card.validity,
            },
          ]
        : []),
      ...(secret
        ? [{ id: `h${number}-pin`, type: 'pin', pin: `${1000 + number}`, ...(secret.duress ? { duressPin: `${9999 - number}` } : {}) }]
        : []),
      ...(plate ? [{ id: `h${number}-car`, type: 'licence-plate', plate: `AB ${number}` }] : []),
    ],
  }))
}

/** A site file as a person may write it. */
export const siteInputs: fc.Arbitrary<SiteInput> = fc
  .record({
    title: name,
    timeZone: fc.option(fc.constantFrom('Europe/Copenhagen', 'America/New_York', 'Asia/Kathmandu', 'UTC'), { nil: undefined }),
    settings: fc.record({ verifyFacilityCode: fc.boolean(), pin: fc.constant({ maxLength: 6 }) }, left),
    schedules: fc.array(schedule, { minLength: 1, maxLength: 3 }),
    controllers: fc.array(controllerParts, { minLength: 1, maxLength: 3 }),
    sideA: fc.constantFrom('entrance', 'leave', undefined),
    antiPassback: fc.option(
      fc.record({ mode: fc.constant('soft'), timeout: fc.integer({ min: 0, max: 600 }) }, { requiredKeys: ['mode'] }),
    ),
    holders: fc.array(holderParts, { maxLength: 4 }),
    own: fc.boolean(),
  })
  .map(({ title, timeZone, settings, schedules, controllers, sideA, antiPassback, holders, own }) => {
    const doors = wire(controllers)
    const ids = doors.map(door => (door as { id: string }).id)
    const monitored = doors.filter(door => (door as { doorMonitor: unknown }).doorMonitor !== null).map(door => (door as { id: string }).id)
    const people = enrol(holders)
    return {
      portunus: 1,
      site: { name: title, ...(timeZone ? { timeZone } : {}) },
      settings: { ...settings, customFields: ['Phone', 'Room no. "7"'] },
      schedules: schedules.map((each, index) => ({ id: `s${index}`, ...each })),
      cardFormats: own
        ? [
            {
              id: 'own',
              bitLength: 37,
              active: true,
              fields: [{ name: 'cardNumber', range: [1, 35] }],
              parity: [{ bit: 36, kind: 'odd', over: [1, 2] }],
            },
          ]
        : [],
      identificationProfiles: [
        {
          id: 'own',
          includeFacilityCode: own,
          a: [{ types: ['card'], schedules: ['s0'] }, { types: ['card', 'pin'] }],
          b: [{ types: ['card'] }],
        },
      ],
      controllers: controllers.map(({ name: label, emergency }, index) => ({
        id: `c${index}`,
        name: label,
        board: 'two-door',
        emulated: true,
        inputs: emergency ? [{ port: 'aux-1', role: 'emergency', ...emergency }] : [],
      })),
      doors,
      zones: [
        { id: 'inner', doors: monitored.map(door => ({ door, ...(sideA ? { sideA } : {}) })), antiPassback },
        { id: 'outer', doors: ids.filter(door => !monitored.includes(door)).map(door => ({ door, role: 'internal' })) },
      ],
      cardholders: people,
      groups: [{ id: 'all', members: people.map((_, index) => `h${index}`) }],
      accessRules: [{ id: 'r', groups: ['all'], doors: ids, zones: ['inner'], schedules: ['s0', 'always'] }],
    } as SiteInput
  })

/** A site that is all right, with every default filled in. */
export const sites: fc.Arbitrary<Site> = siteInputs.map(input => site.parse(input))
