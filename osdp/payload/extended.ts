import { choice, type Layout, rest, u8 } from './field.ts'

/** XWR. Mode 0 asks for or sets the mode, mode 1 speaks to a smart card. */
export const extendedWrite = {
  mode: u8(),
  command: u8(),
  request: choice(
    ['mode', 'command'],
    [
      { when: [0, 1], fields: {} },
      { when: [0, 2], fields: { newMode: u8(), config: u8() } },
      { when: [1, 1], fields: { reader: u8(), apdu: rest } },
      { when: [1, 2], fields: { reader: u8() } },
      { when: [1, 4], fields: { reader: u8() } },
    ],
  ),
} satisfies Layout

/** XRD. Under mode 1, reply 1 an empty `apdu` says that a card is present. */
export const extendedRead = {
  mode: u8(),
  reply: u8(),
  report: choice(
    ['mode', 'reply'],
    [
      { when: [0, 1], fields: { currentMode: u8(), enabled: u8() } },
      { when: [1, 1], fields: { reader: u8(), apdu: rest } },
      { when: [1, 2], fields: { reader: u8() } },
    ],
  ),
} satisfies Layout
