import { describe, expect, it } from 'vitest'
import { site } from '../../shared/site.ts'
import { chartOf, chartToHtml, chartToSvg, chartToText, drawChart, type PinChart } from './index.ts'

const value = site.parse({
  portunus: 1,
  site: { name: 'Head office' },
  controllers: [
    {
      id: 'c1',
      name: 'Lobby <1> & "2"',
      board: 'two-door',
      emulated: true,
      inputs: [{ port: 'aux-1', name: 'Fire alarm', role: 'emergency' }],
      outputs: [{ port: 'aux-2', name: 'Sounder' }],
    },
    { id: 'io', board: 'io-module', parent: 'c1', emulated: true },
    {
      id: 'pi',
      board: 'raspberry-pi',
      emulated: true,
      ports: { lock: { lines: [17] }, card: { lines: [5, 6, 13] }, far: { chip: '/dev/gpiochip2', lines: [3] } },
      serial: { line: { path: '/dev/ttyUSB0', baudRate: 115_200 } },
      inputs: [{ port: 'far', role: 'general', name: 'Tank' }],
    },
    { id: 'bare', board: 'two-door', emulated: true },
  ],
  doors: [
    {
      id: 'lobby',
      name: 'Lobby',
      controller: 'c1',
      locks: { primary: { relay: 'relay-1' }, secondary: { relay: 'relay-2', type: 'fail-safe' } },
      doorMonitor: { port: 'door-1', supervision: { connection: 'parallel-first' } },
      a: { reader: { id: 'in', name: 'Lobby in', type: 'osdp', port: 'rs485-1', address: 4 } },
      b: {
        reader: { id: 'out', type: 'wiegand', port: 'reader-1', led: 'dual', tamper: {}, supervision: { connection: 'parallel-first' } },
        rex: { activeIf: 'circuit-closed', supervision: { connection: 'serial-first', ohms: 4700 }, port: 'rex-2' },
      },
    },
    { id: 'exit', type: 'monitoring-door', controller: 'io', doorMonitor: { port: 'in-3', openIf: 'circuit-closed' } },
    {
      id: 'shop',
      controller: 'pi',
      locks: { primary: { relay: 'lock' } },
      a: { reader: { id: 'r2', type: 'osdp', port: 'line', address: 2, secureChannel: false } },
      b: { reader: { id: 'r1', type: 'wiegand', port: 'card' } },
    },
    {
      id: 'back',
      controller: 'pi',
      locks: { primary: { relay: 'lock' } },
      a: { reader: { id: 'r3', type: 'osdp', port: 'line', address: 1 } },
    },
  ],
})
function chart(id: string): PinChart {
  const found = chartOf(value, id)
  if (!found) throw new Error(id)
  return found
}
const rows = (id: string, connector: string) =>
  chart(id)
    .connectors.find(each => each.name === connector)
    ?.rows.map(row => [row.label, row.to, row.colour])
const device = (id: string, connector: string) => chart(id).connectors.find(each => each.name === connector)?.devices[0]

describe('a pin chart [B5]', () => {
  it('says of every terminal what is connected, and the colour of the wire', () => {
    expect(rows('c1', 'Reader 1')).toEqual([
      ['12V', 'V+', 'red'],
      ['0V', '0 V', 'black'],
      ['D0', 'D0', 'green'],
      ['D1', 'D1', 'white'],
      ['LED', 'green LED', 'brown'],
      ['LED2', 'red LED', 'orange'],
      ['BEEP', 'beeper', 'yellow'],
      ['TMP', 'tamper', 'purple'],
    ])
    expect(rows('c1', 'RS-485 1')).toEqual([
      ['12V', 'V+', 'red'],
      ['0V', '0 V', 'black'],
      ['A', 'A (D+)', null],
      ['B', 'B (D−)', null],
    ])
    expect(rows('c1', 'Relay 1')).toEqual([
      ['NO', 'lock +', null],
      ['C', 'lock supply +', null],
      ['NC', null, null],
    ])
    expect(rows('c1', 'Reader 2')?.every(([, to]) => to === null)).toBe(true)
    expect(rows('c1', 'Aux 2')).toEqual([
      ['IO', 'load −', null],
      ['0V', 'supply −', null],
    ])
  })

  it('names locks, contacts and inputs with what they do', () => {
    expect(device('c1', 'Relay 1')).toMatchObject({
      title: 'Lock of Lobby',
      details: [expect.stringContaining('fail-secure: relay on feeds it and unlocks'), expect.anything()],
    })
    expect(device('c1', 'Relay 2')).toMatchObject({
      title: 'Second lock of Lobby',
      details: [expect.stringContaining('fail-safe: relay on feeds it and locks'), expect.anything()],
    })
    expect(device('c1', 'Door 1')).toMatchObject({ title: 'Door monitor of Lobby', details: ['NC: open = door open'], contact: 'opens' })
    expect(device('c1', 'REX 2')).toMatchObject({ title: 'REX button, Lobby side B', details: ['NO: closed = pressed'], contact: 'closes' })
    expect(device('c1', 'Aux 1')).toMatchObject({ title: 'Fire alarm', details: ['NC: open = emergency'] })
    expect(device('io', 'Input 3')).toMatchObject({ title: 'Door monitor of exit', details: ['NO: closed = door open'] })
  })

  it('sets the jumper of the line in use, and ends each line at its last reader', () => {
    expect(chart('c1').jumpers).toMatchObject([{ id: 'JP1', setting: '120 Ω' }])
    expect(chart('bare').jumpers).toMatchObject([{ id: 'JP1', setting: 'OFF' }])
    expect(chart('pi').readers).toEqual([
      { port: 'line', address: 1, reader: 'r3', at: 'side A of back', secure: true, baudRate: 115_200, terminated: false },
      { port: 'line', address: 2, reader: 'r2', at: 'side A of shop', secure: false, baudRate: 115_200, terminated: true },
    ])
  })

  it('counts the end-of-line resistors [J2] [J3] [J4]', () => {
    expect(chart('c1').notes).toContain('End-of-line resistors, as near the contact as possible: 2 × 22 kΩ, 4 × 4.7 kΩ, 1 % or better.')
    expect(chart('bare').notes.join()).not.toContain('resistors')
  })

  it('finds the pins of ports that the owner named', () => {
    expect(rows('pi', 'odd pins')?.filter(([, to]) => to !== null)).toEqual([
      ['11 GPIO17', 'relay board', null],
      ['29 GPIO5', 'D0', 'green'],
      ['31 GPIO6', 'D1', 'white'],
      ['33 GPIO13', 'LED', 'brown'],
    ])
    expect(rows('pi', 'ttyUSB0')?.map(([label, to]) => [label, to])).toEqual([
      ['A', 'A (D+)'],
      ['B', 'B (D−)'],
      ['0V', '0 V'],
    ])
    expect(rows('pi', 'far')).toEqual([['line 3', 'contact', null]])
  })

  it('is not there for a controller that is not', () => {
    expect(chartOf(value, 'gone')).toBeUndefined()
  })
})

describe('a drawing', () => {
  it.each(['c1', 'io', 'pi', 'bare'])('of %s keeps everything on its page', id => {
    const { width, height, shapes } = drawChart(chart(id))
    expect([width, height]).toEqual([210, 297])
    for (const shape of shapes) {
      const points =
        shape.kind === 'line'
          ? shape.points
          : shape.kind === 'box'
            ? [[shape.x, shape.y] as const, [shape.x + shape.w, shape.y + shape.h] as const]
            : [[shape.x, shape.y] as const]
      for (const [x, y] of points) expect(x >= 10 && x <= 200 && y >= 10 && y <= 292, JSON.stringify(shape)).toBe(true)
    }
  })

  it('has the resistors of each loop between terminal and contact', () => {
    const texts = drawChart(chart('c1')).shapes.flatMap(shape => (shape.kind === 'text' ? [shape] : []))
    const values = texts.filter(shape => shape.text.endsWith('kΩ')).map(shape => shape.text)
    expect(values.sort()).toEqual(['22 kΩ', '22 kΩ', '4.7 kΩ', '4.7 kΩ', '4.7 kΩ', '4.7 kΩ'])
    // Parallel first: the 22 kΩ is the nearer to the board at x = 75; the serial one lies behind it.
    const [across, along] = ['22 kΩ', '4.7 kΩ'].map(text => texts.find(shape => shape.text === text && shape.x < 75)?.x ?? 0)
    expect(across).toBeGreaterThan(along ?? 0)
  })

  it('grows with what has to be on it, and clips what is too long', () => {
    const crowded = { ...chart('c1'), name: 'x'.repeat(300), notes: Array.from({ length: 40 }, () => 'note') }
    const { height, shapes } = drawChart(crowded)
    expect(height).toBeGreaterThan(297)
    const title = shapes.find(shape => shape.kind === 'text' && shape.text.startsWith('xxx'))
    expect(title?.kind === 'text' && title.text.length < 120 && title.text.endsWith('…')).toBe(true)
  })
})

describe('the chart is written', () => {
  it('as SVG of one A4 page, with names that cannot break it', () => {
    const svg = chartToSvg(chart('c1'))
    expect(svg).toContain('width="210mm" height="297mm" viewBox="0 0 210 297"')
    expect(svg).toContain('Lobby &lt;1&gt; &amp; &quot;2&quot;')
    expect(svg).not.toMatch(/&(?!amp;|lt;|gt;|quot;)|NaN|undefined/)
    expect(chartToSvg({ ...chart('c1'), name: 'a\u0000\uD800b' })).toContain('>ab<')
  })

  it('as HTML with the drawing and a row for each terminal', () => {
    const html = chartToHtml(chart('c1'))
    const pins = chart('c1').connectors.flatMap(connector => connector.rows).length
    expect(html.match(/<tr>/g)).toHaveLength(pins + 1)
    expect(html).toContain('<svg')
    expect(html).toContain('<td>TMP</td><td>tamper</td><td>purple</td><td>Reader out</td>')
  })

  it('as text', () => {
    const text = chartToText(chart('c1'))
    expect(text).toContain('  IN         door contact                Door monitor of Lobby\n')
    expect(text).toContain('end of line: 22 kΩ across the pair, then 4.7 kΩ in series with the contact')
    expect(text).toContain('end of line: 4.7 kΩ in series, then 4.7 kΩ across the contact')
    expect(text).toContain('rs485-1, address 4: Lobby in (side A of Lobby), 9600 baud, secure channel, 120 Ω on')
    expect(text).toContain('JP1 RS-485 termination: 120 Ω.')
  })
})
