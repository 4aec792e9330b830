import type { CommandOf } from './message.ts'
import type { ValueOf } from './payload/field.ts'
import type { leds } from './payload/indication.ts'
import { colours } from './payload/indication.ts'

type LedRecord = ValueOf<typeof leds>['leds'][number]

/** Half a period on, the other off, in tenths of a second; `since` is when the pattern began. */
interface Blink {
  readonly on: number
  readonly off: number
  readonly onColor: number
  readonly offColor: number
  readonly since: number
}

interface Led {
  permanent: Blink | null
  temporary: (Blink & { readonly until: number }) | null
}

interface Beep {
  readonly on: number
  readonly off: number
  readonly count: number
  readonly since: number
}

interface Output {
  permanent: boolean
  temporary: { readonly active: boolean; readonly until: number } | null
}

/** A text on a PD's display. `row` and `column` count from 1. */
export interface DisplayedText {
  readonly text: string
  readonly row: number
  readonly column: number
  readonly wrap: boolean
}

/** What a person sees and hears at a PD, and its outputs. Timers need nobody to run them: every question is asked with `now`. */
export interface Panel {
  readonly leds: Map<string, Led>
  readonly buzzers: Map<number, Beep>
  readonly texts: Map<number, { permanent: DisplayedText | null; temporary: (DisplayedText & { readonly until: number }) | null }>
  readonly outputs: Output[]
}

export function createPanel(outputs: number): Panel {
  return {
    leds: new Map(),
    buzzers: new Map(),
    texts: new Map(),
    outputs: Array.from({ length: outputs }, () => ({ permanent: false, temporary: null })),
  }
}

/** A record that sets a pattern of no duration says nothing. */
export function isLedRecord({ temp, perm }: LedRecord): boolean {
  const set = (on: number, off: number) => on !== 0 || off !== 0
  return (
    temp.control <= 2 &&
    perm.control <= 1 &&
    (temp.control !== 2 || set(temp.on, temp.off)) &&
    (perm.control !== 1 || set(perm.on, perm.off))
  )
}

export function setLed(panel: Panel, { reader, led, temp, perm }: LedRecord, now: number) {
  const key = `${reader}/${led}`
  const state = panel.leds.get(key) ?? { permanent: null, temporary: null }
  panel.leds.set(key, state)
  if (perm.control === 1) state.permanent = { ...perm, since: now }
  if (temp.control === 1) state.temporary = null
  if (temp.control === 2) state.temporary = { ...temp, since: now, until: now + temp.timer100ms * 100 }
}

/** The colour that a LED shows at `now`, by its name in the standard (`off`, `red`, `green`, …). */
export function ledColour(panel: Panel, now: number, reader = 0, led = 0): string {
  const state = panel.leds.get(`${reader}/${led}`)
  const shown = state?.temporary && now < state.temporary.until ? state.temporary : (state?.permanent ?? null)
  if (shown === null) return 'off'
  const { on, off, onColor, offColor, since } = shown
  const lit = off === 0 || (on !== 0 && (now - since) % ((on + off) * 100) < on * 100)
  return colours[lit ? onColor : offColor] ?? 'off'
}

/** Whether a LED alternates between two colours at `now`. */
export function ledFlashes(panel: Panel, now: number, reader = 0, led = 0): boolean {
  const state = panel.leds.get(`${reader}/${led}`)
  const shown = state?.temporary && now < state.temporary.until ? state.temporary : state?.permanent
  return !!shown && shown.on !== 0 && shown.off !== 0 && shown.onColor !== shown.offColor
}

/** A tone of no duration says nothing. */
export function buzzerIsSane({ tone, on }: CommandOf<'BUZ'>): boolean {
  return tone <= 1 || on !== 0
}

export function setBuzzer(panel: Panel, { reader, tone, on, off, count }: CommandOf<'BUZ'>, now: number) {
  if (tone === 0) return
  if (tone === 1) panel.buzzers.delete(reader)
  else panel.buzzers.set(reader, { on, off, count, since: now })
}

/** Whether the buzzer sounds at `now`. */
export function buzzerSounds(panel: Panel, now: number, reader = 0): boolean {
  const beep = panel.buzzers.get(reader)
  if (beep === undefined) return false
  const period = (beep.on + beep.off) * 100
  const elapsed = now - beep.since
  if (beep.count !== 0 && elapsed >= beep.count * period) return false
  return beep.off === 0 || elapsed % period < beep.on * 100
}

export function setText(panel: Panel, { reader, command, tempTime, row, col, text }: CommandOf<'TEXT'>, now: number) {
  const state = panel.texts.get(reader) ?? { permanent: null, temporary: null }
  panel.texts.set(reader, state)
  const shown = { text, row, column: col, wrap: command % 2 === 0 }
  if (command > 2) state.temporary = { ...shown, until: now + tempTime * 1000 }
  else {
    state.permanent = shown
    state.temporary = null
  }
}

/** The text on a reader's display at `now`, or null. */
export function displayedText(panel: Panel, now: number, reader = 0): DisplayedText | null {
  const state = panel.texts.get(reader)
  if (state === undefined) return null
  if (state.temporary === null || now >= state.temporary.until) return state.permanent
  const { text, row, column, wrap } = state.temporary
  return { text, row, column, wrap }
}

/** Does what one OUT record says. False where there is no such output or control. */
export function setOutput(panel: Panel, { output, control, timer100ms }: CommandOf<'OUT'>['outputs'][number], now: number): boolean {
  const state = panel.outputs[output]
  if (state === undefined || control > 6) return false
  settle(state, now)
  if (control >= 1 && control <= 4) {
    state.permanent = control === 2 || control === 4
    if (control <= 2) state.temporary = null
  }
  if (control >= 5) state.temporary = { active: control === 5, until: now + timer100ms * 100 }
  return true
}

function settle(state: Output, now: number) {
  if (state.temporary !== null && now >= state.temporary.until) state.temporary = null
}

/** Every output at `now`: 1 active, 0 not. */
export function outputStates(panel: Panel, now: number): number[] {
  return panel.outputs.map(({ permanent, temporary }) =>
    (temporary !== null && now < temporary.until ? temporary.active : permanent) ? 1 : 0,
  )
}

/** When an output's timer next ends, or null. */
export function outputsWakeAt(panel: Panel, now: number): number | null {
  let next: number | null = null
  for (const { temporary } of panel.outputs)
    if (temporary !== null && temporary.until > now && (next === null || temporary.until < next)) next = temporary.until
  return next
}
