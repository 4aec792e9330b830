import { createHmac } from 'node:crypto'
import { toInstant } from '../controller/core/calendar.ts'
import { viewDoor, viewHolder, viewReader, viewZone } from '../controller/core/view.ts'
import type { Stage } from '../controller/emulator/play.ts'
import { createRandom } from '../controller/emulator/random.ts'
import type { FieldStep } from '../controller/emulator/scenario.ts'
import { createVirtualClock } from '../controller/emulator/virtual-clock.ts'
import type { Outcome } from '../controller/emulator/world.ts'
import type { Store } from '../controller/store/contract.ts'
import { openMemoryStore } from '../controller/store/open.ts'
import type { StoredEvent } from '../shared/event.ts'
import type { Site } from '../shared/site.ts'
import { createEmulatedController, type EmulatedController, keyNames } from './emulated.ts'

const done: Outcome = { done: true }
const refuse = (why: string): Outcome => ({ done: false, why })

/** Sets a scenario's stage: the site's controllers on simulated wiring under a virtual clock, everything derived from the seed. */
export function openStage({
  site,
  start,
  seed,
  onEvent,
}: {
  site: Site
  start: string
  seed: number
  onEvent: (event: StoredEvent) => void
}): Stage {
  const zone = site.site.timeZone
  const clock = createVirtualClock(toInstant(start, zone))
  const events: StoredEvent[] = []
  const pinKey = createRandom(seed, 'pin key').bytes(32)
  const readerKey = (reader: string) => createRandom(seed, `key of ${reader}`).bytes(16)
  const controllers = new Map<string, EmulatedController>()

  const watched = (store: Store): Store => {
    const note = <T extends { readonly events: readonly { readonly event: StoredEvent }[] }>(committed: T): T => {
      for (const { event } of committed.events) {
        events.push(event)
        onEvent(event)
      }
      return committed
    }
    return Object.assign(Object.create(store) as Store, {
      commit: (...args: Parameters<Store['commit']>) => note(store.commit(...args)),
      replace: (...args: Parameters<Store['replace']>) => note(store.replace(...args)),
    })
  }
  for (const { id, parent } of site.controllers) {
    if (parent !== undefined) continue
    const random = createRandom(seed, `controller ${id}`)
    const store = openMemoryStore({ controller: id, wall: clock.wall(), random: random.bytes })
    store.keys.set(keyNames.pin, pinKey)
    for (const reader of readersOf(site)) store.keys.set(keyNames.reader(reader), readerKey(reader))
    const controller = createEmulatedController({ controller: id, site, clock, store: watched(store), random, skipIdle: true, readerKey })
    controllers.set(id, controller)
    controller.runtime.configure(site, '1')
    controller.runtime.start()
  }

  const at = (id: string | undefined): EmulatedController | undefined => {
    const unit = site.controllers.find(c => c.id === id)
    return controllers.get(unit?.parent ?? unit?.id ?? '')
  }
  const ofDoor = (id: string) => at(site.doors.find(d => d.id === id)?.controller)
  const ofReader = (id: string) =>
    at(site.doors.find(d => d.type === 'door' && (d.a.reader?.id === id || d.b.reader?.id === id))?.controller)
  const place = (step: FieldStep): EmulatedController | undefined => {
    const { body } = step
    if ('reader' in body) return ofReader(body.reader)
    if ('door' in body) return ofDoor(body.door)
    return at(body.controller)
  }
  const withController = (id: string, fn: (controller: EmulatedController) => void): Outcome => {
    const controller = controllers.get(id)
    if (!controller) return refuse(`no controller is called "${id}"`)
    fn(controller)
    return done
  }
  return {
    clock,
    instant: local => toInstant(local, zone),
    events,
    act(step, held) {
      const controller = place(step)
      return controller
        ? controller.world.act(step, held)
        : refuse(`the site has no ${'reader' in step.body ? 'reader' : 'door' in step.body ? 'door' : 'controller'} of that name`)
    },
    command: () => refuse('no plugin'),
    configure: () => refuse('no plugin'),
    link: () => refuse('no plugin'),
    restart: id =>
      withController(id, ({ runtime }) => {
        runtime.stop()
        runtime.start()
      }),
    crash: id =>
      withController(id, ({ runtime }) => {
        runtime.crash()
        runtime.start()
      }),
    door(id) {
      const controller = ofDoor(id)
      const found = controller?.world.door(id)
      const view = controller?.runtime.view()
      if (!found || !view) return undefined
      const { position, mode, status } = viewDoor(view.model, view.state, id) ?? {
        position: 'unknown',
        mode: null,
        status: 'controller-offline',
      }
      return { lock: found.lock, position, mode, status }
    },
    reader(id) {
      const controller = ofReader(id)
      const view = controller?.runtime.view()
      const state = view && viewReader(view.model, view.state, id)
      if (!state) return undefined
      const device = controller?.world.reader(id)
      return {
        led: device?.led() ?? state.led,
        buzzer: device?.buzzer() ? 'on' : 'off',
        online: state.online,
        secure: state.secure === true,
      }
    },
    present(id) {
      const found = site.zones.find(z => z.id === id)
      if (!found) return undefined
      const present = new Set<string>()
      for (const controller of new Set(found.doors.map(({ door }) => ofDoor(door)))) {
        const view = controller?.runtime.view()
        for (const holder of view ? viewZone(view.state, id) : []) present.add(holder)
      }
      return [...present].sort()
    },
    zonesOf(cardholder) {
      const zones = new Set<string>()
      for (const { runtime } of controllers.values()) {
        const view = runtime.view()
        for (const id of view ? viewHolder(view.model, view.state, cardholder) : []) zones.add(id)
      }
      return [...zones].sort()
    },
  }
}

/** @returns the hash of PINs under the stage's PIN key */
export function stagePinHash(seed: number): (digits: string) => string {
  const key = createRandom(seed, 'pin key').bytes(32)
  return digits => createHmac('sha256', key).update(digits).digest('hex')
}

function readersOf(site: Site): string[] {
  return site.doors.flatMap(door => (door.type === 'door' ? [door.a.reader, door.b.reader].flatMap(r => (r ? [r.id] : [])) : []))
}
