import { z } from 'zod'
import { profilesOf } from '../../controller/core/model-right.ts'
import { predefinedProfiles } from '../../shared/names.ts'
import { schedule } from '../../shared/schedule.ts'
import { formats, predefined, resolveFormats } from '../../wiegand/index.ts'
import type { Body } from '../site/kinds.ts'
import { type App, type Context, seesElement } from './context.ts'
import { resource } from './resource.ts'
import type { Principal, Right } from './rights.ts'

/** How a controller stands: what it runs, which site is in force there and since when, why it took no newer one, and how wrong its clock is. */
const linkStatus = z.object({
  version: z.string(),
  revision: z.string().nullable(),
  appliedAt: z.string().nullable(),
  upToDate: z.boolean(),
  problems: z.array(z.string()),
  skewMs: z.number(),
  heardAt: z.string().nullable(),
})

/** Configuration and rules, object by object. */
export function resources(app: App, context: Context): void {
  const { plugin } = context
  const configuration = { read: 'use-access-control', write: 'manage-configuration', category: 'configuration' } as const
  const people = { read: 'view-cardholders', write: 'manage-cardholders', category: 'people' } as const

  resource(app, context, {
    path: 'schedules',
    kind: 'schedules',
    ...configuration,
    builtIn: () => [always],
    extra: { schema: { predefined: z.boolean() }, of: ({ id }) => ({ predefined: id === always.id }) },
  })
  const resolved = () => resolveFormats(plugin.book.configuration().site.cardFormats)
  resource(app, context, {
    path: 'card-formats',
    kind: 'cardFormats',
    ...configuration,
    builtIn: () => formats.map(({ id, name }) => ({ id, name, active: id === 'h10301', invertBitOrder: false, invertByteOrder: false })),
    extra: {
      schema: { predefined: z.boolean(), inForce: z.boolean(), layout: z.record(z.string(), z.unknown()) },
      of: ({ id }) => {
        const { all, active } = resolved()
        return {
          predefined: predefined(id) !== undefined,
          inForce: active.some(f => f.id === id),
          layout: { ...all.find(f => f.id === id) },
        }
      },
    },
  })
  resource(app, context, {
    path: 'identification-profiles',
    kind: 'identificationProfiles',
    ...configuration,
    builtIn: () =>
      [...profilesOf({ ...plugin.book.configuration().site, identificationProfiles: [] })].map(([id, profile]) =>
        builtInProfile(id, profile),
      ),
    extra: { schema: { predefined: z.boolean() }, of: ({ id }) => ({ predefined: predefinedProfiles.some(each => each === id) }) },
  })
  resource(app, context, {
    path: 'doors',
    kind: 'doors',
    ...configuration,
    seen: (door, to) => (to.at('use-access-control', door.id) ? door : undefined),
  })
  const among = (ids: readonly string[], to: Principal, right?: Right) => ids.filter(id => seesElement(plugin, to, id, right))
  /** What names doors and the like is seen as far as they are; undefined where none of them is. */
  const namedIn = (ids: readonly string[], to: Principal, right?: Right) => {
    const left = among(ids, to, right)
    return ids.length > 0 && left.length === 0 ? undefined : left
  }
  resource(app, context, {
    path: 'zones',
    kind: 'zones',
    ...configuration,
    seen(zone, to) {
      const doors = zone.doors.filter(({ door }) => to.at('use-access-control', door))
      return seesElement(plugin, to, zone.id) ? { ...zone, doors } : undefined
    },
  })
  resource(app, context, {
    path: 'controllers',
    kind: 'controllers',
    ...configuration,
    seen: (controller, to) =>
      seesElement(plugin, to, controller.id)
        ? { ...controller, inputs: controller.inputs.map(each => (isListed(each) ? { ...each, doors: among(each.doors, to) } : each)) }
        : undefined,
    extra: {
      schema: { online: z.boolean(), link: linkStatus.nullable() },
      of: (controller, to) => {
        const id = plugin.tree().controllerOf(controller.id) ?? controller.id
        const status = context.controllers.status(id)
        const at = (ms: number | null) => (ms === null || ms === 0 ? null : new Date(ms).toISOString())
        return {
          online: plugin.states.isOnline(id),
          link: status
            ? {
                version: status.version,
                revision: status.revision,
                appliedAt: at(status.appliedAt),
                upToDate: status.revision === context.controllers.revision(),
                // They may name any door.
                problems: to.at('use-access-control', null) ? [...status.problems] : [],
                skewMs: status.skewMs,
                heardAt: at(status.heardAt),
              }
            : null,
        }
      },
    },
  })
  const elements = (field: string, ids: readonly string[]) =>
    ids.flatMap((id, index) => (plugin.tree().element(id) ? [] : [[`${field}[${index}]`, `there is no element "${id}"`] as const]))
  resource(app, context, {
    path: 'cameras',
    kind: 'cameras',
    ...configuration,
    seen(camera, to) {
      const elements = namedIn(camera.elements, to)
      return elements && { ...camera, elements }
    },
    judge: camera => elements('elements', camera.elements),
  })
  resource(app, context, { path: 'categories', kind: 'categories', ...configuration })
  resource(app, context, {
    path: 'alarm-definitions',
    kind: 'alarmDefinitions',
    ...configuration,
    read: 'receive-notifications',
    seen(definition, to) {
      const sources = namedIn(definition.sources, to, 'receive-notifications')
      return sources && { ...definition, sources }
    },
    judge(definition) {
      const { site, own } = plugin.book.configuration()
      const named = (known: readonly { id: string }[], field: 'eventTypes' | 'schedules' | 'cameras', noun: string) =>
        definition[field].flatMap((id, index) =>
          known.some(each => each.id === id) ? [] : [[`${field}[${index}]`, `there is no ${noun} "${id}"`] as const],
        )
      return [
        ...named(plugin.tree().vms.eventTypes, 'eventTypes', 'type of event'),
        ...elements('sources', definition.sources),
        ...named([always, ...site.schedules], 'schedules', 'schedule'),
        ...named(own.cameras, 'cameras', 'camera'),
      ]
    },
  })
  resource(app, context, { path: 'closing-reasons', kind: 'closingReasons', ...configuration, read: 'receive-notifications' })
  resource(app, context, {
    path: 'groups',
    kind: 'groups',
    ...people,
    brief: ['members'],
    extra: { schema: { memberCount: z.number().int() }, of: group => ({ memberCount: plugin.book.people.memberCount(group.id) }) },
  })
  resource(app, context, {
    path: 'access-rules',
    kind: 'accessRules',
    ...people,
    seen(rule, to) {
      const named = namedIn([...rule.doors, ...rule.zones], to)
      return named && { ...rule, doors: rule.doors.filter(id => named.includes(id)), zones: rule.zones.filter(id => named.includes(id)) }
    },
    extra: { schema: { incomplete: z.boolean() }, of: rule => ({ incomplete: isIncomplete(rule) }) },
    filter: {
      query: { incomplete: z.enum(['true', 'false']).optional() },
      keeps: (rule, { incomplete }) => incomplete === undefined || isIncomplete(rule) === (incomplete === 'true'),
    },
  })
}

type Input = Body<'controllers'>['inputs'][number]
/** Whether an input names doors; it may also be for all of them. */
const isListed = (input: Input): input is Extract<Input, { doors: unknown }> & { doors: string[] } =>
  'doors' in input && Array.isArray(input.doors)

const always = schedule.parse({
  id: 'always',
  name: 'Always',
  weekly: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' }],
})

const profileNames: Record<string, string> = {
  card: 'Card',
  'card-and-pin': 'Card and PIN',
  pin: 'PIN',
  'card-or-pin': 'Card or PIN',
  'licence-plate': 'Licence plate',
}

function builtInProfile(
  id: string,
  { a, b }: ReturnType<typeof profilesOf> extends Map<string, infer P> ? P : never,
): Body<'identificationProfiles'> {
  const entries = (side: typeof a) => side.map(({ types, schedules }) => ({ types: [...types], schedules: [...schedules] }))
  return { id, name: profileNames[id] ?? id, includeFacilityCode: false, a: entries(a), b: entries(b) }
}

/** A rule without anybody, anywhere or any time grants nothing (rule P25). */
function isIncomplete(rule: {
  cardholders: unknown[]
  groups: unknown[]
  doors: unknown[]
  zones: unknown[]
  schedules: unknown[]
}): boolean {
  return rule.cardholders.length + rule.groups.length === 0 || rule.doors.length + rule.zones.length === 0 || rule.schedules.length === 0
}
