import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createVirtualClock } from '../../controller/emulator/virtual-clock.ts'
import { openRig, type Rig } from './rig.ts'

let rig: Rig
let clock: ReturnType<typeof createVirtualClock>
beforeEach(async () => {
  clock = createVirtualClock(Date.parse('2026-03-02T09:00:00Z'))
  rig = await openRig({ clock })
})
afterEach(() => rig.close())
const fill = () => rig.store.sql.pragma('query_only = 1')
const empty = () => rig.store.sql.pragma('query_only = 0')
const pass = (ms: number) => clock.advanceTo(clock.now() + ms)
const serverState = async () => (await rig.call('GET', `states?ids=${rig.plugin.systemId}`)).json.items[0].states

describe('while nothing can be stored', () => {
  it('a command still acts, once for its key, and its outcome is told', async () => {
    fill()
    const grant = () => rig.call('POST', 'commands', { action: 'grant', element: 'front' }, { 'idempotency-key': 'one' })
    const [first, again] = [await grant(), await grant()]
    expect(first).toMatchObject({ status: 200, json: { results: [{ door: 'front', outcome: 'done' }] } })
    expect(again.json).toEqual(first.json)
    expect(rig.sent).toHaveLength(1)
    empty()
    expect((await grant()).json).toEqual(first.json)
    expect(rig.sent).toHaveLength(1)
  })

  it('an answer that cannot be noted is refused before anything is done', async () => {
    rig.tell('access.denied', { door: 'front', source: { kind: 'access-point', id: 'front/a' }, reason: 'no-access-rule' })
    const [request] = (await rig.call('GET', 'access-requests')).json.items
    fill()
    const answered = await rig.call('POST', `access-requests/${request.id}/decision`, { decision: 'grant' })
    expect(answered).toMatchObject({ status: 507, json: { code: 'storage-full' } })
    expect(rig.sent).toEqual([])
    empty()
    expect((await rig.call('POST', `access-requests/${request.id}/decision`, { decision: 'grant' })).status).toBe(200)
  })

  it('that is told by the state of the server, the metrics, and afterwards in the log, with what waited', async () => {
    expect(await serverState()).toEqual(['connected'])
    fill()
    rig.ownLog.reach('ctrl-1', false)
    rig.ownLog.reach('ctrl-1', false)
    expect(await serverState()).toEqual(['connected', 'store-fault'])
    expect(rig.plugin.storeFault()).toMatchObject({ fault: 'disk-error' })
    expect((await rig.call('GET', '/metrics')).text).toContain('portunus_store_fault 1\n')
    pass(5_000)
    expect(rig.plugin.storeFault()).toBeDefined()
    empty()
    pass(5_000)
    expect(await serverState()).toEqual(['connected'])
    expect((await rig.call('GET', '/metrics')).text).toContain('portunus_store_fault 0\n')
    const { items } = (await rig.call('GET', 'events?after=0')).json as { items: { type: string; fault?: string }[] }
    expect(items.map(({ type, fault }) => [type, fault])).toEqual([
      ['store.fault', 'disk-error'],
      ['controller.offline', undefined],
      ['store.restored', undefined],
    ])
  })

  it('nothing that is due brings the server down: it is done when there is room', async () => {
    rig.tell('access.denied', { door: 'front', source: { kind: 'access-point', id: 'front/a' }, reason: 'no-access-rule' })
    const [request] = (await rig.call('GET', 'access-requests')).json.items
    fill()
    pass(3_600_000)
    expect((await rig.call('GET', 'access-requests')).status).toBe(200)
    empty()
    pass(5_000)
    expect((await rig.call('GET', `access-requests/${request.id}`)).json.state).toBe('expired')
  })
})
