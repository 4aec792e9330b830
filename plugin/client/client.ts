import { createParser } from 'eventsource-parser'
import type { Action } from '../../shared/command.ts'
import type { Check, StoredEvent } from '../../shared/event.ts'

/** A refusal of the API (RFC 9457), with the operator's text in `detail`; `status` 0 when the server did not answer. */
export interface Refused {
  readonly status: number
  readonly code: string
  readonly detail: string
}

/** What a call gives: the value, or why not. */
export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refused: Refused }

export interface Session {
  readonly token: string
  readonly user: string
  readonly rights: readonly string[]
}

export interface Element {
  readonly id: string
  readonly parent: string | null
  readonly type: string
  readonly name: string
  readonly unsupportedCommands: readonly string[]
}

export interface Configuration {
  readonly revision: string
  readonly elements: readonly Element[]
  readonly eventTypes: readonly { readonly id: string; readonly name: string }[]
  readonly stateTypes: readonly { readonly id: string; readonly name: string }[]
}

export interface State {
  readonly element: string
  readonly states: readonly string[]
  readonly flags: { readonly alarm: boolean; readonly tamper: boolean; readonly offline: boolean }
}

/** An event as delivered: the controller's own, and where it stands in the stream. */
export type LiveEvent = StoredEvent & { readonly cursor: string; readonly backlog: boolean }

export interface Trace {
  readonly reason: string | null
  readonly text: string
  readonly checks: readonly Check[]
}

export interface Person {
  readonly id: string
  readonly firstName: string
  readonly lastName: string
  readonly credentials: readonly { readonly id: string; readonly type: string; readonly name?: string }[]
}

export interface CommandOutcome {
  readonly id: string
  readonly results: readonly { readonly door: string; readonly outcome: 'done' | 'refused' | 'unreachable'; readonly detail?: string }[]
}

interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

/** What the stream says, by topic; `gap` events have type `gap`. */
export interface StreamMessage {
  readonly topic?: string
  readonly type: string
  readonly cursor?: string
  readonly [key: string]: unknown
}

const firstRetryMs = 500
const longestRetryMs = 10_000
/** Three heartbeats missed: the connection is dead though nobody said so. */
const silentMs = 45_000

/** Speaks the plugin API for one token. */
export function createClient({ base, token }: { readonly base: string; readonly token?: string }) {
  async function call<T>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
    let response: Response
    try {
      response = await fetch(`${base}/api/v1/${path}`, {
        method,
        headers: {
          Accept: 'application/json',
          ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    } catch {
      return { ok: false, refused: { status: 0, code: 'no-answer', detail: 'The server does not answer.' } }
    }
    const text = await response.text()
    const json = text === '' ? undefined : parse(text)
    if (response.ok) return { ok: true, value: json as T }
    const { code, detail } = (json ?? {}) as Partial<Refused>
    return {
      ok: false,
      refused: { status: response.status, code: code ?? 'unknown', detail: detail ?? `The server answered ${response.status}.` },
    }
  }

  return {
    signIn: (user: string, password: string) => call<Session>('POST', 'session', { user, password }),
    signOut: () => call<void>('DELETE', 'session'),
    session: () => call<Omit<Session, 'token'>>('GET', 'session'),
    configuration: () => call<Configuration>('GET', 'configuration'),
    states: () => call<Page<State>>('GET', 'states'),
    newestEvents: (limit: number) => call<Page<LiveEvent>>('GET', `events?limit=${limit}`),
    trace: (event: string) => call<Trace>('GET', `events/${encodeURIComponent(event)}/trace`),
    people: () => call<Page<Person>>('GET', 'cardholders?limit=100'),
    command: (action: Action, element: string) => call<CommandOutcome>('POST', 'commands', { action, element }),
    emulate: (step: string, body: unknown) => call<void>('POST', `emulator/${step}`, body),

    /**
     * Follows the stream and comes back by itself after a break, from where it was.
     * @returns a function that ends it
     */
    stream(options: {
      readonly topics: readonly string[]
      readonly after?: string | undefined
      onMessage(message: StreamMessage): void
      onConnection(up: boolean): void
      onRefused(refused: Refused): void
    }): () => void {
      const ended = new AbortController()
      let cursor = options.after
      let retryMs = firstRetryMs

      async function follow(): Promise<void> {
        const query = new URLSearchParams({ topics: options.topics.join(','), ...(cursor === undefined ? {} : { after: cursor }) })
        const silence = new AbortController()
        let timer = setTimeout(() => silence.abort(), silentMs)
        try {
          const response = await fetch(`${base}/api/v1/stream?${query}`, {
            headers: { Accept: 'text/event-stream', Authorization: `Bearer ${token}` },
            signal: AbortSignal.any([ended.signal, silence.signal]),
          })
          if (!response.ok || !response.body) {
            const { code, detail } = (parse(await response.text()) ?? {}) as Partial<Refused>
            if (response.status === 401 || response.status === 403) {
              ended.abort()
              options.onRefused({ status: response.status, code: code ?? 'unknown', detail: detail ?? '' })
            }
            return
          }
          retryMs = firstRetryMs
          options.onConnection(true)
          const parser = createParser({
            onEvent({ data }) {
              const message = parse(data) as StreamMessage | undefined
              if (message === undefined) return
              if (message.cursor !== undefined) cursor = message.cursor
              options.onMessage(message)
            },
          })
          const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
          for (;;) {
            const { value, done } = await reader.read()
            if (done) return
            clearTimeout(timer)
            timer = setTimeout(() => silence.abort(), silentMs)
            parser.feed(value)
          }
        } catch {
          // A broken connection is told below, and made again.
        } finally {
          clearTimeout(timer)
          if (!ended.signal.aborted) {
            options.onConnection(false)
            setTimeout(() => void follow(), retryMs)
            retryMs = Math.min(retryMs * 2, longestRetryMs)
          }
        }
      }
      void follow()
      return () => ended.abort()
    },
  }
}
export type Client = ReturnType<typeof createClient>

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
