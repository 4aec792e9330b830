import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openStore } from './open.ts'

const directory = mkdtempSync(join(tmpdir(), 'portunus-disk-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const wall = Date.parse('2026-03-02T09:00:00Z')

it('the write-ahead log is brought into the database off the loop, and begins anew', async () => {
  const data = join(directory, 'data')
  const opened = openStore(data, { controller: 'ctrl-1', wall })
  if (!opened.ok) throw new Error(opened.message)
  const { store } = opened
  store.begin()
  const size = () => statSync(join(data, 'controller.db-wal')).size
  const trace = Array.from({ length: 12 }, () => ({
    check: 'format' as const,
    outcome: 'passed' as const,
    found: { text: 'x'.repeat(300) },
  }))
  const commit = () =>
    store.commit({ events: [{ type: 'door.opened', source: { kind: 'door', id: 'd' }, trace }], changes: [], shares: [] }, wall)
  let peak = 0
  let committed = 0
  // While events come in, and in the pauses between them.
  for (let round = 0; round < 400 && !(peak > 8_000_000 && size() < 1_000_000); round++) {
    if (peak <= 8_000_000) for (let i = 0; i < 50; i++, committed++) commit()
    peak = Math.max(peak, size())
    store.tidy(wall)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  expect(peak).toBeGreaterThan(8_000_000)
  expect(size()).toBeLessThan(1_000_000)
  commit()
  store.close()
  const again = openStore(data, { controller: 'ctrl-1', wall })
  if (!again.ok) throw new Error(again.message)
  expect(again.store.check()).toEqual({ ok: true, events: committed + 1 })
  again.store.close()
})
