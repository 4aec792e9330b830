import type { Cancel, Clock } from '../../shared/clock.ts'
import type { Reader, Site } from '../../shared/site.ts'
import {
  type CardFormat,
  type Colour,
  decodeKeys,
  keyLengths,
  type NoiseState,
  noiseRules,
  noiseWakeAt,
  noNoise,
  type PulseEvent,
  pulseRules,
  type ReaderLevels,
  readerFormats,
  readerLevels,
  resolveFormats,
  stepNoise,
} from '../../wiegand/index.ts'
import { type EdgeSource, readPulses, type SourceProblem } from './edge-source.ts'
import type { Field, Report } from './field.ts'
import { createPulseRecording, type RecordedFrame } from './pulse-recording.ts'

type WiegandReader = Extract<Reader, { type: 'wiegand' }>

/** What a reader's terminals are joined to: D0 and D1 in, LED and beeper out. */
export interface WiegandPort {
  readonly edges: EdgeSource
  /** @param colour what the levels are to make the reader show; it stays while the LED flashes */
  show(levels: ReaderLevels, colour: Colour): void
}

/** The Wiegand readers of one controller, with what came over the wires of each. */
export interface WiegandField extends Field {
  /** The last frames of a reader; undefined where it is not in use. */
  pulsesOf(reader: string): RecordedFrame[] | undefined
}

/** A source of edges that has ended is begun again after this; ms. */
const retryMs = 1_000
const flashMs = 500
/** No keypad sends one key as so many bits, and no card has so few. */
const longestKey = 11
const beepMs = { one: 300, several: 150 }

/** The Wiegand readers of one controller and its modules: pulses to reads and keys, LED and beeper to levels. */
export function createWiegandField(options: {
  readonly controller: string
  readonly clock: Clock
  /** The hardware of a reader, or what is wrong with it. Asked anew, it gives a source of its own: the one before may still be stopping. */
  readonly port: (controller: string, port: string, reader: string) => WiegandPort | SourceProblem
}): WiegandField {
  const { clock } = options
  let site: Site | null = null
  let report: Report | null = null
  const running = new Map<string, ReturnType<typeof runReader> & { readonly plan: string }>()

  /** Runs the readers of the site; one whose settings are as they were goes on undisturbed, in the middle of a read if need be. */
  function begin(): void {
    if (site === null || report === null) return
    const wanted = new Map(readersOf(site, options.controller).map(each => [each.reader.id, each]))
    for (const id of [...running.keys()]) if (!wanted.has(id)) end(id)
    for (const [id, { reader, controller }] of wanted) {
      const plan = JSON.stringify([controller, reader, reader.pin ?? site.settings.pin, formatsOf(site, reader)])
      if (running.get(id)?.plan === plan) continue
      end(id)
      const port = options.port(controller, reader.port, id)
      if ('reason' in port) report({ kind: 'reader', reader: id, online: false, fault: port.reason })
      else running.set(id, { plan, ...runReader(clock, site, reader, port, report) })
    }
  }
  function end(id: string): void {
    running.get(id)?.stop()
    running.delete(id)
  }
  return {
    configure(next) {
      site = next
      begin()
    },
    start(to) {
      report = to
      begin()
    },
    apply(effect) {
      if (effect.kind === 'led' || effect.kind === 'beep') running.get(effect.reader)?.apply(effect)
    },
    stop() {
      for (const id of [...running.keys()]) end(id)
      report = null
    },
    pulsesOf: reader => running.get(reader)?.pulses(),
  }
}

type Indication = { kind: 'led'; colour: string; flashing: boolean } | { kind: 'beep'; times: number }

function runReader(clock: Clock, site: Site, reader: WiegandReader, port: WiegandPort, report: Report) {
  const keypad = { kind: reader.keypad, digits: (reader.pin ?? site.settings.pin).minLength }
  const lengths = keyLengths(keypad)
  const formats = formatsOf(site, reader)
  // No read before the line is silent: the first 26 bits of a longer card pass as a card of their own too often.
  const rules = pulseRules({ formats, keys: lengths, fast: false })
  const recording = createPulseRecording(clock)
  const source = recording.tap(port.edges)
  let noise: NoiseState = noNoise
  let noiseTimer: Cancel = () => {}
  let ended = false

  function hear(input: Parameters<typeof stepNoise>[2]): void {
    const stepped = stepNoise(noiseRules, noise, input, clock.now())
    noise = stepped.state
    if (stepped.report) report({ kind: 'noise', reader: reader.id, count: stepped.report.count, fault: stepped.report.reason })
    noiseTimer()
    const wake = noiseWakeAt(noiseRules, noise)
    noiseTimer = wake === null ? () => {} : clock.at(wake, () => hear({ kind: 'tick' }))
  }
  function take(bits: string): void {
    if (!lengths.includes(bits.length)) {
      report({ kind: 'card', reader: reader.id, bits })
      return
    }
    const keys = decodeKeys(bits, keypad)
    if (keys.ok) report({ kind: 'keys', reader: reader.id, keys: keys.keys, ...(keys.whole ? { whole: true } : {}) })
    // A keypad that sends whole PINs has frames as long as those of cards.
    else if (keys.reason === 'not-keys' || formats.some(format => format.bitLength === bits.length))
      report({ kind: 'card', reader: reader.id, bits })
    else hear({ kind: 'refused', reason: keys.reason })
  }
  /** Pulses that may be key presses, misread ones and those of a keypad that is set up wrongly included. */
  function mayBeKeys(event: PulseEvent): boolean {
    if (!('bits' in event)) return false
    const { length } = event.bits
    if (decodeKeys(event.bits, keypad).ok || (event.kind === 'refused' && length <= Math.max(...lengths))) return true
    return length < Math.max(longestKey, ...lengths) && !formats.some(format => format.bitLength === length)
  }
  function on(event: PulseEvent): void {
    if (ended) return
    recording.note(event, mayBeKeys(event))
    if (event.kind === 'read') take(event.bits)
    else if (event.kind !== 'refused')
      report({
        kind: 'reader',
        reader: reader.id,
        online: event.kind === 'plugged',
        ...(event.kind === 'unplugged' ? { fault: 'unplugged' } : {}),
      })
    // Pulses that are whole, only not as many as expected, are a read like any other that no format takes: somebody stood there.
    else if (event.reason === 'lost-bit' || event.reason === 'merged-frames') report({ kind: 'card', reader: reader.id, bits: event.bits })
    else hear({ kind: 'refused', reason: event.reason })
  }
  let reading = listen(() => {})
  let retry: Cancel = () => {}
  function listen(begun: () => void) {
    const started = readPulses(source, rules, clock, { event: on, failed })
    void started.then(outcome => {
      if ('reason' in outcome) failed(outcome)
      else if (ended) void outcome.stop()
      else begun()
    })
    return started
  }
  function failed(problem: SourceProblem): void {
    if (ended) return
    report({ kind: 'reader', reader: reader.id, online: false, fault: problem.reason })
    retry = clock.at(clock.now() + retryMs, () => {
      reading = listen(() => report({ kind: 'reader', reader: reader.id, online: true }))
    })
  }
  report({ kind: 'reader', reader: reader.id, online: true })

  let colour: Colour = 'off'
  let lit = true
  let sounding = false
  let flash: Cancel = () => {}
  let sound: Cancel = () => {}
  const show = () => port.show(readerLevels(reader.led, lit ? colour : 'off', sounding), colour)
  const turn = () => {
    lit = !lit
    show()
    flash = clock.at(clock.now() + flashMs, turn)
  }
  const beep = (halves: number, length: number) => {
    sounding = halves % 2 === 1
    show()
    sound = halves === 0 ? () => {} : clock.at(clock.now() + length, () => beep(halves - 1, length))
  }
  return {
    pulses: recording.read,
    apply(effect: Indication) {
      if (effect.kind === 'beep') {
        sound()
        beep(effect.times * 2 - 1, effect.times === 1 ? beepMs.one : beepMs.several)
        return
      }
      flash()
      colour = effect.colour === 'blue' ? 'off' : (effect.colour as Colour)
      lit = true
      show()
      if (effect.flashing) flash = clock.at(clock.now() + flashMs, turn)
    },
    stop() {
      ended = true
      flash()
      sound()
      noiseTimer()
      retry()
      void reading.then(started => ('reason' in started ? undefined : started.stop()))
    },
  }
}

function readersOf(site: Site, controller: string): { reader: WiegandReader; controller: string }[] {
  const units = new Set(site.controllers.filter(c => c.id === controller || c.parent === controller).map(c => c.id))
  return site.doors.flatMap(door =>
    door.type === 'door' && units.has(door.controller)
      ? [door.a.reader, door.b.reader].filter(r => r?.type === 'wiegand').map(reader => ({ reader, controller: door.controller }))
      : [],
  )
}

function formatsOf(site: Site, reader: WiegandReader): readonly CardFormat[] {
  return readerFormats(reader.cardFormats, resolveFormats(site.cardFormats)).formats
}
