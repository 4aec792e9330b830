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
export { listBits, type Sample, type Treatment, treat, treatments } from './treatment.ts'
export { type ResolvedFormats, readerFormats, resolveFormats, validateActivation, validateActive, validateFormat } from './validation.ts'
