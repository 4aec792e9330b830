import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compatible, type DataSource, type GenericEvent, international, listen, matches, triggered } from '../kit/generic-event-server.ts'
import { type OutletRig, openOutletRig } from './rig.ts'

let rig: OutletRig
const servers: Awaited<ReturnType<typeof listen>>[] = []
beforeEach(async () => {
  rig = await openOutletRig()
})
afterEach(async () => {
  await rig.close()
  for (const server of servers.splice(0)) await server.close().catch(() => {})
})
const search = (name: string, expression: string, priority = 1): GenericEvent => ({ name, expression, type: 'search', priority })
async function server(source: DataSource, options: Partial<Parameters<typeof listen>[0]> = {}) {
  const opened = await listen({ source, ...options })
  servers.push(opened)
  return opened
}
const outlet = (port: number, more: object = {}) => ({ kind: 'generic-events', name: 'vms', host: '127.0.0.1', port, ...more })
const front = { door: 'front', source: { kind: 'door' as const, id: 'front' } }

describe('generic events', () => {
  it('go to the data source "International" as lines of UTF-8, each matched by its statistics [W3, W5]', async () => {
    const vms = await server(international, { events: [search('Forced', '"door.forced-open" AND Haupttür'), search('Any', 'door')] })
    await rig.call('PATCH', 'doors/front', { name: 'Haupttür ☃' })
    const { id } = await rig.add(outlet(vms.port, { template: '{type} at {doorName}, {side}{reason}' }))
    rig.tellMany(20, 'door.opened', front)
    rig.tell('door.forced-open', front)
    await rig.until(() => vms.received.length === 21)
    expect(vms.received.slice(19)).toEqual([
      { text: 'door.opened at Haupttür ☃, ', over: 'tcp', triggered: ['Any'] },
      { text: 'door.forced-open at Haupttür ☃, ', over: 'tcp', triggered: ['Forced', 'Any'] },
    ])
    expect(vms.connections()).toBe(1)
    await rig.until(async () => (await rig.status(id)).state === 'waiting')
    expect(await rig.status(id)).toMatchObject({ delivered: 21, warning: null, lastFailure: null })
  })

  it('that nothing there matches are delivered, and warned of', async () => {
    const vms = await server(international, { events: [search('Denied', 'access.denied')] })
    const { id } = await rig.add(outlet(vms.port))
    rig.tell('door.opened', front)
    await rig.until(async () => (await rig.status(id)).state === 'waiting')
    expect(await rig.status(id)).toMatchObject({ delivered: 1, warning: expect.stringContaining('No generic event at') })
    rig.tell('access.denied', front)
    await rig.until(async () => (await rig.status(id)).delivered === 2)
    expect((await rig.status(id)).warning).toBe(null)
    expect((await rig.call('POST', `outlets/${id}/test`)).json).toMatchObject({
      ok: true,
      detail: expect.stringContaining('matches "portunus test"'),
    })
  })

  it('go to the data source "Compatible" in the ANSI code page, one after the echo of the other [W2]', async () => {
    const vms = await server(compatible)
    await rig.call('PATCH', 'doors/front', { name: 'Tür ☃' })
    await rig.add(outlet(vms.port, { dataSource: 'compatible', template: '{type} {doorName} {id}' }))
    const told = rig.tellMany(20, 'door.opened', front)
    await rig.until(() => vms.received.length === 20)
    expect(vms.received.map(each => each.text)).toEqual(told.map(event => `door.opened Tür ? ${event.id}`))
  })

  it('tell nobody who looks at the outlet the names that are in them', async () => {
    const vms = await server(international)
    const { id } = await rig.add(outlet(vms.port, { template: 'in: {cardholderName}' }))
    const { lastName } = (await rig.call('GET', 'cardholders/amber')).json
    rig.tell('access.granted', { door: 'front', side: 'a', cardholder: 'amber', source: { kind: 'access-point', id: 'front/a' } })
    await rig.until(async () => (await rig.status(id)).delivered === 1)
    expect(vms.received[0]?.text).toContain(lastName)
    expect((await rig.status(id)).warning).toContain('matches "in: {cardholderName}"')
    expect((await rig.call('GET', 'outlets')).text).not.toContain(lastName)
  })

  it('need no echo where the data source sends none [W6]', async () => {
    const [one, other] = [await server({ ...international, echo: 'none' }), await server({ ...compatible, echo: 'none' })]
    await rig.add(outlet(one.port, { echo: 'none', name: 'one' }))
    await rig.add(outlet(other.port, { echo: 'none', name: 'other', dataSource: 'compatible' }))
    rig.tellMany(10, 'door.opened', front)
    await rig.until(() => one.received.length === 10 && other.received.length === 10)
    expect(one.received).toEqual(other.received)
  })

  it('that are not echoed as they should be are sent again, on a new connection, in order', async () => {
    const vms = await server({ ...international, echo: 'none' })
    const { id } = await rig.add(outlet(vms.port, { timeoutS: 5 }))
    const told = rig.tellMany(2, 'door.opened', front).map(event => event.id)
    await rig.until(() => vms.received.length === 1)
    await rig.pass(5_001)
    await rig.until(async () => (await rig.status(id)).attempts === 1)
    expect((await rig.status(id)).lastFailure?.message).toContain('sent no echo within 5 s')
    const { port } = vms
    await vms.close()
    await rig.pass(1_001)
    await rig.until(async () => (await rig.status(id)).lastFailure?.message.includes('refuses connections') ?? false)
    const back = await server(international, { port })
    await rig.untilPassing(1_000, () => back.received.length === 2)
    expect(back.received.map(each => each.text.split('id=')[1])).toEqual(told)
    // The wrong kind of echo is said to be one.
    const wrong = await server({ ...international, echo: 'all-bytes' })
    await rig.call('PATCH', `outlets/${id}`, { port: wrong.port, echo: 'statistics', template: 'x{id}' })
    rig.tell('door.closed', front)
    await rig.until(() => wrong.received.length === 1)
    await rig.pass(5_001)
    await rig.until(async () => (await rig.status(id)).lastFailure?.message.includes('did not answer with the echo "statistics"') ?? false)
  })

  it('survive an event server that restarts, and one of our own', async () => {
    const vms = await server(international)
    const { id } = await rig.add(outlet(vms.port))
    const told = rig.tellMany(5, 'door.opened', front)
    await rig.until(() => vms.received.length === 5)
    vms.disconnect()
    await rig.until(() => vms.connections() === 0)
    told.push(...rig.tellMany(5, 'door.closed', front))
    await rig.untilPassing(1_000, () => vms.received.length === 10)
    await rig.until(async () => (await rig.status(id)).delivered === 10)
    await rig.close(true)
    rig = await openOutletRig(rig.directory)
    told.push(...rig.tellMany(5, 'door.opened', front))
    await rig.until(() => vms.received.length === 15)
    expect(vms.received.map(each => each.text.split('id=')[1])).toEqual(told.map(event => event.id))
  })

  it('go over UDP once, which is said [W1]', async () => {
    const vms = await server(compatible)
    const { id } = await rig.add(outlet(vms.port, { protocol: 'udp', dataSource: 'compatible', template: '{type}' }))
    rig.tell('door.opened', front)
    await rig.until(() => vms.received.length === 1)
    expect(vms.received).toEqual([{ text: 'door.opened', over: 'udp', triggered: [] }])
    expect((await rig.call('POST', `outlets/${id}/test`)).json).toMatchObject({ ok: true, detail: expect.stringContaining('unconfirmed') })
  })

  it('have a template a type of event, and no name can begin a message of its own', async () => {
    const vms = await server(international)
    await rig.call('PATCH', 'cardholders/amber', { lastName: 'X\r\naccess.granted' })
    const templates = { 'access.denied': 'NO {cardholderName}: {text}', 'door.closed': '{side}' }
    await rig.add(outlet(vms.port, { template: '{type} {zoneName}|{time}|{site}|{backlog}', templates }))
    rig.tell('access.denied', { ...front, cardholder: 'amber', reason: 'lockdown' })
    rig.tell('door.closed', front)
    const { time } = rig.tell('door.opened', { ...front, zone: 'office' })
    await rig.until(() => vms.received.length === 2)
    const { json } = await rig.call('GET', 'zones/office')
    expect(vms.received.map(each => each.text)).toEqual([
      expect.stringMatching(/^NO Amber X access\.granted: Refused: .*lockdown\.$/),
      `door.opened ${json.name}|${time}|Amber Street|false`,
    ])
  })

  it('refuse a template with a placeholder that there is not, naming those there are', async () => {
    const refused = await rig.call('POST', 'outlets', outlet(1235, { template: '{type} {nonsense}' }))
    expect([refused.status, refused.json.errors]).toEqual([
      400,
      [{ in: 'body', path: 'template', message: expect.stringContaining('there is no placeholder {nonsense}; known are {id} {type}') }],
    ])
    expect((await rig.call('POST', 'outlets', outlet(1235, { templates: { 'door.opened': '{x}' } }))).json.errors[0].path).toBe(
      'templates["door.opened"]',
    )
    expect((await rig.call('POST', 'outlets', outlet(1235, { template: 'a\r\nb' }))).json.errors[0].path).toBe('template')
    expect((await rig.call('POST', 'outlets', outlet(1235, { protocol: 'udp' }))).json.errors[0].path).toBe('protocol')
    expect(
      (await rig.call('POST', 'outlets', outlet(1235, { protocol: 'udp', dataSource: 'compatible', echo: 'statistics' }))).json.errors[0]
        .path,
    ).toBe('echo')
  })
})

describe('the receiver of the kit', () => {
  const event = (type: GenericEvent['type'], expression: string): GenericEvent => ({ name: 'e', type, expression, priority: 0 })
  it('knows terms, quotes, AND, OR and parentheses [W7]', () => {
    const found = (expression: string, text: string) => matches(text, event('search', expression))
    expect(found('User001', 'a User001 b')).toBe(true)
    expect(found('User001 AND Sunday', 'User001')).toBe(false)
    expect(found('(User001 OR Door053) AND Sunday', 'Sunday, Door053')).toBe(true)
    expect(found('(User001 OR Door053) AND Sunday', 'Door053')).toBe(false)
    expect(found('User001 OR Door053 AND Sunday', 'User001')).toBe(true)
    expect(found('"User001 Door053"', 'Door053 User001')).toBe(false)
    expect(found('"a AND b"', 'x a AND b')).toBe(true)
    for (const wrong of ['', 'a AND', '(a', 'a b', 'OR']) expect(() => found(wrong, 'a'), wrong).toThrow('the expression')
  })

  it('searches, matches, and takes regular expressions [W8]', () => {
    expect(matches('door.opened front', event('search', '"door.opened"'))).toBe(true)
    expect(matches('door.opened front', event('match', '"door.opened"'))).toBe(false)
    expect(matches('door.opened', event('match', '"door.opened"'))).toBe(true)
    expect(matches('door.opened front', event('regular-expression', '^door\\.(opened|closed) \\w+$'))).toBe(true)
  })

  it('triggers every match of the highest priority, and none below [W10]', () => {
    const events = [search('low', 'a', 999_999), search('first', 'a', 1), search('second', 'b', 1), search('higher', 'c', 0)]
    expect(triggered('a b', events)).toEqual(['first', 'second'])
    expect(triggered('a b c', events)).toEqual(['higher'])
    expect(triggered('x', events)).toEqual([])
  })
})
