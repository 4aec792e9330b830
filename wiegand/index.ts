export { type Collision, createTally, decodeRead, type Summary, type Tally } from './batch.ts'
export * from './bits.ts'
export type { Custom } from './custom.ts'
export { compile, type Decoded, type DecodeRefusal, type Decoder, decode, decodeAll, type Fault } from './decode.ts'
export { type Diagnosis, type Explanation, guess, type Rival } from './doctor.ts'
export { type Encoded, type EncodeRefusal, encode, fieldRange, type Numbers } from './encode.ts'
export {
  type CardFormat,
  canonicalNumber,
  customFormat,
  type Encoding,
  type Field,
  type FixedBit,
  type FormatProblem,
  type FormatSetting,
  fieldBits,
  type ParityRule,
  type Range,
  type Refusal,
  type Role,
} from './format.ts'
export { formats, predefined } from './formats.ts'
export {
  missingBits,
  type PulseEvent,
  type PulseOptions,
  type PulseRefusalReason,
  type PulseRules,
  pulseRules,
  type Repair,
  type Timing,
} from './frame.ts'
export { type Change, type Impact, impact, type StoredCredential } from './impact.ts'
export {
  decodeKeys,
  encodeKeys,
  type KeypadEvent,
  type KeypadInput,
  type KeypadKind,
  type KeypadOptions,
  type KeypadState,
  type Keys,
  type KeysRefusal,
  keyLengths,
  keypadWakeAt,
  noKeys,
  type PinRules,
  stepKeypad,
} from './keypad.ts'
export {
  type Colour,
  noTamper,
  type ReaderLevels,
  readerLevels,
  stepTamper,
  type TamperChange,
  type TamperReading,
  type TamperRules,
  type TamperState,
  tamperWakeAt,
} from './lines.ts'
export {
  type NoiseInput,
  type NoiseReport,
  type NoiseRules,
  type NoiseState,
  noiseRules,
  noiseWakeAt,
  noNoise,
  stepNoise,
} from './noise.ts'
export {
  type Edge,
  encodePulses,
  type PulseInput,
  type PulseState,
  pulsesWakeAt,
  quiet,
  type ReaderTiming,
  readerTimings,
  readTrace,
  stepPulses,
} from './pulses.ts'
export { listBits, type Sample, type Treatment, treat, treatments } from './treatment.ts'
export { type ResolvedFormats, readerFormats, resolveFormats, validateActivation, validateActive, validateFormat } from './validation.ts'
