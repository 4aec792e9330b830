import { takeFilePart } from './file-reception.ts'
import { type Command, encodeReply, type Reply } from './message.ts'
import { buzzerIsSane, isLedRecord, outputStates, setBuzzer, setLed, setOutput, setText } from './panel.ts'
import { addPart } from './payload/multipart.ts'
import type { Pd, PdEffect } from './pd-state.ts'
import type { HandshakeMessage } from './secure-channel.ts'
import { defaultKey, equal } from './secure-channel.ts'

/** What a PD answers: a code and its data, with the security block of a handshake message. */
export type Answer = { readonly code: number; readonly data: Uint8Array; readonly security?: HandshakeMessage['security'] }

const empty = new Uint8Array(0)

export const ack: Answer = { code: 0x40, data: empty }

export function nak(reason: number): Answer {
  return { code: 0x41, data: Uint8Array.of(reason) }
}

export function isNak(answer: Answer): boolean {
  return answer.code === 0x41
}

function said(reply: Reply): Answer {
  const encoded = encodeReply(reply)
  return encoded.ok ? { code: encoded.code, data: encoded.data } : nak(255)
}

function has(pd: Pd, wanted: number): boolean {
  return pd.capabilities.some(({ function: fn, compliance, count }) => fn === wanted && (compliance > 0 || count > 0))
}

/** Carries out a command and gives the answer; NAK 3 for what the PD cannot do, NAK 9 for a record it cannot process. */
export function carryOut(pd: Pd, command: Command, now: number, effects: PdEffect[]): Answer {
  switch (command.name) {
    case 'POLL': {
      // Under the key that everybody knows, cards and keys stay where they are.
      if (pd.session?.underDefaultKey && pd.requireSecure) return ack
      return pd.queue.shift() ?? ack
    }
    case 'ID':
      return command.replyType === 0 ? said({ name: 'PDID', ...pd.identity }) : other(pd, command)
    case 'CAP':
      return said({ name: 'PDCAP', capabilities: [...pd.capabilities] })
    case 'LSTAT':
      return said({ name: 'LSTATR', tamper: pd.tamper ? 1 : 0, power: pd.power ? 1 : 0 })
    case 'ISTAT':
      return said({ name: 'ISTATR', status: [...pd.inputs] })
    case 'OSTAT':
      return said({ name: 'OSTATR', status: outputStates(pd.panel, now) })
    case 'RSTAT':
      return said({ name: 'RSTATR', status: [...pd.readers] })
    case 'OUT': {
      if (!has(pd, 2)) return nak(3)
      if (command.outputs.length === 0) return nak(2)
      if (command.outputs.some(({ output, control }) => pd.panel.outputs[output] === undefined || control > 6)) return nak(9)
      for (const record of command.outputs) setOutput(pd.panel, record, now)
      pd.shownOutputs = outputStates(pd.panel, now)
      return said({ name: 'OSTATR', status: pd.shownOutputs })
    }
    case 'LED':
      if (!has(pd, 4)) return nak(3)
      if (command.leds.length === 0) return nak(2)
      if (!command.leds.every(isLedRecord)) return nak(9)
      for (const record of command.leds) setLed(pd.panel, record, now)
      return ack
    case 'BUZ':
      if (!has(pd, 5)) return nak(3)
      if (!buzzerIsSane(command)) return nak(9)
      setBuzzer(pd.panel, command, now)
      return ack
    case 'TEXT':
      if (!has(pd, 6)) return nak(3)
      if (command.command < 1 || command.command > 4 || command.row === 0 || command.col === 0) return nak(9)
      setText(pd.panel, command, now)
      return ack
    case 'COMSET': {
      // What cannot be is answered with what stays.
      const address = command.address <= 0x7e ? command.address : pd.address
      const baud = command.baud >= 1200 && command.baud <= 921600 ? command.baud : pd.baud
      pd.move = { address, baud }
      return said({ name: 'COM', address, baud })
    }
    case 'KEYSET': {
      if (pd.session === null) return nak(pd.scbk === null && !pd.installMode ? 5 : 6)
      if (command.keyType !== 1 || command.key.length !== 16 || equal(command.key, defaultKey)) return nak(9)
      pd.scbk = command.key.slice()
      pd.installMode = false
      pd.requireSecure = pd.config.requireSecure ?? true
      pd.keySet = true
      effects.push({ kind: 'key', scbk: pd.scbk })
      return ack
    }
    case 'ACURXSIZE':
      pd.peerLimit = Math.max(128, command.size)
      return ack
    case 'KEEPACTIVE':
      pd.keepActiveUntil = now + command.ms
      return ack
    case 'ABORT':
      pd.file = null
      pd.assembly = null
      return ack
    case 'FILETRANSFER': {
      const { fileDelayMs = 0, filePartMax = 0, fileFinishing = 0, judgeFile } = pd.config
      const taken = takeFilePart(pd.file, command, fileFinishing)
      pd.file = taken.state
      let detail = taken.detail
      if (detail === null && taken.state !== null) {
        const file = { type: taken.state.type, bytes: taken.state.bytes }
        detail = judgeFile?.(file) ?? 1
        pd.file = null
        effects.push({ kind: 'file', file })
      }
      return said({
        name: 'FTSTAT',
        action: pd.queue.length > 0 ? 5 : 1,
        delayMs: fileDelayMs,
        detail: detail ?? 1,
        updateMsgMax: filePartMax,
      })
    }
    case 'GENAUTH':
    case 'CRAUTH': {
      if (pd.config.answer === undefined) return nak(3)
      const added = addPart(pd.assembly, command.name === 'GENAUTH' ? 0xa4 : 0xa5, command)
      pd.assembly = added.state === 'waiting' ? added.assembly : null
      if (added.state === 'fault') return added.reason === 'given-up' ? ack : nak(9)
      if (added.state === 'whole') effects.push({ kind: 'whole', name: command.name, bytes: added.bytes })
      return ack
    }
    case 'XWR':
      return has(pd, 12) ? other(pd, command) : nak(3)
    case 'BIOREAD':
    case 'BIOMATCH':
      return has(pd, 14) ? other(pd, command) : nak(3)
    default:
      return other(pd, command)
  }
}

function other(pd: Pd, command: Command): Answer {
  const reply = pd.config.answer?.(command) ?? null
  return reply === null ? nak(3) : said(reply)
}
