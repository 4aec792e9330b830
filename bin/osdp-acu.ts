import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import {
  type Acu,
  type AcuCommand,
  type AcuEvent,
  defaultKey,
  encodeCommand,
  equal,
  type LedColour,
  type LineEvent,
  openAcu,
  realClock,
} from '../osdp/index.ts'
import {
  baudOption,
  collect,
  guarded,
  openFar,
  print,
  readBaud,
  readKey,
  readNumber,
  readOrders,
  untilStopped,
  Wrong,
} from './osdp-tool.ts'

/** `portunus osdp acu`. */
export function acuCommand(): Command {
  return new Command('acu')
    .description('an access control unit: tells what its readers say, and sends what standard input says')
    .requiredOption('--connect <place>', 'tcp:HOST:PORT, udp:HOST:PORT or the path of a serial port')
    .option(...baudOption)
    .option('--pd <ADDRESS:SCBK...>', 'a reader on the line, with its key where it has one; several, or repeated', collect, [])
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
          if (refused !== null) throw new Wrong(`reader ${address}: ${refusals[refused]}`)
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
  'pairing-already': 'it is being paired already; wait for "done" or "failed"',
  'no-session': 'it has no session just now; wait for "secure"',
  'no-such-pd': 'it is not on the line any more',
  'file-already': 'a file is on its way to it already',
  'file-empty': 'the file is empty',
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
    if (refused !== null) throw new Wrong(`reader ${pd}: ${refusals[refused]}`)
    return
  }
  if (order.comset !== undefined) {
    const { address = pd, baud = 9600 } = fields('comset')
    return send(acu, pd, { name: 'COMSET', address, baud } as AcuCommand)
  }
  if (order.file !== undefined) {
    const file = typeof order.file === 'string' ? { path: order.file, type: 1 } : (fields('file') as { path?: unknown; type?: unknown })
    if (typeof file.path !== 'string') throw new Wrong('"file" wants the path of a file')
    const begun = acu.file(pd, { type: number(file.type, 1), bytes: readWhole(file.path) })
    if (typeof begun === 'string') throw new Wrong(`reader ${pd}: ${refusals[begun as keyof typeof refusals] ?? begun}`)
    return
  }
  if (order.command !== undefined) return send(acu, pd, fields('command') as unknown as AcuCommand)
  throw new Wrong('neither led, buzzer, text, output, keyset, comset, file nor command')
}

function readWhole(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new Wrong(`"file": ${(error as Error).message}`)
  }
}

function send(acu: Acu, pd: number, message: AcuCommand) {
  const encoded = encodeCommand(message)
  if (!encoded.ok) throw new Wrong(`${message.name}: ${encoded.reason} at ${encoded.field}`)
  acu.send(pd, message)
}
