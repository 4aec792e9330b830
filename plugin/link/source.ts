import { and, eq } from 'drizzle-orm'
import type { Person } from '../../shared/link.ts'
import type { Book } from '../site/book.ts'
import { isSiteKind, type Kind } from '../site/kinds.ts'
import type { Store } from '../store/open.ts'
import { entries } from '../store/schema.ts'
import type { ConfigurationSource } from './push.ts'

/** The site of the book as controllers get it. A revision is its number and the beginning of its checksum, so that a restored backup shares no name. */
export function bookSource(store: Store, book: Book): ConfigurationSource {
  const idsAfter = store.sql.prepare<[string, number], string>('select id from cardholders where id > ? order by id limit ?').pluck()
  const changed = store.sql.prepare<[number], { kind: string; id: string }>('select distinct kind, id from changes where revision > ?')
  const person = (id: string): Person | undefined => {
    const holder = book.people.get(id)?.holder
    return holder && { ...holder, groups: [...book.people.groupsOf(id)] }
  }
  const nameOf = ({ revision, checksum }: { revision: number; checksum: string }) => `${revision}-${checksum.slice(0, 12)}`
  const place = () => {
    const { cardholders: _, groups: __, ...rest } = book.configuration().site
    return rest
  }

  return {
    revision: () => nameOf(book.currentSite()),
    place,
    people: (after, limit) => idsAfter.all(after ?? '', limit).flatMap(id => person(id) ?? []),
    changesSince(name, limit) {
      const number = Number(name.split('-')[0])
      const known = number === 0 ? undefined : book.revision(number)
      if (known === undefined || nameOf(known) !== name) return undefined
      const ids = new Set<string>()
      let placeChanged = false
      for (const { kind, id } of changed.iterate(number)) {
        if (kind === 'cardholders') ids.add(id)
        else if (kind === 'memberships') ids.add(id.split(' ')[1] ?? '')
        else if (kind !== 'groups' && isSiteKind(kind as Kind)) placeChanged = true
        if (ids.size > limit) return undefined
      }
      const people = [...ids].map(id => ({ id, person: person(id) }))
      return {
        place: placeChanged ? place() : undefined,
        put: people.flatMap(each => each.person ?? []),
        removed: people.filter(each => each.person === undefined).map(each => each.id),
      }
    },
  }
}

/** How far one controller's log has come here, and the id of its last event, by which the controller knows the log for its own. */
export function logPosition({ db }: Store, next: (controller: string, logId: string) => number) {
  return (controller: string, logId: string) => {
    const wanted = next(controller, logId)
    const last = db
      .select({ id: entries.id })
      .from(entries)
      .where(and(eq(entries.kind, 'event'), eq(entries.controller, controller), eq(entries.logId, logId), eq(entries.sequence, wanted - 1)))
      .get()
    return { next: wanted, last: last?.id ?? null }
  }
}
