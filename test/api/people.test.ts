import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Jimp } from 'jimp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkSite } from '../../plugin/site/check.ts'
import { importSite, wholeSite } from '../../plugin/site/file.ts'
import { same } from '../../shared/schema.ts'
import { demoSite, openRig, type Rig } from './rig.ts'

let rig: Rig
beforeEach(async () => {
  rig = await openRig()
})
afterEach(() => rig.close())

const errors = (answer: { json: { errors?: { path: string }[] } }) => answer.json.errors?.map(e => e.path)
const note = { author: { user: 'test', location: 'local' }, category: 'configuration', message: 'test' } as const

describe('cardholders', () => {
  it('makes, reads, changes and removes one, with ids where none are given [P2]', async () => {
    const made = await rig.call('POST', 'cardholders', {
      firstName: 'Gro',
      lastName: 'Dahl',
      credentials: [{ type: 'card', cardNumber: '77', bitLength: 26 }],
    })
    expect(made.status).toBe(201)
    const { id } = made.json
    expect(id).toMatch(/^[0-9a-f-]{36}$/)
    expect(made.json.credentials[0].id).toMatch(/^[0-9a-f-]{36}$/)
    expect(made.json.cardholderId).toBe(id)
    expect((await rig.call('PUT', `cardholders/${id}`, made.json)).headers.etag).toBe(made.headers.etag)
    expect((await rig.call('PATCH', `cardholders/${id}`, { suspended: true })).json).toMatchObject({ firstName: 'Gro', suspended: true })
    expect((await rig.call('DELETE', `cardholders/${id}`)).status).toBe(204)
    expect((await rig.call('GET', `cardholders/${id}`)).status).toBe(404)
  })

  it('refuses a lost update, a taken id, a removed one, and a number or credential that somebody has', async () => {
    const tag = String((await rig.call('GET', 'cardholders/bo')).headers.etag)
    expect((await rig.call('PATCH', 'cardholders/bo', { firstName: 'Bosse' }, { 'if-match': tag })).status).toBe(200)
    const late = await rig.call('PATCH', 'cardholders/bo', { firstName: 'Bob' }, { 'if-match': tag })
    expect([late.status, late.json.code]).toEqual([412, 'lost-update'])
    expect((await rig.call('POST', 'cardholders', { id: 'bo' })).json.code).toBe('id-taken')
    expect(errors(await rig.call('POST', 'cardholders', { id: 'x', cardholderId: 'E1001' }))).toEqual(['cardholderId'])
    const card = { type: 'card', id: 'amber-card', cardNumber: '9', bitLength: 26 }
    expect(errors(await rig.call('POST', 'cardholders', { id: 'x', credentials: [card] }))).toEqual(['credentials[0].id'])
    const twin = { type: 'card', cardNumber: '064332', facilityCode: '12', bitLength: 26 }
    expect(errors(await rig.call('POST', 'cardholders', { id: 'x', credentials: [twin] }))).toEqual(['credentials[0].cardNumber'])
    expect(errors(await rig.call('POST', 'cardholders', { id: 'x', custom: { Shoes: '43' } }))).toEqual(['custom.Shoes'])
    await rig.call('DELETE', 'cardholders/frida')
    expect((await rig.call('POST', 'cardholders', { id: 'frida' })).json.code).toBe('id-retired')
  })

  it('is patched as RFC 7396 says: a list that is given is the whole list, null takes a field back to its default', async () => {
    const card = { type: 'card', cardNumber: '91', bitLength: 26 }
    const patch = async (body: object) => (await rig.call('PATCH', 'cardholders/bo', body)).json
    expect((await patch({ credentials: [card] })).credentials).toEqual([{ ...card, id: expect.any(String), validTo: { kind: 'none' } }])
    expect((await patch({ lastName: null })).credentials).toHaveLength(1)
    // Whoever takes all cards from somebody has to be able to rely on it.
    expect(await patch({ credentials: [] })).toMatchObject({ firstName: 'Bo', lastName: '', credentials: [] })
    const { json } = await rig.call('PATCH', 'settings', { retention: { days: 90, atLeast: 20_000 } })
    expect(json.retention).toEqual({ days: 90, atLeast: 20_000, atMost: null })
    expect((await rig.call('PATCH', 'settings', { retention: { days: null } })).json.retention).toMatchObject({ days: 30, atLeast: 20_000 })
    expect((await rig.call('PATCH', 'settings', { retention: null })).json.retention).toMatchObject({ days: 30, atLeast: 10_000 })
  })

  it('takes PINs in and gives hashes out; lengths and doubles are judged [P11, P12]', async () => {
    const give = (who: string, body: object) => rig.call('POST', `cardholders/${who}/credentials`, { type: 'pin', ...body })
    const given = await give('bo', { pin: '4711', duressPin: '4712' })
    expect(given.status).toBe(201)
    expect(given.json).toMatchObject({ pinHash: expect.stringMatching(/^[0-9a-f]{64}$/), duressPinHash: expect.any(String) })
    // Hashes and ids may hold the same four digits by chance.
    expect(JSON.stringify(rig.store.sql.prepare('select body from cardholders').all())).not.toMatch(/"(4711|4712)\\?"/)
    expect(errors(await give('clara', { pin: '471' }))).toEqual(['pin'])
    expect(errors(await give('clara', { pin: '1234', duressPin: '1234' }))).toEqual(['duressPin'])
    expect(errors(await give('clara', { pin: 'four', colour: 'red' }))).toEqual(['pin', 'colour'])
    expect((await give('clara', { pin: '4712' })).status).toBe(201)
    const alone = await rig.call('PATCH', 'doors/shop', { identificationProfile: 'card-or-pin' })
    expect([alone.status, errors(alone)]).toEqual([400, ['identificationProfile']])
    await rig.call('PUT', `cardholders/clara/credentials/${(await rig.call('GET', 'cardholders/clara')).json.credentials[1].id}`, {
      type: 'pin',
      pin: '9000',
    })
    expect((await rig.call('PATCH', 'doors/shop', { identificationProfile: 'card-or-pin' })).status).toBe(200)
    expect(errors(await give('amber', { pin: '4712' }))).toEqual(['pinHash'])
  })

  it('removes a person with their memberships and mentions, and suspends their visitors', async () => {
    await rig.call('POST', 'cardholders', { id: 'guest', visit: { host: 'amber', until: '2030-01-01T00:00' } })
    expect(errors(await rig.call('POST', 'cardholders', { id: 'other', visit: { host: 'nobody', until: '2030-01-01T00:00' } }))).toEqual([
      'visit.host',
    ])
    expect((await rig.call('DELETE', 'cardholders/amber')).status).toBe(204)
    expect((await rig.call('GET', 'groups/staff')).json.members).toEqual(['bo', 'clara', 'dagny'])
    expect((await rig.call('GET', 'access-rules/amber-everywhere')).json).toMatchObject({ cardholders: [], incomplete: true })
    expect((await rig.call('GET', 'cardholders/guest')).json).toMatchObject({ visit: null, suspended: true })
  })

  it('finds by any word of names, numbers, mail, fields and credentials, a page at a time [T16]', async () => {
    const find = async (q: string) =>
      (await rig.call('GET', `cardholders?q=${encodeURIComponent(q)}`)).json.items.map((p: { id: string }) => p.id)
    expect(await find('hol')).toEqual(['amber'])
    expect(await find('amber holm')).toEqual(['amber'])
    expect(await find('e1002')).toEqual(['bo'])
    expect(await find('64332')).toEqual(['amber'])
    expect(await find('SALES')).toEqual(['bo'])
    expect(await find('100%')).toEqual([])
    const first = (await rig.call('GET', 'cardholders?limit=4')).json
    expect([first.items.length, first.partial]).toEqual([4, true])
    const rest = (await rig.call('GET', `cardholders?limit=4&after=${first.next}`)).json
    expect([rest.items.length, rest.partial, rest.next]).toEqual([2, false, null])
    expect((await rig.call('GET', 'cardholders?after=nonsense')).json.errors[0].path).toBe('after')
  })

  it('keeps a picture as jpg, png or bmp, and nothing else [T17]', async () => {
    const put = (bytes: Buffer, type: string) =>
      rig.api.inject({
        method: 'PUT',
        url: '/api/v1/cardholders/bo/picture',
        headers: { authorization: `Bearer ${rig.token}`, 'content-type': type },
        payload: bytes,
      })
    const badge = new Jimp({ width: 1_000, height: 500, color: 0x336699ff })
    // What a file is, its bytes say: a bmp may be called whatever its sender likes.
    expect((await put(await badge.getBuffer('image/bmp'), 'application/octet-stream')).statusCode).toBe(204)
    const got = await rig.call('GET', 'cardholders/bo/picture')
    expect([got.status, got.headers['content-type']]).toEqual([200, 'image/jpeg'])
    for (const [accept, type] of [
      ['image/png', 'image/png'],
      ['image/bmp;q=0.9, text/html', 'image/bmp'],
      ['image/png, */*', 'image/jpeg'],
      ['image/gif', 'image/jpeg'],
    ] as const) {
      const { headers, rawPayload } = await rig.api.inject({
        url: '/api/v1/cardholders/bo/picture',
        headers: { authorization: `Bearer ${rig.token}`, accept },
      })
      const { width, height, mime } = await Jimp.fromBuffer(rawPayload)
      expect([headers['content-type'], mime?.replace('x-ms-', ''), width, height, headers.vary]).toEqual([type, type, 640, 320, 'accept'])
      expect(headers.etag === got.headers.etag).toBe(type === 'image/jpeg')
    }
    const { json } = await rig.call('GET', 'cardholders/bo/data')
    const kept = await Jimp.fromBuffer(Buffer.from(json.picture.base64, 'base64'))
    expect([json.picture.mediaType, kept.width, kept.height]).toEqual(['image/jpeg', 640, 320])
    expect((await rig.call('GET', 'cardholders/bo/picture', undefined, { 'if-none-match': String(got.headers.etag) })).status).toBe(304)
    expect((await put(Buffer.from('<svg/>'), 'image/png')).statusCode).toBe(415)
    const broken = await put((await badge.getBuffer('image/png')).subarray(0, 60), 'image/png')
    expect([broken.statusCode, broken.json().detail]).toEqual([400, expect.stringContaining('cannot be read')])
    expect((await rig.call('GET', 'cardholders/bo/picture')).headers.etag).toBe(got.headers.etag)
    expect((await put(Buffer.from('<svg/>'), 'image/svg+xml')).statusCode).toBe(415)
    expect((await put(Buffer.concat([Buffer.from('BM'), Buffer.alloc(20 * 1_048_576)]), 'image/bmp')).statusCode).toBe(413)
    expect((await rig.call('GET', 'cardholders/bo')).json.links.map((l: { rel: string }) => l.rel)).toContain('picture')
    const stale = { 'if-match': '"0"' }
    expect((await rig.call('DELETE', 'cardholders/bo/picture', undefined, stale)).json.code).toBe('lost-update')
    const refused = await rig.api.inject({
      method: 'PUT',
      url: '/api/v1/cardholders/bo/picture',
      headers: { authorization: `Bearer ${rig.token}`, 'content-type': 'image/png', ...stale },
      payload: await badge.getBuffer('image/png'),
    })
    expect([refused.statusCode, refused.json().code]).toEqual([412, 'lost-update'])
    expect((await rig.call('DELETE', 'cardholders/bo/picture', undefined, { 'if-match': String(got.headers.etag) })).status).toBe(204)
    expect((await rig.call('GET', 'cardholders/bo/picture')).status).toBe(404)
  })

  it('gives out everything about one person, and erases it: names leave everything, the id stays in the log', async () => {
    const event = rig.tell('access.granted', { door: 'front', side: 'a', cardholder: 'frida', credential: 'frida-card' })
    await rig.call('PATCH', 'cardholders/frida', { email: 'frida@example.com' })
    const { json } = await rig.call('GET', 'cardholders/frida/data')
    expect(json).toMatchObject({ cardholder: { lastName: 'Ek' }, events: [{ id: event.id }] })
    expect((await rig.call('DELETE', 'cardholders/frida/data')).status).toBe(204)
    expect((await rig.call('GET', 'cardholders/frida')).status).toBe(404)
    expect((await rig.call('GET', `events/${event.id}`)).json.cardholder).toBe('frida')
    rig.store.sql.pragma('wal_checkpoint(TRUNCATE)')
    const everything = JSON.stringify(
      (rig.store.sql.prepare("select name from sqlite_master where type = 'table'").all() as { name: string }[]).map(({ name }) =>
        rig.store.sql.prepare(`select * from ${name}`).all(),
      ),
    )
    expect(everything).not.toMatch(/Frida|Ek"|frida@example/)
  })

  it('keeps nothing readable of who is erased, in no file, nor the picture of who is only removed', async () => {
    const person = {
      firstName: 'Eva',
      lastName: 'Overwritten',
      credentials: [{ id: 'eva-card', type: 'card', cardNumber: '9', bitLength: 26 }],
    }
    await rig.call('PUT', 'cardholders/eva', person)
    await rig.call('PATCH', 'cardholders/eva', { email: 'overwritten@example.com' })
    const bytes = await new Jimp({ width: 40, height: 40, color: 0xff0000ff }).getBuffer('image/png')
    const headers = { authorization: `Bearer ${rig.token}`, 'content-type': 'image/png' }
    await rig.api.inject({ method: 'PUT', url: '/api/v1/cardholders/eva/picture', headers, payload: bytes })
    expect((await rig.call('GET', 'cardholders/eva/picture')).status).toBe(200)
    await rig.call('DELETE', 'cardholders/eva')
    expect((await rig.call('GET', 'cardholders/eva/picture')).status).toBe(404)
    expect((await rig.call('DELETE', 'cardholders/eva/data')).status).toBe(204)
    expect((await rig.call('GET', 'audit-log?limit=1')).json.items[0].message).toBe('Erased cardholder eva, who had been removed before')
    const files = readdirSync(rig.directory).map(name => readFileSync(join(rig.directory, name), 'latin1'))
    expect(files.filter(text => /overwritten/i.test(text))).toEqual([])
  })
})

describe('the site', () => {
  it('refuses to remove what is used, and says by whom [M7]', async () => {
    const used = async (path: string) => (await rig.call('DELETE', path)).json
    expect(await used('schedules/office-hours')).toMatchObject({ code: 'in-use', users: ['access rule staff-office'] })
    expect((await used('doors/front')).users).toEqual(['zone office', 'access rule amber-everywhere', 'access rule guards-rounds'])
    expect((await used('controllers/ctrl-1')).users).toEqual(['door front', 'door archive'])
    expect((await used('groups/staff')).users).toEqual(['access rule staff-office', 'access rule staff-shop'])
  })

  it('loses no update of the settings', async () => {
    const { headers } = await rig.call('GET', 'settings')
    const tag = { 'if-match': String(headers.etag) }
    const changed = await rig.call('PATCH', 'settings', { retention: { days: 31 } }, tag)
    expect([changed.status, changed.json.retention.days]).toEqual([200, 31])
    expect((await rig.call('PATCH', 'settings', { site: { name: 'Other' } }, tag)).json.code).toBe('lost-update')
    expect((await rig.call('GET', 'settings')).headers.etag).toBe(changed.headers.etag)
  })

  it('judges an edit as it would a file, naming the field, and changes nothing then', async () => {
    const { revision } = (await rig.call('GET', 'configuration')).json
    const paths = async (url: string, body: object) => errors(await rig.call('PATCH', url, body))
    expect(await paths('doors/front', { identificationProfile: 'nope' })).toEqual(['identificationProfile'])
    expect(await paths('doors/front', { locks: { primary: { relay: 'relay-2' } } })).toHaveLength(1)
    expect(await paths('doors/front', { accessTime: -1 })).toEqual(['accessTime'])
    expect(await paths('zones/office', { antiPassback: { mode: 'hard' } })).not.toHaveLength(0)
    expect(await paths('settings', { site: { timeZone: 'Mars/Olympus' } })).toEqual(['site.timeZone'])
    expect(await paths('access-rules/staff-office', { groups: ['nobody'] })).toHaveLength(1)
    expect((await rig.call('GET', 'configuration')).json.revision).toBe(revision)
  })

  it('lists rules that lack somebody, somewhere or some time [P24, P25]', async () => {
    await rig.call('POST', 'access-rules', { id: 'half', groups: ['staff'], doors: ['front'] })
    const ids = async (query: string) =>
      (await rig.call('GET', `access-rules?incomplete=${query}`)).json.items.map((r: { id: string }) => r.id)
    expect(await ids('true')).toEqual(['half'])
    expect(await ids('false')).not.toContain('half')
  })

  it('is written as it was read, and read again is equal', () => {
    const site = demoSite()
    expect(same(wholeSite(rig.plugin.book), site)).toBe(true)
    expect(checkSite(site).filter(p => p.severity === 'error')).toEqual([])
  })

  it('is replaced by a file as one revision, and an equal file makes none', () => {
    const { book } = rig.plugin
    const before = book.current().revision
    const site = demoSite()
    expect(importSite(book, site, note)).toMatchObject({ ok: true, changes: [] })
    expect(book.current().revision).toBe(before)
    const other = {
      ...site,
      cardholders: site.cardholders.filter(c => c.id !== 'emil'),
      groups: site.groups.map(g => ({ ...g, members: g.members.filter(m => m !== 'emil') })),
    }
    expect(importSite(book, other, note).ok).toBe(true)
    expect(book.current().revision).toBe(before + 1)
    expect(same(wholeSite(book), other)).toBe(true)
    expect(importSite(book, site, note).ok).toBe(true)
    expect(book.people.get('emil')?.holder.lastName).toBe('Vagt')
  })

  it('finds people whatever their accents', async () => {
    const names = { first: 'Guðrún Æsa', last: 'Ólafsdóttir-Łukasiewicz' }
    expect((await rig.call('POST', 'cardholders', { id: 'gudrun', firstName: names.first, lastName: names.last })).status).toBe(201)
    const found = async (text: string) =>
      (await rig.call('GET', `cardholders?q=${encodeURIComponent(text)}`)).json.items.map((each: { id: string }) => each.id)
    for (const text of ['olafs', 'ÓLAFS', 'Ólafs'.normalize('NFD'), 'gudrun aesa', 'lukasiewicz', 'Łukasiewicz'])
      expect(await found(text), text).toEqual(['gudrun'])
    expect(await found('olofs')).toEqual([])
  })

  it('searches and edits among 100,000 people', async () => {
    const { book } = rig.plugin
    const site = demoSite()
    const cardholders = [
      ...site.cardholders,
      ...Array.from({ length: 100_000 }, (_, i) => ({
        ...site.cardholders[1]!,
        id: `p-${i}`,
        cardholderId: `N${i}`,
        firstName: `First${i}`,
        lastName: `Last${(i * 7919) % 100_000}`,
        credentials: [
          {
            id: `p-${i}-card`,
            type: 'card' as const,
            name: 'Badge',
            cardNumber: String(1_000_000 + i),
            bitLength: 26,
            validTo: { kind: 'none' as const },
          },
        ],
      })),
    ]
    expect(importSite(book, { ...site, cardholders }, note).ok).toBe(true)
    const ask = async (method: string, url: string, body?: object) => {
      const answer = await rig.call(method, url, body)
      expect(answer.status).toBe(200)
      return answer.json
    }
    expect((await ask('GET', 'cardholders?q=first99999&limit=20')).items).toHaveLength(1)
    expect(await ask('GET', 'cardholders?q=last&limit=20')).toMatchObject({ partial: true })
    await ask('PATCH', 'cardholders/p-500', { suspended: true })
    // Few of them may open the door: nobody else is looked at.
    const began = performance.now()
    const who = await ask('GET', 'doors/front/who?at=2026-03-04T10:00:00Z')
    expect(new Set(who.items.map((each: { cardholder: string }) => each.cardholder))).toEqual(new Set(['amber', 'bo', 'clara']))
    expect(performance.now() - began).toBeLessThan(1_000)
  }, 120_000)
})
