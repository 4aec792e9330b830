import { z } from 'zod'
import { id } from '../../shared/scalar.ts'

/** What a role may allow (api.md). */
export const rights = [
  'use-access-control',
  'view-cardholders',
  'receive-notifications',
  'operate-doors',
  'manage-alarms',
  'manage-cardholders',
  'manage-configuration',
  'manage-security',
  'read-audit-log',
] as const
export type Right = (typeof rights)[number]
export const right = z.enum(rights)

/** Rights that mean something at a door, so that a role can hold them for some doors only. */
export const doorRights = [
  'use-access-control',
  'receive-notifications',
  'operate-doors',
  'manage-alarms',
] as const satisfies readonly Right[]

/** One right; no doors and no zones is everywhere, and so is its name alone. */
const held = z.preprocess(
  value => (typeof value === 'string' ? { right: value } : value),
  z.strictObject({ right, doors: z.array(id).default([]), zones: z.array(id).default([]) }),
)

export const role = z.strictObject({
  id,
  name: z.string().min(1).max(200),
  rights: z
    .array(held)
    .refine(
      list => list.every(h => (h.doors.length === 0 && h.zones.length === 0) || (doorRights as readonly Right[]).includes(h.right)),
      `only ${doorRights.join(', ')} can be limited to doors and zones`,
    ),
})
export type Role = z.output<typeof role>

const everywhere = (names: readonly Right[]) => names.map(name => ({ right: name, doors: [], zones: [] }))

/** Roles every system has; they cannot be changed or removed. */
export const builtInRoles: readonly Role[] = [
  { id: 'administrator', name: 'Administrator', rights: everywhere(rights) },
  {
    id: 'operator',
    name: 'Operator',
    rights: everywhere(['use-access-control', 'view-cardholders', 'receive-notifications', 'operate-doors', 'manage-alarms']),
  },
]

/** Who asks, and what they may. */
export interface Principal {
  readonly kind: 'user' | 'token'
  readonly id: string
  readonly name: string
  readonly roles: readonly string[]
  readonly expiresAt: number | null
  /** Doors a right holds for; `all`, or none when the right is missing. */
  doors(right: Right): ReadonlySet<string> | 'all'
  has(right: Right): boolean
  /** Whether the right holds at this door; without a door, whether it holds everywhere. */
  at(right: Right, door: string | null): boolean
}

/** Joins the roles somebody has. @param doorsOf the doors of a zone, as the site now is */
export function principal(
  who: Pick<Principal, 'kind' | 'id' | 'name' | 'expiresAt'>,
  roles: readonly Role[],
  doorsOf: (zone: string) => readonly string[],
): Principal {
  const scopes = new Map<Right, Set<string> | 'all'>()
  for (const { right: name, doors, zones } of roles.flatMap(r => r.rights)) {
    const scope = scopes.get(name)
    if (scope === 'all') continue
    if (doors.length === 0 && zones.length === 0) scopes.set(name, 'all')
    else scopes.set(name, new Set([...(scope ?? []), ...doors, ...zones.flatMap(doorsOf)]))
  }
  const none: ReadonlySet<string> = new Set()
  const doors = (name: Right) => scopes.get(name) ?? none
  return {
    ...who,
    roles: roles.map(r => r.id),
    doors,
    has: name => scopes.has(name),
    at(name, door) {
      const scope = doors(name)
      return scope === 'all' || (door !== null && scope.has(door))
    },
  }
}
