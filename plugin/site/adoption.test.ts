import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore, type Store } from '../store/open.ts'
import { openAdoptions } from './adoption.ts'

const day = 86_400_000
let directory: string
let store: Store
let now: number
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'portunus-adoption-'))
  const opened = openStore(directory, { serve: false })
  if (!opened.ok) throw new Error(opened.message)
  store = opened.store
  now = 0
})
afterEach(() => {
  store.close()
  rmSync(directory, { recursive: true, force: true })
})

describe('an adoption code', () => {
  it('counts once, for its controller, and the newest only', () => {
    const { offer, adopt, isAdopted } = openAdoptions(store, () => now)
    const first = offer('ctrl-1').code
    const { code } = offer('ctrl-1')
    expect(adopt('ctrl-1', first)).toBeUndefined()
    expect(adopt('ctrl-2', code)).toBeUndefined()
    expect(isAdopted('ctrl-1')).toBe(false)
    expect(adopt('ctrl-1', ` ${code.toLowerCase()} `)).toHaveLength(32)
    expect(isAdopted('ctrl-1')).toBe(true)
    expect(adopt('ctrl-1', code)).toBeUndefined()
  })

  it('counts for less than a day', () => {
    const { offer, adopt } = openAdoptions(store, () => now)
    const { code, expires } = offer('ctrl-1')
    expect(expires).toBe(day)
    now = day
    expect(adopt('ctrl-1', code)).toBeUndefined()
    const next = offer('ctrl-1').code
    now = 2 * day - 1
    expect(adopt('ctrl-1', next)).toHaveLength(32)
  })

  it('counts no more after five wrong tries', () => {
    const { offer, adopt } = openAdoptions(store, () => now)
    const tried = (wrong: number) => {
      const { code } = offer('ctrl-1')
      for (let i = 0; i < wrong; i++) expect(adopt('ctrl-1', `WRONG${i}`)).toBeUndefined()
      return adopt('ctrl-1', code) !== undefined
    }
    expect([tried(4), tried(5)]).toEqual([true, false])
  })
})
