import { request as http } from 'node:http'
import { request as https } from 'node:https'
import { z } from 'zod'

const answer = z.object({ controller: z.string(), secret: z.string().regex(/^[0-9a-f]{64}$/) })
const patienceMs = 10_000

/** Where a device hands in its adoption code; the code is the credential. */
export const adoptionPath = '/api/v1/adoptions'

/**
 * Exchanges a one-time code for the secret that this controller and the plugin share from then on.
 * @returns the secret, or what is wrong and what to do
 */
export function adopt(options: {
  readonly server: string
  readonly code: string
  readonly controller: string
  /** PEM of the authority to believe beside the system's. */
  readonly ca?: string | Buffer
}): Promise<{ readonly secret: Buffer } | { readonly problem: string }> {
  const { server, code, controller, ca } = options
  const url = new URL(adoptionPath, server)
  const body = JSON.stringify({ code, controller })
  const problem = (why: string) => ({ problem: `adoption by ${server}: ${why}` })
  return new Promise(resolve => {
    const send = url.protocol === 'https:' ? https : http
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const asked = send(url, { method: 'POST', headers, timeout: patienceMs, ...(ca === undefined ? {} : { ca }) }, response => {
      let text = ''
      response.setEncoding('utf8').on('data', part => {
        text = (text + part).slice(0, 10_000)
      })
      response.on('end', () => {
        if (response.statusCode === 401 || response.statusCode === 404)
          return resolve(problem('the code is wrong, used or out of date; have another one made'))
        const read = response.statusCode === 200 ? readAnswer(text) : undefined
        if (read === undefined) return resolve(problem(`it answers ${response.statusCode}, which is no adoption`))
        if (read.controller !== controller)
          return resolve(problem(`the code is for controller "${read.controller}", not for "${controller}"`))
        return resolve({ secret: Buffer.from(read.secret, 'hex') })
      })
    })
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${patienceMs / 1000} s`)))
    asked.on('error', error => resolve(problem(error.message)))
    asked.end(body)
  })
}

function readAnswer(text: string): z.output<typeof answer> | undefined {
  try {
    return answer.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
