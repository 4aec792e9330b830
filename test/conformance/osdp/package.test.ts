import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'osdp-package-'))
const app = join(folder, 'app')
const run = (command: string, args: readonly string[], cwd: string) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

beforeAll(() => {
  run('npm', ['pack', '-w', 'osdp', '--pack-destination', folder], process.cwd())
  mkdirSync(app)
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'app', private: true, type: 'module' }))
  const [tarball] = readdirSync(folder).filter(name => name.endsWith('.tgz'))
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(folder, tarball!)], app)
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true }))

describe('the packed package', () => {
  it('brings no other package along, and its licence and README', () => {
    expect(readdirSync(join(app, 'node_modules')).filter(name => !name.startsWith('.'))).toEqual(['osdp'])
    const files = readdirSync(join(app, 'node_modules/osdp'))
    expect(files.sort()).toEqual(['LICENSE', 'README.md', 'api.md', 'dist', 'package.json'])
    expect(readdirSync(join(app, 'node_modules/osdp/dist')).filter(name => name.includes('.test.'))).toEqual([])
  })

  it('runs alone, without serialport', () => {
    writeFileSync(
      join(app, 'main.js'),
      `import { createDecoder, createFeed, feed, follow, fromHex } from 'osdp'
       for (const received of feed(createFeed(), fromHex('ff530108000460ba00'))) console.log(follow(createDecoder(), received).text)`,
    )
    expect(run(process.execPath, ['main.js'], app)).toBe('>   1 #0 crc clear POLL\n')
  })

  it('gives its types to a project of its own', () => {
    const lines = [
      `import { type Command, createFeed, encodeCommand, feed, type Received } from 'osdp'`,
      `export const right: Command = { name: 'BUZ', reader: 0, tone: 2, on: 1, off: 1, count: 3 }`,
      `export const wrong: Command = { name: 'BUZ', reader: 'zero', tone: 2, on: 1, off: 1, count: 3 }`,
      `export const received: Received[] = feed(createFeed(), new Uint8Array(3))`,
      `export const written = encodeCommand(right)`,
      `if (written.ok) written.data satisfies Uint8Array`,
    ]
    writeFileSync(join(app, 'main.ts'), lines.join('\n'))
    const tsc = join(process.cwd(), 'node_modules/typescript/bin/tsc')
    const types = join(process.cwd(), 'node_modules/@types')
    let told = ''
    try {
      run(
        process.execPath,
        [tsc, '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node', '--typeRoots', types, 'main.ts'],
        app,
      )
    } catch (error) {
      told = (error as { stdout: string }).stdout
    }
    expect(
      told
        .trim()
        .split('\n')
        .map(line => line.split(':')[0]),
    ).toEqual(['main.ts(3,46)'])
  })

  it('names no dependency but the optional serialport', () => {
    const { dependencies, peerDependenciesMeta } = JSON.parse(readFileSync(join(app, 'node_modules/osdp/package.json'), 'utf8'))
    expect(dependencies).toBeUndefined()
    expect(peerDependenciesMeta).toEqual({ serialport: { optional: true } })
  })
})
