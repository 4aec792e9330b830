import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StoredEvent } from '../../shared/event.ts'
import { openStore, type Store } from '../store/open.ts'
import { type AccessRequests, openAccessRequests, requestMs } from './requests.ts'

let directory: string
let store: Store
let now: number
let requests: AccessRequests
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'portunus-requests-'))
  const opened = openStore(directory, { serve: false })
  if (!opened.ok) throw new Error(opened.message)
  store = opened.store
  now = 1_000_000
  requests = openAccessRequests(store, () => now)
})
afterEach(() => {
  store.close()
  rmSync(directory, { recursive: true, force: true })
})

const refused = (at: number) =>
  ({
    type: 'access.denied',
    time: new Date(at).toISOString(),
    door: 'front',
    source: { kind: 'access-point', id: 'front/a' },
    credential: 'card',
  }) as StoredEvent

describe('an access request', () => {
  it('is not opened by what is over when it arrives', () => {
    expect(requests.open(refused(now - requestMs), 1)).toBeUndefined()
    expect(requests.open(refused(now - requestMs + 1), 2)).toMatchObject({ expires: now + 1 })
  })

  it('takes no answer from the moment it is over, whether that is noted yet or not', () => {
    const { id } = requests.open(refused(now), 1)!
    now += requestMs
    expect(requests.answer(id, 'grant', 'jo')).toMatchObject({ ok: false, reason: 'expired' })
    expect(requests.expire()).toBeUndefined()
    now -= 1
    expect(requests.answer(id, 'grant', 'jo')).toMatchObject({ ok: false, reason: 'expired' })
  })

  it('does not stand in the way of the next once it is over, though nobody has noted it', () => {
    expect(requests.open(refused(now), 1)).toBeDefined()
    now += requestMs - 1
    expect(requests.open(refused(now), 2)).toBeUndefined()
    now += 1
    expect(requests.open(refused(now), 3)).toBeDefined()
  })

  it('goes with the events it came of', () => {
    const { id, expires } = requests.open(refused(now), 1)!
    requests.prune(expires)
    expect(requests.get(id)).toBeDefined()
    requests.prune(expires + 1)
    expect(requests.get(id)).toBeUndefined()
  })
})
