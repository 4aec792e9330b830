import { expect, it } from 'vitest'
import { readScenarios } from './scenario.ts'

const head = 'name: x\nstart: 2026-03-02T09:00:00\nsite: ./x.site.yaml\nsteps:\n'
const problems = (text: string) => readScenarios(text).problems.map(({ line, column, message }) => `${line}:${column} ${message}`)

it.each([
  ['- wait: 3 s', '5:11 a duration is written 250ms, 3s, 5m, 2h or 1d'],
  ['- wait: 3', '5:11 a duration is written 250ms, 3s, 5m, 2h or 1d'],
  ['- wait', '5:5 a step is an object with one key, like `wait: 3s`'],
  ['- { wait: 3s, mark: true }', '5:5 a step has one key; this has wait, mark'],
  ['- opem: front', '5:11 no step is called "opem"; did you mean "open"?'],
  ['- swipe: { reader: in, bits: "1012" }', '5:32 bits: bits are written as 0 and 1'],
  ['- keys: { reader: in, keys: 0111 }', '5:31 keys: must be text, not 111; put it in quotes'],
  ['- swipe: { reader: in }', '5:12 give one of card, bits or hex'],
  ['- swipe: { reader: in, hex: "f0" }', '5:12 hex goes with bitLength'],
  ['- command: { action: open }', '5:24 action: "open" is none; write grant, unlock, lock, lockdown or reset'],
  ['- command: { action: lock, door: d, zone: z }', '5:14 give one of door, zone or controller, or none for the whole site'],
  ['- wire: { controller: c, port: p, state: cut, ohms: 1 }', '5:11 give one of state or ohms'],
  ['- until: 2026-02-30T10:00', '5:12 there is no such date'],
  ['- mark: false', '5:11 "false" is none; write true'],
  ['- expect: { event: access.granted, whithin: 1s }', '5:47 unknown key "whithin"'],
  ['- expect: { zone: z }', '5:13 present: is missing'],
  ['- expect: {}', '5:13 expect takes event, count, door, reader, zone or cardholder'],
])('%s is told as %s', (step, told) => {
  expect(problems(`${head}  ${step}\n`)).toEqual([told])
})

it.each([
  ['', '1:1 the file holds no scenario'],
  ['---\n---\n', '1:1 the file holds no scenario'],
  ['- a\n', '1:1 a scenario is an object with name, start, site and steps'],
  ['name: x\nname: y\n', '2:1 Map keys must be unique'],
  ['name: x\nstart: 2026-03-02T09:00:00\nsite: y\n', '1:1 steps: is missing'],
])('a file of %j is told as %s', (text, told) => {
  expect(problems(text)).toEqual([told])
})

it('reads durations, doors by name alone, and several scenarios, the last divider followed by nothing', () => {
  const { scenarios } = readScenarios(`${head}  - wait: 1.5m\n  - open: front\n---\n${head}  - open: { door: front }\n---\n`)
  expect(scenarios.map(({ steps }) => steps.map(({ step, body }) => [step, body]))).toEqual([
    [
      ['wait', 90_000],
      ['open', { door: 'front' }],
    ],
    [['open', { door: 'front' }]],
  ])
})
