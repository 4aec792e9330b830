import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { problems } from '../../plugin/api/problem.ts'
import { openRig, type Rig } from './rig.ts'

let rig: Rig
beforeEach(async () => {
  rig = await openRig()
})
afterEach(() => rig.close())

const raw = (method: string, url: string, payload: string | Buffer | undefined, headers: Record<string, string> = {}) =>
  rig.api.inject({
    method: method as 'GET',
    url: `/api/v1/${url}`,
    headers: { authorization: `Bearer ${rig.token}`, ...headers },
    ...(payload === undefined ? {} : { payload }),
  })

describe('every answer', () => {
  it('that is an error is problem details with a code of the table', async () => {
    const expected: [string, number, ReturnType<typeof raw>][] = [
      ['malformed', 400, raw('POST', 'commands', '{"action":', { 'content-type': 'application/json' })],
      ['malformed', 400, raw('POST', 'commands', '{"__proto__":{"x":1}}', { 'content-type': 'application/json' })],
      ['validation-failed', 400, raw('POST', 'commands', '{}', { 'content-type': 'application/json' })],
      ['not-found', 404, raw('GET', 'nothing', undefined)],
      ['method-not-allowed', 405, raw('DELETE', 'system', undefined)],
      [
        'too-large',
        413,
        raw('POST', 'commands', JSON.stringify({ action: 'x'.repeat(1_048_577) }), { 'content-type': 'application/json' }),
      ],
      ['unsupported-media-type', 415, raw('POST', 'commands', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' })],
      ['unsupported-media-type', 415, raw('POST', 'commands', '{"action":"reset","element":"front"}', { 'content-type': 'text/plain' })],
    ]
    for (const [code, status, sent] of expected) {
      const answer = await sent
      expect([answer.statusCode, answer.json().code, answer.headers['content-type']]).toEqual([
        status,
        code,
        expect.stringContaining('application/problem+json'),
      ])
      expect(answer.json()).toMatchObject({
        status,
        title: problems[code as keyof typeof problems].title,
        type: `urn:portunus:problem:${code}`,
        detail: expect.any(String),
      })
    }
    expect((await raw('DELETE', 'system', undefined)).headers.allow).toBe('GET')
  })

  it('to a body that is not in UTF-8 names the line, and nothing is kept as something else', async () => {
    const latin = (text: string) => Buffer.from(text, 'latin1')
    const site = (await raw('GET', 'site', undefined)).body
    const put = await raw('PUT', 'site', latin(`# first\n${site}\n# \u00d3lafur`), { 'content-type': 'application/yaml' })
    expect([put.statusCode, put.json().code, put.json().detail]).toEqual([
      400,
      'malformed',
      expect.stringContaining(`Line ${site.split('\n').length + 2} of the body`),
    ])
    const json = { 'content-type': 'application/json' }
    const person = await raw('POST', 'cardholders', latin('{\n"lastName": "\u00d3lafsd\u00f3ttir" }'), json)
    expect([person.statusCode, person.json().detail]).toEqual([400, expect.stringContaining('Line 2 of the body')])
    const calendar = await raw('POST', 'schedules/x/holidays?from=2026-01-01&to=2026-12-31', latin('\u00d3'), {
      'content-type': 'text/calendar',
    })
    expect([calendar.statusCode, calendar.json().code]).toEqual([400, 'malformed'])
    const right = await raw('POST', 'cardholders', Buffer.from('\uFEFF{"lastName": "\u00d3lafsd\u00f3ttir" }'), json)
    expect([right.statusCode, right.json().lastName]).toEqual([201, '\u00d3lafsd\u00f3ttir'])
  })

  it('is problem details, too, where there is no route yet, or no HTTP', async () => {
    const undecodable = await raw('GET', 'cardholders/%ff', undefined)
    expect([undecodable.statusCode, undecodable.headers['content-type'], undecodable.json().code]).toEqual([
      400,
      expect.stringContaining('application/problem+json'),
      'malformed',
    ])
    const { port } = new URL(await rig.api.listen({ host: '127.0.0.1', port: 0 }))
    const sent: [text: string, status: number, code: string][] = [
      ['GET /api/v1/cardholders?q=\u00d3lafur HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'malformed'],
      ['nonsense\r\n\r\n', 400, 'malformed'],
      [`GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`, 413, 'too-large'],
    ]
    for (const [text, status, code] of sent) {
      const socket = connect(Number(port), '127.0.0.1')
      socket.end(Buffer.from(text, 'latin1'))
      let answer = ''
      for await (const chunk of socket) answer += String(chunk)
      const [head = '', body = ''] = answer.split('\r\n\r\n')
      expect([head.split(' ')[1], JSON.parse(body)]).toEqual([String(status), expect.objectContaining({ status, code })])
      expect(head).toMatch(/Content-Type: application\/problem\+json/)
    }
  })

  it('to a request without a body is the same whether it names a media type or not', async () => {
    for (const headers of [{}, { 'content-type': 'application/json' }]) {
      expect((await raw('POST', 'commands', undefined, headers)).json()).toMatchObject({
        code: 'validation-failed',
        errors: [{ in: 'body', path: '', message: 'is missing: must be an object' }],
      })
      expect((await raw('POST', 'readers/front-in/pairing', undefined, headers)).statusCode).toBe(202)
      expect((await raw('POST', 'readers/front-in/scan', undefined, headers)).statusCode).toBe(202)
      expect((await raw('DELETE', 'cardholders/nobody', undefined, headers)).json().code).toBe('not-found')
    }
  })

  it('carries the time of the server, and headers that hold a browser back', async () => {
    for (const url of ['system', 'nothing']) {
      const { headers } = await raw('GET', url, undefined)
      expect(Math.abs(Date.parse(String(headers['server-time'])) - Date.now())).toBeLessThan(5_000)
      expect(headers['cache-control']).toBe('no-store')
      expect(headers['content-security-policy']).toMatch(/script-src 'self'(;|$)/)
      expect(headers['content-security-policy']).toMatch(/style-src 'self'(;|$)/)
      expect(headers['content-security-policy']).toMatch(/frame-ancestors 'none'/)
      expect(headers['x-content-type-options']).toBe('nosniff')
    }
  })

  it('that is a document lets in its own styles only: by a nonce of this answer, or by their hash', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'portunus-page-'))
    writeFileSync(join(folder, 'index.html'), '<meta property="csp-nonce" nonce="NONCE-OF-THIS-ANSWER"><style>* { color: red }</style>')
    writeFileSync(join(folder, 'main.js'), '')
    const own = await openRig({ page: folder })
    try {
      const styles = (headers: Record<string, unknown>) =>
        /style-src ([^;]*)/.exec(String(headers['content-security-policy']))?.[1]?.split(' ')
      const nonces = new Set<string>()
      for (const url of ['/', '/', '/index.html', '/signin-oidc']) {
        const { headers, body, statusCode } = await own.api.inject({ method: 'GET', url, headers: { accept: 'text/html' } })
        const nonce = /nonce="([^"]{22,})"/.exec(body)?.[1] ?? ''
        const hash = createHash('sha256').update('* { color: red }').digest('base64')
        expect([statusCode, headers['cache-control'], styles(headers)]).toEqual([
          200,
          'no-store',
          ["'self'", `'sha256-${hash}'`, `'nonce-${nonce}'`],
        ])
        nonces.add(nonce)
      }
      expect(nonces.size).toBe(4)
      expect((await own.api.inject({ method: 'GET', url: '/main.js' })).statusCode).toBe(200)
      const { headers, text } = await own.call('GET', 'controllers/ctrl-1/pin-chart', undefined, { accept: 'text/html' })
      const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(text) ?? []
      expect(styles(headers)).toEqual(["'self'", `'sha256-${createHash('sha256').update(style).digest('base64')}'`])
    } finally {
      await own.close()
      rmSync(folder, { recursive: true })
    }
  })

  it('names every wrong field once, in plain words', async () => {
    const { json } = await rig.call('POST', 'doors', {
      id: 'x',
      controller: 'ctrl-2',
      locks: { primary: { relay: 'relay-2', type: 'fail-open' } },
      accessTime: -1,
      colour: 'red',
      a: { reader: { type: 'osdp' } },
    })
    const told = new Map(json.errors.map((e: { path: string; message: string }) => [e.path, e.message]))
    expect([...told.keys()].sort()).toEqual(['a.reader.port', 'accessTime', 'colour', 'locks.primary.type'])
    expect(told.get('locks.primary.type')).toMatch(/fail-secure, fail-safe/)
    expect(json.errors).toHaveLength(told.size)
  })

  it('tells in plain words what is wrong with an instant, and what keeps a body from every form it might have', async () => {
    const detail = async (method: string, url: string, body?: object) => (await rig.call(method, url, body)).json.detail
    expect(await detail('GET', 'events?from=yesterday')).toBe('from: must be an instant such as 2026-01-31T12:00:00Z, not "yesterday"')
    expect(await detail('POST', 'decisions', { accessPoint: 'front/a', colour: 1 })).toMatch(
      /^body: fits none of the forms allowed here: .*credential.*there is no key "colour"; or .*cardholder/,
    )
    expect(await detail('POST', 'emulator/tamper', {})).toMatch(/fits none of the forms allowed here: reader must be text.*; or controller/)
  })

  it('says so when nothing can be stored, and nothing is half done', async () => {
    const pages = rig.store.sql.pragma('page_count', { simple: true }) as number
    rig.store.sql.pragma(`max_page_count = ${pages}`)
    const big = Array.from({ length: 400 }, (_, i) => ({ type: 'card', cardNumber: String(5_000_000 + i), bitLength: 26 }))
    const { status, json } = await rig.call('POST', 'cardholders', { id: 'many', credentials: big })
    expect([status, json.code]).toEqual([507, 'storage-full'])
    expect((await rig.call('GET', 'cardholders/many')).status).toBe(404)
    expect((await rig.call('GET', 'configuration')).status).toBe(200)
    expect(() => rig.tellMany(500, 'door.opened', { door: 'front', raw: '1'.repeat(400) })).toThrow(/full/)
    expect(rig.plugin.log.head()).toBe(0)
    rig.store.sql.pragma('max_page_count = 1073741823')
    expect((await rig.call('POST', 'cardholders', { id: 'many', credentials: big })).status).toBe(201)
  })

  it('is a list that comes a page at a time, each item once', async () => {
    for (let i = 0; i < 2; i++) {
      await rig.call('POST', 'backups')
      rig.shift(5)
      await rig.call('POST', 'cardholders/amber/credentials', { type: 'card', name: 'Spare', cardNumber: String(9_000 + i), bitLength: 26 })
    }
    for (const list of [
      'backups',
      'cardholders/amber/credentials',
      'cardholders/amber/doors',
      'controllers/ctrl-1/terminals',
      'card-formats',
      'event-types',
    ]) {
      const whole = (await rig.call('GET', `${list}?limit=1000`)).json.items
      expect(whole.length, list).toBeGreaterThan(1)
      const found: unknown[] = []
      for (let next = ''; next !== null; ) {
        const { status, json } = await rig.call('GET', `${list}?limit=${Math.ceil(whole.length / 2)}${next === '' ? '' : `&after=${next}`}`)
        expect([status, json.items.length <= whole.length / 2 + 1], list).toEqual([200, true])
        found.push(...json.items)
        next = json.next
      }
      expect(found, list).toEqual(whole)
    }
  })

  it('on behalf of a person is taken within limits, whatever letters the name is written with', async () => {
    for (const sent of [Buffer.from('Søren Ł').toString('latin1'), 'S\u00f8ren']) {
      await rig.call('POST', 'commands', { action: 'lock', element: 'front' }, { 'x-on-behalf-of': sent })
      const name = sent.length > 6 ? 'Søren Ł' : 'Søren'
      expect(rig.sent.pop()?.command).toMatchObject({ onBehalfOf: name })
      expect((await rig.call('GET', 'audit-log?limit=1')).json.items[0].onBehalfOf).toBe(name)
    }
    const { json } = await rig.call('POST', 'commands', { action: 'lock', element: 'front' }, { 'x-on-behalf-of': 'x'.repeat(201) })
    expect(json.errors[0]).toMatchObject({ in: 'headers', path: 'x-on-behalf-of' })
    expect(rig.sent).toHaveLength(0)
  })
})

describe('outside the prefix', () => {
  it('tells that it lives, that it is ready, and figures on loopback only', async () => {
    const get = (url: string, remoteAddress = '127.0.0.1') => rig.api.inject({ method: 'GET', url, remoteAddress })
    expect((await get('/healthz')).json()).toEqual({ status: 'ok' })
    expect((await get('/readyz')).json()).toEqual({ status: 'ready' })
    rig.tell('door.opened', { door: 'front' })
    const { body, headers } = await get('/metrics')
    expect(headers['content-type']).toMatch(/^text\/plain/)
    expect(body).toMatch(/^portunus_events_total 1$/m)
    expect(body).toMatch(/^# TYPE portunus_controllers_online gauge$/m)
    expect((await get('/metrics', '192.0.2.1')).statusCode).toBe(404)
    expect((await get('/metrics', '::ffff:127.0.0.1')).statusCode).toBe(200)
  })
})

describe('who knocks without a key', () => {
  it('is noted, but a flood is noted as one', async () => {
    for (let i = 0; i < 60; i++) await rig.call('GET', 'configuration', undefined, { authorization: '' })
    const lines = (await rig.call('GET', 'audit-log?limit=1000')).json.items.filter(
      (l: { permission: string }) => l.permission === 'denied',
    )
    expect(lines).toHaveLength(21)
    expect(lines[0].message).toMatch(/not noted/)
  })

  it('may try 120 times in a minute from one address; others are not held up', async () => {
    const knock = (remoteAddress: string) => rig.api.inject({ method: 'POST', url: '/api/v1/session', remoteAddress, payload: {} })
    for (let i = 0; i < 120; i++) expect((await knock('192.0.2.1')).statusCode).toBe(400)
    const refused = await knock('192.0.2.1')
    expect(refused.statusCode).toBe(429)
    expect(refused.json()).toMatchObject({ code: 'too-many-requests', detail: expect.stringMatching(/^Wait \d+ s/) })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect((await knock('192.0.2.2')).statusCode).toBe(400)
  })

  it('opens no WebSocket with the cookie of somebody else', async () => {
    await rig.identity.addUser({ name: 'jo', password: 'correct horse', roles: ['operator'] })
    const { json } = await rig.call('POST', 'session', { user: 'jo', password: 'correct horse' })
    const address = await rig.api.listen({ host: '127.0.0.1', port: 0 })
    const knock = async (origin: string) => {
      const socket = new WebSocket(`${address.replace('http', 'ws')}/api/v1/stream`, {
        headers: { cookie: `portunus-session=${json.token}` },
        origin,
      })
      const outcome = await once(socket, 'open').then(
        () => 'open',
        (error: Error) => error.message,
      )
      socket.on('error', () => {})
      socket.terminate()
      return outcome
    }
    expect(await knock(address)).toBe('open')
    expect(await knock('http://evil.example')).toMatch(/403/)
  })
})

describe('the audit log', () => {
  it('has the eight columns of a VMS, and is written as CSV in local time [X1, X4]', async () => {
    await rig.call('POST', 'commands', { action: 'lock', element: 'front', reason: '=HYPERLINK("x")' }, { 'x-on-behalf-of': '=cmd' })
    const { text, headers } = await rig.call('GET', 'audit-log', undefined, { accept: 'text/csv' })
    expect(headers['content-type']).toMatch(/^text\/csv/)
    const [head, first] = text.split('\n')
    expect(head).toBe('Local time,Message text,Permission,Category,Source type,Source name,User,User location,On behalf of')
    expect(first).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,.*granted,command,door,front,test-.*,127\.0\.0\.1,'=cmd$/)
  })

  it('leads to what a change was before and after, for whom may see it', async () => {
    await rig.call('PATCH', 'doors/front', { accessTime: 9 }, { 'x-on-behalf-of': 'vera' })
    await rig.call('PATCH', 'cardholders/bo', { lastName: 'Berg' })
    const [person, door] = (await rig.call('GET', 'audit-log?limit=2')).json.items
    expect((await rig.call('GET', `audit-log/${door.revision}`)).json).toMatchObject({
      revision: door.revision,
      at: door.at,
      user: door.user,
      onBehalfOf: 'vera',
      items: [{ kind: 'doors', id: 'front', before: { accessTime: 7 }, after: { accessTime: 9 } }],
      next: null,
    })
    const change = { kind: 'cardholders', id: 'bo', before: { lastName: 'Lind' }, after: { lastName: 'Berg' } }
    expect((await rig.call('GET', `audit-log/${person.revision}`)).json.items).toMatchObject([change])
    await rig.call('PUT', 'roles/auditor', { name: 'Auditor', rights: ['read-audit-log'] })
    const auditor = { authorization: `Bearer ${rig.signedIn(['auditor'])}` }
    expect((await rig.call('GET', `audit-log/${person.revision}`, undefined, auditor)).json.items).toEqual([
      { kind: 'cardholders', id: 'bo', before: null, after: null },
    ])
    expect((await rig.call('GET', 'audit-log/1?limit=1')).json.next).not.toBeNull()
    expect((await rig.call('GET', 'audit-log/999999')).json.code).toBe('not-found')
    const operator = { authorization: `Bearer ${rig.signedIn(['operator'])}` }
    expect((await rig.call('GET', `audit-log/${door.revision}`, undefined, operator)).status).toBe(403)
  })

  it('is written whole, however long it is', async () => {
    const insert = rig.store.sql.prepare(
      "insert into audit (at, message, permitted, category, sourceType, sourceName, user, location) values (?, ?, 1, 'system', 'x', 'x', 'x', 'x')",
    )
    for (let i = 0; i < 2_500; i++) insert.run(rig.plugin.now(), `line ${i}`)
    const { text } = await rig.call('GET', 'audit-log', undefined, { accept: 'text/csv' })
    const lines = text.trim().split('\n')
    for (let i = 0; i < 2_500; i++) expect(lines[2_500 - i]).toContain(`,line ${i},`)
    const ranged = await rig.call('GET', `audit-log?to=${new Date(0).toISOString()}`, undefined, { accept: 'text/csv' })
    expect(ranged.text.trim().split('\n')).toHaveLength(1)
  })

  it('pages backwards, and by time', async () => {
    for (let i = 0; i < 5; i++) await rig.call('POST', 'commands', { action: 'lock', element: 'front' })
    const first = (await rig.call('GET', 'audit-log?limit=2')).json
    const second = (await rig.call('GET', `audit-log?limit=2&after=${first.next}`)).json
    expect([first.items.length, second.items.length]).toEqual([2, 2])
    expect(Date.parse(second.items[0].at)).toBeLessThanOrEqual(Date.parse(first.items[1].at))
    const later = new Date(rig.plugin.now() + 60_000).toISOString()
    expect((await rig.call('GET', `audit-log?from=${later}`)).json.items).toEqual([])
  })
})
