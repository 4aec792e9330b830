import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Site } from '../../shared/site.ts'
import type { Input } from '../core/input.ts'
import { createIoField } from './io.ts'

/** Stand-ins that behave as libgpiod's programs do on their standard streams; the lines themselves need hardware. */
describe('relays and contacts on GPIO lines', () => {
  let dir: string
  const program = (name: string, script: string) => {
    const path = join(dir, name)
    writeFileSync(path, `#!/bin/sh\n${script}\n`)
    chmodSync(path, 0o755)
    return path
  }
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'portunus-io-'))
  })
  afterEach(() => rmSync(dir, { recursive: true, force: true }))

  const terminals = () => ({
    outputs: [{ controller: 'pi', port: 'relay-1', chip: 'gpiochip0', line: 17 }],
    inputs: [{ controller: 'pi', port: 'door-1', chip: 'gpiochip0', line: 4 }],
  })

  it('holds every relay line low at first, drives it as told, and lets go at the stop', async () => {
    const log = join(dir, 'log')
    const set = program('gpioset', `echo "$@" >> ${log}; while read line; do echo "$line" >> ${log}; done; echo ended >> ${log}`)
    const monitor = program('gpiomon', 'exec sleep 60')
    const get = program('gpioget', 'exit 0')
    const problems: string[] = []
    const field = createIoField({ terminals, onProblem: problem => problems.push(problem.message), programs: { get, set, monitor } })
    field.configure?.({} as Site)
    field.start(() => {})
    field.apply({ kind: 'relay', controller: 'pi', port: 'relay-1', energised: true })
    field.apply({ kind: 'relay', controller: 'pi', port: 'relay-2', energised: true })
    field.apply({ kind: 'relay', controller: 'pi', port: 'relay-1', energised: false })
    await vi.waitFor(() => expect(readFileSync(log, 'utf8')).toBe('--interactive --chip gpiochip0 17=0\nset 17=1\nset 17=0\n'))
    field.stop()
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(problems).toEqual([])
  })

  it('reports a line pulled to ground as a closed contact', async () => {
    const set = program('gpioset', 'exec sleep 60')
    const monitor = program('gpiomon', 'echo "4 falling"; echo "9 falling"; echo "4 rising"; exec sleep 60')
    const get = program('gpioget', 'exit 0')
    const seen: Input[] = []
    const field = createIoField({ terminals, onProblem: () => {}, programs: { get, set, monitor } })
    field.configure?.({} as Site)
    field.start(input => seen.push(input))
    await vi.waitFor(() => expect(seen).toHaveLength(2))
    field.stop()
    expect(seen).toEqual([
      { kind: 'input', controller: 'pi', port: 'door-1', reading: 'closed' },
      { kind: 'input', controller: 'pi', port: 'door-1', reading: 'open' },
    ])
  })

  it('reads the levels first, watches then, and after a change of the site begins when the lines are free', async () => {
    // A line has one owner: whoever finds it taken ends at once, and lets go some time after it is told to end.
    const busy = (script: string) =>
      `mkdir ${dir}/line 2>/dev/null || { echo "Device or resource busy" >&2; exit 1; }\ntrap 'sleep 0.1; rmdir ${dir}/line; exit 0' TERM\n${script}`
    const get = program('gpioget', busy(`echo 0; rmdir ${dir}/line`))
    const monitor = program('gpiomon', busy('echo "4 rising"; while :; do sleep 0.02; done'))
    const set = program('gpioset', 'exec sleep 60')
    const seen: unknown[] = []
    const problems: string[] = []
    let line = 4
    const moved = () => ({ outputs: [], inputs: [{ controller: 'pi', port: 'door-1', chip: 'gpiochip0', line }] })
    const field = createIoField({ terminals: moved, onProblem: ({ message }) => problems.push(message), programs: { get, set, monitor } })
    field.configure?.({} as Site)
    field.start(input => seen.push(input.kind === 'input' && input.reading))
    await vi.waitFor(() => expect(seen).toEqual(['closed', 'open']))
    line = 5
    field.configure?.({} as Site)
    await vi.waitFor(() => expect(seen).toEqual(['closed', 'open', 'closed']))
    field.stop()
    expect(problems).toEqual([])
  })

  it('starts a program again that ended by itself, with the relays as they are wanted, and says so once', async () => {
    const log = join(dir, 'log')
    const set = program('gpioset', `echo started >> ${log}; read line; echo "$line" >> ${log}; exit 1`)
    const monitor = program('gpiomon', 'echo "4 falling"; exit 1')
    const get = program('gpioget', 'echo 1')
    const problems: string[] = []
    const seen: unknown[] = []
    const field = createIoField({ terminals, onProblem: ({ message }) => problems.push(message), programs: { get, set, monitor } })
    field.configure?.({} as Site)
    field.apply({ kind: 'relay', controller: 'pi', port: 'relay-1', energised: true })
    field.start(input => seen.push(input.kind === 'input' && input.reading))
    await vi.waitFor(() => expect(readFileSync(log, 'utf8')).toBe('started\nset 17=1\nstarted\nset 17=1\n'), 5_000)
    await vi.waitFor(() => expect(seen.slice(0, 4)).toEqual(['open', 'closed', 'open', 'closed']), 5_000)
    field.stop()
    expect(problems).toHaveLength(2)
  })

  it('says what is missing where the programs are not installed, and when one ends by itself', async () => {
    const problems: string[] = []
    const monitor = program('gpiomon', 'echo "cannot find line" >&2; exit 1')
    const get = program('gpioget', 'exit 0')
    const field = createIoField({
      terminals,
      onProblem: ({ message }) => problems.push(message),
      programs: { get, set: join(dir, 'nowhere'), monitor },
    })
    field.configure?.({} as Site)
    field.start(() => {})
    await vi.waitFor(() => expect(problems.some(text => text.includes('apt install gpiod'))).toBe(true))
    await vi.waitFor(() => expect(problems.some(text => text.includes('cannot find line'))).toBe(true))
    field.stop()
  })
})
