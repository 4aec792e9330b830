import { describe, expect, it } from 'vitest'
import { badge, createRig, keyOf, type Rig } from '../test/conformance/osdp/rig.ts'
import { codeName } from './codes.ts'
import { encode, marked, parse } from './frame.ts'
import { openAcu } from './line.ts'
import type { Misbehaviour } from './misbehaviour.ts'
import { fromHex } from './payload/field.ts'
import { defaultCapabilities } from './pd-state.ts'
import { defaultKey } from './secure-channel.ts'

const state = (rig: Rig, address = 1) => rig.acu.pds().find(pd => pd.address === address)!
const commandsOf = (rig: Rig) => rig.frames.filter(({ direction }) => direction === 'command')
const named = (rig: Rig) => commandsOf(rig).map(({ code }) => codeName('command', code))
const clear = (rig: Rig) => commandsOf(rig).filter(({ security }) => security === null || security.type < 0x15)

/** A reader that has been secure for a while. */
function settled(misbehaviours: readonly Misbehaviour[] = [], policy = {}) {
  const rig = createRig()
  const reader = rig.reader({ address: 1, misbehaviours }, policy)
  rig.clock.advance(2000)
  rig.events.length = 0
  rig.frames.length = 0
  return { rig, reader }
}

describe('bring-up', () => {
  it('identifies, shakes hands, and reads ID and CAP again inside the session before anything else', () => {
    const rig = createRig()
    rig.reader({ address: 1 })
    rig.clock.advance(1000)
    expect(named(rig).slice(0, 7)).toEqual(['ID', 'CAP', 'CHLNG', 'SCRYPT', 'ID', 'CAP', 'LSTAT'])
    expect(
      commandsOf(rig)
        .map(({ sequence }) => sequence)
        .slice(0, 8),
    ).toEqual([0, 1, 0, 1, 2, 3, 1, 2])
    expect(clear(rig).map(({ code }) => codeName('command', code))).toEqual(['ID', 'CAP', 'CHLNG', 'SCRYPT'])
    expect(rig.of('identity').map(({ authenticated }) => authenticated)).toEqual([true])
    expect(rig.of('status')).toHaveLength(1)
  })

  it('says offline after eight seconds of a PD that was never there, and is secure within two seconds of its coming', () => {
    const rig = createRig()
    const reader = rig.reader({ address: 1 })
    reader.fault({ kind: 'unplugged' })
    rig.clock.advance(7900)
    expect(rig.of('offline')).toEqual([])
    rig.clock.advance(600)
    expect(rig.of('offline').map(({ reason }) => reason)).toEqual(['no-reply'])
    rig.frames.length = 0
    rig.clock.advance(30_000)
    expect(commandsOf(rig).length).toBeGreaterThanOrEqual(28)
    expect(commandsOf(rig).length).toBeLessThanOrEqual(31)
    expect(rig.of('offline')).toHaveLength(1)
    reader.fault({ kind: 'none' })
    rig.clock.advance(2000)
    expect(state(rig)).toMatchObject({ online: true, secure: true })
  })

  it('counts a PD with the wrong key as online and not secure, hears nothing it says, and is well once the key is right', () => {
    const rig = createRig()
    const reader = rig.reader({ address: 1 }, { scbk: keyOf(50) })
    rig.clock.advance(1000)
    reader.present(badge)
    rig.clock.advance(20_000)
    expect(state(rig)).toMatchObject({ online: true, secure: false })
    expect(rig.of('secure').map(({ established, reason }) => [established, reason])).toEqual([[false, 'wrong-key']])
    expect(rig.of('observation').map(({ what }) => what)).toContain('wrong-key')
    expect(rig.of('offline')).toEqual([])
    expect(rig.of('card')).toEqual([])
    expect(new Set(named(rig))).toEqual(new Set(['ID', 'CAP', 'CHLNG']))
    expect(named(rig).filter(name => name === 'CHLNG').length).toBeLessThan(22)
  })

  it('without a key and with security required it asks who is there and nothing more', () => {
    const rig = createRig()
    const reader = rig.reader({ address: 1, scbk: null, installMode: true })
    rig.clock.advance(10_000)
    reader.present(badge)
    rig.clock.advance(1000)
    expect(new Set(named(rig))).toEqual(new Set(['ID', 'CAP']))
    expect(rig.of('secure').map(({ reason }) => reason)).toEqual(['no-key'])
    expect(rig.of('card')).toEqual([])
  })

  it('works in clear where the policy allows it, and says so', () => {
    const rig = createRig()
    const reader = rig.reader({ address: 1, scbk: null }, { requireSecure: false })
    rig.clock.advance(1000)
    reader.present(badge)
    rig.clock.advance(500)
    expect(state(rig)).toMatchObject({ online: true, secure: false })
    expect(rig.of('card')).toHaveLength(1)
    expect(rig.of('observation').map(({ what }) => what)).toEqual(['clear-operation'])
  })

  it('in clear, a PD that answered with CRCs is not believed on a sum alone: noise on the check bit leaves eight bits to be right by chance', () => {
    const rig = createRig()
    const reader = rig.reader({ address: 1, scbk: null }, { requireSecure: false })
    rig.clock.advance(1000)
    let noisy = true
    reader.tap(bytes => {
      const frame = parse(bytes.subarray(1))!
      return noisy && frame.code === 0x50 ? marked(encode({ ...frame, check: 'checksum' })) : bytes
    })
    reader.present(badge)
    rig.clock.advance(300)
    expect(rig.of('card')).toEqual([])
    noisy = false
    rig.clock.advance(2000)
    expect(rig.of('card')).toHaveLength(1)
    expect(state(rig).statistics.checkErrors).toBeGreaterThan(0)
    expect(rig.of('offline')).toEqual([])
  })

  it('in clear, a PD that only knows the sum works', () => {
    const rig = createRig()
    const reader = rig.reader({ address: 1, scbk: null }, { requireSecure: false })
    reader.tap(bytes => marked(encode({ ...parse(bytes.subarray(1))!, check: 'checksum' })))
    rig.clock.advance(1000)
    reader.present(badge)
    rig.clock.advance(500)
    expect(rig.of('card')).toHaveLength(1)
  })

  it('a PD that was secure once never works in clear again, even where the policy would allow it', () => {
    const rig = createRig()
    const reader = rig.reader({ address: 1 }, { requireSecure: false })
    rig.clock.advance(1500)
    expect(state(rig).secure).toBe(true)
    reader.attack('key-downgrade', 'secure-channel')
    reader.present(badge)
    rig.clock.advance(30_000)
    expect(state(rig).secure).toBe(false)
    expect(rig.of('card')).toEqual([])
    expect(rig.of('observation').map(({ what }) => what)).toContain('downgrade')
    expect(clear(rig).map(({ code }) => codeName('command', code))).not.toContain('POLL')
  })

  it('a PD pinned in the policy does not work in clear either', () => {
    const rig = createRig()
    const capabilities = defaultCapabilities.filter(record => record.function !== 9)
    rig.reader({ address: 1, scbk: null, capabilities }, { requireSecure: false, pinned: true, scbk: keyOf(1) })
    rig.clock.advance(5000)
    expect(named(rig)).not.toContain('POLL')
    expect(rig.of('secure').map(({ reason }) => reason)).toEqual(['not-supported'])
  })

  it('refuses weak keys, and addresses that are no PD', () => {
    const { acu } = createRig()
    const weak = [
      defaultKey,
      new Uint8Array(16).fill(7),
      Uint8Array.from({ length: 16 }, (_, i) => i),
      fromHex('00112233445566778899aabbccddeeff')!,
    ]
    for (const scbk of weak) expect(acu.add({ address: 1, scbk })).toBe('weak-key')
    expect(acu.add({ address: 1, scbk: new Uint8Array(15) })).toBe('weak-key')
    expect(acu.add({ address: 0x7f, scbk: keyOf(1) })).toBe('address')
    expect(acu.add({ address: 1, scbk: keyOf(1) })).toBeNull()
    expect(acu.add({ address: 1, scbk: keyOf(1) })).toBe('address-in-use')
    expect(acu.pair(1, { key: defaultKey, via: 'install' })).toBe('weak-key')
  })

  it('refuses another device that knows the key, for as long as it is there', () => {
    const rig = createRig()
    const first = rig.reader({ address: 1 })
    rig.clock.advance(2000)
    first.fault({ kind: 'unplugged' })
    rig.clock.advance(10_000)
    const second = rig.line.addReader({ address: 1, scbk: keyOf(1), identity: { serial: 4711 } })
    rig.clock.advance(1000)
    second.present(badge)
    rig.clock.advance(10_000)
    expect(state(rig).secure).toBe(false)
    expect(rig.of('card')).toEqual([])
    expect(rig.of('observation').map(({ what }) => what)).toContain('identity-changed')
    expect(rig.of('secure').filter(({ reason }) => reason === 'identity-changed')).toHaveLength(1)
    second.remove()
    first.fault({ kind: 'none' })
    rig.clock.advance(2500)
    expect(state(rig).secure).toBe(true)
  })

  it('refuses another device than the one its policy names', () => {
    const rig = createRig()
    rig.reader({ address: 1 }, { identity: { vendor: '00d05b', model: 1, serial: 99, cuid: null } })
    rig.clock.advance(5000)
    expect(state(rig).secure).toBe(false)
    expect(named(rig)).not.toContain('POLL')
  })

  it('notices capabilities forged in clear once the session stands', () => {
    const rig = createRig()
    const reader = rig.line.addReader({ address: 1, scbk: keyOf(1) })
    reader.tap(bytes =>
      changed(bytes, 0x46, data => data.map((byte, index) => (data[index - (index % 3)] === 9 && index % 3 > 0 ? 0 : byte))),
    )
    rig.acu.add({ address: 1, scbk: keyOf(1) })
    rig.clock.advance(1500)
    expect(state(rig).secure).toBe(true)
    expect(rig.of('observation').map(({ what }) => what)).toEqual(['downgrade'])
    expect(
      rig
        .of('capabilities')
        .at(-1)!
        .capabilities.find(record => record.function === 9),
    ).toMatchObject({ compliance: 1 })
  })
})

/** Changes the data of a reply in clear on its way to the ACU. */
const changed = (bytes: Uint8Array, code: number, change: (data: Uint8Array) => Uint8Array) => {
  const frame = parse(bytes.subarray(1))
  return frame === null || frame.security !== null || frame.code !== code ? bytes : marked(encode({ ...frame, data: change(frame.data) }))
}

describe('in the session', () => {
  it('repeats a command byte for byte until it is answered, and the PD does it once', () => {
    const { rig, reader } = settled()
    let lost = 2
    reader.tap(bytes => (rig.frames.at(-1)?.code === 0x6a && lost-- > 0 ? null : bytes))
    rig.acu.send(1, { name: 'BUZ', reader: 0, tone: 2, on: 1, off: 1, count: 1 })
    rig.clock.advance(1500)
    const beeps = commandsOf(rig).filter(({ code }) => code === 0x6a)
    expect(beeps).toHaveLength(3)
    expect(new Set(beeps.map(({ hex }) => hex)).size).toBe(1)
    expect(rig.of('result').map(({ outcome }) => outcome)).toEqual(['reply'])
    expect(state(rig)).toMatchObject({ online: true, secure: true })
    expect(rig.of('secure')).toEqual([])
  })

  it('takes a NAK for an answer and no outage', () => {
    const { rig } = settled()
    rig.acu.send(1, { name: 'BIOREAD', reader: 0, bioType: 0, format: 0, quality: 0 })
    rig.acu.send(1, { name: 'OUT', outputs: [{ output: 9, control: 2, timer100ms: 0 }] })
    rig.clock.advance(1000)
    expect(rig.of('result').map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['nak', 'NAK 3'],
      ['nak', 'NAK 9'],
    ])
    expect(rig.of('nak').map(({ command, reason }) => [command, reason])).toEqual([
      ['BIOREAD', 3],
      ['OUT', 9],
    ])
    expect(state(rig)).toMatchObject({ online: true, secure: true })
    expect(rig.of('secure')).toEqual([])
  })

  it.each([
    ['NAK 4', { kind: 'nak', reason: 4 }, 'sequence'],
    ['NAK 5', { kind: 'nak', reason: 5 }, 'session-refused'],
    ['NAK 6', { kind: 'nak', reason: 6 }, 'session-refused'],
    ['an answer with sequence 0 in clear', { kind: 'restart' }, 'sequence'],
  ] as const)('%s to a command: the session begins anew and the command is sent again', (_, misbehaviour, reason) => {
    const { rig, reader } = settled([{ ...misbehaviour, on: 'LED', times: 1 } as Misbehaviour])
    rig.acu.led(1, { colour: 'green' })
    rig.clock.advance(1500)
    if (misbehaviour.kind === 'nak')
      expect(rig.of('secure').map(({ established, reason: why }) => [established, why])).toEqual([
        [false, reason],
        [true, null],
      ])
    expect(rig.of('result').map(({ outcome }) => outcome)).toEqual(['reply'])
    expect(reader.led()).toBe('green')
    expect(rig.of('offline')).toEqual([])
    expect(state(rig).secure).toBe(true)
  })

  it('is ready for a PD whose NAK does not count', () => {
    const { rig } = settled([{ kind: 'nak', on: 'MFG', reason: 3 }, { kind: 'nak-keeps-sequence' }])
    rig.acu.send(1, { name: 'MFG', vendor: '00d05b', data: new Uint8Array(0) })
    rig.clock.advance(2000)
    expect(rig.of('result').map(({ outcome }) => outcome)).toEqual(['nak'])
    expect(state(rig)).toMatchObject({ online: true, secure: true })
    expect(rig.of('offline')).toEqual([])
  })

  it('asks nothing of a PD under a random number used before', () => {
    const rig = createRig()
    const same = keyOf(3).slice(0, 8)
    const acu = openAcu({ pipe: rig.line.acu, clock: rig.clock, random: () => same, onEvent() {} })
    rig.acu.stop()
    rig.line.addReader({ address: 1, scbk: keyOf(1) })
    acu.add({ address: 1, scbk: keyOf(1) })
    acu.start()
    rig.clock.advance(2000)
    expect(acu.pds()[0]).toMatchObject({ secure: true })
    expect(acu.pair(1, { key: keyOf(2), via: 'session' })).toBeNull()
    rig.clock.advance(10_000)
    expect(acu.pds()[0]).toMatchObject({ secure: false })
    expect(acu.pds()[0]!.statistics.handshakes).toBe(1)
  })

  it('a PD that lost its power is secure again within two seconds', () => {
    const { rig, reader } = settled()
    reader.input({ kind: 'power-cycle' })
    rig.clock.advance(2000)
    expect(state(rig).secure).toBe(true)
    expect(rig.of('offline')).toEqual([])
    expect(rig.of('secure').map(({ established }) => established)).toEqual([false, true])
  })

  it('waits for a PD that is busy with the very same bytes, and does not lose the session', () => {
    const { rig, reader } = settled([{ kind: 'busy', on: 'LED', times: 3 }])
    rig.acu.led(1, { colour: 'amber' })
    rig.clock.advance(1500)
    const leds = commandsOf(rig).filter(({ code }) => code === 0x69)
    expect(leds).toHaveLength(4)
    expect(new Set(leds.map(({ hex }) => hex)).size).toBe(1)
    expect(reader.led()).toBe('amber')
    expect(rig.of('secure')).toEqual([])
    expect(state(rig).statistics.busy).toBe(3)
  })

  it('does not wait for ever for a PD that says busy: the command fails and the session begins anew', () => {
    const { rig } = settled([{ kind: 'busy', on: 'LED' }])
    rig.acu.led(1, { colour: 'red' })
    rig.clock.advance(6500)
    expect(rig.of('result').map(({ outcome }) => outcome)).toEqual(['busy'])
    expect(rig.of('busy-limit').map(({ command }) => command)).toEqual(['LED'])
    rig.clock.advance(3000)
    expect(state(rig).secure).toBe(true)
  })

  it('a PD that says nothing but busy is offline in the end', () => {
    const { rig, reader } = settled()
    reader.state.conduct.list.push({ rule: { kind: 'busy' }, met: 0 })
    rig.clock.advance(15_000)
    expect(rig.of('offline').map(({ reason }) => reason)).toEqual(['busy'])
  })

  it('ends the session at the first MAC that does not fit, begins anew at once, and slows down where it goes on', () => {
    const { rig, reader } = settled([{ kind: 'wrong-mac', on: 'POLL', times: 1 }])
    reader.state.conduct.list[0]!.met = 0
    rig.clock.advance(1500)
    expect(rig.of('secure').map(({ reason }) => reason)).toEqual(['mac-error', null])
    expect(rig.of('observation').map(({ what }) => what)).toEqual(['mac-error'])
    const bad = createRig()
    bad.reader({ address: 1, misbehaviours: [{ kind: 'wrong-mac', on: 'POLL' }] })
    bad.clock.advance(30_000)
    const handshakes = commandsOf(bad).filter(({ code }) => code === 0x76).length
    expect(handshakes).toBeGreaterThan(5)
    expect(handshakes).toBeLessThan(35)
    expect(bad.of('card')).toEqual([])
  })

  it('tells what a PD reports of itself', () => {
    const { rig, reader } = settled()
    reader.tamper(true)
    reader.input({ kind: 'power', failure: true })
    reader.input({ kind: 'input', input: 1, state: 1 })
    reader.input({ kind: 'reader', reader: 0, state: 0 })
    rig.clock.advance(1500)
    expect(rig.of('status').map(({ tamper, power }) => [tamper, power])).toEqual([
      [true, false],
      [true, true],
    ])
    expect(rig.of('inputs').map(({ states }) => states)).toEqual([[0, 1]])
  })

  it('asks for the state again after an outage', () => {
    const { rig, reader } = settled()
    reader.fault({ kind: 'unplugged' })
    rig.clock.advance(9000)
    reader.tamper(true)
    reader.fault({ kind: 'none' })
    rig.clock.advance(3000)
    expect(rig.of('status').at(-1)).toMatchObject({ tamper: true })
  })

  it('polls on a grid of its own that commands do not move', () => {
    const { rig } = settled()
    for (let n = 0; n < 10; n++) {
      rig.acu.led(1, { colour: n % 2 ? 'red' : 'green' })
      rig.clock.advance(170)
    }
    const polls = commandsOf(rig).filter(({ code }) => code === 0x60)
    const gaps = polls.slice(1).map(({ at }, index) => Math.round(at - polls[index]!.at))
    expect(Math.max(...gaps)).toBeLessThanOrEqual(260)
    expect(gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length).toBeCloseTo(200, -1)
  })

  it('ends what waits too long, and what waits for a PD that went away', () => {
    const { rig, reader } = settled()
    reader.fault({ kind: 'unplugged' })
    rig.clock.advance(1000)
    const id = rig.acu.led(1, { colour: 'green' })
    rig.clock.advance(6000)
    expect(rig.of('result').map(result => [result.id, result.outcome])).toEqual([[id, 'time-out']])
    rig.clock.advance(5000)
    rig.acu.led(1, { colour: 'green' })
    expect(rig.of('result').at(-1)).toMatchObject({ outcome: 'refused', reason: 'offline' })
    expect(rig.acu.led(99, { colour: 'green' })).toBeNull()
  })

  it('counts what goes over the line', () => {
    const { rig } = settled()
    rig.clock.advance(10_000)
    const { statistics } = state(rig)
    expect(statistics.polls).toBeGreaterThan(48)
    expect(statistics.roundTrip.least).toBeGreaterThan(15)
    expect(statistics.roundTrip.last).toBeLessThan(25)
    expect(statistics.retries + statistics.timeOuts + statistics.checkErrors).toBe(0)
  })
})
