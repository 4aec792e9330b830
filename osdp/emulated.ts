import { type Attack, flipBit, forgeCardReply, isCardReply, isSameSequence, type Loot } from './attack.ts'
import { type Clock, joinPd, type OpenPd, openPd, type Pipe } from './line.ts'
import { hasNews, shiftPd } from './pd.ts'
import type { PdConfig, PdEffect } from './pd-state.ts'
import { type CableFault, createWire, type Station } from './pipe/memory.ts'
import type { Asker, Sleeper } from './pipe/pipe.ts'
import { defaultKey } from './secure-channel.ts'

export type { Attack } from './attack.ts'
export type { CableFault } from './pipe/memory.ts'

export interface MemoryLineOptions {
  readonly clock: Clock
  /** `length` bytes; seeded where runs must repeat. Readers, noise and drops draw from it. */
  readonly random: (length: number) => Uint8Array
  /** Bits a second that readers start with, 9600 unless said. */
  readonly baud?: number
  /**
   * While nothing but POLL and ACK goes on, the line sleeps until a reader has something to say, the ACU is asked something or a fault is set. Events are the
   * same, in the same order and at the same instants, as with polling. False unless said.
   */
  readonly suspendWhenIdle?: boolean
}

/** A reader on a line in memory. */
export interface MemoryReader extends OpenPd {
  /** The reader's cable from here on. `none` also ends an attack. */
  fault(fault: CableFault): void
  /**
   * Somebody on this reader's cable. `replay`: the bytes of its last card reply come once more in place of its next answer
   * with the same sequence number. `forged-frame`: a RAW reply in clear
   * with the bits of its last card comes in place of its next answer. `bit-flip`: one bit of each of its answers is turned over. `key-downgrade`: another PD
   * stands in its place that has no key and takes SCBK-D (`without: 'secure-channel'`: one that can do no secure channel). The last two go on until
   * `fault({ kind: 'none' })`. False where there is no card reply yet to replay or forge.
   */
  attack(attack: Attack, without?: 'key' | 'secure-channel'): boolean
  /** What somebody on the cable makes of the bytes of each answer: others, or (null) nothing. Null takes him away. */
  tap(change: ((bytes: Uint8Array) => Uint8Array | null) | null): void
  /** Takes the reader off the line for good. */
  remove(): void
}

export interface MemoryLine {
  /** The ACU's end. */
  readonly acu: Pipe
  /** What somebody on the line makes of the bytes of each command: others, or (null) nothing. Null takes him away. */
  tap(change: ((bytes: Uint8Array) => Uint8Array | null) | null): void
  addReader(
    config: Omit<PdConfig, 'random'> & { readonly random?: PdConfig['random'] },
    onEffect?: (effect: Exclude<PdEffect, { kind: 'send' }>) => void,
  ): MemoryReader
}

/** A line in memory with emulated readers: real frames, the time they take, cables that fail, people who attack. */
export function createMemoryLine({ clock, random, baud = 9600, suspendWhenIdle = false }: MemoryLineOptions): MemoryLine {
  const wire = createWire({ clock, baud, random, suspendWhenIdle })
  const readers = new Set<{ readonly address: () => number; readonly station: Station }>()
  let asker: Asker | null = null
  const silent = (address: number) =>
    ![...readers].some(reader => reader.address() === address && reader.station.fault.kind !== 'unplugged')
  const station = wire.connect(0)
  const acu: Pipe = Object.assign(station, {
    sleep: {
      join(joined: Asker) {
        asker = joined
        wire.join(joined)
        return () => {
          if (asker === joined) asker = null
          wire.leave(joined)
        }
      },
      touch: wire.touch,
      settle: () => asker !== null && wire.settle(asker, silent),
    },
  })

  return {
    acu,
    tap(change) {
      wire.touch()
      station.tap = change
    },
    addReader(config, onEffect) {
      const own = wire.connect(2)
      const pipe: Pipe = Object.assign(own, { sleep: { join: () => () => {}, touch: wire.touch, settle() {} } })
      wire.touch()
      const full: PdConfig = { baud, random, ...config }
      const { pd, arm, pending } = joinPd({ pipe, clock, config: full, ...(onEffect && { onEffect }) })
      const loot: Loot = { cardReply: null, bits: null }
      let impostor: { readonly pd: OpenPd; readonly station: Station; readonly awake: Sleeper } | null = null
      let removed = false
      const entry = { address: () => pd.state.address, station: own }
      readers.add(entry)

      // Whatever the reader sends is seen by whoever sits on its cable.
      const watchful = (bytes: Uint8Array) => {
        if (isCardReply(bytes)) loot.cardReply = bytes
        return bytes
      }
      const write = own.write.bind(own)
      own.write = bytes => write(watchful(bytes))

      const sleeper = {
        isQuiet: () => !hasNews(pd.state) && pd.state.feed.held === 0 && pending() === 0,
        doze: () => arm(!isPolled()),
        resume(ms: number) {
          if (isPolled()) shiftPd(pd.state, ms)
          arm(true)
        },
      }
      const isPolled = () => own.fault.kind !== 'unplugged' && (asker?.polls(pd.state.address) ?? false)
      wire.join(sleeper)

      function standAside() {
        if (impostor === null) return
        impostor.pd.close()
        wire.leave(impostor.awake)
        impostor.station.fault = { kind: 'unplugged' }
        impostor = null
      }

      return Object.assign(pd, {
        present(bits: string, reader = 0) {
          loot.bits = bits
          pd.input({ kind: 'card', bits, reader })
        },
        fault(fault: CableFault) {
          wire.touch()
          own.fault = fault
          if (fault.kind !== 'none') return
          own.tap = null
          standAside()
        },
        attack(attack: Attack, without: 'key' | 'secure-channel' = 'key') {
          wire.touch()
          const once = (made: (answer: Uint8Array) => Uint8Array) => {
            own.tap = answer => {
              own.tap = null
              return made(answer)
            }
            return true
          }
          switch (attack) {
            case 'replay': {
              const { cardReply } = loot
              if (cardReply === null) return false
              // Whoever knows the protocol waits until the sequence number is right.
              own.tap = answer => {
                if (!isSameSequence(answer, cardReply)) return answer
                own.tap = null
                return cardReply
              }
              return true
            }
            case 'forged-frame': {
              const { bits } = loot
              return bits !== null && once(answer => forgeCardReply(bits, answer))
            }
            case 'bit-flip':
              own.tap = answer => {
                const [a = 0, b = 0] = random(2)
                return flipBit(answer, a * 256 + b)
              }
              return true
            case 'key-downgrade': {
              standAside()
              own.fault = { kind: 'unplugged' }
              const place = wire.connect(2)
              const capabilities = pd.state.capabilities.map(record =>
                record.function === 9 && without === 'secure-channel' ? { ...record, compliance: 0, count: 0 } : record,
              )
              const rogue = openPd({
                pipe: place,
                clock,
                config: {
                  address: pd.state.address,
                  baud: pd.state.baud,
                  random,
                  identity: pd.state.identity,
                  capabilities,
                  requireSecure: false,
                  // It answers whatever is asked under the key that everybody knows.
                  ...(without === 'key' && {
                    scbk: defaultKey,
                    installMode: true,
                    misbehaviours: [{ kind: 'wrong-key-type', on: 'CHLNG' }],
                  }),
                },
              })
              if (loot.bits !== null) rogue.present(loot.bits)
              // A line with an intruder on it does not sleep.
              const awake: Sleeper = { isQuiet: () => false, doze() {}, resume() {} }
              wire.join(awake)
              impostor = { pd: rogue, station: place, awake }
              return true
            }
          }
        },
        tap(change: ((bytes: Uint8Array) => Uint8Array | null) | null) {
          wire.touch()
          own.tap = change
        },
        remove() {
          if (removed) return
          removed = true
          wire.touch()
          standAside()
          wire.leave(sleeper)
          readers.delete(entry)
          pd.close()
        },
      })
    },
  }
}
