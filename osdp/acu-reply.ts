import type { PdView } from './acu-state.ts'
import { fault, type Told, tell } from './acu-told.ts'
import { replies } from './codes.ts'
import type { Reply } from './message.ts'
import { addPart } from './payload/multipart.ts'

function bitString(data: Uint8Array, bits: number): string {
  let text = ''
  for (const byte of data) text += byte.toString(2).padStart(8, '0')
  return text.slice(0, bits)
}

/** Turns what a PD says into events. ACK says nothing. */
export function tellNews(view: PdView, out: Told, reply: Reply, now: number) {
  switch (reply.name) {
    case 'ACK':
    case 'COM':
    case 'FTSTAT':
    case 'NAK':
    case 'PDID':
    case 'PDCAP':
      return
    case 'RAW':
      return tell(view, out, { kind: 'card', reader: reply.reader, bits: bitString(reply.data, reply.bits), format: reply.format })
    case 'KEYPAD':
      // Some readers send the characters # and * themselves, which the codec keeps apart from the standard's bytes.
      return tell(view, out, { kind: 'keypad', reader: reply.reader, keys: reply.digits.replaceAll('\r', '#').replaceAll('\x7f', '*') })
    case 'LSTATR': {
      const status = { tamper: reply.tamper !== 0, power: reply.power !== 0 }
      if (view.status?.tamper === status.tamper && view.status.power === status.power) return
      view.status = status
      return tell(view, out, { kind: 'status', ...status })
    }
    case 'ISTATR':
      return tell(view, out, { kind: 'inputs', states: reply.status })
    case 'OSTATR':
      return tell(view, out, { kind: 'outputs', states: reply.status })
    case 'RSTATR':
      return tell(view, out, { kind: 'readers', states: reply.status })
    case 'PIVDATAR':
    case 'GENAUTHR':
    case 'CRAUTHR':
    case 'EXT_PDID': {
      const added = addPart(view.assembly, replies[reply.name].code, reply)
      view.assembly = added.state === 'waiting' ? added.assembly : null
      if (added.state === 'whole') return tell(view, out, { kind: 'whole', name: reply.name, bytes: added.bytes })
      if (added.state === 'fault') fault(view, out, 'parts-' + added.reason, now)
      return
    }
    default:
      return tell(view, out, { kind: 'message', reply })
  }
}
