import { once } from 'node:events'
import { request as ask, createServer as createHttp, type IncomingMessage, type RequestListener } from 'node:http'
import { request as askEncrypted, createServer as createHttps } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { chooseTransport } from '../../bin/start-tls.ts'
import { ownCertificate } from '../../plugin/api/certificate.ts'
import { client, startProvider } from './oidc-provider.ts'
import { openRig, type Rig } from './rig.ts'

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A server, and a reverse proxy before it that ends TLS and says for whom it asks. */
async function behindProxy({ trusted = ['127.0.0.1'], tls = true }: { trusted?: string[]; tls?: boolean } = {}) {
  const rig = await openRig({ trustedProxies: trusted })
  closing.push(() => rig.close())
  const { port: inner } = new URL(await rig.api.listen({ host: '127.0.0.1', port: 0 }))
  const certificate = ownCertificate(rig.store, ['127.0.0.1'], Date.now())
  const headersFor = ({ headers, socket }: IncomingMessage) => ({
    ...headers,
    host: `127.0.0.1:${inner}`,
    'x-forwarded-host': headers.host,
    'x-forwarded-proto': tls ? 'https' : 'http',
    'x-forwarded-for': [headers['x-forwarded-for'], socket.remoteAddress].filter(Boolean).join(', '),
  })
  const listener: RequestListener = (incoming, answer) => {
    const forwarded = ask(
      { host: '127.0.0.1', port: inner, method: incoming.method, path: incoming.url, headers: headersFor(incoming) },
      from => {
        answer.writeHead(from.statusCode ?? 500, from.headers)
        from.pipe(answer)
      },
    )
    incoming.pipe(forwarded)
  }
  const proxy = tls ? createHttps(certificate, listener) : createHttp(listener)
  proxy.on('upgrade', (incoming: IncomingMessage, socket: Duplex) => {
    const onward = connect(Number(inner), '127.0.0.1', () => {
      const lines = Object.entries(headersFor(incoming)).map(([name, value]) => `${name}: ${String(value)}`)
      onward.write(`GET ${incoming.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
      onward.pipe(socket).pipe(onward)
    })
    for (const each of [onward, socket]) each.on('error', () => {})
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  closing.push(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  const address = `${tls ? 'https' : 'http'}://127.0.0.1:${(proxy.address() as AddressInfo).port}`

  /** What a browser asks, through the proxy. */
  async function browse(method: string, path: string, body?: object, headers: Record<string, string> = {}, to = address) {
    const sent = (to.startsWith('https') ? askEncrypted : ask)(new URL(path, to), {
      method,
      ca: certificate.cert,
      headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
    })
    sent.end(body && JSON.stringify(body))
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    let text = ''
    for await (const chunk of answer) text += String(chunk)
    return {
      status: answer.statusCode,
      headers: answer.headers,
      json: text.startsWith('{') ? JSON.parse(text) : undefined,
      cookie: answer.headers['set-cookie']?.[0] ?? '',
    }
  }
  return { rig, address, browse, ca: certificate.cert, inner: `http://127.0.0.1:${inner}` }
}

const jo = { user: 'jo', password: 'correct horse' }
async function signedIn({ rig, address, browse }: Awaited<ReturnType<typeof behindProxy>>) {
  await rig.identity.addUser({ name: jo.user, password: jo.password, roles: ['administrator'] })
  const { cookie, status } = await browse('POST', '/api/v1/session', jo, { origin: address })
  expect(status).toBe(200)
  return cookie
}
const lastLine = async (rig: Rig) => (await rig.call('GET', 'audit-log?limit=1')).json.items[0]

describe('behind a trusted proxy that ends TLS', () => {
  it('a session in a cookie works at the address the browser sees, over TLS only, and nowhere else', async () => {
    const all = await behindProxy()
    const { address, browse } = all
    const cookie = await signedIn(all)
    expect(cookie).toMatch(/HttpOnly; Secure; SameSite=Strict/)
    const write = (origin: string) =>
      browse('POST', '/api/v1/commands', { action: 'lock', element: 'front' }, { origin, cookie: cookie.split(';')[0]! })
    expect((await write(address)).status).toBe(200)
    for (const origin of ['https://evil.example', address.replace('https', 'http'), all.inner, 'null'])
      expect((await write(origin)).json.code, origin).toBe('cross-site')
    expect((await browse('GET', '/api/v1/system')).headers['strict-transport-security']).toMatch(/max-age=\d{7,}/)
  })

  it('knows its own address as browsers write it, and names what a proxy has to hand on', async () => {
    const all = await behindProxy()
    const cookie = (await signedIn(all)).split(';')[0]!
    const write = (host: string) =>
      all.browse(
        'POST',
        '/api/v1/commands',
        { action: 'lock', element: 'front' },
        { origin: 'https://door.example', cookie, 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https', 'x-forwarded-host': host },
        all.inner,
      )
    for (const host of ['door.example', 'door.example:443', 'Door.Example']) expect((await write(host)).status, host).toBe(200)
    for (const host of ['door.example:80', 'door.example:8443', 'other.example', '', '[', 'door.example, inner']) {
      const { json } = await write(host)
      expect(json, host).toMatchObject({ code: 'cross-site', detail: expect.stringMatching(/X-Forwarded-Host/) })
    }
  })

  it('opens the stream for the page, and for no other page', async () => {
    const all = await behindProxy()
    const cookie = (await signedIn(all)).split(';')[0]!
    const knock = async (origin: string) => {
      const socket = new WebSocket(`${all.address.replace('http', 'ws')}/api/v1/stream`, { ca: all.ca, origin, headers: { cookie } })
      socket.on('error', () => {})
      const outcome = await once(socket, 'open').then(
        () => 'open',
        (error: Error) => error.message,
      )
      socket.terminate()
      return outcome
    }
    expect(await knock(all.address)).toBe('open')
    expect(await knock('https://evil.example')).toMatch(/403/)
  })

  it('notes where the browser is, and counts its attempts, whatever it says itself [X1]', async () => {
    const { rig, browse } = await behindProxy({ trusted: ['127.0.0.1', '192.0.2.0/24'] })
    const locationOf = async (forwarded: string) => {
      await browse('POST', '/api/v1/session', { user: 'jo', password: 'wrong' }, { 'x-forwarded-for': forwarded })
      return (await lastLine(rig)).location
    }
    // The proxy writes its own peer behind; 192.0.2.9 is a proxy further out, which is believed in turn.
    expect(await locationOf('198.51.100.7')).toBe('198.51.100.7')
    expect(await locationOf('203.0.113.5, 198.51.100.7, 192.0.2.9')).toBe('198.51.100.7')
    const knock = async (forwarded: string) => (await browse('POST', '/api/v1/session', {}, { 'x-forwarded-for': forwarded })).status
    for (let i = 0; i < 120; i++) await knock(`203.0.113.${i}, 198.51.100.9`)
    expect(await knock('203.0.113.200, 198.51.100.9')).toBe(429)
    expect(await knock('198.51.100.10')).toBe(400)
  })

  it('signs in through an identity provider, which sends browsers to the address in its settings', async () => {
    const all = await behindProxy()
    const { rig, address, browse } = all
    const provider = await startProvider(`${address}/signin-oidc`)
    closing.push(provider.stop)
    provider.people.set('u1', { preferred_username: 'kim', groups: ['guards'] })
    const settings = {
      name: 'Contoso',
      issuer: provider.issuer,
      clientId: client.id,
      clientSecret: client.secret,
      address,
      scopes: ['profile', 'groups'],
      mappings: [{ claim: 'groups', values: ['guards'], role: 'operator' }],
    }
    expect((await rig.call('PUT', 'identity-provider', settings)).status).toBe(200)
    const begun = await browse('POST', '/api/v1/session/oidc', undefined, { origin: address })
    expect(new URL(begun.json.address).searchParams.get('redirect_uri')).toBe(`${address}/signin-oidc`)
    expect(begun.cookie).toMatch(/Secure/)
    const back = await provider.visit(begun.json.address, 'u1')
    expect(back.origin).toBe(address)
    const bound = { origin: address, cookie: begun.cookie.split(';')[0]! }
    const ended = await browse('POST', '/api/v1/session/oidc/return', { query: back.search }, bound)
    expect([ended.status, ended.json.user]).toEqual([200, 'kim'])
    expect(ended.headers['set-cookie']?.find(line => line.startsWith('portunus-session='))).toMatch(/Secure/)
  })

  it('gives the secret of a link out over TLS, but not to whom the proxy takes without', async () => {
    for (const tls of [true, false]) {
      const { browse } = await behindProxy({ tls })
      const { status } = await browse('POST', '/api/v1/adoptions', { controller: 'ctrl-1', code: 'guessed' })
      expect(status).toBe(tls ? 401 : 403)
    }
  })
})

describe('behind a proxy that nobody has named', () => {
  it('what it says of the browser counts for nothing, and the refusal says what to do', async () => {
    const all = await behindProxy({ trusted: [] })
    const { rig, address, browse } = all
    const cookie = (await signedIn(all)).split(';')[0]!
    expect((await lastLine(rig)).location).toBe('127.0.0.1')
    const { json } = await browse('POST', '/api/v1/commands', { action: 'lock', element: 'front' }, { origin: address, cookie })
    expect(json).toMatchObject({ code: 'cross-site', detail: expect.stringMatching(/trusted proxy/) })
    const forged = { origin: 'https://evil.example', cookie, 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' }
    expect((await browse('POST', '/api/v1/commands', { action: 'lock', element: 'front' }, forged, all.inner)).json.code).toBe('cross-site')
  })

  it.each([[['127.0.0.1']], [[]]])('figures are for this machine, and for nobody behind a proxy on it (trusted: %j)', async trusted => {
    const { browse, inner } = await behindProxy({ trusted })
    expect((await browse('GET', '/metrics')).status).toBe(404)
    expect((await browse('GET', '/metrics', undefined, {}, inner)).status).toBe(200)
  })
})

describe('who knocks from IPv6', () => {
  it('has one count for all the addresses of a network of 64 bits', async () => {
    const rig = await openRig()
    closing.push(() => rig.close())
    const knock = (remoteAddress: string, url = '/api/v1/session') => rig.api.inject({ method: 'POST', url, remoteAddress, payload: {} })
    for (let i = 0; i < 120; i++) expect((await knock(`2001:db8:0:7::${i}`)).statusCode).toBe(400)
    expect((await knock('2001:db8:0:7:ffff::1')).statusCode).toBe(429)
    expect((await knock('2001:db8:0:8::1')).statusCode).toBe(400)
    for (let i = 0; i < 40; i++) await knock(`2001:db8:0:9::${i}`, '/api/v1/commands')
    const lines = (await rig.call('GET', 'audit-log?limit=1000')).json.items.filter((l: { location: string }) =>
      l.location.startsWith('2001:db8:0:9:'),
    )
    expect(lines).toHaveLength(21)
  })
})

describe('a proxy is named', () => {
  it.each(['proxy.example', '0.0.0.0/0', '::/0', '10.0.0.0/33', '127.0.0.1,', '', '10.0.0.1/8/8'])(
    'by its address, and never as %s',
    async text => {
      const rig = await openRig()
      closing.push(() => rig.close())
      const choose = (...trustedProxies: string[]) => chooseTransport(rig.store, 'portunus start', { host: '127.0.0.1', trustedProxies })
      expect(() => choose('127.0.0.1', text)).toThrow(/^portunus start: ".*" is no trusted proxy: .*192\.0\.2\.0\/24$/)
      expect(() => choose('127.0.0.1', '::1', '192.0.2.0/24', '2001:db8::/32')).not.toThrow()
    },
  )
})
