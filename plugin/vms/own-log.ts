import { v7 as uuid } from 'uuid'
import type { EventDraft, EventType } from '../../shared/event.ts'
import type { Plugin } from './plugin.ts'

const checkMs = 3_600_000
const firstCheckMs = 60_000
/** Events that wait for a disk; beyond, the oldest are lost. */
const mostWaiting = 1_000

/** The plugin's own events: controllers that come and go, a disk that was full. They stand in the same log, under the system's id. */
export function openOwnLog(plugin: Plugin) {
  const { systemId, log } = plugin
  /** What could not be stored, oldest first. */
  let waiting: { readonly draft: EventDraft; readonly at: number }[] = []
  const newest = (controller: string): EventType | undefined =>
    waiting.findLast(({ draft }) => draft.source.id === controller)?.draft.type ??
    plugin.store.sql
      .prepare<[string], EventType>(
        "select type from entries where source = ? and type in ('controller.offline', 'controller.online') order by cursor desc limit 1",
      )
      .pluck()
      .get(controller)

  function write(draft: EventDraft, at: number): void {
    const event = {
      id: uuid(),
      controller: systemId,
      logId: log.epoch,
      sequence: log.next(systemId, log.epoch),
      time: new Date(at).toISOString(),
      categories: [...plugin.categories(draft.type)],
      ...draft,
    }
    plugin.take(systemId, log.epoch, [{ event }])
  }
  /** What the disk does not take waits in memory until it does. */
  function record(draft: EventDraft, at = plugin.now()): void {
    const done = waiting.length === 0 && plugin.tried(() => ({ taken: write(draft, at) }))
    if (!done) waiting = [...waiting.slice(1 - mostWaiting), { draft, at }]
  }

  const source = { kind: 'server', id: systemId } as const
  const off = plugin.onStored(({ since, fault }) => {
    const late = waiting
    waiting = []
    record({ type: 'store.fault', source, fault }, since)
    for (const { draft, at } of late) record(draft, at)
    record({ type: 'store.restored', source })
  })

  let told = false
  let stopped = false
  /** Hourly: somebody who changes the past is told about. */
  async function watch(): Promise<void> {
    const found = await plugin.checkLog().catch((error: unknown) => {
      // The store may be closed in the middle of it.
      if (!stopped) throw error
    })
    if (stopped) return
    if (found && found.broken !== null && !told) {
      told = true
      record({ type: 'store.fault', source, fault: 'log-altered' })
    }
    cancel = plugin.clock.at(plugin.clock.now() + checkMs, () => void watch())
  }
  let cancel = plugin.clock.at(plugin.clock.now() + firstCheckMs, () => void watch())

  return {
    close(): void {
      stopped = true
      cancel()
      off()
    },
    record: (draft: EventDraft): void => record(draft),
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
