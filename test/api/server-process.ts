import { type ChildProcess, spawn, spawnSync } from 'node:child_process'

export const root = new URL('../..', import.meta.url).pathname
const portunus = 'bin/portunus'
const children = new Set<ChildProcess>()

/** A `portunus start` that runs. */
export interface Running {
  readonly child: ChildProcess
  readonly address: string
  readonly lines: readonly string[]
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; ms: number; errors: string }>
}

/** Runs a command to its end. */
export const run = (...args: string[]) => spawnSync('node', [portunus, ...args], { cwd: root, encoding: 'utf8', timeout: 60_000 })

/** Starts the server on a data directory, and waits for its page. */
export const start = (data: string, ...args: string[]) => started(['start', '--data', data, '--port', '0', ...args])

/** Runs a command that serves, and waits for its page. */
export const started = (args: readonly string[]) => startedBy('node', [portunus, ...args])

/** The same through another program. */
export async function startedBy(command: string, args: readonly string[]): Promise<Running> {
  const child = spawn(command, args, { cwd: root })
  children.add(child)
  let [out, errors] = ['', '']
  child.stdout?.on('data', chunk => {
    out += String(chunk)
  })
  child.stderr?.on('data', chunk => {
    errors += String(chunk)
  })
  const ended = new Promise<number | null>(resolve => child.once('exit', code => resolve(code)))
  const deadline = Date.now() + 60_000
  while (!/^page: /m.test(out)) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`it did not start: ${out}${errors}`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  return {
    child,
    lines: out.split('\n').filter(Boolean),
    address: /^page: (\S+)$/m.exec(out)?.[1] ?? '',
    async stop(signal = 'SIGTERM') {
      const began = Date.now()
      child.kill(signal)
      const code = await ended
      children.delete(child)
      return { code, ms: Date.now() - began, errors }
    },
  }
}

/** Kills what a failed test has left. */
export function killAll(): void {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
}

/** Lines on standard error, without what npm says about the machine. */
export const lines = (text: string): string[] => text.split('\n').filter(line => line && !line.startsWith('npm '))

export async function until<T>(read: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = Date.now() + 30_000
  for (;;) {
    const value = await read()
    if (value) return value
    if (Date.now() > deadline) throw new Error('waited in vain')
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

/** One call of the API. */
export async function call({ address }: Running, secret: string, path: string, body?: object) {
  const response = await fetch(`${address}api/v1/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${secret}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return { status: response.status, json: (await response.json()) as Record<string, never> & { items: { type: string; id: string }[] } }
}
