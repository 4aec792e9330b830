import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { type OpenPd, openPd, realClock, renderMessage, toHex } from '../osdp/index.ts'
import {
  baudOption,
  complain,
  guarded,
  openNear,
  print,
  readBaud,
  readKey,
  readNumber,
  readOrders,
  untilStopped,
  Wrong,
} from './osdp-tool.ts'

/** `portunus osdp pd`. */
export function pdCommand(): Command {
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
          const kept = options.keyFile === undefined ? null : readKeyFile(options.keyFile)
          const scbk = kept !== null ? readKey(kept, 'the key file') : options.scbk === undefined ? null : readKey(options.scbk, '--scbk')
          const baud = readBaud(options.baud)
          const pipe = openNear(options.listen, baud, port => print({ listening: port }))
          const pd = openPd({
            pipe,
            clock: realClock(),
            config: { address, baud, scbk, installMode: options.installMode === true && kept === null, random: randomBytes },
            onLine({ up, reason }) {
              if (!up) complain('pd', `${reason}; trying again`)
            },
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
                  if (options.keyFile !== undefined) keepKey(options.keyFile, effect.scbk)
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

/** What a key file holds; null where there is none yet. */
function readKeyFile(path: string): string | null {
  try {
    return existsSync(path) ? readFileSync(path, 'utf8').trim() : null
  } catch (error) {
    throw new Wrong(`--key-file: ${(error as Error).message}`)
  }
}

function keepKey(path: string, key: Uint8Array) {
  try {
    writeFileSync(path, `${toHex(key)}\n`, { mode: 0o600 })
  } catch (error) {
    complain('pd', `the new key is kept nowhere: ${(error as Error).message}`)
  }
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
