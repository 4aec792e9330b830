import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { client, startProvider, type TestProvider } from './oidc-provider.ts'
import { openRig, type Rig } from './rig.ts'
import { run } from './server-process.ts'

const address = 'http://127.0.0.1:8080'
let rig: Rig
let provider: TestProvider
beforeEach(async () => {
  provider = await startProvider(`${address}/signin-oidc`)
  rig = await openRig()
  provider.people.set('u1', { preferred_username: 'jo', groups: ['guards', 'night'] })
  expect((await set()).status).toBe(200)
})
afterEach(async () => {
  await rig.close()
  await provider.stop()
})

const settings = () => ({
  name: 'Contoso',
  issuer: provider.issuer,
  clientId: client.id,
  clientSecret: client.secret as string | null,
  address,
  scopes: ['profile', 'email', 'groups'],
  mappings: [{ claim: 'groups', values: ['guards'], role: 'operator' }] as object[],
})
const set = (change: object = {}, headers = {}) => rig.call('PUT', 'identity-provider', { ...settings(), ...change }, headers)
const stranger = { authorization: '' }
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })
const cookieOf = (answer: { headers: Record<string, unknown> }, name: string) =>
  [answer.headers['set-cookie']]
    .flat()
    .map(String)
    .find(line => line.startsWith(`${name}=`))

/** What a browser that begins to sign in has then. */
async function begin() {
  const answer = await rig.call('POST', 'session/oidc', undefined, { ...stranger, origin: address })
  const line = cookieOf(answer, 'portunus-sign-in')
  return { answer, cookie: line?.split(';')[0] ?? '' }
}
const comeBack = (cookie: string, query: string, headers: Record<string, string> = {}) =>
  rig.call('POST', 'session/oidc/return', { query }, { ...stranger, origin: address, cookie, ...headers })
/** The whole way; `change` is what happens to the query on the way back. */
async function signIn(person = 'u1', change: (query: URLSearchParams) => void = () => {}) {
  const { answer, cookie } = await begin()
  if (answer.status !== 200) return answer
  const back = await provider.visit(answer.json.address, person)
  change(back.searchParams)
  return comeBack(cookie, back.search)
}
const denied = async () =>
  (await rig.call('GET', 'audit-log?limit=50')).json.items
    .filter((line: { permission: string }) => line.permission === 'denied')
    .map(({ category, message, user }: Record<string, string>) => ({ category, message, user }))

describe('signing in through a provider', () => {
  it('gives the role that a claim is mapped to, in a session like any other [X8]', async () => {
    const { status, json, headers } = await signIn()
    expect([status, json.user, json.roles, json.kind]).toEqual([200, 'jo', ['operator'], 'user'])
    expect(json.rights).not.toContain('manage-security')
    expect((await rig.call('GET', 'session', undefined, bearer(json.token))).json.user).toBe('jo')
    expect(cookieOf({ headers }, 'portunus-session')).toMatch(/Path=\/; Expires=.*HttpOnly; SameSite=Strict/)
    expect((await rig.call('GET', 'users')).json.items).toMatchObject([{ name: 'jo', foreign: true, roles: ['operator'], disabled: false }])
    const [line] = (await rig.call('GET', 'audit-log')).json.items
    expect(line).toMatchObject({ category: 'sign-in', permission: 'granted', user: 'jo', message: 'Signed in through Contoso as operator' })
    expect((await rig.call('DELETE', 'session', undefined, bearer(json.token))).status).toBe(204)
    expect((await rig.call('GET', 'session', undefined, bearer(json.token))).status).toBe(401)
  })

  it('joins the roles of all claims that fit, and their rights end at their doors', async () => {
    for (const door of ['front', 'shop']) {
      const rights = [
        { right: 'operate-doors', doors: [door] },
        { right: 'use-access-control', doors: [door] },
      ]
      expect((await rig.call('PUT', `roles/${door}`, { name: door, rights })).status).toBe(201)
    }
    await set({
      mappings: [
        { claim: 'groups', values: ['day', 'night'], role: 'front' },
        { claim: 'site', values: ['7'], role: 'shop' },
        { claim: 'groups', values: ['GUARDS', 'guard'], role: 'administrator' },
      ],
    })
    provider.people.set('u2', { preferred_username: 'kim', groups: 'day', site: 7 })
    const [one, two] = [(await signIn('u1')).json, (await signIn('u2')).json]
    expect([one.roles, two.roles]).toEqual([['front'], ['front', 'shop']])
    const lock = async (door: string, secret: string) =>
      (await rig.call('POST', 'commands', { action: 'lock', element: door }, bearer(secret))).status
    expect([await lock('front', one.token), await lock('shop', one.token)]).toEqual([200, 403])
    expect([await lock('front', two.token), await lock('shop', two.token), await lock('archive', two.token)]).toEqual([200, 200, 403])
  })

  it('refuses whom no mapping fits, notes it, and makes no user of them', async () => {
    provider.people.set('u3', { preferred_username: 'eve', groups: ['visitors'], email: 'guards' })
    const { status, json } = await signIn('u3')
    expect([status, json.code, json.detail]).toEqual([403, 'no-role-mapped', expect.stringContaining('no role')])
    expect(await denied()).toEqual([
      { category: 'sign-in', user: 'eve', message: expect.stringMatching(/^Sign-in through Contoso refused: .*no role/) },
    ])
    expect((await rig.call('GET', 'users')).json.items).toEqual([])
  })

  it('signs out at the provider, too, unless told otherwise', async () => {
    await set({ promptForLogin: false })
    const cookies = new Map<string, string>()
    const enter = async () => {
      const forms: string[] = []
      const { answer, cookie } = await begin()
      const back = await provider.visit(answer.json.address, 'u1', cookies, forms)
      return { forms, token: (await comeBack(cookie, back.search)).json.token as string }
    }
    const leave = async (token: string) => (await rig.call('POST', 'session/end', undefined, bearer(token))).json
    expect((await enter()).forms).toEqual(['sign in'])
    const { forms, token } = await enter()
    expect(forms).toEqual([])
    const { address: end } = await leave(token)
    expect((await rig.call('GET', 'session', undefined, bearer(token))).status).toBe(401)
    const signingOut: string[] = []
    await provider.visit(end, 'u1', cookies, signingOut)
    expect(signingOut).toEqual(['sign out'])
    expect((await enter()).forms).toEqual(['sign in'])

    await set({ promptForLogin: false, endSession: false })
    expect(await leave((await enter()).token)).toEqual({ address: null })
    provider.lies.discovery = document => ({ ...document, end_session_endpoint: 'javascript:alert(1)' })
    await set({ promptForLogin: false })
    expect(await leave((await enter()).token)).toEqual({ address: null })
    await rig.identity.addUser({ name: 'local', password: 'three plain words', roles: ['operator'] })
    const local = (await rig.call('POST', 'session', { user: 'local', password: 'three plain words' }, stranger)).json.token
    expect(await leave(local)).toEqual({ address: null })
    expect((await rig.call('POST', 'session/end')).json.code).toBe('built-in')
  })

  it('looks at the claims anew each time: who has lost the role loses every session', async () => {
    const first = (await signIn()).json.token
    provider.people.set('u1', { preferred_username: 'jo', groups: [] })
    expect((await signIn()).json.code).toBe('no-role-mapped')
    expect((await rig.call('GET', 'session', undefined, bearer(first))).status).toBe(401)
  })

  it('asks the provider for claims that the ID token lacks', async () => {
    provider.lies.claims = ({ preferred_username: _, groups: __, ...rest }) => rest
    expect((await signIn()).json).toMatchObject({ user: 'jo', roles: ['operator'] })
    expect(provider.asked).toContain('/me')
  })

  it('finds claims inside others, and believes no address that nobody has checked', async () => {
    provider.lies.claims = claims => ({ ...claims, realm_access: { roles: ['door-staff'] } })
    await set({ mappings: [{ claim: 'realm_access.roles', values: ['door-staff'], role: 'operator' }] })
    expect((await signIn()).json.roles).toEqual(['operator'])
    await set({ mappings: [{ claim: 'email', values: ['boss@contoso.example'], role: 'administrator' }] })
    provider.people.set('u1', { preferred_username: 'jo', email: 'boss@contoso.example', email_verified: false })
    expect((await signIn()).json.code).toBe('no-role-mapped')
    provider.people.set('u1', { preferred_username: 'jo', email: 'boss@contoso.example', email_verified: true })
    expect((await signIn()).json.roles).toEqual(['administrator'])
  })

  it('asks the provider to ask again for the password, unless told otherwise [X5]', async () => {
    const prompt = async () => new URL((await begin()).answer.json.address).searchParams.get('prompt')
    expect(await prompt()).toBe('login')
    await set({ promptForLogin: false })
    expect(await prompt()).toBe(null)
  })
})

describe('a foreign name', () => {
  const nameOf = async (claims: object, change: object = {}) => {
    await set(change)
    provider.people.set('u9', { groups: ['guards'], ...claims })
    return (await signIn('u9')).json.user
  }

  it('is the first that is there, without what a user name may not hold [X9, X11]', async () => {
    expect(await nameOf({ preferred_username: 'jo', name: 'Jo Berg', site: 'S1' }, { nameClaim: 'site' })).toBe('S1')
    expect(await nameOf({ preferred_username: 'jo', name: 'Jo Berg' }, { nameClaim: 'site' })).toBe('jo')
    expect(await nameOf({ name: 'Jo Berg', email: 'jo@x.example' })).toBe('Jo Berg')
    expect(await nameOf({ email: 'jo@x.example' })).toBe('jo@x.example')
    expect(await nameOf({})).toBe('u9')
    expect(await nameOf({ preferred_username: 'CONTOSO\\jo\u202e\u0000' })).toBe('CONTOSO_jo')
    expect((await rig.call('GET', 'users')).json.items).toHaveLength(1)
  })

  it('takes over no local user, nor the name of one, however it is written', async () => {
    const local = await rig.identity.addUser({ name: 'admin', password: 'correct horse', roles: ['administrator'] })
    expect(await nameOf({ preferred_username: 'Admin' })).toBe('Admin (Contoso)')
    expect(await nameOf({ preferred_username: 'ａｄｍｉｎ' })).toBe('admin (Contoso)')
    expect(await nameOf({ preferred_username: 'system' })).toBe('system (Contoso)')
    provider.people.set('u8', { preferred_username: 'system', groups: ['guards'] })
    expect((await signIn('u8')).json.user).toBe('system (Contoso 2)')
    expect(rig.identity.user(local!.id)).toMatchObject({ name: 'admin', foreign: false, roles: ['administrator'] })
    expect((await rig.call('POST', 'session', { user: 'admin', password: 'correct horse' }, stranger)).status).toBe(200)
  })

  it('has no password here, and no roles but those of the provider; yet it can be shut out', async () => {
    const { token } = (await signIn()).json
    const { id } = rig.identity.userNamed('jo')!
    const path = async (body: object) => (await rig.call('PATCH', `users/${id}`, body)).json.errors?.[0].path
    expect(await path({ password: 'a good password' })).toBe('password')
    expect(await path({ roles: ['administrator'] })).toBe('roles')
    expect((await rig.call('PUT', 'session/password', { old: 'x', new: 'a good password' }, bearer(token))).json.code).toBe('built-in')
    expect((await rig.call('POST', 'session', { user: 'jo', password: 'x' }, stranger)).json.code).toBe('wrong-credentials')
    const reset = run('user', 'add', '--data', rig.directory, '--name', 'jo', '--reset')
    expect([reset.status, reset.stdout, reset.stderr]).toEqual([2, '', expect.stringContaining('through the identity provider')])
    expect((await rig.call('PATCH', `users/${id}`, { disabled: true })).status).toBe(200)
    expect((await rig.call('GET', 'session', undefined, bearer(token))).status).toBe(401)
    expect((await signIn()).json).toMatchObject({ code: 'user-disabled', status: 403, detail: expect.stringContaining('shut you out') })
    expect((await denied()).at(0)).toMatchObject({ user: 'jo', category: 'sign-in' })
    await rig.call('PATCH', `users/${id}`, { disabled: false })
    expect((await signIn()).status).toBe(200)
  })

  it('is no reason to leave the system without a local administrator', async () => {
    await set({ mappings: [{ claim: 'groups', values: ['guards'], role: 'administrator' }] })
    await signIn()
    const { json } = await rig.call('POST', 'users', { name: 'boss', password: 'a good password', roles: ['administrator'] })
    expect((await rig.call('DELETE', `users/${json.id}`)).json.code).toBe('in-use')
    expect((await rig.call('DELETE', `users/${rig.identity.userNamed('jo')!.id}`)).status).toBe(204)
  })
})

describe('an answer that is not to be trusted', () => {
  const reason = async (change?: (query: URLSearchParams) => void) => {
    const { status, json } = await signIn('u1', change)
    expect(status).toBeGreaterThanOrEqual(401)
    expect((await denied())[0]).toMatchObject({ category: 'sign-in', message: expect.stringContaining(json.detail) })
    expect((await rig.call('GET', 'users')).json.items).toEqual([])
    return json.code
  }
  const seconds = () => Math.floor(Date.now() / 1000)

  it('has another state, or none', async () => {
    expect(await reason(query => query.set('state', 'x'))).toBe('untrusted-answer')
    expect(await reason(query => query.delete('state'))).toBe('untrusted-answer')
  })

  it('comes from another issuer', async () => {
    expect(await reason(query => query.set('iss', 'https://evil.example'))).toBe('untrusted-answer')
    expect(await reason(query => query.delete('iss'))).toBe('untrusted-answer')
  })

  it.each<[string, string, (claims: Record<string, unknown>) => Record<string, unknown>]>([
    ['another nonce', 'untrusted-answer', claims => ({ ...claims, nonce: 'x' })],
    ['no nonce', 'untrusted-answer', ({ nonce: _, ...claims }) => claims],
    ['another audience', 'untrusted-answer', claims => ({ ...claims, aud: 'somebody-else' })],
    ['more audiences than ours', 'untrusted-answer', claims => ({ ...claims, aud: [client.id, 'other'], azp: 'other' })],
    ['another issuer', 'untrusted-answer', claims => ({ ...claims, iss: 'https://evil.example' })],
    ['no subject', 'untrusted-answer', ({ sub: _, ...claims }) => claims],
    ['its time over', 'clock-differs', claims => ({ ...claims, exp: seconds() - 60 })],
    ['its time not come', 'clock-differs', claims => ({ ...claims, nbf: seconds() + 120 })],
  ])('has an ID token with %s', async (_, code, change) => {
    provider.lies.claims = change
    expect(await reason()).toBe(code)
  })

  it('is signed by somebody else', async () => {
    provider.lies.key = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey
    expect(await reason()).toBe('untrusted-answer')
  })

  it('comes twice, late, or to a browser that did not begin', async () => {
    const { answer, cookie } = await begin()
    const { search } = await provider.visit(answer.json.address, 'u1')
    expect((await comeBack('', search)).json.code).toBe('sign-in-over')
    expect((await comeBack((await begin()).cookie, search)).json.code).toBe('untrusted-answer')
    expect((await comeBack(cookie, search)).status).toBe(200)
    expect((await comeBack(cookie, search)).json.code).toBe('sign-in-over')

    const spoilt = await begin()
    const right = await provider.visit(spoilt.answer.json.address, 'u1')
    expect((await comeBack(spoilt.cookie, '?state=x&code=y')).json.code).toBe('untrusted-answer')
    expect((await comeBack(spoilt.cookie, right.search)).json.code).toBe('sign-in-over')

    const late = await begin()
    const back = await provider.visit(late.answer.json.address, 'u1')
    rig.shift(10 * 60_000)
    expect((await comeBack(late.cookie, back.search)).json.code).toBe('sign-in-over')
  })

  it('brings a code that was used already, or of another sign-in', async () => {
    const { searchParams } = await provider.visit((await begin()).answer.json.address, 'u1')
    const other = await signIn('u1', query => query.set('code', searchParams.get('code') ?? ''))
    expect(other.json.code).toBe('sign-in-over')
    let used = ''
    expect(
      (
        await signIn('u1', query => {
          used = query.get('code') ?? ''
        })
      ).status,
    ).toBe(200)
    expect((await signIn('u1', query => query.set('code', used))).json.code).toBe('sign-in-over')
  })

  it('is a refusal: its words are not ours, so they are not shown', async () => {
    const { json } = await signIn('u1', query => {
      query.delete('code')
      query.set('error', 'access_denied')
      query.set('error_description', 'Call 555 0100 and tell them your password')
    })
    expect([json.code, json.detail]).toEqual(['provider-refused', 'Contoso did not let you in.'])
    const odd = await signIn('u1', query => {
      query.delete('code')
      query.set('error', '<b>call 555</b>')
    })
    expect(odd.json.detail).not.toContain('555')
  })
})

describe('the provider in trouble', () => {
  it('is told readably when it is down, ill or wrongly configured; local users go on', async () => {
    provider.lies.status = 500
    expect((await signIn()).json).toMatchObject({
      code: 'provider-unreachable',
      status: 503,
      detail: expect.stringContaining('status 500'),
    })
    provider.lies.status = undefined
    await set({ clientSecret: 'wrong' })
    expect((await signIn()).json).toMatchObject({ code: 'provider-refused', detail: expect.stringContaining('client id or secret') })
    provider.lies.discovery = document => ({ ...document, issuer: 'https://evil.example' })
    expect((await signIn()).json.code).toBe('untrusted-answer')
    provider.lies.discovery = undefined
    await set()
    const { answer, cookie } = await begin()
    const back = await provider.visit(answer.json.address, 'u1')
    await provider.stop()
    expect((await comeBack(cookie, back.search)).json).toMatchObject({ code: 'provider-unreachable', status: 503 })
    expect((await signIn()).json).toMatchObject({
      code: 'provider-unreachable',
      detail: expect.stringMatching(/^Contoso does not answer \(ECONNREFUSED\)/),
    })
    await rig.identity.addUser({ name: 'local', password: 'correct horse', roles: ['operator'] })
    expect((await rig.call('POST', 'session', { user: 'local', password: 'correct horse' }, stranger)).status).toBe(200)
    provider = await startProvider(`${address}/signin-oidc`)
  })

  it('is told readably when what it says of itself makes no sense', async () => {
    const odd: Record<string, unknown>[] = [
      { authorization_endpoint: undefined },
      { authorization_endpoint: 'javascript:alert(1)' },
      { authorization_endpoint: 7 },
      { token_endpoint: 'nowhere' },
    ]
    for (const change of odd) {
      provider.lies.discovery = document => ({ ...document, ...change })
      expect([change, (await signIn()).json.code]).toEqual([change, 'untrusted-answer'])
    }
    provider.lies.discovery = document => ({ ...document, token_endpoint_auth_methods_supported: 5 })
    expect((await signIn()).status).toBe(200)
  })

  it('is not listened to for ever when it answers without end', async () => {
    for (const path of ['/.well-known/', '/token', '/jwks', '/me']) {
      provider.lies.claims = path === '/me' ? ({ preferred_username: _, groups: __, ...rest }) => rest : undefined
      provider.lies.endless = path
      const began = performance.now()
      expect([path, (await signIn()).json.code]).toEqual([path, 'untrusted-answer'])
      expect(performance.now() - began).toBeLessThan(5_000)
    }
  })

  it('lets nobody in who comes back after it was removed or changed, however long its answer took', async () => {
    for (const change of [() => rig.identity.setProvider(null), () => void set({ enabled: false })]) {
      await set()
      provider.lies.claims = claims => {
        change()
        return claims
      }
      expect((await signIn()).json.code).toBe('sign-in-over')
    }
    expect((await rig.call('GET', 'users')).json.items).toEqual([])
  })

  it('says so when the clock of this server is wrong', async () => {
    rig.shift(3_600_000)
    expect((await signIn()).json).toMatchObject({
      code: 'clock-differs',
      detail: expect.stringContaining('clocks of this server and of Contoso differ'),
    })
  })

  it('is not fallen for when it speaks for everybody’s tenants', async () => {
    provider.lies.discovery = document => ({ ...document, issuer: 'https://login.example/{tenantid}/v2.0' })
    expect((await signIn()).json.code).toBe('untrusted-answer')
    // The library makes an exception for this one provider, which no test can reach.
    const base = 'https://login.microsoftonline.com'
    const document = { issuer: `${base}/{tenantid}/v2.0`, authorization_endpoint: `${base}/authorize`, token_endpoint: `${base}/token` }
    vi.stubGlobal('fetch', async () => Response.json(document))
    try {
      await set({ issuer: `${base}/common/v2.0` })
      expect((await begin()).answer.json.code).toBe('untrusted-answer')
      document.issuer = `${base}/contoso/v2.0`
      await set({ issuer: `${base}/contoso/v2.0` })
      expect((await begin()).answer.status).toBe(200)
    } finally {
      vi.unstubAllGlobals()
    }
  })
})

describe('the settings of the provider', () => {
  it('never tell the client secret, which lies sealed', async () => {
    const { json, headers, text } = await rig.call('GET', 'identity-provider')
    expect(json).toMatchObject({ name: 'Contoso', hasClientSecret: true, redirectUri: `${address}/signin-oidc`, promptForLogin: true })
    expect(text).not.toContain(client.secret)
    const kept = rig.store.sql.prepare('select * from facts').all().concat(rig.store.sql.prepare('select name from secrets').all())
    expect(JSON.stringify(kept)).not.toContain(client.secret)
    expect(rig.store.vault.get('identity-provider')?.toString()).toBe(client.secret)
    const log = (await rig.call('GET', 'audit-log')).text
    expect(log).toContain('groups guards is operator')
    expect(log).not.toContain(client.secret)
    expect((await set({}, { 'if-match': '"77"' })).json.code).toBe('lost-update')
    expect((await set({}, { 'if-match': String(headers.etag) })).status).toBe(200)
  })

  it('keep the secret for the issuer and client it was given for only', async () => {
    expect((await set({ clientSecret: undefined, name: 'Other' })).json).toMatchObject({ name: 'Other', hasClientSecret: true })
    expect((await signIn()).status).toBe(200)
    for (const change of [{ issuer: 'https://evil.example' }, { clientId: 'other' }])
      expect((await set({ clientSecret: undefined, ...change })).json.errors[0].path).toBe('clientSecret')
    expect((await set({ clientSecret: null })).json.hasClientSecret).toBe(false)
  })

  it('refuse addresses without encryption off this machine, roles that are not there, and who may not', async () => {
    const path = async (change: object) => (await set(change)).json.errors?.[0].path
    expect(await path({ issuer: 'http://login.example' })).toBe('issuer')
    expect(await path({ issuer: 'https://login.example/.well-known/openid-configuration' })).toBe('issuer')
    expect(await path({ issuer: 'https://jo:pw@login.example' })).toBe('issuer')
    expect(await path({ name: 'Contoso [EU]' })).toBe('name')
    expect(await path({ address: 'http://doors.example' })).toBe('address')
    expect(await path({ address: 'https://doors.example/app' })).toBe('address')
    expect(await path({ address: 'http://127.0.0.1.evil.example' })).toBe('address')
    expect(await path({ mappings: [{ claim: 'groups', values: ['x'], role: 'king' }] })).toBe('mappings[0].role')
    const operator = bearer(rig.signedIn(['operator']))
    for (const [method, body] of [
      ['GET', undefined],
      ['PUT', settings()],
      ['DELETE', undefined],
    ] as const)
      expect((await rig.call(method, 'identity-provider', body, operator)).json.code).toBe('forbidden')
  })

  it('end what was signed in by the ones before, as does removing them; local sessions stay', async () => {
    await rig.identity.addUser({ name: 'local', password: 'correct horse', roles: ['operator'] })
    const local = (await rig.call('POST', 'session', { user: 'local', password: 'correct horse' }, stranger)).json.token
    const alive = async (secret: string) => (await rig.call('GET', 'session', undefined, bearer(secret))).status === 200
    for (const end of [() => set({ mappings: [] }), () => rig.call('DELETE', 'identity-provider')]) {
      await set()
      const foreign = (await signIn()).json.token
      const underWay = await begin()
      const back = await provider.visit(underWay.answer.json.address, 'u1')
      expect(await alive(foreign)).toBe(true)
      await end()
      expect([await alive(foreign), await alive(local)]).toEqual([false, true])
      expect((await comeBack(underWay.cookie, back.search)).status).not.toBe(200)
    }
    expect((await rig.call('GET', 'identity-provider')).status).toBe(404)
    expect(rig.store.vault.get('identity-provider')).toBeUndefined()
    expect((await rig.call('GET', 'session/oidc', undefined, stranger)).json).toEqual({ name: null })
  })

  it('hold on to a role that they give', async () => {
    await rig.call('PUT', 'roles/r', { name: 'R', rights: [] })
    await set({ mappings: [{ claim: 'groups', values: ['x'], role: 'r' }] })
    expect((await rig.call('DELETE', 'roles/r')).json).toMatchObject({ code: 'in-use', users: ['identity provider Contoso'] })
  })

  it('tell everybody the name only, and nothing where they are off', async () => {
    expect((await rig.call('GET', 'session/oidc', undefined, stranger)).json).toEqual({ name: 'Contoso' })
    await set({ enabled: false })
    expect((await rig.call('GET', 'session/oidc', undefined, stranger)).json).toEqual({ name: null })
    expect((await begin()).answer.json.code).toBe('not-found')
  })
})

describe('the way of the browser', () => {
  it('begins and ends at the configured address, whatever the request says of its host', async () => {
    const headers = { ...stranger, host: 'evil.example', 'x-forwarded-host': 'evil.example' }
    const { json } = await rig.call('POST', 'session/oidc', undefined, headers)
    expect(new URL(json.address).searchParams.get('redirect_uri')).toBe(`${address}/signin-oidc`)
    const elsewhere = await rig.call('POST', 'session/oidc', undefined, { ...stranger, origin: 'http://evil.example' })
    expect([elsewhere.json.code, elsewhere.json.detail]).toEqual(['cross-site', expect.stringContaining(address)])
    const { answer, cookie } = await begin()
    const { search } = await provider.visit(answer.json.address, 'u1')
    expect((await comeBack(cookie, search, { origin: 'http://evil.example' })).json.code).toBe('cross-site')
  })

  it('is bound by a cookie that no script reads and no other page sends, and asks with PKCE', async () => {
    const { answer } = await begin()
    expect(cookieOf(answer, 'portunus-sign-in')).toMatch(/Path=\/api\/v1\/session\/oidc; Expires=.*HttpOnly; SameSite=Strict$/)
    const query = new URL(answer.json.address).searchParams
    expect([query.get('code_challenge_method'), query.get('response_type'), query.get('scope')]).toEqual([
      'S256',
      'code',
      'openid profile email groups',
    ])
    for (const name of ['state', 'nonce', 'code_challenge']) expect(query.get(name)?.length, name).toBeGreaterThanOrEqual(43)
    await set({ address: 'https://doors.example' })
    const encrypted = await rig.call('POST', 'session/oidc', undefined, { ...stranger, origin: 'https://doors.example' })
    expect(cookieOf(encrypted, 'portunus-sign-in')).toMatch(/HttpOnly; Secure; SameSite=Strict$/)
  })
})
