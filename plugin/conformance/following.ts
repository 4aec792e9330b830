import type { Gap, LiveEvent } from '../client/client.ts'
import { type Check, judge, passed, skipped, switchedOff } from './check.ts'
import { carriers, type Experiment, experiment, type Recording } from './recording.ts'
import { pause, promptMs, type Vms } from './vms.ts'

/** Judges what every consumer was told, one by one. */
async function judgeEach(
  vms: Vms,
  faultsOf: (recording: Recording, experiment: Experiment) => readonly string[],
  otherwise: (experiment: Experiment) => string,
) {
  const found = await experiment(vms, vms.mayAct)
  if (found.truth.length === 0)
    return skipped('the log is empty, and nothing may be made to happen: give --allow-changes, or a site where something has happened')
  return judge(
    found.recordings.flatMap(recording => faultsOf(recording, found).map(fault => `${recording.over}: ${fault}`)),
    otherwise(found),
  )
}

const breaks = ({ recordings }: Experiment) => recordings.reduce((sum, { sessions }) => sum + sessions.length - 1, 0)
const did =
  'Consumers over WebSocket, server-sent events and long poll read the log from a cursor, hung up every five events, and came back.'

/** Streams and the log. */
export const following: readonly Check[] = [
  {
    id: 'reconnect',
    did,
    contract: 'A consumer may come back at any time; the stream answers subscribed, and the epoch stays as long as the log does.',
    run: vms =>
      judgeEach(
        vms,
        ({ sessions }) => {
          const faults: string[] = []
          // The last connection may be ended by the kit before it is answered.
          sessions.slice(0, -1).forEach((epoch, index) => {
            if (epoch === null) faults.push(`connection ${index + 1} was not answered with subscribed`)
          })
          if (new Set(sessions.filter(epoch => epoch !== null)).size > 1) faults.push('the epoch changed from one connection to the next')
          return faults
        },
        found => `came back ${breaks(found)} times, each time into the same log`,
      ),
  },
  {
    id: 'resume',
    did,
    contract: 'Resume from a cursor without loss.',
    run: vms =>
      judgeEach(
        vms,
        ({ events }, { truth }) => {
          const got = new Set(events.map(event => event.id))
          const there = new Set(truth.map(event => event.id))
          return [
            ...truth.filter(event => !got.has(event.id)).map(event => `event ${event.id} at cursor ${event.cursor} never came`),
            ...events.filter(event => !there.has(event.id)).map(event => `event ${event.id} came and is not in the log`),
          ]
        },
        found => `${found.truth.length} events, each of which came to all three over ${breaks(found)} breaks`,
      ),
  },
  {
    id: 'duplicates',
    did,
    contract: 'Resume from a cursor without repeat.',
    run: vms =>
      judgeEach(
        vms,
        ({ events }) => {
          const count = new Map<string, number>()
          for (const { id } of events) count.set(id, (count.get(id) ?? 0) + 1)
          return [...count].filter(([, times]) => times > 1).map(([id, times]) => `event ${id} came ${times} times`)
        },
        found => `${found.truth.length} events, none of which came twice`,
      ),
  },
  {
    id: 'order',
    did: `${did} The same was read page by page.`,
    contract: "Cursors are numbers that rise in commit order; a controller's own sequence rises within its log; pages join.",
    async run(vms) {
      const verdict = await judgeEach(
        vms,
        ({ events }) => risesOf(events),
        ({ truth }) => `${truth.length} events in the order of their cursors`,
      )
      if (verdict.outcome !== 'passed') return verdict
      const { truth } = await experiment(vms, vms.mayAct)
      const from = String(BigInt(truth[0]!.cursor) - 1n)
      const paged = await vms.eventsAfter(from, 7)
      const faults = risesOf(paged.events)
      if (truth.some((event, index) => paged.events[index]?.id !== event.id)) faults.push('pages of 7 do not join to what one page gives')
      const newest = await vms.client.GET('/api/v1/events', { params: { query: { limit: 20 } } })
      const times = newest.data?.items.map(event => event.occurredAt) ?? []
      if (times.some((time, index) => index > 0 && time > times[index - 1]!)) faults.push('without a cursor they do not come newest first')
      return judge(faults, verdict.saw)
    },
  },
  {
    id: 'backlog',
    did: 'Read events older than a minute over both streams, and looked at those that were made just now.',
    contract: 'backlog is true for what is older than 30 s at its delivery, and false for what is fresh.',
    async run(vms) {
      const old = await oldEvents(vms)
      const { recordings, made } = await experiment(vms, vms.mayAct)
      const fresh = recordings.flatMap(({ over, events }) =>
        events.flatMap(event => (made.some(({ by }) => by === event.onBehalfOf) ? [{ over, event, is: false }] : [])),
      )
      if (old.length + fresh.length === 0) return skipped('nothing has happened for over a minute, and nothing may be made to happen')
      return judge(
        [...old, ...fresh].flatMap(({ over, event, is }) =>
          event.backlog === is
            ? []
            : [`${over}: event ${event.id} happened at ${event.occurredAt}, came at ${event.deliveredAt}, and backlog is ${event.backlog}`],
        ),
        `right on ${old.length} old events and ${fresh.length} fresh ones`,
      )
    },
  },
  {
    id: 'live',
    did: 'A door was locked and reset in turn on behalf of invented people, while three consumers followed.',
    contract: 'What happens is told to every consumer at once, with the name of X-On-Behalf-Of in onBehalfOf.',
    rights: ['operate-doors'],
    changes: true,
    async run(vms) {
      if (!vms.door) return skipped(vms.noDoor)
      if (!vms.tells('door.mode-changed')) return skipped(switchedOff('door.mode-changed'))
      const found = await experiment(vms, true)
      const faults = found.made.flatMap(({ answer, by }) =>
        answer.status === 200 ? [] : [`the command for ${by} is answered ${answer.status}`],
      )
      let slowest = 0
      for (const { over, events, receivedAt } of found.recordings) {
        for (const { by, answeredAt } of found.made) {
          const index = events.findIndex(event => event.onBehalfOf === by)
          if (index < 0) faults.push(`${over}: nothing was told on behalf of ${by}`)
          else if (receivedAt[index]! - answeredAt > promptMs)
            faults.push(`${over}: what was done for ${by} was told after ${receivedAt[index]! - answeredAt} ms`)
          else slowest = Math.max(slowest, receivedAt[index]! - answeredAt)
        }
      }
      return judge(faults, `${found.made.length} commands, told to ${carriers.length} consumers at most ${slowest} ms after their answer`)
    },
  },
  {
    id: 'long-poll',
    did: 'Waited for a second behind the newest event for what hardly ever happens, whatever else did.',
    contract: 'GET events?after=&wait= answers as soon as there is something, and with nothing when the wait is over.',
    waits: true,
    async run(vms) {
      const { data } = await vms.client.GET('/api/v1/events', { params: { query: { limit: 1 } } })
      const began = Date.now()
      const { json, status } = await vms.raw('GET', `events?after=${data?.cursor}&wait=1&type=store.fault`)
      const ms = Date.now() - began
      if (status !== 200) return judge([`it is answered ${status}`], '')
      if (json.items.length > 0) return passed(`answered after ${ms} ms with what happened then`)
      return judge(
        ms < 800 ? [`it was answered with nothing after ${ms} ms`] : ms > 6_000 ? [`it took ${ms} ms`] : [],
        `answered with nothing after ${ms} ms`,
      )
    },
  },
  {
    id: 'gap',
    did: 'Asked for a log of another epoch and for a cursor that is not reached yet, over REST and both streams; and for the very beginning.',
    contract:
      'What retention has removed is announced with its range, and a log that was replaced as log-replaced, before anything follows.',
    async run(vms) {
      const head = (await vms.client.GET('/api/v1/events', { params: { query: { limit: 1 } } })).data?.cursor ?? '0'
      const ahead = String(BigInt(head) + 1_000_000n)
      const faults: string[] = []
      for (const [what, query] of [
        ['another epoch', `after=${head}&epoch=conformance`],
        ['a cursor not reached yet', `after=${ahead}`],
      ] as const) {
        const { json } = await vms.raw('GET', `events?${query}&limit=1`)
        if (!json.gaps?.some((gap: Gap) => gap.reason === 'log-replaced')) faults.push(`REST says nothing of ${what}`)
      }
      const beginning = (await vms.raw('GET', 'events?after=0&limit=1')).json
      const removed = beginning.gaps.find((gap: Gap) => gap.reason === 'removed') as Gap | undefined
      for (const over of ['websocket', 'server-sent-events'] as const) {
        if (!(await gapAfter(vms, over, ahead)).some(gap => gap.reason === 'log-replaced'))
          faults.push(`${over}: nothing is said of a cursor not reached yet`)
        if (removed && !(await gapAfter(vms, over, '0')).some(gap => gap.reason === 'removed' && gap.to === removed.to))
          faults.push(`${over}: nothing is said of what was removed up to ${removed.to}`)
      }
      return judge(
        faults,
        removed ? `both, and that events up to ${removed.to} were removed` : 'told in all cases; retention has removed nothing yet',
      )
    },
  },
]

function risesOf(events: readonly { cursor: string; id: string; controller: string; logId: string; sequence: number }[]): string[] {
  const faults: string[] = []
  const seen = new Set<string>()
  const sequences = new Map<string, number>()
  let last = -1n
  for (const { cursor, id, controller, logId, sequence } of events) {
    if (seen.has(id)) continue
    seen.add(id)
    if (!/^\d+$/.test(cursor)) faults.push(`the cursor "${cursor}" is no number`)
    else if (BigInt(cursor) <= last) faults.push(`cursor ${cursor} comes after ${last}`)
    else last = BigInt(cursor)
    const log = `${controller} ${logId}`
    if (sequence <= (sequences.get(log) ?? 0)) faults.push(`sequence ${sequence} of ${controller} comes after ${sequences.get(log)}`)
    sequences.set(log, sequence)
  }
  return faults
}

async function gapAfter(vms: Vms, over: 'websocket' | 'server-sent-events', after: string): Promise<Gap[]> {
  const gaps: Gap[] = []
  const listener = await vms.listen(['events'], { over, after, onGap: gap => gaps.push(gap) })
  for (let waited = 0; gaps.length === 0 && waited < 1_500; waited += 20) await pause(20)
  listener.close()
  return gaps
}

/** Events of over a minute ago, as both streams tell them. */
async function oldEvents(vms: Vms): Promise<{ over: string; event: LiveEvent; is: boolean }[]> {
  const serverTime = Date.parse((await vms.raw('GET', 'system')).json.time)
  const query = { to: new Date(serverTime - 60_000).toISOString(), limit: 10 }
  const { data } = await vms.client.GET('/api/v1/events', { params: { query } })
  const oldest = data?.items.at(-1)
  if (!data || !oldest) return []
  const ids = new Set(data.items.map(event => event.id))
  const found: { over: string; event: LiveEvent; is: boolean }[] = []
  for (const over of ['websocket', 'server-sent-events'] as const) {
    const listener = await vms.listen(['events'], { over, after: String(BigInt(oldest.cursor) - 1n) })
    await listener.find(message => message.topic === 'events')
    for (const event of listener.messages) if (event.topic === 'events' && ids.has(event.id)) found.push({ over, event, is: true })
    listener.close()
  }
  return found
}
