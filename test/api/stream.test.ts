import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { importSite } from '../../plugin/site/file.ts'
import { demoSite, openRig, type Rig } from './rig.ts'

interface Message {
  topic: string
  type: string
  cursor: string
  epoch: string
  occurredAt: string
  deliveredAt: string
  backlog: boolean
  id?: string
  [key: string]: unknown
}

let rig: Rig
let address: string
const sockets: WebSocket[] = []
beforeEach(async () => {
  rig = await openRig({ checkAnswers: false })
  address = await rig.api.listen({ host: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate()
  await rig.close()
})

async function connect(subscription: object, token = rig.token) {
  const socket = new WebSocket(`${address.replace('http', 'ws')}/api/v1/stream`, { headers: { authorization: `Bearer ${token}` } })
  sockets.push(socket)
  const messages: Message[] = []
  const closed = once(socket, 'close').then(([code, reason]) => ({ code: code as number, reason: String(reason) }))
  socket.on('message', data => messages.push(JSON.parse(String(data)) as Message))
  await once(socket, 'open')
  socket.send(JSON.stringify(subscription))
  const until = async (holds: () => boolean) => {
    const deadline = Date.now() + 10_000
    while (!holds()) {
      if (Date.now() > deadline) throw new Error(`waited in vain: ${JSON.stringify(messages.slice(-3))}`)
      await new Promise(resolve => setTimeout(resolve, 5))
    }
  }
  await until(() => messages.some(m => m.type === 'subscribed') || socket.readyState !== WebSocket.OPEN)
  return { socket, messages, closed, until, events: () => messages.filter(m => m.topic === 'events') }
}

describe('the stream', () => {
  it('tells events as they come, each with cursor, epoch, both times and whether it is backlog', async () => {
    const { until, events } = await connect({ topics: ['events'] })
    const event = rig.tell('access.granted', { door: 'front', side: 'a', cardholder: 'amber' })
    await until(() => events().length === 1)
    const [message] = events()
    expect(message).toMatchObject({
      id: event.id,
      type: 'access.granted',
      categories: ['Access granted'],
      time: event.time,
      occurredAt: event.time,
      backlog: false,
    })
    expect(message?.cursor).toMatch(/^\d+$/)
    expect(message?.epoch).toBe(rig.plugin.log.epoch)
    expect(Date.parse(message?.deliveredAt ?? '')).toBeGreaterThanOrEqual(Date.parse(event.time))
  })

  it('is resumed at any cursor without loss or repeat, however often it breaks', async () => {
    const told: string[] = []
    let more = true
    const telling = (async () => {
      while (more) {
        for (let i = 0; i < 7; i++) told.push(rig.tell('door.opened', { door: 'front' }).id)
        await new Promise(resolve => setTimeout(resolve, 3))
      }
    })()
    const got: string[] = []
    let after = '0'
    for (let round = 0; round < 12; round++) {
      const { socket, messages, until } = await connect({ topics: ['events'], after })
      await until(() => messages.length > 20 * (round % 3))
      socket.terminate()
      for (const m of messages.filter(each => each.topic === 'events')) {
        got.push(m.id ?? '')
        after = m.cursor
      }
    }
    more = false
    await telling
    const last = await connect({ topics: ['events'], after })
    await last.until(() => got.length + last.events().length >= told.length)
    expect([...got, ...last.events().map(m => m.id)]).toEqual(told)
  })

  it('goes on from a backlog into the live events', async () => {
    const told = rig.tellMany(1500, 'door.opened', { door: 'front' }).map(e => e.id)
    const { until, events } = await connect({ topics: ['events'], after: '0' })
    for (let i = 0; i < 100; i++) told.push(rig.tell('door.closed', { door: 'front' }).id)
    await until(() => events().length >= told.length)
    expect(events().map(m => m.id)).toEqual(told)
  })

  it('tells whoever may know a door how full its zone is, and nobody else, and never who is in it', async () => {
    const limited = async (id: string, door: string) => {
      await rig.call('POST', 'roles', { id, name: id, rights: [{ right: 'use-access-control', doors: [door] }] })
      return connect({ topics: ['states'] }, rig.signedIn([id]))
    }
    const [near, far] = [await limited('near', 'shop'), await limited('far', 'archive')]
    const zone = { kind: 'zone', id: 'shop-floor', present: 2, limit: 2, full: true, antiPassbackSuspended: false } as const
    rig.plugin.states.update('ctrl-2', [zone], [], false)
    await near.until(() => near.messages.some(m => m.element === 'shop-floor'))
    expect(near.messages.find(m => m.element === 'shop-floor')).toMatchObject({ states: ['occupied', 'full'], detail: zone })
    expect(JSON.stringify(near.messages)).not.toContain('amber')
    expect(far.messages.some(m => m.element === 'shop-floor')).toBe(false)
  })

  it('tells whoever may see one door what its controller lost: it may have been there', async () => {
    await rig.call('PUT', 'roles/porter', { name: 'P', rights: [{ right: 'use-access-control', doors: ['front'] }] })
    const porter = await connect({ topics: ['events'], after: '0' }, rig.signedIn(['porter']))
    rig.tell('door.opened', { door: 'shop' })
    rig.plugin.take('ctrl-2', 'log-2', [], { controller: 'ctrl-2', logId: 'log-2', first: 1, last: 9 })
    rig.plugin.take('ctrl-1', 'log-1', [], { controller: 'ctrl-1', logId: 'log-1', first: 6, last: 9 })
    await porter.until(() => porter.events().length > 0)
    expect(porter.events()).toMatchObject([{ type: 'gap', reason: 'lost-by-controller', first: 6, last: 9 }])
  })

  it('announces what retention removed and what belongs to another epoch', async () => {
    for (let i = 0; i < 5; i++) rig.tell('door.opened', { door: 'front' })
    rig.store.transact(() => rig.plugin.log.prune({ days: 30, atLeast: 0, atMost: 2 }, rig.plugin.now()))
    const first = await connect({ topics: ['events'], after: '1' })
    await first.until(() => first.events().length === 3)
    expect(first.events()[0]).toMatchObject({ type: 'gap', reason: 'removed', from: '2', to: '3' })
    const other = await connect({ topics: ['events'], after: '5', epoch: 'another' })
    await other.until(() => other.events().length === 3)
    expect(other.events()[0]).toMatchObject({ type: 'gap', reason: 'log-replaced' })
  })

  it('tells states, alarms, access requests, cardholders and the configuration', async () => {
    const { messages, until } = await connect({ topics: ['states', 'alarms', 'access-requests', 'cardholders', 'configuration'] })
    expect(messages.some(m => m.type === 'states-invalidated')).toBe(true)
    const of = (type: string) => messages.filter(m => m.type === type)
    rig.plugin.states.update(
      'ctrl-1',
      [
        {
          kind: 'door',
          id: 'front',
          mode: 'unlocked',
          locked: false,
          position: 'open',
          status: 'online',
          forced: false,
          openTooLong: false,
        },
      ],
      [],
      false,
    )
    rig.tell('door.forced-open', { door: 'front' })
    rig.tell('access.denied', {
      door: 'front',
      side: 'a',
      cardholder: 'bo',
      reason: 'no-access-rule',
      source: { kind: 'access-point', id: 'front/a' },
    })
    await rig.call('PATCH', 'cardholders/bo', { lastName: 'Lund' })
    await rig.call('PATCH', 'doors/front', { name: 'Main door' })
    await rig.call('DELETE', 'cardholders/frida')
    await until(() =>
      [
        'state-changed',
        'alarm-changed',
        'access-request-changed',
        'cardholder-changed',
        'cardholder-removed',
        'configuration-changed',
      ].every(t => of(t).length > 0),
    )
    expect(of('state-changed').find(m => m.element === 'front')).toMatchObject({ states: ['open', 'unlocked', 'unlocked-by-operator'] })
    expect(of('alarm-changed')[0]).toMatchObject({ alarm: { source: 'front', state: 1 } })
    expect(of('access-request-changed')[0]).toMatchObject({ accessRequest: { cardholder: { id: 'bo' } } })
    expect(of('cardholder-changed').find(m => (m.cardholder as { id: string }).id === 'bo')).toMatchObject({
      cardholder: { lastName: 'Lund', groups: ['staff'] },
    })
    expect(of('cardholder-removed')[0]).toMatchObject({ id: 'frida' })
    expect(messages.every(m => m.topic !== 'events')).toBe(true)
  })

  it('tells an event before the access request and the alarm that came of it', async () => {
    const { messages, until } = await connect({ topics: ['events', 'access-requests', 'alarms'] })
    for (let i = 0; i < 20; i++) {
      const source = { kind: 'access-point', id: 'front/a' } as const
      rig.tell('access.denied', { door: 'front', raw: String(i), reason: 'unknown-credential', source })
      rig.tell('door.forced-open', { door: 'front' })
    }
    type Told = { accessRequest?: { event: string }; alarm?: { event: string } }
    const came = () =>
      messages.flatMap((m, at) => {
        const { accessRequest, alarm } = m as Told
        const event = accessRequest?.event ?? alarm?.event
        return event === undefined ? [] : [{ at, event }]
      })
    await until(() => came().length >= 40)
    for (const { at, event } of came()) {
      const told = messages.findIndex(m => m.id === event)
      expect(told).toBeGreaterThanOrEqual(0)
      expect(told).toBeLessThan(at)
    }
  })

  it('tells each of many cardholders that change at once, some at a time', async () => {
    const { messages, until } = await connect({ topics: ['cardholders'] })
    const site = demoSite()
    const [holder] = site.cardholders
    const many = Array.from({ length: 1_000 }, (_, i) => ({ ...holder!, id: `many-${i}`, cardholderId: `many-${i}`, credentials: [] }))
    const author = { user: 'test', location: 'local' }
    const edit = { author, category: 'configuration', message: 'Many more' } as const
    expect(importSite(rig.plugin.book, { ...site, cardholders: [...site.cardholders, ...many] }, edit)).toMatchObject({ ok: true })
    const told = () => new Set(messages.flatMap(m => (m.type === 'cardholder-changed' ? [(m.cardholder as { id: string }).id] : [])))
    await until(() => many.every(({ id }) => told().has(id)))
  })

  it('refuses strangers, topics without the right, and what is no subscription', async () => {
    const stranger = new WebSocket(`${address.replace('http', 'ws')}/api/v1/stream`)
    const [error] = (await once(stranger, 'error')) as [Error]
    expect(error.message).toMatch(/401/)
    await rig.call('PUT', 'roles/watcher', { name: 'W', rights: [{ right: 'use-access-control' }] })
    const watcher = rig.signedIn(['watcher'])
    expect((await (await connect({ topics: ['cardholders'] }, watcher)).closed).code).toBe(4403)
    expect((await (await connect({ topics: ['gossip'] })).closed).code).toBe(4400)
    expect((await (await connect({ topics: ['events'], after: '-1' })).closed).code).toBe(4400)
    expect((await (await connect({ topics: ['gossip'] })).closed).reason).toMatch(/^topics\[0\]: must be one of events, states/)
    // A close frame holds 123 bytes: a reason that is longer must not end the server.
    for (const wrong of [{ ['€'.repeat(200)]: 1 }, { topics: ['€'.repeat(200)] }, { epoch: '€'.repeat(200) }, [1], null])
      expect((await (await connect(wrong as object)).closed).code).toBe(4400)
  })

  it('ends when its token is removed, and tells when rights have changed', async () => {
    await rig.call('PUT', 'roles/r', { name: 'R', rights: [{ right: 'use-access-control' }] })
    const secret = rig.signedIn(['r'])
    const { closed, messages, until } = await connect({ topics: ['events'] }, secret)
    await rig.call('PUT', 'roles/r', { name: 'R', rights: [{ right: 'use-access-control', doors: ['shop'] }] })
    await until(() => messages.some(m => m.type === 'rights-changed'))
    rig.tell('door.opened', { door: 'front' })
    const seen = rig.tell('door.opened', { door: 'shop', source: { kind: 'door', id: 'shop' } })
    await until(() => messages.some(m => m.id === seen.id))
    expect(messages.filter(m => m.topic === 'events')).toHaveLength(1)
    const more = ['use-access-control', 'operate-doors'].map(right => ({ right, doors: ['shop'] }))
    await rig.call('PUT', 'roles/r', { name: 'R', rights: more })
    await until(() => messages.filter(m => m.type === 'rights-changed').length === 2)
    const token = rig.identity.tokens().find(t => t.roles.includes('r'))!
    await rig.call('DELETE', `tokens/${token.id}`)
    expect((await closed).code).toBe(4401)
  })

  it('speaks server-sent events on the same address, resumed by Last-Event-ID', async () => {
    const first = rig.tell('door.opened', { door: 'front' })
    const second = rig.tell('door.closed', { door: 'front' })
    const read = async (headers: Record<string, string>, query: string, wanted: string) => {
      const abort = new AbortController()
      const response = await fetch(`${address}/api/v1/stream?${query}`, {
        headers: { authorization: `Bearer ${rig.token}`, accept: 'text/event-stream', ...headers },
        signal: abort.signal,
      })
      expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
      let text = ''
      for await (const chunk of response.body!) {
        text += Buffer.from(chunk).toString()
        if (text.includes(wanted)) break
      }
      abort.abort()
      return text
    }
    const all = await read({}, 'topics=events&after=0', second.id)
    expect(all).toContain(first.id)
    const id = /id: (\d+)\ndata: [^\n]*"id":"[^"]*"/.exec(all)?.[1]
    expect(id).toBe('2')
    const rest = await read({ 'last-event-id': '1' }, 'topics=events', second.id)
    expect(rest).not.toContain(first.id)
    expect((await rig.call('GET', 'stream')).json.code).toBe('not-acceptable')
  })

  it('tells a consumer that reads too slowly where it was, closes it, and slows nobody else', async () => {
    const slow = await connect({ topics: ['events'] })
    const quick = await connect({ topics: ['events'] })
    ;(slow.socket as unknown as { _socket: { pause(): void } })._socket.pause()
    let told = 0
    const tell = (count: number) => {
      rig.tellMany(count, 'door.opened', { door: 'front', raw: '1'.repeat(500) })
      told += count
    }
    // More than the kernel takes for a socket that nobody reads.
    for (let i = 0; i < 60; i++) {
      tell(500)
      await new Promise(resolve => setTimeout(resolve, 10))
    }
    await quick.until(() => quick.events().length === told)
    rig.shift(16_000)
    tell(1)
    await quick.until(() => quick.events().length === told)
    ;(slow.socket as unknown as { _socket: { resume(): void } })._socket.resume()
    const { code, reason } = await slow.closed
    const last = slow.messages.at(-1)
    expect([code, last?.type]).toEqual([4008, 'too-slow'])
    expect(reason).toContain(last?.cursor)
    const events = slow.events()
    expect(events.length).toBeLessThan(told)
    expect(last?.cursor).toBe(events.at(-1)?.cursor)
  })
})
