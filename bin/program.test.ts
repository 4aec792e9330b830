import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'

const home = mkdtempSync(join(tmpdir(), 'portunus-program-'))
const kept = join(home, 'node_modules/.cache/portunus')

beforeAll(() => {
  mkdirSync(join(home, 'bin'))
  mkdirSync(join(home, 'node_modules'))
  for (const name of ['esbuild', 'tsx']) symlinkSync(resolve('node_modules', name), join(home, 'node_modules', name))
  for (const name of ['portunus', 'program.mjs']) cpSync(join('bin', name), join(home, 'bin', name))
  writeFileSync(join(home, 'package.json'), '{ "type": "module" }')
  writeFileSync(
    join(home, 'bin/main.ts'),
    "const { said } = await import('./word.ts')\nconsole.log(said satisfies string, import.meta.url)\n",
  )
})
afterAll(() => rmSync(home, { recursive: true }))

function say(word: string): void {
  writeFileSync(join(home, 'bin/word.ts'), `export const said: string = ${word}\n`)
}
function run(): string[] {
  const { stdout, stderr } = spawnSync(process.execPath, [join(home, 'bin/portunus')], { encoding: 'utf8' })
  if (stdout === '') throw new Error(stderr)
  return stdout.trim().split(' ')
}

it('runs its sources as they are, and finds what lies beside them', () => {
  say("'hello'")
  expect(run()).toEqual(['hello', `file://${home}/bin/main.ts`])
  const made = readdirSync(kept)
  expect(run()[0]).toBe('hello')
  expect(readdirSync(kept)).toEqual(made)
  say("'goodbye'")
  expect(run()[0]).toBe('goodbye')
})

it('runs where nothing can be kept', () => {
  rmSync(kept, { recursive: true })
  writeFileSync(kept, 'in the way')
  expect(run()[0]).toBe('goodbye')
  rmSync(kept)
})

it('names the place of a mistake', () => {
  say('"')
  expect(run).toThrow('word.ts')
})
