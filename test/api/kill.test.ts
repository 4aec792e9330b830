import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { call, killAll, type Running, run, start, until } from './server-process.ts'

const rounds = process.env.PORTUNUS_LONG ? 200 : 20
const directory = mkdtempSync(join(tmpdir(), 'portunus-kill-'))
const data = join(directory, 'data')
afterAll(() => {
  killAll()
  rmSync(directory, { recursive: true, force: true })
})

interface Told {
  readonly id: string
  readonly controller: string
  readonly sequence: number
  readonly logId: string
  readonly cursor: string
}

/** A consumer that comes back, as a VMS does: it goes on from the last cursor it has. */
function consumer(secret: string) {
  const record: Told[] = []
  let socket: WebSocket | undefined
  return {
    record,
    attach({ address }: Running) {
      const opened = new WebSocket(`${address.replace('http', 'ws')}api/v1/stream`, { headers: { authorization: `Bearer ${secret}` } })
      socket = opened
      opened.on('open', () => opened.send(JSON.stringify({ topics: ['events'], after: record.at(-1)?.cursor ?? '0' })))
      opened.on('message', message => {
        const told = JSON.parse(String(message)) as Told & { topic: string; type: string }
        if (told.topic !== 'events') return
        expect(told.type).not.toBe('gap')
        record.push(told)
      })
      opened.on('error', () => {})
    },
    detach: () => socket?.terminate(),
  }
}

/** What the controllers' own logs hold. */
function logs(): Map<string, Pick<Told, 'id' | 'logId' | 'sequence'>[]> {
  return new Map(
    ['ctrl-1', 'ctrl-2'].map(controller => {
      const database = new Sqlite(join(data, 'controllers', controller, 'controller.db'), { readonly: true })
      const rows = database.prepare<[], { body: string }>('select body from events order by position').all()
      database.close()
      return [controller, rows.map(({ body }) => JSON.parse(body) as Told).map(({ id, logId, sequence }) => ({ id, logId, sequence }))]
    }),
  )
}

it(
  `loses and doubles nothing when it is killed ${rounds} times while events flow`,
  async () => {
    const secret = run('token', 'create', '--data', data, '--name', 'kill').stdout.trim()
    const vms = consumer(secret)
    let seed = 20_261_122
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed / 2_147_483_648
    }
    for (let round = 0; round < rounds; round++) {
      const server = await start(data)
      vms.attach(server)
      let going = true
      const traffic = async (work: () => Promise<unknown>) => {
        while (going) await work().catch(() => {})
      }
      const flowing = [
        traffic(() => call(server, secret, 'commands', { action: random() < 0.5 ? 'unlock' : 'lock', element: 'system' })),
        traffic(() => call(server, secret, 'emulator/swipe', { reader: random() < 0.5 ? 'front-in' : 'shop-in', card: 'amber-card' })),
        traffic(() => call(server, secret, 'emulator/force', { door: 'archive' })),
        traffic(() => call(server, secret, 'emulator/close', { door: 'archive' })),
      ]
      await new Promise(resolve => setTimeout(resolve, 200 + random() * 1_300))
      await server.stop('SIGKILL')
      going = false
      await Promise.all(flowing)
      vms.detach()
    }
    const server = await start(data)
    vms.attach(server)
    await until(async () => {
      const known = logs()
      return [...known].every(([controller, rows]) => vms.record.filter(each => each.controller === controller).length >= rows.length)
    })
    await server.stop()
    const known = logs()
    expect([...known.values()].flat().length).toBeGreaterThan(rounds * 10)
    for (const [controller, rows] of known) {
      const told = vms.record.filter(each => each.controller === controller).map(({ id, logId, sequence }) => ({ id, logId, sequence }))
      // What the last stop itself told came after the consumer had looked.
      expect(told).toEqual(rows.slice(0, told.length))
      expect(rows.length - told.length).toBeLessThan(5)
    }
    expect(new Set(vms.record.map(each => each.cursor)).size).toBe(vms.record.length)
  },
  rounds * 30_000,
)
