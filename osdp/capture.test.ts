import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CaptureRecord, isPcap, linkType, pcapngHeader, pcapngRecord, readOsdpcap, readPcap, writeOsdpcap } from './capture.ts'
import { fromHex } from './payload/field.ts'

const records: fc.Arbitrary<CaptureRecord> = fc.record({
  time: fc.bigInt({ min: 0n, max: 4_000_000_000_000_000_000n }),
  io: fc.constantFrom('input', 'output', 'trace'),
  bytes: fc.uint8Array({ maxLength: 80 }),
})
const join = (parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap(part => [...part]))
const poll = fromHex('ff530108000460ba00')!

describe('.osdpcap', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(records, record => {
        expect(readOsdpcap(writeOsdpcap(record))).toEqual({ ok: true, record })
      }),
    )
  })

  it('is written with the field names of format version 1', () => {
    expect(JSON.parse(writeOsdpcap({ time: 1_580_342_115_984_691_851n, io: 'trace', bytes: poll }, 'portunus'))).toEqual({
      timeSec: '1580342115',
      timeNano: '984691851',
      io: 'trace',
      data: 'ff 53 01 08 00 04 60 ba 00',
      osdpTraceVersion: '1',
      osdpSource: 'portunus',
    })
  })

  it('is read as libosdp-conformance and OSDP.Net write it', () => {
    const wanted = { ok: true, record: { time: 1_580_342_115_984_691_851n, bytes: fromHex('ffff5380080001') } }
    for (const data of [' ff ff 53 80 08 00 01', 'FF-FF-53-80-08-00-01', 'ffff5380080001']) {
      expect(readOsdpcap(JSON.stringify({ timeSec: '1580342115', timeNano: '984691851', io: 'output', data }))).toMatchObject({
        ...wanted,
        record: { ...wanted.record, io: 'output' },
      })
    }
    expect(readOsdpcap('{"timeSec":1580342115,"timeNano":984691851,"data":"ffff5380080001"}')).toMatchObject({
      record: { ...wanted.record, io: 'trace' },
    })
  })

  it('says what is wrong with a line', () => {
    expect(readOsdpcap('{"data":"5"}')).toMatchObject({ ok: false, reason: 'not-hex' })
    for (const line of ['{', '[]', 'null', '{"data":5}', '']) expect(readOsdpcap(line)).toMatchObject({ ok: false, reason: 'not-a-record' })
  })
})

describe('pcapng', () => {
  it('comes back as it was written', () => {
    fc.assert(
      fc.property(fc.array(records, { maxLength: 6 }), list => {
        const file = join([pcapngHeader(), ...list.map(pcapngRecord)])
        expect(isPcap(file)).toBe(true)
        expect(readPcap(file)).toEqual({ records: list, fault: null })
      }),
    )
  })

  it('breaks off without an exception, wherever it is cut and whatever is in it', () => {
    const file = join([pcapngHeader(), pcapngRecord({ time: 5n, io: 'input', bytes: poll })])
    const whole = [28, 60]
    for (let end = 4; end < file.length; end++) {
      expect(readPcap(file.subarray(0, end)).fault?.reason, String(end)).toBe(whole.includes(end) ? undefined : 'cut-off')
    }
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(file.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }), changes => {
        const broken = file.slice()
        for (const [at, value] of changes) broken[at] = value
        readPcap(broken)
      }),
    )
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), noise => void readPcap(join([pcapngHeader(), noise]))))
  })

  it('is read in either byte order, with simple packets and other blocks between', () => {
    const big = new DataView(new ArrayBuffer(28 + 20 + 16 + 28))
    big.setUint32(0, 0x0a0d0d0a)
    big.setUint32(4, 28)
    big.setUint32(8, 0x1a2b3c4d)
    big.setUint16(12, 1)
    big.setUint32(24, 28)
    big.setUint32(28, 1)
    big.setUint32(32, 20)
    big.setUint16(36, linkType)
    big.setUint32(44, 20)
    big.setUint32(48, 0x0bad)
    big.setUint32(52, 16)
    big.setUint32(60, 16)
    big.setUint32(64, 3)
    big.setUint32(68, 28)
    big.setUint32(72, poll.length)
    poll.forEach((byte, index) => {
      big.setUint8(76 + index, byte)
    })
    big.setUint32(88, 28)
    expect(readPcap(new Uint8Array(big.buffer))).toEqual({ records: [{ time: 0n, io: 'trace', bytes: poll }], fault: null })
  })

  it('of another link type is refused by number', () => {
    const header = pcapngHeader()
    header[36] = 1
    expect(readPcap(join([header, pcapngRecord({ time: 5n, io: 'trace', bytes: poll })]))).toMatchObject({
      records: [],
      fault: { reason: 'link-type', detail: expect.stringContaining('link type 1;') },
    })
  })
})

describe('pcap', () => {
  it.each([
    ['d4c3b2a1', true, 1000n],
    ['a1b2c3d4', false, 1000n],
    ['4d3cb2a1', true, 1n],
    ['a1b23c4d', false, 1n],
  ])('with magic %s is read', (magic, little, unit) => {
    const view = new DataView(new ArrayBuffer(24 + 16 + poll.length))
    const file = new Uint8Array(view.buffer)
    file.set(fromHex(magic)!)
    view.setUint32(20, linkType, little)
    view.setUint32(24, 7, little)
    view.setUint32(28, 9, little)
    view.setUint32(32, poll.length, little)
    file.set(poll, 40)
    expect(readPcap(file)).toEqual({ records: [{ time: 7_000_000_000n + 9n * unit, io: 'trace', bytes: poll }], fault: null })
    expect(readPcap(file.subarray(0, -1)).fault).toMatchObject({ reason: 'cut-off' })
    view.setUint32(20, 105, little)
    expect(readPcap(file).fault).toMatchObject({ reason: 'link-type' })
  })

  it('is not what any text begins like', () => {
    expect(isPcap(fromHex('7b0a')!)).toBe(false)
    expect(readPcap(fromHex('7b22646174')!).fault).toMatchObject({ reason: 'not-a-capture' })
  })
})
