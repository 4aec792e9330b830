import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { linkPassword } from '../../controller/link/secret.ts'
import { type Broker, createBroker } from '../../plugin/link/broker.ts'

/** A broker that can be stopped the hard way and put up again at the same port. */
export interface TestBroker {
  readonly port: number
  readonly plugin: { readonly username: string; readonly password: string }
  stop(): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

export const secretOf = (controller: string) => (controller.startsWith('ctrl-') ? Buffer.alloc(32, controller) : undefined)
export const passwordOf = (controller: string) => linkPassword(secretOf(controller)!)

export async function startAedes(tls?: Certificates): Promise<TestBroker> {
  const secured = tls ? { tls: tls.server } : {}
  let broker: Broker | undefined = await createBroker({ host: '127.0.0.1', port: 0, secretOf, ...secured })
  const { port } = broker
  const plugin = { username: broker.username, password: broker.password }
  const stop = async () => {
    await broker?.close()
    broker = undefined
  }
  return {
    port,
    plugin,
    stop,
    async start() {
      broker = await createBroker({ host: '127.0.0.1', port, secretOf, password: plugin.password, ...secured })
    },
    close: stop,
  }
}

/**
 * With certificates, whoever connects shows one of the authority, and is called what that says.
 * @param more users with their passwords, and lines of the access list
 */
export async function startMosquitto(
  tls?: Certificates,
  more: { readonly users: readonly (readonly [string, string])[]; readonly access: readonly string[] } = { users: [], access: [] },
): Promise<TestBroker> {
  const directory = mkdtempSync(join(tmpdir(), 'portunus-mosquitto-'))
  const port = await freePort()
  const plugin = { username: 'plugin', password: 'plugin-password' }
  const users = [[plugin.username, plugin.password], ...['ctrl-1', 'ctrl-2'].map(id => [id, passwordOf(id)]), ...more.users]
  writeFileSync(join(directory, 'passwords'), users.map(user => user.join(':')).join('\n'), { mode: 0o600 })
  execFileSync('mosquitto_passwd', ['-U', join(directory, 'passwords')])
  writeFileSync(
    join(directory, 'acl'),
    [
      'user plugin',
      'topic readwrite portunus/#',
      '',
      'pattern write portunus/%u/up',
      'pattern read portunus/%u/down',
      'pattern read portunus/all',
      ...more.access,
      '',
    ].join('\n'),
    { mode: 0o600 },
  )
  writeFileSync(
    join(directory, 'mosquitto.conf'),
    [
      `listener ${port} 127.0.0.1`,
      'allow_anonymous false',
      `password_file ${join(directory, 'passwords')}`,
      `acl_file ${join(directory, 'acl')}`,
      'persistence false',
      ...(tls
        ? [
            ...Object.entries({ cafile: tls.ca, certfile: tls.server.cert, keyfile: tls.server.key }).map(([setting, pem]) => {
              writeFileSync(join(directory, setting), pem, { mode: 0o600 })
              return `${setting} ${join(directory, setting)}`
            }),
            'require_certificate true',
            'use_identity_as_username true',
          ]
        : []),
      // As root it would become another user, who may not read the files above.
      ...(process.getuid?.() === 0 ? ['user root'] : []),
    ].join('\n'),
  )
  let child: ChildProcess | undefined
  const start = async () => {
    child = spawn('mosquitto', ['-c', join(directory, 'mosquitto.conf')], {
      stdio: 'ignore',
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
    })
    await listening(port)
  }
  const stop = async () => {
    const dying = child
    child = undefined
    if (dying === undefined || dying.exitCode !== null) return
    await new Promise(resolve => {
      dying.once('exit', resolve)
      dying.kill('SIGKILL')
    })
  }
  await start()
  return {
    port,
    plugin,
    start,
    stop,
    async close() {
      await stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** An authority, and what it vouches for. PEM. */
export interface Certificates {
  readonly ca: Buffer
  readonly server: { readonly cert: Buffer; readonly key: Buffer }
  client(name: string): { readonly cert: Buffer; readonly key: Buffer }
}

export function makeCertificates(): Certificates {
  const directory = mkdtempSync(join(tmpdir(), 'portunus-tls-'))
  const file = (name: string) => join(directory, name)
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  try {
    openssl('req', '-x509', ...newKey, '-days', '2', '-subj', '/CN=Test authority', '-keyout', 'ca.key', '-out', 'ca.crt')
    const sign = (name: string, alternative: string) => {
      openssl('req', ...newKey, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`)
      writeFileSync(file(`${name}.ext`), `subjectAltName=${alternative}\n`)
      openssl(
        'x509',
        '-req',
        '-days',
        '2',
        '-in',
        `${name}.csr`,
        '-CA',
        'ca.crt',
        '-CAkey',
        'ca.key',
        '-CAcreateserial',
        '-extfile',
        `${name}.ext`,
        '-out',
        `${name}.crt`,
      )
      return { cert: readFileSync(file(`${name}.crt`)), key: readFileSync(file(`${name}.key`)) }
    }
    const clients = new Map(['plugin', 'ctrl-1', 'ctrl-2'].map(name => [name, sign(name, `DNS:${name}`)]))
    return { ca: readFileSync(file('ca.crt')), server: sign('server', 'IP:127.0.0.1'), client: name => clients.get(name)! }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** A network between two ends that can fall silent without closing anything. */
export interface Wire {
  readonly port: number
  /** While silent, bytes wait in it, and new connections get no answer. */
  silent(silent: boolean): void
  close(): void
}

export async function startWire(target: number): Promise<Wire> {
  const pairs = new Set<[Socket, Socket]>()
  let silent = false
  const server: Server = createServer({ pauseOnConnect: true }, near => {
    const far = connect(target, '127.0.0.1')
    const pair: [Socket, Socket] = [near, far]
    pairs.add(pair)
    const drop = () => {
      pairs.delete(pair)
      near.destroy()
      far.destroy()
    }
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on('data', data => to.write(data))
      from.on('close', drop)
      from.on('error', drop)
      if (silent) from.pause()
      else from.resume()
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as { port: number }).port,
    silent(now) {
      silent = now
      for (const socket of [...pairs].flat()) {
        if (now) socket.pause()
        else socket.resume()
      }
    },
    close() {
      server.close()
      for (const socket of [...pairs].flat()) socket.destroy()
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise(resolve => server.close(resolve))
  return port
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const open = await new Promise<boolean>(resolve => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy()
        resolve(true)
      })
      socket.on('error', () => resolve(false))
    })
    if (open) return
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error(`nothing listens on port ${port}`)
}
