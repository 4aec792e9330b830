import type { Item, PresentedType } from '../../controller/core/decision-state.ts'
import type { Reason } from '../../shared/reason.ts'
import type { AccessRule, Cardholder, Credential, Site } from '../../shared/site.ts'
import { hashPin } from '../decision-rig.ts'
import { byPredefined, type World } from './decide-site.ts'

/*
 * The decision of domain.md §3 once more, for the worlds of decide-site.ts: one function a check, in the order of the page, with nothing of
 * the controller's but its types. It is slow and plain, so that it can be compared with the page by eye.
 */

export interface Verdict {
  readonly outcome: 'granted' | 'denied' | 'waiting'
  readonly reason?: Reason
  /** What may be asked for. */
  readonly waiting?: readonly string[]
  readonly cardholder: string | null
  readonly long?: boolean | undefined
  /** Whom a duress PIN is recognised of. */
  readonly duress: string | null
  readonly violations: readonly string[]
}

const hour = 3_600_000

/** Stockholm: an hour before UTC, two from the last Sunday of March to that of October, at 01:00 UTC. */
function offsetAt(at: number): number {
  const lastSunday = (month: number) => {
    const end = new Date(Date.UTC(2026, month + 1, 0, 1))
    return end.getTime() - end.getUTCDay() * 24 * hour
  }
  return at >= lastSunday(2) && at < lastSunday(9) ? 2 * hour : hour
}

/** An ambiguous time is the earlier, a skipped one moves forward. */
function instantOf(local: string | number): number {
  const wall = typeof local === 'number' ? local : Date.parse(`${local}Z`)
  return [2 * hour, hour].map(offset => wall - offset).find(at => at + offsetAt(at) === wall) ?? wall - hour
}

function isActive({ site, trusted, wall }: World, names: readonly string[], restriction = false): boolean {
  return names.some(name => {
    if (name === 'always') return true
    if (!trusted) return restriction
    const schedule = site.schedules.find(each => each.id === name)!
    if (schedule.periods.some(({ from, to }) => instantOf(from) <= wall && wall < instantOf(to))) return true
    return [0, 1].some(daysAgo => {
      const midnight = Math.floor((wall + offsetAt(wall)) / (24 * hour)) * 24 * hour - daysAgo * 24 * hour
      const weekday = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][new Date(midnight).getUTCDay()]!
      const exception = schedule.exceptions.find(({ date }) => Date.parse(date) === midnight)
      const hours = exception?.intervals ?? schedule.weekly.filter(({ days }) => days.includes(weekday as never))
      return hours.some(({ from, to }) => {
        const ends = minutes(to) > minutes(from) ? minutes(to) : minutes(to) + 24 * 60
        return instantOf(midnight + minutes(from) * 60_000) <= wall && wall < instantOf(midnight + ends * 60_000)
      })
    })
  })
}

function minutes(time: string): number {
  const [hours, rest] = time.split(':').map(Number)
  return hours! * 60 + rest!
}

interface Read {
  readonly number: string
  readonly code: string | null
  readonly length: number
}

/** Check 1: h10301 (even parity, 8 and 16 bits, odd parity), or the 16 bits of `short` in hexadecimal. */
function checkFormat({ site, side }: World, bits: string): Read | Reason {
  const own = doorOf(site)[side].reader!.cardFormats
  const counts = (id: string) => own?.includes(id) ?? site.cardFormats.find(each => each.id === id)!.active
  if (bits.length === 26 && counts('h10301')) {
    const ones = (part: string) => [...part].filter(bit => bit === '1').length
    if (ones(bits.slice(0, 13)) % 2 !== 0 || ones(bits.slice(13)) % 2 !== 1) return 'parity-error'
    const value = (from: number, to: number) => String(Number.parseInt(bits.slice(from, to), 2))
    return { number: value(9, 25), code: value(1, 9), length: 26 }
  }
  if (bits.length !== 16 || !counts('short')) return 'unknown-card-format'
  const inverted = site.cardFormats.find(each => each.id === 'short')!.invertByteOrder
  const straight = inverted ? bits.slice(8) + bits.slice(0, 8) : bits
  return { number: Number.parseInt(straight, 2).toString(16), code: null, length: 16 }
}

const plain = (text: string) => text.toLowerCase().replace(/^0+(?=.)/, '')
const plateOf = (text: string) => text.toUpperCase().replaceAll(' ', '')

interface Named {
  readonly holder: Cardholder
  readonly credential: Credential
}

/** Check 2, for whatever is no PIN. */
function checkCredential(world: World, item: Exclude<Item, { type: 'pin' }>, read: Read | null): Named | Reason {
  const { site } = world
  const all = site.cardholders.flatMap(holder => holder.credentials.map(credential => ({ holder, credential })))
  if ('credential' in item) return all.find(each => each.credential.id === item.credential) ?? 'unknown-credential'
  const found = all.filter(({ credential: own }) => {
    if (own.type === 'card') return read?.length === own.bitLength && plain(own.cardNumber) === plain(read.number)
    if (item.type === 'mobile') return own.type === 'mobile' && own.token === item.token
    return item.type === 'licence-plate' && own.type === 'licence-plate' && plateOf(own.plate) === plateOf(item.plate)
  })
  if (found.length === 0) return 'unknown-credential'
  const withCode = found.filter(
    ({ credential: own }) => own.type === 'card' && read?.code && own.facilityCode !== undefined && plain(own.facilityCode) === read.code,
  )
  if (read !== null && profileOf(world).includeFacilityCode && site.settings.verifyFacilityCode && withCode.length === 0)
    return 'facility-code-mismatch'
  if (withCode.length === 1) return withCode[0]!
  const [only, ...others] = withCode.length > 0 ? withCode : found
  return others.length > 0 ? 'ambiguous-credential' : only!
}

/** Check 3. */
function checkCardholder(holder: Cardholder): Reason | null {
  return holder.suspended ? 'cardholder-suspended' : null
}

/** Check 4. */
function checkValidity(world: World, { holder, credential }: Named): Reason | null {
  const { trusted, wall } = world
  const gone = holder.visit !== null && (!trusted || wall >= instantOf(holder.visit.until))
  if (credential.type !== 'pin') {
    const { validFrom, validTo } = credential
    if (validFrom !== undefined && (!trusted || wall < instantOf(validFrom))) return 'credential-not-yet-valid'
    const use = world.uses.find(each => each[0] === credential.id)
    if (validTo.kind === 'date' && (!trusted || wall >= instantOf(validTo.at))) return 'credential-expired'
    if (validTo.kind === 'from-first-use' && validTo.times !== undefined) {
      if (use && use[2] >= validTo.times) return gone ? 'credential-expired' : 'credential-used-up'
    } else if (validTo.kind !== 'none' && validTo.kind !== 'date') {
      if (!trusted || (use && wall >= later(use[1], validTo))) return 'credential-expired'
    }
  }
  return gone ? 'credential-expired' : null
}

/** By the calendar of the site: a day that the month has not is its last. */
function later(at: number, { days = 0, months = 0, years = 0 }: Partial<Record<'days' | 'months' | 'years', number | undefined>>): number {
  const from = new Date(at + offsetAt(at))
  const month = new Date(Date.UTC(from.getUTCFullYear() + years, from.getUTCMonth() + months, 1))
  const last = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 0)).getUTCDate()
  const date = Math.min(from.getUTCDate(), last) + days
  return instantOf(Date.UTC(month.getUTCFullYear(), month.getUTCMonth(), date) + ((at + offsetAt(at)) % (24 * hour)))
}

/** Check 5. */
function checkAccessRule(world: World, holder: Cardholder): Reason | null {
  const { site } = world
  const { enters, leaves, within } = passageOf(world)
  const isWho = (rule: AccessRule) =>
    rule.cardholders.includes(holder.id) || rule.groups.some(id => site.groups.find(each => each.id === id)!.members.includes(holder.id))
  const isWhere = (rule: AccessRule) =>
    rule.doors.includes('front') || rule.zones.some(zone => zone === enters || zone === within || (zone === leaves && enters === null))
  const joined = site.accessRules.filter(rule => isWho(rule) && isWhere(rule) && rule.schedules.length > 0)
  if (joined.length === 0) return 'no-access-rule'
  return joined.some(rule => isActive(world, rule.schedules)) ? null : 'outside-schedule'
}

function passageOf({ site, side }: World): { enters: string | null; leaves: string | null; within: string | null } {
  const passage = { enters: null as string | null, leaves: null as string | null, within: null as string | null }
  for (const zone of site.zones)
    for (const door of zone.doors) {
      if (door.door !== 'front') continue
      if (door.role === 'internal') passage.within = zone.id
      else if ((door.sideA === 'entrance') === (side === 'a')) passage.enters = zone.id
      else passage.leaves = zone.id
    }
  return passage
}

/** Check 6: an emergency is stronger than every mode. */
function checkDoorMode({ lockdown, emergency }: World, holder: Cardholder): Reason | null {
  return lockdown && !emergency && !holder.exemptFromLockdown ? 'lockdown' : null
}

/** Check 7, what is shown: nothing, or what may be waited for, or the reason. */
function checkTypes(world: World, shown: readonly PresentedType[]): readonly string[] | Reason | null {
  const possible = rowsOf(world).filter(row => shown.every(type => row.includes(type)))
  if (possible.some(row => row.length === shown.length)) return null
  if (possible.length === 0) return 'identification-type-not-allowed'
  return possible.flatMap(row => row.filter(type => !shown.includes(type)))
}

function profileOf({ site }: World) {
  const name = doorOf(site).identificationProfile
  const row = (types: PresentedType[]) => ({ types, schedules: ['always'] })
  const rows = (byPredefined[name] ?? []).map(row)
  return site.identificationProfiles.find(({ id }) => id === name) ?? { includeFacilityCode: false, a: rows, b: rows }
}

function rowsOf(world: World): PresentedType[][] {
  const active = profileOf(world)[world.side].filter(({ schedules }) => isActive(world, schedules))
  // Nobody presents a REX, so a row with one is never whole.
  return active.flatMap(({ types }) => (types.includes('rex') ? [] : [types as PresentedType[]]))
}

function holdersOf({ site }: World, hash: string) {
  return site.cardholders.flatMap(holder =>
    holder.credentials.flatMap(own => {
      if (own.type !== 'pin') return []
      if (hash === hashPin(own.pin!)) return [{ holder, credential: own, duress: false }]
      return hash === hashPin(own.duressPin!) ? [{ holder, credential: own, duress: true }] : []
    }),
  )
}

/** Check 8, and whether it is a violation. */
function checkAntiPassback(world: World, holder: Cardholder): { reason: Reason | null; violated: boolean } {
  const calm = { reason: null, violated: false }
  const zone = world.site.zones.find(({ id }) => id === passageOf(world).enters)
  if (!zone?.antiPassback || holder.exemptFromAntiPassback) return calm
  if (world.linkLost && zone.doors.some(({ door }) => door === 'annex')) return calm
  const since = world.present.find(([where, who]) => where === zone.id && who === holder.id)?.[2]
  const { mode, timeout } = zone.antiPassback
  if (since === undefined || (timeout > 0 && world.wall - since > timeout * 1000)) return calm
  return { reason: mode === 'hard' && world.leaf !== 'unknown' ? 'anti-passback' : null, violated: true }
}

function checkOccupancy(world: World, holder: Cardholder, along: string | null): Reason | null {
  const zone = world.site.zones.find(({ id }) => id === passageOf(world).enters)
  if (!zone?.occupancyLimit) return null
  const inside = new Set(world.present.filter(each => each[0] === zone.id).map(each => each[1]))
  if (inside.has(holder.id)) return null
  if (along !== null) inside.add(along)
  return inside.add(holder.id).size > zone.occupancyLimit ? 'zone-full' : null
}

function checkInterlock(world: World): Reason | null {
  const { site, emergency, backOpen, backUnlocked } = world
  const back = site.doors.find(({ id }) => id === 'back')!
  if (back.type !== 'door' || back.interlock === null || emergency) return null
  return backOpen || backUnlocked ? 'interlock' : null
}

function doorOf(site: Site) {
  const front = site.doors[0]!
  if (front.type !== 'door') throw new Error('front is a door')
  return front
}

/** Checks 1 to 8 for one person. */
function judge(world: World, items: readonly Item[], along: string | null): Verdict & { holder?: Cardholder } {
  const about = { cardholder: null as string | null, duress: null as string | null, violations: [] as string[] }
  const denied = (reason: Reason) => ({ ...about, outcome: 'denied' as const, reason })
  const named: Named[] = []
  const shown = items.map(({ type }) => type)
  const pin = items.find(item => 'hash' in item)
  const alone = rowsOf(world).some(row => row.length === 1 && row[0] === 'pin')
  const heard = pin && 'hash' in pin ? holdersOf(world, pin.hash) : []
  const earlier = world.overheard === null ? [] : holdersOf(world, world.overheard)
  const recognise = () => {
    for (const all of [earlier, heard]) {
      const own = about.cardholder !== null ? all.find(({ holder }) => holder.id === about.cardholder) : undefined
      const recognised = own?.duress ? own : alone ? all.find(each => each.duress) : undefined
      if (recognised?.duress) about.duress = recognised.holder.id
    }
  }
  recognise()
  const reads = items.map(item => ('bits' in item ? checkFormat(world, item.bits) : null))
  for (const read of reads) if (typeof read === 'string') return denied(read)
  let unknown: Reason | null = null
  for (const [i, item] of items.entries()) {
    if (item.type === 'pin' && 'hash' in item) continue
    const found = checkCredential(world, item as never, reads[i] as Read | null)
    if (typeof found !== 'string') named.push(found)
    else unknown ??= found
  }
  const holders = new Set(named.map(({ holder }) => holder.id))
  if (holders.size === 1) about.cardholder = named[0]!.holder.id
  recognise()
  if (unknown !== null) return denied(unknown)
  if (holders.size > 1) return denied('credential-mismatch')
  if (pin && named.length === 0) {
    const step = checkTypes(world, shown)
    if (typeof step === 'string') return denied(step)
    if (world.blocked) return denied('pin-blocked')
    if (step !== null) return { ...about, outcome: 'waiting', waiting: step }
    if (heard.length === 0) return denied('wrong-pin')
    if (heard.length > 1) return denied('ambiguous-credential')
    named.push(heard[0]!)
  }
  const { holder } = named[0]!
  about.cardholder = holder.id
  const own = heard.find(each => each.holder.id === holder.id)

  const early =
    checkCardholder(holder) ??
    named.map(each => checkValidity(world, each)).find(each => each !== null) ??
    checkAccessRule(world, holder) ??
    checkDoorMode(world, holder)
  if (early) return denied(early)
  const step = checkTypes(world, shown)
  if (typeof step === 'string') return denied(step)
  if (pin && world.blocked) return denied('pin-blocked')
  if (pin && !own) return denied(alone && heard.length > 0 ? 'credential-mismatch' : 'wrong-pin')
  if (step !== null) return { ...about, outcome: 'waiting', waiting: step }

  const passback = checkAntiPassback(world, holder)
  if (passback.violated) about.violations.push(holder.id)
  const late = passback.reason ?? checkOccupancy(world, holder, along) ?? checkInterlock(world)
  return late ? denied(late) : { ...about, outcome: 'granted', long: holder.longAccessTime, holder }
}

/** Check 9 around the others. */
export function verdictOn(world: World): Verdict {
  const { first, side } = world
  const waiter = first === null ? null : (first.flatMap(each => ('credential' in each ? [each.credential.split('-')[0]!] : []))[0] ?? 'ada')
  const own = judge(world, world.items, waiter)
  if (own.outcome !== 'granted') return own
  const rule = doorOf(world.site).twoPersonRule
  if (!rule?.sides.includes(side) || !isActive(world, rule.schedules, true)) return own
  if (first === null) return { ...own, outcome: 'waiting', waiting: ['second-person'] }
  if (waiter === own.cardholder) return { ...own, outcome: 'denied', reason: 'two-person-same-cardholder' }
  const other = judge({ ...world, overheard: null }, first, null)
  if (other.outcome !== 'granted') {
    const reason = other.reason ?? 'identification-type-not-allowed'
    return { ...other, outcome: 'denied', reason, cardholder: other.cardholder ?? waiter, duress: own.duress }
  }
  return { ...own, long: own.long || other.long, violations: [...other.violations, ...own.violations] }
}
