import { describe, expect, it } from 'vitest'
import { formatProblem } from './problem.ts'
import { type Site, site } from './site.ts'
import { validateSite } from './validate.ts'

const base = { portunus: 1, site: { name: 'x', timeZone: 'Europe/Copenhagen', position: { latitude: 55, longitude: 12 } } }
const make = (parts: object): Site => site.parse({ ...base, ...parts })
const words = (parts: object) => validateSite(make(parts)).map(problem => formatProblem(problem))
const controllers = ['c1', 'c2'].map(id => ({ id, board: 'two-door', emulated: true }))
const reader = (id: string) => ({ reader: { id, type: 'wiegand', port: 'reader-1' } })
const door = (id: string, more: object = {}) => ({ id, controller: 'c1', locks: { primary: { relay: 'relay-1' } }, ...more })
const monitored = (id: string, more: object = {}) => door(id, { doorMonitor: { port: 'door-1' }, ...more })
const doors = (...all: object[]) => ({ controllers, doors: all })
const zones = (antiPassback: object | null, ...list: object[]) => [{ id: 'z', doors: list, antiPassback }]
const people = (...credentials: object[][]) => ({
  cardholders: credentials.map((each, index) => ({ id: `h${index + 1}`, credentials: each })),
})
const card = (id: string, more: object = {}) => ({ id, type: 'card', cardNumber: '64332', bitLength: 26, facilityCode: '12', ...more })
const pin = (id: string, digits: string, more: object = {}) => ({ id, type: 'pin', pin: digits, ...more })
const pinDoor = { controllers, doors: [door('d', { identificationProfile: 'card-or-pin', a: reader('in') })] }

describe('names and ids', () => {
  it.each<[string, object, string[]]>([
    [
      'one id for a door and a zone',
      { ...doors(door('x')), zones: [{ id: 'x' }] },
      ['zones[0].id: the id "x" is that of the door at doors[0] already; choose another'],
    ],
    [
      'one id for a controller and a reader',
      doors(door('d', { a: reader('c2') })),
      ['doors[0].a.reader.id: the id "c2" is that of the controller at controllers[1] already; choose another'],
    ],
    [
      'two schedules of one id',
      { schedules: ['s', 's'].map(id => ({ id, weekly: [{ days: ['mon'], from: '08:00', to: '09:00' }] })) },
      ['schedules[1].id: the id "s" is that of the schedule at schedules[0] already; choose another'],
    ],
    ['a group may share its id with a door', { ...doors(door('x')), groups: [{ id: 'x' }] }, []],
    [
      'a schedule called always',
      { schedules: [{ id: 'always', weekly: [{ days: ['mon'], from: '08:00', to: '09:00' }] }] },
      ['schedules[0].id: the schedule always is built in; choose another id'],
    ],
    [
      'two credentials of one id',
      people([card('c', { cardNumber: '1' })], [card('c')]),
      ['cardholders[1].credentials[0].id: the id "c" is that of a credential of "h1" already; choose another'],
    ],
    [
      'one printed number of two holders [P2]',
      { cardholders: [{ id: 'a', cardholderId: 'b' }, { id: 'b' }] },
      ['cardholders[1].id: "a" has the cardholder id "b" already; choose another'],
    ],
    ['a controller that is not there', { doors: [door('d')] }, ['doors[0].controller: there is no controller "c1"; there are none']],
    [
      'a profile that is not there',
      doors(door('d', { identificationProfile: 'cards' })),
      [
        'doors[0].identificationProfile: there is no identification profile "cards"; known are card, card-and-pin, pin, card-or-pin, licence-plate',
      ],
    ],
    [
      'schedules that are not there',
      doors(door('d', { a: reader('in'), unlockSchedules: ['day'] })),
      ['doors[0].unlockSchedules[0]: there is no schedule "day"; known are always'],
    ],
    [
      'doors of an emergency input',
      { controllers: [{ ...controllers[0], inputs: [{ port: 'aux-1', role: 'emergency', doors: ['gone'] }] }] },
      ['controllers[0].inputs[0].doors[0]: there is no door "gone"; there are none'],
    ],
    [
      'doors that an emergency input of another controller cannot open',
      {
        ...doors(door('d'), door('e', { controller: 'c2', locks: { primary: { relay: 'relay-2' } } })),
        controllers: [
          { ...controllers[0], inputs: [{ port: 'aux-1', role: 'emergency', doors: ['d', 'e'] }] },
          controllers[1],
          { id: 'm', board: 'io-module', parent: 'c2', emulated: true, inputs: [{ port: 'in-1', role: 'emergency', doors: ['e'] }] },
        ],
      },
      [
        'controllers[0].inputs[0].doors[1]: door "e" is on controller "c2", which does not see this input; wire the emergency to an input there too, and name the door at that one',
      ],
    ],
    [
      'everything an access rule names',
      { accessRules: [{ id: 'r', cardholders: ['a'], groups: ['b'], doors: ['c'], zones: ['d'], schedules: ['e'] }] },
      [
        'accessRules[0].groups[0]: there is no group "b"; there are none',
        'accessRules[0].doors[0]: there is no door "c"; there are none',
        'accessRules[0].zones[0]: there is no zone "d"; there are none',
        'accessRules[0].schedules[0]: there is no schedule "e"; known are always',
        'accessRules[0].cardholders[0]: there is no cardholder "a"; there are none',
      ],
    ],
    ['members of a group', { groups: [{ id: 'g', members: ['a'] }] }, ['groups[0].members[0]: there is no cardholder "a"; there are none']],
    [
      'the host of a visitor',
      { cardholders: [{ id: 'v', visit: { host: 'a', until: '2026-03-02T18:00' } }] },
      ['cardholders[0].visit.host: there is no cardholder "a"; known are v'],
    ],
    [
      'a custom field that is not there [P37]',
      { settings: { customFields: ['Phone'] }, cardholders: [{ id: 'a', custom: { Fone: '1' } }] },
      ['cardholders[0].custom.Fone: there is no custom field "Fone"; known are Phone'],
    ],
  ])('%s', (_, parts, expected) => {
    expect(words(parts)).toEqual(expected)
  })

  it.each(['Europe/Copenhagn', '+01:00', 'Mars/Olympus', ' '])('the time zone %j', timeZone => {
    expect(words({ site: { name: 'x', timeZone } })).toEqual([
      `site.timeZone: there is no time zone "${timeZone}"; write it like Europe/Copenhagen`,
    ])
  })
})

describe('time', () => {
  const schedule = (parts: object) => ({ schedules: [{ id: 's', ...parts }] })
  it.each<[string, object, string[]]>([
    [
      'a period that ends before it starts',
      schedule({ periods: [{ from: '2026-03-02T10:00', to: '2026-03-02T09:00' }] }),
      ['schedules[0].periods[0].to: the period ends at 2026-03-02T09:00, not after it starts at 2026-03-02T10:00; change one of them'],
    ],
    ['a period that only seems to', schedule({ periods: [{ from: '2026-03-02T10:00+02:00', to: '2026-03-02T09:00Z' }] }), []],
    [
      'a credential that ends before it starts',
      people([card('c', { validFrom: '2026-03-02T10:00', validTo: { kind: 'date', at: '2026-03-02T10:00' } })]),
      [
        'cardholders[0].credentials[0].validTo.at: the credential ends at 2026-03-02T10:00, not after it starts at 2026-03-02T10:00; change one of them',
      ],
    ],
    [
      'a recurrence that ends before it starts',
      schedule({ recurring: [{ pattern: 'daily', from: '08:00', to: '09:00', start: '2026-03-02', until: '2026-03-01' }] }),
      ['schedules[0].recurring[0].until: it ends on 2026-03-01, before it starts on 2026-03-02'],
    ],
    [
      'a day that never is',
      schedule({ recurring: [{ pattern: 'yearly', month: 2, dayOfMonth: 30, from: '08:00', to: '09:00', start: '2026-03-02' }] }),
      ['schedules[0].recurring[0].dayOfMonth: month 2 never has a day 30'],
    ],
    [
      'a date with two exceptions',
      schedule({
        weekly: [{ days: ['mon'], from: '08:00', to: '09:00' }],
        exceptions: ['2026-03-02', '2026-03-02'].map(date => ({ date, intervals: [] })),
      }),
      ['schedules[0].exceptions[1].date: 2026-03-02 has an exception already; put all its intervals in one'],
    ],
    [
      'an interval that starts when the day ends',
      schedule({ weekly: [{ days: ['mon'], from: '24:00', to: '08:00' }] }),
      ['schedules[0].weekly[0].from: nothing starts at 24:00; write 00:00 of the next day'],
    ],
    [
      'sunrise without a place [X14]',
      { site: { name: 'x' }, ...schedule({ weekly: [{ days: ['mon'], from: '08:00', to: 'sunset+10' }] }) },
      ['schedules[0].weekly[0].to: sunset+10 is reckoned for a place; give site.position: { latitude: …, longitude: … }'],
    ],
    [
      'a schedule without hours',
      schedule({ exceptions: [{ date: '2026-03-02', intervals: [] }] }),
      ['warning: schedules[0]: the schedule "s" has no hours, so it is never on'],
    ],
  ])('%s', (_, parts, expected) => {
    expect(words(parts)).toEqual(expected)
  })
})

describe('doors', () => {
  it.each<[string, object, string[]]>([
    [
      'a long access time shorter than the normal one [D3]',
      doors(door('d', { accessTime: 9, longAccessTime: 8 })),
      [
        'warning: doors[0].longAccessTime: 8 s is shorter than accessTime, 9 s: people with long access time have less time than the others; make it as long or longer',
      ],
    ],
    [
      'a two-person rule and a double-swipe with no time for the second',
      doors(door('d', { twoPersonRule: { sides: ['a'], schedules: [], timeout: 0 }, doubleSwipe: { timeout: 0 } })),
      [
        'warning: doors[0].twoPersonRule.timeout: in 0 s no second person can come, so door "d" opens for nobody while the rule is on; give it some seconds',
        'warning: doors[0].doubleSwipe.timeout: in 0 s nobody can swipe twice, so double-swipe does nothing at door "d"; give it some seconds, or leave it out',
        'warning: doors[0].twoPersonRule.sides: side A has no reader, so the rule does nothing there',
        'warning: doors[0].twoPersonRule: nobody has a right at door "d", so it opens for nobody; two are needed',
      ],
    ],
    [
      'a long open-too-long time shorter than the normal one [D4]',
      doors(door('d', { openTooLongTime: 9, longOpenTooLongTime: 8 })),
      [
        'warning: doors[0].longOpenTooLongTime: 8 s is shorter than openTooLongTime, 9 s: people with long access time have less time than the others; make it as long or longer',
      ],
    ],
    ['a normal time longer than the default of the long one', doors(door('d', { accessTime: 90, openTooLongTime: 300 })), []],
    [
      'relocking by a monitor that is not there [D6]',
      doors(door('d', { relock: 'after-opening', relockDelayMs: 500 })),
      [
        'warning: doors[0].relock: has no effect without a door monitor; give the door one, or leave it out',
        'warning: doors[0].relockDelayMs: has no effect without a door monitor; give the door one, or leave it out',
      ],
    ],
    [
      'a reader in clear [B4]',
      doors(door('d', { a: { reader: { id: 'in', type: 'osdp', port: 'rs485-1', secureChannel: false } } })),
      [
        'warning: doors[0].a.reader.secureChannel: reader "in" is spoken to in clear: anyone at its cable can read cards and open the door; set it to true',
      ],
    ],
    [
      'all readers in clear [N2]',
      { encryption: { osdpSecureChannel: false } },
      [
        'warning: encryption.osdpSecureChannel: readers are spoken to in clear: anyone at a cable can read cards and open doors; set it to true',
      ],
    ],
    [
      'a way of escape that a lockdown stops',
      doors(door('d', { locks: { primary: { relay: 'relay-1', type: 'fail-safe' } }, b: { rex: { port: 'rex-1' } } })),
      [
        'warning: doors[0].b.rex.inLockdown: this door unlocks without power, but a lockdown stops its REX: people inside could not get out; set inLockdown to works if it is a way of escape',
      ],
    ],
    [
      'and one it does not',
      doors(door('d', { locks: { primary: { relay: 'relay-1', type: 'fail-safe' } }, b: { rex: { port: 'rex-1', inLockdown: 'works' } } })),
      [],
    ],
    [
      'a first person of no schedule',
      doors(door('d', { firstPersonIn: true })),
      ['warning: doors[0].firstPersonIn: has no effect without unlockSchedules; name one, or leave it out'],
    ],
    [
      'an interlock of one door',
      doors(monitored('d', { interlock: 'trap' })),
      ['warning: doors[0].interlock: no other door is in the interlock "trap", so it does nothing; name it at another door too'],
    ],
    [
      'an interlock that cannot see a door',
      doors(monitored('d', { interlock: 'trap' }), door('e', { interlock: 'trap' })),
      ['warning: doors[1].interlock: door "e" has no door monitor, so the others never know it closed; give it one'],
    ],
    [
      'an interlock over two controllers',
      doors(monitored('d', { interlock: 'trap' }), monitored('e', { interlock: 'trap', controller: 'c2' })),
      [
        'doors[1].interlock: door "d" of the interlock "trap" is on controller "c1", this one on "c2"; doors of one interlock need one controller',
      ],
    ],
    [
      'two persons where one has a right',
      {
        ...doors(door('d', { a: reader('in'), twoPersonRule: { sides: ['a', 'b'] } })),
        ...people([]),
        accessRules: [{ id: 'r', cardholders: ['h1'], doors: ['d'], schedules: ['always'] }],
      },
      [
        'warning: doors[0].twoPersonRule.sides: side B has no reader, so the rule does nothing there',
        'warning: doors[0].twoPersonRule: only one cardholder has a right at door "d", so it opens for nobody; two are needed',
      ],
    ],
    [
      'two persons through a group and a zone',
      {
        ...doors(monitored('d', { a: reader('in'), twoPersonRule: { sides: ['a'] } })),
        ...people([], []),
        zones: zones(null, { door: 'd' }),
        groups: [{ id: 'g', members: ['h1', 'h2'] }],
        accessRules: [{ id: 'r', groups: ['g'], zones: ['z'], schedules: ['always'] }],
      },
      [],
    ],
    [
      'a profile that says nothing for a side with a reader',
      {
        ...doors(door('d', { identificationProfile: 'p', a: reader('in') })),
        identificationProfiles: [{ id: 'p', b: [{ types: ['card'] }] }],
      },
      ['warning: doors[0].a.reader: the profile "p" has no entry for side A, so this reader never grants'],
    ],
    [
      'a profile whose facility code nobody verifies [M5]',
      { identificationProfiles: [{ id: 'p', includeFacilityCode: true }] },
      [
        'warning: identificationProfiles[0].includeFacilityCode: has no effect while settings.verifyFacilityCode is off; switch that on, or this off',
      ],
    ],
    [
      'profile entries that ask for nonsense',
      {
        identificationProfiles: [
          {
            id: 'p',
            a: [
              { types: ['card', 'card'] },
              { types: ['rex', 'pin'] },
              { types: ['card'], schedules: [] },
              { types: ['card'], schedules: ['x'] },
            ],
          },
        ],
      },
      [
        'identificationProfiles[0].a[0].types: card is there twice; one entry asks for each type once',
        'identificationProfiles[0].a[1].types: a REX names nobody, so it goes with no other type; give it an entry of its own',
        'warning: identificationProfiles[0].a[2].schedules: this entry has no schedule, so it never counts',
        'identificationProfiles[0].a[3].schedules[0]: there is no schedule "x"; known are always',
      ],
    ],
    [
      'a rule for a monitoring door [F6]',
      {
        controllers,
        doors: [{ id: 'exit', type: 'monitoring-door', controller: 'c1', doorMonitor: { port: 'aux-1' } }],
        ...people([]),
        accessRules: [{ id: 'r', cardholders: ['h1'], doors: ['exit'], schedules: ['always'] }],
      },
      ['warning: accessRules[0].doors[0]: door "exit" has no reader and no lock, so the rule does nothing there'],
    ],
    [
      'an incomplete rule is no error [P25]',
      { accessRules: [{ id: 'r' }] },
      [
        'info: accessRules[0]: the rule is incomplete and grants nothing: it lacks who (cardholders or groups), where (doors or zones), when (schedules)',
      ],
    ],
  ])('%s', (_, parts, expected) => {
    expect(words(parts)).toEqual(expected)
  })
})

describe('zones', () => {
  const both = { a: reader('in'), b: { reader: { id: 'out', type: 'wiegand', port: 'reader-2' } } }
  it.each<[string, object, string[]]>([
    [
      'anti-passback at a door without monitor [I6]',
      { ...doors(door('d', both)), zones: zones({ mode: 'soft' }, { door: 'd' }) },
      [
        'zones[0].doors[0].door: door "d" has no door monitor, so zone "z" cannot know who went in; give it one or switch anti-passback off',
      ],
    ],
    [
      'hard anti-passback without time-out at a door of one reader [I10]',
      { ...doors(monitored('d', { a: reader('in') })), zones: zones({ mode: 'hard' }, { door: 'd' }) },
      [
        'zones[0].doors[0].door: door "d" has no reader on both sides, so nobody could leave zone "z" and come back; add the reader, set a timeout, or make it soft',
      ],
    ],
    [
      'the same with a time-out',
      { ...doors(monitored('d', { a: reader('in') })), zones: zones({ mode: 'hard', timeout: 60 }, { door: 'd' }) },
      [],
    ],
    [
      'the same inside',
      { ...doors(monitored('d', { a: reader('in') })), zones: zones({ mode: 'hard' }, { door: 'd', role: 'internal' }) },
      [],
    ],
    ['the same with both readers', { ...doors(monitored('d', both)), zones: zones({ mode: 'hard' }, { door: 'd' }) }, []],
    [
      'a perimeter door of two zones that lead the same way [I2]',
      { ...doors(door('d')), zones: [{ id: 'y', doors: [{ door: 'd' }] }, ...zones(null, { door: 'd' })] },
      ['zones[1].doors[0].door: door "d" has its entrance on side A for zone "y" too; set sideA to the opposite in one of the two'],
    ],
    [
      'and opposite ways [I2] [B9]',
      { ...doors(door('d')), zones: [{ id: 'y', doors: [{ door: 'd', sideA: 'leave' }] }, ...zones(null, { door: 'd' })] },
      [],
    ],
    [
      'a perimeter door of three zones [I2]',
      {
        ...doors(door('d')),
        zones: [{ id: 'x', doors: [{ door: 'd' }] }, { id: 'y', doors: [{ door: 'd', sideA: 'leave' }] }, ...zones(null, { door: 'd' })],
      },
      ['zones[2].doors[0].door: door "d" is in zones "x" and "y" already; a door belongs to two at most'],
    ],
    [
      'an internal door of two zones [I2]',
      { ...doors(door('d')), zones: [{ id: 'y', doors: [{ door: 'd' }] }, ...zones(null, { door: 'd', role: 'internal' })] },
      ['zones[1].doors[0].door: door "d" is in zone "y" as its entrance on side A too; an internal door belongs to one zone only'],
    ],
    [
      'a door twice in one zone',
      { ...doors(door('d')), zones: zones(null, { door: 'd' }, { door: 'd', sideA: 'leave' }) },
      ['zones[0].doors[1].door: door "d" is in zone "z" twice; remove one'],
    ],
    ['a door that is not there', { zones: zones(null, { door: 'd' }) }, ['zones[0].doors[0].door: there is no door "d"; there are none']],
  ])('%s', (_, parts, expected) => {
    expect(words(parts)).toEqual(expected)
  })
})

describe('credentials', () => {
  it.each<[string, object, string[]]>([
    [
      'one card of two holders',
      people([card('a')], [card('b', { cardNumber: '0064332', facilityCode: '012' })]),
      [
        'cardholders[1].credentials[0].cardNumber: the card 0064332 of 26 bits with facility code 012 is that of "h1" already; remove one of the two',
      ],
    ],
    ['one number with two facility codes', people([card('a')], [card('b', { facilityCode: '13' })], [card('c', { bitLength: 34 })]), []],
    [
      'one number without facility codes',
      people([card('a', { facilityCode: undefined })], [card('b', { facilityCode: undefined })]),
      [
        'warning: cardholders[1].credentials[0].cardNumber: the card 64332 of 26 bits is that of "h1" already, so neither opens anything; remove one, or give both their facility codes',
      ],
    ],
    [
      'one licence plate of two holders',
      people([{ id: 'a', type: 'licence-plate', plate: 'AB 12345' }], [{ id: 'b', type: 'licence-plate', plate: 'ab12345' }]),
      ['cardholders[1].credentials[0].plate: the licence plate ab12345 is that of "h1" already; remove one of the two'],
    ],
    [
      'one token of two holders',
      people([{ id: 'a', type: 'mobile', token: 't' }], [{ id: 'b', type: 'mobile', token: 't' }]),
      ['cardholders[1].credentials[0].token: this token is that of "h1" already; remove one of the two'],
    ],
    [
      'one PIN of two holders where it stands alone',
      { ...pinDoor, ...people([pin('a', '4711')], [pin('b', '4711')]) },
      ['cardholders[1].credentials[0].pin: "h1" has this PIN too, and a profile in use lets a PIN stand alone; choose another'],
    ],
    [
      'a PIN that is the duress PIN of another',
      { ...pinDoor, ...people([pin('a', '4711', { duressPin: '4712' })], [pin('b', '4712')]) },
      ['cardholders[1].credentials[0].pin: "h1" has this PIN too, and a profile in use lets a PIN stand alone; choose another'],
    ],
    [
      'the same as hashes',
      {
        ...pinDoor,
        ...people(
          [{ id: 'a', type: 'pin', pinHash: '0'.repeat(64) }],
          [{ id: 'b', type: 'pin', pinHash: '1'.repeat(64), duressPinHash: '0'.repeat(64) }],
        ),
      },
      ['cardholders[1].credentials[0].duressPinHash: "h1" has this PIN too, and a profile in use lets a PIN stand alone; choose another'],
    ],
    [
      'one PIN of two holders where a card comes first',
      {
        controllers,
        doors: [door('d', { identificationProfile: 'card-and-pin', a: reader('in') })],
        ...people([pin('a', '4711')], [pin('b', '4711')]),
      },
      [],
    ],
    [
      'a PIN that cannot be entered [L13]',
      people([pin('a', '47110')]),
      ['cardholders[0].credentials[0].pin: it has 5 digits and could not be entered; PINs here have 4'],
    ],
    [
      'one that can at some reader [G8]',
      { ...doors(door('d', { a: { reader: { ...reader('in').reader, pin: { maxLength: 6 } } } })), ...people([pin('a', '47110')]) },
      [],
    ],
    [
      'lengths that leave none',
      { settings: { pin: { minLength: 6 } } },
      ['settings.pin.minLength: PINs of 6 to 4 digits are none; make minLength 4 or less'],
    ],
    [
      'a duress PIN that is the PIN [P12]',
      people([pin('a', '4711', { duressPin: '4711' })]),
      ['cardholders[0].credentials[0].duressPin: the duress PIN is the PIN itself, so neither could be told; choose another'],
    ],
    ['a PIN that is none', people([{ id: 'a', type: 'pin' }]), ['cardholders[0].credentials[0]: a PIN credential needs pin or pinHash']],
    [
      'a PIN given twice',
      people([pin('a', '4711', { pinHash: '0'.repeat(64) })]),
      ['cardholders[0].credentials[0].pinHash: pin is given too; keep one of the two'],
    ],
  ])('%s', (_, parts, expected) => {
    expect(words(parts)).toEqual(expected)
  })
})
