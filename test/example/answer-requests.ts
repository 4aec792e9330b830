/**
 * Lets guests in who were refused: answers each access request as an operator would, for ever.
 *
 *     PORTUNUS_URL=http://127.0.0.1:8080 PORTUNUS_TOKEN=pt_… npx tsx test/example/answer-requests.ts
 */
import { type AccessRequest, createClient } from '../../plugin/client/client.ts'

const { PORTUNUS_URL: base = 'http://127.0.0.1:8080', PORTUNUS_TOKEN: token } = process.env
const client = createClient({ base, token })

async function answer({ id, accessPoint, cardholder, commands, text }: AccessRequest) {
  const who = cardholder ? `${cardholder.firstName} ${cardholder.lastName}` : 'somebody unknown'
  const decision = cardholder?.type === 'Guest' && commands.includes('grant') ? 'grant' : 'dismiss'
  const { data, error } = await client.POST('/api/v1/access-requests/{id}/decision', { params: { path: { id } }, body: { decision } })
  if (data) console.log(`${accessPoint}: ${who}: ${text} ${data.decision}`)
  // The first operator wins; `detail` says who that was.
  else console.log(`${accessPoint}: ${who}: ${error.detail}`)
}

client.stream({
  topics: ['access-requests'],
  onMessage(message) {
    if (message.topic === 'access-requests' && message.accessRequest.state === 'open') void answer(message.accessRequest)
  },
  onGap() {},
  // Who asked while nobody listened waits in the list.
  async onConnection(up) {
    const { data } = up ? await client.GET('/api/v1/access-requests') : {}
    for (const request of data?.items ?? []) void answer(request)
  },
  onRefused({ detail }) {
    console.error(detail)
    process.exitCode = 1
  },
})
