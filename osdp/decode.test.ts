import { describe, expect, it } from 'vitest'
import { createDecoder, type DecodedLine, type DecoderKey, follow } from './decode.ts'
import { createFeed, encode, type Frame, feed, flush, type ReceivedFrame } from './frame.ts'
import { type Command, encodeCommand, encodeReply, type Reply } from './message.ts'
import { fromHex } from './payload/field.ts'
import { acceptProof, answerChallenge, challenge, defaultKey, establish, proveToPd, type Session, seal } from './secure-channel.ts'

const hex = (text: string) => fromHex(text)!
const siteKey = hex('8f1d23c45b6a7988e7d6c5b4a3928170')
const newKey = hex('1b5e0f77a9c3d2486e9173bc05fa6d21')
let counter = 0

/** A PD and its ACU on a line, as the bytes that a listener hears. */
class Talk {
  acu: Session | null = null
  pd: Session | null = null
  sequence = 0
  address: number
  constructor(address: number) {
    this.address = address
  }
  head(direction: Frame['direction']) {
    return { address: this.address, direction, sequence: this.sequence, check: 'crc' as const }
  }
  handshake(scbk: Uint8Array): Uint8Array[] {
    const random = (salt: number) => Uint8Array.from({ length: 8 }, (_, index) => (++counter * 37 + index * 91 + salt) & 0xff)
    this.sequence = 0
    const clear = (direction: Frame['direction'], message: Pick<Frame, 'code' | 'data' | 'security'>) =>
      encode({ ...this.head(direction), ...message, mac: null })
    const asked = challenge(scbk, random(0))
    const chlng = clear('command', asked.message)
    const answer = answerChallenge({ scbk, installMode: true, cuid: random(7), rndB: random(3) }, received(chlng))
    if (!answer.ok) throw new Error(answer.reason)
    const ccrypt = clear('reply', answer.message)
    const proof = proveToPd(asked.handshake, received(ccrypt))
    if (!proof.ok) throw new Error(proof.reason)
    this.sequence = 1
    const scrypt = clear('command', proof.message)
    const accepted = acceptProof(answer.handshake, received(scrypt))
    if (!accepted.ok) throw new Error(accepted.reason)
    const rmac = clear('reply', accepted.message)
    const established = establish(proof.handshake, received(rmac))
    if (!established.ok) throw new Error(established.reason)
    this.acu = established.session
    this.pd = accepted.session
    return [chlng, ccrypt, scrypt, rmac]
  }
  command(message: Command): Uint8Array {
    this.sequence = (this.sequence % 3) + 1
    const { code, data } = written(encodeCommand(message))
    const plain = { ...this.head('command'), code, data }
    if (this.acu === null) return encode({ ...plain, security: null, mac: null })
    const wire = seal(this.acu, plain)
    this.pd!.cMac = this.acu.cMac
    return wire
  }
  reply(message: Reply): Uint8Array {
    const { code, data } = written(encodeReply(message))
    const plain = { ...this.head('reply'), code, data }
    if (this.pd === null) return encode({ ...plain, security: null, mac: null })
    const wire = seal(this.pd, plain)
    this.acu!.rMac = this.pd.rMac
    return wire
  }
}

function written<T extends { ok: boolean }>(result: T): Extract<T, { ok: true }> {
  if (!result.ok) throw new Error(JSON.stringify(result))
  return result as Extract<T, { ok: true }>
}

const received = (wire: Uint8Array) => feed(createFeed(), wire)[0] as ReceivedFrame

function listen(keys: DecoderKey[], wires: readonly Uint8Array[]): DecodedLine[] {
  const decoder = createDecoder(keys)
  return wires.map(wire => follow(decoder, received(wire)).line)
}

const card: Reply = { name: 'RAW', reader: 0, format: 1, bits: 26, data: hex('12345680') }
const cardPayload = '00011a0012345680'
const poll: Command = { name: 'POLL' }
const ack: Reply = { name: 'ACK' }
const anywhere = (scbk: Uint8Array): DecoderKey => ({ address: null, scbk })

describe('decode', () => {
  it('opens a session whose key is given, and SCBK-D always', () => {
    for (const [key, given] of [
      [siteKey, [anywhere(siteKey)]],
      [defaultKey, []],
    ] as const) {
      const talk = new Talk(1)
      const lines = listen([...given], [...talk.handshake(key), talk.command(poll), talk.reply(card)])
      expect(lines.every(line => line.ok)).toBe(true)
      expect(lines.at(-1)).toMatchObject({ name: 'RAW', security: 'SCS_18', payload: cardPayload, fields: { bits: 26, data: '12345680' } })
    }
  })

  it('without the key shows all but what is encrypted', () => {
    const talk = new Talk(1)
    const lines = listen([anywhere(newKey)], [...talk.handshake(siteKey), talk.command(poll), talk.reply(card)])
    expect(lines.slice(0, -1).every(line => line.ok && line.payload !== null)).toBe(true)
    expect(lines.at(-1)).toMatchObject({ name: 'RAW', payload: null, fields: {}, ok: false, error: 'no known key opens this session' })
  })

  it('keeps PDs with keys of their own apart; a key for one address is not tried at another', () => {
    const one = new Talk(1)
    const two = new Talk(2)
    const shake = [one.handshake(siteKey), two.handshake(newKey)]
    const wires = [
      ...shake[0]!.flatMap((wire, index) => [wire, shake[1]![index]!]),
      one.command(poll),
      one.reply(card),
      two.command(poll),
      two.reply(card),
    ]
    const keys = [
      { address: 1, scbk: siteKey },
      { address: 2, scbk: newKey },
    ]
    expect(listen(keys, wires).every(line => line.ok)).toBe(true)
    const swapped = listen(
      keys.map(({ address, scbk }) => ({ address: 3 - address, scbk })),
      wires,
    )
    expect(swapped.filter(line => line.payload === null).length).toBe(2)
  })

  it('learns the key that KEYSET sets inside a session, and follows the next handshake under it', () => {
    const talk = new Talk(3)
    const wires = [...talk.handshake(defaultKey), talk.command({ name: 'KEYSET', keyType: 1, key: newKey }), talk.reply(ack)]
    wires.push(...talk.handshake(newKey), talk.command(poll), talk.reply(card))
    const lines = listen([], wires)
    expect(lines.every(line => line.ok)).toBe(true)
    expect(lines[4]).toMatchObject({ name: 'KEYSET', fields: { keyType: 1, key: '1b5e0f77a9c3d2486e9173bc05fa6d21' } })
    expect(lines.at(-1)).toMatchObject({ payload: cardPayload })
  })

  it.each([true, false])('follows a change of address inside the session, carried over by both sides: %s', carried => {
    const talk = new Talk(4)
    const wires = [
      ...talk.handshake(siteKey),
      talk.command({ name: 'COMSET', address: 5, baud: 38400 }),
      talk.reply({ name: 'COM', address: 6, baud: 38400 }),
    ]
    talk.address = 6
    if (!carried) wires.push(...talk.handshake(siteKey))
    wires.push(talk.command(poll), talk.reply(card))
    const lines = listen([{ address: 4, scbk: siteKey }], wires)
    expect(lines.every(line => line.ok)).toBe(true)
    expect(lines.at(-1)).toMatchObject({ address: 6, payload: cardPayload })
  })

  it('follows a PD that stays at its address after a COMSET', () => {
    const talk = new Talk(4)
    const wires = [
      ...talk.handshake(siteKey),
      talk.command({ name: 'COMSET', address: 5, baud: 38400 }),
      talk.reply({ name: 'COM', address: 5, baud: 38400 }),
    ]
    wires.push(talk.command(poll), talk.reply(card))
    expect(listen([{ address: 4, scbk: siteKey }], wires).at(-1)).toMatchObject({ address: 4, payload: cardPayload, ok: true })
  })

  it('takes the key along to the address that a COMSET asked for, although its COM was not heard', () => {
    const talk = new Talk(4)
    const wires = [...talk.handshake(siteKey), talk.command({ name: 'COMSET', address: 5, baud: 38400 })]
    talk.address = 5
    wires.push(...talk.handshake(siteKey), talk.command(poll), talk.reply(card))
    expect(listen([{ address: 4, scbk: siteKey }], wires).at(-1)).toMatchObject({ address: 5, payload: cardPayload, ok: true })
  })

  it('a repetition of either side moves no chain', () => {
    const talk = new Talk(1)
    const wires = talk.handshake(siteKey)
    const asked = talk.command({ name: 'BUZ', reader: 0, tone: 2, on: 1, off: 1, count: 1 })
    const answered = talk.reply(card)
    wires.push(asked, asked, answered, asked, answered, answered, talk.command(poll), talk.reply(card))
    const lines = listen([anywhere(siteKey)], wires)
    expect(lines.every(line => line.ok)).toBe(true)
    expect(lines.at(-1)).toMatchObject({ payload: cardPayload })
  })

  it('BUSY in clear, clear frames and a forged frame leave the session readable', () => {
    const talk = new Talk(1)
    const wires = talk.handshake(siteKey)
    const asked = talk.command(poll)
    const busy = encode({ ...talk.head('reply'), sequence: 0, security: null, code: 0x79, data: new Uint8Array(0), mac: null })
    const forged = encode({ ...received(asked), code: 0x6e, mac: hex('01020304') })
    wires.push(asked, busy, forged, asked, talk.reply(card))
    const lines = listen([anywhere(siteKey)], wires)
    expect(lines.map(line => line.ok)).toEqual([true, true, true, true, true, true, false, true, true])
    expect(lines[6]).toMatchObject({ name: 'COMSET', ok: false, error: 'MAC wrong' })
    expect(lines.at(-1)).toMatchObject({ payload: cardPayload })
  })

  it('names a server cryptogram and an R-MAC-I that do not fit the key', () => {
    const wires = new Talk(1).handshake(siteKey)
    const spoil = (index: number) => {
      const frame = received(wires[index]!)
      return wires.with(index, encode({ ...frame, data: frame.data.map(byte => byte ^ 1) }))
    }
    expect(listen([anywhere(siteKey)], spoil(2))[2]).toMatchObject({ name: 'SCRYPT', ok: false, error: 'server cryptogram wrong' })
    expect(listen([anywhere(siteKey)], spoil(3))[3]).toMatchObject({ name: 'RMAC_I', ok: false, error: 'initial R-MAC wrong' })
  })

  it('shows unknown codes, unknown blocks and the second secure channel by number and name', () => {
    const frame = {
      address: 1,
      direction: 'command' as const,
      sequence: 1,
      check: 'crc' as const,
      code: 0x99,
      data: hex('0102'),
      mac: null,
    }
    const block = (type: number) => ({ type, data: new Uint8Array(0) })
    const [clear, odd, second] = listen(
      [],
      [encode({ ...frame, security: null }), encode({ ...frame, security: block(0x19) }), encode({ ...frame, security: block(0x23) })],
    )
    expect(clear).toMatchObject({ name: '0x99', security: null, payload: '0102', fields: { data: '0102' }, ok: true })
    expect(odd).toMatchObject({ name: '0x99', security: 'SCS_19', payload: null, ok: false, error: 'unknown security block' })
    expect(second).toMatchObject({ security: 'SCS_23', payload: null, ok: false, error: expect.stringContaining('second secure channel') })
  })

  it('a payload that does not fit its code is shown, with what is wrong', () => {
    const [line] = listen(
      [],
      [
        encode({
          address: 1,
          direction: 'reply',
          sequence: 1,
          check: 'crc',
          security: null,
          code: 0x50,
          data: hex('00001a0012'),
          mac: null,
        }),
      ],
    )
    expect(line).toEqual({
      address: 1,
      direction: 'reply',
      name: 'RAW',
      sequence: 1,
      check: 'crc',
      security: null,
      payload: '00001a0012',
      fields: {},
      ok: false,
      error: 'payload too short at data',
    })
  })

  it('shows of a broken frame what it still tells', () => {
    const show = (text: string) => {
      const state = createFeed()
      return follow(createDecoder(), [...feed(state, hex(text)), ...flush(state)][0]!)
    }
    expect(show('5301080004600000').line).toMatchObject({
      address: 1,
      direction: 'command',
      name: 'POLL',
      sequence: 0,
      check: 'crc',
      payload: '',
      ok: false,
      error: 'CRC wrong',
    })
    expect(show('53810700054000').line).toMatchObject({
      address: 1,
      direction: 'reply',
      name: null,
      ok: false,
      error: 'length 7 is impossible',
    })
    expect(show('530107000160').line).toMatchObject({ address: 1, check: 'checksum', error: 'breaks off after 6 of 7 bytes' })
    expect(show('53010700016000').line).toMatchObject({ error: 'checksum wrong' })
    expect(show('5301').line).toMatchObject({ address: null, payload: null, error: 'breaks off after 2 bytes' })
    expect(show('0000aa').line).toMatchObject({ address: null, error: '3 bytes outside any frame' })
    expect(show('0000aa').text).toBe('!! 3 bytes outside any frame')
  })

  it('says a frame in one line', () => {
    const talk = new Talk(1)
    const decoder = createDecoder()
    const texts = [...talk.handshake(defaultKey), talk.command(poll), talk.reply(card)].map(wire => follow(decoder, received(wire)).text)
    expect(texts.at(-2)).toBe('>   1 #2 crc SCS_15 POLL')
    expect(texts.at(-1)).toBe('<   1 #2 crc SCS_18 RAW reader=0 format=1 (wiegand) bits=26 data=12345680')
  })
})
