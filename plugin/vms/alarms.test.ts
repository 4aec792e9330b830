import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { StoredEvent } from '../../shared/event.ts'
import type { Configuration } from '../site/kinds.ts'
import { openStore } from '../store/open.ts'
import { closed, openAlarms } from './alarms.ts'

it('an alarm goes with the events once it is closed, and counts from its last change; one that is not closed stays', () => {
  const directory = mkdtempSync(join(tmpdir(), 'portunus-alarms-'))
  const opened = openStore(directory, { serve: false })
  if (!opened.ok) throw new Error(opened.message)
  const { store } = opened
  let now = 1_000
  const own = { alarmDefinitions: [], closingReasons: [] } as unknown as Configuration['own']
  const alarms = openAlarms(store, {
    now: () => now,
    configuration: () => ({ own }) as Configuration,
    categories: () => ['Alarm'],
    active: () => true,
  })
  const event = (id: string) =>
    ({ id, type: 'door.forced-open', time: new Date(now).toISOString(), source: { kind: 'door', id: 'front' } }) as StoredEvent
  try {
    const [standing] = alarms.take(event('1'), 1)
    const [over] = alarms.take(event('2'), 2)
    now = 2_000
    // A site that lists no reasons takes any.
    expect(alarms.change(over!, { state: closed, closingReason: 'a dog' }, 'jo')).toMatchObject({ alarm: { closingReason: 'a dog' } })
    const left = () => [standing, over].map(id => alarms.get(id!) !== undefined)
    alarms.prune(2_000)
    expect(left()).toEqual([true, true])
    alarms.prune(2_001)
    expect(left()).toEqual([true, false])
  } finally {
    store.close()
    rmSync(directory, { recursive: true, force: true })
  }
})
