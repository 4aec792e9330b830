import { expect, it } from 'vitest'
import { isExposed, isLoopback } from './address.ts'

it('this machine is known by its addresses, not by how a name begins', () => {
  for (const host of ['127.0.0.1', '127.255.0.9', '::1', '[::1]', '::ffff:127.0.0.1', 'localhost'])
    expect(isLoopback(host), host).toBe(true)
  for (const host of [
    '127.0.0.1.evil.example',
    '127.evil.example',
    'localhost.evil.example',
    '0.0.0.0',
    '::',
    '10.127.0.1',
    '1127.0.0.1',
    '',
  ])
    expect(isLoopback(host), host).toBe(false)
})

it('what leaves the machine without TLS is exposed', () => {
  for (const url of ['mqtt://broker:1883', 'http://192.0.2.1', 'mqtt://127.evil.example', 'http://[2001:db8::1]:80'])
    expect(isExposed(url), url).toBe(true)
  for (const url of [
    'mqtts://broker:8883',
    'https://192.0.2.1',
    'mqtt://127.0.0.1:1',
    'http://[::1]:80',
    'http://localhost',
    'mqtt://a:b:c',
  ])
    expect(isExposed(url), url).toBe(false)
})
