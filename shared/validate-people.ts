import { idsOf } from './names.ts'
import type { Path, Problem } from './problem.ts'
import { openReport, type Report } from './report.ts'
import { type Credential, type PinSettings, type Site, sides } from './site.ts'
import { endsBefore } from './validate-schedule.ts'

/** What is wrong with people: credentials that are twice, names that lead nowhere, PINs that cannot be entered. */
export function validatePeople(site: Site): Problem[] {
  const report = openReport()
  const holders = idsOf(site.cardholders)
  const custom = new Set(site.settings.customFields)
  const printed = new Map<string, string>()
  site.cardholders.forEach((holder, index) => {
    const at = ['cardholders', index] as const
    const number = holder.cardholderId ?? holder.id
    const other = printed.get(number)
    if (other !== undefined) {
      report.error(
        'duplicate-cardholder-id',
        [...at, holder.cardholderId === undefined ? 'id' : 'cardholderId'],
        `"${other}" has the cardholder id "${number}" already; choose another`,
      )
    } else printed.set(number, holder.id)
    for (const field of Object.keys(holder.custom)) report.reference('custom field', field, custom, [...at, 'custom', field])
    if (holder.visit) report.reference('cardholder', holder.visit.host, holders, [...at, 'visit', 'host'])
    if (holder.visit?.host === holder.id)
      report.error('own-host', [...at, 'visit', 'host'], 'nobody visits themselves; name another cardholder')
  })
  site.groups.forEach((group, index) => {
    report.references('cardholder', group.members, holders, ['groups', index, 'members'])
  })
  site.accessRules.forEach((rule, index) => {
    report.references('cardholder', rule.cardholders, holders, ['accessRules', index, 'cardholders'])
    const missing = [
      rule.cardholders.length + rule.groups.length === 0 ? 'who (cardholders or groups)' : '',
      rule.doors.length + rule.zones.length === 0 ? 'where (doors or zones)' : '',
      rule.schedules.length === 0 ? 'when (schedules)' : '',
    ].filter(part => part !== '')
    if (missing.length > 0)
      report.info('incomplete-rule', ['accessRules', index], `the rule is incomplete and grants nothing: it lacks ${missing.join(', ')}`)
  })
  validateCredentials(site, report)
  validateTwoPerson(site, report)
  return report.problems
}

/** Whether some door in use takes a PIN without anything else. */
export function pinStandsAlone(site: Pick<Site, 'doors' | 'identificationProfiles'>): boolean {
  const own = new Map(site.identificationProfiles.map(profile => [profile.id, profile]))
  return site.doors.some(door => {
    if (door.type !== 'door') return false
    const profile = own.get(door.identificationProfile)
    if (profile === undefined) return ['pin', 'card-or-pin'].includes(door.identificationProfile)
    return sides.some(side => profile[side].some(entry => entry.types.length === 1 && entry.types[0] === 'pin'))
  })
}

function validateCredentials(site: Site, report: Report): void {
  const seen = new Map<string, string>()
  /** The holder of what has this key; the first to have it keeps it. */
  const owner = (key: string, holder: string) => {
    const other = seen.get(key)
    if (other === undefined) seen.set(key, holder)
    return other
  }
  const alone = pinStandsAlone(site)
  const lengths = pinLengths(site)
  site.cardholders.forEach((holder, index) => {
    holder.credentials.forEach((credential, number) => {
      const at = ['cardholders', index, 'credentials', number] as const
      const twice = owner(`id ${credential.id}`, holder.id)
      if (twice !== undefined)
        report.error(
          'duplicate-id',
          [...at, 'id'],
          `the id "${credential.id}" is that of a credential of "${twice}" already; choose another`,
        )
      if (credential.type === 'pin') validatePin(credential, at, holder.id, { owner, alone, lengths }, report)
      else {
        validateValidity(credential, at, report)
        validateBadge(credential, at, holder.id, owner, report)
      }
    })
  })
}

type Owner = (key: string, holder: string) => string | undefined

function validateBadge(credential: Exclude<Credential, { type: 'pin' }>, at: Path, holder: string, owner: Owner, report: Report): void {
  if (credential.type === 'card') {
    const { cardNumber, facilityCode, bitLength } = credential
    const code = facilityCode === undefined ? '' : plain(facilityCode)
    const other = owner(`card ${plain(cardNumber)} ${bitLength} ${code}`, holder)
    if (other === undefined) return
    const what = `the card ${cardNumber} of ${bitLength} bits${facilityCode === undefined ? '' : ` with facility code ${facilityCode}`} is that of "${other}" already`
    if (facilityCode !== undefined) report.error('duplicate-card', [...at, 'cardNumber'], `${what}; remove one of the two`)
    else
      report.warning(
        'ambiguous-card',
        [...at, 'cardNumber'],
        `${what}, so neither opens anything; remove one, or give both their facility codes`,
      )
  } else {
    const [what, key, field] =
      credential.type === 'licence-plate'
        ? [`the licence plate ${credential.plate}`, `plate ${credential.plate.toUpperCase().replace(/\s/g, '')}`, 'plate']
        : ['this token', `mobile ${credential.token}`, 'token']
    const other = owner(key, holder)
    if (other !== undefined)
      report.error(`duplicate-${credential.type}`, [...at, field], `${what} is that of "${other}" already; remove one of the two`)
  }
}

/** Card numbers compare without leading zeros and whatever the case (domain.md §2). */
function plain(number: string): string {
  return number.toLowerCase().replace(/^0+(?=.)/, '')
}

function validateValidity({ validFrom, validTo }: Exclude<Credential, { type: 'pin' }>, at: Path, report: Report): void {
  if (validFrom === undefined || validTo.kind !== 'date' || !endsBefore(validFrom, validTo.at)) return
  report.error(
    'ends-before-it-starts',
    [...at, 'validTo', 'at'],
    `the credential ends at ${validTo.at}, not after it starts at ${validFrom}; change one of them`,
  )
}

/** How long a PIN may be somewhere: in the system, or at a reader with lengths of its own (rule G8). */
function pinLengths({ settings, doors }: Site): PinSettings[] {
  const readers = doors.flatMap(door => (door.type === 'door' ? [door.a.reader, door.b.reader] : []))
  return [settings.pin, ...readers.flatMap(reader => (reader?.pin ? [reader.pin] : []))]
}

interface PinRules {
  readonly owner: Owner
  readonly alone: boolean
  readonly lengths: readonly PinSettings[]
}

function validatePin(
  credential: Extract<Credential, { type: 'pin' }>,
  at: Path,
  holder: string,
  { owner, alone, lengths }: PinRules,
  report: Report,
): void {
  const { pin, pinHash, duressPin, duressPinHash } = credential
  if (pin === undefined && pinHash === undefined) report.error('pin-missing', at, 'a PIN credential needs pin or pinHash')
  for (const [digits, hash, field] of [
    [pin, pinHash, 'pin'],
    [duressPin, duressPinHash, 'duressPin'],
  ] as const) {
    if (digits !== undefined && hash !== undefined)
      report.error('pin-and-hash', [...at, `${field}Hash`], `${field} is given too; keep one of the two`)
    if (digits !== undefined && !lengths.some(({ minLength, maxLength }) => digits.length >= minLength && digits.length <= maxLength)) {
      const allowed = [
        ...new Set(lengths.map(({ minLength, maxLength }) => (minLength === maxLength ? `${minLength}` : `${minLength} to ${maxLength}`))),
      ].join(' or ')
      report.error('pin-length', [...at, field], `it has ${digits.length} digits and could not be entered; PINs here have ${allowed}`)
    }
    const key = digits === undefined ? hash && `pin hash ${hash}` : `pin digits ${digits}`
    if (key === undefined || !alone) continue
    const other = owner(key, holder)
    if (other !== undefined && other !== holder) {
      report.error(
        'duplicate-pin',
        [...at, digits === undefined ? `${field}Hash` : field],
        `"${other}" has this PIN too, and a profile in use lets a PIN stand alone; choose another`,
      )
    }
  }
  if ((pin !== undefined && pin === duressPin) || (pinHash !== undefined && pinHash === duressPinHash))
    report.error('duress-pin-same', [...at, 'duressPin'], 'the duress PIN is the PIN itself, so neither could be told; choose another')
}

/** A rule of two persons at a door where fewer than two have any right opens for nobody. */
function validateTwoPerson(site: Site, report: Report): void {
  const members = new Map(site.groups.map(group => [group.id, group.members]))
  const suspended = new Set(site.cardholders.filter(holder => holder.suspended).map(holder => holder.id))
  site.doors.forEach((door, index) => {
    if (door.type !== 'door' || door.twoPersonRule === null) return
    const zones = new Set(site.zones.filter(zone => zone.doors.some(entry => entry.door === door.id)).map(zone => zone.id))
    const rules = site.accessRules.filter(
      rule => rule.schedules.length > 0 && (rule.doors.includes(door.id) || rule.zones.some(zone => zones.has(zone))),
    )
    const who = new Set(rules.flatMap(rule => [...rule.cardholders, ...rule.groups.flatMap(group => members.get(group) ?? [])]))
    const count = [...who].filter(holder => !suspended.has(holder)).length
    if (count >= 2) return
    const path = ['doors', index, 'twoPersonRule']
    report.warning(
      'two-person-too-few',
      path,
      `${count === 0 ? 'nobody has' : 'only one cardholder has'} a right at door "${door.id}", so it opens for nobody; two are needed`,
    )
  })
}
