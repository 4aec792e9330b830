import type { Direction } from './frame.ts'
import { authenticationRequest, pivData } from './payload/authentication.ts'
import { biometricMatch, biometricRead, biometricReading, biometricResult } from './payload/biometrics.ts'
import { cardData, formattedCardData, keys } from './payload/card.ts'
import { keepActive, line, receiveSize, refusal } from './payload/communication.ts'
import { extendedRead, extendedWrite } from './payload/extended.ts'
import { type Layout, rest } from './payload/field.ts'
import { filePart, fileStatus } from './payload/file-transfer.ts'
import { askCapabilities, capabilities, extendedIdentification, identification, identify } from './payload/identity.ts'
import { buzzer, leds, outputs, text } from './payload/indication.ts'
import { manufacturer, manufacturerError, manufacturerStatus } from './payload/manufacturer.ts'
import { part } from './payload/multipart.ts'
import { challenge, clientCryptogram, initialMac, keySet, serverCryptogram } from './payload/security.ts'
import { inputStatus, localStatus, outputStatus, readerStatus } from './payload/status.ts'

/** One command or reply of the standard. */
export interface Code {
  readonly code: number
  /** The fields of its data; of one part of it for a message in parts. */
  readonly payload: Layout
  /** The fields of the whole of a message in parts, where the standard names them. */
  readonly whole?: Layout
  /** Commands: the replies that answer it normally. Any command may be answered by NAK or BUSY. */
  readonly replies?: readonly string[]
  /** Withdrawn commands are answered by NAK 3; deprecated ones are still met. */
  readonly status?: 'withdrawn' | 'deprecated'
  /** More data than the fields is tolerated, for readers send it. */
  readonly loose?: true
}

const none = {} satisfies Layout
const withdrawn = { data: rest } satisfies Layout
const queued = [
  'LSTATR',
  'ISTATR',
  'OSTATR',
  'RSTATR',
  'RAW',
  'KEYPAD',
  'FMT',
  'MFGREP',
  'XRD',
  'BIOREADR',
  'BIOMATCHR',
  'PIVDATAR',
  'GENAUTHR',
  'CRAUTHR',
] as const

/** Every command (protocol clause "Commands"). */
export const commands = {
  POLL: { code: 0x60, payload: none, replies: ['ACK', ...queued] },
  ID: { code: 0x61, payload: identify, replies: ['PDID', 'EXT_PDID'] },
  CAP: { code: 0x62, payload: askCapabilities, replies: ['PDCAP'] },
  LSTAT: { code: 0x64, payload: none, replies: ['LSTATR'] },
  ISTAT: { code: 0x65, payload: none, replies: ['ISTATR'] },
  OSTAT: { code: 0x66, payload: none, replies: ['OSTATR'] },
  RSTAT: { code: 0x67, payload: none, replies: ['RSTATR'] },
  OUT: { code: 0x68, payload: outputs, replies: ['ACK', 'OSTATR'] },
  LED: { code: 0x69, payload: leds, replies: ['ACK'] },
  BUZ: { code: 0x6a, payload: buzzer, replies: ['ACK'] },
  TEXT: { code: 0x6b, payload: text, replies: ['ACK'] },
  RMODE: { code: 0x6c, payload: withdrawn, replies: ['NAK'], status: 'withdrawn' },
  TDSET: { code: 0x6d, payload: withdrawn, replies: ['NAK'], status: 'withdrawn' },
  COMSET: { code: 0x6e, payload: line, replies: ['COM'] },
  BIOREAD: { code: 0x73, payload: biometricRead, replies: ['ACK', 'BIOREADR'] },
  BIOMATCH: { code: 0x74, payload: biometricMatch, replies: ['ACK', 'BIOMATCHR'] },
  KEYSET: { code: 0x75, payload: keySet, replies: ['ACK'] },
  CHLNG: { code: 0x76, payload: challenge, replies: ['CCRYPT'] },
  SCRYPT: { code: 0x77, payload: serverCryptogram, replies: ['RMAC_I'] },
  ACURXSIZE: { code: 0x7b, payload: receiveSize, replies: ['ACK'] },
  FILETRANSFER: { code: 0x7c, payload: filePart, replies: ['FTSTAT'] },
  MFG: { code: 0x80, payload: manufacturer, replies: ['ACK', 'MFGREP'] },
  XWR: { code: 0xa1, payload: extendedWrite, replies: ['ACK', 'XRD'] },
  ABORT: { code: 0xa2, payload: none, replies: ['ACK'] },
  PIVDATA: { code: 0xa3, payload: pivData, replies: ['ACK', 'PIVDATAR'] },
  GENAUTH: { code: 0xa4, payload: part, whole: authenticationRequest, replies: ['ACK', 'GENAUTHR'] },
  CRAUTH: { code: 0xa5, payload: part, whole: authenticationRequest, replies: ['ACK', 'CRAUTHR'] },
  KEEPACTIVE: { code: 0xa7, payload: keepActive, replies: ['ACK'] },
} as const satisfies Record<string, Code>

/** Every reply (protocol clause "Replies"). */
export const replies = {
  ACK: { code: 0x40, payload: none },
  NAK: { code: 0x41, payload: refusal },
  PDID: { code: 0x45, payload: identification },
  PDCAP: { code: 0x46, payload: capabilities },
  LSTATR: { code: 0x48, payload: localStatus },
  ISTATR: { code: 0x49, payload: inputStatus },
  OSTATR: { code: 0x4a, payload: outputStatus },
  RSTATR: { code: 0x4b, payload: readerStatus },
  RAW: { code: 0x50, payload: cardData, loose: true },
  FMT: { code: 0x51, payload: formattedCardData, status: 'deprecated' },
  KEYPAD: { code: 0x53, payload: keys },
  COM: { code: 0x54, payload: line },
  BIOREADR: { code: 0x57, payload: biometricReading },
  BIOMATCHR: { code: 0x58, payload: biometricResult },
  EXT_PDID: { code: 0x59, payload: part, whole: extendedIdentification },
  CCRYPT: { code: 0x76, payload: clientCryptogram },
  RMAC_I: { code: 0x78, payload: initialMac },
  BUSY: { code: 0x79, payload: none },
  FTSTAT: { code: 0x7a, payload: fileStatus },
  PIVDATAR: { code: 0x80, payload: part },
  GENAUTHR: { code: 0x81, payload: part },
  CRAUTHR: { code: 0x82, payload: part },
  MFGSTATR: { code: 0x83, payload: manufacturerStatus, status: 'deprecated' },
  MFGERRR: { code: 0x84, payload: manufacturerError, status: 'deprecated' },
  MFGREP: { code: 0x90, payload: manufacturer },
  XRD: { code: 0xb1, payload: extendedRead },
} as const satisfies Record<string, Code>

export type CommandName = keyof typeof commands
export type ReplyName = keyof typeof replies

/** What is known of a code, or null. */
export function findCode(direction: Direction, code: number): (Code & { readonly name: string }) | null {
  return byCode[direction].get(code) ?? null
}

/** The code's name, or its number as `0x99` where it has none. */
export function codeName(direction: Direction, code: number): string {
  return findCode(direction, code)?.name ?? '0x' + code.toString(16).toUpperCase().padStart(2, '0')
}

function index(table: Readonly<Record<string, Code>>) {
  return new Map(Object.entries(table).map(([name, entry]) => [entry.code, { name, ...entry }]))
}

const byCode: Readonly<Record<Direction, ReadonlyMap<number, Code & { readonly name: string }>>> = {
  command: index(commands),
  reply: index(replies),
}
