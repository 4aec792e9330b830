import { asc } from 'drizzle-orm'
import { site as siteSchema } from '../../shared/site.ts'
import type { Store } from '../store/open.ts'
import { entities } from '../store/schema.ts'
import { type Configuration, type Kind, kinds, ownLists, ownParts, siteLists, siteParts } from './kinds.ts'

/** An object as it is kept. */
export interface Row {
  readonly body: unknown
  readonly version: number
}

/** The site without its people, by kind and id, in the order of the site file. */
export type Rows = ReadonlyMap<Kind, ReadonlyMap<string, Row>>

/** Whether a kind is held in memory; people are not. */
export const isRow = (kind: Kind) => kind !== 'cardholders' && kind !== 'memberships'

/** Rows to be: a list is copied when it is first written to. */
export function draftOf(rows: Rows) {
  const copied = new Map<Kind, Map<string, Row>>()
  const draft = new Map(rows)
  return {
    rows: draft as Rows,
    touched: () => copied.size > 0,
    put({ kind, id, body }: { readonly kind: Kind; readonly id: string; readonly body: unknown }, version: number) {
      const list = copied.get(kind) ?? new Map(rows.get(kind))
      copied.set(kind, list)
      draft.set(kind, list)
      if (body === null) list.delete(id)
      else list.set(id, { body, version })
    },
  }
}

export function readRows(store: Store): Rows {
  const found = new Map<Kind, Map<string, Row>>()
  for (const row of store.db.select().from(entities).orderBy(asc(entities.kind), asc(entities.position)).all()) {
    const kind = row.kind as Kind
    const list = found.get(kind) ?? new Map<string, Row>()
    list.set(row.id, { body: JSON.parse(row.body) as unknown, version: row.version })
    found.set(kind, list)
  }
  return found
}

/** Bodies were parsed by their schema on the way in, so that here they only find their place. */
export function assemble(rows: Rows): Configuration {
  const list = (kind: string) => [...(rows.get(kind as Kind)?.values() ?? [])].map(row => row.body)
  const part = (kind: string) =>
    rows.get(kind as Kind)?.get('site')?.body ?? kinds[kind as Kind].parse(kind === 'site' ? { name: 'Portunus' } : {})
  const gather = (names: object, read: (kind: string) => unknown) => Object.fromEntries(Object.keys(names).map(name => [name, read(name)]))
  return {
    site: {
      portunus: siteSchema.shape.portunus.value,
      ...gather(siteParts, part),
      ...gather(siteLists, list),
      cardholders: [],
    } as unknown as Configuration['site'],
    own: { ...gather(ownLists, list), ...gather(ownParts, part) } as unknown as Configuration['own'],
  }
}
