import { describe, expect, it } from 'vitest'
import {
  addPart,
  type Command,
  checksum,
  crc16,
  createDecoder,
  decodeCommand,
  decodeReply,
  encode,
  encodeCommand,
  encodeReply,
  follow,
  type Part,
  type Reply,
  readAuthenticationRequest,
  renderMessage,
  toHex,
} from '../../../osdp/index.ts'
import { bytes, onlyFrame, receive, vectors } from './vectors.ts'

describe('messages of other implementations', () => {
  it.each(vectors.codec.map(vector => ({ ...vector, is: `${vector.kind} ${vector.message} ${vector.payload}` })))(
    '$is both ways',
    vector => {
      const code = Number(vector.code)
      const data = bytes(vector.payload)
      const read = vector.kind === 'command' ? decodeCommand(code, data) : decodeReply(code, data)
      if (!read.ok) expect.fail(`${read.reason} at ${read.field}`)
      expect(read.message.name).toBe(vector.message)
      const shown = renderMessage(vector.kind, read.message)
      for (const [field, value] of Object.entries(vector.fields)) expect(fieldOf(shown, field, vector.fields), field).toEqual(value)
      const written = vector.kind === 'command' ? encodeCommand(read.message as Command) : encodeReply(read.message as Reply)
      expect(written).toEqual({ ok: true, code, data })
      for (const [check, hex] of [
        ['crc', vector.frameCrc],
        ['checksum', vector.frameChecksum],
      ] as const) {
        const frame = onlyFrame(hex)
        expect(frame).toMatchObject({ direction: vector.kind, check, code, data })
        expect(toHex(encode({ ...frame, security: null, code, data, mac: null }))).toBe(hex)
      }
    },
  )

  it('are fifty', () => expect(vectors.codec.length).toBe(50))
})

/** A vector's field in our terms. */
function fieldOf(shown: Record<string, unknown>, field: string, all: Record<string, unknown>): unknown {
  const nested = (shown.request ?? shown.report ?? {}) as Record<string, unknown>
  const whole = () => {
    const assembled = addPart(null, 0xa5, { ...(shown as unknown as Part), data: bytes(String(shown.data)) })
    const read = assembled.state === 'whole' ? readAuthenticationRequest(assembled.bytes) : null
    if (!read?.ok) throw new Error('not whole')
    return read.value
  }
  const half = (name: string) => String(shown[name]).length / 2
  switch (field) {
    case 'serial':
      return `0x${Number(shown.serial).toString(16).padStart(8, '0')}`
    case 'inputs':
      return (shown.status as number[]).length
    case 'reader0':
      return ['normal', 'not connected', 'tamper'][(shown.status as number[])[0]!]
    case 'length':
      return half(shown.key === undefined ? 'template' : 'key')
    case 'fragment':
      return half('data')
    case 'multipart':
      return [shown.total, shown.offset, half('data')]
    case 'algorithm':
    case 'keyRef':
      return whole()[field]
    case 'template':
      return shown.template ?? toHex(whole().template)
    case 'delay':
      return shown.delayMs
    case 'max':
      return shown.updateMsgMax
    case 'cmd':
      if (shown.mode === 0) return shown.command === 1 ? 'get mode' : `set mode ${nested.newMode}`
      return { 1: `APDU to reader ${nested.reader}`, 2: 'end card session', 4: 'card scan' }[Number(shown.command)]
    default:
      return shown[field] ?? (all[field] === undefined ? undefined : nested[field])
  }
}

describe('checks', () => {
  it.each(vectors.crc.examples)('CRC-16 of $message', ({ message, crcBytes }) => {
    const crc = crc16(bytes(message))
    expect(toHex(Uint8Array.of(crc & 0xff, crc >> 8))).toBe(crcBytes)
  })

  it.each(vectors.checksum.examples)('sum of $message', ({ message, sum }) => {
    expect(toHex(Uint8Array.of(checksum(bytes(message))))).toBe(sum)
  })
})

/** What each published byte string is: the message it carries, or why it is no frame (many were made to be broken, or with a check left out). */
const published: Record<string, string> = {
  '538015000478112233445566778811223344556677881234': 'CRC wrong',
  '53800a000641019045': 'breaks off after 9 of 10 bytes',
  ff53001e000e021761d14eb7ad982cc5f9aa25318a7eaed6269ae995731983: 'no known key opens this session',
  ff53000700026440: 'LSTAT',
  '53050800046000c0b9': 'CRC wrong',
  ff53000c00026e01802500008b: 'COMSET 0180250000',
  ff53001a000675011000010203040506070001020304050607cfa3: 'KEYSET 011000010203040506070001020304050607',
  ff53001700027c03e80300000a000000050001020304050c: 'FILETRANSFER 03e80300000a00000005000102030405',
  ff53000d00066e0180250000ec7b: 'COMSET 0180250000',
  ff53801b000f03140178a96542f6d54e3c129768db80dd2fda504fc2: 'CRC wrong',
  '53000800046000c0b9': 'CRC wrong',
  '5300100004761122334455667788ef4e': 'CRC wrong',
  ff53002e000e02177c927138dde009a3475367f82a2c9429700d2348a877b955096d8a24dd7188ac3c9a98d6c54aee: 'no known key opens this session',
  ff530019000275011000010203040506070001020304050607d4: 'KEYSET 011000010203040506070001020304050607',
  ff5300080006640d8c: 'LSTAT',
  ff5300080002620041: 'CAP 00',
  '538009000640004eb1': 'CRC wrong',
  ff53000e0006a35fc1020000004123: 'PIVDATA 5fc102000000',
  ff53001e000e021780c8670fcb60c025ba48154192a42bb8f3b978ffac1a91: 'no known key opens this session',
  ff53000e000e02156662de0516124b: 'OSTAT',
  '530013000e031100769acc78e0e206fd8751ed': 'CHLNG 9acc78e0e206fd87',
  ff5300080006652c9c: 'ISTAT',
  ff53000800046000c0b9: 'CRC wrong',
  ff53001000066800036400010678000b5b: 'OUT 0003640001067800',
  '537e0d00066a': 'breaks off after 6 of 13 bytes',
  '53010d00066a': 'breaks off after 6 of 13 bytes',
  ff53000900066100a008: 'ID 00',
  ff53000e000e0215646f63246fd050: 'LSTAT',
  '538009000540004db2': 'CRC wrong',
  ff53000d0002800102030a0b0cf7: 'MFG 0102030a0b0c',
  ff5300070002653f: 'ISTAT',
  '530018000477112233445566778811223344556677881234': 'CRC wrong',
  ff53000900066200f35d: 'CAP 00',
  '53000802046002a4eb': 'breaks off after 9 of 520 bytes',
  ff53e5080004400000: 'CRC wrong',
  ff53e506000440e7a1: 'length 6 is impossible',
  ff53e5ffff0440e7a1: 'length 65535 is impossible',
  ff5365080004606090: 'POLL',
  ff53650900046100d97a: 'ID 00',
  '53000900046100': 'breaks off after 7 of 9 bytes',
  ff53e51b000d03140178a0a1a2a3a4a5a6a7a8a9aaabacadaeafcaba: 'RMAC_I a0a1a2a3a4a5a6a7a8a9aaabacadaeaf',
  ff53e50700014080: 'ACK',
  ff53e50900090216405e: 'MAC missing',
}

describe('bytes published by OSDP.Net and libosdp', () => {
  const frames = [...vectors.published.osdpNet, ...vectors.published.libosdp].filter(({ looksLikeFrame }) => looksLikeFrame)
  it.each(frames)('$at $hex', ({ hex }) => {
    const shown = receive(hex).filter(item => item.kind === 'frame' || item.reason !== 'noise')
    expect(shown.length).toBe(1)
    const { line } = follow(createDecoder(), shown[0]!)
    expect(line.error ?? `${line.name} ${line.payload}`.trim()).toBe(published[hex])
  })

  it('are all named here', () => expect(Object.keys(published).toSorted()).toEqual([...new Set(frames.map(({ hex }) => hex))].toSorted()))
})
