import { predefinedProfiles } from './names.ts'
import { formatPath, type Path, type Problem } from './problem.ts'
import { withoutDefaults } from './schema.ts'
import { type Site, site as siteSchema } from './site.ts'

/** A site to be read again with `parseSite`, or why the patch cannot be. */
export type Patched = { readonly ok: true; readonly site: unknown } | { readonly ok: false; readonly problems: readonly Problem[] }

type Row = Readonly<Record<string, unknown>>

/**
 * A merge patch on a site (scenario.md, `configure`). Objects are merged, `null` takes a value back to its default, lists of objects with an
 * `id` are merged by it and new ids are added at the end; other lists are replaced, and so is an object that becomes of another kind.
 * `remove: { cardholders: [alice] }` removes by id: a cardholder with all memberships and mentions (a visitor who loses the host is suspended),
 * anything else only where nobody uses it any more. Neither argument is changed.
 */
export function applyPatch(site: Site, patch: unknown): Patched {
  if (!isRow(patch)) return refused([problem('not-allowed', [], 'a patch is an object')])
  const { remove, ...rest } = patch
  const merged = merge(withoutDefaults(siteSchema, site), rest) as Row
  if (remove === undefined) return { ok: true, site: merged }
  const asked = readRemovals(remove, merged)
  if (asked.problems.length > 0) return refused(asked.problems)
  const left = asked.removals.reduce((value, { list, ids }) => take(value, list, ids), merged)
  const used = asked.removals.flatMap(({ list, ids }) =>
    [...ids].flatMap((id, index) => {
      const users = usersOf(left, list, id)
      if (users.length === 0) return []
      return [
        problem(
          'in-use',
          ['remove', list, index],
          `the ${nouns[list]} "${id}" is used by ${users.join(', ')}; change or remove that first`,
        ),
      ]
    }),
  )
  return used.length > 0 ? refused(used) : { ok: true, site: left }
}

function refused(problems: readonly Problem[]): Patched {
  return { ok: false, problems }
}

function problem(reason: string, path: Path, message: string): Problem {
  return { severity: 'error', reason, path: formatPath(path), message }
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What tells one kind of object from another: where it changes, the old values mean nothing any more. */
const discriminators = ['type', 'kind', 'connection', 'role', 'pattern'] as const

type MergeLists = (base: readonly unknown[], patch: readonly unknown[]) => readonly unknown[]

/** The merge of {@link applyPatch} for any part of a site. @param lists what becomes of a list; merged by id where left out */
export function merge(base: unknown, patch: unknown, lists: MergeLists = mergeList): unknown {
  if (Array.isArray(patch)) return lists(Array.isArray(base) ? base : [], patch)
  if (!isRow(patch)) return patch
  const kept =
    isRow(base) && discriminators.every(key => patch[key] === undefined || base[key] === undefined || patch[key] === base[key]) ? base : {}
  const values = new Map(Object.entries(kept))
  for (const [key, value] of Object.entries(patch)) {
    // A PIN replaces the hash of the one before it.
    values.delete(`${key}Hash`)
    if (value === null) values.delete(key)
    else values.set(key, merge(values.get(key), value, lists))
  }
  return Object.fromEntries(values)
}

function mergeList(base: readonly unknown[], patch: readonly unknown[]): unknown[] {
  const named = (value: unknown): value is Row => isRow(value) && value.id !== undefined
  if (!patch.some(named) && !base.some(named)) return patch.map(value => merge(undefined, value))
  const merged = [...base]
  for (const value of patch) {
    const index = named(value) ? merged.findIndex(each => isRow(each) && each.id === value.id) : -1
    if (index < 0) merged.push(merge(undefined, value))
    else merged[index] = merge(merged[index], value)
  }
  return merged
}

const nouns = {
  schedules: 'schedule',
  cardFormats: 'card format',
  identificationProfiles: 'identification profile',
  controllers: 'controller',
  doors: 'door',
  zones: 'zone',
  cardholders: 'cardholder',
  credentials: 'credential',
  groups: 'group',
  accessRules: 'access rule',
} as const
type List = keyof typeof nouns

function rows(value: unknown): readonly Row[] {
  return Array.isArray(value) ? value.filter(isRow) : []
}

function strings(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function listOf(site: Row, list: List): readonly Row[] {
  return list === 'credentials' ? rows(site.cardholders).flatMap(holder => rows(holder.credentials)) : rows(site[list])
}

interface Removal {
  readonly list: List
  readonly ids: ReadonlySet<string>
}

function readRemovals(remove: unknown, site: Row): { removals: Removal[]; problems: Problem[] } {
  if (!isRow(remove))
    return { removals: [], problems: [problem('not-allowed', ['remove'], 'must be an object of lists, such as { cardholders: [alice] }')] }
  const removals: Removal[] = []
  const problems: Problem[] = []
  for (const [list, ids] of Object.entries(remove)) {
    if (!Object.hasOwn(nouns, list)) {
      problems.push(
        problem('unknown-key', ['remove', list], `there is no list ${JSON.stringify(list)}; known are ${Object.keys(nouns).join(', ')}`),
      )
      continue
    }
    if (!Array.isArray(ids)) problems.push(problem('not-allowed', ['remove', list], 'must be a list of ids'))
    const known = new Set(listOf(site, list as List).map(each => each.id))
    strings(ids).forEach((id, index) => {
      if (!known.has(id))
        problems.push(problem('not-found', ['remove', list, index], `there is no ${nouns[list as List]} ${JSON.stringify(id)} to remove`))
    })
    removals.push({ list: list as List, ids: new Set(strings(ids).map(String)) })
  }
  return { removals, problems }
}

function take(site: Row, list: List, ids: ReadonlySet<string>): Row {
  const without = (value: unknown) => strings(value).filter(each => !ids.has(String(isRow(each) ? each.id : each)))
  const change = (key: string, field: string) => ({
    [key]: rows(site[key]).map(each => (each[field] === undefined ? each : { ...each, [field]: without(each[field]) })),
  })
  if (list === 'credentials') return { ...site, ...change('cardholders', 'credentials') }
  if (list !== 'cardholders') return { ...site, [list]: without(site[list]) }
  const left = rows(without(site.cardholders)).map(holder => {
    const { visit, ...rest } = holder
    return isRow(visit) && ids.has(String(visit.host)) ? { ...rest, suspended: true } : holder
  })
  return {
    ...site,
    ...(site.groups === undefined ? {} : change('groups', 'members')),
    ...(site.accessRules === undefined ? {} : change('accessRules', 'cardholders')),
    cardholders: left,
  }
}

/** Who still names what is to be removed, for a person. */
function usersOf(site: Row, list: List, id: string): string[] {
  const users: string[] = []
  const look = (owners: List, names: (owner: Row) => readonly unknown[]) => {
    for (const owner of listOf(site, owners)) if (names(owner).includes(id)) users.push(`${nouns[owners]} "${String(owner.id)}"`)
  }
  const part = (value: unknown, key: string) => (isRow(value) ? value[key] : undefined)
  if (list === 'schedules') {
    look('doors', door => [...strings(door.unlockSchedules), ...strings(part(door.twoPersonRule, 'schedules'))])
    look('identificationProfiles', profile => [...rows(profile.a), ...rows(profile.b)].flatMap(entry => strings(entry.schedules)))
    look('accessRules', rule => strings(rule.schedules))
  } else if (list === 'cardFormats') {
    look('doors', door => ['a', 'b'].flatMap(side => strings(part(part(door[side], 'reader'), 'cardFormats'))))
  } else if (list === 'identificationProfiles') {
    look('doors', door => (predefined.has(id) ? [] : [door.identificationProfile]))
  } else if (list === 'controllers') {
    look('doors', door => [door.controller])
    look('controllers', controller => [controller.parent])
  } else if (list === 'doors') {
    look('zones', zone => rows(zone.doors).map(entry => entry.door))
    look('accessRules', rule => strings(rule.doors))
    look('controllers', controller => rows(controller.inputs).flatMap(input => strings(input.doors)))
  } else if (list === 'zones') look('accessRules', rule => strings(rule.zones))
  else if (list === 'groups') look('accessRules', rule => strings(rule.groups))
  return users
}

const predefined: ReadonlySet<string> = new Set(predefinedProfiles)
