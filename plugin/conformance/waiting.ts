import { WebSocket } from 'ws'
import type { Message } from '../client/stream.ts'
import { type Check, judge, passed, skipped } from './check.ts'
import { pause, type Vms } from './vms.ts'

const heartbeatMs = 15_000
const lateMs = 5_000
/** How long a consumer reads nothing, in ms: longer than a server may hold on to it. */
const stallMs = 25_000
/** A log that holds less shows nothing, because the network takes it in by itself … */
const tooLittleBytes = 1_048_576
/** … and one that holds more must show something. */
const enoughBytes = 16_777_216

/** Checks that mostly wait. */
export const waiting: readonly Check[] = [
  {
    id: 'heartbeat',
    did: 'Followed a quiet topic over WebSocket and server-sent events.',
    contract: 'A heartbeat every 15 s, so that a consumer knows a dead connection from a quiet site.',
    waits: true,
    async run(vms) {
      const heard = await Promise.all(
        (['websocket', 'server-sent-events'] as const).map(async over => {
          const listener = await vms.listen(['configuration'], { over })
          const beat = await listener.find(message => message.type === 'heartbeat', heartbeatMs + lateMs)
          listener.close()
          return beat ? [] : [`${over}: none within ${(heartbeatMs + lateMs) / 1000} s`]
        }),
      )
      return judge(heard.flat(), 'heard over both')
    },
  },
  {
    id: 'slow-reader',
    did: 'One consumer asked for the whole log and read nothing for 25 s, while another read all of it; then the first went on where it was.',
    contract: 'A consumer that reads too slowly is told its cursor and closed: never buffered without bound, never slowing another.',
    waits: true,
    run: judgeSlowReader,
  },
]

async function judgeSlowReader(vms: Vms) {
  const url = `${vms.base.replace(/^http/, 'ws')}/api/v1/stream`
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${vms.token}` } })
  let last: Message | undefined
  let read = 0
  let ended: string | undefined
  socket.on('message', data => {
    const text = String(data)
    read += text.length
    last = JSON.parse(text) as Message
  })
  const closed = new Promise<number>(resolve => socket.on('close', resolve))
  socket.on('error', error => {
    ended = error.message
  })
  await new Promise<void>(resolve => socket.on('open', resolve).on('close', () => resolve()))
  if (ended !== undefined) return judge([ended], '')
  socket.pause()
  socket.send(JSON.stringify({ topics: ['events'], after: '0' }))
  const began = Date.now()
  const head = await readAll(vms)
  const ms = Date.now() - began
  const little = (bytes: number) =>
    skipped(`the log holds ${Math.round(bytes / 1024)} KiB, which the network takes in by itself: run it on a site where more has happened`)
  if (head && head.bytes < tooLittleBytes) {
    socket.terminate()
    return little(head.bytes)
  }
  await pause(Math.max(0, stallMs - ms))
  socket.resume()
  const code = await Promise.race([closed, pause(5_000).then(() => undefined)])
  socket.terminate()
  if (head === undefined) return judge([`the other consumer had not read the log after ${Math.round(ms / 1000)} s`], '')
  if (code === undefined)
    return BigInt(last?.cursor ?? 0) >= head.cursor && head.bytes < enoughBytes
      ? little(head.bytes)
      : judge([`it was still open, with ${Math.round(read / 1024)} KiB unread for ${stallMs / 1000} s`], '')
  const faults = last?.type === 'too-slow' ? [] : [`it was closed with ${code} and not told too-slow`]
  if (last !== undefined) {
    const { events } = await vms.eventsAfter(last.cursor)
    if (events.length === 0 && BigInt(last.cursor) < head.cursor) faults.push('nothing follows the cursor it was told')
    const gone = new Set(events.map(event => event.cursor))
    if (gone.has(last.cursor)) faults.push('what follows the cursor it was told begins with what it has')
  }
  return faults.length > 0
    ? judge(faults, '')
    : passed(
        `closed with ${code} after ${Math.round(read / 1024)} KiB, told to go on after ${last?.cursor}; the other read ${Math.round(head.bytes / 1024)} KiB in ${ms} ms`,
      )
}

/** Reads the whole log as a consumer that keeps up. @returns where it ends and how much it is; undefined when that took too long */
async function readAll(vms: Vms): Promise<{ cursor: bigint; bytes: number } | undefined> {
  const { data } = await vms.client.GET('/api/v1/events', { params: { query: { limit: 1 } } })
  const head = BigInt(data?.cursor ?? 0)
  let bytes = 0
  const listener = await vms.listen(['events'], { after: '0' })
  for (const began = Date.now(); Date.now() - began < stallMs; await pause(50)) {
    for (const message of listener.messages.splice(0)) {
      bytes += JSON.stringify(message).length
      if (BigInt(message.cursor) < head) continue
      listener.close()
      return { cursor: head, bytes }
    }
  }
  listener.close()
  return undefined
}
