import { formatPath, type Path, type Problem } from '../../shared/problem.ts'
import type { Controller } from '../../shared/site.ts'
import { assign, type Demand, demandsOf, doorsOf, freeRexPorts, type Wired } from './assign.ts'
import type { Board, Port } from './board.ts'
import { boards, portsOf } from './boards/index.ts'
import { exceeded, take } from './capacity.ts'

/**
 * What a board cannot do (domain.md §1, rules C1, F8, H2): unknown boards and ports, a port for the wrong use, one used twice, two readers
 * with one address, more doors than it carries. A controller that is not there is `validateSite`'s business.
 */
export function validateWiring(site: Wired): Problem[] {
  return site.controllers.flatMap((controller, index) => {
    const board = boards.get(controller.board)
    if (board === undefined) {
      const message = `there is no board ${quote(controller.board)}; known are ${[...boards.keys()].join(', ')}`
      return [problem('unknown-board', ['controllers', index, 'board'], message)]
    }
    const ports = new Map(portsOf(controller).map(port => [port.id, port]))
    const demands = demandsOf(site, controller.id)
    const assigned = assign(site, controller.id)
    const named = demands.flatMap(demand => (demand.port === undefined ? [] : [{ ...demand, port: demand.port }]))
    return [
      ...parentProblems(site, controller, board, index),
      ...ownPortProblems(controller, board, index),
      ...capacityProblems(site, controller, board),
      ...named.flatMap(demand => fitProblems(demand, demand.port, ports, controller, board)),
      ...clashProblems(assigned, ports),
      ...demands.flatMap(demand =>
        demand.port === undefined && !assigned.some(each => formatPath(each.path) === formatPath(demand.path))
          ? [noRexPort(site, demand)]
          : [],
      ),
      ...lineProblems(controller, index, assigned),
    ]
  })
}

function problem(reason: string, path: Path, message: string, severity: Problem['severity'] = 'error'): Problem {
  return { severity, reason, path: formatPath(path), message }
}

function quote(text: string): string {
  return `"${text}"`
}

function parentProblems(site: Wired, { id, parent, board: name }: Controller, board: Board, index: number): Problem[] {
  const path = ['controllers', index, 'parent']
  if (!board.hasParent)
    return parent === undefined ? [] : [problem('parent-not-allowed', path, `a ${name} stands alone; remove its parent`)]
  const hosts = site.controllers.filter(each => boards.get(each.board)?.hasParent === false).map(each => each.id)
  const choose = `name the controller it hangs on${hosts.length > 0 ? `: ${hosts.join(', ')}` : ''}`
  if (parent === undefined) return [problem('parent-missing', ['controllers', index], `the ${name} ${quote(id)} has no parent; ${choose}`)]
  if (hosts.includes(parent)) return []
  const known = site.controllers.some(each => each.id === parent)
  return [
    problem(
      'parent-not-allowed',
      path,
      `${known ? `${quote(parent)} cannot carry a module` : `there is no controller ${quote(parent)}`}; ${choose}`,
    ),
  ]
}

function ownPortProblems({ ports, serial, board: name }: Controller, board: Board, index: number): Problem[] {
  if (board.ownPorts === undefined) {
    const own = Object.keys(ports).map(port =>
      problem(
        'port-not-named-here',
        ['controllers', index, 'ports', port],
        `the ports of a ${name} have their names already; remove ${quote(port)}`,
      ),
    )
    const lines = board.ports.filter(port => port.can.includes('osdp-reader')).map(port => port.id)
    const unknown = Object.keys(serial).filter(port => !lines.includes(port))
    return [
      ...own,
      ...unknown.map(port => {
        const choice = lines.length > 0 ? `it has ${lines.join(', ')}` : 'it has none'
        return problem('unknown-port', ['controllers', index, 'serial', port], `a ${name} has no RS-485 port ${quote(port)}; ${choice}`)
      }),
    ]
  }
  const used = new Map<string, string>()
  const twice: Problem[] = []
  for (const [port, { chip, lines }] of Object.entries(ports)) {
    lines.forEach((line, number) => {
      const key = `${chip}:${line}`
      const other = used.get(key)
      const path = ['controllers', index, 'ports', port, 'lines', number]
      if (other !== undefined)
        twice.push(problem('line-used-twice', path, `line ${line} of ${chip} is also that of port ${quote(other)}; each line has one port`))
      used.set(key, port)
    })
    if (port in serial)
      twice.push(
        problem('port-used-twice', ['controllers', index, 'serial', port], `${quote(port)} is the name of a GPIO port too; rename one`),
      )
  }
  return twice
}

function capacityProblems(site: Wired, controller: Controller, board: Board): Problem[] {
  const problems: Problem[] = []
  const count = { doors: 0, locks: 0, monitoringDoors: 0 }
  for (const { door, number: index } of doorsOf(site, controller.id)) {
    const message = exceeded(board, count, door)
    if (message === undefined) take(count, door)
    else
      problems.push(
        problem('controller-full', ['doors', index, 'controller'], `${quote(controller.id)} cannot carry this door: ${message}`),
      )
  }
  return problems
}

function fitProblems(demand: Demand, id: string, ports: ReadonlyMap<string, Port>, controller: Controller, board: Board): Problem[] {
  const port = ports.get(id)
  const kind = kinds[demand.kind]
  if (port?.can.includes(demand.kind)) {
    if (!demand.supervision || port.supervised) return []
    const path = [...demand.path.slice(0, -1), 'supervision']
    return [problem('not-supervised', path, `${id} of ${quote(controller.id)} measures no resistance; leave the supervision out`)]
  }
  // A board without locks says so once, at the door.
  if (demand.kind === 'lock' && board.carries.doors === 0) return []
  const choice = [...ports.values()].filter(each => each.can.includes(demand.kind)).map(each => each.id)
  const choose = choice.length > 0 ? `choose from ${choice.join(', ')}` : `the ${board.name} has no port for ${kind}`
  const wrong =
    port === undefined ? `${quote(controller.id)} has no port ${quote(id)}` : `${id} of ${quote(controller.id)} is no port for ${kind}`
  return [problem(port === undefined ? 'unknown-port' : 'wrong-port', demand.path, `${wrong}; ${choose}`)]
}

const kinds: Record<Demand['kind'], string> = {
  lock: 'a lock',
  'door-monitor': 'a door monitor',
  rex: 'a REX',
  'wiegand-reader': 'a Wiegand reader',
  'osdp-reader': 'an OSDP reader',
  input: 'an input',
  output: 'an output',
}

type Assigned = Demand & { readonly port: string }

function clashProblems(assigned: readonly Assigned[], ports: ReadonlyMap<string, Port>): Problem[] {
  const problems: Problem[] = []
  const users = new Map<string, Assigned[]>()
  for (const demand of assigned) users.set(demand.port, [...(users.get(demand.port) ?? []), demand])
  for (const [id, all] of users) {
    const port = ports.get(id)
    for (const [number, later] of all.entries()) {
      const shares = (other: Demand) => port?.addresses !== undefined && later.kind === 'osdp-reader' && other.kind === 'osdp-reader'
      const other = all.slice(0, number).find(each => !shares(each))
      if (other !== undefined) problems.push(usedTwice(later, other, id, ports, users))
      else if (port?.addresses !== undefined) problems.push(...addressProblems(later, all.slice(0, number), id, port.addresses))
    }
  }
  return problems
}

function usedTwice(
  later: Assigned,
  other: Assigned,
  id: string,
  ports: ReadonlyMap<string, Port>,
  users: ReadonlyMap<string, unknown>,
): Problem {
  const free = [...ports.values()].filter(port => port.can.includes(later.kind) && !users.has(port.id)).map(port => port.id)
  const choose = free.length > 0 ? `free: ${free.join(', ')}` : 'no other is free'
  const message = `${id} of ${quote(later.controller)} is used twice: by ${userOf(other)} (${formatPath(other.path)}) and by ${userOf(later)}; ${choose}`
  return problem('port-used-twice', later.path, message)
}

function addressProblems(later: Assigned, earlier: readonly Assigned[], id: string, most: number): Problem[] {
  if (later.reader?.type !== 'osdp') return []
  const { address } = later.reader
  const path = [...later.path.slice(0, -1), 'address']
  const used = earlier.map(each => (each.reader?.type === 'osdp' ? each.reader.address : -1))
  const other = earlier[used.indexOf(address)]
  if (other !== undefined) {
    let free = 0
    while (used.includes(free) || free === address) free++
    const message = `address ${address} on ${id} of ${quote(later.controller)} is used twice: by ${userOf(other)} (${formatPath(other.path.slice(0, -1))}) and by ${userOf(later)}; ${free} is free`
    return [problem('address-used-twice', path, message)]
  }
  if (earlier.length < most) return []
  return [
    problem('line-full', later.path, `${id} of ${quote(later.controller)} carries ${most} OSDP readers; ${userOf(later)} is one too many`),
  ]
}

/** Who uses a port, for a person. */
function userOf({ kind, door, side, lock, reader, role }: Demand): string {
  if (kind === 'lock') return `the ${lock} lock of door ${quote(door ?? '')}`
  if (kind === 'door-monitor') return `the door monitor of ${quote(door ?? '')}`
  if (kind === 'rex') return `the REX of door ${quote(door ?? '')}, side ${side?.toUpperCase()}`
  if (reader !== undefined) return `the reader ${quote(reader.id)}`
  return kind === 'input' ? (role === 'emergency' ? 'an emergency input' : 'a general input') : 'an output'
}

function noRexPort(site: Wired, demand: Demand): Problem {
  const free = freeRexPorts(site, demand.controller)
  const why =
    free.length > 1
      ? `several REX ports are free: name one of ${free.join(', ')}`
      : `no REX port of ${quote(demand.controller)} is free; name a port for it`
  return problem('no-rex-port', demand.path, `${userOf(demand)} has no port, and ${why}`)
}

/** Readers on an RS-485 port of real hardware need the line it is found at. */
function lineProblems({ id, emulated, serial }: Controller, index: number, assigned: readonly Assigned[]): Problem[] {
  if (emulated) return []
  const used = new Set(assigned.filter(each => each.kind === 'osdp-reader').map(each => each.port))
  return [...used]
    .filter(port => !(port in serial))
    .map(port => {
      const message = `${quote(id)} has OSDP readers on ${port} but no serial line for it; give its path, such as serial: { ${port}: { path: /dev/ttyUSB0 } }`
      return problem('no-serial-line', ['controllers', index, 'serial'], message, 'warning')
    })
}
