import { randomBytes } from 'node:crypto'
import { createWriteStream, type WriteStream } from 'node:fs'
import { Command } from 'commander'
import {
  type CaptureRecord,
  createDecoder,
  createFeed,
  createLineCounter,
  feed,
  flush,
  follow,
  realClock,
  scanLine,
  writeOsdpcap,
} from '../osdp/index.ts'
import { baudOption, collect, complain, guarded, openFar, print, readBaud, readKey, readNumber, untilStopped, Wrong } from './osdp-tool.ts'

/** `portunus osdp scan`. */
export function scanCommand(): Command {
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

/** `portunus osdp monitor`. */
export function monitorCommand(): Command {
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
