import type { Board, Connector, Port } from '../board.ts'

const input = '0 to 5 V, 5 V through 2.2 kΩ inside; dry contact or open collector'
const relay = (id: string): Port => ({ id, can: ['lock', 'output'], limits: 'dry form C contact, 30 V DC, 2 A', supervised: false })
const monitor = (id: string): Port => ({ id, can: ['door-monitor'], limits: input, supervised: true })
const rex = (id: string): Port => ({ id, can: ['rex'], limits: input, supervised: true })
const reader = (id: string): Port => ({
  id,
  can: ['wiegand-reader'],
  limits: 'D0, D1 5 V with 1 kΩ pull-up; LED and beeper open collector 20 mA; supply 12 V DC, 300 mA; cable to 150 m at 18 AWG',
  supervised: true,
})
const aux = (id: string): Port => ({
  id,
  can: ['input', 'output', 'rex', 'door-monitor'],
  limits: `as input ${input}; as output open collector 30 V DC, 100 mA`,
  supervised: true,
})

const relayTerminal = (id: string, name: string, port: string): Connector => ({
  id,
  name,
  edge: 'left',
  pins: [
    { label: 'NO', signal: 'normally-open', port },
    { label: 'C', signal: 'common', port },
    { label: 'NC', signal: 'normally-closed', port },
  ],
})
const inputTerminal = (id: string, name: string, port: string, edge: 'left' | 'right'): Connector => ({
  id,
  name,
  edge,
  pins: [
    { label: 'IN', signal: 'input', port },
    { label: '0V', signal: 'ground', port },
  ],
})
const auxTerminal = (id: string, name: string, port: string): Connector => ({
  id,
  name,
  edge: 'left',
  pins: [
    { label: 'IO', signal: 'output', port },
    { label: '0V', signal: 'ground', port },
  ],
})
const readerTerminal = (id: string, name: string, port: string): Connector => ({
  id,
  name,
  edge: 'right',
  pins: [
    { label: '12V', signal: 'supply', port },
    { label: '0V', signal: 'ground', port },
    { label: 'D0', signal: 'data-0', port },
    { label: 'D1', signal: 'data-1', port },
    { label: 'LED', signal: 'led-green', port },
    { label: 'LED2', signal: 'led-red', port },
    { label: 'BEEP', signal: 'beeper', port },
    { label: 'TMP', signal: 'tamper', port },
  ],
})

/** One door with two locks, or two doors with one lock each. */
export const twoDoor: Board = {
  id: 'two-door',
  name: 'Two-door controller',
  carries: { doors: 2, locks: 2, monitoringDoors: null },
  hasParent: false,
  ports: [
    relay('relay-1'),
    relay('relay-2'),
    monitor('door-1'),
    monitor('door-2'),
    rex('rex-1'),
    rex('rex-2'),
    reader('reader-1'),
    reader('reader-2'),
    {
      id: 'rs485-1',
      can: ['osdp-reader'],
      limits: 'RS-485 half duplex, 9600 to 115200 baud; up to 8 readers in a row, 1200 m; supply 12 V DC, 600 mA',
      supervised: false,
      addresses: 8,
    },
    aux('aux-1'),
    aux('aux-2'),
    aux('aux-3'),
    aux('aux-4'),
    { id: 'tamper', can: ['tamper'], limits: input, supervised: false },
    { id: 'mains', can: ['mains'], limits: '12 V DC, 3 A', supervised: false },
    { id: 'battery', can: ['battery'], limits: 'lead-acid 12 V, 7 Ah', supervised: false },
  ],
  connectors: [
    relayTerminal('J1', 'Relay 1', 'relay-1'),
    relayTerminal('J2', 'Relay 2', 'relay-2'),
    inputTerminal('J3', 'Door 1', 'door-1', 'left'),
    inputTerminal('J4', 'REX 1', 'rex-1', 'left'),
    inputTerminal('J5', 'Door 2', 'door-2', 'left'),
    inputTerminal('J6', 'REX 2', 'rex-2', 'left'),
    auxTerminal('J7', 'Aux 1', 'aux-1'),
    auxTerminal('J8', 'Aux 2', 'aux-2'),
    auxTerminal('J9', 'Aux 3', 'aux-3'),
    auxTerminal('J10', 'Aux 4', 'aux-4'),
    readerTerminal('J11', 'Reader 1', 'reader-1'),
    readerTerminal('J12', 'Reader 2', 'reader-2'),
    {
      id: 'J13',
      name: 'RS-485 1',
      edge: 'right',
      pins: [
        { label: '12V', signal: 'supply', port: 'rs485-1' },
        { label: '0V', signal: 'ground', port: 'rs485-1' },
        { label: 'A', signal: 'rs485-a', port: 'rs485-1' },
        { label: 'B', signal: 'rs485-b', port: 'rs485-1' },
      ],
    },
    inputTerminal('J14', 'Tamper', 'tamper', 'right'),
    {
      id: 'J15',
      name: 'Mains',
      edge: 'right',
      pins: [
        { label: '+', signal: 'supply', port: 'mains' },
        { label: '−', signal: 'ground', port: 'mains' },
      ],
    },
    {
      id: 'J16',
      name: 'Battery',
      edge: 'right',
      pins: [
        { label: '+', signal: 'supply', port: 'battery' },
        { label: '−', signal: 'ground', port: 'battery' },
      ],
    },
  ],
  jumpers: [
    {
      id: 'JP1',
      name: 'RS-485 termination',
      positions: ['OFF', '120 Ω'],
      when: 'rs485-in-use',
      port: 'rs485-1',
      note: 'The board is one end of the line.',
    },
  ],
  notes: ['Relays are dry: the lock has its own supply, and a diode (DC) or varistor (AC) across its coil.'],
}
