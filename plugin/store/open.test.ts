import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore, type Store } from './open.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'portunus-store-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const open = (serve = false): Store => {
  const opened = openStore(join(directory, 'data'), { serve })
  if (!opened.ok) throw new Error(opened.message)
  return opened.store
}
const refusal = (serve = false) => {
  const opened = openStore(join(directory, 'data'), { serve })
  if (opened.ok) throw new Error('it opened')
  return opened
}

describe('a data directory', () => {
  it('has one server at a time, and tools beside it', () => {
    const server = open(true)
    expect(refusal(true).reason).toBe('data-in-use')
    const tool = open()
    tool.close()
    server.close()
    open(true).close()
  })

  it('is made with all above it, or refused in one line where it cannot be', () => {
    const opened = openStore(join(directory, 'a/b/c'), { serve: true })
    expect(opened.ok && (statSync(join(directory, 'a/b')).mode & 0o777).toString(8)).toBe('700')
    if (opened.ok) opened.store.close()
    writeFileSync(join(directory, 'file'), '')
    for (const place of ['/proc/portunus/data', '/dev/null/data', join(directory, 'file'), join(directory, 'file/data')]) {
      const refused = openStore(place, { serve: true })
      expect(refused, place).toMatchObject({ ok: false, reason: 'data-not-usable' })
      expect(!refused.ok && refused.message).toMatch(new RegExp(`^data directory ${place} cannot be .*E[A-Z]+: .+$`))
    }
  })

  it('says what is wrong with it', () => {
    open().close()
    chmodSync(join(directory, 'data/key'), 0o644)
    expect(refusal()).toMatchObject({ reason: 'key-not-usable', message: expect.stringContaining('chmod 600') })
    chmodSync(join(directory, 'data/key'), 0o600)
    writeFileSync(join(directory, 'data/key'), 'short')
    expect(refusal()).toMatchObject({ reason: 'key-not-usable', message: expect.stringContaining('5 bytes') })
    writeFileSync(join(directory, 'file'), '')
    expect(openStore(join(directory, 'file'), { serve: false })).toMatchObject({ ok: false, reason: 'data-not-usable' })
    writeFileSync(join(directory, 'data/plugin.db'), 'this is no database, and long enough to be taken for one'.repeat(50))
    expect(refusal().reason).toBe('data-not-usable')
  })

  it('of an older version finds people without their accents', () => {
    const store = open()
    const put = store.sql.prepare("insert into cardholders (id, position, version, search, sort, body) values (?, 0, 1, ?, '', '{}')")
    put.run('gudrun', 'guðrún\nólafsdóttir')
    put.run('emil', 'emil\nvagt')
    store.sql.exec(readFileSync(new URL('./migrations/0007_plain_search.sql', import.meta.url), 'utf8'))
    expect(store.sql.prepare('select search from cardholders order by id').pluck().all()).toEqual(['emil\nvagt', 'gudrun\nolafsdottir'])
    store.close()
  })

  it('sees when another process has written', () => {
    const server = open(true)
    const before = server.foreignVersion()
    server.vault.set('own', Buffer.from('x'))
    expect(server.foreignVersion()).toBe(before)
    const tool = open()
    tool.vault.set('theirs', Buffer.from('y'))
    tool.close()
    expect(server.foreignVersion()).not.toBe(before)
    server.close()
  })

  it('takes a transaction back whole', () => {
    const store = open()
    expect(() =>
      store.transact(() => {
        store.vault.set('half', Buffer.from('x'))
        throw new Error('stop')
      }),
    ).toThrow('stop')
    expect(store.vault.get('half')).toBeUndefined()
    store.close()
  })
})

describe('the vault', () => {
  it('keeps secrets sealed, each under its own name', () => {
    const store = open()
    const secret = Buffer.from('the main key of this site')
    store.vault.set('main-key', secret)
    store.vault.set('reader a', Buffer.from('1'))
    expect(store.vault.get('main-key')).toEqual(secret)
    expect(store.vault.names('reader ')).toEqual(['reader a'])
    store.sql.pragma('wal_checkpoint(TRUNCATE)')
    expect(readFileSync(join(directory, 'data/plugin.db')).includes(secret)).toBe(false)
    expect(statSync(join(directory, 'data/key')).mode & 0o777).toBe(0o600)
    // Moved to another name, or changed by a bit, it opens no more.
    const { sealed } = store.sql.prepare("select sealed from secrets where name = 'main-key'").get() as { sealed: Buffer }
    store.sql.prepare("insert into secrets (name, sealed) values ('other', ?)").run(sealed)
    expect(() => store.vault.get('other')).toThrow()
    sealed[sealed.length - 1]! ^= 1
    store.sql.prepare("update secrets set sealed = ? where name = 'main-key'").run(sealed)
    expect(() => store.vault.get('main-key')).toThrow()
    store.vault.remove('main-key')
    expect(store.vault.get('main-key')).toBeUndefined()
    store.close()
  })
})
