import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { openStore } from '../../controller/store/open.ts'

const rounds = process.env.PORTUNUS_LONG === '1' ? 200 : 20
const directory = mkdtempSync(join(tmpdir(), 'portunus-crash-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Runs a controller and kills it so many ms after it first moved a relay. @returns how far the log was when it last did */
function killed(data: string, seed: number, afterMs: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'test/link/victim.ts', data, String(seed)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    let failed = ''
    child.stderr.on('data', text => {
      failed += text
    })
    child.stdout.on('data', text => {
      if (said === '') setTimeout(() => child.kill('SIGKILL'), afterMs)
      said += text
    })
    child.on('exit', (_code, signal) => {
      // The last line may be torn.
      const lines = said.split('\n').slice(0, -1)
      if (signal === 'SIGKILL') resolve(Math.max(0, ...lines.map(Number)))
      else reject(new Error(failed))
    })
  })
}

it(
  'leaves a state that is what the log says, whenever it is killed',
  async () => {
    const data = join(directory, 'data')
    let before = 0
    for (let round = 1; round <= rounds; round++) {
      const told = await killed(data, round, Math.floor(Math.random() * 250))
      const opened = openStore(data, { controller: 'ctrl-1', wall: Date.now() })
      if (!opened.ok) throw new Error(opened.message)
      const { store } = opened
      store.begin()
      const last = store.next - 1
      const events = Array.from({ length: Math.ceil(last / 5000) }, (_, i) => store.read(1 + i * 5000, 5000)).flat()
      expect(store.check()).toEqual({ ok: true, events: last })
      expect(events.map(({ event }) => event.sequence)).toEqual(Array.from({ length: last }, (_, i) => i + 1))
      // Nothing moved that was not stored before, and nothing stored is lost.
      expect(last).toBeGreaterThanOrEqual(told)
      expect(last).toBeGreaterThan(before)
      before = last

      const rows = new Map(store.rows().map(({ key, value }) => [key, value as { manual?: string | null; present?: boolean }]))
      const mode = events.findLast(({ event }) => event.type === 'door.mode-changed')?.event.mode ?? 'scheduled'
      expect(rows.get('mode:door-1')?.manual ?? 'scheduled').toBe(mode)
      const passage = events.findLast(({ event }) => event.type === 'access.taken')?.event
      expect(rows.get('presence:office/alice')?.present ?? false).toBe(passage?.side === 'a')
      store.close()
    }
    expect(before).toBeGreaterThan(rounds * 20)
  },
  rounds * 10_000,
)
