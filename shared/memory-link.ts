import type { Clock } from './clock.ts'
import type { LastWill, LinkTransport } from './link.ts'

/** One end's connection, with the switch that cuts it. */
export interface MemoryTransport extends LinkTransport {
  /** Cuts or heals the connection; what is on its way over a cut one is lost. */
  switch(up: boolean): void
}

/** A broker in memory: no socket, no timer of its own, the same order of messages in every run. */
export interface MemoryBroker {
  connect(): MemoryTransport
}

export interface MemoryBrokerOptions {
  /**
   * How long a message is on its way, in ms, or null for one that is lost; asked for each delivery. Left out, a message is delivered before
   * the outermost `publish` returns. Later messages never overtake earlier ones.
   */
  readonly delay?: (topic: string) => number | null
  readonly clock?: Clock
  /** For ends that must find out themselves whether the other one is there, as over a network; 0 unless told otherwise. */
  readonly heartbeatMs?: number
}

interface Connection {
  up: boolean
  closed: boolean
  /** Counts connections, so that what was sent over an earlier one never arrives. */
  generation: number
  /** No message is delivered before this instant. */
  busyUntil: number
  readonly filters: { readonly filter: readonly string[]; readonly receive: (topic: string, payload: string, retained: boolean) => void }[]
}

export function createMemoryBroker({ delay, clock, heartbeatMs = 0 }: MemoryBrokerOptions = {}): MemoryBroker {
  const connections = new Set<Connection>()
  const queue: (() => void)[] = []
  let draining = false

  const later = (work: () => void) => {
    queue.push(work)
    if (draining) return
    draining = true
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) next()
    } finally {
      draining = false
    }
  }
  const deliver = (to: Connection, topic: string, payload: string) => {
    const { generation } = to
    const hand = () => {
      if (!to.up || to.generation !== generation) return
      for (const { filter, receive } of to.filters) if (matches(filter, topic)) receive(topic, payload, false)
    }
    const wait = delay === undefined ? 0 : delay(topic)
    if (wait === null) return
    if (delay === undefined || clock === undefined) later(hand)
    else {
      to.busyUntil = Math.max(to.busyUntil, clock.now() + wait)
      clock.at(to.busyUntil, hand)
    }
  }
  const publish = (topic: string, payload: string) =>
    later(() => {
      for (const to of connections) if (to.up && to.filters.some(({ filter }) => matches(filter, topic))) deliver(to, topic, payload)
    })

  return {
    connect() {
      const connection: Connection = { up: true, closed: false, generation: 0, busyUntil: 0, filters: [] }
      const watchers: ((up: boolean) => void)[] = []
      let will: LastWill | undefined
      connections.add(connection)
      const change = (up: boolean) => {
        if (connection.closed || connection.up === up) return
        connection.up = up
        connection.generation++
        connection.busyUntil = 0
        if (!up && will !== undefined) publish(will.topic, will.payload)
        later(() => {
          if (!connection.closed) for (const changed of watchers) changed(up)
        })
      }
      return {
        open(wanted) {
          will = wanted
        },
        get up() {
          return connection.up && !connection.closed
        },
        heartbeatMs,
        publish(topic, payload) {
          if (connection.up && !connection.closed) publish(topic, payload)
        },
        subscribe(filter, receive) {
          connection.filters.push({ filter: filter.split('/'), receive })
        },
        onChange(changed) {
          watchers.push(changed)
          if (connection.up)
            later(() => {
              if (connection.up && !connection.closed) changed(true)
            })
        },
        reset() {},
        close() {
          connection.closed = true
          connection.up = false
          connections.delete(connection)
        },
        switch: change,
      }
    },
  }
}

function matches(filter: readonly string[], topic: string): boolean {
  const levels = topic.split('/')
  return filter.length === levels.length && filter.every((level, i) => level === '+' || level === levels[i])
}
