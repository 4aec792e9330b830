import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createVirtualClock } from '../../controller/emulator/virtual-clock.ts'
import { wholeSite } from '../../plugin/site/file.ts'
import { backupDirectory, listBackups, makeBackup, restoreBackup } from '../../plugin/store/backup.ts'
import { openRig, type Rig } from './rig.ts'

let rig: Rig
let elsewhere: string
beforeEach(async () => {
  rig = await openRig()
  elsewhere = mkdtempSync(join(tmpdir(), 'portunus-restored-'))
})
afterEach(async () => {
  await rig.close()
  rmSync(elsewhere, { recursive: true, force: true })
})

const passphrase = 'a long enough passphrase'

describe('a backup', () => {
  it('is consistent while events and edits go on, and restored is what it was [P48, P49]', async () => {
    rig.store.vault.set('main-key', Buffer.from('0123456789abcdef'))
    rig.tellMany(500, 'door.opened', { door: 'front' })
    let going = true
    const work = (async () => {
      for (let i = 0; going; i++) {
        rig.tell('door.closed', { door: 'front' })
        await rig.call('PATCH', 'cardholders/bo', { firstName: `Bo ${i}` })
      }
    })()
    const made = await makeBackup(rig.store, { now: rig.plugin.now(), passphrase, keep: 3 })
    going = false
    await work
    const file = join(backupDirectory(rig.store), made.name)
    expect(readFileSync(file).includes('Amber')).toBe(false)

    expect(await restoreBackup(file, elsewhere, { now: rig.plugin.now(), passphrase })).toEqual({ ok: true, moved: undefined })
    const epoch = rig.plugin.log.epoch
    const systemId = rig.plugin.systemId
    const again = await openRig({ directory: elsewhere })
    try {
      expect(again.plugin.systemId).toBe(systemId)
      expect(again.plugin.log.epoch).not.toBe(epoch)
      expect(again.store.vault.get('main-key')?.toString()).toBe('0123456789abcdef')
      expect(await again.plugin.checkLog()).toMatchObject({ broken: null })
      const [restored, present] = [wholeSite(again.plugin.book), wholeSite(rig.plugin.book)]
      expect({ ...restored, cardholders: restored.cardholders.filter(c => c.id !== 'bo') }).toEqual({
        ...present,
        cardholders: present.cardholders.filter(c => c.id !== 'bo'),
      })
      const cursors = again.plugin.log.after(0, 10_000).map(e => e.cursor)
      expect(cursors.length).toBeGreaterThanOrEqual(500)
      expect(cursors).toEqual(rig.plugin.log.after(0, cursors.length).map(e => e.cursor))
    } finally {
      await again.close(true)
    }
  })

  it('takes no wrong passphrase, no changed file, and nothing that is no backup, and leaves what is there alone', async () => {
    const made = await makeBackup(rig.store, { now: rig.plugin.now(), passphrase, keep: 3 })
    const file = join(elsewhere, 'copy.backup')
    const data = join(elsewhere, 'data')
    copyFileSync(join(backupDirectory(rig.store), made.name), file)
    const restore = async (given: string | undefined = passphrase, from = file) => {
      const result = await restoreBackup(from, data, { now: 0, passphrase: given })
      return result.ok ? 'restored' : result.message
    }
    expect(await restore('another passphrase')).toMatch(/passphrase is wrong/)
    expect((await restoreBackup(file, data, { now: 0, passphrase: undefined })).ok).toBe(false)
    const bytes = readFileSync(file)
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(file, bytes)
    expect(await restore()).toMatch(/was changed/)
    writeFileSync(file, 'hello')
    expect(await restore()).toMatch(/no backup/)
    expect(await restore(undefined, join(elsewhere, 'none'))).toMatch(/no such file/)
    expect(await restoreBackup(file, data, { now: 0, passphrase: undefined })).toMatchObject({
      message: expect.stringMatching(/no backup/),
    })
    expect(await restore(passphrase, elsewhere)).toMatch(/this is a folder, not a file$/)
    expect(existsSync(join(data, 'plugin.db'))).toBe(false)
  })

  it('leaves nothing half written: what a process that died has left is cleared away', async () => {
    const directory = backupDirectory(rig.store)
    const names = () => readdirSync(directory)
    mkdirSync(directory, { recursive: true })
    const [old, young] = ['.portunus-old.db.part', '.portunus-young.db.part'].map(name => join(directory, name)) as [string, string]
    for (const file of [old, young]) writeFileSync(file, 'half')
    utimesSync(old, 0, 0)
    const made = await makeBackup(rig.store, { now: rig.plugin.now(), passphrase: undefined, keep: 3 })
    expect(statSync(join(directory, made.name)).mode & 0o077).toBe(0)
    expect(names().sort()).toEqual(['.portunus-young.db.part', made.name])
    // A folder stands where the part of the next one has to go: it fails half way.
    const now = rig.plugin.now() + 1
    const next = `portunus-${new Date(now).toISOString().replace(/[:.]/g, '-')}.backup`
    mkdirSync(join(directory, next))
    await expect(makeBackup(rig.store, { now, passphrase, keep: 3 })).rejects.toThrow()
    expect(names().filter(name => name.endsWith('.part'))).toEqual(['.portunus-young.db.part'])
  })

  it('a night on which nothing can be stored is not the last', async () => {
    const clock = createVirtualClock(Date.parse('2026-03-02T00:00:00Z'))
    await rig.close()
    rig = await openRig({ clock })
    rig.store.sql.pragma('query_only = 1')
    writeFileSync(join(rig.directory, 'backups'), 'in the way')
    clock.advanceTo(clock.now() + 4 * 3_600_000)
    await expect.poll(() => rig.plugin.storeFault()).toBeDefined()
    rmSync(join(rig.directory, 'backups'))
    rig.store.sql.pragma('query_only = 0')
    clock.advanceTo(clock.now() + 86_400_000)
    await expect.poll(async () => (await rig.call('GET', 'backups')).json.items.length, { timeout: 5_000 }).toBe(1)
  })

  it('plain holds no keys, and goes back only beside its own', async () => {
    const made = await makeBackup(rig.store, { now: rig.plugin.now(), passphrase: undefined, keep: 3 })
    const file = join(backupDirectory(rig.store), made.name)
    const key = readFileSync(join(rig.directory, 'key'))
    expect(readFileSync(file).includes(key)).toBe(false)
    expect(await restoreBackup(file, elsewhere, { now: 0, passphrase: undefined })).toMatchObject({
      ok: false,
      message: expect.stringContaining('holds no keys'),
    })
    writeFileSync(join(elsewhere, 'key'), key, { mode: 0o600 })
    writeFileSync(join(elsewhere, 'plugin.db'), 'what was there')
    const restored = await restoreBackup(file, elsewhere, { now: 0, passphrase: undefined })
    expect(restored).toMatchObject({ ok: true, moved: expect.stringContaining('before-restore') })
    expect(readFileSync(join((restored as { moved: string }).moved, 'plugin.db'), 'utf8')).toBe('what was there')
  })

  it('is made every night at the set hour of the site [P48]', async () => {
    await rig.close()
    const clock = createVirtualClock(Date.parse('2026-03-02T12:00:00Z'))
    rig = await openRig({ clock })
    const hour = 3_600_000
    clock.advanceTo(clock.now() + 13.9 * hour)
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(listBackups(rig.store)).toHaveLength(0)
    // Three o'clock in Copenhagen.
    clock.advanceTo(clock.now() + 0.2 * hour)
    const made = async (count: number) => {
      for (let i = 0; i < 200 && listBackups(rig.store).length < count; i++) await new Promise(resolve => setTimeout(resolve, 20))
      return listBackups(rig.store).length
    }
    expect(await made(1)).toBe(1)
    await rig.call('PATCH', 'settings', { backups: { hour: 12 } })
    clock.advanceTo(clock.now() + 9 * hour)
    expect(await made(2)).toBe(2)
    const lines = (await rig.call('GET', 'audit-log')).json.items.map((l: { message: string }) => l.message)
    expect(lines.filter((m: string) => m.startsWith('Wrote the nightly backup'))).toHaveLength(2)
  })

  it('is made over the API, listed and fetched, and the newest three are kept', async () => {
    expect((await rig.call('PUT', 'backups/passphrase', { passphrase: 'short' })).status).toBe(400)
    expect((await rig.call('PUT', 'backups/passphrase', { passphrase })).status).toBe(204)
    const names: string[] = []
    for (let i = 0; i < 5; i++) {
      rig.shift(1_000)
      const { status, json } = await rig.call('POST', 'backups')
      expect([status, json.encrypted]).toEqual([201, true])
      names.push(json.name)
    }
    expect((await rig.call('GET', 'backups')).json.items.map((b: { name: string }) => b.name)).toEqual(names.slice(2).reverse())
    expect(listBackups(rig.store)).toHaveLength(3)
    const fetched = await rig.call('GET', `backups/${names[4]}`)
    expect([fetched.status, fetched.text.slice(0, 30)]).toEqual([200, expect.stringContaining('portunus backup 1')])
    expect((await rig.call('GET', 'backups/..%2Fkey')).status).toBe(404)
    expect((await rig.call('PATCH', 'settings', { backups: { hour: 24 } })).json.errors[0].path).toBe('backups.hour')
    expect((await rig.call('PATCH', 'settings', { backups: { hour: 4, keep: 1 } })).json.backups).toEqual({ hour: 4, keep: 1 })
  })
})
