import { v7 as uuid } from 'uuid'
import type { EventDraft, EventType } from '../../shared/event.ts'
import type { Plugin } from './plugin.ts'

const checkMs = 3_600_000
const firstCheckMs = 60_000

/** The plugin's own events: controllers that come and go. They stand in the same log, under the system's id. */
export function openOwnLog(plugin: Plugin) {
  const { systemId, log } = plugin
  const newest = (controller: string): EventType | undefined =>
    plugin.store.sql
      .prepare<[string], EventType>(
        "select type from entries where source = ? and type in ('controller.offline', 'controller.online') order by cursor desc limit 1",
      )
      .pluck()
      .get(controller)

  function record(draft: EventDraft): void {
    const event = {
      id: uuid(),
      controller: systemId,
      logId: log.epoch,
      sequence: log.next(systemId, log.epoch),
      time: new Date(plugin.now()).toISOString(),
      categories: [...plugin.categories(draft.type)],
      ...draft,
    }
    plugin.take(systemId, log.epoch, [{ event }])
  }

  let told = false
  let stopped = false
  /** Hourly: somebody who changes the past is told about. */
  async function watch(): Promise<void> {
    const { broken } = await plugin.checkLog()
    if (stopped) return
    if (broken !== null && !told) {
      told = true
      record({ type: 'store.fault', source: { kind: 'server', id: systemId }, fault: 'log-altered' })
    }
    cancel = plugin.clock.at(plugin.clock.now() + checkMs, () => void watch())
  }
  let cancel = plugin.clock.at(plugin.clock.now() + firstCheckMs, () => void watch())

  return {
    close(): void {
      stopped = true
      cancel()
    },
    record,
    /** Tells that a controller is there or not, if that is news. */
    reach(controller: string, online: boolean): void {
      plugin.states.reach(controller, online)
      const type = online ? 'controller.online' : 'controller.offline'
      const before = newest(controller)
      if (before === type || (before === undefined && online)) return
      record({ type, source: { kind: 'controller', id: controller } })
    },
  }
}
