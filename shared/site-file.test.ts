import { describe, expect, it } from 'vitest'
import { formatPath, formatProblem, parsePath } from './problem.ts'
import { exportSite, readSite } from './site-file.ts'

let made = 0
const options = { newId: () => `new-${++made}`, hashPin: (digits: string) => digits.padStart(64, '0') }
const lines = (text: string) => readSite(text, options).problems.map(problem => formatProblem(problem, 'f'))
const head = 'portunus: 1\nsite: { name: Head office }\n'

describe('a site file', () => {
  it('keeps dates, times, on and off as text and fills in defaults', () => {
    const { site, problems } = readSite(
      `${head}schedules:
  - id: s
    name: on
    weekly: [{ days: [mon], from: 08:00, to: 18:00 }]
    exceptions: [{ date: 2026-12-24, intervals: [] }]
`,
      options,
    )
    expect(problems).toEqual([])
    expect(site?.schedules[0]).toMatchObject({ name: 'on', weekly: [{ from: '08:00' }], exceptions: [{ date: '2026-12-24' }], periods: [] })
    expect(site?.site.timeZone).toBe('UTC')
  })

  it('may be JSON, with tabs', () => {
    expect(readSite('{\n\t"portunus": 1,\n\t"site": { "name": "x" }\n}', options).site?.site.name).toBe('x')
  })

  it('gets an id for everything that comes without one', () => {
    made = 0
    const { site } = readSite(
      `${head}cardholders: [{ firstName: A, credentials: [{ type: mobile, token: t }] }]
doors: [{ id: d, controller: c, locks: { primary: { relay: relay-1 } }, a: { reader: { type: licence-plate } } }]
groups: [{ name: G }]
`,
      options,
    )
    const ids = [site?.groups[0]?.id, site?.cardholders[0]?.id, site?.cardholders[0]?.credentials[0]?.id]
    expect(ids.every(id => id?.startsWith('new-'))).toBe(true)
    expect(site?.doors[0]).toMatchObject({ id: 'd', a: { reader: { id: expect.stringMatching(/^new-/) } } })
  })

  it('turns PINs into hashes', () => {
    const { site } = readSite(
      `${head}cardholders: [{ id: a, credentials: [{ id: p, type: pin, pin: "4711", duressPin: "4712" }] }]`,
      options,
    )
    expect(site?.cardholders[0]?.credentials[0]).toEqual({
      id: 'p',
      type: 'pin',
      pinHash: '4711'.padStart(64, '0'),
      duressPinHash: '4712'.padStart(64, '0'),
    })
  })
})

describe('a site file is refused with path and line', () => {
  const door = (text: string) =>
    `${head}doors:
  - id: lobby
    controller: c1
    locks: { primary: { relay: relay-1 } }
${text
  .split('\n')
  .map(line => `    ${line}`)
  .join('\n')}
`
  it.each<[string, string, string[]]>([
    [
      'an unknown key',
      `${head}zoness: []\n`,
      [
        'f:3:1 zoness: there is no key "zoness" here; known are portunus, site, settings, encryption, schedules, cardFormats, identificationProfiles, controllers, doors, zones, cardholders, groups, accessRules',
      ],
    ],
    [
      'a key spelt otherwise',
      door('doormonitor: { port: door-1 }'),
      [
        expect.stringMatching(
          /^f:7:5 doors\[0\]\.doormonitor: there is no key "doormonitor" here \(is doorMonitor meant\?\)/,
        ) as unknown as string,
      ],
    ],
    [
      'a key that belongs to another kind of reader',
      door('a:\n  reader: { id: r, type: wiegand, port: reader-1, address: 3 }'),
      [
        'f:8:55 doors[0].a.reader.address: there is no key "address" here; known are id, name, pin, cardFormats, type, port, led, keypad, tamper, supervision',
      ],
    ],
    ['a missing value', `${head}controllers: [{ id: c }]\n`, ['f:3:15 controllers[0].board: is missing: must be text']],
    [
      'a missing kind',
      door('a: { reader: { id: r } }'),
      ['f:7:10 doors[0].a.reader.type: is missing: must be one of osdp, wiegand, licence-plate'],
    ],
    [
      'a wrong kind',
      door('a: { reader: { id: r, type: osd } }'),
      ['f:7:27 doors[0].a.reader.type: must be one of osdp, wiegand, licence-plate, not "osd"'],
    ],
    ['a wrong choice', door('relock: later'), ['f:7:5 doors[0].relock: must be one of after-closing, after-opening, not "later"']],
    [
      'a number for text',
      `${head}groups: [{ id: g, name: 12 }]\n`,
      ['f:3:19 groups[0].name: must be text, not 12; put it in quotes: "12"'],
    ],
    ['a value that is too small', door('accessTime: 0'), ['f:7:5 doors[0].accessTime: must be at least 0.1, not 0']],
    [
      'a supervision value outside its range [J4]',
      door('doorMonitor: { port: door-1, supervision: { connection: serial-first, ohms: 470 } }'),
      ['f:7:75 doors[0].doorMonitor.supervision.ohms: must be at least 1000, not 470'],
    ],
    [
      'more custom fields than there may be [P37]',
      `${head}settings: { customFields: [a, b, c, d, e, f, g] }\n`,
      ['f:3:13 settings.customFields: must have at most 6 entries, not a list of 7'],
    ],
    ['a list that is none', `${head}doors: { id: x }\n`, ['f:3:1 doors: must be a list, not an object']],
    [
      'neither of two forms',
      `${head}controllers: [{ id: c, board: two-door, inputs: [{ port: aux-1, role: emergency, doors: some }] }]\n`,
      ['f:3:82 controllers[0].inputs[0].doors: must be all, or must be a list, not "some"'],
    ],
    [
      'a port that is no port',
      `${head}controllers: [{ id: c, board: x, serial: { RS 1: { path: /dev/x } } }]\n`,
      ['f:3:44 controllers[0].serial["RS 1"]: a port is written like relay-1'],
    ],
    [
      'a date there is not',
      `${head}schedules: [{ id: s, exceptions: [{ date: 2026-02-29, intervals: [] }] }]\n`,
      ['f:3:37 schedules[0].exceptions[0].date: there is no such date, not "2026-02-29"'],
    ],
    [
      'a rule of several keys',
      `${head}cardholders: [{ id: a, credentials: [{ id: c, type: mobile, token: t, validTo: { kind: from-first-use } }] }]\n`,
      ['f:3:71 cardholders[0].credentials[0].validTo: give one of days, months, years or times'],
    ],
    ['a key given twice', `${head}site: { name: again }\n`, ['f:3:1 the key site is given twice; remove one']],
    ['an unknown tag', `${head}groups: !x []\n`, [expect.stringMatching(/^f:3:9 this is no YAML or JSON/) as unknown as string]],
    ['two documents', `${head}---\n${head}`, ['f:3:1 the file holds several documents; a site file holds one']],
    ['an unknown alias', `${head}groups: *x\n`, [expect.stringMatching(/^f:1:1 Unresolved alias/) as unknown as string]],
    ['an endless nest', `${head}groups: ${'['.repeat(20_000)}`, [expect.stringMatching(/nested too deeply$/) as unknown as string]],
    ['nothing', '', ['f:1:1 must be an object, not null']],
    ['a newer file', 'portunus: 2\nsite: { name: x }\n', ['f:1:1 portunus: must be 1, not 2']],
    [
      'an attack on prototypes',
      `${head}__proto__: { polluted: true }\n`,
      [expect.stringMatching(/^f:3:1 __proto__: there is no key/) as unknown as string],
    ],
  ])('%s', (_, text, expected) => {
    expect(lines(text)).toEqual(expected)
  })

  it('of every place at once', () => {
    expect(lines(`${head}groups: [{ id: A }, { id: b, member: [] }]\nzones: 5\n`)).toHaveLength(3)
  })

  it('and of a problem found later by its path', () => {
    const file = readSite(`${head}groups:\n  - id: g\n    members:\n      - nobody\n`, options)
    const later = file.locate({ severity: 'error', reason: 'unknown-reference', path: 'groups[0].members[0]', message: 'x' })
    expect([later.line, later.column]).toEqual([6, 9])
  })
})

it('writes only what differs from the defaults', () => {
  const { site } = readSite(
    `${head}doors:
  - id: lobby
    controller: c1
    type: door
    accessTime: 7
    locks: { primary: { relay: relay-1, type: fail-secure }, secondary: null }
    a: { reader: { id: in, type: osdp, port: rs485-1, address: 0, pin: { minLength: 4, maxLength: 6 } }, rex: null }
zones: [{ id: z, doors: [{ door: lobby, role: perimeter, sideA: leave }] }]
`,
    options,
  )
  expect(site && exportSite(site, { format: 'yaml', hashPin: options.hashPin })).toBe(`portunus: 1
site:
  name: Head office
doors:
  - id: lobby
    controller: c1
    locks: { primary: { relay: relay-1 } }
    a: { reader: { id: in, pin: { maxLength: 6 }, type: osdp, port: rs485-1 } }
zones:
  - { id: z, doors: [ { door: lobby, sideA: leave } ] }
`)
})

it('writes paths that can be read back', () => {
  for (const path of [[], ['doors', 2, 'locks', 'primary'], ['cardholders', 0, 'custom', 'Room no. "7"'], ['serial', 'rs485-1']])
    expect(parsePath(formatPath(path))).toEqual(path)
  expect(formatPath(['doors', 2, 'locks', 'primary', 'relay'])).toBe('doors[2].locks.primary.relay')
})
