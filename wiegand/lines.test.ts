import { describe, expect, it } from 'vitest'
import {
  noiseRules,
  noiseWakeAt,
  noNoise,
  noTamper,
  readerLevels,
  stepNoise,
  stepTamper,
  type TamperReading,
  type TamperRules,
  tamperWakeAt,
} from './index.ts'

describe('reader lines', () => {
  it('show green by a low level on one wire, or red and green on two [G4]', () => {
    expect(readerLevels('single', 'green')).toEqual({ green: 0, beeper: 1 })
    expect(readerLevels('single', 'red', true)).toEqual({ green: 1, beeper: 0 })
    expect(readerLevels('single', 'amber')).toEqual({ green: 1, beeper: 1 })
    expect(readerLevels('dual', 'red')).toEqual({ green: 1, red: 0, beeper: 1 })
    expect(readerLevels('dual', 'amber')).toEqual({ green: 0, red: 0, beeper: 1 })
    expect(readerLevels('dual', 'off')).toEqual({ green: 1, red: 1, beeper: 1 })
  })
})

describe('the tamper contact', () => {
  const play = (rules: TamperRules, readings: [at: number, reading: TamperReading][]) => {
    let state = noTamper
    return readings.flatMap(([at, reading]) => {
      const stepped = stepTamper(rules, state, reading, at)
      state = stepped.state
      return stepped.change ? [{ at, ...stepped.change }] : []
    })
  }
  const rules: TamperRules = { activeIf: 'circuit-open', debounceMs: 50, supervision: null }

  it('is active on an open or on a closed circuit [G5]', () => {
    expect(play(rules, [[0, 'open']])).toEqual([{ at: 0, tamper: true, fault: null }])
    expect(play({ ...rules, activeIf: 'circuit-closed' }, [[0, 'open']])).toEqual([{ at: 0, tamper: false, fault: null }])
  })

  it('counts once it has lasted for the debounce time [G6]', () => {
    expect(
      play(rules, [
        [0, 'closed'],
        [100, 'open'],
        [149, 'open'],
        [150, 'open'],
      ]).map(change => change.at),
    ).toEqual([0, 150])
    expect(
      play(rules, [
        [0, 'closed'],
        [100, 'open'],
        [140, 'closed'],
        [160, 'open'],
        [200, 'open'],
      ]).map(change => change.at),
    ).toEqual([0])
    const { state } = stepTamper(rules, stepTamper(rules, noTamper, 'closed', 0).state, 'open', 100)
    expect(tamperWakeAt(rules, state)).toBe(150)
  })

  it('supervised tells a cut and a short from open and closed [G7]', () => {
    const parallel: TamperRules = { ...rules, debounceMs: 0, supervision: { connection: 'parallel-first' } }
    const seen = play(parallel, [
      [0, { ohms: 3_870 }],
      [1, { ohms: 22_000 }],
      [2, { ohms: Number.POSITIVE_INFINITY }],
      [3, { ohms: 100 }],
    ])
    expect(seen).toEqual([
      { at: 0, tamper: false, fault: null },
      { at: 1, tamper: true, fault: null },
      { at: 2, tamper: true, fault: 'cut' },
      { at: 3, tamper: true, fault: 'short' },
    ])
    const serial: TamperRules = { ...parallel, supervision: { connection: 'serial-first', ohms: 4_700 } }
    expect(
      play(serial, [
        [0, { ohms: 4_700 }],
        [1, { ohms: 9_400 }],
        [2, { ohms: 14_000 }],
      ]).map(({ tamper, fault }) => [tamper, fault]),
    ).toEqual([
      [false, null],
      [true, null],
      [true, 'cut'],
    ])
  })
})

describe('noise', () => {
  it('of many refused frames becomes one report with a count', () => {
    let state = noNoise
    const reports = []
    for (let i = 0; i < 40; i++) {
      const stepped = stepNoise(noiseRules, state, { kind: 'refused', reason: i % 4 === 0 ? 'overlap' : 'glitch' }, i * 100)
      state = stepped.state
      if (stepped.report) reports.push(stepped.report)
    }
    expect(reports).toEqual([])
    expect(noiseWakeAt(noiseRules, state)).toBe(5_900)
    expect(stepNoise(noiseRules, state, { kind: 'tick' }, 5_899).report).toBeNull()
    const { report, state: after } = stepNoise(noiseRules, state, { kind: 'tick' }, 5_900)
    expect(report).toEqual({ count: 40, reason: 'glitch', reasons: { overlap: 10, glitch: 30 }, first: 0, last: 3_900 })
    expect(noiseWakeAt(noiseRules, after)).toBeNull()
  })

  it('that does not end is told each minute, and a later burst apart', () => {
    let state = noNoise
    const counts: number[] = []
    for (let at = 0; at <= 130_000; at += 1_000) {
      const stepped = stepNoise(noiseRules, state, { kind: 'refused', reason: 'glitch' }, at)
      state = stepped.state
      if (stepped.report) counts.push(stepped.report.count)
    }
    expect(counts).toEqual([60, 60])
  })
})
