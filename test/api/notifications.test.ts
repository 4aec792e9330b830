import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRig, type Rig } from './rig.ts'

let rig: Rig
beforeEach(async () => {
  rig = await openRig()
})
afterEach(() => rig.close())

const denied = (fields: object = {}) =>
  rig.tell('access.denied', {
    source: { kind: 'access-point', id: 'front/a' },
    door: 'front',
    side: 'a',
    cardholder: 'dagny',
    credential: 'dagny-card',
    reason: 'cardholder-suspended',
    ...fields,
  })
const requests = async (query = '') => (await rig.call('GET', `access-requests${query}`)).json.items

describe('access requests', () => {
  it('opens one when access is denied, with the person, the door and what can be done [R1, R3, T18]', async () => {
    rig.plugin.states.update(
      'ctrl-1',
      [
        {
          kind: 'door',
          id: 'front',
          mode: 'scheduled',
          locked: true,
          position: 'closed',
          status: 'online',
          forced: false,
          openTooLong: false,
        },
      ],
      [],
      true,
    )
    denied()
    const [request] = await requests()
    expect(request).toMatchObject({
      accessPoint: 'front/a',
      cardholder: { id: 'dagny', firstName: 'Dagny', lastName: 'Brandt' },
      reason: 'cardholder-suspended',
      doorState: { states: ['closed', 'locked'] },
      commands: ['grant', 'unlock', 'lock', 'dismiss'],
    })
    expect(Date.parse(request.expiresAt) - Date.parse(request.openedAt)).toBe(120_000)
  })

  it('keeps at most one open for an access point and a credential', async () => {
    denied()
    denied()
    denied({ source: { kind: 'access-point', id: 'shop/a' }, door: 'shop' })
    denied({ credential: undefined, cardholder: undefined, reason: 'unknown-credential', raw: '1010' })
    denied({ credential: undefined, cardholder: undefined, reason: 'unknown-credential', raw: '1011' })
    expect(await requests()).toHaveLength(4)
  })

  it('stays for two minutes and no longer [R2]', async () => {
    denied()
    rig.shift(119_000)
    expect(await requests()).toHaveLength(1)
    rig.shift(1_001)
    expect(await requests()).toHaveLength(0)
    const [old] = await requests('?state=expired')
    expect(old.commands).toEqual([])
    expect((await rig.call('POST', `access-requests/${old.id}/decision`, { decision: 'grant' })).json.code).toBe('expired')
    expect(rig.sent).toHaveLength(0)
    denied()
    expect(await requests()).toHaveLength(1)
  })

  it('goes by its own clock where that of a controller is a day wrong', async () => {
    rig.behaviour.skew = -86_400_000
    denied({ time: new Date(rig.plugin.now() - 86_400_000 - 5_000).toISOString() })
    const [request] = await requests()
    expect(Math.abs(Date.parse(request.openedAt) - rig.plugin.now() + 5_000)).toBeLessThan(2_000)
    expect((await rig.call('GET', 'events?after=0')).json.items[0].backlog).toBe(false)
    denied({ time: new Date(rig.plugin.now() - 86_400_000 - 121_000).toISOString(), credential: 'other' })
    expect(await requests()).toHaveLength(1)
  })

  it('opens none for what happened long ago, and for a type without the category', async () => {
    denied({ time: new Date(rig.plugin.now() - 121_000).toISOString() })
    await rig.call('PATCH', 'event-types/access.denied', { categories: ['Access denied'] })
    denied()
    expect(await requests()).toHaveLength(0)
  })

  it('lets the first of two operators win and tells the other who did', async () => {
    denied()
    const [{ id }] = await requests()
    const decide = (who: string, decision: string) =>
      rig.call('POST', `access-requests/${id}/decision`, { decision }, { 'x-on-behalf-of': who })
    const answers = await Promise.all([decide('ann', 'grant'), decide('ben', 'dismiss'), decide('cy', 'lock')])
    const [won, ...lost] = [...answers].sort((a, b) => a.status - b.status)
    expect(won?.status).toBe(200)
    expect(won?.json.decidedBy).toMatch(/^ann/)
    for (const each of lost) {
      expect([each.status, each.json.code, each.json.decision]).toEqual([409, 'already-decided', 'grant'])
      expect(each.json.decidedBy).toMatch(/^ann/)
    }
    expect(rig.sent.map(s => s.command)).toEqual([
      expect.objectContaining({ action: 'grant', target: { kind: 'access-point', id: 'front/a' }, onBehalfOf: 'ann' }),
    ])
    expect((await requests('?state=answered'))[0].results).toEqual([expect.objectContaining({ door: 'front', outcome: 'done' })])
  })

  it('is dismissed without touching the door', async () => {
    denied()
    const [{ id }] = await requests()
    expect((await rig.call('POST', `access-requests/${id}/decision`, { decision: 'dismiss' })).json.state).toBe('answered')
    expect(rig.sent).toHaveLength(0)
  })

  it('outlives the server', async () => {
    denied()
    await rig.close(true)
    rig = await openRig({ directory: rig.directory })
    expect(await requests()).toHaveLength(1)
  })

  it('needs the right to be told, and the one to operate the door [R8, U2]', async () => {
    denied()
    const [{ id }] = await requests()
    await rig.call('PUT', 'roles/watcher', { name: 'Watcher', rights: [{ right: 'receive-notifications' }] })
    const watcher = { authorization: `Bearer ${rig.signedIn(['watcher'])}` }
    const seen = await rig.call('GET', 'access-requests', undefined, watcher)
    expect(seen.json.items[0]).toMatchObject({ cardholder: null, commands: ['dismiss'] })
    expect((await rig.call('POST', `access-requests/${id}/decision`, { decision: 'grant' }, watcher)).status).toBe(403)
    await rig.call('PUT', 'roles/nobody', { name: 'Nobody', rights: [{ right: 'use-access-control' }] })
    expect((await rig.call('GET', 'access-requests', undefined, { authorization: `Bearer ${rig.signedIn(['nobody'])}` })).status).toBe(403)
  })
})

describe('alarms', () => {
  const alarms = async (query = '') => (await rig.call('GET', `alarms${query}`)).json.items
  const force = () => rig.tell('door.forced-open', { door: 'front' })
  const change = (id: string, body: object, headers = {}) => rig.call('PATCH', `alarms/${id}`, body, headers)

  it('raises one for each event of the category, new and of priority 1 [V5, V6, V7]', async () => {
    const event = force()
    expect(await alarms()).toEqual([
      expect.objectContaining({ event: event.id, source: 'front', type: 'door.forced-open', state: 1, stateName: 'New', priority: 1 }),
    ])
  })

  it('goes through its states with owner and comments, and is closed for good [V7, U3]', async () => {
    force()
    const [{ id }] = await alarms()
    expect((await change(id, { state: 4, owner: 'jo', comment: 'on my way' })).json).toMatchObject({
      state: 4,
      stateName: 'In progress',
      owner: 'jo',
      comments: [{ text: 'on my way' }],
    })
    expect((await change(id, { state: 9 })).json.stateName).toBe('On hold')
    expect((await change(id, { state: 5 })).status).toBe(400)
    expect((await change(id, { state: 11 })).json.stateName).toBe('Closed')
    expect((await change(id, { state: 1 })).json.code).toBe('closed')
    expect(await alarms()).toEqual([])
    expect(await alarms('?state=11')).toHaveLength(1)
  })

  it('refuses a change of what has changed meanwhile', async () => {
    force()
    const [{ id }] = await alarms()
    const tag = String((await rig.call('GET', `alarms/${id}`)).headers.etag)
    expect((await change(id, { state: 4 }, { 'if-match': tag })).status).toBe(200)
    expect((await change(id, { state: 9 }, { 'if-match': tag })).json.code).toBe('lost-update')
  })

  it('is not told again by a VMS that repeats what it was told', async () => {
    force()
    const [{ id }] = await alarms()
    let told = 0
    rig.plugin.alarms.onChange(() => told++)
    const first = await change(id, { state: 4, owner: 'jo' }, { 'x-on-behalf-of': 'jo' })
    const again = await change(id, { state: 4, owner: 'jo' })
    expect([again.status, again.headers.etag, again.json.changedBy]).toEqual([200, first.headers.etag, 'jo'])
    expect((await change(id, {})).headers.etag).toBe(first.headers.etag)
    expect(told).toBe(1)
    await change(id, { state: 4, comment: 'still there' })
    expect(told).toBe(2)
  })

  it('closes all of one source and type when the VMS has closed its own [V14]', async () => {
    force()
    force()
    rig.tell('door.open-too-long', { door: 'front' })
    const { json } = await rig.call('POST', 'alarms/close', { source: 'front', eventType: 'door.forced-open' })
    expect(json.closed).toHaveLength(2)
    expect((await alarms()).map((a: { type: string }) => a.type)).toEqual(['door.open-too-long'])
  })

  it('wants a closing reason where there are any [V9]', async () => {
    force()
    const [{ id }] = await alarms()
    await rig.call('POST', 'closing-reasons', { id: 'false-alarm', text: 'False alarm' })
    expect((await change(id, { state: 11 })).json.errors[0].path).toBe('closingReason')
    expect((await change(id, { state: 11, closingReason: 'other' })).json.errors[0].path).toBe('closingReason')
    expect((await rig.call('POST', 'alarms/close', { source: 'front', eventType: 'door.forced-open' })).status).toBe(400)
    expect((await change(id, { closingReason: 'false-alarm' })).json.errors[0]).toMatchObject({
      message: 'only closing (state 11) takes a reason',
    })
    expect((await change(id, { state: 11, closingReason: 'false-alarm' })).json.closingReason).toBe('false-alarm')
    expect((await change(id, { closingReason: 'other' })).json.code).toBe('closed')
    expect((await alarms('?state=11'))[0].closingReason).toBe('false-alarm')
  })

  it('follows its definition: priority, owner, instructions, sources, time limit and auto-close [V1, V3, V5]', async () => {
    const definition = {
      id: 'forced',
      name: 'Forced',
      eventTypes: ['door.forced-open'],
      sources: ['front'],
      priority: 3,
      owner: 'guards',
      instructions: 'Go there.',
      autoClose: true,
    }
    expect((await rig.call('POST', 'alarm-definitions', definition)).status).toBe(201)
    rig.tell('door.forced-open', { door: 'archive', source: { kind: 'door', id: 'archive' } })
    force()
    const [alarm, ...others] = await alarms()
    expect(others).toEqual([])
    expect(alarm).toMatchObject({ name: 'Forced', priority: 3, owner: 'guards', instructions: 'Go there.', overdue: false })
    expect(Date.parse(alarm.dueAt) - Date.parse(alarm.openedAt)).toBe(60_000)
    rig.shift(60_001)
    expect((await alarms())[0].overdue).toBe(true)
    rig.tell('door.forced-open-ended', { door: 'front' })
    expect((await alarms('?state=11'))[0].changedBy).toBe('system')
  })

  it('has a definition that names only what there is', async () => {
    const wrong = {
      id: 'wrong',
      name: 'Wrong',
      eventTypes: ['door.x'],
      sources: ['front', 'y'],
      schedules: ['always', 'z'],
      cameras: ['w'],
    }
    for (const method of ['POST', 'PUT']) {
      const { status, json } = await rig.call(method, method === 'PUT' ? 'alarm-definitions/wrong' : 'alarm-definitions', wrong)
      const paths = json.errors.map((e: { path: string }) => e.path)
      expect([status, paths]).toEqual([400, ['eventTypes[0]', 'sources[1]', 'schedules[1]', 'cameras[0]']])
    }
    expect((await rig.call('POST', 'cameras', { name: 'Gate', elements: ['nowhere'] })).json.errors[0].path).toBe('elements[0]')
    const { id } = (await rig.call('POST', 'cameras', { name: 'Gate', elements: ['front/a'] })).json
    expect(
      (
        await rig.call('POST', 'alarm-definitions', {
          ...wrong,
          eventTypes: ['door.opened'],
          sources: ['front/a'],
          schedules: ['always'],
          cameras: [id],
        })
      ).status,
    ).toBe(201)
  })

  it('raises none outside the schedule of its definition, and none while that is off [V2]', async () => {
    await rig.call('POST', 'schedules', { id: 'never', weekly: [] })
    await rig.call('POST', 'alarm-definitions', { id: 'forced', name: 'Forced', eventTypes: ['door.forced-open'], schedules: ['never'] })
    force()
    expect(await alarms()).toEqual([])
    await rig.call('PATCH', 'alarm-definitions/forced', { schedules: ['always'], enabled: false })
    force()
    expect(await alarms()).toEqual([])
    await rig.call('PATCH', 'alarm-definitions/forced', { enabled: true })
    force()
    expect(await alarms()).toHaveLength(1)
  })

  it('goes by its own clock where that of a controller is a day wrong [V2]', async () => {
    // Active on the day it is here, not on the one it is there.
    const today = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][new Date(rig.plugin.now()).getUTCDay()]
    await rig.call('PATCH', 'settings', { site: { timeZone: 'UTC' } })
    await rig.call('POST', 'schedules', { id: 'today', weekly: [{ days: [today], from: '00:00', to: '24:00' }] })
    await rig.call('POST', 'alarm-definitions', { id: 'forced', name: 'Forced', eventTypes: ['door.forced-open'], schedules: ['today'] })
    rig.behaviour.skew = 86_400_000
    rig.tell('door.forced-open', { door: 'front', time: new Date(rig.plugin.now() + 86_400_000).toISOString() })
    expect(await alarms()).toHaveLength(1)
  })

  it('says which states there are where it is asked for another', async () => {
    for (const path of ['alarms?state=1,99', 'access-requests?state=bogus']) {
      const { status, json } = await rig.call('GET', path)
      expect([status, json.errors[0].path]).toEqual([400, 'state'])
    }
  })

  it('stays open when its condition ends, unless its definition says otherwise', async () => {
    force()
    rig.tell('door.forced-open-ended', { door: 'front' })
    expect(await alarms()).toHaveLength(1)
  })

  it('takes no more than fifteen cameras [V4]', async () => {
    for (let i = 0; i < 16; i++) await rig.call('POST', 'cameras', { id: `cam-${i}`, name: `Camera ${i}` })
    const cameras = Array.from({ length: 16 }, (_, i) => `cam-${i}`)
    const body = { id: 'd', name: 'D', eventTypes: ['door.forced-open'] }
    expect((await rig.call('POST', 'alarm-definitions', { ...body, cameras })).status).toBe(400)
    expect((await rig.call('POST', 'alarm-definitions', { ...body, cameras: cameras.slice(1) })).status).toBe(201)
  })
})
