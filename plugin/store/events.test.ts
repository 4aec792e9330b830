import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRig, type Rig } from '../../test/api/rig.ts'

let rig: Rig
beforeEach(async () => {
  rig = await openRig()
})
afterEach(() => rig.close())

const day = 86_400_000
const prune = (retention: { days: number; atLeast: number; atMost: number | null }) => {
  let [count, first, last] = [0, 0, 0]
  for (;;) {
    const slice = rig.store.transact(() => rig.plugin.log.prune(retention, rig.plugin.now()))
    if (!slice) return { count, first, last }
    first = first === 0 ? slice.first : first
    count += slice.count
    last = slice.last
  }
}
const cursors = () => rig.store.sql.prepare<[], number>('select cursor from entries order by cursor').pluck().all()

describe('retention', () => {
  it('keeps thirty days unless told otherwise, and never fewer than ten thousand events', () => {
    expect(rig.plugin.book.configuration().own.retention).toEqual({ days: 30, atLeast: 10_000, atMost: null })
  })

  it('removes by age what was stored longer ago, the newest of a number excepted', () => {
    rig.tellMany(6, 'door.opened', { door: 'front' })
    rig.shift(31 * day)
    rig.tellMany(2, 'door.opened', { door: 'front' })
    expect(prune({ days: 32, atLeast: 0, atMost: null }).count).toBe(0)
    expect(prune({ days: 30, atLeast: 4, atMost: null })).toEqual({ count: 4, first: 1, last: 4 })
    expect(cursors()).toEqual([5, 6, 7, 8])
    expect(prune({ days: 30, atLeast: 0, atMost: null })).toEqual({ count: 2, first: 5, last: 6 })
    expect(rig.plugin.log.removedThrough()).toBe(6)
  })

  it('goes by when an event was stored here, not by what a wrong clock says of it', () => {
    rig.tellMany(3, 'door.opened', { door: 'front', time: '2000-01-01T00:00:00.000Z' })
    expect(prune({ days: 30, atLeast: 0, atMost: null }).count).toBe(0)
  })

  it.each([3, 5_000])(
    'is not held up by %d events that a clock stored which was years ahead, and does not take a clock that is behind for age',
    many => {
      rig.shift(3_650 * day)
      rig.tellMany(many, 'door.opened', { door: 'front' })
      rig.shift(-3_650 * day)
      rig.tellMany(3, 'door.opened', { door: 'front' })
      expect(prune({ days: 30, atLeast: 0, atMost: null }).count).toBe(0)
      rig.shift(31 * day)
      rig.tellMany(2, 'door.opened', { door: 'front' })
      expect(prune({ days: 30, atLeast: 0, atMost: null })).toEqual({ count: many + 3, first: 1, last: many + 3 })
      expect(cursors()).toHaveLength(2)
    },
  )

  it('removes by number, however young', () => {
    rig.tellMany(9, 'door.opened', { door: 'front' })
    expect(prune({ days: 30, atLeast: 0, atMost: 5 })).toEqual({ count: 4, first: 1, last: 4 })
    expect(cursors()).toHaveLength(5)
  })

  it('takes who it was about along, and leaves a chain that proves itself and shows every change after', async () => {
    rig.tellMany(5_000, 'access.granted', { door: 'front', cardholder: 'amber' })
    expect(prune({ days: 30, atLeast: 0, atMost: 1_000 })).toMatchObject({ count: 4_000, last: 4_000 })
    expect(rig.store.sql.prepare('select count(*) from entry_people').pluck().get()).toBe(1_000)
    expect(await rig.plugin.checkLog()).toEqual({ checked: 1_000, broken: null })
    rig.tellMany(1, 'door.opened', { door: 'front' })
    expect(await rig.plugin.checkLog()).toEqual({ checked: 1_001, broken: null })
    rig.store.sql.prepare('delete from entries where cursor = 4500').run()
    expect((await rig.plugin.checkLog()).broken).toBe(4_501)
  })

  it('runs by itself, holds nobody up, and says once what it removed', async () => {
    rig.tellMany(15_000, 'door.opened', { door: 'front' })
    rig.store.sql.prepare('update entries set stored = stored - ?').run(31 * day)
    await rig.close(true)
    rig = await openRig({ directory: rig.directory })
    let [longest, last] = [0, performance.now()]
    const deadline = last + 20_000
    while (rig.plugin.log.removedThrough() < 5_000 || (await audited()).length === 0) {
      await new Promise(resolve => setTimeout(resolve, 2))
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
      if (last > deadline) throw new Error('waited in vain')
    }
    expect(longest).toBeLessThan(250)
    expect(rig.plugin.log.removedThrough()).toBe(5_000)
    expect(await audited()).toEqual(['Removed 5000 events from the log, cursors 1 to 5000, as retention says.'])
  })
})

const audited = async () =>
  ((await rig.call('GET', 'audit-log?limit=50')).json.items as { message: string }[])
    .map(({ message }) => message)
    .filter(message => message.startsWith('Removed'))
