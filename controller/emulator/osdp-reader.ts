import { createMemoryLine, type MemoryLine, type MemoryReader } from '../../osdp/index.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Reader, Site } from '../../shared/site.ts'
import { createOsdpField, type OsdpField, type OsdpWatch } from '../field/osdp.ts'
import type { Random } from './random.ts'
import type { EmulatedReader, ReaderBench } from './world.ts'

export interface OsdpBench extends ReaderBench {
  readonly field: OsdpField
}

/**
 * Emulated OSDP readers on lines in memory, with real frames, joined to the field that real lines use. Each reader's own key is what `key` gave when
 * it was first met: a key that the controller is given later is not the reader's until it is paired.
 */
export function createOsdpBench(options: {
  readonly controller: string
  readonly clock: Clock
  readonly random: Random
  readonly site: () => Site
  /** The key a reader holds. */
  readonly readerKey: (reader: string) => Uint8Array | undefined
  /** The key the controller has for it. */
  readonly controllerKey: (reader: string) => Uint8Array | undefined
  readonly pendingKey?: (reader: string) => Uint8Array | undefined
  /** Let lines sleep while nobody has anything to say. */
  readonly skipIdle: boolean
  /** Between two polls of one reader, in ms. */
  readonly pollIntervalMs?: number
  readonly watch?: OsdpWatch
}): OsdpBench {
  const { controller, clock, random, site } = options
  const bytes = (length: number) => random.bytes(length)
  const lines = new Map<string, MemoryLine>()
  const readers = new Map<string, { readonly device: MemoryReader; readonly place: string; readonly reader: EmulatedReader }>()

  const lineOf = (place: string, baud: number) => {
    const line = lines.get(place) ?? createMemoryLine({ clock, random: bytes, baud, suspendWhenIdle: options.skipIdle })
    lines.set(place, line)
    return line
  }
  /** Mounts the readers that the site names and that are not there yet; takes away those it no longer names. */
  function mount(): void {
    const wanted = new Map<string, { reader: Extract<Reader, { type: 'osdp' }>; unit: string; baud: number }>()
    for (const unit of site().controllers) {
      if (unit.id !== controller && unit.parent !== controller) continue
      for (const door of site().doors) {
        if (door.type !== 'door' || door.controller !== unit.id) continue
        for (const reader of [door.a.reader, door.b.reader]) {
          if (reader?.type === 'osdp') wanted.set(reader.id, { reader, unit: unit.id, baud: unit.serial[reader.port]?.baudRate ?? 9600 })
        }
      }
    }
    const placeOf = ({ reader, unit }: { reader: Extract<Reader, { type: 'osdp' }>; unit: string }) => `${unit}/${reader.port}`
    for (const [id, { device, place }] of readers) {
      const still = wanted.get(id)
      if (still && placeOf(still) === place && device.state.address === still.reader.address) continue
      device.remove()
      readers.delete(id)
    }
    for (const [id, plan] of wanted) {
      const scbk = options.readerKey(id)
      // A reader that is to be spoken to in clear is set so at the reader too, as an installer would.
      const requireSecure = scbk !== undefined && plan.reader.secureChannel && site().encryption.osdpSecureChannel
      const there = readers.get(id)
      if (there) there.device.state.requireSecure = requireSecure
      if (there) continue
      const place = placeOf(plan)
      const device = lineOf(place, plan.baud).addReader({
        address: plan.reader.address,
        requireSecure,
        ...(scbk === undefined ? {} : { scbk }),
      })
      readers.set(id, { device, place, reader: emulated(device) })
    }
  }
  const field = createOsdpField({
    controller,
    clock,
    random: bytes,
    pipe: (unit, port) => lineOf(`${unit}/${port}`, site().controllers.find(c => c.id === unit)?.serial[port]?.baudRate ?? 9600).acu,
    key: options.controllerKey,
    ...(options.pendingKey ? { pendingKey: options.pendingKey } : {}),
    ...(options.pollIntervalMs === undefined ? {} : { pollIntervalMs: options.pollIntervalMs }),
    ...(options.watch ? { watch: options.watch } : {}),
  })
  return {
    field: {
      ...field,
      start(report) {
        mount()
        field.start(report)
      },
      configure(next) {
        mount()
        field.configure?.(next)
      },
    },
    reader: id => readers.get(id)?.reader,
  }
}

function emulated(device: MemoryReader): EmulatedReader {
  return {
    present: bits => device.present(bits),
    key: key => device.press(key),
    tamper: active => device.tamper(active),
    line: (fault, rate) => device.fault(fault === 'noise' || fault === 'drop' ? { kind: fault, rate } : { kind: fault }),
    attack: kind => (device.attack(kind) ? null : 'there is no card reply yet that could be used'),
    led() {
      const [colour, flashes] = [device.led(), device.ledFlashes()]
      // What flashes is seen as its colour, not as the dark between.
      return (flashes && colour === 'off' ? 'red' : colour) as ReturnType<EmulatedReader['led']>
    },
    buzzer: () => device.buzzer(),
  }
}
