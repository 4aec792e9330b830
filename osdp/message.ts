import { type Code, type CommandName, codeName, commands, findCode, type ReplyName, replies } from './codes.ts'
import { type Direction, plain } from './frame.ts'
import {
  describePayload,
  type PayloadFault,
  readPayload,
  renderPayload,
  toHex,
  type ValueOf,
  type Written,
  writePayload,
} from './payload/field.ts'

/** A code that no table knows; it survives a round trip. */
export interface Unknown {
  readonly name: 'UNKNOWN'
  readonly code: number
  readonly data: Uint8Array
}

type Named<T extends Record<string, Code>> = { [N in keyof T & string]: { name: N } & ValueOf<T[N]['payload']> }[keyof T & string]

/** A command with its fields beside its name, such as `{ name: 'BUZ', reader: 0, tone: 2, on: 1, off: 1, count: 3 }`. */
export type Command = Named<typeof commands> | Unknown
/** A reply with its fields beside its name. */
export type Reply = Named<typeof replies> | Unknown
export type CommandOf<N extends CommandName> = Extract<Command, { name: N }>
export type ReplyOf<N extends ReplyName> = Extract<Reply, { name: N }>

export type DecodedCommand = { readonly ok: true; readonly message: Command } | PayloadFault
export type DecodedReply = { readonly ok: true; readonly message: Reply } | PayloadFault

/** What a frame carries once it is written: the code and the data in clear. */
export type Encoded = { readonly ok: true; readonly code: number; readonly data: Uint8Array } | PayloadFault

/** Reads a command's data (in clear). Malformed data is a value with a reason. */
export function decodeCommand(code: number, data: Uint8Array): DecodedCommand {
  return decode('command', code, data) as DecodedCommand
}

/** Reads a reply's data (in clear). Malformed data is a value with a reason. */
export function decodeReply(code: number, data: Uint8Array): DecodedReply {
  return decode('reply', code, data) as DecodedReply
}

function decode(direction: Direction, code: number, input: Uint8Array) {
  const data = plain(input)
  const entry = findCode(direction, code)
  if (entry === null) return { ok: true, message: { name: 'UNKNOWN', code, data: data.slice() } }
  const read = readPayload(entry.payload, data, entry.loose)
  return read.ok ? { ok: true, message: { name: entry.name, ...read.value } } : read
}

/** Writes a command; a field that does not fit is named. */
export function encodeCommand(command: Command): Encoded {
  return encode(commands, command)
}

/** Writes a reply; a field that does not fit is named. */
export function encodeReply(reply: Reply): Encoded {
  return encode(replies, reply)
}

function encode(table: Readonly<Record<string, Code>>, message: Command | Reply): Encoded {
  const unfit = (field: string) => ({ ok: false, reason: 'payload-value-out-of-range', field }) as const
  if (message.name === 'UNKNOWN') {
    const { code, data } = message
    if (!Number.isInteger(code) || code < 0 || code > 0xff) return unfit('code')
    return data instanceof Uint8Array ? { ok: true, code, data } : unfit('data')
  }
  const entry = Object.hasOwn(table, message.name) ? table[message.name] : undefined
  if (entry === undefined) return unfit('name')
  const written: Written = writePayload(entry.payload, message as never)
  return written.ok ? { ok: true, code: entry.code, data: written.data } : written
}

/** A message's fields as JSON shows them: byte strings in hex, the name left out. */
export function renderMessage(direction: Direction, message: Command | Reply): Record<string, unknown> {
  if (message.name === 'UNKNOWN') return { data: toHex(message.data) }
  return renderPayload(payloadOf(direction, message.name), message)
}

/** A message as one line for people. */
export function describeMessage(direction: Direction, message: Command | Reply): string {
  if (message.name === 'UNKNOWN') return `${codeName(direction, message.code)} data=${toHex(message.data)}`.trim()
  return `${message.name} ${describePayload(payloadOf(direction, message.name), message)}`.trim()
}

function payloadOf(direction: Direction, name: string): Code['payload'] {
  const table: Readonly<Record<string, Code>> = direction === 'command' ? commands : replies
  return table[name]?.payload ?? {}
}
