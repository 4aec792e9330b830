import { counted, type Layout, type Names, u8 } from './field.ts'

export const biometricTypes: Names = {
  0: 'any',
  1: 'right-thumb',
  2: 'right-index',
  3: 'right-middle',
  4: 'right-ring',
  5: 'right-little',
  6: 'left-thumb',
  7: 'left-index',
  8: 'left-middle',
  9: 'left-ring',
  10: 'left-little',
  11: 'right-iris',
  12: 'right-retina',
  13: 'left-iris',
  14: 'left-retina',
  15: 'face',
  16: 'right-hand',
  17: 'left-hand',
}
export const biometricFormats: Names = { 0: 'any', 1: 'raw-image', 2: 'ansi-378-template' }
export const biometricStates: Names = { 0: 'ok', 1: 'time-out', 255: 'unknown' }

/** BIOREAD. */
export const biometricRead = { reader: u8(), bioType: u8(biometricTypes), format: u8(biometricFormats), quality: u8() } satisfies Layout
/** BIOMATCH. */
export const biometricMatch = {
  reader: u8(),
  bioType: u8(biometricTypes),
  format: u8(biometricFormats),
  threshold: u8(),
  template: counted(2),
} satisfies Layout
/** BIOREADR. */
export const biometricReading = {
  reader: u8(),
  status: u8(biometricStates),
  bioType: u8(biometricTypes),
  quality: u8(),
  template: counted(2),
} satisfies Layout
/** BIOMATCHR. */
export const biometricResult = { reader: u8(), status: u8(biometricStates), score: u8() } satisfies Layout
