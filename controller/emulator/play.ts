import type { StoredEvent } from '../../shared/event.ts'
import type { FieldStep, Scenario, Step } from './scenario.ts'
import type { VirtualClock } from './virtual-clock.ts'
import type { Outcome } from './world.ts'

/** What a scenario plays on: emulated hardware, the controllers that run it, and the plugin they are linked to. */
export interface Stage {
  readonly clock: VirtualClock
  /** Unix time in milliseconds of a time of the site. */
  instant(local: string): number
  act(step: FieldStep, held: boolean): Outcome
  command(body: Extract<Step, { step: 'command' }>['body']): Outcome
  configure(patch: Record<string, unknown>): Outcome
  link(controller: string, up: boolean): Outcome
  restart(controller: string): Outcome
  crash(controller: string): Outcome
  /** What the controllers have logged, in the order they did. It only grows. */
  readonly events: readonly StoredEvent[]
  door(
    id: string,
  ): { readonly lock: string | null; readonly position: string; readonly mode: string | null; readonly status: string } | undefined
  reader(id: string): { readonly led: string; readonly buzzer: string; readonly online: boolean; readonly secure: boolean } | undefined
  present(zone: string): readonly string[] | undefined
  zonesOf(cardholder: string): readonly string[] | undefined
}

export interface Failure {
  /** Counted from 1. */
  readonly step: number
  readonly line: number
  readonly expected: unknown
  readonly actual: unknown
}

export interface Played {
  readonly passed: number
  readonly failed: number
}

/** Lets the virtual clock run on to an instant; a run in real time waits for each thing that is due. */
export type Advance = (instant: number, until?: () => boolean) => void | Promise<void>

const keyGap = 200
/** How often a reader is looked at while something is waited for: LED and buzzer change by themselves, with nothing due. */
const glance = 20

/** Plays the steps one after the other. A step that cannot be done, and an expectation that does not hold, is told and the run goes on. */
export async function play(scenario: Scenario, stage: Stage, advance: Advance, onFailure: (failure: Failure) => void): Promise<Played> {
  let passed = 0
  let failed = 0
  let mark = 0
  const consumed = new Set<StoredEvent>()

  const matching = (body: Record<string, unknown>, from: number) => {
    const { event: type, within: _, count: __, ...fields } = body
    const wanted = Object.entries(fields).filter(([, value]) => value !== undefined)
    const fits = (event: StoredEvent) =>
      event.type === type && wanted.every(([key, value]) => same((event as Record<string, unknown>)[key], value))
    return stage.events.slice(from).filter(fits)
  }
  const wait = async (within: number | undefined, holds: () => boolean, pace = Number.POSITIVE_INFINITY): Promise<boolean> => {
    if (holds()) return true
    if (within === undefined) return false
    const end = stage.clock.now() + within
    while (!holds() && stage.clock.now() < end) await advance(Math.min(stage.clock.now() + pace, end), holds)
    return holds()
  }

  for (const [index, step] of scenario.steps.entries()) {
    const fail = (expected: unknown, actual: unknown) => {
      failed++
      onFailure({ step: index + 1, line: step.line, expected, actual })
    }
    const settle = (outcome: Outcome) => {
      if (!outcome.done) fail({ [step.step]: step.body }, outcome.why)
    }
    switch (step.step) {
      case 'wait':
        await advance(stage.clock.now() + step.body)
        break
      case 'until': {
        // The wall clock's fractions are rounded: the moment that it is now may look a little past.
        const ahead = stage.instant(step.body) - stage.clock.wall()
        if (ahead <= -1) fail({ until: step.body }, 'that time has passed already')
        else await advance(stage.clock.now() + Math.max(ahead, 0))
        break
      }
      case 'mark':
        mark = stage.events.length
        break
      case 'command':
        settle(stage.command(step.body))
        break
      case 'configure':
        settle(stage.configure(step.body))
        break
      case 'link':
        settle(stage.link(step.body.controller, step.body.state === 'up'))
        break
      case 'restart':
        settle(stage.restart(step.body))
        break
      case 'crash':
        settle(stage.crash(step.body))
        break
      case 'keys':
        for (const key of step.body.keys) {
          const outcome = stage.act({ step: 'keys', body: { reader: step.body.reader, keys: key } }, false)
          settle(outcome)
          if (!outcome.done) break
          await advance(stage.clock.now() + keyGap)
        }
        break
      case 'expect-none': {
        const found = matching(step.body, mark)
        if (found.length === 0) passed++
        else fail({ none: step.body }, found)
        break
      }
      case 'expect': {
        const { body } = step
        if ('count' in body) {
          const count = () => matching(body, mark).length
          if (await wait(body.within, () => count() === body.count)) passed++
          else fail(body, { count: count() })
          break
        }
        if ('event' in body) {
          let seen = mark
          let hit: StoredEvent | undefined
          const holds = () => {
            if (hit === undefined && seen < stage.events.length) {
              hit = matching(body, seen).find(event => !consumed.has(event))
              seen = stage.events.length
            }
            return hit !== undefined
          }
          if (await wait(body.within, holds)) {
            consumed.add(hit!)
            passed++
          } else fail(body, stage.events.slice(mark).map(brief))
          break
        }
        const { within, ...wanted } = body
        let actual: unknown
        const holds = () => {
          actual = look(stage, wanted)
          return (
            typeof actual === 'object' &&
            Object.entries(wanted).every(([key, value]) => value === undefined || same((actual as Record<string, unknown>)[key], value))
          )
        }
        if (await wait(within, holds, 'reader' in wanted ? glance : undefined)) passed++
        else fail(wanted, actual)
        break
      }
      default:
        settle(stage.act(step, step.step === 'press' && releasedLater(scenario.steps, index)))
    }
  }
  return { passed, failed }
}

/** Whether a press waits for a release further down, before the same device is pressed again. */
function releasedLater(steps: readonly Step[], at: number): boolean {
  const press = steps[at]!
  if (press.step !== 'press') return false
  const next = steps
    .slice(at + 1)
    .find(s => (s.step === 'press' || s.step === 'release') && s.body.door === press.body.door && s.body.side === press.body.side)
  return next?.step === 'release'
}

/** What there is to see now, in the words of the expectation; a sentence where there is no such thing. */
function look(stage: Stage, wanted: Record<string, unknown>): unknown {
  if (typeof wanted.door === 'string') return seen(stage.door(wanted.door), { door: wanted.door })
  if (typeof wanted.reader === 'string') return seen(stage.reader(wanted.reader), { reader: wanted.reader })
  if (typeof wanted.zone === 'string') {
    const present = stage.present(wanted.zone)
    return seen(present && { present }, { zone: wanted.zone })
  }
  const zones = stage.zonesOf(String(wanted.cardholder))
  return seen(zones && { zones }, { cardholder: wanted.cardholder })
}

function seen(state: object | undefined, name: Record<string, unknown>): unknown {
  return state ? { ...name, ...state } : `there is no ${Object.entries(name)[0]!.join(' ')}`
}

/** Lists are compared as sets, objects by what is wanted of them. */
function same(actual: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return actual === wanted
  if (!Array.isArray(wanted)) return Object.entries(wanted).every(([key, value]) => same((actual as Record<string, unknown>)[key], value))
  if (!Array.isArray(actual)) return false
  const [a, b] = [new Set<unknown>(actual), new Set<unknown>(wanted)]
  return a.size === b.size && [...b].every(item => a.has(item))
}

function brief(event: StoredEvent): unknown {
  const { id: _, logId: __, sequence: ___, categories: ____, source: _____, ...rest } = event
  return rest
}
