import { describe, expect, it } from 'vitest'
import { createRig, keyOf, type Rig, seeded } from '../test/conformance/osdp/rig.ts'
import type { AcuCommand } from './acu-state.ts'
import { commands } from './codes.ts'
import type { ReceivedFile } from './file-reception.ts'
import { encode, marked } from './frame.ts'
import type { Command, Reply } from './message.ts'
import type { Misbehaviour } from './misbehaviour.ts'
import { defaultCapabilities, type PdConfig, type PdEffect } from './pd-state.ts'
import { defaultKey } from './secure-channel.ts'

const state = (rig: Rig, address = 1) => rig.acu.pds().find(pd => pd.address === address)!
const sent = (rig: Rig, code: number) => rig.frames.filter(frame => frame.direction === 'command' && frame.code === code)

function settled(config: Partial<PdConfig> = {}, policy = {}) {
  const rig = createRig()
  const reader = rig.reader({ address: 1, ...config }, policy)
  rig.clock.advance(2000)
  rig.events.length = 0
  rig.frames.length = 0
  return { rig, reader }
}

describe('commands', () => {
  const none = { control: 0, on: 0, off: 0, onColor: 0, offColor: 0 }
  const bytes = Uint8Array.of(1, 2, 3)
  const every: [AcuCommand, string][] = [
    [{ name: 'POLL' }, 'ACK'],
    [{ name: 'ID', replyType: 0 }, 'PDID'],
    [{ name: 'CAP', replyType: 0 }, 'PDCAP'],
    [{ name: 'LSTAT' }, 'LSTATR'],
    [{ name: 'ISTAT' }, 'ISTATR'],
    [{ name: 'OSTAT' }, 'OSTATR'],
    [{ name: 'RSTAT' }, 'RSTATR'],
    [{ name: 'OUT', outputs: [{ output: 0, control: 2, timer100ms: 0 }] }, 'OSTATR'],
    [
      { name: 'LED', leds: [{ reader: 0, led: 0, temp: { ...none, timer100ms: 0 }, perm: { ...none, control: 1, on: 1, onColor: 1 } }] },
      'ACK',
    ],
    [{ name: 'BUZ', reader: 0, tone: 2, on: 1, off: 1, count: 1 }, 'ACK'],
    [{ name: 'TEXT', reader: 0, command: 1, tempTime: 0, row: 1, col: 1, text: 'Open' }, 'ACK'],
    [{ name: 'RMODE', data: bytes }, 'NAK'],
    [{ name: 'TDSET', data: bytes }, 'NAK'],
    [{ name: 'COMSET', address: 1, baud: 9600 }, 'COM'],
    [{ name: 'BIOREAD', reader: 0, bioType: 0, format: 0, quality: 1 }, 'ACK'],
    [{ name: 'BIOMATCH', reader: 0, bioType: 0, format: 0, threshold: 1, template: bytes }, 'BIOMATCHR'],
    [{ name: 'ACURXSIZE', size: 1440 }, 'ACK'],
    [{ name: 'MFG', vendor: '00d05b', data: bytes }, 'MFGREP'],
    [{ name: 'XWR', mode: 0, command: 1, request: {} } as AcuCommand, 'XRD'],
    [{ name: 'ABORT' }, 'ACK'],
    [{ name: 'PIVDATA', object: '5fc107', element: 0, offset: 0 }, 'ACK'],
    [{ name: 'GENAUTH', total: 3, offset: 0, data: bytes }, 'ACK'],
    [{ name: 'CRAUTH', total: 3, offset: 0, data: bytes }, 'ACK'],
    [{ name: 'KEEPACTIVE', ms: 5000 }, 'ACK'],
  ]
  const answer = (command: Command): Reply | null => {
    switch (command.name) {
      case 'MFG':
        return { name: 'MFGREP', vendor: command.vendor, data: command.data }
      case 'XWR':
        return { name: 'XRD', mode: 0, reply: 1, report: { currentMode: 1, enabled: 1 } } as Reply
      case 'BIOMATCH':
        return { name: 'BIOMATCHR', reader: 0, status: 0, score: 99 }
      case 'BIOREAD':
      case 'PIVDATA':
        return { name: 'ACK' }
      default:
        return null
    }
  }

  it('every command of the standard goes out in the session and is answered', () => {
    const capabilities = [...defaultCapabilities, { function: 12, compliance: 1, count: 0 }, { function: 14, compliance: 1, count: 1 }]
    const { rig } = settled({ capabilities, answer })
    for (const [command, reply] of every) {
      rig.events.length = 0
      rig.frames.length = 0
      const id = rig.acu.send(1, command)
      rig.clock.advance(1000)
      const [result] = rig.of('result')
      expect(result, command.name).toMatchObject({ id, command: command.name, outcome: reply === 'NAK' ? 'nak' : 'reply' })
      if (reply !== 'NAK') expect(result!.reply?.name, command.name).toBe(reply)
      for (const frame of rig.frames) expect(frame.security?.type, command.name).toBeGreaterThanOrEqual(0x15)
    }
    const left = Object.keys(commands).filter(name => !every.some(([command]) => command.name === name))
    // The handshake, the key and files are the ACU's own.
    expect(left).toEqual(['KEYSET', 'CHLNG', 'SCRYPT', 'FILETRANSFER'])
    expect(state(rig).secure).toBe(true)
  })

  it('go ahead of polls, and do not keep them away for long', () => {
    const { rig, reader } = settled()
    for (let n = 0; n < 60; n++) rig.acu.led(1, { colour: n % 2 ? 'red' : 'green' })
    reader.press('5')
    rig.clock.advance(1600)
    expect(rig.of('keypad')).toHaveLength(1)
    rig.clock.advance(4000)
    expect(rig.of('result').map(({ outcome }) => outcome)).toEqual(Array(60).fill('reply'))
  })

  it('refuses what does not fit the field or the PD', () => {
    const { rig } = settled()
    rig.acu.beep(1, { times: 300 })
    rig.acu.send(1, { name: 'MFG', vendor: '00d05b', data: new Uint8Array(600) })
    expect(rig.of('result').map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['refused', 'payload-value-out-of-range count'],
      ['refused', 'too-long-for-the-pd'],
    ])
  })

  it.each([
    ['a key', { name: 'KEYSET', keyType: 1, key: keyOf(2) }, 'the-acu-sends-it-itself'],
    ['a key by its code', { name: 'UNKNOWN', code: 0x75, data: Uint8Array.of(1, 16, ...keyOf(2)) }, 'the-acu-sends-it-itself'],
    ['part of a file', { name: 'FILETRANSFER', type: 1, total: 1, offset: 0, data: Uint8Array.of(1) }, 'the-acu-sends-it-itself'],
    ['what no table knows', { name: 'NOPE' }, 'payload-value-out-of-range name'],
    ['a name of every object', { name: 'toString' }, 'payload-value-out-of-range name'],
    ['a code that is none', { name: 'UNKNOWN', code: 300, data: new Uint8Array(0) }, 'payload-value-out-of-range code'],
    ['an address that is none', { name: 'COMSET', address: 0x7f, baud: 9600 }, 'payload-value-out-of-range address'],
    ['a rate that is none', { name: 'COMSET', address: 3, baud: 0 }, 'payload-value-out-of-range baud'],
  ])('nothing that programs without types may ask goes out, in the session or in clear: %s', (_, command, reason) => {
    for (const policy of [{}, { scbk: null, requireSecure: false }]) {
      const { rig } = settled(policy.scbk === null ? { scbk: null } : {}, policy)
      rig.acu.send(1, command as unknown as AcuCommand)
      rig.clock.advance(1000)
      expect(rig.of('result')).toMatchObject([{ outcome: 'refused', reason }])
      expect(rig.frames.filter(({ direction, code }) => direction === 'command' && code !== 0x60)).toEqual([])
    }
  })

  it('messages in parts go both ways', () => {
    const effects: PdEffect[] = []
    const rig = createRig()
    const reader = rig.line.addReader({ address: 1, scbk: keyOf(1), answer }, effect => effects.push(effect))
    rig.acu.add({ address: 1, scbk: keyOf(1) })
    rig.clock.advance(2000)
    const template = seeded(4)(1300)
    rig.acu.sendInParts(1, 'GENAUTH', template)
    rig.clock.advance(5000)
    expect(effects.find(effect => effect.kind === 'whole')).toMatchObject({ name: 'GENAUTH', bytes: template })
    reader.input({ kind: 'say-in-parts', name: 'GENAUTHR', whole: template })
    rig.clock.advance(5000)
    expect(rig.of('whole').map(({ name, bytes }) => [name, bytes])).toEqual([['GENAUTHR', template]])
  })
})

describe('COMSET', () => {
  it('moves a PD to another address and rate, session and all', () => {
    const { rig, reader } = settled()
    const id = rig.acu.send(1, { name: 'COMSET', address: 9, baud: 38_400 })
    rig.clock.advance(1000)
    expect(rig.of('moved').map(({ pd, from, baud }) => [pd, from, baud])).toEqual([[9, 1, 38_400]])
    expect(rig.of('result').map(result => [result.pd, result.id, result.outcome])).toEqual([[9, id, 'reply']])
    expect(rig.of('secure')).toEqual([])
    reader.press('1')
    rig.clock.advance(400)
    expect(rig.of('keypad').map(({ pd }) => pd)).toEqual([9])
  })

  it('follows a PD that drops the session when it moves', () => {
    const { rig } = settled({ misbehaviours: [{ kind: 'drop-session', on: 'COMSET' }] })
    rig.acu.send(1, { name: 'COMSET', address: 9, baud: 9600 })
    rig.clock.advance(3000)
    expect(state(rig, 9)).toMatchObject({ online: true, secure: true })
    expect(rig.of('moved')).toHaveLength(1)
  })

  it('takes what the PD says it will use, not what was asked', () => {
    const { rig } = settled()
    rig.acu.send(1, { name: 'COMSET', address: 9, baud: 600 })
    rig.clock.advance(1000)
    expect(rig.of('moved').map(({ pd, baud }) => [pd, baud])).toEqual([[9, 9600]])
  })

  it('goes back to the old settings where the PD never moved', () => {
    const { rig, reader } = settled()
    // COM says yes, and then nothing happens.
    reader.tap(bytes => bytes)
    rig.acu.send(1, { name: 'COMSET', address: 9, baud: 9600 })
    while (reader.state.address === 1) rig.clock.advance(1)
    reader.state.address = 1
    rig.clock.advance(4000)
    expect(state(rig)).toMatchObject({ online: true, secure: true })
    expect(rig.of('moved')).toEqual([])
    expect(rig.of('result').map(({ outcome, reason }) => [outcome, reason])).toEqual([['time-out', 'not-found-at-the-new-settings']])
  })

  it('finds a PD whose answer was lost', () => {
    const { rig, reader } = settled()
    rig.acu.send(1, { name: 'COMSET', address: 9, baud: 9600 })
    let lost = 1
    reader.tap(bytes => (rig.frames.at(-1)?.code === 0x6e && lost-- > 0 ? null : bytes))
    rig.clock.advance(4000)
    expect(rig.of('offline')).toEqual([])
    expect(rig.of('moved')).toMatchObject([{ pd: 9, from: 1 }])
    expect(rig.of('result')).toMatchObject([{ outcome: 'reply', reply: { address: 9, baud: 9600 } }])
    expect(state(rig, 9)).toMatchObject({ online: true, secure: true })
    expect(sent(rig, 0x6e).length).toBe(3)
  })

  it('stays with a PD that never heard of it, and looks for one at both places', () => {
    const { rig, reader } = settled()
    rig.line.tap(bytes => (bytes[8] === 0x6e ? null : bytes))
    rig.acu.send(1, { name: 'COMSET', address: 9, baud: 9600 })
    while (sent(rig, 0x6e).length === 0) rig.clock.advance(1)
    reader.fault({ kind: 'unplugged' })
    rig.clock.advance(30_000)
    expect(rig.of('offline')).toHaveLength(1)
    expect(rig.of('result')).toMatchObject([{ outcome: 'time-out', reason: 'found-nowhere' }])
    expect(new Set(rig.frames.slice(-8).map(({ address }) => address))).toEqual(new Set([1, 9]))
    reader.fault({ kind: 'none' })
    rig.clock.advance(6000)
    expect(rig.of('moved')).toEqual([])
    expect(state(rig)).toMatchObject({ online: true, secure: true })
  })

  it('keeps both places of a PD that is looked for free of others', () => {
    const { rig, reader } = settled()
    rig.reader({ address: 2, scbk: keyOf(2) })
    rig.clock.advance(2000)
    rig.acu.send(1, { name: 'COMSET', address: 9, baud: 9600 })
    while (sent(rig, 0x6e).length === 0) rig.clock.advance(1)
    reader.fault({ kind: 'unplugged' })
    for (const at of [1, 9]) {
      while (!rig.acu.pds().some(({ address }) => address === at) || rig.of('offline').length === 0) rig.clock.advance(1)
      for (const address of [1, 9]) {
        rig.acu.send(2, { name: 'COMSET', address, baud: 9600 })
        expect(rig.of('result').at(-1)).toMatchObject({ pd: 2, outcome: 'refused', reason: 'address-in-use' })
        expect(rig.acu.add({ address })).toBe('address-in-use')
      }
    }
  })

  it.each([
    ['a rate of 0', { address: 1, baud: 0 }],
    ['the address of everybody', { address: 0x7f, baud: 9600 }],
  ])('does not follow a PD to settings that cannot be: %s', (_, { address, baud }) => {
    const rig = createRig()
    const reader = rig.reader({ address: 1, scbk: null }, { requireSecure: false })
    rig.clock.advance(2000)
    rig.acu.send(1, { name: 'COMSET', address: 4, baud: 9600 })
    const data = Uint8Array.of(address, baud & 0xff, baud >> 8, 0, 0)
    reader.tap(bytes => {
      const asked = rig.frames.at(-1)
      if (asked?.code !== 0x6e) return bytes
      return marked(
        encode({ address: 1, direction: 'reply', sequence: asked.sequence, check: 'crc', security: null, code: 0x54, data, mac: null }),
      )
    })
    while (rig.of('result').length === 0) rig.clock.advance(1)
    reader.state.address = 1
    rig.clock.advance(3000)
    expect(rig.of('result')).toMatchObject([{ outcome: 'unexpected', reason: 'no-such-settings' }])
    expect(state(rig)).toMatchObject({ address: 1, online: true })
    reader.present('1011')
    rig.clock.advance(500)
    expect(rig.of('card')).toHaveLength(1)
  })

  it('refuses an address that another PD has', () => {
    const rig = createRig()
    rig.reader({ address: 1 })
    rig.reader({ address: 2 })
    rig.clock.advance(2000)
    rig.acu.send(1, { name: 'COMSET', address: 2, baud: 9600 })
    expect(rig.of('result')).toMatchObject([{ outcome: 'refused', reason: 'address-in-use' }])
  })
})

describe('files', () => {
  const content = seeded(9)(3000)
  function transfer(
    config: Partial<PdConfig> = {},
    during: (rig: Rig, reader: ReturnType<Rig['reader']>) => void = () => {},
    forMs = 30_000,
  ) {
    const rig = createRig({ baud: 115_200 })
    const files: ReceivedFile[] = []
    const reader = rig.line.addReader(
      { address: 1, scbk: keyOf(1), ...config },
      effect => effect.kind === 'file' && files.push(effect.file),
    )
    rig.acu.add({ address: 1, baud: 115_200, scbk: keyOf(1) })
    rig.clock.advance(1000)
    rig.frames.length = 0
    expect(rig.acu.file(1, { type: 1, bytes: content })).toBe(1)
    during(rig, reader)
    rig.clock.advance(forMs)
    return { rig, files, reader, last: rig.of('file').at(-1) }
  }

  it('arrive whole, in parts that fit the PD', () => {
    const { rig, files, last } = transfer()
    expect(files).toEqual([{ type: 1, bytes: content }])
    expect(last).toMatchObject({ state: 'done', sent: 3000, total: 3000, reason: null })
    expect(Math.max(...sent(rig, 0x7c).map(({ hex }) => hex.length / 2))).toBeLessThanOrEqual(512)
    expect(sent(rig, 0x7c)).toHaveLength(Math.ceil(3000 / 484))
  })

  it('keep to the size and the delay that the PD asks for, while polls and cards go on', () => {
    const { rig, files, last } = transfer({ filePartMax: 100, fileDelayMs: 300 }, (rig, reader) => {
      rig.clock.advance(2000)
      reader.press('7')
      rig.clock.advance(300)
      expect(rig.of('keypad')).toHaveLength(1)
    })
    expect(files).toEqual([{ type: 1, bytes: content }])
    expect(last?.state).toBe('done')
    const parts = sent(rig, 0x7c)
    expect(parts.length).toBeGreaterThanOrEqual(26)
    expect(parts[3]!.at - parts[2]!.at).toBeGreaterThanOrEqual(300)
  })

  it('wait for a PD that is finishing, with empty parts', () => {
    const { rig, files, last } = transfer({ fileFinishing: 4 })
    expect(files).toHaveLength(1)
    expect(last?.state).toBe('done')
    expect(rig.of('file').filter(({ state: now }) => now === 'finishing')).toHaveLength(4)
    expect(sent(rig, 0x7c)).toHaveLength(Math.ceil(3000 / 484) + 4)
  })

  it('go on where they were after a lost session', () => {
    const { rig, files, last } = transfer({ fileDelayMs: 200 }, (rig, reader) => {
      rig.clock.advance(700)
      reader.attack('bit-flip')
      rig.clock.advance(1000)
      reader.fault({ kind: 'none' })
      reader.state.conduct.list.push({ rule: { kind: 'clear-reply', on: 'POLL', times: 1 }, met: 0 })
    })
    expect(rig.of('secure').filter(({ established }) => !established)).toHaveLength(1)
    expect(files).toEqual([{ type: 1, bytes: content }])
    expect(last?.state).toBe('done')
  })

  it('begin anew with a PD that forgot what it had', () => {
    const { files, last } = transfer({ fileDelayMs: 200 }, (rig, reader) => {
      rig.clock.advance(700)
      reader.input({ kind: 'power-cycle' })
    })
    expect(files).toEqual([{ type: 1, bytes: content }])
    expect(last?.state).toBe('done')
  })

  it('outlive an outage', () => {
    const { files, last } = transfer({ fileDelayMs: 200 }, (rig, reader) => {
      rig.clock.advance(700)
      reader.fault({ kind: 'unplugged' })
      rig.clock.advance(20_000)
      reader.fault({ kind: 'none' })
    })
    expect(files).toHaveLength(1)
    expect(last?.state).toBe('done')
  })

  it('fail with the reason that the PD gives', () => {
    expect(transfer({ judgeFile: () => -2 }).last).toMatchObject({ state: 'failed', reason: 'not-recognised', detail: -2 })
    expect(transfer({ misbehaviours: [{ kind: 'nak', on: 'FILETRANSFER', reason: 3 }] }).last).toMatchObject({
      state: 'failed',
      reason: 'NAK 3',
    })
  })

  it('can be given up, and one at a time is enough', () => {
    const { rig, last, reader } = transfer({ fileDelayMs: 500 }, rig => {
      expect(rig.acu.file(1, { type: 1, bytes: content })).toBe('file-already')
      rig.clock.advance(1200)
      rig.acu.abortFile(1)
    })
    expect(last).toMatchObject({ state: 'failed', reason: 'given-up' })
    expect(sent(rig, 0xa2)).toHaveLength(1)
    expect(reader.state.file).toBeNull()
    expect(rig.acu.file(1, { type: 1, bytes: new Uint8Array(0) })).toBe('file-empty')
  })
})

describe('pairing', () => {
  function unpaired(misbehaviours: readonly Misbehaviour[] = [], policy: { scbk?: Uint8Array | null } = {}) {
    const rig = createRig()
    const keys: Uint8Array[] = []
    const reader = rig.line.addReader(
      { address: 1, scbk: null, installMode: true, misbehaviours },
      effect => effect.kind === 'key' && keys.push(effect.scbk),
    )
    rig.acu.add({ address: 1, scbk: null, ...policy })
    rig.clock.advance(2000)
    rig.events.length = 0
    rig.frames.length = 0
    return { rig, reader, keys }
  }
  const stages = (rig: Rig) => rig.of('pairing').map(({ stage, reason }) => (reason === null ? stage : `${stage}: ${reason}`))

  it.each([
    ['acknowledges inside the session', []],
    ['acknowledges in clear', [{ kind: 'clear-ack', on: 'KEYSET' }]],
    ['keeps the old session running', [{ kind: 'keep-session', on: 'KEYSET' }]],
    ['loses its acknowledgement once', [{ kind: 'drop', on: 'KEYSET', times: 1 }]],
  ] as [string, Misbehaviour[]][])('gives a PD in install mode its key, once, and verifies it: the PD %s', (_, misbehaviours) => {
    const { rig, reader, keys } = unpaired(misbehaviours)
    const key = keyOf(42)
    expect(rig.acu.pair(1, { key, via: 'install' })).toBeNull()
    expect(rig.acu.pair(1, { key, via: 'install' })).toBe('pairing-already')
    rig.clock.advance(3000)
    expect(stages(rig)).toEqual(['challenge', 'key-sent', 'verifying', 'done'])
    expect(keys).toEqual([key])
    expect(reader.state.installMode).toBe(false)
    expect(state(rig)).toMatchObject({ online: true, secure: true })
    const sets = sent(rig, 0x75)
    expect(new Set(sets.map(({ hex }) => hex)).size).toBe(1)
    expect(sets.every(({ security }) => security?.type === 0x17)).toBe(true)
    // From here on SCBK-D is never asked for again, not after any outage.
    rig.frames.length = 0
    reader.fault({ kind: 'unplugged' })
    rig.clock.advance(12_000)
    reader.fault({ kind: 'none' })
    rig.clock.advance(3000)
    expect(sent(rig, 0x76).every(({ security }) => security?.data[0] === 1)).toBe(true)
    expect(sent(rig, 0x75)).toEqual([])
    expect(state(rig).secure).toBe(true)
  })

  it('waits for a PD to be put into install mode, and no longer than it is told', () => {
    const { rig, reader } = unpaired()
    reader.input({ kind: 'install-mode', on: false })
    rig.acu.pair(1, { key: keyOf(42), via: 'install', forMs: 10_000 })
    rig.clock.advance(11_000)
    expect(stages(rig)).toEqual(['challenge', 'failed: time-out'])
    rig.frames.length = 0
    reader.input({ kind: 'install-mode', on: true })
    rig.clock.advance(20_000)
    expect(sent(rig, 0x76)).toEqual([])
    rig.acu.pair(1, { key: keyOf(42), via: 'install', forMs: 30_000 })
    reader.input({ kind: 'install-mode', on: false })
    rig.clock.advance(5000)
    reader.input({ kind: 'install-mode', on: true })
    rig.clock.advance(3000)
    expect(stages(rig).at(-1)).toBe('done')
  })

  it('never happens by itself, whoever asks for it', () => {
    const { rig } = unpaired([], { scbk: keyOf(1) })
    rig.clock.advance(60_000)
    expect(sent(rig, 0x75)).toEqual([])
    expect(sent(rig, 0x76).every(({ security }) => security?.data[0] === 1)).toBe(true)
  })

  it('tells no card and no key press that comes under SCBK-D', () => {
    const { rig, reader } = unpaired([{ kind: 'busy', on: 'KEYSET' }])
    reader.press('1')
    rig.acu.pair(1, { key: keyOf(42), via: 'install', forMs: 6000 })
    rig.clock.advance(6500)
    expect(rig.of('keypad')).toEqual([])
    expect(sent(rig, 0x60)).toEqual([])
  })

  it('changes the key inside the session, and keeps the old one where the PD did not take the new', () => {
    const { rig, reader } = settled()
    expect(rig.acu.pair(1, { key: keyOf(43), via: 'session' })).toBeNull()
    rig.clock.advance(2000)
    expect(stages(rig)).toEqual(['key-sent', 'verifying', 'done'])
    expect(reader.state.scbk).toEqual(keyOf(43))
    expect(state(rig).secure).toBe(true)

    const stubborn = settled({ misbehaviours: [{ kind: 'nak', on: 'KEYSET', reason: 9 }] })
    stubborn.rig.acu.pair(1, { key: keyOf(43), via: 'session' })
    stubborn.rig.clock.advance(3000)
    expect(stages(stubborn.rig)).toEqual(['key-sent', 'failed: NAK 9'])
    expect(state(stubborn.rig).secure).toBe(true)

    const liar = settled()
    liar.rig.acu.pair(1, { key: keyOf(43), via: 'session' })
    while (liar.reader.state.session !== null) liar.rig.clock.advance(1)
    liar.reader.state.scbk = keyOf(1)
    liar.rig.clock.advance(8000)
    expect(stages(liar.rig)).toEqual(['key-sent', 'verifying', 'failed: not-verified'])
    expect(state(liar.rig).secure).toBe(true)
  })

  it('needs a session to change the key in', () => {
    const { rig } = unpaired()
    expect(rig.acu.pair(1, { key: keyOf(43), via: 'session' })).toBe('no-session')
    expect(rig.acu.pair(7, { key: keyOf(43), via: 'session' })).toBe('no-such-pd')
    expect(rig.acu.pair(1, { key: defaultKey, via: 'install' })).toBe('weak-key')
  })
})
