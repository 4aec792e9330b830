import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { call, killAll, run, start, until } from '../api/server-process.ts'
import { openEndpoint } from './rig.ts'

const rounds = process.env.PORTUNUS_LONG ? 50 : 4
const directory = mkdtempSync(join(tmpdir(), 'portunus-outlet-kill-'))
const data = join(directory, 'data')
const there = await openEndpoint({ answer: (_, number) => (number % 100 === 3 ? 503 : 204) })
afterAll(async () => {
  killAll()
  await there.close()
  rmSync(directory, { recursive: true, force: true })
})

it(
  `a webhook loses nothing when the server is killed ${rounds} times, and repeats with the same id only`,
  async () => {
    const secret = run('token', 'create', '--data', data, '--name', 'kill').stdout.trim()
    for (let round = 0; round <= rounds; round++) {
      const server = await start(data)
      if (round === 0) await call(server, secret, 'webhooks', { name: 'kill', url: there.url, after: '0' })
      const before = there.got.length
      let going = round < rounds
      const flowing = [0, 1].map(async () => {
        while (going)
          await call(server, secret, 'commands', { action: Math.random() < 0.5 ? 'unlock' : 'lock', element: 'system' }).catch(() => {})
      })
      if (round < rounds) {
        await until(async () => there.got.length > before + 5)
        await server.stop('SIGKILL')
        going = false
        await Promise.all(flowing)
        continue
      }
      const ids: string[] = []
      await until(async () => {
        const { json } = await call(server, secret, `events?after=0&limit=1000`)
        ids.splice(0, ids.length, ...json.items.map(event => event.id))
        return ids.length > 20 && ids.every(id => there.taken().includes(id))
      })
      await server.stop()
      expect([...new Set(there.taken())].slice(0, ids.length)).toEqual(ids)
    }
  },
  rounds * 60_000,
)
