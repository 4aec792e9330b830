import type { Check, CheckName, Trace } from '../../shared/event.ts'
import { isKnown } from './credential.ts'
import type { Item, Wait } from './decision-state.ts'
import type { Draft } from './draft.ts'
import { type About, type Denied, denied, judge, type Waiting } from './judge.ts'
import type { AccessPoint } from './model.ts'
import { completed, type Finding, passes } from './trace.ts'
import { checkTwoPerson } from './two-person.ts'

/** What is to be decided: somebody at an access point, by what they have presented so far. */
export interface Question {
  readonly point: AccessPoint
  readonly items: readonly Item[]
  /** The first holder under the two-person rule, where one waits here. */
  readonly first?: Wait | null
  /** A PIN entered just before that named nobody: looked at for duress alone. */
  readonly overheard?: string | null
}

export interface Granted {
  readonly outcome: 'granted'
  /** Everything used, of everyone. */
  readonly credentials: readonly string[]
  /** Somebody of them has the long times. */
  readonly long: boolean
  /** Two people, under the two-person rule. */
  readonly pair: boolean
}

/** What was decided, about whom, and why. */
export type Decision = About & { readonly trace: Trace } & (Granted | Waiting | Denied)

/**
 * The decision (domain.md §3): the checks in their order, the first that fails gives the reason. Pure: of the draft it only reads. The swipe,
 * explain, simulate and what-if all ask here. Whenever a part arrives everyone concerned is judged anew, on the site as it then is.
 */
export function decide(draft: Draft, question: Question): Decision {
  const { point, items, first = null, overheard = null } = question
  const own = judge(draft, point, items, { along: first?.cardholder ?? null, overheard, whole: false })
  if (own.result !== 'passed') return { ...own.about, ...own.result, trace: completed(own.made) }

  const holder = own.holder!
  const made = [...own.made]
  const rule = checkTwoPerson(draft, point, holder.id, first)
  if (rule.step === 'first') {
    made.push({ check: 'two-person-rule', outcome: 'not-reached', found: { ...rule.found, waiting: 'second-person' } })
    return { ...own.about, outcome: 'waiting', waiting: 'second-person', check: 'two-person-rule', trace: completed(made) }
  }
  if (rule.reason !== null) return { ...own.about, ...denied(rule.reason), trace: completed([...made, line('two-person-rule', rule)]) }
  const last = [line('two-person-rule', rule), line('granted', passes())]
  const credentials = credentialsOf(own.about.items)
  if (rule.step === 'alone' || first === null) {
    return { ...own.about, outcome: 'granted', credentials, long: holder.longAccessTime, pair: false, trace: completed([...made, ...last]) }
  }

  const other = judge(draft, point, first.items, { along: null, overheard: null, whole: true })
  const both = made.map((check, i) => joined(check, other.made[i]))
  const { about } = other
  if (other.result !== 'passed') {
    const upTo = both.findIndex(check => check.outcome === 'failed') + 1
    const result = other.result.outcome === 'denied' ? other.result : denied('identification-type-not-allowed')
    const whom = { ...about, cardholder: about.cardholder ?? first.cardholder, credential: about.credential ?? first.credential }
    return { ...whom, duress: own.about.duress, ...result, ofFirst: true, trace: completed(both.slice(0, upTo)) }
  }
  return {
    ...own.about,
    cardholders: [...about.cardholders, holder.id],
    violations: [...about.violations, ...own.about.violations],
    outcome: 'granted',
    credentials: [...credentialsOf(about.items), ...credentials],
    long: holder.longAccessTime || other.holder!.longAccessTime,
    pair: true,
    trace: completed([...both, ...last]),
  }
}

function credentialsOf(items: readonly Item[]): string[] {
  return items.filter(isKnown).map(item => item.credential)
}

function line(check: CheckName, { reason, found }: Finding): Check {
  return { check, outcome: reason === null ? 'passed' : 'failed', found }
}

/** One line for two people: it passes for both or it fails. */
function joined(own: Check, first: Check | undefined): Check {
  return first === undefined ? own : { check: own.check, outcome: first.outcome, found: { ...own.found, first: first.found } }
}
