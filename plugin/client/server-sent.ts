import { createParser } from 'eventsource-parser'
import { lasting, type Open } from './connection.ts'

/** Server-sent events, read with `fetch`: an `EventSource` could send no token. */
export const openServerSent: Open = (base, token, { topics, ...from }, { onMessage, onEnd }) => {
  const ended = new AbortController()
  const run = async () => {
    const query = new URLSearchParams({ topics: topics.join(','), ...from })
    const response = await fetch(new URL(`api/v1/stream?${query}`, base.endsWith('/') ? base : `${base}/`), {
      headers: { Accept: 'text/event-stream', ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }) },
      signal: ended.signal,
    })
    if (!response.ok || !response.body) return onEnd(lasting(response.status, await response.text()))
    const parser = createParser({ onEvent: ({ data }) => onMessage(data) })
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (let part = await reader.read(); !part.done; part = await reader.read()) parser.feed(part.value)
    onEnd()
  }
  run().catch(() => onEnd())
  return () => ended.abort()
}
