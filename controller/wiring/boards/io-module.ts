import type { Board, Connector, Port } from '../board.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

const input = (number: number): Port => ({
  id: `in-${number}`,
  can: ['door-monitor', 'input'],
  limits: '0 to 5 V, 5 V through 2.2 kΩ inside; dry contact or open collector',
  supervised: true,
})
const relay = (number: number): Port => ({
  id: `relay-${number}`,
  can: ['output'],
  limits: 'dry form C contact, 30 V DC, 2 A',
  supervised: false,
})
const inputTerminal = (number: number): Connector => ({
  id: `J${number}`,
  name: `Input ${number}`,
  edge: 'left',
  pins: [
    { label: 'IN', signal: 'input', port: `in-${number}` },
    { label: '0V', signal: 'ground', port: `in-${number}` },
  ],
})
const relayTerminal = (number: number): Connector => ({
  id: `J${number + 8}`,
  name: `Relay ${number}`,
  edge: 'right',
  pins: [
    { label: 'NO', signal: 'normally-open', port: `relay-${number}` },
    { label: 'C', signal: 'common', port: `relay-${number}` },
    { label: 'NC', signal: 'normally-closed', port: `relay-${number}` },
  ],
})

/** Inputs and relays of another controller: up to five monitoring doors (rule F8). */
export const ioModule: Board = {
  id: 'io-module',
  name: 'I/O module',
  carries: { doors: 0, locks: 0, monitoringDoors: 5 },
  hasParent: true,
  ports: [...numbers(8).map(input), ...numbers(4).map(relay)],
  connectors: [
    ...numbers(8).map(inputTerminal),
    ...numbers(4).map(relayTerminal),
    {
      id: 'J13',
      name: 'Power',
      edge: 'right',
      pins: [
        { label: '+', signal: 'supply' },
        { label: '−', signal: 'ground' },
      ],
    },
  ],
  jumpers: [],
  notes: ['Supply 12 V DC, 500 mA. Relays are dry: what they switch has its own supply.'],
}
