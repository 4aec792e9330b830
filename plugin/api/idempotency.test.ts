import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openStore } from '../store/open.ts'
import type { Context } from './context.ts'
import { keepOutcome } from './idempotency.ts'
import type { Principal } from './rights.ts'

it('a key that still runs is its asker’s and its command’s only, and is kept for a day', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'portunus-outcomes-'))
  const opened = openStore(directory, { serve: false })
  if (!opened.ok) throw new Error(opened.message)
  const { store } = opened
  let now = 0
  const keep = keepOutcome({ plugin: { store, now: () => now, tried: <T>(work: () => T) => work() } } as unknown as Pick<Context, 'plugin'>)
  const by = (id: string) => ({ kind: 'user', id }) as Principal
  let ends = () => {}
  let count = 0
  const work = () =>
    new Promise<Awaited<ReturnType<typeof keep>>>(resolve => {
      const status = 200 + ++count
      const before = ends
      ends = () => {
        before()
        resolve({ status, body: { results: [] } as never })
      }
    })
  try {
    const first = keep('k', by('jo'), 'grant', work)
    const again = keep('k', by('jo'), 'grant', work)
    const other = keep('k', by('bo'), 'grant', work)
    await expect(keep('k', by('jo'), 'lock', work)).rejects.toMatchObject({ code: 'key-reused' })
    ends()
    expect((await Promise.all([first, again, other])).map(sent => sent.status)).toEqual([201, 201, 202])
    const later = async () => {
      const sent = keep('k', by('jo'), 'grant', work)
      ends()
      return (await sent).status
    }
    now = 86_400_000
    expect(await later()).toBe(201)
    now += 1
    expect(await later()).toBe(203)
  } finally {
    store.close()
    rmSync(directory, { recursive: true, force: true })
  }
})
