export type Point = readonly [x: number, y: number]

/** What a drawing is made of, in millimetres from the top left of the page, all in black. */
export type Shape =
  | { readonly kind: 'line'; readonly points: readonly Point[]; readonly width: number }
  | {
      readonly kind: 'box'
      readonly x: number
      readonly y: number
      readonly w: number
      readonly h: number
      readonly width: number
      readonly fill: 'white' | 'grey'
      readonly round: number
    }
  | { readonly kind: 'dot'; readonly x: number; readonly y: number; readonly r: number; readonly filled: boolean }
  | {
      readonly kind: 'text'
      readonly x: number
      /** Of the baseline. */
      readonly y: number
      /** Height of the type. */
      readonly size: number
      readonly text: string
      readonly anchor: Anchor
      readonly bold: boolean
    }
type Anchor = 'start' | 'middle' | 'end'

/** One page of `width` × `height` mm; it is scaled to its paper where it is taller. */
export interface Drawing {
  readonly title: string
  readonly width: number
  readonly height: number
  readonly shapes: readonly Shape[]
}

/** Draws shapes one after the other; later ones lie above. */
export interface Pen {
  readonly shapes: readonly Shape[]
  line(points: readonly Point[], width?: number): void
  box(x: number, y: number, w: number, h: number, look?: { width?: number; fill?: 'white' | 'grey'; round?: number }): void
  dot(x: number, y: number, r: number, filled?: boolean): void
  text(x: number, y: number, size: number, text: string, look?: { anchor?: Anchor; bold?: boolean }): void
}

export function takePen(): Pen {
  const shapes: Shape[] = []
  return {
    shapes,
    line(points, width = 0.35) {
      shapes.push({ kind: 'line', points, width })
    },
    box(x, y, w, h, { width = 0.35, fill = 'white', round = 0 } = {}) {
      shapes.push({ kind: 'box', x, y, w, h, width, fill, round })
    },
    dot(x, y, r, filled = true) {
      shapes.push({ kind: 'dot', x, y, r, filled })
    },
    text(x, y, size, text, { anchor = 'start', bold = false } = {}) {
      shapes.push({ kind: 'text', x, y, size, text, anchor, bold })
    },
  }
}

/** About how wide a text is in a condensed face; a little more than less. */
export function widthOf(text: string, size: number, bold = false): number {
  let units = 0
  for (const char of text) units += wide.test(char) ? 1 : narrow.test(char) ? 0.3 : capital.test(char) ? 0.66 : 0.53
  return units * size * (bold ? 1.1 : 1)
}
const narrow = /[ilj.,:;'|!()[\]I ]/
const capital = /[A-ZÆØÅmwMW%@0-9+−Ω=]/
const wide = /[\u2e80-\uffff]|\p{Extended_Pictographic}/u

/** The text, cut with an ellipsis where it is wider than there is room. */
export function clip(text: string, room: number, size: number, bold = false): string {
  if (widthOf(text, size, bold) <= room) return text
  const chars = [...text]
  while (chars.length > 0 && widthOf(`${chars.join('')}…`, size, bold) > room) chars.pop()
  return `${chars.join('').trimEnd()}…`
}

/** The text in lines that fit; the last is cut where there are more than `most`. */
export function wrap(text: string, room: number, size: number, most: number, bold = false): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && widthOf(longer, size, bold) > room) {
      lines.push(line)
      line = word
    } else line = longer
  }
  if (line !== '') lines.push(line)
  const kept = lines.length > most ? [...lines.slice(0, most - 1), lines.slice(most - 1).join(' ')] : lines
  return kept.map(each => clip(each, room, size, bold))
}
