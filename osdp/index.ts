export type { PairingRefusal } from './acu-secure.ts'
export {
  type AcuCommand,
  type AcuEvent,
  type Observation,
  type OfflineReason,
  type Outcome,
  type PairingStage,
  type PdPolicy,
  type PinnedIdentity,
  type PolicyFault,
  policyFault,
  type SecureFault,
  type Statistics,
} from './acu-state.ts'
export type { AddRefusal } from './bus.ts'
export * from './capture.ts'
export * from './codes.ts'
export * from './decode.ts'
export { type Attack, type CableFault, createMemoryLine, type MemoryLine, type MemoryLineOptions, type MemoryReader } from './emulated.ts'
export type { ReceivedFile } from './file-reception.ts'
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
export {
  type Acu,
  type AcuOptions,
  type LedColour,
  type LineEvent,
  type OpenPd,
  openAcu,
  openPd,
  type PdOptions,
  type PdState,
  type Watch,
} from './line.ts'
export { createLineCounter, type LineCounter, type LineStatistics } from './line-statistics.ts'
export * from './message.ts'
export { type Misbehaviour, type MisbehaviourKind, misbehaviours } from './misbehaviour.ts'
export type { DisplayedText } from './panel.ts'
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
export { type Capability, defaultCapabilities, type Identity, type PdConfig, type PdEffect, type PdInput } from './pd-state.ts'
export { realClock, type VirtualClock, virtualClock } from './pipe/clock.ts'
export type { Clock, Pipe, PipeListener } from './pipe/pipe.ts'
export { type SerialOptions, serialPipe } from './pipe/serial.ts'
export { tcpClient, tcpServer } from './pipe/tcp.ts'
export { udpPipe } from './pipe/udp.ts'
export { type Quirk, quirks, tolerates } from './quirks.ts'
export type { FoundPd, KeyState, ScanOptions } from './scan.ts'
export { scanLine } from './scan-line.ts'
export * from './secure-channel.ts'
