import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { openStore } from '../store/open.ts'
import { belongTogether, ownCertificate, selfSigned } from './certificate.ts'

const now = Date.now()
const names = ['localhost', '127.0.0.1', '::1', 'fe80::1:2', 'plugin.example']
const directory = mkdtempSync(join(tmpdir(), 'portunus-tls-'))
afterEach(() => rmSync(directory, { recursive: true, force: true }))

it('makes a certificate that TLS takes, for every name and address, and for no other', async () => {
  const made = selfSigned(names, now)
  const read = new X509Certificate(made.cert)
  expect(read.verify(read.publicKey)).toBe(true)
  expect(names.filter(name => (/[:.]\d|::/.test(name) ? read.checkIP(name) : read.checkHost(name)) === undefined)).toEqual([])
  expect([read.checkHost('other.example'), read.checkIP('10.0.0.1')]).toEqual([undefined, undefined])
  expect(belongTogether(made)).toBe(true)
  expect(belongTogether({ cert: made.cert, key: selfSigned(names, now).key })).toBe(false)

  const server = createServer(made, (_, response) => response.end('secret')).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  const get = (options: object) =>
    new Promise<string>((resolve, reject) => {
      request({ host: '127.0.0.1', port, ...options }, response => response.on('data', data => resolve(String(data))))
        .on('error', reject)
        .end()
    })
  expect(await get({ ca: made.cert })).toBe('secret')
  await expect(get({})).rejects.toThrow(/self-signed/)
  await expect(get({ ca: made.cert, servername: 'other.example' })).rejects.toThrow(/altnames/)
  server.close()
})

it('is kept, and made anew only for a name it lacks or when it is about to end', () => {
  const opened = openStore(directory, { serve: false })
  if (!opened.ok) throw new Error(opened.message)
  const { store } = opened
  const first = ownCertificate(store, ['localhost'], now)
  expect(ownCertificate(store, ['localhost'], now)).toEqual(first)
  const wider = ownCertificate(store, ['localhost', '10.1.2.3'], now)
  expect(wider).not.toEqual(first)
  expect(ownCertificate(store, ['localhost'], now)).toEqual(wider)
  expect(ownCertificate(store, ['localhost'], now + 3600 * 86_400_000)).not.toEqual(wider)
  store.close()
})
