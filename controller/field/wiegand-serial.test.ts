import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SerialPort } from 'serialport'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type PacketLayout, parsePacket, readSerial } from './wiegand-serial.ts'

const counted: PacketLayout = { bytes: 6, marker: 0xaa, count: 1, data: [2, 5] }

describe('a packet', () => {
  it('holds bits at its right end, at its left end, or as many as it says', () => {
    const h10301 = [0x00, 0x19, 0xf6, 0x99]
    expect(parsePacket({ bytes: 4, data: [0, 3], bitLength: 26 }, Uint8Array.from(h10301))).toEqual({
      ok: true,
      bits: '00000110011111011010011001',
    })
    expect(parsePacket(counted, Uint8Array.from([0xaa, 4, 0, 0, 0, 0b1010]))).toEqual({ ok: true, bits: '1010' })
    expect(parsePacket({ bytes: 1, data: [0, 0], bitLength: 4, align: 'left' }, Uint8Array.from([0b1010_0000]))).toEqual({
      ok: true,
      bits: '1010',
    })
    expect(parsePacket({ bytes: 1, data: [0, 0] }, Uint8Array.from([0x81]))).toEqual({ ok: true, bits: '10000001' })
  })

  it('is refused where it cannot be one', () => {
    expect(parsePacket(counted, Uint8Array.from([0xab, 4, 0, 0, 0, 0]))).toMatchObject({ reason: 'bad-marker' })
    expect(parsePacket(counted, Uint8Array.from([0xaa, 33, 0, 0, 0, 0]))).toMatchObject({ reason: 'bad-count' })
    expect(parsePacket(counted, Uint8Array.from([0xaa, 0, 0, 0, 0, 0]))).toMatchObject({ reason: 'bad-count' })
  })
})

describe('a converter on a real pair of terminals', () => {
  const directory = mkdtempSync(join(tmpdir(), 'portunus-serial-'))
  const [here, there] = [join(directory, 'controller'), join(directory, 'converter')]
  let socat: ReturnType<typeof spawn>
  let converter: SerialPort

  beforeAll(async () => {
    socat = spawn('socat', [`pty,raw,echo=0,link=${here}`, `pty,raw,echo=0,link=${there}`])
    await vi.waitUntil(() => existsSync(here) && existsSync(there), { timeout: 5_000 })
    converter = new SerialPort({ path: there, baudRate: 9_600 })
  })
  afterAll(async () => {
    await new Promise(resolve => converter.close(resolve))
    socat.kill()
    rmSync(directory, { recursive: true })
  })

  it('gives reads, however its bytes are cut, and a lost byte spoils one packet only', async () => {
    const seen: string[] = []
    const refused: string[] = []
    const reader = await readSerial(
      { path: here, baudRate: 9_600, packet: counted, gapMs: 30 },
      { bits: bits => seen.push(bits), refused: refusal => refused.push(refusal.reason), failed: problem => refused.push(problem.reason) },
    )
    if (!('stop' in reader)) throw new Error(reader.message)
    const packet = Buffer.from([0xaa, 26, 0x00, 0x19, 0xf6, 0x99])
    const card = '00000110011111011010011001'
    converter.write(packet)
    await expect.poll(() => seen).toEqual([card])
    converter.write(packet.subarray(0, 2))
    converter.write(packet.subarray(2))
    converter.write(packet)
    await expect.poll(() => seen).toEqual([card, card, card])
    converter.write(packet.subarray(0, 5))
    await expect.poll(() => refused).toEqual(['short-packet'])
    converter.write(packet)
    await expect.poll(() => seen).toHaveLength(4)
    await reader.stop()
    expect(refused).toEqual(['short-packet'])
  })

  it('that is not there is told', async () => {
    const problem = await readSerial(
      { path: join(directory, 'nothing'), baudRate: 9_600, packet: counted },
      { bits: () => {}, refused: () => {}, failed: () => {} },
    )
    expect(problem).toMatchObject({ reason: 'serial-open', message: expect.stringContaining('nothing') })
  })
})
