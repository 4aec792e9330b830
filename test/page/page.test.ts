/// <reference lib="dom" />
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openBrowser } from './browser.ts'
import { startServer } from './server.ts'

// Evaluated, not added as a script: the page's own policy lets no foreign script in.
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8')

/** What axe finds on the page as it is. */
async function faults(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const { violations } = await (
      window as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
    ).axe.run()
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' | ')}`)
  })
}

async function signIn(page: Page, url: string, password: string, name = 'admin'): Promise<void> {
  await page.goto(url)
  await page.getByLabel('User name').fill(name)
  await page.locator('input[name=password]').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

describe('the page in a real browser', () => {
  let server: Awaited<ReturnType<typeof startServer>>
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(async () => {
    await server.stop()
  })

  it('leads from sign-in to a granted swipe, live, and says why', async () => {
    const { page, close } = await openBrowser()
    try {
      const errors: string[] = []
      page.on('pageerror', error => errors.push(error.message))
      // What the policy of the page stops is said at the console only.
      page.on('console', message => {
        if (message.text().includes('Content Security Policy')) errors.push(message.text())
      })
      await signIn(page, server.url, 'not the password')
      await page.getByRole('alert').getByText(/wrong/i).waitFor()
      expect(await faults(page)).toEqual([])

      await signIn(page, server.url, server.password)
      const front = page.locator('[data-door=front]')
      await front.getByText('Locked', { exact: true }).waitFor()
      await page.getByRole('status').getByText('Live').waitFor()
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme })
        await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor()
        expect(await faults(page)).toEqual([])
      }

      await front.getByRole('button', { name: /^Present a card/ }).click()
      await page.getByRole('combobox', { name: 'Card' }).click()
      await page.getByRole('option', { name: /Amber/ }).first().click()
      await page.getByRole('button', { name: 'Present', exact: true }).click()
      const granted = page.locator('[data-event="access.granted"]').first()
      await granted.waitFor()
      await front.getByText('Unlocked', { exact: true }).waitFor()

      await granted.getByRole('button').click()
      const drawer = page.getByRole('dialog', { name: 'Access granted' })
      await drawer.getByText('What was checked').waitFor()
      for (const check of ['format', 'credential', 'access rule']) await drawer.getByText(check, { exact: true }).first().waitFor()
      expect(await faults(page)).toEqual([])
      expect(errors).toEqual([])
    } finally {
      await close()
    }
  })

  it('takes commands, and shows what came of them', async () => {
    const { page, close } = await openBrowser()
    try {
      await signIn(page, server.url, server.password)
      const archive = page.locator('[data-door=archive]')
      await archive.getByRole('button', { name: 'Lockdown' }).click()
      await archive.getByText('Lockdown', { exact: true }).first().waitFor()
      await archive.getByRole('button', { name: 'Grant access' }).click()
      await archive
        .getByRole('alert')
        .getByText(/lockdown/i)
        .waitFor()
      await archive.getByRole('button', { name: 'Reset' }).click()
      await archive.locator('text=Lockdown >> nth=1').waitFor({ state: 'detached' })
    } finally {
      await close()
    }
  })

  /** One request as the administrator, beside the page. */
  async function ask(method: string, path: string, body: object): Promise<void> {
    const send = (how: string, where: string, what: object, token?: string) =>
      fetch(new URL(`api/v1/${where}`, server.url), {
        method: how,
        headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
        body: JSON.stringify(what),
      })
    session ??= ((await (await send('POST', 'session', { user: 'admin', password: server.password })).json()) as { token: string }).token
    const answer = await send(method, path, body, session)
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`)
  }
  let session: string | undefined

  it('is live for who may see doors and no people', async () => {
    await ask('PUT', 'roles/watcher', { name: 'Watcher', rights: [{ right: 'use-access-control' }] })
    await ask('POST', 'users', { name: 'few', password: 'three plain words', roles: ['watcher'] })
    const { page, close } = await openBrowser()
    try {
      await signIn(page, server.url, 'three plain words', 'few')
      await page.getByRole('status').getByText('Live').waitFor()
      expect(await page.locator('[data-door=front]').getByRole('button').count()).toBe(0)
      expect(await page.getByRole('alert').count()).toBe(0)
      const more = ['use-access-control', 'operate-doors'].map(right => ({ right }))
      await ask('PUT', 'roles/watcher', { name: 'Watcher', rights: more })
      await page.locator('[data-door=front]').getByRole('button', { name: 'Grant access' }).waitFor()
    } finally {
      await close()
    }
  })

  it('names whoever is in an event, however many people there are', async () => {
    const many = Array.from({ length: 100 }, (_, i) => ask('POST', 'cardholders', { firstName: 'Aa', lastName: `Aa${i}` }))
    await Promise.all(many)
    const credentials = [{ id: 'zoe-card', type: 'card', bitLength: 26, facilityCode: '12', cardNumber: '7001' }]
    await ask('POST', 'cardholders', { firstName: 'Zoe', lastName: 'Zz', credentials })
    await vi.waitFor(() => ask('POST', 'emulator/swipe', { reader: 'front-in', card: 'zoe-card' }), 10_000)
    const { page, close } = await openBrowser()
    try {
      await signIn(page, server.url, server.password)
      await page.locator('[data-event="access.denied"]').getByText('Zoe Zz').first().waitFor()
      await page
        .locator('[data-door=archive]')
        .getByRole('button', { name: /^Present a card/ })
        .first()
        .click()
      await ask('POST', 'cardholders', {
        firstName: 'Yva',
        lastName: 'Zz',
        credentials: [{ ...credentials[0], id: 'yva-card', cardNumber: '7002' }],
      })
      await page.getByRole('combobox', { name: 'Card' }).fill('yva')
      await page.getByRole('option', { name: /Yva Zz/ }).waitFor()
    } finally {
      await close()
    }
  })

  it('says nothing of what it has not read, and comes up by itself once the server answers', async () => {
    const { page, close } = await openBrowser()
    try {
      await signIn(page, server.url, server.password)
      await page.getByRole('status').getByText('Live').waitFor()
      await page.route('**/api/v1/**', route => route.abort())
      await page.reload()
      await page.getByRole('alert').getByText('The server does not answer').waitFor()
      expect(await page.getByText('Nothing has happened').count()).toBe(0)
      await page.unroute('**/api/v1/**')
      await page.getByRole('status').getByText('Live').waitFor()
      expect(await page.getByRole('alert').count()).toBe(0)
    } finally {
      await close()
    }
  })

  it('fits a phone', async () => {
    const { page, close } = await openBrowser({ phone: true })
    try {
      await signIn(page, server.url, server.password)
      await page.locator('[data-door=front]').waitFor()
      const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      expect(await overflow()).toBe(0)
      expect(await faults(page)).toEqual([])
      await page.getByText('Events', { exact: true }).first().click()
      await page.locator('[data-event]').first().waitFor()
      expect(await overflow()).toBe(0)
      expect(await faults(page)).toEqual([])
    } finally {
      await close()
    }
  })
})
