import { randomBytes } from 'node:crypto'
import { createWriteStream, existsSync, readFileSync, type WriteStream, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Command } from 'commander'
import type { AcuEvent } from '../osdp/acu-state.ts'
import {
  type Acu,
  type AcuCommand,
  type CaptureRecord,
  createDecoder,
  createFeed,
  createLineCounter,
  defaultKey,
  encodeCommand,
  equal,
  feed,
  flush,
  follow,
  fromHex,
  type LedColour,
  type LineEvent,
  type OpenPd,
  openAcu,
  openPd,
  type Pipe,
  realClock,
  renderMessage,
  scanLine,
  serialPipe,
  tcpClient,
  tcpServer,
  toHex,
  udpPipe,
  writeOsdpcap,
} from '../osdp/index.ts'

/** Something wrong in what was asked for: one line, exit 2. */
class Wrong extends Error {}

/** `portunus osdp pd`, `acu`, `scan`, `monitor`. */
export function osdpLineCommands(): Command[] {
  return [pdCommand(), acuCommand(), scanCommand(), monitorCommand()]
}

const collect = (value: string, all: readonly string[]) => [...all, value]

/** Runs a command's action; what is wrong is one line on standard error. */
function guarded<T extends unknown[]>(name: string, action: (...args: T) => Promise<void>) {
  return async (...args: T) => {
    try {
      await action(...args)
    } catch (error) {
      if (!(error instanceof Wrong)) throw error
      process.stderr.write(`portunus osdp ${name}: ${error.message}\n`)
      process.exitCode = 2
    }
  }
}

function print(value: object) {
  process.stdout.write(`${JSON.stringify(value, (_, item) => (item instanceof Uint8Array ? toHex(item) : item))}\n`)
}

function complain(name: string, problem: string) {
  process.stderr.write(`portunus osdp ${name}: ${problem}\n`)
}

// ---------------------------------------------------------------- what is given

function readNumber(text: string, what: string, least: number, most: number): number {
  const number = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN
  if (!(number >= least && number <= most)) throw new Wrong(`${what} is a number from ${least} to ${most}, not "${text}"`)
  return number
}

function readKey(text: string, what: string): Uint8Array {
  const key = fromHex(text)
  if (key === null || key.length !== 16) throw new Wrong(`${what} is 32 hex digits`)
  return key
}

const baudOption = ['--baud <n>', 'bits a second on a serial port', '9600'] as const

function readBaud(text: string): number {
  return readNumber(text, '--baud', 300, 4_000_000)
}

/** The far end of a line: `tcp:HOST:PORT`, `udp:HOST:PORT` or the path of a serial port. */
function openFar(place: string, baudRate: number, what: string): Pipe {
  const [, kind, host, port] = /^(tcp|udp):(?:\[?([^\]]*)\]?:)?(\d+)$/.exec(place) ?? []
  if (kind === undefined) {
    if (/^(tcp|udp):/.test(place)) throw new Wrong(`${what} is tcp:HOST:PORT, udp:HOST:PORT or the path of a serial port, not "${place}"`)
    return serialPipe({ path: place, baudRate })
  }
  const peer = { host: host || '127.0.0.1', port: readNumber(port!, 'a port', 1, 65_535) }
  return kind === 'tcp' ? tcpClient(peer) : udpPipe({ peer })
}

/** The near end: `tcp:[HOST:]PORT` and `udp:[HOST:]PORT` listen, port 0 takes a free one. */
function openNear(place: string, baudRate: number, onListening: (port: number) => void): Pipe {
  const [, kind, host, port] = /^(tcp|udp):(?:\[?([^\]]*)\]?:)?(\d+)$/.exec(place) ?? []
  if (kind === undefined) {
    if (/^(tcp|udp):/.test(place)) throw new Wrong(`--listen is tcp:PORT, udp:PORT or the path of a serial port, not "${place}"`)
    return serialPipe({ path: place, baudRate })
  }
  const own = { port: readNumber(port!, 'a port', 0, 65_535), ...(host && { host }), onListening }
  return kind === 'tcp' ? tcpServer(own) : udpPipe(own)
}

/** Calls `take` with each JSON object on standard input; what is none is told and left out. */
function readOrders(name: string, take: (order: Record<string, unknown>) => void) {
  let number = 0
  const lines = createInterface({ input: process.stdin, terminal: false })
  lines.on('line', text => {
    number++
    if (text.trim() === '') return
    try {
      const order: unknown = JSON.parse(text)
      if (typeof order !== 'object' || order === null || Array.isArray(order)) throw new Wrong('not a JSON object')
      take(order as Record<string, unknown>)
    } catch (error) {
      if (error instanceof Wrong || error instanceof SyntaxError) complain(name, `line ${number} of standard input: ${error.message}`)
      else throw error
    }
  })
  return () => lines.close()
}

/** Waits for SIGINT, SIGTERM or an end of its own, and then stops everything. */
async function untilStopped(stop: () => void, own?: Promise<void>): Promise<void> {
  await new Promise<void>(resolve => {
    process.once('SIGINT', () => resolve())
    process.once('SIGTERM', () => resolve())
    own?.then(resolve)
  })
  stop()
  process.stdin.destroy()
}

// ---------------------------------------------------------------- pd

function pdCommand(): Command {
  return new Command('pd')
    .description('an emulated reader: tells the commands it gets, and presents what standard input says')
    .requiredOption('--listen <place>', 'tcp:PORT (0 takes a free one), udp:PORT or the path of a serial port')
    .requiredOption('--address <n>', '0 to 126')
    .option(...baudOption)
    .option('--scbk <hex>', 'its key, 32 hex digits')
    .option('--key-file <path>', 'where its key lies and a new one is kept, readable to its owner only')
    .option('--install-mode', 'takes SCBK-D until it was given a key')
    .addHelpText(
      'after',
      '\nIn, one JSON object a line: {"card":{"bits":"1011…"}}, {"keys":"1234#"}, {"tamper":true}, {"power":true}, {"input":[0,true]}.\nOut: {"command":"LED","secure":true,"nak":null,"fields":{…}} for every command but POLL, {"session":true}, {"online":true}, {"listening":PORT}.\n\nExample:\n  $ portunus osdp pd --listen tcp:4870 --address 1 --install-mode',
    )
    .action(
      guarded(
        'pd',
        async (options: { listen: string; address: string; baud: string; scbk?: string; keyFile?: string; installMode?: true }) => {
          const address = readNumber(options.address, '--address', 0, 0x7e)
          const kept = options.keyFile !== undefined && existsSync(options.keyFile) ? readFileSync(options.keyFile, 'utf8').trim() : null
          const scbk = kept !== null ? readKey(kept, 'the key file') : options.scbk === undefined ? null : readKey(options.scbk, '--scbk')
          const baud = readBaud(options.baud)
          const pipe = openNear(options.listen, baud, port => print({ listening: port }))
          const pd = openPd({
            pipe,
            clock: realClock(),
            config: { address, baud, scbk, installMode: options.installMode === true && kept === null, random: randomBytes },
            onEffect(effect) {
              switch (effect.kind) {
                case 'command': {
                  const { command, secure, nak } = effect
                  if (command.name === 'POLL') return
                  // A key is shown to nobody.
                  const fields = command.name === 'KEYSET' ? { keyType: command.keyType } : renderMessage('command', command)
                  return print({ command: command.name, secure, nak, fields })
                }
                case 'key':
                  if (options.keyFile !== undefined) writeFileSync(options.keyFile, `${toHex(effect.scbk)}\n`, { mode: 0o600 })
                  return print({ key: 'set' })
                case 'session':
                  return print({ session: effect.established, reason: effect.reason })
                case 'online':
                  return print({ online: effect.online })
                case 'moved':
                  return print({ moved: { address: effect.address, baud: effect.baud } })
                case 'file':
                  return print({ file: { type: effect.file.type, length: effect.file.bytes.length, bytes: effect.file.bytes } })
                case 'whole':
                  return print({ whole: effect.name, bytes: effect.bytes })
                case 'fault':
                  return print({ fault: effect.reason })
              }
            },
          })
          const close = readOrders('pd', order => takeEvent(pd, order))
          await untilStopped(() => {
            close()
            pd.close()
          })
        },
      ),
    )
}

function takeEvent(pd: OpenPd, order: Record<string, unknown>) {
  const card = order.card as { bits?: unknown; reader?: unknown; format?: unknown } | undefined
  if (card !== undefined) {
    if (typeof card?.bits !== 'string' || !/^[01]{1,1024}$/.test(card.bits)) throw new Wrong('"card" wants "bits", a text of 0 and 1')
    return pd.input({ kind: 'card', bits: card.bits, reader: Number(card.reader ?? 0), format: Number(card.format ?? 0) })
  }
  if (order.keys !== undefined) {
    if (typeof order.keys !== 'string' || !/^[0-9*#]{1,64}$/.test(order.keys)) throw new Wrong('"keys" wants a text of 0 to 9, * and #')
    return pd.press(order.keys)
  }
  if (typeof order.tamper === 'boolean') return pd.tamper(order.tamper)
  if (typeof order.power === 'boolean') return pd.input({ kind: 'power', failure: order.power })
  if (Array.isArray(order.input)) {
    const [input, state] = order.input as unknown[]
    if (typeof input !== 'number' || (typeof state !== 'boolean' && typeof state !== 'number'))
      throw new Wrong('"input" wants [NUMBER, true or false]')
    if (pd.state.inputs[input] === undefined) throw new Wrong(`there is no input ${input}; the reader has ${pd.state.inputs.length}`)
    return pd.input({ kind: 'input', input, state: Number(state) })
  }
  throw new Wrong('neither card, keys, tamper, power nor input')
}

// ---------------------------------------------------------------- acu

function acuCommand(): Command {
  return new Command('acu')
    .description('an access control unit: tells what its readers say, and sends what standard input says')
    .requiredOption('--connect <place>', 'tcp:HOST:PORT, udp:HOST:PORT or the path of a serial port')
    .option(...baudOption)
    .option('--pd <ADDRESS[:SCBK]>', 'a reader on the line, with its key; may be repeated', collect, [])
    .option('--install', 'gives the readers their key under SCBK-D: the one named, or the one that "keyset" brings')
    .option('--poll <ms>', 'between two polls of one reader', '200')
    .addHelpText(
      'after',
      '\nA reader with a key is spoken to in Secure Channel and in no other way; without a key (and without --install) in clear.\nIn, one JSON object a line: {"pd":1,"led":{"colour":"green"}}, {"pd":1,"buzzer":{"times":2}}, {"pd":1,"text":"Welcome"}, {"pd":1,"output":{"output":0,"active":true}},\n{"pd":1,"keyset":"HEX"}, {"pd":1,"comset":{"address":2,"baud":38400}}, {"pd":1,"file":"PATH"}, {"pd":1,"command":{"name":"LSTAT"}}.\nOut: {"event":"card","pd":1,"reader":0,"bits":"1011…","format":0}, and likewise online, offline, secure, keypad, status, result, observation ….\n\nExample:\n  $ portunus osdp acu --connect tcp:127.0.0.1:4870 --pd 1:8f1d23c45b6a7988e7d6c5b4a3928170',
    )
    .action(
      guarded('acu', async (options: { connect: string; baud: string; pd: string[]; install?: true; poll: string }) => {
        if (options.pd.length === 0) throw new Wrong('no reader: --pd ADDRESS[:SCBK], once for each')
        const baud = readBaud(options.baud)
        const pollIntervalMs = readNumber(options.poll, '--poll', 0, 4000)
        const acu = openAcu({
          pipe: openFar(options.connect, baud, '--connect'),
          clock: realClock(),
          random: randomBytes,
          onEvent: printEvent,
        })
        for (const text of options.pd) {
          const [where = '', hex] = text.split(':', 2)
          const address = readNumber(where, 'the address of --pd', 0, 0x7e)
          const scbk = hex === undefined ? null : readKey(hex, `the key of reader ${address}`)
          const install = options.install === true
          const refusal = acu.add({ address, baud, scbk: install ? null : scbk, requireSecure: install || scbk !== null, pollIntervalMs })
          if (refusal !== null) throw new Wrong(`reader ${address}: ${refusals[refusal]}`)
          if (!install || scbk === null) continue
          const refused = acu.pair(address, { key: scbk, via: 'install' })
          if (refused !== null) throw new Wrong(`reader ${address}: ${refused === 'weak-key' ? refusals['weak-key'] : refused}`)
        }
        acu.start()
        const close = readOrders('acu', order => takeOrder(acu, order))
        await untilStopped(() => {
          close()
          acu.stop()
        })
      }),
    )
}

const refusals = {
  address: 'an address is 0 to 126',
  baud: 'no such rate',
  'weak-key': 'the key is weak (SCBK-D, a published example or a pattern): take 16 random bytes',
  'address-in-use': 'named twice',
}

function printEvent(event: AcuEvent | LineEvent) {
  const { kind, ...rest } = event
  print({ event: kind, ...rest })
}

const ledColours: readonly string[] = ['off', 'red', 'green', 'amber', 'blue', 'magenta', 'cyan', 'white']

function takeOrder(acu: Acu, order: Record<string, unknown>) {
  const pd = order.pd
  if (typeof pd !== 'number' || !acu.pds().some(({ address }) => address === pd))
    throw new Wrong(`"pd" is the address of a reader on the line, not ${JSON.stringify(pd)}`)
  const fields = (name: string) => {
    const value = order[name]
    if (typeof value !== 'object' || value === null) throw new Wrong(`"${name}" wants an object`)
    return value as Record<string, unknown>
  }
  const number = (value: unknown, otherwise: number) => (typeof value === 'number' ? value : otherwise)
  if (order.led !== undefined) {
    const led = fields('led')
    // The record of the standard, or the colour by its name.
    if (typeof led.temp === 'object' || typeof led.perm === 'object')
      return send(acu, pd, { name: 'LED', leds: [led] } as unknown as AcuCommand)
    const colour = led.colour ?? led.color
    if (!ledColours.includes(String(colour))) throw new Wrong(`"led" wants a "colour": ${ledColours.join(', ')}`)
    return void acu.led(pd, {
      colour: colour as LedColour,
      flashing: led.flashing === true,
      seconds: number(led.seconds, 0),
      reader: number(led.reader, 0),
      led: number(led.led, 0),
    })
  }
  if (order.buzzer !== undefined) {
    const buzzer = fields('buzzer')
    if (buzzer.tone !== undefined || buzzer.count !== undefined) {
      const { reader = 0, tone = 2, on = 1, off = 1, count = 1 } = buzzer
      return send(acu, pd, { name: 'BUZ', reader, tone, on, off, count } as AcuCommand)
    }
    return void acu.beep(pd, {
      times: number(buzzer.times, 1),
      onMs: number(buzzer.onMs, 100),
      offMs: number(buzzer.offMs, 100),
      reader: number(buzzer.reader, 0),
    })
  }
  if (order.text !== undefined) {
    const text = typeof order.text === 'string' ? { text: order.text } : fields('text')
    if (typeof text.text !== 'string') throw new Wrong('"text" wants a text')
    return void acu.text(pd, text.text, number((text as { seconds?: unknown }).seconds, 0))
  }
  if (order.output !== undefined) {
    const output = fields('output')
    const record =
      typeof output.active === 'boolean'
        ? {
            output: number(output.output, 0),
            control: number(output.seconds, 0) > 0 ? (output.active ? 5 : 6) : output.active ? 2 : 1,
            timer100ms: Math.round(number(output.seconds, 0) * 10),
          }
        : { output: number(output.output, 0), control: output.control, timer100ms: number(output.timer100ms, 0) }
    return send(acu, pd, { name: 'OUT', outputs: [record] } as AcuCommand)
  }
  if (order.keyset !== undefined) {
    const key = readKey(String(order.keyset), '"keyset"')
    if (equal(key, defaultKey)) throw new Wrong(`reader ${pd}: ${refusals['weak-key']}`)
    // Inside the session where there is one; else the reader must be in install mode.
    const secure = acu.pds().find(({ address }) => address === pd)?.secure === true
    const refused = acu.pair(pd, { key, via: secure ? 'session' : 'install' })
    if (refused !== null) throw new Wrong(`reader ${pd}: ${refused === 'weak-key' ? refusals['weak-key'] : refused}`)
    return
  }
  if (order.comset !== undefined) {
    const { address = pd, baud = 9600 } = fields('comset')
    return send(acu, pd, { name: 'COMSET', address, baud } as AcuCommand)
  }
  if (order.file !== undefined) {
    const file = typeof order.file === 'string' ? { path: order.file, type: 1 } : (fields('file') as { path?: unknown; type?: unknown })
    if (typeof file.path !== 'string' || !existsSync(file.path))
      throw new Wrong(`"file" wants the path of a file; ${String(file.path)} is none`)
    const begun = acu.file(pd, { type: number(file.type, 1), bytes: readFileSync(file.path) })
    if (typeof begun === 'string') throw new Wrong(`reader ${pd}: ${begun}`)
    return
  }
  if (order.command !== undefined) return send(acu, pd, fields('command') as unknown as AcuCommand)
  throw new Wrong('neither led, buzzer, text, output, keyset, comset, file nor command')
}

function send(acu: Acu, pd: number, message: AcuCommand) {
  const encoded = encodeCommand(message)
  if (!encoded.ok) throw new Wrong(`${message.name}: ${encoded.reason} at ${encoded.field}`)
  acu.send(pd, message)
}

// ---------------------------------------------------------------- scan

function scanCommand(): Command {
  return new Command('scan')
    .description('finds readers at every address and baud rate, with the key state of each')
    .argument('<place>', 'the path of a serial port, tcp:HOST:PORT or udp:HOST:PORT')
    .option('--all', 'search every address at every rate (two and a half minutes), also rates at which nobody answers the common address')
    .option('--json', 'one JSON object a line')
    .addHelpText(
      'after',
      '\nNo access control unit may be running on the line. Exit 1 where no reader was found.\n\nExample:\n  $ portunus osdp scan /dev/ttyUSB0',
    )
    .action(
      guarded('scan', async (place: string, options: { all?: true; json?: true }) => {
        const json = options.json === true
        let gone: string | null = null
        let scan: { stop(): void } | null = null
        const ended = new Promise<void>(resolve => {
          scan = scanLine({
            pipe: openFar(place, 9600, 'PLACE'),
            clock: realClock(),
            random: randomBytes,
            all: options.all === true,
            onFound(pd) {
              const { address, baud, identity, key, clear, others, capabilities } = pd
              if (json) return print({ address, baud, ...identity, key, clear, others, capabilities })
              process.stdout.write(
                `address ${address}${baud === null ? '' : ` at ${baud} baud`}: vendor ${identity.vendor} model ${identity.model}.${identity.version} serial ${identity.serial} firmware ${identity.firmware}, ${keyStates[key]}${clear ? ', answers in clear' : ''}${others.length > 0 ? `, SHARES ITS ADDRESS with serial ${others.map(({ serial }) => serial).join(', ')}` : ''}\n`,
              )
            },
            onProgress({ done, total, baud }) {
              if (process.stderr.isTTY)
                process.stderr.write(`\r${baud === null ? '' : `${baud} baud, `}${Math.floor((100 * done) / Math.max(1, total))} %   `)
            },
            onDown(reason) {
              gone = reason
            },
            onEnd(found) {
              if (process.stderr.isTTY) process.stderr.write('\r')
              if (found.length === 0) process.exitCode = 1
              resolve()
            },
          })
        })
        await untilStopped(() => scan?.stop(), ended)
        if (gone !== null) throw new Wrong(gone)
      }),
    )
}

const keyStates = {
  own: 'has a key of its own',
  'install-mode': 'TAKES THE DEFAULT KEY (install mode)',
  none: 'has no key',
  'not-supported': 'cannot do Secure Channel',
  unknown: 'key state unknown',
}

// ---------------------------------------------------------------- monitor

function monitorCommand(): Command {
  return new Command('monitor')
    .description('listens on a line without a word of its own, one line a frame')
    .argument('<place>', 'the path of a serial port, tcp:HOST:PORT or udp:HOST:PORT')
    .option(...baudOption)
    .option('--write <file>', 'writes an .osdpcap, too')
    .option('--scbk <[ADDRESS:]HEX>', 'a key, for one address or for all; may be repeated', collect, [])
    .option('--json', 'one JSON object a line')
    .option('--polls', 'POLL and its ACK, too')
    .addHelpText(
      'after',
      '\nSCBK-D is always known. At the end: figures of each reader.\n\nExample:\n  $ portunus osdp monitor /dev/ttyUSB0 --write line.osdpcap',
    )
    .action(
      guarded('monitor', async (place: string, options: { baud: string; write?: string; scbk: string[]; json?: true; polls?: true }) => {
        const json = options.json === true
        const decoder = createDecoder(
          options.scbk.map(text => {
            const [, address, hex] = /^(?:(\w+):)?(\w*)$/.exec(text) ?? []
            return {
              address: address === undefined ? null : readNumber(address, 'the address of --scbk', 0, 0x7f),
              scbk: readKey(hex ?? '', '--scbk'),
            }
          }),
        )
        const clock = realClock()
        const receiver = createFeed()
        const counter = createLineCounter()
        let file: WriteStream | null = options.write === undefined ? null : createWriteStream(options.write)
        file?.on('error', error => {
          complain('monitor', `${options.write}: ${error.message}`)
          process.exitCode = 2
          file = null
        })
        const pipe = openFar(place, readBaud(options.baud), 'PLACE')
        let silence: (() => void) | null = null
        let polled = false
        const show = (received: ReturnType<typeof feed>) => {
          for (const item of received) {
            counter.count(item, clock.now())
            const { line, text } = follow(decoder, item)
            const dull = line.name === 'POLL' || (line.name === 'ACK' && polled)
            if (line.direction === 'command') polled = line.name === 'POLL'
            if (dull && line.ok && options.polls !== true) continue
            process.stdout.write(`${json ? JSON.stringify(line) : text}\n`)
          }
        }
        let reopen: (() => void) | null = null
        let ended = false
        const open = () =>
          pipe.open({
            data(bytes) {
              const record: CaptureRecord = { time: BigInt(Date.now()) * 1_000_000n, io: 'trace', bytes }
              file?.write(`${writeOsdpcap(record, 'portunus')}\n`)
              silence?.()
              show(feed(receiver, bytes))
              silence = clock.at(clock.now() + pipe.gapMs, () => show(flush(receiver)))
            },
            up() {},
            down(reason) {
              if (ended) return
              complain('monitor', `${reason}; trying again`)
              reopen = clock.at(clock.now() + 1000, open)
            },
          })
        open()
        await untilStopped(() => {
          ended = true
          silence?.()
          reopen?.()
          pipe.close()
          for (const figures of counter.statistics()) {
            if (json) print({ statistics: figures })
            else complain('monitor', figuresOf(figures))
          }
          file?.end()
        })
      }),
    )
}

function figuresOf({
  address,
  commands,
  replies,
  retries,
  checkErrors,
  busy,
  naks,
  roundTrip,
  pollRate,
}: ReturnType<ReturnType<typeof createLineCounter>['statistics']>[number]): string {
  const refused = Object.entries(naks).map(([reason, count]) => `NAK ${reason}: ${count}`)
  const trip =
    roundTrip === null
      ? 'no reply'
      : `${roundTrip.mean.toFixed(1)} ms a reply (${roundTrip.least.toFixed(1)} to ${roundTrip.most.toFixed(1)})`
  return `address ${address}: ${commands} commands, ${replies} replies, ${retries} repeated, ${checkErrors} damaged, ${busy} busy${refused.length > 0 ? `, ${refused.join(', ')}` : ''}, ${trip}, ${pollRate.toFixed(1)} polls/s`
}
