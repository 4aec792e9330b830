import type { Asker, Clock, Pipe, PipeListener, Sleeper } from './pipe.ts'

/** What is wrong with one device's cable. `rate`: the share of transmissions that suffer, 0 to 1. */
export type CableFault =
  | { readonly kind: 'none' }
  | { readonly kind: 'unplugged' }
  /** Some bytes come through changed, now and then with others before them. */
  | { readonly kind: 'noise'; readonly rate: number }
  /** The transmission does not come through. */
  | { readonly kind: 'drop'; readonly rate: number }

export interface WireOptions {
  readonly clock: Clock
  /** Bits a second that devices start with, 9600 unless said. */
  readonly baud?: number
  /** For noise and drop: `length` bytes, seeded where runs must repeat. */
  readonly random: (length: number) => Uint8Array
  /** Let the line sleep while nobody has anything to say. */
  readonly suspendWhenIdle?: boolean
}

/** One device's place on the line. */
export interface Station extends Pipe {
  readonly clock: Clock
  fault: CableFault
  /** What an attacker on this device's cable makes of what it sends; the bytes themselves where there is none. */
  tap: ((bytes: Uint8Array) => Uint8Array | null) | null
}

/** A half-duplex two-wire line in memory, with the time that bytes take. */
export interface Wire {
  /** Time on the line; everybody on it uses this and not the clock behind it. */
  readonly clock: Clock
  connect(idleCharacters: number): Station
  /** Runs what is due and ends the line's sleep. Call it before anything from outside touches a device on the line. */
  touch(): void
  join(sleeper: Sleeper): void
  leave(sleeper: Sleeper): void
  /** Lets the line sleep, if it may. */
  settle(asker: Asker, silent: (address: number) => boolean): void
}

interface Timer {
  readonly at: number
  readonly order: number
  readonly fn: () => void
}

interface Transmission {
  readonly from: Station
  readonly start: number
  readonly character: number
  readonly bytes: Uint8Array
  readonly order: number
}

/** Bytes are handed over in pieces of about so many milliseconds, so that a long frame is heard while it comes. */
const pieceMs = 10

export function createWire({ clock: outer, baud: startBaud = 9600, random, suspendWhenIdle = false }: WireOptions): Wire {
  const timers: Timer[] = []
  const stations: { station: Station; listener: PipeListener | null; baud: number }[] = []
  const sleepers = new Set<Sleeper>()
  let air: Transmission[] = []
  let order = 0
  let local = outer.now()
  let running = false
  let asleepSince: number | null = null
  let settling = false
  let waking = false
  let touchedAt = local
  let period = 0
  let alarm: { at: number; cancel: () => void } | null = null

  const clock: Clock = {
    now: () => local,
    at(instant, fn) {
      const timer = { at: Math.max(instant, local), order: order++, fn }
      let index = timers.length
      while (index > 0 && timers[index - 1]!.at > timer.at) index--
      timers.splice(index, 0, timer)
      if (!running) arm()
      return () => {
        const found = timers.indexOf(timer)
        if (found >= 0) timers.splice(found, 1)
      }
    },
  }

  function arm() {
    const next = timers[0]?.at
    if (alarm !== null && alarm.at === next) return
    alarm?.cancel()
    alarm = null
    if (next === undefined) return
    const cancel = outer.at(next, () => {
      alarm = null
      run(outer.now())
    })
    alarm = { at: next, cancel }
  }

  function drain(until: number) {
    while (timers.length > 0 && timers[0]!.at <= until) {
      const timer = timers.shift()!
      local = Math.max(local, timer.at)
      timer.fn()
    }
    local = Math.max(local, until)
  }

  function run(until: number) {
    if (running) return
    running = true
    drain(until)
    running = false
    arm()
  }

  /** Goes on as if nobody had slept: whole periods are skipped, what is left of the last one is run through. */
  function wake() {
    if (asleepSince === null) return
    const until = local
    const slept = Math.floor((until - asleepSince) / period) * period
    local = asleepSince + slept
    asleepSince = null
    const nested = running
    running = true
    for (const sleeper of sleepers) sleeper.resume(slept)
    // Whoever woke the line is about to act: it must not fall asleep again before.
    waking = true
    drain(until)
    waking = false
    running = nested
    if (!nested) arm()
  }

  function touch() {
    run(outer.now())
    wake()
    touchedAt = local
  }

  /** Looked at once everybody has heard what is on the line at this instant. */
  function settle(asker: Asker, silent: (address: number) => boolean) {
    if (!suspendWhenIdle || asleepSince !== null || settling) return
    settling = true
    clock.at(local, () => {
      settling = false
      sleepIfIdle(asker, silent)
    })
  }

  function sleepIfIdle(asker: Asker, silent: (address: number) => boolean) {
    if (waking || asleepSince !== null || air.length > 0) return
    if (stations.some(({ station }) => station.tap !== null || station.fault.kind === 'noise' || station.fault.kind === 'drop')) return
    for (const sleeper of sleepers) if (!sleeper.isQuiet()) return
    const quiet = asker.quietPeriod(silent)
    if (quiet === null || local - touchedAt < quiet) return
    period = quiet
    asleepSince = local
    for (const sleeper of sleepers) sleeper.doze()
  }

  const chance = (rate: number) => {
    const [a = 0, b = 0] = random(2)
    return (a * 256 + b) / 65536 < rate
  }

  /** What comes through one cable. */
  function pass(fault: CableFault, bytes: Uint8Array): Uint8Array | null {
    if (fault.kind === 'none') return bytes
    if (fault.kind === 'unplugged' || !chance(fault.rate)) return fault.kind === 'unplugged' ? null : bytes
    if (fault.kind === 'drop') return null
    const dice = random(8)
    const damaged = bytes.slice()
    for (let hit = 0; hit <= dice[0]! % 3; hit++) damaged[dice[hit + 1]! % damaged.length]! ^= dice[hit + 4]! | 1
    return dice[7]! < 64 ? Uint8Array.from([...random(1 + (dice[7]! % 4)), ...damaged]) : damaged
  }

  function transmit(from: Station, baud: number, bytes: Uint8Array, start: number) {
    const tapped = from.tap === null ? bytes : from.tap(bytes)
    const sent = tapped === null ? null : pass(from.fault, tapped)
    if (sent === null || sent.length === 0) return
    const character = 10_000 / baud
    const transmission = { from, start, character, bytes: sent, order: order++ }
    air.push(transmission)
    const heard = new Map<Station, Uint8Array | null>()
    const step = Math.max(1, Math.floor(pieceMs / character))
    // The first character by itself: whoever waits for an answer knows that it has begun.
    for (let at = 0, end = 1; at < sent.length; at = end, end = Math.min(at + step, sent.length)) {
      const [first, to] = [at, end]
      clock.at(start + to * character, () => {
        const piece = collide(transmission, first, to)
        for (const entry of stations) {
          const { station } = entry
          if (station === from || entry.listener === null) continue
          if (!heard.has(station)) heard.set(station, pass(station.fault, sent))
          const own = heard.get(station)
          if (!own || piece.length === 0) continue
          const mine = own === sent ? piece : own.subarray(first, to === sent.length ? own.length : to)
          entry.listener.data(entry.baud === baud ? mine : garble(mine))
        }
        if (to === sent.length) air = air.filter(other => other !== transmission)
      })
    }
  }

  /** Two who speak at once: the line shows what both would show, for as long as they overlap. */
  function collide(own: Transmission, from: number, to: number): Uint8Array {
    if (air.length < 2) return own.bytes.subarray(from, to)
    const piece: number[] = []
    for (let index = from; index < to; index++) {
      let byte: number | null = own.bytes[index]!
      const middle = own.start + (index + 0.5) * own.character
      for (const other of air) {
        const at = Math.floor((middle - other.start) / other.character)
        if (other === own || at < 0 || at >= other.bytes.length) continue
        const mine: boolean = own.start < other.start || (own.start === other.start && own.order < other.order)
        byte = mine && byte !== null ? byte & other.bytes[at]! : null
      }
      if (byte !== null) piece.push(byte)
    }
    return Uint8Array.from(piece)
  }

  return {
    clock,
    touch,
    settle,
    join: sleeper => sleepers.add(sleeper),
    leave: sleeper => sleepers.delete(sleeper),
    connect(idleCharacters) {
      const entry: (typeof stations)[number] = { station: null as unknown as Station, listener: null, baud: startBaud }
      const station: Station = {
        gapMs: 20,
        clock,
        fault: { kind: 'none' },
        tap: null,
        open(listener) {
          if (!stations.includes(entry)) stations.push(entry)
          entry.listener = listener
          clock.at(local, () => {
            if (entry.listener === listener) listener.up()
          })
        },
        write(bytes) {
          if (entry.listener !== null) transmit(station, entry.baud, bytes, local + (idleCharacters * 10_000) / entry.baud)
        },
        setBaud(baud) {
          entry.baud = baud
        },
        close() {
          entry.listener = null
          const index = stations.indexOf(entry)
          if (index >= 0) stations.splice(index, 1)
        },
      }
      entry.station = station
      return station
    },
  }
}

/** What a receiver at another rate makes of bytes. */
function garble(bytes: Uint8Array): Uint8Array {
  return bytes.map(byte => ((byte << 3) | (byte >> 5)) ^ 0xa5)
}
