import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { badge, keyOf, seeded } from '../test/conformance/osdp/rig.ts'
import { commands } from './codes.ts'
import { type Check, encode, type Frame, marked, parse, type SecurityBlock } from './frame.ts'
import { fromHex, toHex } from './payload/field.ts'
import { pdWakeAt, stepPd } from './pd.ts'
import { createPd, type PdConfig, type PdEffect, type PdInput } from './pd-state.ts'
import { challenge, defaultKey, establish, open, proveToPd, type Session, seal } from './secure-channel.ts'

const empty = new Uint8Array(0)

/** A PD with somebody at the other end who says exactly what a test wants said. */
function bench(config: Partial<PdConfig> = {}) {
  const pd = createPd({ address: 1, scbk: keyOf(1), random: seeded(3), ...config })
  let now = 0
  let sequence = 0
  const effects: PdEffect[] = []
  const step = (input: PdInput) => {
    const given = stepPd(pd, input, now)
    effects.push(...given)
    return given.flatMap(effect => (effect.kind === 'send' ? [effect.bytes.subarray(1)] : []))
  }
  const raw = (bytes: Uint8Array) => {
    now += 20
    return step({ kind: 'bytes', bytes })
  }
  const frame = (
    name: keyof typeof commands,
    data: Uint8Array,
    more: { sequence?: number; check?: Check; security?: SecurityBlock | null; address?: number } = {},
  ) => ({
    address: 1,
    direction: 'command' as const,
    sequence: more.sequence ?? sequence,
    check: more.check ?? ('crc' as const),
    code: commands[name].code,
    data,
    security: null,
    ...more,
  })
  /** Sends a command in clear and gives the answer, or null. */
  const ask = (name: keyof typeof commands, data: Uint8Array = empty, more: Parameters<typeof frame>[2] = {}): Frame | null => {
    const made = frame(name, data, more)
    const [answer] = raw(encode({ ...made, mac: null }))
    sequence = (made.sequence % 3) + 1
    return answer === undefined ? null : parse(answer)
  }
  const shake = (key: Uint8Array): Session | null => {
    sequence = 0
    const begun = challenge(key, seeded(now + 5)(8))
    const ccrypt = ask('CHLNG', begun.message.data, { security: begun.message.security })
    const proof = ccrypt === null ? null : proveToPd(begun.handshake, { ...ccrypt, kind: 'frame', bytes: empty, recovered: false } as never)
    if (!proof?.ok) return null
    const rmac = ask('SCRYPT', proof.message.data, { security: proof.message.security })
    const made = rmac === null ? null : establish(proof.handshake, rmac)
    return made?.ok ? made.session : null
  }
  /** Sends a command inside the session; gives code and opened data of the answer, or the clear answer's code and data. */
  const secret = (session: Session, name: keyof typeof commands, data: Uint8Array = empty) => {
    const [answer] = raw(seal(session, frame(name, data)))
    sequence = (sequence % 3) + 1
    const parsed = answer === undefined ? null : parse(answer)
    if (parsed === null) return null
    const opened = open(session, { ...parsed, kind: 'frame', bytes: answer!, recovered: false })
    return opened.ok ? { code: parsed.code, data: opened.data, sealed: true } : { code: parsed.code, data: parsed.data, sealed: false }
  }
  return {
    pd,
    effects,
    step,
    raw,
    ask,
    shake,
    secret,
    frame,
    pass(ms: number) {
      for (let wake = pdWakeAt(pd, now); wake !== null && wake <= now + ms; wake = pdWakeAt(pd, now)) {
        ms -= wake - now
        now = Math.max(wake, now)
        step({ kind: 'wake' })
        if (pdWakeAt(pd, now) === wake) break
      }
      now += Math.max(0, ms)
    },
  }
}

const naks = (frame: Frame | null) => (frame?.code === 0x41 ? frame.data[0] : frame === null ? 'silence' : `code ${frame.code}`)

describe('pdProbe of vectors.json', () => {
  interface Probe {
    readonly name: string
    readonly send: string
    readonly reply: string
  }
  const { pdProbe } = JSON.parse(readFileSync(new URL('../test/conformance/osdp/vectors.json', import.meta.url), 'utf8')) as {
    pdProbe: Probe[]
  }
  const identity = { vendor: 'c3b2a1', model: 0x99, version: 1, serial: 0x01020301, firmware: '10.11.12' }
  const told = (list: string) =>
    (list.match(/.{6}/g) ?? []).map(record => {
      const [fn = 0, compliance = 0, count = 0] = fromHex(record)!
      return { function: fn, compliance, count }
    })
  const plain = { scbk: null, identity, capabilities: told('0101080201040301010404020502010601010801000900000a00010d0101100200') }
  const secure = {
    scbk: fromHex('00112233445566778899aabbccddeeff')!,
    identity,
    capabilities: told('0101080201040301010404020502010601010801000901000a00010d0101100200'),
  }

  /** Where the answer that was recorded is not the standard's: ours, and why. */
  const right: Record<string, { reply: string | ((reply: Frame) => void); why: string }> = {
    'checksum-poll-sqn1': { reply: '538107000140e4', why: 'a reply uses the check of its command' },
    'sqn-jump-from-1-to-3': {
      reply: frame => {
        expect([frame.code, frame.data[0], frame.sequence]).toEqual([0x41, 4, 3])
      },
      why: 'a reply carries the sequence of its command, and a NAK 4 does not advance',
    },
    'sc:chlng-scbkd-not-install': {
      reply: frame => {
        expect([frame.code, frame.data[0]]).toEqual([0x41, 6])
      },
      why: 'SCBK-D outside install mode is refused, not answered under another key',
    },
    'enforce:chlng-scbkd': {
      reply: frame => {
        expect([frame.code, frame.data[0]]).toEqual([0x41, 6])
      },
      why: 'SCBK-D outside install mode is refused, not answered under another key',
    },
  }

  it('has 28 probes', () => expect(pdProbe).toHaveLength(28))

  it.each(pdProbe.map(probe => [probe.name, probe] as const))('%s', (name, probe) => {
    const kind = name.startsWith('enforce:')
      ? { ...secure, requireSecure: true }
      : name.startsWith('sc:')
        ? { ...secure, requireSecure: false }
        : plain
    const { pd, raw, ask } = bench(kind)
    const sent = fromHex(probe.send)!
    const command = parse(sent.subarray(sent.indexOf(0x53, name.startsWith('garbage') ? 6 : 0)))!
    // The PD has just answered what came before this one.
    const before: Record<string, number> = {
      'sqn-jump-from-1-to-3': 1,
      'repeat-same-sqn-other-command': 1,
      'repeat-same-sqn-same-command': 1,
    }
    const last = before[name] ?? [2, 3, 1, 2][command.sequence]!
    if (command.sequence !== 0 || name === 'resync-sqn0') {
      ask('ID', Uint8Array.of(0), { sequence: 0 })
      for (let n = 1; n <= last; n++) ask(pd.requireSecure ? 'CAP' : 'POLL', pd.requireSecure ? Uint8Array.of(0) : empty, { sequence: n })
    }
    const [answer] = raw(sent)
    const ours = right[name]
    if (ours === undefined) expect(answer === undefined ? '' : toHex(answer)).toBe(probe.reply.replace(/^ff/, ''))
    else if (typeof ours.reply === 'string') expect(toHex(answer!), ours.why).toBe(ours.reply)
    else ours.reply(parse(answer!)!)
  })
})

describe('sequence', () => {
  it('repeats its stored answer byte for byte and acts once', () => {
    const { pd, shake, raw, frame, effects } = bench()
    const session = shake(keyOf(1))!
    const beep = seal(session, frame('BUZ', Uint8Array.of(0, 2, 1, 1, 3)))
    const first = raw(beep)
    const chain = toHex(pd.session!.rMac)
    const again = raw(beep)
    expect(again.map(toHex)).toEqual(first.map(toHex))
    expect(toHex(pd.session!.rMac)).toBe(chain)
    expect(effects.filter(effect => effect.kind === 'command' && effect.command.name === 'BUZ')).toHaveLength(1)
  })

  it('does not take for a repetition what differs in a single byte', () => {
    const { ask, effects } = bench({ scbk: null })
    ask('ID', Uint8Array.of(0), { sequence: 0 })
    ask('BUZ', Uint8Array.of(0, 2, 1, 1, 3), { sequence: 1 })
    ask('BUZ', Uint8Array.of(0, 2, 1, 1, 4), { sequence: 1 })
    expect(effects.filter(effect => effect.kind === 'command' && effect.command.name === 'BUZ')).toHaveLength(2)
  })

  it('refuses a sequence that is neither the last nor the next, and does not advance', () => {
    const { ask } = bench({ scbk: null })
    ask('ID', Uint8Array.of(0), { sequence: 0 })
    expect(naks(ask('POLL', empty, { sequence: 3 }))).toBe(4)
    expect(naks(ask('POLL', empty, { sequence: 2 }))).toBe(4)
    expect(ask('POLL', empty, { sequence: 1 })?.code).toBe(0x40)
  })

  it('wants to be met at sequence 0 after power-up', () => {
    const { ask, step } = bench({ scbk: null })
    expect(naks(ask('POLL', empty, { sequence: 2 }))).toBe(4)
    expect(ask('POLL', empty, { sequence: 0 })?.code).toBe(0x40)
    step({ kind: 'power-cycle' })
    expect(naks(ask('POLL', empty, { sequence: 1 }))).toBe(4)
  })

  it('forgets the session at sequence 0', () => {
    const { pd, shake, ask } = bench()
    expect(shake(keyOf(1))).not.toBeNull()
    ask('ID', Uint8Array.of(0), { sequence: 0 })
    expect(pd.session).toBeNull()
  })

  it('answers a frame with a wrong check with NAK 1 in clear, and says nothing to one of another', () => {
    const { raw } = bench({ scbk: null })
    const poll = encode({ address: 1, direction: 'command', sequence: 0, check: 'crc', security: null, code: 0x60, data: empty, mac: null })
    const wrong = Uint8Array.from([...poll.slice(0, -1), poll.at(-1)! ^ 1])
    expect(naks(parse(raw(wrong)[0]!))).toBe(1)
    const other = encode({
      address: 2,
      direction: 'command',
      sequence: 0,
      check: 'crc',
      security: null,
      code: 0x60,
      data: empty,
      mac: null,
    })
    expect(raw(Uint8Array.from([...other.slice(0, -1), other.at(-1)! ^ 1]))).toEqual([])
  })
})

describe('what must be refused (protocol clause "Secure Channel")', () => {
  const scs = (type: number, ...data: number[]): SecurityBlock => ({ type, data: Uint8Array.from(data) })
  const sealedWithoutSession = (type: number) => {
    const bytes = encode({
      address: 1,
      direction: 'command',
      sequence: 0,
      check: 'crc',
      security: scs(type),
      code: 0x60,
      data: type > 0x16 ? new Uint8Array(16) : empty,
      mac: new Uint8Array(4),
    })
    return bench().raw(bytes)
  }

  it('SCS_15 to SCS_18 without a session: NAK 6', () => {
    for (const type of [0x15, 0x16, 0x17, 0x18]) expect(naks(parse(sealedWithoutSession(type)[0]!)), type.toString(16)).toBe(6)
  })

  it('SCBK-D outside install mode', () => {
    const { ask, shake, pd } = bench()
    expect(naks(ask('CHLNG', seeded(1)(8), { security: scs(0x11, 0) }))).toBe(6)
    expect(shake(defaultKey)).toBeNull()
    expect(pd.session).toBeNull()
    expect(bench({ installMode: true, scbk: null }).shake(defaultKey)?.underDefaultKey).toBe(true)
  })

  it('SCRYPT with no CHLNG before it, and a second SCRYPT', () => {
    const { ask, shake } = bench()
    expect(naks(ask('SCRYPT', new Uint8Array(16), { security: scs(0x13, 1) }))).toBe(5)
    shake(keyOf(1))
    expect(naks(ask('SCRYPT', new Uint8Array(16), { security: scs(0x13, 1) }))).toBe(5)
  })

  it('a wrong server cryptogram', () => {
    const { ask, pd } = bench()
    ask('CHLNG', seeded(1)(8), { security: scs(0x11, 1) })
    expect(naks(ask('SCRYPT', new Uint8Array(16), { security: scs(0x13, 1) }))).toBe(5)
    expect(pd.session).toBeNull()
  })

  it('KEYSET in clear', () => {
    for (const config of [{}, { installMode: true, scbk: null }, { requireSecure: false }]) {
      const { ask, pd } = bench(config)
      ask('ID', Uint8Array.of(0), { sequence: 0 })
      expect(naks(ask('KEYSET', Uint8Array.of(1, 16, ...keyOf(5))))).toBe(6)
      expect(pd.scbk).toEqual('scbk' in config ? null : keyOf(1))
    }
  })

  it('KEYSET of another length, of another type, or of SCBK-D', () => {
    const { shake, secret, pd } = bench()
    const session = shake(keyOf(1))!
    expect(secret(session, 'KEYSET', Uint8Array.of(1, 15, ...keyOf(5).slice(1)))?.data[0]).toBe(9)
    expect(secret(session, 'KEYSET', Uint8Array.of(1, 16, ...keyOf(5).slice(1)))?.data[0]).toBe(2)
    expect(secret(session, 'KEYSET', Uint8Array.of(2, 32, ...keyOf(5), ...keyOf(6)))?.data[0]).toBe(9)
    expect(secret(session, 'KEYSET', Uint8Array.of(1, 16, ...defaultKey))?.data[0]).toBe(9)
    expect(pd.scbk).toEqual(keyOf(1))
    expect(secret(session, 'KEYSET', Uint8Array.of(1, 16, ...keyOf(5)))).toMatchObject({ code: 0x40, sealed: true })
    expect(pd.scbk).toEqual(keyOf(5))
    expect(pd.session).toBeNull()
  })

  it('any command in clear but ID, CAP and the handshake where security is required', () => {
    const { ask, pd, effects } = bench()
    ask('ID', Uint8Array.of(0), { sequence: 0 })
    pd.requireSecure = true
    for (const name of [
      'POLL',
      'LSTAT',
      'OUT',
      'LED',
      'BUZ',
      'TEXT',
      'COMSET',
      'KEYSET',
      'ACURXSIZE',
      'FILETRANSFER',
      'MFG',
      'ABORT',
      'KEEPACTIVE',
    ] as const) {
      expect(naks(ask(name)), name).toBe(6)
    }
    expect(ask('ID', Uint8Array.of(0))?.code).toBe(0x45)
    expect(ask('CAP', Uint8Array.of(0))?.code).toBe(0x46)
    expect(effects.filter(effect => effect.kind === 'command').length).toBe(3)
  })

  it('a card is never said in clear by a PD that has a key', () => {
    const { ask, step } = bench()
    ask('ID', Uint8Array.of(0), { sequence: 0 })
    step({ kind: 'card', bits: badge })
    expect(naks(ask('POLL'))).toBe(6)
  })

  it('security blocks of another length, of the wrong direction, of no known type', () => {
    for (const security of [
      scs(0x15, 0),
      scs(0x15, 1, 2),
      scs(0x11),
      scs(0x11, 1, 2),
      scs(0x12, 1),
      scs(0x14, 1),
      scs(0x19),
      scs(0x21),
      scs(0),
    ]) {
      const { ask, pd } = bench()
      const answer = ask('POLL', empty, { security })
      expect(answer === null || answer.code === 0x41, toHex(Uint8Array.of(security.type))).toBe(true)
      expect(pd.session).toBeNull()
    }
    const { ask } = bench()
    expect(naks(ask('CHLNG', seeded(1)(8), { security: scs(0x12, 1) }))).toBe(5)
    expect(naks(ask('CHLNG', seeded(1)(8), { security: scs(0x11, 7), sequence: 0 }))).toBe(6)
    expect(naks(ask('CHLNG', seeded(1)(8), { sequence: 0 }))).toBe(5)
  })

  it('a frame in the session without its MAC, with a wrong one, or with a sum for a check: the session is over', () => {
    for (const damage of ['short', 'wrong', 'sum'] as const) {
      const { shake, raw, frame, pd } = bench()
      const session = shake(keyOf(1))!
      const good = parse(seal(session, frame('POLL', empty, { check: damage === 'sum' ? 'checksum' : 'crc' })))!
      const mac = damage === 'short' ? null : damage === 'wrong' ? good.mac!.map(byte => byte ^ 1) : good.mac
      expect(naks(parse(raw(encode({ ...good, mac }))[0]!)), damage).toBe(6)
      expect(pd.session, damage).toBeNull()
    }
  })

  it('a command in clear inside a session ends it', () => {
    const { shake, ask, pd } = bench()
    shake(keyOf(1))
    expect(naks(ask('POLL'))).toBe(6)
    expect(pd.session).toBeNull()
  })

  it('data that was not encrypted inside the session', () => {
    const { shake, raw, frame, pd } = bench()
    const session = shake(keyOf(1))!
    // SCS_15 with data: sealed by hand with the session's own chain.
    const bytes = sealOpen(session, frame('BUZ', Uint8Array.of(0, 2, 1, 1, 1)))
    const answer = parse(raw(bytes)[0]!)!
    expect(answer.code).toBe(0x41)
    expect(pd.panel.buzzers.size).toBe(0)
  })

  it('RND.A used before', () => {
    const { ask } = bench()
    const rndA = seeded(1)(8)
    expect(ask('CHLNG', rndA, { security: scs(0x11, 1), sequence: 0 })?.code).toBe(0x76)
    ask('ID', Uint8Array.of(0), { sequence: 0 })
    expect(naks(ask('CHLNG', rndA, { security: scs(0x11, 1), sequence: 0 }))).toBe(6)
  })

  it('LEN beyond the buffer, and lengths inside payloads that disagree', () => {
    const { raw, ask, pd } = bench({ scbk: null })
    expect(raw(Uint8Array.of(0x53, 1, 0xff, 0x7f, 4, 0x60, 0, 0))).toEqual([])
    ask('ID', Uint8Array.of(0), { sequence: 0 })
    expect(naks(ask('TEXT', Uint8Array.of(0, 1, 0, 1, 1, 9, 65)))).toBe(2)
    expect(naks(ask('FILETRANSFER', Uint8Array.of(1, 9, 0, 0, 0, 0, 0, 0, 0, 200, 0, 65)))).toBe(2)
    const tooLarge = ask('FILETRANSFER', Uint8Array.of(1, 255, 255, 255, 255, 0, 0, 0, 0, 1, 0, 65))!
    expect(tooLarge.code).toBe(0x7a)
    expect(pd.file).toBeNull()
  })
})

/** SCS_15 with data, as no ACU should send it. */
function sealOpen(session: Session, message: Omit<Frame, 'security' | 'mac'>): Uint8Array {
  const bytes = encode({ ...message, security: { type: 0x15, data: empty }, mac: new Uint8Array(4) })
  const end = bytes.length - 6
  const mac = macOf(session, bytes, end)
  return encode({ ...message, security: { type: 0x15, data: empty }, mac })
}

function macOf(session: Session, bytes: Uint8Array, end: number): Uint8Array {
  let chain = session.rMac
  const padded = end % 16 === 0 ? bytes.slice(0, end) : Uint8Array.from([...bytes.slice(0, end), 0x80, ...new Uint8Array(15 - (end % 16))])
  for (let at = 0; at < padded.length; at += 16) {
    const block = padded.slice(at, at + 16).map((byte, index) => byte ^ chain[index]!)
    chain = (at + 16 === padded.length ? session.mac2 : session.mac1).update(block).slice()
  }
  return chain.slice(0, 4)
}

describe('a reader by itself', () => {
  it('keeps what was presented until it is asked, drops it after eight seconds, and loses what comes while nobody asks', () => {
    const { shake, secret, step, pass, pd } = bench()
    step({ kind: 'card', bits: badge })
    pass(7000)
    expect(pd.queue).toHaveLength(1)
    pass(2000)
    expect(pd.queue).toEqual([])
    const session = shake(keyOf(1))!
    step({ kind: 'card', bits: badge })
    expect(secret(session, 'POLL')?.code).toBe(0x50)
    expect(secret(session, 'POLL')?.code).toBe(0x40)
    pass(9000)
    expect(pd.session).toBeNull()
    step({ kind: 'card', bits: badge })
    expect(pd.queue).toEqual([])
  })

  it('says no card under SCBK-D', () => {
    const { shake, secret, step } = bench({ scbk: null, installMode: true, requireSecure: true })
    const session = shake(defaultKey)!
    step({ kind: 'card', bits: badge })
    expect(secret(session, 'POLL')?.code).toBe(0x40)
  })

  it('runs outputs by their timers and reports the change', () => {
    const { shake, secret, pass } = bench()
    const session = shake(keyOf(1))!
    expect([...secret(session, 'OUT', Uint8Array.of(0, 5, 10, 0))!.data]).toEqual([1, 0])
    pass(500)
    expect(secret(session, 'POLL')?.code).toBe(0x40)
    pass(700)
    const news = secret(session, 'POLL')!
    expect([news.code, ...news.data]).toEqual([0x4a, 0, 0])
    expect([...secret(session, 'OUT', Uint8Array.of(1, 2, 0, 0))!.data]).toEqual([0, 1])
    // Off for a while, then on again as before.
    expect([...secret(session, 'OUT', Uint8Array.of(1, 6, 5, 0))!.data]).toEqual([0, 0])
    pass(600)
    expect([...secret(session, 'OSTAT')!.data]).toEqual([0, 1])
    // Permanent off only after the running timer.
    secret(session, 'OUT', Uint8Array.of(0, 5, 5, 0))
    expect([...secret(session, 'OUT', Uint8Array.of(0, 3, 0, 0))!.data]).toEqual([1, 1])
    pass(600)
    expect([...secret(session, 'OSTAT')!.data]).toEqual([0, 1])
  })

  it('refuses records that make no sense with NAK 9', () => {
    const { ask } = bench({ scbk: null })
    ask('ID', Uint8Array.of(0), { sequence: 0 })
    expect(naks(ask('LED', Uint8Array.of(0, 0, 2, 0, 0, 1, 1, 5, 0, 0, 0, 0, 0, 0)))).toBe(9)
    expect(naks(ask('BUZ', Uint8Array.of(0, 2, 0, 1, 1)))).toBe(9)
    expect(naks(ask('TEXT', Uint8Array.of(0, 1, 0, 0, 1, 0)))).toBe(9)
    expect(naks(ask('OUT', Uint8Array.of(7, 1, 0, 0)))).toBe(9)
    expect(naks(ask('RMODE'))).toBe(3)
    expect(naks(ask('TDSET'))).toBe(3)
  })

  it('answers the configuration address outside a session only, and only to ID, CAP and COMSET', () => {
    const { ask, pd } = bench({ scbk: null })
    expect(ask('ID', Uint8Array.of(0), { sequence: 0, address: 0x7f })).toMatchObject({ address: 0x7f, code: 0x45 })
    expect(ask('POLL', empty, { address: 0x7f })).toBeNull()
    expect(ask('COMSET', Uint8Array.of(5, 0x80, 0x25, 0, 0), { sequence: 1, address: 0x7f })?.code).toBe(0x54)
    expect(pd.address).toBe(5)
    const keyed = bench()
    keyed.shake(keyOf(1))
    expect(keyed.ask('ID', Uint8Array.of(0), { sequence: 0, address: 0x7f })).toBeNull()
    expect(keyed.pd.session).not.toBeNull()
  })

  it('takes an ID without its data byte', () => {
    expect(bench().ask('ID', empty, { sequence: 0 })?.code).toBe(0x45)
  })
})

describe('whatever comes', () => {
  it('throws nothing and keeps its memory bounded', () => {
    const random = seeded(77)
    const { pd, raw } = bench({ scbk: null })
    for (let n = 0; n < 3000; n++) {
      const [a = 0, b = 0, c = 0] = random(3)
      const code = a % 2 ? 0x60 + (b % 0x4a) : b
      const data = random(c % 40)
      raw(
        marked(
          encode({
            address: 1,
            direction: 'command',
            sequence: a % 4,
            check: b % 2 ? 'crc' : 'checksum',
            security: c % 5 ? null : { type: 0x10 + (a % 16), data: random(c % 3) },
            code,
            data,
            mac: null,
          }),
        ),
      )
      if (c % 3 === 0) raw(random(c))
    }
    expect(pd.queue.length).toBeLessThanOrEqual(64)
    expect(pd.seen.length).toBeLessThanOrEqual(256)
  })
})
