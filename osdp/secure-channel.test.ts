import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFeed, encode, type Frame, feed, type ReceivedFrame } from './frame.ts'
import { fromHex, toHex } from './payload/field.ts'
import {
  type AcuHandshake,
  acceptProof,
  answerChallenge,
  challenge,
  defaultKey,
  endSession,
  establish,
  type HandshakeMessage,
  open,
  type PdCredentials,
  pad,
  proveToPd,
  type Session,
  seal,
  securityBlocks,
  securityName,
  unpad,
  weakKey,
} from './secure-channel.ts'

const key = fromHex('8f1d23c45b6a7988e7d6c5b4a3928170')!
const rndA = fromHex('a1b2c3d4e5f60718')!
const credentials: PdCredentials = { scbk: key, installMode: false, cuid: fromHex('c3b2990001030201')!, rndB: fromHex('1122334455667789')! }
const empty = new Uint8Array(0)

const received = (wire: Uint8Array) => feed(createFeed(), wire)[0] as ReceivedFrame
const carry = (direction: Frame['direction'], message: HandshakeMessage) =>
  received(encode({ address: 1, direction, sequence: 1, check: 'crc', ...message, mac: null }))
const command = (code: number, data = empty) => ({
  address: 1,
  direction: 'command' as const,
  sequence: 2,
  check: 'crc' as const,
  code,
  data,
})
const reply = (code: number, data = empty) => ({ ...command(code, data), direction: 'reply' as const })

/** A handshake up to each of its messages, and what came of it. */
function shake(scbk = key, pd = credentials) {
  const asked = challenge(scbk, rndA)
  const chlng = carry('command', asked.message)
  const answer = answerChallenge(pd, chlng)
  if (!answer.ok) throw new Error(answer.reason)
  const ccrypt = carry('reply', answer.message)
  const proof = proveToPd(asked.handshake, ccrypt)
  if (!proof.ok) throw new Error(proof.reason)
  const scrypt = carry('command', proof.message)
  const accepted = acceptProof(answer.handshake, scrypt)
  if (!accepted.ok) throw new Error(accepted.reason)
  const rmac = carry('reply', accepted.message)
  const established = establish(proof.handshake, rmac)
  if (!established.ok) throw new Error(established.reason)
  return {
    asked: asked.handshake,
    proved: proof.handshake,
    answered: answer.handshake,
    chlng,
    ccrypt,
    scrypt,
    rmac,
    acu: established.session,
    pd: accepted.session,
  }
}

const change = (frame: ReceivedFrame, changes: Partial<Frame>): ReceivedFrame => received(encode({ ...frame, ...changes }))
const block = (type: number, ...data: number[]) => ({ type, data: Uint8Array.from(data) })

describe('handshake, the ACU refuses', () => {
  const { asked, proved, ccrypt, rmac } = shake()
  const refusedProof = (frame: Frame, handshake: AcuHandshake | null = asked, seen: Uint8Array[] = []) => {
    const result = proveToPd(handshake, frame, seen)
    return result.ok ? 'accepted' : result.reason
  }
  const refusedMac = (frame: Frame, handshake: AcuHandshake | null = proved) => {
    const result = establish(handshake, frame)
    return result.ok ? 'accepted' : result.reason
  }

  it('a CCRYPT that it did not ask for', () => {
    expect(refusedProof(ccrypt, null)).toBe('not-asked-for')
    expect(refusedProof(ccrypt, proved)).toBe('not-asked-for')
    expect(refusedProof(rmac)).toBe('not-asked-for')
  })

  it('a CCRYPT for another key type than asked', () =>
    expect(refusedProof(change(ccrypt, { security: block(0x12, 0) }))).toBe('key-type-wrong'))

  it('a CCRYPT with a block of a wrong type or length', () => {
    for (const security of [null, block(0x11, 1), block(0x14, 1), block(0x12), block(0x12, 1, 1), block(0x22, 1)]) {
      expect(refusedProof(change(ccrypt, { security }))).toBe('block-wrong')
    }
  })

  it('a CCRYPT of another length', () => {
    expect(refusedProof(change(ccrypt, { data: ccrypt.data.subarray(1) }))).toBe('payload-length')
    expect(refusedProof(change(ccrypt, { data: empty }))).toBe('payload-length')
  })

  it('a RND.B equal to RND.A, or seen before', () => {
    const data = ccrypt.data.slice()
    data.set(rndA, 8)
    expect(refusedProof(change(ccrypt, { data }))).toBe('random-reused')
    expect(refusedProof(ccrypt, asked, [credentials.rndB])).toBe('random-reused')
  })

  it('a client cryptogram with any one bit wrong', () => {
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 31 }), fc.integer({ min: 0, max: 7 }), (at, bit) => {
        const data = ccrypt.data.slice()
        data[at]! ^= 1 << bit
        expect(refusedProof(change(ccrypt, { data }))).toBe('cryptogram-wrong')
      }),
    )
  })

  it('a PD with another key', () =>
    expect(() => shake(key, { ...credentials, scbk: key.map(byte => byte ^ 1) })).toThrow('cryptogram-wrong'))

  it('an RMAC_I that it did not ask for', () => {
    expect(refusedMac(rmac, null)).toBe('not-asked-for')
    expect(refusedMac(rmac, asked)).toBe('not-asked-for')
    expect(refusedMac(ccrypt)).toBe('not-asked-for')
  })

  it('an RMAC_I that says refused, where OSDP.Net and libosdp look away', () => {
    expect(refusedMac(change(rmac, { security: block(0x14, 0xff) }))).toBe('refused-by-pd')
    expect(refusedMac(change(rmac, { security: block(0x14, 0) }))).toBe('refused-by-pd')
    expect(refusedMac(change(rmac, { security: block(0x16) }))).toBe('block-wrong')
  })

  it('an initial R-MAC that is not the one it computed, which libosdp and OSDP.Net take unseen', () => {
    const data = rmac.data.slice()
    data[15]! ^= 0x80
    expect(refusedMac(change(rmac, { data }))).toBe('initial-mac-wrong')
    expect(refusedMac(change(rmac, { data: data.subarray(1) }))).toBe('payload-length')
  })
})

describe('handshake, the PD refuses', () => {
  const { answered, chlng, scrypt, ccrypt } = shake()
  const refusedChallenge = (frame: Frame, pd = credentials, seen: Uint8Array[] = []) => {
    const result = answerChallenge(pd, frame, seen)
    return result.ok ? 'accepted' : [result.reason, result.nak]
  }
  const refusedCryptogram = (frame: Frame, handshake: typeof answered | null = answered) => {
    const result = acceptProof(handshake, frame)
    return result.ok ? 'accepted' : [result.reason, result.nak]
  }
  const underDefault = carry('command', challenge(defaultKey, rndA).message)

  it('SCBK-D outside install mode', () => {
    expect(refusedChallenge(underDefault)).toEqual(['default-key-outside-install-mode', 6])
    expect(refusedChallenge(underDefault, { ...credentials, installMode: true })).toBe('accepted')
  })

  it('a challenge under a key that it has not got', () =>
    expect(refusedChallenge(chlng, { ...credentials, scbk: null })).toEqual(['no-key', 6]))

  it('a challenge with a wrong block, key type or length', () => {
    for (const security of [null, block(0x12, 1), block(0x11), block(0x11, 1, 1)])
      expect(refusedChallenge(change(chlng, { security }))).toEqual(['block-wrong', 5])
    expect(refusedChallenge(change(chlng, { security: block(0x11, 2) }))).toEqual(['key-type-wrong', 6])
    expect(refusedChallenge(change(chlng, { data: rndA.subarray(1) }))).toEqual(['payload-length', 2])
    expect(refusedChallenge(scrypt)).toEqual(['not-asked-for', 5])
  })

  it('a RND.A seen before, or equal to its own RND.B', () => {
    expect(refusedChallenge(chlng, credentials, [rndA])).toEqual(['random-reused', 6])
    expect(refusedChallenge(chlng, { ...credentials, rndB: rndA })).toEqual(['random-reused', 6])
  })

  it('an SCRYPT with no CHLNG before it', () => expect(refusedCryptogram(scrypt, null)).toEqual(['not-asked-for', 5]))

  it('an SCRYPT with a wrong cryptogram, key type, block or length', () => {
    const data = scrypt.data.slice()
    data[0]! ^= 1
    expect(refusedCryptogram(change(scrypt, { data }))).toEqual(['cryptogram-wrong', 5])
    expect(refusedCryptogram(change(scrypt, { security: block(0x13, 0) }))).toEqual(['key-type-wrong', 6])
    expect(refusedCryptogram(change(scrypt, { security: block(0x11, 1) }))).toEqual(['block-wrong', 5])
    expect(refusedCryptogram(change(scrypt, { data: data.subarray(1) }))).toEqual(['payload-length', 2])
    expect(refusedCryptogram(change(scrypt, { data: ccrypt.data.slice(16) }))).toEqual(['cryptogram-wrong', 5])
  })
})

describe('session', () => {
  const data = fc.uint8Array({ maxLength: 300 })
  const exchange = fc.record({ command: data, reply: data, check: fc.constantFrom<Frame['check']>('crc', 'checksum') })

  it('carries any exchange, encrypts all data, and keeps both chains in step', () => {
    fc.assert(
      fc.property(fc.array(exchange, { maxLength: 8 }), exchanges => {
        const { acu, pd } = shake()
        for (const { command: there, reply: back, check } of exchanges) {
          for (const [from, to, message] of [
            [acu, pd, { ...command(0x80, there), check }],
            [pd, acu, { ...reply(0x90, back), check }],
          ] as const) {
            const frame = received(seal(from, message))
            expect(frame.security!.type).toBe((message.direction === 'command' ? 0x15 : 0x16) + (message.data.length > 0 ? 2 : 0))
            if (message.data.length > 8) expect(toHex(frame.bytes)).not.toContain(toHex(message.data))
            expect(open(to, frame)).toEqual({ ok: true, data: message.data, encrypted: message.data.length > 0 })
            expect([to.cMac, to.rMac]).toEqual([from.cMac, from.rMac])
          }
        }
      }),
      { numRuns: 50 },
    )
  })

  const refused = (session: Session | null, frame: ReceivedFrame) => {
    const before = session && [toHex(session.cMac), toHex(session.rMac)]
    const result = open(session, frame)
    expect(session && [toHex(session.cMac), toHex(session.rMac)]).toEqual(before)
    return result.ok ? 'accepted' : result.reason
  }

  it('refuses a frame with any one bit changed although its check is right, and stays where it is', () => {
    const { acu, pd } = shake()
    const wire = seal(acu, command(0x6a, Uint8Array.of(0, 2, 1, 1, 3)))
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 7 }), (place, bit) => {
        const forged = wire.slice()
        forged[8 + (place % (wire.length - 10))]! ^= 1 << bit
        const frame = received(encode({ ...received(wire), code: forged[7]!, data: forged.slice(8, -6), mac: forged.slice(-6, -2) }))
        expect(refused(pd, frame)).toBe('mac-wrong')
      }),
    )
    expect(open(pd, received(wire)).ok).toBe(true)
  })

  it('refuses a replayed frame, and one of another session', () => {
    const { acu, pd } = shake()
    const first = received(seal(acu, command(0x60)))
    expect(open(pd, first).ok).toBe(true)
    seal(pd, reply(0x40))
    expect(refused(pd, first)).toBe('mac-wrong')
    expect(refused(shake(key, { ...credentials, rndB: rndA.map(byte => byte ^ 9) }).pd, first)).toBe('mac-wrong')
  })

  it('refuses SCS_15 to SCS_18 without a session, clear frames, unknown blocks, the other direction, a long block, a missing MAC', () => {
    const { acu, pd } = shake()
    const frame = received(seal(acu, command(0x60)))
    expect(refused(null, frame)).toBe('no-session')
    expect(refused(pd, change(frame, { security: null, mac: null }))).toBe('not-secured')
    for (const type of [0x11, 0x14, 0x19, 0x21, 0x25, 0x28])
      expect(refused(pd, change(frame, { security: block(type), mac: null }))).toBe('unknown-block')
    expect(refused(pd, change(frame, { security: block(0x16) }))).toBe('wrong-direction')
    expect(refused(pd, change(frame, { security: block(0x18) }))).toBe('wrong-direction')
    expect(refused(pd, change(frame, { security: block(0x15, 0) }))).toBe('block-length')
    expect(refused(pd, received(encode({ ...frame, mac: null })))).toBe('mac-missing')
    endSession(pd)
    expect(refused(pd, frame)).toBe('no-session')
    expect([...pd.cMac, ...pd.rMac].every(byte => byte === 0)).toBe(true)
    expect(() => seal(pd, reply(0x40))).toThrow('ended')
  })

  it('tolerates an encrypted block without data, as libosdp and OSDP.Net learned to', () => {
    const { acu, pd } = shake()
    expect(open(pd, sealBare(acu, empty, 0x17))).toEqual({ ok: true, data: empty, encrypted: true })
  })

  it('refuses wrong padding under a right MAC', () => {
    for (const plain of ['00'.repeat(16), '01'.repeat(16), '80' + '00'.repeat(31)]) {
      const { acu, pd } = shake()
      expect(open(pd, sealBare(acu, fromHex(plain)!, 0x17))).toEqual({ ok: false, reason: 'padding-wrong' })
    }
    const { acu, pd } = shake()
    expect(open(pd, sealBare(acu, fromHex('00'.repeat(7))!, 0x17))).toEqual({ ok: false, reason: 'padding-wrong' })
  })

  /** Seals with blocks put in as they are: the padding is the caller's. */
  function sealBare(session: Session, blocks: Uint8Array, type: number): ReceivedFrame {
    let last = session.rMac.map(byte => ~byte & 0xff)
    const data = new Uint8Array(blocks.length)
    for (let at = 0; at + 16 <= blocks.length; at += 16) {
      last = Uint8Array.from(session.encrypt.update(Uint8Array.from({ length: 16 }, (_, index) => blocks[at + index]! ^ last[index]!)))
      data.set(last, at)
    }
    const bare = encode({ ...command(0x60, data), security: block(type), mac: new Uint8Array(4) })
    const signed = macOf(session, bare.subarray(0, -6))
    return received(encode({ ...command(0x60, data), security: block(type), mac: signed }))
  }

  /** The MAC as the standard's text tells it, apart from the code under test but for the block cipher. */
  function macOf(session: Session, message: Uint8Array): Uint8Array {
    const padded = message.length % 16 === 0 ? message : pad(message)
    let chain = session.rMac
    for (let at = 0; at < padded.length; at += 16) {
      const input = Uint8Array.from({ length: 16 }, (_, index) => padded[at + index]! ^ chain[index]!)
      chain = Uint8Array.from((at + 16 === padded.length ? session.mac2 : session.mac1).update(input))
    }
    return chain.slice(0, 4)
  }
})

describe('padding', () => {
  it('is always added, ends at a multiple of 16, and comes off', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), data => {
        const padded = pad(data)
        expect(padded.length % 16).toBe(0)
        expect(padded.length).toBeGreaterThan(data.length)
        expect(unpad(padded)).toEqual(data)
      }),
    )
  })
})

describe('weak keys', () => {
  it.each([
    ['303132333435363738393a3b3c3d3e3f', 'default-key'],
    ['00112233445566778899aabbccddeeff', 'published-example'],
    ['000102030405060708090a0b0c0d0e0f', 'counting'],
    ['0f0e0d0c0b0a09080706050403020100', 'counting'],
    ['404142434445464748494a4b4c4d4e4f', 'counting'],
    ['ffeeddccbbaa99887766554433221100', 'counting'],
    ['00010203040506070001020304050607', 'repeating'],
    ['00000000000000000000000000000000', 'repeating'],
    ['deadbeefdeadbeefdeadbeefdeadbeef', 'repeating'],
    ['0123456789abcdef0123456789abcdef', 'repeating'],
    ['01010102020202010103030304040401', 'low-variety'],
    ['8f1d23c45b6a79', 'length'],
  ])('%s is %s', (text, reason) => expect(weakKey(fromHex(text)!)).toBe(reason))

  it('lets random keys pass', () => {
    for (let i = 0; i < 20_000; i++) expect(weakKey(createHash('sha256').update(String(i)).digest().subarray(0, 16))).toBeNull()
    expect(weakKey(key)).toBeNull()
  })
})

describe('block types', () => {
  it('knows SCS_11 to SCS_18, and SCS_21 to SCS_28 of the second channel by name', () => {
    expect([...securityBlocks.values()].map(({ name, channel }) => `${name}/${channel}`)).toEqual(
      [1, 2].flatMap(channel => Array.from({ length: 8 }, (_, index) => `SCS_${channel}${index + 1}/${channel}`)),
    )
    expect(securityBlocks.get(0x16)).toMatchObject({ direction: 'reply' })
    expect(securityBlocks.get(0x27)).toMatchObject({ direction: 'command' })
    expect(securityName(0x9)).toBe('SCS_09')
  })
})
