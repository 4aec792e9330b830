import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { v7 as uuid } from 'uuid'
import { version } from '../../shared/version.ts'
import type { Carrier, CarrierOptions, Letter, Outcome } from './outlet.ts'
import type { SettingsOf } from './settings.ts'
import { sign } from './signature.ts'
import { troubleOf } from './trouble.ts'

/** A letter that is not taken for this long is given up, in ms. */
const giveUpMs = 86_400_000
/** So much of an answer is read; what is behind it is not waited for. */
const mostAnswerBytes = 4_096
/** How much of an answer is told to an administrator. */
const toldCharacters = 200

/** An event as CloudEvents 1.0 has it, in its JSON form. */
export interface CloudEvent {
  readonly specversion: '1.0'
  readonly id: string
  /** The system it comes from: `urn:uuid:SYSTEM`. */
  readonly source: string
  /** `portunus.` and the type of event. */
  readonly type: string
  /** The element it is about. */
  readonly subject?: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  /** Cursor in the site's log: grows from event to event. */
  readonly sequence?: string
  /** The event as the stream tells it. */
  readonly data: object
}

export function cloudEvent(letter: Letter, systemId: string): CloudEvent {
  const data = letter.message()
  return {
    specversion: '1.0',
    id: letter.id,
    source: `urn:uuid:${systemId}`,
    type: `portunus.${letter.type}`,
    subject: data.source?.id ?? data.controller,
    time: data.time ?? data.occurredAt,
    datacontenttype: 'application/json',
    sequence: String(letter.cursor),
    data,
  }
}

/** POSTs each event to one address; only 2xx counts. */
export function openWebhook({ world, settings, secrets }: CarrierOptions<SettingsOf<'webhook'>>): Carrier {
  const { plugin } = world
  const { clock, now } = plugin
  const url = new URL(settings.url)
  const secure = url.protocol === 'https:'
  const agent = secure
    ? new HttpsAgent({ keepAlive: true, maxSockets: 1, ...(settings.ca === null ? {} : { ca: settings.ca }) })
    : new HttpAgent({ keepAlive: true, maxSockets: 1 })
  const signing = [secrets.secret, secrets.previousSecret].filter(secret => secret !== undefined)

  function headersOf(event: CloudEvent, body: Buffer): Record<string, string> {
    const timestamp = Math.floor(now() / 1000)
    return {
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'content-length': String(body.length),
      'user-agent': `Portunus/${version}`,
      'webhook-id': event.id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': sign(signing, event.id, timestamp, body),
      ...(secrets.token === undefined ? {} : { authorization: `Bearer ${secrets.token}` }),
    }
  }

  function post(event: CloudEvent, signal: AbortSignal): Promise<Outcome> {
    return new Promise(resolve => {
      const began = clock.now()
      const body = Buffer.from(JSON.stringify(event))
      const options = { method: 'POST', agent, headers: headersOf(event, body), signal }
      const chunks: Buffer[] = []
      let answer: IncomingMessage | undefined
      let length = 0
      let settled = false
      const request = (secure ? httpsRequest : httpRequest)(url, options, response => {
        answer = response
        response.on('data', (chunk: Buffer) => {
          length += chunk.length
          chunks.push(chunk)
          if (length > mostAnswerBytes) settle()
        })
        response.on('end', settle)
        response.on('error', settle)
      })
      const cancel = clock.at(began + settings.timeoutS * 1000, settle)
      request.on('error', (error: NodeJS.ErrnoException) => settle(error))
      request.end(body)

      /** With the status at hand the rest of an answer does not matter. */
      function settle(error?: NodeJS.ErrnoException) {
        // A request that was given up here ends in an error, too: it is the caller's to try it again.
        if (settled) return
        settled = true
        cancel()
        // The other side closed a connection at rest just as it was used again: it has seen nothing.
        if (!answer && error?.code === 'ECONNRESET' && request.reusedSocket && !signal.aborted) return resolve(post(event, signal))
        if (answer) resolve(judge(answer, discreet(Buffer.concat(chunks).toString()), clock.now() - began))
        else if (error) resolve({ ok: false, message: troubleOf(error, url.host) })
        else resolve({ ok: false, message: `${url.host} did not answer within ${settings.timeoutS} s.` })
        if (!answer?.complete) request.destroy()
      }
    })
  }

  function judge({ statusCode: status = 0, headers }: IncomingMessage, body: string, ms: number): Outcome {
    if (status >= 200 && status < 300) return { ok: true, detail: `${url.host} answered ${status} after ${Math.round(ms)} ms.` }
    const said = body === '' ? '' : `, saying: ${body}`
    return {
      ok: false,
      message: `${url.host} answered ${status}${said}. ${adviceOn(status)}`,
      retryAfterMs: retryAfter(headers['retry-after'], now()),
    }
  }

  /** What an answer says, for a person: a receiver that sends back what it got tells no secret. */
  function discreet(text: string): string {
    const hidden = Object.values(secrets).reduce((left, secret) => left.replaceAll(secret, '…'), text)
    return hidden
      .replaceAll(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, toldCharacters)
  }

  return {
    window: 1,
    giveUpMs,
    send: (letter, signal) => post(cloudEvent(letter, plugin.systemId), signal),
    test(signal) {
      const time = new Date(now()).toISOString()
      const source = `urn:uuid:${plugin.systemId}`
      const data = { message: 'A test of this webhook; nothing has happened.' }
      return post(
        { specversion: '1.0', id: uuid(), source, type: 'portunus.test', time, datacontenttype: 'application/json', data },
        signal,
      )
    },
    async close() {
      agent.destroy()
    },
  }
}

function adviceOn(status: number): string {
  if (status >= 300 && status < 400) return 'Redirects are not followed; enter the address it leads to.'
  if (status === 401 || status === 403) return 'Check the token, and that the receiver knows the secret.'
  if (status === 404 || status === 405 || status === 410) return 'Check the address.'
  if (status === 429) return 'It asks for fewer events; narrow the filter.'
  if (status >= 500) return 'Look into the log of the receiver.'
  return 'The receiver does not take this event; only a status from 200 to 299 counts as taken.'
}

/** What `Retry-After` asks for, in ms; at most as long as a letter is kept. */
function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now
  return ms > 0 ? Math.min(ms, giveUpMs) : undefined
}
