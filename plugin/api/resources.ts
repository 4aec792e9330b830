import { z } from 'zod'
import type { App, Context } from './context.ts'
import { resource } from './resource.ts'

/** Configuration and rules, object by object. */
export function resources(app: App, context: Context): void {
  const { plugin } = context
  const configuration = { read: 'use-access-control', write: 'manage-configuration', category: 'configuration' } as const
  const people = { read: 'view-cardholders', write: 'manage-cardholders', category: 'people' } as const

  resource(app, context, { path: 'schedules', kind: 'schedules', ...configuration })
  resource(app, context, { path: 'card-formats', kind: 'cardFormats', ...configuration })
  resource(app, context, { path: 'identification-profiles', kind: 'identificationProfiles', ...configuration })
  resource(app, context, { path: 'doors', kind: 'doors', ...configuration, visible: (door, to) => to.at('use-access-control', door.id) })
  resource(app, context, { path: 'zones', kind: 'zones', ...configuration })
  resource(app, context, {
    path: 'controllers',
    kind: 'controllers',
    ...configuration,
    extra: {
      schema: { online: z.boolean() },
      of: controller => ({ online: plugin.states.isOnline(plugin.tree().controllerOf(controller.id) ?? controller.id) }),
    },
  })
  resource(app, context, { path: 'cameras', kind: 'cameras', ...configuration })
  resource(app, context, { path: 'categories', kind: 'categories', ...configuration })
  resource(app, context, { path: 'alarm-definitions', kind: 'alarmDefinitions', ...configuration, read: 'receive-notifications' })
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
    extra: { schema: { incomplete: z.boolean() }, of: rule => ({ incomplete: isIncomplete(rule) }) },
    filter: {
      query: { incomplete: z.enum(['true', 'false']).optional() },
      keeps: (rule, { incomplete }) => incomplete === undefined || isIncomplete(rule) === (incomplete === 'true'),
    },
  })
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
