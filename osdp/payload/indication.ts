import { countedText, group, type Layout, type Names, records, u8, u16 } from './field.ts'

/** What OUT does with an output. */
export const outputControls: Names = {
  0: 'nothing',
  1: 'permanent-off',
  2: 'permanent-on',
  3: 'permanent-off-after-timer',
  4: 'permanent-on-after-timer',
  5: 'temporary-on',
  6: 'temporary-off',
}
export const temporaryControls: Names = { 0: 'nothing', 1: 'cancel', 2: 'set' }
export const permanentControls: Names = { 0: 'nothing', 1: 'set' }
export const colours: Names = { 0: 'off', 1: 'red', 2: 'green', 3: 'amber', 4: 'blue', 5: 'magenta', 6: 'cyan', 7: 'white' }
export const tones: Names = { 0: 'none', 1: 'off', 2: 'default' }
export const textCommands: Names = { 1: 'permanent', 2: 'permanent-wrap', 3: 'temporary', 4: 'temporary-wrap' }

/** OUT. `timer100ms` in tenths of a second. */
export const outputs = { outputs: records({ output: u8(), control: u8(outputControls), timer100ms: u16 }) } satisfies Layout

/** LED. `on`, `off` and `timer100ms` in tenths of a second; steady is `off` 0. The temporary state stands above the permanent one until its timer ends. */
export const leds = {
  leds: records({
    reader: u8(),
    led: u8(),
    temp: group({ control: u8(temporaryControls), on: u8(), off: u8(), onColor: u8(colours), offColor: u8(colours), timer100ms: u16 }),
    perm: group({ control: u8(permanentControls), on: u8(), off: u8(), onColor: u8(colours), offColor: u8(colours) }),
  }),
} satisfies Layout

/** BUZ. `on` and `off` in tenths of a second, `count` 0 until stopped. */
export const buzzer = { reader: u8(), tone: u8(tones), on: u8(), off: u8(), count: u8() } satisfies Layout

/** TEXT. `tempTime` in seconds, `row` and `col` from 1. */
export const text = {
  reader: u8(),
  command: u8(textCommands),
  tempTime: u8(),
  row: u8(),
  col: u8(),
  text: countedText('latin1'),
} satisfies Layout
