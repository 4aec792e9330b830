/// <reference lib="dom" />
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { client, startProvider, type TestProvider } from '../api/oidc-provider.ts'
import { openBrowser } from './browser.ts'
import { startServer } from './server.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8')

let server: Awaited<ReturnType<typeof startServer>>
let provider: TestProvider
beforeAll(async () => {
  server = await startServer()
  const address = new URL(server.url).origin
  provider = await startProvider(`${address}/signin-oidc`)
  const api = async (method: string, path: string, body: object, token = '') => {
    const response = await fetch(`${address}/api/v1/${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    })
    expect(response.status, path).toBe(200)
    return (await response.json()) as { token: string }
  }
  const { token } = await api('POST', 'session', { user: 'admin', password: server.password })
  await api(
    'PUT',
    'identity-provider',
    {
      name: 'Contoso Facility Services',
      issuer: provider.issuer,
      clientId: client.id,
      clientSecret: client.secret,
      address,
      scopes: ['profile', 'groups'],
      mappings: [{ claim: 'groups', values: ['guards'], role: 'operator' }],
    },
    token,
  )
})
afterAll(async () => {
  await server.stop()
  await provider.stop()
})

async function throughProvider(page: Page, person: string): Promise<void> {
  await page.goto(server.url)
  await page.getByRole('button', { name: 'Sign in with Contoso Facility Services' }).click()
  await page.locator('input[name=login]').fill(person)
  await page.locator('input[name=password]').fill('any')
  await page.locator('button[type=submit]').click()
}

describe.each([false, true])('signing in through a provider (phone: %s)', phone => {
  it('leads to the doors, with nothing of it left in the address, and says why where it does not', async () => {
    provider.people.set('jo', { preferred_username: 'Jo Berg', groups: ['guards'] })
    provider.people.set('eve', { preferred_username: 'Eve', groups: [] })
    const { page, close } = await openBrowser({ phone })
    try {
      await page.goto(server.url)
      await page.getByRole('button', { name: /^Sign in with/ }).waitFor()
      expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0)
      await page.evaluate(axe)
      const faults = await page.evaluate(async () =>
        (await (window as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } }).axe.run()).violations.map(v => v.id),
      )
      expect(faults).toEqual([])

      await throughProvider(page, 'eve')
      await page
        .getByRole('alert')
        .getByText(/no role of this system/)
        .waitFor()
      expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/')

      await throughProvider(page, 'jo')
      await page.locator('[data-door=front]').waitFor()
      await page.getByText('Jo Berg').first().waitFor({ state: 'attached' })
      expect(page.url()).toBe(server.url)
      await page.reload()
      await page.locator('[data-door=front]').waitFor()
    } finally {
      await close()
    }
  })
})
