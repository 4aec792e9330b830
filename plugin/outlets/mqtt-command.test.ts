import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commandRefusals, readCommand } from './mqtt-command.ts'
import { mqttFields, mqttSecretFields } from './mqtt-settings.ts'

const now = Date.parse('2026-11-30T12:00:00Z')
const at = (ms: number) => new Date(now + ms).toISOString()
const read = (body: unknown, { retained = false, payload = Buffer.from(JSON.stringify(body)) } = {}) => readCommand(payload, retained, now)
const grant = { action: 'grant', issuedAt: at(-200) }
const reason = (result: ReturnType<typeof read>) => (result.ok ? undefined : result.reason)

describe('a command over MQTT', () => {
  it('is read with all it may say', () => {
    const whole = { ...grant, seconds: 12, reason: 'parcel', onBehalfOf: 'anna', correlation: 'c-1' }
    expect(read(whole)).toEqual({ ok: true, command: whole, validForMs: 4_000 })
    expect(read({ ...grant, issuedAt: '2026-11-30T13:00:00.123456+01:00' }).ok).toBe(true)
  })

  it('is refused when it is retained, however fresh', () => {
    expect(reason(read(grant, { retained: true }))).toBe('retained')
  })

  it.each<[string, unknown]>([
    ['no time', { action: 'grant' }],
    ['no action', { issuedAt: at(0) }],
    ['an unknown action', { ...grant, action: 'open' }],
    ['an unknown field', { ...grant, element: 'front' }],
    ['a time without offset', { ...grant, issuedAt: '2026-11-30T12:00:00' }],
    ['seconds that are none', { ...grant, seconds: 0 }],
    ['seconds for anything but a grant', { ...grant, action: 'unlock', seconds: 3 }],
    ['a correlation that is no text', { ...grant, correlation: 7 }],
    ['a list', [grant]],
    ['null', null],
  ])('is refused with %s, and told what is wrong', (_, body) => {
    const result = read(body)
    expect(reason(result)).toBe('unreadable')
    expect(!result.ok && result.detail.length).toBeGreaterThan(10)
  })

  it('is refused when it is no JSON, no UTF-8, or too long', () => {
    for (const payload of ['grant', '', '{', 'LOCK']) expect(reason(read(undefined, { payload: Buffer.from(payload) }))).toBe('unreadable')
    expect(reason(read(undefined, { payload: Buffer.from([0xff, 0xfe]) }))).toBe('unreadable')
    expect(reason(read({ ...grant, reason: 'x'.repeat(20_000) }))).toBe('unreadable')
  })

  it('tells which command it was that is refused', () => {
    expect(read({ action: 'grant', correlation: 'c-9' })).toMatchObject({ ok: false, correlation: 'c-9' })
    expect(read({ action: 'grant' })).toMatchObject({ ok: false, correlation: null })
  })

  it('never has longer to act than 5 s from when it was asked for', () => {
    fc.assert(
      fc.property(fc.integer({ min: -20_000, max: 20_000 }), age => {
        const result = read({ ...grant, issuedAt: at(-age) })
        if (age > 4_000) expect(reason(result)).toBe('stale')
        else if (age < -1_000) expect(reason(result)).toBe('clock-ahead')
        else expect(result.ok && Math.max(0, age) + result.validForMs).toBeLessThan(5_000)
        if (result.ok) expect(result.validForMs).toBeGreaterThanOrEqual(500)
      }),
    )
  })

  it('is never an exception', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map(text => Buffer.from(text)),
        ),
        fc.boolean(),
        (payload, retained) => {
          expect(readCommand(payload, retained, now).ok).toBe(false)
        },
      ),
    )
  })
})

it('is told in the manual, with every reason of a refusal and everything that can be set', () => {
  const manual = readFileSync(new URL('../../docs/outlets.md', import.meta.url), 'utf8')
  const names = [...Object.keys(commandRefusals), ...Object.keys(mqttFields), ...Object.keys(mqttSecretFields)]
  expect(names.filter(name => !manual.includes(`\`${name}\``))).toEqual([])
})
