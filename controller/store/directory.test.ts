import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openStore } from './open.ts'

it('a data directory is made with all above it, or refused in one line where it cannot be', () => {
  const own = mkdtempSync(join(tmpdir(), 'portunus-store-'))
  const open = (place: string) => openStore(place, { controller: 'ctrl-1', wall: 0 })
  try {
    const made = open(join(own, 'a/b'))
    expect(made.ok).toBe(true)
    if (made.ok) made.store.close()
    writeFileSync(join(own, 'file'), '')
    for (const place of ['/proc/portunus/data', '/dev/null/data', join(own, 'file'), join(own, 'file/data')]) {
      const refused = open(place)
      expect(refused, place).toMatchObject({ ok: false, reason: 'data-not-usable' })
      expect(!refused.ok && refused.message).toMatch(new RegExp(`^data directory ${place} cannot be used: E[A-Z]+: .+$`))
    }
  } finally {
    rmSync(own, { recursive: true })
  }
})
