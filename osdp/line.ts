/**
 * The shell of the library: it joins an ACU or a PD to a {@link Pipe} and a clock.
 *
 * An ACU on any pipe:
 * ```ts
 * const acu = openAcu({ pipe, clock, random: randomBytes, onEvent: event => … })
 * acu.add({ address: 1, scbk })                         // requireSecure is true unless said
 * acu.start()                                           // online and secure within two seconds, then events
 * acu.led(1, { colour: 'green' }); acu.beep(1, { times: 1 }); acu.text(1, 'Welcome', 3)
 * acu.send(1, { name: 'OUT', outputs: [{ output: 0, control: 2, timer100ms: 0 }] })    // gives an id; a `result` event follows
 * acu.pair(1, { key: randomBytes(16), via: 'install' }) // explicit, timed, single use
 * acu.stop()
 * ```
 *
 * A line in memory with emulated readers, on a real or a virtual clock (emulated.ts):
 * ```ts
 * const line = createMemoryLine({ clock, random, suspendWhenIdle: true })
 * const reader = line.addReader({ address: 1, scbk })
 * const acu = openAcu({ pipe: line.acu, clock, random, onEvent })
 * reader.present('1011…'); reader.press('1234#'); reader.tamper(true)
 * reader.led(); reader.buzzer(); reader.text()          // now
 * reader.fault({ kind: 'unplugged' }); reader.attack('replay'); reader.fault({ kind: 'none' })
 * ```
 *
 * Instants are milliseconds of the clock that is handed in. Everything is deterministic where clock and random bytes are.
 */

import type { PairingRefusal } from './acu-secure.ts'
import type { AcuCommand, AcuEvent, PdPolicy, Statistics } from './acu-state.ts'
import {
  type AddRefusal,
  addPd,
  type Bus,
  type BusEffect,
  type BusInput,
  type BusOptions,
  busWakeAt,
  command,
  commandInParts,
  createBus,
  endFile,
  file,
  findPd,
  pair,
  quietPeriod,
  removePd,
  shiftBus,
  stepBus,
} from './bus.ts'
import { buzzerSounds, type DisplayedText, displayedText, ledColour, ledFlashes, outputStates } from './panel.ts'
import { colours } from './payload/indication.ts'
import { pdWakeAt, stepPd } from './pd.ts'
import { createPd, type Pd, type PdConfig, type PdEffect, type PdInput } from './pd-state.ts'
import type { Asker, Clock, Pipe } from './pipe/pipe.ts'

export type { Clock, Pipe, PipeListener } from './pipe/pipe.ts'

/** What an open line tells beside its PDs' events: the port is there, or gone (it is opened again, after 1 to 10 s). */
export type LineEvent = { readonly kind: 'line'; readonly up: boolean; readonly reason: string | null }

/** Every byte on the line as it is sent or comes in, for captures. */
export type Watch = (bytes: Uint8Array, sent: boolean) => void

export interface AcuOptions {
  readonly pipe: Pipe
  readonly clock: Clock
  /** `length` bytes from a cryptographic source: `randomBytes` of node:crypto. */
  readonly random: BusOptions['random']
  readonly onEvent: (event: AcuEvent | LineEvent) => void
  readonly watch?: Watch
}

/** The colours a LED can be told, by name. */
export type LedColour = 'off' | 'red' | 'green' | 'amber' | 'blue' | 'magenta' | 'cyan' | 'white'

/** What is known of one PD now. */
export interface PdState {
  readonly address: number
  readonly online: boolean
  readonly secure: boolean
  /** It is being given a key: whoever stops the line now leaves it with one of two. */
  readonly pairing: boolean
  /** The key of a pairing that was cut off: there is none, it was not tried since the PD answers, or the PD has refused it. */
  readonly pendingKey: 'none' | 'untried' | 'refused'
  readonly statistics: Statistics
}

/** An access control unit on one line. Addresses that are not on the line are left alone. */
export interface Acu {
  /** Adds a PD; a reason where the policy is wrong (a weak key above all) or the address taken. */
  add(policy: PdPolicy): AddRefusal | null
  remove(address: number): void
  start(): void
  /** Ends every session's polling and closes the pipe. */
  stop(): void
  /** Queues a command ahead of polls; gives the id of its `result` event, or null where there is no such PD. */
  send(address: number, message: AcuCommand): number | null
  /** Queues a long command in parts that fit the PD; gives the id of the last part's `result` event. */
  sendInParts(address: number, name: 'GENAUTH' | 'CRAUTH', whole: Uint8Array): number | null
  /** Shows a colour until told otherwise (or for `seconds`); `flashing` alternates with dark twice a second. */
  led(
    address: number,
    led: {
      readonly colour: LedColour
      readonly flashing?: boolean
      readonly seconds?: number
      readonly reader?: number
      readonly led?: number
    },
  ): number | null
  /** Beeps: `times` 1 to 255, `onMs` and `offMs` 100 to 25500. */
  beep(
    address: number,
    beep: { readonly times: number; readonly onMs?: number; readonly offMs?: number; readonly reader?: number },
  ): number | null
  /** Shows a text, for `seconds` or (0) until told otherwise. */
  text(address: number, text: string, seconds?: number, reader?: number): number | null
  /** Gives a PD a new key, by hand, for at most `forMs` (two minutes unless said): under SCBK-D (`install`) or inside the present session. */
  pair(
    address: number,
    options: { readonly key: Uint8Array; readonly via: 'install' | 'session'; readonly forMs?: number },
  ): PairingRefusal | 'no-such-pd' | null
  /** Sends a file; its id, or why not. */
  file(address: number, file: { readonly type: number; readonly bytes: Uint8Array }): number | string
  abortFile(address: number): void
  pds(): PdState[]
}

const reopenMs = [1000, 2000, 5000, 10_000]

/** An ACU on a pipe. */
export function openAcu({ pipe, clock: handed, random, onEvent, watch }: AcuOptions): Acu {
  const clock = pipe.clock ?? handed
  // Converters and networks hold bytes back on their own account.
  const bus: Bus = createBus({ random, gapMs: pipe.gapMs, replyTimeoutMs: pipe.gapMs > 20 ? 250 : 200 }, clock.now())
  bus.up = false
  let started = false
  let failures = 0
  let baud = 0
  let cancel: (() => void) | null = null
  let cancelReopen: (() => void) | null = null

  function arm() {
    cancel?.()
    cancel = null
    const next = started ? busWakeAt(bus, clock.now()) : null
    if (next !== null) cancel = clock.at(next, () => step({ kind: 'wake' }))
  }

  function carryOut(effects: readonly BusEffect[]) {
    for (const effect of effects) {
      if (effect.kind === 'event') onEvent(effect.event)
      else {
        if (effect.baud !== baud) pipe.setBaud?.(effect.baud)
        baud = effect.baud
        watch?.(effect.bytes, true)
        pipe.write(effect.bytes)
      }
    }
    arm()
  }

  function step(input: BusInput) {
    carryOut(stepBus(bus, input, clock.now()))
    if (bus.talk === null) pipe.sleep?.settle()
  }

  function open() {
    pipe.open({
      data(bytes) {
        if (!started) return
        watch?.(bytes, false)
        step({ kind: 'bytes', bytes })
      },
      up() {
        if (!started || bus.up) return
        failures = 0
        onEvent({ kind: 'line', up: true, reason: null })
        step({ kind: 'line', up: true })
      },
      down(reason) {
        if (!started) return
        if (bus.up || failures === 0) onEvent({ kind: 'line', up: false, reason })
        step({ kind: 'line', up: false })
        baud = 0
        cancelReopen?.()
        cancelReopen = clock.at(clock.now() + reopenMs[Math.min(failures++, reopenMs.length - 1)]!, open)
      },
    })
  }

  /** Everything from outside comes through here, so that a sleeping line is awake before it. */
  function act<T>(fn: (now: number) => { readonly result: T; readonly effects: readonly BusEffect[] }): T {
    pipe.sleep?.touch()
    const { result, effects } = fn(clock.now())
    carryOut(effects)
    return result
  }

  const asker: Asker = {
    isQuiet: () => bus.talk === null && bus.feed.held === 0,
    quietPeriod: silent => (started ? quietPeriod(bus, silent, clock.now()) : null),
    polls: address => findPd(bus, address)?.online === true,
    doze() {
      cancel?.()
      cancel = null
    },
    resume(ms) {
      shiftBus(bus, ms)
      arm()
    },
  }
  let leave: (() => void) | null = null

  const send = (address: number, message: AcuCommand) => act(now => command(bus, address, message, now))

  return {
    add: policy => act(now => ({ result: addPd(bus, policy, now), effects: [] })),
    remove: address => act(now => ({ result: undefined, effects: removePd(bus, address, now) })),
    start() {
      if (started) return
      started = true
      leave = pipe.sleep?.join(asker) ?? null
      open()
    },
    stop() {
      if (!started) return
      pipe.sleep?.touch()
      started = false
      leave?.()
      cancel?.()
      cancelReopen?.()
      carryOut(stepBus(bus, { kind: 'line', up: false }, clock.now()).filter(({ kind }) => kind === 'send'))
      pipe.close()
    },
    send,
    sendInParts: (address, name, whole) => act(now => commandInParts(bus, address, name, whole, now)),
    led(address, { colour, flashing = false, seconds = 0, reader = 0, led = 0 }) {
      const onColor = Number(Object.keys(colours).find(key => colours[Number(key)] === colour))
      const pattern = { on: flashing ? 3 : 1, off: flashing ? 3 : 0, onColor, offColor: 0 }
      const nothing = { control: 0, on: 0, off: 0, onColor: 0, offColor: 0 }
      // A temporary pattern still running would hide a permanent one.
      const temp =
        seconds > 0 ? { ...pattern, control: 2, timer100ms: Math.round(seconds * 10) } : { ...nothing, control: 1, timer100ms: 0 }
      const perm = seconds > 0 ? nothing : { ...pattern, control: 1 }
      return send(address, { name: 'LED', leds: [{ reader, led, temp, perm }] })
    },
    beep: (address, { times, onMs = 100, offMs = 100, reader = 0 }) =>
      send(address, { name: 'BUZ', reader, tone: 2, on: Math.round(onMs / 100), off: Math.round(offMs / 100), count: times }),
    text: (address, text, seconds = 0, reader = 0) =>
      send(address, { name: 'TEXT', reader, command: seconds > 0 ? 3 : 1, tempTime: Math.round(seconds), row: 1, col: 1, text }),
    pair: (address, { key, via, forMs = 120_000 }) => act(now => pair(bus, address, key, via, forMs, now)),
    file: (address, { type, bytes }) => act(now => file(bus, address, type, bytes, now)),
    abortFile: address => void act(now => endFile(bus, address, now)),
    pds: () =>
      bus.views.map(({ address, online, secure, pairing, pendingKey, pendingRefused, statistics }) => ({
        address,
        online: online === true,
        secure,
        pairing: pairing !== null,
        pendingKey: pendingKey === null ? 'none' : pendingRefused ? 'refused' : 'untried',
        statistics,
      })),
  }
}

export interface PdOptions {
  readonly pipe: Pipe
  readonly clock: Clock
  readonly config: PdConfig
  readonly onEffect?: (effect: Exclude<PdEffect, { kind: 'send' }>) => void
  readonly onLine?: (event: LineEvent) => void
  readonly watch?: Watch
}

/** A PD on a pipe. What a person sees is read as it is now. */
export interface OpenPd {
  readonly state: Pd
  input(input: PdInput): void
  /** A card's bits as `0` and `1`, in the order read. */
  present(bits: string, reader?: number): void
  /** Keys `0` to `9`, `*`, `#`. */
  press(keys: string, reader?: number): void
  tamper(active: boolean): void
  led(reader?: number, led?: number): string
  ledFlashes(reader?: number, led?: number): boolean
  buzzer(reader?: number): boolean
  text(reader?: number): DisplayedText | null
  outputs(): number[]
  close(): void
}

/** A PD on a pipe. */
export function openPd(options: PdOptions): OpenPd {
  return joinPd(options).pd
}

/** A PD with what a line in memory needs to let it sleep: its timers anew, and how many answers are still to be sent. */
export function joinPd({ pipe, clock: handed, config, onEffect, onLine, watch }: PdOptions): {
  readonly pd: OpenPd
  readonly arm: (onLine: boolean) => void
  readonly pending: () => number
} {
  const clock = pipe.clock ?? handed
  const pd = createPd({ gapMs: pipe.gapMs, ...config })
  let closed = false
  let pending = 0
  let cancel: (() => void) | null = null
  let failures = 0
  let lineUp = false
  pipe.setBaud?.(pd.baud)

  let armedAt: number | null = null

  function arm(onLine: boolean) {
    const next = closed ? null : pdWakeAt(pd, clock.now(), onLine)
    if (next === armedAt) return
    cancel?.()
    cancel = null
    armedAt = next
    if (next === null) return
    cancel = clock.at(next, () => {
      armedAt = null
      pipe.sleep?.touch()
      step({ kind: 'wake' })
    })
  }

  function step(input: PdInput) {
    const now = clock.now()
    let free = now
    for (const effect of stepPd(pd, input, now)) {
      if (effect.kind === 'send') {
        const { bytes } = effect
        const send = () => {
          watch?.(bytes, true)
          pipe.write(bytes)
        }
        free = now + effect.delayMs + (bytes.length * 10_000) / pd.baud
        if (effect.delayMs === 0) send()
        else later(now + effect.delayMs, send)
      } else {
        if (effect.kind === 'moved') {
          const { baud } = effect
          // The answer still goes out at the old rate.
          if (pipe.setBaud) later(free + 1, () => pipe.setBaud!(baud))
        }
        onEffect?.(effect)
      }
    }
    arm(true)
  }

  function later(instant: number, fn: () => void) {
    pending++
    clock.at(instant, () => {
      pending--
      if (!closed) fn()
    })
  }

  function open() {
    pipe.open({
      data(bytes) {
        watch?.(bytes, false)
        step({ kind: 'bytes', bytes })
      },
      up() {
        if (closed) return
        failures = 0
        lineUp = true
        onLine?.({ kind: 'line', up: true, reason: null })
      },
      down(reason) {
        if (closed) return
        if (lineUp || failures === 0) onLine?.({ kind: 'line', up: false, reason })
        lineUp = false
        clock.at(clock.now() + reopenMs[Math.min(failures++, reopenMs.length - 1)]!, () => !closed && open())
      },
    })
  }
  open()

  const input = (what: PdInput) => {
    pipe.sleep?.touch()
    step(what)
  }
  const at = () => handed.now()
  const opened: OpenPd = {
    state: pd,
    input,
    present: (bits, reader = 0) => input({ kind: 'card', bits, reader }),
    press: (keys, reader = 0) => input({ kind: 'keys', keys, reader }),
    tamper: active => input({ kind: 'tamper', active }),
    led: (reader, led) => ledColour(pd.panel, at(), reader, led),
    ledFlashes: (reader, led) => ledFlashes(pd.panel, at(), reader, led),
    buzzer: reader => buzzerSounds(pd.panel, at(), reader),
    text: reader => displayedText(pd.panel, at(), reader),
    outputs: () => outputStates(pd.panel, at()),
    close() {
      closed = true
      cancel?.()
      pipe.close()
    },
  }
  return { pd: opened, arm, pending: () => pending }
}
