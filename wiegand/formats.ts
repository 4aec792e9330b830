import type { CardFormat, Field, FixedBit, ParityRule, Range, Role } from './format.ts'

type Ranges = Range | readonly Range[]

/** `span(1, 3)` = 1, 2, 3; with a step, every so many. */
function span(first: number, last: number, step = 1): number[] {
  const bits: number[] = []
  for (let bit = first; bit <= last; bit += step) bits.push(bit)
  return bits
}

/** Of `first … last`, all but every third, the first of which is left out at `skip`. */
function twoOfThree(first: number, last: number, skip: number): number[] {
  return span(first, last).filter(bit => (bit - skip) % 3 !== 0)
}

const single = (bits: number[]): Range[] => bits.map(bit => [bit, bit])
const even = (bit: number, over: number[]): ParityRule => ({ bit, kind: 'even', over })
const odd = (bit: number, over: number[]): ParityRule => ({ bit, kind: 'odd', over })
const constant = (first: number, values: string): FixedBit[] =>
  [...values].map((value, i) => ({ bit: first + i, value: value === '1' ? 1 : 0 }))

function field(name: string, ranges: Ranges, more: Partial<Field> = {}): Field {
  const list = (typeof ranges[0] === 'number' ? [ranges] : ranges) as readonly Range[]
  return { name, ranges: list, output: 'decimal', order: 'big-endian', encoding: 'binary', ...more }
}

const as = (role: Role): Partial<Field> => ({ role })
const bcd: Partial<Field> = { encoding: 'bcd' }

type More = Partial<Pick<CardFormat, 'fixed' | 'keypad' | 'unverified' | 'notes'>>

function format(
  id: string,
  name: string,
  bitLength: number,
  fields: Record<string, Ranges> | Field[],
  parity: ParityRule[] = [],
  more: More = {},
): CardFormat {
  const list = Array.isArray(fields) ? fields : Object.entries(fields).map(([key, ranges]) => field(key, ranges))
  return { id, name, bitLength, invertBitOrder: false, invertByteOrder: false, fields: list, parity, fixed: [], ...more }
}

const doubtful = (notes: string): More => ({ unverified: true, notes })

const halves26 = [even(0, span(1, 12)), odd(25, span(13, 24))]
const halves34 = [even(0, span(1, 16)), odd(33, span(17, 32))]
const halves37 = [even(0, span(1, 18)), odd(36, span(18, 35))]
const halves38 = [even(0, span(1, 18)), odd(37, span(19, 36))]
const halves58 = [even(0, span(1, 28)), odd(57, span(29, 56))]

const cards: CardFormat[] = [
  format('h10301', 'HID H10301 26-bit', 26, { facilityCode: [1, 8], cardNumber: [9, 24] }, halves26, {
    notes: 'The most common of all. A frame of it is always one of ind26 as well, and the other way round.',
  }),
  format('ind26', 'Indala 26-bit', 26, { facilityCode: [1, 12], cardNumber: [13, 24] }, halves26),
  format('ind27', 'Indala 27-bit', 27, { facilityCode: [0, 12], cardNumber: [13, 26] }),
  format('indasc27', 'Indala ASC 27-bit', 27, {
    facilityCode: single([9, 4, 6, 5, 0, 7, 19, 8, 10, 16, 24, 12, 22]),
    cardNumber: single([26, 1, 3, 15, 14, 17, 20, 13, 25, 2, 18, 21, 11, 23]),
  }),
  format('tecom27', 'Tecom 27-bit', 27, {
    facilityCode: single([15, 19, 24, 23, 22, 18, 6, 10, 14, 3, 2]),
    cardNumber: single([0, 1, 13, 12, 9, 26, 20, 16, 17, 21, 25, 7, 8, 11, 4, 5]),
  }),
  format('2804w', '2804 Wiegand 28-bit', 28, { facilityCode: [4, 11], cardNumber: [12, 26] }, [
    odd(2, twoOfThree(4, 26, 6)),
    even(0, span(1, 13)),
    odd(27, span(0, 26)),
  ]),
  format('ind29', 'Indala 29-bit', 29, { facilityCode: [0, 12], cardNumber: [13, 28] }),
  format('atsw30', 'ATS Wiegand 30-bit', 30, { facilityCode: [1, 12], cardNumber: [13, 28] }, [
    even(0, span(1, 12)),
    odd(29, span(13, 28)),
  ]),
  format('adt31', 'HID ADT 31-bit', 31, { facilityCode: [1, 4], cardNumber: [5, 27] }, [], doubtful('Its parity is not known.')),
  format('hcp32', 'HID Check Point 32-bit', 32, { cardNumber: [1, 24] }),
  format(
    'hpp32',
    'HID Hewlett-Packard 32-bit',
    32,
    { facilityCode: [1, 12], cardNumber: [13, 31] },
    [],
    doubtful('Known only with a number longer than its frame; what is left of it fits here, and the true layout is open.'),
  ),
  format(
    'kastle',
    'Kastle 32-bit',
    32,
    { issueLevel: [2, 6], facilityCode: [7, 14], cardNumber: [15, 30] },
    [even(0, span(1, 16)), odd(31, span(14, 30))],
    { fixed: constant(1, '1') },
  ),
  format('kantech', 'Indala/Kantech KFS 32-bit', 32, { facilityCode: [7, 14], cardNumber: [15, 30] }),
  format('wie32', 'Wiegand 32-bit', 32, { facilityCode: [4, 15], cardNumber: [16, 31] }),
  format('d10202', 'HID D10202 33-bit', 33, { facilityCode: [1, 7], cardNumber: [8, 31] }, [even(0, span(1, 16)), odd(32, span(16, 31))]),
  format('h10306', 'HID H10306 34-bit', 34, { facilityCode: [1, 16], cardNumber: [17, 32] }, halves34),
  format('n10002', 'Honeywell/Northern N10002 34-bit', 34, { facilityCode: [1, 16], cardNumber: [17, 32] }, halves34, {
    notes: 'Bit for bit the same as h10306.',
  }),
  format('optus34', 'Indala Optus 34-bit', 34, { cardNumber: [1, 16], facilityCode: [22, 32] }),
  format('smp34', 'Cardkey Smartpass 34-bit', 34, { facilityCode: [1, 13], issueLevel: [14, 16], cardNumber: [17, 32] }),
  format('bqt34', 'BQT 34-bit', 34, { facilityCode: [1, 8], cardNumber: [9, 32] }, halves34),
  format('c1k35s', 'HID Corporate 1000 35-bit standard', 35, { facilityCode: [2, 13], cardNumber: [14, 33] }, [
    even(1, twoOfThree(2, 33, 4)),
    odd(34, twoOfThree(1, 32, 3)),
    odd(0, span(1, 34)),
  ]),
  format(
    'c15001',
    'HID KeyScan 36-bit',
    36,
    { oem: [1, 10], facilityCode: [11, 18], cardNumber: [19, 34] },
    [even(0, span(1, 17)), odd(35, span(18, 34))],
    { notes: 'KeyScan cards usually carry 900 in oem.' },
  ),
  format('s12906', 'HID Simplex 36-bit', 36, { facilityCode: [1, 8], issueLevel: [9, 10], cardNumber: [11, 34] }, [
    odd(0, span(1, 17)),
    odd(35, span(17, 34)),
  ]),
  format(
    's12906b',
    'HID Simplex Grinnell 36-bit',
    36,
    { facilityCode: [1, 8], cardNumber: [11, 34] },
    [
      odd(0, [...twoOfThree(1, 8, 3), ...twoOfThree(12, 34, 14)]),
      even(9, [...twoOfThree(2, 8, 4), ...twoOfThree(11, 35, 12)]),
      even(10, [...twoOfThree(1, 7, 2), ...twoOfThree(11, 35, 13)]),
    ],
    { fixed: constant(1, '11011001'), notes: 'The facility code is always 217.' },
  ),
  format('sie36', 'HID 36-bit Siemens', 36, { facilityCode: [1, 18], cardNumber: [19, 34] }, [
    odd(0, twoOfThree(1, 34, 2)),
    even(35, twoOfThree(1, 34, 3)),
  ]),
  format(
    'h10320',
    'HID H10320 37-bit BCD',
    37,
    [field('cardNumber', [0, 31], bcd)],
    [even(32, span(0, 28, 4)), odd(33, span(1, 29, 4)), even(34, [...span(2, 22, 4), 28, 30]), even(35, [...span(3, 23, 4), 29, 31])],
    {
      fixed: constant(0, '1'),
      ...doubtful('The last two parity rules look mistyped where they came from; the fixed first bit leaves numbers from 80000000 on.'),
    },
  ),
  format('h10302', 'HID H10302 37-bit', 37, { cardNumber: [1, 35] }, halves37),
  format('h10304', 'HID H10304 37-bit', 37, { facilityCode: [1, 16], cardNumber: [17, 35] }, halves37),
  format('p10004', 'HID P10004 37-bit PCSC', 37, { facilityCode: [1, 13], cardNumber: [14, 31] }, [], doubtful('Its parity is not known.')),
  format(
    'hgen37',
    'HID Generic 37-bit',
    37,
    { cardNumber: [4, 35] },
    [even(0, span(4, 32, 4)), odd(2, span(6, 34, 4)), even(3, span(7, 35, 4))],
    { fixed: constant(36, '1'), ...doubtful('The second parity rule is known in two readings that contradict each other.') },
  ),
  format(
    'mdi37',
    'PointGuard MDI 37-bit',
    37,
    { facilityCode: [3, 6], cardNumber: [7, 35] },
    halves37,
    doubtful('Disputed: real badges support a shorter even span and a wider facility code, see s10401.'),
  ),
  format('bqt38', 'BQT 38-bit', 38, { cardNumber: [1, 19], issueLevel: [20, 23], facilityCode: [24, 36] }, halves38),
  format('iscs', 'ISCS 38-bit', 38, { oem: [1, 4], facilityCode: [5, 14], cardNumber: [15, 36] }, halves38),
  format('pw39', 'Pyramid 39-bit', 39, { facilityCode: [1, 17], cardNumber: [18, 37] }, [even(0, span(1, 18)), odd(38, span(19, 37))]),
  format(
    'p10001',
    'HID P10001 Honeywell 40-bit',
    40,
    { facilityCode: [4, 15], cardNumber: [16, 31] },
    span(32, 39).map(bit => even(bit, span(bit - 32, bit - 8, 8))),
    {
      fixed: constant(0, '1111'),
      ...doubtful('Check byte and leading ones are known from written cards only; readers are said not to check them.'),
    },
  ),
  format('casi40', 'Casi-Rusco 40-bit', 40, { cardNumber: [1, 38] }),
  format('verkada40', 'Verkada 40-bit', 40, { facilityCode: [1, 10], cardNumber: [11, 38] }, [
    even(0, span(1, 10)),
    even(39, span(11, 38)),
  ]),
  format('bc40', 'Bundy TimeClock 40-bit', 40, { oem: [0, 6], facilityCode: [7, 18], cardNumber: [19, 37] }, [odd(39, span(19, 37))]),
  format('defcon32', 'Defcon RFCTF 42-bit', 42, { facilityCode: [1, 16], issueLevel: [17, 20], cardNumber: [21, 40] }, [
    even(0, span(2, 20, 2)),
    odd(41, span(21, 39, 2)),
  ]),
  format('h800002', 'HID H800002 46-bit', 46, { facilityCode: [1, 14], cardNumber: [15, 44] }, [
    even(0, span(1, 44)),
    odd(45, span(1, 44)),
  ]),
  format('c1k48s', 'HID Corporate 1000 48-bit standard', 48, { facilityCode: [2, 23], cardNumber: [24, 46] }, [
    even(1, twoOfThree(3, 46, 5)),
    odd(47, twoOfThree(2, 45, 4)),
    odd(0, span(1, 47)),
  ]),
  format('avig56', 'Avigilon 56-bit', 56, { facilityCode: [1, 20], cardNumber: [21, 54] }, [even(0, span(1, 27)), odd(55, span(28, 54))]),
  format('ir56', 'Inner Range 56-bit', 56, { facilityCode: [0, 23], cardNumber: [24, 55] }),
]

/** FASC-N: 40 characters of five bits, the lowest data bit first and odd parity last; the 40th is the XOR of the others. */
function fascn200(): CardFormat {
  const digits = (first: number, count: number) =>
    single(span(first, first + count - 1).flatMap(at => span(0, 3).map(bit => at * 5 + 3 - bit)))
  const part = (name: string, first: number, count: number, role?: Role) => field(name, digits(first, count), role ? { ...bcd, role } : bcd)
  const separators = [5, 10, 17, 19, 21]
  return format(
    'fascn200',
    'FASC-N 200-bit',
    200,
    [
      part('agency', 1, 4, 'facilityCode'),
      part('system', 6, 4),
      part('credential', 11, 6, 'cardNumber'),
      part('series', 18, 1),
      part('issue', 20, 1, 'issueLevel'),
      part('person', 22, 10),
      part('oc', 32, 1),
      part('oi', 33, 4),
      part('poa', 37, 1),
    ],
    [
      ...span(0, 38).map(at => odd(at * 5 + 4, span(at * 5, at * 5 + 3))),
      ...span(0, 3).map(bit => even(195 + bit, span(bit, 190 + bit, 5))),
      odd(199, span(195, 198)),
    ],
    { fixed: [...constant(0, '1101'), ...separators.flatMap(at => constant(at * 5, '1011')), ...constant(190, '1111')] },
  )
}

const fromOneSource = doubtful('From one source only, never compared with another.')

const extra: CardFormat[] = [
  format(
    'piv75',
    'PIV 75-bit',
    75,
    [
      field('agencyCode', [1, 14], as('facilityCode')),
      field('systemCode', [15, 28]),
      field('credentialNumber', [29, 48], as('cardNumber')),
      field('expirationDate', [49, 73]),
    ],
    [even(0, span(1, 37)), odd(74, span(38, 73))],
    fromOneSource,
  ),
  format(
    'twic58',
    'TWIC 58-bit',
    58,
    [
      field('agencyCode', [1, 14], as('facilityCode')),
      field('systemCode', [15, 28]),
      field('credentialNumber', [29, 48], as('cardNumber')),
      field('credentialSeries', [49, 52]),
      field('individualIssue', [53, 56], as('issueLevel')),
    ],
    halves58,
    fromOneSource,
  ),
  format(
    'fascn48',
    'FASC-N 48-bit',
    48,
    [
      field('agencyCode', [0, 13], as('facilityCode')),
      field('systemCode', [14, 27]),
      field('credentialNumber', [28, 47], as('cardNumber')),
    ],
    [],
    doubtful('Field widths are inferred from the 75-bit format.'),
  ),
  fascn200(),
  format('guid128', 'GUID 128-bit', 128, [field('guid', [0, 127], { role: 'cardNumber', output: 'hexadecimal', digits: 32 })]),
  format('csn32', 'Card serial number, 4 bytes', 32, [field('csn', [0, 31], as('cardNumber'))], [], {
    notes: 'Many readers send the bytes in opposite order.',
  }),
  format('csn34', 'Card serial number, 4 bytes with parity', 34, [field('csn', [1, 32], as('cardNumber'))], halves34),
  format('csn56', 'Card serial number, 7 bytes', 56, [field('csn', [0, 55], as('cardNumber'))]),
  format('csn58', 'Card serial number, 7 bytes with parity', 58, [field('csn', [1, 56], as('cardNumber'))], halves58),
  format('csn64', 'Card serial number, 8 bytes', 64, [field('csn', [0, 63], as('cardNumber'))]),
  format(
    's10401',
    'S10401 37-bit',
    37,
    { facilityCode: [1, 6], cardNumber: [7, 35] },
    [even(0, span(1, 17)), odd(36, span(18, 35))],
    doubtful('The parity was found on 42 badges; where the facility code ends is open.'),
  ),
  format('key4', 'Key, 4-bit burst', 4, { key: [0, 3] }, [], { keypad: true }),
  format(
    'key8',
    'Key, 8-bit burst',
    8,
    { key: [4, 7] },
    span(0, 3).map(bit => odd(bit, [bit + 4])),
    { keypad: true, notes: 'The first four bits are the complement of the last four.' },
  ),
  format('key10', 'Key, 10-bit burst', 10, { key: [1, 8] }, [even(0, span(1, 4)), odd(9, span(5, 8))], { keypad: true }),
  format('pin26', 'PIN, 26-bit', 26, { facilityCode: [1, 8], pin: [9, 24] }, halves26, {
    keypad: true,
    notes: '65535 is an invalid entry on some keypads.',
  }),
  format('pin26bcd', 'PIN, 26-bit BCD', 26, [field('pin', [1, 24], bcd)], halves26, { keypad: true }),
]

/** Every predefined format; `h10301` alone is active where nothing else is configured. */
export const formats: readonly CardFormat[] = [...cards, ...extra]

const byId = new Map(formats.map(entry => [entry.id, entry]))

/** A predefined format as delivered, which is also what resetting one gives [L11]. Case does not matter. */
export function predefined(id: string): CardFormat | undefined {
  return byId.get(id.toLowerCase())
}
