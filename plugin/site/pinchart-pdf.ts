import { fileURLToPath } from 'node:url'
import PdfDocument from 'pdfkit'
import { type Drawing, drawChart, type PinChart, type Shape } from '../../controller/wiring/index.ts'

const font = (name: string) => fileURLToPath(new URL(`./fonts/${name}.ttf`, import.meta.url))
const fills = { white: '#ffffff', grey: '#dddddd' } as const
/** A millimetre in points. */
const mm = 72 / 25.4

/** Pin charts as one PDF: A4, a page each, fonts embedded, black on white (rule B5). */
export async function chartsToPdf(charts: readonly PinChart[]): Promise<Buffer> {
  const drawings = charts.map(drawChart)
  const document = new PdfDocument({
    size: 'A4',
    margin: 0,
    autoFirstPage: false,
    lang: 'en',
    info: { Title: titleOf(drawings), Creator: 'Portunus' },
  })
  const chunks: Buffer[] = []
  document.on('data', (chunk: Buffer) => chunks.push(chunk))
  const written = new Promise<void>((resolve, reject) => {
    document.once('end', resolve)
    document.once('error', reject)
  })
  document.registerFont('plain', font('DejaVuSansCondensed'))
  document.registerFont('bold', font('DejaVuSansCondensed-Bold'))
  for (const drawing of drawings) {
    document.addPage()
    const scale = mm * Math.min(1, 297 / drawing.height)
    document.translate((210 * mm - drawing.width * scale) / 2, 0).scale(scale)
    for (const shape of drawing.shapes) draw(document, shape)
  }
  document.end()
  await written
  return Buffer.concat(chunks)
}

function titleOf(drawings: readonly Drawing[]): string {
  return drawings.length === 1 ? (drawings[0]?.title ?? '') : 'Pin charts'
}

function draw(document: PDFKit.PDFDocument, shape: Shape): void {
  switch (shape.kind) {
    case 'line': {
      const [first, ...rest] = shape.points
      if (first === undefined) return
      document.moveTo(...first)
      for (const point of rest) document.lineTo(...point)
      document.lineWidth(shape.width).lineJoin('round').stroke('#000000')
      return
    }
    case 'box':
      document
        .roundedRect(shape.x, shape.y, shape.w, shape.h, shape.round)
        .lineWidth(shape.width)
        .fillAndStroke(fills[shape.fill], '#000000')
      return
    case 'dot':
      document
        .circle(shape.x, shape.y, shape.r)
        .lineWidth(0.25)
        .fillAndStroke(shape.filled ? '#000000' : '#ffffff', '#000000')
      return
    case 'text': {
      document.font(shape.bold ? 'bold' : 'plain').fontSize(shape.size)
      const width = document.widthOfString(shape.text)
      const x = shape.anchor === 'start' ? shape.x : shape.anchor === 'middle' ? shape.x - width / 2 : shape.x - width
      document.fillColor('#000000').text(shape.text, x, shape.y, { lineBreak: false, baseline: 'alphabetic' })
    }
  }
}
