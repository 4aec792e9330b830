import { describe, expect, it } from 'vitest'
import { formatProblem } from '../../shared/problem.ts'
import { type Site, site } from '../../shared/site.ts'
import { assign, boards, copyDoor, portsOf, refuses, resolveRexPort, validateWiring } from './index.ts'

const make = (parts: object): Site => site.parse({ portunus: 1, site: { name: 'x' }, ...parts })
const c1 = { id: 'c1', board: 'two-door', emulated: true }
const door = (id: string, relay: string, more: object = {}) => ({ id, controller: 'c1', locks: { primary: { relay } }, ...more })
const one = (doors: object[], controllers: object[] = [c1]) => make({ controllers, doors })
const words = (value: Site) => validateWiring(value).map(problem => formatProblem(problem))

describe('boards', () => {
  it('have every port of domain.md §1, each with a terminal, a use and limits', () => {
    const ids = (board: string) => boards.get(board)?.ports.map(port => port.id)
    expect(ids('two-door')).toEqual(
      'relay-1 relay-2 door-1 door-2 rex-1 rex-2 reader-1 reader-2 rs485-1 aux-1 aux-2 aux-3 aux-4 tamper mains battery'.split(' '),
    )
    expect(ids('io-module')).toEqual('in-1 in-2 in-3 in-4 in-5 in-6 in-7 in-8 relay-1 relay-2 relay-3 relay-4'.split(' '))
    for (const board of boards.values()) {
      const pins = board.connectors.flatMap(connector => connector.pins)
      for (const port of board.ports) {
        expect(
          pins.some(pin => pin.port === port.id),
          `${board.id} ${port.id}`,
        ).toBe(true)
        expect(port.can.length * port.limits.length).toBeGreaterThan(0)
      }
      for (const pin of pins) if (pin.port !== undefined) expect(board.ports.some(port => port.id === pin.port)).toBe(true)
    }
  })

  it('of a Raspberry Pi have the ports their owner names', () => {
    const pi = site.shape.controllers.parse([
      {
        id: 'pi',
        board: 'raspberry-pi',
        ports: { 'relay-1': { lines: [17] }, 'reader-1': { lines: [5, 6, 13, 19] } },
        serial: { line: { path: '/dev/x' } },
      },
    ])[0]!
    expect(portsOf(pi).map(port => [port.id, port.can[0]])).toEqual([
      ['relay-1', 'lock'],
      ['reader-1', 'wiegand-reader'],
      ['line', 'osdp-reader'],
    ])
  })
})

describe('assign', () => {
  it('says what each port is used for', () => {
    const value = one([
      door('front', 'relay-1', {
        doorMonitor: { port: 'door-1' },
        a: { reader: { id: 'in', type: 'osdp', port: 'rs485-1' } },
        b: { reader: { id: 'out', type: 'wiegand', port: 'reader-1' }, rex: { port: 'rex-1' } },
      }),
    ])
    expect(assign(value, 'c1').map(({ port, kind, side }) => [port, kind, side])).toEqual([
      ['relay-1', 'lock', undefined],
      ['door-1', 'door-monitor', undefined],
      ['rs485-1', 'osdp-reader', 'a'],
      ['reader-1', 'wiegand-reader', 'b'],
      ['rex-1', 'rex', 'b'],
    ])
    expect(assign(value, 'c2')).toEqual([])
  })

  it('gives a REX the only free port made for it [H2]', () => {
    const value = one([door('front', 'relay-1', { b: { rex: {} } }), door('back', 'relay-2', { b: { rex: { port: 'rex-1' } } })])
    expect(resolveRexPort(value, 'front', 'b')).toBe('rex-2')
    expect(resolveRexPort(value, 'back', 'b')).toBe('rex-1')
    expect(resolveRexPort(value, 'front', 'a')).toBeUndefined()
    expect(words(value)).toEqual([])
  })

  it('leaves the choice among several, or none, to the administrator [H2]', () => {
    const several = one([door('front', 'relay-1', { b: { rex: {} } })])
    expect(resolveRexPort(several, 'front', 'b')).toBeUndefined()
    expect(words(several)).toEqual([
      'doors[0].b.rex: the REX of door "front", side B has no port, and several REX ports are free: name one of rex-1, rex-2',
    ])
    const none = one([
      door('front', 'relay-1', { a: { rex: { port: 'rex-1' } }, b: { rex: { port: 'rex-2' } } }),
      door('back', 'relay-2', { b: { rex: {} } }),
    ])
    expect(words(none)).toEqual([
      'doors[1].b.rex: the REX of door "back", side B has no port, and no REX port of "c1" is free; name a port for it',
    ])
  })
})

describe('a wiring is refused, with path and words, for', () => {
  const io = { id: 'io', board: 'io-module', parent: 'c1', emulated: true }
  const exit = (number: number) => ({
    id: `exit-${number}`,
    type: 'monitoring-door',
    controller: 'io',
    doorMonitor: { port: `in-${number}` },
  })
  it.each<[string, Site, string[]]>([
    [
      'an unknown board',
      one([], [{ id: 'c1', board: 'four-door' }]),
      ['controllers[0].board: there is no board "four-door"; known are two-door, io-module, raspberry-pi'],
    ],
    [
      'an unknown port',
      one([door('front', 'relay-9')]),
      ['doors[0].locks.primary.relay: "c1" has no port "relay-9"; choose from relay-1, relay-2'],
    ],
    [
      'a port that is for something else',
      one([door('front', 'relay-1', { doorMonitor: { port: 'rex-1' } })]),
      ['doors[0].doorMonitor.port: rex-1 of "c1" is no port for a door monitor; choose from door-1, door-2, aux-1, aux-2, aux-3, aux-4'],
    ],
    [
      'two doors with one lock [C1]',
      one([door('front', 'relay-1'), door('back', 'relay-1')]),
      [
        'doors[1].locks.primary.relay: relay-1 of "c1" is used twice: by the primary lock of door "front" (doors[0].locks.primary.relay) and by the primary lock of door "back"; free: relay-2',
      ],
    ],
    [
      'one door whose two locks are one [C1]',
      one([{ ...door('front', 'relay-1'), locks: { primary: { relay: 'relay-1' }, secondary: { relay: 'relay-1' } } }]),
      [
        'doors[0].locks.secondary.relay: relay-1 of "c1" is used twice: by the primary lock of door "front" (doors[0].locks.primary.relay) and by the secondary lock of door "front"; free: relay-2',
      ],
    ],
    [
      'a third door [C1]',
      make({ controllers: [c1], doors: [door('a1', 'relay-1'), door('a2', 'relay-2'), door('a3', 'relay-2')] }),
      [
        'doors[2].controller: "c1" cannot carry this door: the Two-door controller carries one door with two locks or two doors with one lock each; choose another controller',
        'doors[2].locks.primary.relay: relay-2 of "c1" is used twice: by the primary lock of door "a2" (doors[1].locks.primary.relay) and by the primary lock of door "a3"; no other is free',
      ],
    ],
    [
      'an aux terminal that is an input and an output',
      one([], [{ ...c1, inputs: [{ port: 'aux-1', role: 'general' }], outputs: [{ port: 'aux-1' }] }]),
      [
        'controllers[0].outputs[0].port: aux-1 of "c1" is used twice: by a general input (controllers[0].inputs[0].port) and by an output; free: relay-1, relay-2, aux-2, aux-3, aux-4',
      ],
    ],
    [
      'two OSDP readers with one address',
      one([
        door('front', 'relay-1', {
          a: { reader: { id: 'in', type: 'osdp', port: 'rs485-1', address: 0 } },
          b: { reader: { id: 'out', type: 'osdp', port: 'rs485-1', address: 0 } },
        }),
      ]),
      [
        'doors[0].b.reader.address: address 0 on rs485-1 of "c1" is used twice: by the reader "in" (doors[0].a.reader) and by the reader "out"; 1 is free',
      ],
    ],
    [
      'an OSDP reader on Wiegand terminals',
      one([door('front', 'relay-1', { a: { reader: { id: 'in', type: 'osdp', port: 'reader-1' } } })]),
      ['doors[0].a.reader.port: reader-1 of "c1" is no port for an OSDP reader; choose from rs485-1'],
    ],
    [
      'a module that hangs nowhere',
      one([], [c1, { ...io, parent: undefined }]),
      ['controllers[1]: the io-module "io" has no parent; name the controller it hangs on: c1'],
    ],
    [
      'a module that hangs on a module',
      one([], [c1, io, { ...io, id: 'io2', parent: 'io' }]),
      ['controllers[2].parent: "io" cannot carry a module; name the controller it hangs on: c1'],
    ],
    [
      'a controller with a parent',
      one([], [c1, { ...c1, id: 'c2', parent: 'c1' }]),
      ['controllers[1].parent: a two-door stands alone; remove its parent'],
    ],
    [
      'a door with a lock on a module',
      make({ controllers: [c1, io], doors: [{ ...door('front', 'relay-1'), controller: 'io' }] }),
      ['doors[0].controller: "io" cannot carry this door: the I/O module has no locks; choose a door controller'],
    ],
    [
      'a sixth monitoring door [F8]',
      make({ controllers: [c1, io], doors: [1, 2, 3, 4, 5, 6].map(exit) }),
      ['doors[5].controller: "io" cannot carry this door: the I/O module carries 5 monitoring doors'],
    ],
    [
      'supervision where nothing is measured [J1]',
      make({
        controllers: [{ id: 'c1', board: 'raspberry-pi', emulated: true, ports: { r: { lines: [4] }, d: { lines: [5] } } }],
        doors: [door('front', 'r', { doorMonitor: { port: 'd', supervision: { connection: 'parallel-first' } } })],
      }),
      ['doors[0].doorMonitor.supervision: d of "c1" measures no resistance; leave the supervision out'],
    ],
    [
      'a GPIO line of two ports',
      one([], [{ id: 'c1', board: 'raspberry-pi', emulated: true, ports: { r: { lines: [4] }, d: { lines: [4] } } }]),
      ['controllers[0].ports.d.lines[0]: line 4 of /dev/gpiochip0 is also that of port "r"; each line has one port'],
    ],
    [
      'ports named on a board that has them',
      one([], [{ ...c1, ports: { r: { lines: [4] } } }]),
      ['controllers[0].ports.r: the ports of a two-door have their names already; remove "r"'],
    ],
    [
      'a serial line of no port',
      one([], [{ ...c1, serial: { 'rs485-2': { path: '/dev/x' } } }]),
      ['controllers[0].serial.rs485-2: a two-door has no RS-485 port "rs485-2"; it has rs485-1'],
    ],
    [
      'readers on a line that is nowhere',
      one([door('front', 'relay-1', { a: { reader: { id: 'in', type: 'osdp', port: 'rs485-1' } } })], [{ ...c1, emulated: false }]),
      [
        'warning: controllers[0].serial: "c1" has OSDP readers on rs485-1 but no serial line for it; give its path, such as serial: { rs485-1: { path: /dev/ttyUSB0 } }',
      ],
    ],
  ])('%s', (_, value, expected) => {
    expect(words(value)).toEqual(expected)
  })

  it('a ninth reader on one line', () => {
    const value = make({
      controllers: [
        {
          id: 'c1',
          board: 'raspberry-pi',
          emulated: true,
          serial: { line: { path: '/dev/x' } },
          ports: Object.fromEntries([1, 2, 3, 4, 5].map(number => [`r${number}`, { lines: [number] }])),
        },
      ],
      doors: [1, 2, 3, 4, 5].map(number =>
        door(`d${number}`, `r${number}`, {
          a: { reader: { id: `in${number}`, type: 'osdp', port: 'line', address: number } },
          b: number < 5 ? { reader: { id: `out${number}`, type: 'osdp', port: 'line', address: 10 + number } } : {},
        }),
      ),
    })
    expect(words(value)).toEqual(['doors[4].a.reader.port: line of "c1" carries 8 OSDP readers; the reader "in5" is one too many'])
  })

  it('nothing where all is well: two doors, a module with five doors', () => {
    const value = make({
      controllers: [{ ...c1, inputs: [{ port: 'aux-1', role: 'emergency' }] }, io],
      doors: [door('front', 'relay-1', { b: { rex: { port: 'aux-2' } } }), door('back', 'relay-2'), ...[1, 2, 3, 4, 5].map(exit)],
    })
    expect(words(value)).toEqual([])
  })
})

describe('a door copied to another controller', () => {
  const options = { id: 'copy', controller: 'c2', readerId: (side: string) => `copy-${side}` }
  const source = door('front', 'relay-2', {
    accessTime: 9,
    interlock: 'lock-chamber',
    doorMonitor: { port: 'door-2', supervision: { connection: 'parallel-first' } },
    a: { reader: { id: 'in', type: 'osdp', port: 'rs485-1', address: 3 } },
    b: { reader: { id: 'out', type: 'wiegand', port: 'reader-2' }, rex: { port: 'rex-2' } },
  })

  it('keeps its settings and its ports where they are free [C5]', () => {
    const copy = copyDoor(one([source], [c1, { ...c1, id: 'c2' }]), 'front', options)
    expect(copy).toMatchObject({
      ok: true,
      door: {
        id: 'copy',
        controller: 'c2',
        accessTime: 9,
        interlock: null,
        locks: { primary: { relay: 'relay-2' } },
        doorMonitor: { port: 'door-2' },
        a: { reader: { id: 'copy-a', port: 'rs485-1', address: 3 } },
        b: { reader: { id: 'copy-b', port: 'reader-2' }, rex: { port: 'rex-2' } },
      },
    })
  })

  it('moves to other ports and addresses where they are not', () => {
    const value = one([source])
    const copy = copyDoor(value, 'front', { ...options, controller: 'c1' })
    if (!copy.ok) throw new Error(copy.message)
    expect(copy.door).toMatchObject({
      locks: { primary: { relay: 'relay-1' } },
      doorMonitor: { port: 'door-1' },
      a: { reader: { port: 'rs485-1', address: 0 } },
      b: { reader: { port: 'reader-1' }, rex: { port: 'rex-1' } },
    })
    expect(words({ ...value, doors: [...value.doors, copy.door] })).toEqual([])
  })

  it('is refused by a controller that is full, and one that has not the ports [C5] [C3]', () => {
    const full = one([source, door('x', 'relay-1')])
    expect(copyDoor(full, 'front', { ...options, controller: 'c1' })).toMatchObject({ ok: false, reason: 'controller-full' })
    const twoLocks = { ...source, locks: { primary: { relay: 'relay-1' }, secondary: { relay: 'relay-2' } } }
    expect(copyDoor(one([twoLocks]), 'front', { ...options, controller: 'c1' })).toMatchObject({ ok: false, reason: 'controller-full' })
    const used = one(
      [source, { ...door('x', 'relay-1', { b: { rex: { port: 'rex-1' } } }), controller: 'c2' }],
      [c1, { ...c1, id: 'c2', inputs: [1, 2, 3, 4].map(n => ({ port: `aux-${n}`, role: 'general' })) }],
    )
    const second = { ...source, id: 'second', a: {}, b: { rex: { port: 'rex-2' } } }
    expect(copyDoor({ ...used, doors: [...used.doors, ...one([{ ...second, controller: 'c2' }]).doors] }, 'front', options)).toMatchObject({
      ok: false,
      reason: 'controller-full',
    })
    const noRex = one(
      [source, { ...door('x', 'relay-1', { a: { rex: { port: 'rex-1' } }, b: { rex: { port: 'rex-2' } } }), controller: 'c2' }],
      [c1, { ...c1, id: 'c2', inputs: [1, 2, 3, 4].map(n => ({ port: `aux-${n}`, role: 'general' })) }],
    )
    expect(copyDoor(noRex, 'front', options)).toEqual({
      ok: false,
      reason: 'no-free-port',
      message: '"c2" has no free port for rex on side B',
    })
  })

  it('is not offered a controller that is full [C3]', () => {
    const value = one([source, door('x', 'relay-1')], [c1, { ...c1, id: 'c2' }])
    expect(refuses(value, 'c1', value.doors[0]!)?.reason).toBe('controller-full')
    expect(refuses(value, 'c1', value.doors[0]!, 'x')).toBeUndefined()
    expect(refuses(value, 'c2', value.doors[0]!)).toBeUndefined()
    expect(refuses(value, 'c3', value.doors[0]!)?.reason).toBe('unknown-controller')
  })

  it('takes a monitoring door to the next free input', () => {
    const io = { id: 'io', board: 'io-module', parent: 'c1', emulated: true }
    const value = make({
      controllers: [c1, io],
      doors: [{ id: 'exit', type: 'monitoring-door', controller: 'io', doorMonitor: { port: 'in-1' } }],
    })
    expect(copyDoor(value, 'exit', { ...options, controller: 'io' })).toMatchObject({
      ok: true,
      door: { id: 'copy', doorMonitor: { port: 'in-2' } },
    })
  })
})
