/** `npx tsx test/kit/receive-generic-events.ts 1235 [compatible] [NAME=EXPRESSION …]` prints what comes in, one JSON object a line. */
import { compatible, type GenericEvent, international, listen } from './generic-event-server.ts'

const [port = '1235', ...rest] = process.argv.slice(2)
const source = rest[0] === 'compatible' ? compatible : international
const events = rest
  .filter(each => each.includes('='))
  .map((each): GenericEvent => {
    const name = each.slice(0, each.indexOf('='))
    return { name, expression: each.slice(name.length + 1), type: 'search', priority: 0 }
  })
const server = await listen({ source, events, port: Number(port), onReceived: each => process.stdout.write(`${JSON.stringify(each)}\n`) })
process.stderr.write(`listening on 127.0.0.1:${server.port}, TCP and UDP\n`)
