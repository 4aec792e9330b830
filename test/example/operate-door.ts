/**
 * Sends a command to a door, an access point, a zone, a controller or the system, and tells what every door did.
 *
 *     PORTUNUS_URL=http://127.0.0.1:8080 PORTUNUS_TOKEN=pt_… npx tsx test/example/operate-door.ts grant front
 */
import { randomUUID } from 'node:crypto'
import { createClient } from '../../plugin/client/client.ts'

const { PORTUNUS_URL: base = 'http://127.0.0.1:8080', PORTUNUS_TOKEN: token, USER: onBehalfOf } = process.env
const [action = 'grant', element = 'front'] = process.argv.slice(2)

const { data, error } = await createClient({ base, token, onBehalfOf }).POST('/api/v1/commands', {
  // Sent again under the same key, after a connection that broke, it would act no second time.
  params: { header: { 'idempotency-key': randomUUID() } },
  body: { action: action as 'grant', element },
})
for (const { door, outcome, detail } of data?.results ?? []) console.log(`${door} ${outcome}: ${detail}`)
if (error) console.error(`${error.code}: ${error.detail}`)
process.exitCode = error || data.results.some(({ outcome }) => outcome !== 'done') ? 1 : 0
