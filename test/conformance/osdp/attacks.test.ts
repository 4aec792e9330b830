import { describe, expect, it } from 'vitest'
import { codeName } from '../../../osdp/codes.ts'
import { encode, type Frame, marked, parse } from '../../../osdp/frame.ts'
import { createDecoder, follow } from '../../../osdp/index.ts'
import type { Misbehaviour } from '../../../osdp/misbehaviour.ts'
import { fromHex } from '../../../osdp/payload/field.ts'
import { defaultKey } from '../../../osdp/secure-channel.ts'
import { badge, createRig, keyOf, type Rig, seeded } from './rig.ts'

const state = (rig: Rig) => rig.acu.pds()[0]!
const observed = (rig: Rig) => rig.of('observation').map(({ what }) => what)
const commandsOf = (rig: Rig) => rig.frames.filter(({ direction }) => direction === 'command')

function settled(misbehaviours: readonly Misbehaviour[] = [], policy = {}) {
  const rig = createRig()
  const reader = rig.reader({ address: 1, misbehaviours }, policy)
  rig.clock.advance(2000)
  rig.events.length = 0
  rig.frames.length = 0
  return { rig, reader }
}

/** Puts this in place of the next answer, once, made from the answer as it would have been. */
function instead(reader: ReturnType<Rig['reader']>, make: (answer: Frame) => Frame | Uint8Array) {
  reader.tap(bytes => {
    reader.tap(null)
    const made = make(parse(bytes.subarray(1))!)
    return made instanceof Uint8Array ? made : marked(encode(made))
  })
}

const raw = Uint8Array.of(0, 0, 26, 0, 0xb3, 0x8f, 0x0f, 0x80)

/** A card that the attacker wants believed never is; the true one after it is. */
function holds(rig: Rig, reader: ReturnType<Rig['reader']>) {
  rig.clock.advance(3000)
  expect(rig.of('card')).toEqual([])
  rig.clock.advance(8000)
  expect(state(rig)).toMatchObject({ online: true, secure: true })
  reader.present(badge)
  rig.clock.advance(1000)
  expect(rig.of('card').map(({ bits }) => bits)).toEqual([badge])
}

describe('known attacks (protocol clause "Attacks"): our ACU and our PD hold', () => {
  it('1 · encryption is optional: it is required unless said otherwise, and a PD in clear is observed and never shown as secure', () => {
    const strict = createRig()
    const reader = strict.reader({ address: 1, scbk: null })
    strict.clock.advance(2000)
    reader.present(badge)
    strict.clock.advance(10_000)
    expect(strict.of('card')).toEqual([])
    expect(commandsOf(strict).map(({ code }) => codeName('command', code))).not.toContain('POLL')
    const lax = createRig()
    lax.reader({ address: 1, scbk: null }, { requireSecure: false })
    lax.clock.advance(2000)
    expect(state(lax)).toMatchObject({ online: true, secure: false })
    expect(observed(lax)).toEqual(['clear-operation'])
  })

  it('2 · a forged PDCAP: a PD with a key is not asked whether it can, and the forgery is seen inside the session', () => {
    for (const policy of [{}, { requireSecure: false, pinned: true }]) {
      const rig = createRig()
      const reader = rig.line.addReader({ address: 1, scbk: keyOf(1) })
      reader.tap(bytes => {
        const frame = parse(bytes.subarray(1))!
        return frame.code === 0x46 && frame.security === null ? marked(encode({ ...frame, data: Uint8Array.of(9, 0, 0) })) : bytes
      })
      rig.acu.add({ address: 1, scbk: keyOf(1), ...policy })
      rig.clock.advance(2000)
      expect(state(rig).secure).toBe(true)
      expect(observed(rig)).toContain('downgrade')
    }
  })

  it('3 · a rogue in install mode is given nothing: no SCBK-D, no KEYSET, whatever it says', () => {
    const { rig, reader } = settled()
    const key = keyOf(1)
    reader.attack('key-downgrade', 'key')
    rig.clock.advance(60_000)
    expect(commandsOf(rig).some(({ code }) => code === 0x75)).toBe(false)
    expect(
      commandsOf(rig)
        .filter(({ code }) => code === 0x76)
        .every(({ security }) => security?.data[0] === 1),
    ).toBe(true)
    // Nor is the key anywhere on the line for somebody who knows SCBK-D.
    const decoder = createDecoder()
    const shown = rig.frames
      .map(frame => follow(decoder, { ...frame, kind: 'frame', bytes: fromHex(frame.hex)!, recovered: false }).text)
      .join('\n')
    expect(shown).not.toContain(Buffer.from(key).toString('hex'))
    reader.fault({ kind: 'none' })
    holds(rig, reader)
  })

  it('4 · weak keys are refused on both ends', () => {
    const { acu } = createRig()
    for (let step = 0; step < 256; step += 15) {
      expect(acu.add({ address: 1, scbk: new Uint8Array(16).fill(step) })).toBe('weak-key')
      expect(acu.add({ address: 1, scbk: Uint8Array.from({ length: 16 }, (_, i) => step + i) })).toBe('weak-key')
      expect(acu.add({ address: 1, scbk: Uint8Array.from({ length: 16 }, (_, i) => step - i) })).toBe('weak-key')
    }
    expect(acu.add({ address: 1, scbk: defaultKey })).toBe('weak-key')
  })

  it('5 · who records pairing has that key, but not the one set in a session he did not hear', () => {
    const rig = createRig()
    rig.line.addReader({ address: 1, scbk: null, installMode: true })
    rig.acu.add({ address: 1, scbk: null })
    rig.clock.advance(1500)
    rig.acu.pair(1, { key: keyOf(42), via: 'install' })
    rig.clock.advance(3000)
    rig.acu.pair(1, { key: keyOf(43), via: 'session' })
    rig.clock.advance(3000)
    expect(state(rig).secure).toBe(true)
    const keySets = commandsOf(rig).filter(({ code }) => code === 0x75)
    expect(keySets.map(({ security }) => security?.type)).toEqual([0x17, 0x17])
    // The listener came after pairing, and knows SCBK-D as everybody does.
    const from = rig.frames.findIndex(({ hex }) => hex === keySets[0]!.hex) + 1
    const decoder = createDecoder()
    const lines = rig.frames
      .slice(from)
      .map(frame => follow(decoder, { ...frame, kind: 'frame', bytes: fromHex(frame.hex)!, recovered: false }).line)
    const second = lines.find(({ name }) => name === 'KEYSET')!
    expect(second).toMatchObject({ ok: false, payload: null })
  })

  it('random numbers seen before are refused', () => {
    const rig = createRig()
    const same = seeded(5)(8)
    rig.line.addReader({ address: 1, scbk: keyOf(1), random: () => same })
    rig.acu.add({ address: 1, scbk: keyOf(1) })
    rig.clock.advance(1500)
    expect(state(rig).secure).toBe(true)
    rig.events.length = 0
    rig.acu.pair(1, { key: keyOf(2), via: 'session' })
    rig.clock.advance(10_000)
    expect(rig.of('secure').map(({ established, reason }) => [established, reason])).toContainEqual([false, 'random-reused'])
    expect(state(rig).secure).toBe(false)
  })

  it('every MAC failure is counted, ends the session, and repeats slow the handshakes down', () => {
    const rig = createRig()
    rig.reader({ address: 1, misbehaviours: [{ kind: 'wrong-mac', on: 'POLL', every: 2 }] })
    rig.clock.advance(20_000)
    const { macErrors, handshakes } = state(rig).statistics
    expect(macErrors).toBeGreaterThan(5)
    expect(handshakes).toBeLessThan(30)
    expect(observed(rig)).toContain('mac-error')
  })

  it('our PD encrypts its status data', () => {
    const { rig, reader } = settled()
    for (const name of ['LSTAT', 'ISTAT', 'OSTAT', 'RSTAT'] as const) rig.acu.send(1, { name })
    reader.tamper(true)
    rig.clock.advance(1500)
    const replies = rig.frames.filter(({ direction, data }) => direction === 'reply' && data.length > 0)
    expect(replies.length).toBeGreaterThanOrEqual(5)
    expect(new Set(replies.map(({ security }) => security?.type))).toEqual(new Set([0x18]))
  })

  it('another device with the right key is refused, and tamper and a cut line are events of their own', () => {
    const { rig, reader } = settled()
    reader.tamper(true)
    rig.clock.advance(500)
    expect(rig.of('status')).toMatchObject([{ tamper: true }])
    reader.fault({ kind: 'unplugged' })
    rig.clock.advance(9000)
    expect(rig.of('offline')).toHaveLength(1)
    const rogue = rig.line.addReader({ address: 1, scbk: keyOf(1), identity: { serial: 666 } })
    rig.clock.advance(3000)
    rogue.present(badge)
    rig.clock.advance(5000)
    expect(observed(rig)).toContain('identity-changed')
    expect(rig.of('card')).toEqual([])
  })

  it('BUSY without end stalls nothing for ever', () => {
    const { rig, reader } = settled()
    const busy = (answer: Frame): Frame => ({ ...answer, sequence: 0, security: null, code: 0x79, data: new Uint8Array(0), mac: null })
    reader.tap(bytes => marked(encode(busy(parse(bytes.subarray(1))!))))
    rig.clock.advance(15_000)
    expect(rig.of('busy-limit').length).toBeGreaterThan(0)
    expect(rig.of('offline').map(({ reason }) => reason)).toEqual(['busy'])
    reader.tap(null)
    holds(rig, reader)
  })

  it.each([0, 1, 2, 3, 4, 5, 6, 9, 255])('a NAK %i in clear may end the session, but starts nothing in clear', reason => {
    const { rig, reader } = settled()
    instead(reader, answer => ({ ...answer, security: null, code: 0x41, data: Uint8Array.of(reason), mac: null }))
    rig.clock.advance(3000)
    const clear = commandsOf(rig).filter(({ security }) => security === null || security.type < 0x15)
    expect(clear.every(({ code }) => [0x61, 0x62, 0x76, 0x77].includes(code))).toBe(true)
    holds(rig, reader)
  })

  it('NAK 1 without end is silence, not a PD that lives', () => {
    const { rig, reader } = settled()
    reader.tap(bytes => marked(encode({ ...parse(bytes.subarray(1))!, security: null, code: 0x41, data: Uint8Array.of(1), mac: null })))
    rig.clock.advance(9000)
    expect(rig.of('offline').map(({ reason }) => reason)).toEqual(['damaged-replies'])
    expect(commandsOf(rig).length).toBeLessThan(40)
    reader.tap(null)
    holds(rig, reader)
  })

  it('COMSET, MFG and FILETRANSFER go out in the session only, and our PD takes them nowhere else', () => {
    const rig = createRig()
    rig.reader({ address: 1 }, { scbk: keyOf(50) })
    rig.clock.advance(1500)
    rig.acu.send(1, { name: 'COMSET', address: 2, baud: 9600 })
    rig.acu.send(1, { name: 'MFG', vendor: '00d05b', data: Uint8Array.of(1) })
    rig.acu.file(1, { type: 1, bytes: Uint8Array.of(1, 2, 3) })
    rig.clock.advance(20_000)
    expect(commandsOf(rig).some(({ code }) => [0x6e, 0x80, 0x7c].includes(code))).toBe(false)
    expect(rig.of('result').map(({ outcome }) => outcome)).toEqual(['time-out', 'time-out'])
  })

  it('an FTSTAT whose length disagrees fails nothing but its turn', () => {
    const rig = createRig()
    const reader = rig.line.addReader({ address: 1, scbk: null })
    rig.acu.add({ address: 1, scbk: null, requireSecure: false })
    rig.clock.advance(2000)
    rig.acu.file(1, { type: 1, bytes: seeded(3)(300) })
    let short = 1
    reader.tap(bytes => {
      const frame = parse(bytes.subarray(1))!
      return frame.code === 0x7a && short-- > 0 ? marked(encode({ ...frame, data: frame.data.slice(0, 3) })) : bytes
    })
    rig.clock.advance(10_000)
    expect(rig.of('file').at(-1)).toMatchObject({ state: 'done' })
    expect(state(rig).statistics.malformed).toBe(1)
  })
})

describe('what our ACU must refuse (protocol clause "Secure Channel")', () => {
  it.each([
    ['wrong-key-type', 'downgrade'],
    ['refuse-proof', 'handshake-refused'],
    ['wrong-initial-mac', 'wrong-key'],
  ] as const)('a handshake with %s', (kind, reason) => {
    const rig = createRig()
    const reader = rig.reader({ address: 1, misbehaviours: [{ kind }] })
    rig.clock.advance(5000)
    reader.present(badge)
    rig.clock.advance(5000)
    expect(state(rig)).toMatchObject({ online: true, secure: false })
    expect(rig.of('secure').map(event => [event.established, event.reason])).toEqual([[false, reason]])
    expect(rig.of('card')).toEqual([])
  })

  const block = (type: number, ...data: number[]) => ({ type, data: Uint8Array.from(data) })
  it.each([
    ['CCRYPT not asked for', { code: 0x76, security: block(0x12, 1), data: new Uint8Array(32), mac: null }],
    ['RMAC_I not asked for', { code: 0x78, security: block(0x14, 1), data: new Uint8Array(16), mac: null }],
    ['a card in clear', { code: 0x50, security: null, data: raw, mac: null }],
    ['a card under SCS_16, MAC made up', { code: 0x50, security: block(0x16), data: raw, mac: Uint8Array.of(1, 2, 3, 4) }],
    ['a card under SCS_18, MAC made up', { code: 0x50, security: block(0x18), data: new Uint8Array(16), mac: Uint8Array.of(1, 2, 3, 4) }],
    ['a card under a command block', { code: 0x50, security: block(0x17), data: new Uint8Array(16), mac: Uint8Array.of(1, 2, 3, 4) }],
    ['a card under SCS_18 without its MAC', { code: 0x50, security: block(0x18), data: Uint8Array.of(1), mac: null }],
    [
      'a card under a block of another length',
      { code: 0x50, security: block(0x18, 1), data: new Uint8Array(16), mac: Uint8Array.of(1, 2, 3, 4) },
    ],
    ['a card under a block of the second channel', { code: 0x50, security: block(0x28), data: raw, mac: null }],
    [
      'a card with a checksum',
      { code: 0x50, security: block(0x18), data: new Uint8Array(16), mac: Uint8Array.of(1, 2, 3, 4), check: 'checksum' as const },
    ],
  ])('%s', (_, change) => {
    const { rig, reader } = settled()
    instead(reader, answer => ({ ...answer, ...change }))
    holds(rig, reader)
    expect(observed(rig).length + rig.of('fault').length + rig.of('secure').length).toBeGreaterThan(0)
  })

  it('a command of its own, sent back to it, as it is and with the reply bit set', () => {
    for (const turned of [false, true]) {
      const { rig, reader } = settled()
      rig.clock.advance(1000)
      instead(reader, () => {
        const own = parse(fromHex(commandsOf(rig).at(-1)!.hex)!)!
        return turned ? { ...own, direction: 'reply' } : own
      })
      holds(rig, reader)
    }
  })

  it('a length beyond its buffer', () => {
    const { rig, reader } = settled()
    instead(reader, () => Uint8Array.of(0xff, 0x53, 0x81, 0xff, 0x7f, 0x04, 0x50, 0, 0, 26, 0))
    holds(rig, reader)
  })

  it('a card frame hidden in the data of another', () => {
    const { rig, reader } = settled([], {})
    const hidden = encode({ address: 1, direction: 'reply', sequence: 1, check: 'crc', security: null, code: 0x50, data: raw, mac: null })
    instead(reader, answer => {
      // Broken round it, so that whoever looks for the next frame finds the card.
      const whole = encode({ ...answer, security: null, code: 0x90, data: Uint8Array.from([1, 2, 3, ...hidden, ...hidden]), mac: null })
      whole[whole.length - 1]! ^= 1
      return marked(whole)
    })
    holds(rig, reader)
  })
})
