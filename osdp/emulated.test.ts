import { describe, expect, it } from 'vitest'
import { badge, createRig, type Rig } from '../test/conformance/osdp/rig.ts'
import { type Attack, isCardReply } from './attack.ts'

const other = '01001100011100001111000001'

function well(rig: Rig, address = 1) {
  const pd = rig.acu.pds().find(state => state.address === address)
  return pd?.online === true && pd.secure
}

/** What an application sees, with the instants. */
function log(rig: Rig) {
  return rig.events.map(({ at, ...event }) => ({ at: Math.round(at * 1000) / 1000, ...event }))
}

describe('a line in memory', () => {
  it('brings four secure readers up at 9600 baud within two seconds', () => {
    const rig = createRig()
    for (const address of [0, 1, 2, 3]) rig.reader({ address, replyDelayMs: 3 })
    rig.clock.advance(2000)
    expect(rig.acu.pds().map(({ online, secure }) => online && secure)).toEqual([true, true, true, true])
    expect(rig.of('online').map(({ pd, secure }) => [pd, secure])).toEqual([0, 1, 2, 3].map(pd => [pd, true]))
  })

  it('delivers cards and keys in the order presented, once each', () => {
    const rig = createRig()
    const reader = rig.reader({ address: 1 })
    rig.clock.advance(1000)
    reader.present(badge)
    reader.press('47')
    reader.present(other)
    rig.clock.advance(1000)
    const news = rig.events.filter(({ kind }) => kind === 'card' || kind === 'keypad')
    expect(news.map(event => ('bits' in event ? event.bits : 'keys' in event ? event.keys : ''))).toEqual([badge, '47', other])
  })

  it('shows what the ACU wants shown', () => {
    const rig = createRig()
    const reader = rig.reader({ address: 1 })
    rig.clock.advance(1000)
    rig.acu.led(1, { colour: 'red' })
    rig.acu.led(1, { colour: 'green', seconds: 2 })
    rig.acu.beep(1, { times: 2 })
    rig.acu.text(1, 'Welcome', 3)
    rig.clock.advance(300)
    expect(reader.led()).toBe('green')
    expect(reader.text()?.text).toBe('Welcome')
    rig.clock.advance(3000)
    expect(reader.led()).toBe('red')
    expect(reader.text()).toBeNull()
    expect(reader.buzzer()).toBe(false)
  })

  it('is offline eight seconds after the cable was pulled, and back and secure within two of the cable in place', () => {
    const rig = createRig()
    const reader = rig.reader({ address: 1 })
    rig.clock.advance(2000)
    reader.fault({ kind: 'unplugged' })
    rig.clock.advance(7500)
    expect(rig.of('offline')).toEqual([])
    rig.clock.advance(1000)
    expect(rig.of('offline').map(({ reason }) => reason)).toEqual(['no-reply'])
    reader.present(badge)
    for (const late of [100, 333, 777]) {
      rig.clock.advance(20_000 + late)
      reader.fault({ kind: 'none' })
      rig.clock.advance(2000)
      expect(well(rig)).toBe(true)
      reader.fault({ kind: 'unplugged' })
    }
    expect(rig.of('card')).toEqual([])
  })

  it('delivers what was presented during a short break', () => {
    const rig = createRig()
    const reader = rig.reader({ address: 1 })
    rig.clock.advance(2000)
    reader.fault({ kind: 'unplugged' })
    rig.clock.advance(1000)
    reader.present(badge)
    rig.clock.advance(2000)
    reader.fault({ kind: 'none' })
    rig.clock.advance(1500)
    expect(rig.of('card').map(({ bits }) => bits)).toEqual([badge])
    expect(rig.of('offline')).toEqual([])
  })

  it('lives through noise and lost frames', () => {
    for (const kind of ['noise', 'drop'] as const) {
      const rig = createRig()
      const reader = rig.reader({ address: 1 })
      rig.clock.advance(2000)
      reader.fault({ kind, rate: 0.1 })
      for (let n = 0; n < 20; n++) {
        reader.present(n % 2 ? badge : other)
        rig.clock.advance(3000)
      }
      expect(rig.of('card').map(({ bits }) => bits)).toEqual(Array.from({ length: 20 }, (_, n) => (n % 2 ? badge : other)))
      expect(rig.of('offline')).toEqual([])
    }
  })
})

describe('an attacker on the cable', () => {
  const tried = (attack: Attack, without?: 'key' | 'secure-channel') => {
    const rig = createRig()
    const reader = rig.reader({ address: 1 })
    rig.clock.advance(1500)
    reader.present(badge)
    rig.clock.advance(1500)
    rig.events.length = 0
    expect(reader.attack(attack, without)).toBe(true)
    rig.clock.advance(12_000)
    const seen = rig.of('observation').map(({ what }) => what)
    const cards = rig.of('card').length
    reader.fault({ kind: 'none' })
    rig.clock.advance(2000)
    expect(cards).toBe(0)
    expect(well(rig)).toBe(true)
    reader.present(other)
    rig.clock.advance(1000)
    expect(rig.of('card').map(({ bits }) => bits)).toEqual([other])
    return { rig, seen }
  }

  it('gains nothing by replaying the last card reply', () => {
    const { rig, seen } = tried('replay')
    expect(seen).toEqual(['replayed-frame', 'mac-error'])
    expect(rig.of('secure').map(({ established, reason }) => [established, reason])).toEqual([
      [false, 'mac-error'],
      [true, null],
    ])
  })

  it('gains nothing by replaying it at once, whatever its sequence number', () => {
    for (let pause = 0; pause < 6; pause++) {
      const rig = createRig()
      const reader = rig.reader({ address: 1 })
      let card: Uint8Array | null = null
      reader.tap(bytes => {
        if (isCardReply(bytes)) card = bytes
        return bytes
      })
      rig.clock.advance(1500)
      reader.present(badge)
      rig.clock.advance(1000 + pause * 200)
      reader.tap(() => {
        reader.tap(null)
        return card
      })
      rig.clock.advance(3000)
      expect(rig.of('card')).toHaveLength(1)
      expect(rig.of('observation').map(({ what }) => what)).toContain('replayed-frame')
      expect(well(rig)).toBe(true)
    }
  })

  it('gains nothing by a forged reply in clear', () => {
    const { rig, seen } = tried('forged-frame')
    expect(seen).toEqual(['clear-frame'])
    expect(rig.of('secure').map(({ established, reason }) => [established, reason])).toEqual([
      [false, 'clear-frame'],
      [true, null],
    ])
  })

  it('gains nothing by flipping bits', () => {
    const { rig } = tried('bit-flip')
    expect(rig.of('offline').map(({ reason }) => reason)).toEqual(['damaged-replies'])
  })

  it('gains nothing by a PD that knows only SCBK-D', () => {
    const { rig, seen } = tried('key-downgrade', 'key')
    expect(seen).toContain('downgrade')
    expect(rig.of('secure')[0]).toMatchObject({ established: false })
  })

  it('gains nothing by a PD without secure channel', () => {
    const { rig, seen } = tried('key-downgrade', 'secure-channel')
    expect(seen).toContain('downgrade')
    expect(rig.of('secure').map(({ reason }) => reason)).toContain('not-supported')
  })
})

describe('a line that sleeps while nobody has anything to say', () => {
  /** Two readers, some life, much silence. */
  const day = (suspendWhenIdle: boolean, steps: number, seed: number) => {
    const rig = createRig({ suspendWhenIdle, seed })
    const readers = [rig.reader({ address: 0 }), rig.reader({ address: 1, replyDelayMs: 3 })]
    let state = seed
    const next = (below: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0
      return (state >>> 8) % below
    }
    for (let step = 0; step < steps; step++) {
      const reader = readers[next(2)]!
      switch (next(12)) {
        case 0:
        case 1:
        case 2:
          reader.present(next(2) ? badge : other)
          break
        case 3:
          reader.press(String(next(10)))
          break
        case 4:
          reader.tamper(next(2) === 1)
          break
        case 5:
          rig.acu.led(next(2), { colour: next(2) ? 'green' : 'red', seconds: next(3) })
          break
        case 6:
          rig.acu.send(next(2), { name: 'OUT', outputs: [{ output: 0, control: 5, timer100ms: 1 + next(80) }] })
          break
        case 7:
          reader.fault({ kind: 'unplugged' })
          break
        case 8:
          reader.fault({ kind: 'none' })
          break
        case 9:
          reader.attack(next(2) ? 'replay' : 'forged-frame')
          break
        case 10:
          readers[0]!.present(badge)
          readers[1]!.present(other)
          break
        case 11:
          reader.fault({ kind: 'none' })
          break
      }
      rig.clock.advance(next(4) === 0 ? next(60_000) : next(2) ? next(3000) : next(300))
    }
    for (const reader of readers) reader.fault({ kind: 'none' })
    rig.clock.advance(5000)
    return { log: log(rig), shown: readers.map(reader => [reader.led(), reader.outputs()]) }
  }

  it('tells the same events at the same instants as one that polls', () => {
    for (let seed = 1; seed <= 8; seed++) {
      const polling = day(false, 60, seed)
      const sleeping = day(true, 60, seed)
      expect(sleeping).toEqual(polling)
      expect(polling.log.length).toBeGreaterThan(50)
    }
  })

  it('gives the same log for the same seed', () => {
    expect(day(true, 40, 5)).toEqual(day(true, 40, 5))
  })

  it('lets an idle day of two readers cost next to nothing', () => {
    const rig = createRig({ suspendWhenIdle: true })
    const readers = [rig.reader({ address: 0 }), rig.reader({ address: 1 })]
    rig.clock.advance(5000)
    const before = rig.acu.pds().map(({ statistics }) => statistics.commands)
    rig.clock.advance(86_400_000)
    readers[0]!.present(badge)
    rig.clock.advance(300)
    expect(rig.of('card')).toHaveLength(1)
    expect(rig.of('offline')).toEqual([])
    const after = rig.acu.pds().map(({ statistics }) => statistics.commands)
    expect(Math.max(...after.map((count, index) => count - before[index]!))).toBeLessThan(12)
  })

  it('sleeps beside a reader that is unplugged, too', () => {
    const rig = createRig({ suspendWhenIdle: true })
    const reader = rig.reader({ address: 0 })
    rig.reader({ address: 1 }).fault({ kind: 'unplugged' })
    rig.clock.advance(20_000)
    const before = rig.acu.pds().map(({ statistics }) => statistics.commands)
    rig.clock.advance(3_600_000)
    reader.press('1')
    rig.clock.advance(300)
    expect(rig.of('keypad')).toHaveLength(1)
    const after = rig.acu.pds().map(({ statistics }) => statistics.commands)
    expect(Math.max(...after.map((count, index) => count - before[index]!))).toBeLessThan(100)
  })
})
