import { DateTime } from 'luxon'
import type { Credential } from '../../shared/site.ts'
import { addSpan, toInstant } from './calendar.ts'
import type { DecisionRows } from './decision-state.ts'
import type { Held, Holder } from './directory.ts'
import type { Draft } from './draft.ts'
import type { SharedUse } from './input.ts'
import { type Finding, fails, passes } from './trace.ts'

type Dated = Exclude<Credential, { type: 'pin' }>
type Uses = DecisionRows['use']

/**
 * Check 4 (domain.md §3, rules P11, P17 to P21): every credential presented is valid now, and a visit has not ended. The end is exclusive. While
 * the clock is not trusted no date counts as met.
 */
export function checkValidity(draft: Draft, holder: Holder, held: readonly Held[]): Finding {
  let told = {}
  for (const { credential } of held) {
    const clock = draft.self.trusted ? {} : { clockTrusted: false }
    const finding = credential.type === 'pin' ? checkVisit(draft, holder, clock) : validityOf(draft, holder, credential, clock)
    const found = { credential: credential.id, ...finding.found }
    if (finding.reason !== null) return fails(finding.reason, found)
    told = { ...found, ...told }
  }
  return passes(told)
}

function validityOf(draft: Draft, holder: Holder, credential: Dated, clock: Finding['found']): Finding {
  const { now, model } = draft
  const { trusted } = draft.self
  const { validTo } = credential
  let found = clock
  if (credential.validFrom !== undefined) {
    const from = instantOf(credential.validFrom, model.timeZone)
    found = { ...found, validFrom: told(from) }
    if (!trusted || !(now.wall >= from)) return fails('credential-not-yet-valid', found)
  }
  const visit = checkVisit(draft, holder, found)
  if (visit.reason !== null) return visit
  found = visit.found
  if (validTo.kind === 'none') return passes(found)
  if (validTo.kind === 'date') return checkEnd(draft, found, instantOf(validTo.at, model.timeZone))
  const uses = draft.get('use', credential.id)
  if (validTo.kind === 'from-first-use' && validTo.times !== undefined) {
    const used = timesUsed(uses)
    found = { ...found, times: validTo.times, used }
    return used < validTo.times ? passes(found) : fails('credential-used-up', found)
  }
  if (uses === undefined) return trusted ? passes(found) : fails('credential-expired', found)
  const since = validTo.kind === 'from-first-use' ? uses.first : uses.last
  const used = validTo.kind === 'from-first-use' ? { firstUse: told(since) } : { lastUse: told(since) }
  return checkEnd(draft, { ...found, ...used }, addSpan(since, validTo, model.timeZone))
}

function checkVisit(draft: Draft, holder: Holder, found: Finding['found']): Finding {
  if (holder.visit === null) return passes(found)
  const { reason, found: end } = checkEnd(draft, {}, instantOf(holder.visit.until, draft.model.timeZone))
  const all = { ...found, visitUntil: end.validTo }
  return reason === null ? passes(all) : fails(reason, all)
}

function checkEnd(draft: Draft, found: Finding['found'], end: number): Finding {
  const all = { ...found, validTo: told(end) }
  return draft.self.trusted && draft.now.wall < end ? passes(all) : fails('credential-expired', all)
}

/** Uses by every controller that is known to have let the credential in. */
export function timesUsed(uses: Uses | undefined): number {
  let total = 0
  for (const controller in uses?.counts) total += uses.counts[controller]!
  return total
}

/** Counts an access granted where the validity depends on it, and shares it (domain.md §3.4). */
export function countUses(draft: Draft, credentials: readonly string[]): void {
  const uses: SharedUse[] = []
  for (const id of credentials) {
    const credential = draft.directory.credential(id)?.credential
    if (credential === undefined || credential.type === 'pin' || !credential.validTo.kind.startsWith('from-')) continue
    const { controller } = draft.model
    const times = (draft.get('use', id)?.counts[controller] ?? 0) + 1
    const at = draft.now.wall
    addUse(draft, id, at, controller, times)
    uses.push({ id: `${id}/${controller}/${times}`, credential: id, at })
  }
  if (uses.length > 0) draft.effect({ kind: 'share', presence: [], uses })
}

/**
 * Takes over uses from elsewhere. The id of a use is `CREDENTIAL/CONTROLLER/N`, the controller's Nth: the highest N of each is what counts, so
 * that order and repetition do not matter. A credential used more often than it may be is told by every controller that had a part in it.
 */
export function mergeUses(draft: Draft, uses: readonly SharedUse[]): void {
  const before = new Map<string, number>()
  for (const { id, credential, at } of uses) {
    if (!before.has(credential)) before.set(credential, timesUsed(draft.get('use', credential)))
    const [, source = id, times = '1'] = /^[^/]*\/(.+)\/(\d{1,15})$/.exec(id) ?? []
    addUse(draft, credential, at, source, Number(times))
  }
  for (const [id, earlier] of before) {
    const row = draft.get('use', id)
    const held = draft.directory.credential(id)
    const allowed =
      held?.credential.type !== 'pin' && held?.credential.validTo.kind === 'from-first-use' ? held.credential.validTo.times : undefined
    const used = timesUsed(row)
    if (held === undefined || allowed === undefined || used <= Math.max(allowed, earlier)) continue
    if ((row?.counts[draft.model.controller] ?? 0) === 0) continue
    draft.emit({
      type: 'credential.over-used',
      source: { kind: 'controller', id: draft.model.controller },
      cardholder: held.cardholder,
      credential: id,
      count: used,
    })
  }
}

function addUse(draft: Draft, credential: string, at: number, source: string, times: number): void {
  const row = draft.get('use', credential)
  const count = Math.max(row?.counts[source] ?? 0, times)
  const first = Math.min(row?.first ?? at, at)
  const last = Math.max(row?.last ?? at, at)
  if (row !== undefined && row.first === first && row.last === last && row.counts[source] === count) return
  draft.set('use', credential, { first, last, counts: { ...row?.counts, [source]: count } })
}

/** An instant as traces tell it. */
export function told(wall: number): string | null {
  return DateTime.fromMillis(wall, { zone: 'utc' }).toISO()
}

const instants = new Map<string, number>()

/** Dates of credentials are asked for again at every swipe, and reading one costs more than the rest of the decision. */
function instantOf(localTime: string, zone: string): number {
  const key = `${localTime} ${zone}`
  let instant = instants.get(key)
  if (instant === undefined) {
    if (instants.size >= 20_000) instants.clear()
    instant = toInstant(localTime, zone)
    instants.set(key, instant)
  }
  return instant
}
