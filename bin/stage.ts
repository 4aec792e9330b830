import { createHmac } from 'node:crypto'
import { v7 } from 'uuid'
import { toInstant } from '../controller/core/calendar.ts'
import { viewDoor, viewReader } from '../controller/core/view.ts'
import type { Stage } from '../controller/emulator/play.ts'
import { createRandom } from '../controller/emulator/random.ts'
import type { FieldStep } from '../controller/emulator/scenario.ts'
import { createVirtualClock } from '../controller/emulator/virtual-clock.ts'
import type { Outcome } from '../controller/emulator/world.ts'
import { createControllerLink } from '../controller/link/link.ts'
import type { Store } from '../controller/store/contract.ts'
import { openMemoryStore } from '../controller/store/open.ts'
import { createPluginLink } from '../plugin/link/link.ts'
import { checkPatch } from '../plugin/site/check.ts'
import type { Command } from '../shared/command.ts'
import type { StoredEvent } from '../shared/event.ts'
import { longestValidity, splitSite } from '../shared/link.ts'
import { createMemoryBroker, type MemoryTransport } from '../shared/memory-link.ts'
import { formatProblem } from '../shared/problem.ts'
import type { Credential, Site } from '../shared/site.ts'
import { createEmulatedController, type EmulatedController, keyNames } from './emulated.ts'

const done: Outcome = { done: true }
const refuse = (why: string): Outcome => ({ done: false, why })

/** Sets a scenario's stage: the site's controllers on simulated wiring under a virtual clock, everything derived from the seed. */
export function openStage(options: {
  readonly site: Site
  readonly start: string
  readonly seed: number
  readonly onEvent: (event: StoredEvent) => void
  /** Whether lines sleep while nobody has anything to say; they do unless told otherwise. */
  readonly skipIdle?: boolean
}): Stage {
  const { start, seed, onEvent, skipIdle = true } = options
  let { site } = options
  let revision = 1
  const clock = createVirtualClock(toInstant(start, site.site.timeZone))
  const events: StoredEvent[] = []
  const pinKey = createRandom(seed, 'pin key').bytes(32)
  const readerKey = (reader: string) => createRandom(seed, `key of ${reader}`).bytes(16)
  const controllers = new Map<string, EmulatedController & { readonly store: Store; readonly transport: MemoryTransport }>()
  const broker = createMemoryBroker()
  /** Cards in people's pockets: one stays what it is when its holder has left the site, or before a controller has heard of it. */
  const issued = new Map<string, Credential>()
  const ids = createRandom(seed, 'ids of the plugin')
  const newId = () => v7({ msecs: clock.wall(), random: ids.bytes(16) })

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
  /** The plugin's end: it takes every event over, and hands out the site as it now is. */
  const taken = new Map<string, { next: number; last: string | null }>()
  const link = createPluginLink({
    transport: broker.connect(),
    clock,
    random: ids.bytes,
    position: (_controller, logId) => taken.get(logId) ?? { next: 1, last: null },
    intake(_controller, logId, batch) {
      const last = batch.at(-1)?.event
      if (last) taken.set(logId, { next: last.sequence + 1, last: last.id })
      return taken.get(logId)?.next ?? 1
    },
    configurationFor: controller =>
      site.controllers.some(({ id }) => id === controller)
        ? {
            revision: () => String(revision),
            place: () => splitSite(site).place,
            people: (after, limit) =>
              splitSite(site)
                .people.filter(({ id }) => after === null || id > after)
                .sort((a, b) => (a.id < b.id ? -1 : 1))
                .slice(0, limit),
            changesSince: () => undefined,
          }
        : undefined,
  })
  link.start()

  /** Hands out the site's cards, puts a controller up for every one of the site that has none, and gives all the keys of their readers. */
  function mount(): void {
    for (const { credentials } of site.cardholders) for (const credential of credentials) issued.set(credential.id, credential)
    for (const { id, parent } of site.controllers) {
      if (parent !== undefined) continue
      const earlier = controllers.get(id)
      if (earlier !== undefined) {
        giveKeys(earlier.store)
        if (!earlier.runtime.running) switchOn(earlier, true)
        continue
      }
      const random = createRandom(seed, `controller ${id}`)
      const store = openMemoryStore({ controller: id, wall: clock.wall(), random: random.bytes })
      store.keys.set(keyNames.pin, pinKey)
      const transport = broker.connect()
      const controllerLink = createControllerLink({ controller: id, transport, clock, store, random: random.bytes })
      const watchedStore = watched(store)
      const made = createEmulatedController({
        controller: id,
        site,
        clock,
        store: watchedStore,
        random,
        skipIdle,
        readerKey,
        issued: credential => issued.get(credential),
        link: controllerLink,
      })
      controllers.set(id, { ...made, store, transport })
      giveKeys(store)
      made.runtime.configure(site, String(revision))
      made.runtime.start()
    }
    for (const [id, controller] of controllers) if (!stands(id) && controller.runtime.running) switchOn(controller, false)
  }
  /** A controller that has left the site is switched off; its disk keeps what it has until it comes back. */
  function switchOn({ runtime, transport }: { runtime: EmulatedController['runtime']; transport: MemoryTransport }, on: boolean): void {
    if (!on) runtime.stop()
    transport.switch(on)
    if (on) runtime.start()
  }
  function stands(id: string): boolean {
    return site.controllers.some(each => each.id === id && each.parent === undefined)
  }
  function giveKeys(store: Store): void {
    for (const reader of readersOf(site))
      if (store.keys.get(keyNames.reader(reader)) === undefined) store.keys.set(keyNames.reader(reader), readerKey(reader))
  }
  mount()

  /** The controllers that a command concerns. */
  function targetsOf({
    door,
    zone: zoneId,
    controller,
  }: {
    door?: string | undefined
    zone?: string | undefined
    controller?: string | undefined
  }): { target: Command['target']; ids: Set<string> } | string {
    const owner = (id: string) => at(site.doors.find(d => d.id === id)?.controller)?.id
    if (door !== undefined) {
      const id = owner(door)
      return id === undefined ? `no door is called "${door}"` : { target: { kind: 'door', id: door }, ids: new Set([id]) }
    }
    if (zoneId !== undefined) {
      const found = site.zones.find(z => z.id === zoneId)
      if (!found) return `no zone is called "${zoneId}"`
      return { target: { kind: 'zone', id: zoneId }, ids: new Set(found.doors.flatMap(d => owner(d.door) ?? [])) }
    }
    if (controller !== undefined) {
      const id = at(controller)?.id
      return id === undefined
        ? `no controller is called "${controller}"`
        : { target: { kind: 'controller', id: controller }, ids: new Set([id]) }
    }
    return { target: { kind: 'system', id: 'system' }, ids: new Set([...controllers.keys()].filter(stands)) }
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
    const controller = stands(id) ? controllers.get(id) : undefined
    if (!controller) return refuse(`no controller is called "${id}"`)
    fn(controller)
    return done
  }
  return {
    clock,
    instant: local => toInstant(local, site.site.timeZone),
    events,
    act(step, held) {
      const controller = place(step)
      return controller
        ? controller.world.act(step, held)
        : refuse(`the site has no ${'reader' in step.body ? 'reader' : 'door' in step.body ? 'door' : 'controller'} of that name`)
    },
    command({ action, seconds, ...named }) {
      const targets = targetsOf(named)
      if (typeof targets === 'string') return refuse(targets)
      const command: Command = {
        id: newId(),
        action,
        target: targets.target,
        ...(seconds === undefined ? {} : { seconds }),
        operator: 'operator',
        issuedAt: new Date(clock.wall()).toISOString(),
        validForMs: longestValidity,
      }
      // A refusal, or a link that is down, is an answer to the operator and no fault of the scenario.
      for (const id of targets.ids) link.request(id, 'command', command, () => {})
      return done
    },
    configure(patch) {
      const read = checkPatch(site, patch, { newId, hashPin: stagePinHash(seed) })
      const errors = read.problems.filter(({ severity }) => severity === 'error')
      if (!read.site) return refuse(errors.map(problem => formatProblem(problem)).join('; '))
      site = read.site
      revision++
      mount()
      link.offer()
      return done
    },
    link(id, up) {
      const controller = at(id)
      const transport = controller && controllers.get(controller.id)?.transport
      if (!transport) return refuse(`no controller is called "${id}"`)
      transport.switch(up)
      return done
    },
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
      return site.zones.some(zone => zone.id === id) ? present(id) : undefined
    },
    zonesOf: cardholder =>
      site.zones
        .map(({ id }) => id)
        .filter(id => present(id).includes(cardholder))
        .sort(),
  }

  /** Who is in a zone: where its controllers differ, one of them out of touch, what was seen last is so. */
  function present(id: string): string[] {
    const last = new Map<string, { readonly present: boolean; readonly at: number }>()
    const doors = site.zones.find(zone => zone.id === id)?.doors ?? []
    for (const controller of new Set(doors.map(({ door }) => ofDoor(door))))
      for (const [key, row] of controller?.runtime.view()?.state.rows.presence ?? []) {
        const [of, holder = ''] = key.split('/')
        if (of === id && row.at >= (last.get(holder)?.at ?? 0)) last.set(holder, row)
      }
    return [...last].flatMap(([holder, row]) => (row.present ? [holder] : [])).sort()
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
