import { useCallback, useEffect, useRef, useState } from 'react'
import type { Cardholder, Client, Configuration, LiveEvent, State } from '../client/client.ts'

const shownEvents = 200

/** The site as it is now, kept so by the stream. */
export interface Live {
  readonly configuration: Configuration | null
  readonly states: ReadonlyMap<string, State>
  readonly events: readonly LiveEvent[]
  readonly people: ReadonlyMap<string, Cardholder>
  readonly connected: boolean
  readonly problem: string | null
}

/** Reads everything once, then follows. Whatever the stream says has become invalid is read again. */
export function useLive(client: Client, leave: (why: string | null) => void): Live {
  const [configuration, setConfiguration] = useState<Configuration | null>(null)
  const [states, setStates] = useState<ReadonlyMap<string, State>>(new Map())
  const [events, setEvents] = useState<readonly LiveEvent[]>([])
  const [people, setPeople] = useState<ReadonlyMap<string, Cardholder>>(new Map())
  const [connected, setConnected] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const left = useRef(leave)
  left.current = leave

  const refused = useCallback((status: number, detail: string) => {
    if (status === 401) left.current('Your session has ended. Sign in again.')
    else setProblem(detail)
  }, [])
  const readStates = useCallback(async () => {
    const { data, error } = await client.GET('/api/v1/states')
    if (data) setStates(new Map(data.items.map(state => [state.element, state])))
    else refused(error.status, error.detail)
  }, [client, refused])
  const readSite = useCallback(async () => {
    const [site, everyone] = await Promise.all([
      client.GET('/api/v1/configuration'),
      client.GET('/api/v1/cardholders', { params: { query: { limit: 100 } } }),
    ])
    if (site.data) setConfiguration(site.data)
    else refused(site.error.status, site.error.detail)
    if (everyone.data) setPeople(new Map(everyone.data.items.map(person => [person.id, person])))
    else if (everyone.error.status !== 403) refused(everyone.error.status, everyone.error.detail)
  }, [client, refused])

  const readEvents = useCallback(async () => {
    const { data, error } = await client.GET('/api/v1/events', { params: { query: { limit: 50 } } })
    if (data) setEvents(data.items)
    else refused(error.status, error.detail)
    return data
  }, [client, refused])

  useEffect(() => {
    let end = () => {}
    let ended = false
    const begin = async () => {
      await Promise.all([readSite(), readStates()])
      const from = await readEvents()
      if (ended || !from) return
      const stream = client.stream({
        topics: ['events', 'states', 'configuration', 'cardholders'],
        after: from.cursor,
        epoch: from.epoch,
        onGap: () => void readEvents(),
        onMessage(message) {
          switch (message.topic) {
            case 'events':
              setEvents(before => (before.some(e => e.id === message.id) ? before : [message, ...before].slice(0, shownEvents)))
              break
            case 'states':
              if (message.type === 'states-invalidated') void readStates()
              else setStates(before => new Map(before).set(message.element, message))
              break
            case 'configuration':
            case 'cardholders':
              void readSite()
              void readStates()
              break
          }
        },
        onConnection: up => {
          setConnected(up)
          setProblem(null)
          if (up) void readStates()
        },
        onRefused: ({ status, detail }) => refused(status, detail),
      })
      end = stream.close
    }
    void begin()
    return () => {
      ended = true
      end()
    }
  }, [client, readSite, readStates, readEvents, refused])

  return { configuration, states, events, people, connected, problem }
}
