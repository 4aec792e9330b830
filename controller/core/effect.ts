import type { CommandResult } from '../../shared/command.ts'
import type { SharedPresence, SharedUse } from './input.ts'

export type LedColour = 'red' | 'green' | 'amber' | 'blue' | 'off'

/** What the core wants done outside. Events and changed rows are returned beside these and are committed before any is carried out. */
export type Effect = FieldEffect | LinkEffect

export type FieldEffect =
  | { readonly kind: 'relay'; readonly controller: string; readonly port: string; readonly energised: boolean }
  | { readonly kind: 'output'; readonly controller: string; readonly port: string; readonly active: boolean }
  /** From here on the reader shows this; the field repeats it to a reader that comes back. */
  | { readonly kind: 'led'; readonly reader: string; readonly colour: LedColour; readonly flashing: boolean }
  | { readonly kind: 'beep'; readonly reader: string; readonly times: number }
  | { readonly kind: 'text'; readonly reader: string; readonly text: string; readonly seconds: number }

export type LinkEffect =
  | { readonly kind: 'result'; readonly command: string; readonly results: readonly CommandResult[] }
  /** For the other controllers, by way of the plugin. */
  | { readonly kind: 'share'; readonly presence: readonly SharedPresence[]; readonly uses: readonly SharedUse[] }
