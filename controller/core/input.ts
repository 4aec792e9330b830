import type { Command } from '../../shared/command.ts'

/** What an input terminal shows: a contact, or where it is measured, the resistance of the loop in ohms (Infinity = open circuit). */
export type Reading = 'open' | 'closed' | { readonly ohms: number }

/** Everything that can happen to a controller. */
export type Input =
  /** The process is up and the state is loaded. */
  | { readonly kind: 'start' }
  /** The instant `wakeAt` named has come. */
  | { readonly kind: 'wake' }
  /** Another site is in force from this step on (the model handed to `step` is the new one). `removed` names the cardholders who left it; left out, anybody may have. */
  | { readonly kind: 'configured'; readonly revision: string; readonly removed?: readonly string[] }
  | { readonly kind: 'card'; readonly reader: string; readonly bits: string }
  /** Keys `0`–`9`, `*`, `#`, in the order pressed; `whole` from a keypad that has ended the PIN itself. */
  | { readonly kind: 'keys'; readonly reader: string; readonly keys: string; readonly whole?: boolean }
  | { readonly kind: 'plate'; readonly reader: string; readonly text: string }
  | { readonly kind: 'mobile'; readonly reader: string; readonly token: string }
  /** A reader's line: what is left out has not changed. `secure` is false after a failed or refused handshake or a lost session. */
  | {
      readonly kind: 'reader'
      readonly reader: string
      readonly online?: boolean
      readonly secure?: boolean
      readonly tamper?: boolean
      /** It has proved the key of a pairing that was cut off, and has that one from here on. */
      readonly keyAdopted?: true
      /** Why, as a stable word of the line (`wrong-key`, `mac-error`, `downgrade`, …). */
      readonly fault?: string
    }
  /** A burst of unreadable reads at one reader, told once. */
  | { readonly kind: 'noise'; readonly reader: string; readonly count: number; readonly fault: string }
  | { readonly kind: 'input'; readonly controller: string; readonly port: string; readonly reading: Reading }
  | { readonly kind: 'power'; readonly controller: string; readonly mains?: boolean; readonly battery?: 'normal' | 'low' }
  | { readonly kind: 'tamper'; readonly controller: string; readonly active: boolean }
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'output'; readonly controller: string; readonly port: string; readonly active: boolean; readonly operator?: string }
  | { readonly kind: 'link'; readonly up: boolean }
  /** The wall clock was set, or became trustworthy or not; `now.wall` of this step is the new time. */
  | { readonly kind: 'clock'; readonly trusted: boolean }
  /** What other controllers saw, handed on by the plugin: where holders are and how often credentials were used. */
  | { readonly kind: 'shared'; readonly presence: readonly SharedPresence[]; readonly uses: readonly SharedUse[] }
  /** The event log could not be written, or can be again. */
  | { readonly kind: 'store'; readonly ok: boolean; readonly fault?: string }

/** A holder's place in a zone as of an instant (Unix ms), newest wins. */
export interface SharedPresence {
  readonly zone: string
  readonly cardholder: string
  readonly present: boolean
  readonly at: number
}

/** One use of a credential somewhere else, told apart by `id`. */
export interface SharedUse {
  readonly id: string
  readonly credential: string
  readonly at: number
}
