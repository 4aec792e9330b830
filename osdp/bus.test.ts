import { describe, expect, it } from 'vitest'
import { badge, createRig, keyOf, type Rig } from '../test/conformance/osdp/rig.ts'
import { codeName } from './codes.ts'
import { encode } from './frame.ts'

const polls = (rig: Rig) => new Map(rig.acu.pds().map(({ address, statistics }) => [address, statistics.polls]))
const well = (rig: Rig) => rig.acu.pds().filter(({ online, secure }) => online && secure).length

/** What the characters of a POLL and its ACK allow, mark bytes and two idle characters before each included. */
function theory(baud: number, secure: boolean) {
  return baud / 10 / (2 * ((secure ? 14 : 8) + 1 + 2))
}

describe('the bus', () => {
  it.each([
    [9600, false],
    [9600, true],
    [115_200, false],
    [115_200, true],
  ])('reaches 90 % of the poll rate that %i baud allow (secure: %s)', (baud, secure) => {
    const rig = createRig({ baud })
    rig.reader({ address: 1, scbk: secure ? keyOf(1) : null }, { pollIntervalMs: 0, requireSecure: secure })
    rig.clock.advance(2000)
    const before = polls(rig).get(1)!
    rig.clock.advance(10_000)
    expect((polls(rig).get(1)! - before) / 10 / theory(baud, secure)).toBeGreaterThan(0.9)
    expect((polls(rig).get(1)! - before) / 10 / theory(baud, secure)).toBeLessThan(1.01)
  })

  it('serves 126 PDs on one line, each its share', () => {
    const rig = createRig({ baud: 115_200 })
    const readers = Array.from({ length: 126 }, (_, address) => rig.reader({ address }, { pollIntervalMs: 0 }))
    rig.clock.advance(12_000)
    expect(well(rig)).toBe(126)
    rig.clock.advance(3000)
    const before = polls(rig)
    rig.clock.advance(5000)
    const shares = [...polls(rig)].map(([address, count]) => count - before.get(address)!)
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1)
    expect(shares.reduce((sum, share) => sum + share, 0) / 5 / theory(115_200, true)).toBeGreaterThan(0.9)
    readers[77]!.present(badge)
    rig.clock.advance(600)
    expect(rig.of('card').map(({ pd }) => pd)).toEqual([77])
  }, 60_000)

  it('gives a dead PD one time-out a round at most, about one a second, and the others go on', () => {
    const rig = createRig()
    const readers = [0, 1, 2, 3].map(address => rig.reader({ address }, { pollIntervalMs: 100 }))
    rig.clock.advance(3000)
    readers[2]!.fault({ kind: 'unplugged' })
    rig.clock.advance(10_000)
    rig.frames.length = 0
    const before = polls(rig)
    rig.clock.advance(30_000)
    const asked = rig.frames.filter(({ direction, address }) => direction === 'command' && address === 2)
    expect(asked.length).toBeGreaterThanOrEqual(27)
    expect(asked.length).toBeLessThanOrEqual(31)
    for (const address of [0, 1, 3]) expect((polls(rig).get(address)! - before.get(address)!) / 30).toBeGreaterThan(5.5)
    // Nobody waits longer than one time-out and the others' turns.
    for (const address of [0, 1, 3]) {
      const turns = rig.frames.filter(frame => frame.direction === 'command' && frame.address === address).map(({ at }) => at)
      expect(Math.max(...turns.slice(1).map((at, index) => at - turns[index]!))).toBeLessThan(450)
    }
  })

  it('serves one living PD among thirty dead ones between every two time-outs', () => {
    const rig = createRig()
    for (let address = 0; address < 31; address++) {
      const reader = rig.reader({ address })
      if (address !== 5) reader.fault({ kind: 'unplugged' })
    }
    rig.clock.advance(20_000)
    expect(well(rig)).toBe(1)
    expect(rig.of('offline').map(({ pd }) => pd)).toHaveLength(30)
    const before = polls(rig).get(5)!
    rig.clock.advance(20_000)
    expect((polls(rig).get(5)! - before) / 20).toBeGreaterThan(3.5)
    expect(rig.of('offline').filter(({ pd }) => pd === 5)).toEqual([])
  })

  it('sends commands ahead of polls', () => {
    const rig = createRig()
    for (let address = 0; address < 8; address++) rig.reader({ address }, { pollIntervalMs: 0 })
    rig.clock.advance(6000)
    rig.frames.length = 0
    const asked = rig.acu.led(7, { colour: 'green' })
    rig.clock.advance(110)
    expect(rig.of('result').map(({ id }) => id)).toEqual([asked])
    expect(
      rig.frames
        .filter(({ direction }) => direction === 'command')
        .map(({ code }) => codeName('command', code))
        .indexOf('LED'),
    ).toBeLessThanOrEqual(1)
  })

  it('knows two devices at one address by their two answers, and names them', () => {
    const rig = createRig()
    rig.line.addReader({ address: 4, scbk: keyOf(4), identity: { serial: 111 }, replyDelayMs: 2 })
    rig.line.addReader({ address: 4, scbk: keyOf(4), identity: { serial: 222 }, replyDelayMs: 90 })
    rig.acu.add({ address: 4, scbk: keyOf(4) })
    rig.clock.advance(20_000)
    const conflict = rig.of('observation').filter(({ what }) => what === 'address-conflict')
    expect(conflict.length).toBeGreaterThan(0)
    expect(conflict.map(({ detail }) => detail).join('\n')).toMatch(/address 4.*serial 111.*serial 222/)
  })

  it('names a second device that comes to an address in use, in clear, as soon as it knows who it is', () => {
    const rig = createRig()
    rig.line.addReader({ address: 4, identity: { serial: 111 }, replyDelayMs: 5 })
    rig.acu.add({ address: 4, requireSecure: false })
    rig.clock.advance(3000)
    rig.line.addReader({ address: 4, identity: { serial: 222 }, replyDelayMs: 60 })
    rig.clock.advance(20_000)
    const conflict = rig.of('observation').filter(({ what }) => what === 'address-conflict')
    expect(conflict.map(({ detail }) => detail).join('\n')).toMatch(/serial 111.*serial 222/)
    expect(conflict.length).toBeLessThan(4)
  })

  it('does not tell a conflict anew for every name that somebody on the line makes up', () => {
    const rig = createRig()
    const reader = rig.reader({ address: 4 })
    rig.clock.advance(3000)
    let serial = 0
    reader.tap(bytes => {
      const code = 0x45
      const data = Uint8Array.of(1, 2, 3, 1, 1, ++serial & 0xff, serial >> 8, 0, 0, 1, 0, 0)
      const named = encode({ address: 4, direction: 'reply', sequence: 0, check: 'crc', code, data, security: null, mac: null })
      return Uint8Array.of(...bytes, ...named)
    })
    rig.clock.advance(50_000)
    expect(serial).toBeGreaterThan(100)
    expect(rig.of('observation').filter(({ what }) => what === 'address-conflict').length).toBeLessThan(4)
  })

  it('knows two devices at one address that speak at the same time', () => {
    const rig = createRig()
    rig.line.addReader({ address: 4, scbk: keyOf(4), identity: { serial: 0x01020304 } })
    rig.line.addReader({ address: 4, scbk: keyOf(4), identity: { serial: 0x0a0b0c0d } })
    rig.acu.add({ address: 4, scbk: keyOf(4) })
    rig.clock.advance(9000)
    expect(rig.of('observation').map(({ what }) => what)).toContain('address-conflict')
    expect(rig.of('offline').map(({ reason }) => reason)).toEqual(['damaged-replies'])
    expect(rig.of('online')).toEqual([])
  })

  it('takes PDs at different rates on one line', () => {
    const rig = createRig()
    rig.line.addReader({ address: 1, scbk: keyOf(1), baud: 9600 })
    rig.line.addReader({ address: 2, scbk: keyOf(2), baud: 38_400 })
    rig.acu.add({ address: 1, baud: 9600, scbk: keyOf(1) })
    rig.acu.add({ address: 2, baud: 38_400, scbk: keyOf(2) })
    rig.clock.advance(2000)
    expect(well(rig)).toBe(2)
  })

  it('takes a PD off the line and puts it back', () => {
    const rig = createRig()
    const reader = rig.reader({ address: 1 })
    rig.clock.advance(1500)
    rig.acu.remove(1)
    expect(rig.of('offline').map(({ reason }) => reason)).toEqual(['stopped'])
    rig.frames.length = 0
    rig.clock.advance(5000)
    expect(rig.frames).toEqual([])
    rig.acu.add({ address: 1, scbk: keyOf(1) })
    rig.clock.advance(1000)
    reader.present(badge)
    rig.clock.advance(300)
    expect(rig.of('card')).toHaveLength(1)
  })

  it('stops, and starts again with sessions of their own', () => {
    const rig = createRig()
    rig.reader({ address: 1 })
    rig.clock.advance(1500)
    rig.acu.stop()
    rig.frames.length = 0
    rig.clock.advance(20_000)
    expect(rig.frames).toEqual([])
    rig.acu.start()
    rig.clock.advance(2000)
    expect(well(rig)).toBe(1)
  })
})
