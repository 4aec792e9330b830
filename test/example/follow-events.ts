/**
 * Follows events for ever, and goes on where it stopped the last time.
 *
 *     PORTUNUS_URL=http://127.0.0.1:8080 PORTUNUS_TOKEN=pt_… npx tsx test/example/follow-events.ts position.json
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createClient } from '../../plugin/client/client.ts'

const { PORTUNUS_URL: base = 'http://127.0.0.1:8080', PORTUNUS_TOKEN: token } = process.env
const file = process.argv[2] ?? 'position.json'
const position = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { after: string; epoch: string }) : {}

createClient({ base, token }).stream({
  topics: ['events'],
  ...position,
  onMessage(message) {
    if (message.topic === 'events') {
      const { occurredAt, type, source, cardholder, reason, backlog } = message
      // What is old is shown; only what happens now may be acted on.
      console.log([occurredAt, type, source.id, cardholder, reason, backlog ? '(old)' : ''].filter(Boolean).join(' '))
    }
    // Kept after the work is done: a crash repeats one event and loses none.
    writeFileSync(file, JSON.stringify({ after: message.cursor, epoch: message.epoch }))
  },
  onGap: gap => console.log(`events are gone for good: ${JSON.stringify(gap)}`),
  onConnection: up => console.error(up ? 'connected' : 'connection lost'),
  onRefused({ detail }) {
    console.error(detail)
    process.exitCode = 1
  },
})
