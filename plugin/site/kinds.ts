import { z } from 'zod'
import { eventTypes } from '../../shared/event.ts'
import { predefinedProfiles } from '../../shared/names.ts'
import { id } from '../../shared/scalar.ts'
import { schedule } from '../../shared/schedule.ts'
import {
  accessRule,
  cardFormat,
  cardholder,
  controller,
  door,
  group,
  identificationProfile,
  type Site,
  site,
  zone,
} from '../../shared/site.ts'
import { predefined } from '../../wiegand/index.ts'

/** Lists of a site file, in its order. */
export const siteLists = {
  schedules: schedule,
  cardFormats: cardFormat,
  identificationProfiles: identificationProfile,
  controllers: controller,
  doors: door,
  zones: zone,
  groups: group,
  accessRules: accessRule,
} as const
export type SiteList = keyof typeof siteLists

/** Parts of a site file that are one object each. */
export const siteParts = { site: site.shape.site, settings: site.shape.settings, encryption: site.shape.encryption } as const
export type SitePart = keyof typeof siteParts

const level = z.number().int().min(1).max(999_999)

/** What the plugin itself keeps beside the site: controllers never see it. */
export const ownLists = {
  /** What an administrator set at an element: shown to the VMS or not, and where it is. */
  elements: z.strictObject({
    id: z.string(),
    enabled: z.boolean().default(true),
    latitude: z.number().min(-90).max(90).nullable().default(null),
    longitude: z.number().min(-180).max(180).nullable().default(null),
  }),
  eventTypes: z.strictObject({
    id: z.enum(Object.keys(eventTypes) as [string, ...string[]]),
    enabled: z.boolean(),
    categories: z.array(z.string()),
  }),
  categories: z.strictObject({ id, name: z.string().min(1).max(100) }),
  /** How the alarms of one type of event are treated (rules V1 to V5). */
  alarmDefinitions: z.strictObject({
    id,
    name: z.string().min(1).max(200),
    enabled: z.boolean().default(true),
    instructions: z.string().max(4000).default(''),
    eventTypes: z.array(z.string()).min(1),
    /** Elements it is limited to; none is all. */
    sources: z.array(z.string()).default([]),
    schedules: z.array(id).default(['always']),
    priority: level.default(1),
    owner: z.string().max(200).nullable().default(null),
    /** Seconds an operator has before the alarm counts as overdue; 0 is for ever. */
    timeLimit: z.number().int().min(0).max(86_400).default(60),
    /** Whether the end of the condition closes it. */
    autoClose: z.boolean().default(false),
    cameras: z.array(id).max(15).default([]),
  }),
  /** Where there are any, each closing of an alarm names one (rule V9). */
  closingReasons: z.strictObject({ id, text: z.string().min(1).max(200) }),
  /** Hints of the VMS: which of its cameras see an access point. */
  cameras: z.strictObject({
    id,
    name: z.string().max(200).default(''),
    elements: z.array(z.string()).default([]),
    url: z.url().nullable().default(null),
  }),
} as const
export type OwnList = keyof typeof ownLists

export const ownParts = {
  /** At which hour of the site's day a backup is made, and how many are kept (rule P48). */
  backups: z.strictObject({ hour: z.number().int().min(0).max(23).default(3), keep: z.number().int().min(1).max(365).default(3) }),
  retention: z.strictObject({
    days: z.number().int().min(1).max(3650).default(30),
    atLeast: z.number().int().min(10_000).max(100_000_000).default(10_000),
    atMost: z.number().int().min(10_000).nullable().default(null),
  }),
  /**
   * How long the audit log is kept, in days, and how many lines at most. A year, so that what happened at this time last year can still be looked up, and
   * not for ever, since it tells what people did at work. Who is refused writes a line, too: without a most, strangers could fill the disk.
   */
  auditRetention: z.strictObject({
    days: z.number().int().min(30).max(3650).default(365),
    atMost: z.number().int().min(100_000).max(100_000_000).default(5_000_000),
  }),
} as const
export type OwnPart = keyof typeof ownParts

const membership = z.strictObject({ group: id, cardholder: id })

/** Every kind of object that can be edited, with its schema. A part's only object has the id `site`. */
export const kinds = { ...siteParts, ...siteLists, cardholders: cardholder, memberships: membership, ...ownLists, ...ownParts } as const
export type Kind = keyof typeof kinds
export type Body<K extends Kind> = z.output<(typeof kinds)[K]>

const concernsControllers: readonly string[] = [...Object.keys(siteParts), ...Object.keys(siteLists), 'cardholders', 'memberships']
export const isSiteKind = (kind: Kind): boolean => concernsControllers.includes(kind)

/** One word for a person to read. */
export const nounOf: Record<Kind, string> = {
  site: 'site',
  settings: 'settings',
  encryption: 'encryption settings',
  schedules: 'schedule',
  cardFormats: 'card format',
  identificationProfiles: 'identification profile',
  controllers: 'controller',
  doors: 'door',
  zones: 'zone',
  groups: 'group',
  accessRules: 'access rule',
  cardholders: 'cardholder',
  memberships: 'membership',
  elements: 'element',
  eventTypes: 'event type',
  categories: 'category',
  alarmDefinitions: 'alarm definition',
  closingReasons: 'closing reason',
  cameras: 'camera',
  retention: 'retention',
  backups: 'backup settings',
  auditRetention: 'retention of the audit log',
}
/** A noun as messages write one of its kind: `a door`, `an access rule`. */
export const oneOf = (noun: string): string => `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`

/** The site without its people: no cardholders, groups without members. Lists of the plugin's own are beside it. */
export interface Configuration {
  readonly site: Site
  readonly own: { readonly [K in OwnList]: readonly z.output<(typeof ownLists)[K]>[] } & {
    readonly [K in OwnPart]: z.output<(typeof ownParts)[K]>
  }
}

/** Who still uses an object: `door lobby`, `access rule staff-office`. What is asked about need not exist. */
export function usersOf({ site, own }: Configuration, kind: Kind, of: string): readonly string[] {
  // Without an entry of the site's own, what is predefined is there again.
  if ((kind === 'identificationProfiles' && predefinedProfiles.some(id => id === of)) || (kind === 'cardFormats' && predefined(of)))
    return []
  const users: string[] = []
  const use = (noun: string, user: string, ...ids: readonly (readonly string[] | string | null | undefined)[]) => {
    if (ids.flat().includes(of)) users.push(`${noun} ${user}`)
  }
  const ordinary = site.doors.filter(d => d.type === 'door')
  if (kind === 'schedules') {
    for (const d of ordinary) use('door', d.id, d.unlockSchedules, d.twoPersonRule?.schedules)
    for (const p of site.identificationProfiles)
      use(
        'identification profile',
        p.id,
        [...p.a, ...p.b].flatMap(e => e.schedules),
      )
    for (const r of site.accessRules) use('access rule', r.id, r.schedules)
    for (const a of own.alarmDefinitions) use('alarm definition', a.id, a.schedules)
  } else if (kind === 'cardFormats') {
    for (const r of ordinary.flatMap(d => [d.a.reader, d.b.reader])) if (r) use('reader', r.id, r.cardFormats)
  } else if (kind === 'identificationProfiles') {
    for (const d of ordinary) use('door', d.id, d.identificationProfile)
  } else if (kind === 'controllers') {
    for (const d of site.doors) use('door', d.id, d.controller)
    for (const c of site.controllers) use('controller', c.id, c.parent)
  } else if (kind === 'doors') {
    for (const z of site.zones)
      use(
        'zone',
        z.id,
        z.doors.map(d => d.door),
      )
    for (const r of site.accessRules) use('access rule', r.id, r.doors)
    for (const c of site.controllers) for (const i of c.inputs) if (i.role === 'emergency') use('input', `${c.id}/${i.port}`, i.doors)
  } else if (kind === 'zones') {
    for (const r of site.accessRules) use('access rule', r.id, r.zones)
  } else if (kind === 'groups') {
    for (const r of site.accessRules) use('access rule', r.id, r.groups)
  } else if (kind === 'categories') {
    for (const t of own.eventTypes) use('event type', t.id, t.categories)
  } else if (kind === 'cameras') {
    for (const a of own.alarmDefinitions) use('alarm definition', a.id, a.cameras)
  }
  return users
}
