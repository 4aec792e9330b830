import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { type Edge, predefined, pulseRules, readTrace } from '../../wiegand/index.ts'
import type { SourceProblem } from './edge-source.ts'
import { gpioEdges, parseGpiomon } from './gpio.ts'

const trace = fileURLToPath(new URL('../../test/conformance/wiegand/gpiomon.txt', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'portunus-gpio-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** A program that behaves like gpiomon: `body` runs where it would listen. */
function program(name: string, version: string, body: string): string {
  const path = join(directory, name)
  writeFileSync(path, `#!/bin/sh\nif [ "$1" = --version ]; then echo "${version}"; exit 0; fi\n${body}\n`)
  chmodSync(path, 0o755)
  return path
}

const v2 = 'gpiomon v2.2.1 (libgpiod v2.2.1)'
const lines = { chip: 'gpiochip99', d0: 17, d1: 27 }

async function listen(command: string) {
  const edges: Edge[] = []
  let failed: (problem: SourceProblem) => void
  const ended = new Promise<SourceProblem>(resolve => {
    failed = resolve
  })
  const source = gpioEdges({ ...lines, command })
  const problem = await source.start({ edge: edge => edges.push(edge), overrun: () => {}, failed: told => failed(told) })
  return { source, problem, edges, ended }
}

describe('edges from a GPIO chip', () => {
  it('are lines of gpiomon, with the time of the kernel in microseconds', () => {
    expect(parseGpiomon('81234.567000123 17 falling', lines)).toEqual({ time: 81_234_567_000, line: 0, level: 0 })
    expect(parseGpiomon('0.000040999 27 rising', lines)).toEqual({ time: 41, line: 1, level: 1 })
    expect(['', '1.5 17 falling', '81234.567000123 18 falling', 'Monitoring line'].map(line => parseGpiomon(line, lines))).toEqual([
      null,
      null,
      null,
      null,
    ])
  })

  it('of a trace are the reads in it, through the program as through the parser', async () => {
    const text = readFileSync(trace, 'utf8').trim().split('\n')
    const parsed = text.map(line => parseGpiomon(line, lines)!)
    const args = join(directory, 'args')
    const command = program(
      'gpiomon-good',
      v2,
      `echo "$@" > ${args}\necho "Monitoring lines '17' and '27'..."\ncat ${trace}\nexec sleep 60`,
    )
    const { source, problem, edges } = await listen(command)
    expect(problem).toBeNull()
    await expect.poll(() => edges.length).toBe(text.length)
    await source.stop()
    expect(edges).toEqual(parsed)
    expect(readFileSync(args, 'utf8').trim()).toBe(
      '--banner --chip gpiochip99 --bias pull-up --edges both --format %S %o %E --event-clock monotonic 17 27',
    )
    const events = readTrace(pulseRules({ formats: [predefined('h10301')!] }), edges)
    expect(events.map(event => event.kind === 'read' && event.bits)).toEqual([
      '00000110011111011010011001',
      '01111111100000000000000010',
      '00000000011111111111111111',
    ])
  })

  it('that end by themselves are told, with what the program said', async () => {
    const { problem, ended } = await listen(
      program('gpiomon-dies', v2, "echo \"Monitoring lines '17' and '27'...\"\necho 'error reading line events' >&2\nexit 1"),
    )
    expect(problem).toBeNull()
    expect(await ended).toMatchObject({ reason: 'gpio-failed', message: expect.stringContaining('error reading line events') })
  })
})

describe('on a machine that cannot', () => {
  it('the message says what is missing', async () => {
    const { problem } = await listen(join(directory, 'nothing'))
    expect(problem).toMatchObject({ reason: 'gpiomon-missing', message: expect.stringContaining('apt install gpiod') })
    const old = await listen(program('gpiomon-old', 'gpiomon (libgpiod) v1.6.3', 'exit 0'))
    expect(old.problem).toMatchObject({ reason: 'gpiomon-too-old', message: expect.stringContaining('v1.6') })
    const denied = await listen(
      program('gpiomon-denied', v2, 'echo "unable to open chip \'/dev/gpiochip0\': Permission denied" >&2; exit 1'),
    )
    expect(denied.problem).toMatchObject({ reason: 'gpio-permission', message: expect.stringContaining('group gpio') })
    const missing = await listen(program('gpiomon-missing', v2, 'echo "cannot find line \'17\'" >&2; exit 1'))
    expect(missing.problem).toMatchObject({ reason: 'gpio-chip-missing', message: expect.stringContaining('gpiodetect') })
    const busy = await listen(program('gpiomon-busy', v2, "echo 'unable to request lines on chip: Device or resource busy' >&2; exit 1"))
    expect(busy.problem).toMatchObject({ reason: 'gpio-busy' })
  })
})
