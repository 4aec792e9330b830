import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { openRig, type Rig } from './rig.ts'

/** Somebody with every right that can be limited to doors, at the front door only, and who may see people. */
let rig: Rig
let guard: { authorization: string }
let foreign: { event: string; alarm: string; request: string }
const doorRights = ['use-access-control', 'receive-notifications', 'operate-doors', 'manage-alarms']
beforeAll(async () => {
  rig = await openRig()
  const rights = [...doorRights.map(right => ({ right, doors: ['front'] })), { right: 'view-cardholders' }]
  await rig.call('PUT', 'roles/front-guard', { name: 'Front guard', rights })
  guard = { authorization: `Bearer ${rig.signedIn(['front-guard'])}` }
  await rig.call('POST', 'cameras', { id: 'hidden-camera', name: 'Yard', elements: ['shop/a'] })
  await rig.call('POST', 'cameras', { id: 'lobby-camera', elements: ['front', 'shop'] })
  const definition = { name: 'Forced', eventTypes: ['door.forced-open'] }
  await rig.call('POST', 'alarm-definitions', { ...definition, id: 'hidden-definition', sources: ['shop'] })
  await rig.call('POST', 'alarm-definitions', { ...definition, id: 'shared-definition', sources: ['front', 'archive'] })
  const emergency = { port: 'aux-1', name: 'Fire', role: 'emergency', doors: ['front', 'archive'] }
  await rig.call('PATCH', 'controllers/ctrl-1', { inputs: [emergency] })
  rig.tell('door.forced-open', { controller: 'ctrl-2', door: 'shop', source: { kind: 'door', id: 'shop' } })
  const source = { kind: 'access-point' as const, id: 'shop/a' }
  rig.tell('access.denied', {
    controller: 'ctrl-2',
    door: 'shop',
    side: 'a',
    reason: 'no-access-rule',
    credential: 'bo-card',
    cardholder: 'bo',
    source,
  })
  foreign = {
    event: (await rig.call('GET', 'events?door=shop')).json.items[0].id,
    alarm: (await rig.call('GET', 'alarms')).json.items[0].id,
    request: (await rig.call('GET', 'access-requests')).json.items[0].id,
  }
})
afterAll(() => rig.close())

/** What nobody at the front door has to know. Schedules are everybody's. */
const others = /archive|Archive|shop(?!-hours)|Shop door|ctrl-2|hidden-|"Yard/

describe('a right that ends at one door', () => {
  it('shows nothing of other doors, whatever is read', async () => {
    const { paths } = (await rig.call('GET', 'openapi.json')).json as { paths: Record<string, Record<string, unknown>> }
    const own: Record<string, string> = {
      id: 'front',
      revision: '1',
      number: '1',
      name: 'x',
      credential: 'amber-card',
      cardholder: 'amber',
    }
    let read = 0
    for (const [path, methods] of Object.entries(paths)) {
      if (!('get' in methods) || /json$|stream$|healthz|readyz|metrics|backups/.test(path)) continue
      for (const id of [
        'front',
        'front-in',
        'ctrl-1',
        'office',
        'amber',
        'staff',
        'lobby-camera',
        'shared-definition',
        'staff-office',
        'amber-everywhere',
      ]) {
        const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => (name === 'id' ? id : own[name]!)).replace(/\/diff$/, '/diff?from=0')
        const { status, text } = await rig.call('GET', url, undefined, guard)
        expect(status, url).toBeLessThan(500)
        if (status !== 200) continue
        read++
        expect(others.exec(text)?.[0], `${url}: ${text.slice(0, 2_000)}`).toBeUndefined()
      }
    }
    expect(read).toBeGreaterThan(60)
    const at = async (url: string) => (await rig.call('GET', url, undefined, guard)).json
    expect((await at('zones/office')).doors.map((each: { door: string }) => each.door)).toEqual(['front'])
    expect((await at('cameras')).items).toMatchObject([{ id: 'lobby-camera', elements: ['front'] }])
    expect((await at('alarm-definitions')).items).toMatchObject([{ id: 'shared-definition', sources: ['front'] }])
    expect((await at('controllers/ctrl-1')).inputs[0].doors).toEqual(['front'])
    expect((await at('access-rules/amber-everywhere')).doors).toEqual(['front'])
  })

  it('tells what is at other doors no differently from what is nowhere, whichever id is guessed', async () => {
    const guesses: [method: string, url: (id: string) => string, real: string, body?: (id: string) => object][] = [
      ...['doors', 'elements'].map((path): [string, (id: string) => string, string] => ['GET', id => `${path}/${id}`, 'shop']),
      ['GET', id => `doors/${id}/who`, 'shop'],
      ['GET', id => `elements/${encodeURIComponent(id)}`, 'shop/a'],
      ['GET', id => `states?ids=${id}`, 'shop'],
      ['GET', id => `events?door=${id}`, 'shop'],
      ['GET', id => `controllers/${id}`, 'ctrl-2'],
      ['GET', id => `controllers/${id}/terminals`, 'ctrl-2'],
      ['GET', id => `controllers/${id}/pin-chart`, 'ctrl-2'],
      ['GET', id => `readers/${id}/last-card`, 'shop-in'],
      ['GET', id => `cameras/${id}`, 'hidden-camera'],
      ['GET', id => `alarm-definitions/${id}`, 'hidden-definition'],
      ['GET', id => `events/${id}`, foreign.event],
      ['GET', id => `events/${id}/trace`, foreign.event],
      ['GET', id => `alarms/${id}`, foreign.alarm],
      ['PATCH', id => `alarms/${id}`, foreign.alarm, () => ({ state: 4 })],
      ['POST', id => `access-requests/${id}/decision`, foreign.request, () => ({ decision: 'dismiss' })],
      ['POST', () => 'commands', 'shop', element => ({ action: 'lock', element })],
      ['POST', () => 'commands', 'shop/a', element => ({ action: 'lock', element })],
      ['POST', () => 'commands', 'ctrl-2', element => ({ action: 'lock', element })],
      ['POST', () => 'decisions', 'shop/a', accessPoint => ({ credential: 'amber-card', accessPoint })],
    ]
    const told: string[] = []
    for (const [method, url, real, body] of guesses) {
      const answer = async (id: string) => {
        const { status, json } = await rig.call(method, url(id), body?.(id), guard)
        const { at: _, cursor: __, ...rest } = json
        return JSON.stringify([status, rest]).replaceAll(JSON.stringify(id).slice(1, -1), 'ID')
      }
      const invented = real.includes('/') ? 'nowhere/a' : `nowhere-${real.slice(7)}`
      const [there, nowhere] = [await answer(real), await answer(invented)]
      if (there !== nowhere) told.push(`${method} ${url(real)}: ${there} instead of ${nowhere}`)
    }
    expect(told).toEqual([])
  })

  it('of a command names what was asked for, and none of the doors behind it', async () => {
    for (const element of ['office', 'ctrl-1', 'system']) {
      const { status, text } = await rig.call('POST', 'commands', { action: 'lock', element }, guard)
      expect([status, others.test(text)]).toEqual([403, false])
    }
    expect((await rig.call('POST', 'commands', { action: 'lock', element: 'front' }, guard)).status).toBe(200)
  })

  it("is told what a controller lost only where one of its doors is that controller's", async () => {
    const lose = (controller: string) =>
      rig.plugin.take(controller, `lost-${controller}`, [], { controller, logId: `lost-${controller}`, first: 1, last: 5 })
    const before = rig.plugin.log.head()
    lose('ctrl-2')
    lose('ctrl-1')
    const lost = async (headers?: { authorization: string }) =>
      (await rig.call('GET', `events?after=${before}`, undefined, headers)).json.gaps.map((gap: { controller: string }) => gap.controller)
    expect(await lost()).toEqual(['ctrl-2', 'ctrl-1'])
    expect(await lost(guard)).toEqual(['ctrl-1'])
  })

  it('hides nothing from whoever writes it back', async () => {
    const rights = [{ right: 'use-access-control', doors: ['front'] }, 'manage-configuration']
    await rig.call('PUT', 'roles/front-installer', { name: 'Installer', rights })
    const installer = { authorization: `Bearer ${rig.signedIn(['front-installer'])}` }
    const zone = (await rig.call('GET', 'zones/office', undefined, installer)).json
    expect(zone.doors).toHaveLength(3)
    expect((await rig.call('PUT', 'zones/office', zone, installer)).json).toEqual(zone)
  })
})

describe('a stream', () => {
  async function follow(secret: string) {
    const listening = rig.api.server.listening ? rig.api.listeningOrigin : await rig.api.listen({ host: '127.0.0.1', port: 0 })
    const socket = new WebSocket(`${listening.replace('http', 'ws')}/api/v1/stream`, { headers: { authorization: `Bearer ${secret}` } })
    const messages: { topic: string; type: string; door?: string }[] = []
    socket.on('message', data => messages.push(JSON.parse(String(data))))
    await once(socket, 'open')
    socket.send(JSON.stringify({ topics: ['events'] }))
    await expect.poll(() => messages.length, { timeout: 5_000 }).toBe(1)
    return { socket, messages, doors: () => messages.filter(m => m.topic === 'events').map(m => m.door) }
  }

  it('ends when its token does, and not at the next heartbeat', async () => {
    const { secret } = rig.identity.addToken({ name: 'short', roles: ['operator'], expires: rig.plugin.now() + 1_000 })
    const { socket, messages } = await follow(secret)
    const [code] = (await once(socket, 'close', { signal: AbortSignal.timeout(4_000) })) as [number]
    expect([code, messages.at(-1)?.type]).toEqual([4401, 'signed-out'])
  })

  it('tells of a door no longer that has left the zone the right is for', async () => {
    const role = {
      name: 'Zone guard',
      rights: [
        { right: 'receive-notifications', zones: ['office'] },
        { right: 'use-access-control', zones: ['office'] },
      ],
    }
    await rig.call('PUT', 'roles/zone-guard', role)
    const { socket, messages, doors } = await follow(rig.signedIn(['zone-guard']))
    rig.tell('door.opened', { door: 'archive' })
    await expect.poll(doors, { timeout: 5_000 }).toEqual(['archive'])
    const zone = (await rig.call('GET', 'zones/office')).json
    await rig.call('PATCH', 'zones/office', { doors: zone.doors.filter((each: { door: string }) => each.door === 'front') })
    rig.tell('door.closed', { door: 'archive' })
    rig.tell('door.closed', { door: 'front' })
    await expect.poll(doors, { timeout: 5_000 }).toEqual(['archive', 'front'])
    expect(messages.map(m => m.type)).toContain('rights-changed')
    socket.terminate()
  })
})
