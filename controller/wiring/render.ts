import type { PinChart } from './chart.ts'
import { drawChart } from './drawing.ts'
import type { Drawing, Shape } from './shape.ts'

/** The pin chart as an SVG picture of one A4 page. */
export function chartToSvg(chart: PinChart): string {
  return svgOf(drawChart(chart))
}

/** The pin chart as a page of HTML that prints well: the drawing, then the table. */
export function chartToHtml(chart: PinChart): string {
  const bodies = chart.connectors.map(({ id, name, rows, devices }) => {
    const lines = rows.map((row, index) => {
      const device = row.to === null ? undefined : devices.find(each => each.first <= index && index <= each.last)
      const cells = [row.label, row.to ?? '–', row.colour ?? '', device?.title ?? ''].map(cell => `<td>${escapeXml(cell)}</td>`).join('')
      const head = `<th rowspan="${rows.length}" scope="rowgroup">${escapeXml(id)}<br>${escapeXml(name)}</th>`
      return `<tr>${index === 0 ? head : ''}${cells}</tr>`
    })
    return `<tbody>${lines.join('')}</tbody>`
  })
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeXml(`Pin chart of ${chart.name}`)}</title>
<style>
@page { size: A4; margin: 0 }
body { margin: 0; font: 8pt/1.3 "DejaVu Sans Condensed", "Arial Narrow", Arial, sans-serif; color: #000; background: #fff }
svg { display: block; width: 210mm; height: 297mm; margin: 0 auto; break-after: page }
table { box-sizing: border-box; width: 186mm; border-collapse: collapse; margin: 10mm auto }
caption { text-align: left; font-size: 11pt; font-weight: bold; padding-bottom: 2mm }
tbody { break-inside: avoid; border-top: .3mm solid #000 }
th, td { text-align: left; vertical-align: top; padding: .35mm 2mm .35mm 0 }
td { border-bottom: .1mm solid #aaa }
</style></head>
<body>
${svgOf(drawChart(chart))}
<table><caption>${escapeXml(chart.name)}: terminal by terminal</caption>
<thead><tr><th scope="col">Connector</th><th scope="col">Terminal</th><th scope="col">Connects to</th><th scope="col">Colour</th><th scope="col">Device</th></tr></thead>
${bodies.join('\n')}
</table>
</body></html>
`
}

function svgOf({ title, width, height, shapes }: Drawing): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="297mm" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(title)}" font-family="DejaVu Sans Condensed, Arial Narrow, Arial, sans-serif">
<title>${escapeXml(title)}</title>
<rect width="${width}" height="${height}" fill="#fff"/>
${shapes.map(svgShape).join('\n')}
</svg>
`
}

const fills = { none: 'none', white: '#fff', grey: '#ddd' } as const

function svgShape(shape: Shape): string {
  switch (shape.kind) {
    case 'line': {
      const points = shape.points.map(([x, y]) => `${number(x)},${number(y)}`).join(' ')
      return `<polyline points="${points}" fill="none" stroke="#000" stroke-width="${shape.width}" stroke-linejoin="round"/>`
    }
    case 'box': {
      const { x, y, w, h, width, fill, round = 0 } = shape
      return `<rect x="${number(x)}" y="${number(y)}" width="${number(w)}" height="${number(h)}" rx="${round}" fill="${fills[fill]}" stroke="#000" stroke-width="${width}"/>`
    }
    case 'dot':
      return `<circle cx="${number(shape.x)}" cy="${number(shape.y)}" r="${shape.r}" fill="${shape.filled ? '#000' : '#fff'}" stroke="#000" stroke-width="0.25"/>`
    case 'text': {
      const { x, y, size, text, anchor, bold } = shape
      const weight = bold ? ' font-weight="bold"' : ''
      return `<text x="${number(x)}" y="${number(y)}" font-size="${size}" text-anchor="${anchor}"${weight}>${escapeXml(text)}</text>`
    }
  }
}

function number(value: number): string {
  return String(Math.round(value * 100) / 100)
}

function escapeXml(text: string): string {
  // Characters that XML does not allow at all are left out.
  return text
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** The pin chart as text, a line for each terminal. */
export function chartToText(chart: PinChart): string {
  const lines = [`Pin chart of ${chart.name} (${chart.controller}), ${chart.board}, ${chart.site}`]
  for (const { id, name, rows, devices } of chart.connectors) {
    lines.push('', `${id}  ${name}`)
    rows.forEach((row, index) => {
      const device = devices.find(each => each.first <= index && index <= each.last && row.to !== null)
      const start = device?.first === index
      const cells = [row.label.padEnd(10), (row.to ?? '–').padEnd(18), (row.colour ?? '').padEnd(8), start ? device.title : '']
      lines.push(`  ${cells.join(' ')}`.trimEnd())
      if (device && index === device.last)
        for (const detail of [...device.details, ...loopWords(device)]) lines.push(`${' '.repeat(40)} ${detail}`)
    })
  }
  if (chart.readers.length > 0) lines.push('', 'OSDP readers')
  for (const { port, address, reader, at, baudRate, secure, terminated } of chart.readers)
    lines.push(
      `  ${port}, address ${address}: ${reader} (${at}), ${baudRate} baud, ${secure ? 'secure channel' : 'in clear'}, 120 Ω ${terminated ? 'on' : 'off'}`,
    )
  if (chart.jumpers.length > 0) lines.push('', 'Jumpers')
  for (const { id, name, setting, note } of chart.jumpers) lines.push(`  ${id} ${name}: ${setting}. ${note}`)
  if (chart.notes.length > 0) lines.push('', 'Notes', ...chart.notes.map(note => `  ${note}`))
  return `${lines.join('\n')}\n`
}

function loopWords({ loop }: PinChart['connectors'][number]['devices'][number]): string[] {
  if (loop === null) return []
  const { supervision } = loop
  if (supervision.connection === 'parallel-first') return ['end of line: 22 kΩ across the pair, then 4.7 kΩ in series with the contact']
  const value = `${supervision.ohms / 1000} kΩ`
  return [`end of line: ${value} in series, then ${value} across the contact`]
}
