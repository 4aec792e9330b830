import { describe, expect, it } from 'vitest'
import { createRig, keyOf, type Rig } from '../test/conformance/osdp/rig.ts'
import { defaultKey } from './secure-channel.ts'

const old = keyOf(1)
const fresh = keyOf(42)
const state = (rig: Rig) => rig.acu.pds()[0]!
const known = (rig: Rig) => rig.of('pending-key').map(({ state }) => state)
const stages = (rig: Rig) => rig.of('pairing').map(({ stage, reason }) => (reason === null ? stage : `${stage}: ${reason}`))

/** A PD in its session, and its cable cut at the instant it has taken the new key: neither side knows what the other has. */
function cutOff(via: 'install' | 'session', forMs: number) {
  const rig = createRig()
  const reader = rig.line.addReader(
    via === 'install' ? { address: 1, scbk: null, installMode: true } : { address: 1, scbk: old },
    effect => effect.kind === 'key' && reader.fault({ kind: 'unplugged' }),
  )
  rig.acu.add({ address: 1, scbk: via === 'install' ? null : old })
  rig.clock.advance(2000)
  rig.events.length = 0
  expect(rig.acu.pair(1, { key: fresh, via, forMs })).toBeNull()
  rig.clock.advance(3000)
  expect(reader.state.scbk).toEqual(fresh)
  return { rig, reader }
}

describe('the key of a pairing that was cut off', () => {
  it.each(['install', 'session'] as const)('is verified once the PD is back in time (%s)', via => {
    const { rig, reader } = cutOff(via, 60_000)
    rig.clock.advance(12_000)
    expect(state(rig)).toMatchObject({ online: false, pairing: true, pendingKey: 'untried' })
    reader.fault({ kind: 'none' })
    rig.clock.advance(3000)
    expect(stages(rig).at(-1)).toBe('done')
    expect(known(rig)).toEqual([])
    expect(state(rig)).toMatchObject({ secure: true, pendingKey: 'none' })
  })

  it.each(['install', 'session'] as const)('is tried where the PD comes back too late, and adopted by its proof (%s)', via => {
    const { rig, reader } = cutOff(via, 20_000)
    rig.clock.advance(60_000)
    expect(stages(rig).at(-1)).toBe('failed: time-out')
    expect(known(rig)).toEqual(['kept'])
    reader.fault({ kind: 'none' })
    rig.clock.advance(4000)
    expect(known(rig)).toEqual(['kept', 'adopted'])
    expect(state(rig)).toMatchObject({ online: true, secure: true, pendingKey: 'none' })
    // It is the PD's key from here on, and no other is asked for.
    rig.frames.length = 0
    reader.input({ kind: 'power-cycle' })
    rig.clock.advance(12_000)
    expect(state(rig)).toMatchObject({ secure: true })
    expect(rig.of('secure').at(-1)).toMatchObject({ established: true })
  })

  it('is given up where the PD proves the key it had', () => {
    const { rig, reader } = cutOff('session', 5000)
    reader.state.scbk = old
    rig.clock.advance(10_000)
    reader.fault({ kind: 'none' })
    rig.clock.advance(4000)
    expect(known(rig)).toEqual(['kept', 'dropped'])
    expect(state(rig)).toMatchObject({ secure: true, pendingKey: 'none' })
  })

  it('is given up at once where the PD refuses it', () => {
    const rig = createRig()
    rig.reader({ address: 1, misbehaviours: [{ kind: 'nak', on: 'KEYSET', reason: 9 }] })
    rig.clock.advance(2000)
    rig.acu.pair(1, { key: fresh, via: 'session' })
    rig.clock.advance(2000)
    expect(known(rig)).toEqual(['dropped'])
    expect(stages(rig)).toEqual(['key-sent', 'failed: NAK 9'])
  })

  it.each([
    ['its own first', old],
    ['none of its own', null],
  ])('is tried by an ACU that was started anew with it: %s', (_, scbk) => {
    const rig = createRig()
    const reader = rig.line.addReader({ address: 1, scbk: fresh })
    expect(rig.acu.add({ address: 1, scbk, pendingKey: fresh })).toBeNull()
    rig.clock.advance(4000)
    expect(known(rig)).toEqual(['adopted'])
    expect(state(rig)).toMatchObject({ online: true, secure: true, pendingKey: 'none' })
    expect(reader.state.session?.underDefaultKey).toBe(false)
    expect(rig.of('observation').filter(({ what }) => what !== 'wrong-key')).toEqual([])
  })

  it('lets the old key prove itself first, so that a PD that never took the new one loses no time', () => {
    const rig = createRig()
    rig.line.addReader({ address: 1, scbk: old })
    rig.acu.add({ address: 1, scbk: old, pendingKey: fresh })
    rig.clock.advance(2000)
    expect(known(rig)).toEqual(['dropped'])
    expect(state(rig).statistics.handshakes).toBe(1)
  })

  it('is no way down: a PD that knows neither key gets neither of them, nor SCBK-D, nor clear text, however long it stays', () => {
    const rig = createRig()
    const reader = rig.line.addReader({ address: 1, scbk: keyOf(7), installMode: true, requireSecure: false })
    rig.acu.add({ address: 1, scbk: old, pendingKey: fresh })
    rig.clock.advance(2000)
    reader.present('1011')
    rig.clock.advance(120_000)
    expect(state(rig)).toMatchObject({ online: true, secure: false, pendingKey: 'refused' })
    expect(rig.of('card')).toEqual([])
    expect(known(rig)).toEqual([])
    const commands = rig.frames.filter(({ direction }) => direction === 'command')
    expect(commands.filter(({ code }) => code === 0x75 || code === 0x60)).toEqual([])
    const handshakes = commands.filter(({ code }) => code === 0x76)
    expect(handshakes.length).toBeGreaterThan(50)
    expect(handshakes.every(({ security }) => security?.data[0] === 1)).toBe(true)
    // One failure is told, not one a second.
    expect(rig.of('secure').length).toBeLessThan(3)
  })

  it('is not a weak one', () => {
    const rig = createRig()
    expect(rig.acu.add({ address: 1, scbk: old, pendingKey: defaultKey })).toBe('weak-key')
    expect(rig.acu.add({ address: 1, scbk: null, pendingKey: new Uint8Array(16) })).toBe('weak-key')
  })

  it('gives way to another pairing by hand', () => {
    const { rig, reader } = cutOff('install', 5000)
    rig.clock.advance(20_000)
    // The reader was set back, as its maker has it.
    Object.assign(reader.state, { scbk: null, installMode: true })
    reader.fault({ kind: 'none' })
    rig.clock.advance(1500)
    const another = keyOf(43)
    rig.acu.pair(1, { key: another, via: 'install' })
    while (reader.state.scbk === null) rig.clock.advance(1)
    reader.fault({ kind: 'none' })
    rig.clock.advance(4000)
    expect(stages(rig).at(-1)).toBe('done')
    expect(reader.state.scbk).toEqual(another)
    expect(state(rig)).toMatchObject({ secure: true, pendingKey: 'none' })
  })
})

it('keys and files are copied: what their owner does with his bytes changes nothing, and his are never wiped', () => {
  const rig = createRig()
  const mine = Buffer.from(old)
  const parts: Uint8Array[] = []
  rig.line.addReader({ address: 1, scbk: old }, effect => effect.kind === 'file' && parts.push(effect.file.bytes))
  rig.acu.add({ address: 1, scbk: mine, pendingKey: Buffer.from(fresh) })
  mine.fill(0)
  rig.clock.advance(2000)
  expect(state(rig).secure).toBe(true)
  const bytes = Buffer.alloc(600, 7)
  rig.acu.file(1, { type: 1, bytes })
  rig.clock.advance(1)
  bytes.fill(9)
  rig.clock.advance(10_000)
  expect(parts).toEqual([new Uint8Array(600).fill(7)])
  for (const via of ['install', 'session'] as const) {
    const given = Buffer.from(keyOf(50))
    rig.acu.pair(1, { key: given, via, forMs: 5000 })
    rig.clock.advance(10_000)
    expect(given).toEqual(Buffer.from(keyOf(50)))
  }
  expect(state(rig).secure).toBe(true)
})
