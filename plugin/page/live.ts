import { useCallback, useEffect, useRef, useState } from 'react'
import type { Client, Configuration, LiveEvent, Person, State } from '../client/client.ts'

const shownEvents = 200

/** The site as it is now, kept so by the stream. */
export interface Live {
  readonly configuration: Configuration | null
  readonly states: ReadonlyMap<string, State>
  readonly events: readonly LiveEvent[]
  readonly people: ReadonlyMap<string, Person>
  readonly connected: boolean
  readonly problem: string | null
}

/** Reads everything once, then follows. Whatever the stream says has become invalid is read again. */
export function useLive(client: Client, leave: (why: string | null) => void): Live {
  const [configuration, setConfiguration] = useState<Configuration | null>(null)
  const [states, setStates] = useState<ReadonlyMap<string, State>>(new Map())
  const [events, setEvents] = useState<readonly LiveEvent[]>([])
  const [people, setPeople] = useState<ReadonlyMap<string, Person>>(new Map())
  const [connected, setConnected] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const left = useRef(leave)
  left.current = leave

  const refused = useCallback((status: number, detail: string) => {
    if (status === 401) left.current('Your session has ended. Sign in again.')
    else setProblem(detail)
  }, [])
  const readStates = useCallback(async () => {
    const answer = await client.states()
    if (answer.ok) setStates(new Map(answer.value.items.map(state => [state.element, state])))
    else refused(answer.refused.status, answer.refused.detail)
  }, [client, refused])
  const readSite = useCallback(async () => {
    const [site, everyone] = await Promise.all([client.configuration(), client.people()])
    if (site.ok) setConfiguration(site.value)
    else refused(site.refused.status, site.refused.detail)
    if (everyone.ok) setPeople(new Map(everyone.value.items.map(person => [person.id, person])))
    else if (everyone.refused.status !== 403) refused(everyone.refused.status, everyone.refused.detail)
  }, [client, refused])

  useEffect(() => {
    let end = () => {}
    let ended = false
    const begin = async () => {
      await Promise.all([readSite(), readStates()])
      const newest = await client.newestEvents(50)
      if (ended) return
      if (!newest.ok) {
        refused(newest.refused.status, newest.refused.detail)
        return
      }
      setEvents(newest.value.items)
      end = client.stream({
        topics: ['events', 'states', 'configuration', 'cardholders'],
        after: newest.value.items[0]?.cursor,
        onMessage(message) {
          switch (message.topic) {
            case 'events':
              if (message.type !== 'gap') {
                const event = message as unknown as LiveEvent
                setEvents(before => (before.some(e => e.id === event.id) ? before : [event, ...before].slice(0, shownEvents)))
              }
              break
            case 'states': {
              const state = message as unknown as State
              if (message.type === 'states-invalidated' || state.element === undefined) void readStates()
              else setStates(before => new Map(before).set(state.element, state))
              break
            }
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
    }
    void begin()
    return () => {
      ended = true
      end()
    }
  }, [client, readSite, readStates, refused])

  return { configuration, states, events, people, connected, problem }
}
