import { type AddressInfo, createServer } from 'node:net'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { selfSigned } from '../../plugin/api/certificate.ts'
import { verify } from '../../plugin/outlets/signature.ts'
import { type Endpoint, type OutletRig, openEndpoint, openOutletRig, wall } from './rig.ts'

let rig: OutletRig
const endpoints: Endpoint[] = []
beforeEach(async () => {
  rig = await openOutletRig()
})
afterEach(async () => {
  await rig.close()
  for (const endpoint of endpoints.splice(0)) await endpoint.close()
})
async function endpoint(options: Parameters<typeof openEndpoint>[0] = {}) {
  const opened = await openEndpoint({ now: () => rig.clock.now(), ...options })
  endpoints.push(opened)
  return opened
}
const webhook = (url: string, more: object = {}) => ({ kind: 'webhook', name: 'ops', url, ...more })
const second = 1_000
const hour = 3_600 * second

describe('a webhook', () => {
  it('POSTs each event as a CloudEvent, in order, signed, with the token [W13]', async () => {
    const there = await endpoint()
    const { id, secret } = await rig.add(webhook(there.url, { token: 'abc-123' }))
    const told = [
      rig.tell('access.granted', { door: 'front', side: 'a', cardholder: 'amber', source: { kind: 'access-point', id: 'front/a' } }),
      ...rig.tellMany(20, 'door.opened', { door: 'front' }),
    ]
    await rig.until(() => there.got.length === told.length)
    expect(there.taken()).toEqual(told.map(event => event.id))
    const [{ headers, body, event }] = there.got as [Endpoint['got'][0]]
    expect(headers['content-type']).toBe('application/cloudevents+json; charset=utf-8')
    expect(headers.authorization).toBe('Bearer abc-123')
    expect(event).toEqual({
      specversion: '1.0',
      id: told[0]?.id,
      source: `urn:uuid:${rig.plugin.systemId}`,
      type: 'portunus.access.granted',
      subject: 'front/a',
      time: told[0]?.time,
      datacontenttype: 'application/json',
      sequence: '1',
      data: {
        ...told[0],
        topic: 'events',
        categories: ['Access granted'],
        cursor: '1',
        epoch: rig.plugin.log.epoch,
        occurredAt: told[0]?.time,
        deliveredAt: told[0]?.time,
        backlog: false,
      },
    })
    expect(verify(secret, headers, body, wall / 1000)).toBe(true)
    expect(verify(secret, headers, `${body} `, wall / 1000)).toBe(false)
    await rig.until(async () => (await rig.status(id)).state === 'waiting')
    expect(await rig.status(id)).toMatchObject({ delivered: 21, backlog: 0, position: '21', deadLetters: 0 })
  })

  it('counts 2xx only, and tries again after growing waits, what is behind waiting its turn', async () => {
    const there = await endpoint({ answer: (_, number) => [500, 302, 404, 429, 199 + 1][number] ?? 204 })
    const { id } = await rig.add(webhook(there.url))
    const told = rig.tellMany(3, 'door.opened', { door: 'front' }).map(event => event.id)
    await rig.until(async () => (await rig.status(id)).attempts === 1)
    expect(await rig.status(id)).toMatchObject({
      state: 'failing',
      backlog: 3,
      lastFailure: { message: expect.stringContaining('answered 500') },
      nextAttemptAt: new Date(wall + second).toISOString(),
    })
    await rig.untilPassing(100, () => there.taken().length === 3)
    expect(there.taken()).toEqual(told)
    const waits = there.got.slice(1, 5).map((each, index) => Math.round((each.at - there.got[index]!.at) / second))
    expect(waits).toEqual([1, 2, 4, 8])
    expect(there.got.slice(0, 5).every(each => each.event.id === told[0])).toBe(true)
    await rig.until(async () => (await rig.status(id)).state === 'waiting')
    expect(await rig.status(id)).toMatchObject({ attempts: 0, delivered: 3 })
  })

  it('waits no longer than five minutes, but as long as it is asked to', async () => {
    const there = await endpoint({ answer: (_, number) => (number === 12 ? { status: 503, headers: { 'retry-after': '1800' } } : 503) })
    await rig.add(webhook(there.url))
    rig.tell('door.opened', { door: 'front' })
    await rig.untilPassing(10 * second, () => there.got.length === 14)
    const waits = there.got.slice(1).map((each, index) => (each.at - there.got[index]!.at) / second)
    expect(Math.max(...waits.slice(0, 12))).toBeLessThanOrEqual(310)
    expect(waits[11]).toBeGreaterThanOrEqual(300)
    expect(waits[12]).toBeGreaterThanOrEqual(1_800)
  })

  it('gives up after 24 hours: a dead letter, listed, replayed, and told in the log of the site', async () => {
    const there = await endpoint({ answer: event => (event.type === 'portunus.door.opened' ? 500 : 204) })
    const { id } = await rig.add(webhook(there.url))
    const poison = rig.tell('door.opened', { door: 'front' })
    const behind = rig.tell('door.closed', { door: 'front' })
    await rig.until(() => there.got.length === 1)
    await rig.untilPassing(100 * second, () => rig.clock.now() >= 23.9 * hour)
    expect((await rig.call('GET', `outlets/${id}/dead-letters`)).json.items).toEqual([])
    expect(there.taken()).toEqual([])
    await rig.untilPassing(100 * second, () => there.taken().includes(behind.id))
    const { items } = (await rig.call('GET', `outlets/${id}/dead-letters`)).json
    expect(items).toEqual([
      {
        number: 1,
        cursor: '1',
        event: poison.id,
        type: 'door.opened',
        door: 'front',
        occurredAt: poison.time,
        givenUpAt: expect.any(String),
        attempts: expect.any(Number),
        message: expect.stringContaining('answered 500'),
        queued: false,
      },
    ])
    expect((Date.parse(items[0].givenUpAt) - wall) / hour).toBeCloseTo(24, 1)
    expect(items[0].attempts).toBeGreaterThan(250)
    const own = (await rig.call('GET', 'events?type=outlet.failed,outlet.restored')).json.items.map(
      (e: { type: string; fault?: string; outlet: string }) => [e.type, e.fault, e.outlet],
    )
    expect(own.reverse()).toEqual([
      ['outlet.failed', 'not-delivered', id],
      ['outlet.failed', 'given-up', id],
      ['outlet.restored', undefined, id],
    ])
    const [newest] = (await rig.call('GET', 'events?type=outlet.restored')).json.items
    expect((await rig.call('GET', `events/${newest.id}/trace`)).json.text).toBe('Ops delivers again.')

    // Replayed while it still fails, it stays a dead letter; then it goes, before what is new.
    expect((await rig.call('POST', `outlets/${id}/dead-letters/1/replay`)).status).toBe(202)
    await rig.until(async () => (await rig.call('GET', `outlets/${id}/dead-letters`)).json.items[0].queued === false)
    expect((await rig.status(id)).deadLetters).toBe(1)
    there.behaviour.answer = () => 204
    expect((await rig.call('POST', `outlets/${id}/dead-letters/replay`)).json).toEqual({ queued: 1 })
    await rig.until(() => there.taken().includes(poison.id))
    await rig.until(async () => (await rig.status(id)).deadLetters === 0)
    expect((await rig.call('POST', `outlets/${id}/dead-letters/1/replay`)).status).toBe(404)
  }, 120_000)

  it('does not follow redirects', async () => {
    const elsewhere = await endpoint()
    const there = await endpoint({ answer: () => ({ status: 307, headers: { location: elsewhere.url } }) })
    const { id } = await rig.add(webhook(there.url))
    rig.tell('door.opened', { door: 'front' })
    await rig.until(async () => (await rig.status(id)).attempts === 1)
    expect((await rig.status(id)).lastFailure?.message).toContain('Redirects are not followed')
    expect(elsewhere.got).toEqual([])
  })

  it('waits no longer for an answer than it is told, and reads no more of one than it needs', async () => {
    const there = await endpoint({ answer: (_, number) => (number === 0 ? 'silence' : 'endless') })
    const { id } = await rig.add(webhook(there.url, { timeoutS: 5 }))
    const told = rig.tellMany(2, 'door.opened', { door: 'front' }).map(event => event.id)
    await rig.until(() => there.got.length === 1)
    await rig.pass(4.9 * second)
    expect((await rig.status(id)).attempts).toBe(0)
    await rig.pass(0.2 * second)
    await rig.until(async () => (await rig.status(id)).lastFailure?.message.includes('did not answer within 5 s') ?? false)
    await rig.pass(1.1 * second)
    await rig.until(async () => (await rig.status(id)).delivered === 2)
    expect(there.got.map(each => each.event.id)).toEqual([told[0], ...told])
  })

  it('sends once what is not answered in time over a connection that was used before', async () => {
    const there = await endpoint({ answer: (_, number) => (number === 1 ? 'silence' : 204) })
    const { id } = await rig.add(webhook(there.url, { timeoutS: 5 }))
    rig.tell('door.opened', { door: 'front' })
    await rig.until(async () => (await rig.status(id)).delivered === 1)
    const late = rig.tell('door.closed', { door: 'front' })
    await rig.until(() => there.got.length === 2)
    await rig.pass(5.1 * second)
    await rig.until(async () => (await rig.status(id)).lastFailure?.message.includes('did not answer within 5 s') ?? false)
    expect(there.taken()).not.toContain(late.id)
    await rig.pass(1.1 * second)
    await rig.until(async () => (await rig.status(id)).delivered === 2)
    expect(there.taken().filter(each => each === late.id)).toHaveLength(1)
  })

  it('takes a connection that was closed at rest for what it is, and no failure', async () => {
    let connections = 0
    const bodies: string[] = []
    const server = createServer(socket => {
      const first = connections++ === 0
      let answered = false
      socket.on('error', () => {})
      socket.on('data', data => {
        if (first && answered) return socket.resetAndDestroy()
        answered = true
        bodies.push(String(data))
        socket.write('HTTP/1.1 204 No Content\r\n\r\n')
      })
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { id } = await rig.add(webhook(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`))
    const told = rig.tellMany(2, 'door.opened', { door: 'front' })
    await rig.until(async () => (await rig.status(id)).delivered === 2)
    expect((await rig.status(id)).lastFailure).toBe(null)
    expect(connections).toBe(2)
    expect(told.every((event, index) => bodies[index]?.includes(event.id))).toBe(true)
    await rig.call('DELETE', `outlets/${id}`)
    server.close()
  })

  it('is slowed by nobody: one that is dead stands beside one that lives', async () => {
    const live = await endpoint()
    const stuck = await endpoint({ answer: () => 'silence' })
    await rig.add(webhook('http://127.0.0.1:9/', { name: 'dead' }))
    await rig.add(webhook(stuck.url, { name: 'stuck' }))
    await rig.add(webhook(live.url))
    const told = rig.tellMany(300, 'door.opened', { door: 'front' })
    await rig.until(() => live.got.length === 300)
    expect(live.taken()).toEqual(told.map(event => event.id))
    const { items } = (await rig.call('GET', 'outlets')).json
    expect(
      items.map((each: { name: string; status: { state: string; delivered: number } }) => [
        each.name,
        each.status.state,
        each.status.delivered,
      ]),
    ).toEqual([
      ['dead', 'failing', 0],
      ['stuck', 'delivering', 0],
      ['ops', 'waiting', 300],
    ])
  })

  it('marks what is late as backlog, or passes it over where the receiver acts on what it is told', async () => {
    const [shown, acted] = [await endpoint(), await endpoint()]
    await rig.add(webhook(shown.url))
    const { id } = await rig.add(webhook(acted.url, { name: 'acts', filter: { backlog: false } }))
    const time = new Date(wall - 31 * second).toISOString()
    rig.tell('door.opened', { door: 'front', time })
    const now = rig.tell('door.closed', { door: 'front' })
    await rig.until(() => shown.got.length === 2 && acted.got.length === 1)
    expect(shown.got.map(each => each.event.data.backlog)).toEqual([true, false])
    expect(acted.taken()).toEqual([now.id])
    expect((await rig.status(id)).backlog).toBe(0)
  })

  it('delivers what fits its filter, and nothing else', async () => {
    const there = await endpoint()
    await rig.add(
      webhook(there.url, {
        filter: { types: ['door.forced-open', 'door.opened', 'access.denied'], categories: ['Alarm'], doors: ['front'] },
      }),
    )
    const at = (door: string) => ({ door, source: { kind: 'door' as const, id: door } })
    rig.tell('door.opened', at('front'))
    rig.tell('door.open-too-long', at('front'))
    rig.tell('door.forced-open', at('archive'))
    rig.tell('controller.tamper', { source: { kind: 'controller', id: 'ctrl-1' } })
    const fits = rig.tell('door.forced-open', at('front'))
    await rig.until(() => there.got.length === 1)
    // Switched off for everybody, it fits no filter.
    await rig.call('PATCH', 'event-types/door.forced-open', { enabled: false })
    rig.tell('door.forced-open', at('front'))
    await rig.call('PATCH', 'event-types/door.forced-open', { enabled: true })
    const last = rig.tell('door.forced-open', at('front'))
    await rig.until(() => there.taken().includes(last.id))
    expect(there.taken()).toEqual([fits.id, last.id])
  })

  it('delivers nothing while it is off, and then goes on from its place, or from the one it is given', async () => {
    const there = await endpoint()
    const { id } = await rig.add(webhook(there.url, { enabled: false }))
    const missed = rig.tell('door.opened', { door: 'front' })
    await rig.pass(hour)
    expect([there.got.length, (await rig.status(id)).state]).toEqual([0, 'off'])
    await rig.call('PATCH', `outlets/${id}`, { enabled: true })
    await rig.until(() => there.taken().length === 1)
    expect(there.taken()).toEqual([missed.id])
    await rig.call('PATCH', `outlets/${id}`, { enabled: false })
    rig.tell('door.closed', { door: 'front' })
    const head = String(rig.plugin.log.head())
    await rig.call('PATCH', `outlets/${id}`, { enabled: true, after: head })
    const next = rig.tell('door.opened', { door: 'front' })
    await rig.until(() => there.taken().length === 2)
    expect(there.taken()).toEqual([missed.id, next.id])
    await rig.call('PATCH', `outlets/${id}`, { after: '0' })
    await rig.until(() => there.taken().length === 5)
    expect((await rig.call('PATCH', `outlets/${id}`, { after: '99' })).json.errors[0].path).toBe('after')
  })

  it('signs with two secrets while receivers change over', async () => {
    const there = await endpoint()
    const { id, secret: old } = await rig.add(webhook(there.url))
    const fresh = 'a-secret-of-our-own'
    expect((await rig.call('PATCH', `outlets/${id}`, { secret: fresh })).json.secrets).toEqual({
      secret: true,
      previousSecret: true,
      token: false,
    })
    rig.tell('door.opened', { door: 'front' })
    await rig.until(() => there.got.length === 1)
    const proves = (secret: string, { headers, body } = there.got.at(-1)!) => verify(secret, headers, body, wall / 1000)
    expect([proves(old), proves(fresh), proves('something-else-entirely')]).toEqual([true, true, false])
    expect((await rig.call('PATCH', `outlets/${id}`, { previousSecret: null })).json.secrets.previousSecret).toBe(false)
    rig.tell('door.opened', { door: 'front' })
    await rig.until(() => there.got.length === 2)
    expect([proves(old), proves(fresh)]).toEqual([false, true])
  })

  it('believes a certificate that it is given, and no other', async () => {
    const tls = selfSigned(['127.0.0.1'], Date.now())
    const there = await endpoint({ tls })
    const { id } = await rig.add(webhook(there.url))
    const refused = (await rig.call('POST', `outlets/${id}/test`)).json
    expect(refused).toMatchObject({ ok: false, detail: expect.stringContaining('certificate') })
    await rig.call('PATCH', `outlets/${id}`, { ca: tls.cert })
    expect((await rig.call('POST', `outlets/${id}/test`)).json).toMatchObject({ ok: true, detail: expect.stringContaining('answered 204') })
    expect(there.got.map(each => each.event.type)).toEqual(['portunus.test'])
  })

  it('is tested on or off, and a test that works ends the wait', async () => {
    const there = await endpoint({ answer: () => 500 })
    const { id } = await rig.add(webhook(there.url, { enabled: false }))
    expect((await rig.call('POST', `outlets/${id}/test`)).json).toMatchObject({
      ok: false,
      detail: expect.stringContaining('answered 500'),
    })
    await rig.call('PATCH', `outlets/${id}`, { enabled: true })
    rig.tell('door.opened', { door: 'front' })
    await rig.until(() => there.got.length === 2)
    there.behaviour.answer = () => 204
    expect((await rig.call('POST', `outlets/${id}/test`)).json.ok).toBe(true)
    await rig.until(async () => (await rig.status(id)).delivered === 1)
    expect((await rig.status(id)).state).toBe('waiting')
  })
})

describe('the place in the log', () => {
  it('is kept over a restart: nothing is lost or doubled', async () => {
    const there = await endpoint()
    const { id } = await rig.add(webhook(there.url))
    const told = rig.tellMany(5, 'door.opened', { door: 'front' }).map(event => event.id)
    await rig.until(() => there.got.length === 5)
    there.behaviour.answer = () => 503
    told.push(...rig.tellMany(5, 'door.closed', { door: 'front' }).map(event => event.id))
    await rig.until(async () => (await rig.status(id)).attempts === 1)
    await rig.close(true)
    there.behaviour.answer = () => 204
    rig = await openOutletRig(rig.directory)
    told.push(...rig.tellMany(5, 'door.opened', { door: 'front' }).map(event => event.id))
    await rig.until(() => there.taken().length === 15)
    await rig.pass(hour)
    expect(there.taken()).toEqual(told)
    await rig.until(async () => (await rig.status(id)).state === 'waiting')
    expect(await rig.status(id)).toMatchObject({ delivered: 15 })
  })

  it('is a second old at most after a crash: what comes twice has the same id', async () => {
    const there = await endpoint()
    const { id } = await rig.add(webhook(there.url))
    const told = rig.tellMany(5, 'door.opened', { door: 'front' }).map(event => event.id)
    await rig.until(async () => (await rig.status(id)).delivered === 5)
    await rig.pass(1_001)
    told.push(...rig.tellMany(3, 'door.closed', { door: 'front' }).map(event => event.id))
    await rig.until(() => there.got.length === 8)
    await rig.crash()
    rig = await openOutletRig(rig.directory)
    told.push(rig.tell('door.opened', { door: 'front' }).id)
    await rig.until(() => there.taken().includes(told.at(-1)!))
    expect(there.taken()).toEqual([...told.slice(0, 8), ...told.slice(5)])
    expect([...new Set(there.taken())]).toEqual(told)
  })

  it('that cannot be written is written once it can be, and delivery goes on meanwhile', async () => {
    const there = await endpoint({ answer: () => 503 })
    const { id } = await rig.add(webhook(there.url))
    const told = rig.tellMany(5, 'door.opened', { door: 'front' }).map(event => event.id)
    await rig.until(async () => (await rig.status(id)).attempts === 1)
    rig.store.sql.pragma('query_only = 1')
    there.behaviour.answer = () => 204
    await rig.pass(1_001)
    await rig.until(() => there.taken().length === 5)
    await rig.pass(5_000)
    const written = () => JSON.parse(String(rig.store.sql.prepare('select progress from outlets').pluck().get())) as { position: number }
    expect(written().position).toBe(0)
    rig.store.sql.pragma('query_only = 0')
    await rig.pass(1_001)
    expect(written().position).toBe(5)
    await rig.crash()
    rig = await openOutletRig(rig.directory)
    told.push(rig.tell('door.closed', { door: 'front' }).id)
    await rig.until(() => there.taken().length === 6)
    expect(there.taken()).toEqual(told)
  })

  it('is behind what retention removed: the gap is told to the receiver, in the status and in the log', async () => {
    const there = await endpoint()
    const { id } = await rig.add(webhook(there.url, { enabled: false, name: 'late' }))
    rig.tellMany(5, 'door.opened', { door: 'front' })
    rig.store.transact(() => rig.plugin.log.prune({ days: 0, atLeast: 2, atMost: null }, rig.plugin.now() + 1))
    await rig.call('PATCH', `outlets/${id}`, { enabled: true })
    await rig.until(() => there.got.length === 4)
    expect(there.got[0]?.event).toMatchObject({ type: 'portunus.gap', data: { reason: 'removed', from: '1', to: '3' } })
    expect(there.got.map(each => each.event.sequence)).toEqual(['3', '4', '5', '6'])
    expect((await rig.status(id)).gap).toMatchObject({ from: '1', to: '3' })
    expect(there.got[3]?.event.data).toMatchObject({ type: 'outlet.failed', fault: 'events-removed', outlet: id })
  })

  it('tells what a controller lost, whatever the filter', async () => {
    const there = await endpoint()
    await rig.add(webhook(there.url, { filter: { types: ['door.opened'], doors: ['front'] } }))
    const lost = { controller: 'ctrl-2', logId: 'log-9', first: 1, last: 7 }
    rig.plugin.take('ctrl-2', 'log-9', [], lost)
    await rig.until(() => there.got.length === 1)
    expect(there.got[0]?.event).toMatchObject({ type: 'portunus.gap', subject: 'ctrl-2', data: { reason: 'lost-by-controller', ...lost } })
  })

  it('tells once that another log has taken the place of the one before', async () => {
    const there = await endpoint()
    const outlet = await rig.add(webhook(there.url))
    rig.tell('door.opened', { door: 'front' })
    await rig.until(async () => (await rig.status(outlet.id)).delivered === 1)
    await rig.close(true)
    rig = await openOutletRig(rig.directory)
    rig.store.sql.prepare("update facts set value = 'another' where key = 'epoch'").run()
    await rig.close(true)
    rig = await openOutletRig(rig.directory)
    await rig.until(() => there.got.length === 2)
    expect(there.got[1]?.event).toMatchObject({ type: 'portunus.gap', data: { reason: 'log-replaced', epoch: 'another' } })
    const { id } = rig.tell('door.closed', { door: 'front' })
    await rig.until(() => there.got.length === 3)
    expect(there.taken().at(-1)).toBe(id)
  })

  it('whatever an endpoint does, everything is taken once, in order (property)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(200, 204, 301, 400, 500, 503), { maxLength: 20 }),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }),
        async (answers, batches) => {
          const there = await endpoint({ answer: (_, number) => answers[number] ?? 204 })
          const { id } = await rig.add(webhook(there.url, { name: `property ${there.port} ${Math.random()}` }))
          const told: string[] = []
          for (const count of batches) {
            told.push(...rig.tellMany(count, 'door.opened', { door: 'front' }).map(event => event.id))
            await rig.pass(700)
          }
          await rig.untilPassing(60 * second, () => there.taken().includes(told.at(-1)!))
          await rig.call('DELETE', `outlets/${id}`)
          // What fails for more than a minute is told in the log, and so comes along.
          expect(there.taken().filter(each => told.includes(each))).toEqual(told)
        },
      ),
      { numRuns: process.env.PORTUNUS_LONG ? 200 : 15 },
    )
  })
})
