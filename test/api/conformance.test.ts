import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../plugin/clock.ts'
import { checks, runConformance } from '../../plugin/conformance/kit.ts'
import { checkPlace } from '../../plugin/site/check.ts'
import { openStore } from '../../plugin/store/open.ts'
import { createPlugin } from '../../plugin/vms/plugin.ts'
import { breakServer, type Fault, type Json } from './broken-server.ts'
import { call, killAll, type Running, root, run, start, until } from './server-process.ts'

const directory = mkdtempSync(join(tmpdir(), 'portunus-conformance-'))
const data = join(directory, 'data')
let server: Running
let token: string
let weakToken: string

/** A log that no network takes in by itself. */
function fill(): void {
  const opened = openStore(data, { serve: true })
  if (!opened.ok) throw new Error(opened.message)
  const plugin = createPlugin({ store: opened.store, clock: systemClock, check: checkPlace })
  const time = new Date(Date.now() - 3_600_000).toISOString()
  const raw = '01'.repeat(250)
  for (let batch = 0; batch < 24; batch++) {
    const events = Array.from({ length: 1_000 }, (_, index) => {
      const sequence = batch * 1_000 + index + 1
      const source = { kind: 'reader' as const, id: 'front-in' }
      const event = {
        id: `old-${sequence}`,
        controller: 'ctrl-1',
        logId: 'log-of-old',
        sequence,
        time,
        type: 'reader.online' as const,
        categories: [],
        source,
        raw,
      }
      return { event }
    })
    plugin.take('ctrl-1', 'log-of-old', events)
  }
  plugin.close()
  opened.store.close()
}

beforeAll(async () => {
  fill()
  const file = join(directory, 'site.yaml')
  const demo = readFileSync(join(root, 'bin/demo-site.yaml'), 'utf8')
  const added = demo
    .replace('doors:\n', 'doors:\n  - { id: far, name: Far door, controller: ctrl-9, locks: { primary: { relay: relay-1 } } }\n')
    .replace('controllers:\n', 'controllers:\n  - { id: ctrl-9, name: Never there, board: two-door }\n')
  writeFileSync(file, added)
  server = await start(data, '--site', file)
  token = run('token', 'create', '--data', data, '--name', 'kit').stdout.trim()
  weakToken = run('token', 'create', '--data', data, '--name', 'weak', '--role', 'operator').stdout.trim()
  await until(async () => (await call(server, token, 'states?ids=front-in')).json.items.some((s: Json) => s.states.includes('connected')))
}, 120_000)
afterAll(() => {
  killAll()
  rmSync(directory, { recursive: true, force: true })
})

const slow = ['heartbeat', 'slow-reader']
const swift = checks.map(check => check.id).filter(id => !slow.includes(id))
async function judge(url: string, only: readonly string[] = swift) {
  const ran = await runConformance({ url, token, weakToken, allowChanges: true, only })
  if (!ran.ok) throw new Error(ran.why)
  const { results } = ran.report
  const those = (outcome: string) => results.filter(result => result.outcome === outcome).map(({ check, saw }) => `${check}: ${saw}`)
  return { ...ran.report, those, ids: results.filter(result => result.outcome === 'failed').map(result => result.check) }
}

/** Runs the command while this process serves. */
async function command(...args: string[]): Promise<{ code: number; out: string[]; errors: string }> {
  return begin(...args).ended
}
function begin(...args: string[]) {
  const child = spawn('node', ['bin/portunus', 'conformance', ...args], { cwd: root, env: { ...process.env, PORTUNUS_TOKEN: undefined } })
  let [out, errors] = ['', '']
  child.stdout.on('data', chunk => {
    out += String(chunk)
  })
  child.stderr.on('data', chunk => {
    errors += String(chunk)
  })
  const ended = once(child, 'close').then(([code]) => ({ code: code as number, out: out.split('\n').filter(Boolean), errors }))
  return { child, out: () => out, ended }
}

/** The site and its doors as they are. */
async function found(): Promise<string[]> {
  const site = await fetch(`${server.address}api/v1/site`, { headers: { authorization: `Bearer ${token}` } })
  const { items } = (await call(server, token, 'states?ids=front,archive,shop')).json
  return [await site.text(), JSON.stringify(items)]
}

const isEvent = (message: Json) => message.topic === 'events' && message.type !== 'gap'
/** Drops what fits from a stream. */
const without =
  (fits: (message: Json) => boolean): Fault['stream'] =>
  () =>
  message =>
    fits(message) ? [] : [message]

/** Servers that are wrong in one way each, and the one check that has to see it. */
const faults: readonly (readonly [fault: string, check: string, Fault | (() => Fault)])[] = [
  [
    'is another system at every request',
    'system',
    { response: ({ url, json }) => url.pathname.endsWith('/system') && Object.assign(json, { systemId: String(Math.random()) }) },
  ],
  [
    'takes any token',
    'credentials',
    {
      request({ headers }) {
        if (headers.authorization === 'Bearer wrong') headers.authorization = `Bearer ${token}`
      },
    },
  ],
  [
    'lets everybody do everything',
    'rights',
    {
      request({ headers, url }) {
        if (headers.authorization === `Bearer ${weakToken}` && !url.pathname.endsWith('session')) headers.authorization = `Bearer ${token}`
      },
    },
  ],
  [
    'answers 500 where the request is wrong',
    'problems',
    {
      response(answer) {
        if (answer.status === 400) Object.assign(answer, { status: 500, json: { ...answer.json, status: 500 } })
      },
    },
  ],
  ['does not tell its time', 'clock', { response: ({ headers }) => void delete headers['server-time'] }],
  [
    'announces a body and does not send it',
    'snapshot',
    { response: ({ status, headers }) => void (status === 304 && Object.assign(headers, { 'content-length': '4' })) },
  ],
  [
    'names a category that is not there',
    'snapshot',
    { response: ({ url, json }) => void (url.pathname.endsWith('/configuration') && json?.categories.pop()) },
  ],
  [
    'calls a door open and closed',
    'states',
    {
      response({ url, json }) {
        const door = url.pathname.endsWith('/states') && json.items.find((each: Json) => each.states.includes('closed'))
        if (door) door.states.push('open')
      },
    },
  ],
  [
    'never says that a search was cut off',
    'search',
    { response: ({ url, json }) => url.pathname.endsWith('/cardholders') && json && Object.assign(json, { partial: false }) },
  ],
  [
    'answers no consumer that comes back',
    'reconnect',
    { stream: subscription => message => (message.type === 'subscribed' && subscription.epoch ? [] : [message]) },
  ],
  ['loses events', 'resume', { stream: without(message => isEvent(message) && !message.onBehalfOf && Number(message.cursor) % 4 === 0) }],
  ['tells events twice', 'duplicates', { stream: () => message => (isEvent(message) ? [message, message] : [message]) }],
  [
    'tells events in another order',
    'order',
    () => {
      let done = false
      return {
        stream() {
          let held: Json
          return message => {
            if (done || !isEvent(message)) return [message]
            if (held === undefined) {
              held = message
              return []
            }
            done = true
            return [message, held]
          }
        },
      }
    },
  ],
  ['sends an old backlog as live', 'backlog', { stream: () => message => [isEvent(message) ? { ...message, backlog: false } : message] }],
  [
    'forgets who was behind a command',
    'live',
    { stream: (_, over) => message => [over === 'server-sent-events' ? { ...message, onBehalfOf: undefined } : message] },
  ],
  ['does not wait', 'long-poll', { request: ({ url }) => url.searchParams.delete('wait') }],
  ['keeps gaps to itself', 'gap', { stream: without(message => message.type === 'gap') }],
  [
    'answers for an access point in place of its door',
    'commands',
    {
      response({ url, asked, json }) {
        if (url.pathname.endsWith('/commands') && asked?.element?.includes('/')) json.results[0].door = asked.element
      },
    },
  ],
  ['acts on every request, whatever its key', 'idempotency', { request: ({ headers }) => void delete headers['idempotency-key'] }],
  [
    'calls done what nobody did',
    'unreachable',
    {
      response({ url, json }) {
        if (url.pathname.endsWith('/commands')) for (const result of json.results ?? []) result.outcome = 'done'
      },
    },
  ],
  [
    'lets both operators win',
    'race',
    {
      response(answer) {
        if (answer.json?.code === 'already-decided') Object.assign(answer, { status: 200, json: { state: 'answered' } })
      },
    },
  ],
  ['keeps alarms to itself', 'alarms', { stream: without(message => message.topic === 'alarms') }],
  [
    'says that nothing has changed',
    'refresh',
    {
      response({ url, json }) {
        if (url.pathname.endsWith('/diff') && json.added) Object.assign(json, { added: [], removed: [], changed: [] })
      },
    },
  ],
  [
    'tells of changes in a form of its own',
    'refresh',
    {
      response(answer) {
        if (answer.url.pathname.endsWith('/diff') && answer.json.added?.length) answer.json = {}
      },
    },
  ],
  ['lets the last edit win', 'lost-update', { request: ({ headers }) => void delete headers['if-match'] }],
  ['forgets to tell who is gone', 'cardholders', { stream: without(message => message.type === 'cardholder-removed') }],
]

describe('the conformance kit', () => {
  it('finds nothing against this server, with nothing left out', async () => {
    const [report, broken] = await Promise.all([
      judge(
        server.address,
        checks.map(check => check.id),
      ),
      // The two that wait are seen to fail meanwhile: they act on nothing.
      (async () => {
        const { url, close } = await breakServer(server.address, {
          absorbs: true,
          stream: without(message => message.type === 'heartbeat' || message.type === 'too-slow'),
        })
        const found = await judge(url, slow)
        close()
        return found
      })(),
    ])
    expect([report.those('failed'), report.those('skipped')]).toEqual([[], []])
    expect(report).toMatchObject({ passed: checks.length, score: 100 })
    expect(broken.ids).toEqual(slow)
  }, 180_000)

  it('finds nothing through a front that changes nothing', async () => {
    const { url, close } = await breakServer(server.address, {})
    const report = await judge(url)
    close()
    expect(report.those('failed')).toEqual([])
  }, 60_000)

  it.each(faults)(
    'sees a server that %s: %s; and leaves the site as it was',
    async (_, check, fault) => {
      const before = await found()
      const { url, close } = await breakServer(server.address, typeof fault === 'function' ? fault() : fault)
      const { ids, those, score } = await judge(url)
      close()
      // However a check ended, what it made and did is gone.
      await expect.poll(found, { timeout: 10_000 }).toEqual(before)
      expect(ids, those('failed').join('\n')).toEqual([check])
      expect(score).toBeLessThan(100)
    },
    120_000,
  )

  it('has no check that cannot fail', () => {
    expect(new Set([...faults.map(([, check]) => check), ...slow])).toEqual(new Set(checks.map(check => check.id)))
  })
})

describe('portunus conformance', () => {
  const quick = swift.filter(id => id !== 'long-poll').join()

  it('changes nothing without consent, and says what it left out', async () => {
    const before = (await call(server, token, 'configuration')).json as Json
    const { cursor } = (await call(server, token, 'events?limit=1')).json as Json
    const { code, out } = await command('--url', server.address, '--token', token, '--only', quick)
    expect([code, out.at(-1)]).toEqual([0, 'nothing was changed'])
    expect(out.filter(line => /^skipped {2}(live|commands|race|alarms|refresh|cardholders) /.test(line))).toHaveLength(6)
    expect(out.filter(line => line.includes('give --allow-changes'))).toHaveLength(9)
    expect((await call(server, token, 'configuration')).json.revision).toBe(before.revision)
    const { items } = (await call(server, token, `events?after=${cursor}`)).json as Json
    expect(items.filter((event: Json) => event.operator !== undefined || event.source.kind === 'access-point')).toEqual([])
  }, 60_000)

  it('leaves the site as it found it, and says what it touched', async () => {
    const before = await found()
    const { code, out } = await command('--url', server.address, '--token', token, '--allow-changes', '--json', '--only', quick)
    expect(code).toBe(0)
    const lines = out.map(line => JSON.parse(line) as Json)
    expect(lines.slice(0, -1).map(line => line.check)).toEqual(quick.split(','))
    expect(lines[0]).toMatchObject({ outcome: 'passed', did: expect.any(String), saw: expect.any(String), contract: expect.any(String) })
    expect(lines.at(-1)).toMatchObject({ failed: 0, touched: expect.arrayContaining([expect.stringContaining('door front')]) })
    await expect.poll(found, { timeout: 10_000 }).toEqual(before)
  }, 60_000)

  it('puts back what it touched when it is stopped in between', async () => {
    const before = await found()
    const { child, out, ended } = begin('--url', server.address, '--token', token, '--allow-changes', '--only', quick)
    await expect.poll(out, { timeout: 10_000, interval: 5 }).toContain('passed   live')
    child.kill('SIGINT')
    const stopped = await ended
    expect([stopped.code, stopped.out.at(-1)]).toEqual([130, expect.stringMatching(/^touched: /)])
    expect(out()).toMatch(/skipped, [1-9]\d* not run; score/)
    await expect.poll(found, { timeout: 10_000 }).toEqual(before)
  }, 60_000)

  it('ends with 1 where a check failed, and writes that for continuous integration', async () => {
    const { url, close } = await breakServer(server.address, { response: ({ headers }) => void delete headers['server-time'] })
    const file = join(directory, 'report.xml')
    const { code, out } = await command('--url', url, '--token', token, '--only', 'system,clock,rights', '--junit', file)
    close()
    expect([code, out.filter(line => /^\w+ {1,2} /.test(line)).map(line => line.split(' (')[0])]).toEqual([
      1,
      ['passed   system', 'skipped  rights', 'FAILED   clock'],
    ])
    expect(out.join('\n')).toContain('saw       the header Server-Time is missing')
    const report = readFileSync(file, 'utf8')
    expect(report).toMatch(/<testsuite name="[^"]+" tests="3" failures="1" skipped="1">/)
    expect(report).toMatch(
      /<testcase classname="conformance" name="clock" time="[\d.]+"><failure message="the header Server-Time is missing">/,
    )
  }, 60_000)

  it('acts on real hardware only where a door is named', async () => {
    const far = ['--url', server.address, '--token', token, '--allow-changes', '--only', 'commands', '--door']
    const { code, out } = await command(...far, 'far')
    expect([code, out[2]]).toEqual([0, expect.stringContaining('door "far" is not at rest, or takes no commands')])
    expect((await command(...far, 'archive')).out[0]).toMatch(/^passed/)
  }, 60_000)

  it('ends with 2 and one line where it cannot begin', async () => {
    const refused = async (...args: string[]) => {
      const { code, out, errors } = await command(...args)
      expect([code, out]).toEqual([2, []])
      return errors.trim()
    }
    expect(await refused('--url', server.address)).toBe('portunus conformance: it needs --token, or the variable PORTUNUS_TOKEN')
    expect(await refused('--url', 'nowhere', '--token', 'x')).toMatch(/"nowhere" is no address/)
    expect(await refused('--url', server.address, '--token', 'wrong')).toMatch(/\(unauthenticated\)$/)
    expect(await refused('--url', 'http://127.0.0.1:1', '--token', 'x')).toMatch(/does not answer: .*\(no-answer\)$/)
    expect(await refused('--url', server.address, '--token', token, '--only', 'all')).toMatch(/there is no check "all"; there is system, /)
    expect(await refused('--url', server.address, '--token', token, '--door', 'none')).toMatch(
      /--door: there is no door "none"; there is .*front/,
    )
    expect(await refused('--url', server.address, '--token', token, '--weak-token', 'bad')).toMatch(/--weak-token: .*\(unauthenticated\)$/)
    expect(await refused('--url', server.address, '--token', 'two\nlines')).toMatch(/\(unauthenticated\)$/)
    expect(await refused()).toMatch(/required option '--url <address>' not specified/)
  }, 60_000)
})
