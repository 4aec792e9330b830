import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formats } from './index.ts'

const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
const directory = mkdtempSync(join(tmpdir(), 'wiegand-package-'))
const examples = [...readme.matchAll(/^## ([^\n]+)\n(?:(?!^## ).)*?```ts\n(.*?)```/gms)].map(([, title, code]) => [title!, code!] as const)

describe('the package', () => {
  // Packed, installed where nothing else is, and run by plain Node, as somebody else would.
  beforeAll(() => {
    const root = fileURLToPath(new URL('..', import.meta.url))
    execFileSync('npm', ['pack', '--silent', '-w', 'wiegand', '--pack-destination', directory], { cwd: root })
    const tarball = readdirSync(directory).find(name => name.endsWith('.tgz'))!
    writeFileSync(join(directory, 'package.json'), '{"private":true,"type":"module"}')
    execFileSync('npm', ['install', '--silent', '--offline', '--no-audit', '--no-fund', `./${tarball}`], { cwd: directory })
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  it('holds what is needed and nothing else', () => {
    const inside = readdirSync(join(directory, 'node_modules/wiegand')).sort()
    expect(inside).toEqual(['LICENSE', 'README.md', 'dist', 'package.json'])
    expect(readdirSync(join(directory, 'node_modules/wiegand/dist')).filter(name => !/\.(js|d\.ts)$/.test(name))).toEqual([])
    expect(readdirSync(join(directory, 'node_modules')).filter(name => !name.startsWith('.'))).toEqual(['wiegand'])
  })

  it('has an example for each part', () => {
    expect(examples.map(([title]) => title)).toEqual([
      'Decode',
      'Formats of your own',
      'The doctor',
      'Pulses',
      'Keypads',
      'Before a format changes',
    ])
    expect(readme).toContain(`${formats.length} predefined layouts`)
    const unverified = formats.filter(format => format.unverified).map(format => `\`${format.id}\``)
    expect(unverified.filter(id => !readme.includes(id))).toEqual([])
  })

  it.each(examples)('runs the example: %s', (_, code) => {
    const file = join(directory, 'example.mjs')
    writeFileSync(file, code)
    const printed = execFileSync('node', [file], { cwd: directory, encoding: 'utf8' })
    const promised = [...code.matchAll(/^\/\/ => (.*)$/gm)].map(([, text]) => text)
    expect(printed.trimEnd().split('\n')).toEqual(promised)
  })
})
