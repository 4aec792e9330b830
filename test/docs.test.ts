import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { problems } from '../plugin/api/problem.ts'
import { eventTypes } from '../shared/event.ts'
import { reasons } from '../shared/reason.ts'
import { clientTypes, conformancePage, conformancePath, referencePage, referencePath, sitePage, sitePath, typesPath } from './docs.ts'

it('the committed reference is what the code says; `npm run docs` writes it anew', () => {
  expect(readFileSync(referencePath, 'utf8')).toBe(referencePage())
  expect(readFileSync(sitePath, 'utf8')).toBe(sitePage())
  expect(readFileSync(conformancePath, 'utf8')).toBe(conformancePage())
})

it('the types of the client are those of the API; `npm run docs` writes them anew', async () => {
  expect(readFileSync(typesPath, 'utf8') === (await clientTypes()), 'plugin/client/api-types.ts is not up to date').toBe(true)
})

it('the reference knows every event, reason and problem code, each once', () => {
  const page = referencePage()
  for (const name of [...Object.keys(eventTypes), ...Object.keys(reasons), ...Object.keys(problems)]) {
    expect(page.split(`| \`${name}\` |`).length - 1, name).toBeGreaterThanOrEqual(1)
  }
})
