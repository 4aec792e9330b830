import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { openRig, type Rig } from './rig.ts'

let rig: Rig
beforeEach(async () => {
  rig = await openRig()
})
afterEach(() => rig.close())

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })
const signIn = (user: string, password: string) => rig.call('POST', 'session', { user, password }, { authorization: '' })

describe('signing in', () => {
  beforeEach(async () => {
    await rig.identity.addUser({ name: 'jo', password: 'correct horse', roles: ['operator'] })
  })

  it('gives a session that tells its rights, and ends it', async () => {
    const { status, json, headers } = await signIn('jo', 'correct horse')
    expect(status).toBe(200)
    expect(json).toMatchObject({
      user: 'jo',
      roles: ['operator'],
      rights: expect.arrayContaining(['operate-doors']),
      token: expect.any(String),
    })
    expect(json.rights).not.toContain('manage-configuration')
    expect(String(headers['set-cookie'])).toMatch(/HttpOnly.*SameSite=Strict/)
    const mine = bearer(json.token)
    expect((await rig.call('GET', 'session', undefined, mine)).json.user).toBe('jo')
    expect((await rig.call('DELETE', 'session', undefined, mine)).status).toBe(204)
    expect((await rig.call('GET', 'session', undefined, mine)).json.code).toBe('unauthenticated')
  })

  it('is over when its time is', async () => {
    const { json } = await signIn('jo', 'correct horse')
    rig.shift(Date.parse(json.expiresAt) - rig.plugin.now() + 1)
    expect((await rig.call('GET', 'session', undefined, bearer(json.token))).status).toBe(401)
  })

  it('locks a name after five wrong passwords, for longer each time, known name or not', async () => {
    for (const name of ['jo', 'nobody']) {
      for (let i = 0; i < 5; i++) expect((await signIn(name, 'wrong')).json.code).toBe('wrong-credentials')
      const locked = await signIn(name, 'correct horse')
      expect([locked.status, locked.json.code, Number(locked.headers['retry-after'])]).toEqual([429, 'locked-out', 30])
    }
    rig.shift(31_000)
    expect((await signIn('jo', 'wrong')).json.code).toBe('wrong-credentials')
    expect(Number((await signIn('jo', 'correct horse')).headers['retry-after'])).toBeGreaterThan(31)
    rig.shift(61_000)
    expect((await signIn('jo', 'correct horse')).status).toBe(200)
    for (let i = 0; i < 4; i++) await signIn('jo', 'wrong')
    expect((await signIn('jo', 'correct horse')).status).toBe(200)
  })

  it('unlocks a name with a new password from an administrator', async () => {
    for (let i = 0; i < 6; i++) await signIn('jo', 'wrong')
    expect((await signIn('jo', 'correct horse')).json.code).toBe('locked-out')
    await rig.call('PATCH', `users/${rig.identity.userNamed('jo')?.id}`, { password: 'battery staple' })
    expect((await signIn('jo', 'battery staple')).status).toBe(200)
  })

  it('has a name that reads like no other, nor like one that the audit log gives to nobody', async () => {
    const add = (name: string) => rig.call('POST', 'users', { name, password: 'three plain words' })
    for (const name of ['jo', 'JO', ' jo', 'ｊｏ', 'System', 'nobody']) expect((await add(name)).json.code, name).toBe('id-taken')
    const both = await Promise.all([add('kim'), add('Kim')])
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409])
  })

  it('does not judge more than five passwords that are sent at once', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => signIn('jo', 'wrong')))
    expect(answers.filter(a => a.json.code === 'wrong-credentials')).toHaveLength(5)
  })

  it('ends every session of a user who is shut out or gets another password', async () => {
    const [one, two] = [(await signIn('jo', 'correct horse')).json.token, (await signIn('jo', 'correct horse')).json.token]
    expect((await rig.call('PUT', 'session/password', { old: 'correct horse', new: 'battery staple' }, bearer(one))).status).toBe(204)
    expect((await rig.call('GET', 'session', undefined, bearer(two))).status).toBe(401)
    expect((await rig.call('GET', 'session', undefined, bearer(one))).status).toBe(200)
    const jo = rig.identity.userNamed('jo')!
    await rig.call('PATCH', `users/${jo.id}`, { disabled: true })
    expect((await rig.call('GET', 'session', undefined, bearer(one))).status).toBe(401)
    expect((await signIn('jo', 'battery staple')).json.code).toBe('wrong-credentials')
  })

  it('takes a session cookie from its own page only', async () => {
    const { json } = await signIn('jo', 'correct horse')
    const send = (headers: Record<string, string>) =>
      rig.call(
        'POST',
        'commands',
        { action: 'grant', element: 'front' },
        { authorization: '', cookie: `portunus-session=${json.token}`, host: 'plugin.local', ...headers },
      )
    expect((await send({ origin: 'http://plugin.local' })).status).toBe(200)
    expect((await send({ origin: 'http://evil.example' })).json.code).toBe('cross-site')
    expect((await send({})).json.code).toBe('cross-site')
    const read = (headers: Record<string, string>) =>
      rig.call('GET', 'users', undefined, { authorization: '', cookie: `portunus-session=${json.token}`, host: 'plugin.local', ...headers })
    expect((await read({ 'sec-fetch-site': 'same-origin' })).json.code).toBe('forbidden')
    expect((await read({ 'sec-fetch-site': 'cross-site' })).json.code).toBe('cross-site')
    expect((await read({ 'sec-fetch-site': 'same-site' })).json.code).toBe('cross-site')
  })

  it('is noted, whether it went well or not [X1]', async () => {
    await signIn('jo', 'wrong')
    await signIn('jo', 'correct horse')
    const lines = (await rig.call('GET', 'audit-log?limit=2')).json.items
    expect(lines).toMatchObject([
      { category: 'sign-in', permission: 'granted', user: 'jo', sourceType: 'user', sourceName: 'jo', location: '127.0.0.1' },
      { category: 'sign-in', permission: 'denied', user: 'jo', sourceType: 'user', sourceName: 'jo', location: '127.0.0.1' },
    ])
  })

  it('is undone by the user, by an administrator and with the user; open streams end with it', async () => {
    const jo = rig.identity.userNamed('jo')!
    const address = (await rig.api.listen({ host: '127.0.0.1', port: 0 })).replace('http', 'ws')
    const alive = async (secret: string) => (await rig.call('GET', 'session', undefined, bearer(secret))).status === 200
    for (const end of [
      (secret: string) => rig.call('DELETE', 'session', undefined, bearer(secret)),
      () => rig.call('DELETE', `users/${jo.id}/sessions`),
      () => rig.call('DELETE', `users/${jo.id}`),
    ]) {
      const secret = (await signIn('jo', 'correct horse')).json.token
      const socket = new WebSocket(`${address}/api/v1/stream`, { headers: bearer(secret) })
      await once(socket, 'open')
      socket.send('{}')
      await once(socket, 'message')
      const closed = once(socket, 'close')
      expect((await end(secret)).status).toBe(204)
      expect((await closed)[0]).toBe(4401)
      expect(await alive(secret)).toBe(false)
    }
    expect((await signIn('jo', 'correct horse')).json.code).toBe('wrong-credentials')
  })

  it('follows a change of the roles at once', async () => {
    const mine = bearer((await signIn('jo', 'correct horse')).json.token)
    const lock = async () => (await rig.call('POST', 'commands', { action: 'lock', element: 'front' }, mine)).status
    expect(await lock()).toBe(200)
    expect((await rig.call('PATCH', `users/${rig.identity.userNamed('jo')?.id}`, { roles: [] })).status).toBe(200)
    expect(await lock()).toBe(403)
  })

  it('keeps passwords and tokens as hashes only', () => {
    const secret = rig.identity.addToken({ name: 'vms', roles: ['operator'], expires: null }).secret
    const kept = JSON.stringify([rig.store.sql.prepare('select * from users').all(), rig.store.sql.prepare('select * from tokens').all()])
    expect(kept).not.toContain('correct horse')
    expect(kept).not.toContain(secret)
    expect(kept).toContain('$argon2id$v=19$m=19456,t=2,p=1$')
  })
})

describe('rights', () => {
  it('answers 401 without a token and 403 without a right, and notes both [T2, X1]', async () => {
    expect((await rig.call('GET', 'configuration', undefined, { authorization: '' })).json.code).toBe('unauthenticated')
    expect((await rig.call('GET', 'configuration', undefined, bearer('pt_nonsense'))).json.code).toBe('unauthenticated')
    const operator = bearer(rig.signedIn(['operator']))
    expect((await rig.call('PATCH', 'elements/front', { enabled: false }, operator)).json.code).toBe('forbidden')
    const lines = (await rig.call('GET', 'audit-log')).json.items
    expect(lines.filter((l: { permission: string }) => l.permission === 'denied')).toHaveLength(3)
    expect(Object.keys(lines[0])).toEqual(
      expect.arrayContaining(['at', 'message', 'permission', 'category', 'sourceType', 'sourceName', 'user', 'location']),
    )
  })

  it('limits a role to doors and zones, in what is seen and what is done', async () => {
    const role = {
      name: 'Shop',
      rights: [
        { right: 'use-access-control', doors: [], zones: ['shop-floor'] },
        { right: 'operate-doors', doors: ['shop'] },
      ],
    }
    expect((await rig.call('PUT', 'roles/shop', role)).status).toBe(201)
    expect((await rig.call('PUT', 'roles/shop', role)).status).toBe(200)
    const shop = bearer(rig.signedIn(['shop']))
    const { json } = await rig.call('GET', 'configuration?asUser=me', undefined, shop)
    const doors = json.elements.filter((e: { type: string }) => e.type === 'door').map((e: { id: string }) => e.id)
    expect(doors).toEqual(['shop'])
    expect(json.elements.map((e: { id: string }) => e.id)).not.toContain('front/a')
    expect((await rig.call('GET', 'states', undefined, shop)).json.items.map((s: { element: string }) => s.element)).not.toContain('front')
    for (const path of ['doors/front', 'controllers/ctrl-1', 'elements/office'])
      expect((await rig.call('GET', path, undefined, shop)).status, path).toBe(path.endsWith('office') ? 200 : 404)
    for (const path of ['doors', 'controllers', 'zones']) {
      const ids = (await rig.call('GET', path, undefined, shop)).json.items.map((each: { id: string }) => each.id)
      expect(ids, path).toEqual({ doors: ['shop'], controllers: ['ctrl-2'], zones: ['office', 'shop-floor'] }[path])
    }
    expect((await rig.call('POST', 'commands', { action: 'grant', element: 'shop' }, shop)).status).toBe(200)
    expect((await rig.call('POST', 'commands', { action: 'grant', element: 'front' }, shop)).status).toBe(403)
    expect((await rig.call('POST', 'commands', { action: 'lock', element: 'office' }, shop)).status).toBe(403)
    rig.tell('door.opened', { door: 'front' })
    const seen = rig.tell('door.opened', { door: 'shop', source: { kind: 'door', id: 'shop' } })
    expect((await rig.call('GET', 'events?after=0', undefined, shop)).json.items.map((e: { id: string }) => e.id)).toEqual([seen.id])
    expect((await rig.call('GET', 'session', undefined, shop)).json.limits['operate-doors']).toEqual(['shop'])
  })

  it('refuses a role limited where limits mean nothing, or by places that are not there', async () => {
    const put = async (rights: object[]) => (await rig.call('PUT', 'roles/r', { name: 'R', rights })).json.errors?.[0].path
    expect(await put([{ right: 'manage-security', doors: ['front'] }])).toBe('rights')
    expect(await put([{ right: 'operate-doors', doors: ['nowhere'] }])).toBe('rights[0].doors')
    expect((await rig.call('PUT', 'roles/administrator', { name: 'A', rights: [] })).json.code).toBe('built-in')
    const made = await rig.call('POST', 'roles', {
      name: 'Doors',
      rights: ['use-access-control', { right: 'operate-doors', doors: ['front'] }],
    })
    expect([made.status, made.headers.location]).toEqual([201, `/api/v1/roles/${made.json.id}`])
    expect((await rig.call('GET', `roles/${made.json.id}`)).json).toEqual({
      id: made.json.id,
      name: 'Doors',
      builtIn: false,
      rights: [
        { right: 'use-access-control', doors: [], zones: [] },
        { right: 'operate-doors', doors: ['front'], zones: [] },
      ],
    })
    expect((await rig.call('POST', 'roles', { id: 'operator', name: 'O', rights: [] })).json.code).toBe('id-taken')
    expect((await rig.call('POST', 'roles', { name: 'X', rights: ['king'] })).json.errors[0].path).toBe('rights[0].right')
  })

  it('removes no role that an outlet commands with', async () => {
    await rig.call('PUT', 'roles/r', { name: 'R', rights: [] })
    const made = { kind: 'mqtt', name: 'building', enabled: false, url: 'mqtt://127.0.0.1:1', roles: ['r'] }
    const { json } = await rig.call('POST', 'outlets', made)
    expect((await rig.call('DELETE', 'roles/r')).json).toMatchObject({ code: 'in-use', users: ['outlet building'] })
    expect((await rig.call('DELETE', `outlets/${json.id}`)).status).toBe(204)
    expect((await rig.call('DELETE', 'roles/r')).status).toBe(204)
  })
  it('removes no role that somebody has, and no last administrator', async () => {
    await rig.call('PUT', 'roles/r', { name: 'R', rights: [] })
    rig.signedIn(['r'])
    expect((await rig.call('DELETE', 'roles/r')).json.code).toBe('in-use')
    const { json } = await rig.call('POST', 'users', { name: 'boss', password: 'a good password', roles: ['administrator'] })
    expect((await rig.call('DELETE', `users/${json.id}`)).json.code).toBe('in-use')
    expect((await rig.call('PATCH', `users/${json.id}`, { roles: ['operator'] })).json.code).toBe('in-use')
  })
})

describe('a change that somebody else has overtaken', () => {
  it('is refused, of users and of roles', async () => {
    const { json, headers } = await rig.call('POST', 'users', { name: 'kim', password: 'a good password', roles: [] })
    const first = { 'if-match': String(headers.etag) }
    expect((await rig.call('GET', `users/${json.id}`)).headers.etag).toBe(headers.etag)
    const changed = await rig.call('PATCH', `users/${json.id}`, { roles: ['operator'] }, first)
    expect(changed.status).toBe(200)
    for (const [method, body] of [
      ['PATCH', { roles: [] }],
      ['DELETE', undefined],
    ] as const)
      expect((await rig.call(method, `users/${json.id}`, body, first)).json.code).toBe('lost-update')
    const second = { 'if-match': String(changed.headers.etag) }
    expect((await rig.call('PATCH', `users/${json.id}`, { password: 'another good one' })).status).toBe(200)
    expect((await rig.call('DELETE', `users/${json.id}`, undefined, second)).json.code).toBe('lost-update')

    const tag = { 'if-match': String((await rig.call('PUT', 'roles/r', { name: 'R', rights: [] })).headers.etag) }
    expect((await rig.call('PUT', 'roles/r', { name: 'S', rights: [] }, tag)).status).toBe(200)
    expect((await rig.call('PUT', 'roles/r', { name: 'T', rights: [] }, tag)).json.code).toBe('lost-update')
    expect((await rig.call('DELETE', 'roles/r', undefined, tag)).json.code).toBe('lost-update')
    expect((await rig.call('DELETE', 'roles/r', undefined, { 'if-match': '*' })).status).toBe(204)
  })
})

describe('tokens', () => {
  it('tells a secret once, and stops working at its time or when it is removed', async () => {
    const { status, json } = await rig.call('POST', 'tokens', {
      name: 'vms',
      roles: ['operator'],
      expiresAt: new Date(rig.plugin.now() + 60_000).toISOString(),
    })
    expect(status).toBe(201)
    const listed = (await rig.call('GET', 'tokens')).json.items.find((t: { name: string }) => t.name === 'vms')
    expect(listed).not.toHaveProperty('token')
    expect((await rig.call('GET', 'session', undefined, bearer(json.token))).json).toMatchObject({ user: 'vms', kind: 'token' })
    rig.shift(60_001)
    expect((await rig.call('GET', 'session', undefined, bearer(json.token))).status).toBe(401)
    const other = (await rig.call('POST', 'tokens', { name: 'other', roles: ['operator'] })).json
    expect((await rig.call('DELETE', `tokens/${other.id}`)).status).toBe(204)
    expect((await rig.call('GET', 'session', undefined, bearer(other.token))).status).toBe(401)
  })

  it('refuses weak passwords and names that a directory could not hold [X11]', async () => {
    const path = async (body: object) => (await rig.call('POST', 'users', body)).json.errors?.[0].path
    expect(await path({ name: 'jo', password: 'short' })).toBe('password')
    expect(await path({ name: 'johanna', password: 'ilovejohanna' })).toBe('password')
    expect(await path({ name: 'jo', password: 'aaaaaaaaaaaa' })).toBe('password')
    for (const tried of ['1234567890', 'Password2026!', 'qwertyuiop', 'adminadmin12', '(welcome)-98'])
      expect(await path({ name: 'jo', password: tried }), tried).toBe('password')
    const { id } = (await rig.identity.addUser({ name: 'kim', password: 'correct horse', roles: ['operator'] }))!
    expect((await rig.call('PATCH', `users/${id}`, { password: 'short' })).json.errors[0].path).toBe('password')
    const kim = bearer((await signIn('kim', 'correct horse')).json.token)
    expect((await rig.call('PUT', 'session/password', { old: 'correct horse', new: 'kim kim kim 1' }, kim)).json.errors[0].path).toBe('new')
    expect((await rig.call('PUT', 'session/password', { old: 'not mine at all', new: 'a good password' }, kim)).json.code).toBe(
      'wrong-credentials',
    )
    expect((await signIn('kim', 'correct horse')).status).toBe(200)
    expect(await path({ name: 'a/b', password: 'a good password' })).toBe('name')
    expect(await path({ name: 'jo', password: 'a good password', roles: ['king'] })).toBe('roles[0]')
  })
})
