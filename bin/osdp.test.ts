import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type CaptureRecord, type DecoderKey, fromHex, pcapngHeader, pcapngRecord, writeOsdpcap } from '../osdp/index.ts'
import { vectors } from '../test/conformance/osdp/vectors.ts'
import { decodeInput } from './osdp.ts'

const folder = mkdtempSync(join(tmpdir(), 'portunus-osdp-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function decode(input: string | readonly Uint8Array[], keys: readonly DecoderKey[] = [], json = true) {
  const lines: string[] = []
  const problems: string[] = []
  const chunks = typeof input === 'string' ? [Buffer.from(input)] : input
  async function* source() {
    yield* chunks
  }
  const code = await decodeInput(
    source(),
    keys,
    json,
    line => lines.push(line),
    problem => problems.push(problem),
  )
  return { code, lines, problems, frames: json ? lines.map(line => JSON.parse(line)) : [] }
}

const portunus = (...args: string[]) => spawnSync(process.execPath, ['bin/portunus', 'osdp', ...args], { encoding: 'utf8' })

describe('osdp decode', () => {
  it('shows a frame as one JSON object with the keys of the contract in their order', async () => {
    const { lines } = await decode('ff530109000461006023\n')
    expect(lines).toEqual([
      '{"address":1,"direction":"command","name":"ID","sequence":0,"check":"crc","security":null,"payload":"00","fields":{"replyType":0},"ok":true,"error":null}',
    ])
  })

  it('reads hex with or without the mark byte, in any common spelling, and skips blank lines', async () => {
    const { frames, code } = await decode(
      '53 01 08 00 04 60 ba 00\r\n\r\nFF-53-01-08-00-04-60-BA-00\n  0x53 0x01 0x08 0x00 0x04 0x60 0xba 0x00\n53:01:07:00:01:60:44',
    )
    expect(frames.map(({ name, ok }) => [name, ok])).toEqual(Array(4).fill(['POLL', true]))
    expect(code).toBe(0)
  })

  it('names the line and place of what is not hex, goes on with the rest and ends with 2', async () => {
    const { problems, code, frames } = await decode('5301080004\x2060ba00\nhello\n530\n{"data":"5x"}\n{"io":"trace"}\nff5301080005608b33\n')
    expect(frames.map(({ name }) => name)).toEqual(['POLL', 'POLL'])
    expect(problems).toEqual([
      'line 2: not a frame in hex: "h" at column 1',
      'line 3: not a frame in hex: an odd number of digits',
      'line 4: "data" is not pairs of hex digits',
      'line 5: not a JSON object with a "data" text',
    ])
    expect(code).toBe(2)
  })

  it('shows a bad frame as such and goes on: one line each, exit 0', async () => {
    const { frames, code } = await decode(
      '5301080004600000\n530108000460\n53ffff00\n00\nff5301080005608b33\n005301ffaaff530108000660d866\n',
    )
    expect(frames.map(({ name, ok, error }) => [name, ok, error])).toEqual([
      ['POLL', false, 'CRC wrong'],
      [null, false, 'breaks off after 6 of 8 bytes'],
      [null, false, 'breaks off after 4 of 255 bytes'],
      [null, false, '1 byte outside any frame'],
      ['POLL', true, null],
      ['POLL', true, null],
    ])
    expect(code).toBe(0)
  })

  const session = vectors.sessions.find(({ name }) => name === 'sc-known-key')!
  const records = session.frames.map(
    (frame, index): CaptureRecord => ({
      time: BigInt(index) * 20_000_000n,
      io: frame.dir === 'CP->PD' ? 'output' : 'input',
      bytes: fromHex(frame.hex)!,
    }),
  )
  const keys = [{ address: 1, scbk: fromHex(session.scbk!)! }]

  it('gives the same from hex, .osdpcap and pcapng, in pieces of any size', async () => {
    const hex = await decode(session.frames.map(({ hex }) => hex).join('\n'), keys)
    expect(hex.frames.length).toBe(session.frames.length)
    expect(hex.frames.every(({ ok }) => ok)).toBe(true)
    expect((await decode(records.map(record => writeOsdpcap(record)).join('\n'), keys)).lines).toEqual(hex.lines)
    const file = Buffer.concat([pcapngHeader(), ...records.map(pcapngRecord)])
    const pieces = Array.from({ length: Math.ceil(file.length / 3) }, (_, index) => file.subarray(3 * index, 3 * index + 3))
    expect((await decode(pieces, keys)).lines).toEqual(hex.lines)
  })

  it('puts together frames that a capture cut in pieces, and gives one up when the line was silent inside it', async () => {
    const pieces = records.flatMap(({ time, io, bytes }) => [
      { time, io, bytes: bytes.subarray(0, 5) },
      { time: time + 3_000_000n, io, bytes: bytes.subarray(5) },
    ])
    const whole = await decode(records.map(record => writeOsdpcap(record)).join('\n'), keys)
    expect((await decode(pieces.map(record => writeOsdpcap(record)).join('\n'), keys)).lines).toEqual(whole.lines)
    const late = [
      { ...records[0]!, bytes: records[0]!.bytes.subarray(0, 6) },
      { ...records[0]!, time: 1_000_000_000n },
    ]
    expect((await decode(late.map(record => writeOsdpcap(record)).join('\n'))).frames.map(({ error }) => error)).toEqual([
      'breaks off after 5 of 9 bytes',
      null,
    ])
  })

  it('says where a pcapng file breaks off, after what it held', async () => {
    const file = Buffer.concat([pcapngHeader(), pcapngRecord(records[0]!), pcapngRecord(records[1]!).subarray(0, 20)])
    const { frames, problems, code } = await decode([file])
    expect(frames.map(({ name }) => name)).toEqual(['ID'])
    expect(problems).toEqual([expect.stringMatching(/^the file breaks off at byte \d+$/)])
    expect(code).toBe(2)
  })

  it('as a command: keys one by one or several at once, file or standard input, text or JSON', () => {
    const file = join(folder, 'session.osdpcap')
    writeFileSync(file, records.map(record => writeOsdpcap(record) + '\n').join(''))
    const shown = portunus(
      'decode',
      '--json',
      '--scbk',
      '2:' + '1b5e0f77a9c3d2486e9173bc05fa6d21',
      '1:' + session.scbk!.toUpperCase(),
      file,
    )
    expect(shown.status).toBe(0)
    expect(
      shown.stdout
        .trim()
        .split('\n')
        .every(line => JSON.parse(line).ok),
    ).toBe(true)
    const text = spawnSync(process.execPath, ['bin/portunus', 'osdp', 'decode', '-'], {
      encoding: 'utf8',
      input: '53 01 08 00 04 60 ba 00\n',
    })
    expect([text.status, text.stdout, text.stderr]).toEqual([0, '>   1 #0 crc clear POLL\n', ''])
  })

  it('wrong use is one line and 2, and shows no key', () => {
    const bad = portunus('decode', '--scbk', '300:1b5e0f77a9c3d2486e9173bc05fa6d21', 'x')
    expect([bad.status, bad.stderr]).toEqual([2, 'portunus osdp decode: --scbk number 1: an address is a number from 0 to 127\n'])
    expect(portunus('decode', '--scbk', '1b5e0f77a9c3d2486e9173bc05fa6d').stderr).toBe(
      'portunus osdp decode: --scbk number 1: a key is 32 hex digits, with ADDRESS: before it if it is for one PD\n',
    )
    const missing = portunus('decode', join(folder, 'nothing'))
    expect([missing.status, missing.stderr]).toEqual([
      2,
      `portunus osdp decode: ${join(folder, 'nothing')}: there is no such file or folder\n`,
    ])
  })
})
