export * from './capture.ts'
export * from './codes.ts'
export * from './decode.ts'
export {
  type Check,
  checksum,
  configurationAddress,
  crc16,
  createFeed,
  type Direction,
  encode,
  type FaultReason,
  type Feed,
  type Frame,
  type FrameFault,
  faultReasons,
  feed,
  flush,
  frameLimit,
  leastFrameLimit,
  markByte,
  marked,
  parse,
  type Received,
  type ReceivedFrame,
  type SecurityBlock,
} from './frame.ts'
export * from './message.ts'
export { readAuthenticationRequest, writeAuthenticationRequest } from './payload/authentication.ts'
export {
  biometricFormats,
  biometricStates,
  biometricTypes,
} from './payload/biometrics.ts'
export { cardFormats } from './payload/card.ts'
export { baudRates, nakReasons } from './payload/communication.ts'
export {
  type Field,
  fromHex,
  type Layout,
  type Names,
  type PayloadFault,
  type PayloadReason,
  toHex,
  type ValueOf,
} from './payload/field.ts'
export { fileHeader, fileTypes, transferActions, transferStates } from './payload/file-transfer.ts'
export { capabilityFunctions, extendedTags, readExtendedIdentification } from './payload/identity.ts'
export { colours, outputControls, permanentControls, temporaryControls, textCommands, tones } from './payload/indication.ts'
export { type Assembled, type Assembly, type AssemblyFault, addPart, cutParts, type Part, partHeader } from './payload/multipart.ts'
export { keyTypes } from './payload/security.ts'
export { inputStates, outputStates, readerStates } from './payload/status.ts'
export * from './secure-channel.ts'
