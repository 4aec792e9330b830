import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { sign } from '../../plugin/outlets/signature.ts'
import { placeholderNames } from '../../plugin/outlets/template.ts'

const page = readFileSync(new URL('../../docs/outlets.md', import.meta.url), 'utf8')

it('the receiver of the manual verifies what is signed, and nothing else', async () => {
  const code = /```js\n(.*?)```/s.exec(page)?.[1] ?? ''
  const { verify } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
    verify(secret: string, headers: Record<string, string>, body: string, now: number): boolean
  }
  const now = 1_700_000_000
  for (const secret of ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'a-secret-of-our-own']) {
    const signed = sign(['another-secret-here', secret], 'e1', now, 'body')
    const proves = (changed: object = {}, body = 'body', at = now) =>
      verify(secret, { 'webhook-id': 'e1', 'webhook-timestamp': String(now), 'webhook-signature': signed, ...changed }, body, at)
    expect(proves()).toBe(true)
    expect(proves({ 'webhook-id': 'e2' })).toBe(false)
    expect(proves({}, 'other')).toBe(false)
    expect(proves({}, 'body', now + 301)).toBe(false)
    expect(proves({ 'webhook-timestamp': 'x' })).toBe(false)
    expect(proves({ 'webhook-signature': sign(['another-secret-here'], 'e1', now, 'body') })).toBe(false)
  }
})

it('the manual names every placeholder', () => {
  const named = [...page.slice(page.indexOf('Placeholders:')).matchAll(/`\{(\w+)\}`/g)].map(match => match[1])
  expect(named).toEqual(expect.arrayContaining(placeholderNames))
})
