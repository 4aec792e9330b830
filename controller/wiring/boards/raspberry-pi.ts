import type { Board, Pin } from '../board.ts'

const power = (label: '3V3' | '5V'): Pin => ({ label, signal: 'none' })
const ground: Pin = { label: '0V', signal: 'none' }
const gpio = (line: number): Pin => ({ label: `GPIO${line}`, signal: 'none', line })

/** The 40-pin header, odd pins on the left. */
const odd: readonly Pin[] = [
  power('3V3'),
  gpio(2),
  gpio(3),
  gpio(4),
  ground,
  gpio(17),
  gpio(27),
  gpio(22),
  power('3V3'),
  gpio(10),
  gpio(9),
  gpio(11),
  ground,
  gpio(0),
  gpio(5),
  gpio(6),
  gpio(13),
  gpio(19),
  gpio(26),
  ground,
]
const even: readonly Pin[] = [
  power('5V'),
  power('5V'),
  ground,
  gpio(14),
  gpio(15),
  gpio(18),
  ground,
  gpio(23),
  gpio(24),
  ground,
  gpio(25),
  gpio(8),
  gpio(7),
  gpio(1),
  ground,
  gpio(12),
  ground,
  gpio(16),
  gpio(20),
  gpio(21),
]
const numbered = (pins: readonly Pin[], first: number) => pins.map((pin, index) => ({ ...pin, label: `${first + 2 * index} ${pin.label}` }))

/** A Raspberry Pi: its owner names the ports and says which GPIO lines they are. */
export const raspberryPi: Board = {
  id: 'raspberry-pi',
  name: 'Raspberry Pi',
  carries: { doors: null, locks: null, monitoringDoors: null },
  hasParent: false,
  ports: [],
  ownPorts: {
    single: {
      can: ['lock', 'door-monitor', 'rex', 'input', 'output'],
      limits: '3.3 V, 16 mA; never 5 V; a lock through a relay board',
      supervised: false,
    },
    several: {
      can: ['wiegand-reader'],
      limits: 'lines D0, D1, then LED and beeper; 3.3 V: a level shifter, divider or opto input for each line of a 5 V reader',
      supervised: false,
    },
    serial: { can: ['osdp-reader'], limits: 'USB or UART converter to RS-485; up to 8 readers in a row', supervised: false, addresses: 8 },
  },
  connectors: [
    { id: 'J8', name: 'odd pins', edge: 'left', pins: numbered(odd, 1) },
    { id: 'J8', name: 'even pins', edge: 'right', pins: numbered(even, 2) },
  ],
  jumpers: [],
  notes: [
    'Every line is 3.3 V: 5 V on a pin destroys the board.',
    'Contacts go between their line and any 0V pin; readers and locks have their own supply, with its 0 V joined to a 0V pin.',
  ],
}
