import { useCallback, useEffect, useRef, useState } from 'react'
import type { Cardholder, Client, Configuration, LiveEvent, State } from '../client/client.ts'
import { idsIn } from './words.ts'

const shownEvents = 200
/** How long until what could not be read is tried again, and how long changes are gathered before they are read; ms. */
const againMs = 5_000
const gatherMs = 250

/** The site as it is now, kept so by the stream. */
export interface Live {
  readonly configuration: Configuration | null
  readonly states: ReadonlyMap<string, State>
  /** Null until they are read. */
  readonly events: readonly LiveEvent[] | null
  readonly people: ReadonlyMap<string, Cardholder>
  readonly connected: boolean
  readonly problem: string | null
}

/** Reads everything once, then follows. Whatever the stream says has become invalid is read again. */
export function useLive(
  client: Client,
  rights: readonly string[],
  leave: (why: string | null) => void,
  renew: (rights: readonly string[]) => void,
): Live {
  const [configuration, setConfiguration] = useState<Configuration | null>(null)
  const [states, setStates] = useState<ReadonlyMap<string, State>>(new Map())
  const [events, setEvents] = useState<readonly LiveEvent[] | null>(null)
  const [people, setPeople] = useState<ReadonlyMap<string, Cardholder>>(new Map())
  const [connected, setConnected] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const left = useRef(leave)
  left.current = leave
  const mayKnowPeople = rights.includes('view-cardholders')

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
    const { data, error } = await client.GET('/api/v1/configuration')
    if (data) setConfiguration(data)
    else refused(error.status, error.detail)
  }, [client, refused])
  const readPeople = useCallback(async () => {
    if (!mayKnowPeople) return
    const { data, error } = await client.GET('/api/v1/cardholders', { params: { query: { limit: 100 } } })
    if (data) setPeople(before => new Map([...before, ...data.items.map(person => [person.id, person] as const)]))
    else refused(error.status, error.detail)
  }, [client, mayKnowPeople, refused])

  const readRights = useCallback(async () => {
    const { data, error } = await client.GET('/api/v1/session')
    if (data) renew(data.rights)
    else refused(error.status, error.detail)
  }, [client, refused, renew])

  const readEvents = useCallback(async () => {
    const { data, error } = await client.GET('/api/v1/events', { params: { query: { limit: 50 } } })
    if (data) setEvents(data.items)
    else refused(error.status, error.detail)
    return data ?? error
  }, [client, refused])

  useEffect(() => {
    let end = () => {}
    let ended = false
    let again: ReturnType<typeof setTimeout> | undefined
    let gathered: ReturnType<typeof setTimeout> | undefined
    const readLater = () => {
      gathered ??= setTimeout(() => {
        gathered = undefined
        void readSite()
        void readStates()
      }, gatherMs)
    }
    const begin = async () => {
      const [from] = await Promise.all([readEvents(), readSite(), readStates(), readPeople()])
      if (ended) return
      if ('status' in from) {
        // Who is refused stays so; a server that does not answer comes back.
        if (from.status === 0 || from.status >= 500) again = setTimeout(begin, againMs)
        return
      }
      const stream = client.stream({
        topics: ['events', 'states', 'configuration', ...(mayKnowPeople ? (['cardholders'] as const) : [])],
        after: from.cursor,
        epoch: from.epoch,
        onGap: () => void readEvents(),
        onMessage(message) {
          switch (message.topic) {
            case 'events':
              setEvents(before => (before?.some(e => e.id === message.id) ? before : [message, ...(before ?? [])].slice(0, shownEvents)))
              break
            case 'states':
              if (message.type === 'states-invalidated') void readStates()
              else setStates(before => new Map(before).set(message.element, message))
              break
            case 'configuration':
              readLater()
              break
            case 'rights':
              void readRights()
              void readEvents()
              readLater()
              break
            case 'cardholders':
              if (message.type === 'cardholder-changed') setPeople(before => new Map(before).set(message.cardholder.id, message.cardholder))
              break
          }
        },
        onConnection: up => {
          setConnected(up)
          setProblem(null)
          if (up) readLater()
        },
        onRefused: ({ status, detail }) => refused(status, detail),
      })
      end = stream.close
    }
    void begin()
    return () => {
      ended = true
      clearTimeout(again)
      clearTimeout(gathered)
      end()
    }
  }, [client, mayKnowPeople, readSite, readStates, readEvents, readPeople, readRights, refused])

  // Who is not among the people that were read, because there are many, is read when an event names them.
  const sought = useRef(new Set<string>())
  useEffect(() => {
    if (!mayKnowPeople) return
    const missing = (events ?? []).flatMap(idsIn).filter(id => !people.has(id) && !sought.current.has(id))
    for (const id of new Set(missing)) {
      sought.current.add(id)
      void client.GET('/api/v1/cardholders/{id}', { params: { path: { id } } }).then(({ data, error }) => {
        if (data) setPeople(before => new Map(before).set(id, data))
        else if (error.status !== 404) sought.current.delete(id)
      })
    }
  }, [client, mayKnowPeople, events, people])

  return { configuration, states, events, people, connected, problem }
}
