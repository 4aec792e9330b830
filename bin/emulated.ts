import { createOsdpBench, type OsdpBench } from '../controller/emulator/osdp-reader.ts'
import type { Random } from '../controller/emulator/random.ts'
import { createWiegandBench, type WiegandBench } from '../controller/emulator/wiegand-reader.ts'
import { createWorld, type World } from '../controller/emulator/world.ts'
import type { OsdpWatch } from '../controller/field/osdp.ts'
import { createRuntime, type Runtime, type RuntimeLink } from '../controller/runtime.ts'
import type { Store } from '../controller/store/contract.ts'
import type { Clock } from '../shared/clock.ts'
import { pairingKey } from '../shared/link.ts'
import type { Credential, Site } from '../shared/site.ts'
import { encode, type Numbers, predefined, readerFormats, resolveFormats } from '../wiegand/index.ts'

/** An emulated controller: the runtime that runs on hardware, on simulated wiring. */
export interface EmulatedController {
  readonly id: string
  readonly runtime: Runtime
  readonly world: World
  readonly osdp: OsdpBench
  readonly wiegand: WiegandBench
}

/** Under these names a controller's store holds keys. */
export const keyNames = { pin: 'pin', reader: (id: string) => `reader ${id}` } as const

export function createEmulatedController(options: {
  readonly controller: string
  /** The site as the hardware was wired; later ones come through the runtime. */
  readonly site: Site
  readonly clock: Clock
  readonly store: Store
  readonly random: Random
  /** Lets OSDP lines sleep while nobody has anything to say: nothing happens otherwise than if they polled, and polls cost work. */
  readonly skipIdle: boolean
  /** Between two polls of one reader, in ms; left out, what the ACU does by itself. */
  readonly pollIntervalMs?: number
  /** The key an emulated reader holds. */
  readonly readerKey: (reader: string) => Uint8Array | undefined
  /** The credential that a card was made for, whatever the controller knows of it; left out, only what it knows can be presented. */
  readonly issued?: (credential: string) => Credential | undefined
  readonly link?: RuntimeLink
  readonly watch?: OsdpWatch
  readonly onFault?: (error: unknown) => void
}): EmulatedController {
  const { controller, clock, store, random, link, watch, onFault } = options
  let site = options.site
  const osdp = createOsdpBench({
    controller,
    clock,
    random,
    site: () => site,
    readerKey: options.readerKey,
    controllerKey: reader => store.keys.get(keyNames.reader(reader)),
    pendingKey: reader => store.keys.get(pairingKey(keyNames.reader(reader))),
    skipIdle: options.skipIdle,
    ...(options.pollIntervalMs === undefined ? {} : { pollIntervalMs: options.pollIntervalMs }),
    ...(watch ? { watch } : {}),
  })
  const wiegand = createWiegandBench({ controller, clock, random, site: () => site })
  const world = createWorld({
    site,
    controller,
    clock,
    benches: [osdp, wiegand],
    cardBits: (reader, id) => cardBits(site, reader, id, options.issued?.(id) ?? store.directory.credential(id)?.credential),
  })
  // First of all fields, so that the readers' benches find the new site.
  const follow = {
    start() {},
    apply() {},
    configure(next: Site) {
      site = next
    },
    stop() {},
  }
  const runtime = createRuntime({
    controller,
    clock,
    store,
    fields: [follow, ...world.fields],
    ...(link ? { link } : {}),
    ...(onFault ? { onFault } : {}),
  })
  return { id: controller, runtime, world, osdp, wiegand }
}

/** What the card of a credential sends at a reader: encoded by the format that the reader reads that length with. */
function cardBits(site: Site, readerId: string, id: string, credential: Credential | undefined): { bits: string } | { why: string } {
  if (credential === undefined) return { why: `no credential is called "${id}"` }
  if (credential.type !== 'card') return { why: `credential "${id}" is a ${credential.type}, not a card` }
  const reader = site.doors.flatMap(d => (d.type === 'door' ? [d.a.reader, d.b.reader] : [])).find(r => r?.id === readerId)
  const resolved = resolveFormats(site.cardFormats)
  const { formats } = readerFormats(reader?.cardFormats ?? null, resolved)
  const fits = (format: { bitLength: number }) => format.bitLength === credential.bitLength
  const format =
    formats.find(fits) ?? resolved.active.find(fits) ?? (credential.bitLength === 26 ? predefined('h10301') : resolved.all.find(fits))
  if (format === undefined) return { why: `no card format has the ${credential.bitLength} bits of credential "${id}"` }
  const has = (role: string) => format.fields.some(field => field.role === role || field.name === role)
  const numbers: Numbers = {
    cardNumber: credential.cardNumber,
    ...(credential.facilityCode !== undefined && has('facilityCode') ? { facilityCode: credential.facilityCode } : {}),
  }
  const encoded = encode(format, numbers)
  return encoded.ok ? { bits: encoded.bits } : { why: `credential "${id}" cannot be put on a card: ${encoded.message}` }
}
