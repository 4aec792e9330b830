import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRig, type Rig } from '../../test/api/rig.ts'
import { pruneAudit, writeAudit } from './audit.ts'

let rig: Rig
beforeEach(async () => {
  rig = await openRig()
})
afterEach(() => rig.close())

const day = 86_400_000
const note = (message: string, at = rig.plugin.now()) =>
  writeAudit(rig.store, {
    at,
    message,
    permitted: true,
    category: 'system',
    sourceType: 'test',
    sourceName: 'test',
    author: { user: 'test', location: 'local' },
  })
const messages = async () => ((await rig.call('GET', 'audit-log?limit=1000')).json.items as { message: string }[]).map(each => each.message)
const prune = (retention: { days: number; atMost: number }) => pruneAudit(rig.store, retention, rig.plugin.now())

describe('retention of the audit log', () => {
  it('keeps a year and five million lines unless told otherwise, by whoever manages security only', async () => {
    expect((await rig.call('GET', 'settings')).json.auditRetention).toEqual({ days: 365, atMost: 5_000_000 })
    const rights = ['use-access-control', 'manage-configuration']
    await rig.call('PUT', 'roles/installer', { name: 'Installer', rights })
    const installer = { authorization: `Bearer ${rig.signedIn(['installer'])}` }
    expect((await rig.call('PATCH', 'settings', { auditRetention: { days: 30 } }, installer)).status).toBe(403)
    expect((await rig.call('PATCH', 'settings', { backups: { keep: 4 } }, installer)).status).toBe(200)
    const { status, json } = await rig.call('PATCH', 'settings', { auditRetention: { days: 400 } })
    expect([status, json.auditRetention]).toEqual([200, { days: 400, atMost: 5_000_000 }])
    for (const wrong of [{ days: 7 }, { atMost: 10 }, { days: 0 }])
      expect((await rig.call('PATCH', 'settings', { auditRetention: wrong })).json.code).toBe('validation-failed')
  })

  it('removes what is older than so many whole days, and the oldest beyond so many lines', async () => {
    prune({ days: 30, atMost: 1 })
    for (const age of [40, 35, 31.5, 29, 0]) note(`${age} days old`, rig.plugin.now() - age * day)
    expect(prune({ days: 60, atMost: 1_000 })).toBeUndefined()
    expect(prune({ days: 30, atMost: 1_000 })).toMatchObject({ count: 4, last: expect.closeTo(rig.plugin.now() - 31.5 * day, -3) })
    expect(await messages()).toEqual(['0 days old', '29 days old'])
    note('newest')
    expect(prune({ days: 30, atMost: 2 })).toMatchObject({ count: 1 })
    expect(await messages()).toEqual(['newest', '0 days old'])
  })

  it('forgets what a person was like with the line that tells of it, and nothing younger', async () => {
    await rig.call('PATCH', 'cardholders/bo', { lastName: 'Berg' })
    await rig.call('PATCH', 'doors/front', { name: 'Gate' })
    rig.shift(40 * day)
    await rig.call('PATCH', 'cardholders/bo', { lastName: 'Lund' })
    const revision = rig.plugin.book.current().revision
    while (prune({ days: 30, atMost: 1_000_000 }));
    const bodies = rig.store.sql
      .prepare<[number], string>(
        `select coalesce(before, '') || coalesce(after, '') from changes where revision < ? and kind = 'cardholders'`,
      )
      .pluck()
    expect(bodies.all(revision).join('')).not.toContain('Name')
    const [change] = (await rig.call('GET', `audit-log/${revision}`)).json.items
    expect([change.before.lastName, change.after.lastName]).toEqual(['Berg', 'Lund'])
    expect((await rig.call('GET', 'cardholders/bo')).json.lastName).toBe('Lund')
    expect((await rig.call('GET', 'configuration/diff?from=1')).status).toBe(200)
    // Ids of people who are gone stay taken.
    await rig.call('DELETE', 'cardholders/bo')
    expect((await rig.call('PUT', 'cardholders/bo', {})).json.code).toBe('id-retired')
  })

  it('runs by itself, and says in the log what it removed', async () => {
    for (let number = 0; number < 12_000; number++) note(`line ${number}`, rig.plugin.now() - 400 * day)
    note('young')
    await rig.close(true)
    rig = await openRig({ directory: rig.directory })
    const told = async () => (await messages()).find(message => message.startsWith('Removed'))
    await expect
      .poll(told, { timeout: 20_000 })
      .toMatch(/^Removed 120\d\d lines of the audit log, written from 20\d\d-\S+Z to 20\d\d-\S+Z, as its retention says$/)
    expect(await messages()).toContain('young')
    expect((await messages()).filter(message => message.startsWith('line'))).toEqual([])
  })
})
