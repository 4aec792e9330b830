import { type Client, type Configuration, createClient, type Element, type LiveEvent } from '../client/client.ts'
import type { Topic } from '../client/connection.ts'
import type { Follow, Message } from '../client/stream.ts'

export interface VmsOptions {
  /** Address of the server. */
  readonly url: string
  readonly token: string
  /** A token with fewer rights, to see them refused. */
  readonly weakToken?: string | undefined
  /** Whether the site may be changed and a door acted on. */
  readonly allowChanges: boolean
  /** The door that may be acted on; left out, one of emulated hardware. */
  readonly door?: string | undefined
}

/** An answer as it came, whatever it is. */
export interface Raw {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: what a server under test answers can be anything
  readonly json: any
  readonly sentAt: number
  readonly ms: number
}

export interface Listener {
  readonly messages: Message[]
  /** Waits for a message. @returns it, or undefined when none came in time */
  find(fits: (message: Message) => boolean, ms?: number): Promise<Message | undefined>
  close(): void
}

/** The VMS that is played. */
export type Vms = Extract<Awaited<ReturnType<typeof openVms>>, { ok: true }>['vms']

/** How long something that is told at once may take, in ms. */
export const promptMs = 5_000
const modes = ['lockdown', 'emergency', 'override', 'locked-by-operator', 'unlocked-by-operator']
export const pause = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))

/** Signs in as the VMS, and reads what every check needs. */
export async function openVms(options: VmsOptions) {
  const { url } = options
  const base = url.replace(/\/$/, '')
  const token = options.token.trim()
  const client: Client = createClient({ base, token })
  const [system, session, configuration, states, controllers] = await Promise.all([
    client.GET('/api/v1/system'),
    client.GET('/api/v1/session'),
    client.GET('/api/v1/configuration'),
    client.GET('/api/v1/states'),
    client.GET('/api/v1/controllers', { params: { query: { limit: 1000 } } }),
  ])
  const refusal = system.error ?? session.error ?? configuration.error ?? states.error ?? controllers.error
  if (refusal) return { ok: false, why: `${url}: ${refusal.detail} (${refusal.code})` } as const
  const { rights } = session.data!
  const { elements } = configuration.data!
  const known = elements.flatMap(each => (each.type === 'door' ? [each.id] : []))
  if (options.door !== undefined && !known.includes(options.door))
    return { ok: false, why: `--door: there is no door "${options.door}"; there is ${known.slice(0, 20).join(', ')}` } as const
  const weak = options.weakToken === undefined ? undefined : await createClient({ base, token: options.weakToken }).GET('/api/v1/session')
  if (weak?.error) return { ok: false, why: `--weak-token: ${weak.error.detail} (${weak.error.code})` } as const
  const stateOf = new Map(states.data!.items.map(state => [state.element, state.states]))
  const emulatedControllers = new Set(controllers.data!.items.flatMap(c => (c.emulated ? [c.id] : [])))
  const above = (element: Element, type: string): Element | undefined =>
    element.type === type ? element : elements.filter(e => e.id === element.parent).flatMap(e => above(e, type) ?? [])[0]
  const isEmulated = (element: Element) => emulatedControllers.has(above(element, 'controller')?.id ?? '')

  /** Doors at rest that take what the checks send; one that can be played first. */
  const doors = elements
    .filter(e => e.type === 'door' && e.enabled && (options.door === undefined ? isEmulated(e) : e.id === options.door))
    .filter(e => !['lock', 'reset'].some(action => e.unsupportedCommands.some(each => each === action)))
    .filter(e => !stateOf.get(e.id)?.some(state => modes.includes(state) || state === 'controller-offline'))
  const readerOf = (door: Element) =>
    elements.find(e => e.type === 'reader' && above(e, 'door')?.id === door.id && stateOf.get(e.id)?.includes('connected'))
  const door = doors.find(each => isEmulated(each) && readerOf(each)) ?? doors[0]
  const touched = new Set<string>()
  const listeners = new Set<Listener>()
  const undoings: (() => Promise<unknown>)[] = []
  let acts = 0
  const mark = `conformance-${Date.now().toString(36)}`

  async function raw(method: string, path: string, more: { body?: unknown; headers?: Record<string, string>; token?: string | null } = {}) {
    const { body, headers, token: other = token } = more
    const sentAt = Date.now()
    const response = await fetch(path.startsWith('/') ? `${base}${path}` : `${base}/api/v1/${path}`, {
      method,
      headers: {
        ...(other === null ? {} : { authorization: `Bearer ${other}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    })
    const text = await response.text()
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch {
      // Whoever looks for JSON finds none.
    }
    return { status: response.status, headers: response.headers, text, json, sentAt, ms: Date.now() - sentAt } as Raw
  }

  async function listen(topics: readonly Topic[], more: Partial<Follow> = {}): Promise<Listener> {
    const messages: Message[] = []
    const stream = client.stream({ topics, onGap: () => {}, ...more, onMessage: message => messages.push(message) })
    const listener: Listener = {
      messages,
      async find(fits, ms = promptMs) {
        const deadline = Date.now() + ms
        for (;;) {
          const found = messages.find(fits)
          if (found || Date.now() > deadline) return found
          await pause(10)
        }
      },
      close() {
        listeners.delete(listener)
        stream.close()
      },
    }
    listeners.add(listener)
    await listener.find(message => message.type === 'subscribed')
    return listener
  }

  const touch = (what: string, undo: () => Promise<unknown>) => {
    if (!touched.has(what)) undoings.push(undo)
    touched.add(what)
  }
  const command = (action: 'lock' | 'reset', element: string, headers: Record<string, string> = {}) => {
    touch(`door ${door?.id}: locked and reset a few times; events and lines of the audit log tell of it`, () =>
      raw('POST', 'commands', { body: { action: 'reset', element: door!.id } }),
    )
    return raw('POST', 'commands', { body: { action, element }, headers })
  }

  const vms = {
    base,
    token,
    weakToken: options.weakToken?.trim(),
    client,
    raw,
    listen,
    system: system.data!,
    rights: rights as readonly string[],
    configuration: configuration.data! as Configuration,
    /** The door that is acted on. */
    door,
    reader: door && readerOf(door),
    /** Whether things can be made to happen at that door. */
    emulated: door !== undefined && isEmulated(door) && readerOf(door) !== undefined,
    /** Whether the site may be changed, and there is a door and the right to act on it. */
    mayAct: options.allowChanges && door !== undefined && rights.includes('operate-doors'),
    /** Why no door is acted on. */
    noDoor:
      options.door === undefined
        ? 'no emulated door is at rest, and a real one is acted on only when it is named: give --door'
        : `door "${options.door}" is not at rest, or takes no commands`,
    /** A name that nothing else has. */
    name: (what: string) => `${mark}-${what}`,
    command,
    /** Makes one thing happen at the door that is told as an event: it is locked and reset in turn, on behalf of a name that is never used again. */
    async happen(): Promise<{ by: string; answer: Raw }> {
      const by = `${mark}-${++acts}`
      const answer = await command(acts % 2 === 1 ? 'lock' : 'reset', door!.id, { 'x-on-behalf-of': by })
      return { by, answer }
    },
    /** Plays a step on emulated hardware. */
    play(step: string, body: object): Promise<Raw> {
      touch(`door ${door?.id}: its emulated reader and leaf were played; events, access requests and closed alarms tell of it`, () =>
        raw('POST', 'emulator/close', { body: { door: door!.id } }),
      )
      return raw('POST', `emulator/${step}`, { body })
    },
    /** Whether events of a type are told: an administrator may have switched them off. */
    tells: (eventType: string) => configuration.data!.eventTypes.some(type => type.id === eventType && type.enabled),
    /** Notes what is changed, and how it is undone in the end, whatever happens to the check. */
    touch,
    touched: () => [...touched],
    /** Every event after a cursor, oldest first, as the log has it. */
    async eventsAfter(after: string, limit = 1000): Promise<{ events: LiveEvent[]; head: string; gaps: number }> {
      const events: LiveEvent[] = []
      let gaps = 0
      for (let from = after; ; ) {
        const { data, error } = await client.GET('/api/v1/events', { params: { query: { after: from, limit } } })
        if (!data) throw new Error(`GET events: ${error.detail}`)
        events.push(...data.items)
        gaps += data.gaps.length
        if (data.next === null) return { events, head: data.cursor, gaps }
        from = data.next
      }
    },
    /** Leaves the door as it was found. */
    async close(): Promise<void> {
      for (const listener of listeners) listener.close()
      for (const undo of undoings) await undo().catch((error: Error) => touched.add(`not everything could be put back: ${error.message}`))
    },
  }
  return { ok: true, vms } as const
}
