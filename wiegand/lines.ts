/** What a reader shows. A reader with a single LED wire knows green and red only, so everything but green is red there. */
export type Colour = 'off' | 'red' | 'green' | 'amber'

/** Levels of a reader's control lines, 0 = low: LED and beeper are on while held low. */
export interface ReaderLevels {
  readonly green: 0 | 1
  /** Only with two LED wires. */
  readonly red?: 0 | 1
  readonly beeper: 0 | 1
}

/** The levels that show a colour and sound the beeper (acceptance G4: one LED wire, or one for red and one for green). */
export function readerLevels(led: 'single' | 'dual', colour: Colour, beep = false): ReaderLevels {
  const green = colour === 'green' || (led === 'dual' && colour === 'amber') ? 0 : 1
  const beeper = beep ? 0 : 1
  return led === 'single' ? { green, beeper } : { green, red: colour === 'red' || colour === 'amber' ? 0 : 1, beeper }
}

/** How the tamper contact of a reader is wired (acceptance G5 to G7). */
export interface TamperRules {
  readonly activeIf: 'circuit-open' | 'circuit-closed'
  readonly debounceMs: number
  /** End-of-line resistors, or `null`: an unsupervised contact knows open and closed only. */
  readonly supervision: { readonly connection: 'parallel-first' } | { readonly connection: 'serial-first'; readonly ohms: number } | null
}

/** What is measured at the terminal: a contact, or where it is supervised the resistance of the loop in ohms. */
export type TamperReading = 'open' | 'closed' | { readonly ohms: number }

type Circuit = 'open' | 'closed' | 'cut' | 'short'

export interface TamperState {
  readonly circuit: Circuit | null
  /** What it is about to become, and since when, in milliseconds. */
  readonly pending: { readonly circuit: Circuit; readonly since: number } | null
}

export const noTamper: TamperState = { circuit: null, pending: null }

export interface TamperChange {
  /** A cut or a short is a tampered cable. */
  readonly tamper: boolean
  readonly fault: 'cut' | 'short' | null
}

/** Limits between short, closed, open and cut (domain.md §4). */
function circuitOf({ supervision }: TamperRules, reading: TamperReading): Circuit {
  if (typeof reading === 'string') return reading
  if (!supervision) return reading.ohms < 1_000 ? 'closed' : 'open'
  const limits =
    supervision.connection === 'parallel-first' ? [1_600, 9_200, 52_000] : [0.71, 1.41, 2.83].map(part => part * supervision.ohms)
  const kinds = ['short', 'closed', 'open'] as const
  return kinds[limits.findIndex(limit => reading.ohms < limit)] ?? 'cut'
}

/** Debounces a tamper contact: a change counts once it has lasted. `now` is milliseconds of a monotonic clock; call it again at {@link tamperWakeAt}. */
export function stepTamper(
  rules: TamperRules,
  state: TamperState,
  reading: TamperReading,
  now: number,
): { state: TamperState; change: TamperChange | null } {
  const circuit = circuitOf(rules, reading)
  if (circuit === state.circuit) return { state: { circuit, pending: null }, change: null }
  const since = state.pending?.circuit === circuit ? state.pending.since : now
  if (state.circuit !== null && now - since < rules.debounceMs) return { state: { ...state, pending: { circuit, since } }, change: null }
  const fault = circuit === 'cut' || circuit === 'short' ? circuit : null
  const tamper = fault !== null || `circuit-${circuit}` === rules.activeIf
  return { state: { circuit, pending: null }, change: { tamper, fault } }
}

export function tamperWakeAt(rules: TamperRules, state: TamperState): number | null {
  return state.pending === null ? null : state.pending.since + rules.debounceMs
}
