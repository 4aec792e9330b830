import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Endpoint, type OutletRig, openEndpoint, openOutletRig } from './rig.ts'

let rig: OutletRig
let there: Endpoint
beforeEach(async () => {
  rig = await openOutletRig()
  there = await openEndpoint()
})
afterEach(async () => {
  await rig.close()
  await there.close()
})
const webhook = (more: object = {}) => ({ kind: 'webhook', name: 'ops', url: there.url, ...more })
const refusal = async (body: object, path = 'outlets') => {
  const { status, json } = await rig.call('POST', path, body)
  return [status, json.errors?.[0].path ?? json.code]
}

describe('outlets over the API', () => {
  it('are made, read, changed by who has read them last, and removed', async () => {
    const { id, etag } = await rig.add(webhook())
    const read = await rig.call('GET', `outlets/${id}`)
    expect(read.headers.etag).toBe(etag)
    expect(read.json).toMatchObject({
      id,
      kind: 'webhook',
      enabled: true,
      filter: { types: [], categories: [], doors: [], backlog: true },
      timeoutS: 10,
    })
    expect((await rig.call('GET', 'outlets')).json.items).toEqual([read.json])

    const patched = await rig.call('PATCH', `outlets/${id}`, { timeoutS: 5, filter: { doors: ['front'] } }, { 'if-match': etag })
    expect([patched.status, patched.json.timeoutS, patched.json.filter.doors]).toEqual([200, 5, ['front']])
    expect((await rig.call('PATCH', `outlets/${id}`, { timeoutS: 6 }, { 'if-match': etag })).json.code).toBe('lost-update')
    expect((await rig.call('DELETE', `outlets/${id}`, undefined, { 'if-match': etag })).json.code).toBe('lost-update')
    // What was read may come back whole.
    expect((await rig.call('PATCH', `outlets/${id}`, patched.json)).json).toMatchObject({ timeoutS: 5, name: 'ops' })

    expect((await rig.call('DELETE', `outlets/${id}`)).status).toBe(204)
    expect((await rig.call('GET', `outlets/${id}`)).status).toBe(404)
    rig.tell('door.opened', { door: 'front' })
    await rig.pass(1_000)
    expect(there.got).toEqual([])
    expect(rig.store.vault.names(`outlet ${id}`)).toEqual([])
  })

  it('refuse what cannot work, naming the field', async () => {
    await rig.add(webhook())
    expect(await refusal(webhook())).toEqual([409, 'id-taken'])
    expect(await refusal(webhook({ name: 'b', filter: { categories: ['Nonsense'] } }))).toEqual([400, 'filter.categories[0]'])
    expect(await refusal(webhook({ name: 'b', filter: { doors: ['front', 'nowhere'] } }))).toEqual([400, 'filter.doors[1]'])
    expect(await refusal(webhook({ name: 'b', filter: { types: ['nonsense'] } }))).toEqual([400, 'filter.types[0]'])
    expect(await refusal(webhook({ name: 'b', url: 'http://example.com/x' }))).toEqual([400, 'url'])
    expect(await refusal(webhook({ name: 'b', url: 'https://user:secret@example.com/' }))).toEqual([400, 'url'])
    expect(await refusal(webhook({ name: 'b', url: 'ftp://127.0.0.1/' }))).toEqual([400, 'url'])
    expect(await refusal(webhook({ name: 'b', after: '99' }))).toEqual([400, 'after'])
    expect(await refusal({ ...webhook(), kind: 'pigeon' })).toEqual([400, 'kind'])
    expect(
      (await rig.call('POST', 'outlets', webhook({ name: 'b', enabled: false, url: 'http://example.com/x', allowHttp: true }))).status,
    ).toBe(201)
  })

  it('keep their secrets: no answer, no line of a log, no error and no plain file has them', async () => {
    const secrets = { secret: 'signing-secret-1234', token: 'token-5678-abcdef' }
    const leak = (request: Endpoint['got'][0]['headers']) => ({ status: 400, body: `you sent ${request.authorization}` })
    there.behaviour.answer = () => leak({ authorization: `Bearer ${secrets.token}` })
    const made = await rig.call('POST', 'outlets', webhook(secrets))
    const { id } = made.json
    expect(made.json.secrets).toEqual({ secret: true, previousSecret: false, token: true })
    rig.tell('door.opened', { door: 'front' })
    await rig.until(async () => (await rig.status(id)).attempts > 0)
    expect(there.got[0]?.headers.authorization).toBe(`Bearer ${secrets.token}`)
    const short = await rig.call('PATCH', `outlets/${id}`, { secret: 'too short, too' })
    expect([short.status, short.json.errors[0].path]).toEqual([400, 'secret'])
    const said = [
      made.text,
      short.text,
      ...(await Promise.all(
        [`outlets/${id}`, 'outlets', 'webhooks', `outlets/${id}/dead-letters`, 'audit-log', 'events'].map(
          async path => (await rig.call('GET', path)).text,
        ),
      )),
      (await rig.call('POST', `outlets/${id}/test`)).text,
      (await rig.call('PATCH', `outlets/${id}`, { token: secrets.token })).text,
    ].join('\n')
    expect(said).toContain('you sent Bearer …')
    await rig.pass(2_000)
    rig.store.sql.pragma('wal_checkpoint(TRUNCATE)')
    const file = readFileSync(join(rig.directory, 'plugin.db'), 'latin1')
    for (const secret of [...Object.values(secrets), 'too short, too']) {
      expect(said).not.toContain(secret)
      expect(file).not.toContain(secret)
    }
    await rig.call('PATCH', `outlets/${id}`, { token: null })
    expect((await rig.call('GET', `outlets/${id}`)).json.secrets.token).toBe(false)
    expect((await rig.call('PATCH', `outlets/${id}`, { secret: null })).json.errors[0].path).toBe('secret')
  })

  it('send no secret to whom it was not given for: another address needs it anew', async () => {
    const thief = await openEndpoint()
    const cases = [
      [webhook({ token: 'token-5678-abcdef' }), 'token', thief.url],
      [
        { kind: 'mqtt', name: 'bus', url: 'mqtt://127.0.0.1:9', username: 'u', password: 'p' },
        'password',
        `mqtt://127.0.0.1:${thief.port}`,
      ],
    ] as const
    for (const [body, field, url] of cases) {
      const { id } = await rig.add(body)
      const refused = await rig.call('PATCH', `outlets/${id}`, { url })
      expect([refused.status, refused.json.errors?.[0].path]).toEqual([400, field])
      expect((await rig.call('PATCH', `outlets/${id}`, { url: `${body.url}${field === 'token' ? '/other' : ''}` })).status).toBe(200)
      expect((await rig.call('PATCH', `outlets/${id}`, { url, [field]: null })).status).toBe(200)
    }
    expect((await rig.call('GET', 'outlets')).json.items.map((each: { secrets: object }) => Object.values(each.secrets))).toEqual([
      [true, false, false],
      [false, false],
    ])
    await thief.close()
  })

  it('are webhooks where they are of that kind', async () => {
    const { id } = await rig.add({ kind: 'generic-events', name: 'vms', host: '127.0.0.1', enabled: false })
    const made = await rig.call('POST', 'webhooks', { name: 'hook', url: there.url })
    expect([made.status, made.json.kind, made.headers.location]).toEqual([201, 'webhook', `/api/v1/webhooks/${made.json.id}`])
    expect(made.json.secret).toMatch(/^whsec_/)
    expect((await rig.call('GET', 'webhooks')).json.items.map((each: { name: string }) => each.name)).toEqual(['hook'])
    expect((await rig.call('GET', 'outlets')).json.items.map((each: { name: string }) => each.name)).toEqual(['vms', 'hook'])
    expect((await rig.call('GET', `webhooks/${id}`)).status).toBe(404)
    expect((await rig.call('DELETE', `webhooks/${id}`)).status).toBe(404)
    expect((await rig.call('PATCH', `outlets/${id}`, { kind: 'webhook' })).json.errors[0].path).toBe('kind')
    expect((await rig.call('PATCH', `webhooks/${made.json.id}`, { enabled: false })).json.status.state).toBe('off')
  })

  it('need the right to configure, and leave lines in the audit log', async () => {
    const { id } = await rig.add(webhook())
    const operator = { authorization: `Bearer ${rig.signedIn(['operator'])}` }
    const paths = [`outlets`, `outlets/${id}`, `outlets/${id}/dead-letters`, 'webhooks']
    for (const path of paths) expect((await rig.call('GET', path, undefined, operator)).status).toBe(403)
    expect((await rig.call('POST', 'outlets', webhook({ name: 'b' }), operator)).status).toBe(403)
    expect((await rig.call('POST', `outlets/${id}/test`, undefined, operator)).status).toBe(403)
    expect((await rig.call('DELETE', `outlets/${id}`, undefined, operator)).status).toBe(403)
    await rig.call('PATCH', `outlets/${id}`, { name: 'other', token: 'x' }, { 'x-on-behalf-of': 'Eve' })
    await rig.call('DELETE', `outlets/${id}`)
    const lines = (await rig.call('GET', 'audit-log')).json.items.filter((line: { permission: string }) => line.permission === 'granted')
    expect(lines.slice(0, 3).map((line: { message: string; onBehalfOf: string | null }) => [line.message, line.onBehalfOf])).toEqual([
      ['Removed outlet "other"', null],
      ['Changed name, token of outlet "other"', 'Eve'],
      ['Added outlet "ops"', null],
    ])
  })

  it('send out only what their maker may see', async () => {
    const role = (id: string, rights: object[]) => rig.call('PUT', `roles/${id}`, { name: id, rights })
    await role('technician', [{ right: 'manage-configuration' }, { right: 'use-access-control', doors: ['front'] }])
    await role('integrator', [{ right: 'manage-configuration' }, { right: 'use-access-control' }])
    const as = (id: string) => ({ authorization: `Bearer ${rig.signedIn([id])}` })
    const names = { kind: 'generic-events', name: 'vms', host: '127.0.0.1', enabled: false, template: '{cardholderName}' }
    const plain = { ...names, name: 'plain', template: '{cardholder}' }
    const answer = async (body: object, who: string) => {
      const { status, json } = await rig.call('POST', 'outlets', body, as(who))
      return status === 201 ? status : [status, /"([a-z-]+)"/.exec(json.detail)?.[1]]
    }
    expect(await answer(plain, 'technician')).toEqual([403, 'use-access-control'])
    expect(await answer(names, 'integrator')).toEqual([403, 'view-cardholders'])
    expect(await answer(plain, 'integrator')).toBe(201)
    const [{ id }] = (await rig.call('GET', 'outlets')).json.items
    expect((await rig.call('PATCH', `outlets/${id}`, { templates: { 'access.denied': '{text}' } }, as('integrator'))).json.code).toBe(
      'forbidden',
    )
  })

  it('page, and so do their dead letters', async () => {
    for (const name of ['a', 'b', 'c']) await rig.add(webhook({ name, enabled: false }))
    const first = (await rig.call('GET', 'outlets?limit=2')).json
    const second = (await rig.call('GET', `outlets?limit=2&after=${first.next}`)).json
    expect([...first.items, ...second.items].map((each: { name: string }) => each.name)).toEqual(['a', 'b', 'c'])
    expect(second.next).toBe(null)
    const [{ id }] = first.items
    const told = rig.tellMany(3, 'door.opened', { door: 'front' })
    const bury = rig.store.sql.prepare(
      "insert into dead_letters (outlet, cursor, at, attempts, message, queued) values (?, ?, 0, 1, 'x', 0)",
    )
    for (const cursor of [1, 2, 3]) bury.run(id, cursor)
    const one = (await rig.call('GET', `outlets/${id}/dead-letters?limit=2`)).json
    const two = (await rig.call('GET', `outlets/${id}/dead-letters?limit=2&after=${one.next}`)).json
    expect([...one.items, ...two.items].map((each: { event: string }) => each.event)).toEqual(told.map(event => event.id))
    // What retention removes is no dead letter any more.
    rig.store.transact(() => rig.plugin.log.prune({ days: 0, atLeast: 1, atMost: null }, rig.plugin.now() + 1))
    expect((await rig.status(id)).deadLetters).toBe(1)
  })
})
