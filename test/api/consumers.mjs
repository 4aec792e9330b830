// Consumers of the stream in a process of their own: `node consumers.mjs ADDRESS TOKEN COUNT STALLED`. Says READY, and on SIGTERM what it saw.
import process from 'node:process'
import { WebSocket } from 'ws'

const [address, token, count, stalled] = process.argv.slice(2)
const latencies = []
const seen = []
let ready = 0
for (let i = 0; i < Number(count); i++) {
  const socket = new WebSocket(`${address.replace('http', 'ws')}/api/v1/stream`, { headers: { authorization: `Bearer ${token}` } })
  const mine = { events: 0, first: 0, last: 0, holes: 0, closed: 0 }
  seen.push(mine)
  socket.on('open', () => socket.send(JSON.stringify({ topics: ['events'] })))
  socket.on('message', data => {
    const message = JSON.parse(String(data))
    if (message.type === 'subscribed') {
      ready++
      if (ready === Number(count)) process.stdout.write('READY\n')
      // A consumer that never reads again.
      if (i < Number(stalled)) socket._socket.pause()
      return
    }
    if (message.topic !== 'events') return
    const cursor = Number(message.cursor)
    if (mine.events > 0 && cursor !== mine.last + 1) mine.holes++
    mine.first ||= cursor
    mine.last = cursor
    mine.events++
    if (mine.events > 50) latencies.push(Date.now() - Date.parse(message.time))
  })
  socket.on('close', code => {
    mine.closed = code
  })
}
process.on('SIGTERM', () => {
  latencies.sort((a, b) => a - b)
  const at = share => latencies[Math.floor(latencies.length * share)] ?? 0
  process.stdout.write(`${JSON.stringify({ delivered: latencies.length, p50: at(0.5), p99: at(0.99), most: at(0.9999), seen })}\n`)
  process.exit(0)
})
