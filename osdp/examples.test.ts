import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
const index = new URL('index.ts', import.meta.url).href
const folder = mkdtempSync(join(tmpdir(), 'osdp-readme-'))
afterAll(() => rmSync(folder, { recursive: true }))

const examples = [...readme.matchAll(/^## (.+?)$|^```ts\n(.*?)^```$/gms)].reduce<{
  heading: string
  found: { heading: string; code: string }[]
}>(
  ({ heading, found }, [, title, code]) =>
    title === undefined ? { heading, found: [...found, { heading, code: code! }] } : { heading: title, found },
  { heading: '', found: [] },
).found

describe('README', () => {
  it('has an example for each part', () =>
    expect(examples.map(({ heading }) => heading)).toEqual(expect.arrayContaining(['Frames', 'Messages', 'Secure Channel', 'Captures'])))

  it.each(examples)('the example of $heading runs and prints what it says', ({ code }) => {
    const file = join(folder, 'example.mts')
    writeFileSync(file, code.replaceAll("from 'osdp'", `from '${index}'`))
    const printed = execFileSync(process.execPath, ['--import', 'tsx', file], { encoding: 'utf8' })
    const promised = [...code.matchAll(/\/\/ => (.*)$/gm)].map(([, text]) => text)
    expect(printed.trimEnd().split('\n')).toEqual(promised)
  })
})
