import type { AccessRequest, Alarm, Cardholder, Gap, LiveEvent, Refusal, State, Terminal } from './client.ts'
import type { Open, Topic } from './connection.ts'

/** Where a message stands. */
interface Place {
  /** Go on after this; 64 bits, as text. */
  readonly cursor: string
  /** Changes when the log was replaced: cursors of another epoch mean nothing. */
  readonly epoch: string
  readonly occurredAt: string
  readonly deliveredAt: string
  /** Older than 30 s when it was delivered: show it, never act on it. */
  readonly backlog: boolean
}

/** What the stream says; a server newer than this client may say more, which is passed on as it is. */
export type Message = Place &
  (
    | LiveEvent
    | (State & { readonly topic: 'states'; readonly type: 'state-changed' })
    | { readonly topic: 'states'; readonly type: 'states-invalidated' }
    | { readonly topic: 'alarms'; readonly type: 'alarm-changed'; readonly alarm: Alarm }
    | { readonly topic: 'access-requests'; readonly type: 'access-request-changed'; readonly accessRequest: AccessRequest }
    | { readonly topic: 'configuration'; readonly type: 'configuration-changed'; readonly revision: string }
    | { readonly topic: 'cardholders'; readonly type: 'cardholder-changed'; readonly cardholder: Cardholder }
    | { readonly topic: 'cardholders'; readonly type: 'cardholder-removed'; readonly id: string }
    | { readonly topic: 'terminals'; readonly type: 'terminal-changed'; readonly terminal: Terminal }
    | { readonly topic: 'rights'; readonly type: 'rights-changed' }
    | { readonly topic: 'stream'; readonly type: 'subscribed' | 'heartbeat' }
    | { readonly topic: 'stream'; readonly type: 'too-slow' | 'signed-out' | 'stopping'; readonly message: string }
  )

export interface Follow {
  readonly topics: readonly Topic[]
  /** Cursor of the last message that was dealt with; left out, the stream begins now. */
  readonly after?: string | undefined
  /** Epoch of that cursor. */
  readonly epoch?: string | undefined
  /** How it travels. A browser's WebSocket can carry no token, so browsers take server-sent events unless told otherwise. */
  readonly over?: 'websocket' | 'server-sent-events'
  /** In their order, each once: over breaks, too. */
  onMessage(message: Message): void
  /** Events are gone for good, or the log was replaced (`log-replaced`): read again what you keep. Told in its place among the messages. */
  onGap(gap: Gap): void
  /** Whether it is connected now. */
  onConnection?(up: boolean): void
  /** The server will not have it; the stream has ended. */
  onRefused?(refusal: Refusal): void
  /** How long nothing may come before the connection counts as dead, in ms: three of the server's heartbeats. */
  readonly silentMs?: number
  /** How long to wait before the first new attempt; twice that before each further one, up to 20 times, and somewhat less by chance. */
  readonly retryMs?: number
}

export interface Stream {
  /** Where it stands: what to begin with another time. */
  readonly cursor: string | undefined
  readonly epoch: string | undefined
  close(): void
}

export function follow(base: string, token: string | undefined, options: Follow): Stream {
  const { topics, silentMs = 45_000, retryMs = 500, over = 'document' in globalThis ? 'server-sent-events' : 'websocket' } = options
  let { after: cursor, epoch } = options
  let waitMs = retryMs
  let closed = false
  let up = false
  let hangUp = () => {}
  let timer: ReturnType<typeof setTimeout> | undefined

  const rise = (now: boolean) => {
    if (up === now) return
    up = now
    options.onConnection?.(now)
  }

  async function connect() {
    const open: Open = over === 'websocket' ? (await import('./socket.ts')).openSocket : (await import('./server-sent.ts')).openServerSent
    if (closed) return
    let ended = false
    const end = (refusal?: Refusal) => {
      if (ended || closed) return
      ended = true
      clearTimeout(timer)
      hangUp()
      rise(false)
      if (refusal) {
        closed = true
        options.onRefused?.(refusal)
        return
      }
      timer = setTimeout(() => void connect(), waitMs * (0.5 + Math.random() / 2))
      waitMs = Math.min(waitMs * 2, retryMs * 20)
    }
    const listen = () => {
      clearTimeout(timer)
      timer = setTimeout(end, silentMs)
    }
    listen()
    const wanted = { topics, ...(cursor === undefined ? {} : { after: cursor }), ...(epoch === undefined ? {} : { epoch }) }
    hangUp = open(base, token, wanted, {
      onMessage(text) {
        if (ended || closed) return
        listen()
        const message = read(text)
        if (!message) return
        waitMs = retryMs
        rise(true)
        take(message)
      },
      onEnd: end,
    })
  }

  function take(message: Message) {
    const replaced = epoch !== undefined && message.epoch !== epoch
    // What stands before the server's own word about a replaced log must not hide that word.
    if (message.type === 'subscribed' && replaced) return
    const gap = message.topic === 'events' && message.type === 'gap'
    epoch = message.epoch
    cursor = message.cursor
    if (gap) options.onGap(message as unknown as Gap)
    else if (replaced) options.onGap({ reason: 'log-replaced' })
    if (!gap && !closed) options.onMessage(message)
  }

  void connect()
  return {
    get cursor() {
      return cursor
    },
    get epoch() {
      return epoch
    },
    close() {
      closed = true
      clearTimeout(timer)
      hangUp()
    },
  }
}

function read(text: string): Message | undefined {
  try {
    const message = JSON.parse(text) as Partial<Message> | null
    return typeof message?.cursor === 'string' ? (message as Message) : undefined
  } catch {
    return undefined
  }
}
