import type { Supervision } from '../../shared/site.ts'
import { type ChartConnector, type ChartDevice, type ChartRow, type PinChart, valuesOf } from './chart.ts'
import { clip, type Drawing, type Pen, takePen, widthOf, wrap } from './shape.ts'

/*
 * An A4 page, upright: the board in the middle with its terminals at both edges, what hangs on them outside, the tables below.
 */
const page = { width: 210, height: 297, margin: 12 }
const board = { left: 75, right: 135 }
/** From terminal to terminal, and between connectors. */
const pitch = 6.4
const gap = 3
const terminal = 4
/** How far the wires go before they come to a device, and how wide that is drawn. */
const reach = 25
const boxWidth = 38
/** Type heights. */
const type = { title: 5, head: 3.4, text: 2.5, small: 2.15 }

/** The pin chart as a drawing. */
export function drawChart(chart: PinChart): Drawing {
  const pen = takePen()
  const top = drawTitle(chart, pen)
  const edges = (['left', 'right'] as const).map(edge => chart.connectors.filter(connector => connector.edge === edge))
  const height = Math.max(...edges.map(heightOf)) + 2 * gap
  pen.box(board.left, top, board.right - board.left, height, { width: 0.5, round: 1.5 })
  for (const connectors of edges) {
    let y = top + gap
    for (const connector of connectors) {
      drawConnector(connector, y, pen)
      y += connector.rows.length * pitch + gap
    }
  }
  const end = drawTables(chart, top + height + 7, pen)
  const tall = Math.max(page.height, end + page.margin)
  const colours =
    'Wire colours: red, black, green and white are common to most makes; the others differ, so read the data sheet of the device.'
  pen.text(page.margin, tall - 7, type.small, colours)
  return { title: `Pin chart of ${chart.name}`, width: page.width, height: tall, shapes: pen.shapes }
}

function heightOf(connectors: readonly ChartConnector[]): number {
  return connectors.reduce((sum, connector) => sum + connector.rows.length * pitch, 0) + Math.max(0, connectors.length - 1) * gap
}

function drawTitle({ site, name, controller, board: kind }: PinChart, pen: Pen): number {
  const { margin, width } = page
  const room = width - 2 * margin
  pen.text(margin, margin + 4.5, type.title, clip(name, room, type.title, true), { bold: true })
  pen.text(margin, margin + 9.5, type.head, clip(`${kind} · ${controller} · ${site}`, room - 22, type.head))
  pen.text(width - margin, margin + 9.5, type.head, 'Pin chart', { anchor: 'end' })
  pen.line(
    [
      [margin, margin + 11.5],
      [width - margin, margin + 11.5],
    ],
    0.4,
  )
  return margin + 16
}

/** One edge of the board: where its terminals end, and which way is out. */
interface Edge {
  readonly at: number
  readonly out: -1 | 1
  /** Of a text that begins, or ends, at the terminal and goes outwards. */
  readonly outwards: 'start' | 'end'
  readonly inwards: 'start' | 'end'
}
const edges: Record<'left' | 'right', Edge> = {
  left: { at: board.left, out: -1, outwards: 'end', inwards: 'start' },
  right: { at: board.right, out: 1, outwards: 'start', inwards: 'end' },
}

/** One terminal block at its edge of the board, with what hangs on it. */
function drawConnector({ id, name, edge, rows, devices }: ChartConnector, top: number, pen: Pen): void {
  const { at, out, outwards, inwards } = edges[edge]
  const screws = at - (out * terminal) / 2
  pen.box(Math.min(at, at - out * terminal), top, terminal, rows.length * pitch, { fill: 'grey' })
  const labels = Math.max(...rows.map(row => widthOf(row.label, type.text)))
  const inner = at - out * (terminal + labels + 3.2)
  const room = Math.abs((board.left + board.right) / 2 - inner) - 0.8
  const middle = top + (rows.length * pitch) / 2
  pen.text(inner, middle + (rows.length === 1 ? 0.9 : -0.3), type.text, clip(id, room, type.text, true), { anchor: inwards, bold: true })
  const lines = rows.length === 1 ? [] : wrap(name, room, type.text, 2)
  for (const [index, text] of lines.entries()) pen.text(inner, middle + 2.7 + index * 2.9, type.text, text, { anchor: inwards })
  for (const [index, row] of rows.entries()) {
    const y = rowAt(top, index)
    pen.dot(screws, y, 1.15, false)
    pen.line(
      [
        [screws - 0.7, y + 0.7],
        [screws + 0.7, y - 0.7],
      ],
      0.25,
    )
    pen.text(at - out * (terminal + 1.2), y + 0.9, type.text, row.label, { anchor: inwards })
    if (row.to === null) pen.text(at + out * 1.5, y + 0.8, type.small, '–', { anchor: outwards })
    else if (devices.length === 0) drawWire(edges[edge], y, row, pen)
  }
  for (const device of devices) drawDevice(roomy(device, rows), rows, top, edges[edge], pen)
}

/** A device takes in the neighbour terminal that is free, for its words. */
function roomy(device: ChartDevice, rows: readonly ChartRow[]): ChartDevice {
  return device.first === 0 && device.last === rows.length - 2 ? { ...device, last: rows.length - 1 } : device
}

function rowAt(top: number, index: number): number {
  return top + (index + 0.5) * pitch
}

/** A wire to the outside with its colour, and what it goes to. */
function drawWire({ at, out, outwards, inwards }: Edge, y: number, { to, colour }: Pick<ChartRow, 'to' | 'colour'>, pen: Pen): void {
  pen.line([
    [at, y],
    [at + out * reach, y],
  ])
  if (colour !== null) pen.text(at + out * 1.5, y - 0.7, type.small, colour, { anchor: outwards })
  if (to !== null) pen.text(at + out * (reach - 1), y - 0.7, type.small, clip(to, reach - 2, type.small), { anchor: inwards })
}

function drawDevice(device: ChartDevice, rows: readonly ChartRow[], top: number, edge: Edge, pen: Pen): void {
  const { at, out } = edge
  const near = at + out * reach
  const y = top + device.first * pitch
  const height = (device.last - device.first + 1) * pitch
  const single = device.first === device.last
  pen.box(Math.min(near, near + out * boxWidth), y + 0.4, boxWidth, height - 0.8, { round: 0.8 })
  for (let index = device.first; index <= device.last; index++) {
    const row = rows[index]
    if (row === undefined || row.to === null) continue
    const looped = device.contact !== null || (device.loop?.signal === 'tamper' && row.colour === 'purple')
    // One terminal has no room for a contact: its wire says what it does.
    const to = looped ? (single ? (device.details[0] ?? null) : null) : row.to
    drawWire(edge, rowAt(top, index), { to, colour: row.colour }, pen)
  }
  const first = rowAt(top, device.first)
  if (device.contact !== null && !single) drawContact(device.contact, near, out, first, first + pitch, pen)
  if (device.loop?.signal === 'tamper') drawTamperLoop(device.loop.supervision, rowAt(top, device.last), edge, pen)
  else if (device.loop !== null) drawLoop(device.loop.supervision, first, edge, pen)
  drawWords(device, near, out, y, height, pen)
}

function drawWords({ title, details, contact }: ChartDevice, near: number, out: number, top: number, height: number, pen: Pen): void {
  const symbol = contact === null || height < 2 * pitch ? 0 : 6
  const x = out < 0 ? near - boxWidth + 1.2 : near + symbol + 1.2
  const room = boxWidth - symbol - 2.4
  const most = Math.max(1, Math.floor((height - 1.6) / 2.75))
  if (most === 1) {
    const size = widthOf(title, type.text, true) <= room ? type.text : type.small
    pen.text(x, top + height / 2 + 0.9, size, clip(title, room, size, true), { bold: true })
    return
  }
  const heads = wrap(title, room, type.text, Math.max(1, most - Math.min(1, details.length)), true)
  const texts = details.flatMap(each => wrap(each, room, type.small, 2)).slice(0, most - heads.length)
  let y = top + (height - heads.length * 2.8 - texts.length * 2.65) / 2 + 2.05
  for (const text of heads) {
    pen.text(x, y, type.text, text, { bold: true })
    y += 2.8
  }
  for (const text of texts) {
    pen.text(x, y, type.small, text)
    y += 2.65
  }
}

/** A contact inside its device, as it is at rest: `opens` is closed then. */
function drawContact(contact: 'opens' | 'closes', near: number, out: number, y1: number, y2: number, pen: Pen): void {
  const x = near + out * 3
  const [a, b] = [y1 + (y2 - y1) * 0.2, y2 - (y2 - y1) * 0.2]
  pen.line([
    [near, y1],
    [x, y1],
    [x, a],
  ])
  pen.line([
    [near, y2],
    [x, y2],
    [x, b],
  ])
  pen.dot(x, a, 0.5)
  pen.dot(x, b, 0.5)
  pen.line([[x, b], contact === 'opens' ? [x + out * 0.7, a - 0.4] : [x + out * 1.9, a + 0.4]], 0.45)
}

/** End-of-line resistors in the two wires of a contact (rules J3, J4): near the terminal what comes first. */
function drawLoop(supervision: Supervision, y: number, { at, out }: Edge, pen: Pen): void {
  const [one = '', two = ''] = valuesOf(supervision)
  const [near, far] = [at + out * 7, at + out * 17]
  if (supervision.connection === 'parallel-first') {
    drawAcross(near, out, y, one, pen)
    drawAlong(far, y, two, pen)
  } else {
    drawAlong(near, y, one, pen)
    drawAcross(far, out, y, two, pen)
  }
}

/** The same on the tamper wire of a reader, whose other wire is the common 0 V. */
function drawTamperLoop(supervision: Supervision, y: number, { at, out }: Edge, pen: Pen): void {
  const [one = '', two = ''] = valuesOf(supervision)
  const parallelFirst = supervision.connection === 'parallel-first'
  const across = at + out * (parallelFirst ? 12 : 20)
  drawAlong(at + out * (parallelFirst ? 20 : 14), y, parallelFirst ? two : one, pen)
  pen.line([
    [across, y],
    [across, y + 5],
  ])
  pen.box(across - 0.9, y + 0.9, 1.8, 3.2)
  pen.dot(across, y, 0.45)
  pen.text(across - out * 1.5, y + 3.3, type.small, parallelFirst ? one : two, { anchor: out < 0 ? 'start' : 'end' })
  pen.line(
    [
      [across - 1.3, y + 5],
      [across + 1.3, y + 5],
    ],
    0.5,
  )
  pen.text(across + out * 1.8, y + 5.3, type.small, '0V', { anchor: out < 0 ? 'end' : 'start' })
}

/** A resistor in one wire. */
function drawAlong(x: number, y: number, value: string, pen: Pen): void {
  pen.box(x - 2.5, y - 0.9, 5, 1.8)
  pen.text(x, y - 1.4, type.small, value, { anchor: 'middle' })
}

/** A resistor from wire to wire. */
function drawAcross(x: number, out: number, y: number, value: string, pen: Pen): void {
  const middle = y + pitch / 2
  pen.line([
    [x, y],
    [x, y + pitch],
  ])
  pen.box(x - 0.9, middle - 1.9, 1.8, 3.8)
  pen.dot(x, y, 0.45)
  pen.dot(x, y + pitch, 0.45)
  pen.text(x + out * 1.5, middle + 0.8, type.small, value, { anchor: out < 0 ? 'end' : 'start' })
}

function drawTables(chart: PinChart, top: number, pen: Pen): number {
  const { margin } = page
  const width = page.width - 2 * margin
  let y = top
  const head = (text: string) => {
    pen.text(margin, y, type.head, text, { bold: true })
    pen.line(
      [
        [margin, y + 1.4],
        [margin + width, y + 1.4],
      ],
      0.25,
    )
    y += 4.8
  }
  const row = (cells: readonly string[], starts: readonly number[], bold = false) => {
    for (const [index, text] of cells.entries()) {
      const start = starts[index] ?? 0
      pen.text(margin + start, y, type.text, clip(text, (starts[index + 1] ?? width) - start - 1.5, type.text, bold), { bold })
    }
    y += 3.7
  }
  if (chart.readers.length > 0) {
    head('OSDP readers')
    const starts = [0, 17, 32, 72, 127, 141, 160]
    row(['Line', 'Address', 'Reader', 'Door', 'Baud', 'Channel', '120 Ω'], starts, true)
    for (const { port, address, reader, at, baudRate, secure, terminated } of chart.readers)
      row([port, `${address}`, reader, at, `${baudRate}`, secure ? 'secure' : 'IN CLEAR', terminated ? 'ON, end of line' : 'off'], starts)
    y += 3
  }
  if (chart.jumpers.length > 0) {
    head('Jumpers')
    for (const { id, name, setting, note } of chart.jumpers) row([id, name, setting, note], [0, 17, 72, 95])
    y += 3
  }
  if (chart.notes.length > 0) {
    head('Notes')
    for (const note of chart.notes) for (const line of wrap(note, width, type.text, 3)) row([line], [0])
  }
  return y
}
