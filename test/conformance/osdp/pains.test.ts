import { describe, expect, it } from 'vitest'
import { codeName } from '../../../osdp/codes.ts'
import { createMemoryLine } from '../../../osdp/emulated.ts'
import type { ReceivedFile } from '../../../osdp/file-reception.ts'
import { encode, marked, parse } from '../../../osdp/frame.ts'
import {
  type CaptureRecord,
  createDecoder,
  createFeed,
  createLineCounter,
  feed,
  follow,
  pcapngHeader,
  pcapngRecord,
  readOsdpcap,
  readPcap,
  scanLine,
  writeOsdpcap,
} from '../../../osdp/index.ts'
import { openAcu } from '../../../osdp/line.ts'
import { type MisbehaviourKind, misbehaviours } from '../../../osdp/misbehaviour.ts'
import { fromHex } from '../../../osdp/payload/field.ts'
import { defaultCapabilities } from '../../../osdp/pd-state.ts'
import { virtualClock } from '../../../osdp/pipe/clock.ts'
import { quirks, tolerates } from '../../../osdp/quirks.ts'
import type { FoundPd } from '../../../osdp/scan.ts'
import { badge, createRig, keyOf, type Rig, seeded } from './rig.ts'

const state = (rig: Rig) => rig.acu.pds()[0]!
const commandsOf = (rig: Rig) => rig.frames.filter(({ direction }) => direction === 'command')

describe('what users of other stacks complain about', () => {
  it('1 · one hiccup does not take a reader away, and an outage ends within two seconds of its cause, with events', () => {
    const rig = createRig()
    const reader = rig.reader({ address: 1 })
    rig.clock.advance(2000)
    rig.events.length = 0
    reader.fault({ kind: 'unplugged' })
    rig.clock.advance(1000)
    reader.fault({ kind: 'none' })
    rig.clock.advance(2000)
    expect(rig.events.map(({ kind }) => kind)).toEqual(['fault'])
    reader.fault({ kind: 'unplugged' })
    rig.clock.advance(300_000)
    reader.fault({ kind: 'none' })
    rig.clock.advance(2000)
    expect(rig.events.map(({ kind }) => kind).filter(kind => ['offline', 'online', 'secure'].includes(kind))).toEqual([
      'offline',
      'online',
      'secure',
    ])
  })

  it('2 · a retry has the same sequence number, after BUSY too', () => {
    for (const misbehaviour of ['drop', 'busy', 'wrong-crc'] as const) {
      const rig = createRig()
      rig.reader({ address: 1, misbehaviours: [{ kind: misbehaviour, on: 'LED', times: 1 }] })
      rig.clock.advance(2000)
      rig.acu.led(1, { colour: 'green' })
      rig.clock.advance(1500)
      const tries = commandsOf(rig).filter(({ code }) => code === 0x69)
      expect(tries.length, misbehaviour).toBeGreaterThan(1)
      expect(new Set(tries.map(({ hex }) => hex)).size, misbehaviour).toBe(1)
      expect(rig.of('nak')).toEqual([])
      expect(rig.of('secure')).toHaveLength(1)
    }
  })

  it('3 · the secure channel stands for a day of polls on a line that loses one frame in a hundred', () => {
    const rig = createRig({ baud: 115_200 })
    const reader = rig.reader({ address: 1 }, { pollIntervalMs: 4000 })
    rig.clock.advance(2000)
    reader.fault({ kind: 'noise', rate: 0.01 })
    rig.clock.advance(24 * 3_600_000)
    expect(rig.of('secure')).toHaveLength(1)
    expect(rig.of('offline')).toEqual([])
    expect(state(rig).statistics.retries).toBeGreaterThan(100)
    expect(state(rig).statistics.macErrors).toBe(0)
  })

  it('4 · getting the first key in is one call, told step by step', () => {
    const rig = createRig()
    rig.line.addReader({ address: 1, scbk: null, installMode: true })
    rig.acu.add({ address: 1, scbk: null })
    rig.clock.advance(1000)
    rig.acu.pair(1, { key: keyOf(9), via: 'install' })
    rig.clock.advance(3000)
    expect(rig.of('pairing').map(({ stage }) => stage)).toEqual(['challenge', 'key-sent', 'verifying', 'done'])
    expect(state(rig).secure).toBe(true)
  })

  it('5 · every CHLNG begins at sequence 0', () => {
    const rig = createRig()
    const reader = rig.line.addReader({ address: 1, scbk: null, installMode: true })
    rig.acu.add({ address: 1, scbk: null })
    rig.clock.advance(1000)
    rig.acu.pair(1, { key: keyOf(9), via: 'install' })
    rig.clock.advance(3000)
    reader.state.scbk = keyOf(10)
    reader.input({ kind: 'power-cycle' })
    rig.clock.advance(10_000)
    const challenges = commandsOf(rig).filter(({ code }) => code === 0x76)
    expect(challenges.length).toBeGreaterThan(5)
    expect(challenges.every(({ sequence }) => sequence === 0)).toBe(true)
    expect(rig.of('nak').filter(({ reason }) => reason === 4)).toEqual([])
  })

  it.each(['clear-ack', 'keep-session', 'none'] as const)(
    '6 · KEYSET is acknowledged as the vendor likes (%s), with one handshake after it',
    how => {
      const rig = createRig()
      rig.line.addReader({ address: 1, scbk: null, installMode: true, misbehaviours: how === 'none' ? [] : [{ kind: how, on: 'KEYSET' }] })
      rig.acu.add({ address: 1, scbk: null })
      rig.clock.advance(1000)
      rig.frames.length = 0
      rig.acu.pair(1, { key: keyOf(9), via: 'install' })
      rig.clock.advance(3000)
      expect(state(rig).secure).toBe(true)
      expect(commandsOf(rig).filter(({ code }) => code === 0x76)).toHaveLength(2)
    },
  )

  it('7 · a dead PD harms nobody else, nor does a start byte inside a check', () => {
    const rig = createRig()
    rig.reader({ address: 1 })
    rig.reader({ address: 2 }).fault({ kind: 'unplugged' })
    rig.clock.advance(20_000)
    const before = rig.acu.pds()[0]!.statistics.polls
    rig.clock.advance(10_000)
    expect(rig.acu.pds()[0]!.statistics.polls - before).toBeGreaterThanOrEqual(48)
    // Some frame to the other PD ends in 0x53: whoever takes it for a beginning is stuck.
    let found = 0
    for (let n = 0; n < 2000 && found < 3; n++) {
      const frame = encode({
        address: 2,
        direction: 'reply',
        sequence: 1,
        check: 'crc',
        security: null,
        code: 0x90,
        data: Uint8Array.of(n & 0xff, n >> 8),
        mac: null,
      })
      if (frame.at(-1) !== 0x53 && frame.at(-2) !== 0x53) continue
      found++
      const receiver = createFeed()
      const poll = encode({
        address: 1,
        direction: 'command',
        sequence: 1,
        check: 'crc',
        security: null,
        code: 0x60,
        data: new Uint8Array(0),
        mac: null,
      })
      const heard = [...feed(receiver, marked(frame)), ...feed(receiver, marked(poll))]
      expect(heard.map(({ kind }) => kind)).toEqual(['frame', 'frame'])
    }
    expect(found).toBe(3)
  })

  it('8 · rate, address and key state of unknown readers are found, several at once', () => {
    const clock = virtualClock()
    const line = createMemoryLine({ clock, random: seeded(1) })
    line.addReader({ address: 3, baud: 9600, scbk: keyOf(1) })
    line.addReader({ address: 4, baud: 9600, scbk: null, installMode: true })
    line.addReader({ address: 3, baud: 57_600, scbk: null, identity: { serial: 9 } })
    let found: readonly FoundPd[] = []
    scanLine({ pipe: line.acu, clock, random: seeded(2), onEnd: all => (found = all) })
    clock.advance(120_000)
    expect(found.map(({ address, baud, key }) => [address, baud, key])).toEqual([
      [3, 9600, 'own'],
      [4, 9600, 'install-mode'],
      [3, 57_600, 'none'],
    ])
  })

  it('9 · a file: the delay holds back the next part only, no part goes out twice, a lost session does not begin it anew', () => {
    const rig = createRig({ baud: 115_200 })
    const files: ReceivedFile[] = []
    const reader = rig.line.addReader(
      { address: 1, scbk: keyOf(1), fileDelayMs: 1000 },
      effect => effect.kind === 'file' && files.push(effect.file),
    )
    rig.acu.add({ address: 1, baud: 115_200, scbk: keyOf(1) })
    rig.clock.advance(2000)
    rig.frames.length = 0
    const bytes = seeded(6)(2500)
    rig.acu.file(1, { type: 1, bytes })
    rig.clock.advance(2500)
    reader.state.conduct.list.push({ rule: { kind: 'clear-reply', on: 'POLL', times: 1 }, met: 0 })
    rig.clock.advance(20_000)
    expect(files.map(file => file.bytes)).toEqual([bytes])
    const parts = commandsOf(rig).filter(({ code }) => code === 0x7c)
    expect(parts).toHaveLength(Math.ceil(2500 / 484))
    for (let n = 1; n < parts.length; n++) {
      expect(parts[n]!.at - parts[n - 1]!.at).toBeGreaterThanOrEqual(1000)
      expect(
        commandsOf(rig).filter(({ code, at }) => code === 0x60 && at > parts[n - 1]!.at && at < parts[n]!.at).length,
      ).toBeGreaterThanOrEqual(3)
    }
  })

  it('10 · COMSET: the switch comes after COM, with a way back', () => {
    const rig = createRig()
    const reader = rig.reader({ address: 1 })
    rig.clock.advance(2000)
    rig.acu.send(1, { name: 'COMSET', address: 6, baud: 19_200 })
    rig.clock.advance(2000)
    expect(rig.of('moved')).toMatchObject([{ pd: 6, from: 1, baud: 19_200 }])
    // The PD says yes and stays where it was.
    rig.acu.send(6, { name: 'COMSET', address: 8, baud: 19_200 })
    while (reader.state.address === 6) rig.clock.advance(1)
    reader.state.address = 6
    rig.clock.advance(5000)
    expect(rig.of('result').at(-1)).toMatchObject({
      pd: 6,
      command: 'COMSET',
      outcome: 'time-out',
      reason: 'not-found-at-the-new-settings',
    })
    expect(state(rig)).toMatchObject({ address: 6, online: true, secure: true })
  })

  it('11 · real readers: what does no harm is tolerated, and which is data by vendor', () => {
    for (const kind of [
      'poll-first',
      'unasked-status',
      'empty-encrypted',
      'status-unencrypted',
      'status-block',
      'twice',
      'noise',
    ] satisfies MisbehaviourKind[]) {
      const rig = createRig()
      const times = kind === 'unasked-status' ? { times: 1, on: 'CAP' as const } : {}
      const reader = rig.reader({ address: 1, misbehaviours: [{ kind, ...times }] })
      rig.clock.advance(4000)
      expect(state(rig), kind).toMatchObject({ online: true, secure: true })
      reader.present(badge)
      rig.clock.advance(1500)
      expect(
        rig.of('card').map(({ bits }) => bits),
        kind,
      ).toEqual([badge])
      expect(rig.of('secure'), kind).toHaveLength(1)
    }
    expect(tolerates('00068e', 'clear-key-ack')).toBe(true)
    expect(tolerates('00d05b', 'clear-key-ack')).toBe(false)
    expect(quirks['*']!.length).toBeGreaterThan(0)
    // Whoever wants none has none.
    const strict = createRig()
    strict.reader({ address: 1, misbehaviours: [{ kind: 'status-block' }] }, { quirks: [] })
    strict.clock.advance(3000)
    expect(strict.of('secure').some(({ reason }) => reason === 'mac-error')).toBe(true)
    // A manufacturer's reply of any length, and an ID without its data byte.
    const loose = createRig()
    loose.reader({ address: 1, answer: () => ({ name: 'MFGREP', vendor: '00d05b', data: seeded(1)(90) }) })
    loose.clock.advance(2000)
    loose.acu.send(1, { name: 'MFG', vendor: '00d05b', data: new Uint8Array(0) })
    loose.clock.advance(500)
    expect(loose.of('result')).toMatchObject([{ outcome: 'reply', reply: { name: 'MFGREP' } }])
  })

  it('12 · no gap is accepted in silence: key type, refused RMAC_I, checksums in a session, keys of its own accord', () => {
    for (const [kind, reason] of [
      ['wrong-key-type', 'downgrade'],
      ['refuse-proof', 'handshake-refused'],
    ] as const) {
      const rig = createRig()
      rig.reader({ address: 1, misbehaviours: [{ kind }] })
      rig.clock.advance(3000)
      expect(rig.of('secure').map(event => event.reason)).toEqual([reason])
    }
    const rig = createRig()
    const reader = rig.reader({ address: 1 })
    rig.clock.advance(2000)
    reader.tap(bytes => {
      const frame = parse(bytes.subarray(1))!
      return frame.mac === null ? bytes : marked(encode({ ...frame, check: 'checksum' }))
    })
    rig.clock.advance(3000)
    expect(rig.of('secure').some(event => event.reason === 'weak-check')).toBe(true)
    reader.input({ kind: 'install-mode', on: true })
    rig.clock.advance(30_000)
    expect(commandsOf(rig).some(({ code }) => code === 0x75)).toBe(false)
  })

  it('13 · large messages: frames up to what each end says it takes, parts beyond that', () => {
    const rig = createRig({ baud: 115_200 })
    const capabilities = defaultCapabilities.map(record =>
      record.function === 10 ? { ...record, compliance: 1440 & 0xff, count: 1440 >> 8 } : record,
    )
    const reader = rig.reader({
      address: 1,
      capabilities,
      answer: command => (command.name === 'MFG' ? { name: 'MFGREP', vendor: command.vendor, data: command.data } : null),
    })
    rig.clock.advance(2000)
    const data = seeded(3)(1300)
    rig.acu.send(1, { name: 'MFG', vendor: '00d05b', data })
    rig.acu.send(1, { name: 'ACURXSIZE', size: 1440 })
    rig.clock.advance(3000)
    expect(rig.of('result').map(({ outcome }) => outcome)).toEqual(['reply', 'reply'])
    expect(rig.of('result')[0]!.reply).toMatchObject({ data })
    reader.input({ kind: 'say-in-parts', name: 'PIVDATAR', whole: seeded(4)(5000) })
    rig.clock.advance(5000)
    expect(rig.of('whole').map(({ bytes }) => bytes)).toEqual([seeded(4)(5000)])
    expect(rig.frames.filter(({ code, direction }) => direction === 'reply' && code === 0x80)).toHaveLength(4)
  })

  it('14 · the traffic can be seen: captured at either end, opened with the key, counted by PD', () => {
    const clock = virtualClock()
    const line = createMemoryLine({ clock, random: seeded(1) })
    const scbk = keyOf(1)
    const reader = line.addReader({ address: 1, scbk })
    const records: CaptureRecord[] = []
    const counter = createLineCounter()
    const receiver = createFeed()
    const acu = openAcu({
      pipe: line.acu,
      clock,
      random: seeded(2),
      onEvent() {},
      watch(bytes, sent) {
        const now = line.acu.clock!.now()
        records.push({ time: BigInt(Math.round(now * 1e6)), io: sent ? 'output' : 'input', bytes })
        for (const item of feed(receiver, bytes)) counter.count(item, now)
      },
    })
    acu.add({ address: 1, scbk })
    acu.start()
    clock.advance(2000)
    reader.present(badge)
    clock.advance(500)
    const captures = [
      records.map(record => {
        const read = readOsdpcap(writeOsdpcap(record))
        return read.ok ? read.record : null
      }),
      readPcap(Buffer.concat([pcapngHeader(), ...records.map(pcapngRecord)])).records,
    ]
    for (const capture of captures) {
      const decoder = createDecoder([{ address: 1, scbk }])
      const state = createFeed()
      const lines = capture.flatMap(record => feed(state, record!.bytes).map(item => follow(decoder, item).line))
      expect(lines.every(({ ok }) => ok)).toBe(true)
      expect(lines.find(({ name }) => name === 'RAW')?.fields).toMatchObject({ bits: 26 })
    }
    const [figures] = counter.statistics()
    expect(figures).toMatchObject({ address: 1, retries: 0, checkErrors: 0 })
    expect(figures!.pollRate).toBeGreaterThan(4)
    expect(figures!.roundTrip!.mean).toBeGreaterThan(15)
    expect(acu.pds()[0]!.statistics.polls).toBe(figures!.polls)
  })

  it('15 · a PD to play with: misbehaves by name, checks what it gets, and is in time', () => {
    expect(misbehaviours.length).toBeGreaterThanOrEqual(20)
    for (const kind of misbehaviours) {
      // Whatever it is that a PD does wrong for a while, the line is well ten seconds later and no card is invented.
      const rig = createRig()
      const reader = rig.reader({ address: 1, misbehaviours: [{ kind, ms: 150, reason: 3, times: 2 }] })
      rig.clock.advance(2000)
      reader.present(badge)
      rig.clock.advance(20_000)
      expect(state(rig), kind).toMatchObject({ online: true, secure: true })
      expect(rig.of('card').length, kind).toBeLessThanOrEqual(1)
    }
    const rig = createRig()
    const reader = rig.reader({ address: 1, replyDelayMs: 190 })
    rig.clock.advance(5000)
    expect(state(rig)).toMatchObject({ online: true, secure: true })
    expect(state(rig).statistics.timeOuts).toBe(0)
    expect(reader.state.feed.faults.check).toBe(0)
    expect(codeName('command', commandsOf(rig)[0]!.code)).toBe('ID')
    expect(fromHex(commandsOf(rig)[0]!.hex)).not.toBeNull()
  })
})
