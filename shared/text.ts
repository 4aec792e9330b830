import type { Check, EventDraft, EventType, Trace } from './event.ts'
import { type Reason, reasons } from './reason.ts'

/*
 * Every sentence a person reads about an event, made when it is read: events and traces hold ids, and names change or are erased (domain.md §6).
 */

export type Named = 'cardholder' | 'credential' | 'door' | 'reader' | 'zone' | 'access-rule' | 'controller' | 'outlet'

/** What the sentences need to know. */
export interface Wording {
  /** The name of a thing; undefined where it has none or is gone. */
  name(kind: Named, id: string): string | undefined
  /** IANA; times are told on its clock. */
  readonly timeZone: string
}

/** The part of an event that sentences are made from. `time` tells whether a date needs its year. */
export type Telling = Pick<EventDraft, 'type'> & Partial<EventDraft> & { readonly time?: string }

/** A sentence for people: what happened, and for a refusal why. Without a trace the reason's own sentence stands in for what it would tell. */
export function describe(event: Telling, wording: Wording, trace: Trace = event.trace ?? []): string {
  const words = wordsOf(event, wording)
  switch (event.type) {
    case 'access.granted':
      return `Granted: ${words.everyone} may pass ${words.door}.`
    case 'access.pending':
      return `Waiting for ${awaited[event.waiting ?? ''] ?? 'the rest'} at ${words.door}${event.cardholder ? `, after ${words.who}` : ''}.`
    case 'access.denied':
      return event.reason === undefined ? `Refused at ${words.door}.` : `Refused: ${refusal(event.reason, event, trace, words)}.`
    default:
      return capitalised(`${others[event.type](words)}.`)
  }
}

const awaited: Readonly<Record<string, string>> = {
  card: 'the card',
  pin: 'the PIN',
  'licence-plate': 'the licence plate',
  mobile: 'the phone',
  'second-person': 'a second person',
}

interface Words {
  readonly door: string
  readonly who: string
  readonly everyone: string
  readonly badge: string
  readonly zone: string
  /** What the event is about. */
  readonly subject: string
  readonly event: Telling
  one(kind: Named, id: unknown): string
  several(kind: Named, ids: unknown): string
  when(instant: unknown): string
}

function wordsOf(event: Telling, wording: Wording): Words {
  const { door, cardholder, cardholders, credential, zone, source } = event
  const one = (kind: Named, id: unknown) => (typeof id === 'string' ? (wording.name(kind, id) ?? id) : unnamed[kind])
  const several = (kind: Named, ids: unknown) => listed(Array.isArray(ids) ? ids.map(id => one(kind, id)) : [])
  const badge = typeof credential === 'string' ? wording.name('credential', credential) : undefined
  const kind = source?.kind
  return {
    door: one('door', door),
    who: one('cardholder', cardholder),
    everyone: cardholders === undefined ? one('cardholder', cardholder) : several('cardholder', cardholders),
    badge: badge === undefined ? 'the credential' : `the ${uncapitalised(badge)}`,
    zone: one('zone', zone),
    subject: kind === 'reader' || kind === 'zone' || kind === 'controller' || kind === 'door' ? one(kind, source?.id) : (source?.id ?? ''),
    event,
    one,
    several,
    when: instant => (typeof instant === 'string' ? moment(instant, wording.timeZone, event.time) : 'a time not known'),
  }
}

const unnamed: Readonly<Record<Named, string>> = {
  cardholder: 'somebody',
  credential: 'a credential',
  door: 'the door',
  reader: 'the reader',
  zone: 'the zone',
  'access-rule': 'a rule',
  controller: 'the controller',
  outlet: 'an outlet',
}

/** The failing line of a trace, and of a two-person decision what it found of the first, who failed there. */
function failing(trace: Trace): Check['found'] {
  const found = trace.find(line => line.outcome === 'failed')?.found ?? {}
  return typeof found.first === 'object' && found.first !== null ? (found.first as Check['found']) : found
}

function refusal(reason: Reason, { count, waiting }: Telling, trace: Trace, words: Words): string {
  const found = failing(trace)
  const { door, who, badge, one, several, when } = words
  const plain = () => uncapitalised(reasons[reason].text.replace(/\.$/, ''))
  if (trace.length === 0) return count === undefined ? plain() : `${count} reads in a row could not be made out`
  if (needed[reason]?.some(key => found[key] === undefined)) return plain()
  const dated = reason === 'credential-not-yet-valid' || reason === 'credential-expired'
  if (dated && found.clockTrusted === false) return `the dates of ${badge} cannot be checked: the clock is not trusted`
  switch (reason) {
    case 'unknown-card-format':
      return `the card was read with ${found.bitLength} bits, and no active card format here has that many`
    case 'unknown-credential':
      if (typeof found.missing === 'string') return `${one('cardholder', found.cardholder)} has no ${kinds[found.missing] ?? found.missing}`
      return found.unreadable ? `the numbers of ${badge} do not fit the reader's card format` : plain()
    case 'ambiguous-credential':
    case 'facility-code-mismatch':
      return `${plain()} (${several('credential', found.candidates)})`
    case 'cardholder-suspended':
      return `${who} is suspended`
    case 'credential-not-yet-valid':
      return `${badge} is not valid before ${when(found.validFrom)}`
    case 'credential-expired':
      if (found.validTo === undefined) return `the visit of ${who} ended on ${when(found.visitUntil)}`
      return `${badge} expired on ${when(found.validTo)}`
    case 'credential-used-up':
      return `${badge} has been used ${found.used} times of ${found.times}`
    case 'no-access-rule':
      return `no access rule lets ${who} through ${door}`
    case 'outside-schedule':
      return `what lets ${who} through ${door} does not apply at this time (${several('access-rule', found.rules)})`
    case 'lockdown':
      return `${door} is in lockdown`
    case 'identification-type-not-allowed':
      return `${typesOf(found.presented)} does not count at ${door} now${wanted(found.entries)}`
    case 'identification-timeout':
      return `${awaited[String(found.waiting ?? waiting)] ?? 'the rest of the identification'} did not come in time`
    case 'credential-mismatch':
      return `what was presented belongs to different people (${several('cardholder', found.cardholders)})`
    case 'anti-passback':
      return `${who} is in ${one('zone', found.zone)} already, since ${when(found.since)}`
    case 'zone-full':
      return `${one('zone', found.zone)} holds ${found.present} of at most ${found.limit} people`
    case 'interlock':
      return `another door of the interlock is open or unlocked (${several('door', found.others)})`
    case 'two-person-same-cardholder':
      return `the second person must be somebody else than ${who}`
    case 'two-person-timeout':
      return `no second person came in time after ${who}`
    default:
      return plain()
  }
}

/** What a sentence tells from the trace; without it the reason's own stands in. */
const needed: { readonly [R in Reason]?: readonly string[] } = {
  'unknown-card-format': ['bitLength'],
  'ambiguous-credential': ['candidates'],
  'facility-code-mismatch': ['candidates'],
  'credential-used-up': ['used', 'times'],
  'outside-schedule': ['rules'],
  'identification-type-not-allowed': ['presented'],
  'credential-mismatch': ['cardholders'],
  'anti-passback': ['zone', 'since'],
  'zone-full': ['zone', 'present', 'limit'],
  interlock: ['others'],
}

const kinds: Readonly<Record<string, string>> = { card: 'card', pin: 'PIN', 'licence-plate': 'licence plate', mobile: 'phone' }

function typesOf(types: unknown): string {
  return Array.isArray(types) ? types.map(type => kinds[type] ?? String(type)).join(' with ') : 'this'
}

function wanted(entries: unknown): string {
  if (!Array.isArray(entries) || entries.length === 0) return '; nothing does'
  return `; ${entries.map(typesOf).join(', or ')} does`
}

type OtherType = Exclude<EventType, 'access.granted' | 'access.pending' | 'access.denied'>

const others: Readonly<Record<OtherType, (words: Words) => string>> = {
  'access.taken': ({ everyone, door }) => `${everyone} opened ${door}`,
  'access.not-taken': ({ everyone, door }) => `${everyone} did not open ${door}`,
  'door.opened': ({ door }) => `${door} was opened`,
  'door.closed': ({ door }) => `${door} was closed`,
  'door.unlocked': ({ door, event }) => `${door} unlocked${by(event)}`,
  'door.locked': ({ door, event }) => `${door} locked${by(event)}`,
  'door.rex': ({ door }) => `Somebody asked to leave through ${door}`,
  'door.mode-changed': ({ door, event }) => `${door} ${modes[event.mode ?? ''] ?? 'is in another mode'}${by(event)}`,
  'door.forced-open': ({ door }) => `${door} was forced open`,
  'door.open-too-long': ({ door }) => `${door} is open for too long`,
  'alarm.duress': ({ who, door }) => `${who} entered a duress PIN at ${door}`,
  'alarm.anti-passback-violation': ({ who, zone, door }) => `${who} asked at ${door} to enter ${zone}, where they are already`,
  'alarm.emergency': ({ subject }) => `Emergency at ${subject}`,
  'reader.tamper': ({ subject }) => `${subject} is being tampered with`,
  'controller.tamper': ({ subject }) => `The case of ${subject} is open`,
  'input.supervision-fault': ({ subject, event }) => `The cable of ${subject} is ${cables[event.state ?? ''] ?? 'faulty'}`,
  'door.forced-open-ended': ({ door }) => `${door} is closed again after it was forced`,
  'door.open-too-long-ended': ({ door }) => `${door} is closed again after it was open for too long`,
  'alarm.emergency-ended': ({ subject }) => `The emergency at ${subject} is over`,
  'reader.tamper-ended': ({ subject }) => `${subject} is no longer tampered with`,
  'controller.tamper-ended': ({ subject }) => `The case of ${subject} is closed`,
  'input.supervision-restored': ({ subject }) => `The cable of ${subject} is sound again`,
  'reader.offline': ({ subject, event }) => `${subject} does not answer${because(event)}`,
  'reader.secure-channel-failed': ({ subject, event }) => `${subject} has no secure channel${because(event)}`,
  'controller.offline': ({ subject }) => `${subject} does not answer`,
  'link.lost': ({ subject }) => `${subject} has lost its link to the server`,
  'store.fault': ({ subject, event }) => `${subject} cannot write its event log${because(event)}`,
  'reader.online': ({ subject }) => `${subject} answers`,
  'reader.secure-channel-established': ({ subject }) => `${subject} has a secure channel again`,
  'reader.key-adopted': ({ subject }) => `${subject} has the new key of a pairing that was cut off`,
  'controller.online': ({ subject }) => `${subject} answers`,
  'link.restored': ({ subject }) => `${subject} has its link to the server again`,
  'store.restored': ({ subject }) => `${subject} writes its event log again`,
  'controller.started': ({ subject }) => `${subject} has started`,
  'reader.pin-blocked': ({ subject }) => `${subject} takes no PIN for a minute after too many wrong ones`,
  'zone.anti-passback-suspended': ({ subject }) => `Anti-passback of ${subject} is suspended: the link to the other controllers is lost`,
  'controller.power-lost': ({ subject }) => `${subject} runs on battery`,
  'controller.battery-low': ({ subject }) => `The battery of ${subject} is low`,
  'controller.clock-untrusted': ({ subject }) => `The clock of ${subject} is not trusted`,
  'controller.clock-changed': ({ subject }) => `The clock of ${subject} was set`,
  'configuration.rejected': ({ subject, event }) => `${subject} refused a configuration${because(event)}`,
  'credential.over-used': ({ who, badge, event }) =>
    `${badge} of ${who} was used more often than it may be (${event.count ?? '?'} times): controllers were out of touch`,
  'outlet.failed': ({ one, event }) => `${one('outlet', event.outlet)} ${outletFaults[event.fault ?? ''] ?? 'has failed'}`,
  'reader.pin-unblocked': ({ subject }) => `${subject} takes PINs again`,
  'zone.anti-passback-resumed': ({ subject }) => `Anti-passback of ${subject} is in force again`,
  'controller.power-restored': ({ subject }) => `${subject} runs on mains again`,
  'controller.battery-restored': ({ subject }) => `The battery of ${subject} is charged again`,
  'controller.clock-trusted': ({ subject }) => `The clock of ${subject} is trusted`,
  'configuration.applied': ({ subject }) => `${subject} works by a new configuration`,
  'input.changed': ({ subject, event }) => `${subject} is ${event.state ?? 'changed'}`,
  'output.changed': ({ subject, event }) => `${subject} is ${event.state ?? 'changed'}${by(event)}`,
  'outlet.restored': ({ one, event }) => `${one('outlet', event.outlet)} delivers again`,
}

const modes: Readonly<Record<string, string>> = {
  scheduled: 'was given back to its rules',
  unlocked: 'is kept unlocked',
  locked: 'is kept locked',
  lockdown: 'was put in lockdown',
  override: 'rests against its schedule after a double-swipe',
  emergency: 'is unlocked by an emergency',
}

const cables: Readonly<Record<string, string>> = { cut: 'cut', short: 'short-circuited' }

const outletFaults: Readonly<Record<string, string>> = {
  'not-delivered': 'delivers nothing: the other side does not answer, or refuses',
  'given-up': 'has given up events that could not be delivered for a day; they are among its dead letters',
  'events-removed': 'was so far behind that retention removed events before they were delivered',
}

function by({ operator, onBehalfOf }: Telling): string {
  if (operator === undefined) return ''
  return onBehalfOf === undefined ? ` by ${operator}` : ` by ${operator} for ${onBehalfOf}`
}

function because({ fault }: Telling): string {
  return fault === undefined ? '' : ` (${fault})`
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? 'nobody') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** `Blue badge` in the middle of a sentence; `HID card` stays. */
function uncapitalised(text: string): string {
  return /^\p{Lu}\p{Ll}/u.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** `2 March at 16:00`, with its year where that is not the year of `reference`. */
function moment(instant: string, timeZone: string, reference: string | undefined): string {
  const { day, month, year, hour, minute } = partsOf(instant, timeZone)
  const same = reference !== undefined && partsOf(reference, timeZone).year === year
  return `${day} ${month}${same ? '' : ` ${year}`} at ${hour}:${minute}`
}

function partsOf(instant: string, timeZone: string): Record<string, string> {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  return Object.fromEntries(format.formatToParts(new Date(instant)).map(({ type, value }) => [type, value]))
}

/** What a reader with a display shows: nothing that would help an attacker. */
export function readerText(
  decided:
    | { readonly outcome: 'granted' }
    | { readonly outcome: 'waiting'; readonly waiting: string }
    | { readonly outcome: 'denied'; readonly reason: Reason },
): string {
  if (decided.outcome === 'granted') return 'Welcome'
  if (decided.outcome === 'denied') return reasons[decided.reason].reader
  return prompts[decided.waiting] ?? 'Please wait'
}

const prompts: Readonly<Record<string, string>> = {
  card: 'Present card',
  pin: 'Enter PIN',
  'licence-plate': 'Waiting for plate',
  mobile: 'Present phone',
  'second-person': 'Second person',
}
