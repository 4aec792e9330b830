import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { fieldSteps } from '../../controller/emulator/scenario.ts'
import type { App } from '../../plugin/api/context.ts'
import { openIdentity } from '../../plugin/api/identity.ts'
import { type ApiOptions, createApi } from '../../plugin/api/server.ts'
import { systemClock } from '../../plugin/clock.ts'
import type { Broker } from '../../plugin/link/broker.ts'
import { createIntegrators } from '../../plugin/outlets/integrators.ts'
import { openOutlets } from '../../plugin/outlets/outlets.ts'
import { openAdoptions } from '../../plugin/site/adoption.ts'
import { checkPlace } from '../../plugin/site/check.ts'
import { importSite } from '../../plugin/site/file.ts'
import { openSiteKeys } from '../../plugin/site/keys.ts'
import { openStore } from '../../plugin/store/open.ts'
import type { Answer, Controllers } from '../../plugin/vms/commands.ts'
import { openOwnLog } from '../../plugin/vms/own-log.ts'
import { createPlugin } from '../../plugin/vms/plugin.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Command, CommandResult } from '../../shared/command.ts'
import type { Check, EventType, StoredEvent } from '../../shared/event.ts'
import { site as siteSchema } from '../../shared/site.ts'

export const demoSite = () =>
  siteSchema.parse(parse(readFileSync(new URL('../../bin/demo-site.yaml', import.meta.url), 'utf8'), { schema: 'core' }))

type Fields = Partial<StoredEvent> & { trace?: Check[] }

/** A whole plugin server on a directory of its own, its controllers played by a table of answers. */
export async function openRig({
  clock: other,
  embedded,
  ...options
}: Partial<ApiOptions> & { directory?: string; clock?: Clock; embedded?: Pick<Broker, 'tell' | 'retained'> } = {}) {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'portunus-api-'))
  const opened = openStore(directory, { serve: true })
  if (!opened.ok) throw new Error(opened.message)
  const { store } = opened
  let shift = 0
  const clock: Clock = other ?? {
    now: () => systemClock.now() + shift,
    wall: () => systemClock.wall() + shift,
    at: (instant, fn) => systemClock.at(instant - shift, fn),
  }
  const behaviour = {
    skew: 0,
    command: async (controller: string, command: Command): Promise<readonly CommandResult[] | undefined> =>
      (plugin.tree().doorsOf(command.target.id) ?? [])
        .filter(door => plugin.tree().controllerOf(door) === controller)
        .map(door => ({ door, outcome: 'done' as const })),
    request: (_body: unknown, answered: (answer: Answer, last: boolean) => void) =>
      answered({ ok: true, body: { stage: 'done', reason: null } }, true),
    ask: async (_controller: string, _name: string, _body: unknown): Promise<Answer> => ({ ok: true, body: { done: true } }),
  }
  const plugin = createPlugin({ store, clock, check: checkPlace, skewOf: () => behaviour.skew })
  const author = { user: 'test', location: 'local' }
  if (plugin.book.current().revision === 0) {
    const loaded = importSite(plugin.book, demoSite(), { author, category: 'configuration', message: 'Loaded the demo site' })
    if (!loaded.ok) throw new Error(JSON.stringify(loaded))
  }
  const doorsOf = (zone: string) => plugin.tree().doorsOf(zone) ?? []
  const identity = openIdentity(store, { now: plugin.now, doorsOf })
  const sent: { controller: string; command: Command }[] = []
  const asked: { controller: string; name: string; body: unknown }[] = []
  const controllers: Controllers = {
    isOnline: plugin.states.isOnline,
    command(controller, command) {
      sent.push({ controller, command })
      return behaviour.command(controller, command)
    },
    async ask(controller, name, body) {
      asked.push({ controller, name, body })
      return plugin.states.isOnline(controller)
        ? behaviour.ask(controller, name, body)
        : { ok: false, reason: 'unreachable', message: 'no answer' }
    },
    request(controller, name, body, answered) {
      asked.push({ controller, name, body })
      behaviour.request(body, answered)
    },
    status: () => undefined,
    revision: () => '',
    keysChanged() {},
    pairingsOpen() {},
  }
  const ownLog = openOwnLog(plugin)
  const integrators = createIntegrators({ plugin, identity, broker: embedded })
  const outlets = openOutlets({ plugin, controllers, record: ownLog.record, integrators })
  for (const controller of plugin.tree().controllers) plugin.states.reach(controller, true)
  const api: App = await createApi(
    {
      plugin,
      identity,
      controllers,
      outlets,
      version: '0.0.0-test',
      adoptions: openAdoptions(store, plugin.now),
      keys: openSiteKeys(store, plugin.book),
      broker: { port: 1883, tls: false, certificate: null },
      emulatorSteps: fieldSteps,
      unready: () => [],
    },
    { page: '/nowhere', checkAnswers: true, logLevel: 'silent', ...options },
  )
  await api.ready()
  const token = identity.addToken({ name: `test-${Math.random()}`, roles: ['administrator'], expires: null }).secret
  const sequences = new Map<string, number>()

  const tellMany = (count: number, type: EventType, { trace, ...fields }: Fields = {}): StoredEvent[] => {
    const controller = fields.controller ?? 'ctrl-1'
    const batch = Array.from({ length: count }, () => {
      const sequence = (sequences.get(controller) ?? plugin.log.next(controller, 'log-1') - 1) + 1
      sequences.set(controller, sequence)
      const event: StoredEvent = {
        id: `${controller}-${sequence}-${Math.random().toString(36).slice(2)}`,
        controller,
        logId: 'log-1',
        sequence,
        time: new Date(plugin.now()).toISOString(),
        type,
        categories: [],
        source: { kind: 'door', id: 'front' },
        ...fields,
      }
      return { event, trace }
    })
    plugin.take(controller, 'log-1', batch)
    return batch.map(({ event }) => event)
  }

  return {
    directory,
    store,
    plugin,
    identity,
    ownLog,
    /** They deliver once they are started. */
    outlets,
    integrators,
    api,
    token,
    sent,
    asked,
    behaviour,
    /** Moves both clocks on; what is due already comes when it would have come. */
    shift: (ms: number) => {
      shift += ms
    },
    /** Lets a controller tell an event. */
    tell(type: EventType, fields: Fields = {}): StoredEvent {
      return tellMany(1, type, fields)[0]!
    },
    /** Lets a controller tell several at once. */
    tellMany,
    async call(method: string, url: string, body?: unknown, headers: Record<string, string> = {}) {
      const response = await api.inject({
        method: method as 'GET',
        url: url.startsWith('/') ? url : `/api/v1/${url}`,
        headers: { authorization: `Bearer ${token}`, ...headers },
        ...(body === undefined ? {} : { payload: body as object }),
      })
      const type = String(response.headers['content-type'] ?? '')
      return {
        status: response.statusCode,
        headers: response.headers,
        text: response.body,
        json: /[/+]json/.test(type) && response.body !== '' ? response.json() : undefined,
      }
    },
    signedIn: (roles: string[]) => identity.addToken({ name: `as-${Math.random()}`, roles, expires: null }).secret,
    async close(keep = false) {
      await api.close()
      await outlets.stop()
      integrators.close()
      ownLog.close()
      plugin.close()
      store.close()
      if (!keep) rmSync(directory, { recursive: true, force: true })
    },
  }
}
export type Rig = Awaited<ReturnType<typeof openRig>>
