import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRig, type Rig } from './rig.ts'

let rig: Rig
beforeEach(async () => {
  rig = await openRig()
})
afterEach(() => rig.close())

const at = '2026-03-04T10:00:00Z'

describe('questions without effect', () => {
  it('tells whether a credential would open, and why, without leaving a trace in the log', async () => {
    const ask = async (body: object) => (await rig.call('POST', 'decisions', { accessPoint: 'front/a', at, ...body })).json
    expect(await ask({ credential: 'amber-card' })).toMatchObject({ outcome: 'granted', cardholder: 'amber', basis: 'configuration' })
    expect(await ask({ credential: 'dagny-card' })).toMatchObject({ outcome: 'denied', reason: 'cardholder-suspended' })
    expect(await ask({ cardholder: 'frida' })).toMatchObject({ outcome: 'denied', reason: 'credential-expired' })
    expect(await ask({ cardholder: 'bo', at: '2026-03-04T23:00:00Z' })).toMatchObject({ reason: 'outside-schedule' })
    const { checks, text } = await ask({ cardholder: 'bo', accessPoint: 'archive/a' })
    expect(checks.map((c: { check: string }) => c.check)).toContain('access-rule')
    expect(text).toMatch(/Bo Lind/)
    expect(rig.plugin.log.head()).toBe(0)
  })

  it('asks the controller, which knows modes and who is where, when it is there', async () => {
    rig.behaviour.ask = async () => ({
      ok: true,
      body: { outcome: 'denied', reason: 'lockdown', cardholder: 'amber', credential: 'amber-card', trace: [] },
    })
    expect((await rig.call('POST', 'decisions', { accessPoint: 'front/a', credential: 'amber-card' })).json).toMatchObject({
      reason: 'lockdown',
      basis: 'controller',
    })
    expect(rig.asked[0]).toMatchObject({
      controller: 'ctrl-1',
      name: 'explain',
      body: { accessPoint: 'front/a', credential: 'amber-card' },
    })
  })

  it('names what it does not know', async () => {
    const path = async (body: object) => (await rig.call('POST', 'decisions', body)).json.errors?.[0].path
    expect(await path({ accessPoint: 'front', credential: 'amber-card' })).toBe('accessPoint')
    expect(await path({ accessPoint: 'front/a', credential: 'nobody-card' })).toBe('credential')
    expect(await path({ accessPoint: 'front/a', cardholder: 'nobody' })).toBe('cardholder')
  })

  it('lists what opens for somebody, and who can open a door', async () => {
    const doors = (await rig.call('GET', `cardholders/amber/doors?at=${at}`)).json.items
    expect(doors.map((d: { accessPoint: string }) => d.accessPoint).sort()).toEqual(['archive/a', 'front/a', 'shop/a', 'shop/b'])
    expect((await rig.call('GET', `cardholders/dagny/doors?at=${at}`)).json.items).toEqual([])
    const who = async (query = '') => (await rig.call('GET', `doors/front/who?at=${at}${query}`)).json
    const everybody = (await who()).items
      .filter((w: { accessPoint: string }) => w.accessPoint === 'front/a')
      .map((w: { cardholder: string }) => w.cardholder)
    expect(everybody.sort()).toEqual(['amber', 'bo', 'clara'])
    const first = await who('&limit=2')
    const rest = await who(`&limit=100&after=${first.next}`)
    expect([...first.items, ...rest.items].filter((w: { accessPoint: string }) => w.accessPoint === 'front/a')).toHaveLength(3)
  })

  it('tells which presentations a change would decide differently, and which cards would be read differently', async () => {
    const bits = (await rig.call('POST', 'decisions', { accessPoint: 'front/a', credential: 'bo-card', at })).json
    expect(bits.outcome).toBe('granted')
    const time = new Date(Math.floor(rig.plugin.now() / 86_400_000) * 86_400_000 - 86_400_000 * 3 + 43_200_000)
    rig.tell('access.granted', {
      time: time.toISOString(),
      door: 'front',
      side: 'a',
      reader: 'front-in',
      cardholder: 'amber',
      credential: 'amber-card',
      source: { kind: 'access-point', id: 'front/a' },
      trace: [{ check: 'format', outcome: 'passed', found: { types: ['card'] } }],
    })
    const ask = (change: object) => rig.call('POST', 'configuration/impact', { change })
    const none = (await ask({ cardholders: [{ id: 'bo', suspended: true }] })).json
    expect(none).toMatchObject({ presentations: 1, differences: [] })
    const one = (await ask({ cardholders: [{ id: 'amber', suspended: true }] })).json
    expect(one.differences).toEqual([
      expect.objectContaining({
        cardholder: 'amber',
        before: { outcome: 'granted', reason: null },
        after: { outcome: 'denied', reason: 'cardholder-suspended' },
      }),
    ])
    const formats = (await ask({ cardFormats: [{ id: 'h10301', active: true, invertBitOrder: true }] })).json
    expect(formats.credentials.checked).toBe(6)
    expect(formats.credentials.counts.same).toBeLessThan(6)
    expect((await ask({ doors: [{ id: 'front', identificationProfile: 'nope' }] })).json.errors[0].path).toBe(
      'change.doors[0].identificationProfile',
    )
    expect((await rig.call('GET', 'cardholders/amber')).json.suspended).toBe(false)
  })
})

describe('for installers', () => {
  it('tells the last card at a reader, its bits and every format that fits [P15]', async () => {
    expect((await rig.call('GET', 'readers/front-in/last-card')).status).toBe(404)
    rig.tell('access.denied', {
      door: 'front',
      side: 'a',
      reader: 'front-in',
      raw: '00000110011111011010011001',
      reason: 'unknown-credential',
    })
    const { json } = await rig.call('GET', 'readers/front-in/last-card')
    expect(json).toMatchObject({ bitLength: 26, cardholder: null })
    expect(json.matches[0]).toEqual({ format: 'h10301', cardNumber: '64332', facilityCode: '12', parity: 'ok' })
    // A field under a name of the format's own.
    expect(json.matches).toContainEqual({ format: 'pin26', facilityCode: '12', pin: '64332', parity: 'ok' })
    expect((await rig.call('GET', 'readers/nowhere/last-card')).status).toBe(404)
  })

  it('guesses the format of samples', async () => {
    const { json } = await rig.call('POST', 'card-formats/guess', {
      samples: [{ bits: '00000110011111011010011001', cardNumber: '64332' }],
    })
    expect(json.items[0].explanations[0]).toMatchObject({ format: 'h10301' })
    expect((await rig.call('POST', 'card-formats/guess', { samples: [{ bits: '012' }] })).json.errors[0].path).toBe('samples[0].bits')
  })

  it('draws the pin chart in the kind that is accepted [B5]', async () => {
    const get = (accept: string, id = 'ctrl-1') => rig.call('GET', `controllers/${id}/pin-chart`, undefined, { accept })
    expect((await get('application/json')).json).toMatchObject({ controller: 'ctrl-1', board: expect.any(String) })
    expect((await get('image/svg+xml')).text).toMatch(/^<svg|^<\?xml/)
    expect((await get('text/html')).text).toMatch(/<html/i)
    const pdf = await get('application/pdf')
    expect([pdf.headers['content-type'], pdf.text.slice(0, 5)]).toEqual(['application/pdf', '%PDF-'])
    expect((await get('image/png')).json.code).toBe('not-acceptable')
    expect((await get('application/json', 'none')).status).toBe(404)
  })

  it('tells every terminal under an id of its own, readers on one line too', async () => {
    const { items } = (await rig.call('GET', 'controllers/ctrl-1/terminals')).json
    const ids = items.map((t: { id: string }) => t.id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toEqual(expect.arrayContaining(['ctrl-1/relay-1', 'ctrl-1/rs485-1/front-in', 'ctrl-1/rs485-1/archive-in']))
  })

  it('lists the predefined formats and profiles, sets their switches, and puts them back [L11, L12, M4]', async () => {
    const formats = (await rig.call('GET', 'card-formats?limit=1000')).json.items
    expect(formats.filter((f: { inForce: boolean }) => f.inForce).map((f: { id: string }) => f.id)).toEqual(['h10301'])
    expect((await rig.call('PATCH', 'card-formats/h10304', { active: true })).json).toMatchObject({
      active: true,
      inForce: true,
      predefined: true,
    })
    expect((await rig.call('PATCH', 'card-formats/h10304', { bitLength: 40 })).status).toBe(400)
    expect((await rig.call('DELETE', 'card-formats/h10304')).status).toBe(204)
    expect((await rig.call('DELETE', 'card-formats/h10304')).json.code).toBe('built-in')
    expect((await rig.call('PATCH', 'card-formats/h10304', { active: true })).status).toBe(200)
    const schedules = (await rig.call('GET', 'schedules')).json.items
    expect(schedules.filter((s: { predefined: boolean }) => s.predefined)).toMatchObject([{ id: 'always', name: 'Always' }])
    expect((await rig.call('DELETE', 'schedules/always')).json.code).toBe('built-in')
    expect((await rig.call('PATCH', 'schedules/always', { name: 'Never' })).status).toBe(400)
    const profiles = (await rig.call('GET', 'identification-profiles')).json.items
    expect(profiles.map((p: { id: string }) => p.id)).toEqual(['card', 'card-and-pin', 'pin', 'card-or-pin', 'licence-plate'])
    expect((await rig.call('PATCH', 'identification-profiles/card', { name: 'Badge' })).json).toMatchObject({
      name: 'Badge',
      a: [{ types: ['card'] }],
    })
    expect((await rig.call('DELETE', 'identification-profiles/card')).status).toBe(204)
    expect((await rig.call('GET', 'identification-profiles/card')).json.name).toBe('Card')
  })

  it('takes back what it gave out', async () => {
    for (const path of [
      'groups/staff',
      'access-rules/staff-office',
      'card-formats/h10301',
      'controllers/ctrl-1',
      'cardholders/bo',
      'identification-profiles/pin',
      'schedules/office-hours',
    ]) {
      const { json } = await rig.call('GET', path)
      expect((await rig.call('PUT', path, json)).status, path).toBe(200)
    }
  })
})

describe('adoption', () => {
  beforeEach(async () => {
    await rig.call('POST', 'controllers', { id: 'ctrl-9', name: 'Gate', board: 'two-door' })
  })
  const offer = async (id = 'ctrl-9') => rig.call('POST', `controllers/${id}/adoption`)
  const adopt = (code: string) => rig.call('POST', 'adoptions', { controller: 'ctrl-9', code }, { authorization: '' })

  it('gives a controller its secret for a one-time code, once', async () => {
    const { status, json } = await offer()
    expect(status).toBe(201)
    const adopted = await adopt(json.code.toLowerCase())
    expect(adopted.json).toMatchObject({ controller: 'ctrl-9', secret: expect.stringMatching(/^[0-9a-f]{64}$/), mqtt: { port: 1883 } })
    expect(rig.store.vault.get('link ctrl-9')?.toString('hex')).toBe(adopted.json.secret)
    expect((await adopt(json.code)).json.code).toBe('wrong-credentials')
  })

  it('takes no old code, none after five wrong ones, and none that was given out before another', async () => {
    const first = (await offer()).json.code
    const second = (await offer()).json.code
    expect((await adopt(first)).status).toBe(401)
    for (let i = 0; i < 4; i++) await adopt('WRONG')
    expect((await adopt(second)).status).toBe(401)
    const third = (await offer()).json.code
    rig.shift(24 * 3_600_000 + 1)
    expect((await adopt(third)).status).toBe(401)
  })

  it('has no code for what needs none', async () => {
    expect((await offer('ctrl-1')).json.code).toBe('not-supported')
    expect((await offer('nobody')).status).toBe(404)
  })
})

describe('holidays', () => {
  const day = (date: string, name: string) => [
    'BEGIN:VEVENT',
    `UID:${name}@x`,
    `DTSTART;VALUE=DATE:${date}`,
    `SUMMARY:${name}`,
    'END:VEVENT',
  ]
  const ics = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    ...day('20270101', 'New Year'),
    ...day('20261225', 'Christmas'),
    ...['BEGIN:VEVENT', 'UID:m@x', 'DTSTART:20270102T100000Z', 'SUMMARY:Meeting', 'END:VEVENT'],
    'END:VCALENDAR',
  ].join('\r\n')
  const post = (body: string, query = 'from=2026-12-01&to=2027-12-31', headers = {}) =>
    rig.call('POST', `schedules/office-hours/holidays?${query}`, body, { 'content-type': 'text/calendar', ...headers })
  const closed = async () =>
    (await rig.call('GET', 'schedules/office-hours')).json.exceptions.map((e: { date: string; intervals: unknown[] }) => [
      e.date,
      e.intervals.length,
    ])

  it('of a calendar file close a schedule; a date with an exception of its own keeps it, and no meeting is a holiday', async () => {
    const { status, json } = await post(ics)
    expect([status, json]).toEqual([
      200,
      { schedule: 'office-hours', added: [{ date: '2027-01-01', name: 'New Year' }], kept: ['2026-12-25'], skipped: ['Meeting'] },
    ])
    expect(await closed()).toEqual([
      ['2026-12-24', 1],
      ['2026-12-25', 0],
      ['2027-01-01', 0],
    ])
    expect((await rig.call('GET', 'audit-log?limit=1')).json.items[0].message).toBe('Closed schedule office-hours on 1 holidays')
    expect((await post(ics)).json).toMatchObject({ added: [], kept: ['2026-12-25', '2027-01-01'] })
  })

  it('change nothing where the file is none, the dates are not, or somebody was faster', async () => {
    const before = await closed()
    expect((await post('no calendar')).json.detail).toContain('BEGIN:VCALENDAR')
    expect((await post(ics, 'from=2027-12-31&to=2026-12-01')).json.errors[0].path).toBe('to')
    expect((await post(ics, 'from=soon&to=2026-12-01')).json.errors[0].path).toBe('from')
    expect((await post(ics, undefined, { 'if-match': '"999"' })).json.code).toBe('lost-update')
    expect((await post(ics, undefined, { authorization: `Bearer ${rig.signedIn(['operator'])}` })).status).toBe(403)
    expect(
      (await rig.call('POST', 'schedules/none/holidays?from=2026-12-01&to=2026-12-31', ics, { 'content-type': 'text/calendar' })).status,
    ).toBe(404)
    expect(await closed()).toEqual(before)
  })
})

describe('the wires of a reader', () => {
  const pd = {
    address: 17,
    baud: 9600,
    identity: { vendor: '00d05b', model: 1, version: 1, serial: 17, firmware: '1.0.0' },
    capabilities: null,
    key: 'install-mode',
    clear: true,
    others: [],
  }
  /** Lets the controller answer with these, one after the other, and gives what goes on answering. */
  const answers = (...bodies: object[]) => {
    let more: (body: object, last: boolean) => void = () => {}
    rig.behaviour.request = (_, answered) => {
      more = (body, last) => answered({ ok: true, body }, last)
      bodies.forEach((body, i) => {
        more(body, i === bodies.length - 1 && !('readers' in body))
      })
    }
    return (body: object, last: boolean) => more(body, last)
  }
  const audited = async () => (await rig.call('GET', 'audit-log?limit=1')).json.items[0].message as string

  it('scans a line, tells how far it is and who was found, and notes who had it done', async () => {
    expect((await rig.call('GET', 'readers/front-in/scan')).status).toBe(404)
    const go = answers({ stage: 'begun', readers: ['front-in', 'archive-in'] })
    const { status, json } = await rig.call('POST', 'readers/front-in/scan', { interrupt: true })
    expect([status, json.state, json.interrupted]).toEqual([202, 'running', ['front-in', 'archive-in']])
    expect(await audited()).toBe('Began to scan the line of reader front-in; front-in, archive-in are lost meanwhile')
    expect(rig.asked.at(-1)).toMatchObject({ name: 'scan', body: { reader: 'front-in', all: false, interrupt: true } })
    go({ stage: 'progress', done: 3, total: 127, baud: 9600 }, false)
    go({ stage: 'found', pd, reader: null }, false)
    expect((await rig.call('POST', 'readers/front-in/scan', { interrupt: true })).json.code).toBe('in-use')
    expect((await rig.call('GET', 'readers/front-in/scan')).json).toMatchObject({
      state: 'running',
      progress: { done: 3, total: 127 },
      found: [{ address: 17, key: 'install-mode', reader: null }],
      endedAt: null,
    })
    expect((await rig.call('DELETE', 'readers/front-in/scan')).status).toBe(204)
    expect(rig.asked.at(-1)).toMatchObject({ name: 'scan-stop', body: { reader: 'front-in' } })
    go({ stage: 'failed', reason: 'stopped' }, true)
    expect((await rig.call('GET', 'readers/front-in/scan')).json).toMatchObject({
      state: 'failed',
      reason: 'stopped',
      endedAt: expect.any(String),
    })
  })

  it('takes no line from doors that need it unless it is told to, and says which doors those are', async () => {
    answers({ stage: 'refused', reason: 'readers-in-use', readers: ['front-in', 'archive-in'] })
    const { status, json } = await rig.call('POST', 'readers/front-in/scan', {})
    expect([status, json.code, json.users]).toEqual([409, 'in-use', ['front', 'archive']])
    expect(json.detail).toContain('"interrupt": true')
    expect((await rig.call('GET', 'readers/front-in/scan')).status).toBe(404)
    expect((await rig.call('POST', 'readers/shop-in/scan', {})).json.code).toBe('not-supported')
  })

  it('calls a scan whose end was lost on its way failed, and lets the next begin', async () => {
    answers({ stage: 'begun', readers: [] })
    await rig.call('POST', 'readers/front-in/scan', {})
    rig.shift(301_000)
    expect((await rig.call('GET', 'readers/front-in/scan')).json).toMatchObject({ state: 'failed', reason: 'unreachable' })
    expect((await rig.call('POST', 'readers/front-in/scan', {})).status).toBe(202)
  })

  it('joins the parts of a capture, in the format that is accepted, and notes who took it', async () => {
    const parts = ['one\n', 'two\n'].map((text, part) => ({ part, parts: 2, records: 2, data: Buffer.from(text).toString('base64') }))
    answers(...parts)
    const got = await rig.call('GET', 'readers/front-in/capture')
    expect([got.status, got.text, got.headers['content-type']]).toEqual([200, 'one\ntwo\n', 'application/x-ndjson'])
    expect(got.headers['content-disposition']).toContain('front-in.osdpcap')
    expect(rig.asked.at(-1)).toMatchObject({ name: 'capture', body: { format: 'osdpcap' } })
    expect(await audited()).toBe('Downloaded a capture of the line of reader front-in, 2 pieces')
    await rig.call('GET', 'readers/front-in/capture', undefined, { accept: 'application/x-pcapng' })
    expect(rig.asked.at(-1)).toMatchObject({ body: { format: 'pcapng' } })
    expect((await rig.call('GET', 'readers/front-in/capture', undefined, { accept: 'image/png' })).json.code).toBe('not-acceptable')
    answers(parts[1]!)
    expect((await rig.call('GET', 'readers/front-in/capture')).json.code).toBe('unreachable')
    answers({ part: 0, parts: 1, records: 0, data: '' })
    expect((await rig.call('GET', 'readers/front-in/capture')).json.code).toBe('not-found')
  })

  it('shows what goes over wires only to whoever may configure', async () => {
    const operator = { authorization: `Bearer ${rig.signedIn(['operator'])}` }
    for (const [method, path] of [
      ['GET', 'capture'],
      ['GET', 'scan'],
      ['POST', 'scan'],
      ['DELETE', 'scan'],
    ])
      expect((await rig.call(method!, `readers/front-in/${path}`, method === 'POST' ? {} : undefined, operator)).status, path).toBe(403)
    expect((await rig.call('GET', 'readers/shop-in/pulses', undefined, operator)).status).toBe(403)
  })
})
