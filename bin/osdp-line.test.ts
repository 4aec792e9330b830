import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { encode, marked, readOsdpcap } from '../osdp/index.ts'

const portunus = new URL('portunus', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'osdp-line-'))
afterAll(() => rmSync(folder, { recursive: true }))

const running = new Set<ChildProcessWithoutNullStreams>()
afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
  running.clear()
})

/** A tool that runs: its lines as JSON, waited for one by one. */
function start(...args: string[]) {
  const child = spawn(process.execPath, [portunus, 'osdp', ...args])
  running.add(child)
  const lines: Record<string, unknown>[] = []
  const waiting = new Set<() => void>()
  let pending = ''
  let complaints = ''
  child.stdout.on('data', chunk => {
    const parts = (pending + chunk).split('\n')
    pending = parts.pop()!
    for (const part of parts) lines.push(JSON.parse(part))
    for (const look of waiting) look()
  })
  child.stderr.on('data', chunk => {
    complaints += chunk
  })
  const exit = new Promise<number | null>(resolve => child.on('exit', resolve))
  return {
    lines,
    complaints: () => complaints,
    tell: (order: object | string) => child.stdin.write(`${typeof order === 'string' ? order : JSON.stringify(order)}\n`),
    until: (is: (line: Record<string, unknown>) => boolean) =>
      new Promise<Record<string, unknown>>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`never came; so far ${JSON.stringify(lines)} ${complaints}`)), 30_000)
        const look = () => {
          const found = lines.find(is)
          if (found === undefined) return
          clearTimeout(timer)
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
      }),
    exit,
    async stop(signal: NodeJS.Signals) {
      child.kill(signal)
      return exit
    },
  }
}

const key = '8f1d23c45b6a7988e7d6c5b4a3928170'

describe('osdp pd and osdp acu', () => {
  it('speak to each other over TCP, install the key, and stop cleanly', async () => {
    const keyFile = join(folder, 'pd.key')
    const pd = start('pd', '--listen', 'tcp:0', '--address', '1', '--install-mode', '--key-file', keyFile)
    const { listening } = await pd.until(line => 'listening' in line)
    const acu = start('acu', '--connect', `tcp:127.0.0.1:${listening}`, '--pd', '1', '--install', '--poll', '50')
    await acu.until(({ event }) => event === 'online')
    acu.tell({ pd: 1, keyset: key })
    await acu.until(({ event, established }) => event === 'secure' && established === true)
    expect(readFileSync(keyFile, 'utf8')).toBe(`${key}\n`)
    pd.tell({ card: { bits: '10110011' } })
    expect(await acu.until(({ event }) => event === 'card')).toEqual({ event: 'card', pd: 1, reader: 0, bits: '10110011', format: 0 })
    pd.tell({ keys: '12#' })
    expect(await acu.until(({ event }) => event === 'keypad')).toMatchObject({ keys: '12#' })
    pd.tell({ tamper: true })
    await acu.until(({ event, tamper }) => event === 'status' && tamper === true)
    pd.tell({ input: [0, true] })
    await acu.until(({ event, states }) => event === 'inputs' && JSON.stringify(states) === '[1,0]')
    const file = join(folder, 'file')
    writeFileSync(file, 'contents')
    const orders = [
      { led: { colour: 'green' } },
      { buzzer: { times: 2 } },
      { text: 'hi' },
      { output: { output: 1, active: true } },
      { file },
    ]
    for (const order of orders) acu.tell({ pd: 1, ...order })
    for (const name of ['LED', 'BUZ', 'TEXT', 'OUT', 'FILETRANSFER'])
      expect(await pd.until(({ command }) => command === name)).toMatchObject({ secure: true, nak: null })
    await acu.until(({ event, state }) => event === 'file' && state === 'done')
    acu.tell({ pd: 1, comset: { address: 4, baud: 9600 } })
    expect(await acu.until(({ event }) => event === 'moved')).toMatchObject({ pd: 4, from: 1 })
    const wrong = [
      'nonsense',
      { pd: 9, text: 'nobody' },
      { pd: 4, command: { name: 'NOPE' } },
      { pd: 4, file: folder },
      { pd: 4, file: join(folder, 'none') },
    ]
    for (const order of wrong) acu.tell(order)
    acu.tell({ pd: 4, text: 'still here' })
    await pd.until(({ command, fields }) => command === 'TEXT' && (fields as { text: string }).text === 'still here')
    expect(acu.complaints().trim().split('\n')).toHaveLength(wrong.length)
    expect(await acu.stop('SIGTERM')).toBe(0)
    expect(await pd.stop('SIGINT')).toBe(0)
    // No key is shown, not by the one who gives it nor by the one who gets it.
    expect(JSON.stringify([pd.lines, acu.lines])).not.toContain(key)
  }, 60_000)

  it.each([
    [['pd', '--listen', 'tcp:0', '--address', '127'], '--address is a number from 0 to 126'],
    [['pd', '--listen', 'tcp:x', '--address', '1'], '--listen is tcp:PORT'],
    [['pd', '--listen', 'tcp:0', '--address', '1', '--scbk', '12'], '--scbk is 32 hex digits'],
    [['acu', '--connect', 'tcp:127.0.0.1:9'], 'no reader'],
    [['acu', '--connect', 'tcp:127.0.0.1:9', '--pd', '1:303132333435363738393a3b3c3d3e3f'], 'the key is weak'],
    [['acu', '--connect', 'tcp:127.0.0.1:9', '--pd', '1', '--pd', '1'], 'named twice'],
    [['acu', '--connect', 'tcp:127.0.0.1:9', '--pd', '1', '2', '3', '1'], 'named twice'],
    [['pd', '--listen', 'tcp:0', '--address', '1', '--key-file', tmpdir()], '--key-file: EISDIR'],
    [['scan', 'tcp:127.0.0.1:1'], 'ECONNREFUSED'],
  ])('%j is wrong use: one line, exit 2', async (args, what) => {
    const tool = start(...args)
    expect(await tool.exit).toBe(2)
    expect(tool.complaints()).toContain(what)
    expect(
      tool
        .complaints()
        .trim()
        .split('\n')
        .filter(line => !line.startsWith('npm')),
    ).toHaveLength(1)
    expect(tool.lines).toEqual([])
  })
})

it('osdp pd says that its line cannot be had, and has it once it can', async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address() as AddressInfo
  const pd = start('pd', '--listen', `tcp:${port}`, '--address', '1')
  await vi.waitFor(() => expect(pd.complaints()).toContain('address already in use'), { timeout: 10_000 })
  holder.close()
  await pd.until(({ listening }) => listening === port)
  expect(await pd.stop('SIGTERM')).toBe(0)
}, 30_000)

describe('osdp monitor', () => {
  it('shows frames as they come, writes a capture, and ends with figures', async () => {
    const message = { address: 3, sequence: 1, check: 'crc', security: null, mac: null } as const
    const beep = marked(encode({ ...message, direction: 'command', code: 0x6a, data: Uint8Array.of(0, 2, 1, 1, 3) }))
    const ack = marked(encode({ ...message, direction: 'reply', code: 0x40, data: new Uint8Array(0) }))
    const server = createServer(socket => socket.write(Buffer.concat([beep, ack])))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const capture = join(folder, 'line.osdpcap')
    const monitor = start('monitor', `tcp:127.0.0.1:${port}`, '--json', '--write', capture)
    expect(await monitor.until(({ name }) => name === 'BUZ')).toMatchObject({
      address: 3,
      direction: 'command',
      sequence: 1,
      fields: { count: 3 },
    })
    expect(await monitor.stop('SIGTERM')).toBe(0)
    server.close()
    expect(monitor.lines.at(-1)).toMatchObject({ statistics: { address: 3, commands: 1, replies: 1, retries: 0 } })
    const [record] = readFileSync(capture, 'utf8')
      .trim()
      .split('\n')
      .map(line => readOsdpcap(line))
    expect(record).toMatchObject({ ok: true, record: { io: 'trace' } })
  })
})
