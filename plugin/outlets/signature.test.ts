import { expect, it } from 'vitest'
import { sign, verify } from './signature.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const id = 'msg_p5jXN8AQM9LWM0D4loKWxJek'
const at = 1_614_265_330
const body = '{"test": 2432232314}'
const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='

it('signs the published example of Standard Webhooks', () => {
  expect(sign([secret], id, at, body)).toBe(signature)
})

it('verifies what was signed lately with the secret, and nothing else', () => {
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,AAAA ${signature}` }
  const proves = (changed: object = {}, text = body, now = at + 299, by = secret) => verify(by, { ...headers, ...changed }, text, now)
  expect(proves()).toBe(true)
  expect(proves({}, Buffer.from(body) as never)).toBe(true)
  expect(proves({ 'webhook-signature': 'v1,AAAA' })).toBe(false)
  expect(proves({ 'webhook-id': 'another' })).toBe(false)
  expect(proves({ 'webhook-timestamp': String(at + 1) })).toBe(false)
  expect(proves({ 'webhook-timestamp': `${at} ` })).toBe(false)
  expect(proves({ 'webhook-signature': undefined })).toBe(false)
  expect(proves({}, `${body} `)).toBe(false)
  expect(proves({}, body, at + 301)).toBe(false)
  expect(proves({}, body, at - 301)).toBe(false)
  expect(proves({}, body, at, 'whsec_AAAAAAAAAAAAAAAAAAAAAAAA')).toBe(false)
})
