import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { osdpAsks } from '../../bin/asks.ts'
import {
  createDecoder,
  createFeed,
  createMemoryLine,
  defaultKey,
  feed,
  flush,
  follow,
  type MemoryReader,
  readPcap,
} from '../../osdp/index.ts'
import { site as siteSchema } from '../../shared/site.ts'
import type { Input } from '../core/input.ts'
import { createVirtualClock } from '../emulator/virtual-clock.ts'
import type { ScanNews } from './line-scan.ts'
import { createOsdpField } from './osdp.ts'
import { createLineRecording } from './recording.ts'

const keyOf = (seed: number) => new Uint8Array(createHash('sha256').update(String(seed)).digest().subarray(0, 16))
const reader = (id: string, address: number, secureChannel = true) => ({
  reader: { id, type: 'osdp', port: 'rs485-1', address, secureChannel },
})
const site = siteSchema.parse({
  portunus: 1,
  site: { name: 'One line' },
  controllers: [{ id: 'box', board: 'two-door' }],
  doors: [{ id: 'front', controller: 'box', locks: { primary: { relay: 'relay-1' } }, a: reader('in', 1), b: reader('out', 2, false) }],
})

/** The line of a site with its two readers, one secured and one in clear, and an ear for what the field reports. */
function openLine() {
  const clock = createVirtualClock(Date.UTC(2026, 2, 2, 9))
  let seed = 1
  const random = (length: number) =>
    Uint8Array.from({ length }, () => {
      seed = (seed * 75 + 74) % 65_537
      return seed & 0xff
    })
  const line = createMemoryLine({ clock, random })
  const readers: Record<string, MemoryReader> = {
    in: line.addReader({ address: 1, scbk: keyOf(1), requireSecure: true, identity: { serial: 1 } }),
    out: line.addReader({ address: 2, requireSecure: false, identity: { serial: 2 } }),
  }
  const reports: Input[] = []
  const held: Record<string, Uint8Array> = { in: keyOf(1) }
  const field = createOsdpField({ controller: 'box', clock, random, pipe: () => line.acu, key: id => held[id] })
  field.configure?.(site)
  field.start(input => reports.push(input))
  const pass = (ms: number) => clock.advanceTo(clock.now() + ms)
  const online = () => {
    const now = new Map<string, boolean>()
    for (const input of reports) if (input.kind === 'reader' && typeof input.online === 'boolean') now.set(input.reader, input.online)
    return [...now]
      .filter(([, is]) => is)
      .map(([id]) => id)
      .sort()
  }
  pass(3_000)
  return { clock, line, readers, reports, field, pass, online, held }
}

const namesIn = (records: readonly { bytes: Uint8Array }[], keys: Parameters<typeof createDecoder>[0]) => {
  const decoder = createDecoder(keys)
  return records.flatMap(({ bytes }) => {
    const state = createFeed()
    return [...feed(state, bytes), ...flush(state)].map(item => follow(decoder, item).line).map(({ address, name }) => `${address} ${name}`)
  })
}
const payloadsIn = (records: readonly { bytes: Uint8Array }[]) => {
  const decoder = createDecoder([])
  return records.flatMap(({ bytes }) => {
    const state = createFeed()
    return [...feed(state, bytes), ...flush(state)].map(item => String(follow(decoder, item).line.payload))
  })
}
const everyByte = (records: readonly { bytes: Uint8Array }[]) => Buffer.concat(records.map(({ bytes }) => bytes)).toString('hex')

describe('the capture of a line', () => {
  it('holds what was sent and heard, frame by frame, on the wall clock', () => {
    const { field, readers, pass, clock } = openLine()
    readers.out!.present('10110011100011110000111110')
    pass(500)
    const records = field.captureOf('in')!
    expect(field.captureOf('out')).toEqual(records)
    expect(field.captureOf('nobody')).toBeUndefined()
    expect(Number(records.at(-1)!.time / 1_000_000n)).toBeGreaterThan(clock.wall() - 500)
    expect(new Set(records.map(({ io }) => io))).toEqual(new Set(['output', 'input']))
    const seen = namesIn(records, [{ address: 1, scbk: keyOf(1) }])
    expect(seen).toEqual(expect.arrayContaining(['1 CHLNG', '1 CCRYPT', '1 POLL', '2 POLL', '2 RAW']))
  })

  it('stays within its bounds however long the line runs, and begins with a whole piece', () => {
    const { field, pass } = openLine()
    pass(30 * 60_000)
    const records = field.captureOf('in')!
    expect(records.length).toBeLessThanOrEqual(4_096)
    expect(records.length).toBeGreaterThan(2_000)
    expect(records.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThanOrEqual(65_536)
    expect(records.every(({ bytes }) => bytes[0] === 0xff || bytes[0] === 0x53)).toBe(true)
  })

  it('tells no PIN digit typed at a reader in clear, and none that is damaged on its way', () => {
    const { field, readers, pass } = openLine()
    readers.out!.press('4711#')
    pass(1_000)
    const digits = Buffer.from([4, 7, 1, 1]).toString('hex')
    const asText = Buffer.from('4711').toString('hex')
    readers.out!.fault({ kind: 'noise', rate: 0.5 })
    readers.out!.press('4711#')
    pass(3_000)
    const told = everyByte(field.captureOf('out')!)
    expect(told).toMatch(/5382....0[0-7]53/)
    expect(told).not.toContain(digits)
    expect(told).not.toContain(asText)
  })

  it('tells no PIN digit of an answer that comes in pieces, wherever it is cut', () => {
    const answer = Uint8Array.from([0x53, 0x82, 0x0e, 0, 4, 0x53, 0, 5, 0x34, 0x37, 0x31, 0x31, 0x0d, 0])
    for (let cut = 1; cut < answer.length - 4; cut++) {
      const clock = createVirtualClock(0)
      let hear: (bytes: Uint8Array) => void = () => {}
      const recording = createLineRecording(clock)
      const pipe = recording.tap({
        gapMs: 20,
        open(listener) {
          hear = listener.data
        },
        write() {},
        setBaud() {},
        close() {},
      })
      pipe.open({ up() {}, down() {}, data() {} })
      hear(answer.subarray(0, cut))
      clock.advanceTo(30)
      // The ACU has given up waiting, and asks again.
      if (cut > 6) pipe.write(Uint8Array.from([0x53, 2, 8, 0, 4, 0x60, 0, 0]))
      hear(answer.subarray(cut))
      const told = recording.read()
      expect([cut, told.filter(({ io }) => io === 'input').length]).toEqual([cut, 2])
      expect([cut, everyByte(told)]).toEqual([cut, expect.not.stringContaining('31')])
    }
  })

  it('tells no key: not even of a pairing under the key that everybody knows', () => {
    const { field, line, pass } = openLine()
    const fresh = line.addReader({ address: 3, scbk: defaultKey, installMode: true, requireSecure: false })
    const { acu } = field.acuOf('in')!
    acu.add({ address: 3, requireSecure: true, scbk: null })
    const key = keyOf(9)
    expect(acu.pair(3, { key, via: 'install' })).toBeNull()
    pass(5_000)
    expect(Buffer.from(fresh.state.scbk ?? [])).toEqual(Buffer.from(key))
    const records = field.captureOf('in')!
    expect(namesIn(records, [])).toContain('3 KEYSET')
    // Whoever decodes with the key that everybody knows gets zeros, or nothing.
    expect(payloadsIn(records).join(' ')).not.toContain(Buffer.from(key).toString('hex'))
  })
})

describe('a scan of a line', () => {
  it('is refused while readers are in use on it, and nothing is lost', () => {
    const { field, pass, online } = openLine()
    const news: ScanNews[] = []
    field.scan('in', { all: false, interrupt: false }, each => news.push(each))
    pass(1_000)
    expect(news).toEqual([{ stage: 'refused', reason: 'readers-in-use', readers: ['in', 'out'] }])
    expect(online()).toEqual(['in', 'out'])
  })

  it('is refused while a reader is being paired, whatever it is told: the reader would have a key that nobody holds', () => {
    for (const wait of [0, 50, 100, 150]) {
      const { field, pass, readers } = openLine()
      expect(field.acuOf('in')!.acu.pair(1, { key: keyOf(9), via: 'session' })).toBeNull()
      pass(wait)
      const news: ScanNews[] = []
      field.scan('out', { all: false, interrupt: true }, each => news.push(each))
      expect([wait, ...news]).toEqual([wait, { stage: 'refused', reason: 'pairing', readers: ['in'] }])
      pass(5_000)
      expect(Buffer.from(readers.in!.state.scbk ?? [])).toEqual(Buffer.from(keyOf(9)))
      expect(field.acuOf('in')!.acu.pds()[0]).toMatchObject({ online: true, secure: true, pairing: false })
    }
  })

  it('finds everybody, readers of the site by name and a stranger, and gives the line back', () => {
    const { field, line, pass, online, readers, reports } = openLine()
    line.addReader({ address: 17, scbk: keyOf(3), requireSecure: false, identity: { serial: 17 } })
    const news: ScanNews[] = []
    field.scan('out', { all: false, interrupt: true }, each => news.push(each))
    expect(online()).toEqual([])
    expect(reports.filter(r => r.kind === 'reader' && r.online === false)).toHaveLength(2)
    field.scan('in', { all: false, interrupt: true }, each => news.push(each))
    expect(news.at(-1)).toMatchObject({ stage: 'refused', reason: 'scan-running' })
    pass(60_000)
    const found = news.flatMap(each => (each.stage === 'found' ? [[each.pd.address, each.pd.key, each.reader]] : []))
    expect(found).toEqual([
      [1, 'own', 'in'],
      [2, expect.any(String), 'out'],
      [17, 'own', null],
    ])
    expect(news.at(-1)).toEqual({ stage: 'done' })
    expect(news.filter(each => each.stage === 'progress').length).toBeLessThan(60)
    expect(online()).toEqual(['in', 'out'])
    readers.in!.present('10110011100011110000111110')
    pass(1_000)
    expect(reports.at(-1)).toMatchObject({ kind: 'card', reader: 'in' })
  })

  it('is over when it is told to stop, when the site changes and when the field stops; the line is whole again', () => {
    const one = openLine()
    const news: ScanNews[] = []
    one.field.scan('in', { all: true, interrupt: true }, each => news.push(each))
    one.pass(20_000)
    one.field.stopScan('in')
    expect(news.at(-1)).toEqual({ stage: 'failed', reason: 'stopped' })
    one.pass(3_000)
    expect(one.online()).toEqual(['in', 'out'])

    one.field.scan('in', { all: true, interrupt: true }, each => news.push(each))
    one.pass(20_000)
    one.field.configure?.({ ...site, encryption: { ...site.encryption, osdpSecureChannel: false } })
    expect(news.at(-1)).toEqual({ stage: 'failed', reason: 'line-closed' })
    one.field.configure?.(site)
    one.pass(3_000)
    expect(one.online()).toEqual(['in', 'out'])

    one.field.scan('in', { all: true, interrupt: true }, each => news.push(each))
    one.field.stop()
    expect(news.at(-1)).toEqual({ stage: 'failed', reason: 'line-closed' })
    const count = one.reports.length
    one.pass(30_000)
    expect(one.reports).toHaveLength(count)
  })

  it('never keeps the line for longer than four minutes', () => {
    const { field, line, pass, online } = openLine()
    // Somebody babbles, so that every answer is waited for to its end.
    const babbler = line.addReader({ address: 60, requireSecure: false })
    babbler.tap(() => null)
    const news: ScanNews[] = []
    field.scan('in', { all: true, interrupt: true }, each => news.push(each))
    pass(245_000)
    expect(['done', 'failed']).toContain(news.at(-1)?.stage)
    pass(3_000)
    expect(online()).toEqual(['in', 'out'])
  })
})

it('another site waits for a pairing: its reader would have a key that nobody holds', () => {
  const apart = { ...site, encryption: { ...site.encryption, osdpSecureChannel: false } }
  for (const wait of [0, 50, 100, 150]) {
    const { field, pass, held, readers } = openLine()
    expect(field.acuOf('in')!.acu.pair(1, { key: keyOf(9), via: 'session' })).toBeNull()
    pass(wait)
    field.configure?.(apart)
    pass(3_000)
    held.in = keyOf(9)
    field.configure?.(site)
    pass(5_000)
    expect([wait, Buffer.from(readers.in!.state.scbk ?? [])]).toEqual([wait, Buffer.from(keyOf(9))])
    expect(field.acuOf('in')!.acu.pds()[0]).toMatchObject({ online: true, secure: true })
  }
  const { field, pass, reports, held } = openLine()
  field.acuOf('in')!.acu.pair(1, { key: keyOf(9), via: 'session' })
  field.configure?.(apart)
  field.stop()
  const count = reports.length
  pass(10_000)
  expect([reports.length, field.acuOf('in'), held.in]).toEqual([count, undefined, keyOf(1)])
})

it('new keys of other readers wait for a pairing, too', () => {
  for (const wait of [0, 50, 100, 150]) {
    const { field, pass, held, readers } = openLine()
    expect(field.acuOf('in')!.acu.pair(1, { key: keyOf(9), via: 'session' })).toBeNull()
    pass(wait)
    field.renew()
    pass(100)
    held.in = keyOf(9)
    pass(5_000)
    expect([wait, Buffer.from(readers.in!.state.scbk ?? [])]).toEqual([wait, Buffer.from(keyOf(9))])
    expect(field.acuOf('in')!.acu.pds()[0]).toMatchObject({ online: true, secure: true })
  }
})

describe('asked over the link', () => {
  it('a capture comes in parts that join to a file, as osdpcap and as pcapng', () => {
    const { field, pass } = openLine()
    pass(10 * 60_000)
    const { asks } = osdpAsks({ field: () => field, store: {} as never, open: () => ({}), keyName: id => id })
    for (const format of ['osdpcap', 'pcapng']) {
      const parts: { part: number; parts: number; records: number; data: string }[] = []
      let ended = 0
      asks.capture!({ reader: 'in', format }, (body, last) => {
        parts.push(body as never)
        ended += Number(last)
      })
      expect(ended).toBe(1)
      expect(parts.map(({ part }) => part)).toEqual(parts.map((_, i) => i))
      expect(parts[0]!.parts).toBe(parts.length)
      expect(Math.max(...parts.map(({ data }) => data.length))).toBeLessThanOrEqual(65_536)
      const file = Buffer.concat(parts.map(({ data }) => Buffer.from(data, 'base64')))
      const count = format === 'pcapng' ? readPcap(file).records.length : file.toString().trim().split('\n').length
      expect(count).toBe(parts[0]!.records)
    }
    let nobody: unknown
    asks.capture!({ reader: 'nobody', format: 'pcapng' }, body => {
      nobody = body
    })
    expect(nobody).toBeNull()
  })
})
