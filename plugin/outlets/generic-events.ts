import { createSocket } from 'node:dgram'
import { connect, isIPv6, type Socket } from 'node:net'
import type { Carrier, CarrierOptions, Letter, Outcome } from './outlet.ts'
import type { SettingsOf } from './settings.ts'
import { namesPeople, render } from './template.ts'
import { troubleOf } from './trouble.ts'

type Settings = SettingsOf<'generic-events'>

/** A message that is not echoed for this long is given up, in ms. */
const giveUpMs = 86_400_000
/** The two data sources that an event server comes with (rules W2, W3). */
const dataSources = {
  compatible: { port: 1234, echo: 'all-bytes', separator: '', encoding: 'latin1' },
  international: { port: 1235, echo: 'statistics', separator: '\r\n', encoding: 'utf8' },
} as const
/** `[X],[Y],[Z],[name]`: number of the request, characters, matches, events that matched (rule W5). */
const statistics = /\[?(\d+)\]?,\[?(\d+)\]?,\[?(\d+)\]?,\[?([^\r\n\]]*)/
const mostEchoBytes = 65_536

/** Sends one string an event to a VMS's event server, over TCP in turn with its echo, or over UDP once. */
export function openGenericEvents({ world: { plugin }, settings }: CarrierOptions<Settings>): Carrier {
  const { clock } = plugin
  const source = dataSources[settings.dataSource]
  const { host, port = source.port, protocol } = settings
  const echo = protocol === 'udp' ? 'none' : (settings.echo ?? source.echo)
  const where = `${isIPv6(host) ? `[${host}]` : host}:${port}`
  const encode = (text: string) => {
    const plain = source.encoding === 'latin1' ? [...text].map(c => (c > 'ÿ' ? '?' : c)).join('') : text
    return Buffer.from(plain + source.separator, source.encoding)
  }
  let standing: Socket | undefined
  const drop = () => {
    standing?.destroy()
    standing = undefined
  }
  /** The connection, made anew where it is gone. */
  function line(): Socket {
    if (standing) return standing
    const made = connect({ host, port, noDelay: true, keepAlive: true })
    made.on('error', () => {})
    made.on('close', () => {
      if (standing === made) standing = undefined
    })
    standing = made
    return made
  }

  /** Writes, and hears the echo. @param told what is told of the text to an administrator */
  function exchange(text: string, told: string, signal: AbortSignal): Promise<Outcome> {
    return new Promise(resolve => {
      const bytes = encode(text)
      const socket = line()
      let heard = Buffer.alloc(0)
      const hear = (chunk: Buffer) => {
        heard = Buffer.concat([heard, chunk])
        const outcome =
          echo === 'none' ? undefined : echo === 'all-bytes' ? judgeBytes(bytes, heard) : judgeStatistics(text, told, bytes, heard)
        if (outcome) settle(outcome)
        else if (heard.length > mostEchoBytes) settle({ ok: false, message: silence() })
      }
      const silence = () => {
        if (socket.connecting) return `${where} cannot be reached; check the address, and the network between.`
        if (heard.length > 0) return `${where} did not answer with the echo "${echo}"; set "echo" to what its data source sends.`
        return `${where} sent no echo within ${settings.timeoutS} s; see that its data source is enabled, takes this address, and sends the echo "${echo}".`
      }
      const failed = (error: NodeJS.ErrnoException) => settle({ ok: false, message: troubleOf(error, where) })
      const closed = () => settle({ ok: false, message: `${where} closed the connection before its echo.` })
      const aborted = () => settle({ ok: false, message: 'The outlet is stopping.' })
      const cancel = clock.at(clock.now() + settings.timeoutS * 1000, () => settle({ ok: false, message: silence() }))
      socket.on('data', hear).on('error', failed).on('close', closed)
      signal.addEventListener('abort', aborted)
      const written = (error?: Error | null) => {
        if (echo === 'none' && !error) settle({ ok: true, detail: `Sent to ${where}; no echo is asked for.` })
      }
      // Without a separator and without an echo, the end of the connection is the end of the message.
      const alone = echo === 'none' && source.separator === ''
      if (alone) socket.end(bytes, written)
      else socket.write(bytes, written)

      function settle(outcome: Outcome) {
        cancel()
        socket.off('data', hear).off('error', failed).off('close', closed)
        signal.removeEventListener('abort', aborted)
        if (!outcome.ok) drop()
        else if (alone) {
          standing = undefined
          socket.resume().setTimeout(settings.timeoutS * 1000, () => socket.destroy())
        }
        resolve(outcome)
      }
    })
  }

  function judgeStatistics(text: string, told: string, bytes: Buffer, heard: Buffer): Outcome | undefined {
    const [, , characters, matches, name = ''] = statistics.exec(heard.toString('utf8')) ?? []
    if (matches === undefined) return undefined
    const counts = [
      text.length,
      text.length + source.separator.length,
      [...text].length,
      bytes.length,
      bytes.length - source.separator.length,
    ]
    if (!counts.includes(Number(characters)))
      return {
        ok: false,
        message: `${where} read ${characters} characters of ${text.length}; see that its data source takes UTF-8 in lines.`,
      }
    if (matches !== '0') return { ok: true, detail: `${where} matched it: ${name}.` }
    const nobody = `No generic event at ${where} matches "${told}".`
    return { ok: true, detail: nobody, warning: `${nobody} Add one there, or narrow the filter here.` }
  }

  function judgeBytes(bytes: Buffer, heard: Buffer): Outcome | undefined {
    const same = bytes.subarray(0, heard.length).equals(heard)
    if (!same) return { ok: false, message: `${where} sent back other bytes than it was sent; set "echo" to what its data source sends.` }
    return heard.length === bytes.length ? { ok: true, detail: `${where} sent back every byte.` } : undefined
  }

  function datagram(text: string): Promise<Outcome> {
    return new Promise(resolve => {
      const udp = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
      const done = (error: NodeJS.ErrnoException | null) => {
        udp.close()
        resolve(
          error ? { ok: false, message: troubleOf(error, where) } : { ok: true, detail: `Sent once to ${where} over UDP, unconfirmed.` },
        )
      }
      udp.once('error', done)
      udp.send(encode(text), port, host, done)
    })
  }

  function say(text: string, told: string, signal: AbortSignal): Promise<Outcome> {
    if (text.trim() === '') return Promise.resolve({ ok: true, detail: 'Its template gives no text: nothing is sent.' })
    return protocol === 'udp' ? datagram(text) : exchange(text, told, signal)
  }
  return {
    window: 1,
    giveUpMs,
    send(letter: Letter, signal) {
      const template = letter.type === 'gap' ? undefined : (settings.templates[letter.type] ?? settings.template)
      if (template === undefined) return Promise.resolve({ ok: true, detail: 'A gap has no text.' })
      const text = render(template, letter.message(), plugin)
      // Whoever looks at outlets may not know people by name, and what failed is kept longer than they may be.
      return say(text, namesPeople(template) ? template : text, signal)
    },
    test: signal => say('portunus test', 'portunus test', signal),
    async close() {
      drop()
    },
  }
}
