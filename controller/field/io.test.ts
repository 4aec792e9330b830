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
    const problems: string[] = []
    const field = createIoField({ terminals, onProblem: problem => problems.push(problem.message), programs: { set, monitor } })
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
    const seen: Input[] = []
    const field = createIoField({ terminals, onProblem: () => {}, programs: { set, monitor } })
    field.configure?.({} as Site)
    field.start(input => seen.push(input))
    await vi.waitFor(() => expect(seen).toHaveLength(2))
    field.stop()
    expect(seen).toEqual([
      { kind: 'input', controller: 'pi', port: 'door-1', reading: 'closed' },
      { kind: 'input', controller: 'pi', port: 'door-1', reading: 'open' },
    ])
  })

  it('says what is missing where the programs are not installed, and when one ends by itself', async () => {
    const problems: string[] = []
    const monitor = program('gpiomon', 'echo "cannot find line" >&2; exit 1')
    const field = createIoField({
      terminals,
      onProblem: ({ message }) => problems.push(message),
      programs: { set: join(dir, 'nowhere'), monitor },
    })
    field.configure?.({} as Site)
    field.start(() => {})
    await vi.waitFor(() => expect(problems.some(text => text.includes('apt install gpiod'))).toBe(true))
    await vi.waitFor(() => expect(problems.some(text => text.includes('cannot find line'))).toBe(true))
    field.stop()
  })
})
