import { describe, expect, it } from 'vitest'
import { formatProblem } from '../../shared/problem.ts'
import { checkPatch, checkSiteFile } from './check.ts'

let made = 0
const options = { newId: () => `new-${++made}`, hashPin: (digits: string) => digits.padStart(64, '0') }
const check = (text: string) => checkSiteFile(`portunus: 1\nsite: { name: x }\n${text}`, options)
const words = (text: string) => check(text).problems.map(({ column: _, ...problem }) => formatProblem(problem))
const door = (reader: string) => `
controllers: [{ id: c1, board: two-door, emulated: true }]
doors:
  - id: d
    controller: c1
    locks: { primary: { relay: relay-1 } }
    a: { reader: { id: in, type: wiegand, port: reader-1${reader} } }
`

describe('a site file is judged as one', () => {
  it('tells names, ports and formats in the order of the lines, and gives no site', () => {
    const text = `
cardFormats: [{ id: half, bitLength: 300, active: true, fields: [] }]
controllers: [{ id: c1, board: two-door, emulated: true }]
doors:
  - { id: d, controller: c1, locks: { primary: { relay: relay-1 } }, identificationProfile: gone }
  - { id: e, controller: c1, locks: { primary: { relay: relay-1 } } }
`
    const { site, problems } = check(text)
    expect(site).toBeUndefined()
    expect(problems.map(({ line, path, reason }) => [line, path, reason])).toEqual([
      [4, 'cardFormats[0].bitLength', 'bit-length'],
      [4, 'cardFormats[0].active', 'no-reader'],
      [7, 'doors[0].identificationProfile', 'unknown-reference'],
      [8, 'doors[1].locks.primary.relay', 'port-used-twice'],
    ])
  })

  it('tells an unknown key beside everything else', () => {
    const text = `
zons: []
controllers: [{ id: c1, board: two-door, emulated: true, colour: red }]
doors: [{ id: d, controller: c1, locks: { primary: { relay: relay-9 } } }]
`
    const { site, problems } = check(text)
    expect(site).toBeUndefined()
    expect(problems.map(({ line, path }) => [line, path])).toEqual([
      [4, 'zons'],
      [5, 'controllers[0].colour'],
      [6, 'doors[0].locks.primary.relay'],
    ])
  })

  it('gives the site with hashed PINs where there are only warnings', () => {
    const { site, problems } = check(`
encryption: { osdpSecureChannel: false }
cardholders: [{ id: a, credentials: [{ id: p, type: pin, pin: "4711" }] }]
`)
    expect(problems.map(problem => problem.severity)).toEqual(['warning'])
    expect(site?.cardholders[0]?.credentials[0]).toEqual({ id: 'p', type: 'pin', pinHash: '4711'.padStart(64, '0') })
  })

  it('measures a PIN before it is a hash [L13]', () => {
    expect(words('cardholders: [{ id: a, credentials: [{ id: p, type: pin, pin: "47110" }] }]\n')).toEqual([
      '3 cardholders[0].credentials[0].pin: it has 5 digits and could not be entered; PINs here have 4',
    ])
  })
})

describe('a patch is judged with the site it makes', () => {
  const { site } = check(door(''))
  if (!site) throw new Error('the site of this test is wrong')
  it.each([
    [{ doors: [{ id: 'd', accessTime: 9 }] }, []],
    [{ doors: [{ id: 'd', accesTime: 9 }] }, ['unknown-key']],
    [{ doors: [{ id: 'd', locks: { primary: { relay: 'relay-9' } } }] }, ['unknown-port']],
    [{ remove: { controllers: ['c1'] } }, ['in-use']],
  ])('%j', (patch, reasons) => {
    const result = checkPatch(site, patch, options)
    expect(result.problems.map(problem => problem.reason)).toEqual(reasons)
    expect(result.site === undefined).toBe(reasons.length > 0)
  })

  it('and new PINs become hashes', () => {
    const result = checkPatch(site, { cardholders: [{ id: 'a', credentials: [{ id: 'p', type: 'pin', pin: '4711' }] }] }, options)
    expect(result.site?.cardholders[0]?.credentials[0]).toMatchObject({ pinHash: '4711'.padStart(64, '0') })
  })
})

describe('card formats', () => {
  it.each<[string, string, string[]]>([
    [
      'two active ones of one length [L9]',
      'cardFormats: [{ id: own, bitLength: 26, active: true, fields: [{ name: cardNumber, range: [1, 24] }] }]',
      ['3 cardFormats[0].active: h10301 and own are both active and both have 26 bits; deactivate one of them'],
    ],
    [
      'more than the switches of a predefined one [L11]',
      'cardFormats: [{ id: h10302, active: true, parity: [] }]',
      [
        '3 cardFormats[0].parity: h10302 is predefined: only active, invertBitOrder and invertByteOrder can be set; remove parity or give the format another id',
      ],
    ],
    [
      'one without a number [L2]',
      'cardFormats: [{ id: own, bitLength: 26 }]',
      ['3 cardFormats[0].fields: own: it has neither cardNumber nor facilityCode; add at least one of them'],
    ],
    [
      'bytes that cannot be inverted [L5]',
      'cardFormats: [{ id: own, bitLength: 27, invertByteOrder: true, fields: [{ name: cardNumber, range: [0, 26] }] }]',
      [
        '3 cardFormats[0].invertByteOrder: own: bytes cannot be inverted in 27 bits; turn invertByteOrder off or make the length divisible by 8',
      ],
    ],
    [
      'a range outside the format [L6]',
      'cardFormats: [{ id: own, bitLength: 27, fields: [{ name: cardNumber, range: [0, 27] }] }]',
      ['3 cardFormats[0].fields[0]: own: cardNumber has the range [0,27]; first and last bit have to be in order, from 0 to 26'],
    ],
    [
      'two of one id',
      'cardFormats: [{ id: h10302 }, { id: h10302 }]',
      ['3 cardFormats[1].id: the id "h10302" is that of the card format at cardFormats[0] already; choose another'],
    ],
    [
      'a reader with two of one length [G9]',
      `cardFormats: [{ id: own, bitLength: 26, fields: [{ name: cardNumber, range: [1, 24] }] }]${door(', cardFormats: [h10301, own]')}`,
      ['9 doors[0].a.reader.cardFormats[1]: h10301 and own are both active and both have 26 bits; deactivate one of them'],
    ],
    [
      'a reader with one that is not there',
      door(', cardFormats: [gone]'),
      ['9 doors[0].a.reader.cardFormats[0]: there is no card format gone; name a predefined or a custom one'],
    ],
    [
      'a card that no active one reads',
      'cardholders: [{ id: a, credentials: [{ id: c, type: card, cardNumber: "1", bitLength: 37 }] }]',
      [
        '3 warning: cardholders[0].credentials[0].bitLength: no active card format reads 37 bits, so no reader knows this card; activate one',
      ],
    ],
    [
      'a card whose number its format does not carry',
      'cardholders: [{ id: a, credentials: [{ id: c, type: card, cardNumber: "70000", bitLength: 26 }] }]',
      [
        '3 warning: cardholders[0].credentials[0].cardNumber: h10301 carries card numbers from 0 to 65535, so no reader knows the card 70000; correct its number or its bitLength',
      ],
    ],
    [
      'and one that a reader of its own reads',
      `${door(', cardFormats: [h10302]')}cardholders: [{ id: a, credentials: [{ id: c, type: card, cardNumber: "1", bitLength: 37 }] }]`,
      [],
    ],
  ])('%s', (_, text, expected) => {
    expect(words(`${text}\n`)).toEqual(expected)
  })
})

it('warns where formats are switched and no controller has a reader to read with them [L10]', () => {
  const text =
    'portunus: 1\nsite: { name: X }\ncardFormats: [{ id: h10306, active: true }]\ncontrollers: [{ id: c, board: two-door }]\ndoors: [{ id: d, controller: c, locks: { primary: { relay: relay-1 } } }]\n'
  const found = checkSiteFile(text, { newId: () => 'x' })
  expect(found.site).toBeDefined()
  expect(found.problems.map(({ severity, reason, path }) => ({ severity, reason, path }))).toEqual([
    { severity: 'warning', reason: 'no-reader', path: 'cardFormats[0].active' },
  ])
})

it('warns of a keypad whose PINs look like the cards read beside it', () => {
  const found = (reader: string, formats: string) =>
    checkSiteFile(
      `portunus: 1\nsite: { name: X }\ncardFormats: [${formats}]\ncontrollers: [{ id: c, board: two-door }]\ndoors: [{ id: d, controller: c, locks: { primary: { relay: relay-1 } }, a: { reader: { id: r, type: wiegand, port: reader-1, ${reader} } } }]\n`,
      { newId: () => 'x' },
    ).problems.map(({ severity, reason, path }) => ({ severity, reason, path }))
  const warned = [{ severity: 'warning', reason: 'keypad-like-card', path: 'doors[0].a.reader.keypad' }]
  expect(found('keypad: 26-bit', '')).toEqual(warned)
  expect(found('keypad: 26-bit-bcd', '')).toEqual(warned)
  expect(found('keypad: 8-bit', '')).toEqual([])
  expect(found('keypad: 26-bit, cardFormats: [h10302]', '{ id: h10302, active: true }')).toEqual([])
})
