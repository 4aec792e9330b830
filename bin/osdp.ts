import { createReadStream } from 'node:fs'
import { Command } from 'commander'
import {
  type CaptureRecord,
  createDecoder,
  createFeed,
  type DecoderKey,
  type Feed,
  feed,
  flush,
  follow,
  fromHex,
  isPcap,
  type Received,
  readOsdpcap,
  readPcap,
} from '../osdp/index.ts'
import { whyNoFile } from '../shared/file-error.ts'
import { osdpLineCommands } from './osdp-line.ts'

/** `portunus osdp`. */
export function osdpCommand(): Command {
  const command = new Command('osdp')
    .description('decodes, monitors, scans and plays OSDP lines')
    .addHelpText('after', '\nExample:\n  $ echo 530108000460ba00 | portunus osdp decode')
  command
    .command('decode')
    .description('shows frames (hex, one a line), .osdpcap or pcapng captures one line a frame; opens Secure Channel where a key is given')
    .argument('[file]', 'what to read; - or nothing is standard input')
    .argument('[more...]')
    .option('--scbk <[ADDRESS:]HEX>', 'a key of 32 hex digits, for one address or for all; may be repeated', (value, all?: string[]) => [
      ...(all ?? []),
      value,
    ])
    .option('--json', 'one JSON object a line')
    .usage('[--scbk [ADDRESS:]HEX …] [--json] [FILE|-]')
    .addHelpText(
      'after',
      '\nSCBK-D is always known. A frame that is bad or cannot be opened is shown with its error and the rest goes on: exit 0.\nInput that is neither hex nor a capture is exit 2.\n\nExamples:\n  $ echo 530108000460ba00 | portunus osdp decode\n  $ portunus osdp decode --scbk 1:00112233445566778899aabbccddeeff --json line.osdpcap',
    )
    .action(async (file: string | undefined, more: string[], options: { scbk?: string[]; json?: true }) => {
      const say = (problem: string) => process.stderr.write(`portunus osdp decode: ${problem}\n`)
      // Several keys may follow one --scbk, so what looks like a key among the arguments is one.
      const rest = file === undefined ? [] : [file, ...more]
      const given = options.scbk ?? []
      const texts = [...given, ...(given.length > 0 ? rest.filter(isKey) : [])]
      const files = given.length > 0 ? rest.filter(text => !isKey(text)) : rest
      const keys = texts.map(readKey)
      const wrong = keys.findIndex(key => typeof key === 'string')
      if (wrong >= 0 || files.length > 1) {
        say(wrong >= 0 ? `--scbk number ${wrong + 1}: ${keys[wrong]}` : `one FILE at a time, ${files.length} were given`)
        process.exitCode = 2
        return
      }
      const path = files[0] ?? '-'
      const input = path === '-' ? process.stdin : createReadStream(path)
      const write = (line: string) => process.stdout.write(line + '\n')
      try {
        process.exitCode = await decodeInput(input, keys as DecoderKey[], options.json === true, write, problem =>
          say(path === '-' ? problem : `${path}: ${problem}`),
        )
      } catch (error) {
        say(`${path}: ${whyNoFile(error)}`)
        process.exitCode = 2
      }
    })
  for (const one of osdpLineCommands()) command.addCommand(one)
  return command
}

function isKey(text: string): boolean {
  return typeof readKey(text) !== 'string'
}

/** A key from the command line, or what is wrong with it in words that do not show it. */
function readKey(text: string): DecoderKey | string {
  const [, address, hex] = /^(?:(\w+):)?(\w*)$/.exec(text) ?? []
  const scbk = fromHex(hex ?? '')
  if (scbk === null || scbk.length !== 16) return `a key is 32 hex digits, with ADDRESS: before it if it is for one PD`
  if (address === undefined) return { address: null, scbk }
  const number = Number(address)
  if (!Number.isInteger(number) || number < 0 || number > 0x7f) return 'an address is a number from 0 to 127'
  return { address: number, scbk }
}

/** How long a capture may be silent inside a frame: beyond any character gap. */
const gap = 200_000_000n

/** Decodes what comes, by its kind, and gives the exit code: 2 where some of it was neither hex nor a capture. */
export async function decodeInput(
  input: AsyncIterable<Uint8Array>,
  keys: readonly DecoderKey[],
  json: boolean,
  write: (line: string) => void,
  say: (problem: string) => void,
): Promise<number> {
  const decoder = createDecoder(keys)
  const receivers = new Map<CaptureRecord['io'], { state: Feed; last: bigint }>()
  let problems = 0

  const complain = (problem: string) => {
    problems++
    say(problem)
  }
  /** False starts and noise are shown only where nothing better came of the bytes. */
  const show = (received: readonly Received[], always: boolean) => {
    const frames = received.filter(
      item => item.kind === 'frame' || item.reason === 'check' || item.reason === 'truncated' || item.reason === 'security-block',
    )
    for (const item of frames.length > 0 || !always ? frames : received.slice(0, 1)) {
      const { line, text } = follow(decoder, item)
      write(json ? JSON.stringify(line) : text)
    }
  }
  const receive = ({ io, time, bytes }: CaptureRecord) => {
    const receiver = receivers.get(io) ?? { state: createFeed(), last: time }
    receivers.set(io, receiver)
    const before = receiver.state.held > 0 && time - receiver.last > gap ? flush(receiver.state) : []
    receiver.last = time
    show([...before, ...feed(receiver.state, bytes)], false)
  }
  const readLine = (text: string, number: number) => {
    const line = text.trim()
    if (line === '') return
    if (line.startsWith('{')) {
      const read = readOsdpcap(line)
      if (read.ok) receive(read.record)
      else complain(`line ${number}: ${read.detail}`)
      return
    }
    const bytes = fromHex(line.replaceAll(/[\s:-]|0x(?=[0-9a-f]{2})/gi, ''))
    if (bytes === null) return complain(`line ${number}: not a frame in hex: ${hexProblem(line)}`)
    const state = createFeed()
    show([...feed(state, bytes), ...flush(state)], true)
  }

  let head = new Uint8Array(0)
  let binary: Uint8Array[] | null = null
  let started = false
  let pending = ''
  let number = 0
  const decodeText = new TextDecoder('utf-8')
  const readText = (text: string) => {
    const lines = (pending + text).split('\n')
    pending = lines.pop()!
    for (const line of lines) readLine(line, ++number)
  }
  for await (const chunk of input) {
    if (started) {
      if (binary !== null) binary.push(chunk)
      else readText(decodeText.decode(chunk, { stream: true }))
      continue
    }
    head = Buffer.concat([head, chunk])
    if (head.length < 4) continue
    started = true
    if (isPcap(head)) binary = [head]
    else readText(decodeText.decode(head, { stream: true }))
  }
  if (!started) readText(decodeText.decode(head))
  if (binary !== null) {
    const { records, fault } = readPcap(Buffer.concat(binary))
    for (const record of records) receive(record)
    if (fault !== null) complain(fault.detail)
  } else if (pending !== '') readLine(pending, ++number)
  for (const { state } of receivers.values()) show(flush(state), false)
  return problems > 0 ? 2 : 0
}

function hexProblem(line: string): string {
  const at = line.search(/[^0-9a-fA-FxX\s:-]/)
  return at >= 0 ? `"${line[at]}" at column ${at + 1}` : 'an odd number of digits'
}
